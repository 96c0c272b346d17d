"""An upright canvas: the lens stands under the overview, all of it legible, and what is too small is refused."""

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from films import FILMS
from looking import crossed, is_number, outside, overlapping

import gradviz as gv
from gradviz.errors import TooLarge
from gradviz.picture.draw import Options, compose
from gradviz.picture.scene import Text, mark_box


def chain():
    def horner(x):
        y = x
        for _ in range(30):
            y = y * x + 0.5
        return y

    return gv.film(horner, 0.7)


def learnt():
    def loss(w, x):
        y = x
        for row in w:
            y = sum(a * b for a, b in zip(row, [y] * len(row), strict=True))
            y = y * y * 0.1 + y
        return 1.5 * (y - 1.0) ** 2

    start = [[0.1 * i + 0.1, 0.3, 0.05 * i] for i in range(6)]
    return gv.film(gv.descend(loss, start, 0.7, lr=0.1, steps=6), panels=("loss",))


GRAPHS = {"network": FILMS["network"], "chain": chain, "learnt": learnt}
#: What is asked for: width, height, whether it moves.
PHONE, SQUARE, SLIM = (540, 960, True), (800, 800, True), (360, 760, True)
CANVASES = (PHONE, SQUARE, SLIM, (640, None, False), (640, 900, False), (360, None, True), (1080, 1350, True))


@cache
def film(name):
    return GRAPHS[name]()


@cache
def drawing(name, canvas, theme="light", pace="auto"):
    width, height, moving = canvas
    panels = film(name).drawing(width=1280).panels
    panels = panels.panels if panels and canvas[0] != SLIM[0] else ()
    options = Options(width=width, height=height, moving=moving, theme=theme, pace=pace, panels=panels)
    return compose(film(name).run, options)


def shown(made):
    """Return some frames of a film, its first and last among them."""
    last = made.count - 1
    return [made.frame(k) for k in sorted({0, 1, *range(2, last, max(1, last // 12)), last - 1, last})]


@pytest.mark.parametrize("pace", ["node", "layer", "edge"])
@pytest.mark.parametrize("canvas", CANVASES, ids=str)
@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_overlaps_leaves_or_is_too_small_to_read(name, canvas, pace):
    made = drawing(name, canvas, pace=pace)
    assert made.level == "overview"
    for frame in shown(made):
        assert not outside(frame.scene), frame.note
        assert not overlapping(frame.scene), frame.note
        for e in frame.scene.elements:
            for t in (m for m in e.marks if isinstance(m, Text)):
                px = t.size * made.canvas.scale
                assert px >= (10 - 1e-6 if is_number(t.text) else 8.3), f"{t.text!r} in {e.id} is {px:.2f} px high"


@pytest.mark.parametrize("canvas", CANVASES, ids=str)
@pytest.mark.parametrize("name", GRAPHS)
def test_the_lens_stands_under_the_overview_over_the_whole_width(name, canvas):
    made = drawing(name, canvas)
    x0, y0, x1, _ = made.picture.lens.box
    assert (x0, x1) == (24, made.canvas.width - 24)
    for frame in shown(made):
        over = [e for e in frame.scene.elements if e.kind in ("node", "edge", "key", "label", "now", "active")]
        assert over and all(e.box[3] <= y0 - 4 and e.box[2] <= x1 + 1 and e.box[0] >= x0 - 3 for e in over)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", GRAPHS)
def test_no_line_runs_through_a_text(name, theme):
    for canvas in CANVASES:
        for frame in (drawing(name, canvas, theme).frame(k) for k in (0, -2, -1)):
            assert not crossed(frame.scene), canvas


@pytest.mark.parametrize("canvas", [PHONE, SQUARE, SLIM], ids=str)
def test_cards_and_marks_have_one_place_for_the_whole_film(canvas):
    made, places = drawing("network", canvas, pace="node"), {}
    for frame in made:
        for e in frame.scene.elements:
            if e.kind == "node" or re.fullmatch("lens|lens-rule|key|labels|title|legend", e.id):
                mark = e.marks[0]
                at = (mark.x, mark.y) if hasattr(mark, "x") else mark.xy[:2]
                assert places.setdefault(e.id, at) == at
    assert "lens-rule" in places and "key" in places


def test_in_a_wide_lens_the_equations_stand_beside_the_cards():
    made = drawing("network", SQUARE, pace="node")
    seen = 0
    for frame in made:
        parts = {e.id: e for e in frame.scene.elements}
        if "lens-active" in parts and "lens-equations" in parts:
            assert parts["lens-active"].box[2] < parts["lens-rule"].box[0] < parts["lens-equations"].box[0]
            assert "lens-feed" in parts or any("feeds nothing" in t.text for t in parts["lens-words"].marks)
            seen += 1
    assert seen > 20


def test_the_key_leaves_nothing_out_and_the_widths_have_room_beside_it():
    for canvas in CANVASES:
        scene = drawing("chain", canvas).frame(-1).scene
        parts = {e.id: e for e in scene.elements}
        said = {t.text for t in parts["key"].marks if isinstance(t, Text)}
        assert {"value known", "collecting", "gradient known", "constant", "active, in the lens"} == said
        key, widths = ([mark_box(m) for m in parts[i].marks] for i in ("key", "key-widths"))
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a in key for b in widths)


def test_a_wide_canvas_has_its_lens_at_the_right():
    for width, height in ((1280, 720), (960, 540), (None, None), (1024, 768)):
        made = compose(film("network").run, Options(width=width, height=height))
        assert made.picture.lens.box[0] > made.canvas.width / 2


def test_panels_stand_over_the_graph():
    made = drawing("learnt", PHONE)
    graph = made.picture.area
    assert made.panels and all(box[3] < graph[1] for box in made.panels.boxes)


@pytest.mark.parametrize(
    ("width", "height"), [(320, None), (320, 568), (400, 400), (480, 270), (640, 330), (1280, 400)]
)
def test_a_canvas_too_small_for_a_lens_is_refused_with_the_size_that_would_do(width, height):
    options = Options(width=width, height=height)
    with pytest.raises(TooLarge, match="would not be legible on") as error:
        compose(film("network").run, options)
    told = str(error.value).partition("at least")[2]
    upright, beside = ((int(w), int(h)) for w, h in re.findall("([0-9]+)×([0-9]+)", told))
    assert upright[0] <= 360 and beside[0] == max(width, beside[0]) and beside[1] < beside[0]
    for w, h in (upright, beside):
        compose(film("network").run, replace(options, width=w, height=h))


def test_one_node_that_is_too_small_is_told_as_one():
    with pytest.raises(TooLarge, match=r"^1 node would not be legible"):
        gv.film(gv.var(1.0, name="x")).drawing(width=64, height=64)


@pytest.mark.parametrize(("width", "height"), [(640, 408), (800, 450), (1280, 488)])
def test_a_low_canvas_shows_the_arithmetic_of_each_step(width, height):
    made = drawing("network", (width, height, True), pace="node")
    for frame in shown(made):
        assert not outside(frame.scene) and not overlapping(frame.scene), frame.note
        said = [
            m.text for e in frame.scene.elements if e.id == "lens-equations" for m in e.marks if isinstance(m, Text)
        ]
        assert not said or {"=", "≈"} & {*said}


def test_layers_are_worked_out_on_a_phone_and_on_a_square():
    for canvas in (PHONE, SQUARE):
        made = drawing("network", canvas, pace="layer")
        rows = {}
        for k, step in enumerate(made.steps):
            if step.kind == "backward" and 2 < len(step.events) <= 8:
                rows[k] = [e for e in made.frame(k).scene.elements if e.id.startswith("lens-row-")]
                assert all("=" in {t.text for t in e.marks if isinstance(t, Text)} for e in rows[k])
        assert rows
        for found in rows.values():
            for a, b in pairwise(found):
                assert a.box[3] <= b.box[1] + 1 or a.box[2] <= b.box[0]


@pytest.mark.parametrize("name", ["neuron", "fanout", "forward mode", "nested groups"])
def test_the_caption_has_room_for_how_a_film_ends(name):
    for width, height, moving in ((540, 960, True), (640, 440, True), (960, 540, True), (880, None, False)):
        made = compose(FILMS[name]().run, Options(width=width, height=height, moving=moving))
        scene = made.frame(-1).scene
        assert not outside(scene) and not overlapping(scene), (width, height)
        parts = {e.id: e for e in scene.elements}
        if made.level == "overview":
            continue
        panel, said = parts["caption"].box, parts["arithmetic"].box
        assert all(a >= b for a, b in zip(said[:2], panel[:2], strict=True))
        assert all(a <= b for a, b in zip(said[2:], panel[2:], strict=True)), (width, height)


@pytest.mark.parametrize("name", ["neuron", "fanout", "arrays", "network", "parabola"])
def test_a_picture_for_a_phone_is_large_in_as_many_px_as_a_phone_has(name):
    made = compose(FILMS[name]().run, Options(width=1080, height=1920))
    for k in (0, len(made) // 2, len(made) - 1):
        scene = made.frame(k).scene
        assert not outside(scene) and not overlapping(scene)
        words = [(m.text, m.size * made.canvas.scale) for e in scene.elements for m in e.marks if isinstance(m, Text)]
        assert all(px >= (10 - 1e-6 if is_number(text) else 8.3) for text, px in words)
        said = [px for text, px in words if text in ("value", "gradient", "parameter", "forward", "backward")]
        assert max(said) >= 18, "a phone shows three of these px in one of those that text is measured in"
    wide = compose(FILMS[name]().run, Options(width=1080, height=1080))
    assert made.canvas.scale > 1.4 * wide.canvas.scale
