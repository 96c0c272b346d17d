"""Assigning to items of a traced array: a new node, and never a write into an array of the user's.

`y[0] = 5` makes the Var y stand for a new node, "y with 5 put in"; its first arg is a Var made for what y stood for
before. Operations that used y earlier still name y itself: `Var.operands` tells by seq which of the two they meant.
"""

from __future__ import annotations

import sys
import weakref
from types import FrameType
from typing import Any

import numpy as np

from . import dispatch, trace
from .ops_shape import SETITEM, is_basic
from .refuse import detached
from .site import here
from .trace import Var


def assign(var: Var, key: Any, value: Any, frame: FrameType) -> None:
    """Make `var` stand for itself with `value` at `key`; what was computed from it before keeps the old value.

    Raises `Detached` where NumPy would write through a view, which a graph of values cannot show.
    """
    index = dispatch.index_of(key, frame)
    new = trace.constant(value, frame)
    if is_view(var):
        raise detached(
            "an assignment into a view would have to change the array it looks at",
            "assign into that array itself, or copy the view first: v = v.copy()", frame,
        )  # fmt: skip
    if any(_held(reference, new) for reference in var.views or ()):
        raise detached(
            "an assignment into an array of which a view is held (a slice, a transpose, a reshape) would have to "
            "change the view",
            "copy the array first: y = y.copy(), or take the view after the assignment", frame,
        )  # fmt: skip
    if var.dtype.kind in "iub" and new.dtype.kind == "f":
        raise detached("a traced float was about to be cut to an integer by assignment",
                       "make the array one of floats: a.astype(float)", frame)  # fmt: skip
    value = trace.settle(SETITEM.forward(var.value, new.value, index), frame)
    old = Var(var.value, var.op, var.args, var.params, var.site, var.lasti)
    old.seq, old.name, old.of = var.seq, var.name, var.of
    var.value, var.op, var.args, var.params = value, SETITEM, (old, new), {"index": index}
    var.seq, var.site, var.lasti, var.name, var.of, var.views = (
        trace.tick(),
        here(frame),
        frame.f_lasti,
        None,
        None,
        None,
    )


def is_view(var: Var) -> bool:
    """Tell whether NumPy's result of this op would share memory with its first operand."""
    if not var.op.view or type(var.value) is float:
        return var.op.name == "getitem" and type(var.value) is np.ndarray and is_basic((var.params or {})["index"])
    return True


def _held(reference: weakref.ref[Var], new: Var) -> bool:
    """Tell whether anyone but the operations that lead to `new` holds a view: in y[:2] += 1 nobody does."""
    view, probe = reference(), object()
    if view is None:
        return False
    found = sys.getrefcount(view) - sys.getrefcount(probe)
    seen: set[Var] = {new}
    todo = [new]
    while todo:
        v = todo.pop()
        found -= sum(a is view for a in v.args)
        for a in v.args:
            if a.seq > view.seq and a not in seen:
                seen.add(a)
                todo.append(a)
    found -= new is view
    return found > 0 and is_view(view)
