"""Panel: the data, the fitted curve, and the residuals as the squares whose mean is the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...record import Run
from ..card import text
from ..fonts import measure
from ..moment import Moment
from ..scene import Element, Mark, Rect, Scene, circle
from ..theme import Theme
from .axes import PAD, SMALL, Axes, array, nothing, padded, plot, scene, smooth, updates

_TITLE = "data and curve"
_SQUARES, _POINTS = 60, 600  # beyond so many points no squares are drawn, and not every point


@dataclass(frozen=True)
class Curve:
    """Draw the points and the model's curve at the moment's parameters.

    x, y    names of the axes
    shown   (start, step): a place v is labelled start + step·v, for inputs that were scaled
    tall    the same for the upright axis
    note    what is said over the plot, where there is room
    """

    x: str = "x"
    y: str = "y"
    shown: tuple[float, float] = (0.0, 1.0)
    tall: tuple[float, float] = (0.0, 1.0)
    title: str = _TITLE
    note: str = ""
    weight: float = 2.0

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        xs, ys = array(run, "data x"), array(run, "data y")
        fits, grid, curves = array(run, "data fit"), array(run, "curve x"), array(run, "curve y")
        if xs is None or ys is None or fits is None or grid is None or curves is None:
            return nothing(size, theme, self.title, "needs a descent with curve=")
        t = min(updates(moment), len(fits) - 1)
        start, step = self.tall
        low, high = padded(np.concatenate([ys, fits[-1] if np.isfinite(fits[-1]).all() else ys]), 0.25)
        axes, around = plot(
            size, theme, (float(grid[0]), float(grid[-1])), (start + step * low, start + step * high),
            names=(self.x, self.y), shown=self.shown,
        )  # fmt: skip
        line = smooth(axes.line(grid, start + step * curves[t]), theme.value, 2.5)
        tall = start + step * ys
        squares = _squares(axes, theme, xs, tall, start + step * fits[t]) if len(xs) <= _SQUARES else []
        few = slice(None, None, 1 + len(xs) // _POINTS)
        r = 4.5 if len(xs) <= _SQUARES else 2.5
        dots = [circle(axes.x(a), axes.y(b), r, fill=theme.ink) for a, b in zip(xs[few], tall[few], strict=True)]
        parts: tuple[Element, ...] = (
            around,
            Element("squares", "panel", tuple(squares)),
            Element("curve", "panel", tuple(line)),
            Element("points", "panel", tuple(dots)),
        )
        room = size[0] - 2 * PAD - measure(self.y, SMALL) - 14
        if self.note and measure(self.note, SMALL) <= room:
            note = text(size[0] - PAD, axes.box[1] - 11, self.note, SMALL, theme.grey, anchor="end")
            parts = (*parts, Element("note", "panel", (note,)))
        return scene(size, theme, self.title, parts, _key(size[0], theme) if squares or len(xs) <= _SQUARES else ())


def _squares(axes: Axes, theme: Theme, xs: np.ndarray, ys: np.ndarray, fits: np.ndarray) -> list[Mark]:
    """Draw each residual as a square, to the side where there is more room, cut off at the plot's edge."""
    x0, y0, x1, y1 = axes.box
    fills: list[Mark] = []
    edges: list[Mark] = []
    for a, b, c in zip(xs, ys, fits, strict=True):
        px, py, qy = axes.x(float(a)), axes.y(float(b)), axes.y(float(c))
        side = abs(py - qy)
        if side < 1:
            continue
        left = px if px + side <= x1 or px - x0 < x1 - px else px - side
        box = (max(left, x0), max(min(py, qy), y0), min(left + side, x1), min(max(py, qy), y1))
        if box[2] - box[0] < 1 or box[3] - box[1] < 1:
            continue
        at = (box[0], box[1], box[2] - box[0], box[3] - box[1])
        fills.append(Rect(*at, 0, theme.value_tint))
        edges.append(Rect(*at, 0, None, theme.grey, 1.0))
    return [*fills, *edges]


def _key(width: float, theme: Theme) -> list[Mark]:
    label = text(width - PAD, 25, "squared error", SMALL, theme.grey, anchor="end")
    x = width - PAD - label.width - 18
    return [Rect(x, 15, 11, 11, 0, theme.value_tint, theme.grey, 1.0), label]
