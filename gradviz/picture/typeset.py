"""Sets one line of mathematics: fractions, boxed numbers, chips and thumbnails around an axis.

The axis is the height of fraction bars and of the middle of signs. A line that is wider than its room first loses the
symbols in its middle, then all symbols, then the digits in small arrays, then is set smaller, but no text under 10 px;
at last its own middle is an ellipsis. It never overflows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import Literal

from . import digits
from .card import text
from .fonts import measure
from .formula import Asked, Chip, Formula, Frac, Item, Num, Role, Thumb, Word, is_sign, lines, plain
from .heatmap import thumb, thumb_size
from .scene import Mark, Path, Rect
from .theme import Theme

GAPS = (12.0, 9.0)  # px between items: the first that fits
SMALLEST = 12.0  # px, no text is set smaller: it is still 10 where the output shows the scene at 5/6
_TIGHT = 3.0  # between a sign and what it touches
_GLOW = 4.0
_LABEL = 12.0
_LABEL_BASE = 36.0  # under the axis; 16 under a box that reaches lower than a number's
_THUMBS = (104.0, 62.0)
_DIGITS, _MOST_ROWS = 13.0, 3  # px and rows of small arrays whose cells hold digits
_SHRINKS = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 2 / 3)


def _size(size: float, k: float) -> float:
    return max(SMALLEST, size * k) if k < 1 else size


def _label(item: Item, k: float) -> float:
    text = item.label if isinstance(item, Num | Chip | Thumb | Asked) else ""
    return measure(text, _size(_LABEL, k)) if text else 0.0


def _box(item: Num | Chip | Thumb | Asked, k: float) -> tuple[float, float]:
    """Return the width and height of an item's box, without glow."""
    match item:
        case Num() | Chip():
            return _text_box(item, k)
        case Thumb():
            w, h = _thumb_size(item, k)
            return w + 12, 2 * round((h + 12) / 2)
        case Asked(inner):
            return _box(inner, k)
        case _:
            raise AssertionError(item)


# The same few signs, names and numbers stand in frame after frame, each several times.
@lru_cache(maxsize=4096)
def _text_box(item: Num | Chip, k: float) -> tuple[float, float]:
    if isinstance(item, Num):
        wide, high = measure(item.text, _size(15, k), bold=item.bold, mono=True), 13 * k
    else:
        wide, high = measure(item.text, _size(14, k)), 12 * k
    return round(max(item.room * k, wide + 14 * k)), 2 * round(high)


def _thumb_size(item: Thumb, k: float) -> tuple[float, float]:
    shape = getattr(item.value, "shape", ())
    cell = _cell(item)
    return digits.sheet_of(shape, cell) if cell else thumb_size(shape, float(int(10 * k)), _THUMBS)


def _cell(item: Thumb) -> tuple[float, float] | None:
    """Return how large the cells of an array are that hold digits, px; None where they do not."""
    shape: tuple[int, ...] = getattr(item.value, "shape", ())
    if item.plain or not digits.few(shape) or prod(shape) > _MOST_ROWS * shape[-1]:
        return None
    return digits.cell(digits.widest(item.value, _DIGITS), _DIGITS)


def _glows(item: Item) -> bool:
    item = item.item if isinstance(item, Asked) else item
    return isinstance(item, Num | Thumb) and item.frame in ("result", "partial")


def _slot(item: Item, k: float) -> float:
    """Return the width that an item takes in the line."""
    if isinstance(item, Word | Frac):
        return _word_slot(item, k)
    return max(_box(item, k)[0] + (2 * _GLOW if _glows(item) else 0), _label(item, k))


@lru_cache(maxsize=4096)
def _word_slot(item: Word | Frac, k: float) -> float:
    if isinstance(item, Word):
        wide = measure(item.text, _size(item.size, k), bold=item.bold, mono=item.mono)
    else:
        wide = max(measure(part, _size(15, k)) for part in (item.num, item.den)) + 2
    return max(item.room * k, wide)


def _space(left: Item, right: Item, gap: float) -> float:
    """Return the space between two items."""
    after = isinstance(left, Word) and left.glue in ("right", "both")
    before = isinstance(right, Word) and right.glue in ("left", "both")
    return _TIGHT if after or before else gap


def width(items: Sequence[Item], *, gap: float = GAPS[0], k: float = 1.0) -> float:
    """Return how wide a line of items is (px), at a scale k."""
    if not items:
        return 0.0
    spaces = sum(_space(a, b, gap * k) for a, b in pairwise(items))
    return spaces + sum(_slot(item, k) for item in items)


def indent(items: Sequence[Item], *, gap: float = GAPS[0]) -> float:
    """Return how far from a line's start its first equals sign stands, so that the next line can begin there."""
    for i, item in enumerate(items):
        if is_sign(item):
            return width(items[: i + 1], gap=gap) - _slot(item, 1.0)
    return 0.0


def fit(formula: Formula, most: float) -> tuple[tuple[Item, ...], float, float]:
    """Choose what is set in a room of that width: the items, the gap between them, and their scale."""
    items: tuple[Item, ...] = ()
    ways = list(lines(formula))
    if any(isinstance(i, Thumb | Asked) for i in ways[0]):
        ways = [*ways, *map(plain, ways)]
    for items in ways:
        for gap in GAPS:
            if width(items, gap=gap) <= most:
                return items, gap, 1.0
    gap = GAPS[-1]
    for k in _SHRINKS:
        if width(items, gap=gap, k=k) <= most:
            return items, gap, k
    k, dots = _SHRINKS[-1], Word("…")
    for tail in range(len(items) - 2, 0, -1):  # keep the end, for it holds the result
        kept = (items[0], dots, *items[-tail:])
        if width(kept, gap=gap, k=k) <= most:
            return kept, gap, k
    kept = items[-1:]
    return (kept, gap, k) if width(kept, gap=gap, k=k) <= most else ((), gap, k)


def extent(formula: Formula, most: float) -> tuple[float, float]:
    """Return how far (px) a formula reaches above and below its axis when it is set in a room of that width."""
    items, _, k = fit(formula, most)
    return reach(items, k)


def reach(items: Sequence[Item], k: float = 1.0) -> tuple[float, float]:
    """Return how far (px) items reach above and below their axis, at a scale k."""
    up = down = 0.0
    base = _label_base(items, k)
    for item in items:
        match item:
            case Word(size=size):
                above, below = 0.42 * size * k, 0.6 * size * k
            case Frac():
                above, below = 6 * k + _size(15, k), 17 * k + 0.3 * _size(15, k)
            case _:
                above = below = _box(item, k)[1] / 2 + (_GLOW if _glows(item) else 1)
                if _label(item, k):
                    below = max(below, base + 0.25 * _size(_LABEL, k))
        up, down = max(up, above), max(down, below)
    return up, down


def _label_base(items: Sequence[Item], k: float) -> float:
    boxed = [item for item in items if not isinstance(item, Word | Frac)]
    if not any(item.label for item in boxed):
        return 0.0
    boxes = [_box(item, k)[1] / 2 for item in boxed]
    return max([_LABEL_BASE * k, *(b + 16 * max(k, 0.85) for b in boxes)])


def _ink(role: Role, theme: Theme) -> str:
    return {"ink": theme.ink, "grey": theme.grey, "value": theme.value, "grad": theme.grad_text}[role]


@dataclass(frozen=True, slots=True)
class _Pen:
    """What all items of one line are drawn with: axis, the labels' baseline under it, scale, theme."""

    axis: float
    base: float
    k: float
    theme: Theme


def _frame(item: Num | Thumb, x: float, w: float, h: float, pen: _Pen) -> tuple[Mark, ...]:
    """Draw the box around a number or thumbnail, and its glow where it is what the step has made."""
    theme, frame, y = pen.theme, item.frame, pen.axis - h / 2
    blue = item.role == "value"
    tint, stroke = (theme.value_tint, theme.value) if blue else (theme.grad_tint, theme.grad)
    marks: tuple[Mark, ...] = ()
    if frame in ("result", "partial"):
        glow = theme.glow_value if blue else theme.glow
        marks = (Rect(x - _GLOW, y - _GLOW, w + 2 * _GLOW, h + 2 * _GLOW, 8, glow),)
    match frame:
        case None:
            return ()
        case "upstream":
            return (Rect(x, y, w, h, 4, tint, stroke, 2),)
        case "value" | "result":
            return (*marks, Rect(x, y, w, h, 4, tint, stroke, 1.5))
        case "old" | "partial":
            # The dashes stand on whole pixels, so that they are equally dark all around.
            return (*marks, Rect(x + 0.5, y + 0.5, w - 1, h - 1, 4, tint, stroke, 1.5, (4, 3)))
        case _:
            raise AssertionError(frame)


def _draw(item: Item, x: float, slot: float, pen: _Pen) -> Iterator[Mark]:
    """Draw one item whose slot begins at x."""
    axis, k, theme = pen.axis, pen.k, pen.theme
    match item:
        case Word(string, role, bold, mono, size):
            size = _size(size, k)
            if string:  # else it is room between two groups
                yield text(x, axis + 0.36 * size, string, size, _ink(role, theme), bold=bold, mono=mono)
            return
        case Frac(num, den, role):
            size, fill, cx = _size(15, k), _ink(role, theme), x + slot / 2
            yield text(cx, axis - 6 * k, num, size, fill, anchor="middle")
            yield text(cx, axis + 17 * k, den, size, fill, anchor="middle")
            yield Path("ML", (round(x), axis, round(x + slot), axis), None, fill, 1.5)
            return
        case _:
            pass
    w, h = _box(item, k)
    left = round(x + (slot - w) / 2)
    cx = left + w / 2
    match item:
        case Num(string, _, _, role, bold):
            size = _size(15, k)
            yield from _frame(item, left, w, h, pen)
            yield text(cx, axis + 0.36 * size, string, size, _ink(role, theme), bold=bold, mono=True, anchor="middle")
        case Chip(string, _, role):
            size, blue = _size(14, k), role == "value"
            fill, stroke = (theme.card, theme.value) if blue else (theme.chip, None)
            yield Rect(left, axis - h / 2, w, h, h / 2, fill, stroke, 1.5 if blue else 0)
            ink = theme.value if blue else theme.on_chip
            yield text(cx, axis + 0.37 * size, string, size, ink, anchor="middle")
        case Thumb(value, limit):
            yield from _frame(item, left, w, h, pen)
            tw, th = _thumb_size(item, k)
            top = round(axis - th / 2)
            if cell := _cell(item):
                yield from digits.cells(value, left + (w - tw) / 2, top, cell, limit, _DIGITS, theme)
            else:
                yield from thumb(value, left + (w - tw) / 2, top, float(int(10 * k)), limit, theme, _THUMBS)
        case Asked(inner):
            size = _size(17, k)
            yield from _frame(inner, left, w, h, pen)
            yield text(cx, axis + 0.36 * size, "?", size, _ink(inner.role, theme), bold=True, anchor="middle")
        case _:
            raise AssertionError(item)
    if item.label:
        yield text(cx, axis + pen.base, item.label, _size(_LABEL, k), theme.grey, anchor="middle")


def typeset(
    formula: Formula,
    theme: Theme,
    *,
    x: float,
    axis: float,
    most: float,
    align: Literal["left", "right"] = "right",
) -> tuple[tuple[Mark, ...], float]:
    """Set a formula on one line and return its marks and the width (px) that it takes.

    formula  an `Equation`, which may lose its symbols where room is short, or items
    x        where the line begins (align "left") or ends (align "right")
    axis     the y of fraction bars
    most     the room (px); what is set never takes more
    """
    items, gap, k = fit(formula, most)
    taken = width(items, gap=gap, k=k)
    return tuple(set_line(items, theme, x - taken if align == "right" else x, axis, gap, k)), taken


def set_line(
    items: Sequence[Item], theme: Theme, x: float, axis: float, gap: float = GAPS[0], k: float = 1.0
) -> list[Mark]:
    """Draw items one after the other from x on, as wide as `width` says."""
    pen = _Pen(axis, _label_base(items, k), k, theme)
    marks: list[Mark] = []
    for i, item in enumerate(items):
        if i:
            x += _space(items[i - 1], item, gap * k)
        slot = _slot(item, k)
        marks += _draw(item, x, slot, pen)
        x += slot
    return marks
