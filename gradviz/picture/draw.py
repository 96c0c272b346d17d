"""From a Run to the frames of a film: choose how much fits, lay it out once, then draw what changes.

What is tried, in this order: full cards; full cards with the groups folded that hold no parameter; full cards
in rows, as text is in lines; compact cards, in one row or in several; the deepest groups folded; and at last an
overview with a lens. What is chosen depends on the output's size only, so a film has one picture throughout.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ..errors import NotCollapsible, TooLarge
from ..record import Run, terms
from ..record.group import collapse
from . import caption, chrome, lensplaces
from .cards import Cards
from .digits import few
from .drawing import Canvas, Drawing
from .face import MOST
from .fitted import AIR, CHROME, LEAST, RANKDIRS, REVEALS, TALLNESS, WIDE, Case, Fitted, Options, canvas_for
from .fonts import missing
from .heatmap import thumb_size
from .overview import Overview
from .panels import PARTS, ROWS, Beside, Place, beside, wants, wide
from .panels.beside import GAP
from .scene import Box
from .sheet import quantities
from .theme import Theme
from .theme import theme as named_theme
from .words import Names, visible

__all__ = ["LEAST", "RANKDIRS", "REVEALS", "Options", "compose"]

_MOST_NODES = 20_000
_SYMBOL = re.compile(r"[^\W₀-₉][\w′]*")  # what a user called it, not what it was computed by
_Way: TypeAlias = tuple[Case, str, str]  # cards of a case, their detail and whether in rows, what is said of it
_LEAST_LEFT = 0.2  # of a graph's operations must still be seen when groups are folded to make it fit
_ROWS_AT_MOST = 80  # nodes of a graph broken into rows
_UPRIGHT = 0.9  # of the width, the height of a canvas with panels, overview and lens one under the other
_OVER = (0.26, 0.32, 0.38, 0.45, 0.52)  # of such a canvas, what the panels take: the first in which they have room
_TALLER = (0.65, 0.75, 0.87, 1.0, 1.12, TALLNESS)  # of the width, the height that panels may ask for
_TALLEST = 2.2  # of the width, the height of a canvas with panels, overview and lens, or one that an error tells of
_MOST_LISTED = 12  # characters


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
    lacking = _unwritten(run, options)
    ways = [*_candidates(run, options)] if options.panels else _candidates(run, options)
    chosen = _chosen(ways, run)
    if chosen is None and isinstance(ways, list) and options.height is None and _chosen(_changed(ways, panels=()), run):
        # It is the panels that are in the way of the cards: they get a taller canvas.
        chosen = next(filter(None, (_chosen(_changed(ways, shape), run) for shape in _TALLER)), None)
    if chosen is not None:
        fitted, level, note = chosen
        return _with_cards(fitted, options, look, level, [*lacking, *([note] if note else [])])
    lens = _Lens.fitted(run, options)
    if lens is None:
        raise _refused(run, options, ways if isinstance(ways, list) else [])
    return _with_lens(run, names, options, look, lens, lacking)


def _chosen(ways: Iterable[_Way], run: Run) -> tuple[Fitted, str, str] | None:
    """Return the first way that can be read, its level of detail, and what is to be said of it."""
    least = _LEAST_LEFT * _operations(run)
    spine: tuple[Case, Fitted, str] | None = None
    for case, way, note in ways:
        detail, _, in_rows = way.partition(" in ")
        if case.run is not run and _operations(case.run) < max(least, 3):
            continue  # folded so far that the picture would tell nothing
        fitted = case.in_rows(detail) if in_rows else case.in_one(detail)
        if fitted is None or (spine is not None and in_rows and not fitted.rather_than(spine[1])):
            continue
        if spine is None and detail == "compact" and not in_rows and fitted.meagre:
            spine = case, fitted, note  # rows may be better
            continue
        if spine is not None and not in_rows:
            break
        if detail == "compact":
            return case.with_names(fitted, in_rows=bool(in_rows)), "compact", note
        return fitted, "full", note
    return spine and (spine[0].with_names(spine[1]), "compact", spine[2])


def _changed(ways: Iterable[_Way], shape: float | None = None, **options: Any) -> Iterator[_Way]:
    """Yield the same ways for a canvas of another shape, or with other options; what was laid out is kept."""
    for case, way, note in ways:
        yield (
            replace(case, shape=case.shape if shape is None else shape, options=replace(case.options, **options)),
            way,
            note,
        )


def _candidates(run: Run, options: Options) -> Iterator[_Way]:
    """Yield what to try, the most telling first; smaller thumbnails before anything is left out."""
    shapes = [n.shape for n in run.graph.nodes if n.shape]
    large = any(few(s) or thumb_size(s, most=MOST["small"]) != thumb_size(s) for s in shapes)
    details = ("full", "small") if large else ("full",)
    whole = Case(run, options)
    yield from ((whole, detail, "") for detail in details)
    because = "all full cards would not be legible at this size"
    plain = _without_parameters(run)
    if plain:
        with suppress(NotCollapsible):
            folded = Case(collapse(run, groups=plain), options)
            yield from ((folded, detail, f"folded {', '.join(plain)}: {because}") for detail in details)
    rows = len(run.graph.nodes) <= _ROWS_AT_MOST and options.rankdir != "TB"
    in_one = "in one row they would not be legible at this size"
    if rows:
        yield from ((whole, f"{detail} in rows", f"full cards in rows: {in_one}") for detail in details)
    yield whole, "compact", f"compact cards: {because}"
    if rows:
        yield whole, "compact in rows", f"compact cards in rows: {in_one}"
    depth = max((len(n.group) for n in run.graph.nodes), default=0)
    for level in range(depth - 1, -1, -1):
        with suppress(NotCollapsible):
            folded = Case(collapse(run, level), options)
            yield from ((folded, detail, f"groups folded below depth {level}: {because}") for detail in details)


def _operations(run: Run) -> int:
    return sum(not n.is_leaf for n in run.graph.nodes)


def _without_parameters(run: Run) -> list[str]:
    """Return the outermost groups that hold no parameter: the least is lost when they are folded."""
    outermost = dict.fromkeys(n.group[0] for n in run.graph.nodes if n.group)
    kept = {n.group[0] for n in run.graph.nodes if n.group and n.op == "parameter"}
    return [name for name in outermost if name not in kept]


def _with_cards(f: Fitted, options: Options, look: Theme, level: str, said: list[str]) -> Drawing:
    run, names, canvas, title = f.sheet.run, f.sheet.names, f.canvas, options.title or ""
    w, h = f.sheet.size[0] * f.k, f.sheet.size[1] * f.k
    bottom = canvas.height - (chrome.TIMELINE if options.moving else chrome.MARGIN * 0.75)
    top = bottom - f.caption
    x0, y0, x1, y1 = f.place.graph
    x = round((x0 + x1 - w) / 2)
    y = round((y0 + y1 + AIR - h) / 2)
    right = canvas.width - chrome.MARGIN
    line = chrome.tracks(f.steps, [s.label for s in run.sweeps], chrome.MARGIN, right) if options.moving else ()
    panel = caption.Panel((chrome.MARGIN, top, right, bottom), names, look)
    return Drawing(
        run, f.steps, names, look, level, (*said, *f.sheet.layout.said), canvas, title,
        Cards(f.sheet, x, y, f.k, look), f.heading.elements(title, look), panel, line,
        f.sheet.extents, _panels(options, f.place, look),
    )  # fmt: skip


def _with_lens(run: Run, names: Names, options: Options, look: Theme, lens: _Lens, lacking: Sequence[str]) -> Drawing:
    """Draw the graph as an overview with a lens."""
    path, canvas = Case(run, options).steps, lens.canvas
    title = options.title or ""
    count = terms(run.graph, back) if (back := run.sweep("backward")) else {}
    right = canvas.width - chrome.MARGIN
    picture = Overview.make(run, names, look, lens.place.graph, count, quantities(run), below=lens.below)
    line = chrome.tracks(path, [s.label for s in run.sweeps], chrome.MARGIN, right) if options.moving else ()
    why = "overview with a lens: the cards would not be legible at this size"
    return Drawing(
        run, path, names, look, "overview", (*lacking, why, *picture.layout.said), canvas, title,
        picture, lens.heading.elements(title, look), None, line, picture.lens.extents or None,
        panels=_panels(options, lens.place, look),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lens:
    """Where panels and a graph with its lens stand, and whether the lens stands under the overview."""

    canvas: Canvas
    heading: chrome.Heading
    place: Place
    below: bool

    @classmethod
    def fitted(cls, run: Run, options: Options) -> _Lens | None:
        """Find the canvas and their places on it; None where one of them could not be read."""
        canvas = canvas_for(options, (WIDE, WIDE))
        rows, arrays = quantities(run), any(n.shape for n in run.graph.nodes)
        heading = chrome.Heading.make(options.title or "", canvas.width, rows, heat=False, roles=chrome.roles(run))
        tail = _tail(options)
        if options.height is None:  # a lens is tall, and a narrow picture has it under the overview
            slim = lensplaces.narrow(canvas.width - 2 * chrome.MARGIN)
            least = max(TALLNESS * canvas.width, 860.0) if slim else 654 + tail if canvas.height < 660 else 0.0
            if slim and options.panels:  # over both stand the panels
                both = lensplaces.least_below(rows, arrays)[1] + GAP
                least = max(least, heading.height + 4 + both / (1 - _OVER[0]) + tail)
            canvas = _taller(canvas, least) if least else canvas
        while True:
            area = (chrome.MARGIN, heading.height + 4, canvas.width - chrome.MARGIN, canvas.height - tail)
            upright = canvas.height > _UPRIGHT * canvas.width
            for place, below in _beside_lens(run, options, area, upright):
                if lensplaces.shared(place.graph, rows, arrays, below=below).fits:
                    return cls(canvas, heading, place, below)
            if options.height is not None or not options.panels or canvas.height > _TALLEST * canvas.width:
                return None
            canvas = _taller(canvas, 1.06 * canvas.height)


def _tail(options: Options) -> float:
    """Return the px under a lens."""
    return chrome.TIMELINE + 6 if options.moving else chrome.MARGIN


def _taller(canvas: Canvas, height: float) -> Canvas:
    pixels = (canvas.pixels[0], round(height * canvas.scale))
    return Canvas(canvas.width, pixels[1] / canvas.scale, pixels)


def _beside_lens(run: Run, options: Options, area: Box, upright: bool) -> Iterator[tuple[Place, bool]]:
    """Yield how an area may be shared out between panels and a graph with its lens, and whether it is under it."""
    wanted, over = wants(run, options.panels), [*_OVER[: len(_OVER) if options.panels else 1]]
    if upright:
        yield from ((p, True) for part in over if (p := beside(area, wanted, part, row=True)))
    if not wide(options.panels):
        yield from ((p, False) for part in PARTS[::-1] if (p := beside(area, wanted, part)))
    if options.panels:
        yield from ((p, False) for part in ROWS[::-1] if (p := beside(area, wanted, part, row=True)))


def _refused(run: Run, options: Options, ways: Iterable[_Way]) -> TooLarge:
    """Return the error that tells which size can hold what was asked for."""
    canvas = canvas_for(options, (WIDE, WIDE))
    rows, arrays = quantities(run), any(n.shape for n in run.graph.nodes)
    (width, height), sizes = canvas.pixels, list[str]()
    nodes = f"{(n := len(run.graph.nodes))} node{'s' * (n != 1)}"
    if options.panels:
        higher = [(width, height + height * k // 20) for k in range(1, 80) if height * k <= 20 * _TALLEST * width]
        larger = [(width + width * k // 20, height + height * k // 20) for k in range(1, 80)]
        for tried in (higher, larger):
            for w, h in tried:
                lens = _Lens.fitted(run, replace(options, width=w, height=h))
                if lens or _chosen(_changed(ways, width=w, height=h), run):
                    sizes.append(f"{w}×{h}")
                    break
        return TooLarge(
            f"{len(options.panels)} panel{'s'[: len(options.panels) > 1]} and {nodes} would not "
            f"be legible on {width}×{height} px: they take {' or '.join(dict.fromkeys(sizes)) or 'a larger size'}. "
            "Give more width or height, or fewer panels"
        )
    for across, up in (lensplaces.least_below(rows, arrays), lensplaces.least_beside(rows, arrays)):
        least = math.ceil((across + 2 * chrome.MARGIN) * LEAST / CHROME) + 1
        # The lens beside it is told for the width that was asked for: a wider picture is drawn larger.
        least = max(least, width) if sizes else least
        on = canvas_for(replace(options, width=least, height=least), (WIDE, WIDE))
        head = chrome.Heading.make(options.title or "", on.width, rows, heat=False, roles=chrome.roles(run)).height + 4
        sizes.append(f"{least}×{math.ceil((head + up + _tail(options)) * on.scale) + 1}")
    return TooLarge(
        f"{nodes} would not be legible on {width}×{height} px: an overview with a lens takes at "
        f"least {sizes[0]} upright, or {sizes[1]} with the lens beside it. "
        "Give more width or height, or fold groups with depth="
    )


def _unwritten(run: Run, options: Options) -> list[str]:
    """Say which characters no font here has."""
    texts = {options.title or "", *(t for n in run.graph.nodes for t in (n.name, n.label, *n.group))}
    lacking = missing(visible("".join(sorted(texts))))
    if not lacking:
        return []
    listed = " ".join(lacking[:_MOST_LISTED]) + (" …" if len(lacking) > _MOST_LISTED else "")
    return [f"no font here has {listed}, drawn as codes in boxes; name a file of one that has in GRADVIZ_FONT"]


def _panels(options: Options, place: Place, look: Theme) -> Beside | None:
    return Beside(options.panels, place.panels, look) if options.panels else None


def _title(run: Run, names: Names, options: Options) -> str:
    """Return the title asked for, else what the outputs are: o = tanh(x·w + b)."""
    if options.title is not None:
        return options.title
    said = []
    for i in run.graph.outputs[:3]:
        n, short = run.graph.nodes[i], names.formula(i)
        name = n.name if short == names.full(i) or _SYMBOL.fullmatch(n.name) else short
        whole = names.full(i) if names.shortened(n.label) else n.label  # no v₇ is explained by now
        if name == whole and short != whole:
            name = short  # what f or v₇ is can be told only here
        said.append(f"{name} = {whole}" if name and whole and whole != name else name or whole)
    return ",  ".join(said)
