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
_PART = 0.36  # of the width, for a column of panels
_LEAST, _MOST = 320.0, 480.0  # px that a column is wide
_ROW = 0.42  # of the height, for a row of panels


@dataclass(frozen=True, slots=True)
class Place:
    """Where the graph and each panel stand (x0, y0, x1, y1)."""

    graph: Box
    panels: tuple[Box, ...]


def beside(area: Box, count: int, *, row: bool = False) -> Place:
    """Share an area out: a column of panels right of the graph, or a row of them above it.

    More than three panels in a column stand two by two.
    """
    x0, y0, x1, y1 = area
    if not count:
        return Place(area, ())
    if row:
        tall = round(_ROW * (y1 - y0))
        wide = (x1 - x0 - GAP * (count - 1)) / count
        boxes = tuple((x0 + i * (wide + GAP), y0, x0 + i * (wide + GAP) + wide, y0 + tall) for i in range(count))
        return Place((x0, y0 + tall + GAP, x1, y1), boxes)
    columns = 1 if count <= 3 else 2
    rows = -(-count // columns)
    wide = round(min(max(_PART * (x1 - x0), _LEAST), _MOST)) * (1.0 if columns == 1 else 1.4)
    left = x1 - wide
    w = (wide - GAP * (columns - 1)) / columns
    h = (y1 - y0 - GAP * (rows - 1)) / rows
    found = []
    for i in range(count):
        px, py = left + (i % columns) * (w + GAP), y0 + (i // columns) * (h + GAP)
        last = i == count - 1 and i % columns == 0
        found.append((px, py, x1 if last else px + w, py + h))
    return Place((x0, y0, left - GAP, y1), tuple(found))


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
