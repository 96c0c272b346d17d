"""Panel: the loss along one parameter, with the tangent whose slope is the gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...calculus.series import plain
from ...record import Run
from ..card import text
from ..fonts import measure
from ..moment import Moment
from ..scene import Element, Mark, Scene, circle
from ..theme import Theme
from ..words import cut, visible
from .axes import (
    PAD,
    SMALL,
    Axes,
    array,
    arrow,
    clipped,
    evaluations,
    head,
    least,
    nothing,
    plot,
    polyline,
    scene,
    updates,
    value_text,
)

_SLOPE = "slope −0.00001234"  # the longest that is said beside the title
_REACH = 0.42  # of the plot's smaller side: half the tangent's length


@dataclass(frozen=True)
class Along:
    """Draw the loss along `name`; the run has it where the descent was given along=name.

    up   the range of losses that is shown, for panels to be compared; by default what shows the path well
    """

    name: str = ""
    title: str = ""
    up: tuple[float, float] | None = None

    def needs(self, run: Run) -> str:
        name = self._name(run)
        if any(array(run, key) is None for key in (f"along {name}", f"path {name}", "loss")):
            return f"a descent with along={name or '…'!r}: film gv.descend(..., along={name or '…'!r})"
        return ""

    def least(self, run: Run) -> tuple[tuple[float, float], ...]:
        return least(190.0, self._titled(run), measure(_SLOPE, SMALL), names=("w", ""))

    def _name(self, run: Run) -> str:
        keys = [k for k in run.series if k.startswith("along ")]
        wanted = plain(f"along {self.name}") if self.name else None
        return next((k for k in keys if wanted in (None, plain(k))), f"along {self.name}").removeprefix("along ")

    def _titled(self, run: Run) -> str:
        return self.title or f"loss along {cut(visible(self._name(run)), 12)}"

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        name, title = self._name(run), self._titled(run)
        table, path, losses = array(run, f"along {name}"), array(run, f"path {name}"), array(run, "loss")
        if table is None or path is None or losses is None:
            return nothing(size, theme, title, f"needs {self.needs(run)}")
        places, curves = table[0], table[1:]
        if not np.isfinite(curves).any():
            return nothing(size, theme, title, "the loss is not finite here")
        t = min(updates(moment), len(path) - 1)
        known = min(evaluations(moment), len(losses))
        moving = moment.step is not None and moment.step.kind == "update" and 0 < t == known
        curve = curves[min(t - 1 if moving else t, len(curves) - 1)]
        axes, around = plot(
            size,
            theme,
            (float(places[0]), float(places[-1])),
            self.up or _height(curves, losses),
            names=(cut(visible(name), 12), ""),
            head=(top := head(size[0], title, measure(_SLOPE, SMALL))),
        )
        marks: list[Mark] = list(polyline(axes.line(places, curve), theme.value, 2.0))
        if len(curves) == 1:  # the curve is one for all moments, so the points so far lie on it
            marks += [
                circle(axes.x(path[i]), axes.y(losses[i]), 3.5, fill=theme.panel, stroke=theme.ink, line=1.5)
                for i in range(min(t, known))
                if axes.holds(axes.x(path[i]), axes.y(losses[i]))
            ]
        marks_now, aside = _now(axes, theme, moment, run, name, (path, losses, curve, places), t, known, size[0])
        parts = (around, Element("curve", "panel", tuple(marks)), Element("now", "panel", tuple(marks_now)))
        return scene(size, theme, title, parts, aside, top=top)


def _height(curves: np.ndarray, losses: np.ndarray) -> tuple[float, float]:
    """Return the range of losses to show: the curve's, but no more than what shows the path well."""
    good = curves[np.isfinite(curves)]
    low, high = float(good.min()), float(np.percentile(good, 97))
    seen = losses[np.isfinite(losses)]
    high = max(min(high, low + 2.5 * (float(seen.max()) - low)), low + 1e-9)
    room = 0.08 * (high - low) or 1.0
    return (low - room, high + room)


def _now(
    axes: Axes,
    theme: Theme,
    moment: Moment,
    run: Run,
    name: str,
    series: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    t: int,
    known: int,
    width: float,
) -> tuple[list[Mark], list[Mark]]:
    """Draw the point where we are, the tangent while its slope is known, and the step that was taken from there."""
    path, losses, curve, places = series
    moving = moment.step is not None and moment.step.kind == "update" and 0 < t == known  # the loss is not known yet
    at = t - 1 if moving else t
    if known <= at:
        return [], []
    w, error = float(path[at]), float(losses[at])
    px, py = axes.x(w), axes.y(error)
    marks: list[Mark] = []
    aside: list[Mark] = []
    node = next((n.id for n in run.graph.nodes if n.name == name and n.is_leaf), None)
    slope = moment.after.grads.get(node) if node is not None else None
    if isinstance(slope, float) and math.isfinite(slope):
        x0, y0, x1, y1 = axes.box
        # The slope on the screen, px per px, turned down because y grows downwards.
        k = -slope * ((y1 - y0) / (axes.up[1] - axes.up[0])) / ((x1 - x0) / (axes.across[1] - axes.across[0]))
        reach = _REACH * min(x1 - x0, y1 - y0) / math.hypot(1, k)
        ends = [(px - reach, py - k * reach), (px + reach, py + k * reach)]
        marks += polyline(clipped(ends, axes.box), theme.grad, 2.5)
        aside.append(text(width - PAD, 25, f"slope {value_text(slope)}", SMALL, theme.grad_text, anchor="end"))
    if moving and math.isfinite(float(path[t])):
        qx = min(max(axes.x(float(path[t])), axes.box[0]), axes.box[2])
        qy = axes.y(float(np.interp(path[t], places, curve)))
        down = axes.box[3]
        marks += polyline(clipped([(px, py), (px, down)], axes.box), theme.idle, 1.25, dash=(3, 3))
        marks += polyline(clipped([(qx, qy), (qx, down)], axes.box), theme.idle, 1.25, dash=(3, 3))
        marks += arrow(px, down - 6, qx, down - 6, theme.ink)
    if axes.holds(px, py):
        marks.append(circle(px, py, 5, fill=theme.ink, stroke=theme.panel, line=1.5))
    return marks, aside
