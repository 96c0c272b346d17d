"""A picture's pixels in strips, so many of a row at once: drawing clears, compares and copies strips, never pixels.

A strip is as long as a line of a processor's cache, and numpy takes whole lines in one step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .pixels import Pixels

TILE = 16  # px of a strip, and of a square tile's side
#: x0, y0, x1, y1 in tiles, x1 and y1 not in it
Tiles: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """Which pixels of a picture changed, and their new colours.

    across  how many strips make a row; the last one may reach beyond the picture
    strips  which of them were drawn anew, counted row by row, in order
    mask    bool (strips, `TILE`): which of their pixels changed
    words   the colours of these, as in `Raster.words`
    """

    across: int
    strips: np.ndarray
    mask: np.ndarray
    words: np.ndarray

    @property
    def box(self) -> Pixels:
        """The rectangle of whole strips around what changed; the first pixel where nothing did."""
        halves = self.mask.view(np.uint64)  # a strip's sixteen bytes as two numbers, which are quicker to look at
        changed = self.strips[(halves[:, 0] | halves[:, 1]) != 0]
        if not len(changed):
            return (0, 0, 1, 1)
        columns = changed % self.across
        left, right = int(columns.min()) * TILE, (int(columns.max()) + 1) * TILE
        return (left, int(changed[0]) // self.across, right, int(changed[-1]) // self.across + 1)

    def places(self, box: Pixels) -> np.ndarray:
        """Return where in a rectangle of whole strips around them the changed pixels are, row by row."""
        left, top, right, _ = box
        down, along = np.divmod(self.strips, self.across)
        starts = (down - top) * (right - left) + along * TILE - left
        found = np.flatnonzero(self.mask)
        places: np.ndarray = found + (starts - np.arange(0, self.mask.size, TILE)).take(found // TILE)
        return places


class Strips:
    """The strips of a picture, each one thing to numpy.

    words  the picture, one number a pixel, of whole strips in each row
    """

    def __init__(self, words: np.ndarray) -> None:
        self._words = words.reshape(-1, TILE)  # the same memory
        self._whole = words.view(f"V{words.itemsize * TILE}").reshape(-1)

    def take(self, strips: np.ndarray) -> np.ndarray:
        """Return a copy of some strips, of shape (strips, `TILE`)."""
        return self._words.take(strips, 0)

    def put(self, strips: np.ndarray, words: np.ndarray) -> None:
        """Replace some strips, by as many, or by the same one each."""
        np.put(self._whole, strips, np.ascontiguousarray(words).view(self._whole.dtype))


def within(tiles: np.ndarray, height: int) -> np.ndarray:
    """Return the strips in some tiles of a picture so many pixels high: bool (tiles down, tiles across)."""
    return np.flatnonzero(np.repeat(tiles, TILE, axis=0)[:height])


def touched(box: Pixels, grid: tuple[int, int]) -> Tiles:
    """Return the tiles that a box of pixels touches, of a picture so many tiles wide and high."""
    (x0, y0, x1, y1), (w, h) = box, grid
    x0, y0, x1, y1 = x0 // TILE, y0 // TILE, -(-x1 // TILE), -(-y1 // TILE)
    if x0 >= 0 and y0 >= 0 and x1 <= w and y1 <= h:
        return (x0, y0, x1, y1)
    return (min(max(x0, 0), w), min(max(y0, 0), h), min(max(x1, 0), w), min(max(y1, 0), h))
