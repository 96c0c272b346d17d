"""Frames as what differs from the frame before, pixel by pixel: what animated pictures are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..picture.scene import Frame
from .pixels import Pixels
from .raster import Raster


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A rectangle, which of its pixels changed, and their new colours as in `Raster.words`."""

    box: Pixels
    mask: np.ndarray  # bool (height, width)
    words: np.ndarray  # one for each changed pixel, row by row


@dataclass(frozen=True, eq=False, slots=True)
class Delta:
    """One frame's changes: tight rectangles that do not overlap, and the box around them.

    colours  of all marks so far, as numbers like `Piece.words`, with how many marks had them
    """

    frame: Frame
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
    shown = np.empty((0, 0), "<u4")
    for frame in frames:
        if raster is None:
            raster = Raster(frame.scene.width, frame.scene.height, *size, frame.scene.ground)
            shown = np.zeros_like(raster.words)  # black without the highest byte: differs from every pixel
        pieces = []
        for x0, y0, x1, y1 in raster.draw(frame.scene):
            new, old = raster.words[y0:y1, x0:x1], shown[y0:y1, x0:x1]
            mask = new != old
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            if len(rows):
                top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
                mask = mask[top:bottom, left:right]
                box = (x0 + left, y0 + top, x0 + right, y0 + bottom)
                pieces.append(Piece(box, mask, new[top:bottom, left:right][mask]))
            old[:] = new
        if pieces:
            x0s, y0s, x1s, y1s = zip(*(p.box for p in pieces), strict=True)
            around = (min(x0s), min(y0s), max(x1s), max(y1s))
        else:
            around = (0, 0, 1, 1)
        yield Delta(frame, raster.colours.copy(), tuple(pieces), around)


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
