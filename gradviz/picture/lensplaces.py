"""Where the lens stands, beside the overview or under it, and where its parts stand within it."""

from __future__ import annotations

from dataclasses import dataclass

from .lenscard import card_height
from .scene import Box

WIDTH = 456.0
_LEAST_BESIDE, _LEAST_BELOW = 400.0, 376.0  # px of a lens beside the overview, and under it
_GAP, _GAP_BELOW = 24.0, 16.0  # px between the overview and the lens
_LEAST_LEFT, _LEAST_OVER = 110.0, 150.0  # px that the overview needs left of the lens, and over it
_PAD, _SLIM = 20.0, 12.0  # inside the lens; a slim one has less
_CARD, _WIDE_CARD = 186.0, 220.0
_NEXT = 16.0  # px between two cards in a row at least
_HEAD = 46.0  # px over the cards, for the heading
_INPUT_GAP, _FEED_GAP = 72.0, 52.0
_LEAST_INPUT_GAP, _LEAST_FEED_GAP = 48.0, 36.0
_LOW_HEAD, _LOW_GAP, _LOW_LINE = 42.0, 40.0, 49.0  # in a lens too low for these, over the cards and between them
_CLEAR = 16.0  # under the active card and its brackets
_FOOT = 10.0  # under the equations
_FEED_LINE = 38.0  # where what a node feeds is only named
_EQUATION = 90.0  # from equation to equation: symbols on one line, numbers 41 below
_SHORT = 52.0  # an equation on one line
_ABREAST = 820.0  # px of a lens at least whose equations stand beside its cards


@dataclass(frozen=True, slots=True)
class Shares:
    """What the overview and its key have of an area, and what the lens has."""

    graph: Box
    lens: Box
    below: bool
    least: float  # px, the height under which the lens would leave out what it is for

    @property
    def fits(self) -> bool:
        """Whether both can be read."""
        x0, y0, x1, y1 = self.graph
        wide = x1 - x0 >= (_LEAST_BELOW if self.below else _LEAST_LEFT)
        return wide and y1 - y0 >= _LEAST_OVER and self.lens[3] - self.lens[1] >= self.least


def lens_width(area: Box) -> float:
    """Return the width of a lens beside the overview: 456 px, in a narrow area as little as two cards in a row need."""
    return min(WIDTH, max(_LEAST_BESIDE, 0.37 * (area[2] - area[0])))


def shared(area: Box, rows: tuple[str, ...], arrays: bool, *, below: bool = False) -> Shares:
    """Share an area out: the lens right of the overview, or under it over the whole width, in about half the height."""
    x0, y0, x1, y1 = area
    if not below:
        left = x1 - lens_width(area)
        return Shares((x0, y0, left - _GAP, y1), (left, y0, x1, y1), below, _low(card_height(rows, arrays)))
    least, wanted = _heights(x1 - x0, rows, arrays)
    part = 0.47 if x1 - x0 >= _ABREAST else 0.56
    top = round(y1 - max(least, min(wanted, part * (y1 - y0))))
    return Shares((x0, y0, x1, top - _GAP_BELOW), (x0, top, x1, y1), below, least)


def least_below(rows: tuple[str, ...], arrays: bool) -> tuple[float, float]:
    """Return the least width and height of an area that holds an overview over a lens."""
    return _LEAST_BELOW, _heights(_LEAST_BELOW, rows, arrays)[0] + _GAP_BELOW + _LEAST_OVER


def least_beside(rows: tuple[str, ...], arrays: bool) -> tuple[float, float]:
    """Return the least width and height of an area that holds a lens right of an overview."""
    return _LEAST_LEFT + _GAP + _LEAST_BESIDE, max(_LEAST_OVER, _low(card_height(rows, arrays)))


def narrow(width: float) -> bool:
    """Tell whether an area so wide has room for a lens, but not for an overview as wide beside it."""
    return width < 2 * _LEAST_BESIDE + _GAP


def _heights(width: float, rows: tuple[str, ...], arrays: bool) -> tuple[float, float]:
    """Return the least height of a lens so wide, and the one that leaves air around everything."""
    h = card_height(rows, arrays)
    least = _HEAD + 2 * h + _LEAST_INPUT_GAP + _FEED_LINE
    wanted = _HEAD + 3 * h + _INPUT_GAP + _FEED_GAP + 16
    return (least + _FOOT, wanted) if width >= _ABREAST else (least + 2 * _SHORT + _FOOT, wanted + 2 * _EQUATION)


def _low(card: float) -> float:
    """Return the height of the lowest lens: two rows of cards, then two equations in a line each."""
    return _LOW_HEAD + 2 * card + _LOW_GAP + _CLEAR + 2 * _LOW_LINE + _FOOT


@dataclass(frozen=True, slots=True)
class Places:
    """Where the lens's parts stand, the same in every frame of a film (px, y down)."""

    left: float
    right: float
    heading: float  # baseline
    ends: tuple[float, float]  # the px from which and to which cards reach
    inputs: float  # tops of the cards
    active: float
    feeds: float | None  # None in a low box, where what the node feeds is only named
    named: bool  # and in the lowest, where it is not even that, False
    rule: Box  # the line between the cards and the equations, from its start to its end
    sums: Box  # where the equations stand
    bottom: float
    card: float  # width of a card
    height: float

    @classmethod
    def within(cls, box: Box, rows: tuple[str, ...], arrays: bool) -> Places:
        """Lay the lens out; in a low box gaps shrink first, then the equations' room.

        In a very wide one the equations stand right of the cards, else under them.
        """
        x0, y0, x1, y1 = box
        wide, abreast = x1 - x0, x1 - x0 >= _ABREAST
        h = card_height(rows, arrays)
        equations, least = (0.0, 0.0) if abreast else (2 * _EQUATION, 1.4 * _EQUATION)
        need = _HEAD + 3 * h + _INPUT_GAP + _FEED_GAP + 16 + equations
        spare = min(0.0, (y1 - y0) - need)
        gap, feed = max(_LEAST_INPUT_GAP, _INPUT_GAP + spare * 0.5), max(_LEAST_FEED_GAP, _FEED_GAP + spare * 0.5)
        inputs = y0 + _HEAD
        active = inputs + h + gap
        feeds: float | None = active + h + feed
        rule = active + 2 * h + feed + 16
        if y1 - rule < least:
            feeds, rule = None, active + h + _FEED_LINE
        if y1 - y0 < _heights(wide, rows, arrays)[0]:  # what the node feeds is not said either
            inputs, active = y0 + _LOW_HEAD, y0 + _LOW_HEAD + h + _LOW_GAP
            rule = active + h + _CLEAR
        pad = _PAD if wide >= _LEAST_BESIDE else _SLIM
        left, right, bottom = x0 + pad, x1 - pad, y1 - _FOOT
        middle = round((x0 + x1) / 2)
        ends = (left, middle - pad) if abreast else (left, right)
        most = _CARD if wide <= WIDTH or abreast else _WIDE_CARD
        card = min(most, (ends[1] - ends[0] - (24 if pad == _PAD else _NEXT)) / 2)
        line, sums = (left, rule, right, rule), (left, rule, right, bottom)
        if abreast:
            line, sums = (middle, inputs, middle, bottom - 10), (middle + pad, inputs - 4, right, bottom)
        named = rule > active + h + _CLEAR
        return cls(left, right, y0 + 28, ends, inputs, active, feeds, named, line, sums, bottom, card, h)

    @property
    def middle(self) -> float:
        """The left end of a card in the middle."""
        return (self.ends[0] + self.ends[1] - self.card) / 2

    @property
    def pair(self) -> tuple[float, float]:
        """The left ends of two cards in a row."""
        return self.ends[0], self.ends[1] - self.card

    @property
    def columns(self) -> tuple[tuple[float, float], ...]:
        """From which px to which lists stand: in one column, or in two beside each other."""
        one = (self.left, self.right)
        return (one,) if self.ends == one else (self.ends, (self.sums[0], self.right))

    def slots(self, count: int) -> tuple[float, ...]:
        """Return the left ends of up to two cards, a lone one's in the middle."""
        return (self.middle,) if count == 1 else self.pair[:count]
