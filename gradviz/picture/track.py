"""Where edges that span several ranks pass between the nodes of the ranks in between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .blocks import Area, Point
from .plan import Edge

#: How far an edge stays from a node's room, and from another edge in the same gap, where there is space.
CLEAR, APART = 8.0, 10.0
# Of all edges together, the most ranks that are passed over between nodes.
_MOST_PASSED = 60_000
_FAR = 1e9


@dataclass(frozen=True, slots=True)
class Column:
    """A rank: its extent along, and the intervals across that its nodes' rooms take, in order."""

    start: float
    stop: float
    lows: tuple[float, ...]
    highs: tuple[float, ...]

    def open(self, at: float, to: float) -> bool:
        """Tell whether from a place inside a room one may go across to another and meet no other room."""
        k = bisect_right(self.lows, at) - 1
        above = self.highs[k - 1] if k > 0 else -_FAR
        below = self.lows[k + 1] if k + 1 < len(self.lows) else _FAR
        return above + 2 < to < below - 2

    def gap(self, at: float) -> tuple[float, float]:
        """Return the free interval nearest to a place across."""
        k = bisect_right(self.lows, at)
        low = max((self.highs[k - 1],) if k else (-_FAR,))
        high = self.lows[k] if k < len(self.lows) else _FAR
        if at >= low:
            return low, high
        # Inside a room: go to the nearer side that has any space.
        below = (self.highs[k - 2] if k > 1 else -_FAR, self.lows[k - 1])
        options = [g for g in (below, (low, high)) if g[1] - g[0] > 2] or [(self.highs[-1], _FAR)]
        return min(options, key=lambda g: max(g[0] - at, at - g[1]))


def columns(rooms: Mapping[int, Area], middles: Mapping[int, float]) -> tuple[tuple[Column, ...], dict[int, int]]:
    """Group nodes by their middle along; return the columns in order and the rank of each node."""
    groups: list[list[int]] = []
    last = -_FAR
    for i in sorted(middles, key=lambda i: (middles[i], i)):
        if middles[i] > last + 1:
            groups.append([])
        groups[-1].append(i)
        last = middles[i]
    found = []
    for group in groups:
        spans = sorted((rooms[i][1], rooms[i][3]) for i in group)
        found.append(
            Column(
                min(rooms[i][0] for i in group),
                max(rooms[i][2] for i in group),
                tuple(s[0] for s in spans),
                tuple(s[1] for s in spans),
            )
        )
    return tuple(found), {i: r for r, group in enumerate(groups) for i in group}


@dataclass(frozen=True, slots=True)
class Track:
    """Where an edge crosses a column, and the interval in which it may without coming near anything."""

    at: float
    low: float
    high: float


def tracks(
    edges: Sequence[Edge],
    ways: Mapping[Edge, np.ndarray],
    middles: Mapping[int, Point],
    cols: Sequence[Column],
    ranks: Mapping[int, int],
) -> dict[Edge, tuple[Track, ...]]:
    """Return, for each edge, its track in every column that it passes over."""
    crossing: list[list[tuple[float, float, float, Edge]]] = [[] for _ in cols]
    skipped = around(edges, ranks)
    for edge in edges:
        passed = range(ranks[edge[0]] + 1, ranks[edge[1]])
        if edge in skipped or not passed:
            continue
        a, b = middles[edge[0]], middles[edge[1]]
        way = ways[edge].tolist() if edge in ways else ()
        heights = _heights((a, *way, b), [(cols[r].start + cols[r].stop) / 2 for r in passed])
        for r, at in zip(passed, heights, strict=True):
            crossing[r].append((at, b[1], a[1], edge))
    found: dict[Edge, list[Track]] = {e: [] for e in edges}
    for col, here in zip(cols, crossing, strict=True):
        gaps: dict[tuple[float, float], list[tuple[float, Edge]]] = {}
        for at, _, _, edge in sorted(here):
            gaps.setdefault(col.gap(at), []).append((at, edge))
        for (low, high), inside in gaps.items():
            for edge, track in zip((e for _, e in inside), _spread(low, high, [at for at, _ in inside]), strict=True):
                found[edge].append(track)
    return {e: tuple(t) for e, t in found.items()}


def around(edges: Sequence[Edge], ranks: Mapping[int, int]) -> dict[Edge, int]:
    """Return the edges, longest first, that are led around a very large graph, each with the number of its lane.

    An edge costs time for every rank it passes over, and in a long recurrence the shared values have edges over
    thousands of ranks: only so many are led between the nodes.
    """
    spans = sorted((ranks[e[0]] - ranks[e[1]] + 1, e) for e in edges if ranks[e[1]] - ranks[e[0]] > 1)
    total = -sum(s for s, _ in spans)
    found: dict[Edge, int] = {}
    lanes: dict[int, int] = {}
    for span, e in spans:
        if total <= _MOST_PASSED:
            break
        total += span
        found[e] = lanes.setdefault(e[0], len(lanes))
    return found


def _heights(way: Sequence[Point], stops: Sequence[float]) -> list[float]:
    """Return how far across a polyline is where it first reaches each of some places along."""
    found, k = [], 1
    for stop in stops:
        while k < len(way) - 1 and way[k][0] < stop:
            k += 1
        (a0, c0), (a1, c1) = way[k - 1], way[k]
        share = (stop - a0) / (a1 - a0) if a1 > a0 else 1.0
        found.append(c0 + (c1 - c0) * min(1.0, max(0.0, share)))
    return found


def _spread(low: float, high: float, wanted: Sequence[float]) -> list[Track]:
    """Place tracks in a free interval, in order, clear of its ends and apart from each other where there is space."""
    n = len(wanted)
    space = high - low
    clear = min(CLEAR, space / 3)
    apart = min(APART, (space - 2 * clear) / (n - 1)) if n > 1 else APART
    low, high = low + clear, high - clear
    places: list[float] = []
    for k, at in enumerate(wanted):  # first push up from the low end, then down from the high end
        places.append(max(at, low + k * apart, places[-1] + apart if places else low))
    for k in range(n - 1, -1, -1):
        places[k] = min(places[k], high - (n - 1 - k) * apart, places[k + 1] - apart if k < n - 1 else high)
    found = []
    for k, at in enumerate(places):
        lower = (places[k - 1] + at + apart) / 2 if k else low
        upper = (places[k + 1] + at - apart) / 2 if k < n - 1 else high
        found.append(Track(at, min(lower, at), max(upper, at)))
    return found
