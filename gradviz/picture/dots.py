"""The overview's marks: a node as a small shape that tells its role, coloured by what is known of it."""

from __future__ import annotations

from ..record import Node
from .fonts import measure
from .scene import Box, Mark, Path, Rect, Text, circle, line
from .theme import Theme

#: What can be known of a node, in the order in which it becomes known. A constant never changes.
STATUSES = ("unknown", "value", "tangent", "collecting", "grad", "constant")

RADIUS = 7.0  # of an operation's circle
SQUARE = 16.0  # side of a data or parameter mark
BRACKET = 14.0  # half the side of the active node's corner brackets
RING = 12.0  # radius of the ring around an output
HALO = 14.0  # radius of a receiver's glow
GAP = 11.0  # from a node's centre to where its edges begin
_LINE = 2.0


def colour(status: str, theme: Theme) -> str:
    """Return the colour of a mark's outline."""
    if status in ("collecting", "grad"):
        return theme.grad
    return theme.value if status in ("value", "tangent") else theme.idle


def dot(node: Node, status: str, x: float, y: float, s: float, theme: Theme) -> tuple[Mark, ...]:
    """Draw a node's mark at (x, y), `s` times its full size."""
    ink, w = colour(status, theme), max(0.75, _LINE * s)
    full = status in ("grad", "tangent")
    if node.op == "constant":
        h = max(1.25, 4 * s)
        return (Rect(x - h, y - h, 2 * h, 2 * h, min(1, s), theme.ground, ink, max(0.75, 1.5 * s)),)
    if not node.is_leaf:
        r = max(1.5, RADIUS * s)
        marks: list[Mark] = [circle(x, y, r, fill=ink if full else theme.ground, stroke=ink, line=w)]
        if status == "collecting":
            marks.append(_half_disc(x, y, r, ink))
        return tuple(marks)
    h, r = max(1.5, SQUARE / 2 * s), (1.0 if node.op == "data" else 4.0) * s
    marks = [Rect(x - h, y - h, 2 * h, 2 * h, r, ink if full else theme.ground, ink, w)]
    if status == "collecting":
        marks.append(Rect(x - h, y, 2 * h, h, 0 if node.op == "data" else r * 0.9, ink))
        if node.op == "parameter":
            marks.append(Rect(x - h, y, 2 * h, h / 2, 0, ink))
    if node.op == "parameter" and s >= 0.3:
        marks.append(circle(x, y, 3 * s, fill=theme.ink, stroke=theme.ground, line=1.5 * s))
    return tuple(marks)


def _half_disc(x: float, y: float, r: float, fill: str) -> Path:
    k = 0.5522847498 * r
    return Path("MCCZ", (x - r, y, x - r, y + k, x - k, y + r, x, y + r, x + k, y + r, x + r, y + k, x + r, y), fill)


def brackets(x0: float, y0: float, x1: float, y1: float, arm: float, width: float, stroke: str) -> Path:
    """Return four corners around a box."""
    xy = (
        x0 + arm, y0, x0, y0, x0, y0 + arm, x1 - arm, y0, x1, y0, x1, y0 + arm,
        x0 + arm, y1, x0, y1, x0, y1 - arm, x1 - arm, y1, x1, y1, x1, y1 - arm,
    )  # fmt: skip
    return Path("MLL" * 4, xy, None, stroke, width)


def bracketed(x: float, y: float, s: float, theme: Theme) -> Path:
    """Return the corner brackets of an active node at (x, y)."""
    h = max(3.5, BRACKET * s)
    return brackets(x - h, y - h, x + h, y + h, h * 0.57, max(1.0, 2.5 * s), theme.ink)


#: Entries of the key: what a circle looks like, and what that means.
_MEANINGS = {
    "unknown": "not yet known",
    "value": "value known",
    "tangent": "tangent known",
    "collecting": "collecting",
    "grad": "gradient known",
    "constant": "constant",
    "active": "active, in the lens",
}


def key(entries: tuple[str, ...], x: float, y: float, most: float, theme: Theme) -> tuple[tuple[Mark, ...], Box]:
    """Draw the key with its middle at y, from x on; entries that do not fit in `most` px are left out from the end."""
    marks: list[Mark] = []
    left, end = x, x
    for entry in entries:
        width = measure(_MEANINGS[entry], 12)
        if left + 22 + width > x + most:
            break
        cx = left + RADIUS + 1
        if entry == "active":
            marks.append(brackets(cx - 6.5, y - 6.5, cx + 6.5, y + 6.5, 4.5, 2.5, theme.ink))
        else:
            marks += dot(Node(0, "constant" if entry == "constant" else "key"), entry, cx, y, 1, theme)
        marks.append(Text(left + 22, y + 4.4, _MEANINGS[entry], 12, theme.ink, width))
        end = left + 22 + width
        left = end + 20
    return tuple(marks), (x, y - 9, end, y + 9)


def scale_key(low: str, high: str, x: float, y: float, theme: Theme) -> tuple[tuple[Mark, ...], float]:
    """Draw the legend of edge widths, between what is said of the thinnest and the widest; return its right end too."""
    marks: list[Mark] = [Text(x, y + 4.4, low, 12, theme.ink, measure(low, 12))]
    x += measure(low, 12) + 8
    for i, width in enumerate((1.0, 1.0 + (WIDEST - 1) / 2, WIDEST)):
        marks.append(line(x + 22 * i, y, x + 22 * i + 18, y, stroke=theme.grad, width=width))
    x += 70
    marks.append(Text(x, y + 4.4, high, 12, theme.ink, measure(high, 12)))
    return tuple(marks), x + measure(high, 12)


WIDEST = 3.0  # px, the edge of the largest contribution in the finished still
