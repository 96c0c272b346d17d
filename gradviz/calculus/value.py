"""What a traced value can stand for: real numbers and arrays, in one form each, which nobody can write to."""

from __future__ import annotations

from types import FrameType
from typing import Any

import numpy as np

from ..errors import UnsupportedValue
from .refuse import unsupported

_array = np.ndarray


def settle(value: Any, frame: FrameType | None = None) -> Any:
    """Bring a result into the form that Vars hold: float64 numbers as floats, arrays read-only."""
    kind = type(value)
    if kind is _array:
        if value.dtype.kind not in "fiub":
            raise unsupported(f"a result of dtype {value.dtype}", frame)
        if value.ndim == 0:
            value = value[()]
            return float(value) if type(value) is np.float64 else value
        value.flags.writeable = False
        return value
    if kind is float:
        return value
    if kind is np.float64:
        return float(value)
    if isinstance(value, tuple):
        return tuple(settle(v, frame) for v in value)
    if isinstance(value, np.ndarray):  # a subclass: matrices and masked arrays have rules of their own
        raise unsupported(f"an array of type {kind.__name__}", frame)
    if kind is complex or isinstance(value, np.complexfloating):
        raise unsupported("a complex number", frame)
    return value


def checked(value: Any, frame: FrameType | None = None) -> Any:
    """Copy a number or array that the user gave; raise `UnsupportedValue` for what has no derivative."""
    kind = type(value)
    if kind is float:
        return value
    if kind is int or kind is bool:
        return float(value)
    if isinstance(value, np.ma.MaskedArray | np.matrix):
        raise unsupported(f"an array of type {kind.__name__}", frame)
    array = np.array(value)
    if array.dtype.kind not in "fiub":
        what = "an object array" if array.dtype.kind == "O" else f"a value of dtype {array.dtype}"
        raise unsupported(what if not isinstance(value, complex) else f"the complex number {value}", frame)
    return settle(array, frame)


def reals(value: Any, what: str) -> Any:
    """Return a seed, tangent or cotangent as floats; raise `UnsupportedValue` for what holds no real numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise UnsupportedValue(f"{what} holds {array.dtype}; it needs real numbers")
    return array.astype(float)[()]
