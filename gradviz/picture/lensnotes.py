"""The lens's words: its heading, and the step's equations as they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .card import text
from .chrome import shorten
from .fonts import measure
from .formula import GAPS, Asked, Chip, Equation, Item, Num, Thumb, extent, indent, typeset, width
from .narrate import Line, Span
from .scene import Box, Mark
from .theme import Theme

_PITCH = 41.0  # from an equation's symbols to its numbers
_AIR = 1.0


def heading(said: Line, x: float, baseline: float, right: float, theme: Theme) -> list[Mark]:
    """Set one line of narration; a long one is set smaller on two lines, a longer one is cut."""
    most = right - x
    for size in (15.0, 14.0):
        rows = wrapped(said, size, most)
        if len(rows) == 1:
            return _set(rows, x, baseline, 0, size, theme.ink)
    rows = wrapped(said, 13, most)
    if len(rows) > 2:
        last = "".join(word for word, _, _ in rows[1])
        rows = [rows[0], [(shorten(last.rstrip() + " …", most, 13), False, 0.0)]]
    return _set(rows, x, baseline - 8, 16, 13, theme.ink)


def joined(said: Sequence[Line]) -> tuple[Line, ...]:
    """Put lines together again that go on in the next one, which then begins with a small letter."""
    lines: list[Line] = []
    for one in said:
        first = one[0].text[:1] if one and not one[0].bold else ""
        if lines and first.islower():
            lines[-1] = (*lines[-1], Span(" "), *one)
        else:
            lines.append(one)
    return tuple(lines)


Row = list[tuple[str, bool, float]]  # text, bold, x


def wrapped(said: Line, size: float, most: float) -> list[Row]:
    """Break a line at its spaces into rows of at most so many px."""
    rows: list[Row] = [[]]
    x = 0.0
    for span in said:
        for word in _words(span.text):
            bare = word.rstrip()
            if x + measure(bare, size, bold=span.bold) > most and rows[-1] and bare:
                rows.append([])
                x = 0.0
            shown = word if measure(bare, size, bold=span.bold) <= most else shorten(bare, most, size, bold=span.bold)
            rows[-1].append((shown, span.bold, x))
            x += measure(word, size, bold=span.bold)
    return [_runs(row, size) for row in rows]


def _set(rows: Sequence[Row], x: float, y: float, pitch: float, size: float, fill: str) -> list[Mark]:
    return [
        text(x + left, y + pitch * n, word, size, fill, bold=bold)
        for n, row in enumerate(rows)
        for word, bold, left in row
    ]


def _bare(items: Sequence[Item]) -> tuple[Item, ...]:
    """Take the labels off: cards and colours say them in the lens."""

    def bare(item: Item) -> Item:
        if isinstance(item, Asked):
            return Asked(replace(item.item, label=""))
        return replace(item, label="") if isinstance(item, Num | Chip | Thumb) else item

    return tuple(map(bare, items))


def _two_lines(equation: Equation, x: float, y: float, most: float, theme: Theme) -> tuple[list[Mark], float]:
    """Set symbols on one line and numbers under them from their equals sign on; return the bottom too.

    Symbols without an equals sign of their own share a line with the numbers where both fit.
    """
    symbols, figures = _bare(equation.symbols), _bare(equation.numbers)
    whole = (*symbols, *figures)
    if not (figures and indent(symbols)) and width(whole, gap=GAPS[0]) <= most:
        symbols, figures = whole, ()
    up, down = extent(symbols, most)
    axis = y + max(up, 18.0)
    marks = [*typeset(symbols, theme, x=x, axis=round(axis), most=most, align="left")[0]] if symbols else []
    bottom = axis + max(down, 20.0) if symbols else y
    if figures:
        inset = max(0.0, min(indent(symbols, gap=GAPS[0]), most - width(figures, gap=GAPS[0])))
        up, down = extent(figures, most - inset)
        axis = max(axis + _PITCH if symbols else 0.0, bottom + up + 1)
        marks += typeset(figures, theme, x=x + inset, axis=round(axis), most=most - inset, align="left")[0]
        bottom = axis + max(down, 17.0)
    return marks, bottom


def equations(said: Sequence[Equation], count: int, within: Box, theme: Theme) -> tuple[list[Mark], float]:
    """Set as many equations as fit, on two lines each where there is room for all, and say how many more there are.

    count  how many the step has, `said` or not. Returns the marks and how far down they reach.
    """
    x0, y0, x1, y1 = within
    x, most = x0 + 4, x1 - x0 - 4
    marks: list[Mark] = []
    y = y0 + 4
    for equation in said:
        drawn, bottom = _two_lines(equation, x, y, most, theme)
        if bottom > y1 + 1:
            break
        marks += drawn
        y = bottom + _AIR
    else:
        if count <= len(said):
            return marks, y
    marks, y, left = [], y0 + 6, max(count, len(said))
    for equation in said:
        line = replace(
            equation, symbols=_bare(equation.symbols), numbers=_bare(equation.numbers), short=_bare(equation.short)
        )
        up, down = extent(line, most)
        if y + up + down > y1 - (18 if left > 1 else 0):
            break
        marks += typeset(line, theme, x=x, axis=round(y + up), most=most, align="left")[0]
        y += up + down + 3
        left -= 1
    if left:
        string = f"+ {left} more" if marks else "too long to show here"
        marks.append(text(x, y + 10, string, 12, theme.grey))
        y += 16
    return marks, y


def notes(said: Sequence[Line], within: Box, theme: Theme) -> list[Mark]:
    """Set further lines of narration while there is room."""
    x0, y, x1, y1 = within
    marks: list[Mark] = []
    for line in said:
        rows = wrapped(line, 12, x1 - x0)
        if y + 17 * len(rows) > y1:
            break
        marks += _set(rows, x0, y + 17, 17, 12, theme.grey)
        y += 17 * len(rows)
    return marks


def _words(string: str) -> list[str]:
    """Split a text behind its spaces."""
    parts = string.split(" ")
    return [p + " " for p in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _runs(row: Row, size: float) -> Row:
    """Join a row's neighbouring words of one weight to one text, without space around it."""
    runs: Row = []
    for word, bold, x in row:
        if runs and runs[-1][1] == bold:
            runs[-1] = (runs[-1][0] + word, bold, runs[-1][2])
        else:
            runs.append((word, bold, x))
    found: Row = []
    for string, bold, x in runs:
        lead = string[: len(string) - len(string.lstrip())]
        if string.strip():
            found.append((string.strip(), bold, x + measure(lead, size, bold=bold)))
    return found
