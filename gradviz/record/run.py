"""What happened, as a log: events in sweeps over one graph, and the check that proves the log's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from ..errors import InvalidRun
from .graph import Graph

#: A float for a float64 number; else an array that nobody can write to; a tuple for an op with several results.
Value: TypeAlias = "float | np.ndarray | tuple[Value, ...]"

KINDS = ("forward", "backward", "tangent", "update")


def freeze(value: object) -> Value:
    """Copy a number, array or tuple of them into a form that nobody can change."""
    if type(value) is float:
        return value
    if isinstance(value, tuple):
        return tuple(freeze(v) for v in value)
    array = np.array(value)
    if array.ndim == 0 and array.dtype == np.float64:
        return float(array)
    array.flags.writeable = False
    return array


def same(a: Value | None, b: Value | None) -> bool:
    """Tell whether two values are equal by dtype, shape and bytes: NaN equals NaN, and 0 differs from -0."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if a is None or b is None or isinstance(a, tuple) or isinstance(b, tuple):
        return a is b
    x, y = np.asarray(a), np.asarray(b)
    return x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A copy of one number or array at one moment.

    In a forward, tangent or update sweep: `node`'s own value. In a backward sweep: what `node` sends to its
    `arg`-th operand, with the local derivative where that is a scalar or elementwise; arg None is the seed.
    """

    node: int
    value: Value
    arg: int | None = None
    local: Value | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return (
            (self.node, self.arg) == (other.node, other.arg)
            and same(self.value, other.value)
            and same(self.local, other.local)
        )

    __hash__ = None  # type: ignore[assignment]  # values that hold arrays have no hash


@dataclass(frozen=True, slots=True)
class Sweep:
    """One pass over the graph: its kind (one of `KINDS`), its events in order, and a label to show.

    iteration   of a descent, from 1; 0 elsewhere. An iteration that is not logged in full has a backward sweep
                whose events all have arg None: each node's whole gradient, and nothing of how it came about
    """

    kind: str
    events: tuple[Event, ...]
    label: str = ""
    iteration: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidRun(f"a sweep of kind {self.kind!r}; the kinds are {', '.join(KINDS)}")


@dataclass(frozen=True, eq=False)
class Run:
    """A graph and the log of what happened on it.

    series   named arrays that panels draw: {"loss": array over sweeps, ...}
    sources  the text of the user's lines: {"file.py": {12: "y = w * x"}}
    """

    graph: Graph
    sweeps: tuple[Sweep, ...] = ()
    series: Mapping[str, Value] = field(default_factory=dict)
    sources: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        return (
            self.graph == other.graph
            and self.sweeps == other.sweeps
            and self.series.keys() == other.series.keys()
            and all(same(v, other.series[k]) for k, v in self.series.items())
            and self.sources == other.sources
        )

    __hash__ = None  # type: ignore[assignment]  # as for Event

    def __repr__(self) -> str:
        return f"<Run of {self.told}>"

    @property
    def told(self) -> str:
        """Say what is in it, in a line: "9 nodes; 51 × forward, 51 × backward, 50 × Adam"."""
        counts = Counter(s.label or s.kind for s in self.sweeps)
        sweeps = ", ".join(name if n == 1 else f"{n} × {name}" for name, n in counts.items())
        return f"{len(self.graph.nodes)} nodes; {sweeps or 'no sweeps'}"

    def sweep(self, kind: str) -> Sweep | None:
        """Return the last sweep of a kind, or None."""
        return next((s for s in reversed(self.sweeps) if s.kind == kind), None)


def check(run: Run) -> Run:
    """Prove the rules of a Run and return it; raise `InvalidRun` with the first event that breaks one."""
    nodes, users = run.graph.nodes, run.graph.users
    parts: dict[int, int] = {}  # by node, of how many parts its values and gradients are; -1 for one
    for number, sweep in enumerate(run.sweeps):
        here = f"sweep {number} ({sweep.kind})"
        known: set[object] = set()  # nodes told; (node, arg) sent
        left: dict[int, int] = {}
        for e in sweep.events:
            if not 0 <= e.node < len(nodes):
                raise InvalidRun(f"{here}: an event of node {e.node}, which is not in the graph")
            left[e.node] = left.get(e.node, 0) + (e.arg is not None)
        for e in sweep.events:
            node, receiver = nodes[e.node], nodes[e.node]
            if sweep.kind == "backward":
                for user, _ in users[e.node] if e.arg is not None else ():
                    if left.get(user, 0):
                        raise InvalidRun(f"{here}: node {e.node} sends before node {user}, which it feeds, has")
                if e.arg is not None:
                    if not 0 <= e.arg < len(node.args):
                        raise InvalidRun(f"{here}: node {e.node} has no arg {e.arg}")
                    if (e.node, e.arg) in known:
                        raise InvalidRun(f"{here}: node {e.node} sends to its arg {e.arg} twice")
                    receiver = nodes[node.args[e.arg]]
                    left[e.node] -= 1
            elif e.arg is not None or e.node in known:
                raise InvalidRun(f"{here}: node {e.node} is told twice, or with an arg")
            elif sweep.kind == "forward" and not known.issuperset(node.args):
                raise InvalidRun(f"{here}: node {e.node} has a value before its args do")
            known.add(e.node if e.arg is None else (e.node, e.arg))
            several = len(e.value) if isinstance(e.value, tuple) else -1
            if parts.setdefault(receiver.id, several) != several:
                raise InvalidRun(f"{here}: a value of other parts than node {receiver.id} has had before")
            if not isinstance(e.value, tuple) and np.shape(e.value) != receiver.shape:
                raise InvalidRun(
                    f"{here}: a value of shape {np.shape(e.value)} for node {receiver.id} of shape {receiver.shape}"
                )
    return run
