"""The lens's words: its heading, and the step's equations as they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .card import text
from .chrome import shorten
from .fonts import measure
from .formula import GAPS, Chip, Equation, Item, Num, Thumb, extent, indent, typeset
from .narrate import Line
from .scene import Box, Mark
from .theme import Theme

_PITCH = 41.0  # from an equation's symbols to its numbers
_AIR = 3.0


def heading(said: Line, x: float, baseline: float, right: float, theme: Theme) -> list[Mark]:
    """Set one line of narration; what is too long for it is cut in the middle of its longest part."""
    spans = [(s.text, s.bold) for s in said]
    sizes = {True: 15.0, False: 14.0}

    def wide(parts: Sequence[tuple[str, bool]]) -> float:
        return sum(measure(t, sizes[b], bold=b) for t, b in parts)

    over = wide(spans) - (right - x)
    if over > 0 and spans:
        longest = max(range(len(spans)), key=lambda i: wide([spans[i]]))
        string, bold = spans[longest]
        room = max(wide([spans[longest]]) - over, 40.0)
        spans[longest] = (shorten(string, room, sizes[bold], bold=bold), bold)
    marks: list[Mark] = []
    for string, bold in spans:
        size, shown = sizes[bold], string.strip()
        lead = measure(string[: len(string) - len(string.lstrip())], size, bold=bold)
        if shown and x + lead + measure(shown, size, bold=bold) <= right + 0.5:
            marks.append(text(x + lead, baseline, shown, size, theme.ink, bold=bold))
        x += measure(string, size, bold=bold)
    return marks


def _bare(items: Sequence[Item]) -> tuple[Item, ...]:
    """Take the labels off: cards and colours say them in the lens."""
    return tuple(replace(i, label="") if isinstance(i, Num | Chip | Thumb) else i for i in items)


def _two_lines(equation: Equation, x: float, y: float, most: float, theme: Theme) -> tuple[list[Mark], float]:
    """Set symbols on one line and numbers under them from their equals sign on; return the bottom too."""
    marks: list[Mark] = []
    symbols, figures = _bare(equation.symbols), _bare(equation.numbers)
    up, down = extent(symbols, most) if symbols else (0.0, 0.0)
    up, down = max(up, 18.0), max(down, 20.0)
    axis = y + up
    if symbols:
        marks += typeset(symbols, theme, x=x, axis=round(axis), most=most, align="left")[0]
        bottom = axis + down
    else:
        axis, bottom = y - _PITCH + 20, y
    if figures:
        inset = indent(symbols, gap=GAPS[0])
        up, down = extent(figures, most)
        if inset and typeset(figures, theme, x=0, axis=0, most=9999, align="left")[1] > most - inset:
            inset = 0.0
        axis = max(axis + _PITCH, bottom + up + 1)
        marks += typeset(figures, theme, x=x + inset, axis=round(axis), most=most - inset, align="left")[0]
        bottom = axis + max(down, 17.0)
    return marks, bottom


def equations(said: Sequence[Equation], within: Box, theme: Theme) -> tuple[list[Mark], float]:
    """Set as many equations as fit, on two lines each where there is room for all, and say how many more there are.

    Returns the marks and how far down they reach.
    """
    x0, y0, x1, y1 = within
    x, most = x0 + 4, x1 - x0 - 4
    marks: list[Mark] = []
    y = y0 + 6
    for equation in said:
        drawn, bottom = _two_lines(equation, x, y, most, theme)
        if bottom > y1 + 1:
            break
        marks += drawn
        y = bottom + _AIR
    else:
        return marks, y
    marks, y, left = [], y0 + 8, len(said)
    for equation in said:
        line = replace(
            equation, symbols=_bare(equation.symbols), numbers=_bare(equation.numbers), short=_bare(equation.short)
        )
        up, down = extent(line, most)
        if y + up + down > y1 - (18 if left > 1 else 0):
            break
        marks += typeset(line, theme, x=x, axis=round(y + up), most=most, align="left")[0]
        y += up + down + 6
        left -= 1
    if left:
        string = f"+ {left} more" if left < len(said) else "too long to show here"
        marks.append(text(x, y + 10, string, 12, theme.grey))
        y += 16
    return marks, y


def notes(said: Sequence[Line], within: Box, theme: Theme) -> list[Mark]:
    """Set further lines of narration, wrapped at spaces, while there is room."""
    x0, y, x1, y1 = within
    marks: list[Mark] = []
    for said_line in said:
        rows: list[list[tuple[str, bool, float]]] = [[]]
        x = 0.0
        for span in said_line:
            for word in _words(span.text):
                wide = measure(word, 12, bold=span.bold)
                if x + measure(word.rstrip(), 12, bold=span.bold) > x1 - x0 and rows[-1]:
                    rows.append([])
                    x = 0.0
                rows[-1].append((word, span.bold, x))
                x += wide
        if y + 17 * len(rows) > y1:
            break
        for row in rows:
            y += 17
            for word, bold, x in _runs(row):
                if x + measure(word, 12, bold=bold) <= x1 - x0:
                    marks.append(text(x0 + x, y, word, 12, theme.grey, bold=bold))
    return marks


def _words(string: str) -> list[str]:
    """Split a text behind its spaces."""
    parts = string.split(" ")
    return [p + " " for p in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _runs(row: list[tuple[str, bool, float]]) -> list[tuple[str, bool, float]]:
    """Join a row's neighbouring words of one weight to one text."""
    runs: list[tuple[str, bool, float]] = []
    for word, bold, x in row:
        if runs and runs[-1][1] == bold:
            runs[-1] = (runs[-1][0] + word, bold, runs[-1][2])
        else:
            runs.append((word, bold, x))
    found = []
    for string, bold, x in runs:
        lead = len(string) - len(string.lstrip())
        if string.strip():
            found.append((string.strip(), bold, x + measure(string[:lead], 12, bold=bold)))
    return found
