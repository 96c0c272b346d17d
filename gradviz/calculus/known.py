"""What a Run has computed by its end, as the user's code calls it: values, gradients, and the graph that holds both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnknownName
from ..record import Run, State, Value, freeze
from .notation import identifier
from .tree import mapped

if TYPE_CHECKING:
    import networkx


class Named(dict[str, Any]):
    """Values by the inputs' names, in the inputs' own structure; the names of other nodes are found as well."""

    def __init__(self, inputs: Mapping[str, Any], others: Mapping[str, Any]) -> None:
        super().__init__(inputs)
        self._others = others

    def __missing__(self, name: str) -> Any:
        for key in (name, identifier(name)):  # W1[0] is drawn as W₁[0]
            if key in self._others:
                return self._others[key]
        choices = list(dict.fromkeys([*self, *self._others]))[:40]
        raise UnknownName(f"{name!r} is not a name in this film; choose from {', '.join(choices)}")


def values(run: Run, inputs: Mapping[str, Any], state: State) -> Named:
    """Return the value of every node by its name; `inputs` holds node ids by name, in the inputs' own structure."""
    return _named(run, inputs, state.values.get)


def grads(run: Run, inputs: Mapping[str, Any], state: State, wrt: Collection[int]) -> Named:
    """Return the gradient of every node by its name: zero for those in `wrt` that no path leads to, None for others."""
    if run.sweep("backward") is None:
        return _named(run, inputs, lambda i: None)

    def look(i: int) -> Value | None:
        if i in state.grads or i not in wrt:
            return state.grads.get(i)
        kind = np.asarray(state.values.get(i, 0.0)).dtype  # a gradient has its input's precision
        return freeze(np.zeros(run.graph.nodes[i].shape, kind if kind.kind == "f" else float))

    return _named(run, inputs, look)


def _named(run: Run, inputs: Mapping[str, Any], look: Callable[[int], Any]) -> Named:
    others = {n.name: look(n.id) for n in run.graph.nodes if n.name and n.op != "constant"}
    return Named(mapped(dict(inputs), lambda _, i: None if i is None else look(i)), others)


def graph(run: Run, state: State) -> networkx.MultiDiGraph:
    """Return the graph: nodes with op, name, label, value, grad, shape, group, where; edges with local and sent."""
    found = run.graph.nx.copy()
    for i in found.nodes:
        found.nodes[i]["value"] = state.values.get(i)
        found.nodes[i]["grad"] = state.grads.get(i)
    backward = run.sweep("backward")
    local = {(e.node, e.arg): e.local for e in backward.events} if backward else {}
    for _, node, arg, data in found.edges(keys=True, data=True):
        data["local"] = local.get((node, arg))
        data["sent"] = state.sent.get((node, arg))
    return found
