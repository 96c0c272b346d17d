"""The lens where a step is not about one node: a list of what changed, or at the end the inputs by their gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .card import text
from .edge import size
from .lenscard import CENTRE, LIST_STEP, card, colours, list_row
from .moment import Moment
from .scene import Mark, line

if TYPE_CHECKING:
    from .lens import Lens

Part = tuple[str, str, list[Mark]]
_COLUMN = 96.0


def changed(lens: Lens, moment: Moment, nodes: Sequence[int], top: float) -> list[Part]:
    """List the nodes that a step with many events gives something to."""
    return _table(lens, moment, nodes, top, "receiver" if len(nodes) < len(moment.graph.nodes) else "")


def summary(lens: Lens, moment: Moment, top: float) -> list[Part]:
    """Show the outputs and a table of the inputs, those with the largest gradients first."""
    graph, p = moment.graph, lens.places
    parts: list[Part] = []
    outs = list(dict.fromkeys(graph.outputs))[:2]
    for slot, (i, x) in enumerate(zip(outs, p.slots(min(len(outs), 2)) if outs else (), strict=True)):
        drawn = card(lens.known(i, moment), x, top + 2, p.card, lens.rows, lens.names, lens.extents, True, lens.theme)
        parts.append((f"lens-output-{slot}", "lens", drawn))
    if outs:
        words: list[Mark] = (
            [text(p.left, top + 2 + p.height / 2 + 4, "output", 12, lens.theme.grey)] if len(outs) == 1 else []
        )
        if len(graph.outputs) > 2:
            words.append(
                text(
                    p.right, top + p.height + 18, f"+ {len(graph.outputs) - 2} more", 12, lens.theme.grey, anchor="end"
                )
            )
        parts.append(("lens-words", "lens", words))
        top += p.height + 24
    inputs = [n.id for n in graph.nodes if n.op == "parameter"] or [n.id for n in graph.nodes if n.op == "data"]

    def rank(i: int) -> tuple[bool, float, int]:
        grad = moment.after.grads.get(i)
        large = math.inf if grad is None else size(grad)
        return (grad is None, -(math.inf if math.isnan(large) else large), i)

    return parts + _table(lens, moment, sorted(inputs, key=rank), top, "")


def _table(lens: Lens, moment: Moment, nodes: Sequence[int], top: float, part: str) -> list[Part]:
    """Draw a head and a row for each node, as many as fit, and say how many more there are."""
    p, t = lens.places, lens.theme
    width = p.right - p.left
    rows = lens.rows
    column = min(_COLUMN, (width - 90) / len(rows) - 4)
    left = p.right - len(rows) * (column + 4) + 4
    head: list[Mark] = [text(p.left, top + 12, "name", 12, t.grey)]
    for i, row in enumerate(rows):
        head.append(text(left + i * (column + 4) + column - 4, top + 12, row, 12, colours(row, t)[0], anchor="end"))
    head.append(line(p.left, top + 18.5, p.right, top + 18.5, stroke=t.idle, width=1))
    y = top + 24
    room = int((p.bottom - y) // LIST_STEP)
    shown = nodes if len(nodes) <= room else nodes[: room - 1]
    parts: list[Part] = [("lens-head", "lens", head)]
    for n, i in enumerate(shown):
        at, known = y + n * LIST_STEP, lens.known(i, moment, part)
        drawn = list_row(known, p.left, at, width, rows, lens.names, lens.extents, t, column=column)
        parts.append((f"lens-row-{n}", "lens", drawn))
    if len(shown) < len(nodes):
        at = y + len(shown) * LIST_STEP + (LIST_STEP - 4) / 2 + CENTRE * 12
        parts.append(("lens-more", "lens", [text(p.left, at, f"+ {len(nodes) - len(shown)} more", 12, t.grey)]))
    return parts
