"""What panels share: their ground and title, scales with ticks, lines cut off at the edge, arrows, and their clock."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...record import Run
from ..card import text
from ..fonts import measure
from ..moment import Moment
from ..numbers import number, trim
from ..scene import Box, Element, Mark, Path, Rect, Scene, mark_box
from ..theme import Theme

PAD = 14.0  # px between a panel's edge and what stands in it
HEAD = 38.0  # px that the title takes
SMALL, TITLE = 12.0, 13.0
_LEAST_WIDE = 1.25  # a square plot is at least so much wider than high
_TICK = 4.0
_ROW = 20.0  # px under a plot for the numbers of its axis
_NEAR = 0.1  # px that a smooth curve may pass by its points
_STEPS, _FEWEST = (24, 12, 8, 6, 4), 12  # points that one cubic passes at most; of fewer no slope is known
_APART = 22.0  # px between two numbers one above the other
_MANY, _FEW = 1e4, 1e-3  # beyond these a tick is written with an exponent


# ---- where we are


def updates(moment: Moment) -> int:
    """Return how many updates of the parameters there have been: the place in the series of paths and curves."""
    if moment.step is None:
        return sum(s.kind == "update" for s in moment.run.sweeps)
    return sum(s.kind == "update" for s in moment.run.sweeps[: moment.step.sweep + 1])


def evaluations(moment: Moment) -> int:
    """Return how many forward sweeps have reached the loss."""
    step, sweeps = moment.step, moment.run.sweeps
    if step is None:
        return sum(s.kind == "forward" for s in sweeps)
    count = sum(s.kind == "forward" for s in sweeps[: step.sweep])
    return count + (step.kind == "forward" and (step.k == step.n or step.whole))


def array(run: Run, name: str) -> np.ndarray | None:
    """Return a series, or None where the run has none of that name."""
    found = run.series.get(name)
    return None if found is None or isinstance(found, tuple) else np.asarray(found, dtype=float)


# ---- the ground


def scene(
    size: tuple[float, float], theme: Theme, title: str, parts: Sequence[Element], aside: Sequence[Mark] = ()
) -> Scene:
    """Return a panel: its ground, its title, what stands right of the title, and its parts."""
    w, h = size
    ground = Element("ground", "panel", (Rect(0, 0, w, h, 8, theme.panel),))
    head = Element("head", "panel", (text(PAD, 25, title, TITLE, theme.ink, bold=True),))
    free = w - PAD if not aside else min(mark_box(m)[0] for m in aside) - 10
    # What has no room beside the title is left out.
    beside = (
        (Element("aside", "panel", tuple(aside)),) if aside and PAD + measure(title, TITLE, bold=True) <= free else ()
    )
    return Scene(w, h, theme.ground, (ground, head, *beside, *parts), title)


def nothing(size: tuple[float, float], theme: Theme, title: str, why: str) -> Scene:
    """Return a panel that says why it shows nothing."""
    return scene(size, theme, title, (Element("note", "panel", (text(PAD, 48, why, SMALL, theme.grey),)),))


# ---- scales


@dataclass(frozen=True, slots=True)
class Axes:
    """A plot's place (px, y down) and the ranges it shows; `log` for a logarithmic upright axis."""

    box: Box
    across: tuple[float, float]
    up: tuple[float, float]
    log: bool = False

    def x(self, v: float) -> float:
        """Return where a value stands from left to right."""
        x0, _, x1, _ = self.box
        low, high = self.across
        return x0 + (x1 - x0) * (v - low) / (high - low)

    def y(self, v: float) -> float:
        """Return where a value stands from the bottom up; off the top for what is not finite."""
        _, y0, _, y1 = self.box
        low, high = self.up
        if self.log:
            v, low, high = (math.log10(max(u, 1e-300)) if u < math.inf else 400.0 for u in (v, low, high))
        if not math.isfinite(v):
            return y0 - 1e4
        return y1 - (y1 - y0) * max(-1e4, min(1e4, (v - low) / (high - low)))

    def line(self, xs: Iterable[float], ys: Iterable[float]) -> list[list[tuple[float, float]]]:
        """Return a curve as pieces of points (px), cut off at the edge of the plot."""
        return clipped([(self.x(float(a)), self.y(float(b))) for a, b in zip(xs, ys, strict=True)], self.box)

    def holds(self, px: float, py: float) -> bool:
        x0, y0, x1, y1 = self.box
        return x0 - 0.01 <= px <= x1 + 0.01 and y0 - 0.01 <= py <= y1 + 0.01


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from low to high, at most so many: steps of 1, 2 or 5 times a power of ten.

    >>> ticks(0, 10, 6)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    if not high > low:
        return [low]
    ten = 10.0 ** math.floor(math.log10(high - low))
    found = [low, high]
    for step in (10 * ten, 5 * ten, 2 * ten, ten, ten / 2, ten / 5, ten / 10):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 > max(most, 2) and len(found) > 1 and found != [low, high]:
            break
        if last > first:
            found = [round(k * step, 12) + 0.0 for k in range(first, last + 1)]
            if len(found) >= max(most, 2):
                break
    return found


def decades(low: float, high: float) -> list[float]:
    """Return the ticks of a logarithmic axis: powers of ten, with 2 and 5 times them where there are few.

    Where even these are fewer than two, other round numbers.
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / 5))
    found = [10.0**k for k in range(first, last + 1, every)]
    if last - first <= 2:
        found = sorted({m * 10.0**k for k in range(first, last + 1) for m in (1, 2, 5)})
    inside = [v for v in found if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
    return inside if len(inside) >= 2 else ticks(low, high, 4)


def _apart(values: list[float], axes: Axes) -> list[float]:
    """Return the ticks of a logarithmic axis that keep their distance, powers of ten before others."""
    kept: list[float] = []
    for v in sorted(values, key=lambda v: (round(math.log10(v), 9) % 1 != 0, v)):
        if all(abs(axes.y(v) - axes.y(k)) >= _APART for k in kept):
            kept.append(v)
    return sorted(kept)


def tick_text(value: float) -> str:
    """Write a tick: 0.5, −20, 10⁵."""
    if value and (abs(value) >= _MANY or abs(value) < _FEW):
        power = math.floor(math.log10(abs(value)) + 1e-9)
        head = round(value / 10.0**power, 6)
        digits = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
        lead = "" if head == 1 else "−" if head == -1 else f"{head:g}·".replace("-", "−")
        return f"{lead}10{digits}"
    return f"{value:g}".replace("-", "−")


def plot(
    size: tuple[float, float],
    theme: Theme,
    across: tuple[float, float],
    up: tuple[float, float],
    *,
    log: bool = False,
    names: tuple[str, str] = ("", ""),
    shown: tuple[float, float] = (0.0, 1.0),
    whole: bool = False,
    grid: bool = True,
    square: bool = False,
) -> tuple[Axes, Element]:
    """Return a plot's axes in a panel of a size, and the lines and numbers around it.

    shown   (start, step) of the numbers written across: a place v is labelled start + step·v
    whole   whole numbers only are labelled across
    grid    draw a faint line at each number of the upright axis
    square  show a part of the range across (its middle) that makes a unit as long across as it is up
    """
    w, h = size
    top = HEAD + (16 if names[1] else 2)
    bottom = h - PAD - _ROW
    rows = max(2, int((bottom - top) / 34))
    ups = decades(*up) if log else ticks(*up, rows)
    if log:
        ups = _apart(ups, Axes((0.0, top, 1.0, bottom), across, up, log))
    left = PAD + max(text(0, 0, tick_text(v), SMALL, "").width for v in ups) + 10
    box = (round(left) + 0.0, top, w - PAD - 6.0, bottom)
    if square:
        box, across = _square(box, across, up)
    axes = Axes(box, across, up, log)
    marks: list[Mark] = []
    for v in ups if grid else ():
        y = round(axes.y(v)) + 0.5
        marks.append(Path("ML", (box[0], y, box[2], y), None, theme.badge, 1.0))
    marks.append(Path("MLL", (box[0], box[1], box[0], box[3], box[2], box[3]), None, theme.grey, 1.25))
    for v in ups:
        y = axes.y(v)
        marks.append(text(box[0] - 7, y + 4.4, tick_text(v), SMALL, theme.grey, anchor="end"))
    if names[1]:
        marks.append(text(PAD, top - 11, names[1], SMALL, theme.grey))
    marks += _across(axes, theme, names[0], shown, whole)
    return axes, Element("axes", "panel", tuple(marks))


def _square(box: Box, across: tuple[float, float], up: tuple[float, float]) -> tuple[Box, tuple[float, float]]:
    """Return the plot's place, narrower if it must be, and the part of the range across that it shows."""
    x0, y0, x1, y1 = box
    y0 = max(y0, y1 - (x1 - x0) / _LEAST_WIDE)
    unit = (y1 - y0) / (up[1] - up[0])
    wide = min(x1 - x0, unit * (across[1] - across[0]))
    middle, half = (across[0] + across[1]) / 2, wide / unit / 2
    left = x0 + (x1 - x0 - wide) / 2 if wide < x1 - x0 - 1 else x0  # in the middle, where it is narrower
    return (left, y0, left + wide, y1), (middle - half, middle + half)


def _across(axes: Axes, theme: Theme, name: str, shown: tuple[float, float], whole: bool) -> list[Mark]:
    """Draw the ticks under a plot, with the axis' name at their right end."""
    x0, _, x1, y1 = axes.box
    start, step = shown
    low, high = (start + step * v for v in axes.across)
    marks: list[Mark] = []
    edge = x1 + 6
    if name:
        label = text(edge, y1 + 17, name, SMALL, theme.grey, anchor="end")
        marks.append(label)
        edge -= label.width + 10
    end = x0 - 100.0
    for v in ticks(low, high, max(2, int((x1 - x0) / 48))):
        if whole and v != round(v):
            continue
        x = axes.x((v - start) / step)
        marks.append(Path("ML", (x, y1, x, y1 + _TICK), None, theme.grey, 1.25))
        label = text(x, y1 + 17, tick_text(v), SMALL, theme.grey, anchor="middle")
        if x - label.width / 2 > end + 8 and x + label.width / 2 <= edge:
            marks.append(label)
            end = x + label.width / 2
    return marks


def padded(values: Any, part: float = 0.08) -> tuple[float, float]:
    """Return the range of the finite values, widened by a part of it on both sides."""
    v = np.asarray(values, dtype=float)
    v = v[np.isfinite(v)]
    if not v.size:
        return (0.0, 1.0)
    low, high = float(v.min()), float(v.max())
    room = part * (high - low) or max(abs(low) * 0.1, 0.5)
    return (low - room, high + room)


def clipped(points: Sequence[tuple[float, float]], box: Box) -> list[list[tuple[float, float]]]:
    """Cut a line at a rectangle (Liang, Barsky 1984, "A new concept and method for line clipping")."""
    pieces: list[list[tuple[float, float]]] = []
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        if not all(map(math.isfinite, (ax, ay, bx, by))):
            continue
        t0, t1 = 0.0, 1.0
        dx, dy = bx - ax, by - ay
        for p, q in ((-dx, ax - box[0]), (dx, box[2] - ax), (-dy, ay - box[1]), (dy, box[3] - ay)):
            if p == 0:
                t1 = t1 if q >= 0 else -1.0
            elif p < 0:
                t0 = max(t0, q / p)
            else:
                t1 = min(t1, q / p)
        if t0 > t1:
            continue
        start, end = (ax + t0 * dx, ay + t0 * dy), (ax + t1 * dx, ay + t1 * dy)
        if pieces and math.dist(pieces[-1][-1], start) < 1e-6:
            pieces[-1].append(end)
        else:
            pieces.append([start, end])
    return pieces


def polyline(
    pieces: Sequence[Sequence[tuple[float, float]]],
    stroke: str,
    width: float,
    *,
    dash: tuple[float, ...] = (),
    fill: str | None = None,
) -> list[Mark]:
    """Return pieces of points as one path, or nothing."""
    if not pieces:
        return []
    ops = "".join("M" + "L" * (len(p) - 1) for p in pieces)
    xy = tuple(round(v, 2) for piece in pieces for point in piece for v in point)
    return [Path(ops, xy, fill, stroke, width, dash, "round")]


def smooth(pieces: Sequence[Sequence[tuple[float, float]]], stroke: str, width: float) -> list[Mark]:
    """Return pieces of a function's graph, from left to right, as one path: cubics where they pass all the points."""
    ops, xy = "", []
    for piece in pieces:
        ends = _cubics(*np.array(piece).T)
        ops += "M" + ("L" * (len(piece) - 1) if ends is None else "C" * (len(ends) // 6))
        xy += [v for point in piece for v in point] if ends is None else [*piece[0], *ends]
    return [Path(ops, tuple(round(float(v), 2) for v in xy), None, stroke, width, (), "round")] if ops else []


def _cubics(x: np.ndarray, y: np.ndarray) -> list[float] | None:
    """Return the fewest cubics that pass by all points of a graph within `_NEAR`; None where few do not.

    They are Hermite's: their control points lie a third of the way along the graph's slopes.
    """
    if len(x) < _FEWEST or not (np.diff(x) > 0).all():
        return None
    slope = np.gradient(y, x, edge_order=2)
    for step in _STEPS:
        at = np.unique([*range(0, len(x), step), len(x) - 1])
        px, py, d, wide = x[at], y[at], slope[at], np.diff(x[at])
        i = np.clip(np.searchsorted(px, x, "right") - 1, 0, len(at) - 2)
        t = (x - px[i]) / wide[i]
        bent = wide[i] * (t * (1 - t) ** 2 * d[i] - t**2 * (1 - t) * d[i + 1])
        if np.abs(py[i] + t**2 * (3 - 2 * t) * (py[i + 1] - py[i]) + bent - y).max() <= _NEAR:
            third = wide / 3
            handles = (px[:-1] + third, py[:-1] + third * d[:-1], px[1:] - third, py[1:] - third * d[1:])
            return [float(v) for v in np.column_stack([*handles, px[1:], py[1:]]).ravel()]
    return None


def arrow(x0: float, y0: float, x1: float, y1: float, colour: str, width: float = 2.0) -> list[Mark]:
    """Return an arrow; one shorter than its head is the head alone."""
    length = math.hypot(x1 - x0, y1 - y0)
    if length < 1e-6:
        return []
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    long, half = (10.0, 4.5) if width >= 2 else (8.0, 3.5)
    bx, by = x1 - long * ux, y1 - long * uy
    marks: list[Mark] = []
    if length > long:
        marks.append(Path("ML", (x0, y0, bx + ux, by + uy), None, colour, width))
    head = (x1, y1, bx - half * uy, by + half * ux, bx + half * uy, by - half * ux)
    marks.append(Path("MLLZ", head, colour))
    return marks


def value_text(value: float) -> str:
    """Write a number in a panel: as on a card, without trailing zeros."""
    return trim(number(value))
