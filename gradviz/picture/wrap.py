"""Breaks a long picture into rows, as text is broken into lines, where few edges cross from one row to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from .layout import Layout
from .plan import Curve, Edge, Item, room
from .scene import Box
from .tighten import between

_MOST_CROSSING = 3  # edges; where more cross, a break would hide what belongs together
_FILLED = 0.4  # of the widest row, what any but the last is wide at least
_ABOUT = 1.1  # times as wide is about as wide, for fewer edges that cross
_TURN = 14.0  # px, the radius of an edge's turns into the next row
_UPPER = 12.0  # px from a row to the first edge under it
_LANE = 11.0  # px between two edges that turn together
_GUTTER = 46.0  # px between two rows, and a lane for each edge: the edges run in its upper part, a chip under them
_ROUND = 0.5523  # how long the handles of a quarter of a circle are, of its radius

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place to break: x, and the edges that cross it, the topmost before it first."""

    x: float
    edges: tuple[Edge, ...]


def wrap(layout: Layout, items: Mapping[int, Item], rows: int) -> Layout | None:
    """Return a left-to-right layout broken into so many rows; None where it has no good places to break."""
    cuts = _best(_cuts(layout, items), layout.width, rows)
    if cuts is None:
        return None
    ends = [0.0, *(c.x for c in cuts), layout.width]

    def row_of(x: float) -> int:
        return sum(x > c.x for c in cuts)

    where = {i: row_of((b[0] + b[2]) / 2) for i, b in layout.cards.items()}
    if any(where[e[1]] - where[e[0]] > 1 for e in layout.curves):
        return None
    pieces: dict[Edge, tuple[Sequence[Point], ...]] = {}
    tall: list[list[float]] = [[] for _ in range(rows)]
    for i, box in layout.cards.items():
        tall[where[i]] += room(items[i], box)[1::2]
    for _, box in layout.groups:
        tall[row_of((box[0] + box[2]) / 2)] += box[1::2]
    for edge, curve in layout.curves.items():
        points = list(zip(curve.xy[::2], curve.xy[1::2], strict=True))
        r = where[edge[0]]
        pieces[edge] = (points,) if where[edge[1]] == r else _split(points, cuts[r].x)
        for n, part in enumerate(pieces[edge]):
            tall[r + n] += [y for _, y in part]
    sides = [_TURN + _LANE * max(len(c.edges) - 1, 0) for c in cuts]
    lefts = [0.0, *sides]
    shifts, down = [], 0.0
    for r in range(rows):
        shifts.append((lefts[r] - ends[r], down - min(tall[r])))
        lanes = _GUTTER + _LANE * (len(cuts[r].edges) - 1) if r < len(cuts) else 0.0
        down = float(round(down + max(tall[r]) - min(tall[r]) + lanes))

    def moved(points: Sequence[Point], r: int) -> list[Point]:
        dx, dy = (round(v) for v in shifts[r])
        return [(x + dx, y + dy) for x, y in points]

    curves: dict[Edge, Curve] = {}
    for edge, parts in pieces.items():
        r = where[edge[0]]
        chain = moved(parts[0], r)
        if len(parts) == 2:
            # The topmost takes the widest turn, the lowest lane and the tightest turn back, so none cross.
            lane = cuts[r].edges.index(edge)
            rest = moved(parts[1], r + 1)
            entry = sorted(cuts[r].edges, key=lambda e: (pieces[e][1][0][1], e)).index(edge)
            outer, inner = _LANE * (len(cuts[r].edges) - 1 - lane), _LANE * entry
            bottom = max(tall[r]) + round(shifts[r][1]) + _UPPER + outer
            chain = _around(chain, rest, outer, inner, bottom)
        curves[edge] = replace(layout.curves[edge], xy=tuple(v for p in chain for v in p))

    def box_in(box: Box) -> Box:
        (x0, y0), (x1, y1) = moved(((box[0], box[1]), (box[2], box[3])), row_of((box[0] + box[2]) / 2))
        return (x0, y0, x1, y1)

    wide = [b - a + left for (a, b), left in zip(pairwise(ends), lefts, strict=True)]
    width = max(w + (sides[r] if r < len(cuts) else 0.0) for r, w in enumerate(wide))
    return replace(
        layout, width=width, height=down, curves=curves,
        cards={i: box_in(b) for i, b in layout.cards.items()},
        groups=tuple((path, box_in(b)) for path, b in layout.groups),
    )  # fmt: skip


def _cuts(layout: Layout, items: Mapping[int, Item]) -> list[_Cut]:
    """Return the places between ranks, outside of groups, that few edges cross."""
    strips = [(b[0], b[2]) for b in (room(items[i], box) for i, box in layout.cards.items())]
    strips += [(b[0], b[2]) for _, b in layout.groups]
    found = []
    for low, high in between(strips):
        x = (low + high) / 2
        heights = []
        for edge, curve in layout.curves.items():
            if curve.xy[0] < x < curve.xy[-2]:
                head, _ = _split(list(zip(curve.xy[::2], curve.xy[1::2], strict=True)), x)
                heights.append((head[-1][1], edge))
        if len(heights) <= _MOST_CROSSING:
            found.append(_Cut(x, tuple(e for _, e in sorted(heights))))
    return found


def _best(cuts: Sequence[_Cut], width: float, rows: int) -> tuple[_Cut, ...] | None:
    """Return the cuts into so many rows: few edges cross them, and the widest row is about as narrow as can be.

    As in a text, all rows but the last are filled.
    """
    found = []
    for chosen in combinations(cuts, rows - 1):
        sizes = [b - a for a, b in pairwise([0.0, *(c.x for c in chosen), width])]
        if min(sizes[:-1]) >= _FILLED * max(sizes):
            found.append((sum(len(c.edges) for c in chosen), max(sizes), chosen))
    narrowest = min((widest for _, widest, _ in found), default=0.0)
    near = [one for one in found if one[1] <= _ABOUT * narrowest]
    return min(near, key=lambda one: one[:2])[2] if near else None


def _split(points: Sequence[Point], x: float) -> tuple[list[Point], list[Point]]:
    """Cut a chain of cubics that runs to the right at x: level up to it, and level after it.

    Between two ranks nothing stands in the way, so the piece that passes x may keep the height of its ends.
    """
    at = next((i for i in range(3, len(points), 3) if points[i][0] >= x), len(points) - 1)
    (x0, y0), (x1, y1) = points[at - 3], points[at]
    head = [*points[: at - 2], *_straight((x0, y0), (x, y0))]
    return head, [(x, y1), *_straight((x, y1), (x1, y1)), *points[at + 1 :]]


def _straight(p: Point, q: Point) -> list[Point]:
    """Return a straight line as the three further points of a cubic."""
    third = (q[0] - p[0]) / 3, (q[1] - p[1]) / 3
    return [(p[0] + third[0], p[1] + third[1]), (q[0] - third[0], q[1] - third[1]), q]


def _around(head: Sequence[Point], tail: Sequence[Point], outer: float, inner: float, y: float) -> list[Point]:
    """Join two parts: right and down from the first, back along height y, down and right into the second."""
    (x0, y0), (x1, y1) = head[-1], tail[0]
    r = _TURN
    down, on = min(r, (y - y0) / 2), min(r, (y1 - y) / 2)
    right, left = x0 + outer, x1 - inner
    chain = list(head)

    def straight(x: float, z: float) -> None:
        chain.extend(_straight(chain[-1], (x, z)))

    def turn(dx: float, dy: float, flat: bool) -> None:
        """Turn by a quarter, leaving level where `flat`, else upright."""
        (a, b) = chain[-1]
        k = _ROUND
        first, last = (
            ((a + k * dx, b), (a + dx, b + dy - k * dy)) if flat else ((a, b + k * dy), (a + dx - k * dx, b + dy))
        )
        chain.extend([first, last, (a + dx, b + dy)])

    straight(right, y0)
    turn(r, down, True)
    straight(right + r, y - down)
    turn(-r, down, False)
    straight(left, y)
    turn(-r, on, True)
    straight(left - r, y1 - on)
    turn(r, on, False)
    straight(x1, y1)
    chain.extend(tail[1:])
    return chain
