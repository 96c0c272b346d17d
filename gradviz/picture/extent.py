"""How much room each quantity of each node needs over a whole film, and the scale its thumbnails share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..record import Run, Value
from ..record.state import add
from . import digits, numbers
from .fonts import measure

#: Which quantity a sweep's events are.
QUANTITY = {"forward": "value", "update": "value", "tangent": "tangent", "backward": "grad"}


@dataclass(frozen=True, slots=True)
class Extent:
    """The width (px) of the widest number, and the largest finite size, of one quantity of one node.

    The width of an array is that of its widest number where they are few, else 0; `brief` with fewer digits.
    """

    width: float = 0.0
    limit: float = 0.0
    brief: float = 0.0


def extents(run: Run) -> dict[tuple[int, str], Extent]:
    """Return the extent of every (node, quantity), partial sums of gradients included."""
    found: dict[tuple[int, str], Extent] = {}
    for sweep in run.sweeps:
        row = QUANTITY[sweep.kind]
        sums: dict[int, Value] = {}
        for e in sweep.events:
            to, value = e.node, e.value
            if sweep.kind == "backward":
                to = e.node if e.arg is None else run.graph.nodes[e.node].args[e.arg]
                value = sums[to] = add(sums.get(to), value)
            old = found.get((to, row), Extent())
            found[to, row] = _widen(old, value)
    for node in run.graph.nodes:
        for row in ("value", "tangent", "grad"):
            old = found.setdefault((node.id, row), Extent())
            if node.shape:
                found[node.id, row] = replace(old, limit=numbers.limit(old.limit))
    return found


def _widen(old: Extent, value: Value) -> Extent:
    if isinstance(value, tuple):
        return Extent(max(old.width, measure(f"{len(value)} parts", 13, bold=True, mono=True)), old.limit)
    if np.ndim(value) == 0:
        return Extent(max(old.width, measure(numbers.number(value), 13, bold=True, mono=True)), old.limit)
    size = np.abs(np.asarray(value, dtype=float))
    largest = float(size[np.isfinite(size)].max(initial=0.0))
    if not digits.few(np.shape(value)):
        return Extent(old.width, max(old.limit, largest))
    wide, brief = digits.widest(value, digits.SIZE), digits.widest(value, digits.SIZE, digits.BRIEF)
    return Extent(max(old.width, wide), max(old.limit, largest), max(old.brief, brief))
