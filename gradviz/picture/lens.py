"""The lens: a fixed panel beside the overview that shows what the step does at full size, arithmetic included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..record import Event, Graph, Run, Value
from . import lenslist, lensnotes
from .card import text
from .chrome import shorten
from .extent import Extent
from .fonts import measure
from .lenscard import LIST_STEP, Known, card, card_height, corners, list_row
from .lensedge import bend, beside_curve, chip, chip_width, draw_edge
from .lenslist import Part
from .locals import chip_text
from .moment import Moment
from .narrate import Narration, narrate
from .scene import Box, Element, Mark, Rect, Text, line, mark_box
from .theme import Theme
from .words import Names

WIDTH = 456.0
_PAD = 20.0
_CARD = 186.0
_INPUT_GAP, _FEED_GAP = 72.0, 52.0
_EQUATION = 86.0  # from equation to equation: symbols on one line, numbers 41 below


@dataclass(frozen=True, slots=True)
class Places:
    """Where the lens's parts stand, the same in every frame of a film (px, y down)."""

    left: float
    right: float
    heading: float  # baseline
    inputs: float  # tops of the cards
    active: float
    feeds: float | None  # None in a low box, where what the node feeds is only named
    rule: float  # the line over the equations
    bottom: float
    card: float  # width of a card
    height: float

    @classmethod
    def within(cls, box: Box, rows: tuple[str, ...], arrays: bool) -> Places:
        """Lay the lens out; in a low box gaps shrink first, then the equations' room."""
        x0, y0, x1, y1 = box
        h = card_height(rows, arrays)
        need = 46 + 3 * h + _INPUT_GAP + _FEED_GAP + 16 + 2 * _EQUATION
        spare = min(0.0, (y1 - y0) - need)
        gap, feed = max(48.0, _INPUT_GAP + spare * 0.5), max(36.0, _FEED_GAP + spare * 0.5)
        inputs = y0 + 46
        active = inputs + h + gap
        feeds: float | None = active + h + feed
        rule = active + 2 * h + feed + 16
        if y1 - rule < 1.4 * _EQUATION:
            feeds, rule = None, active + h + 38
        left, right = x0 + _PAD, x1 - _PAD
        width = min(_CARD, (right - left - 24) / 2)
        return cls(left, right, y0 + 28, inputs, active, feeds, rule, y1 - 10, width, h)

    def slots(self, count: int) -> list[float]:
        """Return the left ends of one card or two in a row."""
        if count == 1:
            return [(self.left + self.right - self.card) / 2]
        return [self.left, self.right - self.card]


class Lens:
    """Draws the lens of one film. What two frames share is the same Element."""

    def __init__(
        self, run: Run, names: Names, theme: Theme, box: Box, terms: Mapping[int, int], rows: tuple[str, ...],
        extents: Mapping[tuple[int, str], Extent],
    ) -> None:  # fmt: skip
        self.run, self.names, self.theme, self.box = run, names, theme, box
        self.terms, self.rows, self.extents = terms, rows, extents
        self.places = Places.within(box, rows, any(n.shape for n in run.graph.nodes))
        self._kept: dict[str, Element] = {}
        self._locals: tuple[int, dict[tuple[int, int], Value | None]] = (-1, {})
        x0, y0, x1, y1 = box
        self.static = Element("lens", "lens", (Rect(x0, y0, x1 - x0, y1 - y0, 8, theme.panel, theme.ink, 1.5),))

    @property
    def graph(self) -> Graph:
        return self.run.graph

    def elements(self, moment: Moment) -> tuple[Element, ...]:
        """Return the lens's elements at a moment, back to front, without its frame."""
        parts = self._parts(moment, narrate(moment, self.names, roomy=True, scales=self.extents or None))
        return tuple(self._keep(name, kind, marks) for name, kind, marks in parts if marks)

    def _keep(self, name: str, kind: str, marks: list[Mark]) -> Element:
        old = self._kept.get(name)
        if old is not None and old.marks == tuple(marks):
            return old
        self._kept[name] = Element(name, kind, tuple(marks))
        return self._kept[name]

    def _parts(self, moment: Moment, said: Narration) -> list[Part]:
        p, t = self.places, self.theme
        lines = lensnotes.joined(said.lines)
        first, rest = (lines[0], lines[1:]) if lines else ((), ())
        parts: list[Part] = [("lens-heading", "lens", lensnotes.heading(first, p.left, p.heading, p.right, t))]
        focus = focus_of(moment)
        if focus is not None:
            rule = line(p.left, p.rule, p.right, p.rule, stroke=t.idle, width=1)
            parts += [*self._around(moment, focus), ("lens-rule", "lens", [rule])]
            top, count = p.rule, 0
            if moment.step is not None and moment.step.kind == "backward":
                count = len(moment.step.events)
            marks, top = lensnotes.equations(said.equations, count, (p.left, top, p.right, p.bottom), t)
            marks += lensnotes.notes(rest, (p.left + 4, top, p.right, p.bottom), t)
            return [*parts, ("lens-equations", "lens", marks)]
        marks = lensnotes.notes(rest, (p.left, p.heading + 4, p.right, p.heading + 60), t)
        if marks:
            parts.append(("lens-notes", "lens", marks))
        top = max([p.heading, *(m.y for m in marks if isinstance(m, Text))]) + 14
        if moment.step is None:
            return parts + lenslist.summary(self, moment, top)
        nodes = receivers(moment)
        if moment.step.n == 1 or moment.step.whole:  # of a whole sweep, parameters are what matters
            nodes = tuple(sorted(nodes, key=lambda i: self.graph.nodes[i].op != "parameter"))
        return parts + lenslist.changed(self, moment, nodes, top)

    def known(self, i: int, moment: Moment, part: str = "") -> Known:
        """Return what a card shows of a node."""
        after = moment.after
        kind = moment.step.kind if moment.step else ""
        values = {row: v for row in self.rows if (v := moment.known(row, i)) is not None}
        return Known(
            self.graph.nodes[i],
            values,
            part,
            kind,
            after.arrived.get(i, 0),
            moment.terms.get(i, 0),
            "grad" in self.rows,
            i in moment.asked,
        )

    def _card(self, i: int, x: float, y: float, moment: Moment, part: str = "") -> list[Mark]:
        known = self.known(i, moment, part)
        return self.card(known, x, y)

    def card(self, known: Known, x: float, y: float) -> list[Mark]:
        """Draw a card of the lens."""
        p, output = self.places, known.node.id in self.graph.outputs
        return card(known, x, y, p.card, p.height, self.rows, self.names, self.extents, output, self.theme)

    def _around(self, moment: Moment, focus: int) -> list[Part]:
        """Draw the active node between its inputs and what it feeds."""
        p, t, graph = self.places, self.theme, self.graph
        step = moment.step
        assert step is not None
        node = graph.nodes[focus]
        backward = step.kind == "backward"
        seed = backward and all(e.arg is None for e in step.events)
        sends = {e.arg for e in step.events if e.arg is not None} if backward else set()
        inputs = list(dict.fromkeys(node.args))
        users = list(dict.fromkeys(u for u, _ in graph.users[focus]))
        middle = p.slots(1)[0]
        parts: list[Part] = []
        tops: dict[int, tuple[float, float]] = {}  # input -> left end and width of what stands for it
        if len(inputs) <= 2:
            for slot, (i, x) in enumerate(zip(inputs, p.slots(max(len(inputs), 1)), strict=False)):
                got = any(node.args[a] == i for a in sends)
                part = "receiver" if got else "" if backward else "sender"
                parts.append((f"lens-input-{slot}", "lens", self._card(i, x, p.inputs, moment, part)))
                tops[i] = (x, p.card)
        else:
            parts.append(("lens-inputs", "lens", self._input_list(inputs, node.args, sends, moment)))
        part = ("receiver" if seed else "sender") if backward else "receiver"
        marks = [
            *self._card(focus, middle, p.active, moment, part),
            corners(middle, p.active, p.card, p.height, focus in graph.outputs, t),
        ]
        if p.feeds is not None:
            for slot, (i, x) in enumerate(zip(users[:2], p.slots(min(len(users), 2)), strict=False)):
                parts.append((f"lens-feed-{slot}", "lens", self._card(i, x, p.feeds, moment)))
        words = self._words(focus, inputs, users)
        edges, chips = self._edges(moment, focus, inputs, tops, users, sends, [glyph_box(w) for w in words])
        return [
            *parts,
            ("lens-edges", "lens", edges),
            ("lens-active", "lens", marks),
            ("lens-chips", "chip", chips),
            ("lens-words", "lens", [*words]),
        ]

    def _words(self, focus: int, inputs: list[int], users: list[int]) -> list[Text]:
        """Say which cards are which, and what has no card."""
        p, grey = self.places, self.theme.grey
        words = [text(p.left, p.active + p.height / 2 + 4, "active", 12, grey)]
        if inputs:
            words.append(text(p.left, p.inputs + p.height + 21, "inputs", 12, grey))
        middle = (p.left + p.right) / 2
        if not users:
            y = p.active + p.height + 26 if p.feeds is None else p.feeds + p.height / 2
            said = "the output: it feeds nothing" if focus in self.graph.outputs else "it feeds nothing"
            words.append(text(middle, y, said, 12, grey, anchor="middle"))
        elif p.feeds is None:
            said = "feeds " + " and ".join(self.names.card(u) for u in users[:2])
            more = f" and {len(users) - 2} more" if len(users) > 2 else ""
            said = shorten(said, p.right - p.left - measure(more, 12), 12) + more
            words.append(text(middle, p.active + p.height + 26, said, 12, grey, anchor="middle"))
        else:
            words.append(text(p.left, p.feeds - 10, "feeds", 12, grey))
            if len(users) > 2:
                words.append(text(p.right, p.feeds - 10, f"+ {len(users) - 2} more", 12, grey, anchor="end"))
        return words

    def _input_list(self, inputs: list[int], args: tuple[int, ...], sends: set[int], moment: Moment) -> list[Mark]:
        """Draw more than two inputs as a list in two columns, where two cards would stand."""
        p, t = self.places, self.theme
        backward = moment.step is not None and moment.step.kind == "backward"
        # With many inputs the ones that the step touches come first.
        got = {args[a] for a in sends}
        order = sorted(inputs, key=lambda i: i not in got) if got else inputs
        rows = tuple(
            r for r in self.rows if r == "value" or (backward and r == "grad") or (not backward and r == "tangent")
        )[:2]
        per, across = max(1, int((p.height + 8) // LIST_STEP)), 3 if len(rows) == 1 else 2
        room = across * per
        shown = order if len(order) <= room else order[: room - 1]
        width = (p.right - p.left - 14 * (across - 1)) / across
        marks: list[Mark] = []
        for n, i in enumerate(shown):
            x, y = p.left + (n // per) * (width + 14), p.inputs + (n % per) * LIST_STEP
            part = "receiver" if i in got else "" if backward else "sender"
            marks += list_row(
                self.known(i, moment, part), x, y, width, rows, self.names, self.extents, t, size=12, column=68
            )
        if len(shown) < len(order):
            n = room - 1
            x, y = p.left + (n // per) * (width + 14), p.inputs + (n % per) * LIST_STEP
            marks.append(text(x, y + 15, f"+ {len(order) - len(shown)} more", 12, t.grey))
        return marks

    def local(self, sweep: int, node: int, arg: int) -> str:
        """Write a local derivative as its chip shows it: its number, else its formula; empty if there is neither."""
        if self._locals[0] != sweep:
            found = {(e.node, e.arg): e.local for e in self.run.sweeps[sweep].events if e.arg is not None}
            self._locals = (sweep, found)
        value = self._locals[1].get((node, arg))
        return chip_text(self.graph, self.names, node, arg, value) if self.graph.nodes[node].local[arg] else ""

    def _edges(
        self, moment: Moment, focus: int, inputs: list[int], tops: dict[int, tuple[float, float]], users: list[int],
        sends: set[int], words: list[Box],
    ) -> tuple[list[Mark], list[Mark]]:  # fmt: skip
        """Draw the edges between the cards and the chips that find room beside them."""
        p, step, graph = self.places, moment.step, self.graph
        assert step is not None
        middle, args = p.slots(1)[0], graph.nodes[focus].args
        curves: list[tuple[tuple[float, ...], str, tuple[int, int]]] = []
        top, bottom = p.inputs + p.height, p.active
        if inputs and not tops:
            at = middle + p.card / 2
            curves.append((bend(at, top + 8, at, bottom), self._edge_state(moment, focus, None, sends), (focus, -1)))
        elif inputs:
            order = sorted(range(len(args)), key=lambda a: (tops[args[a]][0], a))
            for port, a in enumerate(order):
                x, width = tops[args[a]]
                mine = [b for b in order if args[b] == args[a]]
                start = x + width * (mine.index(a) + 1) / (len(mine) + 1)
                end = middle + p.card * (port + 1) / (len(order) + 1)
                curves.append((bend(start, top, end, bottom), self._edge_state(moment, focus, a, sends), (focus, a)))
        feeds: list[tuple[tuple[float, ...], str, tuple[int, int]]] = []
        slots = p.slots(min(len(users), 2))
        below = users[:2] if p.feeds is not None else []
        lines = [(u, a) for u in below for a, arg in enumerate(graph.nodes[u].args) if arg == focus]
        for port, (u, a) in enumerate(lines):
            mine = [a2 for u2, a2 in lines if u2 == u]
            end = slots[users.index(u)] + p.card * (mine.index(a) + 1) / (len(mine) + 1)
            start = middle + p.card * (port + 1) / (len(lines) + 1)
            state = "done" if (u, a) in moment.after.sent else "idle"
            feeds.append((bend(start, p.active + p.height, end, p.feeds or 0.0), state, (u, a)))
        marks: list[Mark] = []
        for xy, state, _ in sorted(curves + feeds, key=lambda c: ("idle", "done", "back", "ahead").index(c[1])):
            marks += draw_edge(xy, state, step.kind, self.theme)
        return marks, self._chips(moment, curves, feeds, words)

    def _edge_state(self, moment: Moment, node: int, arg: int | None, sends: set[int]) -> str:
        assert moment.step is not None
        if moment.step.kind != "backward":
            return "ahead"
        if (sends and arg is None) or arg in sends:
            return "back"
        return "done" if (node, arg) in moment.after.sent else "idle"

    def _chips(
        self, moment: Moment, curves: list[tuple[tuple[float, ...], str, tuple[int, int]]],
        feeds: list[tuple[tuple[float, ...], str, tuple[int, int]]], words: list[Box],
    ) -> list[Mark]:  # fmt: skip
        if moment.step is None or moment.step.kind != "backward":
            return []
        p, sweep = self.places, moment.step.sweep
        centre = (p.left + p.right) / 2
        marks: list[Mark] = []
        taken = list(words)
        both = [c[0] for c in curves + feeds]
        for xy, state, (node, arg) in curves + feeds:
            if state not in ("back", "done"):
                continue
            said = self._common_local(sweep, node) if arg < 0 else self.local(sweep, node, arg)
            if not said:
                continue
            prefer = 1 if xy[0] + xy[6] >= 2 * centre - 1 else -1
            place = beside_curve(xy, both, taken, chip_width(said), prefer, (p.left, 0, p.right, 0))
            if place:
                drawn, box = chip(*place, said, state == "back", self.theme)
                marks += drawn
                taken.append(box)
        return marks

    def _common_local(self, sweep: int, node: int) -> str:
        """Return the local derivative that all args of a node share, or nothing."""
        said = {self.local(sweep, node, a) for a in range(len(self.graph.nodes[node].args))}
        return said.pop() if len(said) == 1 else ""


def glyph_box(t: Text) -> Box:
    """Return the box that a text's letters take, with a little air."""
    x0, _, x1, _ = mark_box(t)
    return (x0 - 2, t.y - t.size, x1 + 2, t.y + 0.4 * t.size)


def focus_of(moment: Moment) -> int | None:
    """Return the node that the step is about, if it is about one."""
    if moment.step is None or moment.step.kind == "update":
        return None
    nodes = {e.node for e in moment.step.events}
    if len(nodes) != 1:
        return None
    (node,) = nodes
    return None if moment.graph.nodes[node].is_leaf and moment.step.kind != "backward" else node


def receivers(moment: Moment) -> tuple[int, ...]:
    """Return the nodes that the step gives something to, in the order of the events, each once."""
    step = moment.step
    if step is None:
        return ()
    return tuple(dict.fromkeys(receiver(moment.graph, step.kind, e) for e in step.events))


def receiver(graph: Graph, kind: str, e: Event) -> int:
    """Return the node that an event gives something to."""
    return graph.nodes[e.node].args[e.arg] if kind == "backward" and e.arg is not None else e.node
