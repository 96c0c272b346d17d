"""The lens's words: its heading, and further lines of narration as they fit."""

from __future__ import annotations

from collections.abc import Sequence

from .card import text
from .chrome import shorten
from .fonts import measure
from .narrate import Line, Span
from .scene import Box, Mark
from .theme import Theme


def heading(said: Line, x: float, baseline: float, right: float, theme: Theme) -> list[Mark]:
    """Set one line of narration without its full stop; a long one on two lines and smaller, a longer one is cut."""
    most = right - x
    if said and said[-1].text.endswith("."):
        said = (*said[:-1], Span(said[-1].text[:-1], said[-1].bold))
    for size in (15.0, 14.0):
        rows = wrapped(said, size, most)
        if len(rows) == 1:
            return _set(rows, x, baseline, 0, size, theme.ink)
    rows = wrapped(said, 13, most)
    if len(rows) > 2:
        last = "".join(word for word, _, _ in rows[1])
        rows = [rows[0], [(shorten(last.rstrip() + " …", most, 13), False, 0.0)]]
    return _set(rows, x, baseline - 8, 16, 13, theme.ink)


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
