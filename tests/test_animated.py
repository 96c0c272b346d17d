"""The animated SVG: nothing active in it, each frame seen at its time, the last one where it stands still; small."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
from played import NS, check, saved
from scenes import at_random, film

import gradviz as gv
from gradviz.picture.scene import Element, Frame, Image, Path, Rect, Scene
from gradviz.writers.raster import still

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


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

    document = saved([ticks(k) for k in range(9)])
    assert document.count("<path") == 2 and document.count("<use") == 17, "a tick of each colour, at all places"
    for k in range(9):
        check(document, 100 * (k + 0.5) / 9, ticks(k).scene)


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
        edges = [s._replace(fill=None, stroke="#8B93A0", line=1) for s in squares]
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
    assert document.count(">value</text>") == 1, "the twelve cards have it by reference"
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


@pytest.mark.parametrize("count", [1, 2, 4, 5, 8, 9])
def test_cells_of_one_look_are_seen_only_at_their_time_as_rectangles_or_as_a_picture(count):
    picture = Image(5, 5.5, 60, 10, count, count, random.Random(count).randbytes(3 * count**2))
    ground = Rect(0, 0, 90, 60, fill="#FFFFFF")

    def frame(shown: bool) -> Frame:
        marks = (ground, picture) if shown else (ground,)
        return Frame(Scene(100, 60, "#FFFFFF", (Element("n", "node", marks),)), 1, "")

    order = [False, True, True, False]
    document = saved(map(frame, order))
    assert document.count("<image") == (count > 1), "a picture is shorter than many rectangles"
    for i, shown in enumerate(order):
        check(document, 25 * i + 1, frame(shown).scene)


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
