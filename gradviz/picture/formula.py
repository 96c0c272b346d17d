"""What a line of mathematics is made of: words, fractions, boxed numbers, chips and thumbnails. `typeset` sets it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

#: Blue is what runs forward, vermilion what runs backward; a number has the colour of the place it comes from.
Role: TypeAlias = Literal["ink", "grey", "value", "grad"]
#: The box around a number says which place that is: "partial" is a sum that still collects, "value" a plain operand.
Frame: TypeAlias = Literal["upstream", "result", "partial", "old", "value"]
Glue: TypeAlias = Literal["", "left", "right", "both"]

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
    """An array as a heatmap in a frame; `limit` is the end of its scale.

    plain    whether its cells are without digits, though they are few
    instead  what stands in place of it and of the sign before it where there is no room for its digits
    """

    value: Any
    limit: float
    frame: Frame | None = None
    label: str = ""
    role: Role = "grad"
    plain: bool = False
    instead: Chip | None = None


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


def plain(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items without the digits in arrays."""
    found: list[Item] = []
    for item in items:
        if isinstance(item, Thumb) and item.instead is not None:
            found[-1:] = [item.instead]
        elif isinstance(item, Thumb):
            found.append(replace(item, plain=True))
        elif isinstance(item, Asked) and isinstance(item.item, Thumb):
            found.append(Asked(replace(item.item, plain=True)))
        else:
            found.append(item)
    return tuple(found)


def without_digits(it: Equation) -> Equation:
    """Return an equation without the digits in arrays."""
    return Equation(plain(it.symbols), plain(it.numbers), plain(it.short))


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
