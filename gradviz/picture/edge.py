"""Edges: cubics between cards with a head at each end that says which way something went."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..record import Value
from .plan import Edge
from .scene import Mark, Path
from .theme import Theme

IDLE, DONE, ACTIVE = 1.25, 1.75, 3.0
#: Edge widths in the finished still: of nothing, and of the smallest and the largest contribution.
THIN, THINNEST, THICK = 1.25, 1.75, 4.5
_DECADES = 1e-3  # of the largest contribution: smaller ones are as thin as can be, so that the others differ
_CASE = 1.25  # px of ground beside a wide edge, so that edges that lie over one another stay apart


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
    """The scale from the size of a contribution to the width of its edge, logarithmic; `thin` times as wide.

    low, high  the least and the largest size that has a width of its own; 0 where there is none
    less       whether some are smaller than `low`; `zero` whether some are 0
    """

    low: float
    high: float
    less: bool = False
    zero: bool = False
    thin: float = 1.0

    def of(self, value: float) -> float:
        """Return the width (px) for a size; zero and NaN have the least, infinities the greatest."""
        return round(self.thin * self._full(value), 2)

    def _full(self, value: float) -> float:
        if not value > 0:
            return THIN
        if math.isinf(value) or self.high <= self.low:
            return (THIN + THICK) / 2 if math.isfinite(value) else THICK
        t = (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return THINNEST + min(max(t, 0.0), 1.0) * (THICK - THINNEST)


def widths(sent: Mapping[tuple[int, int], Value], thin: float = 1.0) -> Widths:
    """Return the scale for all contributions of a sweep, so thin; it covers at most three decades."""
    every = [size(value) for value in sent.values()]
    zero, sizes = 0.0 in every, [s for s in every if 0 < s < math.inf]
    if not sizes:
        return Widths(0.0, 0.0, zero=zero, thin=thin)
    least, low = min(sizes), max(sizes) * _DECADES
    return Widths(max(least, low), max(sizes), least < low, zero, thin)


def _trim(points: np.ndarray, head: float, tail: float) -> np.ndarray:
    """Cut the ends off a chain of cubics, to make room for the heads; what is left lies where it lay."""
    return _cut(_cut(points, tail)[::-1], head)[::-1]


def _cut(points: np.ndarray, amount: float) -> np.ndarray:
    """Return a chain of cubics without what lies within `amount` px of its start, by de Casteljau's split."""
    p, q, r, s = points[:4]
    low, high = 0.0, 0.9
    for _ in range(14 if amount else 0):
        t = (low + high) / 2
        u = 1 - t
        at = u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s
        low, high = (t, high) if math.hypot(*(at - p)) < amount else (low, t)
    t = low
    pq, qr, rs = p + t * (q - p), q + t * (r - q), r + t * (s - r)
    left, right = pq + t * (qr - pq), qr + t * (rs - qr)
    return np.concatenate([[left + t * (right - left), right, rs], points[3:]])


def _head(tip: np.ndarray, neck: np.ndarray, long: float, half: float, colour: str) -> Path:
    """Draw a head from its tip to where the shaft begins, so that it goes on in the shaft's direction."""
    d = neck - tip
    d = d / max(math.hypot(*d), 1e-6)
    base, side = tip + d * long, np.array((-d[1], d[0])) * half
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
    grow = max(0.0, (width - 2) * 0.2) if not active else 0.0
    back = flow.sent or backward
    large = (11.0, 5.0) if active else (9.0 + grow, 4.0 + grow)
    front = (9.0, 4.0) if backward else large
    shaft = _trim(points, front[0] - 1, large[0] - 1 if back else 0.0)
    heads = [_head(points[-1], shaft[-1], *front, ahead)]
    if back:
        heads.append(_head(points[0], shaft[0], *large, theme.grad))
    ops = "M" + "C" * ((len(points) - 1) // 3)
    line = Path(ops, tuple(round(v, 2) for v in shaft.ravel().tolist()), None, colour, width)
    if active or not flow.width:
        return (line, *heads)
    return (line._replace(stroke=theme.ground, line=round(width + 2 * _CASE, 2)), line, *heads)


def name(edge: Edge) -> str:
    return f"edge-{edge[0]}-{edge[1]}-{edge[2]}"
