"""Panel: the data, the fitted curve, and the residuals as the squares whose mean is the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...record import Run
from ..card import text
from ..chrome import shorten
from ..fonts import measure
from ..moment import Moment
from ..scene import Element, Mark, Rect, Scene, circle
from ..theme import Theme
from .axes import LINE, PAD, SMALL, Axes, array, head, least, nothing, padded, plot, scene, smooth, updates

_TITLE = "data and curve"
_KEY = "squared error"
_SERIES = (("data", "x"), ("data", "y"), ("data", "fit"), ("curve", "x"), ("curve", "y"))
_WIDTHS = (210.0, 260.0, 320.0, 400.0, 500.0)  # px
_SQUARES, _POINTS = 60, 600  # beyond so many points no squares are drawn, and not every point


@dataclass(frozen=True)
class Curve:
    """Draw the points and the model's curve at the moment's parameters.

    x, y    names of the axes
    shown   (start, step): a place v is labelled start + step·v, for inputs that were scaled
    tall    the same for the upright axis
    note    what is said over the plot; from a colon on only where there is room
    """

    x: str = "x"
    y: str = "y"
    shown: tuple[float, float] = (0.0, 1.0)
    tall: tuple[float, float] = (0.0, 1.0)
    title: str = _TITLE
    note: str = ""
    weight: float = 2.0

    def needs(self, run: Run) -> str:
        if any(array(run, f"{a} {b}") is None for a, b in _SERIES):
            return "a descent with curve=(model, x, y): film gv.descend(..., curve=(model, x, y))"
        return ""

    def least(self, run: Run) -> tuple[tuple[float, float], ...]:
        del run
        names = (self.x, self.y)
        return tuple(least(w, self.title, _room(), names=names, lines=LINE * len(self._over(w)))[0] for w in _WIDTHS)

    def _over(self, wide: float) -> list[str]:
        """Return the lines that the note takes over the upright axis' name: none where it fits beside that."""
        room = wide - 2 * PAD
        if not self.note or self._beside(wide):
            return []
        if measure(self.note, SMALL) <= room:
            return [self.note]
        lines: list[str] = []
        for word in self.note.partition(":")[0].split():
            if lines and measure(f"{lines[-1]} {word}", SMALL) <= room:
                lines[-1] += f" {word}"
            else:
                lines.append(shorten(word, room, SMALL))
        return lines

    def _beside(self, wide: float) -> str:
        """Return what of the note fits beside the upright axis' name."""
        room = wide - 2 * PAD - measure(self.y, SMALL) - 14
        return next((n for n in (self.note, self.note.partition(":")[0]) if n and measure(n, SMALL) <= room), "")

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        xs, ys = array(run, "data x"), array(run, "data y")
        fits, grid, curves = array(run, "data fit"), array(run, "curve x"), array(run, "curve y")
        if xs is None or ys is None or fits is None or grid is None or curves is None:
            return nothing(size, theme, self.title, f"needs {self.needs(run)}")
        t = min(updates(moment), len(fits) - 1)
        start, step = self.tall
        top, over = head(size[0], self.title, _room()), self._over(size[0])
        low, high = padded(np.concatenate([ys, fits[-1] if np.isfinite(fits[-1]).all() else ys]), 0.25)
        axes, around = plot(
            size, theme, (float(grid[0]), float(grid[-1])), (start + step * low, start + step * high),
            names=(self.x, self.y), shown=self.shown,
            head=top + LINE * len(over),
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
        notes = [text(PAD, top + 5 + LINE * i, said, SMALL, theme.ink) for i, said in enumerate(over)]
        if beside := self._beside(size[0]):
            notes.append(text(size[0] - PAD, axes.box[1] - 11, beside, SMALL, theme.ink, anchor="end"))
        parts = (*parts, Element("note", "panel", tuple(notes))) if notes else parts
        key = _key(size[0], theme) if squares or len(xs) <= _SQUARES else ()
        return scene(size, theme, self.title, parts, key, top=top)


def _room() -> float:
    """Return the px that the key takes."""
    return measure(_KEY, SMALL) + 18


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
    label = text(width - PAD, 25, _KEY, SMALL, theme.grey, anchor="end")
    x = width - PAD - label.width - 18
    return [Rect(x, 15, 11, 11, 0, theme.value_tint, theme.grey, 1.0), label]
