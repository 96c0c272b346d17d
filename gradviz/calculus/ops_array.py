"""The ops that reduce an array along axes, or run along one: sums, means, products, extremes, softmax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .op import CALLS, Op, Shape, Text, axis_words
from .traced import bare, call

Axis = int | tuple[int, ...] | None


def kept(shape: Shape, axis: Axis) -> Shape:
    """Return the shape of a reduction with its axes kept as 1."""
    if axis is None:
        return (1,) * len(shape)
    over = {a % len(shape) for a in ((axis,) if isinstance(axis, int) else axis)} if shape else set()
    return tuple(1 if i in over else n for i, n in enumerate(shape))


def spread(g: Any, a: Any, axis: Axis) -> Any:
    """Give a reduced array back the axes that it lost, as 1, so that it broadcasts against the operand."""
    shape = kept(np.shape(a), axis)
    return g if np.shape(g) == shape or not shape else np.reshape(g, shape)


def count(shape: Shape, axis: Axis) -> int:
    """Return how many elements one result of a reduction is made of."""
    return int(np.prod(shape, dtype=int)) // max(int(np.prod(kept(shape, axis), dtype=int)), 1)


def _over(sign: str) -> Callable[[Text, tuple[Shape, ...], Shape, Mapping[str, Any]], Text]:
    def words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
        where = axis_words(params.get("axis"), len(shapes[0]))
        label = f"{sign} {{0}}" if sign in "ΣΠ" else f"{sign}({{0}})"
        if where:
            label = f"{sign}({{0}}, {where})"
        return replace(text, symbol=sign, label=label)

    return words


def _mean_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    return replace(_over("mean")(text, shapes, shape, params), local=(f"1/{count(shapes[0], params['axis'])}",))


SUM = Op(
    "sum", "reduction", lambda a, axis, keepdims: np.sum(a, axis=axis, keepdims=keepdims), "Σ",
    "A sum passes it on unchanged to every element.", ("1",), "Σ {0}", CALLS, (),
    (lambda g, y, a, axis, keepdims: np.broadcast_to(spread(g, a, axis), np.shape(a)),),
    linear="joint", analytic=True, words=_over("Σ"), formula="d Σa = Σ da",
)  # fmt: skip
MEAN = Op(
    "mean", "reduction", lambda a, axis, keepdims: np.mean(a, axis=axis, keepdims=keepdims), "mean",
    "A mean shares it out evenly: every element gets one n-th.", ("1/n",), "mean({0})", CALLS, (),
    (lambda g, y, a, axis, keepdims: np.broadcast_to(spread(g / count(np.shape(a), axis), a, axis), np.shape(a)),),
    linear="joint", analytic=True, words=_mean_words, formula="d mean(a) = Σ da / n",
)  # fmt: skip


def _others(y: Any, a: Any, axis: Axis) -> Any:
    """For each element, the product of the others it is multiplied with: exact where some of them are 0."""
    values = np.asarray(bare(a))
    if not np.any(values == 0):
        return spread(y, a, axis) / a
    # Bring the reduced axes together at the end, and multiply n copies of them, each with one element made 1.
    shape, n = values.shape, count(values.shape, axis)
    over = [i for i, k in enumerate(kept(shape, axis)) if k != shape[i] or axis is None]
    order = [i for i in range(len(shape)) if i not in over] + over
    lines = np.reshape(np.transpose(a, order), (-1, 1, n))
    rest = np.prod(np.where(np.eye(n, dtype=bool), 1.0, lines), axis=-1)
    moved = np.reshape(rest, tuple(shape[i] for i in order))
    return np.transpose(moved, tuple(int(i) for i in np.argsort(order)))


PROD = Op(
    "prod", "reduction", lambda a, axis, keepdims: np.prod(a, axis=axis, keepdims=keepdims), "Π",
    "A product multiplies it, for each element, by the product of the others.", ("{y}/{0}",), "Π {0}", CALLS, (),
    (lambda g, y, a, axis, keepdims: spread(g, a, axis) * _others(y, a, axis),),
    analytic=True, words=_over("Π"), formula="d Πa = Σᵢ (Πⱼ≠ᵢ aⱼ)·daᵢ", edge="Exact where elements are 0.",
)  # fmt: skip


def _shares(y: Any, a: Any, axis: Axis) -> Any:
    hit = np.equal(a, spread(y, a, axis))
    if np.ndim(hit) == 0:
        return np.where(hit, 1.0, 0.0)
    return hit / np.maximum(np.sum(hit, axis=axis, keepdims=True), 1)


def _extreme(name: str, function: Any, word: str) -> Op:
    return Op(
        name, "reduction", lambda a, axis, keepdims: function(a, axis=axis, keepdims=keepdims), name,
        f"All of it goes to the {word} element.", (f"[{{0}} = {name}]",), f"{name}({{0}})", CALLS, (),
        (lambda g, y, a, axis, keepdims: _chosen(_shares(y, a, axis), spread(g, a, axis)),),
        words=_over(name), formula=f"d {name}(a) = da at the {word}", edge="Equal ones share it evenly.",
    )  # fmt: skip


def _chosen(share: Any, g: Any) -> Any:
    return np.where(share == 0, 0.0, g * share)


MAX = _extreme("max", np.max, "largest")
MIN = _extreme("min", np.min, "smallest")


def _softmax(a: Any, axis: int) -> Any:
    e = np.exp(a - (np.max(a, axis=axis, keepdims=True) if not np.iscomplexobj(a) else 0))
    return e / np.sum(e, axis=axis, keepdims=True)


SOFTMAX = Op(
    "softmax", "exponential", _softmax, "softmax",
    "A softmax takes from it its average under the softmax, and multiplies the rest by the softmax.",
    ("{y}·({g} − Σ {g}·{y})",), "softmax({0})", CALLS, (),
    (lambda g, y, a, axis: y * (g - np.sum(g * y, axis=axis, keepdims=True)),),
    analytic=True, words=_over("softmax"), formula="d softmax(a) = y·(da − Σ y·da)",
)  # fmt: skip


def _reverse_cumsum(g: Any, axis: int) -> Any:
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


CUMSUM = Op(
    "cumsum", "reduction", np.cumsum, "cumsum",
    "A running sum sends back the running sum from the end.", ("Σ from the end of {g}",), "cumsum({0})", CALLS, (),
    (lambda g, y, a, axis: _reverse_cumsum(g, axis),), linear="joint", analytic=True, words=_over("cumsum"),
    formula="d cumsum(a) = cumsum(da)",
)  # fmt: skip


# -- how NumPy's arguments become operands and params


def axis_of(axis: Any, a: Any) -> Axis:
    n = np.ndim(a)
    if axis is None:
        return None
    given = (axis,) if np.ndim(axis) == 0 else tuple(axis)
    whole = tuple(int(i) for i in given)
    if any(not -n <= i < n for i in whole):
        raise np.exceptions.AxisError(next(i for i in whole if not -n <= i < n), n)
    return whole[0] % n if np.ndim(axis) == 0 else tuple(i % n for i in whole)


def _bind(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return (a,), {"axis": axis_of(axis, a), "keepdims": bool(keepdims)}


def _reducer(row: Op, neutral: float, join: Callable[..., Any]) -> Callable[..., Any]:
    """Return NumPy's reduction with its options: what `where` leaves out counts as neutral, `initial` is one more."""

    def reduced(
        a: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, where: Any = True, initial: Any = None
    ) -> Any:
        a = a if dtype is None else np.astype(a, dtype)
        a = a if where is True else np.where(where, a, neutral)
        if not np.ndim(a) and axis in (0, -1):
            axis = None  # NumPy lets a number be reduced along an axis that it has not
        out = call(row.forward, a, axis, keepdims)
        return out if initial is None else join(out, initial)

    return reduced


def _mean(a: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, where: Any = True) -> Any:
    a = a if dtype is None else np.astype(a, dtype)
    if where is True:
        return call(MEAN.forward, a, axis, keepdims)
    number = np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims)
    return np.sum(a, axis=axis, keepdims=keepdims, where=where) / number


def _bind_softmax(a: Any, axis: int = -1) -> Any:
    return (a,), {"axis": axis_of(axis, a)}


def _cumsum(a: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.cumsum(np.reshape(a, (-1,)), 0)
    return call(_cumulated, a, axis_of(axis, a))


def _cumulated(a: Any, axis: int) -> Any:
    return np.cumsum(a, axis)


ROWS = (SUM, MEAN, PROD, MAX, MIN, SOFTMAX, CUMSUM)

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    **{row.forward: (row, _bind) for row in (SUM, MEAN, PROD, MAX, MIN)},
    np.sum: (None, _reducer(SUM, 0.0, np.add)),
    np.mean: (None, _mean),
    np.prod: (None, _reducer(PROD, 1.0, np.multiply)),
    np.max: (None, _reducer(MAX, -np.inf, np.maximum)),
    np.amax: (None, _reducer(MAX, -np.inf, np.maximum)),
    np.min: (None, _reducer(MIN, np.inf, np.minimum)),
    np.amin: (None, _reducer(MIN, np.inf, np.minimum)),
    np.cumsum: (None, _cumsum),
    _cumulated: (CUMSUM, lambda a, axis: ((a,), {"axis": axis})),
    _softmax: (SOFTMAX, _bind_softmax),
}
