"""Asking Graphviz: the plan as DOT with empty boxes, and the answer in JSON read back with suspicion."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import LayoutFailed
from .blocks import Area, Placed, Point, Task
from .plan import PAD
from .ranks import ranks

#: Nodes, edges, and the ranks that edges pass over: above the first number, Graphviz's network simplex and crossing
#: search are cut short; above the second it does not route edges either, which would take most of the time.
LARGE, HUGE = 3000, 6000
# Samples of each cubic of an answer's spline: six are enough to read off where it crosses a rank.
_SAMPLES = 6
_WEIGHTS = np.array(
    [
        ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        for t in (k / _SAMPLES for k in range(1, _SAMPLES + 1))
    ]
)


def source(task: Task) -> str:
    """Return DOT for a task: boxes of fixed size with empty labels, and a cluster for each group."""
    plan = task.plan
    level = ranks(task)
    size = len(task.blocks) + sum(level[e[1]] - level[e[0]] for e in task.edges)
    limits = ["splines=line" if size > HUGE else "splines=true"]
    if size > LARGE:
        limits += ["nslimit=0.1", "nslimit1=0.1", "mclimit=0.1"]
    lines = [
        "digraph {",
        f"graph [rankdir={plan.rankdir}, ranksep={_inch(plan.gap)}, nodesep={_inch(plan.node_sep)}, fontsize=13,",
        f" labeljust=l, margin={PAD:g}, {', '.join(limits)}]",
        'node [shape=box, fixedsize=true, label="", margin=0, fontsize=1]',
        "edge [dir=none, headclip=false, tailclip=false]",
        *_clusters(task, ()),
    ]
    ports = {i: _port(b.low, b.high) for i, b in task.blocks.items()}
    for i, block in task.blocks.items():
        fields, _, size = ports[i]
        along = _inch(2 * math.ceil(max(block.before, block.after)))
        width, height = (along, _inch(size)) if task.lr else (_inch(size), along)
        label = "|".join(f"<p{k}>" for k in range(fields))
        shape = f', shape=record, label="{label}"' if fields > 1 else ""
        lines.append(f"{i} [width={width}, height={height}{shape}]")
    for k, edge in enumerate(task.edges):
        ends = (f"{n}:p{ports[n][1]}" if ports[n][0] > 1 else f"{n}" for n in edge[:2])

        length = f", minlen={task.lengths[edge]}" if task.lengths[edge] > 1 else ""
        lines.append(f"{' -> '.join(ends)} [id={k}{length}]")
    return "\n".join([*lines, "}\n"])


def _inch(px: float) -> str:
    return f"{px / 72:.6f}"


@lru_cache(maxsize=1024)
def _port(low: float, high: float) -> tuple[int, int, int]:
    """Return the fields of a record, the field whose middle is the card's, and the record's size across.

    Graphviz lines nodes up by their middles. A card with leaves under it has its middle elsewhere, so its block is
    a record of equal fields, one of which has the card's middle: a plain box (one field) where that costs little.
    Most blocks of a graph are the same.

    low, high  px from the card's middle to the block's sides
    """
    plain = 2 * math.ceil(max(low, high))
    best = (plain, 1, 0)
    if plain - low - high <= 12:
        return 1, 0, plain
    for fields in range(2, 13):
        for k in range(fields):
            share = (k + 0.5) / fields
            size = fields * math.ceil(max(low / share, high / (1 - share)) / fields)
            if size < best[0] - 12:
                best = (size, fields, k)
    return best[1], best[2], best[0]


def _clusters(task: Task, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the clusters right inside the group at `path`, each with what is inside it."""
    for index, group in enumerate(task.groups):
        if _parent(task, group.path) != path:
            continue
        # Room for the title, as a label of the widest letter: fonts differ between engines, so with some to spare.
        letters = math.ceil(group.title_width / 9)
        yield f'subgraph cluster_{index} {{ label="{"M" * max(1, letters)}"'
        yield from _clusters(task, group.path)
        yield from (str(m) for m in group.members if task.home[m] == group.path)
        yield "}"


def _parent(task: Task, path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the longest path of a group that holds the group at `path`; () is the whole graph."""
    paths = {g.path for g in task.groups}
    return next((path[:n] for n in range(len(path) - 1, 0, -1) if path[:n] in paths), ())


def read(task: Task, text: str, engine: str) -> Placed:
    """Read what an engine printed. Raises `LayoutFailed` if it is not a layout of exactly this task."""
    try:
        answer = json.loads(text)
        return _read(task, answer)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as e:
        raise LayoutFailed(f"{engine} answered with something that is not a layout of this graph ({e})"[:300]) from e


def _read(task: Task, answer: dict[str, Any]) -> Placed:
    if not task.blocks:
        return Placed({}, {}, {})
    top = _numbers(answer["bb"])[3]

    def turn(x: float, y: float) -> Point:
        return (x, top - y) if task.lr else (top - y, x)

    middles: dict[int, Point] = {}
    groups: dict[tuple[str, ...], Area] = {}
    for thing in answer["objects"]:
        name = thing["name"]
        if name.startswith("cluster_"):
            x0, y0, x1, y1 = _numbers(thing["bb"])
            (a0, c0), (a1, c1) = turn(x0, y1), turn(x1, y0)
            groups[task.groups[int(name[8:])].path] = (a0, c0, a1, c1)
        elif "pos" in thing:
            middle = turn(*_numbers(thing["pos"]))
            block = task.blocks[int(name)]
            fields, port, size = _port(block.low, block.high)
            middles[block.id] = (middle[0], middle[1] + ((port + 0.5) / fields - 0.5) * size)
    if middles.keys() != task.blocks.keys():
        raise ValueError(f"{len(middles)} of {len(task.blocks)} nodes have a place")
    straight = answer.get("splines") == "line"  # then an edge's line goes through nodes and says nothing
    drawn = [] if straight else [thing for thing in answer.get("edges", ()) if "pos" in thing]
    ways = _ways([thing["pos"] for thing in drawn], top, task.lr)
    of = [task.edges[int(thing["id"])] for thing in drawn]
    return Placed(middles, dict(zip(of, ways, strict=True)), groups)


def _numbers(text: str) -> list[float]:
    found = [float(n) for n in text.split(",")]
    if not all(map(math.isfinite, found)):
        raise ValueError(f"{text!r} is not a place")
    return found


def _ways(splines: Sequence[str], top: float, lr: bool) -> list[np.ndarray]:
    """Return points along each spline in Graphviz's notation: cubics "x,y x,y ..." with 3n + 1 points.

    top  the height of Graphviz's picture, whose y runs up
    """
    if not splines:
        return []
    texts = [",".join([n for n in text.partition(";")[0].split() if n[0] not in "se"]) for text in splines]
    count = np.array([text.count(",") + 1 for text in texts])
    if (count % 2).any():
        raise ValueError("a point of a spline has no y")
    knots, count = np.array(_numbers(",".join(texts))).reshape(-1, 2), count // 2
    start, cubics = np.cumsum(count) - count, (count - 1) // 3
    before = np.cumsum(cubics) - cubics
    first = np.repeat(start - 3 * before, cubics) + 3 * np.arange(cubics.sum())
    p, q, r, s = (knots[first + k, None] for k in range(4))
    a, b, c, d = _WEIGHTS.T[:, :, None]
    points = np.insert((a * p + b * q + c * r + d * s).reshape(-1, 2), _SAMPLES * before, knots[start], axis=0)
    points[:, 1] = top - points[:, 1]
    return np.split(points if lr else points[:, ::-1], np.cumsum(_SAMPLES * cubics + 1)[:-1])
