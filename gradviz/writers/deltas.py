"""Frames as what differs from the frame before, pixel by pixel: what animated pictures are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..picture.scene import Frame
from .pixels import Pixels
from .raster import Raster
from .strips import TILE, Change

_TOGETHER = 8  # scenes made in one go: a twentieth less time than if each took turns with the drawing


@dataclass(frozen=True, eq=False, slots=True)
class Delta:
    """One frame's changes.

    picture  all pixels after them, as in `Raster.words`; the next frame is drawn on the same memory
    width    of the picture in px, without what whole strips have beyond it
    colours  of all marks so far, as numbers like those of `picture`, with how many marks had them
    """

    frame: Frame
    picture: np.ndarray
    width: int
    colours: Mapping[int, int]
    change: Change

    @property
    def box(self) -> Pixels:
        """The rectangle around what changed, one pixel where nothing did."""
        x0, y0, x1, y1 = self.change.box
        return (x0, y0, min(x1, self.width), y1)

    def rgba(self, box: Pixels) -> np.ndarray:
        """Return the pixels of a box around all changes, of shape (height, width, 4), transparent where none is.

        box  begins with a whole strip
        """
        left, top, right, bottom = box
        whole = right + (left - right) % TILE
        words = np.zeros((bottom - top, whole - left), "<u4")
        words.reshape(-1)[self.change.places((left, top, whole, bottom))] = self.change.words
        return words.view(np.uint8).reshape(*words.shape, 4)[:, : right - left]


def deltas(frames: Iterator[Frame], size: tuple[int, int]) -> Iterator[Delta]:
    """Draw frames as they come; the first delta holds the whole picture, one without changes holds one pixel's box."""
    raster: Raster | None = None
    while some := list(islice(frames, _TOGETHER)):
        for frame in some:
            if raster is None:
                raster = Raster(frame.scene.width, frame.scene.height, *size, frame.scene.ground)
            change = raster.draw(frame.scene)
            yield Delta(frame, raster.words, size[0], raster.colours.copy(), change)


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
