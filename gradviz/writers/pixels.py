"""Marks on a grid of pixels: the boxes that hold them, and the paths that Agg draws."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple, TypeAlias

import numpy as np

from ..picture.fonts import measure, outlines
from ..picture.scene import Image, Mark, Path, Rect, Text

#: x0, y0, x1, y1 in whole pixels, x1 and y1 not in it
Pixels: TypeAlias = tuple[int, int, int, int]
#: px for each unit across and down, and where the origin is
Place: TypeAlias = tuple[float, float, float, float]

_KAPPA = 0.5522847498
_CODES = {"M": (1,), "L": (2,), "C": (4, 4, 4), "Z": (79,)}


def bounds(mark: Mark, scale: float, left: float, top: float) -> tuple[float, float, float, float]:
    """Return the box in pixels that holds all that a mark can paint."""
    match mark:
        case Text():
            return _text_bounds(mark, scale, left, top)
        case Rect(x, y, w, h) | Image(x, y, w, h):
            x0, y0, x1, y1 = x, y, x + w, y + h
            pad = mark.line / 2 if isinstance(mark, Rect) and mark.stroke else 0.0
        case Path(xy=xy):
            if not xy:
                return (-1, -1, -1, -1)
            x0, y0, x1, y1 = min(xy[::2]), min(xy[1::2]), max(xy[::2]), max(xy[1::2])
            pad = _reach(mark) if mark.stroke else 0.0
        case _:
            raise AssertionError(mark)
    return (left + scale * (x0 - pad), top + scale * (y0 - pad), left + scale * (x1 + pad), top + scale * (y1 + pad))


def _reach(mark: Path) -> float:
    """Return how far from its points a path's stroke may reach: with a miter four half widths."""
    return mark.line * (2 if len(mark.ops) > 2 and mark.cap != "round" else 0.5)


def inside(mark: Rect, scale: float, left: float, top: float) -> Pixels:
    """Return a box inside a rectangle's border, as large as can be, on which nothing of the border is."""
    pad = mark.line / 2 + 0.3 * mark.r  # an arc leaves its corner's square by 0.29 of the radius
    x0, y0 = left + scale * (mark.x + pad), top + scale * (mark.y + pad)
    x1, y1 = left + scale * (mark.x + mark.w - pad), top + scale * (mark.y + mark.h - pad)
    return (ceil(x0), ceil(y0), floor(x1), floor(y1))


def _text_bounds(mark: Text, scale: float, left: float, top: float) -> tuple[float, float, float, float]:
    start, stretch = pen(mark)
    x, y, size = left + scale * start, top + scale * mark.y, scale * mark.size
    x0, y0, x1, y1 = _extent(mark.text, mark.bold, mark.mono)
    return (x + x0 * size * stretch, y + y0 * size, x + x1 * size * stretch, y + y1 * size)


def pen(mark: Text) -> tuple[float, float]:
    """Return where a text starts, and how much wider it is drawn than its letters are."""
    natural = measure(mark.text, mark.size, bold=mark.bold, mono=mark.mono)
    stretch = mark.width / natural if natural > 0 and mark.width > 0 and abs(mark.width - natural) > 0.01 else 1.0
    return mark.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * natural * stretch, stretch


def along(mark: Path, scale: float, left: float, top: float) -> list[Pixels]:
    """Return boxes of pixels along a stroked path: each cubic in eight pieces, each line in about as many."""
    pad = _reach(mark) * scale + 1
    boxes: list[Pixels] = []
    xy = np.array(mark.xy).reshape(-1, 2) * scale + (left, top)
    t = np.linspace(0, 1, 9)[:, None]
    i, pen, start = 0, xy[0], xy[0]
    for op in mark.ops:
        match op:
            case "M":
                pen = start = xy[i]
                i += 1
                continue
            case "C":
                a, b, c = xy[i : i + 3]
                points = (1 - t) ** 3 * pen + 3 * t * (1 - t) ** 2 * a + 3 * t * t * (1 - t) * b + t**3 * c
                # between samples a cubic strays from its chord by less than an eighth of h² max |second difference|
                stray = 6 * max(np.abs(pen - 2 * a + b).max(), np.abs(a - 2 * b + c).max()) / 64 / 8
                pen, i = c, i + 3
            case _:
                end = start if op == "Z" else xy[i]
                points, stray = pen + t * (end - pen), 0.0
                pen, i = end, i + (op == "L")
        low = np.floor(np.minimum(points[:-1], points[1:]) - pad - stray).astype(int).tolist()
        high = np.ceil(np.maximum(points[:-1], points[1:]) + pad + stray).astype(int).tolist()
        boxes += [(x0, y0, x1, y1) for (x0, y0), (x1, y1) in zip(low, high, strict=True)]
    return boxes


class Curve(NamedTuple):
    """A path as Agg takes it: Matplotlib's own class has properties for these, which cost as much as the drawing."""

    vertices: np.ndarray
    codes: np.ndarray
    should_simplify: bool = False
    simplify_threshold: float = 0.0


def shape(mark: Text | Rect | Path, scale: float, left: float, top: float) -> tuple[Curve, Place]:
    """Return a mark's path, in units of its own, and the place of these on the pixels."""
    match mark:
        case Text(_, y, text, size, bold=bold, mono=mono):
            start, stretch = pen(mark)
            return _glyphs(text, bold, mono), (
                size * scale * stretch,
                size * scale,
                left + scale * start,
                top + scale * y,
            )
        case Rect(x, y, w, h, r):
            return _rectangle(w, h, r), (scale, scale, left + scale * x, top + scale * y)
        case Path(ops, xy):
            return _curve(ops, xy), (scale, scale, left, top)


def _curve(ops: str, xy: tuple[float, ...]) -> Curve:
    codes, order = _codes(ops)
    points = np.array(xy, float).reshape(-1, 2)
    return Curve(points if len(order) == len(points) else points[order], codes)


@lru_cache(maxsize=1024)
def _rectangle(w: float, h: float, r: float) -> Curve:
    return _curve(*rounded(0, 0, w, h, r))


@lru_cache(maxsize=256)
def _codes(ops: str) -> tuple[np.ndarray, np.ndarray]:
    """Return Matplotlib's codes of a path, one for each point, and which point of the path it is."""
    codes: list[int] = []
    order: list[int] = []
    at = 0
    for op in ops:
        new = _CODES[op]
        codes += new
        if op == "Z":  # closing takes a point too, which is not looked at
            order.append(max(at - 1, 0))
            continue
        order += range(at, at + len(new))
        at += len(new)
    return np.array(codes, np.uint8), np.array(order, int)


def rounded(x: float, y: float, w: float, h: float, r: float) -> tuple[str, tuple[float, ...]]:
    """Return a rectangle as the ops and numbers of a path, from the end of its first corner clockwise, as in SVG."""
    r = min(r, w / 2, h / 2)
    if r <= 0:
        return "MLLLZ", (x, y, x + w, y, x + w, y + h, x, y + h)
    k = r * (1 - _KAPPA)
    x1, y1 = x + w, y + h
    return "MLCLCLCLCZ", (
        x + r, y, x1 - r, y, x1 - k, y, x1, y + k, x1, y + r,
        x1, y1 - r, x1, y1 - k, x1 - k, y1, x1 - r, y1,
        x + r, y1, x + k, y1, x, y1 - k, x, y1 - r,
        x, y + r, x, y + k, x + k, y, x + r, y,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _glyphs(text: str, bold: bool, mono: bool) -> Curve:
    line = outlines(text, bold=bold, mono=mono)
    return Curve(line.points, line.codes)


@lru_cache(maxsize=4096)
def _extent(text: str, bold: bool, mono: bool) -> tuple[float, float, float, float]:
    points = outlines(text, bold=bold, mono=mono).points
    if not len(points):
        return (0.0, 0.0, 0.0, 0.0)
    (x0, y0), (x1, y1) = points.min(0).tolist(), points.max(0).tolist()
    return x0, y0, x1, y1
