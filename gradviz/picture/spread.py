"""Marks spread over the area they have: one layout, stretched to fill it, its edges cut short at the marks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from ..record import Graph
from .bus import RAIL, Bus, buses, hubs
from .dots import GAP, SQUARE
from .fold import AIR, bands, one
from .layout import layout
from .plan import Curve, Edge, Item, Layout, Plan
from .ranks import fit
from .scene import Box

#: Px from mark to mark at full size: between ranks, and within one.
_RANK, _NEXT = 68.0, 27.0
#: Ranks that edges pass for each node: below the first an edge is always laid out with the rest, above the second
#: long ones never are, between them the layout with larger marks is taken.
_CROWDED = (1.0, 3.0)
_BETTER = 1.2
_FEW = 1500  # nodes; a larger graph is laid out once, in the direction and with the edges that are likely best
_LEVEL = 0.75  # a picture is sheared where that leaves it less than this share of its height
_LONG = 4  # ranks; a shorter edge is never left out of the layout
_CLOSEST = 34.0  # px between ranks that full-size marks need
_CLEAR = SQUARE + 4.0  # px from mark to mark of a rank that full-size marks need

#: An edge as chains of cubics, one for each band that it runs through.
Pieces: TypeAlias = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Spread:
    """Where the marks are: centres by id, curves by edge, `scale` of the marks (1 is full).

    buses  the lines that many edges of one value share; of such an edge only its stem is its own
    """

    layout: Layout
    centres: tuple[tuple[float, float], ...]
    curves: Mapping[Edge, Pieces]
    scale: float
    region: Box
    buses: tuple[Bus, ...] = ()

    @cached_property
    def own(self) -> dict[Edge, Pieces]:
        """What is drawn for each edge alone."""
        return {**self.curves, **{e: (bus.stem(e),) for bus in self.buses for e in bus.stems}}

    @cached_property
    def thin(self) -> float:
        """The width of lines (1 is full): less with smaller marks, and where they would cover a sixth of the area."""
        thin = min(0.35 + 0.65 * self.scale, 0.16 / max(_coverage(self.lines, self.region), 1e-6))
        return max(0.3, min(1.0, thin))

    @cached_property
    def lines(self) -> tuple[tuple[float, ...], ...]:
        """All lines of the picture, each once."""
        shared = (xy for bus in self.buses for xy in bus.lines(bus.reach(bus.stems)))
        return (*(xy for pieces in self.own.values() for xy in pieces), *shared)


def direction(graph: Graph, width: float, height: float) -> str:
    """Return the direction in which marks have more room between them, "LR" unless "TB" is clearly better."""
    ranks = graph.ranks
    deep = max(ranks, default=0) + 1
    widest = max(Counter(ranks).values(), default=1) if len(ranks) < 5000 else len(ranks) / deep
    right = min(width / deep / _RANK, height / widest / _NEXT)
    down = min(height / deep / _RANK, width / widest / _NEXT)
    return "TB" if down > 1.25 * right else "LR"


def spread(graph: Graph, region: Box, rankdir: str = "auto", labels: Mapping[int, float] | None = None) -> Spread:
    """Lay a graph out as marks and stretch it over a region (px).

    labels  by node id, the width (px) of a label that is to find room left of the mark
    """
    x0, y0, x1, y1 = region
    items = tuple(Item(n.id, SQUARE, SQUARE, left=(labels or {}).get(n.id, 0.0)) for n in graph.nodes)
    edges = tuple((a, n.id, i) for n in graph.nodes for i, a in enumerate(n.args))
    free, passed = loose(graph, edges)
    likely = direction(graph, x1 - x0, y1 - y0)
    tried = [likely if rankdir == "auto" else rankdir]
    if rankdir == "auto" and len(items) <= _FEW:
        tried.append("LR" if likely == "TB" else "TB")
    best: Spread | None = None
    for way in tried:
        for out in _variants(free, passed, len(items) <= _FEW):
            found = _spread(items, edges, out, region, way)
            if best is None or found.scale > _BETTER * best.scale:
                best = found
            if best.scale * _BETTER >= 1:  # no other can be so much better
                return best
    assert best is not None
    return best


def _variants(free: frozenset[Edge], passed: float, few: bool) -> list[frozenset[Edge]]:
    """Return the sets of edges that a layout may leave out, the one to prefer first."""
    if passed <= _CROWDED[0]:
        return [frozenset()]
    return [frozenset(), free] if few and passed <= _CROWDED[1] else [free]


def _spread(
    items: tuple[Item, ...], edges: tuple[Edge, ...], free: frozenset[Edge], region: Box, rankdir: str
) -> Spread:
    """Lay out and stretch; edges that are free have no say in the layout."""
    _, _, x1, y1 = region
    kept = tuple(e for e in edges if e not in free)
    found = layout(Plan(items, kept, (), rankdir, _RANK - SQUARE, _NEXT - SQUARE, True))
    middles = [((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in (found.cards[i.id] for i in items)]
    chains = {e: c.xy for e, c in found.curves.items()}
    middles, chains = _levelled(middles, chains, 0 if rankdir == "LR" else 1)
    left, right = _span([x for x, _ in middles], [v for xy in chains.values() for v in xy[::2]])
    top, bottom = _span([y for _, y in middles], [v for xy in chains.values() for v in xy[1::2]])
    box = (left, top, right, bottom)
    air = AIR + RAIL / 2 * len(hubs(free))
    lines = list(chains.values())
    fold = bands(box, region, middles, lines, _CLOSEST / _RANK, air) if rankdir == "LR" else one(box, region)
    spots = fold.places(middles)
    along, across = fold.stretch if rankdir == "LR" else fold.stretch[::-1]
    scale = max(0.1, min(1.0, max(across, _room(spots, rankdir) / _NEXT), along * _RANK / _CLOSEST))
    centres = _apart(spots, rankdir, _CLEAR * scale, region)
    h = SQUARE / 2 * scale
    in_band = [fold.band(x) for x, _ in middles]
    shared = buses(free, centres, in_band, region, scale, rankdir == "LR")
    cut: dict[Edge, Pieces] = {e: (bus.whole(e),) for bus in shared for e in bus.stems}
    alone = [e for e in edges if e not in cut]
    whole: list[list[list[float]]] = []
    for edge in alone:
        ends = centres[edge[0]], centres[edge[1]]
        pieces = [_bowed(*ends, region)] if edge in free else fold.pieces(chains[edge])
        pieces[0][:2], pieces[-1][-2:] = ends
        whole.append(pieces)
    cut |= zip(alone, shorten(whole, GAP * scale), strict=True)
    curves: dict[Edge, Curve] = {}
    for edge in edges:
        old = found.curves.get(edge)
        curves[edge] = Curve(cut[edge][0], *((old.start, old.end) if old else ((1.0, 0.0), (1.0, 0.0))))
    cards = {i: (x - h, y - h, x + h, y + h) for i, (x, y) in enumerate(centres)}
    placed = replace(found, width=x1, height=y1, cards=cards, curves=curves, groups=())
    return Spread(placed, centres, {e: cut[e] for e in edges}, scale, region, shared)


def loose(graph: Graph, edges: Sequence[Edge]) -> tuple[frozenset[Edge], float]:
    """Return the edges that a layout should not make room for, because together they would take most of it.

    A weight that every turn of a loop uses has an edge across the whole picture for each turn; such edges are
    drawn straight over it. The edges that say how far right a node stands, and one edge of each leaf, are kept.
    The second result is how many ranks all edges pass, for each node.
    """
    ranks, nodes, users = graph.ranks, graph.nodes, graph.users
    start = {n.id: min((ranks[u] for u, _ in users[n.id]), default=1) - 1 for n in nodes if n.is_leaf}
    spans = {e: ranks[e[1]] - start.get(e[0], ranks[e[0]]) for e in edges}
    total = crossed = sum(s - 1 for s in spans.values())
    kept = {max(((a, n.id, i) for i, a in enumerate(n.args)), key=lambda e: ranks[e[0]]) for n in nodes if n.args}
    kept |= {min(((i, u, a) for u, a in users[i]), key=lambda e: spans[e]) for i in start if users[i]}
    found: set[Edge] = set()
    for edge in sorted((e for e in edges if e not in kept and spans[e] >= _LONG), key=lambda e: (-spans[e], e)):
        if crossed <= len(nodes) / 8:
            break
        found.add(edge)
        crossed -= spans[edge] - 1
    often = hubs(found)
    found |= {e for e in edges if e[0] in often and e not in kept and spans[e] >= _LONG}
    return frozenset(found), total / max(len(nodes), 1)


Point: TypeAlias = tuple[float, float]


def _levelled(
    middles: list[Point], chains: dict[Edge, tuple[float, ...]], along: int
) -> tuple[list[Point], dict[Edge, tuple[float, ...]]]:
    """Shear a picture that drifts aside on its way, where that makes it clearly narrower.

    along  the coordinate that the ranks run along: 0 for x, 1 for y
    """
    across, n = 1 - along, len(middles)
    mean = [sum(p[k] for p in middles) / n for k in (0, 1)]
    spread = sum((p[along] - mean[along]) ** 2 for p in middles)
    slope = sum((p[0] - mean[0]) * (p[1] - mean[1]) for p in middles) / max(spread, 1.0)

    def sheared(xy: Sequence[float]) -> list[float]:
        return [v if i % 2 == along else v - slope * xy[i ^ 1] for i, v in enumerate(xy)]

    level = [(p[0], p[1]) for p in map(sheared, middles)]
    moved = {e: tuple(sheared(xy)) for e, xy in chains.items()}
    before, after = (
        _span([p[across] for p in points], [v for xy in lines.values() for v in xy[across::2]])
        for points, lines in ((middles, chains), (level, moved))
    )
    if after[1] - after[0] > _LEVEL * (before[1] - before[0]):
        return middles, chains
    return level, moved


def _bowed(start: tuple[float, float], end: tuple[float, float], region: Box) -> list[float]:
    """Draw a curve from mark to mark across the picture; a level one is bowed, away from the row it runs along."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    bow = max(0.0, 0.16 * abs(dx) - 0.5 * abs(dy))
    up = min(bow, 90.0) if (y0 + y1) / 2 - region[1] >= min(bow, 90.0) else -min(bow, 90.0)
    ys = [min(max(v, region[1]), region[3]) for v in (y0 + 0.2 * dy - up, y1 - 0.2 * dy - up)]
    return [x0, y0, x0 + 0.3 * dx, ys[0], x1 - 0.3 * dx, ys[1], x1, y1]


def _span(middles: list[float], ends: list[float]) -> tuple[float, float]:
    """Return the least and the greatest of what is drawn, control points of curves included."""
    return min(middles + ends), max(middles + ends)


def _room(centres: Sequence[Point], rankdir: str) -> float:
    """Return the px that nearly all marks keep from the next one of their rank."""
    across = 1 if rankdir == "LR" else 0
    gaps = sorted(
        centres[b][across] - centres[a][across] for rank in _ranks(centres, across) for a, b in pairwise(rank)
    )
    return gaps[len(gaps) // 20] if gaps else _NEXT


def _apart(centres: Sequence[Point], rankdir: str, least: float, region: Box) -> tuple[Point, ...]:
    """Move those few marks that others of their rank touch away from them, each as little as it can."""
    across = 1 if rankdir == "LR" else 0
    places = [list(centre) for centre in centres]
    for rank in _ranks(centres, across):
        wanted, offsets = [centres[i][across] for i in rank], [least * k for k in range(len(rank))]
        if any(b - a < least for a, b in pairwise(wanted)) and offsets[-1] <= region[2 + across] - region[across]:
            for i, at in zip(rank, fit(wanted, [1.0] * len(rank), offsets), strict=True):
                places[i][across] = at
    return tuple((round(x, 1), round(y, 1)) for x, y in places)


def _ranks(centres: Sequence[Point], across: int) -> list[list[int]]:
    """Return the marks of each rank, in their order across."""
    ranks: dict[float, list[int]] = {}
    for i in sorted(range(len(centres)), key=lambda i: centres[i][across]):
        ranks.setdefault(round(centres[i][1 - across], 1), []).append(i)
    return list(ranks.values())


def _coverage(curves: Iterable[Sequence[float]], region: Box) -> float:
    """Return the share of a region that lines of one px would cover, if none crossed another."""
    length = sum(math.dist(xy[i : i + 2], xy[i + 6 : i + 8]) for xy in curves for i in range(0, len(xy) - 6, 6))
    return length / max((region[2] - region[0]) * (region[3] - region[1]), 1.0)


def shorten(edges: Sequence[list[list[float]]], gap: float) -> list[Pieces]:
    """Cut edges so that they begin and end `gap` px from their ends, if they are long enough for that."""
    long = [k for k, e in enumerate(edges) if len(e) > 1 or math.dist(e[0][:2], e[0][-2:]) > 2.5 * gap]
    heads = _behead([edges[k][0] for k in long], gap)
    kept = {k: [head, *edges[k][1:]] for k, head in zip(long, heads, strict=True)}
    tails = _behead([_reversed(kept[k][-1]) for k in long], gap)
    for k, tail in zip(long, tails, strict=True):
        kept[k][-1] = _reversed(tail)
    return [tuple(tuple([round(v, 1) for v in piece]) for piece in kept.get(k, e)) for k, e in enumerate(edges)]


def _reversed(xy: list[float]) -> list[float]:
    return [v for i in range(len(xy) - 2, -1, -2) for v in xy[i : i + 2]]


def _behead(chains: Sequence[list[float]], gap: float) -> list[list[float]]:
    """Cut away what lies within `gap` of the start of each chain: whole cubics first, then a part of the next."""
    if not chains:
        return []
    starts = [xy[:2] for xy in chains]
    chains = [_without_whole(xy, gap) for xy in chains]
    cubics = np.array([xy[:8] for xy in chains]).reshape(-1, 4, 2)
    from_x, from_y = np.array(starts).T
    low, high = np.zeros(len(chains)), np.ones(len(chains))
    for _ in range(12):
        t = (low + high) / 2
        x, y = _after(cubics, t)[:, 0].T
        near = np.hypot(x - from_x, y - from_y) < gap
        low, high = np.where(near, t, low), np.where(near, high, t)
    heads = _after(cubics, high).reshape(-1, 8).tolist()
    return [[*head, *xy[8:]] for head, xy in zip(heads, chains, strict=True)]


def _without_whole(xy: list[float], gap: float) -> list[float]:
    start = xy[:2]
    while len(xy) > 8 and math.dist(start, xy[6:8]) < gap:
        xy = xy[6:]
    return xy


def _after(cubics: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return what follows of each cubic after its own t (de Casteljau), of shape cubics × 4 × 2."""
    level = cubics.transpose(1, 2, 0)
    ends = [level[-1]]
    while len(level) > 1:
        level = level[:-1] + t * (level[1:] - level[:-1])
        ends.append(level[-1])
    return np.array(ends[::-1]).transpose(2, 0, 1)
