"""The lens where all inputs get their values, and they are too many for a list: a line for each part of a structure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..record import Graph, Node
from . import numbers
from .card import text
from .chrome import shorten
from .dots import dot
from .fonts import measure
from .heatmap import thumb
from .lenscard import CENTRE, LIST_STEP
from .lensrows import Part
from .moment import Moment
from .scene import Box, Mark, Rect, line

if TYPE_CHECKING:
    from .lens import Lens

_STEPS = re.compile(r"\.[^.\[]+|\[[^\]]*\]")  # of a path, after its root: ".W", "[0]"
_HEAD = 24.0  # px that the names of the columns take
_ICON = 20.0
_NAME, _NUMBER, _HIGH = 13.0, 12.0, 21.0
_NEXT = 4.0  # between two numbers
_WIDEST = 0.45  # of a line, what its name takes at most
_LOOSE = 34.0  # from line to line at most


@dataclass(frozen=True, slots=True)
class _Family:
    """Inputs that belong together: the numbers in params[0][1], say."""

    name: str
    members: tuple[Node, ...]

    @property
    def span(self) -> tuple[Node, Node]:
        return self.members[0], self.members[-1]


def families(graph: Graph, nodes: Sequence[int], level: int) -> list[_Family]:
    """Put inputs together whose paths begin with the same root and the same so many steps; their last step differs."""
    found: dict[str, list[Node]] = {}
    for node in (graph.nodes[i] for i in nodes):
        steps = _STEPS.findall(node.name)
        root = node.name.removesuffix("".join(steps))
        found.setdefault(root + "".join(steps[: min(level, len(steps) - 1)] if steps else ()), []).append(node)
    return [_Family(name, tuple(members)) for name, members in found.items()]


def inputs(lens: Lens, moment: Moment, nodes: Sequence[int], top: float) -> list[Part]:
    """Show every number that the inputs hold, in the order and the parts in which they were given.

    The deepest parts for which there is room get a line or several; where there is none for all their numbers, a
    part with many shows them as a thumbnail. Nothing is shown where some of the inputs are arrays: those have a list.
    """
    graph, p = moment.graph, lens.places
    values = {i: moment.after.values[i] for i in nodes if graph.nodes[i].op != "constant"}
    if not all(isinstance(v, float) for v in values.values()):
        return []
    shown = {i: numbers.number(v) for i, v in values.items()}
    cell = max(measure(s, _NUMBER, mono=True) for s in shown.values()) + 10
    lines = [(x0, x1) for x0, x1 in p.columns for _ in range(int((p.bottom - top - _HEAD) // LIST_STEP))]
    wide = p.columns[0][1] - p.columns[0][0]
    depth = max(len(_STEPS.findall(graph.nodes[i].name)) for i in values)
    for whole in (True, False):
        for level in range(max(depth - 1, 0), -1, -1):
            parts = families(graph, list(values), level)
            left = _label_width(lens, parts, wide)
            per = max(1, int((wide - left + _NEXT) // (cell + _NEXT)))
            taken = [-(-len(f.members) // per) if whole else 1 for f in parts]
            if sum(taken) <= len(lines):
                return _drawn(lens, moment, top, parts, shown, (left, cell, per), taken)
    return []


def _label_width(lens: Lens, parts: Sequence[_Family], wide: float) -> float:
    names = [measure(f.name, _NAME) + _said(lens, f)[1] for f in parts]
    return _ICON + min(max(names), _WIDEST * wide) + 10


def _said(lens: Lens, family: _Family) -> tuple[str, float]:
    """Return what formulas call a family's members, v₂–v₄, where that is not their names, and the px it takes."""
    first, last = (lens.names.formula(n.id) for n in family.span)
    if first == lens.names.full(family.span[0].id):
        return "", 0.0
    said = first if first == last else f"{first}–{last}"
    return said, measure(said, _NUMBER) + 8


def _drawn(
    lens: Lens, moment: Moment, top: float, parts: Sequence[_Family], shown: dict[int, str],
    columns: tuple[float, float, int], taken: Sequence[int],
) -> list[Part]:  # fmt: skip
    """Draw the families, each on so many lines of `columns`: where its numbers begin, how wide they are, how many."""
    p, t = lens.places, lens.theme
    left, cell, per = columns
    high = p.bottom - top - _HEAD
    step = float(min(max(LIST_STEP, high // -(-sum(taken) // len(p.columns))), _LOOSE))
    slots = [(x0, x1, top + _HEAD + n * step) for x0, x1 in p.columns for n in range(int(high // step))]
    large = [f for f, count in zip(parts, taken, strict=True) if len(f.members) > per * count]
    scale = numbers.limit(*(moment.after.values[n.id] for f in large for n in f.members)) if large else 0.0
    head: list[Mark] = []
    for x0, x1 in p.columns[: 1 + (sum(taken) > int(high // step))]:
        head.append(text(x0, top + 12, "name", 12, t.grey))
        head.append(text(x0 + left, top + 12, f"value, {numbers.scale(scale)}" if scale else "value", 12, t.value))
        if scale:
            head.append(text(x1, top + 12, "how many", 12, t.grey, anchor="end"))
        head.append(line(x0, top + 18.5, x1, top + 18.5, stroke=t.idle, width=1))
    found: list[Part] = [("lens-head", "lens", head)]
    at = 0
    for n, (family, count) in enumerate(zip(parts, taken, strict=True)):
        x0, x1, y = slots[at]
        marks = _label(lens, family, x0, y, left)
        if family in large:
            marks += _thumb(lens, moment, family, (x0 + left, y, x1, y + _HIGH), scale)
        else:
            for k, node in enumerate(family.members):
                x, _, y = slots[at + k // per]
                x += left + k % per * (cell + _NEXT)
                marks.append(Rect(x, y, cell, _HIGH, 4, t.value_tint))
                base = y + _HIGH / 2 + CENTRE * _NUMBER
                marks.append(text(x + cell - 5, base, shown[node.id], _NUMBER, t.value, mono=True, anchor="end"))
        found.append((f"lens-row-{n}", "lens", marks))
        at += count
    return found


def _label(lens: Lens, family: _Family, x: float, y: float, wide: float) -> list[Mark]:
    """Draw the mark that the inputs have in the overview, their name, and what formulas call them."""
    t, middle = lens.theme, y + _HIGH / 2
    said, room = _said(lens, family)
    marks: list[Mark] = [*dot(family.members[0], "value", x + 7.5, middle, 0.8, t)]
    name = shorten(family.name, wide - _ICON - room - 10, _NAME)
    marks.append(text(x + _ICON, middle + CENTRE * _NAME, name, _NAME, t.ink))
    if said:
        marks.append(text(x + wide - 10, middle + CENTRE * _NUMBER, said, _NUMBER, t.grey, anchor="end"))
    return marks


def _thumb(lens: Lens, moment: Moment, family: _Family, within: Box, limit: float) -> list[Mark]:
    """Draw many numbers as a thumbnail, and say how many they are."""
    t, (x0, y0, x1, y1) = lens.theme, within
    array = np.array([moment.after.values[n.id] for n in family.members], dtype=float)
    said = text(x1, (y0 + y1) / 2 + CENTRE * 12, str(array.size), 12, t.grey, anchor="end")
    most = (x1 - x0 - 50, y1 - y0 - 3)
    return [*thumb(array, x0, y0 + 1.5, y1 - y0 - 3, limit, t, most), said]
