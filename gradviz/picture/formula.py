"""One line of set mathematics from pieces: fractions, boxed numbers, chips and thumbnails around an axis.

The axis is the height of fraction bars and of the middle of signs. A line that is wider than its room first loses the
symbols in its middle, then all symbols, then is set smaller, but no text under 10 px; at last its own middle is an
ellipsis. It never overflows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from .fonts import measure
from .heatmap import thumb, thumb_size
from .scene import Mark, Path, Rect, Text
from .theme import Theme

#: Blue is what runs forward, vermilion what runs backward; a number has the colour of the place it comes from.
Role: TypeAlias = Literal["ink", "grey", "value", "grad"]
#: The box around a number says which place that is: "partial" is a sum that still collects, "value" a plain operand.
Frame: TypeAlias = Literal["upstream", "result", "partial", "old", "value"]
Glue: TypeAlias = Literal["", "left", "right", "both"]

GAPS = (12.0, 9.0)  # px between items: the first that fits
SMALLEST = 12.0  # px, no text is set smaller: it is still 10 where the output shows the scene at 5/6
_TIGHT = 3.0  # between a sign and what it touches
_GLOW = 4.0
_LABEL = 12.0
_LABEL_BASE = 36.0  # under the axis; 16 under a box that reaches lower than a number's
_THUMBS = (104.0, 62.0)
_SHRINKS = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 2 / 3)


# What an item's `room` is: px that it takes at least, so that what follows it stands at one place in many equations.


@dataclass(frozen=True, slots=True)
class Word:
    """A sign, a name or a piece of text on the axis; `glue` says on which side it touches what it belongs to."""

    text: str
    role: Role = "ink"
    bold: bool = False
    mono: bool = False
    size: float = 15
    glue: Glue = ""
    room: float = 0


@dataclass(frozen=True, slots=True)
class Frac:
    """A set fraction: ∂L over ∂q."""

    num: str
    den: str
    role: Role = "ink"
    room: float = 0


@dataclass(frozen=True, slots=True)
class Num:
    """A number in the box of the place it comes from, with a grey label below."""

    text: str
    frame: Frame | None = None
    label: str = ""
    role: Role = "grad"
    bold: bool = True
    room: float = 0


@dataclass(frozen=True, slots=True)
class Chip:
    """A local derivative as on its edge; blue and outlined in a forward-mode sweep."""

    text: str
    label: str = ""
    role: Role = "grad"
    room: float = 0


@dataclass(frozen=True, slots=True, eq=False)
class Thumb:
    """An array as a heatmap in a frame; `limit` is the end of its scale."""

    value: Any
    limit: float
    frame: Frame | None = None
    label: str = ""
    role: Role = "grad"


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question mark in the box of a number or thumbnail that is not told yet, and takes its room."""

    item: Num | Thumb

    @property
    def label(self) -> str:
        return self.item.label


Item: TypeAlias = Word | Frac | Num | Chip | Thumb | Asked


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation: symbols first ("∂L/∂q = ∂L/∂s × ∂s/∂q"), then the numbers put in ("= 0.5 × 1 = 0.5").

    short  the symbols in fewer words, for a narrower line
    """

    symbols: tuple[Item, ...]
    numbers: tuple[Item, ...] = ()
    short: tuple[Item, ...] = ()


Formula: TypeAlias = Equation | Sequence[Item]

_SIGNS = ("=", "≈")


def is_sign(item: Item) -> bool:
    return isinstance(item, Word) and item.text in _SIGNS


def lines(formula: Formula) -> Iterator[tuple[Item, ...]]:
    """Yield the ways to set a formula on one line, the fullest first."""
    if not isinstance(formula, Equation):
        yield tuple(formula)
        return
    symbols, rest = formula.symbols, formula.numbers
    yield symbols + rest
    if formula.short:
        yield formula.short + rest
    if rest:
        first = next((i for i, item in enumerate(symbols) if is_sign(item)), len(symbols))
        if is_sign(rest[0]):
            if 0 < first < len(symbols):
                yield symbols[:first] + rest
            rest = rest[1:]
        yield rest


# The same few signs and names are measured in every frame.
@lru_cache(maxsize=4096)
def _measure(text: str, size: float, bold: bool = False, mono: bool = False) -> float:
    return measure(text, size, bold=bold, mono=mono)


def _size(size: float, k: float) -> float:
    return max(SMALLEST, size * k) if k < 1 else size


def _label(item: Item, k: float) -> float:
    text = item.label if isinstance(item, Num | Chip | Thumb | Asked) else ""
    return _measure(text, _size(_LABEL, k)) if text else 0.0


def _box(item: Num | Chip | Thumb | Asked, k: float) -> tuple[float, float]:
    """Return the width and height of an item's box, without glow."""
    match item:
        case Num(text, bold=bold, room=room):
            return round(max(room * k, _measure(text, _size(15, k), bold, True) + 14 * k)), 2 * round(13 * k)
        case Chip(text, room=room):
            return round(max(room * k, _measure(text, _size(14, k)) + 14 * k)), 2 * round(12 * k)
        case Thumb(value):
            w, h = _thumb_size(getattr(value, "shape", ()), k)
            return w + 12, 2 * round((h + 12) / 2)
        case Asked(inner):
            return _box(inner, k)
        case _:
            raise AssertionError(item)


def _thumb_size(shape: tuple[int, ...], k: float) -> tuple[float, float]:
    return thumb_size(shape, float(int(10 * k)), _THUMBS)


def _glows(item: Item) -> bool:
    item = item.item if isinstance(item, Asked) else item
    return isinstance(item, Num | Thumb) and item.frame in ("result", "partial")


def _slot(item: Item, k: float) -> float:
    """Return the width that an item takes in the line."""
    match item:
        case Word(text, _, bold, mono, size, room=room):
            return max(room * k, _measure(text, _size(size, k), bold, mono))
        case Frac(num, den, room=room):
            size = _size(15, k)
            return max(room * k, _measure(num, size) + 2, _measure(den, size) + 2)
        case _:
            return max(_box(item, k)[0] + (2 * _GLOW if _glows(item) else 0), _label(item, k))


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
    for items in lines(formula):
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


def _centred(
    string: str, cx: float, y: float, size: float, fill: str, *, bold: bool = False, mono: bool = False
) -> Text:
    return Text(cx, y, string, size, fill, _measure(string, size, bold, mono), bold, mono, "middle")


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
        case Word(text, role, bold, mono, size):
            size = _size(size, k)
            if not text:  # room between two groups
                return
            yield Text(
                x, axis + 0.36 * size, text, size, _ink(role, theme), _measure(text, size, bold, mono), bold, mono
            )
            return
        case Frac(num, den, role):
            size, fill, cx = _size(15, k), _ink(role, theme), x + slot / 2
            yield _centred(num, cx, axis - 6 * k, size, fill)
            yield _centred(den, cx, axis + 17 * k, size, fill)
            yield Path("ML", (round(x), axis, round(x + slot), axis), None, fill, 1.5)
            return
        case _:
            pass
    w, h = _box(item, k)
    left = round(x + (slot - w) / 2)
    cx = left + w / 2
    match item:
        case Num(text, _, _, role, bold):
            size = _size(15, k)
            yield from _frame(item, left, w, h, pen)
            yield _centred(text, cx, axis + 0.36 * size, size, _ink(role, theme), bold=bold, mono=True)
        case Chip(text, _, role):
            size = _size(14, k)
            if role == "value":
                yield Rect(left, axis - h / 2, w, h, h / 2, theme.card, theme.value, 1.5)
            else:
                yield Rect(left, axis - h / 2, w, h, h / 2, theme.chip)
            yield _centred(text, cx, axis + 0.37 * size, size, theme.value if role == "value" else theme.on_chip)
        case Thumb(value, limit):
            yield from _frame(item, left, w, h, pen)
            tw, th = _thumb_size(getattr(value, "shape", ()), k)
            top = round(axis - th / 2)
            yield from thumb(value, left + (w - tw) / 2, top, float(int(10 * k)), limit, theme, _THUMBS)
        case Asked(inner):
            size = _size(17, k)
            yield from _frame(inner, left, w, h, pen)
            yield _centred("?", cx, axis + 0.36 * size, size, _ink(inner.role, theme), bold=True)
        case _:
            raise AssertionError(item)
    if item.label:
        yield _centred(item.label, cx, axis + pen.base, _size(_LABEL, k), theme.grey)


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
