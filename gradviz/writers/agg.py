"""Paths on pixels by Agg, Matplotlib's rasteriser, many in one call: a call for each costs as much as what it draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .pixels import Curve

NONE = (0.0, 0.0, 0.0, 0.0)
_UNIT = np.eye(3)
_UNMOVED = np.empty((0, 2))
_SMOOTH = np.array([True])


class Stroke(NamedTuple):
    """A path as Agg draws it.

    numbers  in a row: the matrix of its points, y upwards, without its last row (6); fill and stroke, each as RGBA
             from 0 to 1, `NONE` for none (4 and 4); the stroke's width in px
    dash     where in the dashes it begins, and their lengths on and off in px
    cap      "butt" or "round", which also tells how corners are joined; empty where nothing is stroked
    """

    path: Curve
    numbers: tuple[float, ...]
    dash: tuple[float, list[float] | None] = (0.0, None)
    cap: str = ""


class Agg:
    """Pixels that Agg draws on.

    bytes  their channels, uint8 of shape (height, width, 4)
    words  the same memory, one number for each: R in the lowest byte, then G, B, and the coverage
    """

    def __init__(self, width: int, height: int) -> None:
        from matplotlib.backends.backend_agg import RendererAgg

        self._agg: Any = RendererAgg(width, height, 72)
        self.bytes = np.asarray(self._agg.buffer_rgba())
        self.words: np.ndarray = self.bytes.view("<u4")[:, :, 0]

    def draw(self, strokes: Sequence[Stroke]) -> None:
        """Draw paths from back to front."""
        caps = [(i, s.cap) for i, s in enumerate(strokes) if s.cap]
        cuts = [i for (_, before), (i, cap) in pairwise(caps) if cap != before]  # a call has one pen
        for start, end in pairwise([0, *cuts, len(strokes)]):
            if start < end:
                self._call(strokes[start:end])

    def _call(self, run: Sequence[Stroke]) -> None:
        paths, numbers, dashes, caps = zip(*run, strict=True)
        table = np.array(numbers)
        matrices = np.zeros((len(run), 3, 3))
        matrices[:, :2] = table[:, :6].reshape(-1, 2, 3)
        matrices[:, 2, 2] = 1
        self._agg.draw_path_collection(
            _pen(next(filter(None, caps), "butt")), _UNIT, list(paths), matrices, _UNMOVED,
            _UNIT, table[:, 6:10], table[:, 10:14], table[:, 14], list(dashes), _SMOOTH, [], "screen",
        )  # fmt: skip


@lru_cache(maxsize=2)
def _pen(cap: str) -> Any:
    from matplotlib.backend_bases import GraphicsContextBase

    pen = GraphicsContextBase()
    pen.set_snap(False)
    pen.set_capstyle(cap)
    pen.set_joinstyle("round" if cap == "round" else "miter")
    return pen
