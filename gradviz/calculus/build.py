"""From the Vars of a trace to a Graph: which belong to it, in which order, and what each node says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..record import Graph, Node
from .leaf import role_of
from .name import name_all
from .op import ALIAS, INPUT, Text
from .scope import groups

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
    texts = _describe(vars, args)
    given = {ids[id(shown(v))]: name for name, v in inputs if name}
    named = name_all(vars, args, texts, given)
    roles = [role_of(given.get(i, named.names[i])) if v.op is INPUT else v.op for i, v in enumerate(vars)]
    boxes = groups(vars, args, roles, {ids[id(shown(v))] for _, v in inputs})
    nodes = tuple(
        Node(
            i, roles[i].name, args[i], named.names[i], named.labels[i], boxes[i], tuple(var.shape), named.wheres[i],
            text.symbol, text.rule, text.local, named.shorts[i],
        )
        for i, (var, text) in enumerate(zip(vars, texts, strict=True))
    )  # fmt: skip
    return Built(Graph(nodes, tuple(ids[id(shown(v))] for v in outputs)), vars, named.sources)


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


def _describe(vars: Sequence[Var], args: Sequence[tuple[int, ...]]) -> list[Text]:
    """Return what each node says of its op; without params that depends on the shapes alone."""
    known: dict[tuple[Any, ...], Text] = {}
    shapes = [var.shape for var in vars]
    texts: list[Text] = []
    for i, var in enumerate(vars):
        key = (id(var.op), shapes[i], *(shapes[a] for a in args[i]))
        text = known.get(key) if var.params is None else None
        if text is None:
            text = known[key] = var.op.describe(var)
        texts.append(text)
    return texts


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
