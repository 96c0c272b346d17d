"""Frames as what differs from the frame before, pixel by pixel: what animated pictures are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..picture.scene import Frame
from .pixels import Pixels
from .raster import Piece, Raster


@dataclass(frozen=True, eq=False, slots=True)
class Delta:
    """One frame's changes: rectangles that do not overlap, and the box around them.

    picture  all pixels after them, as in `Raster.words`; the next frame is drawn on the same memory
    colours  of all marks so far, as numbers like those of `picture`, with how many marks had them
    """

    frame: Frame
    picture: np.ndarray
    colours: Mapping[int, int]
    pieces: tuple[Piece, ...]
    box: Pixels

    def rgba(self, box: Pixels) -> np.ndarray:
        """Return the pixels of a box around all pieces, of shape (height, width, 4), transparent where none changed."""
        left, top, right, bottom = box
        words = np.zeros((bottom - top, right - left), "<u4")
        for piece in self.pieces:
            x0, y0, x1, y1 = piece.box
            words[y0 - top : y1 - top, x0 - left : x1 - left][piece.mask] = piece.words
        return words.view(np.uint8).reshape(*words.shape, 4)


def deltas(frames: Iterator[Frame], size: tuple[int, int]) -> Iterator[Delta]:
    """Draw frames as they come; the first delta holds the whole picture, one without changes holds one pixel's box."""
    raster: Raster | None = None
    for frame in frames:
        if raster is None:
            raster = Raster(frame.scene.width, frame.scene.height, *size, frame.scene.ground)
        pieces = tuple(raster.draw(frame.scene))
        x0s, y0s, x1s, y1s = zip(*([p.box for p in pieces] or [(0, 0, 1, 1)]), strict=True)
        around = (min(x0s), min(y0s), max(x1s), max(y1s))
        yield Delta(frame, raster.words, raster.colours.copy(), pieces, around)


class Clock:
    """Turns seconds into whole ticks; what rounding takes from one frame the next one gets.

    >>> clock = Clock(100)
    >>> [clock.ticks(1 / 3) for _ in range(3)]
    [33, 34, 33]
    """

    def __init__(self, per_second: int, least: int = 1) -> None:
        self._per_second, self._least = per_second, least
        self._due, self._told = 0.0, 0

    def ticks(self, seconds: float) -> int:
        self._due += seconds * self._per_second
        ticks = max(round(self._due - self._told), self._least)
        self._told += ticks
        return ticks
