"""Small arrays in digits: each cell of a thumbnail holds its number, so that a step can be checked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from . import numbers
from .fonts import measure
from .heatmap import grid, shade
from .scene import Mark, Rect, Text
from .theme import Theme

BRIEF = 3  # significant digits, where there is no room for the usual ones
FEW = 6  # numbers, as many as can be followed
SIZE = 11.0  # px, on cards
_BESIDE, _HIGH = 7.0, 1.5  # px around a number in its cell; a cell's height in sizes of its digits
_STRENGTH = 0.45  # of the map's colours, on which ink can be read
_INK = "#1B1F27"


@lru_cache(maxsize=1024)
def few(shape: tuple[int, ...]) -> bool:
    """Tell whether an array of that shape has so few numbers that they are written."""
    return bool(shape) and 0 < prod(shape) <= FEW


def texts(value: Any, digits: int = numbers.DIGITS) -> list[list[str]]:
    """Return what stands in each cell, row by row."""
    return [[numbers.trim(numbers.number(x, digits)) for x in row] for row in grid(value)]


def widest(value: Any, size: float, digits: int = numbers.DIGITS) -> float:
    """Return the width (px) of an array's widest number."""
    return max(measure(text, size, mono=True) for row in texts(value, digits) for text in row)


def cell(wide: float, size: float) -> tuple[float, float]:
    """Return the width and height (px) of cells for numbers so wide."""
    return float(np.ceil(wide + _BESIDE)), round(_HIGH * size)


def sheet_of(shape: Sequence[int], one: tuple[float, float]) -> tuple[float, float]:
    """Return the width and height (px) of all cells together."""
    cols = shape[-1]
    return cols * one[0], prod(shape) // cols * one[1]


def cells(
    value: Any, x: float, y: float, one: tuple[float, float], limit: float, size: float, theme: Theme,
    digits: int = numbers.DIGITS,
) -> tuple[Mark, ...]:  # fmt: skip
    """Draw an array with its corner at (x, y): its numbers in cells, coloured as in a thumbnail, but paler."""
    wide, high = one
    rgb = shade(grid(np.asarray(value, dtype=float)), limit, _STRENGTH)
    written = texts(value, digits)
    grounds: list[Mark] = []
    numbers_in: list[Mark] = []
    for r, row in enumerate(written):
        for c, text in enumerate(row):
            left, top = x + c * wide, y + r * high
            grounds.append(Rect(left, top, wide, high, 0, "#" + bytes(rgb[r, c]).hex().upper()))
            width = measure(text, size, mono=True)
            numbers_in.append(
                Text(left + wide / 2, top + high / 2 + 0.365 * size, text, size, _INK, width, mono=True,
                     anchor="middle")
            )  # fmt: skip
    rows, cols = len(written), len(written[0])
    border = Rect(x - 0.5, y - 0.5, cols * wide + 1, rows * high + 1, 0, None, theme.idle, 1)
    return (*grounds, border, *numbers_in)
