"""Where the chips with local derivatives stand: beside their curve, and passive ones only where they touch nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .card import text
from .edge import THICK
from .fonts import measure
from .scene import Box, Mark, Rect
from .theme import Theme

#: (source, user, argument position)
Edge: TypeAlias = tuple[int, int, int]

HEIGHT = 20.0
#: Clearances in px: from the middle of its own curve and of others, wide as they are in the finished still; from
#: boxes and chips.
_OWN, _OTHER, _BOX = 4.0 + THICK / 2, 3.5 + THICK / 2, 6.0
_NEARER = 4.0  # px, by which its own curve must be nearer than any other, so that nobody takes it for theirs
_CENTRE = 4.4 / 12  # a line of text is centred on y when its baseline is this many sizes below it
_ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9)
_CLOSELY = tuple(0.5 + side * 0.02 * k for k in range(1, 23) for side in (-1, 1))  # where those find nothing


@dataclass(frozen=True, slots=True)
class Place:
    """The corner of a chip's place; `free` tells whether it touches nothing, so that it may stay."""

    x: float
    y: float
    width: float
    free: bool


def sample(xy: Sequence[float], per: int = 16) -> np.ndarray:
    """Return points along a chain of cubics given as M then C numbers, shape (n, 2)."""
    points = np.asarray(xy, float).reshape(-1, 2)
    t = np.linspace(0, 1, per + 1)[:, None]
    parts = [points[:1]]
    for i in range(0, len(points) - 3, 3):
        p0, p1, p2, p3 = points[i : i + 4]
        curve = (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * p3
        parts.append(curve[1:])
    return np.concatenate(parts)


def gap(box: Box, points: np.ndarray) -> float:
    """Return the least distance from a box to a set of points."""
    x0, y0, x1, y1 = box
    dx = np.maximum(np.maximum(x0 - points[:, 0], points[:, 0] - x1), 0)
    dy = np.maximum(np.maximum(y0 - points[:, 1], points[:, 1] - y1), 0)
    return float(np.sqrt((dx * dx + dy * dy).min(initial=np.inf)))


def apart(a: Box, boxes: np.ndarray) -> float:
    """Return the least distance from a box to others, shape (n, 4)."""
    if not len(boxes):
        return float("inf")
    dx = np.maximum(np.maximum(boxes[:, 0] - a[2], a[0] - boxes[:, 2]), 0)
    dy = np.maximum(np.maximum(boxes[:, 1] - a[3], a[1] - boxes[:, 3]), 0)
    return float(np.sqrt((dx * dx + dy * dy).min()))


def place(
    curves: Mapping[Edge, Sequence[float]], widths: Mapping[Edge, float], boxes: Iterable[Box]
) -> dict[Edge, Place]:
    """Find a place for every chip, once per layout: shortest curves first, since they have the least choice.

    An edge that finds no free place gets the best one there is, for the step in which its chip must be shown.
    """
    lines = {edge: sample(xy) for edge, xy in curves.items()}
    solid = np.array(list(boxes), float).reshape(-1, 4)
    chips = np.empty((0, 4))
    order = sorted(widths, key=lambda e: (float(np.abs(np.diff(lines[e], axis=0)).sum()), e))
    others = {e: _near(lines, e) for e in order}
    found: dict[Edge, Place] = {}

    def clear(box: Box, edge: Edge) -> float:
        return min(
            gap(box, lines[edge]) - _OWN,
            gap(box, others[edge]) - _OTHER,
            apart(box, solid) - _BOX,
            apart(box, chips) - _BOX,
        )

    def free(box: Box, edge: Edge) -> bool:
        if apart(box, solid) < _BOX or apart(box, chips) < _BOX:
            return False
        own, other = gap(box, lines[edge]), gap(box, others[edge])
        return own >= _OWN and other >= max(_OTHER, own + _NEARER)

    for along in (_ALONG, _CLOSELY):
        for edge in order:
            if edge in found:
                continue
            box = next((b for b in _candidates(lines[edge], widths[edge], along) if free(b, edge)), None)
            if box is not None:
                found[edge] = Place(box[0], box[1], widths[edge], True)
                chips = np.concatenate([chips, [box]])
    for edge in order:  # the others keep off the chips that stay and off the cards before all else
        if edge not in found:
            box = max(
                [*_candidates(lines[edge], widths[edge]), *_over(lines[edge], widths[edge])],
                key=lambda b: (apart(b, chips) >= 2, apart(b, solid) >= 1, clear(b, edge)),
            )
            found[edge] = Place(box[0], box[1], widths[edge], False)
    return {edge: found[edge] for edge in order}


def _near(lines: Mapping[Edge, np.ndarray], edge: Edge) -> np.ndarray:
    rest = [points for e, points in lines.items() if e != edge]
    return np.concatenate(rest) if rest else np.empty((0, 2))


def _candidates(points: np.ndarray, w: float, along: Sequence[float] = _ALONG) -> Iterable[Box]:
    """Yield boxes beside the curve, both sides, near its middle first, close before far."""
    last = len(points) - 1
    for away in (_OWN, _OWN + 6, _OWN + 14):
        for t in along:
            i = min(max(round(t * last), 1), last - 1)
            (x, y), (dx, dy) = points[i], points[i + 1] - points[i - 1]
            if along is _CLOSELY:  # between two of the points
                part = (t * last - i) / 2
                x, y = x + part * dx, y + part * dy
            length = float(np.hypot(dx, dy)) or 1.0
            nx, ny = dy / length, -dx / length
            if ny > 0:
                nx, ny = -nx, -ny  # above the curve first
            for side in (1, -1):
                ux, uy = nx * side, ny * side
                # The chip's half extent along the normal, so that the box just clears the tangent.
                reach = away + 0.5 + abs(ux) * w / 2 + abs(uy) * HEIGHT / 2
                yield _box(x + ux * reach, y + uy * reach, w)


def _over(points: np.ndarray, w: float) -> Iterable[Box]:
    """Yield boxes over the curve, near its middle first: better than over a card, where a flat curve fills a gap."""
    for t in _ALONG:
        x, y = points[round(t * (len(points) - 1))]
        yield _box(x, y, w)


def _box(x: float, y: float, w: float) -> Box:
    left, top = round(x - w / 2), round(y - HEIGHT / 2)
    return (left, top, left + w, top + HEIGHT)


def width(string: str, size: float) -> float:
    """Return how wide a chip is, px."""
    return measure(string, size) + 10


def chip(string: str, spot: Place, active: bool, theme: Theme, size: float = 12.0) -> tuple[Mark, ...]:
    """Draw a chip: solid in the step it belongs to, an outline afterwards, on an opaque ground always."""
    w = width(string, size)
    x = spot.x + (spot.width - w) / 2
    ink = theme.on_chip if active else theme.grad_text
    ground, stroke, line = (theme.chip, None, 0.0) if active else (theme.card, theme.grad, 1.25)
    return (
        Rect(x, spot.y, w, HEIGHT, HEIGHT / 2, ground, stroke, line),
        text(x + w / 2, spot.y + HEIGHT / 2 + _CENTRE * size, string, size, ink, anchor="middle"),
    )
