"""The fonts of a PDF: which glyphs of DejaVu it uses, and the part of the font file that holds them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ..picture.fonts import bundled, faces

_STYLES = {"S": (False, False), "SB": (True, False), "M": (False, True), "MB": (True, True)}


@dataclass(frozen=True, slots=True)
class Part:
    """What a PDF says about a font of which it holds a part; lengths are thousandths of an em."""

    name: str
    file: bytes
    to_unicode: bytes
    widths: str
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    flags: int
    stem: int


class Fonts:
    """The fonts used so far, and for each the glyphs that were used with their characters."""

    def __init__(self) -> None:
        self._used: dict[str, dict[int, str]] = {}
        self._names = {bundled(*style): name for name, style in _STYLES.items()}

    def names(self) -> list[str]:
        return sorted(self._used)

    def runs(self, text: str, bold: bool, mono: bool) -> Iterator[tuple[str | None, str]]:
        """Split text into runs of one font; None for characters that are to be drawn as outlines."""
        for file, words in faces(text, bold=bold, mono=mono):
            yield (self._names.get(file) if file else None), words

    def encode(self, name: str, words: str) -> str:
        """Return the glyphs of a run in hexadecimal and remember them."""
        used, codes = self._used.setdefault(name, {}), _codes(name)
        glyphs = [(codes[ord(c)], c) for c in words if ord(c) in codes]
        for glyph, c in glyphs:
            used.setdefault(glyph, c)
        return "".join(f"{glyph:04x}" for glyph, _ in glyphs)

    def embed(self, name: str) -> Part:
        """Return the part of a font that holds the glyphs used; glyphs keep their numbers."""
        from fontTools import subset
        from fontTools.ttLib import TTFont

        used = self._used[name]
        options = subset.Options()
        options.retain_gids = options.notdef_outline = True
        options.hinting = options.glyph_names = False
        options.layout_features = []
        options.drop_tables += ["GPOS", "GSUB", "GDEF", "FFTM", "MATH", "OS/2", "cmap", "gasp", "kern", "name", "post"]
        file = io.BytesIO()
        with TTFont(bundled(*_STYLES[name]), lazy=True, recalcTimestamp=False) as font:
            head, lines = font["head"], font["hhea"]
            em = head.unitsPerEm
            order, metrics = font.getGlyphOrder(), font["hmtx"]
            widths = " ".join(f"{g} [{round(1000 * metrics[order[g]][0] / em)}]" for g in sorted(used))
            low, bottom, high, top = (round(1000 * v / em) for v in (head.xMin, head.yMin, head.xMax, head.yMax))
            ascent, descent = round(1000 * lines.ascent / em), round(1000 * lines.descent / em)
            part = subset.Subsetter(options)
            part.populate(gids=sorted(used))
            part.subset(font)
            font.save(file)
        bold, mono = _STYLES[name]
        return Part(
            name=f"{_tag(sorted(used))}+DejaVuSans{'Mono' if mono else ''}{'-Bold' if bold else ''}",
            file=file.getvalue(),
            to_unicode=_to_unicode(used),
            widths=widths,
            box=(low, bottom, high, top),
            ascent=ascent,
            descent=descent,
            flags=4 | (1 if mono else 0),
            stem=140 if bold else 80,
        )


@cache
def _codes(name: str) -> dict[int, int]:
    """Return the glyph of each code point."""
    from matplotlib.ft2font import FT2Font

    return dict(FT2Font(bundled(*_STYLES[name])).get_charmap())


def _tag(glyphs: list[int]) -> str:
    """Return the six letters that tell one part of a font from another."""
    import hashlib

    digest = hashlib.sha256(repr(glyphs).encode()).digest()
    return "".join(chr(65 + b % 26) for b in digest[:6])


def _to_unicode(used: dict[int, str]) -> bytes:
    """Return the table from glyphs to text, a hundred lines a block (ISO 32000-1, 9.10.3)."""
    rows = [f"<{glyph:04x}> <{c.encode('utf-16-be').hex()}>" for glyph, c in sorted(used.items())]
    blocks = "".join(
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar\n"
        for part in (rows[i : i + 100] for i in range(0, len(rows), 100))
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{blocks}"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
