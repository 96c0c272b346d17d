"""Telling without a layout that cards cannot be legible: a graph that is too deep for its canvas."""

from __future__ import annotations

from ..record import Run
from . import chips

NUMBER = 13.0  # px, the largest number on a card


def largest(run: Run, detail: str, rankdir: str, room: tuple[float, float]) -> float:
    """Return a size, px, that numbers on cards have at most when the cards fit into a room (px).

    The nodes of a path stand one behind the other, each with its card, with the gap between two ranks. What cards
    and gaps have at least is seen in `face`, `sheet` and `tighten`. Leaves are not counted: one may stand under its
    user.

    >>> from gradviz.record import Graph, Node
    >>> largest(Run(Graph((Node(0, "parameter"),))), "full", "LR", (1280, 720))
    inf
    """
    backward = run.sweep("backward")
    chipped = backward is not None and any(e.arg is not None for e in backward.events)
    if rankdir == "LR":
        gap = 24.0 if any(n.group for n in run.graph.nodes) else 40.0 if detail == "compact" else 44.0
    else:
        gap = (24.0 if detail == "compact" else 32.0) + (chips.HEIGHT if chipped else 0.0)
    sent = {e.node for e in backward.events} if backward else set()
    ends: list[float] = []  # by node, how far the longest path to it reaches
    for n in run.graph.nodes:
        before = max((ends[a] + gap for a in n.args if ends[a]), default=0.0)
        if n.is_leaf:
            size = 0.0
        elif rankdir == "LR":
            size = 54.0 if n.shape and detail == "compact" else 100.0
        else:
            size = 56.0 if n.id in sent and detail != "compact" else 30.0
        ends.append(before + size)
    longest = max(ends, default=0.0)
    return NUMBER * room[rankdir == "TB"] / longest if longest else float("inf")
