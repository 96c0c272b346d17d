"""Panels beside a graph, measured in the written picture: on every canvas they can be read, or it is refused."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from looking import ink_box, outside, overlapping
from stories import film as story

import gradviz as gv
from gradviz.cli.fitting import fit
from gradviz.errors import TooLarge, UnknownName
from gradviz.picture.draw import Options, compose
from gradviz.picture.panels import panels, wants
from gradviz.picture.scene import Path, Text

X = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])
Y = np.array([-1.4, -0.9, 0.1, 0.3, 1.3, 1.6])
MONTHS = np.arange(1.0, 13.0)
WARM = np.array([40.6, 40.8, 44.4, 46.7, 54.1, 58.5, 57.7, 56.4, 54.3, 50.5, 42.9, 39.8])

#: width, height, whether it moves: README, slides, an upright and a square one.
CANVASES = {
    "readme still": (800, None, False),
    "readme": (800, None, True),
    "slide": (1920, 1080, True),
    "720p": (1280, 720, True),
    "phone": (540, 960, True),
    "square": (800, 800, True),
}
SETS = {
    1: ("loss",),
    2: ("gauge", "knobs"),
    3: ("curve", "over", "loss"),
    6: ("curve", "over", "loss", "along", "knobs", "gauge"),
}
NOTE = "x = (month − 6.5) / 5.5"


@cache
def descent():
    def line(p, x):
        return p["w"] * x + p["b"]

    def loss(p, x, y):
        error = line(p, x) - y
        L = np.mean(error**2)
        return L

    start = {"w": -1.0, "b": 1.0}
    return gv.descend(loss, start, X, Y, lr=0.2, steps=9, curve=line, along="p.w", over=("p.w", "p.b"))


@cache
def fitted(story):
    return fit(MONTHS, WARM, 5, names=("month", "temperature, °F"), steps=20, story=story).film


@cache
def drawing(name, canvas, theme="light"):
    width, height, moving = CANVASES[canvas]
    made = fitted(name == "hand") if isinstance(name, str) else gv.film(descent(), panels=SETS[name])
    return compose(made.run, replace(made._options, width=width, height=height, moving=moving, theme=theme))


def frames(made):
    """Return some frames of a film, or the only one of a still."""
    if not made.tracks:
        return [made.frame(-1)]
    return [made.frame(k) for k in sorted({0, made.count // 3, 2 * made.count // 3, made.count - 2, made.count - 1})]


def inside(frame, i):
    """Return the elements of a panel."""
    return {e.id.removeprefix(f"panel-{i}-"): e for e in frame.scene.elements if e.id.startswith(f"panel-{i}-")}


def said(element):
    return [m for m in element.marks if isinstance(m, Text)] if element else []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("name", [*SETS, "fit", "hand"])
def test_every_panel_can_be_read(name, canvas, theme):
    made = drawing(name, canvas, theme)
    holder = made.panels
    for box, want in zip(holder.boxes, wants(made.run, holder.panels), strict=True):
        assert want.roomy(box[2] - box[0], box[3] - box[1]) >= 1
    for frame in frames(made):
        assert not outside(frame.scene)
        assert not overlapping(frame.scene)
        for i, (x0, y0, x1, y1) in enumerate(holder.boxes):
            for e in inside(frame, i).values():
                for t in said(e):
                    a, b, c, d = ink_box(t)
                    assert x0 <= a and y0 <= b and c <= x1 and d <= y1, f"{t.text!r} leaves its panel"
                    assert t.size * made.canvas.scale >= 10 - 1e-6


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("name", [6, "fit", "hand"])
def test_every_panel_shows_what_it_is_for(name, canvas):
    made = drawing(name, canvas)
    for frame in frames(made)[-4:]:
        for i, panel in enumerate(made.panels.panels):
            parts = inside(frame, i)
            kind = type(panel).__name__
            if kind == "Gauge":
                (scale, needle) = parts["scale"].marks[0], parts["needle"].marks[0]
                across = max(scale.xy[::2]) - min(scale.xy[::2])
                assert across >= 96
                assert np.hypot(needle.xy[2] - needle.xy[0], needle.xy[3] - needle.xy[1]) >= 36
                assert len([t for t in said(parts["scale"]) if t.text]) >= 2
            elif kind == "Knobs":
                dials = [m for i, e in parts.items() if re.fullmatch(r"knob-\d+", i) for m in e.marks]
                round_ = [m for m in dials if isinstance(m, Path) and m.ops == "MCCCCZ" and m.fill]
                assert len(round_) == (6 if isinstance(name, str) else 2)
                assert min(max(m.xy[::2]) - min(m.xy[::2]) for m in round_) >= 20
            elif kind == "Curve":
                assert "squared error" in {t.text for t in said(parts["aside"])}
            elif kind == "Losses":
                assert any(" = " in t.text for t in said(parts["aside"]))
            if "axes" in parts:
                lines = [m for m in parts["axes"].marks if isinstance(m, Path) and m.ops == "MLL"]
                x0, y0, _, y1, x1, _ = lines[0].xy
                assert x1 - x0 >= 100 and y1 - y0 >= 60


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("name", [3, 6, "fit", "hand"])
def test_every_tick_under_a_plot_has_its_number_and_the_axes_their_names(name, canvas):
    made = drawing(name, canvas)
    for i, panel in enumerate(made.panels.panels):
        axes = inside(made.frame(-1), i).get("axes")
        if axes is None:
            continue
        base = next(m for m in axes.marks if isinstance(m, Path) and m.ops == "MLL").xy[3]
        ticks = [m.xy[0] for m in axes.marks if isinstance(m, Path) and m.ops == "ML" and m.xy[1] == base]
        numbers = [t.x for t in said(axes) if t.anchor == "middle"]
        assert ticks == numbers and len(ticks) >= 2
        words = {t.text for t in said(axes)}
        if type(panel).__name__ == "Curve" and isinstance(name, str):
            assert {"month", "temperature, °F"} <= words
            low, high = sorted(int(t.text) for t in said(axes) if t.anchor == "middle")[:: len(numbers) - 1]
            assert low <= 2 and high >= 10
        elif type(panel).__name__ == "Losses":
            assert "iteration" in words


@pytest.mark.parametrize("name", ["fit", "hand"])
@pytest.mark.parametrize("canvas", CANVASES)
def test_what_x_stands_for_is_seen_wherever_the_formula_is(name, canvas):
    for frame in frames(drawing(name, canvas)):
        assert "k₅x⁵" in frame.scene.title
        assert any(t.text.startswith(NOTE) for t in said(inside(frame, 0)["note"]))


def test_what_x_stands_for_is_broken_into_lines_where_it_is_long():
    names = ("hours since the start of the measurement", "temperature in the middle of the room")
    film = fit(MONTHS, WARM, 2, names=names, steps=20).film
    for width, height in ((1280, 720), (540, 960)):
        made = compose(film.run, replace(film._options, width=width, height=height))
        scene = made.frame(-1).scene
        assert not overlapping(scene) and not outside(scene)
        assert " ".join(t.text for t in said(inside(made.frame(-1), 0)["note"])).startswith(f"x = ({names[0]} − 6.5)")


@pytest.mark.parametrize("canvas", CANVASES)
def test_panels_to_be_compared_have_one_size_and_one_scale(canvas):
    film = story("lessons/descent")
    width, height, moving = CANVASES[canvas]
    made = compose(film.run, replace(film._options, width=width, height=height, moving=moving))
    boxes = made.panels.boxes
    assert max(b[2] - b[0] for b in boxes) - min(b[2] - b[0] for b in boxes) <= 2
    assert max(b[3] - b[1] for b in boxes) - min(b[3] - b[1] for b in boxes) <= 2
    assert len({b[1] for b in boxes}) == 1 or len({b[0] for b in boxes}) == 1 or canvas == "phone"
    for frame in frames(made):
        plots = []
        for i, box in enumerate(boxes):
            axes = inside(frame, i)["axes"]
            plots.append({(t.text, round(t.x - box[0]), round(t.y - box[1])) for t in said(axes) if t.text != "w"})
        texts = [{t for t, *_ in p} for p in plots]
        assert texts[0] == texts[1] == texts[2]
        tops = [sorted(y for _, _, y in p)[0] for p in plots]
        assert max(tops) - min(tops) <= 2


def test_a_still_and_a_film_without_a_height_are_as_high_as_their_panels_need():
    for moving in (False, True):
        low, high = (compose(descent().run, Options(width=1280, panels=panels(SETS[n]), moving=moving)) for n in (1, 6))
        assert low.canvas.pixels == (1280, 720)
        assert "overview" not in (low.level, high.level)
    high = compose(descent().run, Options(width=800, panels=panels(SETS[6]), moving=False))
    assert 450 < high.canvas.pixels[1] <= 1000


@pytest.mark.parametrize(("width", "height"), [(400, 300), (640, 360), (960, 540), (360, 640)])
def test_a_canvas_too_small_for_its_panels_is_refused_with_the_size_that_would_do(width, height):
    options = Options(width=width, height=height, panels=panels(SETS[6]))
    with pytest.raises(TooLarge, match=f"6 panels .* on {width}×{height} px: they take") as error:
        compose(descent().run, options)
    sizes = re.findall("([0-9]+)×([0-9]+)", str(error.value).partition("they take")[2])
    assert sizes
    for w, h in sizes:
        assert int(w) >= width and int(h) > height
        compose(descent().run, replace(options, width=int(w), height=int(h)))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("curve", r"curve=\(model, x, y\)"),
        ("gauge", r"gv\.descend"),
        ("loss", r"gv\.descend"),
        ("along", "along="),
        ("over", "over="),
    ],
)
def test_a_panel_with_nothing_to_show_is_refused_before_anything_is_drawn(name, told):
    with pytest.raises(UnknownName, match=rf"'{name}', which would be empty: it needs a descent.*{told}"):
        gv.film(lambda w, x: w * x, 2.0, 3.0, panels=("knobs", name))
    plain = gv.film(lambda w, x: w * x, 2.0, 3.0)
    with pytest.raises(UnknownName, match="choose from knobs"):
        plain.restyled(panels=name)
    if name in ("curve", "along", "over"):
        with pytest.raises(UnknownName, match=told):
            gv.film(gv.descend(lambda p: p * p, 1.0, steps=3), panels=name)
