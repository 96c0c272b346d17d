"""How large cards can be on the canvas that is asked for: sheets are measured and set, each once, and compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..errors import UnknownName, in_range
from ..record import ASKING, Run, Step, asking, paced, steps, terms
from ..record.group import level
from . import bound, caption, chrome
from .bound import NUMBER
from .drawing import MOST_PIXELS, Canvas
from .equation import Scales
from .face import COMPACT
from .panels import PARTS, ROWS, Panel, Place, Want, beside, wants, wide
from .scene import Box
from .sheet import Sheet, quantities, sheet
from .theme import Theme, theme
from .words import Names

RANKDIRS = ("auto", "LR", "TB")
REVEALS = ("all", "ask")
LEAST = 10.0  # px, the least height of a number in the output
CHROME = 12.0  # px, the smallest number in title, legend, caption, time line and lens
TALLNESS = 1.25  # a still is at most so many times as tall as it is wide
WIDE = 1280.0  # px, a still that was given no size is at most so wide
AIR = 10.0  # px around the graph
_TALL, _PHONE = 1.5, 700.0  # times as high as wide is a phone's screen, which is read as if it had so few px across
_NARROW = 880.0  # px, a still that was given no size is at least so wide
_ROWS = (2, 3, 4)  # how many rows are tried
_AS_LARGE = 0.98  # of the scale without names, with which cards are about as large
_CARDS_AT_MOST = 400  # beyond this no canvas holds cards, so none are measured
_GROWTH = 1.4  # a small graph is drawn at most this much larger than what stands around it
_MANY, _LEAST_OF_MANY = 45, 10.8  # more cards than that need larger numbers, px: a lens is clearer than a crowd
_CLEARLY = 1.15  # times as large is clearly larger
_HEAD = 56.0  # px over the graph at least
_HALF = (0.55, 0.5, 0.45)  # of the height, for a panel that shows the graph again under a title
_LARGE, _ROOMY = 0.97, 1.5  # the scale of a graph, and times its least size of a panel, that leave nothing to wish for
_PANELS = 0.6  # what room for the panels is worth, beside the graph's scale
_SLIM = 0.1  # and what it costs that one is higher than wide: it shows no more for that
FLAT = 9 / 16  # of the width, the height of a film, or of a still with panels, that was given none


@dataclass(frozen=True, slots=True)
class Options:
    """What a picture is asked to be. `width` and `height` are px of the output; None leaves them to the graph."""

    theme: str | Theme = "light"
    rankdir: str = "auto"
    pace: str = "auto"
    title: str | None = None
    depth: int | None = None
    width: int | None = None
    height: int | None = None
    panels: tuple[Panel, ...] = ()
    moving: bool = True  # a film has 16:9 and a time line; a still has the graph's shape
    reveal: str = "all"  # "ask": each contribution is a question first

    def __post_init__(self) -> None:
        if self.rankdir not in RANKDIRS:
            raise UnknownName(f"rankdir={self.rankdir!r} is not a direction; choose from {', '.join(RANKDIRS)}")
        if self.reveal not in REVEALS:
            raise UnknownName(f"reveal={self.reveal!r} is not a way to show a step; choose from {', '.join(REVEALS)}")
        theme(self.theme)
        paced(self.pace)
        if self.reveal == "ask" and self.pace not in ("auto", *ASKING):
            raise UnknownName(
                f"reveal='ask' asks nothing at pace={self.pace!r}, which shows a whole sweep at once; "
                f"choose from auto, {', '.join(ASKING)}"
            )
        level(self.depth)
        if not isinstance(self.title, str | None):
            raise UnknownName(f"title={self.title!r} is not a title; give a text, or None for what is computed")
        for name in ("width", "height"):
            value = getattr(self, name)
            if value is not None and not in_range(value, 64, MOST_PIXELS):
                raise _no_size(name, value)


def whole_px(name: str, value: float | None) -> int | None:
    """Return the size that a user gave as a whole number, which 800.0 is too; raise `UnknownName` where it is none."""
    if value is None:
        return None
    if not in_range(value, 64, MOST_PIXELS) or value % 1:
        raise _no_size(name, value)
    return int(value)


def _no_size(name: str, value: object) -> UnknownName:
    return UnknownName(f"{name}={value!r} is not a size in px; choose a whole number from 64 to {MOST_PIXELS}")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A sheet, and how it is shown: its steps, the canvas, its scale on it, and the caption's height."""

    sheet: Sheet
    steps: tuple[Step, ...]
    canvas: Canvas
    k: float
    caption: float
    place: Place
    heading: chrome.Heading

    @property
    def legible(self) -> bool:
        """Whether the smallest number has 10 px in the output, and those of very many cards a little more."""
        scale = self.k * self.canvas.scale
        crowded = len(self.sheet.faces) > _MANY and scale * NUMBER < _LEAST_OF_MANY - 1e-6
        return scale * self.sheet.least >= LEAST - 1e-6 and not crowded

    @property
    def narrow(self) -> bool:
        """Whether the cards stand in a column that leaves most of the canvas empty."""
        return self.sheet.rankdir == "TB" and self.sheet.size[0] * self.k < 0.45 * self.canvas.width

    @property
    def meagre(self) -> bool:
        """Whether the cards make little of the canvas, or are smaller on it than what stands around them."""
        return self.narrow or self.k < 1

    def rather_than(self, other: Fitted) -> bool:
        """Tell whether these cards, in rows, are better than others in one piece, for which they must be larger."""
        return self.k >= other.k * (1 if other.narrow else _CLEARLY)


def canvas_for(options: Options, want: tuple[float, float], shape: float = FLAT) -> Canvas:
    """Return the canvas for the size asked for; `want` is the scene's size that the graph would like to have.

    shape   of the width, what the height is where none was asked for
    """
    width, height = options.width, options.height
    if options.panels and width is None and height is None:
        width = 1280
    if width is None and height is not None:
        width = round(height * 16 / 9)
    if width is None:
        if options.moving:
            width = 960 if want[0] <= 960 and want[1] <= 540 else 1280
        else:
            width = round(min(max(want[0], _NARROW), WIDE))
    if height is None and (options.moving or options.panels):
        height = round(width * shape)
    # Between 960 and 1280 px the scene has the output's px; smaller outputs shrink it as far as text stays legible.
    scale = max(LEAST / CHROME, width / 960) if width < 960 else max(1.0, width / 1280)
    if height is not None and height >= _TALL * width:  # px are small on a phone, so all is drawn larger
        scale = max(scale, width / _PHONE)
    scene = width / scale
    return Canvas(scene, height / scale if height else 0.0, (width, height or 0))


@dataclass
class Case:
    """A run that may be shown as cards: what the trials of its details, directions and rows have in common."""

    run: Run
    options: Options
    shape: float = FLAT
    _sheets: dict[tuple[str, str], Sheet] = field(default_factory=dict)
    _captions: dict[float, float] = field(default_factory=dict)

    @cached_property
    def names(self) -> Names:
        return Names(self.run.graph)

    @cached_property
    def wanted(self) -> tuple[Want, ...]:
        """What the panels want of the canvas."""
        return wants(self.run, self.options.panels)

    @cached_property
    def terms(self) -> Mapping[int, int]:
        """By node, how many contributions its gradient collects."""
        backward = self.run.sweep("backward")
        return terms(self.run.graph, backward) if backward else {}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        path = steps(self.run, self.options.pace)
        return asking(path) if self.options.reveal == "ask" else path

    def sheet(self, detail: str, rankdir: str) -> Sheet:
        """Return the cards, measured and laid out."""
        key = detail, rankdir
        if key not in self._sheets:
            self._sheets[key] = sheet(self.run, self.names, rankdir, self.terms, detail=detail)
        return self._sheets[key]

    def caption(self, inner: float, scales: Scales) -> float:
        """Return the height of the caption in a panel so wide inside, px."""
        if inner not in self._captions:
            path = self.steps if self.options.moving else ()
            self._captions[inner] = caption.height(self.run, self.names, path, inner, scales)
        return self._captions[inner]

    def in_one(self, detail: str) -> Fitted | None:
        """Fit the cards in one piece; None where a number would be under 10 px in the output, or a panel too small."""
        if len(self.run.graph.nodes) > _CARDS_AT_MOST or self._too_deep(detail):
            return None
        best: Fitted | None = None
        for rankdir in ("LR", "TB") if self.options.rankdir == "auto" else (self.options.rankdir,):
            fitted = self._fit(self.sheet(detail, rankdir))
            # Left to right is how people read, so the other way must be clearly larger.
            if fitted is not None and (best is None or fitted.k > best.k * _CLEARLY):
                best = fitted
            if best is not None and best.k >= 1:
                break
        return best if best is not None and best.legible else None

    def in_rows(self, detail: str) -> Fitted | None:
        """Fit the cards in rows, where few edges cross; None as for one piece."""
        if self._too_deep(detail, _ROWS[-1]):
            return None
        broken = [b for b in map(self.sheet(detail, "LR").wrapped, _ROWS) if b is not None]
        best = max((f for f in map(self._fit, broken) if f is not None), key=lambda f: f.k, default=None)
        return best if best is not None and best.legible else None

    def with_names(self, bare: Fitted, *, in_rows: bool = False) -> Fitted:
        """Return compact cards with their names over them where that makes nothing smaller, else as they are."""
        whole = self.sheet("named", bare.sheet.rankdir)
        named = [b for b in map(whole.wrapped, _ROWS) if b is not None] if in_rows else [whole]
        best = max((f for f in map(self._fit, named) if f is not None), key=lambda f: f.k, default=bare)
        return best if best.legible and best.k >= _AS_LARGE * bare.k else bare

    def _too_deep(self, detail: str, rows: int = 1) -> bool:
        """Tell whether a graph has so many ranks that its cards cannot be legible, however they are laid out."""
        on = canvas_for(self.options, (WIDE * 2, WIDE * 2), self.shape)
        tall = on.height or max(TALLNESS * on.width, 720.0)
        room = rows * (on.width - 2 * chrome.MARGIN), tall - _HEAD - AIR
        asked = self.options.rankdir
        ways = ("LR",) if rows > 1 else ("LR", "TB") if asked == "auto" else (asked,)
        return all(bound.largest(self.run, detail, way, room) * on.scale < LEAST for way in ways)

    def _fit(self, cards: Sheet) -> Fitted | None:
        """Find the canvas, and the scale at which it holds the cards between the title and the caption.

        None where the panels have no room.
        """
        w, h, options = *cards.size, self.options
        tail = chrome.TIMELINE if options.moving else chrome.MARGIN * 0.75
        heat = any(face.thumbs and not face.cell for face in cards.faces)
        guess = canvas_for(options, (w + 2 * chrome.MARGIN, h + _HEAD + 2 * AIR + tail + 88), self.shape)
        shown, roles, limits = quantities(self.run), chrome.roles(self.run), cards.detail not in COMPACT
        heading = chrome.Heading.make(options.title or "", guess.width, shown, heat=heat, limits=limits, roles=roles)
        around = heading.height + 2 * AIR + tail
        inner = guess.width - 2 * chrome.MARGIN - 2 * caption.PAD
        tall = self.caption(inner, cards.extents)
        on = canvas_for(options, (w + 2 * chrome.MARGIN, h + around + tall), self.shape)
        area = (chrome.MARGIN, heading.height, on.width - chrome.MARGIN, on.height - tail - tall - AIR)
        place = _share(area, (w, h), LEAST / on.scale / cards.least, self.wanted, wide(options.panels))
        if place is None:
            return None
        k = min((place.graph[2] - place.graph[0]) / w, _GROWTH)
        if on.height:
            k = min(k, (place.graph[3] - place.graph[1] - AIR) / h)
        else:
            k = min(k, 1.0) if options.width is None else k
            # A still much taller than wide is not read, so the graph must fit into a page's height.
            k = min(k, (max(TALLNESS * on.width, 720.0) - around - tall) / h)
            height = h * max(k, 0.01) + around + tall
            pixels = (on.pixels[0], round(height * on.scale))
            on = Canvas(on.width, pixels[1] / on.scale, pixels)
            place = Place((area[0], area[1], area[2], on.height - tail - tall - AIR), ())
        return Fitted(cards, self.steps, on, max(k, 0.0), tall, place, heading)


def _share(area: Box, size: tuple[float, float], least: float, wanted: tuple[Want, ...], over: bool) -> Place | None:
    """Put the panels right of the graph or, where that is better for both, over it.

    least   the scale under which the graph cannot be read

    None where a panel would be smaller than it can be read.
    """
    if not wanted:
        return Place(area, ())

    def worth(place: Place, row: bool) -> float:
        x0, y0, x1, y1 = place.graph
        scale = min((x1 - x0) / size[0], (y1 - y0 - AIR) / size[1])
        if scale < least:
            return scale - 100
        slim = max(1.0, *((y1 - y0) / (x1 - x0) for x0, y0, x1, y1 in place.panels))
        room = _PANELS * math.log(min(place.room, _ROOMY)) - _SLIM * math.log(slim)
        return math.log(min(scale, _LARGE)) + room - row * math.log(_CLEARLY)

    ways = [(part, False) for part in PARTS if not over] + [(part, True) for part in (_HALF if over else ROWS)]
    found = [(place, row) for part, row in ways if (place := beside(area, wanted, part, row=row)) is not None]
    return max(found, key=lambda f: worth(*f), default=(None,))[0]  # of several as good, the first: what is larger
