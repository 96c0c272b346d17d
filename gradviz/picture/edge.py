"""Edges: cubics between cards with a head at each end that says which way something went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..record import Value
from .chips import Edge
from .scene import Mark, Path
from .theme import Theme

IDLE, DONE, ACTIVE = 1.25, 1.75, 3.0
_THIN, _THICK = 1.25, 5.5  # edge widths in the finished still


@dataclass(frozen=True, slots=True)
class Flow:
    """How an edge looks: idle, active in a sweep, or done with a width."""

    active: str = ""  # the kind of the sweep that uses it in this step
    sent: bool = False  # a gradient has gone back along it
    width: float = 0.0  # in the finished still


def size(value: Value) -> float:
    """Return the size of a contribution: its absolute value, or the largest one in it."""
    if type(value) is float:
        return abs(value)
    if isinstance(value, tuple):
        return max(map(size, value), default=0.0)
    array = np.abs(np.asarray(value, dtype=float))
    return float(array.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Widths:
    """The scale from the size of a contribution to the width of its edge, logarithmic."""

    low: float
    high: float

    def of(self, value: float) -> float:
        """Return the width (px) for a size; zero and NaN have the least, infinities the greatest."""
        if not value > 0:
            return _THIN
        if math.isinf(value) or self.high <= self.low:
            return (_THIN + _THICK) / 2 if math.isfinite(value) else _THICK
        t = (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return round(_THIN + 0.75 + min(max(t, 0.0), 1.0) * (_THICK - _THIN - 0.75), 2)


def widths(sent: Mapping[tuple[int, int], Value]) -> Widths:
    """Return the scale for all contributions of a sweep; it covers at most six decades."""
    sizes = [s for s in map(size, sent.values()) if 0 < s < math.inf]
    if not sizes:
        return Widths(1.0, 1.0)
    return Widths(max(min(sizes), max(sizes) * 1e-6), max(sizes))


def _trim(points: np.ndarray, head: float, tail: float) -> np.ndarray:
    """Pull the ends of a chain of cubics back along their tangents, to make room for the heads."""
    points = points.copy()
    for end, near, amount in ((0, 1, tail), (-1, -2, head)):
        if amount:
            step = _unit(points, end) * amount
            points[end] += step
            points[near] += step * 0.5
    return points


def _unit(points: np.ndarray, end: int) -> np.ndarray:
    """Return the direction from an end into the curve."""
    inner = range(1, len(points)) if end == 0 else range(len(points) - 2, -1, -1)
    for i in inner:
        d = points[i] - points[end]
        length = float(np.hypot(*d))
        if length > 1e-6:
            return np.asarray(d / length)
    return np.array((1.0, 0.0))


def _head(points: np.ndarray, end: int, long: float, half: float, colour: str) -> Path:
    tip, d = points[end], _unit(points, end)
    base = tip + d * long
    side = np.array((-d[1], d[0])) * half
    xy = (*tip.tolist(), *(base + side).tolist(), *(base - side).tolist())
    return Path("MLLZ", tuple(round(v, 2) for v in xy), colour)


def draw(xy: Sequence[float], flow: Flow, theme: Theme) -> tuple[Mark, ...]:
    """Draw an edge: grey head at the user always, vermilion head at the source once a gradient went there."""
    points = np.asarray(xy, float).reshape(-1, 2)
    backward = flow.active == "backward"
    active = bool(flow.active)
    ahead = theme.value if active and not backward else theme.idle
    colour = theme.grad if backward or (flow.sent and not active) else theme.value if active else theme.idle
    width = ACTIVE if active else flow.width or (DONE if flow.sent else IDLE)
    grow = max(0.0, (width - 2) * 0.5) if not active else 0.0
    heads: list[Mark] = []
    back = flow.sent or backward
    long, half = (11.0, 5.0) if active else (9.0 + grow, 4.0 + grow)
    heads.append(_head(points, -1, *((9.0, 4.0) if backward else (long, half)), ahead))
    if back:
        heads.append(_head(points, 0, long, half, theme.grad))
    shaft = _trim(points, (8.0 if backward else long - 1), long - 1 if back else 0.0)
    ops = "M" + "C" * ((len(points) - 1) // 3)
    line = Path(ops, tuple(round(v, 2) for v in shaft.ravel().tolist()), None, colour, width)
    return (line, *heads)


def legend_of(scale: Widths, values: Iterable[float]) -> list[tuple[float, float]]:
    """Return (size, width) pairs for the legend of widths."""
    return [(v, scale.of(v)) for v in values]


def name(edge: Edge) -> str:
    return f"edge-{edge[0]}-{edge[1]}-{edge[2]}"
