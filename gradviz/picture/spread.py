"""Marks spread over the area they have: one layout, stretched to fill it, its edges cut short at the marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..record import Graph
from .dots import GAP, SQUARE
from .layout import layout
from .plan import Curve, Edge, Item, Layout, Plan
from .scene import Box

#: Px from mark to mark at full size: between ranks, and within one.
_RANK, _NEXT = 68.0, 27.0
_MOST_STRETCH = 1.9


@dataclass(frozen=True)
class Spread:
    """Where the marks are: centres by id, curves by edge, `scale` of the marks and `thin` of the lines (1 is full)."""

    layout: Layout
    centres: tuple[tuple[float, float], ...]
    curves: Mapping[Edge, tuple[float, ...]]
    scale: float
    thin: float


def direction(graph: Graph, width: float, height: float) -> str:
    """Return the direction in which marks have more room between them, "LR" unless "TB" is clearly better."""
    ranks = graph.ranks
    deep = max(ranks, default=0) + 1
    widest = max((ranks.count(r) for r in set(ranks)), default=1) if len(ranks) < 5000 else len(ranks) / deep
    right = min(width / deep / _RANK, height / widest / _NEXT)
    down = min(height / deep / _RANK, width / widest / _NEXT)
    return "TB" if down > 1.25 * right else "LR"


def spread(graph: Graph, region: Box, rankdir: str = "auto", labels: Mapping[int, float] | None = None) -> Spread:
    """Lay a graph out as marks and stretch it over a region (px).

    labels  by node id, the width (px) of a label that is to find room left of the mark
    """
    x0, y0, x1, y1 = region
    if rankdir == "auto":
        rankdir = direction(graph, x1 - x0, y1 - y0)
    items = tuple(Item(n.id, SQUARE, SQUARE, left=(labels or {}).get(n.id, 0.0)) for n in graph.nodes)
    edges = tuple((a, n.id, i) for n in graph.nodes for i, a in enumerate(n.args))
    plan = Plan(items, edges, (), rankdir, _RANK - SQUARE, _NEXT - SQUARE, True)
    found = layout(plan)
    middles = [((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in (found.cards[n.id] for n in graph.nodes)]
    left, right = _span([x for x, _ in middles], [v for c in found.curves.values() for v in c.xy[::2]])
    top, bottom = _span([y for _, y in middles], [v for c in found.curves.values() for v in c.xy[1::2]])
    sx = min((x1 - x0) / max(right - left, 1.0), _MOST_STRETCH)
    sy = min((y1 - y0) / max(bottom - top, 1.0), _MOST_STRETCH)
    dx = x0 + ((x1 - x0) - sx * (right - left)) / 2 - sx * left
    dy = y0 + ((y1 - y0) - sy * (bottom - top)) / 2 - sy * top
    centres = tuple((round(sx * x + dx, 1), round(sy * y + dy, 1)) for x, y in middles)
    along, across = (sx, sy) if rankdir == "LR" else (sy, sx)
    scale = max(0.1, min(1.0, max(across, _room(centres, rankdir) / _NEXT), along * _RANK / 34))
    h = SQUARE / 2 * scale
    curves: dict[Edge, Curve] = {}
    cut: dict[Edge, tuple[float, ...]] = {}
    for edge, curve in found.curves.items():
        moved = [v * sx + dx if i % 2 == 0 else v * sy + dy for i, v in enumerate(curve.xy)]
        moved[:2], moved[-2:] = centres[edge[0]], centres[edge[1]]
        cut[edge] = shorten(moved, GAP * scale)
        curves[edge] = replace(curve, xy=cut[edge])
    cards = {i: (x - h, y - h, x + h, y + h) for i, (x, y) in enumerate(centres)}
    placed = replace(found, width=x1, height=y1, cards=cards, curves=curves, groups=())
    # Lines get thinner with the marks, and where they would cover more than a sixth of the area.
    thin = min(0.35 + 0.65 * scale, 0.16 / max(_coverage(cut.values(), region), 1e-6))
    return Spread(placed, centres, cut, scale, max(0.3, min(1.0, thin)))


def _span(middles: list[float], ends: list[float]) -> tuple[float, float]:
    """Return the least and the greatest of what is drawn, control points of curves included."""
    return min(middles + ends), max(middles + ends)


def _room(centres: Sequence[tuple[float, float]], rankdir: str) -> float:
    """Return the px that nearly all marks keep from the next one of their rank."""
    ranks: dict[float, list[float]] = {}
    for x, y in centres:
        along, across = (x, y) if rankdir == "LR" else (y, x)
        ranks.setdefault(along, []).append(across)
    gaps = sorted(b - a for rank in ranks.values() for a, b in pairwise(sorted(rank)))
    return gaps[len(gaps) // 20] if gaps else _NEXT


def _coverage(curves: Iterable[Sequence[float]], region: Box) -> float:
    """Return the share of a region that lines of one px would cover, if none crossed another."""
    length = sum(math.dist(xy[i : i + 2], xy[i + 6 : i + 8]) for xy in curves for i in range(0, len(xy) - 6, 6))
    return length / max((region[2] - region[0]) * (region[3] - region[1]), 1.0)


def shorten(xy: list[float], gap: float) -> tuple[float, ...]:
    """Cut a chain of cubics so that it begins and ends `gap` px from its ends, if it is long enough for that."""
    if math.dist(xy[:2], xy[-2:]) > 2.5 * gap:
        xy = _reversed(_behead(_reversed(_behead(xy, gap)), gap))
    return tuple(round(v, 1) for v in xy)


def _reversed(xy: list[float]) -> list[float]:
    return [v for i in range(len(xy) - 2, -1, -2) for v in xy[i : i + 2]]


def _behead(xy: list[float], gap: float) -> list[float]:
    """Cut away what lies within `gap` of the start; whole cubics first, then a part of the next (de Casteljau)."""
    start = xy[:2]
    while len(xy) > 8 and math.dist(start, xy[6:8]) < gap:
        xy = xy[6:]
    low, high = 0.0, 1.0
    for _ in range(12):
        t = (low + high) / 2
        if math.dist(start, _split(xy, t)[:2]) < gap:
            low = t
        else:
            high = t
    return [*_split(xy, high), *xy[8:]]


def _split(xy: list[float], t: float) -> list[float]:
    """Return the part of the first cubic from t to its end."""
    x0, y0, x1, y1, x2, y2, x3, y3 = xy[:8]
    ax, bx, cx = x0 + t * (x1 - x0), x1 + t * (x2 - x1), x2 + t * (x3 - x2)
    ay, by, cy = y0 + t * (y1 - y0), y1 + t * (y2 - y1), y2 + t * (y3 - y2)
    dx, dy, ex, ey = ax + t * (bx - ax), ay + t * (by - ay), bx + t * (cx - bx), by + t * (cy - by)
    return [dx + t * (ex - dx), dy + t * (ey - dy), ex, ey, cx, cy, x3, y3]
