"""The yardstick for films: the usual pipeline, one Graphviz run per frame, record labels, a GIF saved by Pillow."""

from __future__ import annotations

import io
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import graphviz
from PIL import Image

from gradviz.picture.engine import Engine, candidates
from gradviz.record import Graph, Run, State, states, steps


@dataclass(frozen=True)
class Usual:
    """What a film cost: seconds and bytes for each frame, and the size of its first picture, px."""

    seconds: float
    bytes: float
    size: tuple[int, int]
    frames: int
    engine: str


def engine() -> Engine:
    """Return the engine to draw with: the system's dot, else the wheel's."""
    ready = [e for e in candidates() if e.ready and e.path]
    return min(ready, key=lambda e: e.name != "dot")


def picture(graph: Graph, state: State, by: Engine, width: int | None) -> bytes:
    """Draw one moment as people do with micrograd: a record for each value, an ellipse for each operation."""
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    if width:
        dot.graph_attr.update(dpi="96", size=f"{width / 96},{width / 96}!")
    for n in graph.nodes:
        value, grad = state.values.get(n.id, 0.0), state.grads.get(n.id, 0.0)
        name = n.name.replace("[", "\\[").replace("]", "\\]") if n.is_leaf else ""
        dot.node(str(n.id), f"{{ {name} | data {value:.4f} | grad {grad:.4f} }}", shape="record")
        if n.args:
            dot.node(f"{n.id}op", n.symbol)
            dot.edge(f"{n.id}op", str(n.id))
        for a in n.args:
            dot.edge(str(a), f"{n.id}op")
    assert by.path is not None
    done = subprocess.run((by.path, "-Kdot", "-Tpng"), input=dot.source.encode(), capture_output=True, check=True)
    return done.stdout


def usual(run: Run, folder: Path, *, width: int | None = None) -> Usual:
    """Draw the whole film, a step for every node, and save it as GIF."""
    by = engine()
    start = time.perf_counter()
    moments = states(run, steps(run, "node"))
    frames = [Image.open(io.BytesIO(picture(run.graph, state, by, width))) for state in moments]
    target = folder / "usual.gif"
    frames[0].save(target, save_all=True, append_images=frames[1:], duration=400, loop=0)
    spent = time.perf_counter() - start
    return Usual(spent / len(frames), target.stat().st_size / len(frames), frames[0].size, len(frames), by.name)
