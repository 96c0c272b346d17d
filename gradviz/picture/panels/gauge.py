"""Panel: the loss as the needle of an instrument, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...record import Run
from .. import numbers
from ..card import text
from ..moment import Moment
from ..scene import Element, Mark, Path, Scene, circle, line
from ..theme import Theme
from .axes import HEAD, SMALL, array, arrow, decades, evaluations, nothing, padded, scene, tick_text, ticks

_TURN = 78.0  # degrees from upright to either end of the scale
_LEAST = (176.0, 148.0)  # px: a dial of half that width, its needle and its number
_RANGE = 1e6  # a loss that falls to nothing is followed over so much of it


@dataclass(frozen=True)
class Gauge:
    """Draw the last loss as a needle, and an arrow that says whether it fell or rose."""

    title: str = "loss"
    weight: float = 0.8
    least: ClassVar[tuple[float, float]] = _LEAST

    def needs(self, run: Run) -> str:
        return "a descent: film gv.descend(...)" if array(run, "loss") is None else ""

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        losses = array(run, "loss")
        if losses is None:
            return nothing(size, theme, self.title, f"needs {self.needs(run)}")
        low, high, log = _range(losses)
        w, h = size
        r = min((w - 2 * 34) / 2 / math.sin(math.radians(_TURN)), h - HEAD - 50)
        cx, cy = w / 2, HEAD + 14 + r + max(0.0, (h - HEAD - r - 60) / 2)

        def turn(v: float) -> float:
            a, b, c = (math.log(u) if log else u for u in (low, min(max(v, low), high), high))
            return _TURN * (2 * (b - a) / (c - a) - 1)

        marks: list[Mark] = [_scale(cx, cy, r, theme)]
        edge: list[float] = []
        for v in decades(low, high) if log else ticks(low, high, 5):
            at = turn(v)
            (ax, ay), (bx, by) = _at(cx, cy, r, at), _at(cx, cy, r - 7, at)
            marks.append(line(ax, ay, bx, by, stroke=theme.grey, width=1.25))
            tx, ty = _at(cx, cy, r + (12 if abs(at) < 20 else 7), at)
            anchor = "middle" if abs(at) < 20 else "start" if at > 0 else "end"
            label = text(tx, ty + 4, tick_text(v), SMALL, theme.grey, anchor=anchor)
            if all(abs(at - e) * math.pi / 180 * r > 30 for e in edge):
                marks.append(label)
                edge.append(at)
        return scene(size, theme, self.title, (
            Element("scale", "panel", tuple(marks)),
            Element("needle", "panel", tuple(_needle(losses, moment, theme, (cx, cy, r), turn))),
        ))  # fmt: skip


def _range(losses: np.ndarray) -> tuple[float, float, bool]:
    """Return the scale's ends, and whether by powers of ten: where some losses are below 0, or none above, not."""
    seen = losses[np.isfinite(losses)]
    good = seen[seen > 0]
    if not good.size or seen.min() < 0:
        return *padded(seen), False
    high = float(good.max())
    low = max(float(good.min()), high / _RANGE)
    room = max((high / low) ** 0.08, 1.2)
    return low / room, high * room, True


def _needle(
    losses: np.ndarray,
    moment: Moment,
    theme: Theme,
    at: tuple[float, float, float],
    turn: Callable[[float], float],
) -> list[Mark]:
    n = min(evaluations(moment), len(losses))
    cx, cy, r = at
    if not n:
        return [circle(cx, cy, 6, fill=theme.ink)]
    value = float(losses[n - 1])
    tip = _at(cx, cy, r - 10, turn(value) if math.isfinite(value) else _TURN)
    marks: list[Mark] = [
        line(cx, cy, *tip, stroke=theme.value, width=3, cap="round"),
        circle(cx, cy, 6, fill=theme.ink),
    ]
    label = text(cx, cy + 26, numbers.number(value), 15, theme.value, bold=True, mono=True, anchor="middle")
    marks.append(label)
    if n > 1 and math.isfinite(float(losses[n - 2])) and losses[n - 2] != value:
        x, down = cx + label.width / 2 + 14, value < losses[n - 2]
        marks += arrow(x, cy + (13 if down else 27), x, cy + (27 if down else 13), theme.ink, 2.0)
    return marks


def _at(cx: float, cy: float, r: float, turn: float) -> tuple[float, float]:
    a = math.radians(turn)
    return (cx + r * math.sin(a), cy - r * math.cos(a))


def _scale(cx: float, cy: float, r: float, theme: Theme) -> Path:
    points = [_at(cx, cy, r, _TURN * (k / 20 - 1)) for k in range(41)]
    return Path("M" + "L" * 40, tuple(round(v, 2) for p in points for v in p), None, theme.grey, 1.25)
