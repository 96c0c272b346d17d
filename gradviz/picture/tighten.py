"""Takes the air out between ranks: each gap as wide as its own chips and curves need, not as the widest of all."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace

from .chips import Edge
from .layout import Layout
from .plan import PAD, Curve

LEAST = 44.0  # px between the cards of two ranks: two heads and a line
BESIDE = 32.0  # px that a chip needs beside its own width
_STEEP = 0.24  # a curve needs at least this part of its rise as its run
_FAN, _FANNED = 3, 20.0  # a node with so many users needs so much more


def tighten(
    layout: Layout,
    chips: Mapping[Edge, float],
    beside: Mapping[int, float],
    *,
    least: float = LEAST,
    air: float = BESIDE,
) -> Layout:
    """Return a left-to-right layout with every corridor between ranks no wider than it must be.

    chips   the width of each edge's chip, px
    beside  by node, how far its name or sheets reach out to the right of its card, px
    least   between the cards of two ranks, px
    air     that a chip has beside its own width, px
    """
    strips = [(x0, x1 + beside.get(i, 0.0)) for i, (x0, _, x1, _) in layout.cards.items()]
    for _, (x0, _, x1, _) in layout.groups:
        strips += [(x0, x0 + PAD), (x1 - PAD, x1)]
    corridors = between(strips)
    users: dict[int, int] = {}
    for source, _, _ in layout.curves:
        users[source] = users.get(source, 0) + 1
    starts, shifts, total = [float("-inf")], [0.0], 0.0
    scale: list[float] = [1.0]
    for low, high in corridors:
        need = least if not _on_border(layout, low, high) else 24.0
        for edge, curve in layout.curves.items():
            x0, y0, x1, y1 = *curve.xy[:2], *curve.xy[-2:]
            if not (x0 <= low + 1 and x1 >= high - 1):
                continue
            short = x1 - x0 <= high - low + 2 * PAD + 8
            if short:
                need = max(need, chips.get(edge, 0.0) + air, _STEEP * abs(y1 - y0))
                need += _FANNED if users[edge[0]] >= _FAN and need < 90 else 0.0
            else:
                need = max(need, _STEEP * _rise(curve, low, high))
        cut = max(0.0, math.floor(high - low - need))  # whole px, so that cards stay on them
        keep = 1 - cut / (high - low)
        starts.append(low)
        shifts.append(total)
        scale.append(keep)
        total += cut
        starts.append(high)
        shifts.append(total)
        scale.append(1.0)

    def warp(x: float) -> float:
        i = bisect_right(starts, x) - 1
        return x - shifts[i] - ((x - starts[i]) * (1 - scale[i]) if i else 0.0)

    def whole(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left = float(round(warp(box[0])))
        return (left, box[1], left + warp(box[2]) - warp(box[0]), box[3])

    cards = {i: whole(b) for i, b in layout.cards.items()}
    curves = {}
    for edge, curve in layout.curves.items():
        xy = [v if i % 2 else warp(v) for i, v in enumerate(curve.xy)]
        # Cards stand on whole px, so the ends follow their cards.
        xy[0] += cards[edge[0]][2] - warp(layout.cards[edge[0]][2])
        xy[-2] += cards[edge[1]][0] - warp(layout.cards[edge[1]][0])
        curves[edge] = replace(curve, xy=tuple(xy))
    groups = tuple((path, (warp(b[0]), b[1], warp(b[2]), b[3])) for path, b in layout.groups)
    return replace(layout, width=layout.width - total, cards=cards, curves=curves, groups=groups)


def between(strips: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the open stretches between strips, left to right."""
    found, reach = [], float("inf")
    for low, high in sorted(strips):
        if low > reach + 1:
            found.append((reach, low))
        reach = high if reach == float("inf") else max(reach, high)
    return found


def _on_border(layout: Layout, low: float, high: float) -> bool:
    """Tell whether a corridor begins or ends at a group's border instead of a card."""
    return any(
        abs(v - w) < 1 for _, b in layout.groups for v in (b[0], b[2], b[0] + PAD, b[2] - PAD) for w in (low, high)
    )


def _rise(curve: Curve, low: float, high: float) -> float:
    """Return how far a curve climbs within a corridor, from its knots."""
    knots = list(zip(curve.xy[::2], curve.xy[1::2], strict=True))
    inside = [y for x, y in knots if low - 1 <= x <= high + 1]
    return max(inside) - min(inside) if inside else 0.0
