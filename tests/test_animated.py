"""The animated SVG: nothing active in it, each frame seen at its time, the last one where it stands still; small."""

from __future__ import annotations

import base64
import io
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
from scenes import at_random, film

import gradviz as gv
from gradviz.picture.scene import Element, Frame, Image, Mark, Path, Rect, Scene, mark_box
from gradviz.writers.animated import steps, write
from gradviz.writers.raster import still
from gradviz.writers.svg import shape

NS = "{http://www.w3.org/2000/svg}"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


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

    def walk(e: ET.Element, shown: str) -> None:
        classes = e.get("class", "").split()
        if e.tag == f"{NS}defs":
            return
        if e.tag == f"{NS}use":
            e = defined[e.get("href")[1:]]
        shown = next((state[c] for c in classes if c in state), shown)
        if e.tag == f"{NS}svg" and e is not root:
            if shown == "visible":
                seen.extend(described(behind(e, up)))
            return
        if e.tag == f"{NS}image":
            if shown == "visible":
                seen.extend(described(embedded(e)))
            return
        if e.tag not in {NS + t for t in ("svg", "g", "title", "desc", "style")} and shown == "visible":
            place = {k.split("}")[-1]: v for k, v in e.attrib.items() if k not in ("class", "id")}
            if "d" in place:
                place["d"] = absolute(place["d"])
            look = next((looks[c] for c in classes if c in looks), "")
            corners = re.findall(r"M(\d+) (\d+)L(\d+) \2L\3 (\d+)L\1 \4Z", place.get("d", ""))
            if len(corners) > 1:  # rectangles in one path
                for x0, y0, x1, y1 in (map(int, c) for c in corners):
                    sizes = zip(("x", "y", "width", "height"), (x0, y0, x1 - x0, y1 - y0), strict=True)
                    box = {k: f"{v / 100:.2f}".rstrip("0").rstrip(".") for k, v in sizes}
                    seen.append(f"rect {sorted(box.items())} {look} ")
            else:
                seen.append(f"{e.tag.removeprefix(NS)} {sorted(place.items())} {look} {e.text or ''}")
        for child in e:
            walk(child, shown)

    walk(root, "visible")
    return seen[1:]  # without the ground


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


def absolute(d: str) -> str:
    """Path data with all points where they are, in hundredths."""
    out, x, y = [], 0, 0
    for letter, words in re.findall(r"([MhvlczHVLCZ])([^A-Za-z]*)", d):
        numbers = [round(100 * float(w)) for w in re.findall(r"-?[\d.]+", words)]
        if letter == "z":
            out.append("Z")
        elif letter in "hv":
            for v in numbers:
                x, y = (x + v, y) if letter == "h" else (x, y + v)
                out.append(f"L{x} {y}")
        else:
            n = {"M": 2, "l": 2, "c": 6}[letter]
            for i in range(0, len(numbers), n):
                base = (0, 0) if letter == "M" else (x, y)
                points = [v + base[j % 2] for j, v in enumerate(numbers[i : i + n])]
                x, y = points[-2:]
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
    return [(part, mark) for element in scene.elements for mark in element.marks for part in described(mark)]


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


@pytest.mark.parametrize("seed", range(6))
def test_every_frame_is_seen_whole_and_in_order_at_its_time(seed):
    rng, scene, frames = random.Random(seed), None, []
    for _ in range(10):
        scene = at_random(rng, scene)
        frames.append(Frame(scene, rng.choice((0.5, 0.7, 1 / 3)), ""))
    document, begin, whole = saved(frames), 0.0, sum(f.seconds for f in frames)
    for frame in frames:
        for moment in (begin + 1e-3, begin + frame.seconds - 1e-3):
            check(document, 100 * moment / whole, frame.scene)
        begin += frame.seconds


def test_of_many_ticks_only_those_that_change_are_written_twice():
    def ticks(done: int) -> Frame:
        marks = []
        for colour, part in (("#0072B2", range(done)), ("#8B93A0", range(done, 9))):
            lines = tuple(v for i in part for v in (i * 9, 0, i * 9, 5))
            marks += [Path("ML" * len(part), lines, None, colour, 1)] if part else []
        return Frame(Scene(100, 60, "#FFFFFF", (Element("t", "timeline", tuple(marks)),)), 1, "")

    assert saved([ticks(k) for k in range(9)]).count("<path") == 17


def test_cells_that_change_are_one_picture_behind_a_window():
    rng = random.Random(2)
    looks = [rng.randbytes(3 * 12) for _ in range(5)]
    order = [0, 1, 1, 2, 0, 3, 4, 4, None, 2]

    def frame(k: int | None) -> Frame:
        ground = Rect(4, 4, 70, 12, fill="#EEF5FB" if k == 2 else "#FFFFFF")
        marks = [ground] if k is None else [ground, Image(5, 5.5, 60, 10, 1, 12, looks[k]), Rect(4, 4, 62, 12)]
        return Frame(Scene(100, 60, "#FFFFFF", (Element("n", "node", tuple(marks)),)), 1, "")

    document = saved([frame(k) for k in order])
    assert document.count("<image") == 1 and document.count("<rect") < 8
    for i, k in enumerate(order):
        for moment in (10 * i + 0.1, 10 * i + 9.9):
            check(document, moment, frame(k).scene)
    still = re.sub(r"@keyframes m\d+\{(?:[^{}]*\{[^{}]*\})*\}", "", document)
    assert still != document
    check(still, 99.9, frame(order[-1]).scene)


def test_rectangles_that_move_as_one_are_written_as_one_path():
    def frame(k: int) -> Frame:
        squares = [Rect(9 * i, 0, 3.5 + k, 5 + i, fill="#E8F1FA") for i in range(6)]
        edges = [replace(s, fill=None, stroke="#8B93A0", line=1) for s in squares]
        return Frame(Scene(100, 60, "#FFFFFF", (Element("s", "panel", (*squares, *edges)),)), 1, "")

    document = saved([frame(k) for k in range(4)])
    assert document.count("<rect") == 1 and document.count("<path") == 4, "a shape for each frame, filled and edged"
    for k in range(4):
        check(document, 25 * k + 1, frame(k).scene)


def test_things_side_by_side_may_change_places_and_are_still_written_once():
    a, b = (Element(n, "chip", (Rect(x, 0, 9, 9, fill="#000000"),)) for n, x in (("a", 0), ("b", 20)))
    c = Element("c", "chip", (Rect(15, 0, 20, 9, fill="#0072B2"),))

    def count(*orders: tuple[Element, ...]) -> int:
        return saved(Frame(Scene(100, 60, "#FFFFFF", o), 1, "") for o in orders).count("<rect") - 1

    assert count((a, b), (b, a), (a, b)) == 2
    assert count((b, c), (c, b)) == 3  # these overlap


def test_nothing_is_active_and_each_mark_is_written_once():
    document = saved(film(cards=12, steps=12), (960, 540))
    root = ET.fromstring(document.encode())
    tags = {"svg", "title", "desc", "style", "rect", "g", "path", "circle", "text", "image", "defs", "use"}
    assert {e.tag.removeprefix(NS) for e in root.iter()} <= tags
    assert not re.search(r"script|http(?!://www\.w3\.org/2000/svg\")|@import|@font-face|url\(| on\w+=", document)
    assert document.count(">value</text>") == 12
    assert all(e.get("href").startswith("#") for e in root.iter(NS + "use"))
    assert len({e.get("id") for e in root.iter(NS + "g") if e.get("id")}) == len(
        [e for e in root.iter(NS + "g") if e.get("id")]
    )


def test_a_reader_who_does_not_see_it_is_told_every_step():
    frames = list(gv.film(lambda x, w: x * w, 2.0, 3.0, title="a < b").drawing())
    root = ET.fromstring(saved(frames).encode())
    told = root.find(f"{NS}desc")
    assert told.text == " ".join(f"{k}. {frame.note}" for k, frame in enumerate(frames, 1))
    assert root.get("aria-labelledby").split() == [root.find(f"{NS}title").get("id"), told.get("id")]
    one = ET.fromstring(saved(frames[-1:]).encode()).find(f"{NS}desc")
    assert one.text == frames[-1].note


def test_it_is_small():
    assert len(saved(film(cards=30, steps=100, size=(1280, 720)), (1280, 720))) < 150_000


def test_a_hundred_steps_of_thirty_nodes_are_under_300_kB():
    def network(w, v, x, y):
        h = [np.tanh(w[0][i] * x[0] + w[1][i] * x[1]) for i in range(2)]
        o = np.tanh(v[0] * h[0] + v[1] * h[1])
        return (o - y) ** 2 + 0.1 * v[0] ** 2 + 0.1 * v[1] ** 2

    drawing = gv.film(
        network, [[0.1, 0.2], [0.3, -0.4]], [1.0, 2.0], [0.5, -0.2], 1.0, pace="edge", reveal="ask"
    ).drawing()
    assert len(drawing.run.graph.nodes) == 31 and len(drawing) == 87
    assert len(saved(drawing, drawing.canvas.pixels).encode()) < 300_000 * 87 / 100


@pytest.mark.parametrize("count", [4, 5, 8, 9])
def test_cells_of_one_look_are_seen_only_at_their_time_as_rectangles_or_as_a_picture(count):
    picture = Image(5, 5.5, 60, 10, count, count, random.Random(count).randbytes(3 * count**2))
    ground = Rect(0, 0, 90, 60, fill="#FFFFFF")

    def frame(shown: bool) -> Frame:
        marks = (ground, picture) if shown else (ground,)
        return Frame(Scene(100, 60, "#FFFFFF", (Element("n", "node", marks),)), 1, "")

    order = [False, True, True, False]
    document = saved(map(frame, order))
    assert document.count("<image") == (count > 4), "a picture is shorter than many rectangles"
    for i, shown in enumerate(order):
        check(document, 25 * i + 1, frame(shown).scene)


def test_a_shape_that_changes_its_look_is_written_once():
    colours = ["#0072B2", "#D55E00", "#8B93A0", "#1B1F27"]
    curve = (1.25, 2.25, 33.75, 44.5, 55.5, 6.25)
    frames = [
        Frame(Scene(100, 60, "#FFFFFF", (Element("a", "edge", (Path("MLL", curve, None, c, 2),)),)), 1, "")
        for c in colours
    ]
    document = saved(frames)
    assert document.count("<path") == 1 and document.count("<use") == 4
    for i, frame in enumerate(frames):
        check(document, 25 * i + 1, frame.scene)


def test_steps_from_point_to_point_end_where_the_points_are():
    rng = random.Random(1)
    ops = "ML" + "".join(rng.choice("LC") for _ in range(400)) + "ZML"
    xy = tuple(rng.uniform(-3, 3) for op in ops for _ in range({"M": 2, "L": 2, "C": 6, "Z": 0}[op]))
    assert absolute(steps(ops, xy)) == plain(Path(ops, xy))


def test_what_never_changes_is_not_animated_and_one_frame_is_a_still():
    element = Element("a", "node", (Rect(0, 0, 9, 9, fill="#000000"),), "a <b> & c")
    frame = Frame(Scene(300, 200, "#FFFFFF", (element,)), 1, "")
    for document in (saved([frame]), saved([frame, frame])):
        assert "@keyframes" not in document and "visibility" not in document
        assert "<title>a &lt;b&gt; &amp; c</title>" in document


def test_it_loops_for_ever_or_as_often_as_asked_only_where_motion_is_welcome():
    document = saved(film(steps=2))
    sheet = document[document.index("<style>") : document.index("</style>")]
    media = sheet.index("@media (prefers-reduced-motion:no-preference)")
    assert "animation:1.4s step-end infinite" in sheet[media:] and "animation" not in sheet[:media]
    assert "animation:1.4s step-end 3" in saved(film(steps=2), loop=3)


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not installed")
def test_a_program_without_animation_shows_the_last_frame(tmp_path):
    frames = list(film(cards=12, steps=6))
    (tmp_path / "a.svg").write_text(saved(frames, (960, 540)), encoding="utf-8")
    subprocess.run(["rsvg-convert", tmp_path / "a.svg", "-o", tmp_path / "a.png"], check=True)
    seen = np.asarray(PIL.Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    assert np.abs(seen - still(frames[-1].scene, (960, 540))).mean() < 1


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("k", [0, 3, 5])
def test_a_browser_shows_the_frame_of_a_moment_in_an_img(tmp_path, k):
    frames = list(film(cards=12, steps=6, seconds=2))
    document = saved(frames, (960, 540))
    stopped = document.replace("12s step-end infinite", f"12s step-end {-2 * k - 1}s infinite paused")
    assert stopped != document
    (tmp_path / "a.svg").write_text(stopped, encoding="utf-8")
    (tmp_path / "a.html").write_text('<body style="margin:0"><img src="a.svg">')
    shot = tmp_path / "a.png"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=960,540"]
    subprocess.run(
        [*command, f"--screenshot={shot}", (tmp_path / "a.html").as_uri()],
        check=True,
        capture_output=True,
    )
    seen = np.asarray(PIL.Image.open(shot).convert("RGB")).astype(int)
    off = [np.abs(seen - still(f.scene, (960, 540))).mean() for f in frames]
    assert int(np.argmin(off)) == k and off[k] < 1.5


@pytest.mark.slow
def test_a_descent_with_its_panels_is_small():
    from gradviz.cli.fitting import fit

    months = np.arange(1.0, 13.0)
    film = fit(months, 50 - 9 * np.cos(months / 2) + np.sin(5 * months), 5, story=True).film
    assert len(saved(film.drawing(), (1280, 720))) < 400_000


def test_frames_of_no_time_at_all_still_make_a_picture():
    assert "</svg>" in saved([replace(f, seconds=0.0) for f in film(steps=2)])
