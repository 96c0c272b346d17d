"""What a traced value can stand for: real numbers and arrays, in one form each, which nobody can write to."""

from __future__ import annotations

from types import FrameType
from typing import Any

import numpy as np

from ..errors import UnsupportedValue
from .refuse import unsupported

COMPLEX = "split it into its real and imaginary parts"
_array = np.ndarray


def settle(value: Any, frame: FrameType | None = None) -> Any:
    """Bring a result into the form that Vars hold: float64 numbers as floats, arrays read-only."""
    kind = type(value)
    if kind is _array:
        if value.dtype.kind not in "fiub":
            raise unsupported(f"a result of dtype {value.dtype}", frame, COMPLEX if value.dtype.kind == "c" else "")
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
        raise unsupported("a complex number", frame, COMPLEX)
    return value


def checked(value: Any, frame: FrameType | None = None) -> Any:
    """Copy a number or array that the user gave; raise `UnsupportedValue` for what has no derivative."""
    kind = type(value)
    if kind is float:
        return value
    if kind is int or kind is bool:
        try:
            return float(value)
        except OverflowError:
            raise unsupported("an integer beyond the largest float", frame, "give it as a smaller number") from None
    if isinstance(value, np.ma.MaskedArray | np.matrix):
        raise unsupported(f"an array of type {kind.__name__}", frame, "give np.asarray of it")
    try:
        array = np.array(value)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        way = "give one array for each row, or fill the short ones up"
        raise unsupported(f"a nested {kind.__name__} whose rows differ in length", frame, way) from None
    if array.dtype.kind not in "fiub":
        what, way = _strange(value, array)
        raise unsupported(what, frame, way)
    return settle(array, frame)


def _strange(value: Any, array: np.ndarray) -> tuple[str, str]:
    """Return what to call a value that is not numeric, and the way out."""
    if isinstance(value, complex):
        return f"the complex number {value}", COMPLEX
    if array.dtype.kind == "c":
        return f"a value of dtype {array.dtype}", COMPLEX
    if value is None:
        return "None", "give a number or an array of floats"
    if isinstance(value, str | bytes):
        return f"the text {value[:40]!r}", "give the number that it stands for: float(text)"
    if array.dtype.kind == "O":
        what = (
            "an object array"
            if isinstance(value, np.ndarray | list | tuple)
            else f"a value of type {type(value).__name__}"
        )
        return what, "give numbers, or arrays of floats: float(v), np.array(v, float)"
    return f"a value of dtype {array.dtype}", "give it as numbers"


def as_pythons(value: Any) -> Any:
    """Return an integer of NumPy's as Python's own, which is a number to compute with; all else as it is."""
    return int(value) if isinstance(value, np.integer) and value.dtype.kind in "iu" else value  # a timedelta is none


def reals(value: Any, what: str) -> Any:
    """Return a seed, tangent or cotangent as floats; raise `UnsupportedValue` for what holds no real numbers."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise UnsupportedValue(f"{what} is a nested list whose rows differ in length; give an array") from None
    if array.dtype.kind not in "fiu":
        raise UnsupportedValue(f"{what} holds {array.dtype}; it needs real numbers")
    return array.astype(float)[()]
