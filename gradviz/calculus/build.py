"""From the Vars of a trace to a Graph: which belong to it, in which order, and what each node says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..record import Graph, Node
from .name import compose_all, role
from .op import ALIAS, INPUT, Text

if TYPE_CHECKING:
    from .trace import Var


@dataclass(frozen=True)
class Built:
    """A graph and what it was made from: `vars` by node id, and the text of the user's lines by file and line."""

    graph: Graph
    vars: tuple[Var, ...]
    sources: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


def build(outputs: Sequence[Var], inputs: Sequence[tuple[str, Var]]) -> Built:
    """Return the graph of all that the outputs were computed from, and of all inputs, in the order of the trace."""
    vars, args = _collect([shown(v) for v in outputs], [shown(v) for _, v in inputs])
    ids = {id(v): i for i, v in enumerate(vars)}
    texts: list[Text] = [var.op.describe(var) for var in vars]
    given = {ids[id(shown(v))]: name for name, v in inputs if name}
    for i, var in enumerate(vars):
        if var.name:
            given.setdefault(i, var.name)
    names, labels = compose_all(vars, args, texts, given)
    nodes = tuple(
        Node(
            i,
            role(names[i]) if var.op is INPUT else var.op.name,
            args[i],
            names[i],
            labels[i],
            (),
            tuple(var.shape),
            None,
            texts[i].symbol,
            texts[i].rule,
            texts[i].local,
        )
        for i, var in enumerate(vars)
    )
    return Built(Graph(nodes, tuple(ids[id(shown(v))] for v in outputs)), vars)


def shown(var: Var) -> Var:
    """Return the Var that stands in the graph for this one: an alias is drawn as what it copies."""
    while var.op is ALIAS:
        var = var.operands[0]
    return var


def _collect(outputs: Sequence[Var], inputs: Sequence[Var]) -> tuple[tuple[Var, ...], list[tuple[int, ...]]]:
    """Return the Vars that belong to the graph, every operand before its use, and their operands' positions."""
    found: dict[int, tuple[Var, tuple[Var, ...]]] = {}
    todo = [*outputs, *inputs]
    while todo:
        var = todo.pop()
        if id(var) not in found:
            operands = tuple(map(shown, var.operands))
            found[id(var)] = (var, operands)
            todo.extend(operands)
    order: dict[int, int] = {}
    vars: list[Var] = []
    args: list[tuple[int, ...]] = []
    for var, operands in sorted(found.values(), key=lambda pair: pair[0].seq):
        for late in _pending(var, operands, order):
            order[id(late)] = len(vars)
            vars.append(late)
            args.append(tuple(order[id(o)] for o in found[id(late)][1]))
    return tuple(vars), args


def _pending(var: Var, operands: tuple[Var, ...], order: Mapping[int, int]) -> Iterator[Var]:
    """Yield a Var, and before it those of its operands (constants) that were made later than it."""
    if id(var) in order:
        return
    seen: set[int] = set()
    for operand in operands:
        if id(operand) not in order and id(operand) not in seen:
            seen.add(id(operand))
            yield operand
    yield var
