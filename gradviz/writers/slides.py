"""Films as PowerPoint slides, one a step, of shapes that can be edited.

An element is a group of the same name on every slide ("!!node-3"), so that the Morph transition moves it; only
arrays' cells are pictures. Speaker notes tell the step, and an element's tooltip is its alternative text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from ..picture.scene import Element, Frame, Image, Mark, Path, Rect, Text, mark_box
from .svg import disc, escape

_WIDTH = 12_192_000  # of a slide, in EMU: 914,400 an inch
_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_MORPH = f"""
<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" {_SPACES}>
<mc:Choice xmlns:p159="http://schemas.microsoft.com/office/powerpoint/2015/09/main" Requires="p159">
<p:transition spd="fast"><p159:morph option="byObject"/></p:transition></mc:Choice>
<mc:Fallback><p:transition spd="fast"><p:fade/></p:transition></mc:Fallback>
</mc:AlternateContent>"""
#: What has nothing to say, such as a glow: a screen reader passes over it.
_DECORATION = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
    '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)
#: Fonts that come with PowerPoint and are as wide as DejaVu's; where they are not, what they are like: pitch and
#: family, and the ten numbers of PANOSE.
_SANS = 'typeface="Verdana" panose="020B0604030504040204" pitchFamily="34" charset="0"'
_MONO = 'typeface="Lucida Console" panose="020B0609040504020204" pitchFamily="49" charset="0"'
#: From a line's middle to its baseline, in em: 0.40 in Verdana, 0.29 in Lucida Console, 0.346 in DejaVu. Tops differ
#: twice as much.
_BELOW = 0.346


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write a slide for each frame; the slides have the output's shape and are 13.33 inches wide."""
    from lxml import etree
    from pptx import Presentation

    del loop
    show = Presentation()
    _resize(show, round(_WIDTH * size[1] / size[0]))
    layout = show.slide_layouts.get_by_name("Title Only")
    drawer: Drawer | None = None
    for frame in frames:
        scene = frame.scene
        if drawer is None:
            drawer = Drawer(scene.width, scene.height, int(show.slide_height))
            info = show.core_properties
            info.title, info.author, info.last_modified_by = escape(scene.title), "gradviz", "gradviz"
            info.created = info.modified = datetime(2000, 1, 1, tzinfo=UTC)
        slide = show.slides.add_slide(layout)
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = _rgb(scene.ground)
        tree = slide.shapes._spTree
        heading, rest = drawer.heading(scene.elements, scene.title)
        title = etree.fromstring(heading)
        tree.replace(slide.shapes.title._element, title)
        for e in rest:
            xml = drawer.group(e)
            for key in re.findall(r"cells-\d+-", xml):
                _, relation = slide.part.get_or_add_image_part(io.BytesIO(drawer.pictures[key]))
                xml = xml.replace(key, relation)
            tree.append(etree.fromstring(xml))
        slide._element.insert(2, etree.fromstring(_MORPH))  # after what is seen and the colours
        slide.notes_slide.notes_text_frame.text = _plain(frame.note)
        drawer.forget(scene.elements)
    _save(show, out)


class Drawer:
    """Elements as DrawingML; each is made once, and its shapes have the same numbers on every slide."""

    def __init__(self, width: float, height: float, slide_height: int) -> None:
        self.scale = min(_WIDTH / width, slide_height / height)
        self.left = (_WIDTH - self.scale * width) / 2
        self.top = (slide_height - self.scale * height) / 2
        self.pictures: dict[str, bytes] = {}  # by what stands in the XML for the relation to it
        self._made: dict[Element, str] = {}
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers) + 2)  # 1 is the slide's tree

    def forget(self, kept: tuple[Element, ...]) -> None:
        """Keep what was made of the elements of this slide only."""
        self._made = {e: self._made[e] for e in kept if e in self._made}

    def heading(self, elements: tuple[Element, ...], title: str) -> tuple[str, list[Element]]:
        """Return the title as the slide's own title, and the other elements."""
        for e in elements:
            if e.id == "title" and len(e.marks) == 1 and isinstance(e.marks[0], Text):
                return self._text(e.marks[0], "slide-title", title=True), [x for x in elements if x is not e]
        above = Text(0, -40, title, 17, "#000000", 400)
        return self._text(above, "slide-title", title=True), list(elements)

    def group(self, e: Element) -> str:
        """Return an element as a group of shapes."""
        if e not in self._made:
            shapes = "".join(self._shape(m, f"{e.id}.{i}") for i, m in enumerate(e.marks))
            box = [mark_box(m) for m in e.marks] or [(0.0, 0.0, 0.0, 0.0)]
            x0, y0, x1, y1 = zip(*box, strict=True)
            place = self._place(min(x0), min(y0), max(x1) - min(x0), max(y1) - min(y0))
            words = e.title or " ".join(m.text for m in e.marks if isinstance(m, Text))
            told = f' descr="{escape(words)}"/>' if words else f">{_DECORATION}</p:cNvPr>"
            inner = place.replace("<a:off", "<a:chOff").replace("<a:ext", "<a:chExt")
            self._made[e] = (
                f'<p:grpSp {_SPACES}><p:nvGrpSpPr><p:cNvPr id="{self.number(e.id)}" name="!!{escape(e.id)}"{told}'
                f"<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm>{place}{inner}</a:xfrm></p:grpSpPr>"
                f"{shapes}</p:grpSp>"
            )
        return self._made[e]

    def _shape(self, mark: Mark, name: str) -> str:
        match mark:
            case Rect(x, y, w, h, r):
                kind = "roundRect" if r else "rect"
                corner = round(100_000 * min(r / min(w, h), 0.5)) if r and w and h else 0
                values = f'<a:gd name="adj" fmla="val {corner}"/>' if r else ""
                form = f'<a:prstGeom prst="{kind}"><a:avLst>{values}</a:avLst></a:prstGeom>'
                return self._drawn(name, self._place(x, y, w, h), form + self._paint(mark))
            case Path(ops, xy):
                if not xy:
                    return ""
                if found := disc(mark):
                    cx, cy, r = found
                    form = '<a:prstGeom prst="ellipse"><a:avLst/></a:prstGeom>'
                    return self._drawn(name, self._place(cx - r, cy - r, 2 * r, 2 * r), form + self._paint(mark))
                x, y = min(xy[::2]), min(xy[1::2])
                w, h = max(xy[::2]) - x, max(xy[1::2]) - y
                return self._drawn(
                    name, self._place(x, y, w, h), self._curve(ops, xy, (x, y, w, h)) + self._paint(mark)
                )
            case Text():
                return self._text(mark, name)
            case Image(x, y, w, h):
                return self._picture(mark, name, self._place(x, y, w, h))
            case _:
                raise AssertionError(mark)

    def _drawn(self, name: str, place: str, look: str) -> str:
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr id="{self.number(name)}" name="!!{escape(name)}"/><p:cNvSpPr/><p:nvPr/>'
            f"</p:nvSpPr><p:spPr><a:xfrm>{place}</a:xfrm>{look}</p:spPr></p:sp>"
        )

    def _place(self, x: float, y: float, w: float, h: float) -> str:
        left, top = self.left + self.scale * x, self.top + self.scale * y
        return (
            f'<a:off x="{round(left)}" y="{round(top)}"/>'
            f'<a:ext cx="{round(self.scale * w)}" cy="{round(self.scale * h)}"/>'
        )

    def _curve(self, ops: str, xy: tuple[float, ...], box: tuple[float, float, float, float]) -> str:
        x0, y0, w, h = box
        points = [
            f'<a:pt x="{round(self.scale * (x - x0))}" y="{round(self.scale * (y - y0))}"/>'
            for x, y in zip(xy[::2], xy[1::2], strict=True)
        ]
        parts, i = [], 0
        for op in ops:
            tag, n = {"M": ("moveTo", 1), "L": ("lnTo", 1), "C": ("cubicBezTo", 3), "Z": ("close", 0)}[op]
            parts.append(f"<a:{tag}>{''.join(points[i : i + n])}</a:{tag}>")
            i += n
        size = f'w="{round(self.scale * w)}" h="{round(self.scale * h)}"'
        return (
            '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/>'
            f"<a:pathLst><a:path {size}>{''.join(parts)}</a:path></a:pathLst></a:custGeom>"
        )

    def _paint(self, mark: Rect | Path) -> str:
        fill = _solid(mark.fill) if mark.fill else "<a:noFill/>"
        if not mark.stroke or not mark.line:
            return f"{fill}<a:ln><a:noFill/></a:ln>"
        ends = isinstance(mark, Path) and mark.cap == "round"
        pairs = zip(mark.dash[::2], mark.dash[1::2], strict=False)
        lengths = "".join(
            f'<a:ds d="{round(100_000 * on / mark.line)}" sp="{round(100_000 * off / mark.line)}"/>'
            for on, off in pairs
        )
        dash = f"<a:custDash>{lengths}</a:custDash>" if lengths else ""
        join = "<a:round/>" if ends else '<a:miter lim="400000"/>'
        return (
            f'{fill}<a:ln w="{round(self.scale * mark.line)}" cap="{"rnd" if ends else "flat"}">'
            f"{_solid(mark.stroke)}{dash}{join}</a:ln>"
        )

    def _text(self, mark: Text, name: str, *, title: bool = False) -> str:
        start = mark.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * mark.width
        place = self._place(start, mark.y - (_BELOW + 0.625) * mark.size, mark.width, 1.25 * mark.size)
        side = {"start": "l", "middle": "ctr", "end": "r"}[mark.anchor]
        face, points = (_MONO if mark.mono else _SANS), round(100 * mark.size * self.scale / 12_700)
        spaces = f" {_SPACES}" if title else ""
        kind = (
            '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="title"/></p:nvPr>'
            if title
            else '<p:cNvSpPr txBox="1"/><p:nvPr/>'
        )
        return (
            f'<p:sp{spaces}><p:nvSpPr><p:cNvPr id="{self.number(name)}" name="!!{escape(name)}"/>{kind}</p:nvSpPr>'
            f'<p:spPr><a:xfrm>{place}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
            '<p:txBody><a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></a:bodyPr>'
            f'<a:lstStyle/><a:p><a:pPr algn="{side}"/><a:r><a:rPr lang="en-US" sz="{points}" b="{int(mark.bold)}">'
            f"{_solid(mark.fill)}<a:latin {face}/><a:ea {face}/><a:cs {face}/></a:rPr>"
            f"<a:t>{escape(mark.text)}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    def _picture(self, mark: Image, name: str, place: str) -> str:
        key = f"cells-{len(self.pictures)}-"
        self.pictures[key] = _cells(mark)
        return (
            f'<p:pic><p:nvPicPr><p:cNvPr id="{self.number(name)}" name="!!{escape(name)}"/><p:cNvPicPr/><p:nvPr/>'
            f'</p:nvPicPr><p:blipFill><a:blip r:embed="{key}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
            f'<p:spPr><a:xfrm>{place}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
        )


def _resize(show: Any, height: int) -> None:
    """Give the slides their size, and with them what python-pptx's own template places, for slides added later."""
    across, down = _WIDTH / show.slide_width, height / show.slide_height
    master = show.slide_master
    for shape in (s for part in (master, *show.slide_layouts) for s in part.shapes if s._element.spPr.xfrm is not None):
        shape.left, shape.width = round(shape.left * across), round(shape.width * across)
        shape.top, shape.height = round(shape.top * down), round(shape.height * down)
    show.slide_width, show.slide_height = _WIDTH, height
    show._element.sldSz.attrib.pop("type", None)  # it says 4:3


def _solid(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{escape(colour[1:])}"/></a:solidFill>'


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour[1:])


def _plain(text: str) -> str:
    """Return text as it is or, where XML has no room for it, by its codes."""
    from html import unescape

    return unescape(escape(text))


def _cells(mark: Image) -> bytes:
    """Return cells as PNG with many pixels a cell, because PowerPoint smooths what it enlarges."""
    from PIL import Image as Pillow

    picture = Pillow.frombytes("RGB", (mark.cols, mark.rows), mark.rgb)
    times = max(1, min(24, 2048 // max(mark.rows, mark.cols)))
    out = io.BytesIO()
    picture.resize((mark.cols * times, mark.rows * times), Pillow.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def _save(show: Any, out: BinaryIO) -> None:
    """Write the presentation without the time of day, which a zip file would hold for each part."""
    kept = io.BytesIO()
    show.save(kept)
    with zipfile.ZipFile(kept) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as done:
        for name in parts.namelist():
            if not re.fullmatch(r"docProps/thumbnail\.jpeg", name):
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                done.writestr(entry, _without_thumbnail(name, parts.read(name)))


def _without_thumbnail(name: str, data: bytes) -> bytes:
    """Drop the relation to the picture of python-pptx's own template."""
    return re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data) if name == "_rels/.rels" else data
