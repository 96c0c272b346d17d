"""What an animated SVG shows at a moment, worked out by playing its style sheet by hand."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import numpy as np
import PIL.Image

from gradviz.picture.scene import Frame, Image, Mark, Path, Scene, mark_box
from gradviz.writers.animated import write
from gradviz.writers.svg import shape

NS = "{http://www.w3.org/2000/svg}"


def saved(frames: Iterable[Frame], size=(300, 200), loop: int = 0) -> str:
    out = io.BytesIO()
    write(iter(frames), out, size=size, loop=loop)
    return out.getvalue().decode()


def at(document: str, percent: float) -> list[str]:
    """What is seen at a moment, from back to front: the style sheet is played by hand."""
    root = ET.fromstring(document.encode())
    sheet = root.find(f"{NS}style").text
    looks = dict(re.findall(r"\.(s\d+)\{(.*?)\}", sheet))
    hidden = re.search(r"([^{}]*)\{visibility:hidden\}\n@media", sheet)
    at_rest = {n[1:]: "hidden" for n in hidden[1].strip().split(",")} if hidden else {}
    state = {}
    for name, keys in re.findall(r"@keyframes (t\d+)\{(.*?\})\}", sheet):
        times = [(0.0, at_rest.get(name, "visible"))]
        for when, what in re.findall(r"([^{}]+)\{visibility:(\w+)\}", keys):
            times += [(float(t.rstrip("%")), what) for t in when.split(",")]
        state[name] = [w for t, w in sorted(times, key=lambda one: one[0]) if t <= percent][-1]
    up = {}  # px that the picture behind a window is up from its place at rest
    for name, keys in re.findall(r"@keyframes (m\d+)\{(.*?\})\}", sheet):
        times = [(0.0, 0)]
        for when, px in re.findall(r"([^{}]+)\{transform:translateY\((-?\d+)px\)\}", keys):
            times += [(float(t.rstrip("%")), -int(px)) for t in when.split(",")]
        up[name] = [px for t, px in sorted(times, key=lambda one: one[0]) if t <= percent][-1]
    seen: list[str] = []

    defined = {e.get("id"): e for e in root.iterfind(f"{NS}defs/*")}

    def walk(e: ET.Element, shown: str, look: str, dx: int, dy: int) -> None:
        classes = e.get("class", "").split()
        if e.tag == f"{NS}defs":
            return
        shown = next((state[c] for c in classes if c in state), shown)
        look = next((looks[c] for c in classes if c in looks), look)
        if e.tag == f"{NS}use":
            moved = (round(100 * float(e.get(k, "0"))) for k in ("x", "y"))
            walk(defined[e.get("href")[1:]], shown, look, *(a + b for a, b in zip((dx, dy), moved, strict=True)))
            return
        if e.tag == f"{NS}svg" and e is not root:
            if shown == "visible":
                seen.extend(described(behind(e, up)))
            return
        if e.tag == f"{NS}image":
            if shown == "visible":
                seen.extend(described(moved_by(embedded(e), dx, dy)))
            return
        if e.tag not in {NS + t for t in ("svg", "g", "title", "desc", "style")} and shown == "visible":
            place = {k.split("}")[-1]: v for k, v in e.attrib.items() if k not in ("class", "id")}
            for keys, d in ((("x", "cx"), dx), (("y", "cy"), dy)):
                for k in keys:
                    if k in place and d:
                        place[k] = hundredths(round(100 * float(place[k])) + d)
            if "d" in place:
                place["d"] = absolute(place["d"], dx, dy)
            corners = re.findall(r"M(\d+) (\d+)L(\d+) \2L\3 (\d+)L\1 \4Z", place.get("d", ""))
            if len(corners) > 1:  # rectangles in one path
                for x0, y0, x1, y1 in (map(int, c) for c in corners):
                    sizes = zip(("x", "y", "width", "height"), (x0, y0, x1 - x0, y1 - y0), strict=True)
                    seen.append(f"rect {sorted((k, hundredths(v)) for k, v in sizes)} {look} ")
            else:
                for part in strokes(place["d"]) if "d" in place else [None]:
                    if part:
                        place["d"] = part
                    seen.append(f"{e.tag.removeprefix(NS)} {sorted(place.items())} {look} {e.text or ''}")
        for child in e:
            walk(child, shown, look, dx, dy)

    walk(root, "visible", "", 0, 0)
    return seen[1:]  # without the ground


def hundredths(v: int) -> str:
    return f"{v / 100:.2f}".rstrip("0").rstrip(".")


def moved_by(image: Image, dx: int, dy: int) -> Image:
    return image._replace(x=round(image.x + dx / 100, 3), y=round(image.y + dy / 100, 3))


def strokes(d: str) -> list[str]:
    """Straight lines one by one, where several are drawn in one go; any other path as it is."""
    return [d] if re.search("[CZ]", d) else re.findall("M[^M]*", d)


def cells(image: ET.Element) -> np.ndarray:
    data = base64.b64decode(image.get("href").partition(",")[2])
    return np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGB"))


def embedded(image: ET.Element) -> Image:
    """A picture of one look, as the mark that it was made from."""
    place, pixels = (float(image.get(k)) for k in ("x", "y", "width", "height")), cells(image)
    return Image(*place, *pixels.shape[:2], pixels.tobytes())


def behind(window: ET.Element, up: dict[str, int]) -> Image:
    """What a window shows, as the mark that it was made from."""
    image = window[0]
    cols, rows = (int(v) for v in window.get("viewBox").split()[2:])
    pixels = cells(image)
    assert pixels.shape[:2] == (int(image.get("height")), cols)
    top = up.get(image.get("class"), 0) - int(image.get("y", 0))
    place = (float(window.get(k)) for k in ("x", "y", "width", "height"))
    return Image(*place, rows, cols, pixels[top : top + rows].tobytes())


def absolute(d: str, dx: int = 0, dy: int = 0) -> str:
    """Path data with all points where they are, moved by so much, in hundredths."""
    out, x, y = [], dx, dy
    start = (x, y)
    for letter, words in re.findall(r"([mMhvlczHVLCZ])([^A-Za-z]*)", d):
        numbers = [round(100 * float(w)) for w in re.findall(r"-?[\d.]+", words)]
        if letter == "z":
            out.append("Z")
            x, y = start
        elif letter in "hv":
            for v in numbers:
                x, y = (x + v, y) if letter == "h" else (x, y + v)
                out.append(f"L{x} {y}")
        else:
            n = {"M": 2, "m": 2, "l": 2, "c": 6}[letter]
            for i in range(0, len(numbers), n):
                base = (dx, dy) if letter == "M" else (x, y)
                points = [v + base[j % 2] for j, v in enumerate(numbers[i : i + n])]
                x, y = points[-2:]
                start = (x, y) if letter in "mM" else start
                out.append(letter.upper() + " ".join(map(str, points)))
    return "".join(out)


def plain(mark: Path) -> str:
    """Path data as `absolute` gives it, from the mark itself."""
    out, places = [], [round(100 * v) for v in mark.xy]
    for op in mark.ops:
        n = {"M": 2, "L": 2, "C": 6, "Z": 0}[op]
        out.append(op + " ".join(map(str, places[:n])))
        places = places[n:]
    return "".join(out)


def described(mark: Mark) -> list[str]:
    """A mark as `at` tells it, in one part or several."""

    def look(attributes: str) -> str:
        pairs = re.findall(r' ([a-z-]+)="([^"]*)"', attributes)
        style = ";".join(f"{k}:{v}px" if k == "font-size" else f"{k}:{v}" for k, v in pairs)
        return f' style="{style}"'

    parts = []
    for e in ET.fromstring(f"<g>{shape(mark, look)}</g>"):
        free = len(e.text or "") <= 3 or "Mono" in e.get("style", "")
        left = ("style", "lengthAdjust", *(["textLength"] if free else []))
        place = {k.split("}")[-1]: v for k, v in e.attrib.items() if k not in left}
        if "d" in place:
            place["d"] = plain(mark)
        parts.append(f"{e.tag} {sorted(place.items())} {e.get('style')} {e.text or ''}")
    return parts


def expected(scene: Scene) -> list[tuple[str, Mark]]:
    marks = (m for element in scene.elements for mark in element.marks for m in single(mark))
    return [(part, mark) for mark in marks for part in described(mark)]


def single(mark: Mark) -> list[Mark]:
    """Straight lines that are drawn in one go, one by one: each has a box of its own."""
    if not isinstance(mark, Path) or set(mark.ops) != {"M", "L"} or mark.ops.count("M") < 2:
        return [mark]
    ends = [m.span() for m in re.finditer("M[^M]*", mark.ops)]
    return [mark._replace(ops=mark.ops[a:b], xy=mark.xy[2 * a : 2 * b]) for a, b in ends]


def short(text: str) -> str:
    return re.sub(r"\d+\.\d{3}", lambda m: f"{round(float(m[0]), 2):.2f}".rstrip("0").rstrip("."), text)


def check(document: str, percent: float, scene: Scene) -> None:
    """What is seen at a moment is the scene, and what overlaps there is in the scene's order."""
    seen = [short(s) for s in at(document, percent)]
    wanted = [(short(s), m) for s, m in expected(scene)]
    assert sorted(seen) == sorted(s for s, _ in wanted)
    for i, (below, a) in enumerate(wanted):
        for above, b in wanted[i + 1 :]:
            p, q = mark_box(a), mark_box(b)
            if p[0] < q[2] and q[0] < p[2] and p[1] < q[3] and q[1] < p[3]:
                assert seen.index(below) <= len(seen) - 1 - seen[::-1].index(above), (below, above)
