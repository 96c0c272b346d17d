"""The parts of sentences: spans and lines, lists of names, counts, and the words for NaN and infinities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..record import Value
from . import numbers
from .formula import Equation

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
    """What is said about one moment: a sentence (alt text, speaker note), lines to show, and equations."""

    note: str
    lines: tuple[Line, ...]
    equations: tuple[Equation, ...] = ()


def line(*parts: str) -> Line:
    """Return a line whose every second part is bold: line("", "sum", " sends its gradient.")."""
    return tuple(Span(text, bool(i % 2)) for i, text in enumerate(parts) if text)


def plain(line: Line) -> str:
    """Return a line as plain text."""
    return "".join(span.text for span in line)


def many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


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
