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
from dataclasses import replace

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
from .panels import Beside, Place, beside, weights
from .panels.beside import GAP
from .scene import Box
from .sheet import quantities
from .theme import Theme
from .theme import theme as named_theme
from .words import Names, visible

__all__ = ["LEAST", "RANKDIRS", "REVEALS", "Options", "compose"]

_MOST_NODES = 20_000
_SYMBOL = re.compile(r"[^\W₀-₉][\w′]*")  # what a user called it, not what it was computed by
_LEAST_LEFT = 0.2  # of a graph's operations must still be seen when groups are folded to make it fit
_ROWS_AT_MOST = 80  # nodes of a graph broken into rows
_UPRIGHT = 0.9  # of the width, the height of a canvas with panels, overview and lens one under the other
_OVER = 0.26  # of such a canvas, what the panels take
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
    said = _unwritten(run, options)
    least = _LEAST_LEFT * _operations(run)
    spine: tuple[Fitted, str] | None = None
    for case, way, note in _candidates(run, options):
        detail, _, in_rows = way.partition(" in ")
        if case.run is not run and _operations(case.run) < max(least, 3):
            continue  # folded so far that the picture would tell nothing
        fitted = case.in_rows(detail) if in_rows else case.in_one(detail)
        if fitted is None or (spine is not None and in_rows and not fitted.rather_than(spine[0])):
            continue
        if spine is None and detail == "compact" and not in_rows and fitted.meagre:
            spine = fitted, note  # rows may be better
            continue
        if spine is not None and not in_rows:
            break
        said += [note] if note else []
        return _with_cards(fitted, options, look, "compact" if detail == "compact" else "full", said)
    if spine is not None:
        return _with_cards(spine[0], options, look, "compact", [*said, spine[1]])
    said.append("overview with a lens: the cards would not be legible at this size")
    return _with_lens(run, names, options, look, said)


def _candidates(run: Run, options: Options) -> Iterator[tuple[Case, str, str]]:
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


def _with_lens(run: Run, names: Names, options: Options, look: Theme, said: list[str]) -> Drawing:
    """Draw the graph as an overview with a lens."""
    path = Case(run, options).steps
    canvas = canvas_for(options, (WIDE, WIDE))
    rows, arrays = quantities(run), any(n.shape for n in run.graph.nodes)
    title = options.title or ""
    heading = chrome.Heading.make(title, canvas.width, rows, heat=False, roles=chrome.roles(run))
    tail = chrome.TIMELINE + 6 if options.moving else chrome.MARGIN
    if options.height is None:  # a lens is tall, and a narrow picture has it under the overview
        slim = lensplaces.narrow(canvas.width - 2 * chrome.MARGIN)
        least = max(TALLNESS * canvas.width, 860.0) if slim else 654 + tail if canvas.height < 660 else 0.0
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
    sizes: list[str] = []
    for w, h in (lensplaces.least_below(rows, arrays), lensplaces.least_beside(rows, arrays)):
        least = math.ceil((w + 2 * chrome.MARGIN) * LEAST / CHROME) + 1
        # The lens beside it is told for the width that was asked for: a wider picture is drawn larger.
        least = max(least, canvas.pixels[0]) if sizes else least
        on = canvas_for(replace(options, width=least, height=least), (WIDE, WIDE))
        head = chrome.Heading.make(options.title or "", on.width, rows, heat=False, roles=chrome.roles(run)).height + 4
        sizes.append(f"{least}×{math.ceil((head + h + canvas.height - area[3]) * on.scale) + 1}")
    raise TooLarge(
        f"{len(run.graph.nodes)} nodes{' and panels' if parts else ''} would not be legible on "
        f"{canvas.pixels[0]}×{canvas.pixels[1]} px: an overview with a lens takes at least {sizes[0]} upright, or "
        f"{sizes[1]} with the lens beside it{', without panels' if parts else ''}. "
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
