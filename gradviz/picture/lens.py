"""The lens: a fixed panel beside the overview that shows what the step does at full size, arithmetic included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..record import Event, Graph, Run, Value
from . import lenslist, lensnotes
from .card import text
from .chrome import shorten
from .equation import made_of
from .extent import Extent
from .fonts import measure
from .lenscard import LIST_STEP, Known, card, corners, label_of, list_row
from .lensedge import Wire, bend, chips, edges
from .lensmath import Columns, equations
from .lensplaces import Places
from .lensrows import Part
from .locals import chip_text
from .moment import Moment
from .scene import Box, Element, Mark, Rect, Text, line, mark_box
from .sentence import Narration
from .theme import Theme
from .words import Names

_NAMED = 3  # of what a node feeds, so many are named beside the one that has a card


class Lens:
    """Draws the lens of one film. What two frames share is the same Element."""

    def __init__(
        self, run: Run, names: Names, theme: Theme, box: Box, terms: Mapping[int, int], rows: tuple[str, ...],
        extents: Mapping[tuple[int, str], Extent],
    ) -> None:  # fmt: skip
        self.run, self.names, self.theme, self.box = run, names, theme, box
        self.terms, self.rows, self.extents = terms, rows, extents
        self.places = Places.within(box, rows, any(n.shape for n in run.graph.nodes))
        self.columns = Columns.of(run.graph, names)
        self._kept: dict[str, Element] = {}
        self._full: dict[int, str] = {}
        self._locals: tuple[int, dict[tuple[int, int], Value | None]] = (-1, {})
        x0, y0, x1, y1 = box
        self.static = Element("lens", "lens", (Rect(x0, y0, x1 - x0, y1 - y0, 8, theme.panel, theme.ink, 1.5),))

    @property
    def graph(self) -> Graph:
        return self.run.graph

    def elements(self, moment: Moment, said: Narration) -> tuple[Element, ...]:
        """Return the lens's elements at a moment, back to front, without its frame; `said` has room for more lines."""
        return tuple(self._keep(name, kind, marks) for name, kind, marks in self._parts(moment, said) if marks)

    def _keep(self, name: str, kind: str, marks: list[Mark]) -> Element:
        old = self._kept.get(name)
        if old is not None and old.marks == tuple(marks):
            return old
        self._kept[name] = Element(name, kind, tuple(marks))
        return self._kept[name]

    def _parts(self, moment: Moment, said: Narration) -> list[Part]:
        p, t = self.places, self.theme
        first, rest = (said.lines[0], said.lines[1:]) if said.lines else ((), ())
        parts: list[Part] = [("lens-heading", "lens", lensnotes.heading(first, p.left, p.heading, p.right, t))]
        focus = focus_of(moment)
        if focus is not None:
            rule = line(*p.rule, stroke=t.idle, width=1)
            parts += [*self._around(moment, focus), ("lens-rule", "lens", [rule])]
            count = 0
            if moment.step is not None and moment.step.kind == "backward":
                count = len(moment.step.events)
            marks, top = equations(said.equations, count, p.sums, self.columns, t)
            marks += lensnotes.notes(rest, (p.sums[0], top, *p.sums[2:]), t)
            return [*parts, ("lens-equations", "lens", marks)]
        marks = lensnotes.notes(rest, (p.left, p.heading + 4, p.right, p.heading + 60), t)
        if marks:
            parts.append(("lens-notes", "lens", marks))
        top = max([p.heading, *(m.y for m in marks if isinstance(m, Text))]) + 14
        if moment.step is None:
            return parts + lenslist.summary(self, moment, top)
        nodes = receivers(moment)
        if moment.step.n == 1 or moment.step.whole:  # of a whole sweep, inputs are what matters, parameters first
            first_of = {"parameter": 0, "data": 1}
            nodes = tuple(sorted(nodes, key=lambda i: first_of.get(self.graph.nodes[i].op, 2)))
        return parts + lenslist.changed(self, moment, nodes, top)

    def full(self, i: int) -> str:
        """Return what a node is called beside the name that formulas call it by."""
        if i not in self._full:
            self._full[i] = made_of(self.graph, self.names, i)
        return self._full[i]

    def known(self, i: int, moment: Moment, part: str = "") -> Known:
        """Return what a card shows of a node."""
        return Known(
            self.graph.nodes[i],
            self.names.formula(i),
            self.full(i),
            {row: v for row in self.rows if (v := moment.known(row, i)) is not None},
            part,
            moment.step.kind if moment.step else "",
            moment.after.arrived.get(i, 0),
            moment.terms.get(i, 0),
            "grad" in self.rows,
            i in moment.asked,
        )

    def card(self, known: Known, x: float, y: float) -> list[Mark]:
        """Draw a card of the lens."""
        p, output = self.places, known.node.id in self.graph.outputs
        return card(known, x, y, p.card, p.height, self.rows, self.extents, output, self.theme)

    def _around(self, moment: Moment, focus: int) -> list[Part]:
        """Draw the active node between its inputs and what it feeds."""
        p, graph, step = self.places, self.graph, moment.step
        assert step is not None
        node = graph.nodes[focus]
        backward = step.kind == "backward"
        seed = backward and all(e.arg is None for e in step.events)
        sends = {e.arg for e in step.events if e.arg is not None} if backward else set()
        got = {node.args[a] for a in sends}
        inputs, users = list(dict.fromkeys(node.args)), list(dict.fromkeys(u for u, _ in graph.users[focus]))
        cards = inputs if len(inputs) <= 2 else []
        parts: list[Part] = []
        for slot, (i, x) in enumerate(zip(cards, p.slots(len(cards)), strict=True)):
            known = self.known(i, moment, "receiver" if i in got else "" if backward else "sender")
            name = "lens-input" if len(cards) == 1 else f"lens-input-{slot}"
            parts.append((name, "lens", self.card(known, x, p.inputs)))
        if len(inputs) > len(cards):
            parts.append(("lens-inputs", "lens", self._input_list(inputs, got, moment)))
        active = self.card(
            self.known(focus, moment, "sender" if backward and not seed else "receiver"), p.middle, p.active
        )
        active.append(corners(p.middle, p.active, p.card, p.height, focus in graph.outputs, self.theme))
        wires = self._wires(moment, focus, cards, sends)
        if users and p.feeds is not None:
            parts.append(("lens-feed", "lens", self.card(self.known(users[0], moment), p.middle, p.feeds)))
            wires += self._wires_on(moment, focus, users[0], p.feeds)
        words = self._words(focus, inputs, users)
        drawn = chips(wires, [glyph_box(w) for w in words], *p.ends, self.theme)
        return [
            *parts,
            ("lens-edges", "lens", edges(wires, step.kind, self.theme)),
            ("lens-active", "lens", active),
            ("lens-chips", "chip", drawn),
            ("lens-words", "lens", [*words]),
        ]

    def _words(self, focus: int, inputs: Sequence[int], users: Sequence[int]) -> list[Text]:
        """Say which cards are which, and what has no card."""
        p, grey = self.places, self.theme.grey
        left, right = p.ends
        words = [text(left, p.active + p.height / 2 + 4, "active", 12, grey)]
        middle, low = (left + right) / 2, p.inputs + p.height + 21
        if len(inputs) == 1:
            words.append(text(left, p.inputs + p.height / 2 + 4, "input", 12, grey))
        elif inputs:  # amid two cards, or beside the one edge from a list
            two = len(inputs) == 2
            words.append(text(middle if two else left, low, "inputs", 12, grey, anchor="middle" if two else "start"))
        if not p.named:
            pass
        elif not users:
            y = p.active + p.height + 26 if p.feeds is None else p.feeds + p.height / 2
            said = "the output: it feeds nothing" if focus in self.graph.outputs else "it feeds nothing"
            words.append(text(middle, y, said, 12, grey, anchor="middle"))
        elif p.feeds is None:
            said = "feeds " + " and ".join(label_of(self.names.formula(u), self.full(u), 400, 12) for u in users[:2])
            more = f" and {len(users) - 2} more" if len(users) > 2 else ""
            said = shorten(said, right - left - measure(more, 12), 12) + more
            words.append(text(middle, p.active + p.height + 26, said, 12, grey, anchor="middle"))
        else:
            words.append(text(left, p.feeds + p.height / 2 + 4, "feeds", 12, grey))
            words += self._others(users[1:], p.middle + p.card + 14, p.feeds + p.height / 2 + 4)
        return words

    def _others(self, users: Sequence[int], x: float, y: float) -> list[Text]:
        """Name what the node feeds beside the one that has a card, or say how many they are."""
        few = len(users) <= _NAMED
        rows = [f"and {self.names.formula(u)}" for u in users] if few else [f"and {len(users)} more"]
        return [text(x, y + 17 * (n - (len(rows) - 1) / 2), row, 12, self.theme.grey) for n, row in enumerate(rows)]

    def _input_list(self, inputs: list[int], got: set[int], moment: Moment) -> list[Mark]:
        """Draw more than two inputs as a list in columns, where two cards would stand."""
        p, t = self.places, self.theme
        backward = moment.step is not None and moment.step.kind == "backward"
        # With many inputs the ones that the step touches come first.
        order = sorted(inputs, key=lambda i: i not in got) if got else inputs
        rows = tuple(
            r for r in self.rows if r == "value" or (backward and r == "grad") or (not backward and r == "tangent")
        )[:2]
        per, across = max(1, int((p.height + 8) // LIST_STEP)), 3 if len(rows) == 1 else 2
        room, (left, right) = across * per, p.ends
        shown = order if len(order) <= room else order[: room - 1]
        width = (right - left - 14 * (across - 1)) / across
        marks: list[Mark] = []
        for n, i in enumerate(shown):
            x, y = left + (n // per) * (width + 14), p.inputs + (n % per) * LIST_STEP
            known = self.known(i, moment, "receiver" if i in got else "" if backward else "sender")
            marks += list_row(known, x, y, width, rows, self.extents, t, size=12, column=68)
        if len(shown) < len(order):
            n = room - 1
            x, y = left + (n // per) * (width + 14), p.inputs + (n % per) * LIST_STEP
            marks.append(text(x, y + 15, f"+ {len(order) - len(shown)} more", 12, t.grey))
        return marks

    def _wires(self, moment: Moment, focus: int, cards: list[int], sends: set[int]) -> list[Wire]:
        """Return the edges from the input cards, or the one from the list of inputs."""
        p, args, step = self.places, self.graph.nodes[focus].args, moment.step
        assert step is not None
        top, bottom, backward = p.inputs + p.height, p.active, step.kind == "backward"

        def state(a: int) -> str:
            if not backward:
                return "ahead"
            return "back" if a in sends else "done" if (focus, a) in moment.after.sent else "idle"

        if args and not cards:
            at = p.middle + p.card / 2
            one = "back" if sends else state(-1)
            common = {self.local(step.sweep, focus, a) for a in range(len(args))} if one == "back" else set()
            return [Wire(bend(at, top + 8, at, bottom), one, common.pop() if len(common) == 1 else "")]
        wires = []
        order = sorted(range(len(args)), key=lambda a: (cards.index(args[a]), a))
        for port, a in enumerate(order):
            mine = [b for b in order if args[b] == args[a]]
            x = p.slots(len(cards))[cards.index(args[a])]
            start, end = _port(x, p.card, mine.index(a), len(mine)), _port(p.middle, p.card, port, len(order))
            said = self.local(step.sweep, focus, a) if state(a) in ("back", "done") else ""
            wires.append(Wire(bend(start, top, end, bottom), state(a), said))
        return wires

    def _wires_on(self, moment: Moment, focus: int, user: int, bottom: float) -> list[Wire]:
        """Return the edges to the card that the active one feeds."""
        p, step = self.places, moment.step
        assert step is not None
        ends = [a for a, arg in enumerate(self.graph.nodes[user].args) if arg == focus]
        wires = []
        for port, a in enumerate(ends):
            x = _port(p.middle, p.card, port, len(ends))
            sent = (user, a) in moment.after.sent
            said = self.local(step.sweep, user, a) if sent and step.kind == "backward" else ""
            wires.append(Wire(bend(x, p.active + p.height, x, bottom), "done" if sent else "idle", said))
        return wires

    def local(self, sweep: int, node: int, arg: int) -> str:
        """Write a local derivative as its chip shows it: its number, else its formula; empty if there is neither."""
        if self._locals[0] != sweep:
            found = {(e.node, e.arg): e.local for e in self.run.sweeps[sweep].events if e.arg is not None}
            self._locals = (sweep, found)
        value = self._locals[1].get((node, arg))
        return chip_text(self.graph, self.names, node, arg, value) if self.graph.nodes[node].local[arg] else ""


def _port(x: float, width: float, port: int, of: int) -> float:
    """Return where the port-th of so many edges meets a card's side, from 0."""
    return x + width * (port + 1) / (of + 1)


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
