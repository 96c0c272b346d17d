"""The lens's pieces: cards at full size, rows of a list, edges between cards and the chips beside them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..record import Node, Value
from . import numbers
from .card import knob_marks, number, text, unknown
from .chrome import shorten
from .dots import brackets
from .extent import Extent
from .fonts import measure
from .heatmap import thumb, thumb_size
from .scene import Mark, Path, Rect
from .theme import Theme

CENTRE = 0.365  # a line of text is centred on y when its baseline is this many sizes below it
BADGE = 34.0
GLOW = 5.0
RING = 4.0  # an output's second border is that far outside the first
_STEP = 25.0  # from row to row
_HEAD = 28.0  # from the card's top to its first row
_LABEL = 12.0
_NUMBER = 15.0
_PATH = re.compile(r"([^\W\d]\w+)((?:\[\d+\]){2,})")  # a place in nested lists


def card_height(rows: Sequence[str], arrays: bool) -> float:
    """Return the height of a lens card with those rows, px; thumbnails of arrays want more than numbers."""
    return _HEAD + _STEP * len(rows) + (18 if arrays and len(rows) <= 2 else 0)


def label_of(short: str, full: str, most: float, size: float, *, bold: bool = False) -> str:
    """Return a node's name for a place of so many px: whole, else v₇ = the name cut to what has room, else v₇."""
    if short == full:
        return _cut(full, most, size, bold)
    room = most - measure(f"{short} = ", size, bold=bold)
    both = f"{short} = {_cut(full, room, size, bold)}" if room > 40 else short
    return both if measure(both, size, bold=bold) <= most else short


def _cut(full: str, most: float, size: float, bold: bool = False) -> str:
    """Cut a name to so many px in its middle; of w[0][1] only its root, for the places tell it from others."""
    path = _PATH.fullmatch(full)
    if path and measure(full, size, bold=bold) > most:
        for n in range(min(len(path[1]), 12) - 1, 0, -1):
            if measure(found := f"{path[1][:n]}…{path[2]}", size, bold=bold) <= most:
                return found
    return shorten(full, most, size, bold=bold)


@dataclass(frozen=True, slots=True)
class Known:
    """What a lens card shows of a node at a moment.

    short    what formulas call it, and `full` what it is called beside that, see `made_of`
    values   by quantity; a quantity that is not there is not known
    part     "" or "receiver" or "sender", in the sweep that `sweep` names
    """

    node: Node
    short: str
    full: str
    values: Mapping[str, Value]
    part: str = ""
    sweep: str = ""
    arrived: int = 0
    terms: int = 0
    backward: bool = True  # whether the run has gradients at all
    asks: bool = False  # the step asks for its gradient


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
    k: Known, x: float, y: float, width: float, height: float, rows: tuple[str, ...],
    extents: Mapping[tuple[int, str], Extent], output: bool, theme: Theme,
) -> list[Mark]:  # fmt: skip
    """Draw a card of the lens with its corner at (x, y)."""
    stroke, glow = accent(k.sweep, theme)
    marks: list[Mark] = []
    if k.part == "receiver":
        g = GLOW + (RING if output else 0)
        marks.append(Rect(x - g, y - g, width + 2 * g, height + 2 * g, 8 + g, glow))
    if output:
        d = RING
        marks.append(Rect(x - d, y - d, width + 2 * d, height + 2 * d, 8 + d, theme.card, theme.ink, 1.5))
    marks.append(Rect(x, y, width, height, 8, theme.card))
    marks += _badge(k, x, y, height, theme)
    marks += _name(k, x + BADGE + 8, x + width - 8, y + 19, theme)
    if k.node.shape and len(rows) <= 2:
        marks += _thumbs(k, x + BADGE + 3, y + _HEAD, width - BADGE - 7, height - _HEAD - 4, rows, extents, theme)
    else:
        for i, row in enumerate(rows):
            step = (height - _HEAD) / len(rows)
            marks += _row(k, row, x + BADGE + 3, y + _HEAD + step * i, width - BADGE - 7, step - 4, theme)
    if k.part == "receiver":
        marks.append(Rect(x, y, width, height, 8, None, stroke, 2))
    else:
        marks.append(Rect(x, y, width, height, 8, None, theme.ink if output else theme.idle, 1.5 if output else 1.25))
    return marks


def _in_badge(k: Known) -> bool:
    """Tell whether what formulas call a node stands in its badge: an input's does, where there is room for it."""
    return k.node.is_leaf and measure(k.short, 11, bold=True) <= BADGE - 9


def _name(k: Known, left: float, right: float, base: float, theme: Theme) -> list[Mark]:
    """Write a node's name, or its role if the badge holds the name; then its shape, or how many terms have come."""
    shape = numbers.shape(k.node.shape)
    named = _in_badge(k) and k.short == k.full
    marks: list[Mark] = []
    if 0 < k.arrived < k.terms:
        note = f"{k.arrived} of {k.terms}" + (" terms" if named else "")
        marks.append(text(right, base, note, 12, theme.grad_text, bold=True, anchor="end"))
        right -= measure(note, 12, bold=True) + 8
        if named:
            return marks
    elif shape and not named:
        marks.append(text(right, base, shape, 12, theme.grey, anchor="end"))
        right -= measure(shape, 12) + 10
    most = right - left
    if named:
        return [text(left, base, shorten(", ".join(filter(None, (k.node.op, shape))), most, 12), 12, theme.grey)]
    if _in_badge(k):
        return [*marks, text(left, base, _cut(k.full, most, 13), 13, theme.ink)]
    whole = k.full if k.short == k.full else f"{k.short} = {k.full}"
    sizes = ((14.0, True), (13.0, False), (12.0, False))
    size, bold = next((s for s in sizes if measure(whole, s[0], bold=s[1]) <= most), sizes[0])
    return [*marks, text(left, base, label_of(k.short, k.full, most, size, bold=bold), size, theme.ink, bold=bold)]


def _badge(k: Known, x: float, y: float, height: float, theme: Theme) -> list[Mark]:
    """Draw the badge: an operation's sign, or what formulas call an input."""
    node = k.node
    ground = {"parameter": theme.solid, "data": theme.card, "constant": theme.card}.get(node.op, theme.badge)
    ink = theme.on_solid if node.op == "parameter" else theme.ink
    r, w, h, c = 8.0, BADGE, height, 8 * 0.4477
    left = (
        x + r, y, x + w, y, x + w, y + h, x + r, y + h, x + c, y + h, x, y + h - c, x, y + h - r, x, y + r,
        x, y + c, x + c, y, x + r, y,
    )  # fmt: skip
    marks: list[Mark] = [Path("MLLLCLCZ", left, ground)]
    if node.op in ("data", "constant"):
        marks.append(Rect(x + 3.5, y + 3.5, w - 5, h - 7, 4.5, None, theme.ink, 1.5))
    symbol = node.symbol if not node.is_leaf else k.short if _in_badge(k) else ""
    bold = node.is_leaf or not symbol[:1].isalpha() or len(symbol) == 1
    size = 15.0 if bold else 13.0
    most = w - (9 if node.is_leaf else 7)
    wide = measure(symbol, size, bold=bold)
    if wide > most:
        size = max(10.0, size * most / wide)
        symbol = shorten(symbol, max(most, w - 5), size, bold=bold)
    cx, cy = x + w / 2 + (0.75 if node.op in ("data", "constant") else 0), y + h / 2
    if symbol:
        marks.append(text(cx, cy + (-2 if node.op == "parameter" else CENTRE * size), symbol, size, ink, bold=bold,
                          anchor="middle"))  # fmt: skip
    if node.op == "parameter":
        marks += knob_marks(cx, cy + (13 if symbol else 0), 4.5, ink)
    return marks


def _row(k: Known, row: str, x: float, y: float, w: float, h: float, theme: Theme) -> list[Mark]:
    colour, tint, stroke = colours(row, theme)
    value = k.values.get(row)
    now = row == _NOW.get(k.sweep, "value")
    asks = k.asks and row == "grad"
    marks: list[Mark] = [Rect(x, y, w, h, 4, tint if value is not None or asks else theme.unknown_tint)]
    marks += _emphasis(k, row, x, y, w, h, stroke, now)
    base = y + h / 2
    if value is None:
        never = row == "grad" and k.backward and not k.terms
        marks.append(text(x + 4, base + CENTRE * _LABEL, "no gradient" if never else row, _LABEL, theme.grey))
        if not never:
            marks.append(unknown(x + w - 28, base, asks, theme))
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
        asks = k.asks and row == "grad"
        marks.append(Rect(left, y, column, h, 4, tint if value is not None or asks else theme.unknown_tint))
        marks += _emphasis(k, row, left, y, column, h, stroke, row == _NOW.get(k.sweep, "value"))
        never = value is None and row == "grad" and k.backward and not k.terms
        marks.append(
            text(left + 4, y + 12.5, "no grad" if never else row, 11, colour if value is not None else theme.grey)
        )
        most = (column - 8, h - 22)
        tw, th = thumb_size(k.node.shape, 13, most)
        if value is not None and not isinstance(value, tuple):
            limit = extents[k.node.id, row].limit
            scale = numbers.scale(limit)
            if measure(row, 11) + measure(scale, 12) + 10 <= column:
                marks.append(text(left + column - 4, y + 12.5, scale, 12, colour, anchor="end"))
            marks += thumb(value, left + 4, y + 18, 13, limit, theme, most)
        elif not never:
            marks.append(Rect(left + 3.5, y + 17.5, tw + 1, th + 1, 0, theme.card, theme.idle, 1, (2, 2)))
            if asks:
                marks.append(unknown(left + 4 + tw / 2, y + 18 + th / 2, asks, theme))
    return marks


#: Widths of a list's columns, px: the name takes what is left.
_COLUMN = 92.0
LIST_STEP = 25.0


def list_row(
    k: Known, x: float, y: float, width: float, rows: tuple[str, ...],
    extents: Mapping[tuple[int, str], Extent], theme: Theme, *, size: float = 13, column: float = _COLUMN,
    height: float = LIST_STEP - 4, name: float = math.inf, name_size: float | None = None,
) -> list[Mark]:  # fmt: skip
    """Draw one node of a list with its top at y: its name, then a field for each quantity.

    name       the most px that the name may take, from the row's left end to where its fields begin
    name_size  px of its letters, in place of `size`, where it is long
    """
    marks: list[Mark] = []
    base = y + height / 2
    left = x + width - len(rows) * (column + 4) + 4
    fields: list[Mark] = []
    for i, row in enumerate(rows):
        colour, tint, stroke = colours(row, theme)
        cx = left + i * (column + 4)
        value = k.values.get(row)
        now = row == _NOW.get(k.sweep, "value")
        asks = k.asks and row == "grad"
        fields.append(Rect(cx, y, column, height, 4, tint if value is not None or asks else theme.unknown_tint))
        if k.part == "receiver" and now and not 0 < k.arrived < k.terms:
            fields.append(Rect(cx, y, column, height, 4, None, stroke, 1.5))
        fields += _emphasis(k, row, cx, y, column, height, stroke, now)
        if value is None:
            if row == "grad" and k.backward and not k.terms:
                fields.append(text(cx + column - 4, base + CENTRE * 11, "none", 11, theme.grey, anchor="end"))
            else:
                fields.append(unknown(cx + column - 24, base, asks, theme))
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
            if tw + measure(scale, 12) + 12 <= column:
                fields.append(text(cx + column - 4, base + CENTRE * 12, scale, 12, colour, anchor="end"))
    note = f"{k.arrived} of {k.terms}" if 0 < k.arrived < k.terms else ""
    room = min(left - x, name - len(rows) * (column + 4)) - 8
    if note and room - measure(note, 11, bold=True) - 8 > 50:
        room -= measure(note, 11, bold=True) + 8
        marks.append(text(left - 8, base + CENTRE * 11, note, 11, theme.grad_text, bold=True, anchor="end"))
    high = name_size or size
    marks.append(text(x, base + CENTRE * high, label_of(k.short, k.full, room, high), high, theme.ink))
    return marks + fields


def corners(x: float, y: float, width: float, height: float, output: bool, theme: Theme) -> Path:
    """Return the brackets around the active card."""
    d = 12.0 if output else 8.0
    return brackets(x - d, y - d, x + width + d, y + height + d, 14, 2.5, theme.ink)
