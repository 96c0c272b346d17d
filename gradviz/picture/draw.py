"""From a Run to the frames of a film: choose how much fits, lay it out once, then draw what changes.

What is tried, in this order: full cards; full cards with the groups folded that hold no parameter; full cards
in rows, as text is in lines; compact cards, in one row or in several; the deepest groups folded; and at last an
overview with a lens. What is chosen depends on the output's size only, so a film has one picture throughout.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from ..errors import NotCollapsible, TooLarge, UnknownName
from ..record import Run, Step, asking, steps, terms
from ..record.group import collapse
from . import bound, caption, chrome, lensplaces
from .cards import Cards, Sheet, quantities, sheet
from .drawing import MOST_PIXELS, Canvas, Drawing
from .face import MOST
from .heatmap import thumb_size
from .overview import Overview
from .panels import PARTS, ROWS, Beside, Panel, Place, beside, weights, wide
from .panels.beside import GAP
from .scene import Box
from .theme import Theme
from .theme import theme as named_theme
from .words import Names, composed

RANKDIRS = ("auto", "LR", "TB")
REVEALS = ("all", "ask")
LEAST = 10.0  # px, the least height of a number in the output
_MOST_NODES = 20_000
_INDEX = re.compile("v[₀-₉]+")
_LEAST_LEFT = 0.2  # of a graph's operations must still be seen when groups are folded to make it fit
_ROWS, _ROWS_AT_MOST = (2, 3, 4), 80  # how many rows are tried, and the most nodes of a graph broken into rows
_CARDS_AT_MOST = 400  # beyond this no canvas holds cards, so none are measured
_NARROW, _WIDE = 880.0, 1280.0  # px, a still that was given no size
_TALLNESS = 1.25  # a still is at most so many times as tall as it is wide
_CHROME = 12.0  # px, the smallest number in title, legend, caption, time line and lens
_GROWTH = 1.4  # a small graph is drawn at most this much larger than what stands around it
_HEAD, _AIR = 56.0, 10.0  # px over the graph at least, and around it
_UPRIGHT = 0.9  # of the width, the height of a canvas with panels, overview and lens one under the other
_OVER = 0.26  # of such a canvas, what the panels take
_HALF = 0.55  # of the height, for a panel that shows the graph again under a title


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
        for name in ("width", "height"):
            value = getattr(self, name)
            if value is not None and not 64 <= value <= MOST_PIXELS:
                raise UnknownName(f"{name}={value!r} is not a size in px; choose a whole number from 64 to 16384")


def compose(run: Run, options: Options) -> Drawing:
    """Choose a level of detail for the output's size, lay the graph out, and return the film ready to be drawn."""
    if len(run.graph.nodes) > _MOST_NODES:
        raise TooLarge(
            f"a graph of {len(run.graph.nodes):,} nodes; at most {_MOST_NODES:,} can be drawn. "
            "Record a smaller case, or fold groups with depth="
        )
    look = named_theme(options.theme)
    names = Names(run.graph)
    options = replace(options, title=_title(run, names, options))
    if options.depth is not None:
        run = collapse(run, options.depth)
        names = Names(run.graph)
    said: list[str] = []
    least = _LEAST_LEFT * _operations(run)
    spine: tuple[_Fitted, str] | None = None
    for candidate, way, note in _candidates(run, options.rankdir):
        detail, _, in_rows = way.partition(" in ")
        if candidate is not run and _operations(candidate) < max(least, 3):
            continue  # folded so far that the picture would tell nothing
        fitted = (_fit_rows if in_rows else _fit_cards)(candidate, options, detail)
        if fitted is None or (spine is not None and in_rows and fitted.k < spine[0].k):
            continue
        if spine is None and detail == "compact" and not in_rows and fitted.narrow:
            spine = fitted, note  # a column in the middle of an empty page: rows may be better
            continue
        if spine is not None and not in_rows:
            break
        said += [note] if note else []
        return _with_cards(fitted, options, look, "compact" if detail == "compact" else "full", said)
    if spine is not None:
        return _with_cards(spine[0], options, look, "compact", [*said, spine[1]])
    said.append("overview with a lens: the cards would not be legible at this size")
    return _with_lens(run, names, options, look, said)


def _path(run: Run, options: Options) -> tuple[Step, ...]:
    path = steps(run, options.pace)
    return asking(path) if options.reveal == "ask" else path


def _candidates(run: Run, rankdir: str) -> Iterator[tuple[Run, str, str]]:
    """Yield what to try, the most telling first; smaller thumbnails before anything is left out."""
    large = any(thumb_size(n.shape, most=MOST["small"]) != thumb_size(n.shape) for n in run.graph.nodes if n.shape)
    details = ("full", "small") if large else ("full",)
    yield from ((run, detail, "") for detail in details)
    because = "all full cards would not be legible at this size"
    plain = _without_parameters(run)
    if plain:
        with suppress(NotCollapsible):
            folded = collapse(run, groups=plain)
            yield from ((folded, detail, f"folded {', '.join(plain)}: {because}") for detail in details)
    rows = len(run.graph.nodes) <= _ROWS_AT_MOST and rankdir != "TB"
    in_one = "in one row they would not be legible at this size"
    if rows:
        yield from ((run, f"{detail} in rows", f"full cards in rows: {in_one}") for detail in details)
    yield run, "compact", f"compact cards: {because}"
    if rows:
        yield run, "compact in rows", f"compact cards in rows: {in_one}"
    depth = max((len(n.group) for n in run.graph.nodes), default=0)
    for level in range(depth - 1, -1, -1):
        with suppress(NotCollapsible):
            folded = collapse(run, level)
            yield from ((folded, detail, f"groups folded below depth {level}: {because}") for detail in details)


def _operations(run: Run) -> int:
    return sum(not n.is_leaf for n in run.graph.nodes)


def _without_parameters(run: Run) -> list[str]:
    """Return the outermost groups that hold no parameter: the least is lost when they are folded."""
    outermost = dict.fromkeys(n.group[0] for n in run.graph.nodes if n.group)
    kept = {n.group[0] for n in run.graph.nodes if n.group and n.op == "parameter"}
    return [name for name in outermost if name not in kept]


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A sheet, and how it is shown: its steps, the canvas, its scale on it, and the caption's height."""

    sheet: Sheet
    steps: tuple[Step, ...]
    canvas: Canvas
    k: float
    caption: float
    place: Place
    heading: chrome.Heading

    @property
    def narrow(self) -> bool:
        """Whether the cards stand in a column that leaves most of the canvas empty."""
        return self.sheet.rankdir == "TB" and self.sheet.size[0] * self.k < 0.45 * self.canvas.width


def _canvas(options: Options, want: tuple[float, float]) -> Canvas:
    """Return the canvas for the size asked for; `want` is the scene's size that the graph would like to have."""
    width, height = options.width, options.height
    if options.panels and width is None and height is None:
        width = 1280
    if width is None and height is not None:
        width = round(height * 16 / 9)
    if width is None:
        if options.moving:
            width = 960 if want[0] <= 960 and want[1] <= 540 else 1280
        else:
            width = round(min(max(want[0], _NARROW), _WIDE))
    if height is None and (options.moving or options.panels):
        height = round(width * 9 / 16)
    # Between 960 and 1280 px the scene has the output's px; smaller outputs shrink it as far as text stays legible.
    scale = max(LEAST / _CHROME, width / 960) if width < 960 else max(1.0, width / 1280)
    scene = width / scale
    return Canvas(scene, height / scale if height else 0.0, (width, height or 0))


def _too_deep(run: Run, options: Options, detail: str, rows: int = 1) -> bool:
    """Tell whether a graph has so many ranks that its cards cannot be legible, however they are laid out."""
    canvas = _canvas(options, (_WIDE * 2, _WIDE * 2))
    tall = canvas.height or max(_TALLNESS * canvas.width, 720.0)
    room = rows * (canvas.width - 2 * chrome.MARGIN), tall - _HEAD - _AIR
    ways = ("LR",) if rows > 1 else ("LR", "TB") if options.rankdir == "auto" else (options.rankdir,)
    return all(bound.largest(run, detail, way, room) * canvas.scale < LEAST for way in ways)


def _fit_cards(run: Run, options: Options, detail: str) -> _Fitted | None:
    """Measure and lay out the cards; None where a number would be under 10 px in the output."""
    if len(run.graph.nodes) > _CARDS_AT_MOST or _too_deep(run, options, detail):
        return None
    names = Names(run.graph)
    backward = run.sweep("backward")
    count = terms(run.graph, backward) if backward else {}
    path = _path(run, options)
    best: _Fitted | None = None
    for rankdir in ("LR", "TB") if options.rankdir == "auto" else (options.rankdir,):
        cards = sheet(run, names, rankdir, count, detail=detail)
        fitted = _fit(cards, path, options)
        # Left to right is how people read, so the other way must be clearly larger.
        if best is None or fitted.k > best.k * 1.15:
            best = fitted
        if best.k >= 1:
            break
    assert best is not None
    legible = best.k * best.canvas.scale * best.sheet.least >= LEAST - 1e-6
    return best if legible else None


def _fit_rows(run: Run, options: Options, detail: str) -> _Fitted | None:
    """Break the cards into rows, where few edges cross; None where a number would be under 10 px in the output."""
    if _too_deep(run, options, detail, _ROWS[-1]):
        return None
    backward = run.sweep("backward")
    count = terms(run.graph, backward) if backward else {}
    cards = sheet(run, Names(run.graph), "LR", count, detail=detail)
    broken = [b for b in map(cards.wrapped, _ROWS) if b is not None]
    path = _path(run, options)
    best = max((_fit(b, path, options) for b in broken), key=lambda f: f.k, default=None)
    legible = best is not None and best.k * best.canvas.scale * best.sheet.least >= LEAST - 1e-6
    return best if legible else None


def _fit(cards: Sheet, path: tuple[Step, ...], options: Options) -> _Fitted:
    """Find the canvas, and the scale at which it holds the cards between the title and the caption."""
    w, h = cards.size
    tail = chrome.TIMELINE if options.moving else chrome.MARGIN * 0.75
    heat = any(face.thumbs for face in cards.faces)
    guess = _canvas(options, (w + 2 * chrome.MARGIN, h + _HEAD + 2 * _AIR + tail + 88))
    heading = chrome.Heading.make(options.title or "", guess.width, quantities(cards.run), heat=heat)
    around = heading.height + 2 * _AIR + tail
    inner = guess.width - 2 * chrome.MARGIN - 2 * caption.PAD
    tall = caption.height(cards.run, cards.names, path if options.moving else (), inner, cards.extents)
    canvas = _canvas(options, (w + 2 * chrome.MARGIN, h + around + tall))
    area = (chrome.MARGIN, heading.height, canvas.width - chrome.MARGIN, canvas.height - tail - tall - _AIR)
    place = _share(area, (w, h), weights(options.panels), wide(options.panels))
    k = min((place.graph[2] - place.graph[0]) / w, _GROWTH)
    if canvas.height:
        k = min(k, (place.graph[3] - place.graph[1] - _AIR) / h)
    else:
        k = min(k, 1.0) if options.width is None else k
        # A still much taller than wide is not read, so the graph must fit into a page's height.
        k = min(k, (max(_TALLNESS * canvas.width, 720.0) - around - tall) / h)
        height = h * max(k, 0.01) + around + tall
        pixels = (canvas.pixels[0], round(height * canvas.scale))
        canvas = Canvas(canvas.width, pixels[1] / canvas.scale, pixels)
        place = Place((area[0], area[1], area[2], canvas.height - tail - tall - _AIR), ())
    return _Fitted(cards, path, canvas, max(k, 0.0), tall, place, heading)


def _share(area: Box, size: tuple[float, float], shares: tuple[float, ...], over: bool) -> Place:
    """Put the panels right of the graph, as wide as it leaves room for, or over it where that fits it much better."""

    def scale(place: Place) -> float:
        x0, y0, x1, y1 = place.graph
        return min((x1 - x0) / size[0], (y1 - y0) / size[1], 1.0)

    def largest(places: list[Place]) -> Place:
        return next(p for p in places if scale(p) >= min(0.97, scale(places[-1])))

    if over:
        return beside(area, shares, _HALF, row=True)
    column = largest([beside(area, shares, part) for part in PARTS])
    row = largest([beside(area, shares, part, row=True) for part in ROWS])
    return row if scale(row) > 1.15 * scale(column) else column


def _with_cards(f: _Fitted, options: Options, look: Theme, level: str, said: list[str]) -> Drawing:
    run, names, canvas, title = f.sheet.run, f.sheet.names, f.canvas, options.title or ""
    w, h = f.sheet.size[0] * f.k, f.sheet.size[1] * f.k
    bottom = canvas.height - (chrome.TIMELINE if options.moving else chrome.MARGIN * 0.75)
    top = bottom - f.caption
    x0, y0, x1, y1 = f.place.graph
    x = round((x0 + x1 - w) / 2)
    y = round((y0 + y1 + _AIR - h) / 2)
    right = canvas.width - chrome.MARGIN
    line = chrome.tracks(f.steps, [s.label for s in run.sweeps], chrome.MARGIN, right) if options.moving else ()
    panel = caption.Panel((chrome.MARGIN, top, right, bottom), names, look)
    return Drawing(
        run, f.steps, names, look, level, (*said, *f.sheet.layout.said), canvas, title,
        Cards(f.sheet, x, y, f.k, look), f.heading.elements(title, look), panel, line,
        f.sheet.extents, _panels(options, f.place, look),
    )  # fmt: skip


def _with_lens(run: Run, names: Names, options: Options, look: Theme, said: list[str]) -> Drawing:
    """Draw the graph as an overview with a lens."""
    path = _path(run, options)
    canvas = _canvas(options, (_WIDE, _WIDE))
    rows, arrays = quantities(run), any(n.shape for n in run.graph.nodes)
    title = options.title or ""
    heading = chrome.Heading.make(title, canvas.width, rows, heat=False)
    tail = chrome.TIMELINE + 6 if options.moving else chrome.MARGIN
    if options.height is None:  # a lens is tall, and a narrow picture has it under the overview
        slim = lensplaces.narrow(canvas.width - 2 * chrome.MARGIN)
        least = max(_TALLNESS * canvas.width, 860.0) if slim else 654 + tail if canvas.height < 660 else 0.0
        if slim and options.panels:  # over both stand the panels
            both = lensplaces.least_below(rows, arrays)[1] + GAP
            least = max(least, heading.height + 4 + both / (1 - _OVER) + tail)
        pixels = (canvas.pixels[0], round(least * canvas.scale))
        canvas = Canvas(canvas.width, pixels[1] / canvas.scale, pixels) if least else canvas
    count = terms(run.graph, back) if (back := run.sweep("backward")) else {}
    right = canvas.width - chrome.MARGIN
    whole = (chrome.MARGIN, heading.height + 4, right, canvas.height - tail)
    place, below = _beside_lens(run, options, canvas, whole)
    picture = Overview.make(run, names, look, place.graph, count, rows, below=below)
    line = chrome.tracks(path, [s.label for s in run.sweeps], chrome.MARGIN, right) if options.moving else ()
    return Drawing(
        run, path, names, look, "overview", (*said, *picture.layout.said), canvas, title,
        picture, heading.elements(title, look), None, line, picture.lens.extents or None,
        panels=_panels(options, place, look),
    )  # fmt: skip


def _beside_lens(run: Run, options: Options, canvas: Canvas, area: Box) -> tuple[Place, bool]:
    """Share an area out between panels and a graph with its lens; tell whether the lens stands under the overview."""
    parts, rows, arrays = weights(options.panels), quantities(run), any(n.shape for n in run.graph.nodes)
    ways = [(beside(area, parts, _OVER, row=True), True)] if canvas.height > _UPRIGHT * canvas.width else []
    for place, below in (*ways, (beside(area, parts), False)):
        if lensplaces.shared(place.graph, rows, arrays, below=below).fits:
            return place, below
    w, h = lensplaces.least_below(rows, arrays)
    w += 2 * chrome.MARGIN
    h += chrome.Heading.make(options.title or "", w, rows, heat=False).height + 4 + canvas.height - area[3]
    wide, tall = (math.ceil(v * LEAST / _CHROME) + 1 for v in (w, h))
    raise TooLarge(
        f"{len(run.graph.nodes)} nodes{' and panels' if parts else ''} would not be legible on "
        f"{canvas.pixels[0]}×{canvas.pixels[1]} px: an overview with a lens takes at least {wide}×{tall}"
        f"{' without panels' if parts else ''}. Give more width or height, or fold groups with depth="
    )


def _panels(options: Options, place: Place, look: Theme) -> Beside | None:
    return Beside(options.panels, place.panels, look) if options.panels else None


def _title(run: Run, names: Names, options: Options) -> str:
    """Return the title asked for, else what the outputs are: o = tanh(x·w + b)."""
    if options.title is not None:
        return options.title
    said = []
    for i in run.graph.outputs[:3]:
        n, short = run.graph.nodes[i], names.formula(i)
        name = n.name if short == names.full(i) else short if composed(n.name) else n.name
        whole = names.full(i) if _INDEX.search(n.label) else n.label  # no v₇ is explained by now
        said.append(f"{name} = {whole}" if name and whole and whole != name else name or whole)
    return ",  ".join(said)
