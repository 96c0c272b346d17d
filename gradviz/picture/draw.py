"""From a Run to the frames of a film: choose how much fits, lay it out once, then draw what changes.

The order of what is tried is the look's: full cards, compact cards, the deepest groups collapsed, and at last an
overview with a lens. What is chosen depends on the output's size only, so a film has one picture throughout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import NotCollapsible, TooLarge, UnknownName
from ..record import Run, State, Step, advance, final, steps, terms
from . import caption, chrome, edge
from .cards import Cards, Sheet, quantities, sheet
from .moment import Moment
from .narrate import narrate
from .overview import Overview
from .scene import Element, Frame, Scene
from .theme import Theme
from .theme import theme as named_theme
from .words import Names

RANKDIRS = ("auto", "LR", "TB")
LEAST = 10.0  # px, the least height of a number in the output
_MOST_NODES = 20_000
_CARDS_AT_MOST = 400  # beyond this no canvas holds cards, so none are measured
_NARROW, _WIDE = 880.0, 1280.0  # px, a still that was given no size
_TALLNESS = 1.25  # a still is at most so many times as tall as it is wide
_CHROME = 12.0  # px, the smallest number in title, legend, caption, time line and lens
_GROWTH = 1.4  # a small graph is drawn at most this much larger than what stands around it
_HEAD, _AIR = 56.0, 14.0  # px over the graph, and around it
_SECONDS = {"forward": 0.9, "tangent": 0.9, "backward": 1.4, "update": 1.2}
_LAST_SECONDS = 4.0


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
    moving: bool = True  # a film has 16:9 and a time line; a still has the graph's shape

    def __post_init__(self) -> None:
        if self.rankdir not in RANKDIRS:
            raise UnknownName(f"rankdir={self.rankdir!r} is not a direction; choose from {', '.join(RANKDIRS)}")
        for name in ("width", "height"):
            value = getattr(self, name)
            if value is not None and not 64 <= value <= 16_384:
                raise UnknownName(f"{name}={value!r} is not a size in px; choose a whole number from 64 to 16384")


@dataclass(frozen=True, slots=True)
class Canvas:
    """The scene's size (its own px) and the output's (px). Text around the graph never falls under `LEAST`."""

    width: float
    height: float
    pixels: tuple[int, int]

    @property
    def scale(self) -> float:
        """Output px for one px of the scene."""
        return self.pixels[0] / self.width


class Level(Protocol):
    """A way to draw the graph: cards, or the overview with its lens."""

    def elements(self, moment: Moment, scale: edge.Widths | None = None) -> tuple[Element, ...]:
        """Return the picture of the graph at a moment."""


@dataclass
class Drawing:
    """A film ready to be drawn: its steps, its place for everything, and the frames one by one."""

    run: Run
    steps: tuple[Step, ...]
    names: Names
    theme: Theme
    level: str
    said: tuple[str, ...]
    canvas: Canvas
    title: str
    picture: Level
    static: tuple[Element, ...]
    panel: caption.Panel | None
    tracks: tuple[chrome.Track, ...]
    _last: dict[str, tuple[object, Element]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.steps) + 1

    @property
    def seconds(self) -> float:
        """How long the film lasts."""
        return sum(_SECONDS[step.kind] for step in self.steps) + _LAST_SECONDS

    def __iter__(self) -> Iterator[Frame]:
        state = State()
        for step in self.steps:
            before, state = state, advance(self.run.graph, state, step)
            yield self._frame(Moment(self.run, step, before, state, self._terms))
        yield self._frame(Moment(self.run, None, state, state, self._terms))

    def frame(self, k: int) -> Frame:
        """Return frame k, from 0; negative counts from the end; the last is the finished one."""
        if not -len(self) <= k < len(self):
            raise UnknownName(f"frame {k} of a film of {len(self)} frames; choose from {-len(self)} to {len(self) - 1}")
        k %= len(self)
        if k == len(self) - 1:
            state = final(self.run)
            return self._frame(Moment(self.run, None, state, state, self._terms))
        before = state = State()
        for step in self.steps[: k + 1]:
            before, state = state, advance(self.run.graph, state, step)
        return self._frame(Moment(self.run, self.steps[k], before, state, self._terms))

    def __post_init__(self) -> None:
        backward = self.run.sweep("backward")
        self._terms = terms(self.run.graph, backward) if backward else {}

    def _frame(self, moment: Moment) -> Frame:
        step = moment.step
        narration = narrate(moment, self.names)
        scale = edge.widths(moment.after.sent) if step is None else None
        parts = [*self.static, *self.picture.elements(moment, scale)]
        if self.panel is not None:
            parts += self.panel.elements(narration, moment, scale)
        if self.tracks:
            now, k = (step.sweep, step.k) if step else (len(self.tracks), 0)
            for e in chrome.timeline(self.tracks, now, k, self.canvas.height - 24, self.theme):
                parts.append(self._keep(e))
        seconds = _SECONDS[step.kind] if step else _LAST_SECONDS
        scene = Scene(
            self.canvas.width, self.canvas.height, self.theme.ground, tuple(parts), self.title, narration.note
        )
        return Frame(scene, seconds, narration.note)

    def _keep(self, e: Element) -> Element:
        """Return the element of the last frame if the new one has the same marks."""
        old = self._last.get(e.id)
        if old is not None and old[1].marks == e.marks:
            return old[1]
        self._last[e.id] = (None, e)
        return e


def compose(run: Run, options: Options) -> Drawing:
    """Choose a level of detail for the output's size, lay the graph out, and return the film ready to be drawn."""
    if len(run.graph.nodes) > _MOST_NODES:
        raise TooLarge(
            f"a graph of {len(run.graph.nodes):,} nodes; at most {_MOST_NODES:,} can be drawn. "
            "Record a smaller case, or fold groups with depth="
        )
    look = named_theme(options.theme)
    if options.depth is not None:
        from ..record.group import collapse

        run = collapse(run, options.depth)
    said: list[str] = []
    for candidate, compact, note in _candidates(run):
        fitted = _fit_cards(candidate, options, compact)
        if fitted is not None:
            said += [note] if note else []
            return _with_cards(fitted, options, look, "compact" if compact else "full", said)
    said.append("overview with a lens: the cards would not be legible at this size")
    return _with_lens(run, options, look, said)


def _candidates(run: Run) -> Iterator[tuple[Run, bool, str]]:
    """Yield what to try, the most telling first."""
    yield run, False, ""
    yield run, True, "compact cards: full ones would not be legible at this size"
    depth = max((len(n.group) for n in run.graph.nodes), default=0)
    for level in range(depth - 1, -1, -1):
        from ..record.group import collapse

        try:
            folded = collapse(run, level)
        except NotCollapsible:
            continue
        yield folded, False, f"groups folded below depth {level}: all cards would not be legible at this size"


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A sheet, and how it is shown: its steps, the canvas, its scale on it, and the caption's height."""

    sheet: Sheet
    steps: tuple[Step, ...]
    canvas: Canvas
    k: float
    caption: float


def _canvas(options: Options, want: tuple[float, float]) -> Canvas:
    """Return the canvas for the size asked for; `want` is the scene's size that the graph would like to have."""
    width, height = options.width, options.height
    if width is None and height is not None:
        width = round(height * 16 / 9)
    if width is None:
        if options.moving:
            width = 960 if want[0] <= 960 and want[1] <= 540 else 1280
        else:
            width = round(min(max(want[0], _NARROW), _WIDE))
    if height is None and options.moving:
        height = round(width * 9 / 16)
    # Between 960 and 1280 px the scene has the output's px; smaller outputs shrink it as far as text stays legible.
    scale = max(LEAST / _CHROME, width / 960) if width < 960 else max(1.0, width / 1280)
    scene = width / scale
    return Canvas(scene, height / scale if height else 0.0, (width, height or 0))


def _fit_cards(run: Run, options: Options, compact: bool) -> _Fitted | None:
    """Measure and lay out the cards; None where a number would be under 10 px in the output."""
    if len(run.graph.nodes) > _CARDS_AT_MOST:
        return None
    names = Names(run.graph)
    backward = run.sweep("backward")
    count = terms(run.graph, backward) if backward else {}
    path = steps(run, options.pace)
    best: _Fitted | None = None
    for rankdir in ("LR", "TB") if options.rankdir == "auto" else (options.rankdir,):
        cards = sheet(run, names, rankdir, count, compact=compact)
        fitted = _fit(cards, path, options)
        # Left to right is how people read, so the other way must be clearly larger.
        if best is None or fitted.k > best.k * 1.15:
            best = fitted
        if best.k >= 1:
            break
    assert best is not None
    legible = best.k * best.canvas.scale * best.sheet.least >= LEAST - 1e-6
    return best if legible else None


def _fit(cards: Sheet, path: tuple[Step, ...], options: Options) -> _Fitted:
    """Find the canvas, and the scale at which it holds the cards between the title and the caption."""
    w, h = cards.size
    tail = chrome.TIMELINE if options.moving else chrome.MARGIN * 0.75
    around = _HEAD + 2 * _AIR + tail
    guess = _canvas(options, (w + 2 * chrome.MARGIN, h + around + 88))
    tall = caption.height(cards.run, cards.names, path, guess.width - 2 * chrome.MARGIN - 2 * caption.PAD)
    canvas = _canvas(options, (w + 2 * chrome.MARGIN, h + around + tall))
    k = min((canvas.width - 2 * chrome.MARGIN) / w, _GROWTH)
    if canvas.height:
        k = min(k, (canvas.height - around - tall) / h)
    else:
        k = min(k, 1.0) if options.width is None else k
        # A still much taller than wide is not read, so the graph must fit into a page's height.
        k = min(k, (max(_TALLNESS * canvas.width, 720.0) - around - tall) / h)
        height = h * max(k, 0.01) + around + tall
        pixels = (canvas.pixels[0], round(height * canvas.scale))
        canvas = Canvas(canvas.width, pixels[1] / canvas.scale, pixels)
    return _Fitted(cards, path, canvas, max(k, 0.0), tall)


def _with_cards(f: _Fitted, options: Options, look: Theme, level: str, said: list[str]) -> Drawing:
    run, names, canvas = f.sheet.run, f.sheet.names, f.canvas
    w, h = f.sheet.size[0] * f.k, f.sheet.size[1] * f.k
    bottom = canvas.height - (chrome.TIMELINE if options.moving else chrome.MARGIN * 0.75)
    top = bottom - f.caption
    x = round((canvas.width - w) / 2)
    y = round(_HEAD + (top - _HEAD - h) / 2)
    heat = any(face.thumbs for face in f.sheet.faces)
    title = _title(run, options)
    right = canvas.width - chrome.MARGIN
    line = chrome.tracks(f.steps, [s.label for s in run.sweeps], chrome.MARGIN, right) if options.moving else ()
    panel = caption.Panel((chrome.MARGIN, top, right, bottom), names, look)
    return Drawing(
        run, f.steps, names, look, level, (*said, *f.sheet.layout.said), canvas, title,
        Cards(f.sheet, x, y, f.k, look), _heading(title, canvas, look, quantities(run), heat), panel, line,
    )  # fmt: skip


def _with_lens(run: Run, options: Options, look: Theme, said: list[str]) -> Drawing:
    """Draw the graph as an overview with a lens."""
    names = Names(run.graph)
    path = steps(run, options.pace)
    if options.pace == "auto" and any(s.kind == "backward" and len(s.events) == 1 for s in path):
        path = steps(run, "node") if max((s.n for s in steps(run, "node")), default=0) <= 60 else path
    canvas = _canvas(options, (_WIDE, _WIDE))
    if canvas.height < 660 and options.height is None:  # a lens is tall
        pixels = (canvas.pixels[0], round(720 * canvas.scale))
        canvas = Canvas(canvas.width, pixels[1] / canvas.scale, pixels)
    title = _title(run, options)
    count = terms(run.graph, back) if (back := run.sweep("backward")) else {}
    rows = quantities(run)
    right = canvas.width - chrome.MARGIN
    area = (chrome.MARGIN, 60.0, right, canvas.height - chrome.TIMELINE - 6)
    picture = Overview.make(run, names, look, area, count, rows)
    line = chrome.tracks(path, [s.label for s in run.sweeps], chrome.MARGIN, right)
    return Drawing(
        run, path, names, look, "overview", (*said, *picture.layout.said), canvas, title,
        picture, _heading(title, canvas, look, rows, False), None, line,
    )  # fmt: skip


def _title(run: Run, options: Options) -> str:
    """Return the title asked for, else what the outputs are: o = tanh(x·w + b)."""
    if options.title is not None:
        return options.title
    said = []
    for i in run.graph.outputs[:3]:
        n = run.graph.nodes[i]
        said.append(f"{n.name} = {n.label}" if n.name and n.label and n.label != n.name else n.name or n.label)
    return ",  ".join(said)


def _heading(title: str, canvas: Canvas, look: Theme, rows: tuple[str, ...], heat: bool) -> tuple[Element, ...]:
    """Return the title and the legend, which never change."""
    room = canvas.width - 2 * chrome.MARGIN - chrome.legend_width(look, rows=rows, heat=heat) - 24
    return (
        chrome.title(title, chrome.MARGIN, 36, room, look),
        chrome.legend(canvas.width - chrome.MARGIN, 30, look, rows=rows, heat=heat),
    )
