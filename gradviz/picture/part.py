"""Who takes part in a step, and how: receivers, senders, and the edges between them."""

from __future__ import annotations

from dataclasses import dataclass

from ..record import Event, Graph, Step
from .chips import Edge


@dataclass(frozen=True, slots=True)
class Parts:
    """The nodes and edges that a step touches; in a sweep at once, only the nodes."""

    receivers: frozenset[int] = frozenset()
    senders: frozenset[int] = frozenset()
    edges: frozenset[Edge] = frozenset()


def parts(graph: Graph, step: Step | None) -> Parts:
    """Return who takes part in a step: forward a node receives from its operands, backward an operand does."""
    if step is None:
        return Parts()
    receivers: set[int] = set()
    senders: set[int] = set()
    edges: set[Edge] = set()
    if step.whole:  # whole iterations at once: what changed is the parameters
        moved = (e.node for s in (*step.lead, step) if s.kind == "update" for e in s.events)
        return Parts(frozenset(moved))
    for e in step.events:
        node = graph.nodes[e.node]
        if step.kind == "backward":
            if e.arg is None:
                receivers.add(e.node)
            else:
                receivers.add(node.args[e.arg])
                senders.add(e.node)
                edges.add((node.args[e.arg], e.node, e.arg))
        else:
            receivers.add(e.node)
            if step.kind != "update":
                senders.update(node.args)
                edges.update((a, e.node, i) for i, a in enumerate(node.args))
    return Parts(frozenset(receivers), frozenset(senders - receivers), frozenset(edges))


def edge_of(graph: Graph, e: Event) -> Edge:
    """Return the edge that a backward event travels."""
    assert e.arg is not None
    return (graph.nodes[e.node].args[e.arg], e.node, e.arg)
