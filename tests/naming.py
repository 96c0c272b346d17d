"""What tests of names share: the graph of a function, and what its nodes are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradviz.calculus.record import record
from gradviz.record import Graph, Node


def graph(f: Callable[..., Any], *args: Any) -> Graph:
    return record(f, args).run.graph


def names(f: Callable[..., Any], *args: Any) -> list[str]:
    """Return the names of the operations, in order."""
    return [n.name for n in graph(f, *args).nodes if n.args]


def labels(f: Callable[..., Any], *args: Any) -> list[str]:
    return [n.label for n in graph(f, *args).nodes if n.args]


def node(g: Graph, name: str) -> Node:
    (found,) = [n for n in g.nodes if n.name == name]
    return found
