"""Frames as plain Graphviz, for people who style with Graphviz: its own nodes and edges, at gradviz's places.

The engine nop2 draws what the file says and moves nothing, so `dot -Tsvg` shows the layout that gradviz made. One
px is one point; Graphviz's y axis points up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..picture.cards import Cards
from ..picture.drawing import Drawing
from ..picture.numbers import quantity
from ..picture.overview import Overview
from ..picture.plan import Curve, Edge, Layout
from ..picture.theme import LIGHT, Theme
from ..picture.words import Names, visible
from ..record import Graph, Node, State, advance, final

if TYPE_CHECKING:
    import graphviz

_FONT = "DejaVu Sans,Verdana,sans-serif"
_HEAD = 9.0  # px, the length of an arrow head
# Below this size (px) a card is a mark, and its text goes to the tooltip.
_MARK = 28.0


def of_drawing(drawing: Drawing, frame: int = -1) -> graphviz.Digraph:
    """Return a frame of a drawing as a `graphviz.Digraph`; -1 is the finished one.

    Raises `UnknownName` for a frame that there is none of.
    """
    picture = drawing.picture
    match picture:
        case Cards():
            layout = picture.sheet.layout
        case Overview():
            layout = picture.layout
        case _:
            raise AssertionError(picture)
    if not -drawing.count <= frame < drawing.count:
        drawing.frame(frame)  # raises, with the choices
    k = frame % drawing.count
    if k == drawing.count - 1:
        state = final(drawing.run)
    else:
        state = State()
        for step in drawing.steps[: k + 1]:
            state = advance(drawing.run.graph, state, step)
    return digraph(layout, drawing.run.graph, state, drawing.names, theme=drawing.theme, title=drawing.title)


def digraph(
    layout: Layout,
    graph: Graph,
    state: State,
    names: Names | None = None,
    *,
    theme: Theme = LIGHT,
    title: str = "",
) -> graphviz.Digraph:
    """Return a graph at one moment as a `graphviz.Digraph` that keeps the layout's places (px = points).

    names  how nodes are written; the graph's own if None
    title  a comment and tooltip for the whole graph

    Nodes are called n0, n1, ... by their ids. They and the edges carry what is known as attributes (op, fullname,
    value, grad; sent), which Graphviz hands through.
    """
    import graphviz

    names = names or Names(graph)
    found = graphviz.Digraph(
        "gradviz",
        graph_attr={
            "layout": "nop2",
            "notranslate": "true",  # else the whole is moved so that the lowest node is at 0
            "bb": _numbers(0, 0, layout.width, layout.height),
            "tooltip": _text(title or "gradviz"),
            "bgcolor": theme.ground,
            "fontname": _FONT,
            "fontsize": "13",
            "fontcolor": theme.ink,
            "outputorder": "edgesfirst",
        },
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fixedsize": "true",
            "fontname": _FONT,
            "fontsize": "11",
            "margin": "0",
            "color": theme.idle,
            "fillcolor": theme.card,
            "fontcolor": theme.ink,
        },
        edge_attr={"color": theme.idle, "arrowsize": "0.7"},
    )
    clusters = {path: f"cluster_{k}" for k, (path, _) in enumerate(layout.groups)}
    _cluster(found, (), layout, graph, clusters, theme)
    for node in graph.nodes:
        if node.id in layout.cards:
            found.node(f"n{node.id}", **_node(node, graph, layout, state, names, theme))
    for node in graph.nodes:
        for position, arg in enumerate(node.args):
            curve = layout.curves.get((arg, node.id, position))
            if curve is not None:
                found.edge(f"n{arg}", f"n{node.id}", **_edge((arg, node.id, position), curve, layout, state, theme))
    return found


def _cluster(
    into: graphviz.Digraph,
    path: tuple[str, ...],
    layout: Layout,
    graph: Graph,
    clusters: Mapping[tuple[str, ...], str],
    theme: Theme,
) -> None:
    """Write the groups right inside the group at `path`, each with what is right inside it."""
    for inner, box in layout.groups:
        if _outer(inner, clusters) != path:
            continue
        with into.subgraph(name=clusters[inner]) as sub:
            x0, y0, x1, y1 = box
            top = layout.height - y0
            sub.attr(
                bb=_numbers(x0, layout.height - y1, x1, top),
                label=_text(visible(inner[-1])),
                lp=_numbers((x0 + x1) / 2, top - 14),
                color=theme.idle,
                style="rounded",
                penwidth="1.25",
            )
            _cluster(sub, inner, layout, graph, clusters, theme)
            for node in graph.nodes:
                if node.id in layout.cards and _home(node.group, clusters) == inner:
                    sub.node(f"n{node.id}")


def _outer(path: tuple[str, ...], clusters: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    return _home(path[:-1], clusters)


def _home(path: tuple[str, ...], clusters: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    """Return the longest beginning of a path that has a box."""
    return next((path[:n] for n in range(len(path), 0, -1) if path[:n] in clusters), ())


def _node(node: Node, graph: Graph, layout: Layout, state: State, names: Names, theme: Theme) -> dict[str, str]:
    x0, y0, x1, y1 = layout.cards[node.id]
    known = {
        "value": state.values.get(node.id),
        "tangent": state.tangents.get(node.id),
        "grad": state.grads.get(node.id),
    }
    rows = {what: quantity(value) for what, value in known.items() if value is not None}
    head = names.card(node.id)
    if not node.is_leaf and node.symbol and node.symbol != head:
        head = f"{visible(node.symbol)}  {head}"
    small = min(x1 - x0, y1 - y0) < _MARK
    told = [head] if node.op == "constant" else [head, *(f"{what} {text}" for what, text in rows.items())]
    look = {"fillcolor": theme.solid, "fontcolor": theme.on_solid} if node.op == "parameter" else {}
    if node.id in graph.outputs:
        look["peripheries"] = "2"
    whole = [names.full(node.id), *(f"{what} {text}" for what, text in rows.items())]
    return {
        "label": _text("" if small else "\n".join(told)),
        "tooltip": _text("\n".join(whole)),
        "pos": _numbers((x0 + x1) / 2, layout.height - (y0 + y1) / 2),
        "width": f"{(x1 - x0) / 72:.6f}",
        "height": f"{(y1 - y0) / 72:.6f}",
        "id": f"node-{node.id}",
        "op": _text(node.op),
        "fullname": _text(names.full(node.id)),
        **{what: _text(text) for what, text in rows.items()},
        **look,
    }


def _edge(edge: Edge, curve: Curve, layout: Layout, state: State, theme: Theme) -> dict[str, str]:
    sent = state.sent.get(edge[1:])
    look = {} if sent is None else {"color": theme.grad, "penwidth": "1.75", "sent": _text(quantity(sent))}
    return {"id": "edge-{}-{}-{}".format(*edge), "pos": _spline(curve, layout.height), **look}


def _spline(curve: Curve, height: float) -> str:
    """Write a curve as Graphviz does: the arrow's tip first, then a chain of cubics that ends at the arrow's foot."""
    xy = list(curve.xy)
    tip = (xy[-2], xy[-1])
    length = min(_HEAD, math.dist(xy[-8:-6], tip) / 3)
    for k in (-4, -2):  # the last handle moves along with the end
        xy[k] -= curve.end[0] * length
        xy[k + 1] -= curve.end[1] * length
    points = [f"e,{_numbers(tip[0], height - tip[1])}"]
    points += [_numbers(x, height - y) for x, y in zip(xy[::2], xy[1::2], strict=True)]
    return " ".join(points)


def _numbers(*values: float) -> str:
    return ",".join(f"{v + 0.0:.3f}".rstrip("0").rstrip(".") for v in values)


def _text(text: str) -> str:
    r"""Write text so that Graphviz shows just that: no escapes such as \N, no entities, never HTML.

    >>> _text("a\nb")
    'a\\nb'
    """
    import graphviz

    lines = (visible(line).replace("&", "&amp;").replace("\\", "\\\\") for line in text.split("\n"))
    return graphviz.nohtml("\\n".join(lines))  # type: ignore[no-any-return]  # graphviz tells no types
