"""Cells that change in a film: one picture of all their looks, one over the other, that moves behind a window.

A cell of a look takes three bytes so, and as a rectangle of its own it would take forty.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ..picture.scene import Image
from .svg import number, png

WORTH = 24  # cells of all looks together; fewer are shorter as rectangles


@dataclass(frozen=True, slots=True)
class Window:
    """Where cells are seen: an `Image` without its colours."""

    x: float
    y: float
    w: float
    h: float
    rows: int
    cols: int

    @classmethod
    def of(cls, image: Image) -> Window:
        return cls(image.x, image.y, image.w, image.h, image.rows, image.cols)

    def image(self, rgb: bytes) -> Image:
        return Image(self.x, self.y, self.w, self.h, self.rows, self.cols, rgb)

    def worth(self, looks: int) -> bool:
        """Tell whether a strip of so many looks is shorter than their cells one by one."""
        return looks > 1 and looks * self.rows * self.cols >= WORTH

    def strip(self, looks: Sequence[bytes], rest: int, motion: str) -> str:
        """Return the window with all looks behind it.

        rest    which look is seen where nothing moves
        motion  the class that moves it: by so many px up as there are rows over the look to be seen
        """
        tall = self.rows * len(looks)
        data = base64.b64encode(png(Image(0, 0, 1, 1, tall, self.cols, b"".join(looks)))).decode()
        place = " ".join(
            f'{name}="{number(v)}"'
            for name, v in zip(("x", "y", "width", "height"), (self.x, self.y, self.w, self.h), strict=True)
        )
        up = f' y="-{rest * self.rows}"' if rest else ""
        return (
            f'<svg {place} viewBox="0 0 {self.cols} {self.rows}" preserveAspectRatio="none"><image{up} '
            f'width="{self.cols}" height="{tall}" class="{motion}" preserveAspectRatio="none" '
            f'image-rendering="pixelated" href="data:image/png;base64,{data}"/></svg>'
        )
