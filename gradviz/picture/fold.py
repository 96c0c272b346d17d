"""A picture that is far longer than high, set in lines like text: cut across into bands, one under the other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .scene import Box

_MOST_STRETCH = 1.9
_STUB = 10.0  # px that an edge runs on into the margin where it leaves a band
AIR = 18.0  # px between bands
_MOST_BANDS = 24
_LEAST = 27.0  # px of the long picture that a band of one row takes
_GAIN = 1.3  # a further band must make marks that much larger


@dataclass(frozen=True)
class Bands:
    """Maps a long picture into a region, band by band.

    cuts    the x at which a new band begins, rising; none for a picture in one piece
    ends    the x where the first band begins, the cuts, and the x where the last one ends
    sides   for each band, the least and the greatest y of what it holds
    air     px between bands
    """

    cuts: tuple[float, ...]
    ends: tuple[float, ...]
    sides: tuple[tuple[float, float], ...]
    region: Box
    air: float = AIR

    @cached_property
    def stretch(self) -> tuple[float, float]:
        """Return the factors by which lengths along and across are multiplied."""
        x0, y0, x1, y1 = self.region
        widest = max(b - a for a, b in pairwise(self.ends))
        margin, air = (2 * _STUB, self.air * len(self.sides)) if self.cuts else (0.0, 0.0)
        tall = sum(max(bottom - top, _LEAST) for top, bottom in self.sides)
        return (
            min((x1 - x0 - margin) / max(widest, 1.0), _MOST_STRETCH),
            min((y1 - y0 - air) / max(tall, 1.0), _MOST_STRETCH),
        )

    def band(self, x: float) -> int:
        """Return the index of the band that holds an x of the long picture."""
        return bisect_right(self.cuts, x)

    @cached_property
    def tops(self) -> list[float]:
        """Return where the bands begin in the region: the room left over is shared out between them."""
        y0, y1 = self.region[1::2]
        sy = self.stretch[1]
        tall = [max(sy * (bottom - top), sy * _LEAST) for top, bottom in self.sides]
        air = (y1 - y0 - sum(tall)) / len(tall)
        return [y0 + sum(tall[:i]) + air * (i + 0.5) for i in range(len(tall))]

    def places(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Map points of the long picture."""
        return [tuple(self._chain(p, self.band(p[0])))[:2] for p in points]  # type: ignore[misc]  # a place

    def pieces(self, xy: Sequence[float]) -> list[list[float]]:
        """Map a chain of cubics; where it goes on in another band, it leaves at one margin and enters at the other."""
        if not self.cuts:
            return [self._chain(xy, 0)]
        found: list[list[float]] = []
        for i in range(0, len(xy) - 7, 6):
            for part, band in self._cut(list(xy[i : i + 8])):
                mapped = self._chain(part, band)
                if found and found[-1][-2:] == mapped[:2]:
                    found[-1] += mapped[2:]
                else:
                    if found:
                        _run_on(found[-1], mapped, self.region)
                    found.append(mapped)
        return found

    def _chain(self, xy: Sequence[float], band: int) -> list[float]:
        x0, _, x1, _ = self.region
        sx, sy = self.stretch
        start, (side, bottom) = self.ends[band], self.sides[band]
        left = x0 + _STUB if self.cuts else x0 + (x1 - x0 - sx * (self.ends[1] - start)) / 2
        top = self.tops[band] + max(0.0, sy * (_LEAST - (bottom - side)) / 2)
        return [round(left + sx * (v - start) if i % 2 == 0 else top + sy * (v - side), 2) for i, v in enumerate(xy)]

    def _cut(self, cubic: list[float]) -> list[tuple[list[float], int]]:
        """Cut a cubic where it crosses from band to band."""
        first, last = self.band(cubic[0]), self.band(cubic[6])
        parts: list[tuple[list[float], int]] = []
        step = 1 if last > first else -1
        for band in range(first, last, step):
            at = self.cuts[band] if step > 0 else self.cuts[band - 1]
            head, cubic = split(cubic, _crossing(cubic, at))
            parts.append((head, band))
        return [*parts, (cubic, last)]


def _run_on(before: list[float], after: list[float], region: Box) -> None:
    """Let an edge run into the margins on both sides of a cut."""
    x, y = before[-2:]
    end = region[2] if after[0] < x else region[0]
    before += [x, y, end, y, end, y]
    x, y = after[:2]
    start = region[0] if end == region[2] else region[2]
    after[:0] = [start, y, start, y, x, y]


def _crossing(cubic: Sequence[float], at: float) -> float:
    """Return where (0 to 1) a cubic whose ends lie on both sides of an x passes it."""
    low, high = 0.0, 1.0
    rising = cubic[6] > cubic[0]
    for _ in range(24):
        t = (low + high) / 2
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        x = a * cubic[0] + b * cubic[2] + c * cubic[4] + d * cubic[6]
        if (x < at) == rising:
            low = t
        else:
            high = t
    return high


def split(cubic: Sequence[float], t: float) -> tuple[list[float], list[float]]:
    """Cut a cubic in two at t (de Casteljau)."""
    x0, y0, x1, y1, x2, y2, x3, y3 = cubic
    ax, bx, cx = x0 + t * (x1 - x0), x1 + t * (x2 - x1), x2 + t * (x3 - x2)
    ay, by, cy = y0 + t * (y1 - y0), y1 + t * (y2 - y1), y2 + t * (y3 - y2)
    dx, dy, ex, ey = ax + t * (bx - ax), ay + t * (by - ay), bx + t * (cx - bx), by + t * (cy - by)
    mx, my = dx + t * (ex - dx), dy + t * (ey - dy)
    return [x0, y0, ax, ay, dx, dy, mx, my], [mx, my, ex, ey, cx, cy, x3, y3]


def one(box: Box, region: Box) -> Bands:
    """Map a picture in one piece."""
    return Bands((), (box[0], box[2]), ((box[1], box[3]),), region)


def bands(
    box: Box, region: Box, marks: Sequence[tuple[float, float]], spread: Sequence[Sequence[float]], along: float,
    air: float = AIR,
) -> Bands:  # fmt: skip
    """Choose how many bands give marks the most room.

    marks   where marks stand in the long picture; `spread` the chains of cubics between them
    along   the room along the picture that full-size marks need, as a factor of what they have there
    air     px between bands
    """
    best = one(box, region)
    most = _room(best, along)
    stops = sorted({x for x, _ in marks})
    points = np.array([v for xy in (*marks, *spread) for v in xy], float).reshape(-1, 2)
    xs, ys = points[np.argsort(points[:, 0], kind="stable")].T
    for n in range(2, min(_MOST_BANDS, len(stops) // 4) + 1):
        cuts = set()
        for k in range(1, n):
            i = min(max(bisect_left(stops, box[0] + k * (box[2] - box[0]) / n), 1), len(stops) - 1)
            cuts.add((stops[i - 1] + stops[i]) / 2)
        found = sorted(cuts)
        starts = [0, *np.searchsorted(xs, found)]
        sides = zip(np.minimum.reduceat(ys, starts).tolist(), np.maximum.reduceat(ys, starts).tolist(), strict=True)
        tried = Bands(tuple(found), (box[0], *found, box[2]), tuple(sides), region, air)
        room = _room(tried, along)
        if room > most * _GAIN:
            best, most = tried, room
    return best


def _room(b: Bands, along: float) -> float:
    sx, sy = b.stretch
    return min(1.0, sx / along, sy)
