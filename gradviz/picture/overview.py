"""A graph too big for cards: every node a mark coloured by what is known of it, beside a lens on the step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..record import Run, State, Step, first, seen
from . import dots
from .chips import Edge
from .dots import dot
from .edge import THICK, THINNEST, Widths, name, size
from .extent import Extent, extents
from .fonts import measure
from .keys import Key
from .labels import WIDEST, Labels, label
from .lens import Lens, focus_of, receiver
from .lenscard import accent
from .lensplaces import Shares, shared
from .moment import Moment
from .part import edge_of
from .plan import Layout
from .scene import Box, Element, Mark, Path, circle
from .sentence import Narration
from .spread import Pieces, Point, Spread, spread
from .theme import Theme
from .words import Names

IDLE, DONE, ACTIVE = 1.0, 1.5, 3.5
_MOST_BRACKETS = 60
_OVER = 8.0  # px that labels over the first marks may reach into the air under the title
_LABELLED = 300  # a graph of more nodes is laid out without room for labels


@dataclass
class _Memory:
    """What the last frame showed, so that the next one looks only at what its step touched."""

    after: State | None = None
    nodes: list[Element] = field(default_factory=list)
    edges: list[Element] = field(default_factory=list)
    buses: list[Element] = field(default_factory=list)
    reach: list[dict[int, Point]] = field(default_factory=list)  # of each bus, what gradients went along


class Overview:
    """Draws the overview of one film. An element that did not change is the same object from frame to frame."""

    k = thin = 1.0  # it has its own widths

    def __init__(
        self, run: Run, names: Names, theme: Theme, area: Box, terms: Mapping[int, int], rows: tuple[str, ...],
        placed: Spread, limits: Mapping[tuple[int, str], Extent], shares: Shares, key: Key,
    ) -> None:  # fmt: skip
        self.run, self.names, self.theme, self.area = run, names, theme, area
        self.shares, self.key = shares, key
        self.terms, self.rows, self.placed = terms, rows, placed
        self.layout: Layout = placed.layout
        self.lens = Lens(run, names, theme, shares.lens, terms, rows, limits)
        self._status = tuple("constant" if n.op == "constant" else "unknown" for n in run.graph.nodes)
        self._nodes: dict[tuple[int, str], Element] = {}
        self._edges: dict[tuple[Edge, bool, float], Element] = {}
        self._memory = _Memory()
        self._order: tuple[Edge, ...] = tuple(placed.curves)
        self._place_of = {edge: i for i, edge in enumerate(self._order)}
        self._bus_of = {edge: k for k, bus in enumerate(placed.buses) for edge in bus.stems}
        self._shared = tuple(self._lines(bus.lines(bus.reach(bus.stems)), theme.idle, IDLE) for bus in placed.buses)
        x0, y0, x1, y1 = shares.graph
        beside = 0 if shares.below else 16
        labels = Labels(run.graph, placed, (x0, y0 - _OVER, x1 + beside, y1 - key.height - 14), theme)
        self._trouble = first(run)
        self._flag = labels.flag(self._trouble.node, self._trouble.what) if self._trouble else _NONE
        self._front = (labels.names(names),)
        self._key = Element("key", "key", key.drawn(shares.graph, theme))
        self._key_widths = Element("key-widths", "key", key.widths(shares.graph, theme))
        self.static = (self._key, *self._front, self.lens.static)

    @classmethod
    def make(
        cls, run: Run, names: Names, theme: Theme, area: Box, terms: Mapping[int, int], rows: tuple[str, ...],
        *, rankdir: str = "auto", below: bool = False,
    ) -> Overview:  # fmt: skip
        """Lay the graph out in the area that the lens leaves, and prepare what no frame changes.

        area   the region of the scene (px) between the title row and the time line
        terms  by node id, how many contributions its gradient is the sum of
        rows   the quantities that cards show: "value", "grad", perhaps "tangent"
        below  whether the lens stands under the overview, as it does on an upright canvas, and not right of it
        """
        arrays = any(n.shape for n in run.graph.nodes)
        shares = shared(area, rows, arrays, below=below)
        x0, y0, x1, y1 = shares.graph
        wide = {n.id: measure(label(names, n.id), 13) for n in run.graph.nodes if n.op in ("parameter", "data")}
        side = 20 + min(max(wide.values(), default=0.0), WIDEST)
        few = len(run.graph.nodes) <= _LABELLED
        room = {i: w + dots.BRACKET for i, w in wide.items()} if few else None
        limits = extents(run) if arrays else {}
        key = Key.make(run, terms, rows, x1 - x0)
        placed = spread(run.graph, (x0 + side, y0 + 24, x1 - 28, y1 - key.height - 22), rankdir, room)
        return cls(run, names, theme, area, terms, rows, placed, limits, shares, key)

    def elements(self, moment: Moment, said: Narration, scale: Widths | None = None) -> tuple[Element, ...]:
        """Return the overview's elements at a moment, back to front, `static` among them.

        said   what the lens tells of the moment
        scale  from the size of a contribution to an edge's width; edges have widths only where it is given
        """
        settled = self._settled(moment, scale)
        return (
            self._key,
            *((self._key_widths,) if scale is not None and self._key_widths.marks else ()),
            *settled.edges,
            *settled.buses,
            *self._now(moment),
            *settled.nodes,
            *self._front,
            *self._brackets(moment),
            *((self._flag,) if seen(self._trouble, moment.after) else ()),
            self.lens.static,
            *self.lens.elements(moment, said),
        )

    # What is known, node by node and edge by edge

    def _settled(self, moment: Moment, scale: Widths | None) -> _Memory:
        """Return the marks, edges and shared lines at a moment, from the last frame's where this moment follows it."""
        memory, step, after = self._memory, moment.step, moment.after
        follows = step is not None and memory.after is moment.before and after.sweep == moment.before.sweep
        follows = follows and step is not None and not step.lead
        kind = step.kind if step else ""
        if follows and step is not None:
            touched: Iterable[int] = {receiver(self.run.graph, step.kind, e) for e in step.events}
            used = [edge_of(self.run.graph, e) for e in step.events if step.kind == "backward" and e.arg is not None]
        else:
            touched, used = range(len(self._status)), list(self._order)
            memory.nodes, memory.edges = [_NONE] * len(self._status), [_NONE] * len(self._order)
            memory.reach = [{} for _ in self.placed.buses]
            memory.buses = [self._bus(k, {}) for k in range(len(memory.reach))]
        for i in touched:
            memory.nodes[i] = self._node(i, self._status_of(i, after, moment.terms, kind))
        for edge in used:
            sent = (edge[1], edge[2]) in after.sent
            width = round(_width(scale, size(after.sent[edge[1], edge[2]])), 1) if scale and sent else 0.0
            memory.edges[self._place_of[edge]] = self._edge(edge, sent, width)
        for k in sorted({self._bus_of[edge] for edge in used if edge in self._bus_of}):
            bus = self.placed.buses[k]
            more = bus.reach(e for e in used if e in bus.stems and e[1:] in after.sent)
            reach = memory.reach[k] | {band: max(at, memory.reach[k].get(band, at)) for band, at in more.items()}
            if reach != memory.reach[k]:
                memory.reach[k], memory.buses[k] = reach, self._bus(k, reach)
        memory.after = after if step is not None else None
        return memory

    def _status_of(self, i: int, after: State, terms: Mapping[int, int], kind: str) -> str:
        if self._status[i] == "constant":
            return "constant"
        if kind == "tangent" or (after.tangents and not after.grads):
            return "tangent" if i in after.tangents else "value"
        arrived = after.arrived.get(i, 0)
        if arrived:
            return "collecting" if arrived < terms.get(i, 0) else "grad"
        return "value" if i in after.values else "unknown"

    def _node(self, i: int, status: str) -> Element:
        found = self._nodes.get((i, status))
        if found is None:
            node, (x, y), s = self.run.graph.nodes[i], self.placed.centres[i], self.placed.scale
            marks = list(dot(node, status, x, y, s, self.theme))
            if i in self.run.graph.outputs:
                marks.append(circle(x, y, max(4.0, dots.RING * s), stroke=self.theme.ink, line=max(1.0, 1.5 * s)))
            found = self._nodes[i, status] = Element(f"node-{i}", "node", tuple(marks), self.names.full(i))
        return found

    def _edge(self, edge: Edge, sent: bool, width: float) -> Element:
        found = self._edges.get((edge, sent, width))
        if found is None:
            s = self.placed.thin
            stroke = self.theme.grad if sent else self.theme.idle
            line = _path(self.placed.own[edge], stroke, width or (DONE if sent else IDLE) * s)
            title = f"{self.names.formula(edge[0])} → {self.names.formula(edge[1])}"
            found = Element(name(edge), "edge", (line,), title)
            self._edges[edge, sent, width] = found
        return found

    def _bus(self, k: int, reach: Mapping[int, Point]) -> Element:
        """Draw what many edges share, with the part that gradients went along."""
        bus = self.placed.buses[k]
        sent = self._lines(bus.lines(reach), self.theme.grad, DONE)
        return Element(f"bus-{bus.source}", "edge", (*self._shared[k], *sent))

    def _lines(self, chains: Sequence[tuple[float, ...]], stroke: str, width: float) -> tuple[Path, ...]:
        return tuple(_path((xy,), stroke, width * self.placed.thin) for xy in chains)

    # What happens now

    def _now(self, moment: Moment) -> tuple[Element, ...]:
        """Draw the glow of receivers and the edges that the step uses, over the other edges and under the marks."""
        step = moment.step
        if step is None or step.n == 1 or step.whole or not step.events:
            return ()
        graph, s = self.run.graph, self.placed.scale
        stroke, glow = accent(step.kind, self.theme)
        to = sorted({receiver(graph, step.kind, e) for e in step.events})
        marks: list[Mark] = [circle(*self.placed.centres[i], max(4.0, dots.HALO * s), fill=glow) for i in to]
        width = max(1.5, ACTIVE * self.placed.thin)
        marks += (_path(self.placed.curves[edge], stroke, width) for edge in _used(step, moment))
        return (Element("now", "now", tuple(marks)),)

    def _brackets(self, moment: Moment) -> tuple[Element, ...]:
        step, focus = moment.step, focus_of(moment)
        if step is None or step.n == 1 or step.whole:
            return ()
        active = [focus] if focus is not None else sorted({e.node for e in step.events})
        if len(active) > _MOST_BRACKETS or all(self.run.graph.nodes[i].is_leaf for i in active):
            return ()
        s = self.placed.scale if len(active) > 1 else max(self.placed.scale, 0.43)
        marks = tuple(dots.bracketed(*self.placed.centres[i], s, self.theme) for i in active)
        return (Element("active", "active", marks),)


_NONE = Element("", "", ())


def _path(pieces: Pieces, stroke: str, width: float) -> Path:
    ops = "".join("M" + "C" * ((len(xy) - 2) // 6) for xy in pieces)
    return Path(ops, pieces[0] if len(pieces) == 1 else sum(pieces, ()), None, stroke, width)


def _used(step: Step, moment: Moment) -> list[Edge]:
    """Return the edges that a step uses: backward those it sends along, forward those into the nodes it computes."""
    graph = moment.graph
    if step.kind == "backward":
        return [edge_of(graph, e) for e in step.events if e.arg is not None]
    if step.kind == "update" or step.whole:
        return []
    return [(a, e.node, i) for e in step.events for i, a in enumerate(graph.nodes[e.node].args)]


def _width(scale: Widths, value: float) -> float:
    """Return the width of an edge in the finished still: marks are smaller than cards, so edges are thinner."""
    share = (scale.of(value) - THINNEST) / (THICK - THINNEST)
    return max(0.75, 1 + share * (dots.WIDEST - 1))
