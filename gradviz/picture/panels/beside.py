"""Panels in their places beside the graph: where they stand, and their scenes moved there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ...record import Run
from ..moment import Moment
from ..scene import Box, Element, Image, Mark, Path, Rect, Scene, Text
from ..theme import Theme

#: (run, moment, theme, (width, height) in px) -> a scene of that size
Panel: TypeAlias = Callable[[Run, Moment, Theme, tuple[float, float]], Scene]

GAP = 14.0  # px between panels, and between them and the graph
#: Of the width, what a block of panels right of the graph takes, and of the height, a row of them over it. The first
#: that leaves the graph enough room is taken.
PARTS, ROWS = (0.58, 0.48, 0.36), (0.6, 0.5, 0.42)
_LEAST = 320.0  # px, a block's width
_BLOCK = 520.0  # px: a block at least that wide has its first panel on top, and the others under it in a row
_TOP = 0.54  # of the height, for that first panel


@dataclass(frozen=True, slots=True)
class Place:
    """Where the graph and each panel stand (x0, y0, x1, y1)."""

    graph: Box
    panels: tuple[Box, ...]


def beside(area: Box, weights: Sequence[float], part: float = PARTS[-1], *, row: bool = False) -> Place:
    """Share an area out between the graph and panels: a block right of the graph, or a row of panels over it.

    weights   one for each panel: how large it is beside the others
    part      of the width, what the block takes; of the height, what the row takes
    """
    x0, y0, x1, y1 = area
    if not weights:
        return Place(area, ())
    if row:
        tall = round(part * (y1 - y0))
        return Place((x0, y0 + tall + GAP, x1, y1), tuple(_cut((x0, y0, x1, y0 + tall), weights, across=True)))
    left = x1 - round(max(part * (x1 - x0), _LEAST))
    graph = (x0, y0, left - GAP, y1)
    if x1 - left >= _BLOCK and len(weights) > 2:
        middle = y0 + round(_TOP * (y1 - y0))
        under = _cut((left, middle + GAP, x1, y1), weights[1:], across=True)
        return Place(graph, ((left, y0, x1, middle), *under))
    return Place(graph, tuple(_cut((left, y0, x1, y1), weights, across=False)))


def _cut(box: Box, weights: Sequence[float], *, across: bool) -> list[Box]:
    """Cut a box into pieces by their weights, side by side or one under the other."""
    x0, y0, x1, y1 = box
    start, end = (x0, x1) if across else (y0, y1)
    room = end - start - GAP * (len(weights) - 1)
    found: list[Box] = []
    for i, weight in enumerate(weights):
        stop = end if i == len(weights) - 1 else round(start + room * weight / sum(weights))
        found.append((start, y0, stop, y1) if across else (x0, start, x1, stop))
        start = stop + GAP
    return found


def wide(panels: Sequence[Panel]) -> bool:
    """Tell whether a panel needs the whole width: then they all stand in a row over the graph."""
    return any(getattr(p, "wide", False) for p in panels)


def weights(panels: Sequence[Panel]) -> tuple[float, ...]:
    """Return how large each panel is beside the others: its `weight`, or 1."""
    return tuple(float(getattr(p, "weight", 1.0)) for p in panels)


@dataclass
class Beside:
    """Panels in their places; hands out the same element for as long as it looks the same."""

    panels: tuple[Panel, ...]
    boxes: tuple[Box, ...]
    theme: Theme
    _last: dict[str, tuple[tuple[Mark, ...], Element]] = field(default_factory=dict)

    def elements(self, moment: Moment) -> tuple[Element, ...]:
        """Return all panels at a moment."""
        found: list[Element] = []
        for i, (one, (x0, y0, x1, y1)) in enumerate(zip(self.panels, self.boxes, strict=True)):
            drawn = one(moment.run, moment, self.theme, (x1 - x0, y1 - y0))
            found += (self._placed(f"panel-{i}-{e.id}", e, x0, y0) for e in drawn.elements)
        return tuple(found)

    def _placed(self, name: str, e: Element, x: float, y: float) -> Element:
        old = self._last.get(name)
        if old is not None and old[0] == e.marks:
            return old[1]
        made = Element(name, e.kind, moved(e.marks, x, y), e.title)
        self._last[name] = (e.marks, made)
        return made


def moved(marks: Sequence[Mark], dx: float, dy: float) -> tuple[Mark, ...]:
    """Return marks moved right and down."""
    found: list[Mark] = []
    for m in marks:
        match m:
            case Rect() | Text() | Image():
                found.append(replace(m, x=m.x + dx, y=m.y + dy))
            case Path():
                shift = (dx, dy) * (len(m.xy) // 2)
                found.append(replace(m, xy=tuple(v + d for v, d in zip(m.xy, shift, strict=True))))
            case _:
                raise AssertionError(m)
    return tuple(found)
