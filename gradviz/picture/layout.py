"""The layout of a film: one call of an engine for places, then cards on whole pixels and edges as smooth curves."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence, Set
from itertools import cycle
from typing import Any

import numpy as np

from ..errors import LayoutFailed
from . import ask, engine, ranks, route
from .blocks import Placed, Point, Task
from .chips import sample
from .plan import PAD, TITLE, Curve, Edge, Group, Item, Layout, Plan, room
from .scene import Box
from .straighten import straighten

_REACH = PAD + 8.0  # px from a group's members to an edge of theirs that its box takes in

__all__ = ["Curve", "Edge", "Group", "Item", "Layout", "Plan", "best", "layout", "room"]


def layout(plan: Plan, *, seconds: float = 20.0) -> Layout:
    """Place every node, curve and group of a plan.

    Engines are tried in the order of `engine.candidates`; one that is missing, fails or runs past its time is told
    in `Layout.said`, and the next steps in; the built-in layout always answers. `seconds` bounds the time that
    Graphviz may take in all.
    """
    task = Task(plan)
    placed, name, said = _place(task, seconds)
    return _finish(task, straighten(task, placed), name, said)


def best(lr: Plan, tb: Plan, size: tuple[float, float], *, favour: float = 1.15) -> Plan:
    """Return the plan that will be the more legible in a region of this size (px), without asking an engine.

    The built-in layout, which takes milliseconds, stands in for the engine. Left to right is how people read, so
    the other way must be larger by the factor `favour`.
    """
    scale = {p.rankdir: min(a / max(b, 1.0) for a, b in zip(size, _extent(p), strict=True)) for p in (lr, tb)}
    return tb if min(scale["TB"], 1.0) > favour * min(scale["LR"], 1.0) else lr


def _extent(plan: Plan) -> tuple[float, float]:
    """Return about how large a plan will be."""
    task = Task(plan)
    placed = ranks.place(task)
    boxes = [
        (a - b.before, c - b.low, a + b.after, c + b.high)
        for i, b in task.blocks.items()
        for a, c in (placed.middles[i],)
    ]
    boxes += placed.groups.values()
    along = max((b[2] for b in boxes), default=0.0) - min((b[0] for b in boxes), default=0.0)
    across = max((b[3] for b in boxes), default=0.0) - min((b[1] for b in boxes), default=0.0)
    return (along, across) if task.lr else (across, along)


def _place(task: Task, seconds: float) -> tuple[Placed, str, tuple[str, ...]]:
    if not task.blocks:
        return Placed({}, {}, {}), engine.BUILT_IN, ()
    end = time.monotonic() + seconds
    text = ask.source(task)
    why: list[str] = []
    for one in engine.candidates():
        if one.name == engine.BUILT_IN:
            break
        if not one.ready:
            if one.name != "dot":  # nobody expects a system dot
                why.append(one.missing)
            continue
        left = end - time.monotonic()
        if left < 0.2:
            break
        try:
            # An engine that runs late leaves a third of the time to the next one.
            placed = ask.read(task, engine.run(one, text, left * 2 / 3), one.name)
        except LayoutFailed as e:
            why.append(str(e))
            continue
        return placed, one.name, _said(why, one.name)
    return ranks.place(task), engine.BUILT_IN, _said(why, "the built-in layout")


def _said(why: Sequence[str], who: str) -> tuple[str, ...]:
    return (*why[:-1], f"{why[-1]}; {who} stepped in") if why else ()


def _finish(task: Task, placed: Placed, name: str, said: tuple[str, ...]) -> Layout:
    """Put cards on whole pixels, route the edges, fit the groups, and move everything to the origin."""
    plan, items = task.plan, task.items

    def turn(point: Point) -> Point:
        return point if task.lr else (point[1], point[0])

    cards: dict[int, Box] = {}
    for i, block in task.blocks.items():
        middle = placed.middles[i]
        cards[i] = _card(items[i], turn(middle))
        centre = turn(_middle(cards[i]))
        for leaf, (along, across) in task.stand(items[i], block.leaves).items():
            cards[leaf] = _card(items[leaf], turn((centre[0] + along, centre[1] + across)))
    curves = route.curves(task, cards, placed)
    groups = _groups(task, placed, cards, curves)
    boxes = [room(items[i], c) for i, c in cards.items()] + list(groups.values())
    xs = [v for b in boxes for v in b[::2]] + [v for c in curves.values() for v in c.xy[::2]]
    ys = [v for b in boxes for v in b[1::2]] + [v for c in curves.values() for v in c.xy[1::2]]
    dx, dy = -math.floor(min(xs, default=0.0)), -math.floor(min(ys, default=0.0))
    return Layout(
        float(math.ceil(max(xs, default=0.0)) + dx),
        float(math.ceil(max(ys, default=0.0)) + dy),
        {i: _shift(cards[i], dx, dy) for i in items},
        {e: Curve(_shift(curves[e].xy, dx, dy), curves[e].start, curves[e].end) for e in plan.edges},
        tuple((path, _shift(groups[path], dx, dy)) for path in groups),
        name,
        said,
    )


def _card(item: Item, centre: Point) -> Box:
    x = float(math.floor(centre[0] - item.width / 2 + 0.5))
    y = float(math.floor(centre[1] - item.height / 2 + 0.5))
    return (x, y, x + item.width, y + item.height)


def _middle(box: Box) -> Point:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _shift(xy: tuple[float, ...], dx: float, dy: float) -> Any:
    return tuple([v + d for v, d in zip(xy, cycle((dx, dy)))])  # a cycle has no end


def _beside(
    task: Task, placed: Placed, cards: Mapping[int, Box], curves: Mapping[Edge, Curve], path: tuple[str, ...],
    members: Set[int],
) -> tuple[list[np.ndarray], list[Box], int]:  # fmt: skip
    """Return the edges that come into or leave a group, what does not belong to it, and which way is across."""
    ways = [sample(curves[e].xy) for e in task.plan.edges if (e[0] in members) != (e[1] in members)]
    others = [room(task.items[i], box) for i, box in cards.items() if i not in members]
    for other, (a0, c0, a1, c1) in placed.groups.items():
        if other[: len(path)] != path and path[: len(other)] != other:
            others.append((a0, c0, a1, c1) if task.lr else (c0, a0, c1, a1))
    return ways, others, 1 if task.lr else 0


def _around(hull: Box, ways: Sequence[np.ndarray], others: Sequence[Box], across: int) -> Box:
    """Return a group's box: its hull and air, and the edges to its members that would run on its border otherwise."""
    low, high = hull[1 - across], hull[3 - across]
    inside = [w[(w[:, 1 - across] > low) & (w[:, 1 - across] < high), across] for w in ways]
    spans = [(float(w.min()), float(w.max())) for w in inside if w.size]
    at, to = hull[across], hull[across + 2]
    for first, last in [*sorted(spans, reverse=True), *sorted(spans, key=lambda s: s[1])]:
        at, to = first if at - _REACH <= first < at else at, last if to < last <= to + _REACH else to

    def padded(box: Sequence[float]) -> Box:
        return (box[0] - PAD, box[1] - PAD, box[2] + PAD, box[3] + PAD)

    wide = padded((hull[0], at, hull[2], to) if across else (at, hull[1], to, hull[3]))
    free = all(b[0] >= wide[2] or b[2] <= wide[0] or b[1] >= wide[3] or b[3] <= wide[1] - TITLE for b in others)
    return wide if free else padded(hull)


def _groups(
    task: Task, placed: Placed, cards: Mapping[int, Box], curves: Mapping[Edge, Curve]
) -> dict[tuple[str, ...], Box]:
    """Return each group's box, outer groups first: around its rooms, inner boxes and inner edges, and its title."""
    found: dict[tuple[str, ...], Box] = {}
    full = {g.path: g for g in task.plan.groups}
    for group in reversed(task.groups):
        members = set(full[group.path].members)
        boxes = [room(task.items[i], cards[i]) for i in sorted(members) if i in cards]
        boxes += [box for path, box in found.items() if path[: len(group.path)] == group.path]
        # Edges between members are held too, as far as the engine kept them in: one may have to go around.
        a0, c0, a1, c1 = placed.groups.get(group.path, (0, 0, 0, 0))
        low, high = ((a0, c0), (a1, c1)) if task.lr else ((c0, a0), (c1, a1))
        for e in task.plan.edges if group.path in placed.groups else ():
            if e[0] in members and e[1] in members:
                xs = [min(max(x, low[0] + PAD), high[0] - PAD) for x in curves[e].xy[::2]]
                ys = [min(max(y, low[1] + PAD + TITLE), high[1] - PAD) for y in curves[e].xy[1::2]]
                boxes.append((min(xs), min(ys), max(xs), max(ys)))
        left, top = (min(b[k] for b in boxes) for k in (0, 1))
        right, bottom = (max(b[k] for b in boxes) for k in (2, 3))
        hull = (left, top, right, bottom)
        x0, y0, x1, y1 = _around(hull, *_beside(task, placed, cards, curves, group.path, members))
        short = group.title_width + 2 * PAD - (x1 - x0)
        if short > 0:
            x0, x1 = x0 - short / 2, x1 + short / 2
        found[group.path] = (math.floor(x0), math.floor(y0 - TITLE), math.ceil(x1), math.ceil(y1))
    return {g.path: found[g.path] for g in task.groups}
