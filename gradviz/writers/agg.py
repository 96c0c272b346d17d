"""Marks on pixels by Agg, Matplotlib's rasteriser, many in one call: a call for each costs as much as what it draws."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..picture.scene import Image, Mark, Path, Text
from .pixels import Curve, shape

_NONE = (0.0, 0.0, 0.0, 0.0)
_UNIT = np.eye(3)
_UNMOVED = np.empty((0, 2))
_SMOOTH = np.array([True])


class Stroke(NamedTuple):
    """A mark as Agg draws it: a path and its matrix, row by row, y upwards; fill and stroke as RGBA from 0 to 1.

    cap  "butt" or "round", which also tells how corners are joined; empty where nothing is stroked
    """

    path: Curve
    matrix: tuple[float, ...]
    fill: tuple[float, float, float, float]
    stroke: tuple[float, float, float, float] = _NONE
    width: float = 0.0
    dash: tuple[float, list[float] | None] = (0.0, None)
    cap: str = ""


class Cells(NamedTuple):
    """An image's colours, uint8 of shape (rows, columns, 3), and the box in pixels that they fill."""

    colours: np.ndarray
    box: tuple[float, float, float, float]


class Surface:
    """Pixels to draw on. `words` holds one number for each: R in the lowest byte, then G, B, and the coverage."""

    def __init__(self, width: int, height: int) -> None:
        from matplotlib.backends.backend_agg import RendererAgg

        self._agg: Any = RendererAgg(width, height, 72)
        self._bytes = np.asarray(self._agg.buffer_rgba())
        self.words: np.ndarray = self._bytes.view("<u4")[:, :, 0]

    def placed(self, mark: Mark, scale: float, left: float, top: float) -> Stroke | Cells:
        """Return a mark as `draw` takes it, `scale` times as large, from (left, top) on."""
        if isinstance(mark, Image):
            colours = np.frombuffer(mark.rgb, np.uint8).reshape(mark.rows, mark.cols, 3)
            return Cells(colours, (left + scale * mark.x, top + scale * mark.y, scale * mark.w, scale * mark.h))
        path, (across, down, x, y) = shape(mark, scale, left, top)
        matrix = (across, 0.0, x, 0.0, -down, self.words.shape[0] - y, 0.0, 0.0, 1.0)
        fill = _floats(mark.fill) if mark.fill else _NONE
        if isinstance(mark, Text) or not mark.stroke:
            return Stroke(path, matrix, fill)
        dash = (0.0, [d * scale for d in mark.dash] if mark.dash else None)
        cap = mark.cap if isinstance(mark, Path) else "butt"  # only a path has ends
        return Stroke(path, matrix, fill, _floats(mark.stroke), mark.line * scale, dash, cap)

    def draw(self, marks: Iterable[Stroke | Cells]) -> None:
        """Draw marks from back to front."""
        run: list[Stroke] = []
        cap = ""
        for mark in marks:
            if isinstance(mark, Cells):
                self._stroke(run, cap)
                self._fill(mark)
                run, cap = [], ""
                continue
            if cap and mark.cap and cap != mark.cap:  # a call has one pen
                self._stroke(run, cap)
                run, cap = [], ""
            run.append(mark)
            cap = cap or mark.cap
        self._stroke(run, cap)

    def _stroke(self, run: list[Stroke], cap: str) -> None:
        if not run:
            return
        paths, matrices, fills, colours, widths, dashes, _ = zip(*run, strict=True)
        self._agg.draw_path_collection(
            _pen(cap or "butt"), _UNIT, list(paths), np.array(matrices).reshape(-1, 3, 3), _UNMOVED, _UNIT,
            np.array(fills), np.array(colours), np.array(widths), list(dashes), _SMOOTH, [], "screen",
        )  # fmt: skip

    def _fill(self, cells: Cells) -> None:
        height, width = self.words.shape
        (rows, cols, _), (x, y, w, h) = cells.colours.shape, cells.box
        x0, y0 = max(0, round(x)), max(0, round(y))
        x1, y1 = min(width, round(x + w)), min(height, round(y + h))
        column = np.clip(((np.arange(x0, x1) + 0.5 - x) / w * cols).astype(int), 0, cols - 1)
        row = np.clip(((np.arange(y0, y1) + 0.5 - y) / h * rows).astype(int), 0, rows - 1)
        self._bytes[y0:y1, x0:x1, :3] = cells.colours[row[:, None], column]


@lru_cache(maxsize=2)
def _pen(cap: str) -> Any:
    from matplotlib.backend_bases import GraphicsContextBase

    pen = GraphicsContextBase()
    pen.set_snap(False)
    pen.set_capstyle(cap)
    pen.set_joinstyle("round" if cap == "round" else "miter")
    return pen


@lru_cache(maxsize=1024)
def _floats(colour: str) -> tuple[float, float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255, 1.0
