"""The chain rule in a graph: a derivative is the sum over all paths of the products along them."""

import math

import gradviz as gv
from gradviz.picture.card import text
from gradviz.picture.panels import axes
from gradviz.picture.scene import Element


def two_ways(x):
    a = x**2
    b = 3 * x
    c = a * b
    y = c + a
    return y


def paths(graph, start, end):
    """Yield every path from one node to another, as a list of edges (node, arg)."""
    for user, arg in graph.users[start]:
        if user == end:
            yield [(user, arg)]
        else:
            yield from ([(user, arg), *rest] for rest in paths(graph, user, end))


def panel(run, moment, theme, size):
    """Every path from x to y that the backward sweep has walked so far, and its product."""
    graph = run.graph
    local = {(e.node, e.arg): float(e.local) for e in run.sweep("backward").events if e.arg is not None}
    ways = list(paths(graph, 0, graph.outputs[0]))
    marks, total, walked = [], 0.0, 0
    y = 56
    for way in ways:
        done = all(edge in moment.after.sent for edge in way)
        names = " → ".join(["x", *(graph.nodes[node].name for node, _ in way)])
        product = math.prod(local[edge] for edge in way)
        factors = " × ".join(axes.value_text(local[edge]) for edge in way)  # in the order of their names
        marks.append(text(axes.PAD, y, names, 13, theme.ink, bold=done))
        if done:
            total, walked = total + product, walked + 1
            marks.append(text(axes.PAD, y + 20, f"{factors} = {axes.value_text(product)}", 13, theme.grad_text))
        y += 52
    said = "their sum is ∂y/∂x =" if walked == len(ways) else "sum so far:"
    marks.append(text(axes.PAD, y + 4, f"{said} {axes.value_text(total)}", 13, theme.grad_text, bold=True))
    return axes.scene(size, theme, "paths from x to y", (Element("paths", "panel", tuple(marks)),))


panel.least = (240, 232)  # px: three paths of two lines each, and their sum


def film():
    """Return the film: three paths, of which two share their first edge."""
    return gv.film(two_ways, 2.0, panels=(panel,), title="y = x²·3x + x²: three paths lead from x to y")


if __name__ == "__main__":
    print(film().save("paths.gif"))
