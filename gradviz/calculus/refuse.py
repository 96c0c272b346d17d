"""The errors of tracing, each with the user's own line and the form that works."""

from __future__ import annotations

import inspect
import linecache
import os
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from types import FrameType
from typing import Any

import numpy as np

from ..errors import Detached, UnknownAttribute, UnknownFunction, UnsupportedValue
from .site import cell, is_user, user_frame


def place(frame: FrameType | None) -> str:
    """Return "file.py:12: " for the user's line that is running (below `frame`, if given), or "" for none."""
    frame = user_frame(frame or sys._getframe())
    if frame is None:
        return ""
    return line_of(frame.f_code.co_filename, frame.f_lineno)


def defined(function: Any) -> str:
    """Return "file.py:12: " for the line where a function of the user's begins, or "" for one that has none."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return line_of(code.co_filename, code.co_firstlineno) if code and is_user(code.co_filename) else ""


def line_of(path: str, line: int) -> str:
    """Return "file.py:12: ", with the file as it is seen from here."""
    if said := cell(path):
        path = said
    elif not path.startswith("<"):
        relative = os.path.relpath(path)
        path = path if relative.startswith("..") else relative
    return f"{path}:{line}: "


def detached(what: str, way: str, frame: FrameType | None) -> Detached:
    """Return the error for a value that is about to leave the trace."""
    return Detached(f"{place(frame)}{what}, and its gradient would be lost; {way}")


def arrayed(frame: FrameType) -> Detached:
    """Return the error for a traced value that NumPy is about to make a plain array of, in a frame of NumPy's or not.

    np.full and np.arange ask for that without saying who they are, and the way out is another one.
    """
    user = user_frame(frame)
    line = "" if user is None else linecache.getline(user.f_code.co_filename, user.f_lineno)
    way = "use np.stack([...]) for a list of traced values, the np. function or W @ v for one"
    if frame.f_code.co_name == "full" and frame is not user:
        way = "for np.full(shape, v) write v * np.ones(shape)"
    elif re.search(r"\barange\(", line):
        way = "for np.arange write np.linspace(0, v, n), which stays traced, or v * np.arange(n)"
    return detached(
        "NumPy was about to turn a traced value into a plain array", f"{way}, or v.value for its number", frame
    )


def stale(frame: FrameType | None) -> Detached:
    """Return the error for an array that changed under a Var: it shares memory with one that was written to."""
    return Detached(
        f"{place(frame)}this array has changed since it was made: it shares its memory with a view (a slice, a "
        "transpose, a reshape) or with an array that was written to, and a graph of values cannot show that; copy "
        "before writing: y = y.copy(), or take the view after it"
    )


def unsupported(what: str, frame: FrameType | None, way: str = "") -> UnsupportedValue:
    """Return the error for a value that cannot be differentiated, with the way out."""
    rule = "gradviz differentiates real floating-point numbers and arrays"
    return UnsupportedValue(f"{place(frame)}{what} cannot be traced; {rule}" + (f"; {way}" if way else ""))


def unknown(name: str, choices: Iterable[str], frame: FrameType | None, why: str = "") -> UnknownFunction:
    """Return the error for a function that no op stands for, with the closest that has one."""
    listed = sorted(set(choices))
    near = get_close_matches(name.removeprefix("np."), [c.removeprefix("np.") for c in listed], 1, 0.7)
    close = next((c for c in listed if near and c.removeprefix("np.") == near[0]), "")
    hint = f"the closest one that can is {close}" if close else "`gradviz ops` lists those that can"
    reason = why or "gradviz has no derivative for it"
    return UnknownFunction(
        f"{place(frame)}{name} was called on a traced value: {reason}; {hint}, or write it with operators, or use "
        "v.value where only the number is wanted"
    )


#: What other libraries keep in the value itself.
_GRADIENTS = dict.fromkeys(("grad", "backward"), "gv.film(output).grads or gv.grad(f) for gradients, ")


#: The functions that are gradviz's own; PyTorch has them as methods.
_OURS = ("relu", "sigmoid", "softmax")


def undispatched(
    attribute: str, frame: FrameType | None, what: str = "value", way: str = "v.value for the plain number or array"
) -> UnknownAttribute:
    """Return the error for an attribute that arrays may have and traced values do not."""
    if attribute.startswith("__"):
        return UnknownAttribute(f"a traced {what} has no attribute {attribute!r}")
    known = f"np.{attribute}(), " if callable(getattr(np, attribute, None)) else _GRADIENTS.get(attribute, "")
    if attribute in _OURS:
        known = f"gv.{attribute}(v), "
    return UnknownAttribute(f"{place(frame)}a traced {what} has no attribute {attribute!r}; use {known}{way}")
