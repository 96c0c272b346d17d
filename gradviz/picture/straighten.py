"""A last move of nodes across their ranks, of a few px each, that makes edges which are almost straight so."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .blocks import Area, Placed, Task
from .plan import PAD, TITLE, Edge
from .route import ports
from .track import CLEAR, columns, tracks

#: No node is moved further than this.
MOST = 16.0


@dataclass(slots=True)
class _Row:
    """One rank: its nodes in order across, and where edges pass between them."""

    nodes: list[int]
    passing: list[float]


def straighten(task: Task, placed: Placed) -> Placed:
    """Return the places with blocks moved in line with what they feed, or with what feeds them, if near and free.

    First from the last rank to the first: a block with one edge out follows its user, so a chain of nodes follows
    its end. Then from the first to the last: a block with one edge in follows its source. A block stays clear of
    its neighbours, of edges that pass, and of the borders of groups.
    """
    rooms: dict[int, Area] = {}
    cards: dict[int, Area] = {}
    for i, (along, across) in placed.middles.items():
        b, (half_a, half_c) = task.blocks[i], task.half(task.items[i])
        rooms[i] = (along - b.before, across - b.low, along + b.after, across + b.high)
        cards[i] = (along - half_a, across - half_c, along + half_a, across + half_c)
    cols, ranks = columns(rooms, {i: m[0] for i, m in placed.middles.items()})
    routes = tracks(task.edges, placed.ways, placed.middles, cols, ranks)
    if task.plan.straight:
        sides = {e: (placed.middles[e[0]][1], placed.middles[e[1]][1]) for e in task.edges}
    else:
        sides = ports(task.edges, routes, cards)
    rows = [_Row([], []) for _ in cols]
    for i in sorted(ranks, key=lambda i: (rooms[i][1], i)):
        rows[ranks[i]].nodes.append(i)
    for e, route in routes.items():
        for r, track in enumerate(route, ranks[e[0]] + 1):
            rows[r].passing.append(track.at)
    for row in rows:
        row.passing.sort()
    moved = dict.fromkeys(ranks, 0.0)
    done: set[int] = set()
    into, out = _by(task.edges, 1), _by(task.edges, 0)

    def move(row: _Row, edges: dict[int, list[Edge]], own: int) -> None:
        """Move the blocks of a row that have one of these edges, whose own end is 0 (out) or 1 (in)."""
        for p, i in enumerate(row.nodes):
            if len(edges.get(i, ())) != 1 or i in done:
                continue
            (edge,) = edges[i]
            other = edge[1 - own]
            wanted = sides[edge][1 - own] + moved[other] - sides[edge][own]
            low, high = _between(task, placed, i, rooms[i])
            if p:
                low = max(low, rooms[row.nodes[p - 1]][3] + moved[row.nodes[p - 1]])
            if p + 1 < len(row.nodes):
                high = min(high, rooms[row.nodes[p + 1]][1] + moved[row.nodes[p + 1]])
            if below := bisect_right(row.passing, rooms[i][1]):
                low = max(low, row.passing[below - 1] + CLEAR)
            if (above := bisect_left(row.passing, rooms[i][3])) < len(row.passing):
                high = min(high, row.passing[above] - CLEAR)
            if abs(wanted) <= MOST and low <= rooms[i][1] + wanted and rooms[i][3] + wanted <= high:
                moved[i] = wanted
                done.update((i, other))

    for row in reversed(rows):
        move(row, out, 0)
    for row in rows:
        move(row, into, 1)
    return replace(placed, middles={i: (a, c + moved[i]) for i, (a, c) in placed.middles.items()})


def _by(edges: Iterable[Edge], end: int) -> dict[int, list[Edge]]:
    found: dict[int, list[Edge]] = {}
    for e in edges:
        found.setdefault(e[end], []).append(e)
    return found


def _between(task: Task, placed: Placed, block: int, room: Area) -> tuple[float, float]:
    """Return how far across a block may reach, for its own group's borders and those of groups beside it."""
    low, high = -1e9, 1e9
    home = task.home.get(block, ())
    for path, (a0, c0, a1, c1) in placed.groups.items():
        if home[: len(path)] == path:
            low, high = max(low, c0 + PAD + (TITLE if task.lr else 0)), min(high, c1 - PAD)
        elif a0 < room[2] and room[0] < a1:
            low, high = (max(low, c1), high) if c1 <= room[1] + 1 else (low, min(high, c0))
    return low, high
