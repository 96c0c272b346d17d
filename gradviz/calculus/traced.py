"""How rules and rewritten functions meet traced values: run on plain arrays and on Vars alike, knowing neither.

Everything in a row of the op table may be handed a traced value in place of an array (derivatives of derivatives are
taken so), and few of them have to know: they ask here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from .site import user_frame


class Traced:
    """The base of `Var`: what tells a traced value from a plain one without importing it."""

    __slots__ = ()

    value: Any
    _record: Callable[[Callable[..., Any], Any, Any, FrameType], Any]


def bare(value: Any) -> Any:
    """Take the values out of traced ones, through lists, tuples and dicts."""
    if isinstance(value, Traced):
        return value.value
    if type(value) is list or type(value) is tuple:
        return type(value)(map(bare, value))
    if type(value) is dict:
        return {k: bare(v) for k, v in value.items()}
    return value


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run one of gradviz's own functions as NumPy runs its own: recorded where an operand is traced."""
    for a in args:
        if isinstance(a, Traced):
            frame = sys._getframe(1)
            return a._record(function, args, kwargs, user_frame(frame) or frame)
    return function(*args, **kwargs)
