"""What never changes of a node's card: how wide and high it is, and what stands in its badge and over it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..record import Node
from . import digits, numbers
from .extent import Extent
from .fonts import measure
from .heatmap import thumb_size
from .words import MOST_GLYPHS, Names, composed

GLOW = 5.0
ROW, GAP = 22.0, 4.0  # px, a row of a scalar's card, and between two
_PORT = 9.0  # px between two edges on a card's side at least, as much as a head is wide
_BADGE = 31.0
_WIDER = 36.0  # px, by which a name may be wider than its card
_WIDEST_BADGE = 46.0  # a leaf's name stands in its badge where it takes no more than this
_NAME_GLYPHS = 28  # of a long name, where the card is wide enough for them
#: The largest thumbnail of a card, px, by how much detail it shows.
MOST = {"full": (104.0, 91.0), "small": (78.0, 40.0), "compact": (65.0, 39.0), "named": (65.0, 39.0)}
#: Cards with one number; with their names over them where there is room for that.
COMPACT = ("compact", "named")
# The same where the cells hold digits; small ones may not make a card wider.
_WRITTEN = {"full": (144.0, 91.0), "small": (65.0, 40.0)}


#: Constants whose names are their numbers.
_KNOWN = ("π", "∞", "NaN", "inf", "nan")
_EXPONENT = re.compile(r"(?<=\d)[eE]")  # of 1e-6, in which no letter is a name


@dataclass(frozen=True, slots=True)
class Face:
    """What never changes of a node's card in a film: its measures, badge, name and the rows it has.

    width, height   of the card; `pad` is the room of the second border around it (outputs), `sheets` of a fold
    badge           the badge's width; `symbol` and `size` what stands in it, `knob` whether it is a parameter's
    above           name and shape over the card (or beside the badge, when `inside`), empty strings for none
    rows            the quantities it shows; `thumbs` their size where they are arrays, else None,
                    and `most` the largest that a thumbnail may be
    """

    node: Node
    width: float
    height: float
    badge: float
    symbol: str
    size: float
    bold: bool
    name: str
    shape: str
    rows: tuple[str, ...]
    thumbs: tuple[float, float] | None
    most: tuple[float, float] = MOST["full"]
    pad: float = 0
    sheets: float = 0
    inside: float = 0
    compact: bool = False
    terms: int = 0
    cell: tuple[float, float] | None = None  # px, of an array's cells where they hold digits
    digits: int = numbers.DIGITS  # of those numbers
    spare: float = 0  # px that many edges on one side make it higher than what it shows

    @property
    def role(self) -> str:
        return self.node.op if self.node.is_leaf else "operation"


def badge_text(node: Node, names: Names) -> tuple[str, str]:
    """Return what stands in the badge and what over the card: leaves keep their name in the badge if it is short."""
    if node.op == "constant":
        return names.formula(node.id), ""
    if node.is_leaf:
        return (names.formula(node.id), "") if leaf_badge(node, names) else ("", names.card(node.id))
    return node.symbol, names.card(node.id)


def leaf_badge(node: Node, names: Names) -> float:
    """Return how wide a badge must be to hold a leaf's name, px; 0 where the name stands over the card."""
    short = names.formula(node.id)
    wide = measure(short, 12, bold=True) + 9
    if node.op == "constant" or names.full(node.id) != short or wide > _WIDEST_BADGE:
        return 0.0
    return max(_BADGE, float(math.ceil(wide)))


def _symbol_size(symbol: str, most: float, bold: bool) -> float:
    """Return the size at which a symbol fits: 15, words 13, shrunk to 10 at least."""
    size = 15.0 if bold else 13.0
    wide = measure(symbol, size, bold=bold)
    return size if wide <= most else max(10.0, size * most / wide)


def is_word(symbol: str) -> bool:
    return len(symbol) > 1 and symbol[0].isalpha()


def face(
    node: Node,
    names: Names,
    rows: tuple[str, ...],
    extents: Mapping[tuple[int, str], Extent],
    *,
    widest: float,
    leaves: float = 0.0,
    made: str = "",
    output: bool,
    terms: int,
    detail: str = "full",
    inside: bool = False,
    folded: bool = False,
    edges: int = 0,
    fixed: str = "",
) -> Face:
    """Measure a node's card; all cards share the number column `widest`, all leaves the badge `leaves`, px.

    made     what it is made of, in the names of its operands
    detail   "full"; "small" for thumbnails half as large; "compact" for one number or thumbnail, "named" for that
             with the name over it
    edges    on that one of its upright sides that has most
    fixed    a constant's number, which stands nowhere else where its name is written
    """
    high = _PORT * (edges + 1)
    symbol, name = badge_text(node, names)
    bold = node.is_leaf or not is_word(symbol)
    compact = detail in COMPACT
    if node.op == "constant" and not node.shape:
        air = 14
        if fixed and symbol not in _KNOWN and any(c.isalpha() for c in _EXPONENT.sub("", symbol)):
            symbol, air = f"{symbol} = {fixed}", 20
        width = max(_BADGE, float(math.ceil(measure(symbol, 15, bold=True) + air)))
        return Face(node, width, 30.0 if compact else 40.0, width, symbol, 15, True, "", "", (), None, compact=compact)
    # A parameter keeps the row, to say that no gradient comes to it.
    labels = tuple(r for r in rows if r != "grad" or terms or (node.op == "parameter" and not compact))
    pad, sheets = 4.0 if output else 0.0, 13.0 if folded else 0.0
    if compact:
        said = names.formula(node.id)
        if node.is_leaf:
            symbol = said
        elif detail == "compact" and not composed(said) and "(" not in said:
            symbol = f"{said}: {symbol}" if symbol else said  # "exp y" would be read as a function of y
    wide = measure(symbol, 13, bold=bold) + 12 if compact else measure(symbol, 10, bold=bold) + 7
    badge = max(_BADGE, float(math.ceil(wide)), leaves if node.is_leaf and not compact else 0.0)
    size = _symbol_size(symbol, badge - (9 if node.op == "data" else 7), bold)
    most = MOST[detail]
    w, h = thumb_size(node.shape, 13, most) if node.shape else (0.0, 0.0)
    thumbs = (w, h) if node.shape else None
    if compact:
        beside = measure(f"{terms}/{terms}", 13, bold=True) + 12 if terms > 1 else 24.0
        wide = badge + 3 + (w + 8 if thumbs else math.ceil(widest + beside) + 4)
        name = "" if node.is_leaf or detail == "compact" else _grown(node, names, made, wide + _WIDER - inside * badge)
        header = 18.0 if inside and name else 0.0
        wide = max(wide, math.ceil(measure(name, 13) + badge + 13)) if header else wide
        height = max(h + 12, 30) + header
        spare = max(0.0, high - height)
        return Face(node, wide, height + spare, badge, symbol, size, bold, name, "", labels, thumbs, most,
                    pad, sheets, header, True, terms, spare=spare)  # fmt: skip
    cell, count = None, numbers.DIGITS
    header = 20.0 if inside and (name or node.shape) else 0.0
    shape = "×".join(map(str, node.shape))
    if thumbs:
        cell, count = _cell(node, labels, extents, _WRITTEN[detail])
        if cell:
            w, h = thumbs = digits.sheet_of(node.shape, cell)
        limits = ["" if cell else numbers.scale(extents[node.id, r].limit) for r in labels]
        scales = [measure(r, 11) + 8 + measure(limit, 11) for r, limit in zip(labels, limits, strict=True)]
        row = math.ceil(max(73.0, w + 8, *(s + 8 for s in scales)))
        over = measure(name, 13) + (10 if name else 0) + measure(shape, 12)
        width = max(badge + 2 + row + 2, math.ceil(over + (badge + 13 if inside else 2)))
        height = 4 + len(labels) * (h + 24) + 2 * (len(labels) - 1) + 4
        free = width - measure(shape, 12) - 12
    else:
        over = measure(name, 13) + 9 if header else 0.0
        row = math.ceil(max(84.0, over, 4 + max(measure(r, 11) for r in labels) + 8 + widest + 4))
        width = badge + 3 + row + 4
        height = GAP + len(labels) * (ROW + GAP)
        free = width
    if name:
        side = badge + 13 if inside else 0.0
        name = _grown(node, names, made, free - side + _WIDER)
        if thumbs or inside:  # nothing else has room for what is wider
            width = max(width, math.ceil(measure(name, 13) + width - free + side))
    spare = max(0.0, high - height - header)
    return Face(node, float(width), height + header + spare, badge, symbol, size, bold, name, shape, labels, thumbs,
                most, pad, sheets, header, False, terms, cell, count, spare)  # fmt: skip


def _cell(
    node: Node, labels: tuple[str, ...], extents: Mapping[tuple[int, str], Extent], most: tuple[float, float]
) -> tuple[tuple[float, float] | None, int]:
    """Return how large the cells of an array are, for all its rows alike, and how many digits they hold."""
    if digits.few(node.shape):
        held = [extents[node.id, r] for r in labels]
        ways = ((max(e.width for e in held), numbers.DIGITS), (max(e.brief for e in held), digits.BRIEF))
        for widest, count in ways:
            cell = digits.cell(widest, digits.SIZE)
            wide, high = digits.sheet_of(node.shape, cell)
            if wide <= most[0] and high <= most[1]:
                return cell, count
    return None, 0


def _grown(node: Node, names: Names, made: str, most: float) -> str:
    """Return as much of a long name as there is room for; of a formula all, or what it is made of, or only v₇."""
    short = names.formula(node.id)
    if short == names.full(node.id):
        return short
    for glyphs in range(_NAME_GLYPHS, MOST_GLYPHS, -1):
        longer = names.card(node.id, glyphs)
        if longer != short and measure(longer, 13) <= most:
            return longer
    whole = f"{short} = {made}"
    return whole if made and "…" not in made and measure(whole, 13) <= most else names.card(node.id)


def rooms(f: Face, vertical: bool, flagged: bool = False) -> tuple[float, float, float, float]:
    """Return the room a card needs above, below, left and right of it: name, glow, pips, sheets.

    Along the ranks the gap between them is room enough for a glow.
    """
    air = GLOW + 7 if not f.compact else GLOW + 3 if vertical else GLOW + 1
    if vertical:
        aside = pips_width(f.terms) + 14 if f.terms > 1 and not f.compact else air
        return f.sheets, 0.0, air, max(aside, 84.0) if flagged else aside
    above = 36.0 if (f.name or f.shape) and not f.inside else air
    below = 32.0 if flagged or (f.terms > 1 and not f.compact) else air
    name = measure(f.name, 13) - f.width if not f.inside else 0.0
    return above + f.sheets, below, 0.0, max(name + 6 - f.sheets, 0.0)


def pips_width(terms: int) -> float:
    return (13.0 * terms if terms <= 6 else 0.0) + measure(f"{terms} of {terms}", 12, bold=True) + 8
