"""Edges keep their two directions apart, and widths follow the size of a contribution."""

import math

import numpy as np
import pytest
from films import FILMS, fanout, neuron

import gradviz as gv
from gradviz.picture.chips import sample
from gradviz.picture.edge import ACTIVE, DONE, IDLE, THIN, Flow, draw, size, widths
from gradviz.picture.scene import Path, Rect, Text
from gradviz.picture.theme import DARK, LIGHT

CURVE = (0.0, 0.0, 40.0, 0.0, 60.0, 50.0, 100.0, 50.0)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("flow", [Flow(), Flow("forward"), Flow("backward"), Flow("", True), Flow("", True, 4.0)])
def test_the_head_at_the_user_tells_the_forward_direction_always(flow, theme):
    heads = [m for m in draw(CURVE, flow, theme) if isinstance(m, Path) and m.fill]
    assert heads[0].xy[:2] == (100.0, 50.0)
    back = [h for h in heads if h.fill == theme.grad]
    if flow.sent or flow.active == "backward":
        assert len(back) == 1 and back[0].xy[:2] == (0.0, 0.0)
        assert heads[0].fill == theme.idle
    else:
        assert not back


def test_weights_of_lines():
    assert draw(CURVE, Flow(), LIGHT)[0].line == IDLE
    assert draw(CURVE, Flow("", True), LIGHT)[0].line == DONE
    assert draw(CURVE, Flow("backward", True), LIGHT)[0].line == ACTIVE


def test_widths_are_logarithmic_and_bounded():
    scale = widths({(0, 0): 1.0, (1, 0): 1000**0.5, (2, 0): -1000.0})
    low, middle, high = scale.of(1.0), scale.of(1000**0.5), scale.of(1000.0)
    assert low < middle < high
    assert math.isclose(middle - low, high - middle, abs_tol=0.02)
    assert scale.of(0.0) < low and scale.of(math.nan) < low
    assert scale.of(math.inf) == high


def test_size_of_arrays_and_tuples_is_their_largest_entry():
    assert size((1.0, -7.0)) == 7.0
    assert widths({}).of(3.0) > 0


def test_one_tiny_contribution_does_not_make_all_others_look_alike():
    scale = widths({(0, 0): 1e-9, (1, 0): 0.01, (2, 0): 0.1, (3, 0): 1.0})
    assert scale.of(1.0) - scale.of(0.1) >= 0.75 and scale.of(0.1) - scale.of(0.01) >= 0.75
    assert scale.of(1e-9) == scale.of(0.001), "what is smaller than a thousandth is as thin as can be"


def test_the_legend_says_that_its_thinnest_line_stands_for_smaller_ones_too():
    def f(a, b):
        return a * 1e-9 + b

    words = [m.text for m in finished(gv.film(f, 1.0, 2.0)) if isinstance(m, Text)]
    assert "≤ 0.00100" in words
    assert not any(w.startswith("≤") for w in [m.text for m in finished(neuron()) if isinstance(m, Text)])


def test_a_wide_edge_stands_out_from_those_it_lies_over_and_others_hide_nothing():
    ground, line, *_ = draw(CURVE, Flow("", True, 4.0), LIGHT)
    assert ground.stroke == LIGHT.ground and ground.line >= line.line + 2 and ground.xy == line.xy
    for flow in (Flow(), Flow("backward", True), Flow("forward", True, 4.0), Flow("", True)):
        assert all(m.stroke != LIGHT.ground for m in draw(CURVE, flow, LIGHT))


def finished(film):
    return [m for e in film.drawing(moving=False).frame(-1).scene.elements for m in e.marks]


def eight_uses(**options):
    def f(a, b):
        h = a + b
        return h * 1.5 + np.sin(h) + h**2 + np.exp(h) + np.tanh(h) + h * b + np.cos(h) - h

    return gv.film(f, 0.3, -0.8, **options)


def knobs(**options):
    def curve(k0, k1, k2, k3, k4, k5, x):
        return k0 + k1 * x + k2 * x**2 + k3 * x**3 + k4 * x**4 + k5 * x**5

    def f(k0, k1, k2, k3, k4, k5):
        k = k0, k1, k2, k3, k4, k5
        return curve(*k, 0.5) + curve(*k, 0.2) + curve(*k, -0.3)

    return gv.film(f, 1.0, -2.0, 0.5, 3.0, -0.2, 1.5, depth=0, **options)


@pytest.mark.parametrize("make", [fanout, eight_uses, knobs])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_heads_of_edges_that_end_at_one_card_do_not_merge(make, rankdir):
    scene = make().restyled(rankdir=rankdir).drawing(moving=False, width=1280).frame(-1).scene
    heads = [m for e in scene.elements if e.kind == "edge" for m in e.marks if isinstance(m, Path) and m.fill]
    assert heads
    boxes = [(min(m.xy[::2]), min(m.xy[1::2]), max(m.xy[::2]), max(m.xy[1::2])) for m in heads]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            over = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            assert min(over) <= 1.2, (a, b)


@pytest.mark.parametrize("make", [neuron, fanout, eight_uses])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_no_edge_as_wide_as_it_gets_touches_a_chip(make, rankdir):
    drawing = make().restyled(rankdir=rankdir).drawing(moving=False, width=1280)
    elements = drawing.frame(-1).scene.elements
    k = drawing.picture.k
    chips = [m for e in elements if e.kind == "chip" for m in e.marks if isinstance(m, Rect)]
    assert chips
    for e in elements:
        for m in e.marks if e.kind == "edge" else ():
            if m.fill is None and m.stroke != LIGHT.ground:
                points = sample(m.xy)
                for c in chips:
                    dx = np.maximum(np.maximum(c.x - points[:, 0], points[:, 0] - c.x - c.w), 0)
                    dy = np.maximum(np.maximum(c.y - points[:, 1], points[:, 1] - c.y - c.h), 0)
                    assert np.hypot(dx, dy).min() - m.line / 2 >= 2.5 * k, (e.id, c)


@pytest.mark.parametrize("flow", [Flow(), Flow("forward"), Flow("backward"), Flow("", True), Flow("", True, 4.5)])
def test_an_edge_lies_where_it_lies_whatever_goes_along_it(flow):
    whole = sample(CURVE, 400)
    for m in draw(CURVE, flow, LIGHT):
        if m.fill is None:
            off = [np.hypot(*(whole - p).T).min() for p in sample(m.xy)]
            assert max(off) < 0.3


@pytest.mark.parametrize("name", ["fanout", "small network", "parabola"])
def test_the_legend_shows_edges_as_wide_as_they_are_drawn(name):
    made = FILMS[name]().drawing(width=1280, moving=False)
    assert made.picture.k != 1
    parts = {e.id: e for e in made.frame(-1).scene.elements}
    strokes = [m.line for e in parts.values() if e.kind == "edge" for m in e.marks if "Z" not in m.ops]
    legend = [m.line for m in parts["arithmetic"].marks if isinstance(m, Path)]
    assert len(legend) == 3
    assert any(abs(max(legend) - v) < 0.02 for v in strokes), "the largest contribution is drawn as the legend has it"


def test_edges_are_thinner_where_many_of_them_run_side_by_side():
    def three(k, x):
        @gv.scope("p")
        def p(v):
            return k[0] + k[1] * v + k[2] * v**2 + k[3] * v**3 + k[4] * v**4 + k[5] * v**5

        return p(x[0]) ** 2 + p(x[1]) ** 2 + p(x[2]) ** 2

    crowded = gv.film(three, [1.0] * 6, [0.5, 0.25, 0.75], depth=0).drawing(width=1280, moving=False)
    assert crowded.level == "full" and crowded.picture.thin < 0.8
    few = FILMS["neuron"]().drawing(width=1280, moving=False)
    assert few.picture.thin == 1
    widest = [
        max(m.line for e in d.frame(-1).scene.elements if e.kind == "edge" for m in e.marks if m.stroke == LIGHT.grad)
        for d in (crowded, few)
    ]
    assert widest[0] / crowded.picture.k < 0.8 * widest[1] / few.picture.k


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_key_of_widths_has_an_entry_for_what_is_nothing(theme):
    def shown(film):
        element = next(e for e in film.frames[-1].scene.elements if e.id == "arithmetic")
        lines = [m.line for m in element.marks if isinstance(m, Path)]
        return [m.text for m in element.marks if isinstance(m, Text)], lines

    def dead(w1, w2, x):
        return w2 * np.maximum(0.0, w1 * x)

    said, lines = shown(gv.film(dead, -1.0, 3.0, 2.0, theme=theme))
    assert said[-2:] == ["0", "3.000"] and lines[0] == THIN < lines[1]
    said, lines = shown(gv.film(lambda a, b: a * b, 0.0, 0.0, theme=theme))
    assert said[-1] == "0" and lines == [THIN]
    assert not widths({(0, 0): float("nan")}).high
