"""Places for labels: beside their mark, where they touch no mark, no line and no other label."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from .scene import Box


class Ground:
    """A map of the area, px by px, of what is taken."""

    def __init__(self, area: Box) -> None:
        self.area = area
        x0, y0, x1, y1 = area
        self._taken = np.zeros((max(int(np.ceil(y1 - y0)), 1), max(int(np.ceil(x1 - x0)), 1)), bool)

    def take(self, box: Box) -> None:
        """Mark a box as taken."""
        x0, y0, x1, y1 = self._cells(box)
        self._taken[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = True

    def take_curves(self, curves: Iterable[Sequence[float]]) -> None:
        """Mark chains of cubics as taken; each is its first point and then three points a cubic."""
        pieces = []
        for xy in curves:
            p = np.asarray(xy, float).reshape(-1, 2)
            for i in range(0, len(p) - 3, 3):
                pieces.append(p[i : i + 4])
        if not pieces:
            return
        cubics = np.stack(pieces)  # pieces × 4 × 2
        lengths = np.abs(np.diff(cubics, axis=1)).sum((1, 2))
        for low, high in ((0, 60), (60, 240), (240, np.inf)):
            some = cubics[(lengths >= low) & (lengths < high)]
            if not len(some):
                continue
            t = np.linspace(0, 1, int(min(high, lengths.max() + 1)) + 1)[:, None]
            weights = np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3], 1)
            for start in range(0, len(some), 512):
                points = np.einsum("tk,pkd->ptd", weights, some[start : start + 512]).reshape(-1, 2)
                cols = np.floor(points[:, 0] - self.area[0]).astype(int)
                rows = np.floor(points[:, 1] - self.area[1]).astype(int)
                inside = (rows >= 0) & (rows < self._taken.shape[0]) & (cols >= 0) & (cols < self._taken.shape[1])
                self._taken[rows[inside], cols[inside]] = True

    def free(self, box: Box) -> bool:
        """Tell whether a box lies inside the area and nothing in it is taken."""
        x0, y0, x1, y1 = self._cells(box)
        if x0 < 0 or y0 < 0 or x1 > self._taken.shape[1] or y1 > self._taken.shape[0]:
            return False
        return not self._taken[y0:y1, x0:x1].any()

    def _cells(self, box: Box) -> tuple[int, int, int, int]:
        left, top = self.area[:2]
        return (
            math.floor(box[0] - left),
            math.floor(box[1] - top),
            math.ceil(box[2] - left),
            math.ceil(box[3] - top),
        )


def beside(x: float, y: float, reach: float, width: float, size: float) -> tuple[Box, ...]:
    """Return the boxes that a label of a width and font size may have beside a mark at (x, y), best first.

    `reach` is the distance (px) from the mark's centre that the label keeps.
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
