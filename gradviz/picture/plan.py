"""What is asked of a layout, and what it answers: sizes and edges in, places and curves out, all in px, y down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import UnknownName
from .scene import Box

#: (source, user, argument position): x*x has two edges, (0, 1, 0) and (0, 1, 1).
Edge: TypeAlias = tuple[int, int, int]

#: Between a group's border and what lies in it, and the height of its title row.
PAD, TITLE = 16.0, 22.0
#: Between a card and the leaf under it there is room for a chip beside the edge.
UNDER_GAP = 79.0


@dataclass(frozen=True, slots=True)
class Item:
    """A card's size, the room its node needs around it (name, pips, glow), and the user it stands under, if any."""

    id: int
    width: float
    height: float
    above: float = 0
    below: float = 0
    left: float = 0
    right: float = 0
    under: int | None = None
    under_gap: float = UNDER_GAP  # px between it and the card that it stands under


@dataclass(frozen=True, slots=True)
class Group:
    """A box around nodes: its path of names, outermost first, all ids in it, and how wide its title is."""

    path: tuple[str, ...]
    members: tuple[int, ...]
    title_width: float = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a layout depends on.

    rankdir   "LR": the graph runs to the right, or "TB": it runs down
    gap       between two ranks; node_sep: between two nodes of a rank
    straight  edges are straight where they can be (an overview of small marks)

    An item that stands under its user must be a leaf with that one user. Raises `UnknownName` for an id or a
    direction that is not there.
    """

    items: tuple[Item, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...] = ()
    rankdir: str = "LR"
    gap: float = 90
    node_sep: float = 24
    straight: bool = False

    def __post_init__(self) -> None:
        if self.rankdir not in ("LR", "TB"):
            raise UnknownName(f"rankdir={self.rankdir!r} is not a direction; choose from LR, TB")
        ids = {i.id for i in self.items}
        for edge in self.edges:
            if not {edge[0], edge[1]} <= ids:
                raise UnknownName(f"edge {edge} joins a node that is not an item of the plan")
        for item in self.items:
            if item.under is None:
                continue
            users = [e[1] for e in self.edges if e[0] == item.id]
            if users != [item.under] or any(e[1] == item.id for e in self.edges):
                raise UnknownName(
                    f"item {item.id} cannot stand under {item.under}: it must be a leaf and feed only that node, "
                    f"once; it feeds {users}"
                )


@dataclass(frozen=True, slots=True)
class Curve:
    """An edge as a chain of cubics: `xy` is x, y of the start, then six numbers a cubic, from source to user.

    start, end: the unit direction in which the curve leaves the source's card and enters the user's.
    """

    xy: tuple[float, ...]
    start: tuple[float, float]
    end: tuple[float, float]

    @property
    def ops(self) -> str:
        """The curve's moves, as `scene.Path` wants them: "M", then a "C" for each cubic."""
        return "M" + "C" * ((len(self.xy) - 2) // 6)


@dataclass(frozen=True)
class Layout:
    """Where everything is: made once per film, so nothing ever moves.

    cards   by id, the card's box; curves: by edge; groups: (path, box), outer groups first
    engine  which engine placed the nodes; said: what a user should be told of engines that did not
    """

    width: float
    height: float
    cards: Mapping[int, Box]
    curves: Mapping[Edge, Curve]
    groups: tuple[tuple[tuple[str, ...], Box], ...]
    engine: str
    said: tuple[str, ...] = ()


def room(item: Item, card: Box) -> Box:
    """Return the box of all that belongs to a node: its card and the room around it."""
    x0, y0, x1, y1 = card
    return (x0 - item.left, y0 - item.above, x1 + item.right, y1 + item.below)
