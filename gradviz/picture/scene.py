"""What a picture is made of: four marks, elements that hold them, a scene, and a frame of a film.

All lengths are px of the scene, y down. A writer scales the whole scene to the output's size. Colours are
"#RRGGBB"; there is no opacity. Every value is frozen, so what did not change between two frames can be, and is,
the same object: writers find what to draw again by `is`. Marks are named tuples: each frame makes a hundred, and looks
more of them up, which takes a third of the time that frozen dataclasses would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

#: x0, y0, x1, y1
Box: TypeAlias = tuple[float, float, float, float]


class Rect(NamedTuple):
    """A rectangle with corner radius r; `line` is the stroke's width, `dash` its on and off lengths."""

    x: float
    y: float
    w: float
    h: float
    r: float = 0
    fill: str | None = None
    stroke: str | None = None
    line: float = 0
    dash: tuple[float, ...] = ()


class Path(NamedTuple):
    """Moves M and lines L (2 numbers each), cubics C (6) and closings Z (0), their numbers in a row in `xy`.

    >>> Path("MLZ", (0, 0, 10, 0)).xy
    (0, 0, 10, 0)
    """

    ops: str
    xy: tuple[float, ...]
    fill: str | None = None
    stroke: str | None = None
    line: float = 0
    dash: tuple[float, ...] = ()
    cap: str = "butt"  # or "round", for joins too


class Text(NamedTuple):
    """One line of text on the baseline y; x is its start, middle or end by `anchor`; `width` is its measured width."""

    x: float
    y: float
    text: str
    size: float
    fill: str
    width: float
    bold: bool = False
    mono: bool = False
    anchor: str = "start"


class Image(NamedTuple):
    """rows × cols pixels (RGB bytes, row by row), each drawn as a cell of equal size, never smoothed."""

    x: float
    y: float
    w: float
    h: float
    rows: int
    cols: int
    rgb: bytes


Mark: TypeAlias = Rect | Path | Text | Image


@dataclass(frozen=True, eq=False)
class Element:
    """A part of the picture with a stable id ("node-3"), a kind ("node", "edge", "chip") and a tooltip."""

    id: str
    kind: str
    marks: tuple[Mark, ...]
    title: str = ""

    @cached_property
    def box(self) -> Box:
        """The box that holds all of its marks, strokes and glyph overhang included."""
        boxes = [mark_box(m) for m in self.marks]
        if not boxes:
            return (0, 0, 0, 0)
        x0, y0, x1, y1 = zip(*boxes, strict=True)
        return (min(x0), min(y0), max(x1), max(y1))


@dataclass(frozen=True, eq=False)
class Scene:
    """A whole picture: its size, its ground colour, its elements from back to front, a title and a description."""

    width: float
    height: float
    ground: str
    elements: tuple[Element, ...]
    title: str = ""
    desc: str = ""


@dataclass(frozen=True, eq=False)
class Frame:
    """A scene, how long it is shown (seconds), and one sentence that says what happens in it.

    `part` names the sweep it belongs to: frames of one part stand together, as on one slide.
    """

    scene: Scene = field(repr=False)
    seconds: float
    note: str
    part: str = ""


def mark_box(mark: Mark) -> Box:
    """Return the box around a mark, with its stroke; for text, from its ascent to its descent."""
    match mark:
        case Rect(x, y, w, h, line=line, stroke=stroke):
            pad = line / 2 if stroke else 0.0
            return (x - pad, y - pad, x + w + pad, y + h + pad)
        case Path(_, xy, stroke=stroke, line=line):
            pad = line if stroke else 0.0  # a mitred corner may reach further than half the line
            return (min(xy[::2]) - pad, min(xy[1::2]) - pad, max(xy[::2]) + pad, max(xy[1::2]) + pad)
        case Text(x, y, _, size, width=width, anchor=anchor):
            left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
            return (left - 1, y - size, left + width + 1, y + 0.3 * size)
        case Image(x, y, w, h):
            return (x, y, x + w, y + h)
        case _:
            raise AssertionError(mark)


def placed(mark: Mark, k: float, dx: float, dy: float) -> Mark:
    """Return a mark k times as large, then moved by (dx, dy)."""
    match mark:
        case Rect(x, y, w, h, r, fill, stroke, width, dash):
            dashes = tuple(d * k for d in dash)
            return Rect(x * k + dx, y * k + dy, w * k, h * k, r * k, fill, stroke, width * k, dashes)
        case Path(ops, xy, fill, stroke, width, dash, cap):
            moved = tuple(v * k + (dy if i % 2 else dx) for i, v in enumerate(xy))
            return Path(ops, moved, fill, stroke, width * k, tuple(d * k for d in dash), cap)
        case Text(x, y, string, size, fill, width, bold, mono, anchor):
            return Text(x * k + dx, y * k + dy, string, size * k, fill, width * k, bold, mono, anchor)
        case Image(x, y, w, h, rows, cols, rgb):
            return Image(x * k + dx, y * k + dy, w * k, h * k, rows, cols, rgb)
        case _:
            raise AssertionError(mark)


# Kappa: a quarter circle as one cubic (Riškus 2006, "Approximation of a cubic Bézier curve by circular arcs").
_K = 0.5522847498


def circle(
    cx: float, cy: float, r: float, *, fill: str | None = None, stroke: str | None = None, line: float = 0
) -> Path:
    """Return a circle as a path of four cubics."""
    k = r * _K
    xy = (
        cx + r, cy,
        cx + r, cy + k, cx + k, cy + r, cx, cy + r,
        cx - k, cy + r, cx - r, cy + k, cx - r, cy,
        cx - r, cy - k, cx - k, cy - r, cx, cy - r,
        cx + k, cy - r, cx + r, cy - k, cx + r, cy,
    )  # fmt: skip
    return Path("MCCCCZ", xy, fill, stroke, line)


def line(x0: float, y0: float, x1: float, y1: float, *, stroke: str, width: float, cap: str = "butt") -> Path:
    """Return a straight line as a path."""
    return Path("ML", (x0, y0, x1, y1), None, stroke, width, (), cap)
