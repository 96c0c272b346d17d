"""The lens's equations: symbols over numbers, in columns that stay where they are from step to step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..record import Graph
from .card import text
from .fonts import measure
from .formula import Asked, Chip, Equation, Frac, Item, Num, Thumb, Word, is_sign, lines, plain
from .scene import Box, Mark
from .theme import Theme
from .typeset import GAPS, extent, indent, reach, set_line, typeset, width
from .words import Names

_PITCH = 41.0  # from an equation's symbols to its numbers
_AIR = 6.0
_GLOW = 4.0  # around a result, whose box ends where the cards do
# A box has room for −0.06225, a chip for ×0.988: what is shorter leaves what stands behind it where it is.
_NUMBER, _CHIP = 86.0, 62.0
_FARTHEST = 416.0  # px from an equation's start to its result's end, in a lens of any width
_WIDEST = 42.0  # px, of a name: more would leave too little for two numbers and their result


Items: TypeAlias = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The px that a name and a derivative, as a fraction and on one line, take at least in all equations of a film."""

    name: float
    frac: float
    slanted: float

    @classmethod
    def of(cls, graph: Graph, names: Names) -> Columns:
        """Leave room for the widest name of a graph, but not for a very wide one: few equations would need it."""
        called = {names.partial(n.id) for n in graph.nodes if n.op != "constant"}
        wide = min(max((measure(name, 15) for name in called), default=0.0), _WIDEST)
        over = min(max((measure(names.partial(i), 15) for i in graph.outputs), default=0.0), _WIDEST)
        sign = measure("∂", 15)
        return cls(wide, sign + max(wide, over) + 2, 2 * sign + over + measure("/", 15) + wide)

    def put(self, items: Sequence[Item]) -> Items:
        """Give items their room, and take the labels off: cards and colours say them in the lens."""
        return tuple(self._put(item, not i) for i, item in enumerate(plain(items)))

    def _put(self, item: Item, first: bool) -> Item:
        match item:
            case Word(text, role, bold, mono, size, glue, room):
                named = first and not is_sign(item) and not glue
                return Word(text, role, bold, mono, size, glue, max(room, self.name)) if named else item
            case Frac(num, den, role):
                return Frac(num, den, role, self.frac)
            case Num(text, frame, _, role, bold):
                return Num(text, frame, "", role, bold, _NUMBER)
            case Chip(text, _, role):
                return Chip(text, "", role, _CHIP)
            case Thumb():
                return replace(item, label="")
            case Asked(Num(text, frame, _, role, bold)):
                return Asked(Num(text, frame, "", role, bold, _NUMBER))
            case Asked(thumb):
                return Asked(replace(thumb, label=""))
            case _:
                raise AssertionError(item)


def _tight(items: Sequence[Item]) -> Items:
    """Take the room away again, where it is not there."""

    def tight(item: Item) -> Item:
        if isinstance(item, Asked):
            return Asked(replace(item.item, room=0.0)) if isinstance(item.item, Num) else item
        return item if isinstance(item, Thumb) or not item.room else replace(item, room=0.0)

    return tuple(map(tight, items))


def _arranged(items: Items, most: float) -> tuple[Items, Items] | None:
    """Return a line of items and the result that ends it, under and over other results; None if they do not fit.

    The result, a number or thumbnail, begins at the last equals sign, if that stands behind another one.
    """
    signs = [i for i, item in enumerate(items) if is_sign(item)]
    at = signs[-1] if len(signs) > 1 and isinstance(items[-1], Num | Thumb | Asked) else len(items)
    for first, last in ((tuple, tuple), (_tight, tuple), (_tight, _tight)):
        head, tail = first(items[:at]), last(items[at:])
        if width(head) + (GAPS[0] + width(tail) if tail else 0.0) <= most:
            return head, tail
    return None


@dataclass(frozen=True, slots=True)
class _Line:
    """Items between two ends (px), in columns where there is room for that; how far they reach over and under it."""

    items: Items
    left: float
    right: float
    columns: tuple[Items, Items] | None
    up: float
    down: float

    @classmethod
    def of(cls, items: Items, left: float, right: float) -> _Line:
        columns = _arranged(items, right - left)
        up, down = reach(items) if columns else extent(items, right - left)
        return cls(items, left, right, columns, up, down)

    def drawn(self, axis: float, theme: Theme) -> list[Mark]:
        axis = round(axis)
        if self.columns is None:
            most = self.right - self.left
            return [*typeset(self.items, theme, x=self.left, axis=axis, most=most, align="left")[0]]
        head, tail = self.columns
        return set_line(head, theme, self.left, axis) + set_line(tail, theme, self.right - width(tail), axis)


def written(
    equation: Equation, x: float, y: float, right: float, columns: Columns, theme: Theme, *, tight: bool = False
) -> tuple[list[Mark], float]:
    """Set symbols on one line and numbers under them from their equals sign on; return the bottom too.

    Symbols without an equals sign of their own share a line with the numbers where both fit.

    tight  as low as it can be, instead of as high as all equations of the kind
    """
    symbols, figures = columns.put(equation.symbols), columns.put(equation.numbers)
    over, under, pitch = (0.0, 0.0, 0.0) if tight else (18.0, 20.0, _PITCH)
    first, second = _near(lambda end: _two(symbols, figures, x, end), x, right)
    marks: list[Mark] = []
    axis, bottom = 0.0, y
    if first.items:
        axis = y + max(first.up, over)
        marks, bottom = first.drawn(axis, theme), axis + max(first.down, under)
    if second.items:
        axis = max(axis + pitch if first.items else 0.0, bottom + second.up + 1)
        marks, bottom = marks + second.drawn(axis, theme), axis + max(second.down, 17.0)
    return marks, bottom


def _near(lines: Callable[[float], tuple[_Line, ...]], x: float, right: float) -> tuple[_Line, ...]:
    """Return lines whose result stands no farther from where they start than in the usual lens, if they fit there."""
    found = lines(min(right, x + _FARTHEST) + _GLOW)
    return found if all(line.columns for line in found) else lines(right + _GLOW)


def _two(symbols: Items, figures: Items, x: float, end: float) -> tuple[_Line, _Line]:
    """Return the line of the symbols and that of the numbers under their equals sign; either may be empty."""
    inset = indent(symbols)
    if not (figures and inset) and _arranged((*symbols, *figures), end - x):
        symbols, figures = (*symbols, *figures), ()
    second = _Line.of(figures, x + inset, end)
    if second.columns is None:
        second = _Line.of(figures, x + max(0.0, min(inset, end - x - width(_tight(figures)))), end)
    return _Line.of(symbols, x, end), second


def fits(equation: Equation, wide: float, columns: Columns) -> bool:
    """Tell whether an equation has room on one line of so many px with all its symbols."""
    items = (*columns.put(equation.symbols), *columns.put(equation.numbers))
    return _arranged(items, wide + _GLOW) is not None


def short(
    equation: Equation, x: float, y: float, right: float, columns: Columns, theme: Theme
) -> tuple[list[Mark], float]:
    """Set an equation on one line, with as many of its symbols as there is room for; return the bottom too."""
    whole = Equation(columns.put(equation.symbols), columns.put(equation.numbers), columns.put(equation.short))
    ways = list(lines(whole))
    items = next((w for w in ways if _arranged(w, right + _GLOW - x)), ways[-1])
    (line,) = _near(lambda end: (_Line.of(items, x, end),), x, right)
    return line.drawn(y + line.up, theme), y + line.up + line.down


def equations(
    said: Sequence[Equation], count: int, within: Box, columns: Columns, theme: Theme
) -> tuple[list[Mark], float]:
    """Set as many equations as fit, on two lines each where there is room for all, and say how many more there are.

    count  how many the step has, `said` or not. Returns the marks and how far down they reach.
    """
    x, y0, right, y1 = within
    marks: list[Mark] = []
    y = y0 + 4
    for equation in said:
        drawn, bottom = written(equation, x, y, right, columns, theme)
        if bottom > y1 + 1:
            break
        marks += drawn
        y = bottom + _AIR
    else:
        if count <= len(said):
            return marks, y
    marks, y, left = [], y0 + 6, max(count, len(said))
    for equation in said:
        drawn, bottom = short(equation, x, y, right, columns, theme)
        if bottom > y1 - (18 if left > 1 else 0):
            break
        marks += drawn
        y = bottom + 3
        left -= 1
    if left:
        string = f"+ {left} more" if marks else "too long to show here"
        marks.append(text(x, y + 10, string, 12, theme.grey))
        y += 16
    return marks, y
