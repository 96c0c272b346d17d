"""Lines of text on pixels, put together from glyphs that are rasterised once.

The baseline lies on a whole row of pixels, so that letters are sharp and equal ones look equal; across, a glyph stands
at the nearest quarter of a pixel. Coverage is in sixteenths, which the eye does not tell from finer steps: a text of
one colour on another makes 15 blends of them at the most, and the same glyph the same ones everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import floor
from typing import NamedTuple

import numpy as np

from ..picture.fonts import outlines
from .agg import NONE, Agg, Stroke
from .pixels import Curve, Pixels

LEVELS = 16
_PHASES = 4  # to a pixel
_SLATE = 160  # px: a glyph that does not fit is no case for this
_PEN = (48, 112)  # where on it a glyph starts
LARGEST = 64.0  # px to an em
_RED_BLUE, _GREEN, _OPAQUE = np.uint32(0xFF00FF), np.uint32(0x00FF00), np.uint32(0xFF000000)
_HALF_RED_BLUE, _HALF_GREEN, _BITS = np.uint32(0x080008), np.uint32(0x000800), np.uint32(4)


class Glyph(NamedTuple):
    """A glyph's coverage in sixteenths, and where its first row and column are, seen from the pen."""

    cover: np.ndarray  # uint8 (rows, columns)
    left: int
    top: int


class Line(NamedTuple):
    """The pixels that a text covers, each once."""

    box: Pixels  # all of them are in, x1 and y1 not in it
    at: np.ndarray  # intp, which they are in a picture's pixels, row by row
    cover: np.ndarray  # uint8, in sixteenths
    ink: int  # R in the lowest byte, then G and B


def line(
    text: str, x: float, y: float, px: float, ink: int, size: tuple[int, int], bold: bool = False, mono: bool = False
) -> Line | None:
    """Return a text of px pixels to an em, whose pen starts at (x, y); None where it must be drawn as a path.

    ink   its colour, R in the lowest byte, then G and B
    size  of the picture in px; all of the text must lie in it
    """
    if px > LARGEST:
        return None
    row, (column, phase) = floor(y + 0.5), divmod(floor(x * _PHASES + 0.5), _PHASES)
    it = _at_origin(text, px, size[0], phase, bold, mono)
    if it is None:
        return None
    (x0, y0, x1, y1), at, cover = it
    box = (x0 + column, y0 + row, x1 + column, y1 + row)
    if min(box) < 0 or box[2] > size[0] or box[3] > size[1]:
        return None
    return Line(box, at + (row * size[0] + column), cover, ink)


@lru_cache(maxsize=4_096)
def _at_origin(
    text: str, px: float, width: int, phase: int, bold: bool, mono: bool
) -> tuple[Pixels, np.ndarray, np.ndarray] | None:
    """Return the box of a text, the places of its pixels in a picture so many wide, and their coverage.

    Its pen starts so many quarters right of the origin.
    """
    placed: list[tuple[np.ndarray, int, int]] = []
    x = phase / _PHASES
    for c in text:
        column, quarter = divmod(floor(x * _PHASES + 0.5), _PHASES)
        glyph = _glyph(c, bold, mono, px, quarter)
        if glyph is None:
            return None
        if glyph.cover.size:
            placed.append((glyph.cover, column + glyph.left, glyph.top))
        x += outlines(c, bold=bold, mono=mono).width * px
    if not placed:
        return (0, 0, 0, 0), np.empty(0, np.intp), np.empty(0, np.uint8)
    x0, y0 = min(left for _, left, _ in placed), min(top for _, _, top in placed)
    x1 = max(left + cover.shape[1] for cover, left, _ in placed)
    y1 = max(top + cover.shape[0] for cover, _, top in placed)
    whole = np.zeros((y1 - y0, x1 - x0), np.uint16)
    for cover, left, top in placed:  # neighbours may share a column
        rows, columns = cover.shape
        whole[top - y0 : top - y0 + rows, left - x0 : left - x0 + columns] += cover
    down, across = np.nonzero(whole)
    at = ((down + y0) * width + (across + x0)).astype(np.intp)
    return (x0, y0, x1, y1), at, np.minimum(whole[down, across], LEVELS).astype(np.uint8)


def lay(lines: Sequence[Line], words: np.ndarray) -> None:
    """Lay lines that do not touch each other on a picture, `words` as in `Raster`, row by row."""
    at = np.concatenate([it.at for it in lines])
    cover = np.concatenate([it.cover for it in lines], dtype=np.uint32)
    ink = np.repeat(np.array([it.ink for it in lines], np.uint32), [len(it.at) for it in lines])
    ground, rest = words.take(at), LEVELS - cover
    red_blue = (ink & _RED_BLUE) * cover + (ground & _RED_BLUE) * rest + _HALF_RED_BLUE
    green = (ink & _GREEN) * cover + (ground & _GREEN) * rest + _HALF_GREEN
    words[at] = red_blue >> _BITS & _RED_BLUE | green >> _BITS & _GREEN | _OPAQUE


@lru_cache(maxsize=16_384)
def _glyph(c: str, bold: bool, mono: bool, px: float, phase: int) -> Glyph | None:
    """Return a glyph that starts so many quarters right of a pixel's edge; None where the slate is too small."""
    outline = outlines(c, bold=bold, mono=mono)
    if not len(outline.points):
        return Glyph(np.zeros((0, 0), np.uint8), 0, 0)
    x, y = _PEN
    points = outline.points * px + (x + phase / _PHASES, y)
    if points.min() < 1 or points.max() > _SLATE - 1:
        return None
    slate = Agg(_SLATE, _SLATE)
    matrix = (px, 0.0, x + phase / _PHASES, 0.0, -px, float(_SLATE - y))
    slate.draw([Stroke(Curve(outline.points, outline.codes), (*matrix, 0.0, 0.0, 0.0, 1.0, *NONE, 0.0))])
    cover = ((slate.words >> 24) * LEVELS + 127) // 255
    rows, columns = np.flatnonzero(cover.any(1)), np.flatnonzero(cover.any(0))
    if not len(rows):
        return Glyph(np.zeros((0, 0), np.uint8), 0, 0)
    box = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Glyph(box.astype(np.uint8), int(columns[0]) - x, int(rows[0]) - y)
