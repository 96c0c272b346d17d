"""The overview's key: what its marks mean, and in the finished still what the widths of edges do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..record import Run
from . import dots, numbers
from .edge import widths
from .scene import Box, Mark
from .theme import LIGHT, Theme

_HEIGHT, _LINE = 30.0, 24.0  # px, of a key in one line, and of each line more
_UP = 14.0  # from the end of the area to the middle of the last line
_APART = 24.0  # px between the key and what explains the widths


@dataclass(frozen=True, slots=True)
class Key:
    """The entries of a key in lines, and the least and the largest contribution, as they are said of the widths.

    sizes  nothing where there is none, or no room to say it
    alone  whether they stand in a line of their own, under the others; else at the end of the last
    """

    lines: tuple[tuple[str, ...], ...]
    sizes: tuple[str, str] | None = None
    alone: bool = False

    @classmethod
    def make(cls, run: Run, terms: Mapping[int, int], rows: Sequence[str], width: float) -> Key:
        """Choose what has to be explained, in as many lines as it takes."""
        entries = ["value"]
        entries += ["tangent"] if "tangent" in rows else []
        entries += ["collecting"] if any(t > 1 for t in terms.values()) else []
        entries += ["grad"] if "grad" in rows else []
        entries += ["constant"] if any(n.op == "constant" for n in run.graph.nodes) else []
        entries += ["active"]
        lines: list[list[str]] = [[]]
        for entry in entries:
            if lines[-1] and _wide((*lines[-1], entry)) > width:
                lines.append([])
            lines[-1].append(entry)
        sizes = next((s for s in _sizes(run) if _wide_sizes(s) <= width), None)
        alone = sizes is not None and _wide(lines[-1]) + _APART + _wide_sizes(sizes) > width
        return cls(tuple(map(tuple, lines)), sizes, alone)

    @property
    def height(self) -> float:
        """How high it is with the air around it."""
        return _HEIGHT + _LINE * (len(self.lines) - 1 + self.alone)

    def drawn(self, area: Box, theme: Theme) -> tuple[Mark, ...]:
        """Draw it at the end of an area, without the widths."""
        x0, _, x1, y1 = area
        marks: list[Mark] = []
        for n, line in enumerate(reversed(self.lines)):
            marks += dots.key(line, x0 - 1, y1 - _UP - _LINE * (n + self.alone), x1 - x0, theme)[0]
        return tuple(marks)

    def widths(self, area: Box, theme: Theme) -> tuple[Mark, ...]:
        """Draw what the widths of edges mean."""
        x0, _, x1, y1 = area
        if self.sizes is None:
            return ()
        return dots.scale_key(*self.sizes, x0 if self.alone else x1 - _wide_sizes(self.sizes), y1 - _UP, theme)[0]


def _sizes(run: Run) -> list[tuple[str, str]]:
    """Return ways to say the least and the largest contribution of the last backward sweep, the longest first."""
    backward = run.sweep("backward")
    sent = {(e.node, e.arg): e.value for e in backward.events if e.arg is not None} if backward else {}
    if not sent:
        return []
    scale = widths(sent)
    if not scale.high:
        return []  # all edges are alike
    low, high = (
        "≤ " * (scale.less or scale.zero) + numbers.trim(numbers.number(scale.low)),
        numbers.trim(numbers.number(scale.high)),
    )
    return [(low, f"{high} contribution"), (low, high)]


def _wide(entries: Sequence[str]) -> float:
    """Return how wide a line with those entries is."""
    return dots.key(tuple(entries), 0.0, 0.0, math.inf, LIGHT)[1][2]


def _wide_sizes(sizes: tuple[str, str]) -> float:
    return dots.scale_key(*sizes, 0.0, 0.0, LIGHT)[1]
