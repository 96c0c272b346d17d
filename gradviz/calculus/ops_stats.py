"""Functions of NumPy that are written with others that are traced: statistics, differences, products along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .op import CALLS, Op
from .ops_array import axis_of, count, kept
from .refuse import unknown
from .traced import bare, call


def _root(v: Any) -> Any:
    """The square root, flat at 0: there a standard deviation or a norm has no slope, and sends 0 (as PyTorch)."""
    zero = np.asarray(bare(v)) == 0
    if not np.any(zero):
        return np.sqrt(v)
    return np.where(zero, 0.0, np.sqrt(np.where(zero, 1.0, v)))


def _var(
    a: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, mean: Any = None, correction: Any = None,
    where: Any = True,
) -> Any:  # fmt: skip
    off = a - (np.mean(a, axis=axis, keepdims=True, where=where) if mean is None else mean)
    if where is True:
        number: Any = count(np.shape(a), axis_of(axis, a))
    else:
        number = np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims)
    free = number - (ddof if correction is None else correction)
    return np.sum(off**2, axis=axis, keepdims=keepdims, where=where) / np.where(free > 0, free, np.nan)[()]


def _std(a: Any, axis: Any = None, **options: Any) -> Any:
    return _root(_var(a, axis, **options))


def _ptp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    if weights is None:
        out: Any = np.mean(a, axis=axis, keepdims=keepdims)
        total: Any = float(count(np.shape(a), axis_of(axis, a)))
    else:
        if np.shape(weights) != np.shape(a):
            shape = [1] * np.ndim(a)
            shape[axis] = -1
            weights = np.broadcast_to(np.reshape(weights, shape), np.shape(a))
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        out = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (out, np.broadcast_to(total, np.shape(out))) if returned else out


def _line(a: Any, axis: Any) -> tuple[Any, int]:
    """Bring what is reduced together into the last axis, and tell its length."""
    n = count(np.shape(a), axis_of(axis, a))
    if axis is None:
        return np.reshape(a, (-1,)), n
    over = [i % np.ndim(a) for i in np.atleast_1d(axis)]
    if over == [np.ndim(a) - 1]:
        return a, n
    moved = np.moveaxis(a, over, range(-len(over), 0))
    return (moved if len(over) == 1 else np.reshape(moved, (*np.shape(moved)[: np.ndim(a) - len(over)], n))), n


#: How a quantile between two elements is taken, of NumPy's methods: those that interpolate between neighbours.
_BETWEEN: dict[str, Callable[[float], tuple[float, float]]] = {
    "linear": lambda t: (np.floor(t), t - np.floor(t)),
    "lower": lambda t: (np.floor(t), 0.0),
    "higher": lambda t: (np.ceil(t), 0.0),
    "nearest": lambda t: (float(np.round(t)), 0.0),
    "midpoint": lambda t: (np.floor(t), 0.5 if t % 1 else 0.0),
}


def _quantile(
    a: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False, overwrite_input: bool = False
) -> Any:
    if method not in _BETWEEN:
        raise unknown(
            f"np.quantile with method={method!r}", ("np.quantile",), None, f"gradviz has {', '.join(_BETWEEN)}"
        )
    line, n = _line(a, axis)
    if n == 0:
        return np.mean(a, axis=axis, keepdims=keepdims)  # NaN in the right shape, as NumPy has it
    ordered = np.sort(line, axis=-1)

    def one(share: float) -> Any:
        low, t = _BETWEEN[method](float(share) * (n - 1))
        i = int(low)
        out = ordered[..., i]
        if t:
            out = out * (1.0 - t) + ordered[..., min(i + 1, n - 1)] * t
        if np.any(np.isnan(np.asarray(bare(line)))):
            out = np.where(np.any(np.isnan(line), axis=-1), np.nan, out)
        return np.reshape(out, kept(np.shape(a), axis_of(axis, a))) if keepdims else out

    values = np.asarray(bare(q), float)
    if np.any((values < 0) | (values > 1)):
        raise ValueError("Quantiles must be in the range [0, 1]")
    if values.ndim == 0:
        return one(float(values))
    return np.reshape(np.stack([one(s) for s in np.ravel(values)]), (*values.shape, *np.shape(one(0.5))))


def _median(a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    return _quantile(a, 0.5, axis, keepdims=keepdims)


def _percentile(a: Any, q: Any, axis: Any = None, **options: Any) -> Any:
    return _quantile(a, np.asarray(q) / 100, axis, **options)


def _where_nan(a: Any, fill: float) -> Any:
    return np.where(np.isnan(a), fill, a)


def _nansum(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sum(_where_nan(a, 0.0), axis=axis, keepdims=keepdims)


def _nanprod(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.prod(_where_nan(a, 1.0), axis=axis, keepdims=keepdims)


def _nanmean(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    number = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims)
    return _nansum(a, axis, keepdims) / number


def _nanvar(a: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Any:
    number = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims)
    off = np.where(np.isnan(a), 0.0, a - _nanmean(a, axis, True))
    return np.sum(off**2, axis=axis, keepdims=keepdims) / (number - ddof)


def _nanstd(a: Any, axis: Any = None, **options: Any) -> Any:
    return _root(_nanvar(a, axis, **options))


def _nan_extreme(function: Callable[..., Any], fill: float) -> Callable[..., Any]:
    def extreme(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        out = function(_where_nan(a, fill), axis=axis, keepdims=keepdims)
        none = np.all(np.isnan(a), axis=axis, keepdims=keepdims)
        return np.where(none, np.nan, out) if np.any(none) else out

    return extreme


def _nancumsum(a: Any, axis: Any = None) -> Any:
    return np.cumsum(_where_nan(a, 0.0), axis=axis)


def _cumprod_back(g: Any, y: Any, a: Any, axis: int) -> Any:
    values = np.asarray(bare(a))
    if not np.any(values == 0):
        return np.flip(np.cumsum(np.flip(g * y, axis), axis), axis) / a
    # With zeros: the k-th result is a product of the first k, and gives each of them the product of the others.
    n = values.shape[axis]
    line = np.moveaxis(a, axis, -1)
    k, i, j = np.ogrid[:n, :n, :n]
    parts = np.where((j <= k) & (j != i), np.reshape(line, (*np.shape(line)[:-1], 1, 1, n)), 1.0)
    rows = np.where((i <= k)[..., 0], np.prod(parts, axis=-1), 0.0)
    back = np.sum(np.expand_dims(np.moveaxis(g, axis, -1), -1) * rows, axis=-2)
    return np.moveaxis(back, -1, axis)


def _multiplied(a: Any, axis: int) -> Any:
    return np.cumprod(a, axis)


CUMPROD = Op(
    "cumprod", "reduction", _multiplied, "cumprod",
    "Each element gets it from every running product that it is part of, times the others in it.",
    ("Σ from the end of {g}·{y}, over {0}",), "cumprod({0})", CALLS, (), (_cumprod_back,), analytic=True,
    formula="d cumprod(a)ₖ = Σᵢ≤ₖ (Π of the others)·daᵢ", edge="Exact where elements are 0.",
)  # fmt: skip


def _cumprod(a: Any, axis: Any = None) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    return call(_multiplied, a, axis % np.ndim(a))


def _cumulative(function: Callable[..., Any], first: float) -> Callable[..., Any]:
    def cumulative(x: Any, *, axis: Any = None, include_initial: bool = False) -> Any:
        axis = 0 if axis is None else axis
        out = function(x, axis=axis)
        if include_initial:
            shape = list(np.shape(x))
            shape[axis] = 1
            out = np.concatenate([np.full(shape, first), out], axis)
        return out

    return cumulative


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None) -> Any:
    x = np.atleast_2d(m)
    x = x if rowvar or np.ndim(m) == 1 else np.transpose(x)
    if y is not None:
        other = np.atleast_2d(y)
        x = np.concatenate([x, other if rowvar or np.ndim(y) == 1 else np.transpose(other)], 0)
    off = x - np.mean(x, axis=1, keepdims=True)
    free = np.shape(x)[1] - ((0 if bias else 1) if ddof is None else ddof)
    return np.squeeze(off @ np.transpose(off) / free)


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    c = _cov(x, y, rowvar)
    if np.ndim(c) == 0:
        return c / c
    d = np.sqrt(np.diagonal(c))
    return c / np.expand_dims(d, 1) / np.expand_dims(d, 0)


ROWS = (CUMPROD,)

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    _multiplied: (CUMPROD, lambda a, axis: ((a,), {"axis": axis})),
    np.var: (None, _var),
    np.std: (None, _std),
    np.ptp: (None, _ptp),
    np.average: (None, _average),
    np.median: (None, _median),
    np.quantile: (None, _quantile),
    np.percentile: (None, _percentile),
    np.nansum: (None, _nansum),
    np.nanprod: (None, _nanprod),
    np.nanmean: (None, _nanmean),
    np.nanvar: (None, _nanvar),
    np.nanstd: (None, _nanstd),
    np.nanmax: (None, _nan_extreme(np.max, -np.inf)),
    np.nanmin: (None, _nan_extreme(np.min, np.inf)),
    np.nancumsum: (None, _nancumsum),
    np.cumprod: (None, _cumprod),
    np.cumulative_sum: (None, _cumulative(np.cumsum, 0.0)),
    np.cumulative_prod: (None, _cumulative(np.cumprod, 1.0)),
    np.trace: (None, _trace),
    np.linalg.trace: (None, lambda x, offset=0: _trace(x, offset, -2, -1)),
    np.cov: (None, _cov),
    np.corrcoef: (None, _corrcoef),
}
