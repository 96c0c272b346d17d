"""A still as PNG, in true colour and without a date, so the same scene gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ..picture.scene import Frame
from .raster import still


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write the one frame of a still as PNG of the given size in px; the title and the note go along as text."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    del loop
    frame = next(frames)
    told = PngInfo()
    for key, text in {"Title": frame.scene.title, "Description": frame.note}.items():
        if text:
            told.add_itxt(key, text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode())
    Image.fromarray(still(frame.scene, size)).save(out, "PNG", pnginfo=told)
