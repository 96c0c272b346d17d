"""Panel: the parameters as knobs, each with a dial, its value, and the way its gradient says to turn it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ...record import Run, Value
from .. import numbers
from ..card import text
from ..fonts import measure
from ..moment import Moment
from ..scene import Element, Mark, Path, Scene, circle, line
from ..theme import Theme
from ..words import cut, visible
from .axes import PAD, SMALL, TITLE, array, arrow, head, scene

_TURN, _END = 120.0, 142.0  # degrees from the middle to either end of a dial, and to where an arrow may reach
_MOST = 24  # knobs of one panel
_AROUND = 56.0  # px above and below a knob: its arrow, name and value
_LEAST, _CLEAR = 7.0, 10.0  # px, the radius of the smallest dial, and of one to be read from afar
_DIALS = 12  # more knobs than that may be numbers
_HINT = "lowers the loss"
_LINE, _CELL = 20.0, 112.0  # px of a knob without a dial
_NARROWEST = 60.0  # px that a knob's number takes
_DIGITS = "₀₁₂₃₄₅₆₇₈₉"


@dataclass(frozen=True, slots=True)
class Knob:
    """One number among the parameters: its name, its value and gradient where known, the end of its dial, and the
    largest gradient that any knob has in the film."""

    name: str
    value: float | None
    grad: float | None
    limit: float
    steep: float
    moved: bool


@dataclass(frozen=True)
class Knobs:
    """Draw a dial for every number among the parameters, up to 24, under a note of one or more lines."""

    title: str = "knobs"
    note: tuple[str, ...] = ()
    weight: float = 1.2

    def needs(self, run: Run) -> str:
        return "" if _total(run) else "parameters: film gv.descend(...), or name what to differentiate by in wrt="

    def least(self, run: Run) -> tuple[tuple[float, float], ...]:
        total = _total(run)
        count, widest = min(total, _MOST), max((measure(n, SMALL) for n in self.note), default=0.0)
        ways = [(_NARROWEST * c, (_AROUND + 2 * _CLEAR) * math.ceil(count / c)) for c in range(1, count + 1)]
        if count > _DIALS:
            ways += [(_CELL * c, _LINE * math.ceil(count / c)) for c in range(1, 5)]
        sizes = [(2 * PAD + max(w, widest, 2 * _NARROWEST), h) for w, h in ways]
        return tuple((w, self._top(w, total) + h + 6) for w, h in sizes)

    def _top(self, wide: float, total: int) -> float:
        """Return the px over the knobs."""
        return head(wide, self.title, _room(total)) - 2 + 17 * len(self.note) + (4 if self.note else 0)

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        total = _total(run)
        shown = list(islice(_knobs(run, moment), _MOST))
        w, h = size
        top = self._top(w, total)
        wide, tall = w - 2 * PAD, h - top - 6
        rows = min(range(1, len(shown) + 1), key=lambda r: -_dial(wide, tall, len(shown), r), default=1)
        columns = math.ceil(len(shown) / rows) if shown else 1
        r = _dial(wide, tall, len(shown), rows) if shown else 0.0
        parts = []
        if r < _LEAST:  # no room for dials: their numbers, with the arrows
            shown = shown[: max(1, int(tall // _LINE)) * max(1, int(wide // _CELL))]
            columns = max(1, int(wide // _CELL))
            for i, knob in enumerate(shown):
                x, y = PAD + wide / columns * (i % columns), top + 15 + _LINE * (i // columns)
                parts.append(Element(f"knob-{i}", "panel", tuple(_row(knob, x, y, theme))))
        for i, knob in enumerate(shown if r >= _LEAST else ()):
            cx = PAD + wide * (i % columns + 0.5) / columns
            cy = top + tall * (i // columns) / rows + (tall / rows - 2 * r - _AROUND) / 2 + r + 14
            parts.append(Element(f"knob-{i}", "panel", tuple(_draw(knob, cx, cy, r, theme))))
        hints = any(k.grad is not None for k in shown)
        aside: list[Mark] = []
        if total > len(shown):
            aside.append(text(w - PAD, 25, f"{len(shown)} of {total}", SMALL, theme.grey, anchor="end"))
        elif hints:
            label = text(w - PAD, 25, _HINT, SMALL, theme.grad_text, anchor="end")
            aside += [*_arc(w - PAD - label.width - 22, 27, 9.0, -60, 60, theme), label]
        under = head(w, self.title, _room(total))
        notes = [text(PAD, under + 6 + 17 * i, said, SMALL, theme.grey) for i, said in enumerate(self.note)]
        parts.append(Element("note", "panel", tuple(notes)))
        return scene(size, theme, self.title, parts, aside, top=under)


def _total(run: Run) -> int:
    return sum(math.prod(n.shape) for n in run.graph.nodes if n.op == "parameter")


def _room(total: int) -> float:
    """Return the px of what stands beside the title."""
    return measure(f"{_MOST} of {total}" if total > _MOST else _HINT, SMALL) + (0 if total > _MOST else 31)


def _dial(wide: float, tall: float, count: int, rows: int) -> float:
    """Return the radius that dials have in so many rows."""
    columns = math.ceil(count / rows)
    if wide / columns < _NARROWEST:
        return 0.0
    return min(30.0, wide / columns / 2 - 14, (tall / rows - _AROUND) / 2)


def _row(knob: Knob, x: float, y: float, theme: Theme) -> list[Mark]:
    """Draw a knob as a line of text: its name, its value, and an arrow up or down where its gradient is known."""
    marks: list[Mark] = [text(x, y, knob.name, SMALL, theme.ink, bold=True)]
    end = x + _CELL - 22
    if knob.value is not None:
        shown = text(end, y, numbers.number(knob.value), SMALL, theme.value, mono=True, anchor="end")
        if shown.width + marks[0].width + 6 <= end - x:  # type: ignore[union-attr]  # a text
            marks.append(shown)
    if knob.grad and math.isfinite(knob.grad):
        up = knob.grad < 0
        marks += arrow(end + 8, y - (0 if up else 10), end + 8, y - (10 if up else 0), theme.grad, 2.0)
    return marks


def _knobs(run: Run, moment: Moment) -> Iterator[Knob]:
    before, after = moment.before, moment.after
    slopes = [array(run, f"gradient {n.name}") for n in run.graph.nodes if n.op == "parameter"]
    finite = [float(s[np.isfinite(s)].max(initial=0.0)) for s in slopes if s is not None]
    steep = max(finite, default=0.0) or 1.0
    for node in run.graph.nodes:
        if node.op != "parameter":
            continue
        path = array(run, f"path {node.name}")
        values, grads = _flat(after.values.get(node.id)), _flat(after.grads.get(node.id))
        old = _flat(before.values.get(node.id))
        size = math.prod(node.shape)
        for i in range(size):
            name = node.name
            if node.shape:
                name += str(i).translate(str.maketrans("0123456789", _DIGITS))
            column = (
                path.reshape(len(path), size)[:, i] if path is not None else np.array([values[i] if values else 1.0])
            )
            column = column[np.isfinite(column)]
            limit = numbers.limit(column) if column.size and np.abs(column).max() > 0 else 1.0
            value = values[i] if values else None
            moved = bool(old and values and old[i] != values[i])
            yield Knob(cut(visible(name)), value, grads[i] if grads else None, float(limit), steep, moved)


def _flat(value: Value | None) -> list[float] | None:
    return None if value is None or isinstance(value, tuple) else [float(v) for v in np.ravel(np.asarray(value))]


def _draw(knob: Knob, cx: float, cy: float, r: float, theme: Theme) -> list[Mark]:
    marks: list[Mark] = []
    for turn in (-_TURN, 0, _TURN):
        (ax, ay), (bx, by) = _at(cx, cy, r + 3, turn), _at(cx, cy, r + 7, turn)
        marks.append(line(ax, ay, bx, by, stroke=theme.grey, width=1.25))
    marks.append(circle(cx, cy, r, fill=theme.solid))
    if knob.moved:
        marks.append(circle(cx, cy, r + 1, stroke=theme.value, line=2))
    if knob.value is not None and math.isfinite(knob.value):
        turn = _TURN * max(-1.0, min(1.0, knob.value / knob.limit))
        (ax, ay), (bx, by) = _at(cx, cy, 0.35 * r, turn), _at(cx, cy, 0.82 * r, turn)
        marks.append(line(ax, ay, bx, by, stroke=theme.on_solid, width=3, cap="round"))
        if knob.grad and math.isfinite(knob.grad):
            # Its length says how steep it is, by powers of ten down to a thousandth of the steepest.
            part = 1 + math.log10(max(abs(knob.grad) / knob.steep, 1e-12)) / 3
            end = turn + (-1 if knob.grad > 0 else 1) * (18 + 42 * min(1.0, part))
            if part > 0:
                marks += _arc(cx, cy, r + 8, turn, max(-_END, min(_END, end)), theme)
    marks.append(text(cx, cy + r + 18, knob.name, TITLE, theme.ink, bold=True, anchor="middle"))
    if knob.value is not None:
        shown = numbers.number(knob.value)
        marks.append(text(cx, cy + r + 34, shown, SMALL, theme.value, mono=True, anchor="middle"))
    return marks


def _at(cx: float, cy: float, r: float, turn: float) -> tuple[float, float]:
    """Return the point at a turn in degrees, 0 at the top, clockwise."""
    a = math.radians(turn)
    return (cx + r * math.sin(a), cy - r * math.cos(a))


def _arc(cx: float, cy: float, r: float, start: float, end: float, theme: Theme) -> list[Mark]:
    """Draw an arrow along a circle."""
    sign = 1 if end > start else -1
    stop = end - sign * math.degrees(7 / r)
    xy = [*_at(cx, cy, r, start)]
    for n in (1, 2):  # two cubics, each of at most 131°; their handles as Riškus (2006) has them
        one, two = (start + (stop - start) * k / 2 for k in (n - 1, n))
        handle = 4 / 3 * math.tan(math.radians(two - one) / 4)
        (ax, ay), (bx, by) = _at(0, 0, r, one), _at(0, 0, r, two)
        xy += [
            cx + ax - handle * ay,
            cy + ay + handle * ax,
            cx + bx + handle * by,
            cy + by - handle * bx,
            cx + bx,
            cy + by,
        ]
    tip, (ax, ay), (bx, by) = _at(cx, cy, r, end), _at(cx, cy, r - 4, stop), _at(cx, cy, r + 4, stop)
    return [
        Path("MCC", tuple(round(v, 2) for v in xy), None, theme.grad, 2.0, (), "round"),
        Path("MLLZ", (*tip, ax, ay, bx, by), theme.grad),
    ]
