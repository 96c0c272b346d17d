"""A node as a card: badge, name, and a row for each quantity, drawn from what is known of it at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..record import Value
from . import digits, numbers
from .extent import Extent
from .face import GAP, GLOW, ROW, Face
from .fonts import measure
from .heatmap import thumb
from .scene import Box, Mark, Path, Rect, Text, circle, line
from .theme import Theme

#: The label of each quantity a card can show, and the longest it is written.
ROWS = ("value", "tangent", "grad")
RADIUS = 8.0
FLAG = 18.0  # px, the height of the flag at the first NaN
_NEVER = "no gradient"
_CENTRE = 0.365  # a line of text is centred on y when its baseline is this many sizes below it


def text(
    x: float,
    y: float,
    string: str,
    size: float,
    fill: str,
    *,
    bold: bool = False,
    mono: bool = False,
    anchor: str = "start",
) -> Text:
    """Return a measured line of text with its baseline at y."""
    return Text(x, y, string, size, fill, measure(string, size, bold=bold, mono=mono), bold, mono, anchor)


@dataclass(frozen=True, slots=True)
class Look:
    """What does change: for each row its value (None while it is not known), and the node's part in the step.

    part       "", "receiver" (with the sweep that it receives in), "sender"
    arrived    how many terms its gradient has collected; it is still collecting while that is less than Face.terms
    """

    values: tuple[Value | None, ...]
    part: str = ""
    sweep: str = ""
    arrived: int = 0
    waits: bool = False  # a gradient is still to come
    trouble: str = ""  # "NaN" or "∞" where the first one of the film appeared here
    vertical: bool = False  # ranks run down, so edges leave below and what is flagged stands beside the card
    asks: bool = False  # the step asks for its gradient, which is not among the values then


def _badge(f: Face, x: float, y: float, theme: Theme) -> list[Mark]:
    """Draw the badge: ink for a parameter, an outline for data, grey for an operation."""
    w, h, r = f.badge, f.height, RADIUS
    role = f.role
    ground = {"parameter": theme.solid, "data": theme.card, "constant": theme.card}.get(role, theme.badge)
    ink = theme.on_solid if role == "parameter" else theme.ink
    k = r * 0.4477
    left = Path(
        "MLLLCLCZ",
        (x + r, y, x + w, y, x + w, y + h, x + r, y + h, x + k, y + h, x, y + h - k, x, y + h - r, x, y + r,
         x, y + k, x + k, y, x + r, y),
        ground,
    )  # fmt: skip
    marks: list[Mark] = [left]
    if role == "data":
        marks.append(Rect(x + 3.5, y + 3.5, w - 5, h - 7, 4.5, None, theme.ink, 1.5))
    cx, cy = x + w / 2 + (0.5 if role == "data" else 0), y + h / 2
    knob = role == "parameter" and not f.compact and (f.height >= 40 or not f.symbol)  # both need the room
    if f.symbol:
        base = cy + (-4 if knob else 0.36 * f.size)
        marks.append(text(cx, base, f.symbol, f.size, ink, bold=f.bold, anchor="middle"))
    if knob:
        ky = cy + 11 if f.symbol else cy
        marks += knob_marks(cx, ky, 4.5, ink)
    return marks


def knob_marks(cx: float, cy: float, r: float, ink: str) -> list[Mark]:
    """Draw the knob that marks a parameter."""
    d = 0.72 * r
    return [
        circle(cx, cy, r, stroke=ink, line=1.5),
        line(cx, cy, cx + d, cy - d, stroke=ink, width=1.5, cap="round"),
    ]


def _colours(row: str, theme: Theme) -> tuple[str, str, str]:
    """Return the text colour, the tint and the line of a quantity; tangents run forward, so they are blue."""
    if row == "grad":
        return theme.grad_text, theme.grad_tint, theme.grad
    return theme.value, theme.value_tint, theme.value


def draw(
    f: Face, x: float, y: float, look: Look, extents: Mapping[tuple[int, str], Extent], theme: Theme
) -> tuple[Mark, ...]:
    """Draw a card with its corner at (x, y) as it looks at a moment; the glow is an element of its own."""
    receiving = look.part == "receiver"
    accent = theme.grad if look.sweep == "backward" else theme.value
    marks: list[Mark] = []
    for d in (13.0, 9.0) if f.sheets else ():
        marks.append(Rect(x + d, y - d, f.width, f.height, RADIUS, theme.ground, theme.idle, 1.25))
    if f.node.op == "constant" and not f.rows:
        edge = accent if receiving else theme.idle
        marks.append(Rect(x, y, f.width, f.height, RADIUS, theme.card, edge, 2.0 if receiving else 1.25))
        marks.append(Rect(x + 3.5, y + 3.5, f.width - 7, f.height - 7, 4.5, None, theme.ink, 1.5))
        marks.append(text(x + f.width / 2, y + f.height / 2 + 0.36 * 15, f.symbol, 15, theme.ink, bold=True,
                          anchor="middle"))  # fmt: skip
        return tuple(marks)
    marks.append(Rect(x, y, f.width, f.height, RADIUS, theme.card))
    marks += _badge(f, x, y, theme)
    if f.compact:
        marks += _compact(f, x, y, look, extents, theme)
    else:
        top = y + f.inside + f.spare / 2
        for row, value in zip(f.rows, look.values, strict=True):
            drawn = _thumb_row if f.thumbs else _row
            marks += drawn(f, x, top, row, value, look, extents, theme)
            top += f.thumbs[1] + 26 if f.thumbs else ROW + GAP
    if receiving:
        marks.append(Rect(x, y, f.width, f.height, RADIUS, None, accent, 2))
    else:
        dark = f.pad > 0
        marks.append(
            Rect(x, y, f.width, f.height, RADIUS, None, theme.ink if dark else theme.idle, 1.5 if dark else 1.25)
        )
    if f.pad:
        p = f.pad
        marks.append(Rect(x - p, y - p, f.width + 2 * p, f.height + 2 * p, RADIUS + p, None, theme.ink, 1.5))
    if f.inside:
        marks.append(text(x + f.badge + 7, y + 17, f.name, 13, theme.ink))
        if f.shape:
            marks.append(text(x + f.width - 6, y + 17, f.shape, 12, theme.grey, anchor="end"))
    else:
        if f.name:
            marks.append(text(x + 1, y - 16 - (f.sheets or 0), f.name, 13, theme.ink))
        if f.shape:
            marks.append(text(x + f.width - 1, y - 16 - (f.sheets or 0), f.shape, 12, theme.grey, anchor="end"))
    if look.trouble:
        marks += trouble(f, x, y, look, theme)
    return tuple(marks)


def _mine(look: Look, row: str) -> bool:
    """Tell whether a row is the quantity that the current sweep computes."""
    return row == {"backward": "grad", "tangent": "tangent"}.get(look.sweep, "value")


def _outline(look: Look, row: str, f: Face) -> bool:
    """The sender's number is outlined: its gradient going back, its value going forward."""
    return look.part == "sender" and (_mine(look, row) or (len(f.rows) == 1))


def unknown(cx: float, cy: float, asks: bool, theme: Theme, r: float = 3.5) -> Mark:
    """Draw what stands in a number's place: a question mark where the step asks for it, else a hollow dot."""
    if asks:
        return text(cx, cy + _CENTRE * 15, "?", 15, theme.grad_text, bold=True, anchor="middle")
    return circle(cx, cy, r, stroke=theme.grey, line=1.5)


def _row(
    f: Face, x: float, top: float, row: str, value: Value | None, look: Look,
    extents: Mapping[tuple[int, str], Extent], theme: Theme,
) -> list[Mark]:  # fmt: skip
    colour, tint, stroke = _colours(row, theme)
    left, y = x + f.badge + 3, top + GAP
    w = f.width - f.badge - 7
    asks = look.asks and row == "grad"
    known = value is not None or asks
    collecting = row == "grad" and 0 < look.arrived < f.terms
    marks: list[Mark] = [Rect(left, y, w, ROW, 4, tint if known else theme.unknown_tint)]
    if _outline(look, row, f):
        marks.append(Rect(left, y, w, ROW, 4, None, stroke, 2))
    elif collecting:
        marks.append(Rect(left, y, w, ROW, 4, None, stroke, 1.5, (4, 3)))
    cy = y + ROW / 2
    never = row == "grad" and not f.terms and not known
    marks.append(text(left + 4, cy + _CENTRE * 11, _NEVER if never else row, 11, colour if known else theme.grey))
    if value is not None:
        bold = look.part == "receiver" and _mine(look, row)
        marks.append(
            text(left + w - 4, cy + _CENTRE * 13, number(value), 13, colour, bold=bold, mono=True, anchor="end")
        )
    elif not never:
        marks.append(unknown(left + w - 4 - 19, cy, asks, theme))
    return marks


def trouble(f: Face, x: float, y: float, look: Look, theme: Theme) -> tuple[Mark, ...]:
    """Draw the flag that says where the first NaN or infinity appeared, under the card on the right or beside it."""
    left, top = x + f.width + f.pad - flag_width(look.trouble), y + f.height + f.pad + 6
    if look.vertical:
        left, top = x + f.width + f.pad + 10, y + f.height - FLAG - (6 if f.compact else 0)
    return flag(left, top, look.trouble, theme)


def flag_width(what: str) -> float:
    return measure(f"first {what}", 12, bold=True) + 12


def flag(left: float, top: float, what: str, theme: Theme) -> tuple[Mark, ...]:
    """Draw a flag that says what appeared here first: "NaN" or an infinity."""
    w = flag_width(what)
    words = text(left + w / 2, top + FLAG / 2 + _CENTRE * 12, f"first {what}", 12, theme.ground, bold=True,
                 anchor="middle")  # fmt: skip
    return (Rect(left, top, w, FLAG, FLAG / 2, theme.ink), words)


def number(value: Value) -> str:
    """Write a card's number; a node with several results says how many."""
    return f"{len(value)} parts" if isinstance(value, tuple) else numbers.number(value)


def pips_box(f: Face, x: float, y: float, wide: float, vertical: bool) -> Iterator[Box]:
    """Yield the places of so wide pips: under the card at (x, y), or right of it where edges leave below.

    Under it they may stand left or right of what comes from below to the card's middle.
    """
    if vertical:
        left, cy = x + f.width + f.pad + 6, y + f.height / 2
        yield left, cy - 9, left + wide, cy + 9
        return
    cy = y + f.height + f.pad + 20
    middle = x + f.width / 2
    for left in (x + 3, middle + 8, middle - 8 - wide):
        yield left, cy - 9, left + wide, cy + 9


def pips(f: Face, box: Box, clear: bool, arrived: int, theme: Theme) -> tuple[Mark, ...]:
    """Show how many of how many terms have come, in that place; on a ground of its own where it is not clear."""
    n = f.terms
    px, py = box[0] + 4, (box[1] + box[3]) / 2
    ground = Rect(box[0] - 2, box[1], box[2] - box[0] + 2, box[3] - box[1], 4, theme.ground)
    marks: list[Mark] = [] if clear else [ground]
    if n <= 6:
        for i in range(n):
            full = i < arrived
            marks.append(circle(px + 13 * i, py, 4, fill=theme.grad if full else None, stroke=theme.grad, line=1.5))
        px += 13 * n - 2
    else:
        px -= 6
    marks.append(text(px, py + _CENTRE * 12, f"{arrived} of {n}", 12, theme.grad_text, bold=True))
    return tuple(marks)


def _thumb_row(
    f: Face, x: float, top: float, row: str, value: Value | None, look: Look,
    extents: Mapping[tuple[int, str], Extent], theme: Theme,
) -> list[Mark]:  # fmt: skip
    assert f.thumbs is not None
    colour, tint, stroke = _colours(row, theme)
    tw, th = f.thumbs
    left, y = x + f.badge + 2, top + 4
    w, h = f.width - f.badge - 4, th + 24
    asks = look.asks and row == "grad"
    known = value is not None or asks
    collecting = row == "grad" and 0 < look.arrived < f.terms
    marks: list[Mark] = [Rect(left, y, w, h, 4, tint if known else theme.unknown_tint)]
    never = row == "grad" and not f.terms and not known
    marks.append(text(left + 4, y + 13, _NEVER if never else row, 11, colour if known else theme.grey))
    if value is not None and not isinstance(value, tuple):
        limit = extents[f.node.id, row].limit
        if f.cell:
            marks += digits.cells(value, left + 4, y + 20, f.cell, limit, digits.SIZE, theme, f.digits)
        else:
            marks += thumb(value, left + 4, y + 20, 13, limit, theme, f.most)
            marks.append(text(left + w - 4, y + 13, numbers.scale(limit), 11, colour, anchor="end"))
    elif not never:
        marks.append(Rect(left + 3.5, y + 19.5, tw + 1, th + 1, 0, theme.card, theme.idle, 1, (2, 2)))
        marks.append(unknown(left + 4 + tw / 2, y + 20 + th / 2, asks, theme, min(3.5, th / 2 - 1)))
    if _outline(look, row, f):
        marks.append(Rect(left, y, w, h, 4, None, stroke, 2))
    elif collecting:
        marks.append(Rect(left, y, w, h, 4, None, stroke, 1.5, (4, 3)))
    return marks


def _compact(
    f: Face, x: float, y: float, look: Look, extents: Mapping[tuple[int, str], Extent], theme: Theme
) -> list[Mark]:
    """Draw the one number of a compact card: the newest quantity that is known, in its colour."""
    row, value = "value", None
    for name, shown in zip(f.rows, look.values, strict=True):
        if shown is not None or (look.asks and name == "grad"):
            row, value = name, shown
    colour, tint, stroke = _colours(row, theme)
    left, top = x + f.badge + 3, y + 4 + f.inside + f.spare / 2
    w, h = f.width - f.badge - 7, f.height - 8 - f.inside - f.spare
    collecting = row == "grad" and 0 < look.arrived < f.terms
    marks: list[Mark] = [Rect(left, top, w, h, 4, tint if value is not None or look.asks else theme.unknown_tint)]
    if look.part == "sender":
        marks.append(Rect(left, top, w, h, 4, None, stroke, 2))
    elif collecting:
        marks.append(Rect(left, top, w, h, 4, None, stroke, 1.5, (4, 3)))
    elif row == "tangent" and value is not None:  # as in the legend, since there is no room for the word
        marks.append(Rect(left, top, w, h, 4, None, stroke, 1.5, (3, 2)))
    cy = top + h / 2
    if value is None:
        marks.append(unknown(left + w / 2, cy, look.asks, theme))
    elif f.thumbs and not isinstance(value, tuple):
        tw, th = f.thumbs
        marks += thumb(value, left + 2, cy - th / 2, 13, extents[f.node.id, row].limit, theme, f.most)
        # There is no room for the word, so the frame says which quantity it is.
        marks.append(Rect(left + 1.25, cy - th / 2 - 0.75, tw + 1.5, th + 1.5, 0, None, stroke, 1.5))
    else:
        bold = look.part == "receiver"
        marks.append(
            text(left + w - 4, cy + _CENTRE * 13, number(value), 13, colour, bold=bold, mono=True, anchor="end")
        )
        if look.waits and row != "grad":
            marks.append(circle(left + 7, cy, 3, stroke=theme.grey, line=1.5))
        elif collecting:
            marks.append(text(left + 4, cy + _CENTRE * 13, f"{look.arrived}/{f.terms}", 13, colour, bold=True))
    return marks


def glow(f: Face, x: float, y: float, sweep: str, theme: Theme) -> Rect:
    """Return the band of light around the card that receives."""
    g = GLOW + f.pad
    colour = theme.glow if sweep == "backward" else theme.glow_value
    return Rect(x - g, y - g, f.width + 2 * g, f.height + 2 * g, RADIUS + g, colour)
