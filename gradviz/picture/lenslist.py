"""The lens where a step is not about one node: a list of what changed, or at the end the inputs by their gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..record import Value
from .card import text
from .edge import size
from .fonts import measure
from .lenscard import CENTRE, LIST_STEP, colours, label_of, list_row
from .lensinputs import inputs
from .lensrows import Part, worked
from .moment import Moment
from .scene import Mark, Rect, line
from .theme import Theme

if TYPE_CHECKING:
    from .lens import Lens

_COLUMN = 96.0
_TALL_STEP = 52.0  # rows that hold thumbnails, where there is room for them
_LARGEST_STEP = 40.0
_BAR, _LEAST_BAR, _BESIDE_BAR = 240.0, 44.0, 30.0  # px: at most, at least, and the air around it


def changed(lens: Lens, moment: Moment, nodes: Sequence[int], top: float) -> list[Part]:
    """Show what a step with many events gives, with its arithmetic where the nodes are few, else as a list."""
    part = "receiver" if len(nodes) < len(moment.graph.nodes) else ""
    p, step = lens.places, moment.step
    room = len(p.columns) * int((p.bottom - top - 24) // LIST_STEP)
    many = step is not None and step.kind == "forward" and len(nodes) > room
    if many and all(moment.graph.nodes[i].is_leaf for i in nodes) and (table := inputs(lens, moment, nodes, top)):
        return table
    return worked(lens, moment, top) or _table(lens, moment, nodes, [top] * len(lens.places.columns), part)


def summary(lens: Lens, moment: Moment, top: float) -> list[Part]:
    """Show the outputs and a table of the inputs, those with the largest gradients first."""
    graph, p = moment.graph, lens.places
    parts: list[Part] = []
    tops = [top] * len(p.columns)
    outs = list(dict.fromkeys(graph.outputs))[:2]
    for slot, (i, x) in enumerate(zip(outs, p.slots(len(outs)), strict=True)):
        drawn = lens.card(lens.known(i, moment), x, top + 2)
        parts.append((f"lens-output-{slot}", "lens", drawn))
    if outs:
        words: list[Mark] = (
            [text(p.ends[0], top + 2 + p.height / 2 + 4, "output", 12, lens.theme.grey)] if len(outs) == 1 else []
        )
        if len(graph.outputs) > 2:
            more = f"+ {len(graph.outputs) - 2} more"
            words.append(text(p.ends[1], top + p.height + 18, more, 12, lens.theme.grey, anchor="end"))
        parts.append(("lens-words", "lens", words))
        tops[0] += p.height + 24
    inputs = [n.id for n in graph.nodes if n.op == "parameter"] or [n.id for n in graph.nodes if n.op == "data"]

    def rank(i: int) -> tuple[bool, float, int]:
        grad = moment.after.grads.get(i)
        large = math.inf if grad is None else size(grad)
        return (grad is None, -(math.inf if math.isnan(large) else large), i)

    return parts + _table(lens, moment, sorted(inputs, key=rank), tops, "")


def _table(lens: Lens, moment: Moment, nodes: Sequence[int], tops: Sequence[float], part: str) -> list[Part]:
    """Draw a head and a row for each node, as many as fit, and say how many more there are.

    tops  of the columns that the table stands in, one for each of the lens's
    """
    p, t = lens.places, lens.theme
    sides = p.columns
    width = sides[0][1] - sides[0][0]
    rows = lens.rows
    column = min(_COLUMN, (width - 90) / len(rows) - 4)
    ys = [top + 24 for top in tops]
    arrays = any(moment.graph.nodes[i].shape for i in nodes)
    step = _TALL_STEP if arrays and len(nodes) <= sum((p.bottom - y) // _TALL_STEP for y in ys) else LIST_STEP
    if not arrays and nodes:  # few rows are set larger, in the room there is
        per = -(-len(nodes) // len(ys))
        step = min(max(step, float((p.bottom - max(ys)) // per)), _LARGEST_STEP)
    size = 13.0 if step <= 30 else 16.0
    slots = [(x, y + n * step) for (x, _), y in zip(sides, ys, strict=True) for n in range(int((p.bottom - y) // step))]
    room = len(slots)
    shown = nodes if len(nodes) <= room else nodes[: max(room - 1, 0)]
    head: list[Mark] = []
    for (start, end), top in zip(sides, tops, strict=True):
        if start > max((x for x, _ in slots[: len(nodes)]), default=p.left):
            continue  # nothing stands in it
        head.append(text(start, top + 12, "name", 12, t.grey))
        for i, row in enumerate(rows):
            at = end - (len(rows) - 1 - i) * (column + 4) - 4
            head.append(text(at, top + 12, row, 12, colours(row, t)[0], anchor="end"))
        head.append(line(start, top + 18.5, end, top + 18.5, stroke=t.idle, width=1))
    bars = not part and not arrays and moment.step is None and len(rows) == 2
    largest = max((abs_of(moment, i) for i in shown), default=0.0) if bars else 0.0
    parts: list[Part] = [("lens-head", "lens", head)]
    bar = 0.0
    left = width - len(rows) * (column + 4) + 4
    labels = [label_of(lens.names.formula(i), lens.full(i), 400.0, 13) for i in shown]
    least = left - 8 - (_LEAST_BAR + 16 if largest else 0)  # px, for the names
    name = size if all(measure(label, size) <= least for label in labels) else 13.0
    if largest:  # long names leave less to the bars
        bar = min(_BAR, max(_LEAST_BAR, left - _BESIDE_BAR - max(measure(label, name) for label in labels)))
    for n, i in enumerate(shown):
        (x, at), known = slots[n], lens.known(i, moment, part)
        free = width - (bar + 16 if largest else 0)
        marks = list_row(
            known,
            x,
            at,
            width,
            rows,
            lens.extents,
            t,
            column=column,
            height=step - 4,
            name=free,
            size=size,
            name_size=name,
        )
        if largest:
            marks += _bar(moment.after.grads.get(i), largest, x + left - 8 - bar, at, step - 4, t, bar)
        parts.append((f"lens-row-{n}", "lens", marks))
    if slots and len(shown) < len(nodes):
        x, y = slots[len(shown)]
        at = y + (LIST_STEP - 4) / 2 + CENTRE * 12
        parts.append(("lens-more", "lens", [text(x, at, f"+ {len(nodes) - len(shown)} more", 12, t.grey)]))
    return parts


def abs_of(moment: Moment, i: int) -> float:
    """Return the size of a node's gradient where it is a finite number, else 0."""
    grad = moment.after.grads.get(i)
    large = 0.0 if grad is None else size(grad)
    return large if math.isfinite(large) else 0.0


def _bar(
    grad: Value | None, largest: float, x: float, y: float, height: float, theme: Theme, room: float
) -> list[Mark]:
    """Draw a gradient's size as a bar from a middle line, to the left where it is negative."""
    middle = x + room / 2
    marks: list[Mark] = [line(middle, y + 2, middle, y + height - 2, stroke=theme.idle, width=1)]
    if isinstance(grad, float) and math.isfinite(grad) and grad:
        long = max(1.0, abs(grad) / largest * (room / 2 - 1))
        left = middle + 0.5 if grad > 0 else middle - 0.5 - long
        marks.append(Rect(left, y + height / 2 - 3.5, long, 7, 1, theme.grad))
    return marks
