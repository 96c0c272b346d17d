"""Edges of a value that is used again and again: one line that all of them share, and a short stem from it to each use.

A weight that every turn of a loop uses would have an edge across the whole picture for each turn. Instead a line
leaves its mark, runs along the margin, and sends a rail along every band of the picture, from which stems go to the
uses. All here is in (along, across), as in `blocks`: ranks follow one another along.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .blocks import Point
from .dots import GAP
from .plan import Edge
from .scene import Box

#: A value with fewer long edges than this keeps them; and where more values have as many, all do.
LEAST, MOST = 10, 4
_LANE = 5.0  # px between two lines in the margin
RAIL = 9.0  # px between two rails of a band, where there is room
_MARGIN = 20.0  # px over the first band that rails may take
_ROUND = 5.0  # radius of a corner between full-size marks
_K = 0.5522847498  # a quarter circle as a cubic, as in `scene.circle`


@dataclass(frozen=True)
class Bus:
    """The line that the long edges of one value share.

    ways   for each band that the line comes to, its corners, from the source's mark to where the rail begins
    stems  for each edge, its band and its corners, from where it leaves the rail to the user's mark
    round  the radius of the corners
    """

    source: int
    ways: Mapping[int, tuple[Point, ...]]
    stems: Mapping[Edge, tuple[int, tuple[Point, ...]]]
    round: float
    lr: bool

    def whole(self, edge: Edge) -> tuple[float, ...]:
        """Return an edge all the way from its source, as a chain of cubics."""
        band, points = self.stems[edge]
        return self._drawn([*self.ways[band], *points])

    def stem(self, edge: Edge) -> tuple[float, ...]:
        """Return the part of an edge that is its own."""
        _, points = self.stems[edge]
        return self._drawn([self._off(points[0]), *points])

    def reach(self, edges: Iterable[Edge]) -> dict[int, Point]:
        """Return how far some edges go along the rail of each band."""
        found: dict[int, Point] = {}
        for edge in edges:
            band, points = self.stems[edge]
            found[band] = max(found.get(band, points[0]), points[0])
        return found

    def lines(self, reach: Mapping[int, Point]) -> tuple[tuple[float, ...], ...]:
        """Return what edges that reach so far share, as chains of cubics that lie over each other nowhere."""
        found: list[tuple[float, ...]] = []
        first: list[Point] = []
        for band in sorted(reach, reverse=True):
            points = [*self.ways[band], self._off(reach[band])]
            if not first:
                first = points
            else:
                same = next(k for k, (p, q) in enumerate(zip(points, first, strict=False)) if p != q)
                # It branches off on the way to the next corner, else at the last one that both have.
                at = same if _between(points[same], *first[same - 1 : same + 1]) else same - 1
                points = [_towards(points[at], points[at - 1], self.round), *points[at:]]
            found.append(self._drawn(points))
        return tuple(found)

    def _off(self, stop: Point) -> Point:
        """Return the place on a rail where the corner into a stem begins."""
        return (stop[0] - self.round, stop[1])

    def _drawn(self, points: Sequence[Point]) -> tuple[float, ...]:
        xy = _rounded(points, self.round)
        return tuple(round(v, 1) for p in xy for v in (p if self.lr else p[::-1]))


def hubs(edges: Iterable[Edge]) -> tuple[int, ...]:
    """Return the values that have many of some long edges; none where too many values have."""
    count = Counter(e[0] for e in edges)
    found = tuple(sorted(s for s, n in count.items() if n >= LEAST))
    return found if len(found) <= MOST else ()


def buses(
    edges: Iterable[Edge], centres: Sequence[Point], bands: Sequence[int], region: Box, scale: float, lr: bool
) -> tuple[Bus, ...]:
    """Return the lines for those of some long edges that share one.

    centres, bands  by node id, where its mark is and in which band of the picture, counted from its beginning
    region          what the picture fills; lines may run beside it
    scale           of the marks
    """
    gap = GAP * scale
    edges = sorted(edges)
    of = {s: [e for e in edges if e[0] == s] for s in hubs(edges)}
    if not of:
        return ()
    spots = [(x, y) if lr else (y, x) for x, y in centres]
    start, top = (region[0], region[1]) if lr else (region[1], region[0])
    rows: list[list[Point]] = [[] for _ in range(max(bands) + 1)]
    for spot, band in zip(spots, bands, strict=True):
        rows[band].append(spot)
    # The rails of a band share the room between it and what lies over it.
    floors = [min(c for _, c in row) - gap for row in rows]
    roofs = [top - _MARGIN, *(max(c for _, c in row) + gap for row in rows[:-1])]
    steps = [max(1.5, min(RAIL, (low - high) / (len(of) + 0.25))) for low, high in zip(floors, roofs, strict=True)]
    tops: dict[tuple[int, int], float] = {}  # by band and place along, what stands nearest to the rails
    for (a, c), band in zip(spots, bands, strict=True):
        tops[band, round(a)] = min(c, tops.get((band, round(a)), c))
    pitch = [_pitch(row) for row in rows]
    shifts = _shifts([e for es in of.values() for e in es], max(2.0, _LANE * scale))
    found = []
    for k, source in enumerate(of, 1):
        rails = [_crisp(low - step * k) for low, step in zip(floors, steps, strict=True)]
        stems: dict[Edge, tuple[int, tuple[Point, ...]]] = {}
        for edge in of[source]:
            (a, c), band = spots[edge[1]], bands[edge[1]]
            free = c <= tops[band, round(a)] + gap / 2
            turn = 0.0 if free else min(pitch[band] / 2, 2 * gap)
            stems[edge] = (band, _stem((_crisp(a + shifts[edge]), c), rails[band], turn, gap))
        used = {band for band, _ in stems.values()}
        ways = _ways(spots[source], bands[source], rows[bands[source]], rails, used, _crisp(start - 1 - _LANE * k), gap)
        found.append(Bus(source, ways, stems, max(1.5, _ROUND * scale), lr))
    return tuple(found)


def _crisp(at: float) -> float:
    """Return the middle of the pixel that a place is in, where a thin level or upright line is sharp."""
    return math.floor(at) + 0.5


def _pitch(row: Iterable[Point]) -> float:
    """Return how far apart the ranks of a band are."""
    places = sorted({round(a) for a, _ in row})
    return min((q - p for p, q in pairwise(places)), default=0.0)


def _shifts(edges: Sequence[Edge], apart: float) -> dict[Edge, float]:
    """Return how far aside of its user's middle each stem stands, where a mark has several."""
    into: dict[int, list[Edge]] = {}
    for e in edges:
        into.setdefault(e[1], []).append(e)
    return {e: (k - (len(es) - 1) / 2) * apart for es in into.values() for k, e in enumerate(es)}


def _stem(user: Point, rail: float, turn: float, gap: float) -> tuple[Point, ...]:
    """Lead a stem to a mark from above, or where something stands over it, beside that, `turn` px before the mark."""
    a, c = user
    if not turn:
        return ((a, rail), (a, c - gap))
    rim = gap * math.sqrt(0.5)
    return ((a - turn, rail), (a - turn, c - max(turn, rim)), (a - rim, c - rim))


def _ways(
    source: Point, band: int, row: Sequence[Point], rails: Sequence[float], used: Iterable[int], margin: float,
    gap: float,
) -> dict[int, tuple[Point, ...]]:  # fmt: skip
    """Lead a line from a mark to the rails: out to the margin where nothing stands there, else up to its own rail."""
    a, c = source
    if all(abs(q - c) > gap or p >= a for p, q in row):
        out: tuple[Point, ...] = ((a - gap, c), (margin, c))
        return {b: (*out, (margin, rails[b])) for b in used}
    up: tuple[Point, ...] = ((a, c - gap), (a, rails[band]))
    return {b: up if b == band else (*up, (margin, rails[band]), (margin, rails[b])) for b in used}


def _between(p: Point, q: Point, r: Point) -> bool:
    """Tell whether p lies on the level or upright line from q to r."""
    return min(q[0], r[0]) <= p[0] <= max(q[0], r[0]) and min(q[1], r[1]) <= p[1] <= max(q[1], r[1])


def _towards(p: Point, q: Point, far: float) -> Point:
    """Return the point so far from p on the way to q."""
    share = min(1.0, far / max(math.dist(p, q), 1e-9))
    return (p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1]))


def _rounded(points: Sequence[Point], radius: float) -> list[Point]:
    """Return a way with rounded corners as the points of a chain of cubics."""
    found = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        found += _line(found[-1], _towards(corner, before, r))
        found += [_towards(corner, before, r * (1 - _K)), _towards(corner, after, r * (1 - _K))]
        found.append(_towards(corner, after, r))
    return found + _line(found[-1], points[-1])


def _line(p: Point, q: Point) -> list[Point]:
    """Return the three further points of a cubic that is a straight line."""
    third = math.dist(p, q) / 3
    return [_towards(p, q, third), _towards(q, p, third), q]
