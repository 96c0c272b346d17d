"""A graph as cards: measured, laid out once, and drawn element by element from what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..record import State, Trouble, Value, first, seen
from . import card, chips, edge, numbers
from .card import Look, text
from .chips import Edge, Place
from .edge import Flow
from .face import Face, pips_width
from .fonts import measure
from .moment import Moment
from .part import parts
from .scene import Box, Element, Rect, placed
from .sentence import Narration
from .sheet import Sheet
from .theme import Theme
from .words import cut, visible

_CELL = 48.0  # px, the side of the squares in which it is seen how many edges run there
_FULL, _THINNEST = 0.32, 0.65  # of a square, what edges may cover; and how thin they get at most
_BESIDE = 10.0  # px between a name and a chip, more than between other things


@dataclass
class Cards:
    """A sheet in its place on the canvas; hands out the same element for as long as it looks the same.

    Everything is drawn in the sheet's own px, then made k times as large and moved to (x, y).
    """

    sheet: Sheet
    x: float
    y: float
    k: float
    theme: Theme
    _curves: dict[Edge, tuple[float, ...]] = field(default_factory=dict)
    _boxes: dict[int, Box] = field(default_factory=dict)
    _places: dict[Edge, Place] = field(default_factory=dict)
    _pips: dict[int, tuple[Box, bool]] = field(default_factory=dict)
    _trouble: Trouble | None = None
    _static: tuple[Element, ...] = ()
    _titles: tuple[Element, ...] = ()
    _last: dict[str, tuple[Any, Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        s = self.sheet
        self._trouble = first(s.run)
        self._boxes = dict(s.layout.cards)
        self._curves = {key: tuple(curve.xy) for key, curve in s.layout.curves.items()}
        self._pips = self._pip_places()
        titles = self._group_titles()
        self._static = tuple(self._placed(self._group(path, box)) for path, box in s.layout.groups)
        self._titles = tuple(self._placed(e) for e, _ in titles)
        solid = [*self._solid(), *self._borders(), *(b for _, b in titles), *self._walls()]
        self._places = chips.place(self._curves, s.chip_widths, solid)

    @cached_property
    def thin(self) -> float:
        """How thin (1 is full) edges are in the finished still."""
        return thinness(self._curves.values())

    def _group(self, path: tuple[str, ...], box: Box) -> Element:
        x0, y0, x1, y1 = box
        number = [p for p, _ in self.sheet.layout.groups].index(path)
        ground = Rect(x0, y0, x1 - x0, y1 - y0, 8, self.theme.ground, self.theme.idle, 1.25)
        return Element(f"group-{number}", "group", (ground,), " / ".join(map(visible, path)))

    def _group_titles(self) -> list[tuple[Element, Box]]:
        """Set each group's name in the corner that no edge runs through; upper left first."""
        lines = [chips.sample(xy) for xy in self._curves.values()]
        points = np.concatenate(lines) if lines else np.empty((0, 2))
        found = []
        for number, (path, (x0, y0, x1, y1)) in enumerate(self.sheet.layout.groups):
            name = cut(visible(path[-1]), 24)
            w = measure(name, 13, bold=True)
            corners = [(x, y) for y in (y0 + 23, y1 - 11) for x in (x0 + 16, x1 - 16 - w)]
            solid = np.array(self._solid()).reshape(-1, 4)

            def room(corner: tuple[float, float], w: float = w, solid: np.ndarray = solid) -> float:
                box = (corner[0], corner[1] - 13, corner[0] + w, corner[1] + 4)
                return min(chips.gap(box, points), chips.apart(box, solid), 4.0)

            # The first of those with the most room; along the top and the bottom where no corner is free.
            if max(map(room, corners)) < 4:
                corners += [(x, y) for y in (y0 + 23, y1 - 11) for x in np.arange(x0 + 16, x1 - 16 - w, 8).tolist()]
            x, y = max(corners, key=room)
            box = (x, y - 13, x + w, y + 4)
            found.append(
                (Element(f"group-name-{number}", "group", (text(x, y, name, 13, self.theme.ink, bold=True),)), box)
            )
        return found

    def _corner(self, i: int) -> tuple[float, float]:
        pad = self.sheet.faces[i].pad
        return self._boxes[i][0] + pad, self._boxes[i][1] + pad

    def _solid(self) -> list[Box]:
        """Return what chips must not touch: cards, and the names and pips around them."""
        found: list[Box] = []
        vertical = self.sheet.rankdir == "TB"
        for f in self.sheet.faces:
            x0, y0, x1, y1 = self._boxes[f.node.id]
            found.append((x0, y0 - f.sheets, x1, y1))
            if (f.name or f.shape) and not f.inside:
                wide = f.width if f.shape else measure(f.name, 13)
                # A chip right beside a name would be read as part of it.
                found.append((x0 - _BESIDE, y0 - 28 - f.sheets, x0 + wide + _BESIDE, y0 - 12))
            if f.node.id in self._pips:
                found.append(self._pips[f.node.id][0])
            if self._trouble is not None and self._trouble.node == f.node.id:
                found.append((x1, y1 - 26, x1 + 86, y1) if vertical else (x1 - 80, y1, x1, y1 + 24))
        return found

    def _pip_places(self) -> dict[int, tuple[Box, bool]]:
        """Return where each node's pips stand, and whether nothing touches them there."""
        many = [f for f in self.sheet.faces if f.terms > 1 and not f.compact]
        if not many:
            return {}
        points = np.concatenate([chips.sample(xy, 64) for xy in self._curves.values()])
        solid = np.array([*self._solid(), *self._borders()]).reshape(-1, 4)
        found = {}
        for f in many:
            x, y = self._corner(f.node.id)
            wide = pips_width(f.terms) + 4
            ways = list(card.pips_box(f, x, y, wide, self.sheet.rankdir == "TB"))
            free = (b for b in ways if chips.gap(b, points) > 3 and chips.apart(b, solid) > 1)
            box = next(free, None)
            found[f.node.id] = (box or ways[0], box is not None)
        return found

    def _borders(self) -> list[Box]:
        """Return the four lines of each group's box, for chips to keep off."""
        return [
            line
            for _, (x0, y0, x1, y1) in self.sheet.layout.groups
            for line in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))
        ]

    def _walls(self) -> list[Box]:
        """Return what lies around the sheet: a chip may stand out of it by as much as a card's glow."""
        w, h = self.sheet.size
        low, far = -12.0, 1e5
        return [(-far, -far, low, far), (w - low, -far, far, far), (-far, -far, far, low), (-far, h - low, far, far)]

    def _placed(self, e: Element) -> Element:
        if (self.k, self.x, self.y) == (1, 0, 0):
            return e
        return Element(e.id, e.kind, tuple(placed(m, self.k, self.x, self.y) for m in e.marks), e.title)

    def _keep(self, name: str, key: Any, make: Any) -> Element:
        """Return the element made last under that name if its key is the same, else make it."""
        old = self._last.get(name)
        if old is not None and old[0] == key:
            return old[1]
        element = self._placed(make())
        self._last[name] = (key, element)
        return element

    def elements(
        self, moment: Moment, said: Narration | None = None, scale: edge.Widths | None = None
    ) -> tuple[Element, ...]:
        """Return the picture of the graph at a moment, back to front; what is said stands under it, in a caption."""
        del said
        step, after = moment.step, moment.after
        graph, s = self.sheet.run.graph, self.sheet
        touched = parts(graph, step)
        kind = step.kind if step else ""
        glows: list[Element] = []
        faces: list[Element] = []
        extra: list[Element] = []
        for f in s.faces:
            i = f.node.id
            arrived = after.arrived.get(i, 0)
            part = "receiver" if i in touched.receivers else "sender" if i in touched.senders else ""
            # A compact card has one number: when parameters move, that is the value, though a gradient is known.
            moves = step is not None and kind != "backward" and (step.whole or (kind == "update" and bool(part)))
            values = tuple(None if f.compact and moves and r == "grad" else moment.known(r, i) for r in f.rows)
            flag = self._flag(i, after)
            key = (tuple(map(_Same, values)), part, kind if part else "", arrived, flag, i in moment.asked)
            faces.append(self._keep(f"node-{i}", key, lambda f=f, key=key, values=values: self._card(f, values, key)))
            if part == "receiver":
                x, y = self._corner(i)
                glows.append(
                    self._keep(
                        f"glow-{i}", kind,
                        lambda f=f, x=x, y=y: Element(f"glow-{f.node.id}", "glow",
                                                      (card.glow(f, x, y, kind, self.theme),)),
                    )
                )  # fmt: skip
            if f.terms > 1 and 0 < arrived < f.terms and not f.compact:
                extra.append(self._keep(f"pips-{i}", arrived, lambda f=f, a=arrived: self._arrived(f, a)))
        active_names = {edge.name(e)[5:] for e in touched.edges}
        lines: list[Element] = []
        spots: list[Element] = []
        for link, xy in self._curves.items():
            _, node, arg = link
            value = after.sent.get((node, arg))
            active = kind if link in touched.edges else ""
            flow = Flow(active, value is not None, scale.of(edge.size(value)) if scale and value is not None else 0.0)
            lines.append(
                self._keep(edge.name(link), flow, lambda k=link, xy=xy, fl=flow: Element(
                    edge.name(k), "edge", edge.draw(xy, fl, self.theme), self._edge_title(k)))
            )  # fmt: skip
            now = active == "backward"
            if link not in self._places or not (now or value is not None):
                continue
            spot = self._places[link]
            if now or spot.free:
                words = s.chip_texts[self._sent_in(after.sweep), node, arg]
                name = f"chip-{link[0]}-{link[1]}-{link[2]}"
                spots.append(
                    self._keep(name, (words, now), lambda n=name, w=words, sp=spot, a=now: Element(
                        n, "chip", chips.chip(w, sp, a, self.theme, s.chip_size)))
                )  # fmt: skip
        # What the step touches lies over what it does not.
        spots.sort(key=lambda e: e.id[5:] in active_names)
        lines.sort(key=lambda e: e.id[5:] in active_names)
        return (*self._static, *glows, *lines, *self._titles, *faces, *extra, *spots)

    def _sent_in(self, sweep: int) -> int:
        """Return the backward sweep whose contributions are shown during a sweep: itself, or the last before it."""
        run = self.sheet.run
        return next(i for i in range(sweep, -1, -1) if run.sweeps[i].kind == "backward")

    def _flag(self, i: int, after: State) -> str:
        """Return what the first trouble of the film is, once it has appeared at this node."""
        found = self._trouble
        return found.what if found is not None and found.node == i and seen(found, after) else ""

    def _card(self, f: Face, values: tuple[Value | None, ...], key: Any) -> Element:
        _, part, kind, arrived, flag, asks = key
        waits = f.terms > 0 and arrived < f.terms
        look = Look(values, part, kind, arrived, waits, flag, self.sheet.rankdir == "TB", asks)
        x, y = self._corner(f.node.id)
        marks = card.draw(f, x, y, look, self.sheet.extents, self.theme)
        return Element(f"node-{f.node.id}", "node", marks, self._node_title(f, values))

    def _node_title(self, f: Face, values: tuple[Value | None, ...]) -> str:
        n = f.node
        said = [self.sheet.names.full(n.id)]
        if n.label and n.label != n.name:
            said.append(f"= {visible(n.label)}")
        if n.shape:
            said.append(f"shape {numbers.shape(n.shape)}")
        for row, value in zip(f.rows, values, strict=True):
            if isinstance(value, float):
                said.append(f"{row} {value!r}".replace("-", "−"))
        if n.where:
            said.append(f"({visible(str(n.where))})")
        return "  ".join(said)

    def _edge_title(self, key: Edge) -> str:
        names = self.sheet.names
        count = len(self.sheet.run.graph.nodes[key[1]].args)
        place = f", operand {key[2] + 1} of {count}" if count > 1 else ""
        return f"{names.full(key[0])} → {names.full(key[1])}{place}"

    def _arrived(self, f: Face, arrived: int) -> Element:
        marks = card.pips(f, *self._pips[f.node.id], arrived, self.theme)
        return Element(f"pips-{f.node.id}", "pips", marks)


class _Same:
    """A value as part of a key: equal when it is the same number or the very same array, which it keeps alive."""

    __slots__ = ("value",)

    def __init__(self, value: Value | None) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Same):
            return NotImplemented
        a, b = self.value, other.value
        return a is b or (type(a) is float and type(b) is float and repr(a) == repr(b))

    __hash__ = None  # type: ignore[assignment]  # a key that holds an array has no hash


def thinness(curves: Iterable[Sequence[float]]) -> float:
    """Return how thin (1 is full) edges must be to stay apart where most of them run, in px of the curves.

    >>> thinness([(0, 0, 10, 0, 20, 0, 30, 0)])
    1.0
    """
    cover: Counter[tuple[int, int]] = Counter()
    for xy in curves:
        points = chips.sample(xy, 48)
        lengths = np.hypot(*np.diff(points, axis=0).T)
        for (x, y), length in zip((points[1:] // _CELL).astype(int).tolist(), lengths.tolist(), strict=True):
            cover[x, y] += length
    most = max(cover.values(), default=0.0) * edge.THICK / _CELL**2
    return round(min(1.0, max(_THINNEST, _FULL / max(most, 1e-9))), 2)
