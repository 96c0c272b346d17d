"""How wide a text is and what its letters look like, from the DejaVu fonts that Matplotlib carries.

No hinting and no kerning, so a width is exactly linear in the size and the same on every machine. A character that
DejaVu lacks comes from the font files in GRADVIZ_FONT, then from installed fonts, else it is a box with its code.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path as File
from typing import Any

import numpy as np

from ..errors import UnknownName


@dataclass(frozen=True, eq=False, slots=True)
class Outline:
    """Outlines of glyphs in em, y down, the pen starting at (0, 0): Matplotlib's path codes and their points."""

    points: np.ndarray  # float64 (n, 2)
    codes: np.ndarray  # uint8 (n,): 1 move, 2 line, 3 conic, 4 cubic, 79 close
    width: float

    @classmethod
    def empty(cls, width: float) -> Outline:
        return cls(np.empty((0, 2)), np.empty(0, np.uint8), width)


def measure(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Return the advance width in px of a text set at a size in px.

    >>> measure("0.707", 13, mono=True) == measure("1.000", 13, mono=True)
    True
    """
    return _em(text, bold, mono) * size


def outlines(text: str, *, bold: bool = False, mono: bool = False) -> Outline:
    """Return a text's outlines in em; the caller scales them by the size."""
    return _outlines(text, bold, mono)


def missing(text: str) -> tuple[str, ...]:
    """Return the characters that no font at hand has, each once, sorted: they are drawn as boxes with their codes."""
    return tuple(sorted({c for c in set(text) if not _ignorable(c) and face_of(c) is None}))


def faces(text: str, *, bold: bool = False, mono: bool = False) -> tuple[tuple[str | None, str], ...]:
    """Split a text into runs of one font file each; None is the file of characters that are drawn as boxes."""
    runs: list[tuple[str | None, str]] = []
    for c in text:
        file = face_of(c, bold, mono)
        if runs and (runs[-1][0] == file or _ignorable(c)):
            runs[-1] = (runs[-1][0], runs[-1][1] + c)
        else:
            runs.append((file, c))
    return tuple(runs)


@cache
def bundled(bold: bool = False, mono: bool = False) -> str:
    """Return the path of the DejaVu font file for a style."""
    import matplotlib

    name = f"DejaVuSans{'Mono' if mono else ''}{'-Bold' if bold else ''}.ttf"
    return os.path.join(matplotlib.get_data_path(), "fonts", "ttf", name)


@lru_cache(maxsize=65_536)
def _em(text: str, bold: bool, mono: bool) -> float:
    return sum(_glyph(c, bold, mono).width for c in text)


@lru_cache(maxsize=8_192)
def _outlines(text: str, bold: bool, mono: bool) -> Outline:
    points, codes, pen = [], [], 0.0
    for c in text:
        glyph = _glyph(c, bold, mono)
        points.append(glyph.points + np.array((pen, 0.0)))
        codes.append(glyph.codes)
        pen += glyph.width
    if not points:
        return Outline.empty(0.0)
    return Outline(np.concatenate(points), np.concatenate(codes), pen)


@lru_cache(maxsize=16_384)
def _glyph(c: str, bold: bool, mono: bool) -> Outline:
    if _ignorable(c):
        return Outline.empty(0.0)
    file = face_of(c, bold, mono)
    return _coded_box(c) if file is None else _from_font(file, c)


def _ignorable(c: str) -> bool:
    """Tell whether a character has no look of its own: joiners, direction marks, variation selectors."""
    return unicodedata.category(c) == "Cf" or 0xFE00 <= ord(c) <= 0xFE0F or 0xE0100 <= ord(c) <= 0xE01EF


@lru_cache(maxsize=16_384)
def face_of(c: str, bold: bool = False, mono: bool = False) -> str | None:
    """Return the path of the first font file that has a character, or None."""
    own = dict.fromkeys((bundled(bold, mono), bundled(bold, False), bundled(False, False)))
    if "\ud800" <= c <= "\udfff":
        return None
    for file in own:
        if _font(file).get_char_index(ord(c)):
            return file
    return next((file for file in _others() if ord(c) in _covered(file)), None)


def _others() -> Iterator[str]:
    yield from _named()
    yield from _installed()


@cache
def _named() -> tuple[str, ...]:
    """Return the font files that GRADVIZ_FONT names, which may be several, joined as in PATH."""
    files = tuple(f for f in os.environ.get("GRADVIZ_FONT", "").split(os.pathsep) if f)
    for file in files:
        try:
            _font(file)
        except (OSError, RuntimeError) as e:
            raise UnknownName(
                f"GRADVIZ_FONT names {file!r}, which is not a font that can be read ({e}); "
                "give the path of a TrueType or OpenType file, or unset it"
            ) from e
    return files


@cache
def _installed() -> tuple[str, ...]:
    """Return installed upright fonts, sans serif and regular ones first, in an order that does not change."""
    from matplotlib.font_manager import fontManager

    def rank(entry: Any) -> tuple[bool, bool, bool, str, str]:
        name = str(entry.name)
        return (
            "Sans" not in name,
            "CJK" not in name,
            entry.weight not in (400, "normal", "regular"),
            name,
            entry.fname,
        )

    usable = [e for e in fontManager.ttflist if e.style == "normal" and "Last Resort" not in e.name]
    own = File(bundled()).parent
    return tuple(e.fname for e in sorted(usable, key=rank) if File(e.fname).parent != own or "STIX" in e.name)


@cache
def _covered(file: str) -> frozenset[int]:
    """Return the code points a font file has outlines for; none where it cannot be read or has only bitmaps."""
    try:
        font = _open(file)
        return frozenset(font.get_charmap()) if font.scalable else frozenset()
    except (OSError, RuntimeError, ValueError):
        return frozenset()


@cache
def _font(file: str) -> Any:
    return _open(file)


def _open(file: str) -> Any:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(file)
    if font.scalable:
        font.set_size(font.units_per_EM, 72)  # one unit of the font is one px: exact numbers
    return font


def _from_font(file: str, c: str) -> Outline:
    from matplotlib import ft2font

    kinds: Any = getattr(ft2font, "LoadFlags", None)  # since Matplotlib 3.10
    flags = kinds.NO_HINTING if kinds else vars(ft2font)["LOAD_NO_HINTING"]
    font = _font(file)
    glyph = font.load_char(ord(c), flags=flags)
    points, codes = font.get_path()
    em = font.units_per_EM
    width = round(glyph.linearHoriAdvance / 65536) / em
    if not len(codes):
        return Outline.empty(width)
    points, codes = np.array(points, float).reshape(-1, 2) * (1 / em, -1 / em), np.array(codes, np.uint8)
    closing = np.flatnonzero(codes == 79)
    points[closing] = points[closing - 1]  # Matplotlib leaves them at the origin
    return Outline(points, codes, width)


def _coded_box(c: str) -> Outline:
    """Return a frame that holds a character's code in hexadecimal, in two rows."""
    code = f"{ord(c):04X}" if ord(c) <= 0xFFFF else f"{ord(c):06X}"
    columns = len(code) // 2
    step, height = 0.26, 0.4
    width = 0.2 + step * columns
    outer = [(0.05, -0.76), (0.05 + width, -0.76), (0.05 + width, 0.14), (0.05, 0.14), (0.05, -0.76)]
    inner = [(0.09, -0.72), (0.09, 0.1), (0.01 + width, 0.1), (0.01 + width, -0.72), (0.09, -0.72)]
    points = [np.array(outer), np.array(inner)]  # opposite ways round, so that the inside stays empty
    codes = [np.array([1, 2, 2, 2, 79], np.uint8)] * 2
    for i, digit in enumerate(code):
        glyph = _glyph(digit, False, True)
        at = (0.15 + step * (i % columns), -0.76 + height * (1 + i // columns))
        points.append(glyph.points * np.array((step / glyph.width * 0.94, 0.42)) + np.array(at))
        codes.append(glyph.codes)
    return Outline(np.concatenate(points), np.concatenate(codes), width + 0.1)
