"""Cells that change in a film: one picture of all their looks, one over the other, that moves behind a window.

A cell of a look takes three bytes so, and as a rectangle of its own it would take forty.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ..picture.scene import Image
from .svg import number, png

WORTH = 8  # cells of all looks together; fewer are shorter as rectangles
FEW = 3  # cells of one look that are shorter as rectangles


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
        source = href(Image(0, 0, 1, 1, tall, self.cols, b"".join(looks)))
        up = f' y="-{rest * self.rows}"' if rest else ""
        return (
            f'<svg {_place(self)} viewBox="0 0 {self.cols} {self.rows}"{_stretched(self)}><image{up} '
            f'width="{self.cols}" height="{tall}" class="{motion}" {source}/></svg>'
        )


def picture(image: Image, look: str) -> str:
    """Return the cells of one look as a picture, whose cells a style sheet keeps sharp."""
    return f"<image {_place(image)}{_stretched(image)}{look} {href(image)}/>"


def href(image: Image) -> str:
    return f'href="data:image/png;base64,{base64.b64encode(png(image)).decode()}"'


def _place(cells: Window | Image) -> str:
    lengths = {"x": cells.x, "y": cells.y, "width": cells.w, "height": cells.h}
    return " ".join(f'{name}="{number(v)}"' for name, v in lengths.items())


def _stretched(cells: Window | Image) -> str:
    """Say that cells that are not squares are not to become squares."""
    square = abs(cells.w * cells.rows - cells.h * cells.cols) < 1e-6 * cells.w
    return "" if square else ' preserveAspectRatio="none"'
