"""Edges as smooth curves: where each leaves and enters a card, and a way between the nodes that touches none.

All here is in (along, across): the ranks' columns follow one another along, and between two columns nothing stands
in the way. An edge that spans several ranks crosses each column between at a height (its track) that keeps clear of
the nodes there. Within the free interval around its track it may move, to become straighter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .blocks import Area, Placed, Point, Task
from .plan import Curve, Edge
from .scene import Box

#: How far an edge stays from a node's room, and from another edge in the same gap, where there is space.
CLEAR, APART = 8.0, 10.0
# How many columns one cubic may pass over.
_LOOK = 8
_FAR = 1e9


def _shares() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Tabulate the S curve with handles of half the distance: share of the way along, share of the way across."""
    along, across = [], []
    for k in range(129):
        t = k / 128
        along.append(1.5 * t - 1.5 * t * t + t**3)
        across.append(3 * t * t - 2 * t**3)
    return tuple(along), tuple(across)


_ALONG, _ACROSS = _shares()


def bend(share: float) -> float:
    """Return how far across the S curve has come, from 0 to 1, when it has come that share of the way along."""
    if not 0 < share < 1:
        return float(share >= 1)
    k = bisect_left(_ALONG, share)
    part = (share - _ALONG[k - 1]) / (_ALONG[k] - _ALONG[k - 1])
    return _ACROSS[k - 1] + part * (_ACROSS[k] - _ACROSS[k - 1])


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
    ways: Mapping[Edge, Sequence[Point]],
    middles: Mapping[int, Point],
    cols: Sequence[Column],
    ranks: Mapping[int, int],
) -> dict[Edge, tuple[Track, ...]]:
    """Return, for each edge, its track in every column that it passes over."""
    crossing: list[list[tuple[float, float, float, Edge]]] = [[] for _ in cols]
    for edge in edges:
        a, b = middles[edge[0]], middles[edge[1]]
        passed = range(ranks[edge[0]] + 1, ranks[edge[1]])
        heights = _heights((a, *ways.get(edge, ()), b), [(cols[r].start + cols[r].stop) / 2 for r in passed])
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


def ports(
    edges: Sequence[Edge], routes: Mapping[Edge, Sequence[Track]], cards: Mapping[int, Area]
) -> dict[Edge, tuple[float, float]]:
    """Return, for each edge, where across it leaves its source's card and enters its user's.

    On each side the ports are evenly spaced, in the order in which the edges lie where they come from, so that none
    cross in front of a card. Edges that come from one place keep the order of their argument positions.
    """
    out: dict[int, list[tuple[float, int, int, Edge]]] = {}
    into: dict[int, list[tuple[float, int, int, Edge]]] = {}
    for e in edges:
        a, b = ((cards[n][1] + cards[n][3]) / 2 for n in e[:2])
        route = routes[e]
        out.setdefault(e[0], []).append((route[0].at if route else b, e[1], e[2], e))
        into.setdefault(e[1], []).append((route[-1].at if route else a, e[0], e[2], e))
    leave, enter = _share(out, cards), _share(into, cards)
    return {e: (leave[e], enter[e]) for e in edges}


def _share(sides: Mapping[int, list[tuple[float, int, int, Edge]]], cards: Mapping[int, Area]) -> dict[Edge, float]:
    """Give each edge of a side its place: the k-th of n at k/(n + 1) of the side."""
    found: dict[Edge, float] = {}
    for node, ends in sides.items():
        low, high = cards[node][1], cards[node][3]
        for k, (_, _, _, edge) in enumerate(sorted(ends), 1):
            found[edge] = low + (high - low) * k / (len(ends) + 1)
    return found


def chain(start: Point, end: Point, cols: Sequence[Column], route: Sequence[Track], look: int) -> list[Point]:
    """Return the points that an edge passes, level at each, the fewest and gentlest bends it can have.

    `start` and `end` are ports, `cols` and `route` the columns between and the tracks there. Between two points the
    edge is an S curve, and it must stay within the tracks' intervals.
    """
    if not route:
        return [start, end]
    # Stages: the start, each column between with a few places across to choose from, the end. The cheapest chain of
    # S curves from stage to stage, each over up to `look` columns, by dynamic programming.
    stages: list[list[float]] = [[start[1]]]
    for t in route:
        near = [min(max(c, t.low), t.high) for c in (start[1], end[1])]
        stages.append(sorted({t.at, *near}))
    stages.append([end[1]])
    exits = [start[0], *(c.stop for c in cols)]
    entries = [c.start for c in cols] + [end[0]]
    best: list[list[tuple[float, int, int]]] = [[(0.0, -1, -1)]]
    for j in range(1, len(stages)):
        here: list[tuple[float, int, int]] = []
        for cj in stages[j]:
            options = []
            for i in range(max(0, j - look), j):
                for m, ci in enumerate(stages[i]):
                    cost = _cost(exits[i], ci, entries[j - 1], cj)
                    if j - i > 1 and not _free((exits[i], ci), (entries[j - 1], cj), cols[i : j - 1], route[i : j - 1]):
                        continue
                    options.append((best[i][m][0] + cost, i, m))
            here.append(min(options))
        best.append(here)
    points = [end]
    j, m = len(stages) - 1, 0
    while j > 0:
        _, i, k = best[j][m]
        if i > 0:
            c = stages[i][k]
            points += [(exits[i], c), (entries[i - 1], c)]
        j, m = i, k
    return [start, *reversed(points)]


def _cost(a0: float, c0: float, a1: float, c1: float) -> float:
    """Price an S curve: each bend costs, a steep one more."""
    rise = abs(c1 - c0)
    if rise < 0.5:
        return 0.02
    return 1.0 + 0.5 * (rise / max(1.0, a1 - a0)) ** 2


def _free(start: Point, end: Point, cols: Sequence[Column], route: Sequence[Track]) -> bool:
    """Tell whether an S curve stays within the intervals of the columns that it passes over."""
    (a0, c0), (a1, c1) = start, end
    for col, t in zip(cols, route, strict=True):
        for a in (col.start, col.stop):
            c = c0 + (c1 - c0) * bend((a - a0) / (a1 - a0))
            if not t.low - 0.01 <= c <= t.high + 0.01:
                return False
    return True


def curves(task: Task, cards: Mapping[int, Box], placed: Placed) -> dict[Edge, Curve]:
    """Return every edge of a plan as a curve in px, from the side of its source's card to the side of its user's."""
    areas = {i: _turn(task, box) for i, box in cards.items()}
    middles = {i: ((areas[i][0] + areas[i][2]) / 2, (areas[i][1] + areas[i][3]) / 2) for i in task.blocks}
    rooms = {
        i: (m[0] - b.before, m[1] - b.low, m[0] + b.after, m[1] + b.high)
        for i, b in task.blocks.items()
        for m in (middles[i],)
    }
    cols, ranks = columns(rooms, {i: placed.middles[i][0] for i in task.blocks})
    routes = tracks(task.edges, placed.ways, middles, cols, ranks)
    sides = ports(task.edges, routes, areas)
    # The more there is to pass, the shorter the view: the time must not grow faster than the graph.
    passed = sum(map(len, routes.values()))
    look = 8 if passed < 2000 else 3 if passed < 8000 else 1
    found: dict[Edge, Curve] = {}
    for e in task.edges:
        between = cols[ranks[e[0]] + 1 : ranks[e[1]]]
        start, end = (areas[e[0]][2], sides[e][0]), (areas[e[1]][0], sides[e][1])
        ways = _ends(chain(start, end, between, routes[e], look), cols[ranks[e[0]]], cols[ranks[e[1]]])
        found[e] = _curve(task, ways)
    for i, block in task.blocks.items():
        for k, leaf in enumerate(block.leaves, 1):
            edge = next(e for e in task.plan.edges if e[0] == leaf.id)
            user, own = areas[i], areas[leaf.id]
            a0, c0 = (own[0] + own[2]) / 2, own[1]
            a1, c1 = user[0] + (user[2] - user[0]) * k / (len(block.leaves) + 1), user[3]
            half = (c0 + c1) / 2
            flat = ((a0, c0), (a0, half), (a1, half), (a1, c1))
            way = (0.0, -1.0) if task.lr else (-1.0, 0.0)
            found[edge] = Curve(tuple(v for p in flat for v in (p if task.lr else (p[1], p[0]))), way, way)
    return found


def _turn(task: Task, box: Box) -> Area:
    x0, y0, x1, y1 = box
    return (x0, y0, x1, y1) if task.lr else (y0, x0, y1, x1)


def _ends(points: list[Point], first: Column, last: Column) -> list[Point]:
    """Keep the curve level beside a card that is narrower than its column, where it would touch the neighbours."""
    (a0, c0), (a1, c1) = points[0], points[1]
    if c0 != c1 and a0 < first.stop < a1 and not first.open(c0, c0 + (c1 - c0) * bend((first.stop - a0) / (a1 - a0))):
        points = [points[0], (first.stop, c0), *points[1:]]
    (a0, c0), (a1, c1) = points[-2], points[-1]
    if c0 != c1 and a0 < last.start < a1 and not last.open(c1, c0 + (c1 - c0) * bend((last.start - a0) / (a1 - a0))):
        points = [*points[:-1], (last.start, c1), points[-1]]
    return points


def _curve(task: Task, points: Sequence[Point]) -> Curve:
    flat: list[Point] = [points[0]]
    for (a0, c0), (a1, c1) in pairwise(points):
        half = (a0 + a1) / 2
        flat += [(half, c0), (half, c1), (a1, c1)]
    way = (1.0, 0.0) if task.lr else (0.0, 1.0)
    return Curve(tuple(v for p in flat for v in (p if task.lr else (p[1], p[0]))), way, way)
