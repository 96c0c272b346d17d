"""Panel: the loss over two parameters as contours, with the gradient, its negative, and the path so far."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...record import Run
from ..card import text
from ..fonts import measure
from ..moment import Moment
from ..scene import Element, Mark, Scene, circle
from ..theme import Theme
from ..words import cut, visible
from .axes import PAD, SMALL, Axes, array, arrow, clipped, head, least, nothing, plot, polyline, scene, updates

_LINES = 36.0  # px more than another plot's height: what is said here is in its shape
_LEVELS = 12
_FLAT = 1e-3  # of the steepest gradient of the film
_APART = 9.0  # px between two dots of the path
_KEY = ("gradient", "downhill")
_ARROW = 46.0  # px of the gradient's arrow


@dataclass(frozen=True)
class Over:
    """Draw the loss over two numbers; the run has it where the descent was given over=(first, second)."""

    title: str = ""

    def needs(self, run: Run) -> str:
        first, second = _names(run)
        if any(array(run, k) is None for k in (f"over {first}, {second}", f"path {first}", f"path {second}")):
            return "a descent with over=(a, b), two of its parameters: film gv.descend(..., over=('a', 'b'))"
        return ""

    def least(self, run: Run) -> tuple[tuple[float, float], ...]:
        return least(200.0, self._titled(run), _room(), names=("a", "b"), lines=_LINES)

    def _titled(self, run: Run) -> str:
        first, second = (cut(visible(name), 8) for name in _names(run))
        return self.title or (f"loss over {first} and {second}" if second else "loss over two parameters")

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        (first, second), title = _names(run), self._titled(run)
        table, a, b = (array(run, k) for k in (f"over {first}, {second}", f"path {first}", f"path {second}"))
        if table is None or a is None or b is None:
            return nothing(size, theme, title, f"needs {self.needs(run)}")
        top = head(size[0], title, _room())
        across, up, field = table[0, 1:], table[1:, 0], table[1:, 1:]
        axes, around = plot(
            size, theme, (float(across[0]), float(across[-1])), (float(up[0]), float(up[-1])),
            names=(cut(visible(first), 8), cut(visible(second), 8)), grid=False, square=True,
            head=top,
        )  # fmt: skip
        t = min(updates(moment), len(a) - 1)
        trail: list[Mark] = polyline(axes.line(a[: t + 1], b[: t + 1]), theme.ink, 1.75) if t else []
        last: tuple[float, float] | None = None
        for v, w in zip(a[:t], b[:t], strict=True):
            at = axes.x(float(v)), axes.y(float(w))
            if axes.holds(*at) and (last is None or math.dist(at, last) >= _APART):
                trail.append(circle(*at, 2.5, fill=theme.ink))
                last = at
        here = axes.x(float(a[t])), axes.y(float(b[t]))
        if axes.holds(*here):
            trail.append(circle(*here, 5, fill=theme.ink, stroke=theme.panel, line=1.5))
        arrows = _arrows(axes, theme, moment, run, (first, second), (float(a[t]), float(b[t])))
        parts = (
            Element("contours", "panel", tuple(_contours(axes, theme, across, up, field))),
            around,
            Element("path", "panel", tuple(trail)),
            Element("arrows", "panel", tuple(arrows)),
        )
        return scene(size, theme, title, parts, _key(size[0], theme) if arrows else (), top=top)


def _names(run: Run) -> tuple[str, str]:
    """Return the two parameters that the run has the loss over."""
    key = next((k for k in run.series if k.startswith("over ")), "")
    first, _, second = key.removeprefix("over ").partition(", ")
    return first, second


def _room() -> float:
    """Return the px that the key takes."""
    return sum(measure(word, SMALL) + 24 for word in _KEY) + 14


def _contours(axes: Axes, theme: Theme, across: np.ndarray, up: np.ndarray, field: np.ndarray) -> list[Mark]:
    """Draw lines of equal loss, close together near the least of it: equal steps of the root above the least."""
    from contourpy import contour_generator  # comes with Matplotlib

    good = field[np.isfinite(field)]
    if not good.size or good.max() == good.min():
        return []
    low = float(good.min())
    top = float(np.percentile(good, 92)) - low
    levels = [low + top * (k / _LEVELS) ** 2 for k in range(1, _LEVELS + 1)]
    maker = contour_generator(across, up, np.where(np.isfinite(field), field, good.max()))
    marks: list[Mark] = []
    for k, level in enumerate(levels):
        pieces = [axes.line(one[:, 0], one[:, 1]) for one in _lines(maker, level)]
        flat = [_thin(p) for found in pieces for p in found]
        marks += polyline(flat, theme.grey if k < 3 else theme.idle, 1.25 if k < 3 else 1.0)
    return marks


def _lines(maker: Any, level: float) -> list[np.ndarray]:
    return [np.asarray(one) for one in maker.lines(level)]


def _thin(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out points of a line that lie within 1.5 px of the one before."""
    kept = points[:1]
    for p in points[1:-1]:
        if math.dist(p, kept[-1]) >= 1.5:
            kept.append(p)
    return [*kept, points[-1]]


def _arrows(
    axes: Axes, theme: Theme, moment: Moment, run: Run, names: tuple[str, str], at: tuple[float, float]
) -> list[Mark]:
    """Draw the gradient (the way up) and its negative (the way down) where the parameters are.

    Directions are those of the two axes as they are drawn; both arrows have one length, for how steep it is can be
    read from the lines.
    """
    if moment.step is not None and moment.step.kind == "update" and not moment.step.whole:
        return []  # the gradient belongs to the place that was just left
    nodes = {n.name: n.id for n in run.graph.nodes if n.is_leaf}
    grads = [moment.after.grads.get(nodes.get(name, -1)) for name in names]
    if not all(isinstance(g, float) and math.isfinite(g) for g in grads) or (moment.step and moment.step.whole):
        return []
    steep = [array(run, f"gradient {name}") for name in names]
    most = max((float(s[np.isfinite(s)].max(initial=0.0)) for s in steep if s is not None), default=0.0)
    if math.hypot(*map(float, grads)) < _FLAT * most:  # type: ignore[arg-type]  # all known by now
        return []  # at the bottom there is no way down
    x0, y0, x1, y1 = axes.box
    across = float(grads[0]) * (x1 - x0) / (axes.across[1] - axes.across[0])  # type: ignore[arg-type]  # as above
    upward = -float(grads[1]) * (y1 - y0) / (axes.up[1] - axes.up[0])  # type: ignore[arg-type]  # as above
    length = math.hypot(across, upward)
    if length < 1e-12:
        return []
    dx, dy = _ARROW * across / length, _ARROW * upward / length
    px, py = axes.x(at[0]), axes.y(at[1])
    marks: list[Mark] = []
    for sign, colour in ((1, theme.grad), (-1, theme.ink)):
        inside = clipped([(px, py), (px + sign * dx, py + sign * dy)], axes.box)
        if inside:
            (_, _), (ex, ey) = inside[0][0], inside[0][-1]
            marks += arrow(px, py, ex, ey, colour, 2.5)
    return marks


def _key(width: float, theme: Theme) -> list[Mark]:
    """Say which arrow is which."""
    down = text(width - PAD, 25, _KEY[1], SMALL, theme.ink, anchor="end")
    x = width - PAD - down.width - 24
    grad = text(x - 14, 25, _KEY[0], SMALL, theme.grad_text, anchor="end")
    y = x - 14 - grad.width - 24
    return [
        *arrow(x, 21, x + 18, 21, theme.ink), down, *arrow(y, 21, y + 18, 21, theme.grad), grad,
    ]  # fmt: skip
