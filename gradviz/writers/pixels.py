"""Marks on a grid of pixels: the boxes that hold them, and the paths that Agg draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from ..picture.fonts import measure, outlines
from ..picture.scene import Image, Mark, Path, Rect, Text

#: x0, y0, x1, y1 in whole pixels, x1 and y1 not in it
Pixels: TypeAlias = tuple[int, int, int, int]

_KAPPA = 0.5522847498
_CODES = {"M": (1,), "L": (2,), "C": (4, 4, 4), "Z": (79,)}


def bounds(mark: Rect | Path | Image, scale: float, left: float, top: float) -> tuple[float, float, float, float]:
    """Return the box in pixels that holds all that a mark can paint."""
    match mark:
        case Rect(x, y, w, h) | Image(x, y, w, h):
            xs: Sequence[float] = (x, x + w)
            ys: Sequence[float] = (y, y + h)
            pad = mark.line / 2 if isinstance(mark, Rect) and mark.stroke else 0.0
        case Path(ops, xy):
            if not xy:
                return (-1, -1, -1, -1)
            xs, ys = xy[::2], xy[1::2]
            mitred = len(ops) > 2 and mark.cap != "round"
            pad = mark.line * (2 if mitred else 0.5) if mark.stroke else 0.0  # a miter reaches 4 half widths
        case _:
            raise AssertionError(mark)
    return (
        left + scale * (min(xs) - pad), top + scale * (min(ys) - pad),
        left + scale * (max(xs) + pad), top + scale * (max(ys) + pad),
    )  # fmt: skip


def text_bounds(mark: Text, shape: Any) -> tuple[float, float, float, float]:
    path, x, y, size, stretch = shape
    if not len(path.vertices):
        return (x, y, x, y)
    (x0, y0), (x1, y1) = _extent(mark.text, mark.bold, mark.mono)
    return (x + x0 * size * stretch, y + y0 * size, x + x1 * size * stretch, y + y1 * size)


def along(mark: Path, scale: float, left: float, top: float) -> list[Pixels]:
    """Return boxes of pixels along a stroked path: each cubic in eight pieces, each line in about as many."""
    pad = 2 * mark.line * scale + 2
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


def shape(mark: Mark, scale: float, left: float, top: float) -> Any:
    """Return a mark in pixels: a Matplotlib path; for text a path in em with its place; for an image its box."""
    match mark:
        case Text(x, y, text, size, width=width, bold=bold, mono=mono, anchor=anchor):
            natural = measure(text, size, bold=bold, mono=mono)
            stretch = width / natural if natural > 0 and width > 0 and abs(width - natural) > 0.01 else 1.0
            start = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * natural * stretch
            return _glyphs(text, bold, mono), left + scale * start, top + scale * y, size * scale, stretch
        case Image(x, y, w, h):
            return left + scale * x, top + scale * y, scale * w, scale * h
        case Rect(x, y, w, h, r):
            ops, xy = rounded(x, y, w, h, r)
        case Path(ops, xy):
            pass
        case _:
            raise AssertionError(mark)
    codes: list[int] = []
    points: list[float] = []
    i = 0
    for op in ops:
        codes += _CODES[op]
        n = 2 * len(_CODES[op]) if op != "Z" else 0
        points += xy[i : i + n] if n else points[-2:]
        i += n
    placed = np.array(points, float).reshape(-1, 2)
    placed *= scale
    placed += (left, top)
    return _path(placed, np.array(codes, np.uint8))


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
def _glyphs(text: str, bold: bool, mono: bool) -> Any:
    line = outlines(text, bold=bold, mono=mono)
    return _path(line.points * (1, -1), line.codes)


@lru_cache(maxsize=4096)
def _extent(text: str, bold: bool, mono: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    points = outlines(text, bold=bold, mono=mono).points
    (x0, y0), (x1, y1) = points.min(0).tolist(), points.max(0).tolist()
    return (x0, y0), (x1, y1)


def _path(points: np.ndarray, codes: np.ndarray) -> Any:
    from matplotlib.path import Path as Curve

    curve = Curve(points, codes)
    curve.should_simplify = False
    return curve
