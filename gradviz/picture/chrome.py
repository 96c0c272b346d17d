"""What stands around the graph: title, legend, and the time line that says where we are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np

from ..record import Run, Step
from .card import knob_marks, text
from .fonts import measure
from .heatmap import thumb
from .scene import Element, Mark, Path, Rect, circle, line
from .theme import Theme
from .words import cut, visible

MARGIN = 24.0
ROLES = ("parameter", "data")
TIMELINE = 60.0  # px from the caption's end to the canvas' end
_TITLE, _LEAST_TITLE = 17.0, 13.0  # px; a long title is set smaller before it is cut
_BETWEEN_PARTS = ",  "  # as between the outputs of a title
_NARROW = 720.0  # px; on a narrower canvas the legend may stand under the title
_LEAST_ROOM = 100.0  # px, for a title beside the legend
_LINE = 21.0  # px from a line of the legend to the next
_BETWEEN = 28.0  # between the tracks of two sweeps
_TICKS = 12  # of a track, in one element
# At the ends of the heatmaps' colours: words, or what ±1 on a card means.
_ENDS = {"heat": ("negative", "positive"), "limits": ("±1:  −1", "1")}
_NAMED = 8  # more tracks than that stand close together, and only the current one is named


def sweep_colour(kind: str, theme: Theme) -> tuple[str, str]:
    """Return the line and text colours of a sweep; only the backward one is vermilion."""
    if kind == "backward":
        return theme.grad, theme.grad_text
    return (theme.ink, theme.ink) if kind == "update" else (theme.value, theme.value)


def roles(run: Run) -> tuple[str, ...]:
    """Return the roles that leaves of a run have, for the legend."""
    held = {node.op for node in run.graph.nodes}
    return tuple(role for role in ROLES if role in held)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the legend explains: its word, and the px that it takes with what follows it."""

    name: str
    width: float


def legend_items(rows: Sequence[str], *, heat: bool, limits: bool = False, roles: Sequence[str] = ROLES) -> list[Item]:
    """Return what the legend explains, left to right: the heatmaps' colours, the quantities, the roles."""
    names = ["value", *(["tangent"] if "tangent" in rows else []), *(["gradient"] if "grad" in rows else [])]
    found = [Item(name, 18 + 6 + measure(name, 12) + 18) for name in (*names, *roles, "output")]
    if heat:
        name = "limits" if limits else "heat"
        found.insert(0, Item(name, 72 + 16 + sum(measure(end, 12) for end in _ENDS[name]) + 24))
    return found


@dataclass(frozen=True, slots=True)
class Heading:
    """The title and the legend over a picture: side by side or, where it is narrow, the legend in lines of its own.

    room   px that the title has
    lines  the legend's
    """

    width: float
    room: float
    lines: tuple[tuple[Item, ...], ...]

    @classmethod
    def make(
        cls, string: str, width: float, rows: Sequence[str], *, heat: bool, limits: bool = False,
        roles: Sequence[str] = ROLES,
    ) -> Heading:  # fmt: skip
        """Arrange them on a canvas so wide; `roles` are those of the graph's leaves.

        heat, limits  whether there are heatmaps, and whether their cards say how large the ends of their scales are
        """
        items, inner = legend_items(rows, heat=heat, limits=limits, roles=roles), width - 2 * MARGIN
        room = inner - sum(i.width for i in items) + 18 - 24
        fits = width >= _NARROW or measure(visible(string)[:400], _TITLE, bold=True) <= room
        if fits and room >= _LEAST_ROOM:
            return cls(width, room, (tuple(items),))
        most = inner
        while most > 8 and len(_broken(items, most - 8)) == len(_broken(items, inner)):
            most -= 8  # lines of about the same width
        return cls(width, inner, _broken(items, most))

    @property
    def stacked(self) -> bool:
        return self.room == self.width - 2 * MARGIN

    @property
    def height(self) -> float:
        """How far down it reaches, with the air under it."""
        return 66.0 + _LINE * (len(self.lines) - 1) if self.stacked else 56.0

    def elements(self, string: str, theme: Theme) -> tuple[Element, ...]:
        """Draw them."""
        cy = 49.0 if self.stacked else 30.0
        right = self.width - MARGIN
        marks: list[Mark] = []
        for n, items in enumerate(self.lines):
            x = MARGIN if self.stacked else right - sum(i.width for i in items) + 18
            marks += _legend(items, x, cy + _LINE * n, theme)
        return (
            title(string, MARGIN, 27 if self.stacked else 36, self.room, theme),
            Element("legend", "legend", tuple(marks)),
        )


def _broken(items: Sequence[Item], most: float) -> tuple[tuple[Item, ...], ...]:
    """Break items into lines at most so many px wide."""
    lines: list[tuple[Item, ...]] = []
    for item in items:
        if lines and sum(i.width for i in lines[-1]) + item.width - 18 <= most:
            lines[-1] += (item,)
        else:
            lines.append((item,))
    return tuple(lines)


def _legend(items: Sequence[Item], x: float, cy: float, theme: Theme) -> list[Mark]:
    """Draw a line of the legend from x, centred at cy."""
    marks: list[Mark] = []
    base = cy + 4.4
    for item in items:
        if item.name in _ENDS:
            ends = _ENDS[item.name]
            low = text(x, base, ends[0], 12, theme.ink)
            x = round(x + low.width + 8)
            high = text(x + 70 + 8, base, ends[1], 12, theme.ink)
            cells = thumb(np.array([[-1.0, -0.5, 0.0, 0.4, 1.0]]), x, cy - 7, 14, 1.0, theme)
            marks += [low, *cells, high]
            x += 70 + 8 + high.width + 24
            continue
        match item.name:
            case "value" | "tangent":
                dash = (3.0, 2.0) if item.name == "tangent" else ()
                marks.append(Rect(x, cy - 7, 18, 14, 4, theme.value_tint, theme.value, 1.5, dash))
            case "gradient":
                marks.append(Rect(x, cy - 7, 18, 14, 4, theme.grad_tint, theme.grad, 1.5))
            case "parameter":
                marks.append(Rect(x, cy - 8, 18, 16, 4, theme.solid))
                marks += knob_marks(x + 9, cy, 4, theme.on_solid)
            case "data":
                marks.append(Rect(x + 1, cy - 7, 16, 14, 3, None, theme.ink, 1.5))
            case _:
                marks.append(Rect(x + 3, cy - 5, 12, 10, 2, None, theme.ink, 1.25))
                marks.append(Rect(x, cy - 8, 18, 16, 4, None, theme.ink, 1.25))
        marks.append(text(x + 18 + 6, base, item.name, 12, theme.ink))
        x += item.width
    return marks


@lru_cache(maxsize=4096)
def shorten(string: str, most: float, size: float, *, bold: bool = False) -> str:
    """Cut a line of text until it is at most so many px wide: its last parts, else its end or its middle."""
    string = visible(string)
    if measure(string[:2000], size, bold=bold) <= most and len(string) <= 2000:
        return string
    parts = string[:2000].split(_BETWEEN_PARTS)
    for n in range(len(parts) - 1, 0, -1):
        whole = _BETWEEN_PARTS.join(parts[:n])  # what is left says nothing wrong, with dots or without
        for shorter in (f"{whole}, …", whole):
            if measure(shorter, size, bold=bold) <= most:
                return shorter
    low, high = 1, min(len(string), 400)
    while low < high:  # the longest cut that fits
        middle = (low + high + 1) // 2
        if measure(cut(string, middle), size, bold=bold) <= most:
            low = middle
        else:
            high = middle - 1
    return cut(string, low)


def title(string: str, x: float, baseline: float, most: float, theme: Theme) -> Element:
    """Draw the title; what does not fit is in its tooltip."""
    size = _TITLE
    while size > _LEAST_TITLE and measure(visible(string)[:400], size, bold=True) > most:
        size -= 1
    shown = shorten(string, most, size, bold=True)
    whole = visible(string) if shown != string else ""
    return Element("title", "title", (text(x, baseline, shown, size, theme.ink, bold=True),), whole)


@dataclass(frozen=True, slots=True)
class Track:
    """One sweep on the time line: its kind, its name, its steps, and where its line starts and ends (px)."""

    kind: str
    name: str
    n: int
    x0: float
    x1: float
    named: bool

    def at(self, k: int) -> float:
        """Return where step k stands, k from 1."""
        return self.x1 if self.n == 1 else self.x0 + (self.x1 - self.x0) * (k - 1) / (self.n - 1)


def tracks(steps: Sequence[Step], labels: Sequence[str], x0: float, x1: float) -> tuple[Track, ...]:
    """Share the time line out among the sweeps: one step is as long in all of them."""
    counts: list[tuple[str, str, int]] = []
    said: list[float] = []  # how wide what is said of a step gets
    for step in steps:
        if step.k == 1:
            name = labels[step.sweep] or step.kind
            counts.append(("update" if step.whole else step.kind, name, step.n))
            said.append(measure(f"iteration {step.iteration}, " if step.iteration else "", 13) + _step_width(step.n))
    if not counts:
        return ()
    between = _BETWEEN if len(counts) <= _NAMED else 6.0
    room = x1 - x0 - between * (len(counts) - 1)
    wants = [measure(name, 13, bold=True) + 16 + w for (_, name, _), w in zip(counts, said, strict=True)]
    weights = [max(n - 1, 0.6) for *_, n in counts]
    widths = [room * w / sum(weights) for w in weights]
    if sum(wants) <= room:  # every name has its place: take what a short track lacks from the long ones
        lack = [max(0.0, want - w) for want, w in zip(wants, widths, strict=True)]
        spare = [max(0.0, w - want) for want, w in zip(wants, widths, strict=True)]
        part = sum(lack) / sum(spare) if sum(spare) else 0.0
        widths = [w + a - b * part for w, a, b in zip(widths, lack, spare, strict=True)]
        named = True
    else:
        named = False
    found, x = [], x0
    for (kind, name, n), w in zip(counts, widths, strict=True):
        found.append(Track(kind, name, n, x, x + w, named))
        x += w + between
    return tuple(found)


def _step_width(n: int) -> float:
    return measure(f"step {n} of {n}", 13) + 8


def timeline(line_of: Sequence[Track], current: int, k: int, y: float, theme: Theme, said: str = "") -> list[Element]:
    """Draw the tracks and say which step is shown: the k-th of the track `current`; all are done after the last.

    said   stands in place of "step k of n"

    A track is several elements, a few ticks each, so that a step changes one of them.
    """
    parts: list[Element] = []
    for i, t in enumerate(line_of):
        stroke, ink = sweep_colour(t.kind, theme)
        done = t.n if i < current else k if i == current else 0
        parts += _track(i, t, done, y, stroke, theme.idle)
        if t.named or i == current or (current >= len(line_of) <= _NAMED and i == 0):
            x = t.x0 if t.named else min(t.x0, line_of[-1].x1 - 260)
            marks = [text(x, y - 16, t.name, 13, ink, bold=True)]
            if i == current:
                marks.append(text(x + marks[0].width + 10, y - 16, said or f"step {k} of {t.n}", 13, theme.ink))
            parts.append(Element(f"track-name-{i}", "timeline", tuple(marks)))
    if current < len(line_of):
        stroke, _ = sweep_colour(line_of[current].kind, theme)
        ring = circle(line_of[current].at(k), y, 7, fill=theme.ground, stroke=stroke, line=3)
        parts.append(Element("timeline-now", "timeline", (ring,)))
    return parts


def _track(i: int, t: Track, done: int, y: float, stroke: str, idle: str) -> Iterator[Element]:
    apart = (t.x1 - t.x0) / max(t.n - 1, 1)
    every = max(1, ceil(6 / apart)) if apart else 1
    half = 5.0 if apart * every >= 16 else 4.0
    ticks = [*range(1, t.n, every), t.n]
    for b in range(0, len(ticks), _TICKS):
        shown = tuple(ticks[b : b + _TICKS])
        end = (ticks[b + _TICKS :] or [t.n])[0]
        yield _piece(
            f"track-{i}-{b // _TICKS}", t, shown, end, min(max(done, shown[0] - 1), end), y, half, stroke, idle
        )


@lru_cache(maxsize=512)
def _piece(
    name: str, t: Track, shown: tuple[int, ...], end: int, done: int, y: float, half: float, stroke: str, idle: str
) -> Element:
    """Draw a piece of a track from its first tick to the step `end`, where the next piece starts."""
    marks: list[Mark] = []
    x0, x1 = t.x0 if shown[0] == 1 else t.at(shown[0]), t.at(end)
    split = max(x0, t.at(done)) if done else x0
    if split < x1:
        marks.append(line(split, y, x1, y, stroke=idle, width=1.5))
    if split > x0:
        marks.append(line(x0, y, split, y, stroke=stroke, width=3))
    for colour, xs in ((stroke, [t.at(k) for k in shown if k <= done]), (idle, [t.at(k) for k in shown if k > done])):
        if xs:
            xy = tuple(v for x in xs for v in (x, y - half, x, y + half))
            marks.append(Path("ML" * len(xs), xy, None, colour, 1.5))
    return Element(name, "timeline", tuple(marks))
