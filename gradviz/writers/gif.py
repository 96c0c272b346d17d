"""Animations as GIF (version 89a), frame by frame, each one rectangle that holds only what changed.

Colours: one table for the whole film, which grows as frames come and is written into its place at the end, when the
file is complete. Frames whose colours find no room there share a second table, which each of them brings along. Flat
colours are exact, blends at edges are at most `NEAR` levels off.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from tempfile import TemporaryFile
from typing import IO, BinaryIO

import numpy as np

from ..picture.scene import Frame
from .aside import in_turn
from .deltas import Clock, Delta, deltas
from .patch import patched

NEAR = 8
EXACT = 64  # how many colours of marks are exact: those that most marks have, so not each cell of a heatmap
GAP = 24
CLEAR = 255  # the index of pixels that stay as they are
_RGB = 0xFFFFFF


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write frames as they come; memory does not grow with their number.

    size  px of the output
    loop  how often the film plays; 0 for ever
    """
    with patched(out) as file:  # the table of colours is known at the end
        _write(frames, file, size, loop)


def _write(frames: Iterator[Frame], out: BinaryIO, size: tuple[int, int], loop: int) -> None:
    start = out.tell()
    table = Table()
    out.write(b"GIF89a" + struct.pack("<HHBBB", *size, 0xF7, 0, 0) + bytes(768))
    if loop != 1:  # the count is of repeats
        out.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", min(max(loop - 1, 0), 65_535)) + b"\0")
    with TemporaryFile() as scratch:
        pack = Packer(table, scratch)
        clock = Clock(100, least=2)  # players show shorter frames for a tenth of a second
        for image in in_turn(pack(d, clock.ticks(d.frame.seconds)) for d in deltas(frames, size)):
            out.write(image)
    out.write(b";")
    end = out.tell()
    out.seek(start + 13)
    out.write(table.told())
    out.seek(end)


class Packer:
    """Packs images one after the other: each leaves as they are the pixels that the ones before have shown."""

    def __init__(self, table: Table, scratch: IO[bytes]) -> None:
        self._table, self._scratch = table, scratch
        self._second = Table()  # for frames whose colours find no room in the film's table

    def __call__(self, delta: Delta, ticks: int) -> Callable[[], bytes]:
        """Return what packs an image with its head: it stays (disposal 1), `CLEAR` is transparent."""
        left, top, right, bottom = delta.box
        picture = np.full((bottom - top, right - left), CLEAR, np.uint8)
        own = b""
        if delta.pieces:
            wanted = np.concatenate([p.words for p in delta.pieces]) & _RGB
            table, indices = self._chosen(wanted, delta.colours)
            own = table.told() if table is not self._table else b""
            at = 0
            for (x0, y0, x1, y1), mask, words in delta.pieces:
                picture[y0 - top : y1 - top, x0 - left : x1 - left][mask] = indices[at : at + len(words)]
                at += len(words)
            if len(wanted) < picture.size and table.near == NEAR:  # else what stays would come further off
                _close_gaps(picture, delta.picture[top:bottom, left:right], table)
        control = b"!\xf9\x04" + struct.pack("<BHB", 0b101, min(ticks, 65_535), CLEAR) + b"\0"
        place = struct.pack("<HHHHB", left, top, right - left, bottom - top, 0x87 if own else 0)
        return partial(_packed, control + b"," + place + own, picture, self._scratch)

    def _chosen(self, wanted: np.ndarray, flat: Mapping[int, int]) -> tuple[Table, np.ndarray]:
        """Return the table for an image, and an index for each of its colours."""
        for table in (self._table, self._second):
            if (indices := table.indices(wanted, flat)) is not None:
                return table, indices
        table = self._second = Table()
        while (indices := table.indices(wanted, flat)) is None:
            table = Table(table.near + 4)  # 255 colours may be too few for one image, and for that one only
        return table, indices


def _close_gaps(picture: np.ndarray, colours: np.ndarray, table: Table) -> None:
    """Repeat the pixels in short gaps between changed ones: whole runs pack better, by a tenth of the film.

    colours  of all pixels, as in `Raster.words`
    """
    flat = picture.reshape(-1)
    changed = np.flatnonzero(flat != CLEAR)
    steps = np.diff(changed)
    gaps = np.flatnonzero((steps > 1) & (steps <= GAP))
    lengths = steps[gaps] - 1
    starts = changed[gaps] + 1 - (np.cumsum(lengths) - lengths)
    inside = np.repeat(starts, lengths) + np.arange(lengths.sum())
    flat[inside] = table.known(colours[np.divmod(inside, colours.shape[1])] & _RGB)


def _packed(head: bytes, picture: np.ndarray, scratch: IO[bytes]) -> bytes:
    """Return an image with its data: LZW in blocks, taken out of a file that Pillow writes.

    Only into a file that the system knows does Pillow write without holding up all other threads.
    """
    from PIL import Image

    scratch.seek(0)
    scratch.truncate()
    Image.fromarray(picture).save(scratch, "GIF", optimize=False, interlace=False)
    scratch.seek(0)
    data = scratch.read()
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at] == 0x21:  # extensions
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    flags = data[at + 9]
    at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    return head + data[at:-1]  # without the trailer


class Table:
    """A table of colours; an index, once given to a colour, stays.

    near  how many levels a colour may be off its entry
    """

    def __init__(self, near: int = NEAR) -> None:
        self.near = near
        self._entries = np.zeros((CLEAR, 3), np.int16)
        self._count = 0
        self._exact = 0
        self._next = np.zeros(1 << 24, np.uint8)  # by colour: its index and one more, 0 for a colour that has none

    def told(self) -> bytes:
        """Return the table as a file holds it."""
        return self._entries.astype(np.uint8).tobytes() + bytes(3)

    def known(self, colours: np.ndarray) -> np.ndarray:
        """Return the index of each colour, `CLEAR` for one that the table has none for."""
        found: np.ndarray = self._next[colours] - np.uint8(1)
        return found

    def indices(self, wanted: np.ndarray, flat: Mapping[int, int]) -> np.ndarray | None:
        """Return an index for each colour; None, and the table stays as it was, where it has no room for all.

        flat  how many marks have a colour, as numbers like `wanted`: the most frequent ones get exact entries
        """
        found = self.known(wanted)
        missing = np.flatnonzero(found == CLEAR)
        if not len(missing):
            return found
        new = wanted[missing]
        colours = np.unique(new[np.flatnonzero(np.diff(new, append=~new[-1]))])  # one of a run is enough
        rgb = _channels(colours)
        entries, count, exact = self._entries.copy(), self._count, self._exact
        for word, _ in sorted(flat.items(), key=lambda item: (-item[1], item[0])) if exact < EXACT else ():
            i = int(np.searchsorted(colours, word & _RGB))
            if i < len(colours) and colours[i] == word & _RGB and exact < EXACT and count < CLEAR:
                entries[count] = rgb[i]
                exact, count = exact + 1, count + 1
        nearest, count = _cover(rgb, entries, count, self.near)
        if nearest is None:
            return None
        self._entries, self._count, self._exact = entries, count, exact
        self._next[colours] = nearest + 1
        found[missing] = self.known(new)
        return found


def _channels(colours: np.ndarray) -> np.ndarray:
    return np.stack([colours & 255, colours >> 8 & 255, colours >> 16 & 255], axis=-1).astype(np.int16)


def _distances(colours: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """Return how many levels each colour is off each entry, in the channel where it is most: (colours, entries)."""
    most: np.ndarray = np.abs(colours[:, None, 0] - entries[:, 0])
    for c in (1, 2):
        np.maximum(most, np.abs(colours[:, None, c] - entries[:, c]), out=most)
    return most


def _cover(rgb: np.ndarray, entries: np.ndarray, count: int, near: int) -> tuple[np.ndarray | None, int]:
    """Add entries until each colour has one nearby: its index, and how many entries there are; None for no room."""
    best = np.full(len(rgb), 1000, np.int16)
    nearest = np.zeros(len(rgb), np.uint8)
    for at in range(0, len(rgb) if count else 0, 1024):
        part = slice(at, at + 1024)
        distance = _distances(rgb[part], entries[:count])
        nearest[part] = distance.argmin(1)
        best[part] = distance.min(1)
    while (far := np.flatnonzero(best > near)).size:
        if count == CLEAR:
            return None, count
        # Blends lie on lines between two colours: an entry stands amid those that have none yet.
        first, rest = rgb[far[0]], rgb[far]
        pool = rest[np.abs(rest - first).max(1) <= 2 * near]
        entries[count] = np.clip((pool.min(0) + pool.max(0)) // 2, first - near, first + near)
        distance = np.abs(rest - entries[count]).max(1)
        closer = distance < best[far]
        best[far[closer]], nearest[far[closer]] = distance[closer], count
        count += 1
    return nearest, count
