"""Films as PowerPoint slides, one a step, of shapes that can be edited.

An element is a group of the same name on every slide ("!!node-3"), so that the Morph transition moves it; only
arrays' cells are pictures. Speaker notes tell the step, and an element's tooltip is its alternative text. Behind the
title stands which step it is, so that an outline, a list of slides and a screen reader can tell one from the other.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO

from ..errors import TooLarge
from ..picture.fonts import measure
from ..picture.scene import Element, Frame, Image, Mark, Path, Rect, Scene, Text, mark_box
from .slidespackage import HIGHEST, LOWEST, SPACES, WIDTH, package
from .svg import disc, escape

_SLIDE = (
    f'<p:sld {SPACES}><p:cSld name="{{name}}"><p:bg><p:bgPr>{{ground}}<a:effectLst/></p:bgPr></p:bg><p:spTree>'
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree>'
    "</p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    '<mc:Choice xmlns:p159="http://schemas.microsoft.com/office/powerpoint/2015/09/main" Requires="p159">'
    '<p:transition spd="fast"><p159:morph option="byObject"/></p:transition></mc:Choice>'
    '<mc:Fallback><p:transition spd="fast"><p:fade/></p:transition></mc:Fallback></mc:AlternateContent></p:sld>'
)
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
#: Elements whose words in a row, numerators and denominators, tell little: the step's sentence tells them.
_ARITHMETIC = ("arithmetic", "lens-equations")
_AIR = 16.0  # px after the title, before what stands on its right


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write a slide for each frame; the slides have the output's shape and are 13.33 inches wide."""
    del loop
    first = next(frames, None)
    if first is None:
        return
    height = round(WIDTH * size[1] / size[0])
    if not LOWEST <= height <= HIGHEST:
        raise TooLarge(
            f"a slide for PowerPoint is {LOWEST / WIDTH:.3g} to {HIGHEST / WIDTH:.3g} times as high as wide, and "
            f"{size[0]}×{size[1]} px are not; give a width or height closer to the other"
        )
    count: Counter[str] = Counter()
    with package(out, first.scene.title, height) as file:
        drawer = Drawer(first.scene.width, first.scene.height, height, file.picture)
        for frame in chain([first], frames):
            scene = frame.scene
            said = step_marks(scene)
            step = ", ".join(m.text for m in said)
            count[step] += 1
            if step and count[step] > 1:  # a question and its answer
                step += f" ({count[step]})"
            element, title = title_of(scene)
            shapes = [drawer.heading(title, behind(title, step, said, scene) if element and said else None)]
            for e in scene.elements:
                if e is not element:
                    shapes.append(drawer.group(e, frame.note if e.id in _ARITHMETIC else ""))
            slide = _SLIDE.format(name=escape(step), ground=_solid(scene.ground), shapes="".join(shapes))
            file.add(slide, frame.note)
            drawer.forget(scene.elements)


def title_of(scene: Scene) -> tuple[Element | None, Text]:
    """Return the title, with the element it is, or one above the slide where there is none."""
    for e in scene.elements:
        if e.id == "title" and len(e.marks) == 1 and isinstance(e.marks[0], Text):
            return e, e.marks[0]
    return None, Text(0, -40, scene.title, 17, "#000000", 400)


def step_marks(scene: Scene) -> list[Text]:
    """Return what the time line says of the step: the sweep and where in it, or that the film has finished."""
    names = [[m for m in e.marks if isinstance(m, Text)] for e in scene.elements if e.kind == "timeline"]
    names = [found for found in names if found]
    now = next((found for found in names if len(found) > 1), None)
    return now or [names[-1][0]._replace(text="finished", bold=False)] if names else []


def behind(title: Text, step: str, said: list[Text], scene: Scene) -> Text | None:
    """Return a step's name as it follows the title, where there is room, in the look it has on the time line."""
    look = said[-1]
    words = f"  {step}" if title.text else step
    end = title.x + title.width
    mark = look._replace(x=end, y=title.y, text=words, width=measure(words, look.size), anchor="start")
    right = [x0 for e in scene.elements for x0, y0, _, y1 in [e.box] if x0 > end and y0 < title.y < y1 + title.size]
    return mark if end + mark.width + _AIR <= min([scene.width, *right]) else None


class Drawer:
    """Elements as DrawingML; each is made once, and its shapes have the same numbers on every slide."""

    def __init__(self, width: float, height: float, slide_height: int, store: Callable[[bytes], str]) -> None:
        """Draw on slides so high (EMU); `store` keeps a PNG and returns the relation to it."""
        self.scale = min(WIDTH / width, slide_height / height)
        self.left = (WIDTH - self.scale * width) / 2
        self.top = (slide_height - self.scale * height) / 2
        self._store = store
        self._made: dict[Element, str] = {}
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers) + 2)  # 1 is the slide's tree

    def forget(self, kept: tuple[Element, ...]) -> None:
        """Keep what was made of the elements of this slide only."""
        self._made = {e: self._made[e] for e in kept if e in self._made}

    def heading(self, title: Text, behind: Text | None) -> str:
        """Return the slide's own title, with what follows it."""
        return self._text(title, "slide-title", title=True, behind=behind)

    def group(self, e: Element, told: str = "") -> str:
        """Return an element as a group of shapes; `told` stands in place of its tooltip."""
        if told or e not in self._made:
            shapes = "".join(self._shape(m, f"{e.id}.{i}") for i, m in enumerate(e.marks))
            box = [mark_box(m) for m in e.marks] or [(0.0, 0.0, 0.0, 0.0)]
            x0, y0, x1, y1 = zip(*box, strict=True)
            place = self._place(min(x0), min(y0), max(x1) - min(x0), max(y1) - min(y0))
            words = told or e.title or " ".join(m.text for m in e.marks if isinstance(m, Text))
            told = f' descr="{escape(words)}"/>' if words else f">{_DECORATION}</p:cNvPr>"
            inner = place.replace("<a:off", "<a:chOff").replace("<a:ext", "<a:chExt")
            self._made[e] = (
                f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="{self.number(e.id)}" name="!!{escape(e.id)}"{told}'
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

    def _text(self, mark: Text, name: str, *, title: bool = False, behind: Text | None = None) -> str:
        start = mark.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor] * mark.width
        width = mark.width + (behind.width if behind else 0)
        place = self._place(start, mark.y - (_BELOW + 0.625) * mark.size, width, 1.25 * mark.size)
        side = {"start": "l", "middle": "ctr", "end": "r"}[mark.anchor]
        kind = (
            '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="title"/></p:nvPr>'
            if title
            else '<p:cNvSpPr txBox="1"/><p:nvPr/>'
        )
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr id="{self.number(name)}" name="!!{escape(name)}"/>{kind}</p:nvSpPr>'
            f'<p:spPr><a:xfrm>{place}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
            '<p:txBody><a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></a:bodyPr>'
            f'<a:lstStyle/><a:p><a:pPr algn="{side}"/>{self._run(mark)}{self._run(behind) if behind else ""}'
            "</a:p></p:txBody></p:sp>"
        )

    def _run(self, mark: Text) -> str:
        """Return words in their look. Their spelling is not marked: formulas and names are in no language."""
        face, points = (_MONO if mark.mono else _SANS), round(100 * mark.size * self.scale / 12_700)
        return (
            f'<a:r><a:rPr lang="en-US" sz="{points}" b="{int(mark.bold)}" noProof="1">'
            f"{_solid(mark.fill)}<a:latin {face}/><a:ea {face}/><a:cs {face}/></a:rPr>"
            f"<a:t>{escape(mark.text)}</a:t></a:r>"
        )

    def _picture(self, mark: Image, name: str, place: str) -> str:
        return (
            f'<p:pic><p:nvPicPr><p:cNvPr id="{self.number(name)}" name="!!{escape(name)}"/><p:cNvPicPr/><p:nvPr/>'
            f'</p:nvPicPr><p:blipFill><a:blip r:embed="{self._store(_cells(mark))}"/><a:stretch><a:fillRect/>'
            f'</a:stretch></p:blipFill><p:spPr><a:xfrm>{place}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            "</p:spPr></p:pic>"
        )


def _solid(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{escape(colour[1:])}"/></a:solidFill>'


def _cells(mark: Image) -> bytes:
    """Return cells as PNG with many pixels a cell, because PowerPoint smooths what it enlarges."""
    from PIL import Image as Pillow

    picture = Pillow.frombytes("RGB", (mark.cols, mark.rows), mark.rgb)
    times = max(1, min(24, 2048 // max(mark.rows, mark.cols)))
    out = io.BytesIO()
    picture.resize((mark.cols * times, mark.rows * times), Pillow.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()
