"""Animations as GIF (version 89a), frame by frame, each one rectangle that holds only what changed.

Colours: one table for the whole film, which grows as frames come and is written into its place at the end, when the
file is complete. A frame whose colours find no room there brings a table of its own. Flat colours are exact, blends
at edges are at most `NEAR` levels off.
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
_SAME = np.arange(CLEAR + 1, dtype=np.uint8)


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
        pack = Packer(table, size, scratch)
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

    def __init__(self, table: Table, size: tuple[int, int], scratch: IO[bytes]) -> None:
        self._table, self._scratch = table, scratch
        self._shown = np.full(size[::-1], CLEAR, np.uint8)  # the table's indices; `CLEAR` where it has none

    def __call__(self, delta: Delta, ticks: int) -> Callable[[], bytes]:
        """Return what packs an image with its head: it stays (disposal 1), `CLEAR` is transparent."""
        left, top, right, bottom = delta.box
        picture = np.full((bottom - top, right - left), CLEAR, np.uint8)
        own = b""
        if delta.pieces:
            wanted = np.concatenate([p.words for p in delta.pieces]) & _RGB
            indices = self._table.indices(wanted, delta.colours)
            places = _SAME
            if indices is None:
                indices, own, places = self._table.apart(wanted) or _own_table(wanted)
            known = self._table.known(wanted) if own else indices
            at = 0
            for piece in delta.pieces:
                x0, y0, x1, y1 = piece.box
                part = slice(at, at + len(piece.words))
                picture[y0 - top : y1 - top, x0 - left : x1 - left][piece.mask] = indices[part]
                self._shown[y0:y1, x0:x1][piece.mask] = known[part]
                at = part.stop
            _close_gaps(picture, self._shown[top:bottom, left:right], places)
        control = b"!\xf9\x04" + struct.pack("<BHB", 0b101, min(ticks, 65_535), CLEAR) + b"\0"
        place = struct.pack("<HHHHB", left, top, right - left, bottom - top, 0x87 if own else 0)
        return partial(_packed, control + b"," + place + own, picture, self._scratch)


def _close_gaps(picture: np.ndarray, shown: np.ndarray, places: np.ndarray) -> None:
    """Repeat the pixels in short gaps between changed ones: whole runs pack better, by a tenth of the film.

    places  for each index in `shown`, the one in `picture`
    """
    flat = picture.reshape(-1)
    changed = np.flatnonzero(flat != CLEAR)
    steps = np.diff(changed)
    gaps = np.flatnonzero((steps > 1) & (steps <= GAP))
    lengths = steps[gaps] - 1
    starts = changed[gaps] + 1 - (np.cumsum(lengths) - lengths)
    inside = np.repeat(starts, lengths) + np.arange(lengths.sum())
    flat[inside] = places[shown[np.divmod(inside, shown.shape[1])]]


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
    """The film's table of colours; an index, once given to a colour, stays."""

    def __init__(self) -> None:
        self._entries = np.zeros((CLEAR, 3), np.int16)
        self._count = 0
        self._exact = 0
        self._index = np.full(1 << 24, CLEAR, np.uint8)  # by colour

    def told(self) -> bytes:
        """Return the table as a file holds it."""
        return self._entries.astype(np.uint8).tobytes() + bytes(3)

    def known(self, colours: np.ndarray) -> np.ndarray:
        """Return the index of each colour, `CLEAR` for one that the table has none for."""
        found: np.ndarray = self._index[colours]
        return found

    def indices(self, wanted: np.ndarray, flat: Mapping[int, int]) -> np.ndarray | None:
        """Return an index for each colour, adding colours to the table; None where it has no room for them."""
        found: np.ndarray = self._index[wanted]
        new = wanted[found == CLEAR]
        if not len(new):
            return found
        colours = np.unique(new)
        if self._exact < EXACT:
            for word, _ in sorted(flat.items(), key=lambda item: (-item[1], item[0])):
                i = int(np.searchsorted(colours, word & _RGB))
                if i < len(colours) and colours[i] == word & _RGB and self._exact < EXACT:
                    self._exact += self._add(int(colours[i]))
        room = _cover(colours, self._entries, self._count)
        if room is None:
            return None
        self._entries, self._count, nearest = room
        self._index[colours] = nearest
        found = self._index[wanted]
        return found

    def apart(self, wanted: np.ndarray) -> tuple[np.ndarray, bytes, np.ndarray] | None:
        """Return indices and a table for one frame: the colours it has from this one, and its own in place of others.

        The third tells for each index of this table the one in the frame's, `CLEAR` for those that it lacks. None
        where there are too many colours of its own.
        """
        found = self._index[wanted]
        new = found == CLEAR
        kept = np.flatnonzero(np.bincount(found, minlength=CLEAR + 1)[:CLEAR])
        entries = np.zeros((CLEAR, 3), np.int16)
        entries[: len(kept)] = self._entries[kept]
        colours, inverse, counts = np.unique(wanted[new], return_inverse=True, return_counts=True)
        order = np.lexsort((colours, -counts))
        room = _cover(colours[order], entries, len(kept))
        if room is None:
            return None
        places = np.full(CLEAR + 1, CLEAR, np.uint8)
        places[kept] = np.arange(len(kept))
        nearest = np.empty(len(colours), np.uint8)
        nearest[order] = room[2]
        found = places[found]
        found[new] = nearest[inverse.reshape(-1)]
        return found, room[0].astype(np.uint8).tobytes() + bytes(3), places

    def _add(self, colour: int) -> bool:
        if self._count == CLEAR:
            return False
        self._entries[self._count] = _channels(np.array([colour]))[0]
        self._index[colour] = self._count
        self._count += 1
        return True


def _channels(colours: np.ndarray) -> np.ndarray:
    return np.stack([colours & 255, colours >> 8 & 255, colours >> 16 & 255], axis=-1).astype(np.int16)


def _distances(colours: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """Return how many levels each colour is off each entry, in the channel where it is most: (colours, entries)."""
    most: np.ndarray = np.abs(colours[:, None, 0] - entries[:, 0])
    for c in (1, 2):
        np.maximum(most, np.abs(colours[:, None, c] - entries[:, c]), out=most)
    return most


def _cover(
    colours: np.ndarray, entries: np.ndarray, count: int, near: int = NEAR
) -> tuple[np.ndarray, int, np.ndarray] | None:
    """Add colours to a table until each has an entry nearby; frequent ones come first. None when the table is full.

    Returns the entries, how many they are, and for each colour the nearest of them.
    """
    entries = entries.copy()
    rgb = _channels(colours)
    best = np.full(len(rgb), 1000, np.int16)
    nearest = np.zeros(len(rgb), np.uint8)
    for at in range(0, len(rgb) if count else 0, 1024):
        part = slice(at, at + 1024)
        distance = _distances(rgb[part], entries[:count])
        nearest[part] = distance.argmin(1)
        best[part] = distance.min(1)
    while (far := np.flatnonzero(best > near)).size:
        if count == CLEAR:
            return None
        # Blends lie on lines between two colours: an entry stands amid those that have none yet.
        first, rest = rgb[far[0]], rgb[far]
        pool = rest[np.abs(rest - first).max(1) <= 2 * near]
        entries[count] = np.clip((pool.min(0) + pool.max(0)) // 2, first - near, first + near)
        distance = np.abs(rest - entries[count]).max(1)
        closer = distance < best[far]
        best[far[closer]], nearest[far[closer]] = distance[closer], count
        count += 1
    return entries, count, nearest


def _own_table(wanted: np.ndarray) -> tuple[np.ndarray, bytes, np.ndarray]:
    """Return indices and a table for one frame; where 255 colours are too few, the nearest that are not."""
    colours, inverse, counts = np.unique(wanted, return_inverse=True, return_counts=True)
    order = np.lexsort((colours, -counts))
    near, room = NEAR, None
    while room is None:
        room = _cover(colours[order], np.zeros((CLEAR, 3), np.int16), 0, near)
        near += 4
    nearest = np.empty(len(colours), np.uint8)
    nearest[order] = room[2]
    table = room[0].astype(np.uint8).tobytes() + bytes(3)
    return nearest[inverse.reshape(-1)], table, np.full(CLEAR + 1, CLEAR, np.uint8)
