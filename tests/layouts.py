"""Graphs to lay out, and what every layout must hold, for the tests of layouts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations, pairwise

from gradviz.picture.layout import Group, Item, Layout, Plan, room
from gradviz.picture.scene import Box

Args = Sequence[Sequence[int]]


def plan(
    args: Args,
    rankdir: str = "LR",
    *,
    small: bool = False,
    groups: tuple[Group, ...] = (),
    under: dict[int, int] | None = None,
) -> Plan:
    """Return a plan for nodes given by their args: cards as the look has them, or small marks."""
    items = []
    for i, own in enumerate(args):
        if small:
            items.append(Item(i, 14 if own else 16, 14 if own else 16, 3, 3, 3, 3))
        elif own:
            items.append(Item(i, 127, 56, 24, 24 if i % 3 else 10, 6, 6))
        else:
            items.append(Item(i, 120, 56, 8, 8, 6, 6, under=(under or {}).get(i)))
    edges = tuple((a, i, k) for i, own in enumerate(args) for k, a in enumerate(own))
    return Plan(tuple(items), edges, groups, rankdir, 30 if small else 79, 8, small)


def random_args(seed: int, count: int, *, leaves: float = 0.3, reach: int = 25) -> list[list[int]]:
    """Return a random graph: one and two args, mostly near, sometimes far, sometimes twice the same."""
    pick = random.Random(seed)
    args: list[list[int]] = []
    for i in range(count):
        if i < 3 or pick.random() < leaves:
            args.append([])
        else:
            low = 0 if pick.random() < 0.1 else max(0, i - reach)
            args.append([pick.randrange(low, i) for _ in range(pick.choice((1, 2, 2, 3)))])
    return args


def polynomial(points: int = 3, degree: int = 5) -> list[list[int]]:
    """Return the squared loss of a polynomial at some points, operation by operation."""
    args: list[list[int]] = [[] for _ in range(degree + 1 + 2 * points)]

    def op(*own: int) -> int:
        args.append(list(own))
        return len(args) - 1

    total = -1
    for p in range(points):
        x, y = degree + 1 + p, degree + 1 + points + p
        value = 0
        for i in range(1, degree + 1):
            value = op(value, op(i, x if i == 1 else op(x)))
        square = op(op(value, y))
        total = square if total < 0 else op(total, square)
    op(total)
    return args


def network(sizes: Sequence[int] = (2, 4, 4, 1)) -> tuple[list[list[int]], tuple[Group, ...]]:
    """Return a scalar network, with a group for each layer and in it one for each neuron."""
    args: list[list[int]] = [[] for _ in range(sizes[0])]
    groups: list[Group] = []
    before = list(range(sizes[0]))
    for layer, (m, n) in enumerate(pairwise(sizes), 1):
        outs, first = [], len(args)
        for j in range(n):
            start = len(args)
            args += [[] for _ in range(m + 1)]
            value = start + m
            for i in range(m):
                args += [[start + i, before[i]], [value, len(args)]]
                value = len(args) - 1
            args.append([value])
            outs.append(len(args) - 1)
            groups.append(Group((f"layer {layer}", f"neuron {j}"), tuple(range(start, len(args))), 70))
        groups.append(Group((f"layer {layer}",), tuple(range(first, len(args))), 52))
        before = outs
    return args, tuple(groups)


def points(xy: Sequence[float], each: int = 24) -> list[tuple[float, float]]:
    """Return points along a chain of cubics."""
    found = [(xy[0], xy[1])]
    for k in range(0, len(xy) - 2, 6):
        x0, y0, x1, y1, x2, y2, x3, y3 = xy[k : k + 8]
        for n in range(1, each + 1):
            t = n / each
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found


def overlap(a: Box, b: Box, slack: float = 1.0) -> bool:
    return a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack


def faults(asked: Plan, found: Layout) -> list[str]:
    """Return what a reader would find wrong in a layout, one line each."""
    said: list[str] = []
    items = {i.id: i for i in asked.items}
    rooms = {i: room(items[i], box) for i, box in found.cards.items()}
    if set(found.cards) != set(items) or list(found.curves) != list(asked.edges):
        said.append("not every node and edge has its place")
    for i, (x0, y0, x1, y1) in found.cards.items():
        if (x1 - x0, y1 - y0) != (items[i].width, items[i].height):
            said.append(f"card {i} has another size")
        if x0 != int(x0) or y0 != int(y0):
            said.append(f"card {i} is not on whole pixels")
    whole = (0.0, 0.0, found.width, found.height)
    for i, r in rooms.items():
        if r[0] < -0.01 or r[1] < -0.01 or r[2] > whole[2] + 0.01 or r[3] > whole[3] + 0.01:
            said.append(f"room {i} leaves the picture")
    order = sorted(rooms, key=lambda i: rooms[i][0])
    for n, i in enumerate(order):
        for j in order[n + 1 :]:
            if rooms[j][0] > rooms[i][2]:
                break
            if overlap(rooms[i], rooms[j]):
                said.append(f"rooms {i} and {j} overlap")
    for e, curve in found.curves.items():
        said += _curve_faults(asked, found, rooms, e)
        for x, y in (curve.xy[:2], curve.xy[-2:]):
            if not (-0.01 <= x <= whole[2] + 0.01 and -0.01 <= y <= whole[3] + 0.01):
                said.append(f"edge {e} leaves the picture")
    said += _group_faults(asked, found, rooms)
    return said


def _curve_faults(asked: Plan, found: Layout, rooms: dict[int, Box], e: tuple[int, int, int]) -> list[str]:
    said: list[str] = []
    way = points(found.curves[e].xy)
    xs, ys = [p[0] for p in way], [p[1] for p in way]
    around = (min(xs), min(ys), max(xs), max(ys))
    for i, r in rooms.items():
        if i not in e[:2] and overlap(r, around, 0.0):
            inside = [p for p in way if r[0] + 1 < p[0] < r[2] - 1 and r[1] + 1 < p[1] < r[3] - 1]
            if inside:
                said.append(f"edge {e} runs through node {i}")
    if not asked.straight:
        for i, (x, y) in ((e[0], way[0]), (e[1], way[-1])):
            x0, y0, x1, y1 = found.cards[i]
            on_x = min(abs(x - x0), abs(x - x1)) < 1.1 and y0 - 1.1 < y < y1 + 1.1
            on_y = min(abs(y - y0), abs(y - y1)) < 1.1 and x0 - 1.1 < x < x1 + 1.1
            if not (on_x or on_y):
                said.append(f"edge {e} does not end on the side of card {i}")
    return said


def _group_faults(asked: Plan, found: Layout, rooms: dict[int, Box]) -> list[str]:
    said: list[str] = []
    members = {g.path: set(g.members) for g in asked.groups}
    for path, box in found.groups:
        for i, r in rooms.items():
            if i in members[path]:
                if not (box[0] <= r[0] and box[1] <= r[1] and box[2] >= r[2] and box[3] >= r[3]):
                    said.append(f"node {i} is not in the box of {path}")
            elif overlap(box, r):
                said.append(f"node {i} is in the box of {path}, to which it does not belong")
    for (p, a), (q, b) in combinations(found.groups, 2):
        if p != q[: len(p)] and q != p[: len(q)] and overlap(a, b):
            said.append(f"the boxes of {p} and {q} overlap")
    return said
