"""The ops that move elements about: reshaping, indexing, joining, repeating. Each is linear in its operands."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .op import CALLS, POWERS, Op, Shape, Text, axis_words
from .refuse import detached, unknown
from .traced import bare, call


def _shape(
    name: str,
    forward: Any,
    transpose: Any,
    symbol: str,
    rule: str,
    local: str,
    *,
    label: str = "",
    precedence: int = CALLS,
    words: Any = None,
    variadic: bool = False,
    formula: str = "",
) -> Op:
    return Op(
        name, "shape", forward, symbol, rule, (local,), label, precedence, (), (transpose,), linear="joint",
        analytic=True, words=words, variadic=variadic, formula=formula or f"d {name}(a) = {name}(da)",
    )  # fmt: skip


def by(shape: Shape) -> str:
    """Write a shape: "2×3"; "scalar" for a number."""
    return "×".join(map(str, shape)) or "scalar"


def _reshape_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    return replace(text, local=(f"{{g}} as {by(shapes[0])}",), label=f"{{0}} as {by(shape)}")


def _reshaped(a: Any, shape: Shape, order: Any = "C", copy: bool = False) -> Any:
    out = np.reshape(a, shape, order=order)  # the shape by position: its keyword has changed its name
    return np.array(out) if copy else out


RESHAPE = _shape(
    "reshape", _reshaped,
    lambda g, y, a, shape, order="C", copy=False: np.reshape(g, np.shape(a), order=order), "reshape",
    "A reshape gives it back in the operand's shape.", "{g} reshaped", words=_reshape_words,
)  # fmt: skip


def _transpose_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    if len(shape) == 2 and params["axes"] == (1, 0):
        return text
    return replace(text, label=f"transpose({{0}}, {params['axes']})", precedence=CALLS)


TRANSPOSE = _shape(
    "transpose", np.transpose,
    lambda g, y, a, axes: np.transpose(g, tuple(int(i) for i in np.argsort(axes))),
    "( )ᵀ", "A transpose is transposed back.", "{g}ᵀ", label="{0}ᵀ", precedence=POWERS, words=_transpose_words,
    formula="d(Aᵀ) = dAᵀ",
)  # fmt: skip


def _broadcast_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    from .op import axes

    words = axis_words(axes(shapes[0], shape), len(shape))
    return replace(text, local=(f"Σ {words}".strip() if words else "Σ {g}",), label=f"{{0}} to {by(shape)}")


BROADCAST_TO = _shape(
    "broadcast_to", np.broadcast_to, lambda g, y, a, shape: g, "repeat",
    "Repeating along an axis sums it over that axis.", "Σ", words=_broadcast_words,
)  # fmt: skip


def is_basic(index: Any) -> bool:
    """Tell whether an index holds only integers, slices, None and ..., so that it picks each element at most once."""
    parts = index if isinstance(index, tuple) else (index,)
    return not any(isinstance(p, np.ndarray | list | bool | np.bool_) for p in parts)


def index_text(index: Any) -> str:
    """Write an index as people do: "0", "1:3, :", "…"."""

    def one(part: Any) -> str:
        match part:
            case slice(start=start, stop=stop, step=step):
                text = f"{'' if start is None else start}:{'' if stop is None else stop}"
                return text if step is None else f"{text}:{step}"
            case None:
                return "None"
            case np.ndarray():
                if part.dtype == bool:
                    return "mask"
                return np.array2string(part, separator=", ") if part.size <= 4 else "indices"
            case _:
                return "…" if part is Ellipsis else str(part)

    return (", ".join(map(one, index)) if isinstance(index, tuple) else one(index)).replace("-", "−")


def _getitem_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    shown = index_text(params["index"])
    return replace(text, label=f"{{0}}[{shown}]", local=(f"{{g}} into [{shown}]",))


def _scatter(g: Any, shape: Shape, index: Any) -> Any:
    out = np.zeros(shape, np.result_type(g))
    if is_basic(index):
        out[index] = g
    else:
        np.add.at(out, index, g)
    return out


def _picked(a: Any, index: Any) -> Any:
    return (np.asarray(a) if type(a) is float else a)[index]  # an array of no axes can be indexed, by [()] and [None]


GETITEM = _shape(
    "getitem", _picked, lambda g, y, a, index: scatter(g, np.shape(a), index), "[ ]",
    "Picking elements puts it back in their places, and 0 in all others.", "{g} in place", words=_getitem_words,
    formula="d(a[i]) = da[i]",
)  # fmt: skip
SCATTER = _shape(
    "scatter", _scatter, lambda g, y, a, shape, index: g[index], "[ ]←", "Putting elements in place picks it there.",
    "{g}[places]", label="0 with {0} in place", formula="d scatter(a) = scatter(da)",
)  # fmt: skip


def scatter(g: Any, shape: Shape, index: Any) -> Any:
    """Return zeros of a shape with g added at the index; recorded where g is traced."""
    return call(_scatter, g, shape, index)


def _set(a: Any, b: Any, index: Any) -> Any:
    out = np.array(a, np.result_type(a, b) if np.iscomplexobj(b) else np.result_type(a))
    out[index] = b
    return out


def _kept(g: Any, y: Any, a: Any, b: Any, index: Any) -> Any:
    keep = np.ones(np.shape(a), bool)
    keep[index] = False
    return np.where(keep, g, 0.0)


def _stayed(g: Any, y: Any, a: Any, b: Any, index: Any) -> Any:
    """Pick the gradient from where b was put; where an index repeats, only what was put there last stayed."""
    if is_basic(index):
        return g[index]
    last = np.zeros(np.shape(a), int)
    turns = np.arange(last[index].size).reshape(last[index].shape)
    last[index] = turns
    return np.where(last[index] == turns, g[index], 0.0)


SETITEM = Op(
    "setitem", "shape", _set, "[ ]←",
    "What was put in gets it from its places; the rest goes to the old array, with 0 where that was overwritten.",
    ("{g} elsewhere", "{g}[places]"), "{0} with {1} put in", CALLS, (),
    (_kept, _stayed), linear="joint", analytic=True,
    formula="d(a with b at i) = da with db at i", edge="Where an index repeats, the value that stayed gets it.",
)  # fmt: skip


def _item(g: Any, y: Any, a: Any, position: int) -> Any:
    return tuple(g if i == position else np.zeros(np.shape(part)) for i, part in enumerate(a))


ITEM = _shape(
    "item", lambda a, position: a[position], _item, "part", "One of several results passes it on to its own part.",
    "{g} in its part", words=lambda t, s, o, p: replace(t, label=f"{{0}}, part {p['position']}"),
)  # fmt: skip


def _concatenated(g: Any, y: Any, *args: Any, position: int, axis: int) -> Any:
    start = sum(np.shape(a)[axis] for a in args[:position])
    where = [slice(None)] * np.ndim(g)
    where[axis] = slice(start, start + np.shape(args[position])[axis])
    return g[tuple(where)]


CONCATENATE = _shape(
    "concatenate", lambda *args, axis: np.concatenate(args, axis), _concatenated, "join",
    "Each part gets its own stretch of it.", "its part of {g}", variadic=True, formula="d[a, b] = [da, db]",
)  # fmt: skip


def _stacked(g: Any, y: Any, *args: Any, position: int, axis: int) -> Any:
    return g[(*[slice(None)] * axis, position)]


STACK = _shape(
    "stack", lambda *args, axis: np.stack(args, axis), _stacked, "stack", "Each part gets its own slice of it.",
    "its slice of {g}", variadic=True, formula="d stack(a, b) = stack(da, db)",
)  # fmt: skip
COPY = _shape(
    "copy", np.array, lambda g, y, a: g, "copy", "A copy passes it on unchanged.", "1", formula="d copy(a) = da"
)  # fmt: skip


def _cast(a: Any, dtype: Any, copy: bool = True) -> Any:
    return a if np.iscomplexobj(a) else np.asarray(a).astype(dtype, copy=copy)


ASTYPE = _shape(
    "astype", _cast, lambda g, y, a, dtype, copy=True: g, "astype", "A change of precision passes it on.", "1",
    words=lambda t, s, o, p: replace(t, label=f"{{0}} as {p['dtype']}"), formula="d astype(a) = da",
)  # fmt: skip


# -- how NumPy's arguments become operands and params


def _total(shape: Any, a: Any) -> Shape:
    whole = (shape,) if np.ndim(shape) == 0 else tuple(shape)
    whole = tuple(int(n) for n in whole)
    if -1 in whole:
        rest = int(np.prod([n for n in whole if n != -1]))
        whole = tuple(np.size(a) // rest if n == -1 and rest else n for n in whole)
    return whole


def _order(order: Any, a: Any) -> str:
    """Return "C" or "F" for the order in which elements are read; "A" and "K" go by how they lie in memory."""
    flags = np.asarray(bare(a)).flags
    if order == "K" and not flags.forc:
        raise unknown("np.ravel", (), None, "order='K' of an array that lies in memory in no one order")
    return order if order in ("C", "F") else "F" if flags.fnc else "C"


def _bind_reshape(a: Any, shape: Any, order: Any = "C", *, copy: bool | None = None) -> Any:
    params = {"shape": _total(shape, a)}
    if (order := _order(order, a)) != "C":
        params |= {"order": order}
    return (a,), params | ({"copy": True} if copy else {})


def _bind_transpose(a: Any, axes: Any = None) -> Any:
    n = np.ndim(a)
    return (a,), {"axes": tuple(reversed(range(n))) if axes is None else tuple(int(i) % n for i in axes)}


def _bind_concatenate(arrays: Any, axis: int | None = 0) -> Any:
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    return tuple(arrays), {"axis": axis % max(np.ndim(arrays[0]), 1)}


def _bind_stack(arrays: Any, axis: int = 0) -> Any:
    return tuple(arrays), {"axis": axis % (np.ndim(arrays[0]) + 1)}


def _bind_astype(
    x: Any, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True, copy: bool = True
) -> Any:
    kind = np.dtype(dtype)
    if kind.kind != "f":
        raise detached(
            f"astype({kind}) of a traced value rounds it",
            f"use v.value.astype({kind}) for the number alone, or np.trunc(v) to stay traced", sys._getframe(1),
        )  # fmt: skip
    return (x,), {"dtype": kind} if copy else {"dtype": kind, "copy": False}


def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    order = list(range(np.ndim(a)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return np.transpose(a, order)


def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    n = np.ndim(a)
    to = [int(i) % n for i in np.atleast_1d(destination)]
    start = [int(i) % n for i in np.atleast_1d(source)]
    order = [i for i in range(n) if i not in start]
    for where, what in sorted(zip(to, start, strict=True)):
        order.insert(where, what)
    return np.transpose(a, order)


def _squeeze(a: Any, axis: Any = None) -> Any:
    return np.reshape(a, np.squeeze(np.empty(np.shape(a)), axis).shape)


def _expand_dims(a: Any, axis: Any) -> Any:
    return np.reshape(a, np.expand_dims(np.empty(np.shape(a)), axis).shape)


ROWS = (
    RESHAPE, TRANSPOSE, BROADCAST_TO, GETITEM, SCATTER, SETITEM, ITEM, CONCATENATE, STACK, COPY, ASTYPE,
)  # fmt: skip

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    np.reshape: (RESHAPE, _bind_reshape),
    np.transpose: (TRANSPOSE, _bind_transpose),
    np.broadcast_to: (BROADCAST_TO, lambda array, shape: ((array,), {"shape": _total(shape, array)})),
    np.concatenate: (CONCATENATE, _bind_concatenate),
    np.stack: (STACK, _bind_stack),
    np.copy: (COPY, lambda a, order="K", subok=False: ((a,), None)),
    np.astype: (ASTYPE, _bind_astype),
    np.ravel: (None, lambda a, order="C": np.reshape(a, (np.size(a),), order=order)),
    np.swapaxes: (None, _swapaxes),
    np.matrix_transpose: (None, lambda x: _swapaxes(x, -1, -2)),
    np.linalg.matrix_transpose: (None, lambda x: _swapaxes(x, -1, -2)),
    np.permute_dims: (TRANSPOSE, _bind_transpose),
    np.moveaxis: (None, _moveaxis),
    np.rollaxis: (None, lambda a, axis, start=0: _moveaxis(a, axis, start - (axis % np.ndim(a) < start))),
    np.squeeze: (None, _squeeze),
    np.expand_dims: (None, _expand_dims),
    _scatter: (SCATTER, lambda g, shape, index: ((g,), {"shape": shape, "index": index})),
}
