"""The norms of vectors and matrices, and the condition number that two of them make."""

from __future__ import annotations

from typing import Any

import numpy as np

from .op import CALLS, Op
from .ops_array import axis_of, spread
from .traced import bare, call


def _norm_back(g: Any, y: Any, a: Any, axis: Any, keepdims: bool) -> Any:
    full, length = spread(g, a, axis), spread(y, a, axis)
    zero = np.asarray(bare(length)) == 0
    return np.where(zero, 0.0, full * a / np.where(zero, 1.0, length)) if np.any(zero) else full * a / length


def _norm_forward(a: Any, axis: Any, keepdims: bool) -> Any:
    if np.iscomplexobj(a):
        return np.sqrt(np.sum(a * a, axis=axis, keepdims=keepdims))
    big = np.max(np.abs(a), axis=axis, keepdims=True, initial=0.0)
    if np.all((big < 1e150) & ((big > 1e-150) | (big == 0))):
        return np.sqrt(np.sum(a * a, axis=axis, keepdims=keepdims))
    big = np.where((big == 0) | ~np.isfinite(big), 1.0, big)  # its square would overflow, or vanish
    out = np.sqrt(np.sum((a / big) ** 2, axis=axis, keepdims=True)) * big
    return out if keepdims else np.squeeze(out, axis if axis is not None else tuple(range(np.ndim(a))))


NORM = Op(
    "norm", "algebra", _norm_forward, "‖ ‖", "A norm gives each element its share: the element over the norm.",
    ("{g}·{0}/{y}",), "‖{0}‖", CALLS, (), (_norm_back,), analytic=True, formula="d‖a‖ = a·da/‖a‖",
    edge="At a = 0 it sends 0.",
)  # fmt: skip


# -- NumPy's functions


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord is None and axis is None:
        out = call(NORM.forward, np.ravel(x) if np.ndim(x) != 1 else x, None, False)
        return np.reshape(out, (1,) * np.ndim(x)) if keepdims else out
    axis = axis_of(axis, x)
    if axis is None:
        axis = tuple(range(np.ndim(x)))
    over = (axis,) if isinstance(axis, int) else axis
    if len(over) == 1:
        return _vector_norm(x, 2 if ord is None else ord, over[0], keepdims)
    if len(over) != 2:
        raise ValueError("Improper number of dimensions to norm.")
    if ord in (None, "fro"):
        return call(NORM.forward, x, over, keepdims)
    return _matrix_norm(x, ord, over, keepdims)


def _vector_norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    if ord == 2:
        return call(NORM.forward, x, axis, keepdims)
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.linalg.norm(bare(x), 0, axis, keepdims)
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    total = np.sum(np.abs(x) ** ord, axis=axis, keepdims=keepdims)
    return total ** (1.0 / ord)


def _matrix_norm(x: Any, ord: Any, over: tuple[int, ...], keepdims: bool) -> Any:
    rows, cols = over
    if ord in (1, -1, np.inf, -np.inf):
        first, second = (rows, cols) if abs(ord) == 1 else (cols, rows)
        sums = np.sum(np.abs(x), axis=first, keepdims=True)
        out = (np.max if ord > 0 else np.min)(sums, axis=second, keepdims=True)
    elif ord in (2, -2, "nuc"):
        s = np.linalg.svdvals(np.moveaxis(x, over, (-2, -1)))
        reduce_: Any = {2: np.max, -2: np.min, "nuc": np.sum}[ord]
        out = reduce_(s, axis=-1)
        return np.expand_dims(out, tuple(sorted(over))) if keepdims else out
    else:
        raise ValueError("Invalid norm order for matrices.")
    return out if keepdims else np.squeeze(out, over)


def _linalg_vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    over = axis_of(axis, x)
    if over is None:
        out = _vector_norm(np.ravel(x), ord, 0, False)
        return np.reshape(out, (1,) * np.ndim(x)) if keepdims else out
    return _vector_norm(x, ord, over, keepdims)


def _cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    over = (-2, -1)
    return np.linalg.norm(x, p, over) * np.linalg.norm(np.linalg.inv(x), p, over)


ROWS = (NORM,)

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    NORM.forward: (NORM, lambda a, axis, keepdims: ((a,), {"axis": axis, "keepdims": keepdims})),
    np.linalg.norm: (None, _norm),
    np.linalg.vector_norm: (None, _linalg_vector_norm),
    np.linalg.matrix_norm: (None, lambda x, keepdims=False, ord="fro": _norm(x, ord, (-2, -1), keepdims)),
    np.linalg.cond: (None, _cond),
}
