"""What forward and reverse mode spent on a Run: the products with local derivatives that each made."""

from __future__ import annotations

from dataclasses import dataclass

from .run import Run


@dataclass(frozen=True, slots=True)
class Effort:
    """Products made by all tangent sweeps, how many those are, by the backward sweep, and how many inputs it served."""

    tangents: int
    sweeps: int
    backward: int
    inputs: int


def effort(run: Run) -> Effort | None:
    """Count what each mode spent, or return None where a Run does not hold both.

    A node multiplies each of its operands' tangents by a local derivative; a backward sweep multiplies once for each
    contribution. A count is of operations, not of their time, and the work inside an array is not counted.

    >>> from gradviz.record import Event, Graph, Node, Sweep
    >>> square = Node(1, "square", (0,), "y", local=("2·{0}",))
    >>> tangent = Sweep("tangent", (Event(0, 1.0), Event(1, 6.0)))
    >>> backward = Sweep("backward", (Event(1, 1.0), Event(1, 6.0, 0)))
    >>> effort(Run(Graph((Node(0, "parameter", name="x"), square), (1,)), (tangent, backward)))
    Effort(tangents=1, sweeps=1, backward=1, inputs=1)
    """
    nodes = run.graph.nodes
    forward = [s for s in run.sweeps if s.kind == "tangent"]
    back = run.sweep("backward")
    if not forward or back is None:
        return None
    tangents = 0
    for sweep in forward:
        carry = {e.node for e in sweep.events if nodes[e.node].op != "constant"}
        tangents += sum(a in carry for e in sweep.events for a in nodes[e.node].args)
    reached = {run.graph.receiver(e) for e in back.events if e.arg is not None}
    inputs = sum(nodes[i].is_leaf for i in reached)
    return Effort(tangents, len(forward), sum(e.arg is not None for e in back.events), inputs)
