"""Scenes as SVG text: real text, ids and classes, a title and a description, and nothing that is active.

Only the elements and attributes written in this file can occur in the output, and every piece of text goes through
`escape`, so no name or source line can become markup.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from math import isfinite
from typing import BinaryIO, TypeAlias

from ..picture.scene import Element, Frame, Image, Mark, Path, Rect, Scene, Text, circle

SANS = "DejaVu Sans, Verdana, sans-serif"
MONO = "DejaVu Sans Mono, Menlo, monospace"

CELLS = 64  # rectangles are sharp in every program, and an embedded picture is not

#: From presentation attributes, each after a space, to what stands for them.
Look: TypeAlias = Callable[[str], str]

#: Not in XML (section 2.2), or able to turn around what follows: control characters, halves of pairs, non-characters,
#: and the marks of Unicode's bidirectional algorithm.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_BREAKS = re.compile(r"[\t\n\r]")
_SPACES = re.compile(r"^ | $|  ")


def svg(scene: Scene, *, prefix: str = "", size: tuple[int, int] | None = None) -> str:
    """Return a scene as an SVG document.

    prefix  goes before every id, for pages that hold several pictures
    size    px of the output; the scene's own size if None. The scene keeps its shape and is centred

    >>> svg(Scene(10, 10, "#FFFFFF", ())).count("<")
    3
    """
    parts = [opening(scene, prefix=prefix, size=size)]
    parts += [group(e, prefix=prefix) for e in scene.elements]
    parts.append("</svg>\n")
    return "\n".join(parts)


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write the one frame of a still as SVG."""
    del loop
    out.write(svg(next(frames).scene, size=size).encode())


def opening(scene: Scene, *, prefix: str = "", size: tuple[int, int] | None = None) -> str:
    """Return the start of a document: the root element, title, description and ground."""
    width, height = size or (scene.width, scene.height)
    shown_width = max(scene.width, scene.height * width / height)  # the scene's px that the output shows
    shown_height = max(scene.height, scene.width * height / width)
    x, y = (scene.width - shown_width) / 2, (scene.height - shown_height) / 2
    box = f"{number(x)} {number(y)} {number(shown_width)} {number(shown_height)}"
    names = {"title": scene.title, "desc": scene.desc}
    ids = " ".join(f"{prefix}picture-{tag}" for tag, text in names.items() if text)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{number(width)}" height="{number(height)}" '
        f'font-family="{SANS}" role="img"' + (f' aria-labelledby="{escape(ids)}"' if ids else "") + ">"
    ]
    lines += [
        f'<{tag} id="{escape(prefix)}picture-{tag}">{escape(text)}</{tag}>' for tag, text in names.items() if text
    ]
    at = (f' x="{number(x)}"' if x else "") + (f' y="{number(y)}"' if y else "")
    lines.append(
        f'<rect{at} width="{number(shown_width)}" height="{number(shown_height)}" fill="{escape(scene.ground)}"/>'
    )
    return "\n".join(lines)


def group(element: Element, *, prefix: str = "") -> str:
    """Return an element as a group with its id, class and tooltip."""
    title = f"<title>{escape(element.title)}</title>" if element.title else ""
    inside = "\n".join(shape(m) for m in element.marks)
    return f'<g id="{escape(prefix + element.id)}" class="{escape(element.kind)}">{title}\n{inside}\n</g>'


def shape(mark: Mark, look: Look = str, cells: int = CELLS) -> str:
    """Return a mark as SVG; `look` may put something shorter in the place of its presentation attributes.

    cells  as many of an image are rectangles at most
    """
    match mark:
        case Rect(x, y, w, h, r):
            radius = f' rx="{number(r)}"' if r else ""
            place = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"{radius}'
            return f"<rect {place}{look(_paint(mark))}/>"
        case Path(ops, xy):
            if found := disc(mark):
                place = " ".join(f'{k}="{number(v)}"' for k, v in zip(("cx", "cy", "r"), found, strict=True))
                return f"<circle {place}{look(_paint(mark))}/>"
            ends = ' stroke-linecap="round" stroke-linejoin="round"' if mark.stroke and mark.cap == "round" else ""
            return f'<path d="{_curve(ops, xy)}"{look(_paint(mark) + ends)}/>'
        case Text():
            return _text(mark, look)
        case Image():
            return _image(mark, look, cells)
        case _:
            raise AssertionError(mark)


def number(x: float) -> str:
    """Return a number with at most three decimals, never with an exponent or as -0."""
    if not isfinite(x):
        raise ValueError(f"a picture cannot hold the length {x!r}")
    text = f"{x:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def escape(text: str) -> str:
    """Return text as XML character data or an attribute's value; what is not safe is shown by its code.

    >>> escape('<a "b">\\u202e')
    '&lt;a &quot;b&quot;&gt;\\\\u202e'
    """
    text = _UNSAFE.sub(lambda m: _code(m[0]), text)
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("\r", "&#13;")
        .replace("\t", "&#9;")
    )


def _code(c: str) -> str:
    return f"\\u{ord(c):04x}" if ord(c) <= 0xFFFF else f"\\U{ord(c):08x}"


def _paint(mark: Rect | Path) -> str:
    fill = f' fill="{escape(mark.fill or "none")}"'
    if not mark.stroke or not mark.line:
        return fill
    dash = f' stroke-dasharray="{" ".join(map(number, mark.dash))}"' if mark.dash else ""
    return f'{fill} stroke="{escape(mark.stroke)}" stroke-width="{number(mark.line)}"{dash}'


def _curve(ops: str, xy: tuple[float, ...]) -> str:
    parts, i = [], 0
    for op in ops:
        n = {"M": 2, "L": 2, "C": 6, "Z": 0}[op]
        parts.append(op + " ".join(map(number, xy[i : i + n])))
        i += n
    return "".join(parts)


def disc(mark: Path) -> tuple[float, float, float] | None:
    """Return the centre and radius of a path that is a circle."""
    if mark.ops != "MCCCCZ":
        return None
    r = (mark.xy[0] - mark.xy[12]) / 2
    cx, cy = mark.xy[0] - r, mark.xy[1]
    same = all(abs(a - b) < 1e-6 for a, b in zip(circle(cx, cy, r).xy, mark.xy, strict=True))
    return (cx, cy, r) if same else None


def _text(mark: Text, look: Look) -> str:
    anchor = f' text-anchor="{escape(mark.anchor)}"' if mark.anchor != "start" else ""
    family = f' font-family="{MONO}"' if mark.mono else ""
    weight = ' font-weight="bold"' if mark.bold else ""
    style = look(f'{anchor}{family} font-size="{number(mark.size)}"{weight} fill="{escape(mark.fill)}"')
    space = ' xml:space="preserve"' if _SPACES.search(mark.text) else ""
    length = f' textLength="{number(mark.width)}" lengthAdjust="spacingAndGlyphs"' if mark.width > 0 else ""
    words = escape(_BREAKS.sub(lambda m: _code(m[0]), mark.text))  # one line of text
    return f'<text x="{number(mark.x)}" y="{number(mark.y)}"{style}{length}{space}>{words}</text>'


def _image(mark: Image, look: Look, most: int) -> str:
    """Return cells as rectangles where they are few, else as an embedded PNG."""
    w, h = mark.w / mark.cols, mark.h / mark.rows
    cells = [mark.rgb[i : i + 3].hex().upper() for i in range(0, 3 * mark.rows * mark.cols, 3)]
    if len(cells) > most:
        data = base64.b64encode(png(mark)).decode()
        return (
            f'<image x="{number(mark.x)}" y="{number(mark.y)}" width="{number(mark.w)}" height="{number(mark.h)}" '
            f'preserveAspectRatio="none" image-rendering="pixelated"{look("")} href="data:image/png;base64,{data}"/>'
        )
    parts = []
    for row in range(mark.rows):
        start = 0
        for col in range(1, mark.cols + 1):
            first = row * mark.cols
            if col == mark.cols or cells[first + col] != cells[first + start]:
                style = look(f' fill="#{cells[first + start]}" shape-rendering="crispEdges"')
                parts.append(
                    f'<rect x="{number(mark.x + start * w)}" y="{number(mark.y + row * h)}" '
                    f'width="{number((col - start) * w)}" height="{number(h)}"{style}/>'
                )
                start = col
    return "\n".join(parts)


def png(mark: Image) -> bytes:
    """Return the cells as a PNG of one pixel a cell (ISO 15948), indexed where that is shorter.

    Small ones are stored, not packed: Deflate's bytes depend on who wrote the zlib at hand.
    """
    pixels = [mark.rgb[i : i + 3] for i in range(0, 3 * mark.rows * mark.cols, 3)]
    palette = sorted(set(pixels))
    depth = next((bits for bits in (1, 2, 4, 8) if len(palette) <= 1 << bits), 8)
    kind, width = 3, (mark.cols * depth + 7) // 8
    if len(palette) > 256 or 12 + 3 * len(palette) + mark.rows * width > 3 * len(pixels):  # for few cells
        kind, depth, width, flat = 2, 8, 3 * mark.cols, mark.rgb
    else:
        index = {c: f"{i:0{depth}b}" for i, c in enumerate(palette)}
        flat = b"".join(
            int("".join(map(index.__getitem__, row)).ljust(8 * width, "0"), 2).to_bytes(width, "big")
            for row in (pixels[i : i + mark.cols] for i in range(0, len(pixels), mark.cols))
        )
    rows = b"".join(b"\0" + flat[y * width : (y + 1) * width] for y in range(mark.rows))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", mark.cols, mark.rows, depth, kind, 0, 0, 0))]
    if kind == 3:
        chunks.append((b"PLTE", b"".join(palette)))
    chunks += [(b"IDAT", zlib.compress(rows, 0 if len(rows) < 16_384 else 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
