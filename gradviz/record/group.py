"""Folding groups: from a Run to one in which whole groups are single nodes. The numbers are those of the Run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from math import inf
from typing import TypeAlias

import numpy as np

from ..errors import NotCollapsible, UnknownName, in_range
from .graph import Graph, Node
from .run import Event, Run, Sweep, Value
from .state import add

#: The op of a node that stands for a whole group, and of one that stands for one of its several results.
GROUP, ITEM = "group", "item"

Path: TypeAlias = tuple[str, ...]


def level(depth: object) -> None:
    """Raise `UnknownName` for what is no depth."""
    if depth is not None and not in_range(depth, 0, inf, whole=True):
        raise UnknownName(f"depth={depth!r} is not a depth; it counts the levels of groups that stay open, from 0")


def collapse(run: Run, depth: int | None = None, groups: Collection[str] = ()) -> Run:
    """Fold every group instance that lies deeper than `depth` into one node, and those named in `groups`.

    depth   how many levels of groups stay open: 0 folds the outermost, None folds by name only
    groups  names of instances, such as "neuron·2"

    Parameters and data that lie in a folded group stay beside it. It has one arg for each node that it uses, and sends
    there the sum of what its inside sent. One with several results has a tuple as its value, and one `item` node for
    each. A group of one operation is no group.
    Raises `NotCollapsible` for a group that values leave and come back to, `UnknownName` for a name there is none of.

    >>> double = Node(1, "add", (0, 0), "y", group=("g",), local=("1", "1"))
    >>> square = Node(2, "square", (1,), "z", group=("g",), local=("2·{0}",))
    >>> [n.op for n in collapse(Run(Graph((Node(0, "parameter"), double, square), (2,))), 0).graph.nodes]
    ['parameter', 'group']
    """
    level(depth)
    known = {name for node in run.graph.nodes for name in node.group}
    for name in groups:
        if name not in known:
            raise UnknownName(f"no group is called {name!r}; choose from {', '.join(sorted(known)) or 'none at all'}")
    plan = _plan(run.graph, depth, frozenset(groups))
    return Run(plan.graph, tuple(_sweep(run, plan, s) for s in run.sweeps), run.series, run.sources)


@dataclass(frozen=True)
class _Block:
    """A group to fold: its path, the nodes inside, the outside nodes they use, and those that are used outside."""

    path: Path
    inside: tuple[int, ...]
    uses: tuple[int, ...]
    results: tuple[int, ...]


@dataclass(frozen=True)
class _Plan:
    """The folded graph, and where things went.

    ids     by old node, the new node that has its value outside; a node that is hidden in a group has none
    blocks  by the id of the new group node, what it stands for
    block   by old node, the new group node that it went into
    """

    graph: Graph
    ids: Mapping[int, int]
    blocks: Mapping[int, _Block]
    block: Mapping[int, int]


def _folded(node: Node, depth: int | None, names: frozenset[str]) -> Path | None:
    """Return the path of the outermost group of a node that is to be folded."""
    for level, name in enumerate(node.group):
        if name in names or (depth is not None and level >= depth):
            return node.group[: level + 1]
    return None


def _plan(graph: Graph, depth: int | None, names: frozenset[str]) -> _Plan:
    paths = [_folded(node, depth, names) for node in graph.nodes]
    # A folded group shows what goes in: its parameters and data stay, beside it.
    kept = [p is not None and node.op in ("parameter", "data") for p, node in zip(paths, graph.nodes, strict=True)]
    outer = {n.id: replace(n, group=p[:-1]) for n, p, k in zip(graph.nodes, paths, kept, strict=True) if k and p}
    paths = [None if k else p for p, k in zip(paths, kept, strict=True)]
    operations = Counter(path for path, node in zip(paths, graph.nodes, strict=True) if path and not node.is_leaf)
    nodes = [
        outer.get(node.id, node) if p is None or operations[p] > 1 else replace(node, group=p[:-1])
        for p, node in zip(paths, graph.nodes, strict=True)
    ]
    inside: dict[Path, list[int]] = {}
    for node, path in zip(nodes, paths, strict=True):
        if path is not None and operations[path] > 1:
            inside.setdefault(path, []).append(node.id)
    # A unit is what becomes one node or one group: known by its first node.
    unit = list(range(len(nodes)))
    for members in inside.values():
        for i in members:
            unit[i] = members[0]
    outputs = set(graph.outputs)
    blocks: dict[int, _Block] = {}
    for path, members in inside.items():
        own = set(members)
        uses = dict.fromkeys(a for i in members for a in nodes[i].args if a not in own)
        results = tuple(i for i in members if i in outputs or any(u not in own for u, _ in graph.users[i]))
        blocks[members[0]] = _Block(path, tuple(members), tuple(uses), results)
    return _number(graph, nodes, unit, blocks)


def _number(graph: Graph, nodes: Sequence[Node], unit: Sequence[int], blocks: Mapping[int, _Block]) -> _Plan:
    """Sort units so that args come first, and make the nodes of the folded graph."""
    new: list[Node] = []
    ids: dict[int, int] = {}
    made: dict[int, _Block] = {}
    block: dict[int, int] = {}
    for u in _order(nodes, unit, blocks):
        i = len(new)
        if u not in blocks:
            ids[u] = i
            new.append(replace(nodes[u], id=i, args=tuple(ids[a] for a in nodes[u].args)))
            continue
        b = blocks[u]
        made[i] = b
        block.update(dict.fromkeys(b.inside, i))
        single = len(b.results) == 1
        result = nodes[b.results[0]] if single else None
        name = b.path[-1]
        new.append(
            Node(
                i, GROUP, tuple(ids[a] for a in b.uses), result.name if result else name,
                f"{name}, {len(b.inside)} nodes", b.path[:-1], result.shape if result else (),
                (result or nodes[b.inside[0]]).where, name.partition("·")[0],
                f"Its {len(b.inside)} nodes pass it on, each by its own rule.",
                tuple(f"∂{{y}}/∂{{{k}}}" for k in range(len(b.uses))), result.short if result else "",
            )
        )  # fmt: skip
        if single:
            ids[b.results[0]] = i
            continue
        for position, r in enumerate(b.results):
            ids[r] = len(new)
            new.append(
                Node(
                    len(new), ITEM, (i,), nodes[r].name, f"{name}, part {position}", b.path[:-1], nodes[r].shape,
                    nodes[r].where, "part", "One of several results passes it on to its own part.",
                    ("{g} in its part",), nodes[r].short,
                )
            )  # fmt: skip
    return _Plan(Graph(tuple(new), tuple(ids[o] for o in graph.outputs)), ids, made, block)


def _order(nodes: Sequence[Node], unit: Sequence[int], blocks: Mapping[int, _Block]) -> list[int]:
    """Return the units with every arg before its use, as near to the recorded order as that allows."""
    needs: dict[int, set[int]] = {u: set() for u in sorted(set(unit))}
    feeds: dict[int, set[int]] = {u: set() for u in needs}
    for node in nodes:
        for a in node.args:
            if unit[a] != unit[node.id]:
                needs[unit[node.id]].add(unit[a])
                feeds[unit[a]].add(unit[node.id])
    last = {u: blocks[u].inside[-1] if u in blocks else u for u in needs}
    left = {u: len(n) for u, n in needs.items()}
    ready = [(last[u], u) for u, n in left.items() if n == 0]
    heapify(ready)
    order: list[int] = []
    while ready:
        _, u = heappop(ready)
        order.append(u)
        for v in feeds[u]:
            left[v] -= 1
            if left[v] == 0:
                heappush(ready, (last[v], v))
    if len(order) < len(needs):
        raise _refusal(nodes, {u for u, n in left.items() if n > 0}, needs, blocks)
    return order


def _refusal(
    nodes: Sequence[Node], stuck: Collection[int], needs: Mapping[int, Collection[int]], blocks: Mapping[int, _Block]
) -> NotCollapsible:
    """Name a group on a cycle: going back along what is stuck, one comes to the same unit again."""
    trail: list[int] = []
    u = min(stuck)
    while u not in trail:
        trail.append(u)
        u = min(n for n in needs[u] if n in stuck)
    cycle = trail[trail.index(u) :]
    group = next(v for v in sorted(cycle) if v in blocks)
    own = set(blocks[group].inside)
    # The way back: a node outside that depends on the inside, and that the inside depends on.
    reached: set[int] = set()
    for node in nodes:
        if node.id not in own and any(a in own or a in reached for a in node.args):
            reached.add(node.id)
    backs = [a for i in blocks[group].inside for a in nodes[i].args if a in reached]
    by = (
        f" through {nodes[backs[0]].name or nodes[backs[0]].label!r}"
        if backs
        else f" through {_others(cycle, group, blocks)}"
    )
    return NotCollapsible(
        f"the group {blocks[group].path[-1]!r} cannot be drawn as one node, because values leave it and come back{by}; "
        "keep it open with a greater depth, or move that step into the group"
    )


def _others(cycle: Sequence[int], group: int, blocks: Mapping[int, _Block]) -> str:
    return ", ".join(repr(blocks[v].path[-1]) for v in cycle if v != group and v in blocks)


# -- events


def _sweep(run: Run, plan: _Plan, sweep: Sweep) -> Sweep:
    if sweep.kind == "backward":
        return replace(sweep, events=tuple(_backward(run.graph, plan, sweep)))
    values = {e.node: e.value for e in sweep.events}
    events: list[Event] = []
    for e in sweep.events:
        if e.node in plan.ids:
            events.append(Event(plan.ids[e.node], e.value))
    for i, b in plan.blocks.items():
        if len(b.results) != 1 and any(r in values for r in b.results):
            events.append(Event(i, tuple(values.get(r, _zeros(run.graph.nodes[r].shape)) for r in b.results)))
    if sweep.kind != "update":
        events.sort(key=lambda e: e.node)
    return replace(sweep, events=tuple(events))


def _backward(graph: Graph, plan: _Plan, sweep: Sweep) -> list[Event]:
    """Return what the nodes of the folded graph send: what crosses a group's border, summed edge by edge."""
    seeds: list[Event] = []
    sent: dict[tuple[int, int], Event] = {}
    arrived: dict[int, Value] = {}
    places = {i: {a: k for k, a in enumerate(b.uses)} for i, b in plan.blocks.items()}
    for e in sweep.events:
        to = graph.receiver(e)
        if e.arg is None:
            if to in plan.ids:  # else the gradient of a hidden node, of an iteration that is not logged in full
                seeds.append(Event(plan.ids[to], e.value))
        else:
            source, target = plan.block.get(e.node), plan.block.get(to)
            if source is None:
                sent[plan.ids[e.node], e.arg] = Event(plan.ids[e.node], e.value, e.arg, e.local)
            elif source == target:
                continue
            else:
                key = (source, places[source][to])
                before = sent[key].value if key in sent else None
                sent[key] = Event(source, add(before, e.value), key[1])
        if to in plan.block and to in plan.ids:
            arrived[to] = add(arrived.get(to), e.value)
    for b in plan.blocks.values():
        for position, r in enumerate(b.results if len(b.results) > 1 and sent else ()):
            if r in arrived:
                parts = [_zeros(graph.nodes[q].shape) for q in b.results]
                parts[position] = arrived[r]
                sent[plan.ids[r], 0] = Event(plan.ids[r], tuple(parts), 0)
    return seeds + [sent[key] for key in sorted(sent, key=lambda k: (-k[0], k[1]))]


def _zeros(shape: tuple[int, ...]) -> Value:
    if not shape:
        return 0.0
    zeros = np.zeros(shape)
    zeros.flags.writeable = False
    return zeros
