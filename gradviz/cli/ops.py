"""`gradviz ops`: the catalogue of building blocks, every op with its rule, as a table or as a page."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ..calculus.catalogue import Entry, composed, sections
from ..calculus.catalogue import entries as entries_of
from ..errors import UnknownName
from .report import columns, show

if TYPE_CHECKING:
    from rich.console import RenderableType

#: A terminal with fewer columns than this gets a list in place of a table.
NARROW = 72


def list_ops(pattern: str = "") -> None:
    """Print the catalogue, or the ops whose name or rule holds the pattern. Raises `UnknownName` for none."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    tables: list[RenderableType] = []
    for title, entries in sections():
        kept = [e for e in entries if pattern.lower() in f"{e.name} {e.formula} {e.rule} {e.functions}".lower()]
        if not kept:
            continue
        if columns() < NARROW:
            tables += [Text(title, "bold"), *(Padding(Text("\n".join(_lines(e))), (0, 0, 0, 2)) for e in kept), ""]
            continue
        table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
        for name in ("op", "symbol", "rule", "", "at the edges", "from"):
            table.add_column(name, overflow="fold", no_wrap=name in ("op", "symbol"))
        for e in kept:
            table.add_row(*map(Text, (e.name, e.symbol, e.formula, e.rule, e.edge, ", ".join(e.functions))))
        tables += [table, ""]
    if not tables:
        names = sorted(op.name for op in entries_of())
        raise UnknownName(f"no op with {pattern!r} in its name or rule; the ops are {', '.join(names)}")
    show(*tables)


def _lines(e: Entry) -> list[str]:
    """Return what is told of an op one below the other, where the columns of a table would be a few letters wide."""
    return [line for line in (f"{e.name}  {e.symbol}", e.formula, e.rule, e.edge, ", ".join(e.functions), " ") if line]


def write_page(path: Path) -> None:
    """Write the catalogue as one HTML page that needs nothing else. Raises `UnknownName` and `CannotWrite`."""
    from ..writers.files import whole

    if path.suffix.lower() not in (".html", ".htm"):
        raise UnknownName(f"the list is written as a page, and {path} does not end in .html; give it that suffix")
    with whole(path) as out:
        out.write(page().encode())


def page() -> str:
    """Return the catalogue as HTML, with the rules set as MathML."""
    parts = [_HEAD]
    for title, inside in sections():
        parts.append(f"<h2>{escape(title)}</h2>\n<table>\n<tbody>\n")
        for e in inside:
            note = f'<p class="edge">{escape(e.edge)}</p>' if e.edge else ""
            served = f'<p class="edge">{escape(", ".join(e.functions))}</p>' if e.functions else ""
            parts.append(
                f'<tr id="{escape(re.sub(r"[^a-z0-9_]+", "-", e.name.lower()), quote=True)}">'
                f'<td class="badge"><span>{escape(e.symbol)}</span></td><th>{escape(e.name)}{served}</th>'
                f"<td>{mathml(e.formula)}</td><td>{escape(e.rule)}{note}</td></tr>\n"
            )
        parts.append("</tbody>\n</table>\n")
    parts.append(f"<h2>Written with these</h2>\n<p>{escape(', '.join(composed()))}</p>\n")
    parts.append("</main>\n</body>\n</html>\n")
    return "".join(parts)


_HIGH = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀᵃᵇᵏⁿᵖˣʸ", "0123456789−+Tabknpxy", strict=True))
_LOW = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐᵢⱼₖₗₘₙ", "0123456789aijklmn", strict=True))
_SCRIPTS = "".join((*_HIGH, *_LOW))
_TOKEN = re.compile(
    rf"(?P<change>d (?=\S)|d(?=[(]|[^\W\d](?![^\W\d])))|(?P<name>(?:(?![{_SCRIPTS}])[^\W\d])+)"
    rf"|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<low>[{''.join(_LOW)}]+)|(?P<high>[{''.join(_HIGH)}]+)|(?P<space>\s+)|(?P<sign>.)"
)


def mathml(rule: str) -> str:
    """Set a rule that is written on one line as MathML: names, numbers, signs, raised and lowered parts.

    >>> mathml("x²")
    '<math><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    """
    made: list[str] = []
    for match in _TOKEN.finditer(rule):
        text = match[0]
        match match.lastgroup:
            case "change":
                made.append('<mi mathvariant="normal">d</mi><mspace width="0.15em"/>')
            case "name":
                made.append(f"<mi>{escape(text)}</mi>")
            case "number":
                made.append(f"<mn>{text}</mn>")
            case "low" | "high":
                tag, table = ("msub", _LOW) if match.lastgroup == "low" else ("msup", _HIGH)
                base = made.pop() if made else "<mrow></mrow>"
                made.append(f"<{tag}>{base}<mn>{''.join(table[c] for c in text)}</mn></{tag}>")
            case "space":
                made.append('<mspace width="0.25em"/>')
            case _:
                made.append(f'<mo stretchy="false">{escape(text)}</mo>')
    return f"<math><mrow>{''.join(made)}</mrow></math>"


_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Building blocks of a gradient</title>
<style>
:root { --ground: #ffffff; --ink: #1b1f27; --grey: #666d79; --badge: #e9ecf0; --line: #e9ecf0 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --ink: #e9ecf1; --grey: #a3abb8; --badge: #333a45; --line: #333a45 }
}
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 "DejaVu Sans", Verdana, sans-serif }
main { max-width: 1100px; margin: 0 auto; padding: 24px }
h1 { font-size: 24px } h2 { font-size: 17px; margin: 32px 0 8px }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: 8px 16px 8px 0; border-top: 1px solid var(--line) }
th { font-weight: bold; width: 9em; overflow-wrap: anywhere } td.badge { width: 5.5em }
td.badge span { display: inline-block; min-width: 2em; padding: 4px 8px; text-align: center;
  background: var(--badge); border-radius: 8px; font-weight: bold }
math { font-size: 17px } td:nth-child(3) { width: 22em }
p.edge { margin: 4px 0 0; color: var(--grey); font-weight: normal }
</style>
</head>
<body>
<main>
<h1>Building blocks of a gradient</h1>
<p>Every operation that gradviz knows, and what it does to a gradient on its way back. Here d stands for a small change:
d (a·b) is how much a·b changes when a and b do.</p>
"""
