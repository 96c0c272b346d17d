"""The parts of sentences: spans and lines, lists of names, counts, and the words for NaN and infinities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..record import Node, Value
from . import numbers
from .formula import Equation
from .locals import is_factor

SPOKEN = 60  # glyphs of a name in the sentence for listeners
_LISTED = 6  # names in a list, before "and 12 more"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a line in one weight."""

    text: str
    bold: bool = False


Line: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Narration:
    """What is said about one moment: a sentence (alt text, speaker note), lines to show, and equations.

    alike  whether the equations are one rule put to several nodes, of which one line shows enough
    """

    note: str
    lines: tuple[Line, ...]
    equations: tuple[Equation, ...] = ()
    alike: bool = False


def line(*parts: str) -> Line:
    """Return a line whose every second part is bold: line("", "sum", " sends its gradient.")."""
    return tuple(Span(text, bool(i % 2)) for i, text in enumerate(parts) if text)


def plain(line: Line) -> str:
    """Return a line as plain text."""
    return "".join(span.text for span in line)


def many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def amount(value: Value) -> str:
    """Say a number, or how large an array is."""
    return numbers.trim(numbers.number(value)) if numbers.is_scalar(value) else numbers.quantity(value)


def valued(name: str, value: Value, said: str = "") -> str:
    """Say what something is: x = 2, W (a 3×4 array). `said` is the number where it is not written by `amount`."""
    return f"{name} = {said or amount(value)}" if numbers.is_scalar(value) else f"{name} ({amount(value)})"


def listed(parts: Sequence[str], most: int = _LISTED) -> str:
    """Join parts as a sentence does: a, b and c; long lists end in "and 12 more"."""
    if len(parts) > most:
        return ", ".join(parts[: most - 1]) + f" and {len(parts) - most + 1} more"
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1] if parts else "")))


def odd(value: Value | None) -> str:
    """Return "NaN" or "∞" where a value holds one, else nothing."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return next(filter(None, map(odd, value)), "")
    array = np.asarray(value)
    if array.dtype.kind != "f" or bool(np.isfinite(array).all()):
        return ""
    if bool(np.isnan(array).any()):
        return "NaN"
    return numbers.number(float(array)) if array.ndim == 0 else "∞"


def bold_tail(text: str) -> tuple[str, ...]:
    head, colon, tail = text.partition(": ")
    return (head + colon, tail) if colon else (text,)


def size_of(shape: tuple[int, ...]) -> str:
    """Say a shape: 4×5, a vector of 4, a number."""
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    return numbers.shape(shape) if shape else "a number"


def array_of(shape: tuple[int, ...]) -> str:
    """Say what has a shape: a 4×5 array, a vector of 4, a number."""
    return f"a {numbers.shape(shape)} array" if len(shape) > 1 else size_of(shape)


def together(node: Node, shapes: Sequence[tuple[int, ...]]) -> str:
    """Say how the shapes of what a node is made of come together in its own; nothing where all are numbers."""
    if node.symbol == "@" and len(shapes) == 2:
        return _start(f"{size_of(shapes[0])} times {size_of(shapes[1])} gives {size_of(node.shape)}.")
    if not any(shapes):
        return ""
    if node.symbol == "[ ]":
        return f"Picked out of {array_of(shapes[0])}."
    if len(shapes) > 1 and node.shape and set(shapes) != {node.shape}:
        return _start(f"{listed([array_of(s) for s in shapes])} give {array_of(node.shape)}.")
    if len(shapes) == 1 and shapes[0] != node.shape:
        return _start(f"{array_of(shapes[0])} becomes {array_of(node.shape)}.")
    alike = all(template and is_factor(template) for template in node.local)
    return f"Element by element: {size_of(node.shape)}." if node.shape and alike else ""


def _start(text: str) -> str:
    """Begin a sentence with a capital."""
    return text[:1].upper() + text[1:]
