"""Telling without a layout that cards cannot be legible: a graph that is too deep for its canvas."""

from __future__ import annotations

from ..record import Graph

#: No card is smaller than this, px, nor closer to the card of the next rank.
_WIDTH = {"full": 100.0, "small": 100.0, "compact": 54.0}
_HEIGHT = 28.0
_APART = 24.0
#: The largest number on a card, px.
_NUMBER = 13.0


def largest(graph: Graph, detail: str, rankdir: str, room: tuple[float, float]) -> float:
    """Return a size, px, that numbers on cards have at most when the cards fit into a room (px): see `face`.

    The ranks of a path need their cards and the gaps between them, one behind the other. A first leaf may stand
    under its user, so it is not counted.

    >>> from gradviz.record import Node
    >>> largest(Graph((Node(0, "parameter"),)), "full", "LR", (1280, 720))
    inf
    """
    deep = max(graph.ranks, default=0)
    if deep < 1:
        return float("inf")
    if rankdir == "LR":
        return _NUMBER * room[0] / (deep * _WIDTH[detail] + (deep - 1) * _APART)
    return _NUMBER * room[1] / (deep * _HEIGHT + (deep - 1) * _APART)
