"""The lens's edges: curves that run down from card to card, and the chips that find room beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .card import text
from .fonts import measure
from .lenscard import CENTRE, accent
from .scene import Box, Mark, Path, Rect
from .theme import Theme

_LEAST = 46.0  # px of a chip, so that numbers of about one length have chips of one width


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge between two cards.

    xy     a cubic that runs down
    state  "ahead" and "back" are what the step uses, "done" what went back before, else it is "idle"
    says   its local derivative, as its chip shows it; empty for none
    """

    xy: tuple[float, ...]
    state: str
    says: str = ""


def edges(wires: Sequence[Wire], kind: str, theme: Theme) -> list[Mark]:
    """Draw the edges of a step of a kind, those that it uses over the others."""
    order = sorted(wires, key=lambda w: ("idle", "done", "back", "ahead").index(w.state))
    return [mark for w in order for mark in draw_edge(w.xy, w.state, kind, theme)]


def chips(wires: Sequence[Wire], words: Sequence[Box], left: float, right: float, theme: Theme) -> list[Mark]:
    """Draw the chips that find room beside their edge, between left and right, where they touch no edge and no word."""
    marks: list[Mark] = []
    taken, curves = list(words), tuple(w.xy for w in wires)
    for w in wires:
        if not w.says:
            continue
        prefer = 1 if w.xy[0] + w.xy[6] >= left + right - 1 else -1
        place = beside_curve(w.xy, curves, tuple(taken), chip_width(w.says), prefer, (left, right))
        if place:
            drawn, box = chip(*place, w.says, w.state == "back", theme)
            marks += drawn
            taken.append(box)
    return marks


def bend(x0: float, y0: float, x1: float, y1: float) -> tuple[float, ...]:
    """Return a cubic that leaves downwards and arrives downwards."""
    h = (y1 - y0) / 2
    return (x0, y0, x0, y0 + h, x1, y1 - h, x1, y1)


def arrow(x: float, y: float, length: float, width: float, down: float, fill: str) -> Path:
    """Return an arrow head whose point is at (x, y); down is 1 or -1."""
    return Path("MLLZ", (x, y, x - width / 2, y - down * length, x + width / 2, y - down * length), fill)


def chip(x: float, y: float, string: str, active: bool, theme: Theme) -> tuple[list[Mark], Box]:
    """Draw a chip with its left end at x, its middle at y."""
    wide = chip_width(string)
    box = (x, y - 10, x + wide, y + 10)
    fill, ink = (theme.chip, theme.on_chip) if active else (theme.card, theme.grad_text)
    rect = Rect(x, y - 10, wide, 20, 10, fill, None if active else theme.grad, 0 if active else 1.25)
    return [rect, text(x + wide / 2, y + CENTRE * 12, string, 12, ink, anchor="middle")], box


def chip_width(string: str) -> float:
    return max(_LEAST, measure(string, 12) + 12)


@lru_cache(maxsize=256)
def sampled(xy: tuple[float, ...], n: int = 24) -> list[tuple[float, float]]:
    """Return points along a cubic."""
    x0, y0, x1, y1, x2, y2, x3, y3 = xy
    found = []
    for i in range(n + 1):
        t = i / n
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found


@lru_cache(maxsize=1024)  # edges and chips of one size stand at the same places in frame after frame
def beside_curve(
    xy: tuple[float, ...], curves: tuple[tuple[float, ...], ...], taken: tuple[Box, ...], wide: float, prefer: int,
    within: tuple[float, float],
) -> tuple[float, float] | None:  # fmt: skip
    """Find the left end and middle of a chip beside a cubic that touches no curve and nothing taken; None if none.

    prefer  -1 tries the left side first, 1 the right side
    within  the px from which and to which it may reach
    """
    own = sampled(xy)
    others = [p for c in curves for p in sampled(c)]
    top, bottom = min(p[1] for p in own), max(p[1] for p in own)
    for side in (prefer, -prefer):
        for share in (0.5, 0.4, 0.6, 0.32, 0.68):
            y = top + share * (bottom - top)
            near = [p[0] for p in own if y - 13 <= p[1] <= y + 13] or [own[12][0]]
            x = min(near) - 7 - wide if side < 0 else max(near) + 7
            box = (x - 4, y - 13, x + wide + 4, y + 13)
            if box[0] < within[0] or box[2] > within[1]:
                continue
            if any(box[0] < px < box[2] and box[1] < py < box[3] for px, py in others):
                continue
            if any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
                continue
            return x, y
    return None


def draw_edge(xy: tuple[float, ...], state: str, kind: str, theme: Theme) -> list[Mark]:
    """Draw an edge in its state, see `Wire`."""
    x0, y0, x1, y1 = xy[0], xy[1], xy[6], xy[7]
    if state == "ahead":
        colour = accent(kind, theme)[0]
        return [_trimmed(xy, 0, 9, colour, 3), arrow(x1, y1, 11, 10, 1, colour)]
    if state == "idle":
        return [_trimmed(xy, 0, 8, theme.idle, 1.25), arrow(x1, y1, 9, 8, 1, theme.idle)]
    active = state == "back"
    back = arrow(x0, y0, 11, 10, -1, theme.grad) if active else arrow(x0, y0, 9, 8, -1, theme.grad)
    return [_trimmed(xy, 8, 8, theme.grad, 3 if active else 1.75), arrow(x1, y1, 9, 8, 1, theme.idle), back]


def _trimmed(xy: tuple[float, ...], start: float, end: float, stroke: str, width: float) -> Path:
    """Shorten a downward curve at both ends, where heads are drawn."""
    x0, y0, x1, y1 = xy[0], xy[1] + start, xy[6], xy[7] - end
    return Path("MC", bend(x0, y0, x1, y1), None, stroke, width)
