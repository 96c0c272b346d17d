"""Panel: the size of the gradient layer by layer, on a logarithmic axis: vanishing and exploding seen at a glance."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from ...record import Graph, Run
from ..card import text
from ..moment import Moment
from ..scene import Element, Mark, Path, Rect, Scene
from ..theme import Theme
from ..words import cut, visible
from .axes import HEAD, PAD, SMALL, array, decades, nothing, scene, tick_text, value_text

_MOST, _ROW = 12, 18.0  # bars, and the px that one takes at least
_PARTS = re.compile(r"\.[^.\[]+|\[[^\]]*\]")  # of a path, after its root: ".W", "[0]"


@dataclass(frozen=True)
class Layers:
    """Draw a bar for each layer: the root mean square of the gradient of its parameters.

    A layer is what the parameters' structure says ("layers[0]"), else each array of parameters by itself. The scale is
    that of the whole film; a bar that reaches its end stands for as much or more.
    """

    title: str = "size of the gradient, by layer"

    def needs(self, run: Run) -> str:
        return "" if layers(run.graph) else "parameters: film gv.descend(...), or name what to differentiate by in wrt="

    def least(self, run: Run) -> tuple[tuple[float, float], ...]:
        return ((290.0, HEAD + PAD + 24 + _ROW * min(_MOST, len(layers(run.graph)))),)

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        members = layers(run.graph)
        if not members:
            return nothing(size, theme, self.title, "there are no parameters")
        shown = list(members.items())[:_MOST]
        every = np.concatenate([_history(run, ids) for ids in members.values()])
        good = every[np.isfinite(every) & (every > 0)]
        high = float(good.max()) if good.size else 1.0
        # A gradient that passes through zero is small for a moment only: that is no reason for a longer axis.
        low = max(float(np.percentile(good, 3)) if good.size else 0.1, high / 1e8)
        low, high = 10.0 ** math.floor(math.log10(low) - 1e-9), 10.0 ** math.ceil(math.log10(high) + 1e-9)
        names = [cut(visible(name), 12) for name, _ in shown]
        w, h = size
        left = PAD + max(text(0, 0, n, SMALL, "").width for n in names) + 10
        right = w - PAD - text(0, 0, "0.000123", SMALL, "").width - 8
        row = min(30.0, (h - PAD - 20 - HEAD) / len(shown))
        bottom = HEAD + row * len(shown) + 4

        def across(v: float) -> float:
            part = (math.log10(max(v, low)) - math.log10(low)) / (math.log10(high) - math.log10(low))
            return left + (right - left) * max(0.0, min(1.0, part))

        lines: list[Mark] = []
        edge = -100.0
        for v in decades(low, high):
            x = round(across(v)) + 0.5
            lines.append(Path("ML", (x, HEAD, x, bottom), None, theme.badge, 1.0))
            label = text(x, bottom + 17, tick_text(v), SMALL, theme.grey, anchor="middle")
            if x - label.width / 2 > edge + 8:
                lines.append(label)
                edge = x + label.width / 2
        bars: list[Mark] = []
        for i, (name, (_, ids)) in enumerate(zip(names, shown, strict=True)):
            cy = HEAD + row * (i + 0.5)
            lines.append(text(left - 8, cy + 4.4, name, SMALL, theme.ink, anchor="end"))
            grads = [moment.after.grads.get(j) for j in ids]
            parts = [np.ravel(np.asarray(g, float)) for g in grads if g is not None and not isinstance(g, tuple)]
            if not parts:
                continue
            with np.errstate(all="ignore"):
                rms = float(np.sqrt(np.mean(np.concatenate(parts) ** 2)))
            end = across(rms) if math.isfinite(rms) else right
            bars.append(Rect(left, cy - row * 0.3, max(end - left, 1.0), row * 0.6, 2, theme.grad))
            bars.append(text(end + 6, cy + 4.4, value_text(rms), SMALL, theme.grad_text))
        lines.append(Path("ML", (left, HEAD, left, bottom), None, theme.grey, 1.25))
        return scene(
            size, theme, self.title, (Element("axes", "panel", tuple(lines)), Element("bars", "panel", tuple(bars)))
        )


def layers(graph: Graph) -> dict[str, list[int]]:
    """Return the parameters' ids by layer, in the order in which they were given."""
    found: dict[str, list[int]] = {}
    for n in graph.nodes:
        if n.op != "parameter":
            continue
        parts = _PARTS.findall(n.name)
        name = n.name
        if len(parts) > 1:  # "p.layers[0].W" lies in p.layers[0], "p[0][2][1]" in p[0]
            name = name.removesuffix(parts[-1] if parts[-1].startswith(".") else "".join(parts[1:]))
        found.setdefault(name, []).append(n.id)
    return found


def _history(run: Run, ids: list[int]) -> np.ndarray:
    """Return the sizes that a layer's gradient has over the film, weighed by how many numbers each part holds."""
    rows, weights = [], []
    for i in ids:
        row = array(run, f"gradient {run.graph.nodes[i].name}")
        if row is not None:
            rows.append(np.square(np.minimum(row, 1e150)))
            weights.append(math.prod(run.graph.nodes[i].shape))
    if not rows:
        return np.empty(0)
    return np.asarray(np.sqrt(np.average(rows, axis=0, weights=weights)))
