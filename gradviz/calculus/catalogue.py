"""The catalogue of building blocks: every op with its rule as mathematics, as text and as a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import wrap

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
    ("constant", "dc = 0", "A constant does not move, so nothing is sent to it."),
    ("sum", "∂(u + v) = ∂u + ∂v", "What is used several times gets the sum of what comes back."),
    ("composition", "dL/dx = dL/dy · dy/dx", "Upstream times local: the chain rule, once an edge."),
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


def _sections() -> Iterator[tuple[str, list[Entry]]]:
    every = entries()
    for kind in KINDS:
        inside = [e for e in every if e.kind == kind]
        if inside:
            yield TITLES[kind], inside


def as_text(width: int = 100) -> str:
    """Return the catalogue as lines of at most `width` characters where words allow it."""
    lines: list[str] = ["Rules for all of them", "====================="]
    for name, formula, rule in RULES:
        lines += ["", f"{name}  {formula}", *_indented(rule, width)]
    for title, inside in _sections():
        lines += ["", "", title, "=" * len(title)]
        for e in inside:
            lines += ["", f"{e.symbol}  {e.name}", *_indented(e.formula, width), *_indented(e.rule, width)]
            if e.edge:
                lines += _indented(f"Edge: {e.edge}", width)
            if e.functions:
                lines += _indented(f"From: {', '.join(e.functions)}", width)
    lines += ["", "", "Written with these", "==================", *_indented(", ".join(composed()), width)]
    return "\n".join(lines) + "\n"


def _indented(text: str, width: int) -> list[str]:
    return wrap(text, max(width, 20), initial_indent="    ", subsequent_indent="    ", break_long_words=False)


_STYLE = (
    "body{font:15px/1.5 'DejaVu Sans',Verdana,sans-serif;color:#1B1F27;max-width:60em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.4em .8em .4em 0;border-bottom:1px solid #E9ECF0}"
    "th{font-weight:normal;color:#5A616C}.s{font-weight:bold;white-space:nowrap}"
    ".f{font-family:'DejaVu Sans Mono',monospace;font-size:.9em}small{color:#5A616C}"
)


def as_html() -> str:
    """Return the catalogue as one page of HTML that needs nothing else."""
    parts = [
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8"><title>The operations of gradviz</title>',
        f"<style>{_STYLE}</style></head><body>", "<h1>The operations of gradviz</h1>", "<table>",
        *(f"<tr><td class='s'>{escape(n)}</td><td class='f'>{escape(f)}</td><td>{escape(r)}</td></tr>" for n, f,
             r in RULES),
        "</table>",
    ]  # fmt: skip
    for title, inside in _sections():
        parts += [f"<h2>{escape(title)}</h2>", "<table>"]
        parts.append("<tr><th>op</th><th>rule</th><th>what it does to a gradient</th></tr>")
        for e in inside:
            edge = f"<br><small>{escape(e.edge)}</small>" if e.edge else ""
            names = f"<br><small>{escape(', '.join(e.functions))}</small>" if e.functions else ""
            parts.append(
                f"<tr><td class='s'>{escape(e.symbol)}{names}</td><td class='f'>{escape(e.formula)}</td>"
                f"<td>{escape(e.rule)}{edge}</td></tr>"
            )
        parts.append("</table>")
    parts += ["<h2>Written with these</h2>", f"<p>{escape(', '.join(composed()))}</p>", "</body></html>"]
    return "\n".join(parts) + "\n"
