"""Films as PDF (ISO 32000-1): a vector page a frame, text as text, what pages share written once.

Slides made with LaTeX show page k with \\includegraphics<k>[page=k]; the bookmarks are the sweeps and their steps.
The parts of DejaVu that are used go into the file; characters from other fonts are drawn as outlines that carry their
text.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO

import numpy as np

from ..picture.fonts import measure, outlines
from ..picture.scene import Element, Frame, Image, Mark, Path, Rect, Scene, Text
from .pdffonts import Fonts
from .pixels import rounded
from .surface import rgb
from .svg import number

POINT = 0.75  # of a px: 96 px are an inch


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write one page for each frame; a still gives one page. The page's size is that of the output at 96 px an inch."""
    del loop
    Document(out, size).write(frames)


class Document:
    """A PDF file while it is written: its numbered objects and where each begins."""

    def __init__(self, out: BinaryIO, size: tuple[int, int]) -> None:
        self._out, self._size = out, size
        self._at = 0
        self._places: dict[int, int] = {}
        self._count = 0
        self._digest = hashlib.sha256()
        self._fonts = Fonts()
        self._forms: dict[Element, int] = {}  # of the page before
        self._images: dict[bytes, int] = {}

    def write(self, frames: Iterator[Frame]) -> None:
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")  # it needs no later one, of which pdfTeX would warn
        catalog, pages, resources, structure = (self.reserve() for _ in range(4))
        kids: list[int] = []
        figures: list[int] = []
        steps: list[tuple[str, str]] = []
        title = ""
        first = next(frames)
        second = next(frames, None)
        scenes = [first] if second is None else [first, second]
        for frame in (*scenes, *frames):
            title = title or frame.scene.title
            kids.append(self.reserve())
            steps.append((frame.part, frame.note))
            figures.append(self._page(frame, kids[-1], pages, resources, structure, second is not None, len(figures)))
        fonts = " ".join(f"/{name} {self._font(name)} 0 R" for name in self._fonts.names())
        images = " ".join(f"/I{n} {n} 0 R" for n in self._images.values())
        self.put(resources, f"<< /Font << {fonts} >> /XObject << {images} >> >>")
        self.put(pages, f"<< /Type /Pages /Kids [{_refs(kids)}] /Count {len(kids)} >>")
        parents = " ".join(f"{i} [{n} 0 R]" for i, n in enumerate(figures))
        self.put(
            structure,
            f"<< /Type /StructTreeRoot /K [{_refs(figures)}] /ParentTree << /Nums [{parents}] >> "
            f"/ParentTreeNextKey {len(figures)} >>",
        )
        marks = f"/Outlines {self._bookmarks(steps, kids)} 0 R " if second is not None else ""
        self.put(
            catalog,
            f"<< /Type /Catalog /Pages {pages} 0 R /StructTreeRoot {structure} 0 R /MarkInfo << /Marked true >> "
            f"{marks}/Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>",
        )
        told = self.reserve()
        self.put(told, f"<< /Title {string(title)} /Producer (gradviz){_date()} >>")
        self._finish(catalog, told)

    def _bookmarks(self, steps: list[tuple[str, str]], pages: list[int]) -> int:
        """Write a bookmark for each part of the film, and in it one a page (ISO 32000-1, 12.3.3); return their root."""
        root = self.reserve()
        parts: list[tuple[int, str, int, str]] = []
        for part, run in groupby(range(len(pages)), key=lambda i: steps[i][0]):
            shown, above = list(run), self.reserve()
            inside = [(self.reserve(), steps[i][1], pages[i], "") for i in shown]
            self._siblings(inside, above)
            ends = f" /First {inside[0][0]} 0 R /Last {inside[-1][0]} 0 R /Count -{len(inside)}"
            parts.append((above, part, pages[shown[0]], ends))
        self._siblings(parts, root)
        self.put(root, f"<< /Type /Outlines /First {parts[0][0]} 0 R /Last {parts[-1][0]} 0 R /Count {len(parts)} >>")
        return root

    def _siblings(self, items: list[tuple[int, str, int, str]], above: int) -> None:
        """Write bookmarks that stand under one other: number, words, page, and what they hold."""
        for i, (n, words, page, inside) in enumerate(items):
            before = f" /Prev {items[i - 1][0]} 0 R" if i else ""
            after = f" /Next {items[i + 1][0]} 0 R" if i + 1 < len(items) else ""
            where = f"/Parent {above} 0 R{before}{after}{inside} /Dest [{page} 0 R /Fit]"
            self.put(n, f"<< /Title {string(words)} {where} >>")

    # ---- pages

    def _page(
        self, frame: Frame, page: int, pages: int, resources: int, structure: int, shared: bool, number_of: int
    ) -> int:
        scene, (width, height) = frame.scene, self._size
        scale = POINT * min(width / scene.width, height / scene.height)
        left, top = (POINT * width - scale * scene.width) / 2, (POINT * height + scale * scene.height) / 2
        parts = [
            "/Figure << /MCID 0 >> BDC q 4 M",
            f"{_colour(scene.ground)} rg 0 0 {number(POINT * width)} {number(POINT * height)} re f",
            f"{number(scale)} 0 0 {number(-scale)} {number(left)} {number(top)} cm",
        ]
        forms: dict[Element, int] = {}
        for e in scene.elements:
            if shared:
                forms[e] = self._forms.get(e) or self._form(e, scene, resources)
                parts.append(f"/E{forms[e]} Do")
            else:
                parts.append(self._content(e))
        parts.append("Q EMC")
        self._forms = forms
        content, figure = self.stream(" ", "\n".join(parts).encode()), self.reserve()
        note = f" /Alt {string(frame.note)}" if frame.note else ""
        self.put(
            figure,
            f"<< /Type /StructElem /S /Figure /P {structure} 0 R /Pg {page} 0 R /K 0{note} >>",
        )
        own = f"{resources} 0 R"
        if shared:
            named = " ".join(f"/E{n} {n} 0 R" for n in dict.fromkeys(forms.values()))
            own = f"<< /XObject << {named} >> >>"
        self.put(
            page,
            f"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {number(POINT * width)} {number(POINT * height)}] "
            f"/Resources {own} /Contents {content} 0 R /StructParents {number_of} /Tabs /S >>",
        )
        return figure

    def _form(self, element: Element, scene: Scene, resources: int) -> int:
        """Write an element as an object that several pages show."""
        box = f"[0 0 {number(scene.width)} {number(scene.height)}]"
        head = f" /Type /XObject /Subtype /Form /BBox {box} /Resources {resources} 0 R "
        return self.stream(head, self._content(element).encode())

    def _content(self, element: Element) -> str:
        return "\n".join(self._mark(m) for m in element.marks)

    def _mark(self, mark: Mark) -> str:
        match mark:
            case Rect(x, y, w, h, r, fill=fill, stroke=stroke, line=line, dash=dash):
                if r > 0:
                    return _drawn(*rounded(x, y, w, h, r), fill, _pen(stroke, line, dash, "butt"))
                paint = _pen(stroke, line, dash, "butt")
                shape = f"{number(x)} {number(y)} {number(w)} {number(h)} re"
                return f"{paint}{_fill(fill)}{shape} {_operator(fill, paint)}"
            case Path(ops, xy, fill=fill, stroke=stroke, line=line, dash=dash, cap=cap):
                return _drawn(ops, xy, fill, _pen(stroke, line, dash, cap))
            case Text():
                return self._text(mark)
            case Image(x, y, w, h):
                name = self._image(mark)
                return f"q {number(w)} 0 0 {number(-h)} {number(x)} {number(y + h)} cm /I{name} Do Q"
            case _:
                raise AssertionError(mark)

    def _text(self, mark: Text) -> str:
        natural = measure(mark.text, mark.size, bold=mark.bold, mono=mark.mono)
        stretch = mark.width / natural if natural > 0 and mark.width > 0 else 1.0
        x = mark.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * natural * stretch
        parts = [f"{_colour(mark.fill)} rg"]
        for name, words in self._fonts.runs(mark.text, mark.bold, mark.mono):
            if name:
                place = f"{number(100 * stretch)} Tz 1 0 0 -1 {number(x)} {number(mark.y)} Tm"
                parts.append(f"BT /{name} {number(mark.size)} Tf {place} <{self._fonts.encode(name, words)}> Tj ET")
            else:
                line = outlines(words, bold=mark.bold, mono=mark.mono)
                placed = line.points * np.array((mark.size * stretch, mark.size)) + np.array((x, mark.y))
                shape = _outline(placed.tolist(), line.codes.tolist())
                # Readers give a span's text where it shows a glyph, so it has a blank as wide as its outlines.
                wide = 100 * stretch * measure(words, 1.0, bold=mark.bold, mono=mark.mono) / measure(" ", 1.0)
                blank = (
                    f"{number(wide)} Tz 1 0 0 -1 {number(x)} {number(mark.y)} Tm <{self._fonts.encode('S', ' ')}> Tj"
                )
                parts.append(
                    f"/Span << /ActualText {string(words)} >> BDC {shape} BT /S {number(mark.size)} Tf {blank} ET EMC"
                )
            x += stretch * measure(words, mark.size, bold=mark.bold, mono=mark.mono)
        return " ".join(parts)

    def _image(self, mark: Image) -> int:
        key = hashlib.sha256(b"%d %d " % (mark.rows, mark.cols) + mark.rgb).digest()
        if key not in self._images:
            head = (
                f" /Type /XObject /Subtype /Image /Width {mark.cols} /Height {mark.rows} /ColorSpace /DeviceRGB "
                "/BitsPerComponent 8 /Interpolate false "
            )
            self._images[key] = self.stream(head, mark.rgb)
        return self._images[key]

    def _font(self, name: str) -> int:
        """Write a font's objects: its used glyphs, their widths, and which text they stand for."""
        part = self._fonts.embed(name)
        file = self.stream(f" /Length1 {len(part.file)} ", part.file)
        described, below, text = self.reserve(), self.reserve(), self.stream(" ", part.to_unicode)
        low, bottom, high, top = part.box
        self.put(
            described,
            f"<< /Type /FontDescriptor /FontName /{part.name} /Flags {part.flags} "
            f"/FontBBox [{low} {bottom} {high} {top}] /ItalicAngle 0 /Ascent {part.ascent} /Descent {part.descent} "
            f"/CapHeight 729 /StemV {part.stem} /FontFile2 {file} 0 R >>",
        )
        self.put(
            below,
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{part.name} "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/FontDescriptor {described} 0 R /CIDToGIDMap /Identity /W [{part.widths}] >>",
        )
        font = self.reserve()
        self.put(
            font,
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{part.name} /Encoding /Identity-H "
            f"/DescendantFonts [{below} 0 R] /ToUnicode {text} 0 R >>",
        )
        return font

    # ---- the file

    def reserve(self) -> int:
        """Return the number of an object that is written later."""
        self._count += 1
        return self._count

    def put(self, n: int, body: str) -> None:
        self._places[n] = self._at
        self._write(f"{n} 0 obj\n{body}\nendobj\n".encode("latin-1"))

    def stream(self, head: str, data: bytes) -> int:
        """Write a stream, deflated where that is shorter, and return its number."""
        import zlib

        packed = zlib.compress(data, 6)
        if len(packed) + 20 < len(data):
            head, data = f"{head}/Filter /FlateDecode ", packed
        n = self.reserve()
        self._places[n] = self._at
        self._write(f"{n} 0 obj\n<<{head}/Length {len(data)} >>\nstream\n".encode("latin-1"))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")
        return n

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._at += len(data)

    def _finish(self, catalog: int, told: int) -> None:
        start, identity = self._at, self._digest.hexdigest()[:32]
        self._write(f"xref\n0 {self._count + 1}\n0000000000 65535 f \n".encode())
        for n in range(1, self._count + 1):
            self._write(b"%010d 00000 n \n" % self._places[n])
        self._write(
            f"trailer\n<< /Size {self._count + 1} /Root {catalog} 0 R /Info {told} 0 R "
            f"/ID [<{identity}> <{identity}>] >>\nstartxref\n{start}\n%%EOF\n".encode()
        )


def string(text: str) -> str:
    """Return a text string in hexadecimal UTF-16, in which nothing can end it."""
    return "<feff" + text.encode("utf-16-be", "backslashreplace").hex() + ">"


def _refs(numbers: list[int]) -> str:
    return " ".join(f"{n} 0 R" for n in numbers)


def _date() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch.isdecimal():
        return ""
    return time.strftime(" /CreationDate (D:%Y%m%d%H%M%SZ)", time.gmtime(int(epoch)))


def _colour(colour: str) -> str:
    return " ".join(number(c / 255) for c in rgb(colour))


def _fill(fill: str | None) -> str:
    return f"{_colour(fill)} rg " if fill else ""


def _pen(stroke: str | None, line: float, dash: tuple[float, ...], cap: str) -> str:
    if not stroke or not line:
        return ""
    ends = 1 if cap == "round" else 0
    return f"{_colour(stroke)} RG {number(line)} w {ends} J {ends} j [{' '.join(map(number, dash))}] 0 d "


def _operator(fill: str | None, pen: str) -> str:
    return "B" if fill and pen else "f" if fill else "S" if pen else "n"


def _drawn(ops: str, xy: tuple[float, ...], fill: str | None, pen: str) -> str:
    parts, i = [], 0
    for op in ops:
        n = {"M": 2, "L": 2, "C": 6, "Z": 0}[op]
        parts.append(" ".join(map(number, xy[i : i + n])) + {"M": " m", "L": " l", "C": " c", "Z": "h"}[op])
        i += n
    return f"{pen}{_fill(fill)}{' '.join(parts)} {_operator(fill, pen)}" if parts else ""


def _outline(points: list[list[float]], codes: list[int]) -> str:
    """Return glyph outlines as a filled path; a conic becomes the cubic that is the same curve."""
    parts, i = [], 0
    x = y = 0.0
    while i < len(codes):
        a, b = points[i]
        match codes[i]:
            case 1:
                parts.append(f"{number(a)} {number(b)} m")
            case 2:
                parts.append(f"{number(a)} {number(b)} l")
            case 3:
                i += 1
                c, d = points[i]
                first = (x + 2 / 3 * (a - x), y + 2 / 3 * (b - y))
                second = (c + 2 / 3 * (a - c), d + 2 / 3 * (b - d))
                parts.append(" ".join(map(number, (*first, *second, c, d))) + " c")
                a, b = c, d
            case 4:
                parts.append(" ".join(number(v) for p in points[i : i + 3] for v in p) + " c")
                i += 2
                a, b = points[i]
            case _:
                parts.append("h")
        x, y = a, b
        i += 1
    return " ".join(parts) + " f" if parts else "n"
