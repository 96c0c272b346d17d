"""Where traced values begin: `var`, and the leaves that stand for a function's arguments."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from ..errors import UnknownName, UnsupportedValue
from .op import CONSTANT, DATA, INPUT, PARAMETER, Op
from .site import here
from .trace import Var
from .value import as_pythons, checked

#: Names that the field gives to data; digits, subscripts and underscores may follow.
_DATA_NAMES = frozenset(["x", "y", "t", "X", "Y", "T", "xs", "ys", "inputs", "targets", "data", "labels", "features"])


def role_of(name: str) -> Op:
    """Return DATA or PARAMETER, by what the field calls such things: x, y₁, targets_2 and x[0] are data."""
    name = name.partition("[")[0].partition(".")[0]
    return DATA if name.rstrip("0123456789₀₁₂₃₄₅₆₇₈₉_") in _DATA_NAMES else PARAMETER


def leaf(value: Any, name: str | None, op: Op, frame: FrameType) -> Var:
    """Return a Var for an input: a copy that nobody can change, with ints as floats."""
    out = Var(
        checked(value, frame), op, (), {"whole": True} if type(value) is int else None, here(frame), frame.f_lasti
    )
    if name is not None:
        out.name = name
    return out


def var(value: Any, name: str | None = None, role: str | None = None) -> Var:
    """Return a traced value to compute with.

    value   a number or an array of floats; ints become floats, those of arrays do not
    name    what a picture calls it; by default the name that it is assigned to
    role    "parameter", "data" or "constant"; by default it follows from the name

    A number of float64 counts as one of Python's: beside an array of float32 the result is float32, as in PyTorch
    (in NumPy since version 2, np.float64 alone would make it float64). A gradient has its input's precision.

    Raises `UnsupportedValue` for complex numbers and arrays of objects, `UnknownName` for another role.

    >>> x = var(2.0, name="x")
    >>> (x * x + 1.0).value
    5.0
    """
    roles = {"parameter": PARAMETER, "data": DATA, "constant": CONSTANT}
    if name is not None and not isinstance(name, str):
        raise UnknownName(f"name={name!r} is not a name; give a text, or None for what it is assigned to")
    if role is not None and role not in (*roles,):
        raise UnknownName(f"role={role!r} is not a role; choose from {', '.join(roles)}")
    if isinstance(value, Var):
        raise UnsupportedValue("gv.var was given a traced value; it is one already")
    value = as_pythons(value)
    return leaf(value, name, roles[role] if role else INPUT if name is None else role_of(name), sys._getframe(1))
