"""The yardstick for films: the usual pipeline, one Graphviz run per frame, record labels, a GIF saved by Pillow."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import graphviz
from PIL import Image

from gradviz.picture.engine import Engine, candidates
from gradviz.record import Graph, Run, State, states, steps


@dataclass(frozen=True)
class Usual:
    """What a sample of frames cost: seconds and bytes for one more frame, and the size of the picture, px."""

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
    output = io.BytesIO()
    output.write(_png(by, dot.source))
    return output.getvalue()


def _png(by: Engine, source: str) -> bytes:
    import subprocess

    assert by.path is not None
    return subprocess.run((by.path, "-Kdot", "-Tpng"), input=source.encode(), capture_output=True, check=True).stdout


def usual(film_run: Run, folder: Path, *, sample: int = 6, width: int | None = None) -> Usual:
    """Draw pairs of neighbouring frames from all over the film, save them as GIFs, and return what each frame cost.

    The picture moves whenever a number gets longer, and then a frame is written whole: pairs from one place would not
    show how often.
    """
    path = steps(film_run, "node")
    starts = [(2 * k + 1) * len(path) // sample for k in range(sample // 2)]
    chosen = sorted({k for start in starts for k in (start, start + 1)})
    moments = [s for k, s in enumerate(states(film_run, path)) if k in chosen]
    by = engine()
    start = time.perf_counter()
    frames = [Image.open(io.BytesIO(picture(film_run.graph, s, by, width))) for s in moments]
    pairs = [_save(frames[k : k + 2], folder) for k in range(0, len(frames), 2)]
    seconds = (time.perf_counter() - start) / len(frames)
    firsts = [_save(frames[k : k + 1], folder) for k in range(0, len(frames), 2)]
    more = (sum(pairs) - sum(firsts)) / len(pairs)  # a film has one first frame, which is written whole
    return Usual(seconds, more, frames[0].size, len(frames), by.name)


def _save(frames: Sequence[Image.Image], folder: Path) -> int:
    target = folder / "usual.gif"
    frames[0].save(target, save_all=True, append_images=frames[1:], duration=400, loop=0)
    return target.stat().st_size
