"""The recorded computation as pure data: nodes in the order they were computed, and the graph they form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import InvalidRun

if TYPE_CHECKING:
    import networkx

    from .run import Event

#: The ops of nodes that compute nothing. Their role is drawn by shape.
LEAVES = ("parameter", "data", "constant")

_PLACE = re.compile(r"\{(\d+|y|g)\}")


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the user's code: file (relative to the working directory where it can be), lines and columns.

    Lines count from 1, columns are 0-based character offsets, the end is exclusive.
    """

    file: str
    line: int
    col: int = 0
    end_line: int = 0
    end_col: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Node:
    """One basic operation, or a leaf (an op of `LEAVES`).

    name    what the user calls the result: "n", "acc₂", or its text where it has no name: "x₁·w₁"
    label   the operation written with its operands' names: "sum + b"; a constant's source: "0.5"
    args    the ids of its operands by position; x*x has args (0, 0)
    group   the names of the group instances it lies in, outermost first: ("layer 1", "neuron·2")
    shape   of the value; () for a number. An op with several results has () and a tuple as its value
    symbol  what the badge shows: "×" (infix), "tanh" (a word, used as a function) or "( )²" (operand at the gap)
    rule    one sentence that says what the op does to a gradient: "Addition passes it on unchanged."
    local   one formula per arg for the local derivative. In rule and local, {0} {1} ... stand for the operands'
            names, {y} for the node's own and {g} for the upstream gradient: "{1}", "{g} {1}ᵀ", "Σ axis 0"
    short   what it is called where its name is too long, in labels of other nodes too: "v₇"
    """

    id: int
    op: str
    args: tuple[int, ...] = ()
    name: str = ""
    label: str = ""
    group: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    where: Where | None = None
    symbol: str = ""
    rule: str = ""
    local: tuple[str, ...] = ()
    short: str = ""

    def __post_init__(self) -> None:
        if len(self.local) != len(self.args):
            raise InvalidRun(
                f"node {self.id} ({self.op}) has {len(self.args)} args and {len(self.local)} local formulas; "
                "give one formula for each arg"
            )

    @property
    def is_leaf(self) -> bool:
        return self.op in LEAVES


def fill(template: str, names: Mapping[str, str]) -> str:
    """Put names into a rule or local formula: fill("{g} {1}ᵀ", {"g": "ḡ", "1": "h"}) is "ḡ hᵀ".

    A place that `names` does not hold stays as it is; the names themselves are not read again.
    """
    return _PLACE.sub(lambda m: names.get(m[1], m[0]), template)


@dataclass(frozen=True)
class Graph:
    """Nodes sorted so that every arg comes before its use, and the ids of the outputs.

    >>> Graph((Node(0, "parameter", name="x"), Node(1, "square", (0,), local=("2·{0}",))), (1,)).users[0]
    ((1, 0),)
    """

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...] = field(default=())

    def __post_init__(self) -> None:
        for i, node in enumerate(self.nodes):
            if node.id != i:
                raise InvalidRun(f"nodes[{i}] has the id {node.id}; a node's id is its position")
            for arg in node.args:
                if not 0 <= arg < i:
                    raise InvalidRun(f"node {i} uses node {arg}; an arg must come before its use")
        for out in self.outputs:
            if not 0 <= out < len(self.nodes):
                raise InvalidRun(f"output {out} is not one of the {len(self.nodes)} nodes")

    def receiver(self, e: Event) -> int:
        """Return the node that an event of a backward sweep reaches: for a seed, the node itself."""
        return e.node if e.arg is None else self.nodes[e.node].args[e.arg]

    @cached_property
    def users(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node, the (node, argument position) pairs that use it, in order."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for node in self.nodes:
            for position, arg in enumerate(node.args):
                found[arg].append((node.id, position))
        return tuple(map(tuple, found))

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """For each node, the length of the longest path that leads to it from a leaf."""
        ranks: list[int] = []
        for node in self.nodes:
            ranks.append(1 + max((ranks[a] for a in node.args), default=-1))
        return tuple(ranks)

    @cached_property
    def nx(self) -> networkx.MultiDiGraph:
        """The graph as networkx has it: edges run from an arg to its user and are keyed by argument position."""
        import networkx

        graph = networkx.MultiDiGraph()
        for n in self.nodes:
            graph.add_node(n.id, op=n.op, name=n.name, label=n.label, shape=n.shape, group=n.group, where=n.where)
        for n in self.nodes:
            for position, arg in enumerate(n.args):
                graph.add_edge(arg, n.id, key=position)
        return graph
