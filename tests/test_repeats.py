"""What comes again in an animated SVG is written once: shapes, sentences of shapes, times; and it is small so."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import numpy as np
import pytest
from played import absolute, check, plain, saved
from scenes import text

import gradviz as gv
from gradviz.picture.scene import Element, Frame, Mark, Path, Rect, Scene
from gradviz.writers.reel import steps


def arrays() -> gv.Film:
    def network(X, W1, b1, W2, b2, W3, b3, y):
        h = np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2)
        return np.mean((h @ W3 + b3 - y) ** 2) + 0.1 * (np.mean(W1**2) + np.mean(W2**2) + np.mean(W3**2))

    rng = np.random.default_rng(0)
    shapes = ((4, 3), (3, 5), (5,), (5, 4), (4,), (4, 2), (2,), (4, 2))
    return gv.film(network, *(rng.normal(size=shape).round(2) for shape in shapes), pace="edge", reveal="ask")


def test_a_film_of_arrays_is_under_300_kB():
    drawing = arrays().drawing()
    assert len(drawing.run.graph.nodes) == 30 and len(drawing) == 86
    assert len(saved(drawing, drawing.canvas.pixels).encode()) < 300_000


def test_a_descent_is_under_300_kB():
    def loss(p, X, y):
        h = np.tanh(X @ p["W"] + p["b"])
        return np.mean((h @ p["v"] + p["c"] - y) ** 2) + 0.01 * np.mean(p["W"] ** 2)

    rng = np.random.default_rng(0)
    X = rng.normal(size=(6, 2)).round(2)
    start = {"W": rng.normal(size=(2, 3)).round(2), "b": np.zeros(3), "v": rng.normal(size=3).round(2), "c": 0.1}
    drawing = gv.film(gv.descend(loss, start, X, X[:, 0] - X[:, 1], steps=20), pace="node").drawing()
    assert len(drawing.run.graph.nodes) == 19 and len(drawing) == 99
    assert len(saved(drawing, drawing.canvas.pixels).encode()) < 300_000


@pytest.mark.slow
def test_every_part_of_a_film_is_seen_at_its_time():
    def neuron(x, w, b, y):
        return (np.tanh(w[0] * x[0] + w[1] * x[1] + b) - y) ** 2

    frames = list(gv.film(neuron, [1.0, 2.0], [0.5, -0.3], 0.1, 1.0, pace="edge", reveal="ask").drawing())
    document, begin, whole = saved(frames, (1280, 720)), 0.0, sum(f.seconds for f in frames)
    for k, frame in enumerate(frames):
        if k % 5 == 0 or frame is frames[-1]:
            check(document, 100 * (begin + frame.seconds / 2) / whole, frame.scene)
        begin += frame.seconds


def test_shapes_that_stand_together_are_written_once_wherever_they_stand_next():
    def fraction(x: float, y: float) -> tuple[Mark, ...]:
        return (
            text(x, y, "∂f", 12, "#1B1F27"),
            Path("ML", (x - 2, y + 4.5, x + 25, y + 4.5), None, "#1B1F27", 1),
            text(x, y + 18, "∂W₂", 12, "#1B1F27"),
        )

    places = [(10, 10.25), (57.35, 10.25), (12.5, 40.25), (41.05, 90.25)]
    frames = [Frame(Scene(100, 60, "#FFFFFF", (Element("a", "chip", fraction(*at)),)), 1, "") for at in places]
    document = saved(frames)
    assert document.count("<text") == 2 and document.count("<use") == 4
    for i, frame in enumerate(frames):
        check(document, 25 * i + 1, frame.scene)


def test_text_is_moved_only_to_where_its_baseline_is_rounded_the_same():
    words = [text(10, y, "the same words of some length", 12, "#1B1F27") for y in (10.25, 30.25, 50.5)]
    frames = [Frame(Scene(300, 60, "#FFFFFF", (Element("a", "chip", (w,)),)), 1, "") for w in words * 3]
    written = re.findall('<text x="10" y="([^"]*)"', saved(frames))
    assert sorted(float(y) % 1 for y in written) == [0.25, 0.5]


def test_a_mark_whose_times_others_have_is_told_by_theirs():
    a, b, both = (Rect(x, 0, 9, 9, fill="#000000") for x in (0, 20, 40))
    shown = [(a, both), (b,), (both, a), (b, both)]
    frames = [Frame(Scene(100, 60, "#FFFFFF", (Element("e", "chip", marks),)), 1, "") for marks in shown]
    others = [Rect(60, 0, 9, 9, fill="#000000"), Rect(80, 0, 9, 9, fill="#000000")]
    more = [(others[0],), (), (others[0],), (others[1],)]
    frames = [
        replace(f, scene=replace(f.scene, elements=(*f.scene.elements, Element("o", "chip", m))))
        for f, m in zip(frames, more, strict=True)
    ]
    document = saved(frames)
    assert document.count("@keyframes") == 3, "of a, b and the last frame; the third rectangle has none of its own"
    for i, frame in enumerate(frames):
        check(document, 25 * i + 1, frame.scene)


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
