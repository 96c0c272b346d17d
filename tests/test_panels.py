"""Panels: what they draw is what the run's series say, legible at every size, in vectors, and never run user code."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from looking import contrast, ground_under, outside, overlapping, texts

import gradviz as gv
from gradviz.errors import UnknownName
from gradviz.picture.moment import Moment
from gradviz.picture.numbers import number
from gradviz.picture.panels import (
    PANELS,
    Along,
    Beside,
    Curve,
    Gauge,
    Knobs,
    Layers,
    Losses,
    Other,
    Over,
    Want,
    Wrong,
    axes,
    beside,
    figure,
    panel,
)
from gradviz.picture.panels.layers import layers
from gradviz.picture.scene import Image, Path, Rect, Text, mark_box
from gradviz.picture.theme import DARK, LIGHT
from gradviz.picture.words import Names
from gradviz.record import State, advance, steps

SIZE = (440.0, 270.0)
X = np.array([-1.0, 0.0, 1.0, 2.0])
Y = np.array([0.5, 1.0, 2.5, 2.0])


def line(p, x):
    return p["w"] * x + p["b"]


def loss(p, x, y):
    return np.mean((line(p, x) - y) ** 2)


@cache
def run():
    given = {"w": -1.0, "b": 1.5}
    return gv.descend(loss, given, X, Y, lr=0.1, steps=8, curve=line, along="p.w", over=("p.w", "p.b")).run


def moments(run, pace="auto"):
    state, found = State(), []
    for step in steps(run, pace):
        before, state = state, advance(run.graph, state, step)
        found.append(Moment(run, step, before, state, {}))
    return [*found, Moment(run, None, state, state, {})]


def after(run, kind, iteration):
    """Return the moment at the end of a sweep."""
    return next(
        m for m in moments(run) if m.step and (m.step.kind, m.step.iteration, m.step.k) == (kind, iteration, m.step.n)
    )


def element(scene, name):
    return next(e for e in scene.elements if e.id == name)


def circles(e, r):
    """Return the centres of the circles of a radius."""
    boxes = [(m.xy[0] - r, m.xy[1]) for m in e.marks if isinstance(m, Path) and m.ops == "MCCCCZ" and near(m, r)]
    return [(round(x, 6), round(y, 6)) for x, y in boxes]


def near(mark, r):
    return abs(max(mark.xy[::2]) - min(mark.xy[::2]) - 2 * r) < 1e-6


def test_the_points_and_the_curve_stand_where_their_numbers_say():
    scene = Curve()(run(), moments(run())[0], LIGHT, SIZE)
    dots = circles(element(scene, "points"), 4.5)
    assert len(dots) == len(X)
    xs, ys = zip(*dots, strict=True)
    across, up = np.polyfit(X, xs, 1), np.polyfit(Y, ys, 1)
    np.testing.assert_allclose(np.polyval(across, X), xs)
    np.testing.assert_allclose(np.polyval(up, Y), ys)
    assert across[0] > 0 > up[0]  # y grows downwards
    curve = np.reshape(element(scene, "curve").marks[0].xy, (-1, 2))
    places = (curve[:, 0] - across[1]) / across[0]
    np.testing.assert_allclose((curve[:, 1] - up[1]) / up[0], -1.0 * places + 1.5, atol=0.02)


def test_a_residual_is_a_square():
    scene = Curve()(run(), moments(run())[-1], LIGHT, SIZE)
    squares = [m for m in element(scene, "squares").marks if isinstance(m, Rect) and m.stroke]
    assert squares
    assert all(abs(s.w - s.h) < 1e-6 for s in squares)
    dots = circles(element(scene, "points"), 4.5)
    up = np.polyfit(Y, [y for _, y in dots], 1)
    sides = sorted(s.h for s in squares)
    off = np.abs(run().series["data fit"][-1] - Y) * -up[0]
    np.testing.assert_allclose(sides, sorted(o for o in off if o >= 1), rtol=1e-6)


def test_inputs_that_were_scaled_are_labelled_as_they_were():
    scene = Curve(shown=(10.0, 2.0))(run(), moments(run())[0], LIGHT, SIZE)
    found = {t.text: t.x for e, t in texts(scene) if e.id == "axes"}
    dots = circles(element(scene, "points"), 4.5)
    assert found["10"] == pytest.approx(dots[1][0])  # x = 0 is 10 + 2·0


def test_the_loss_is_drawn_up_to_where_we_are():
    points = []
    for m in moments(run()):
        drawn = [
            k
            for k in element(Losses()(run(), m, LIGHT, SIZE), "losses").marks
            if isinstance(k, Path) and "C" not in k.ops
        ]
        points.append(len(drawn[0].xy) // 2 if drawn else 0)
    assert points == sorted(points)
    assert points[-1] == len(run().series["loss"]) == 9
    said = [t.text for _, t in texts(Losses()(run(), moments(run())[-1], LIGHT, SIZE))]
    # The loss has the name and the digits that its card and the caption give it.
    assert f"{Names(run().graph).formula(run().graph.outputs[0])} = {number(run().series['loss'][-1])}" in said


def test_the_loss_goes_by_its_own_name():
    def miss(w):
        err = (w * 2.0 - 3.0) ** 2
        return err

    r = gv.descend(miss, 0.5, lr=0.05, steps=3).run
    assert "err = 4.000" in [t.text for _, t in texts(Losses()(r, moments(r)[3], LIGHT, SIZE))]


def test_the_tangents_slope_is_the_gradient():
    m = after(run(), "backward", 1)
    scene = Along("p.w")(run(), m, LIGHT, SIZE)
    assert f"slope {axes.value_text(float(_grad(m, 'p.w')))}" in [t.text for _, t in texts(scene)]
    curve = np.reshape(element(scene, "curve").marks[0].xy, (-1, 2))
    tangent = next(k for k in element(scene, "now").marks if k.stroke == LIGHT.grad)
    (x0, y0), (x1, y1) = np.reshape(tangent.xy, (-1, 2))[[0, -1]]
    at = np.argmin(np.abs(curve[:, 0] - circles(element(scene, "now"), 5)[0][0]))
    here = (curve[at + 1] - curve[at - 1])[::-1]
    assert (y1 - y0) / (x1 - x0) == pytest.approx(here[0] / here[1], rel=0.03)


def _grad(moment, name):
    return moment.after.grads[next(n.id for n in moment.graph.nodes if n.name == name)]


def test_the_gradient_crosses_the_contours_at_right_angles():
    m = after(run(), "backward", 1)
    scene = Over()(run(), m, LIGHT, SIZE)
    field = run().series["over p.w, p.b"]
    i, j = (
        np.argmin(np.abs(v - float(run().series[f"path p.{n}"][0])))
        for v, n in ((field[0, 1:], "w"), (field[1:, 0], "b"))
    )
    z = field[1:, 1:]
    slope = np.array([z[j, i + 1] - z[j, i - 1], -(z[j + 1, i] - z[j - 1, i])])
    shaft = np.reshape(element(scene, "arrows").marks[0].xy, (-1, 2))
    arrow = shaft[1] - shaft[0]
    assert np.dot(arrow, slope) / np.linalg.norm(arrow) / np.linalg.norm(slope) > 0.99


def test_the_path_grows_by_one_dot_a_step():
    shown = [len(element(Over()(run(), m, LIGHT, SIZE), "path").marks) for m in moments(run())]
    assert shown == sorted(shown)
    assert shown[0] == 1


def test_a_knob_points_at_its_value_and_its_arrow_lowers_the_loss():
    m = after(run(), "backward", 1)
    for i, name in enumerate(("p.w", "p.b")):
        e = element(Knobs()(run(), m, LIGHT, SIZE), f"knob-{i}")
        label, value = (t.text for t in e.marks if isinstance(t, Text))
        assert label == name
        assert float(value.replace("−", "-")) == pytest.approx(float(run().series[f"path {name}"][0]))
        heads = [k for k in e.marks if isinstance(k, Path) and k.fill == LIGHT.grad]
        assert len(heads) == 1
        dial = circles(e, max(r for r in np.arange(1, 31, 0.5) if circles(e, r)))[0]
        pointer = next(k for k in e.marks if isinstance(k, Path) and k.line == 3)
        turn = math.atan2(pointer.xy[2] - dial[0], dial[1] - pointer.xy[3])
        tip = math.atan2(heads[0].xy[0] - dial[0], dial[1] - heads[0].xy[1])
        assert (tip > turn) == (_grad(m, name) < 0)


def test_the_needle_and_its_arrow():
    scenes = [Gauge()(run(), m, LIGHT, SIZE) for m in (after(run(), "forward", 1), after(run(), "forward", 2))]
    needles = [next(m for m in element(s, "needle").marks if m.stroke == LIGHT.value) for s in scenes]
    assert needles[1].xy[2] < needles[0].xy[2]  # further left is less
    assert len(element(scenes[0], "needle").marks) < len(element(scenes[1], "needle").marks)


def test_bars_are_as_long_as_the_logarithm_of_the_gradient():
    given = {"layers": [{"W": np.ones((2, 2)), "b": np.zeros(2)}, {"W": np.ones((2, 1)) * 0.5, "b": np.zeros(1)}]}

    def net(p, x):
        for one in p["layers"]:
            x = np.tanh(x @ one["W"] + one["b"])
        return np.sum(x**2)

    done = gv.descend(net, given, np.array([[0.1, 0.2]]), lr=0.01, steps=3).run
    assert list(layers(done.graph)) == ["p.layers[0]", "p.layers[1]"]
    m = after(done, "backward", 1)
    marks = element(Layers()(done, m, LIGHT, SIZE), "bars").marks
    lengths = [b.w for b in marks if isinstance(b, Rect)]
    sizes = []
    for ids in layers(done.graph).values():
        parts = np.concatenate([np.ravel(m.after.grads[i]) for i in ids])
        sizes.append(np.sqrt(np.mean(parts**2)))
    assert (lengths[0] < lengths[1]) == (sizes[0] < sizes[1])
    assert [axes.value_text(s) for s in sizes] == [t.text for t in marks if isinstance(t, Text)]


def test_knobs_without_room_for_dials_are_numbers():
    done = gv.descend(lambda k: np.sum((k - np.arange(6.0)) ** 2), np.full(6, -7.0), lr=0.01, steps=2).run
    for size in ((250.0, 127.0), (250.0, 90.0), (420.0, 220.0)):
        scene = Knobs()(done, after(done, "backward", 1), LIGHT, size)
        assert not overlapping(scene)
        assert not outside(scene)
        assert "−7.000" in [t.text for _, t in texts(scene)]


def test_one_name_is_one_layer():
    done = gv.descend(lambda p: p["V"] * p["W"] ** 2, {"V": 1.0, "W": 2.0}, lr=0.01, steps=1).run
    assert list(layers(done.graph)) == ["p.V", "p.W"]
    nested = gv.descend(
        lambda p: p[0][0][1] * p[0][1][0] * p[1][0][0], [[[1.0, 2.0], [3.0]], [[1.0]]], lr=0.01, steps=1
    )
    assert list(layers(nested.run.graph)) == ["p[0]", "p[1]"]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
@pytest.mark.parametrize("size", [(300.0, 170.0), (440.0, 270.0), (720.0, 300.0), (330.0, 480.0)])
@pytest.mark.parametrize("name", PANELS)
def test_a_panel_is_legible_at_every_size(name, size, theme):
    for m in moments(run()):
        scene = PANELS[name](run(), m, theme, size)
        assert (scene.width, scene.height) == size
        assert not overlapping(scene)
        assert not outside(scene)
        ids = [e.id for e in scene.elements]
        assert len(ids) == len(set(ids))
        for _, t in texts(scene):
            assert t.size >= 12
            assert contrast(t.fill, ground_under(scene, t)) >= 4.5
        for e in scene.elements:
            for mark in e.marks:
                x0, y0, x1, y1 = mark_box(mark)
                assert x0 >= -3
                assert y0 >= -3
                assert x1 <= size[0] + 3
                assert y1 <= size[1] + 3


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_without_its_series_says_what_it_needs(name):
    made = gv.film(lambda w, x: w * x, 2.0, 3.0)
    words = [t.text for m in moments(made.run)[-1:] for _, t in texts(PANELS[name](made.run, m, LIGHT, SIZE))]
    assert any("needs a descent" in w for w in words) or name in ("knobs", "layers")


def test_a_descent_that_runs_away_is_drawn_all_the_same():
    done = gv.descend(lambda p: np.exp(p["w"] ** 2) + p["v"] ** 2, {"w": 1.0, "v": 1.0}, lr=5.0, steps=9,
                      along="p.w", over=("p.w", "p.v")).run  # fmt: skip
    assert not np.isfinite(done.series["loss"]).all()
    for one in PANELS.values():
        for m in moments(done):
            scene = one(done, m, LIGHT, SIZE)
            for e in scene.elements:
                assert all(math.isfinite(v) for mark in e.marks for v in mark_box(mark))


def test_panels_never_run_the_users_code():
    calls = []

    def counted(p, x, y):
        calls.append(1)
        return loss(p, x, y)

    done = gv.descend(counted, {"w": 0.0, "b": 0.0}, X, Y, steps=3, curve=line, along="p.w", over=("p.w", "p.b"))
    before = len(calls)
    list(gv.film(done, panels=tuple(PANELS)).frames)
    assert len(calls) == before


def test_what_does_not_change_is_the_same_element():
    holder = Beside((Curve(), Knobs()), ((0, 0, 440, 270), (0, 280, 440, 500)), LIGHT)
    a, b = (holder.elements(m) for m in moments(run())[:2])
    same = {e.id for e, f in zip(a, b, strict=True) if e is f}
    assert {"panel-0-ground", "panel-0-axes", "panel-0-points", "panel-1-ground"} <= same


def test_places_beside_the_graph():
    area = (24.0, 56.0, 1256.0, 540.0)
    for weights, row in (((1,), False), ((1, 1), False), ((2, 1, 1), False), ((2, 1, 1), True), ((1,) * 5, False)):
        place = beside(area, [Want(w) for w in weights], 0.5, row=row)
        boxes = (place.graph, *place.panels)
        assert len(place.panels) == len(weights)
        for i, a in enumerate(boxes):
            assert area[0] <= a[0] < a[2] <= area[2]
            assert area[1] <= a[1] < a[3] <= area[3]
            for b in boxes[i + 1 :]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    assert beside(area, ()).graph == area


def test_films_have_panels_by_name_or_by_function():
    def mine(run, moment, theme, size):
        return axes.scene(size, theme, "mine", ())

    film = gv.film(run(), panels=("loss", mine))
    svg = film.svg(frame=3)
    assert "loss by iteration" in svg
    assert ">mine<" in svg
    assert panel("loss") is PANELS["loss"]
    with pytest.raises(UnknownName, match="choose from curve"):
        gv.film(run(), panels=("losses",))
    with pytest.raises(UnknownName, match="run, moment, theme, size"):
        gv.film(run(), panels=(3,))


def test_another_run_beside():
    fast = gv.descend(lambda w: (w - 2.0) ** 2, 0.0, lr=0.3, steps=5, along="w").run
    slow = gv.descend(lambda w: (w - 2.0) ** 2, 0.0, lr=0.01, steps=5, along="w").run
    m = moments(fast)[-1]
    plain = [t.text for _, t in texts(Along("w")(slow, moments(slow)[-1], LIGHT, SIZE))]
    assert [t.text for _, t in texts(Other(slow, Along("w"))(fast, m, LIGHT, SIZE))] == plain


def test_a_right_run_has_no_mark():
    made = gv.film(lambda a, b: a * b + a, 2.0, 3.0).run
    for m in moments(made):
        ids = [e.id for e in Wrong(made, "none")(made, m, LIGHT, (900.0, 280.0)).elements]
        assert "mark" not in ids
        assert "aside" not in ids


# ---- scales


@pytest.mark.parametrize(
    ("low", "high"), [(0, 10), (-0.96, 13.03), (0.001, 0.0013), (-1e6, 3e6), (37, 63), (1e-9, 2e-9)]
)
@pytest.mark.parametrize("most", [2, 3, 5, 9])
def test_ticks_are_round_and_few(low, high, most):
    found = axes.ticks(low, high, most)
    assert 2 <= len(found) <= max(most, 5)
    assert low <= found[0]
    assert found[-1] <= high * (1 + 1e-9)
    steps_between = np.diff(found)
    np.testing.assert_allclose(steps_between, steps_between[0], rtol=1e-6)
    mantissa = steps_between[0] / 10 ** math.floor(math.log10(steps_between[0]) + 1e-9)
    assert min(abs(mantissa - m) for m in (1, 2, 5)) < 1e-3


def test_ticks_are_written_as_people_do():
    told = {0.0: "0", -0.5: "−0.5", 20.0: "20", 1e5: "10⁵", 2e-4: "2·10⁻⁴", -1e6: "−10⁶"}
    assert {v: axes.tick_text(v) for v in told} == told
    assert axes.decades(0.9, 120) == [1, 10, 100]
    assert axes.decades(1, 20) == [1, 2, 5, 10, 20]
    assert axes.decades(0.023, 0.047) == [0.03, 0.04]
    assert axes.decades(0.0451, 0.0468) == [0.0455, 0.046, 0.0465]


@pytest.mark.parametrize("height", [130, 300])
def test_numbers_of_a_low_logarithmic_axis_keep_apart(height: int) -> None:
    _, made = axes.plot((300, height), LIGHT, (0, 9), (0.15, 4), log=True)
    up = sorted((m.y, m.text) for m in made.marks if isinstance(m, Text) and m.anchor == "end")
    assert "1" in {t for _, t in up} and len(up) > 1, "powers of ten come first"
    assert all(b - a >= axes.SMALL * 1.5 for (a, _), (b, _) in pairwise(up)), up


def test_a_line_is_cut_off_at_the_edge():
    box = (0.0, 0.0, 10.0, 10.0)
    assert axes.clipped([(-5, 5), (15, 5)], box) == [[(0, 5), (10, 5)]]
    assert axes.clipped([(-5, -5), (-1, -9)], box) == []
    assert axes.clipped([(5, 5), (5, 20), (8, 20), (8, 5)], box) == [[(5, 5), (5, 10)], [(8, 10), (8, 5)]]
    assert axes.clipped([(1, 1), (math.nan, 2), (3, 3), (4, 4)], box) == [[(3, 3), (4, 4)]]


# ---- any Matplotlib figure


def picture():
    from matplotlib.figure import Figure

    fig = Figure(figsize=(5, 3))
    one, two = fig.subplots(1, 2)
    x = np.linspace(-3, 3, 50)
    one.plot(x, 3 * np.cos(x), label="cosine", color="#112233")
    one.set_ylim(-1, 1)
    one.set_ylabel("turned")
    one.fill_between(x, x, alpha=0.5, color="#FF0000")
    one.set_title("A title")
    two.imshow(np.arange(6).reshape(2, 3))
    two.set_xlabel("$x^2$")
    return fig


def test_a_figure_becomes_vectors_with_text_as_text():
    scene = figure(picture(), (500.0, 300.0))
    marks = [m for e in scene.elements for m in e.marks]
    words = {m.text for m in marks if isinstance(m, Text)}
    assert (scene.width, scene.height) == (500.0, 300.0)
    assert {"A title", "−2"} <= words
    assert {"−1.00", "0.50"} <= words
    assert "turned" not in words  # turned text is outlines
    assert len([m for m in marks if isinstance(m, Path)]) > 30
    assert sum(isinstance(m, Image) for m in marks) == 1
    assert any(isinstance(m, Path) and m.stroke == "#112233" for m in marks)
    assert any(isinstance(m, Path) and m.fill == "#FF8080" for m in marks)  # half red on white
    assert all(m.size >= 10 for m in marks if isinstance(m, Text))


def test_a_figures_lines_are_cut_off_at_its_axes():
    scene = figure(picture(), (500.0, 300.0))
    marks = [m for e in scene.elements for m in e.marks]
    line = np.concatenate([np.reshape(m.xy, (-1, 2)) for m in marks if isinstance(m, Path) and m.stroke == "#112233"])
    frame = max((m for m in marks if isinstance(m, Path) and m.fill == "#FFFFFF"), key=lambda m: m is not marks[0])
    assert np.ptp(line[:, 1]) < 0.9 * 300
    assert frame


def test_a_figure_is_a_panel():
    from matplotlib.figure import Figure

    def mine(run, moment, theme, size):
        fig = Figure()
        fig.subplots().plot(run.series["loss"])
        return figure(fig, size, ground=theme.ground)

    svg = gv.film(run(), panels=(mine,)).svg(frame=2)
    assert 'id="panel-0-figure"' in svg
