"""Measures a picture as an eye would: where texts lie, how high they are, on what ground, and what touches them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gradviz.picture.chips import sample
from gradviz.picture.scene import Box, Element, Image, Mark, Path, Rect, Scene, Text


def texts(scene: Scene) -> Iterator[tuple[Element, Text]]:
    for element in scene.elements:
        for mark in element.marks:
            if isinstance(mark, Text) and mark.text.strip():
                yield element, mark


def ink_box(mark: Text) -> Box:
    """Return the box around a text's letters: from the top of capitals to a little under the baseline."""
    left = mark.x - {"start": 0.0, "middle": mark.width / 2, "end": mark.width}[mark.anchor]
    return (left, mark.y - 0.74 * mark.size, left + mark.width, mark.y + 0.1 * mark.size)


def overlap(a: Box, b: Box) -> float:
    """Return how far two boxes overlap, in the direction in which they do so less; negative when apart."""
    return min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1])


def overlapping(scene: Scene, least: float = 1.0) -> list[tuple[str, str]]:
    """Return the pairs of texts that overlap."""
    found, all_texts = [], [(e, t, ink_box(t)) for e, t in texts(scene)]
    for i, (e, t, box) in enumerate(all_texts):
        for f, u, other in all_texts[i + 1 :]:
            if overlap(box, other) > least:
                found.append((f"{e.id}: {t.text}", f"{f.id}: {u.text}"))
    return found


def outside(scene: Scene) -> list[str]:
    """Return the texts that leave the canvas."""
    return [
        t.text
        for _, t in texts(scene)
        if (b := ink_box(t))[0] < 0 or b[1] < 0 or b[2] > scene.width or b[3] > scene.height
    ]


def lines(mark: Mark) -> Iterator[np.ndarray]:
    """Yield the strokes of a path as points; closed shapes are not lines."""
    if not isinstance(mark, Path) or mark.stroke is None or "Z" in mark.ops:
        return
    at, current = 0, []
    for op in mark.ops:
        if op == "M":
            if len(current) > 2:
                yield sample(current)
            current = list(mark.xy[at : at + 2])
            at += 2
        elif op == "L":
            x0, y0 = current[-2:]
            x1, y1 = mark.xy[at : at + 2]
            current += [x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3, x1 - (x1 - x0) / 3, y1 - (y1 - y0) / 3, x1, y1]
            at += 2
        else:
            current += mark.xy[at : at + 6]
            at += 6
    if len(current) > 2:
        yield sample(current)


def crossed(scene: Scene) -> list[tuple[str, str]]:
    """Return (text, edge) where an edge runs through a text that has no opaque ground drawn over the edge."""
    found = []
    for at, edge in enumerate(scene.elements):
        if edge.kind != "edge":
            continue
        points = np.concatenate([p for m in edge.marks for p in lines(m)])
        for later, element in enumerate(scene.elements):
            for i, mark in enumerate(element.marks):
                if not isinstance(mark, Text) or not mark.text.strip():
                    continue
                box = ink_box(mark)
                inside = (
                    (points[:, 0] > box[0])
                    & (points[:, 0] < box[2])
                    & (points[:, 1] > box[1])
                    & (points[:, 1] < box[3])
                )
                if inside.any() and not (later > at and covered(element.marks[:i], box)):
                    found.append((f"{element.id}: {mark.text}", edge.id))
    return found


def covered(marks: tuple[Mark, ...], box: Box) -> bool:
    """Tell whether one filled mark lies under all of a box."""
    return any(
        isinstance(m, Rect) and m.fill and m.x <= box[0] + 1 and m.y <= box[1] + 1
        and m.x + m.w >= box[2] - 1 and m.y + m.h >= box[3] - 1
        for m in marks
    )  # fmt: skip


def ground_under(scene: Scene, text: Text) -> str:
    """Return the colour that a text stands on: the last mark filled under its middle before it is drawn."""
    x0, y0, x1, y1 = ink_box(text)
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    ground = scene.ground
    for element in scene.elements:
        for mark in element.marks:
            if mark is text:
                return ground
            if (
                isinstance(mark, Rect)
                and mark.fill
                and mark.x <= cx <= mark.x + mark.w
                and mark.y <= cy <= mark.y + mark.h
            ) or (isinstance(mark, Path) and mark.fill and _within(mark, cx, cy)):
                ground = mark.fill
    return ground


def _within(mark: Path, x: float, y: float) -> bool:
    xs, ys = mark.xy[::2], mark.xy[1::2]
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lin = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def is_number(string: str) -> bool:
    return bool(re.match(r"[×±=≈]? ?−?\d", string)) or string in ("NaN", "∞", "−∞")


__all__ = ["Image", "contrast", "crossed", "ground_under", "ink_box", "is_number", "outside", "overlapping", "texts"]
