"""The overview's key: what its marks mean, in one line or in several, and where the widths of edges are explained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..record import Run
from . import dots, numbers
from .edge import Widths
from .scene import Box, Mark
from .spots import Ground
from .theme import LIGHT, Theme

HEIGHT, LINE = 30.0, 24.0  # px, of a key in one line, and of each line more
_UP = 14.0  # from the end of the area to the middle of the last line
_APART = 24.0  # px between the key and what explains the widths
_WIDTHS = 270.0  # px that the widths take at most, as "−1.23e−10 ... contribution"
_STEP = 6.0


@dataclass(frozen=True, slots=True)
class Key:
    """The entries of a key in lines, the last of them `up` lines over the end of the area."""

    lines: tuple[tuple[str, ...], ...]
    up: int = 0

    @classmethod
    def make(cls, run: Run, terms: Mapping[int, int], rows: Sequence[str], width: float, *, whole: bool) -> Key:
        """Choose what has to be explained.

        whole  nothing is left out: what does not fit in one line stands in several, the widths of edges too
        """
        entries = ["value"]
        entries += ["tangent"] if "tangent" in rows else []
        entries += ["collecting"] if any(t > 1 for t in terms.values()) else []
        entries += ["grad"] if "grad" in rows else []
        entries += ["constant"] if any(n.op == "constant" for n in run.graph.nodes) else []
        entries += ["active"]
        if not whole:
            return cls((tuple(entries),))
        lines: list[list[str]] = [[]]
        for entry in entries:
            if lines[-1] and _wide((*lines[-1], entry)) > width:
                lines.append([])
            lines[-1].append(entry)
        alone = "grad" in rows and _wide(lines[-1]) + _APART + _WIDTHS > width
        return cls(tuple(map(tuple, lines)), int(alone))

    @property
    def height(self) -> float:
        """How high it is with the air around it."""
        return HEIGHT + LINE * (len(self.lines) - 1 + self.up)

    def drawn(self, area: Box, theme: Theme) -> tuple[tuple[Mark, ...], Box]:
        """Draw it at the end of an area; return the box of its last line too."""
        x0, _, x1, y1 = area
        marks: list[Mark] = []
        box = area
        for n, line in enumerate(reversed(self.lines)):
            drawn, last = dots.key(line, x0 - 1, y1 - _UP - LINE * (n + self.up), x1 - x0, theme)
            marks += drawn
            box = last if n == 0 else box
        return tuple(marks), box

    def widths(
        self, scale: Widths, area: Box, taken: Box, ground: Ground, theme: Theme
    ) -> tuple[tuple[Mark, ...], bool]:  # fmt: skip
        """Say what the widths of edges mean: right of the key's last line, else over it; tell whether it stands free.

        taken   the box of the key's last line
        ground  what else is drawn over the key
        """
        low, high = numbers.trim(numbers.number(scale.low)), numbers.trim(numbers.number(scale.high))
        x0, _, x1, y1 = area
        _, wide = dots.scale_key(low, high, 0, y1 - _UP, theme)
        x, y, free = (x0 if self.up else x1 - wide), y1 - _UP, True
        if not self.up and x < taken[2] + _APART:
            y -= LINE
            places = [x - _STEP * n for n in range(1 + max(0, int((x - x0) // _STEP)))]
            found = next((p for p in places if ground.free((p - 3, y - 6, p + wide, y + 7))), None)
            x, free = (x, False) if found is None else (found, True)
        return dots.scale_key(low, high, x, y, theme)[0], free


def _wide(entries: Sequence[str]) -> float:
    """Return how wide a line with those entries is."""
    return dots.key(tuple(entries), 0.0, 0.0, math.inf, LIGHT)[1][2]
