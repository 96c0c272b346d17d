"""Writing into a traced array: a new node, and never a write into an array of the user's.

`y[0] = 5` and `y += 1` make the Var y stand for a new node, "y with 5 put in" and "y + 1"; what y stood for is kept in
`y.before`. Operations that used y earlier still name y itself: `Var.operands` tells by seq which of the two they meant.

In NumPy other arrays may share y's memory, and would show the change. A graph of values has no memory, so those Vars
lose their value: whoever uses one of them afterwards is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import numpy as np

from . import dispatch, ops_basic, trace
from .limit import tick
from .op import Op
from .ops_shape import GETITEM, SETITEM, scatter
from .refuse import detached, unknown
from .shapes import unfit
from .site import here
from .trace import Var
from .value import settle


def assign(var: Var, key: Any, value: Any, frame: FrameType) -> None:
    """Make `var` stand for itself with `value` at `key`. Raises `Detached` where NumPy would cut a traced float."""
    index = dispatch.index_of(key, frame)
    new = trace.constant(value, frame)
    # y[:2] += 1 writes into the view y[:2], which takes y's value away, and then puts that very view into y.
    old = var.before if _goes_back(new, var, index) else _version(var)
    assert old is not None
    if old.dtype.kind in "iub" and new.dtype.kind == "f":
        raise detached("a traced float was about to be cut to an integer by assignment",
                       "make the array one of floats: a.astype(float)", frame)  # fmt: skip
    made = settle(SETITEM.forward(old.value, new.value, index), frame)
    _become(var, made, SETITEM, (old, old if new is var else new), {"index": index}, frame)


def update(var: Var, op: Op, function: Callable[[Any, Any], Any], other: Any, frame: FrameType) -> Any:
    """Make `var` stand for the result of `var ∘= other`; `function` is the operator that writes into an array."""
    if not trace.is_operand(other):
        return NotImplemented
    array = np.array(var.value)
    if op is ops_basic.POWER and not isinstance(other, Var) and np.ndim(other) == 0:
        exponent = np.asarray(other).item()
        made = settle(function(array, exponent), frame)
        _become(var, made, ops_basic.POWER_OF, (_version(var),), {"exponent": exponent}, frame)
        return var
    new = trace.constant(other, frame)
    try:
        made = settle(function(array, new.value), frame)
    except ValueError as error:
        unfit(error, op, (var, new), frame)
        raise
    old = _version(var)
    _become(var, made, op, (old, old if new is var else new), None, frame)
    return var


def add_at(ufunc: np.ufunc, var: Any, key: Any, value: Any = 1.0, *, frame: FrameType) -> None:
    """Do what np.add.at does: add to a place as often as the index names it. np.subtract has the same."""
    known = {np.add: (ops_basic.ADD, operator.iadd), np.subtract: (ops_basic.SUBTRACT, operator.isub)}
    if ufunc not in known:
        raise unknown(f"np.{ufunc.__name__}.at", ("np.add.at", "np.subtract.at"), frame)
    if not isinstance(var, Var):
        raise detached(f"np.{ufunc.__name__}.at was about to write a traced value into an array that is not traced",
                       "begin with a traced array: z = np.zeros(3) + 0.0 * v", frame)  # fmt: skip
    index = dispatch.index_of(key, frame)
    wide = np.shape(var.value[index])
    value = value if np.shape(value) == wide else np.broadcast_to(value, wide)
    update(var, *known[ufunc], scatter(value, var.shape, index), frame)


def _goes_back(part: Var, var: Var, index: Any) -> bool:
    """Tell whether `part` is `var[index]` after something was written into it."""
    was = part.before
    return part.base is var and was is not None and was.op is GETITEM and bool((was.params or {})["index"] == index)


def _version(var: Var) -> Var:
    """Return a Var for what `var` stands for now."""
    old = Var(var.value, var.op, var.args, var.params, var.site, var.lasti)
    old.seq, old.name, old.of, old.before = var.seq, var.name, var.of, var.before
    return old


def _become(
    var: Var, value: Any, op: Op, args: tuple[Var, ...], params: dict[str, Any] | None, frame: FrameType
) -> None:
    """Make `var` stand for a new node, whose first arg is what it stood for, and empty all that shares its memory."""
    others = list(_sharing(var, args[0].value))
    var.value, var.op, var.args, var.params = value, op, args, params
    var.seq, var.before, var.site, var.lasti = tick(), args[0], here(frame), frame.f_lasti
    var.name = var.of = None
    for other in others:
        other.before = _version(other)
        other.seq = tick()
        del other.value


def _sharing(var: Var, memory: np.ndarray) -> Iterator[Var]:
    """Yield the other Vars whose values lie in the same memory: views of `var`, what it is a view of, and their views.

    Whatever is written to gets memory of its own, and all that shared the old one loses its value, so the arrays
    themselves tell.
    """
    root = var
    while root.base is not None:
        root = root.base
    todo = [root]
    while todo:
        v = todo.pop()
        todo += [view for reference in v.views or () if (view := reference()) is not None]
        if v is not var and not _is_empty(v) and np.may_share_memory(v.value, memory):
            yield v


def _is_empty(var: Var) -> bool:
    try:
        object.__getattribute__(var, "value")
    except AttributeError:
        return True
    return False
