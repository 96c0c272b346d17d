"""What stands around the graph keeps apart on small canvases too: title, legend, and the caption's sentence."""

from __future__ import annotations

import numpy as np
import pytest
from looking import outside, overlapping

import gradviz as gv
from gradviz.picture import chrome
from gradviz.picture.caption import _row_width, _wrap
from gradviz.picture.chrome import MARGIN, Heading
from gradviz.picture.fonts import measure
from gradviz.picture.scene import Text
from gradviz.picture.sentence import Span
from gradviz.picture.theme import LIGHT

TITLES = ("L", "mean((y − t)²)", "A network that learns to tell cats from dogs, one step at a time")


@pytest.mark.parametrize("width", [240, 384, 648, 719, 720, 960, 1280])
@pytest.mark.parametrize("string", TITLES)
@pytest.mark.parametrize("rows", [("value",), ("value", "grad"), ("value", "tangent", "grad")])
@pytest.mark.parametrize("heat", [False, True])
def test_title_and_legend_keep_apart_and_on_the_canvas(width, string, rows, heat):
    heading = Heading.make(string, width, rows, heat=heat)
    title, legend = heading.elements(string, LIGHT)
    a, b = title.box, legend.box
    assert a[2] + 8 <= b[0] or a[3] <= b[1] + 1
    assert max(a[3], b[3]) <= heading.height
    if width >= 384:
        assert min(a[0], b[0]) >= MARGIN - 1 and max(a[2], b[2]) <= width - MARGIN + 1
    words = [m for m in legend.marks if isinstance(m, Text)]
    assert len({m.text for m in words}) == len(words) == 3 + len(rows) + 2 * heat


def test_a_title_that_would_be_cut_stands_over_the_legend_where_it_is_narrow():
    (title, _) = Heading.make(TITLES[1], 648, ("value", "grad"), heat=True).elements(TITLES[1], LIGHT)
    assert title.marks[0].text == TITLES[1]


def test_a_sentence_is_broken_where_a_bold_name_would_go_too_far():
    row = [Span("sum", True), Span(" gets its value from "), Span("x₁·w₁", True), Span(" and "), Span("x₂·w₂", True)]
    row.append(Span("."))
    for most in range(150, 320, 10):
        rows = _wrap([row], most)
        assert all(_row_width(r, 14 if i == 0 else 13) <= most for i, r in enumerate(rows)), most
        words = " ".join("".join(s.text for s in r) for r in rows)
        assert words == "sum gets its value from x₁·w₁ and x₂·w₂."


def _descent(count: int) -> gv.Film:
    """A film of so many numbers that take their steps together."""

    def loss(p, x):
        return sum((w * v - 1.0) ** 2 for w, v in zip(p, x, strict=True))

    return gv.film(gv.descend(loss, [0.5, 0.1, -0.3][:count], [2.0, -1.0, 0.5][:count], lr=0.05, steps=3))


@pytest.mark.parametrize("count", [2, 3])
def test_steps_that_parameters_take_together_leave_the_caption_as_low_as_one_equation(count):
    drawing = _descent(count).drawing(width=1280, height=720)
    step = next(k for k, s in enumerate(drawing.steps) if s.kind == "update" and not s.lead)
    scene = drawing.frame(step).scene
    assert not outside(scene) and not overlapping(scene)
    parts = {e.id: e for e in scene.elements}
    ground, said = parts["caption"].box, parts["arithmetic"]
    assert ground[3] - ground[1] < 100, "a second row of equations takes its height from the graph in every frame"
    words = [m for m in said.marks if isinstance(m, Text)]
    assert {"p[0]", "p[1]"} <= {m.text for m in words}
    assert len({m.y for m in words if m.text == "gradient"}) == 1
    assert said.box[0] >= ground[0] and said.box[2] <= ground[2]


def test_equations_that_are_too_wide_side_by_side_stand_one_under_the_other():
    def loss(p):
        return np.sum((p[0] + p[1]) ** 2)

    made = gv.film(gv.descend(loss, [np.ones((2, 6)), np.ones((2, 6))], lr=0.05, steps=2, optimizer="adam"))
    drawing = made.drawing(width=640, height=720)
    step = next(k for k, s in enumerate(drawing.steps) if s.kind == "update" and not s.lead)
    parts = {e.id: e for e in drawing.frame(step).scene.elements}
    words = [m for m in parts["arithmetic"].marks if isinstance(m, Text)]
    assert len({m.y for m in words if m.text.startswith("old")}) == 2
    assert not overlapping(drawing.frame(step).scene)


def test_the_legend_has_no_role_that_no_leaf_has():
    def said(film):
        (legend,) = (e for e in film.frames[-1].scene.elements if e.id == "legend")
        return {m.text for m in legend.marks if isinstance(m, Text)}

    assert "parameter" not in said(gv.film(lambda x, y: x * y, 2.0, 3.0))
    assert {"parameter", "data"} <= said(gv.film(lambda w, x: w * x, 2.0, 3.0))
    assert "data" not in said(gv.film(lambda w, b: w * b, 2.0, 3.0))


def test_digits_of_arrays_do_not_make_the_caption_high_in_every_frame():
    def loss(p, x):
        return np.mean((np.tanh(x @ p["W"] + p["b"]) @ p["V"]) ** 2)

    params = {"W": np.ones((2, 3)) / 3, "b": np.ones(3) / 7, "V": np.ones((3, 1)) / 9}
    made = gv.film(gv.descend(loss, params, np.eye(2), optimizer="adam", steps=2), panels=("loss",))
    drawing = made.drawing(width=1280, height=720)
    parts = {e.id: e for e in drawing.frame(-1).scene.elements}
    assert drawing.level != "overview" and parts["caption"].box[3] - parts["caption"].box[1] < 150
    for k, step in enumerate(drawing.steps):
        scene = drawing.frame(k).scene
        assert not outside(scene) and not overlapping(scene), step


def test_a_title_loses_whole_parts_before_any_of_them_is_cut():
    parts = "f ≈ k₀ + k₁x + … + k₅x⁵,  x = (month − 6.5) / 5.5"
    for most in range(360, 120, -3):
        shown = chrome.shorten(parts, most, 13, bold=True)
        assert measure(shown, 13, bold=True) <= most
        assert shown in (parts, "f ≈ k₀ + k₁x + … + k₅x⁵, …", "f ≈ k₀ + k₁x + … + k₅x⁵") or "x =" not in shown
        if most > measure("f ≈ k₀ + k₁x + … + k₅x⁵", 13, bold=True):
            assert "k₅x⁵" in shown
