"""Animations as GIF (version 89a), frame by frame, each one rectangle that holds only what changed.

Colours: one table for the whole film, which grows as frames come and is written into its place at the end, when the
file is complete. Frames whose colours find no room there share a second table, which each of them brings along. Flat
colours are exact, blends at edges are at most `NEAR` levels off.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import FileIO
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np

from ..picture.scene import Frame
from .aside import in_turn
from .deltas import Clock, Delta, deltas
from .patch import patched

NEAR = 8
EXACT = 64  # how many colours of marks are exact: those that most marks have, so not each cell of a heatmap
GAP = 24
CLEAR = 255  # the index of pixels that stay as they are
_RGB, _OPAQUE = 0xFFFFFF, 0xFF000000
_BITS = 8  # to an index


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
    with TemporaryFile(buffering=0) as images:
        pack = Packer(table, images)
        clock = Clock(100, least=2)  # players show shorter frames for a tenth of a second
        for _ in in_turn(pack(d, clock.ticks(d.frame.seconds)) for d in deltas(frames, size)):
            pass
        images.seek(0)
        shutil.copyfileobj(images, out)
    out.write(b";")
    end = out.tell()
    out.seek(start + 13)
    out.write(table.told())
    out.seek(end)


class Packer:
    """Packs images one after the other: each leaves as they are the pixels that the ones before have shown.

    out  where they are written: a file of the system's, without a buffer
    """

    def __init__(self, table: Table, out: FileIO) -> None:
        self._table, self._out = table, out
        self._second = Table()  # for frames whose colours find no room in the film's table

    def __call__(self, delta: Delta, ticks: int) -> Callable[[], None]:
        """Return what writes an image with its head: it stays (disposal 1), `CLEAR` is transparent."""
        left, top, right, bottom = box = delta.change.box
        size = (bottom - top) * (right - left)
        picture, own = np.full(size, CLEAR, np.uint8), b""
        if len(wanted := delta.change.words & _RGB):
            table, indices = self._chosen(wanted, delta.colours)
            own = table.told() if table is not self._table else b""
            if len(wanted) == size:
                picture = indices
            else:
                places = delta.change.places(box)
                picture[places] = indices
                if table.near == NEAR:  # else what stays would come further off
                    _close_gaps(picture, places, delta.picture[top:bottom, left:right], table)
        width = delta.box[2] - left
        image = np.ascontiguousarray(picture.reshape(bottom - top, right - left)[:, :width])
        control = b"!\xf9\x04" + struct.pack("<BHB", 0b101, min(ticks, 65_535), CLEAR) + b"\0"
        place = struct.pack("<HHHHB", left, top, width, bottom - top, 0x87 if own else 0)
        return partial(_write_image, control + b"," + place + own, image, self._out)

    def _chosen(self, wanted: np.ndarray, flat: Mapping[int, int]) -> tuple[Table, np.ndarray]:
        """Return the table for an image, and an index for each of its colours."""
        for table in (self._table, self._second):
            if (indices := table.indices(wanted, flat)) is not None:
                return table, indices
        table = self._second = Table()
        while (indices := table.indices(wanted, flat)) is None:
            table = Table(table.near + 4)  # 255 colours may be too few for one image, and for that one only
        return table, indices


def _close_gaps(picture: np.ndarray, changed: np.ndarray, colours: np.ndarray, table: Table) -> None:
    """Repeat the pixels in short gaps between changed ones: whole runs pack better, by a tenth of the film.

    picture  indices, row by row
    changed  where in it the changed pixels are, in order
    colours  of all pixels, as in `Raster.words`
    """
    steps = changed[1:] - changed[:-1]
    gaps = np.flatnonzero((steps > 1) & (steps <= GAP))
    lengths = steps[gaps] - 1
    starts = changed[gaps] + 1 - (np.cumsum(lengths) - lengths)
    inside = np.repeat(starts, lengths) + np.arange(lengths.sum())
    picture[inside] = table.known(colours[np.divmod(inside, colours.shape[1])] & _RGB)


def _write_image(head: bytes, picture: np.ndarray, out: FileIO) -> None:
    """Write an image's head and its data, LZW in blocks, by Pillow's encoder.

    Only into a file that the system knows does it write without holding up all other threads. Whatever else is done
    here holds up the one that draws, twice for each time that this one lets go of the interpreter: so little is.
    """
    from PIL import Image, ImageFile

    image = Image.fromarray(picture)
    out.write(head + bytes([_BITS]))
    ImageFile._save(image, out, [("gif", (0, 0, *image.size), 0, (image.mode, _BITS, 0))])
    out.write(b"\0")  # no more blocks


class Table:
    """A table of colours; an index, once given to a colour, stays.

    An entry is the middle of a box around the colours that have its index. As long as the box is small enough, it
    may still grow, and the entry with it, until the table is told: so blends between two colours, which come bit by
    bit, take no more entries than if all had come at once.

    near  how many levels a colour may be off its entry
    """

    def __init__(self, near: int = NEAR) -> None:
        self.near = near
        self._boxes = np.zeros((2, CLEAR, 3), np.int16)  # the least and the greatest of each channel
        self._count = 0
        self._exact = 0
        self._next = np.zeros(1 << 24, np.uint8)  # by colour: its index and one more, 0 for a colour that has none

    def told(self) -> bytes:
        """Return the table as a file holds it."""
        entries: np.ndarray = (self._boxes[0] + self._boxes[1]) // 2
        return entries.astype(np.uint8).tobytes() + bytes(3)

    def known(self, colours: np.ndarray) -> np.ndarray:
        """Return the index of each colour, `CLEAR` for one that the table has none for."""
        found: np.ndarray = self._next.take(colours)
        found -= np.uint8(1)
        return found

    def indices(self, wanted: np.ndarray, flat: Mapping[int, int]) -> np.ndarray | None:
        """Return an index for each colour; None, and the table stays as it was, where it has no room for all.

        flat  how many marks have a colour, as numbers like `wanted`: the most frequent ones get exact entries
        """
        found = self.known(wanted)
        new = found == CLEAR
        if not new.any():
            return found
        new[1:] &= wanted[1:] != wanted[:-1]  # one of a run is enough
        colours = np.unique(wanted[new])
        rgb = _channels(colours)
        given = np.full(len(rgb), CLEAR, np.uint8)
        boxes, count, exact = self._boxes.copy(), self._count, self._exact
        marked = [(-flat[c | _OPAQUE], c, i) for i, c in enumerate(colours.tolist()) if c | _OPAQUE in flat]
        for _, _, i in sorted(marked)[: min(EXACT - exact, CLEAR - count)]:
            boxes[:, count] = rgb[i] - self.near, rgb[i] + self.near  # it cannot grow, and so not move
            given[i] = count
            exact, count = exact + 1, count + 1
        _grow(rgb, given, boxes[:, :count], 2 * self.near)
        count = _add(rgb, given, boxes, count, self.near)
        if (given == CLEAR).any():
            return None
        self._boxes, self._count, self._exact = boxes, count, exact
        self._next[colours] = given + 1
        return self.known(wanted)


def _channels(colours: np.ndarray) -> np.ndarray:
    return np.stack([colours & 255, colours >> 8 & 255, colours >> 16 & 255], axis=-1).astype(np.int16)


def _grow(rgb: np.ndarray, given: np.ndarray, boxes: np.ndarray, most: int) -> None:
    """Give colours that have no index the box that must grow least for it, if it then spans `most` levels at most."""
    low, high = boxes
    left = np.flatnonzero(given == CLEAR)
    while len(low) and len(left):
        least, greatest = high - most, low + most
        fits = np.ones((len(left), len(low)), bool)
        for c in range(3):
            colour = rgb[left, c, None]
            fits &= (colour >= least[:, c]) & (colour <= greatest[:, c])
        which, box = np.nonzero(fits)
        colour = rgb[left[which]]
        growth = np.maximum(low[box] - colour, colour - high[box]).max(1)
        order = np.lexsort((growth, which))
        order = order[np.flatnonzero(np.diff(which, prepend=-1))]  # for each colour the box that grows least
        left, box = left[which[order]], box[order]
        # A box takes all of its colours that are in it, and of the others the first: the next may then go elsewhere.
        inside = growth[order] <= 0
        first = np.zeros(len(left), bool)
        first[np.unique(np.where(inside, -1, box), return_index=True)[1]] = True
        first &= ~inside
        low[box[first]] = np.minimum(low[box[first]], rgb[left[first]])
        high[box[first]] = np.maximum(high[box[first]], rgb[left[first]])
        given[left[inside | first]] = box[inside | first]
        left = left[~(inside | first)]


def _add(rgb: np.ndarray, given: np.ndarray, boxes: np.ndarray, count: int, near: int) -> int:
    """Add boxes for colours that have no index, as long as there is room; return how many boxes there are then."""
    while count < CLEAR and len(left := np.flatnonzero(given == CLEAR)):
        # Blends lie on lines between two colours: an entry stands amid those that have none yet.
        first, rest = rgb[left[0]], rgb[left]
        pool = rest[np.abs(rest - first).max(1) <= 2 * near]
        middle = np.clip((pool.min(0) + pool.max(0)) // 2, first - near, first + near)
        inside = np.abs(rest - middle).max(1) <= near
        boxes[:, count] = rest[inside].min(0), rest[inside].max(0)
        given[left[inside]] = count
        count += 1
    return count
