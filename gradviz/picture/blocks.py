"""A plan turned so that ranks run along one axis, whatever its direction, with leaves that stand under their users.

Everything between the plan and the finished layout is told in two coordinates: `along` the ranks (x in LR, y in TB)
and `across` them (y in LR, x in TB).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from .plan import Edge, Group, Item, Plan

Point: TypeAlias = tuple[float, float]
#: along from, across from, along to, across to
Area: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Block:
    """What is placed as one: a card, its room, and the leaves under it.

    before, after (along) and low, high (across) are the distances from the card's middle to the block's sides.
    """

    id: int
    before: float
    after: float
    low: float
    high: float
    leaves: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Placed:
    """What an engine found, in (along, across): card middles, the points each edge passes, boxes of groups.

    A way is a polyline from near the source to near the user, of shape (n, 2); an engine may leave edges out.
    """

    middles: Mapping[int, Point]
    ways: Mapping[Edge, np.ndarray]
    groups: Mapping[tuple[str, ...], Area]


@dataclass(frozen=True)
class Task:
    """A plan as an engine sees it: blocks, the edges between blocks, and groups of blocks, outer groups first."""

    plan: Plan

    @property
    def lr(self) -> bool:
        return self.plan.rankdir == "LR"

    @cached_property
    def items(self) -> dict[int, Item]:
        return {i.id: i for i in self.plan.items}

    @cached_property
    def blocks(self) -> dict[int, Block]:
        under: dict[int, list[Item]] = {}
        for item in self.plan.items:
            if item.under is not None:
                under.setdefault(item.under, []).append(item)
        return {i.id: self._block(i, tuple(under.get(i.id, ()))) for i in self.plan.items if i.under is None}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(e for e in self.plan.edges if e[0] in self.blocks)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        kept = (Group(g.path, tuple(m for m in g.members if m in self.blocks), g.title_width) for g in self.plan.groups)
        return tuple(sorted((g for g in kept if g.members), key=lambda g: len(g.path)))

    @cached_property
    def home(self) -> dict[int, tuple[str, ...]]:
        """The innermost group of each block that is in one."""
        return {m: g.path for g in self.groups for m in g.members}

    @cached_property
    def lengths(self) -> dict[Edge, int]:
        """The least number of ranks that each edge spans.

        It is two where an edge enters a group from beside it and a leaf of the group feeds the same node: the leaf
        then has a rank of its own, inside its group's box, and groups can stand one after another.
        """
        inner = {e[1]: set[tuple[str, ...]]() for e in self.edges}
        for a, b, _ in self.edges:
            inner[b].add(self.home.get(a, ()))
        found: dict[Edge, int] = {}
        for e in self.edges:
            here, there = self.home.get(e[0], ()), self.home.get(e[1], ())
            shared = next(
                (n for n, (p, q) in enumerate(zip(here, there, strict=False)) if p != q), min(len(here), len(there))
            )
            entered = there[: shared + 1]
            enters = len(there) > shared
            found[e] = 2 if enters and any(h[: len(entered)] == entered for h in inner[e[1]]) else 1
        return found

    def sides(self, item: Item) -> tuple[float, float, float, float]:
        """Return before, after, low, high of an item's room."""
        w, h = item.width / 2, item.height / 2
        x, y = (w + item.left, w + item.right), (h + item.above, h + item.below)
        return (*x, *y) if self.lr else (*y, *x)

    def half(self, item: Item) -> Point:
        """Return half the card's extent along and across."""
        return (item.width / 2, item.height / 2) if self.lr else (item.height / 2, item.width / 2)

    def _block(self, item: Item, leaves: tuple[Item, ...]) -> Block:
        before, after, low, high = self.sides(item)
        for leaf, (along, across) in self.stand(item, leaves).items():
            b, a, lo, hi = self.sides(self.items[leaf])
            before, after = max(before, b - along), max(after, a + along)
            low, high = max(low, lo - across), max(high, hi + across)
        return Block(item.id, before, after, low, high, leaves)

    def stand(self, item: Item, leaves: tuple[Item, ...]) -> dict[int, Point]:
        """Return where leaves stand under their user, from its middle: side by side, centred, a chip's gap away."""
        if not leaves:
            return {}
        sides = [self.sides(leaf) for leaf in leaves]
        own_high = self.sides(item)[3]
        half = self.half(item)[1]
        # All cards start on one line, so that the edges have one length.
        top = max(
            *(half + leaf.under_gap for leaf in leaves),
            *(own_high + lo - self.half(leaf)[1] + 4 for leaf, (_, _, lo, _) in zip(leaves, sides, strict=True)),
        )
        total = sum(b + a for b, a, _, _ in sides) + self.plan.node_sep * (len(leaves) - 1)
        places: dict[int, Point] = {}
        if len(leaves) == 1:
            return {leaves[0].id: (0.0, top + self.half(leaves[0])[1])}
        at = -total / 2
        for leaf, (b, a, _, _) in zip(leaves, sides, strict=True):
            places[leaf.id] = (at + b, top + self.half(leaf)[1])
            at += b + a + self.plan.node_sep
        return places
