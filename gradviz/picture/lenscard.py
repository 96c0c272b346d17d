"""The lens's pieces: cards at full size, rows of a list, edges between cards and the chips beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..record import Node, Value
from . import numbers
from .card import knob_marks, number, text
from .chrome import shorten
from .dots import brackets
from .extent import Extent
from .fonts import measure
from .heatmap import thumb, thumb_size
from .scene import Box, Mark, Path, Rect, circle
from .theme import Theme
from .words import Names

CENTRE = 0.365  # a line of text is centred on y when its baseline is this many sizes below it
BADGE = 34.0
GLOW = 5.0
RING = 4.0  # an output's second border is that far outside the first
_ROW = 21.0
_STEP = 25.0  # from row to row
_HEAD = 28.0  # from the card's top to its first row
_LABEL = 12.0
_NUMBER = 15.0


def card_height(rows: Sequence[str]) -> float:
    """Return the height of a lens card with those rows, px."""
    return _HEAD + _STEP * len(rows)


def label_of(i: int, names: Names, most: float, size: float, *, bold: bool = False) -> str:
    """Return a node's name for a place of so many px: whole, else cut with the v₇ that formulas use, else v₇."""
    full, short = names.full(i), names.formula(i)
    if short == full:
        return shorten(full, most, size, bold=bold)
    if measure(full, size, bold=bold) <= most * 0.62:
        both = f"{full} {short}"
    else:
        room = most - measure(f" {short}", size, bold=bold)
        both = f"{shorten(full, room, size, bold=bold)} {short}" if room > 40 else short
    return both if measure(both, size, bold=bold) <= most else short


@dataclass(frozen=True, slots=True)
class Known:
    """What a lens card shows of a node at a moment.

    values   by quantity; a quantity that is not there is not known
    part     "" or "receiver" or "sender", in the sweep that `sweep` names
    """

    node: Node
    values: Mapping[str, Value]
    part: str = ""
    sweep: str = ""
    arrived: int = 0
    terms: int = 0
    backward: bool = True  # whether the run has gradients at all


_NOW = {"backward": "grad", "tangent": "tangent"}


def colours(row: str, theme: Theme) -> tuple[str, str, str]:
    """Return the text colour, the tint and the line of a quantity."""
    if row == "grad":
        return theme.grad_text, theme.grad_tint, theme.grad
    return theme.value, theme.value_tint, theme.value


def accent(sweep: str, theme: Theme) -> tuple[str, str]:
    """Return the line and the glow of the sweep that runs."""
    return (theme.grad, theme.glow) if sweep == "backward" else (theme.value, theme.glow_value)


def card(
    k: Known, x: float, y: float, width: float, rows: tuple[str, ...], names: Names,
    extents: Mapping[tuple[int, str], Extent], output: bool, theme: Theme,
) -> list[Mark]:  # fmt: skip
    """Draw a card of the lens with its corner at (x, y)."""
    height = card_height(rows)
    stroke, glow = accent(k.sweep, theme)
    marks: list[Mark] = []
    if k.part == "receiver":
        g = GLOW + (RING if output else 0)
        marks.append(Rect(x - g, y - g, width + 2 * g, height + 2 * g, 8 + g, glow))
    if output:
        d = RING
        marks.append(Rect(x - d, y - d, width + 2 * d, height + 2 * d, 8 + d, theme.card, theme.ink, 1.5))
    marks.append(Rect(x, y, width, height, 8, theme.card))
    name = _badge(k.node, x, y, height, names, theme, marks)
    left, right = x + BADGE + 8, x + width - 8
    note = f"{k.arrived} of {k.terms}" if 0 < k.arrived < k.terms else ""
    if note and not name:
        note += " terms"
    if note:
        marks.append(text(right, y + 19, note, 12, theme.grad_text, bold=True, anchor="end"))
    room = right - left - (measure(note, 12, bold=True) + 8 if note else 0)
    if name:
        shape = numbers.shape(k.node.shape)
        tail = measure(shape, 12) + 10 if shape and not note else 0
        marks.append(
            text(left, y + 19, label_of(k.node.id, names, room - tail, 14, bold=True), 14, theme.ink, bold=True)
        )
        if tail:
            marks.append(text(right, y + 19, shape, 12, theme.grey, anchor="end"))
    elif not note:
        role = ", ".join(t for t in (k.node.op, numbers.shape(k.node.shape)) if t)
        marks.append(text(left, y + 19, shorten(role, room, 12), 12, theme.grey))
    if k.node.shape and len(rows) <= 2:
        marks += _thumbs(k, x + BADGE + 3, y + _HEAD, width - BADGE - 7, height - _HEAD - 4, rows, extents, theme)
    else:
        for i, row in enumerate(rows):
            marks += _row(k, row, x + BADGE + 3, y + _HEAD + _STEP * i, width - BADGE - 7, theme)
    if k.part == "receiver":
        marks.append(Rect(x, y, width, height, 8, None, stroke, 2))
    else:
        marks.append(Rect(x, y, width, height, 8, None, theme.ink if output else theme.idle, 1.5 if output else 1.25))
    return marks


def _badge(
    node: Node, x: float, y: float, height: float, names: Names, theme: Theme, marks: list[Mark]
) -> bool:  # fmt: skip
    """Draw the badge; return whether the name must stand beside it."""
    ground = {"parameter": theme.solid, "data": theme.card, "constant": theme.card}.get(node.op, theme.badge)
    ink = theme.on_solid if node.op == "parameter" else theme.ink
    r, w, h, k = 8.0, BADGE, height, 8 * 0.4477
    left = (
        x + r, y, x + w, y, x + w, y + h, x + r, y + h, x + k, y + h, x, y + h - k, x, y + h - r, x, y + r,
        x, y + k, x + k, y, x + r, y,
    )  # fmt: skip
    marks.append(Path("MLLLCLCZ", left, ground))
    if node.op in ("data", "constant"):
        marks.append(Rect(x + 3.5, y + 3.5, w - 5, h - 7, 4.5, None, theme.ink, 1.5))
    beside = True
    symbol = node.symbol
    if node.is_leaf:
        symbol = names.formula(node.id)
        beside = names.full(node.id) != symbol or measure(symbol, 11, bold=True) > w - 9
        symbol = "" if beside else symbol
    bold = node.is_leaf or not symbol[:1].isalpha() or len(symbol) == 1
    size = 15.0 if bold else 13.0
    most = w - (9 if node.is_leaf else 5)
    wide = measure(symbol, size, bold=bold)
    if wide > most:
        size = max(10.0, size * most / wide)
        if measure(symbol, size, bold=bold) > most:
            symbol = shorten(symbol, most, size, bold=bold)
    cx, cy = x + w / 2 + (0.75 if node.op in ("data", "constant") else 0), y + h / 2
    if symbol:
        marks.append(text(cx, cy + (-2 if node.op == "parameter" else CENTRE * size), symbol, size, ink, bold=bold,
                          anchor="middle"))  # fmt: skip
    if node.op == "parameter":
        marks += knob_marks(cx, cy + (13 if symbol else 0), 4.5, ink)
    return beside


def _row(k: Known, row: str, x: float, y: float, w: float, theme: Theme) -> list[Mark]:
    colour, tint, stroke = colours(row, theme)
    value = k.values.get(row)
    now = row == _NOW.get(k.sweep, "value")
    marks: list[Mark] = [Rect(x, y, w, _ROW, 4, tint if value is not None else theme.unknown_tint)]
    marks += _emphasis(k, row, x, y, w, _ROW, stroke, now)
    base = y + _ROW / 2
    if value is None:
        never = row == "grad" and k.backward and not k.terms
        marks.append(text(x + 4, base + CENTRE * _LABEL, "no gradient" if never else row, _LABEL, theme.grey))
        if not never:
            marks.append(circle(x + w - 28, base, 3.5, stroke=theme.grey, line=1.5))
        return marks
    marks.append(text(x + 4, base + CENTRE * _LABEL, row, _LABEL, colour))
    shown = number(value) if numbers.is_scalar(value) or isinstance(value, tuple) else numbers.shape(k.node.shape)
    bold = k.part == "receiver" and now
    marks.append(text(x + w - 4, base + CENTRE * _NUMBER, shown, _NUMBER, colour, bold=bold, mono=True, anchor="end"))
    return marks


def _emphasis(k: Known, row: str, x: float, y: float, w: float, h: float, stroke: str, now: bool) -> list[Mark]:
    """Outline the sender's number; dash a gradient that is still collecting."""
    if k.part == "sender" and now and row in k.values:
        return [Rect(x, y, w, h, 4, None, stroke, 2)]
    if row == "grad" and 0 < k.arrived < k.terms:
        return [Rect(x + 0.5, y + 0.5, w - 1, h - 1, 4, None, stroke, 1.5, (4, 3))]
    return []


def _thumbs(
    k: Known, x: float, y: float, w: float, h: float, rows: tuple[str, ...],
    extents: Mapping[tuple[int, str], Extent], theme: Theme,
) -> list[Mark]:  # fmt: skip
    """Put the thumbnails of an array side by side: in two columns each has twice the height that a row has."""
    marks: list[Mark] = []
    column = (w - 4 * (len(rows) - 1)) / len(rows)
    for i, row in enumerate(rows):
        left = x + i * (column + 4)
        colour, tint, stroke = colours(row, theme)
        value = k.values.get(row)
        marks.append(Rect(left, y, column, h, 4, tint if value is not None else theme.unknown_tint))
        marks += _emphasis(k, row, left, y, column, h, stroke, row == _NOW.get(k.sweep, "value"))
        never = value is None and row == "grad" and k.backward and not k.terms
        marks.append(
            text(left + 4, y + 12.5, "no grad" if never else row, 11, colour if value is not None else theme.grey)
        )
        most = (column - 8, h - 20)
        tw, th = thumb_size(k.node.shape, 13, most)
        if value is not None and not isinstance(value, tuple):
            limit = extents[k.node.id, row].limit
            scale = numbers.scale(limit)
            if measure(row, 11) + measure(scale, 12) + 10 <= column:
                marks.append(text(left + column - 4, y + 12.5, scale, 12, colour, anchor="end"))
            marks += thumb(value, left + 4, y + 16, 13, limit, theme, most)
        elif not never:
            marks.append(Rect(left + 3.5, y + 15.5, tw + 1, th + 1, 0, theme.card, theme.idle, 1, (2, 2)))
    return marks


#: Widths of a list's columns, px: the name takes what is left.
_COLUMN = 92.0
LIST_STEP = 25.0


def list_row(
    k: Known, x: float, y: float, width: float, rows: tuple[str, ...], names: Names,
    extents: Mapping[tuple[int, str], Extent], theme: Theme, *, size: float = 13, column: float = _COLUMN,
) -> list[Mark]:  # fmt: skip
    """Draw one node of a list with its top at y: its name, then a field for each quantity."""
    marks: list[Mark] = []
    height = LIST_STEP - 4
    base = y + height / 2
    left = x + width - len(rows) * (column + 4) + 4
    fields: list[Mark] = []
    for i, row in enumerate(rows):
        colour, tint, stroke = colours(row, theme)
        cx = left + i * (column + 4)
        value = k.values.get(row)
        now = row == _NOW.get(k.sweep, "value")
        fields.append(Rect(cx, y, column, height, 4, tint if value is not None else theme.unknown_tint))
        if k.part == "receiver" and now and not 0 < k.arrived < k.terms:
            fields.append(Rect(cx, y, column, height, 4, None, stroke, 1.5))
        fields += _emphasis(k, row, cx, y, column, height, stroke, now)
        if value is None:
            if row == "grad" and k.backward and not k.terms:
                fields.append(text(cx + column - 4, base + CENTRE * 11, "none", 11, theme.grey, anchor="end"))
            else:
                fields.append(circle(cx + column - 24, base, 3.5, stroke=theme.grey, line=1.5))
        elif numbers.is_scalar(value) or isinstance(value, tuple):
            bold = k.part == "receiver" and now
            fields.append(text(cx + column - 4, base + CENTRE * size, number(value), size, colour, bold=bold, mono=True,
                               anchor="end"))  # fmt: skip
        else:
            most = (column * 0.5, height - 4.0)
            tw, th = thumb_size(k.node.shape, 13, most)
            limit = extents[k.node.id, row].limit
            fields += thumb(value, cx + 4, base - th / 2, 13, limit, theme, most)
            scale = numbers.scale(limit)
            if tw + measure(scale, 11) + 14 <= column:
                fields.append(text(cx + column - 4, base + CENTRE * 11, scale, 11, colour, anchor="end"))
    note = f"{k.arrived} of {k.terms}" if 0 < k.arrived < k.terms else ""
    room = left - x - 8
    if note and room - measure(note, 11, bold=True) - 8 > 50:
        room -= measure(note, 11, bold=True) + 8
        marks.append(text(left - 8, base + CENTRE * 11, note, 11, theme.grad_text, bold=True, anchor="end"))
    marks.append(text(x, base + CENTRE * size, label_of(k.node.id, names, room, size), size, theme.ink))
    return marks + fields


def corners(x: float, y: float, width: float, height: float, output: bool, theme: Theme) -> Path:
    """Return the brackets around the active card."""
    d = 12.0 if output else 8.0
    return brackets(x - d, y - d, x + width + d, y + height + d, 14, 2.5, theme.ink)


def bend(x0: float, y0: float, x1: float, y1: float) -> tuple[float, ...]:
    """Return a cubic that leaves downwards and arrives downwards."""
    h = (y1 - y0) / 2
    return (x0, y0, x0, y0 + h, x1, y1 - h, x1, y1)


def arrow(x: float, y: float, length: float, width: float, down: float, fill: str) -> Path:
    """Return an arrow head whose point is at (x, y); down is 1 or -1."""
    return Path("MLLZ", (x, y, x - width / 2, y - down * length, x + width / 2, y - down * length), fill)


def chip(x: float, y: float, string: str, active: bool, theme: Theme) -> tuple[list[Mark], Box]:
    """Draw a chip with its left end at x, its middle at y."""
    wide = measure(string, 12) + 12
    box = (x, y - 10, x + wide, y + 10)
    fill, ink = (theme.chip, theme.on_chip) if active else (theme.card, theme.grad_text)
    rect = Rect(x, y - 10, wide, 20, 10, fill, None if active else theme.grad, 0 if active else 1.25)
    return [rect, text(x + wide / 2, y + CENTRE * 12, string, 12, ink, anchor="middle")], box


def chip_width(string: str) -> float:
    return measure(string, 12) + 12


def sampled(xy: Sequence[float], n: int = 24) -> list[tuple[float, float]]:
    """Return points along a cubic."""
    x0, y0, x1, y1, x2, y2, x3, y3 = xy
    found = []
    for i in range(n + 1):
        t = i / n
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found


def beside_curve(
    xy: Sequence[float], curves: Sequence[Sequence[float]], taken: Sequence[Box], wide: float, prefer: int, within: Box
) -> tuple[float, float] | None:
    """Find the left end and middle of a chip beside a cubic that touches no curve and nothing taken; None if none.

    prefer  -1 tries the left side first, 1 the right side
    """
    own = sampled(xy)
    others = [p for c in curves for p in sampled(c)]
    top, bottom = min(p[1] for p in own), max(p[1] for p in own)
    for side in (prefer, -prefer):
        for share in (0.5, 0.4, 0.6, 0.32, 0.68):
            y = top + share * (bottom - top)
            near = [p[0] for p in own if y - 13 <= p[1] <= y + 13] or [own[12][0]]
            x = min(near) - 7 - wide if side < 0 else max(near) + 7
            box = (x - 4, y - 13, x + wide + 4, y + 13)
            if box[0] < within[0] or box[2] > within[2]:
                continue
            if any(box[0] < px < box[2] and box[1] < py < box[3] for px, py in others):
                continue
            if any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
                continue
            return x, y
    return None
