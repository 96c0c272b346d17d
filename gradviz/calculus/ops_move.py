"""The ops that put each element of the result where one of the operand's is: flips, rolls, repeats, picks.

One rule serves them all. Moving the numbers 0, 1, 2 ... in the operand's place tells where every element comes from,
and the gradient goes back there; where an element is used several times, its parts are added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from .op import CALLS, Op
from .ops_array import axis_of
from .ops_shape import SETITEM, scatter
from .refuse import unknown
from .traced import Traced, bare, call


def _frozen(a: Any, kind: Any = int) -> Any:
    out = np.array(a, kind)
    out.flags.writeable = False
    return out if out.ndim else out[()]


def _mover(name: str, forward: Callable[..., Any], rule: str, local: str, label: str = "") -> Op:
    def transpose(g: Any, y: Any, a: Any, **params: Any) -> Any:
        shape = np.shape(a)
        size = int(np.prod(shape, dtype=int))
        source = forward(np.reshape(np.arange(size), shape), **params)
        return np.reshape(scatter(np.reshape(g, (-1,)), (size,), _frozen(np.ravel(source))), shape)

    def words(text: Any, shapes: Any, shape: Any, params: Any) -> Any:
        shown = [f"{v}" for v in params.values() if not isinstance(v, np.ndarray) and v is not None]
        return replace(text, label=f"{name}({', '.join(['{0}', *shown])})")

    return Op(
        name, "shape", forward, name, rule, (local,), label or f"{name}({{0}})", CALLS, (), (transpose,),
        linear="joint", analytic=True, words=None if label else words, formula=f"d {name}(a) = {name}(da)",
    )  # fmt: skip


FLIP = _mover("flip", np.flip, "A flip is flipped back.", "{g} flipped")
ROLL = _mover("roll", np.roll, "A roll is rolled back.", "{g} rolled back")
ROT90 = _mover("rot90", np.rot90, "A turn is turned back.", "{g} turned back")
TILE = _mover(
    "tile",
    np.tile,
    "What was laid out several times gets the sum over its copies.",
    "Σ copies",
)
REPEAT = _mover(
    "repeat", np.repeat,
    "What was repeated gets the sum over its repeats.", "Σ repeats",
)  # fmt: skip
DIAGONAL = _mover(
    "diagonal", np.diagonal,
    "A diagonal is put back on the diagonal, and 0 elsewhere.", "{g} on the diagonal",
)  # fmt: skip
TAKE = _mover(
    "take", lambda a, indices, axis, mode: np.take(a, indices, axis, None, mode),
    "Picking elements puts it back in their places, and 0 in all others.", "{g} in place",
)  # fmt: skip
TAKE_ALONG = _mover(
    "take_along_axis", np.take_along_axis,
    "Picking elements puts it back in their places, and 0 in all others.", "{g} in place",
)  # fmt: skip
SORT = _mover(
    "sort", np.take_along_axis,
    "Sorting sends it back to where each element came from.", "{g} unsorted", label="sort({0})",
)  # fmt: skip
DELETE = _mover(
    "delete",
    np.delete,
    "What was left gets it; what was taken out gets 0.",
    "{g} in place",
)
EXTEND = _mover(
    "pad", lambda a, width, mode, options: np.pad(a, width, mode, **dict(options)),
    "Padding sums it over all copies of an element.", "Σ copies",
)  # fmt: skip


def _unpadded(g: Any, y: Any, a: Any, width: Any, value: Any) -> Any:
    return g[tuple(slice(w[0], w[0] + n) for w, n in zip(width, np.shape(a), strict=True))]


PAD = Op(
    "pad with a constant", "shape", lambda a, width, value: np.pad(a, width, constant_values=value), "pad",
    "Padding is cut off again.", ("{g} without the rim",), "pad({0})", CALLS, (), (_unpadded,),
    analytic=True, formula="d pad(a) = da in the middle",
)  # fmt: skip


def _on_diagonal(a: Any, k: int) -> Any:
    return np.diag(a, k)


DIAG = Op(
    "diag", "shape", _on_diagonal, "diag", "What was put on a diagonal gets it from there.",
    ("diagonal of {g}",), "diag({0})", CALLS, (), (lambda g, y, a, k: np.diagonal(g, k),), linear="joint",
    analytic=True,
    formula="d diag(a) = diag(da)",
)  # fmt: skip


# -- how NumPy's arguments become operands and params; and the functions that are these in another guise


def _whole(x: Any) -> Any:
    x = bare(x)
    if x is None:
        return None
    if np.ndim(x) == 0:
        return int(x)
    return tuple(int(i) for i in np.ravel(x)) if np.ndim(x) == 1 else _frozen(x)


def _bind_roll(a: Any, shift: Any, axis: Any = None) -> Any:
    return (a,), {"shift": _whole(shift), "axis": _whole(axis)}


def _bind_repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    return (a,), {"repeats": _whole(repeats), "axis": _whole(axis)}


def _bind_diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return (a,), {"offset": int(offset), "axis1": int(axis1), "axis2": int(axis2)}


def _bind_take(a: Any, indices: Any, axis: Any = None, mode: str = "raise") -> Any:
    return (a,), {"indices": _frozen(bare(indices)), "axis": _whole(axis), "mode": mode}


def _bind_along(arr: Any, indices: Any, axis: Any = -1) -> Any:
    return (arr,), {"indices": _frozen(indices), "axis": _whole(axis)}


def _bind_sort(a: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Any:
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis_of(axis, a))
    return (a,), {"indices": _frozen(np.argsort(a, axis, kind="stable")), "axis": axis}


def _bind_partition(a: Any, kth: Any, axis: Any = -1) -> Any:
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis_of(axis, a))
    return (a,), {"indices": _frozen(np.argpartition(a, kth, axis)), "axis": axis}


def _bind_delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    if not isinstance(obj, slice):
        obj = bare(obj)
        obj = _whole(np.flatnonzero(obj) if np.asarray(obj).dtype == bool else obj)
    return (arr,), {"obj": obj, "axis": _whole(axis)}


def _pad(array: Any, pad_width: Any, mode: str = "constant", **options: Any) -> Any:
    if isinstance(pad_width, dict):
        pairs = [(0, 0)] * np.ndim(array)
        for axis, width in pad_width.items():
            pairs[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
        pad_width = pairs
    width = tuple((int(a), int(b)) for a, b in np.broadcast_to(pad_width, (np.ndim(array), 2)))
    if mode == "constant":
        return call(PAD.forward, array, width, options.get("constant_values", 0))
    if mode in ("edge", "wrap", "symmetric", "reflect") and options.get("reflect_type", "even") == "even":
        return call(EXTEND.forward, array, width, mode, tuple(options.items()))
    raise unknown(
        f"np.pad with mode={mode!r}", ("np.pad",), None, "gradviz pads by constant, edge, wrap, symmetric and reflect"
    )


def _triangle(keep: Callable[..., Any]) -> Callable[..., Any]:
    def cut(m: Any, k: int = 0) -> Any:
        return np.where(keep(np.ones(np.shape(m)[-2:], bool), k), m, 0.0)

    return cut


def _at_least(n: int) -> Callable[..., Any]:
    plain = (np.atleast_1d, np.atleast_2d, np.atleast_3d)[n - 1]

    def raised(*arrays: Any) -> Any:
        out = [a if np.ndim(a) >= n else np.reshape(a, plain(np.empty(np.shape(a))).shape) for a in arrays]
        return out[0] if len(out) == 1 else tuple(out)

    return raised


def _all(n: int, arrays: Sequence[Any]) -> list[Any]:
    raised = _at_least(n)
    return [raised(a) for a in arrays]


def _hstack(tup: Any) -> Any:
    parts = _all(1, tup)
    return np.concatenate(parts, 0 if np.ndim(parts[0]) == 1 else 1)


def _column_stack(tup: Any) -> Any:
    return np.concatenate([a if np.ndim(a) == 2 else np.reshape(a, (-1, 1)) for a in tup], 1)


def _append(arr: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.concatenate([np.ravel(arr), np.ravel(values)], 0)
    return np.concatenate([arr, values], axis)


def _array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    length = np.shape(ary)[axis]
    pieces = np.array_split(np.arange(length), indices_or_sections)
    lead: tuple[Any, ...] = (slice(None),) * (axis % np.ndim(ary))
    ends = np.cumsum([len(p) for p in pieces])
    if np.ndim(indices_or_sections) == 0:
        return [ary[(*lead, slice(int(e) - len(p), int(e)))] for p, e in zip(pieces, ends, strict=True)]
    cuts = [0, *(int(i) for i in indices_or_sections), length]
    return [ary[(*lead, slice(a, b))] for a, b in pairwise(cuts)]


def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    if np.ndim(indices_or_sections) == 0 and np.shape(ary)[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return _array_split(ary, indices_or_sections, axis)


def _insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        arr, axis = np.ravel(arr), 0
    if np.ndim(obj) == 0 and 0 < np.ndim(values) <= np.ndim(arr):  # all at one place: the first axis goes along
        full = (1,) * (np.ndim(arr) - np.ndim(values)) + np.shape(values)
        values = np.moveaxis(np.reshape(values, full), 0, axis)
        obj = [obj] * np.shape(values)[axis]
    marks = np.insert(np.arange(np.shape(arr)[axis]), obj, -1)  # where the new ones come to stand
    lead: tuple[Any, ...] = (slice(None),) * (axis % np.ndim(arr))
    where = np.flatnonzero(marks < 0)
    shape = list(np.shape(arr))
    shape[axis] = len(where)
    out = np.take(arr, np.where(marks < 0, 0, marks), axis)
    return call(_put, out, np.broadcast_to(values, shape), (*lead, _frozen(where)))


def _put(a: Any, b: Any, index: Any) -> Any:
    return SETITEM.forward(a, b, index)


def _compress(condition: Any, a: Any, axis: Any = None) -> Any:
    return np.take(a, np.flatnonzero(condition), axis)


def _extract(condition: Any, arr: Any) -> Any:
    return np.take(np.ravel(arr), np.flatnonzero(condition))


def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    out = default
    for condition, choice in zip(reversed(list(condlist)), reversed(list(choicelist)), strict=True):
        out = np.where(condition, choice, out)
    return out


def _choose(a: Any, choices: Any, mode: str = "raise") -> Any:
    picked, n = np.asarray(bare(a)), len(choices)
    if mode == "raise" and np.any((picked < 0) | (picked >= n)):
        raise ValueError("invalid entry in choice array")
    picked = picked % n if mode == "wrap" else np.clip(picked, 0, n - 1)
    return _select([picked == i for i in range(n)], choices)


def _broadcast_arrays(*args: Any) -> tuple[Any, ...]:
    shape = np.broadcast_shapes(*(np.shape(a) for a in args))
    return tuple(a if np.shape(a) == shape else np.broadcast_to(a, shape) for a in args)


def _meshgrid(*xi: Any, indexing: str = "xy", sparse: bool = False, copy: bool = True) -> tuple[Any, ...]:
    n = len(xi)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    grids = [np.reshape(x, tuple(-1 if k == order[i] else 1 for k in range(n))) for i, x in enumerate(xi)]
    return tuple(grids) if sparse else _broadcast_arrays(*grids)


def _unstack(x: Any, axis: int = 0) -> tuple[Any, ...]:
    lead: tuple[Any, ...] = (slice(None),) * (axis % np.ndim(x))
    return tuple(x[(*lead, i)] for i in range(np.shape(x)[axis]))


def _block(arrays: Any) -> Any:
    def depth(x: Any) -> int:
        return 1 + depth(x[0]) if isinstance(x, list) else 0

    def join(x: Any, level: int) -> Any:
        if not isinstance(x, list):
            return x if np.ndim(x) >= total else np.reshape(x, (1,) * (total - np.ndim(x)) + np.shape(x))
        return np.concatenate([join(part, level - 1) for part in x], -level)

    def most(x: Any) -> int:
        return max(map(most, x)) if isinstance(x, list) else np.ndim(x)

    total = max(depth(arrays), most(arrays))
    return join(arrays, depth(arrays))


def _unique(
    ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, axis: Any = None,
    *, equal_nan: bool = True, sorted: bool = True,
) -> Any:  # fmt: skip
    found = np.unique(bare(ar), True, True, True, axis, equal_nan=equal_nan)
    values = np.take(np.ravel(ar) if axis is None else ar, found[1], axis=0 if axis is None else axis)
    wanted = (return_index, return_inverse, return_counts)
    rest = tuple(part for part, wish in zip(found[1:], wanted, strict=True) if wish)
    return (values, *rest) if rest else values


def _full_like(a: Any, fill_value: Any, *, shape: Any = None) -> Any:
    wide = np.shape(a) if shape is None else shape
    if not isinstance(fill_value, Traced):
        return np.full(wide, fill_value)
    traced: Any = fill_value
    return np.broadcast_to(traced, wide)


def _resize(a: Any, new_shape: Any) -> Any:
    n = int(np.prod(new_shape, dtype=int))
    return np.reshape(np.take(np.ravel(a), np.resize(np.arange(np.size(a)), n)), new_shape)


ROWS = (FLIP, ROLL, ROT90, TILE, REPEAT, DIAGONAL, TAKE, TAKE_ALONG, SORT, DELETE, EXTEND, PAD, DIAG)

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    np.flip: (FLIP, lambda m, axis=None: ((m,), {"axis": _whole(axis)})),
    np.fliplr: (FLIP, lambda m: ((m,), {"axis": 1})),
    np.flipud: (FLIP, lambda m: ((m,), {"axis": 0})),
    np.roll: (ROLL, _bind_roll),
    np.rot90: (ROT90, lambda m, k=1, axes=(0, 1): ((m,), {"k": int(k), "axes": tuple(axes)})),
    np.tile: (TILE, lambda A, reps: ((A,), {"reps": _whole(reps)})),
    np.repeat: (REPEAT, _bind_repeat),
    np.diagonal: (DIAGONAL, _bind_diagonal),
    np.linalg.diagonal: (DIAGONAL, lambda x, offset=0: _bind_diagonal(x, offset, -2, -1)),
    np.take: (TAKE, _bind_take),
    np.take_along_axis: (TAKE_ALONG, _bind_along),
    np.sort: (SORT, _bind_sort),
    np.partition: (SORT, _bind_partition),
    np.delete: (DELETE, _bind_delete),
    np.pad: (None, _pad),
    PAD.forward: (PAD, lambda a, width, value: ((a,), {"width": width, "value": value})),
    EXTEND.forward: (
        EXTEND,
        lambda a, width, mode, options: ((a,), {"width": width, "mode": mode, "options": options}),
    ),
    np.diag: (None, lambda v, k=0: _diag(v, int(k))),
    np.diagflat: (None, lambda v, k=0: _diag(np.ravel(v), int(k))),
    _on_diagonal: (DIAG, lambda a, k: ((a,), {"k": k})),
    np.tril: (None, _triangle(np.tril)),
    np.triu: (None, _triangle(np.triu)),
    np.atleast_1d: (None, _at_least(1)),
    np.atleast_2d: (None, _at_least(2)),
    np.atleast_3d: (None, _at_least(3)),
    np.hstack: (None, _hstack),
    np.vstack: (None, lambda tup: np.concatenate(_all(2, tup), 0)),
    np.dstack: (None, lambda tup: np.concatenate(_all(3, tup), 2)),
    np.column_stack: (None, _column_stack),
    np.append: (None, _append),
    np.split: (None, _split),
    np.array_split: (None, _array_split),
    np.hsplit: (None, lambda ary, indices_or_sections: _split(ary, indices_or_sections, 0 if np.ndim(ary) == 1 else 1)),
    np.vsplit: (None, lambda ary, indices_or_sections: _split(ary, indices_or_sections, 0)),
    np.dsplit: (None, lambda ary, indices_or_sections: _split(ary, indices_or_sections, 2)),
    np.insert: (None, _insert),
    _put: (SETITEM, lambda a, b, index: ((a, b), {"index": index})),
    np.compress: (None, _compress),
    np.extract: (None, _extract),
    np.select: (None, _select),
    np.choose: (None, _choose),
    np.broadcast_arrays: (None, _broadcast_arrays),
    np.meshgrid: (None, _meshgrid),
    np.unstack: (None, _unstack),
    np.block: (None, _block),
    np.unique: (None, _unique),
    np.full_like: (None, _full_like),
    np.resize: (None, _resize),
}


def _diag(v: Any, k: int) -> Any:
    return call(_on_diagonal, v, k) if np.ndim(v) == 1 else np.diagonal(v, k)
