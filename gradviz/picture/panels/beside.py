"""Panels in their places beside the graph: where they stand, and their scenes moved there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ...record import Run
from ..moment import Moment
from ..scene import Box, Element, Image, Mark, Path, Rect, Scene, Text
from ..theme import Theme

#: (run, moment, theme, (width, height) in px) -> a scene of that size
Panel: TypeAlias = Callable[[Run, Moment, Theme, tuple[float, float]], Scene]
Size: TypeAlias = tuple[float, float]

GAP = 14.0  # px between panels, and between them and the graph
#: Of the width, what a block of panels right of the graph may take, and of the height, one over it.
PARTS, ROWS = (0.58, 0.53, 0.48, 0.42, 0.36), (0.6, 0.57, 0.54, 0.51, 0.48, 0.45, 0.42)
_LEAST = (200.0, 130.0)  # px of a panel that does not say what it needs
_NARROWEST = 320.0  # px, a block's width
_RAGGED = 4  # panels of one kind at least whose last row may be shorter
_MOST = 8  # more panels than that stand in a grid


@dataclass(frozen=True, slots=True)
class Place:
    """Where the graph and each panel stand (x0, y0, x1, y1)."""

    graph: Box
    panels: tuple[Box, ...]
    room: float = math.inf  # how many times the size that it needs at least that panel has which has the least of it


@dataclass(frozen=True, slots=True)
class Want:
    """What a panel wants of the room: how much beside the others, and the sizes (px) of which it needs one at least.

    Panels of one kind and weight are there to be compared, and get the same size.
    """

    weight: float = 1.0
    least: tuple[Size, ...] = ((0.0, 0.0),)
    kind: object = None

    @property
    def narrowest(self) -> float:
        return min(w for w, _ in self.least)

    def roomy(self, wide: float, tall: float) -> float:
        """Return how many times a size is as long and as high as what is needed at least; under 1 it is too small."""
        return max(min(wide / max(w, 1.0), tall / max(h, 1.0)) for w, h in self.least)

    def lowest(self, wide: float) -> float:
        """Return the least height at a width."""
        return min((h for w, h in self.least if w <= wide + 1e-6), default=math.inf)


def wants(run: Run, panels: Sequence[Panel]) -> tuple[Want, ...]:
    """Return what panels want: their `weight`, or 1, and their least sizes."""
    return tuple(Want(float(getattr(p, "weight", 1.0)), sizes(run, p), type(p)) for p in panels)


def lacks(run: Run, panel: Panel) -> str:
    """Return what a panel needs that a run has not, by its function `needs`; "" where it lacks nothing."""
    needs: Callable[[Run], str] | None = getattr(panel, "needs", None)
    return needs(run) if needs is not None else ""


def sizes(run: Run, panel: Panel) -> tuple[Size, ...]:
    """Return the sizes of which a panel needs one at least: its `least`, which is one or a function of the run."""
    least = getattr(panel, "least", _LEAST)
    found = least(run) if callable(least) else (least,)
    return tuple((float(w), float(h)) for w, h in found)


def beside(area: Box, wanted: Sequence[Want], part: float = PARTS[-1], *, row: bool = False) -> Place | None:
    """Share an area out between the graph and panels: a block right of the graph, or one over it.

    wanted  what each panel wants
    part    of the width, what the block takes; of the height, what one over the graph takes

    None where a panel would be smaller than it may be.
    """
    x0, y0, x1, y1 = area
    if not wanted:
        return Place(area, ())
    if row:
        tall = round(part * (y1 - y0))
        found, graph = block((x0, y0, x1, y0 + tall), wanted), (x0, y0 + tall + GAP, x1, y1)
    else:
        left = x1 - round(max(part * (x1 - x0), _NARROWEST))
        found, graph = block((left, y0, x1, y1), wanted), (x0, y0, left - GAP, y1)
    return None if found is None else Place(graph, *found)


def block(box: Box, wanted: Sequence[Want]) -> tuple[tuple[Box, ...], float] | None:
    """Share a box out among panels, in rows, so that the one with the least room for it has the most; and tell it.

    None where one would be smaller than it may be in any way.
    """
    best: tuple[tuple[Box, ...], float] | None = None
    for boxes in _ways(box, wanted):
        room = min(w.roomy(x1 - x0, y1 - y0) for w, (x0, y0, x1, y1) in zip(wanted, boxes, strict=True))
        if room >= 1 - 1e-6 and (best is None or room > best[1] * (1 + 1e-9)):
            best = boxes, room
    return best


def _ways(box: Box, wanted: Sequence[Want]) -> Iterator[tuple[Box, ...]]:
    """Yield the ways in which panels can stand in rows, in their order."""
    n = len(wanted)
    if (n > 1 and len({(w.kind, w.weight) for w in wanted}) == 1) or n > _MOST:
        for columns in range(1, n + 1):  # cells of one size
            rows = math.ceil(n / columns)
            if rows * columns > n and n < _RAGGED:
                continue
            if columns == 1 or rows != math.ceil(n / (columns - 1)):
                high = _cut(box[1], box[3], [1.0] * rows, [0.0] * rows)
                wide = _cut(box[0], box[2], [1.0] * columns, [0.0] * columns)
                yield tuple((x0, y0, x1, y1) for y0, y1 in high for x0, x1 in wide)[:n]
        return
    for breaks in range(1 << (n - 1)):  # a bit for each panel but the first: it begins a row
        starts = [i for i in range(n) if i == 0 or breaks >> (i - 1) & 1]
        rows_ = [wanted[a:b] for a, b in zip(starts, [*starts[1:], n], strict=True)]
        across = [_cut(box[0], box[2], [w.weight for w in row], [w.narrowest for w in row]) for row in rows_]
        lowest = [
            max(w.lowest(x1 - x0) for w, (x0, x1) in zip(row, cells, strict=True))
            for row, cells in zip(rows_, across, strict=True)
        ]
        if max(lowest) == math.inf:
            continue
        up = _cut(box[1], box[3], [sum(w.weight for w in row) for row in rows_], lowest)
        yield tuple((x0, y0, x1, y1) for (y0, y1), cells in zip(up, across, strict=True) for x0, x1 in cells)


def _cut(start: float, end: float, weights: Sequence[float], least: Sequence[float]) -> list[tuple[float, float]]:
    """Cut a length into pieces by their weights, with gaps between them; none is under its least if that can be."""
    room, held = end - start - GAP * (len(weights) - 1), dict[int, float]()
    while True:  # hold what is too short at its least, and share out what is left among the others
        left = room - sum(held.values())
        free = sum(w for i, w in enumerate(weights) if i not in held)
        share = [held.get(i, left * w / free if free else 0.0) for i, w in enumerate(weights)]
        short = {i: math.ceil(least[i]) for i, s in enumerate(share) if i not in held and s < least[i]}
        if not short or sum(least) > room:
            break
        held |= short
    found: list[tuple[float, float]] = []
    for i, piece in enumerate(share):
        stop = end if i == len(share) - 1 else round(start + piece)
        found.append((start, stop))
        start = stop + GAP
    return found


def wide(panels: Sequence[Panel]) -> bool:
    """Tell whether a panel needs the whole width: then they all stand over the graph."""
    return any(getattr(p, "wide", False) for p in panels)


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
                found.append(m._replace(x=m.x + dx, y=m.y + dy))
            case Path():
                shift = (dx, dy) * (len(m.xy) // 2)
                found.append(m._replace(xy=tuple(v + d for v, d in zip(m.xy, shift, strict=True))))
            case _:
                raise AssertionError(m)
    return tuple(found)
