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
from ..chrome import shorten
from ..fonts import measure
from ..moment import Moment
from ..numbers import number, trim
from ..scene import Box, Element, Mark, Path, Rect, Scene, mark_box
from ..theme import Theme
from ..words import visible
from .beside import moved

PAD = 14.0  # px between a panel's edge and what stands in it
HEAD = 38.0  # px that the title takes
LINE = 18.0  # px that another line of text takes
SMALL, TITLE = 12.0, 13.0
_LEAST_WIDE = 1.25  # a square plot is at least so much wider than high
_TICK = 4.0
_ROW = 20.0  # px under a plot for the numbers of its axis
_NAME_ROW = 15.0  # px under these for its name
_BETWEEN, _NEXT = 14.0, 30.0  # px between two numbers under a plot, and from one's middle to the next one's
_MOST_ACROSS, _MOST_UP = 13, 8  # ticks of an axis
_UP = 26.0  # px from a number of the upright axis to the next
_SMALLEST = (120.0, 64.0)  # px of a plot without what stands around it
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
    if step.whole:
        return sum(s.kind == "forward" for s in sweeps[: max(s.sweep for s in (*step.lead, step)) + 1])
    count = sum(s.kind == "forward" for s in sweeps[: step.sweep])
    return count + (step.kind == "forward" and step.k == step.n)


def array(run: Run, name: str) -> np.ndarray | None:
    """Return a series, or None where the run has none of that name."""
    found = run.series.get(name)
    return None if found is None or isinstance(found, tuple) else np.asarray(found, dtype=float)


# ---- the ground


def head(wide: float, title: str, beside: float) -> float:
    """Return the px that a title takes in a panel so wide: two lines where so many px have no room beside it."""
    return HEAD if 2 * PAD + measure(title, TITLE, bold=True) + 10 + beside <= wide else HEAD + LINE


def scene(
    size: tuple[float, float],
    theme: Theme,
    title: str,
    parts: Sequence[Element],
    aside: Sequence[Mark] = (),
    *,
    top: float = HEAD,
) -> Scene:
    """Return a panel: its ground, its title, what stands right of the title, and its parts.

    top   of what `head` returns: over `HEAD`, what else stands right of the title has a line of its own under it
    """
    w, h = size
    ground = Element("ground", "panel", (Rect(0, 0, w, h, 8, theme.panel),))
    shown = shorten(title, w - 2 * PAD, TITLE, bold=True)
    said = visible(title) if shown != title else ""
    name = Element("head", "panel", (text(PAD, 25, shown, TITLE, theme.ink, bold=True),), said)
    if top > HEAD:
        beside = moved(aside, 0, top - HEAD)
    else:  # what has no room beside the title, and no line of its own, is left out
        free = w - PAD if not aside else min(mark_box(m)[0] for m in aside) - 10
        beside = tuple(aside) if PAD + measure(title, TITLE, bold=True) <= free else ()
    under = (Element("aside", "panel", beside),) if beside else ()
    return Scene(w, h, theme.ground, (ground, name, *under, *parts), title)


def nothing(size: tuple[float, float], theme: Theme, title: str, why: str) -> Scene:
    """Return a panel that says why it shows nothing, as far as the first colon."""
    note = text(PAD, 48, why.partition(":")[0], SMALL, theme.grey)
    return scene(size, theme, title, (Element("note", "panel", (note,)),))


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
    head: float = HEAD,
) -> tuple[Axes, Element]:
    """Return a plot's axes in a panel of a size, and the lines and numbers around it.

    shown   (start, step) of the numbers written across: a place v is labelled start + step·v
    whole   whole numbers only are labelled across
    grid    draw a faint line at each number of the upright axis
    square  show a part of the range across (its middle) that makes a unit as long across as it is up
    head    px over the plot and the name of its upright axis
    """
    w, h = size
    top = head + (16 if names[1] else 2)
    bottom = h - PAD - _ROW
    right = w - PAD - 6.0
    name = text(w - PAD, h - PAD - 3, shorten(names[0], w - 2 * PAD, SMALL), SMALL, theme.grey, anchor="end")
    if names[0]:  # under the numbers, or right of them: where it takes the smaller part of the plot
        if _NAME_ROW / max(bottom - top, 1) <= (name.width + 10) / max(right - 3 * PAD, 1) or square:
            bottom -= _NAME_ROW
        else:
            right -= name.width + 10
    rows = max(2, min(_MOST_UP, int((bottom - top) / _UP)))
    ups = decades(*up) if log else ticks(*up, rows)
    if log:
        ups = _apart(ups, Axes((0.0, top, 1.0, bottom), across, up, log))
    left = PAD + max(text(0, 0, tick_text(v), SMALL, "").width for v in ups) + 10
    box = (round(left) + 0.0, top, right, bottom)
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
        marks.append(text(PAD, top - 11, shorten(names[1], w - 2 * PAD, SMALL), SMALL, theme.grey))
    marks += [*_across(axes, theme, shown, whole), *([name] if names[0] else [])]
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


def _across(axes: Axes, theme: Theme, shown: tuple[float, float], whole: bool) -> list[Mark]:
    """Draw the ticks under a plot, as many as can have their numbers."""
    _, _, _, y1 = axes.box
    start, step = shown
    marks: list[Mark] = []
    for v in _numbered(axes, shown, whole):
        x = axes.x((v - start) / step)
        marks.append(Path("ML", (x, y1, x, y1 + _TICK), None, theme.grey, 1.25))
        marks.append(text(x, y1 + 17, tick_text(v), SMALL, theme.grey, anchor="middle"))
    return marks


def _numbered(axes: Axes, shown: tuple[float, float], whole: bool) -> list[float]:
    """Return the ticks under a plot: as many as there are numbers with room beside each other."""
    x0, _, x1, _ = axes.box
    start, step = shown
    low, high = (start + step * v for v in axes.across)
    found: list[float] = []
    for most in range(min(_MOST_ACROSS, int((x1 - x0) / _NEXT) + 1), 1, -1):
        found = [v for v in ticks(low, high, most) if not whole or v == round(v)]
        widest = max((measure(tick_text(v), SMALL) for v in found), default=0.0)
        if len(found) < 2 or (found[1] - found[0]) / (high - low) * (x1 - x0) >= max(widest + _BETWEEN, _NEXT):
            return found
    return found[:: max(1, len(found) - 1)]  # the first and the last


def least(
    wide: float, title: str, aside: float = 0.0, *, names: tuple[str, str] = ("", ""), lines: float = 0.0
) -> tuple[tuple[float, float], ...]:
    """Return the sizes of which a panel with a plot needs one at least: two, if it is lower where it is wider.

    wide    px of its narrowest
    aside   px of what stands beside its title
    lines   px over the plot for what else is said there
    """
    around = (16 if names[1] else 2) + _SMALLEST[1] + _ROW + PAD + (_NAME_ROW if names[0] else 0) + lines
    wider = 2 * PAD + measure(title, TITLE, bold=True) + 10 + aside
    narrow = (wide, head(wide, title, aside) + around)
    return (narrow,) if wider <= wide else (narrow, (math.ceil(wider) + 0.0, HEAD + around))


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
