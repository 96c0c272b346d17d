"""Names beside the overview's marks: each where it touches no mark, no line and no other name, or not at all."""

from __future__ import annotations

import numpy as np

from ..record import Graph
from . import dots
from .card import FLAG, flag, flag_width, text
from .fonts import measure
from .scene import Box, Element, Mark, circle
from .spots import Ground, baseline, beside
from .spread import Spread
from .theme import Theme
from .words import Names

WIDEST = 64.0
_AWAY, _FARTHER = 2.5, 7.0  # px from what a mark may become to its label
_CLEARLY, _BARELY = 1.25, 1.05  # times as far away is clearly farther, or farther at all
_LEVEL = 0.5  # px, by which the middles of a label and its mark may differ


class Labels:
    """The free places around the marks of one film; what is put somewhere takes its place."""

    def __init__(self, graph: Graph, placed: Spread, area: Box, theme: Theme) -> None:
        self.graph, self.placed, self.theme = graph, placed, theme
        # A leaf may glow, any other node may stand in brackets.
        wide = {True: dots.HALO, False: dots.BRACKET + 2}
        self._reach = [max(7.5, (wide[n.is_leaf] + 0.5) * placed.scale) for n in graph.nodes]
        self._xy = np.ascontiguousarray(np.array(placed.centres, float).reshape(-1, 2).T)
        self._ground = self._with_marks(Ground(area))
        self._ground.take_curves(placed.lines)

    def _with_marks(self, ground: Ground) -> Ground:
        for (x, y), r in zip(self.placed.centres, self._reach, strict=True):
            ground.take((x - r, y - r, x + r, y + r))
        return ground

    def flag(self, i: int, what: str) -> Element:
        """Say beside a mark what begins at it: on its own ground it may lie over a line, but not over a mark."""
        (x, y), reach, wide = self.placed.centres[i], self._reach[i], flag_width(what)
        near, far = ([b for v in away for b in beside(x, y, reach + v, wide, FLAG)] for away in ((_AWAY, 9.0), (18.0,)))
        marks_only = self._with_marks(Ground(self._ground.area))
        ways = ((self._ground, near), (marks_only, near), (marks_only, far))
        spot = next((b for kind, places in ways for b in places if kind.free(b)), near[0])
        self._ground.take(spot)
        ring = circle(x, y, max(6.0, 11 * self.placed.scale), stroke=self.theme.ink, line=2)
        return Element("trouble", "trouble", (ring, *flag(spot[0], spot[1], what, self.theme)))

    def names(self, names: Names) -> Element:
        """Name outputs and inputs, in this order; a name that finds no free place is left out."""
        nodes = self.graph.nodes
        named = [i for i in self.graph.outputs if nodes[i].name]
        named += [n.id for op in ("parameter", "data") for n in nodes if n.op == op and n.name]
        named = list(dict.fromkeys(named))
        said = [label(names, i) for i in named]
        fonts = (13.0, 11.0, 11.0) if self.placed.scale > 0.75 else (11.0, 11.0)
        tries = [self._places(named, said, font, _AWAY) for font in fonts[:-1]]
        tries.append(self._places(named, said, fonts[-1], _FARTHER))
        marks: list[Mark] = []
        for i, word, *places in zip(named, said, *tries, strict=True):
            for font, boxes in zip(fonts, places, strict=True):
                free = (b for b in boxes if self._ground.free(_padded(b)))
                box = next((b for b in free if self._its_own(b, i)), None)
                if box is not None:
                    self._ground.take(box)
                    marks.append(text(box[0], baseline(box, font), word, font, self.theme.ink))
                    break
        return Element("labels", "label", tuple(marks))

    def _places(self, named: list[int], said: list[str], font: float, away: float) -> list[list[Box]]:
        """Return for each label the places so far from its mark that no mark and no line takes, best first."""
        widths = np.array([measure(word, font) for word in said])
        x, y = self._xy[:, named]
        boxes = np.array(beside(x, y, np.array(self._reach)[named] + away, widths, font))
        x0, y0, x1, y1 = boxes.transpose(1, 2, 0)  # each labels × places
        free = self._ground.all_free(np.array(_padded((x0, y0, x1, y1))))
        return [list(zip(*(v[k][free[k]].tolist() for v in (x0, y0, x1, y1)), strict=True)) for k in range(len(named))]

    def _its_own(self, box: Box, i: int) -> bool:
        """Tell whether a label is clearly nearer to its own mark than to any other.

        One whose middle is level with its mark, or right over or under it, is told by that in a column or row of
        marks: the distance counts from its middle line.
        """
        x0, y0, x1, y1 = box
        xs, ys = self._xy
        dx, dy = np.abs(xs - (x0 + x1) / 2), np.abs(ys - (y0 + y1) / 2)
        level, upright = bool(dy[i] < _LEVEL), bool(dx[i] < _LEVEL)
        boxes = np.maximum(dx - (x1 - x0) / 2, 0) ** 2 + np.maximum(dy - (y1 - y0) / 2, 0) ** 2
        if not (level or upright):
            return _nearest(boxes, i, _CLEARLY)
        lines = np.maximum(dx - level * (x1 - x0) / 2, 0) ** 2 + np.maximum(dy - upright * (y1 - y0) / 2, 0) ** 2
        return _nearest(boxes, i, _BARELY) and _nearest(lines, i, _CLEARLY)


def _nearest(away: np.ndarray, i: int, times: float) -> bool:
    """Tell whether all others are farther away (squared) than one is, so many times."""
    return int(np.count_nonzero(away > times**2 * away[i])) == len(away) - 1


def _padded(box: Box) -> Box:
    return (box[0] - 1.5, box[1] - 1, box[2] + 1.5, box[3] + 1)


def label(names: Names, i: int) -> str:
    """Return a node's label: its name, or the v₇ that the lens shows beside a name too long."""
    full = names.full(i)
    return full if measure(full, 13) <= WIDEST else names.formula(i)
