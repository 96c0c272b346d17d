"""The catalogue of building blocks: every op with its rule as mathematics, and the functions that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import ops
from .op import KINDS, Op

#: What each kind of building block is called, in the catalogue's order.
TITLES = {
    "linear": "Linear: sums and multiples",
    "product": "Products and quotients",
    "power": "Powers and roots",
    "exponential": "Exponentials",
    "logarithm": "Logarithms",
    "trigonometry": "Trigonometry and its hyperbolic twins",
    "step": "Steps",
    "choice": "Choices",
    "reduction": "Sums and products along axes",
    "shape": "Moving elements",
    "algebra": "Matrices and waves",
    "special": "Special functions (with SciPy)",
}
#: What holds for the blocks that are no op of their own.
RULES = (
    ("constant", "c", "d c = 0", "A constant does not move, so nothing is sent to it."),
    ("fan-out", "Σ", "∂L/∂x = Σᵢ ∂L/∂yᵢ · ∂yᵢ/∂x", "What is used several times gets the sum of what comes back."),
    ("composition", "∘", "dL/dx = dL/dy · dy/dx", "Upstream times local: the chain rule, once an edge."),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One op of the catalogue: what `record.Node` shows of it, its rule set as mathematics, and where it bends.

    functions   the functions of NumPy and gradviz that become this op: ("np.add",)
    """

    name: str
    kind: str
    symbol: str
    formula: str
    rule: str
    edge: str
    functions: tuple[str, ...]


def entries() -> tuple[Entry, ...]:
    """Return every op, kind by kind, in the order of the table."""
    served = _served()
    rows = sorted(ops.ROWS, key=lambda row: KINDS.index(row.kind))  # a stable sort keeps the table's order in a kind
    return tuple(Entry(r.name, r.kind, r.symbol, r.formula, r.rule, r.edge, served.get(r.name, ())) for r in rows)


def composed() -> tuple[str, ...]:
    """Return the functions that are written with other traced functions, and so have no op of their own."""
    return tuple(sorted(ops.name_of(f) for f, (row, bind) in ops.TABLE.items() if row is None and bind is not None))


def _served() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for function, (row, _) in ops.TABLE.items():
        name = getattr(function, "__name__", "")
        if isinstance(row, Op) and not name.startswith(("_", "<")):
            found.setdefault(row.name, []).append(ops.name_of(function))
    for row in ops.ROWS:
        if row.kind == "special":
            found[row.name] = [f"scipy.special.{row.name}"]
    for name in ("sigmoid", "relu", "softmax", "softplus"):
        found.setdefault(name, []).insert(0, f"gv.{name}")
    return {k: tuple(sorted(set(v))) for k, v in found.items()}


def sections() -> Iterator[tuple[str, list[Entry]]]:
    """Yield each kind's title and its entries, in the order of the catalogue; first the rules that hold for all."""
    yield "Rules for all of them", [Entry(n, "rule", s, f, r, "", ()) for n, s, f, r in RULES]
    every = entries()
    for kind in KINDS:
        inside = [e for e in every if e.kind == kind]
        if inside:
            yield TITLES[kind], inside
