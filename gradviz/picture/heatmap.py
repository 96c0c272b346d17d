"""Arrays as thumbnails: violet below zero, green above, and a minus bar in every negative cell.

The map leaves blue and vermilion to the sweeps. Sign is told by the bar as well as by the colour, so a thumbnail can
be read in grey print. Zero is always the middle of the scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .scene import Image, Mark, Path, Rect
from .theme import Theme

_VIOLET, _GREEN, _WHITE = np.array((122, 72, 150)), np.array((46, 125, 70)), np.array((255, 255, 255))
_STRENGTH = 0.85  # how much of the full colour the end of the scale has
_GREY = np.array((139, 147, 160))
_SMALLEST_BAR = 5  # px; in smaller cells a bar is a speck
_SMALLEST_CELL = 4
_THINNEST = 10.0  # px; the cells of a long vector are higher than they are wide
_MOST = (104.0, 91.0)  # px, the largest thumbnail a card holds


def grid(value: Any) -> np.ndarray:
    """Lay an array out in two dimensions: a vector is a row, further axes are stacked from the front."""
    array = np.asarray(value)
    if array.ndim < 2:
        return array.reshape(1, -1)
    return array.reshape(-1, array.shape[-1])


def _layout(shape: tuple[int, ...], cell: float, most: tuple[float, float]) -> tuple[int, int, float, float]:
    """Return rows, columns, and a cell's width and height: smaller cells first, then cells that stand for several."""
    cols = shape[-1] if shape else 1
    rows = int(np.prod(shape[:-1], dtype=int)) if len(shape) > 1 else 1
    rows, cols = max(rows, 1), max(cols, 1)
    fits = np.floor(min(cell, most[0] / cols, most[1] / rows))
    cell = float(max(fits, _SMALLEST_CELL))
    rows, cols = min(rows, int(most[1] // cell)), min(cols, int(most[0] // cell))
    return rows, cols, max(cell, _THINNEST / cols), max(cell, _THINNEST / rows)


def thumb_size(shape: tuple[int, ...], cell: float = 13, most: tuple[float, float] = _MOST) -> tuple[float, float]:
    """Return the width and height (px) that `thumb` takes for an array of that shape, without its border."""
    rows, cols, wide, high = _layout(shape, cell, most)
    return cols * wide, rows * high


def _pool(cells: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """Let each drawn cell show the entry of largest size among those it stands for, NaN before all."""
    for axis, most in ((0, rows), (1, cols)):
        if cells.shape[axis] > most:
            parts = np.array_split(cells, most, axis)
            size = [np.where(np.isnan(p), np.inf, np.abs(p)) for p in parts]
            at = [np.expand_dims(s.argmax(axis), axis) for s in size]
            cells = np.concatenate([np.take_along_axis(p, i, axis) for p, i in zip(parts, at, strict=True)], axis)
    return cells


def shade(cells: np.ndarray, limit: float, strength: float = _STRENGTH) -> np.ndarray:
    """Return the colours of cells as bytes, shape (rows, columns, 3): white is zero, grey is NaN."""
    level = _level(cells, limit)
    ends = np.where(level[..., None] < 0, _VIOLET, _GREEN)
    rgb = _WHITE + strength * np.abs(level)[..., None] * (ends - _WHITE)
    rgb[np.isnan(cells)] = _GREY
    shades: np.ndarray = np.rint(rgb).astype(np.uint8)
    return shades


def _level(cells: np.ndarray, limit: float) -> np.ndarray:
    """Return where in its scale each cell lies, from −1 to 1."""
    level: np.ndarray = np.clip(np.nan_to_num(cells / (limit or 1.0), nan=0.0, posinf=1.0, neginf=-1.0), -1, 1)
    return level


def thumb(
    value: Any,
    x: float,
    y: float,
    cell: float,
    limit: float,
    theme: Theme,
    most: tuple[float, float] = _MOST,
) -> tuple[Mark, ...]:
    """Draw an array as a heatmap with its corner at (x, y); `limit` is the value at the end of the scale.

    NaN is a grey cell with a cross; an infinity is a full cell with a dot.
    """
    shape = np.shape(value)
    rows, cols, wide, high = _layout(shape, cell, most)
    cells = _pool(grid(np.asarray(value, dtype=float)), rows, cols)
    rows, cols = cells.shape
    if cells.size == 0:
        return (Rect(x - 0.5, y - 0.5, wide + 1, high + 1, 0, None, theme.idle, 1),)
    nan, infinite = np.isnan(cells), np.isinf(cells)
    level = _level(cells, limit)
    marks: list[Mark] = [Image(x, y, cols * wide, rows * high, rows, cols, shade(cells, limit).tobytes())]
    size = min(wide, high)
    if size >= _SMALLEST_BAR:
        half = 0.2 if wide >= 8 else 0.32  # of a cell's width
        deep = np.abs(level) > 0.75
        for where, colour in ((~deep, "#1B1F27"), (deep, "#FFFFFF")):
            at = np.argwhere((level < -0.02) & where)
            if len(at):
                bars = [(x + (c + 0.5) * wide, y + (r + 0.5) * high) for r, c in at.tolist()]
                xy = tuple(v for px, py in bars for v in (px - half * wide, py, px + half * wide, py))
                marks.append(Path("ML" * len(bars), xy, None, colour, 1.5))
        crosses = [(x + (c + 0.5) * wide, y + (r + 0.5) * high) for r, c in np.argwhere(nan).tolist()]
        if crosses:
            d = 0.22 * size
            xy = tuple(
                v for cx, cy in crosses for v in (cx - d, cy - d, cx + d, cy + d, cx - d, cy + d, cx + d, cy - d)
            )
            marks.append(Path("MLML" * len(crosses), xy, None, "#1B1F27", 1.5))
        for r, c in np.argwhere(infinite).tolist():
            cx, cy = x + (c + 0.5) * wide, y + (r + 0.5 + (0.25 if level[r, c] < 0 else 0)) * high
            d = 0.12 * size
            marks.append(Rect(cx - d, cy - d, 2 * d, 2 * d, d, "#FFFFFF"))
    marks.append(Rect(x - 0.5, y - 0.5, cols * wide + 1, rows * high + 1, 0, None, theme.idle, 1))
    return tuple(marks)
