"""Why backward mode shares the work: the paths double with every stage, the operations do not."""

import gradviz as gv
from gradviz.picture.card import text
from gradviz.picture.panels import axes
from gradviz.picture.scene import Element, Rect

STAGES = 5


def doubling(x):
    """Each stage uses the one before twice, so the number of paths doubles."""
    v = x
    for _ in range(STAGES):
        v = v * v
    return v


def panel(run, moment, theme, size):
    """How many paths lead from each node to the output, against how many products the sweep has made."""
    graph = run.graph
    ways = [0] * len(graph.nodes)
    ways[graph.outputs[0]] = 1
    for node in reversed(graph.nodes):
        for arg in node.args:
            ways[arg] += ways[node.id]
    covered = max((ways[i] for i in moment.after.grads), default=0)
    rows = (
        ("paths that are added up", covered, theme.grey),
        ("products that were made", len(moment.after.sent), theme.grad),
    )
    marks = []
    wide = size[0] - 2 * axes.PAD - 40
    for i, (words, count, colour) in enumerate(rows):
        y = 60 + 70 * i
        marks.append(text(axes.PAD, y, words, 13, theme.ink))
        length = wide * count / max(ways)
        if count:
            marks.append(Rect(axes.PAD, y + 10, length, 18, 2, colour))
        marks.append(text(axes.PAD + length + 8, y + 24, str(count), 13, theme.ink, bold=True))
    return axes.scene(size, theme, f"{max(ways)} paths, {len(run.sweep('backward').events) - 1} products", (
        Element("work", "panel", tuple(marks)),
    ))  # fmt: skip


def film():
    """Return the film: x³² by five squarings."""
    return gv.film(doubling, 1.1, panels=(panel,), title="Five squarings: 32 paths, ten products")


if __name__ == "__main__":
    print(film().save("shared.gif"))
