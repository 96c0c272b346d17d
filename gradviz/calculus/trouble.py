"""What to do about a NaN or an infinity: which operation made it, where, from which numbers, and the way out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..record import Graph, Node, Run, Trouble, Value, Where, first, odd
from ..record.state import add
from . import causes, ops

_ELEMENTWISE = {row.name for row in ops.ROWS if row.partials}
_DOUBLE_WHERE = (
    "np.where cuts the value off but not the gradient: the branch that was not taken sends 0, and 0 × ∞ is NaN. "
    "Put a safe number in before the operation as well: np.where(ok, f(np.where(ok, x, 1.0)), 0.0)"
)


@dataclass(frozen=True, slots=True, repr=False)
class Explained:
    """A trouble in words. `str()` is the whole sentence."""

    trouble: Trouble
    name: str
    where: Where | None
    source: str
    said: str

    def __str__(self) -> str:
        return self.said

    __repr__ = __str__


def explain(run: Run) -> Explained | None:
    """Return where the first NaN or infinity of a Run appeared and what to do about it, or None.

    >>> from gradviz.record import Graph
    >>> explain(Run(Graph(())))
    """
    found = first(run)
    if found is None:
        return None
    nodes, iteration = run.graph.nodes, run.sweeps[found.sweep].iteration
    node, maker = nodes[found.node], nodes[found.sender]
    values = _values(run, found.sweep)
    if node.is_leaf and found.kind != "backward":
        what = f"{_called(node)} is {found.what} from the start"
        advice = "It is a constant of that line" if node.op == "constant" else "It came in with the inputs; look there"
    elif found.kind == "forward":
        what = f"{_called(node)} is the first to be {found.what}"
        advice = _forward(node, values)
    else:
        tangent = found.kind == "tangent"
        what = f"the {'tangent' if tangent else 'gradient'} of {_called(node)} is the first to be {found.what}"
        what += "" if tangent else f", sent back by {_called(maker)}"
        advice = _slopes(run, found, values)
    if iteration > 1 and found.kind == "forward":
        advice += ". The descent may diverge: a smaller learning rate may help"
    place = maker.where
    source = run.sources.get(place.file, {}).get(place.line, "").strip() if place else ""
    at = f" ({place}: {source})" if place and source else f" ({place})" if place else ""
    sweep = f"{found.kind} sweep of iteration {iteration}" if iteration else f"{found.kind} sweep"
    said = f"In the {sweep}, {what}{at}." + (f" {advice}." if advice else "")
    return Explained(found, _called(node), place, source, said)


def _called(node: Node) -> str:
    return node.name or node.label


def _values(run: Run, sweep: int) -> dict[int, Value]:
    """Return the values that a sweep met: those of its own, or of the forward sweep before it."""
    forward = next((s for s in reversed(run.sweeps[: sweep + 1]) if s.kind == "forward"), None)
    return {e.node: e.value for e in forward.events} if forward else {}


def _forward(node: Node, values: dict[int, Value]) -> str:
    """Say why an operation's value is not finite."""
    y, args = values[node.id], [values[a] for a in node.args]
    (result, *numbers), at = _element(node, args, y, y)
    said = causes.of_value(node.op, numbers, args, result if numbers else y)
    return _at(at, said)


def _slopes(run: Run, found: Trouble, values: dict[int, Value]) -> str:
    """Say why what an operation sends, or the tangent that it makes, is not finite."""
    graph, sweep = run.graph, run.sweeps[found.sweep]
    node = graph.nodes[found.sender]
    if any(i not in values for i in (node.id, *node.args)):
        return ""  # a Run without a forward sweep
    if odd(values[node.id]):  # it was cut off on the way to the output, and comes back
        return f"{_called(node)} itself is {odd(values[node.id])}. {_forward(node, values)}"
    args, y = [values[a] for a in node.args], values[node.id]
    event = next(e for e in sweep.events if e.node == node.id and odd(e.value))
    upstream: Any = None
    for e in sweep.events[: sweep.events.index(event)] if found.kind == "backward" else ():
        if graph.receiver(e) == node.id:
            upstream = add(upstream, e.value)
    local: Any = event.local
    guide: Any = event.value
    if upstream is not None and local is not None:
        with np.errstate(all="ignore"):
            guide = np.asarray(upstream) * local
        if _masked(graph, node.id) and np.any((np.asarray(upstream) == 0) & ~np.isfinite(local)):
            return _DOUBLE_WHERE
    (_, *numbers), at = _element(node, args, y, guide)
    return _at(at, causes.of_slope(node.op, event.arg, numbers, args, upstream, local))


def _at(where: str, said: str) -> str:
    """Put in front of a sentence where in an array it is so; "" where nothing is said."""
    word = said.split(" ", 1)[0]
    if where and word in ("The", "It", "A", "An"):
        said = word.lower() + said[len(word) :]
    return where + said if said else ""


def _element(node: Node, args: list[Value], y: Value, guide: Any) -> tuple[tuple[float, ...], str]:
    """Return the result and operands of an elementwise operation where `guide` is not finite, and in words where.

    The result alone for another operation.
    """
    if node.op not in _ELEMENTWISE or isinstance(y, tuple):
        return (math.nan,), ""
    shape = np.shape(y)
    guide = np.broadcast_to(np.asarray(guide), shape) if np.shape(guide) != shape else np.asarray(guide)
    bad = np.argwhere(np.isnan(guide)) if np.isnan(guide).any() else np.argwhere(~np.isfinite(guide))
    if not len(bad):
        return (math.nan,), ""
    where = tuple(int(i) for i in bad[0])
    operands = (float(np.broadcast_to(np.asarray(v), shape)[where]) for v in args)
    return (np.asarray(y)[where], *operands), f"At [{', '.join(map(str, where))}]: " if where else ""


def _masked(graph: Graph, start: int) -> bool:
    """Tell whether what a node computes ends in a choice between branches."""
    seen, wave = {start}, [start]
    while wave:
        i = wave.pop()
        for user, _ in graph.users[i]:
            if graph.nodes[user].op == "where":
                return True
            if user not in seen:
                seen.add(user)
                wave.append(user)
    return False
