"""Panel: the loss over the iterations, on a logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...record import Run
from ..card import text
from ..fonts import measure
from ..moment import Moment
from ..numbers import number
from ..scene import Element, Mark, Scene, circle
from ..theme import Theme
from ..words import Names, fits, visible
from .axes import PAD, SMALL, array, evaluations, head, least, nothing, padded, plot, polyline, scene

_LONGEST = "−0.00001234"
_NOTHING = 1e-16  # of the first loss: what falls further has come to nothing, by the precision of the numbers


@dataclass(frozen=True)
class Losses:
    """Draw the losses so far; with batches the loss over all data as well, thin."""

    title: str = "loss by iteration"

    def needs(self, run: Run) -> str:
        losses = array(run, "loss")
        return "a descent: film gv.descend(...)" if losses is None or len(losses) < 2 else ""

    def least(self, run: Run) -> tuple[tuple[float, float], ...]:
        return least(190.0, self.title, _room(run), names=("iteration", ""))

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        losses, whole = array(run, "loss"), array(run, "loss of all")
        if losses is None or self.needs(run):
            return nothing(size, theme, self.title, f"needs {self.needs(run)}")
        top = head(size[0], self.title, _room(run))
        up, log = _range(losses if whole is None else np.concatenate([losses, whole]))
        axes, around = plot(
            size, theme, (0, len(losses) - 1), up, log=log, names=("iteration", ""), whole=True, head=top
        )
        n = max(0, min(evaluations(moment), len(losses)))
        marks: list[Mark] = []
        floor = np.maximum(losses, axes.up[0])
        if whole is not None and n > 1:
            marks += polyline(axes.line(range(n), np.maximum(whole[:n], axes.up[0])), theme.grey, 1.25)
        if n > 1:
            marks += polyline(axes.line(range(n), floor[:n]), theme.value, 2.0)
        aside: list[Mark] = []
        if n:
            px, py = axes.x(n - 1), axes.y(float(floor[n - 1]))
            if axes.holds(px, py):
                marks.append(circle(px, py, 4.5, fill=theme.value))
            label = f"{_name(run)} = {number(float(losses[n - 1]))}"
            aside.append(text(size[0] - PAD, 25, label, SMALL, theme.value, mono=False, anchor="end"))
        return scene(size, theme, self.title, (around, Element("losses", "panel", tuple(marks))), aside, top=top)


def _range(every: np.ndarray) -> tuple[tuple[float, float], bool]:
    """Return the range of losses to show, and whether by powers of ten: where some are below 0, or none above, not."""
    seen = every[np.isfinite(every)]
    good = seen[seen > 0]
    if not good.size or seen.min() < 0:
        return padded(seen), False
    high = float(good.max())
    low = max(float(good.min()), float(good[0]) * _NOTHING)
    decades = math.log10(high) - math.log10(low)
    room = 10.0 ** (0.06 * decades) if high > low else 1.5
    return (max(low / room, 1e-300), min(high * room, 1e308)), True


def _room(run: Run) -> float:
    """Return the px that the loss takes beside the title at most."""
    return measure(f"{_name(run)} = {_LONGEST}", SMALL)


def _name(run: Run) -> str:
    """Return what the loss is called in the formulas beside the panel."""
    if len(run.graph.outputs) != 1:
        return "L"
    node = run.graph.nodes[run.graph.outputs[0]]
    name = visible(node.name)  # most have a short one, and all names of a large graph take time
    return name if name and fits(name) else Names(run.graph).formula(node.id)
