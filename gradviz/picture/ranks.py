"""The built-in layered layout, for where no Graphviz answers in time: its cost grows with the graph and no faster.

The method is that of Sugiyama, Tagawa and Toda (1981): longest-path ranks, barycentre order; places across by
isotonic regression on each rank. All edges of one source share a trunk of virtual nodes, so that a value used in
ten thousand ranks is still one line through them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from .blocks import Area, Placed, Task
from .plan import PAD, TITLE, Edge

#: The room that a trunk takes across, for each edge in it.
LANE = 10.0
_SWEEPS = 12
# Above this many nodes and virtual nodes, fewer sweeps and no choice of the best one.
_MANY = 6000
# No more virtual nodes than this; the longest edges then have no trunk, and are led around the graph.
_MOST_VIRTUAL = 60_000


@dataclass(slots=True)
class _Spot:
    """A block or one virtual node of a trunk: its rank, extent across, group, neighbours by weight, place."""

    rank: int
    low: float
    high: float
    path: tuple[str, ...]
    left: list[tuple[int, float]] = field(default_factory=list)
    right: list[tuple[int, float]] = field(default_factory=list)
    real: bool = True
    at: float = 0.0


def place(task: Task) -> Placed:
    """Place every block; always answers."""
    ids = list(task.blocks)
    index = {i: k for k, i in enumerate(ids)}
    level = ranks(task)
    spots = [_Spot(level[i], task.blocks[i].low, task.blocks[i].high, task.home.get(i, ())) for i in ids]
    trunks = _trunks(task, spots, index)
    rows = _order(spots, max(level.values(), default=-1) + 1)
    _settle(spots, rows, task.plan.node_sep)
    groups: dict[tuple[str, ...], tuple[float, float]] = {}
    if task.groups:
        # Groups are boxes over many ranks: order them alike in every rank, then move apart what still overlaps.
        places = {k: spot.at for k, spot in enumerate(spots)}
        keys = _keys(spots, places, places, [0.0] * len(spots))
        for row in rows:
            row.sort(key=keys.__getitem__)
        _settle(spots, rows, task.plan.node_sep)
        groups = _part(spots, task.plan.node_sep, TITLE if task.lr else 0.0, {g.path for g in task.groups})
    along, areas = _along(task, spots[: len(ids)], ids, groups)
    middles = {i: (along[level[i]], spots[index[i]].at) for i in ids}
    ways = {
        e: np.array([(along[spots[k].rank], spots[k].at) for k in trunk[: level[e[1]] - level[e[0]] - 1]])
        for e, trunk in trunks.items()
    }
    return Placed(middles, ways, areas)


def ranks(task: Task) -> dict[int, int]:
    """Return each block's rank: the longest path that leads to it; leaves stand right before their first user."""
    length = task.lengths
    into: dict[int, list[Edge]] = {i: [] for i in task.blocks}
    out: dict[int, list[Edge]] = {i: [] for i in task.blocks}
    for e in task.edges:
        into[e[1]].append(e)
        out[e[0]].append(e)
    level = dict.fromkeys(task.blocks, 0)
    waits = {i: len(into[i]) for i in task.blocks}
    ready = [i for i in task.blocks if not waits[i]]
    for i in ready:  # grows as it goes
        for e in out[i]:
            level[e[1]] = max(level[e[1]], level[i] + length[e])
            waits[e[1]] -= 1
            if not waits[e[1]]:
                ready.append(e[1])
    # What moving right shortens more than it lengthens moves right, leaves first. A leaf of one use comes along.
    own = {i for i in task.blocks if not into[i] and len(out[i]) == 1}
    for i in reversed(ready):
        held = sum(e[0] not in own for e in into[i])
        if into[i] and any(task.home.get(e[1]) != task.home.get(i) for e in out[i]):
            continue  # it would draw its group's box after it
        if out[i] and (held < len(out[i]) or (held == len(out[i]) == 1 and len(into[i]) > 1)):
            level[i] = min(level[e[1]] - length[e] for e in out[i])
    lowest = min(level.values(), default=0)
    return {i: r - lowest for i, r in level.items()}


def _trunks(task: Task, spots: list[_Spot], index: dict[int, int]) -> dict[Edge, list[int]]:
    """Add the virtual nodes to `spots` and join all neighbours; return the trunk that each edge runs along."""
    out: dict[int, list[Edge]] = {}
    for e in task.edges:
        out.setdefault(e[0], []).append(e)
    found: dict[Edge, list[int]] = {}
    left = _MOST_VIRTUAL
    for source, edges in sorted(
        out.items(), key=lambda o: max(spots[index[e[1]]].rank for e in o[1]) - spots[index[o[0]]].rank
    ):
        here = spots[index[source]]
        last = max(spots[index[e[1]]].rank for e in edges)
        left -= last - here.rank - 1
        trunk: list[int] = []
        for r in range(here.rank + 1, last if left > 0 else 0):
            passing = [e for e in edges if spots[index[e[1]]].rank > r]
            path = _common([here.path, *(spots[index[e[1]]].path for e in passing)])
            half = LANE * len(passing) / 2
            spots.append(_Spot(r, half, half, path, real=False))
            _join(spots, trunk[-1] if trunk else index[source], len(spots) - 1, 4.0 if trunk else 2.0)
            trunk.append(len(spots) - 1)
        for e in edges:
            at = spots[index[e[1]]].rank - here.rank - 2
            if at < len(trunk):
                _join(spots, trunk[at] if at >= 0 else index[source], index[e[1]], 2.0 if at >= 0 else 1.0)
            found[e] = trunk
    return found


def _join(spots: list[_Spot], a: int, b: int, weight: float) -> None:
    spots[a].right.append((b, weight))
    spots[b].left.append((a, weight))


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the longest beginning that all paths share."""
    low, high = min(paths), max(paths)
    n = next((k for k, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:n]


def _order(spots: list[_Spot], count: int) -> list[list[int]]:
    """Return the spots of each rank in an order with few crossings: barycentre sweeps from a depth-first start."""
    rows: list[list[int]] = [[] for _ in range(count)]
    seen = [False] * len(spots)
    starts = sorted(range(len(spots)), key=lambda k: (bool(spots[k].right), -spots[k].rank, k))
    for start in starts:
        stack = [start]
        while stack:
            k = stack.pop()
            if seen[k]:
                continue
            seen[k] = True
            rows[spots[k].rank].append(k)
            stack += [n for n, _ in reversed(spots[k].left)]
    position = [0] * len(spots)

    def number(row: list[int]) -> None:
        for p, k in enumerate(row):
            position[k] = p

    for row in rows:
        number(row)
    many = len(spots) > _MANY
    best, least = [list(r) for r in rows], float("inf") if many else _crossings(spots, rows, position)
    for sweep in range(4 if many else _SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            want = {}
            for k in row:
                near = spots[k].left if down else spots[k].right
                total = sum(w for _, w in near)
                want[k] = sum(position[n] * w for n, w in near) / total if near else float(position[k])
            keys = _keys(spots, row, want, position)
            row.sort(key=keys.__getitem__)
            number(row)
        if not many:
            crossings = _crossings(spots, rows, position)
            if crossings < least:
                best, least = [list(r) for r in rows], crossings
    return rows if many else best


def _keys(
    spots: list[_Spot], row: Iterable[int], want: Mapping[int, float], tie: Sequence[float]
) -> dict[int, tuple[tuple[float, int, float | str], ...]]:
    """Return sort keys by which groups stay together: a group stands where the mean of its members wants to be."""
    sums: dict[tuple[str, ...], tuple[float, int]] = {}
    for k in row:
        path = spots[k].path
        for n in range(1, len(path) + 1):
            total, count = sums.get(path[:n], (0.0, 0))
            sums[path[:n]] = (total + want[k], count + 1)
    keys: dict[int, tuple[tuple[float, int, float | str], ...]] = {}
    for k in row:
        path = spots[k].path
        outer = ((sums[path[:n]][0] / sums[path[:n]][1], 1, path[n - 1]) for n in range(1, len(path) + 1))
        keys[k] = (*outer, (want[k], 0, tie[k]))
    return keys


def _crossings(spots: list[_Spot], rows: list[list[int]], position: list[int]) -> int:
    """Count pairs of neighbouring-rank edges that cross (Barth, Mutzel, Jünger 2004: inversions by a Fenwick tree)."""
    total = 0
    for upper, lower in pairwise(rows):
        tree = [0] * (len(lower) + 1)
        seen = 0
        for k in upper:
            ends = sorted(position[n] for n, _ in spots[k].right)
            for end in ends:
                below, p = 0, end + 1
                while p:
                    below += tree[p]
                    p &= p - 1
                total += seen - below
            for end in ends:
                p = end + 1
                while p <= len(lower):
                    tree[p] += 1
                    p += p & -p
            seen += len(ends)
    return total


def _settle(spots: list[_Spot], rows: list[list[int]], sep: float) -> None:
    """Give every spot its place across: near its neighbours, in its row's order, with room between."""
    offsets: list[list[float]] = []  # where each spot of a row would be, were the row packed
    for row in rows:
        line, at = [], 0.0
        for p, k in enumerate(row):
            if p:
                before = spots[row[p - 1]]
                at += before.high + (sep if before.real and spots[k].real else 4.0) + spots[k].low
            line.append(at)
        offsets.append(line)
        for k, at in zip(row, line, strict=True):
            spots[k].at = at - (line[-1] / 2)
    sweeps = 6 if len(spots) > _MANY else 16
    for sweep in range(sweeps):
        down, both = sweep % 2 == 0, sweep >= sweeps // 2
        for r in range(len(rows)) if down else range(len(rows) - 1, -1, -1):
            wanted, weights = [], []
            for k in rows[r]:
                spot = spots[k]
                near = spot.left + spot.right if both else spot.left if down else spot.right
                total = sum(w for _, w in near)
                wanted.append(sum(spots[n].at * w for n, w in near) / total if near else spot.at)
                weights.append(total or 0.1)
            for k, at in zip(rows[r], fit(wanted, weights, offsets[r]), strict=True):
                spots[k].at = at


def fit(wanted: Sequence[float], weights: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """Return the places nearest to those wanted (by weighted squares) that are at least the offsets apart.

    Isotonic regression of wanted - offset, by pooling adjacent violators (Ayer et al. 1955).
    """
    pools: list[tuple[float, float, int]] = []  # weighted mean, weight, count
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, mass, count = want - offset, weight, 1
        while pools and pools[-1][0] > mean:
            m, w, n = pools.pop()
            mean, mass, count = (m * w + mean * mass) / (w + mass), w + mass, n + count
        pools.append((mean, mass, count))
    means = (mean for mean, _, count in pools for _ in range(count))
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


@dataclass(slots=True)
class _Box:
    """A group on its way to its place: the ranks it spans, and what is right inside it."""

    path: tuple[str, ...]
    first: int = 1 << 30
    last: int = -1
    spots: list[int] = field(default_factory=list)
    boxes: list[_Box] = field(default_factory=list)
    low: float = 0.0
    high: float = 0.0
    middle: float = 0.0


def _part(
    spots: list[_Spot], sep: float, title: float, paths: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], tuple[float, float]]:
    """Move spots and whole groups up across until no box of a group holds what is not in it; return the boxes."""
    boxes = {path: _Box(path) for path in ((), *sorted(paths, key=len))}
    for path in list(boxes)[1:]:
        boxes[next(path[:n] for n in range(len(path) - 1, -1, -1) if path[:n] in boxes)].boxes.append(boxes[path])
    for k, spot in enumerate(spots):
        boxes[next(spot.path[:n] for n in range(len(spot.path), -1, -1) if spot.path[:n] in boxes)].spots.append(k)
    for box in reversed(list(boxes.values())):
        ranks_ = [spots[k].rank for k in box.spots]
        box.first = min([*ranks_, *(b.first for b in box.boxes)], default=0)
        box.last = max([*ranks_, *(b.last for b in box.boxes)], default=0)
        near = [spots[k].at for k in box.spots] + [b.middle for b in box.boxes]
        box.middle = sum(near) / len(near) if near else 0.0
    _stack(boxes[()], spots, sep, title)
    return {path: (box.low, box.high) for path, box in boxes.items() if path}


def _stack(box: _Box, spots: list[_Spot], sep: float, title: float) -> None:
    """Place all that is right inside a box from its low side, in order, groups as close as they can be."""
    if not box.boxes:
        _alone(box, spots, sep)
    sky: dict[int, float] = {}
    things: list[tuple[float, int, int | _Box]] = [(spots[k].at, k, k) for k in box.spots]
    things += [(b.middle, -1 - n, b) for n, b in enumerate(box.boxes)]
    lows, highs = [], []
    placed: set[int] = set()
    for _, _, thing in sorted(things, key=lambda t: t[:2]):
        if isinstance(thing, _Box):
            _stack(thing, spots, sep, title)
            span = range(thing.first, thing.last + 1)
            start = max((sky[r] + max(sep, PAD / 2) for r in span if r in sky), default=0.0)
            _move(thing, spots, start - thing.low)
            low, high = thing.low, thing.high
            placed.update(_all(thing))
        else:
            spot = spots[thing]
            span = range(spot.rank, spot.rank + 1)
            if box.boxes:  # near what it is joined to, if that has a place by now
                near = [(spots[n].at, w) for n, w in spot.left + spot.right if n in placed]
                total = sum(w for _, w in near)
                spot.at = sum(at * w for at, w in near) / total if near else spot.low
            if spot.rank in sky:
                spot.at = max(spot.at, sky[spot.rank] + (sep if spot.real else 4.0) + spot.low)
            low, high = spot.at - spot.low, spot.at + spot.high
            placed.add(thing)
        for r in span:
            sky[r] = high
        lows.append(low)
        highs.append(high)
    box.low, box.high = min(lows, default=0.0) - PAD - title, max(highs, default=0.0) + PAD


def _alone(box: _Box, spots: list[_Spot], sep: float) -> None:
    """Settle what is in an innermost group as if there were nothing else, in the order that it has."""
    order = sorted(box.spots, key=lambda k: (spots[k].at, k))
    index = {k: n for n, k in enumerate(order)}
    rows: dict[int, list[int]] = {}
    own: list[_Spot] = []
    for n, k in enumerate(order):
        left = [(index[m], w) for m, w in spots[k].left if m in index]
        right = [(index[m], w) for m, w in spots[k].right if m in index]
        own.append(replace(spots[k], left=left, right=right))
        rows.setdefault(spots[k].rank, []).append(n)
    _settle(own, [rows[r] for r in sorted(rows)], sep)
    for k, spot in zip(order, own, strict=True):
        spots[k].at = spot.at


def _all(box: _Box) -> list[int]:
    """Return all spots in a box and in the boxes in it."""
    found = list(box.spots)
    for inner in box.boxes:
        found += _all(inner)
    return found


def _move(box: _Box, spots: list[_Spot], by: float) -> None:
    stack = [box] if by else []
    while stack:
        one = stack.pop()
        one.low, one.high = one.low + by, one.high + by
        for k in one.spots:
            spots[k].at += by
        stack += one.boxes


def _along(
    task: Task, spots: Sequence[_Spot], ids: Sequence[int], groups: Mapping[tuple[str, ...], tuple[float, float]]
) -> tuple[list[float], dict[tuple[str, ...], Area]]:
    """Return each rank's middle along, and the boxes of the groups."""
    count = max((s.rank for s in spots), default=-1) + 1
    before, after = [0.0] * count, [0.0] * count
    for spot, i in zip(spots, ids, strict=True):
        before[spot.rank] = max(before[spot.rank], task.blocks[i].before)
        after[spot.rank] = max(after[spot.rank], task.blocks[i].after)
    # Borders take room between ranks: as many as groups nest that begin, or end, there.
    opening, closing = [0] * (count + 1), [0] * (count + 1)
    spans: dict[tuple[str, ...], tuple[int, int]] = {}
    rank = {i: s.rank for i, s in zip(ids, spots, strict=True)}
    for g in task.groups:
        inside = [rank[m] for m in g.members]
        spans[g.path] = (min(inside), max(inside))
    for path, (first, last) in spans.items():
        outer = [spans[path[:n]] for n in range(1, len(path) + 1) if path[:n] in spans]
        opening[first] = max(opening[first], sum(o[0] == first for o in outer))
        closing[last] = max(closing[last], sum(o[1] == last for o in outer))
    border = PAD if task.lr else PAD + TITLE  # in TB the title is in front
    along, at = [], 0.0
    for r in range(count):
        at += opening[r] * border + before[r]
        along.append(at)
        at += after[r] + closing[r] * PAD + task.plan.gap
    areas = {
        path: (along[a] - before[a] - border, groups[path][0], along[b] + after[b] + PAD, groups[path][1])
        for path, (a, b) in spans.items()
        if path in groups
    }
    return along, areas
