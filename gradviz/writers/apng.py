"""Animations as APNG (PNG, third edition, section 4.9): true colour, exact, each frame only what changed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

import numpy as np

from ..picture.scene import Frame
from .aside import in_turn
from .deltas import Clock, deltas
from .patch import patched


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write frames as they come; the number of them is filled in at the end.

    size  px of the output
    loop  how often the film plays; 0 for ever
    """
    loop = min(loop, 2**31 - 1)  # what the field holds
    with patched(out) as file:
        start = file.tell()
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 6, 0, 0, 0)))
        file.write(_chunk(b"acTL", struct.pack(">II", 0, loop)))
        number = count = 0
        for control, data in in_turn(_images(frames, size)):
            file.write(_chunk(b"fcTL", struct.pack(">I", number) + control))
            number += 1
            if count:
                file.write(_chunk(b"fdAT", struct.pack(">I", number) + data))
                number += 1
            else:
                file.write(_chunk(b"IDAT", data))
            count += 1
        file.write(_chunk(b"IEND", b""))
        end = file.tell()
        file.seek(start + 33)
        file.write(_chunk(b"acTL", struct.pack(">II", count, loop)))
        file.seek(end)


def _images(frames: Iterator[Frame], size: tuple[int, int]) -> Iterator[Callable[[], tuple[bytes, bytes]]]:
    """Yield, for each frame, what packs it: how it is shown, and its data."""
    clock = Clock(1000)
    for delta in deltas(frames, size):
        x0, y0, x1, y1 = delta.box
        ms = clock.ticks(delta.frame.seconds)
        delay = (ms, 1000) if ms <= 65_535 else (min(round(ms / 1000), 65_535), 1)
        # dispose 0: stays; blend 1: over, so what is transparent stays as it was
        control = struct.pack(">IIIIHHBB", x1 - x0, y1 - y0, x0, y0, *delay, 0, 1)
        yield partial(_packed, control, delta.rgba(delta.box))


def _packed(control: bytes, rgba: np.ndarray) -> tuple[bytes, bytes]:
    """Return the data too: rows without a filter, deflated: in flat colours a filter gains little."""
    height, width = rgba.shape[:2]
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = rgba.reshape(height, 4 * width)
    return control, zlib.compress(rows.tobytes(), 6)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
