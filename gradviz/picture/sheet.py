"""A run measured as cards and laid out, before it is known where on the canvas they will stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..record import Node, Run, first
from . import chips, numbers
from .chips import Edge
from .equation import made_of
from .extent import Extent, extents
from .face import COMPACT, Face, face, leaf_badge, rooms
from .fonts import measure
from .layout import Group, Item, Layout, Plan, layout
from .locals import chip_text
from .plan import UNDER_GAP
from .tighten import tighten
from .words import Names, cut, visible
from .wrap import wrap

_CHIP_GLYPHS = 14  # of a formula; the caption has more
_UNDER_COMPACT = 52.0  # px between a compact card and the leaf under it: two heads and a chip beside them
_UNDER_CONSTANT = 30.0  # nothing goes back to a constant, so no chip stands there
_CHIP_GAP, _CHIP_GAP_COMPACT = 76.0, 80.0  # px, the widest chip that the gap between ranks makes room for
_COMPACT_LEAST, _COMPACT_BESIDE = 40.0, 20.0  # px, as in `tighten`: compact cards are for where room is scarce


@dataclass(frozen=True, slots=True)
class Sheet:
    """A run measured as cards and laid out: everything that does not depend on where it will stand."""

    run: Run
    names: Names
    faces: tuple[Face, ...]
    extents: Mapping[tuple[int, str], Extent]
    layout: Layout
    rankdir: str
    chip_texts: Mapping[tuple[int, int, int], str]  # (sweep, node, arg) -> text
    detail: str  # "full", "small", "compact" or "named"
    items: Mapping[int, Item] = field(default_factory=dict)

    def wrapped(self, rows: int) -> Sheet | None:
        """Return the same sheet broken into so many rows, or None where it has no good places to break."""
        broken = wrap(self.layout, self.items, rows) if self.rankdir == "LR" else None
        return replace(self, layout=broken) if broken else None

    @property
    def size(self) -> tuple[float, float]:
        return self.layout.width, self.layout.height

    @property
    def least(self) -> float:
        """The size of the smallest number on it, px."""
        if any(f.thumbs for f in self.faces) and self.detail not in COMPACT:
            return 11.0
        return self.chip_size if self.chip_texts else 13.0

    @property
    def chip_size(self) -> float:
        """The size of a chip's text, px: on compact cards that of their numbers, so that neither is too small first."""
        return _chip_size(self.detail)

    @property
    def chip_widths(self) -> dict[Edge, float]:
        """The width of each edge's widest chip in the film, px."""
        return _chip_widths(self.run, self.chip_texts, self.chip_size)


def quantities(run: Run) -> tuple[str, ...]:
    """Return the quantities that a run's cards show."""
    kinds = {s.kind for s in run.sweeps}
    return ("value", *(["tangent"] if "tangent" in kinds else []), *(["grad"] if "backward" in kinds else []))


def sheet(run: Run, names: Names, rankdir: str, terms: Mapping[int, int], *, detail: str = "full") -> Sheet:
    """Measure every card at its fullest and lay the graph out once."""
    graph, rows = run.graph, quantities(run)
    ext = extents(run)
    vertical, compact = rankdir == "TB", detail in COMPACT
    scalars = [ext[n.id, r].width for n in graph.nodes if not n.shape and n.op != "constant" for r in rows]
    widest = max([measure("−0.000", 13, bold=True, mono=True), *scalars])
    leaves = max((leaf_badge(n, names) for n in graph.nodes if n.is_leaf), default=0.0)
    fixed = _fixed(run)

    def made(n: Node) -> str:
        return made_of(graph, names, n.id) if names.formula(n.id) != names.full(n.id) else ""

    faces = tuple(
        face(
            n, names, rows, ext, widest=widest, leaves=leaves, made=made(n), output=n.id in graph.outputs,
            terms=terms.get(n.id, 0), detail=detail, inside=vertical, folded=n.op == "group",
            edges=0 if vertical else max(len(graph.users[n.id]), len(n.args)), fixed=fixed.get(n.id, ""),
        )
        for n in graph.nodes
    )  # fmt: skip
    texts = {
        (i, e.node, e.arg): chip_text(graph, names, e.node, e.arg, e.local, _CHIP_GLYPHS)
        for i, s in enumerate(run.sweeps)
        if s.kind == "backward"
        for e in s.events
        if e.arg is not None
    }
    chip_widths = _chip_widths(run, texts, _chip_size(detail))
    wide = max(chip_widths.values(), default=0.0)
    tall = chips.HEIGHT if texts else 0.0
    gap = (
        (tall if vertical else min(wide, _CHIP_GAP)) + 32
        if not compact
        else (tall if vertical else min(wide, _CHIP_GAP_COMPACT)) + 24
    )
    trouble = first(run)
    items = []
    for f in faces:
        above, below, left, right = rooms(f, vertical, trouble is not None and trouble.node == f.node.id)
        stacked = _stands_under(run, f) if not vertical else None
        items.append(
            Item(
                f.node.id,
                f.width + 2 * f.pad + f.sheets,
                f.height + 2 * f.pad,
                above,
                below,
                left,
                right,
                under=stacked,
                under_gap=_UNDER_CONSTANT if f.node.op == "constant" else _UNDER_COMPACT if compact else UNDER_GAP,
            )
        )
    edges = tuple((a, n.id, i) for n in graph.nodes for i, a in enumerate(n.args))
    plan = Plan(tuple(items), edges, _groups(run), rankdir, gap, 4.0)
    arranged = layout(plan)
    if not vertical:
        close = {"least": _COMPACT_LEAST, "air": _COMPACT_BESIDE} if compact else {}
        arranged = tighten(arranged, chip_widths, {i.id: i.right for i in items}, **close)
    return Sheet(run, names, faces, ext, arranged, rankdir, texts, detail, {i.id: i for i in items})


def _fixed(run: Run) -> dict[int, str]:
    """Return the number of every constant that has one and the same in all sweeps."""
    found: dict[int, set[str]] = {}
    for sweep in run.sweeps:
        for e in sweep.events if sweep.kind == "forward" else ():
            if run.graph.nodes[e.node].op == "constant" and numbers.is_scalar(e.value):
                found.setdefault(e.node, set()).add(numbers.trim(numbers.number(e.value)))
    return {i: texts.pop() for i, texts in found.items() if len(texts) == 1}


def _chip_size(detail: str) -> float:
    return 13.0 if detail in COMPACT else 12.0


def _chip_widths(run: Run, texts: Mapping[tuple[int, int, int], str], size: float) -> dict[Edge, float]:
    """Return the width of each edge's widest chip in the film."""
    wanted: dict[Edge, float] = {}
    for (_, node, arg), words in texts.items():
        key = (run.graph.nodes[node].args[arg], node, arg)
        wanted[key] = max(wanted.get(key, 0.0), chips.width(words, size))
    return wanted


def _stands_under(run: Run, f: Face) -> int | None:
    """An array leaf or a constant with one use stands under its operation, so that the operations' spine is straight.

    The spine begins at data: where an operation has only leaves, its parameters stand under it, its data before it.
    """
    node, nodes = f.node, run.graph.nodes
    users = run.graph.users[node.id]
    if not node.is_leaf or (f.thumbs is None and node.op != "constant") or len(users) != 1:
        return None
    user = users[0][0]
    others = [nodes[a] for a in nodes[user].args if a != node.id]
    spine = any(not o.is_leaf or (node.op == "parameter" and o.op == "data") for o in others)
    return user if spine else None


def _groups(run: Run) -> tuple[Group, ...]:
    members: dict[tuple[str, ...], list[int]] = {}
    for n in run.graph.nodes:
        for depth in range(1, len(n.group) + 1):
            members.setdefault(n.group[:depth], []).append(n.id)
    return tuple(
        Group(path, tuple(ids), measure(cut(visible(path[-1]), 24), 13, bold=True)) for path, ids in members.items()
    )
