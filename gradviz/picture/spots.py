"""Places for labels: beside their mark, where they touch no mark, no line and no other label."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from .scene import Box

_Px = TypeVar("_Px", float, np.ndarray)


class Ground:
    """A map of the area, px by px, of what is taken."""

    def __init__(self, area: Box) -> None:
        self.area = area
        x0, y0, x1, y1 = area
        self._taken = np.zeros((max(int(np.ceil(y1 - y0)), 1), max(int(np.ceil(x1 - x0)), 1)), bool)
        self._sums: np.ndarray | None = None  # of what is taken left of and above each px, until more is taken

    def take(self, box: Box) -> None:
        """Mark a box as taken."""
        self._sums = None
        x0, y0, x1, y1 = self._cells(box)
        self._taken[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = True

    def take_curves(self, curves: Iterable[Sequence[float]]) -> None:
        """Mark chains of cubics as taken; each is its first point and then three points a cubic."""
        flat: list[float] = []
        starts: list[int] = []
        for xy in curves:
            starts += range(len(flat) // 2, (len(flat) + len(xy)) // 2 - 3, 3)
            flat += xy
        if not starts:
            return
        self._sums = None
        cubics = np.array(flat, float).reshape(-1, 2)[np.array(starts)[:, None] + np.arange(4)]  # pieces × 4 × 2
        lengths = np.abs(np.diff(cubics, axis=1)).sum((1, 2))
        for low, high in ((0, 60), (60, 240), (240, np.inf)):
            some = cubics[(lengths >= low) & (lengths < high)]
            t = np.linspace(0, 1, int(min(high, lengths.max() + 1)) + 1)[:, None]
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            for k in range(0, len(some), 512):
                points = (a * p + b * q + c * r + d * s for p, q, r, s in some[k : k + 512].transpose(2, 1, 0))
                cols, rows = (np.floor(v - low).astype(int) for v, low in zip(points, self.area, strict=False))
                inside = (rows >= 0) & (rows < self._taken.shape[0]) & (cols >= 0) & (cols < self._taken.shape[1])
                self._taken[rows[inside], cols[inside]] = True

    def free(self, box: Box) -> bool:
        """Tell whether a box lies inside the area and nothing in it is taken."""
        x0, y0, x1, y1 = self._cells(box)
        if x0 < 0 or y0 < 0 or x1 > self._taken.shape[1] or y1 > self._taken.shape[0]:
            return False
        return not self._taken[y0:y1, x0:x1].any()

    def all_free(self, boxes: np.ndarray) -> np.ndarray:
        """Tell of many boxes at once, x0, y0, x1, y1 along the first axis, which of them are free."""
        rows, cols = self._taken.shape
        if self._sums is None:
            self._sums = np.zeros((rows + 1, cols + 1), np.int32)
            self._taken.cumsum(0, np.int32).cumsum(1, out=self._sums[1:, 1:])
        sums = self._sums
        left, top = self.area[:2]
        x0, y0 = np.floor(boxes[0] - left).astype(int), np.floor(boxes[1] - top).astype(int)
        x1, y1 = np.ceil(boxes[2] - left).astype(int), np.ceil(boxes[3] - top).astype(int)
        inside = (x0 >= 0) & (y0 >= 0) & (x1 <= cols) & (y1 <= rows)
        x0, y0, x1, y1 = (np.where(inside, v, 0) for v in (x0, y0, x1, y1))
        free: np.ndarray = inside & (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0] == 0)
        return free

    def _cells(self, box: Box) -> tuple[int, int, int, int]:
        left, top = self.area[:2]
        return (
            math.floor(box[0] - left),
            math.floor(box[1] - top),
            math.ceil(box[2] - left),
            math.ceil(box[3] - top),
        )


def beside(x: _Px, y: _Px, reach: _Px, width: _Px, size: float) -> tuple[tuple[_Px, _Px, _Px, _Px], ...]:
    """Return the boxes that a label of a width and font size may have beside a mark at (x, y), best first.

    `reach` is the distance (px) from the mark's centre that the label keeps. Arrays stand for many marks at once.
    """
    up, down = 0.78 * size, 0.24 * size  # from the baseline to the top of tall letters, to the foot of "y"
    h = up + down
    places = [
        (x - reach - width, y - h / 2),
        (x + reach, y - h / 2),
        (x - width / 2, y - reach - h),
        (x - width / 2, y + reach),
    ]
    for shift in (0.25, 0.5, 0.75):
        for way in (-shift, shift):
            places += [
                (x - reach - width, y - h / 2 + way * reach),
                (x + reach, y - h / 2 + way * reach),
                (x - width / 2 + way * (width / 2 + reach), y - reach - h),
                (x - width / 2 + way * (width / 2 + reach), y + reach),
            ]
    return tuple((px, py, px + width, py + h) for px, py in places)


def baseline(box: Box, size: float) -> float:
    """Return the baseline of a label in a box that `beside` gave."""
    return box[1] + 0.78 * size
