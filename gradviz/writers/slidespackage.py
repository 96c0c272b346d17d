"""A PowerPoint file while it is written (ECMA-376): slides go into it as they come, and none is kept in memory.

The master, the layouts and the notes' master are those of python-pptx's own template. The lists of slides are at the
file's end. There is no time of day in it, so that the bytes repeat.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from typing import Any, BinaryIO

from .svg import escape

WIDTH = 12_192_000  # of a slide, in EMU: 914,400 an inch
LOWEST, HIGHEST = 914_400, 51_206_400  # that a slide may be (ECMA-376, ST_SlideSizeCoordinate)
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_TYPES = "application/vnd.openxmlformats-officedocument.presentationml."
_LIST, _RELATIONS, _CONTENT = "ppt/presentation.xml", "ppt/_rels/presentation.xml.rels", "[Content_Types].xml"
_NOTES = (
    f'{_XML}<p:notes {SPACES}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/>'
    '</p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" name="Slide Image Placeholder 1"/><p:cNvSpPr>'
    '<a:spLocks noGrp="1" noRot="1" noChangeAspect="1"/></p:cNvSpPr><p:nvPr><p:ph type="sldImg" idx="2"/></p:nvPr>'
    '</p:nvSpPr><p:spPr/></p:sp><p:sp><p:nvSpPr><p:cNvPr id="3" name="Notes Placeholder 2"/><p:cNvSpPr>'
    '<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="body" idx="3" sz="quarter"/></p:nvPr></p:nvSpPr><p:spPr/>'
    "<p:txBody><a:bodyPr/><a:lstStyle/><a:p>%s</a:p></p:txBody></p:sp></p:spTree></p:cSld>"
    "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>"
)


@contextmanager
def package(out: BinaryIO, title: str, height: int) -> Iterator[Package]:
    """Write a file whose slides are `WIDTH` by `height` EMU; at the end of the block it is whole."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        file = Package(parts, title, height)
        yield file
        file.finish()


class Package:
    """The file while it is written: `picture` and `add` put something into it, `finish` the lists of that."""

    def __init__(self, parts: zipfile.ZipFile, title: str, height: int) -> None:
        from pptx import Presentation

        show = Presentation()
        _resize(show, height)
        info = show.core_properties
        title = unescape(escape(title))
        info.title = title if len(title) < 256 else title[:254] + "…"  # what the property holds
        info.author = info.last_modified_by = "gradviz"
        info.created = info.modified = datetime(2000, 1, 1, tzinfo=UTC)
        layout, notes = show.slide_layouts.get_by_name("Title Only"), show.notes_master
        self._layout, self._notes = (p.part.partname.replace("/ppt/", "../") for p in (layout, notes))
        kept = io.BytesIO()
        show.save(kept)
        with zipfile.ZipFile(kept) as own:
            names = [name for name in own.namelist() if not name.endswith("thumbnail.jpeg")]
            template = {name: own.read(name).decode() if name.endswith((".xml", ".rels")) else "" for name in names}
        self._last = {name: template.pop(name) for name in (_LIST, _RELATIONS, _CONTENT)}
        self._zip = parts
        for name, text in template.items():
            if text:  # not the settings of somebody's printer
                self._put(name, re.sub(r"<Relationship [^>]*thumbnail[^>]*/>", "", text).encode())
        self._slides = 0
        self._pictures: dict[bytes, str] = {}

    def picture(self, data: bytes) -> str:
        """Write a PNG, if it is not there yet, and return the relation by which slides show it."""
        key = hashlib.sha256(data).digest()
        if key not in self._pictures:
            self._pictures[key] = f"image{len(self._pictures) + 1}"
            self._put(f"ppt/media/{self._pictures[key]}.png", data)
        return self._pictures[key]

    def add(self, slide: str, note: str) -> None:
        """Write a slide, and its note for the speaker."""
        self._slides += 1
        n = self._slides
        shown = sorted(set(re.findall(r'r:embed="(image\d+)"', slide)), key=lambda name: int(name[5:]))
        self._put(f"ppt/slides/slide{n}.xml", (_XML + slide).encode())
        self._put(
            f"ppt/slides/_rels/slide{n}.xml.rels",
            _relations(
                ("rId1", "slideLayout", self._layout),
                ("rId2", "notesSlide", f"../notesSlides/notesSlide{n}.xml"),
                *((name, "image", f"../media/{name}.png") for name in shown),
            ),
        )
        words = f"<a:r><a:t>{escape(' '.join(note.split()))}</a:t></a:r>"
        self._put(f"ppt/notesSlides/notesSlide{n}.xml", (_NOTES % words).encode())
        self._put(
            f"ppt/notesSlides/_rels/notesSlide{n}.xml.rels",
            _relations(("rId1", "notesMaster", self._notes), ("rId2", "slide", f"../slides/slide{n}.xml")),
        )

    def finish(self) -> None:
        """Write the lists of all slides."""
        numbers = range(1, self._slides + 1)
        notes = re.search(r'Id="([^"]*)"[^>]*/notesMaster"', self._last[_RELATIONS])
        assert notes is not None
        listed = "".join(f'<p:sldId id="{255 + n}" r:id="slide{n}"/>' for n in numbers)
        lists = f'<p:notesMasterIdLst><p:notesMasterId r:id="{notes[1]}"/></p:notesMasterIdLst>'
        lists += f"<p:sldIdLst>{listed}</p:sldIdLst>"
        self._end(_LIST, "</p:sldMasterIdLst>", "</p:sldMasterIdLst>" + lists)
        slides = _related(*((f"slide{n}", "slide", f"slides/slide{n}.xml") for n in numbers))
        self._last[_RELATIONS] = re.sub(r"<Relationship [^>]*printerSettings[^>]*/>", "", self._last[_RELATIONS])
        self._end(_RELATIONS, "</Relationships>", slides + "</Relationships>")
        types = '<Default Extension="png" ContentType="image/png"/>' if self._pictures else ""
        for n in numbers:
            types += f'<Override PartName="/ppt/slides/slide{n}.xml" ContentType="{_TYPES}slide+xml"/>'
            types += f'<Override PartName="/ppt/notesSlides/notesSlide{n}.xml" ContentType="{_TYPES}notesSlide+xml"/>'
        self._end(_CONTENT, "</Types>", types + "</Types>")

    def _end(self, name: str, mark: str, text: str) -> None:
        assert mark in self._last[name]
        self._put(name, self._last[name].replace(mark, text).encode())

    def _put(self, name: str, data: bytes) -> None:
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        self._zip.writestr(entry, data)


def _relations(*several: tuple[str, str, str]) -> bytes:
    space = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return f"{_XML}<Relationships {space}>{_related(*several)}</Relationships>".encode()


def _related(*several: tuple[str, str, str]) -> str:
    return "".join(f'<Relationship Id="{i}" Type="{_KINDS}{kind}" Target="{to}"/>' for i, kind, to in several)


def _resize(show: Any, height: int) -> None:
    """Give the slides their size, and with them what python-pptx's own template places, for slides added later."""
    across, down = WIDTH / show.slide_width, height / show.slide_height
    master = show.slide_master
    for shape in (s for part in (master, *show.slide_layouts) for s in part.shapes if s._element.spPr.xfrm is not None):
        shape.left, shape.width = round(shape.left * across), round(shape.width * across)
        shape.top, shape.height = round(shape.top * down), round(shape.height * down)
    show.slide_width, show.slide_height = WIDTH, height
    show._element.sldSz.attrib.pop("type", None)  # it says 4:3
