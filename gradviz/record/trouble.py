"""Where a NaN or an infinity first appears in a Run."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from .run import Event, Run, Value
from .state import State


@dataclass(frozen=True, slots=True)
class Trouble:
    """The first event of a sweep that is not finite, while all that led to it was.

    node   where it appeared: the node whose value it is, or whose gradient it is
    what   "NaN", "∞" or "−∞"; NaN where an array holds several of them
    sweep  the index of the sweep, and its kind
    sender the node that sent it back, in a backward sweep; the node itself elsewhere
    """

    node: int
    what: str
    sweep: int
    kind: str
    sender: int


def odd(value: Value | None) -> str:
    """Return what is not finite in a value: "NaN", "∞", "−∞", or "" where all of it is a number."""
    if value is None or (type(value) is float and isfinite(value)):
        return ""
    if isinstance(value, tuple):
        return next((w for w in map(odd, value) if w), "")
    array = np.asarray(value)
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return ""
    if np.isnan(array).any():
        return "NaN"
    return "∞" if (array == np.inf).any() else "−∞"


def troubles(run: Run) -> tuple[Trouble, ...]:
    """Return the first trouble of every sweep that has any, in order.

    An infinity that was given, as the −∞ of a mask, is none, nor is what stays infinite because of it, unless it
    reaches an output.
    """
    nodes, found = run.graph.nodes, []
    for index, sweep in enumerate(run.sweeps):
        given: dict[int, Event] = {}
        for e in sweep.events:
            what = odd(e.value)
            if not what:
                continue
            node = nodes[e.node]
            if sweep.kind == "forward" and what != "NaN" and (node.is_leaf or not given.keys().isdisjoint(node.args)):
                given[e.node] = e
                continue
            to = run.graph.receiver(e) if sweep.kind == "backward" else e.node
            found.append(Trouble(to, what, index, sweep.kind, e.node))
            break
        else:
            if not given.keys().isdisjoint(run.graph.outputs):
                node_id, e = next(iter(given.items()))
                found.append(Trouble(node_id, odd(e.value), index, sweep.kind, node_id))
    return tuple(found)


def first(run: Run) -> Trouble | None:
    """Return the trouble that a reader should look at first, or None.

    Where the outputs are finite but a gradient is not, that is the backward sweep's; else it is the first of all.
    """
    found = troubles(run)
    if not found:
        return None
    forward = run.sweep("forward")
    outputs = {e.node: e.value for e in forward.events} if forward else {}
    if not any(odd(outputs.get(o)) for o in run.graph.outputs):
        return next((t for t in found if t.kind == "backward"), found[0])
    return found[0]


def seen(trouble: Trouble | None, after: State) -> bool:
    """Tell whether a trouble has appeared by the moment of a state."""
    if trouble is None or after.sweep < trouble.sweep:
        return False
    known = {"backward": after.grads, "tangent": after.tangents}.get(trouble.kind, after.values)
    return bool(odd(known.get(trouble.node)))
