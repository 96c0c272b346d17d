"""Marks on pixels, many at a time: paths by Agg, then texts that lie over them, images as flat cells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple, TypeAlias

import numpy as np

from ..picture.scene import Image, Mark, Path, Rect, Text
from .agg import NONE, Agg, Stroke
from .glyphs import Line, lay, line
from .pixels import bounds, inside, pen, rounded, shape
from .strips import TILE, Strips, Tiles, touched, within

MANY = 400  # tiles: a rectangle with so many inside its border is filled by tiles, for its path takes longer


class Cells(NamedTuple):
    """An image's colours, uint8 of shape (rows, columns, 3), and the box in pixels that they fill."""

    colours: np.ndarray
    box: tuple[float, float, float, float]


class Slab(NamedTuple):
    """A large rectangle: whole tiles in it of one colour, all tiles that it touches, and what is drawn around those."""

    inner: Tiles
    outer: Tiles
    ink: int
    around: list[Stroke]


#: A mark as a surface draws it.
Ready: TypeAlias = Stroke | Line | Cells | Slab


class Surface:
    """Pixels to draw on. `words` holds one number for each: R in the lowest byte, then G, B, and the coverage.

    width  px, of whole strips
    """

    def __init__(self, width: int, height: int) -> None:
        self._agg = Agg(width, height)
        self.words = self._agg.words
        self._row = self.words.reshape(-1)  # the same memory
        self.strips = Strips(self.words)

    def placed(self, mark: Mark, scale: float, left: float, top: float) -> Ready:
        """Return a mark as `draw` takes it, `scale` times as large, from (left, top) on."""
        height, width = self.words.shape
        if isinstance(mark, Image):
            colours = np.frombuffer(mark.rgb, np.uint8).reshape(mark.rows, mark.cols, 3)
            return Cells(colours, (left + scale * mark.x, top + scale * mark.y, scale * mark.w, scale * mark.h))
        if isinstance(mark, Text):
            start, stretch = pen(mark)
            x, y, px, ink = left + scale * start, top + scale * mark.y, scale * mark.size, word(mark.fill)
            if stretch == 1 and (it := line(mark.text, x, y, px, ink, (width, height), mark.bold, mark.mono)):
                return it
        if isinstance(mark, Rect) and mark.fill and (slab := self._slab(mark, mark.fill, scale, left, top)):
            return slab
        return self._stroke(mark, scale, left, top)

    def _slab(self, mark: Rect, fill: str, scale: float, left: float, top: float) -> Slab | None:
        """Return a rectangle as a slab, if it has many tiles."""
        height, width = self.words.shape
        x0, y0, x1, y1 = inside(mark, scale, left, top)
        x0, y0, x1, y1 = -(-max(x0, 0) // TILE), -(-max(y0, 0) // TILE), min(x1, width) // TILE, min(y1, height) // TILE
        if x0 >= x1 or (x1 - x0) * (y1 - y0) < MANY:
            return None
        a, b, c, d = ((TILE * n - o) / scale for n, o in zip((x0, y0, x1, y1), (left, top) * 2, strict=True))
        ops, xy = rounded(mark.x, mark.y, mark.w, mark.h, mark.r)
        ring = Path(ops + "MLLLZ", (*xy, a, b, a, d, c, d, c, b), fill)  # a hole runs the other way round
        around = (ring, mark._replace(fill=None)) if mark.stroke else (ring,)
        strokes = [self._stroke(m, scale, left, top) for m in around]
        x, y, right, bottom = bounds(mark, scale, left, top)
        box = (floor(x), floor(y), ceil(right), ceil(bottom))
        return Slab((x0, y0, x1, y1), touched(box, (width // TILE, -(-height // TILE))), word(fill), strokes)

    def _stroke(self, mark: Text | Rect | Path, scale: float, left: float, top: float) -> Stroke:
        path, (across, down, x, y) = shape(mark, scale, left, top)
        matrix = (across, 0.0, x, 0.0, -down, self.words.shape[0] - y)
        fill = _floats(mark.fill) if mark.fill else NONE
        if isinstance(mark, Text) or not mark.stroke:
            return Stroke(path, (*matrix, *fill, *NONE, 0.0))
        dash = (0.0, [d * scale for d in mark.dash] if mark.dash else None)
        cap = mark.cap if isinstance(mark, Path) else "butt"  # only a path has ends
        return Stroke(path, (*matrix, *fill, *_floats(mark.stroke), mark.line * scale), dash, cap)

    def draw(self, marks: Sequence[Ready], areas: np.ndarray, tiles: np.ndarray) -> None:
        """Draw marks from back to front: as many paths as can be in one call, and after them the texts over them.

        tiles  which need be drawn, of shape (down, across); elsewhere anything may be left
        areas  rows (x0, y0, x1, y1) in px of what each mark paints at the most, then the same of a box inside it in
               which it paints nothing
        """
        for start, end in pairwise(_batches(marks, areas)):
            lines: list[Line] = []
            strokes: list[Stroke] = []
            for mark in marks[start:end]:
                match mark:
                    case Line():
                        lines.append(mark)
                    case Stroke():
                        strokes.append(mark)
                    case Cells():
                        self._agg.draw(strokes)
                        self._fill(mark)
                        strokes = []
                    case Slab():
                        self._agg.draw(strokes)
                        strokes = self._lay(mark, tiles)
                    case _:
                        raise AssertionError(mark)
            self._agg.draw(strokes)
            if lines:
                lay(lines, self._row)

    def _lay(self, slab: Slab, tiles: np.ndarray) -> list[Stroke]:
        """Fill the inner tiles that need be drawn, and return what is left to draw."""
        x0, y0, x1, y1 = slab.inner
        inner = np.zeros_like(tiles)
        inner[y0:y1, x0:x1] = tiles[y0:y1, x0:x1]
        self.strips.put(within(inner, len(self.words)), np.full(TILE, slab.ink, np.uint32))
        x0, y0, x1, y1 = slab.outer
        return [*slab.around] if np.count_nonzero(tiles[y0:y1, x0:x1]) > np.count_nonzero(inner) else []

    def _fill(self, cells: Cells) -> None:
        height, width = self.words.shape
        (rows, cols, _), (x, y, w, h) = cells.colours.shape, cells.box
        x0, y0 = max(0, round(x)), max(0, round(y))
        x1, y1 = min(width, round(x + w)), min(height, round(y + h))
        column = np.clip(((np.arange(x0, x1) + 0.5 - x) / w * cols).astype(int), 0, cols - 1)
        row = np.clip(((np.arange(y0, y1) + 0.5 - y) / h * rows).astype(int), 0, rows - 1)
        self._agg.bytes[y0:y1, x0:x1, :3] = cells.colours[row[:, None], column]


def _batches(marks: Sequence[Ready], areas: np.ndarray) -> list[int]:
    """Return where runs of marks begin, and the end: in each no mark lies over a text before it."""
    lines = {i: mark for i, mark in enumerate(marks) if isinstance(mark, Line)}
    if not lines:
        return [0, len(marks)]
    areas, texts = areas.copy(), np.array(list(lines))
    areas[texts, :4] = ink = np.array([mark.box for mark in lines.values()])
    x0, y0, x1, y1 = ink.T
    left, top, right, bottom, hole_left, hole_top, hole_right, hole_bottom = areas.T[:, :, None]
    over = (left < x1) & (x0 < right) & (top < y1) & (y0 < bottom) & (np.arange(len(marks))[:, None] > texts)
    over &= (hole_left > x0) | (hole_top > y0) | (hole_right < x1) | (hole_bottom < y1)
    starts = [0]
    for later, i in np.argwhere(over).tolist():
        if texts[i] >= starts[-1]:
            starts.append(later)
    return [*starts, len(marks)]


@lru_cache(maxsize=1024)
def rgb(colour: str) -> tuple[int, int, int]:
    """Return the three bytes of "#RRGGBB"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@lru_cache(maxsize=1024)
def word(colour: str) -> int:
    """Return "#RRGGBB" as a number: R in the lowest byte, then G and B, and 255 in the highest."""
    r, g, b = rgb(colour)
    return r | g << 8 | b << 16 | 255 << 24


@lru_cache(maxsize=1024)
def _floats(colour: str) -> tuple[float, float, float, float]:
    r, g, b = rgb(colour)
    return r / 255, g / 255, b / 255, 1.0
