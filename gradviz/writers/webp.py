"""Animations as lossless WebP (RFC 9649): true colour, exact, each frame only what changed."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

import numpy as np

from ..errors import PartMissing, TooLarge
from ..picture.scene import Frame
from .aside import in_turn
from .deltas import Clock, deltas
from .patch import patched

_LARGEST = 16_383  # px a side of one lossless picture


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write frames as they come; the file's length is filled in at the end.

    size  px of the output
    loop  how often the film plays; 0 for ever
    """
    from PIL import features

    if not features.check("webp"):
        raise PartMissing("this Pillow was built without WebP; install its wheel: python -m pip install -U pillow")
    if max(size) > _LARGEST:
        raise TooLarge(f"WebP holds at most {_LARGEST} px a side, not {size[0]}×{size[1]}; give a smaller width")
    with patched(out) as file:
        start = file.tell()
        file.write(b"RIFF\0\0\0\0WEBP")
        animation_and_alpha = 0b00010010
        file.write(_chunk(b"VP8X", struct.pack("<I", animation_and_alpha) + _three(size[0] - 1) + _three(size[1] - 1)))
        file.write(_chunk(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, min(loop, 65_535))))
        for image in in_turn(_images(frames, size)):
            file.write(_chunk(b"ANMF", image))
        end = file.tell()
        file.seek(start + 4)
        file.write(struct.pack("<I", end - start - 8))
        file.seek(end)


def _images(frames: Iterator[Frame], size: tuple[int, int]) -> Iterator[Callable[[], bytes]]:
    """Yield, for each frame, what packs it."""
    clock = Clock(1000)
    for delta in deltas(frames, size):
        x0, y0, x1, y1 = delta.box
        x0, y0 = x0 & ~1, y0 & ~1  # places are told in twos
        ms = min(clock.ticks(delta.frame.seconds), 0xFFFFFF)
        place = _three(x0 // 2) + _three(y0 // 2) + _three(x1 - x0 - 1) + _three(y1 - y0 - 1)
        # flags 0: blended over the picture before, and stays
        yield partial(_packed, place + _three(ms) + b"\0", delta.rgba((x0, y0, x1, y1)))


def _packed(head: bytes, rgba: np.ndarray) -> bytes:
    """Return a frame with the VP8L chunk of its picture, taken out of a file that Pillow writes in memory."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(rgba).save(file, "WEBP", lossless=True, exact=True, quality=40, method=1)
    data, at = file.getvalue(), 12
    while data[at : at + 4] != b"VP8L":
        at += 8 + (length := struct.unpack_from("<I", data, at + 4)[0]) + length % 2
    length = struct.unpack_from("<I", data, at + 4)[0]
    return head + data[at : at + 8 + length + length % 2]


def _three(n: int) -> bytes:
    return struct.pack("<I", n)[:3]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
