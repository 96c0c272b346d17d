"""The gallery's lessons and faults: each is legible, says what it is about, and is right."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from looking import contrast, crossed, ground_under, is_number, outside, overlapping, texts
from stories import GALLERY, SCRIPTS, film, module

import gradviz as gv
from gradviz.picture.draw import compose
from gradviz.record import final, states, steps
from gradviz.record.group import collapse
from gradviz.writers.raster import Raster
from gradviz.writers.svg import svg


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_overlaps_leaves_or_is_too_small(name):
    drawing = film(name).frames
    width, height = drawing.pixels if hasattr(drawing, "pixels") else drawing.canvas.pixels
    assert 16 * height == 9 * width
    seen = set()
    for k, frame in enumerate(drawing):
        assert not outside(frame.scene)
        if k % 3 == 0 or k == len(drawing) - 1:
            assert not overlapping(frame.scene), frame.note
        for e in frame.scene.elements:
            if id(e) in seen:
                continue
            for t in (m for m in e.marks if type(m).__name__ == "Text"):
                px = t.size * drawing.canvas.scale
                assert px >= (10 - 1e-6 if is_number(t.text) else 8.3), f"{t.text!r} in {e.id} is {px:.2f} px high"
        seen.update(map(id, frame.scene.elements))
        assert frame.note
    assert not crossed(drawing.frame(-1).scene)
    assert drawing.seconds <= 65


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_text_stands_out_from_its_ground(name, theme):
    made = film(name)
    drawing = compose(made.run, replace(made._options, theme=theme))
    for k in {0, len(drawing) // 2, len(drawing) - 1}:
        scene = drawing.frame(k).scene
        for e, t in texts(scene):
            ground = ground_under(scene, t)
            assert contrast(t.fill, ground) >= 4.5, f"{t.text!r} in {e.id}: {t.fill} on {ground}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_opens_with_its_lesson(name):
    assert module(name).__doc__.strip().endswith(".")
    assert module(name).film.__doc__


def said(name: str, panel: int = 0) -> list[list[str]]:
    """Return what stands in a panel, frame by frame."""
    start = f"panel-{panel}-"
    return [[t.text for e, t in texts(frame.scene) if e.id.startswith(start)] for frame in film(name).frames]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_says_what_it_wrote(name):
    assert re.search(r"^    print\(film\(\)\.save\(.*\)\)$", (GALLERY / f"{name}.py").read_text(encoding="utf-8"), re.M)


def test_the_secants_come_to_the_derivative():
    slopes = [float(t.split("slope ")[1]) for frame in said("lessons/derivative") for t in frame if "slope" in t]
    exact = gv.grad(module("lessons/derivative").f)(1.0)
    off = np.abs(np.array(slopes) - exact)
    assert (np.diff(off) <= 1e-9).all()
    assert off[-1] < 2e-3 < off[0]
    assert exact == pytest.approx(np.cos(1) + 0.5)


def test_the_rules_give_the_derivatives_of_the_six_functions():
    values = list(film("lessons/rules").grads.values())
    wanted = [6.0, -0.25, np.e, 0.5, np.cos(0.5), 1 - np.tanh(0.5) ** 2]
    np.testing.assert_allclose(values, wanted)


def test_six_seeds_are_told_to_the_last():
    frames = list(film("lessons/rules").frames)
    (start,) = (f for f in frames if f.note.startswith("The backward sweep starts"))
    assert start.note.endswith("= (a²) + (1/b) + exp(c) + log(d) + sin(e) + tanh(f).")
    caption = [t.text for e, t in texts(start.scene) if e.kind == "caption"]
    assert "Each of the 6 has the seed 1." in " ".join(caption)
    many = gv.film(lambda x: tuple(x * k for k in range(2, 10)), 1.0, seed=[float(k) for k in range(8)])
    notes = [f.note for f in many.frames if f.note.startswith("The backward sweep starts")]
    assert all(n.endswith(" + …") for n in notes)
    assert notes


def test_three_rates_creep_arrive_and_run_away():
    panels = film("lessons/descent")._options.panels
    ends = {p.panel.title.split(":")[0]: float(p.run.series["loss"][-1]) for p in panels}
    assert ends["good"] < 1e-3 < ends["too small"] < 10 < ends["too large"]
    last = said("lessons/descent", 2)[-1]
    assert any(t.startswith("too large") for t in last)


def test_downhill_is_against_the_gradient_and_across_the_lines():
    made = film("lessons/gradient")
    kinds = [s.kind for s in made.steps]
    frame = made.frames.frame(kinds.index("update") - 1)  # both partial derivatives are known, no step taken yet
    arrows = next(e for e in frame.scene.elements if e.id == "panel-0-arrows")
    shafts = [m.xy for m in arrows.marks if getattr(m, "ops", "") == "ML"]
    (ax, ay, bx, by), (cx, cy, dx, dy) = shafts
    up, down = np.array([bx - ax, by - ay]), np.array([dx - cx, dy - cy])
    assert np.dot(up, down) == pytest.approx(-np.linalg.norm(up) * np.linalg.norm(down))
    a, b = -3.0, 1.5
    assert up[1] / up[0] == pytest.approx(-(2 * b) / (a / 2), rel=1e-6)  # y grows downwards


def test_rates_multiply_along_the_chain():
    made = film("lessons/chain")
    assert made.grads["x"] == pytest.approx(2 * np.sin(0.6) * np.cos(0.6) * 3)
    assert final(made.run).tangents[made.run.graph.outputs[0]] == pytest.approx(made.grads["x"])


def test_the_paths_add_up():
    last = said("lessons/paths")[-1]
    products = [float(t.split("= ")[1].replace("−", "-")) for t in last if "×" in t]
    assert len(products) == 3
    assert sum(products) == pytest.approx(film("lessons/paths").grads["x"], abs=0.01)
    assert f"their sum is ∂y/∂x = {film('lessons/paths').grads['x']:g}" in last


def test_paths_double_and_products_do_not():
    last = said("lessons/shared")[-1]
    assert "32" in last
    assert "10" in last
    assert film("lessons/shared").grads["x"] == pytest.approx(32 * 1.1**31)


def test_three_sweeps_forward_find_what_one_finds_backward():
    made = film("lessons/modes")
    tangents = [
        next(e.value for e in s.events if e.node == made.run.graph.outputs[0])
        for s in made.run.sweeps
        if s.kind == "tangent"
    ]
    np.testing.assert_allclose(tangents, [made.grads[n] for n in "abc"])
    assert [s.kind for s in made.run.sweeps].count("backward") == 1


def test_three_terms_come_back_to_one_value():
    notes = [frame.note for frame in film("lessons/accumulation").frames]
    assert [n for n in (1, 2, 3) if any(f"sends term {n} of 3 to q" in note for note in notes)] == [1, 2, 3]


def test_one_iteration_lowers_the_loss():
    losses = film("lessons/iteration").run.series["loss"]
    assert losses[1] < losses[0]
    assert [s.kind for s in film("lessons/iteration").run.sweeps] == [
        "forward", "backward", "update", "forward", "backward",
    ]  # fmt: skip


def test_the_line_and_xor_are_learnt():
    lesson = module("lessons/line")
    best = np.polyfit(lesson.X, lesson.Y, 1)
    path = film("lessons/line").run.series
    assert path["path p.w"][-1] == pytest.approx(best[0], abs=0.02)
    assert path["path p.b"][-1] == pytest.approx(best[1], abs=0.02)
    run = film("lessons/xor").run
    out = next(n.id for n in run.graph.nodes if n.name == "out")
    values = np.ravel(final(run).values[out])
    assert (np.abs(values - [0, 1, 1, 0]) < 0.1).all()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("faults/overwritten", "wrong from here: the gradient of a is 6.000, not 15.00"),
        ("faults/not_zeroed", "wrong from here: the gradient of w is −3.520, not −1.520"),
    ],
)
def test_the_first_wrong_frame_is_marked_once(name, told):
    frames = said(name)
    first = [i for i, frame in enumerate(frames) if told in frame]
    assert len(first) == 1
    assert not any("wrong" in t for frame in frames[: first[0]] for t in frame)
    assert all(any(t.startswith("wrong: ") for t in frame) for frame in frames[first[0] + 1 :])
    marked = [
        i for i, frame in enumerate(film(name).frames) if any(e.id == "panel-0-mark" for e in frame.scene.elements)
    ]
    assert marked == first


def _card(element):
    """Return the box of a card's ground."""
    ground = element.marks[0]
    return (ground.x, ground.y, ground.x + ground.w, ground.y + ground.h)


def test_both_graphs_of_a_fault_have_one_layout():
    for name in ("faults/overwritten", "faults/not_zeroed"):
        scene = film(name).frames.frame(5).scene
        places = {e.id: _card(e) for e in scene.elements if e.kind == "node"}
        right = {i: b for i, b in places.items() if i.startswith("node-")}
        wrong = {i.removeprefix("panel-0-"): b for i, b in places.items() if i.startswith("panel-0-node-")}
        assert right.keys() == wrong.keys()
        k = (wrong["node-0"][2] - wrong["node-0"][0]) / (right["node-0"][2] - right["node-0"][0])
        for i in right:
            a = np.subtract(right[i][:2], right["node-0"][:2]) * k
            np.testing.assert_allclose(np.subtract(wrong[i][:2], wrong["node-0"][:2]), a, atol=4)


def test_every_lesson_is_listed_in_the_order_of_the_story():
    text = (GALLERY / "lessons" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\d+\. `(\w+)\.py`: .+\.$", text, re.MULTILINE)
    assert sorted(f"lessons/{name}" for name in listed) == [n for n in SCRIPTS if n.startswith("lessons/")]


@pytest.mark.parametrize("name", ["lessons/line", "lessons/descent", "faults/not_zeroed", "curve_fitter/film"])
def test_a_film_with_panels_drawn_by_what_changed_equals_one_drawn_anew(name):
    made = film(name)
    drawing = compose(made.run, replace(made._options, width=640))
    width, height = drawing.canvas.pixels

    def fresh():
        return Raster(drawing.canvas.width, drawing.canvas.height, width, height, drawing.theme.ground)

    running = fresh()
    for k, frame in enumerate(drawing):
        running.draw(frame.scene)
        if k % 29 == 0 or k == len(drawing) - 1:
            whole = fresh()
            whole.draw(frame.scene)
            assert (running.pixels == whole.pixels).all(), f"frame {k}"
            assert svg(drawing.frame(k).scene) == svg(frame.scene)


def test_a_folded_group_keeps_the_gradients_of_every_iteration():
    run = film("lessons/line").run
    folded = collapse(run, 0)
    names = {n.name: n.id for n in run.graph.nodes if n.op == "parameter"}
    other = {n.name: n.id for n in folded.graph.nodes if n.op == "parameter"}
    assert len(folded.graph.nodes) < len(run.graph.nodes)
    assert names.keys() == other.keys()
    pairs = zip(states(run, steps(run, "sweep")), states(folded, steps(folded, "sweep")), strict=True)
    for a, b in pairs:
        for name, i in names.items():
            assert a.grads.get(i) == b.grads.get(other[name])
            assert a.values.get(i) == b.values.get(other[name])
