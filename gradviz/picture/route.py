"""Edges as smooth curves: where each leaves and enters a card, and a way between the nodes that touches none.

All here is in (along, across): the ranks' columns follow one another along, and between two columns nothing stands
in the way. An edge that spans several ranks crosses each column between at a height (its track) that keeps clear of
the nodes there. Within the free interval around its track it may move, to become straighter.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .blocks import Area, Placed, Point, Task
from .plan import Curve, Edge
from .scene import Box
from .track import APART, CLEAR, Column, Track, around, columns, tracks

#: Where a cubic with handles of half the distance is along, of 1, at t = k/128.
_ALONG = tuple(1.5 * t - 1.5 * t * t + t**3 for t in (k / 128 for k in range(129)))


def _when(share: float) -> float:
    """Return the t at which a cubic with handles of half the distance has come that share of the way along."""
    if not 0 < share < 1:
        return float(share >= 1)
    k = bisect_left(_ALONG, share)
    return (k - 1 + (share - _ALONG[k - 1]) / (_ALONG[k] - _ALONG[k - 1])) / 128


@dataclass(frozen=True, slots=True)
class Knot:
    """A point that an edge passes, and its slope there (across per along)."""

    along: float
    across: float
    slope: float = 0.0


def across(p: Knot, q: Knot, along: float) -> float:
    """Return how far across the cubic between two knots is at a place along."""
    length = q.along - p.along
    t = _when((along - p.along) / length) if length > 0 else 1.0
    c1, c2 = p.across + p.slope * length / 2, q.across - q.slope * length / 2
    return (1 - t) ** 3 * p.across + 3 * t * (1 - t) * ((1 - t) * c1 + t * c2) + t**3 * q.across


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
    found = {}
    for e in edges:
        out_at, in_at = leave[e], enter[e]
        ends = out[e[0]], into[e[1]]
        if len(ends[0]) == len(ends[1]) == sum(x[1] == e[1] for x in ends[0]):
            # All of one side goes to all of another: level lines, spaced as on the shorter side.
            sizes = [cards[n][3] - cards[n][1] for n in e[:2]]
            gap = ((cards[e[0]][1] + cards[e[0]][3]) - (cards[e[1]][1] + cards[e[1]][3])) / 2
            if abs(gap) <= 1.01:
                out_at, in_at = (out_at, out_at - gap) if sizes[0] < sizes[1] else (in_at + gap, in_at)
        if abs(out_at - in_at) <= 1.01:  # cards stand on whole pixels; a line that is nearly straight should be
            out_at = in_at = (out_at + in_at) / 2
        found[e] = (out_at, in_at)
    return found


def _share(sides: Mapping[int, list[tuple[float, int, int, Edge]]], cards: Mapping[int, Area]) -> dict[Edge, float]:
    """Give each edge of a side its place: the k-th of n at k/(n + 1) of the side."""
    found: dict[Edge, float] = {}
    for node, ends in sides.items():
        low, high = cards[node][1], cards[node][3]
        for k, (_, _, _, edge) in enumerate(sorted(ends), 1):
            found[edge] = low + (high - low) * k / (len(ends) + 1)
    return found


def chain(start: Knot, end: Knot, cols: Sequence[Column], route: Sequence[Track], look: int) -> list[Knot]:
    """Return the knots that an edge passes, level at each, with the fewest and gentlest bends it can have.

    `start` and `end` are ports, `cols` and `route` the columns between and the tracks there. Between two knots the
    edge must stay within the tracks' intervals.
    """
    if not route:
        return [start, end]
    if look == 0:
        return _lazy(start, end, cols, route)
    # Stages: the start, each column between with a few places across to choose from, the end. The cheapest chain of
    # S curves from stage to stage, each over up to `look` columns, by dynamic programming.
    stages: list[list[float]] = [[start.across]]
    for t in route:
        near = [min(max(c, t.low), t.high) for c in (start.across, end.across)]
        stages.append(sorted({t.at, *near}))
    stages.append([end.across])
    leaves = [start.along, *(c.stop for c in cols)]
    enters = [c.start for c in cols] + [end.along]
    best: list[list[tuple[float, int, int]]] = [[(0.0, -1, -1)]]
    for j in range(1, len(stages)):
        here: list[tuple[float, int, int]] = []
        for c in stages[j]:
            q = Knot(enters[j - 1], c)
            options = []
            for i in range(max(0, j - look), j):
                for m, before in enumerate(stages[i]):
                    p = Knot(leaves[i], before)
                    if i + 1 == j or _free((p, q), cols[i : j - 1], route[i : j - 1]):
                        options.append((best[i][m][0] + _cost(p, q), i, m))
            here.append(min(options))
        best.append(here)
    knots = [end]
    j, m = len(stages) - 1, 0
    while j > 0:
        _, j, m = best[j][m]
        if j > 0:
            knots += [Knot(leaves[j], stages[j][m]), Knot(enters[j - 1], stages[j][m])]
    return [start, *reversed(knots)]


def _lazy(start: Knot, end: Knot, cols: Sequence[Column], route: Sequence[Track]) -> list[Knot]:
    """Return knots that go on level for as long as they can: for graphs where nothing dearer can be afforded."""
    knots, at, stop = [start], start.across, start.along
    for col, t in zip(cols, route, strict=True):
        last, at = at, min(max(at, t.low), t.high)
        if at != last:
            if knots[-1] is not start:
                knots.append(Knot(stop, last))
            knots.append(Knot(col.start, at))
        stop = col.stop
    if knots[-1] is not start:
        knots.append(Knot(stop, at))
    return [*knots, end]


def _cost(p: Knot, q: Knot) -> float:
    """Price an S curve: each bend costs, a steep one more."""
    rise = abs(q.across - p.across)
    return 0.02 if rise < 0.5 else 1.0 + 0.5 * (rise / max(1.0, q.along - p.along)) ** 2


def _free(knots: Sequence[Knot], cols: Sequence[Column], route: Sequence[Track]) -> bool:
    """Tell whether an edge stays within the intervals of the columns that it passes over."""
    k = 1
    for col, t in zip(cols, route, strict=True):
        for a in (col.start, (col.start + col.stop) / 2, col.stop):
            while k < len(knots) - 1 and knots[k].along < a:
                k += 1
            if not t.low - 0.01 <= across(knots[k - 1], knots[k], a) <= t.high + 0.01:
                return False
    return True


def smooth(knots: list[Knot], cols: Sequence[Column], route: Sequence[Track]) -> list[Knot]:
    """Turn the steps of a staircase into a slope, where there is room for it."""
    k = 1
    while k < len(knots) - 2:
        p, q, r, s = knots[k - 1 : k + 3]
        rise, then = q.across - p.across, s.across - r.across
        if q.across == r.across and rise * then > 0:
            at = (q.along + r.along) / 2
            slope = math.copysign(min(abs(rise) / (at - p.along), abs(then) / (s.along - at)), rise)
            for share in (0.0, 0.25, 0.5):  # where the far side is near something, a little before it
                tried = [*knots[:k], Knot(at, q.across - share * slope * (r.along - q.along), slope), *knots[k + 2 :]]
                if _free(tried, cols, route):
                    knots = tried
                    break
        k += 1
    return knots


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
    parallel = _parallel(task.edges)
    if task.plan.straight:
        sides = {e: (middles[e[0]][1] + off, middles[e[1]][1] + off) for e, off in parallel.items()}
    else:
        sides = ports(task.edges, routes, areas)
    # The more there is to pass, the shorter the view: the time must not grow faster than the graph.
    passed = sum(map(len, routes.values()))
    look = 8 if passed < 1000 else 3 if passed < 4000 else 0
    found: dict[Edge, Curve] = {}
    outside = around(task.edges, ranks)
    top = min((r[1] for r in rooms.values()), default=0.0)
    for e in task.edges:
        first, last = cols[ranks[e[0]]], cols[ranks[e[1]]]
        between = cols[ranks[e[0]] + 1 : ranks[e[1]]]
        if task.plan.straight and e not in outside:
            line = _line(task, e, middles, parallel[e])
            if _clear(line, first, last) and _free(
                line, between, [_gap(c, t) for c, t in zip(between, routes[e], strict=True)]
            ):
                found[e] = _curve(task, line)
                continue
        start, end = Knot(areas[e[0]][2], sides[e][0]), Knot(areas[e[1]][0], sides[e][1])
        if e in outside:
            at = top - 2 * CLEAR - APART * (outside[e] % 12)
            knots = [start, Knot(between[0].start, at), Knot(between[-1].stop, at), end]
        else:
            knots = chain(start, end, between, routes[e], look)
            knots = smooth(knots, between, routes[e]) if look else knots
        found[e] = _curve(task, _ends(knots, first, last))
    hanging = {e[0]: e for e in task.plan.edges if e[0] not in task.blocks}
    for i, block in task.blocks.items():
        for k, leaf in enumerate(block.leaves, 1):
            edge = hanging[leaf.id]
            user, own = areas[i], areas[leaf.id]
            a0, c0 = (own[0] + own[2]) / 2, own[1]
            a1, c1 = user[0] + (user[2] - user[0]) * k / (len(block.leaves) + 1), user[3]
            if abs(a0 - a1) <= 1.01:
                a0 = a1 = (a0 + a1) / 2
            half = (c0 + c1) / 2
            flat = ((a0, c0), (a0, half), (a1, half), (a1, c1))
            way = (0.0, -1.0) if task.lr else (-1.0, 0.0)
            found[edge] = Curve(tuple(v for p in flat for v in (p if task.lr else (p[1], p[0]))), way, way)
    return found


def _parallel(edges: Sequence[Edge]) -> dict[Edge, float]:
    """Return how far across each edge lies from the line between two nodes, so that x*x shows two."""
    same: dict[tuple[int, int], list[Edge]] = {}
    for e in edges:
        same.setdefault(e[:2], []).append(e)
    return {e: 4.0 * (k - (len(es) - 1) / 2) for es in same.values() for k, e in enumerate(es)}


def _line(task: Task, edge: Edge, middles: Mapping[int, Point], offset: float) -> list[Knot]:
    """Return the straight edge between two small marks, from the rim of one to the rim of the other."""
    (a0, c0), (a1, c1) = middles[edge[0]], middles[edge[1]]
    length = math.hypot(a1 - a0, c1 - c0)
    u, v = (a1 - a0) / length, (c1 - c0) / length
    r0, r1 = (task.half(task.items[n])[0] for n in edge[:2])
    shift = (-v * offset, u * offset)
    start = (a0 + u * r0 + shift[0], c0 + v * r0 + shift[1])
    end = (a1 - u * r1 + shift[0], c1 - v * r1 + shift[1])
    return [Knot(*start, v / u), Knot(*end, v / u)]


def _clear(knots: Sequence[Knot], first: Column, last: Column) -> bool:
    """Tell whether an edge leaves its source's column and enters its user's without touching their neighbours."""
    p, q = knots[0], knots[-1]
    return (first.stop <= p.along or first.open(p.across, across(p, q, first.stop))) and (
        last.start >= q.along or last.open(q.across, across(p, q, last.start))
    )


def _gap(col: Column, track: Track) -> Track:
    """Return a track that may be anywhere between two nodes: straight edges may cross others."""
    low, high = col.gap(track.at)
    return Track(track.at, min(low + 2, track.at), max(high - 2, track.at))


def _turn(task: Task, box: Box) -> Area:
    x0, y0, x1, y1 = box
    return (x0, y0, x1, y1) if task.lr else (y0, x0, y1, x1)


def _ends(knots: list[Knot], first: Column, last: Column) -> list[Knot]:
    """Keep the curve level beside a card that is narrower than its column, where it would touch the neighbours."""
    for _ in range(2):  # what is kept level at one end makes the rest steeper
        p, q = knots[0], knots[1]
        if p.along < first.stop < q.along and not first.open(p.across, across(p, q, first.stop)):
            knots = [p, Knot(first.stop, p.across), *knots[1:]]
        p, q = knots[-2], knots[-1]
        if p.along < last.start < q.along and not last.open(q.across, across(p, q, last.start)):
            knots = [*knots[:-1], Knot(last.start, q.across), q]
    return knots


def _curve(task: Task, knots: Sequence[Knot]) -> Curve:
    points: list[Point] = [(knots[0].along, knots[0].across)]
    for p, q in pairwise(knots):
        half = (q.along - p.along) / 2
        points += [
            (p.along + half, p.across + half * p.slope),
            (q.along - half, q.across - half * q.slope),
            (q.along, q.across),
        ]
    xy = tuple(v for p in points for v in (p if task.lr else (p[1], p[0])))
    return Curve(xy, _way(task, knots[0].slope), _way(task, knots[-1].slope))


def _way(task: Task, slope: float) -> Point:
    """Return the unit direction of an edge at a slope."""
    length = math.hypot(1, slope)
    return (1 / length, slope / length) if task.lr else (slope / length, 1 / length)
