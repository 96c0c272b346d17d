"""Thumbnails tell sign twice, keep zero white, and never lose the entry of largest size."""

import numpy as np
import pytest
from films import slices
from looking import contrast, ground_under, outside, overlapping, texts

import gradviz as gv
from gradviz.picture.formula import Chip, Equation, Thumb, Word
from gradviz.picture.heatmap import thumb, thumb_size
from gradviz.picture.scene import Image, Path, Text
from gradviz.picture.theme import LIGHT
from gradviz.picture.typeset import fit, width


def image(value, limit=1.0):
    return next(m for m in thumb(value, 0, 0, 13, limit, LIGHT) if isinstance(m, Image))


def cells(mark):
    return np.frombuffer(mark.rgb, np.uint8).reshape(mark.rows, mark.cols, 3)


def test_colours_are_violet_white_and_green_with_zero_in_the_middle():
    left, middle, right = cells(image(np.array([[-1.0, 0.0, 1.0]])))[0].astype(int)
    assert middle.tolist() == [255, 255, 255]
    assert left[2] > left[1] and left[0] > left[1], "negative is violet: more red and blue than green"
    assert right[1] > right[0] and right[1] > right[2], "positive is green"


def test_every_negative_cell_has_a_bar_and_no_other():
    value = np.array([[-0.5, 0.5], [0.0, -0.9], [-0.001, 0.3]])
    bars = [m for m in thumb(value, 0, 0, 13, 1.0, LIGHT) if isinstance(m, Path)]
    corners = {(int(x // 13), int(y // 13)) for m in bars for x, y in zip(m.xy[::4], m.xy[1::4], strict=True)}
    assert corners == {(0, 0), (1, 1)}


def test_the_scale_is_the_callers_so_that_a_film_keeps_it():
    assert image(np.array([0.5]), 1.0).rgb != image(np.array([0.5]), 4.0).rgb


@pytest.mark.parametrize("shape", [(1,), (5,), (4, 5), (300, 2), (2, 300), (40, 40), (2, 3, 4), (0, 3)])
def test_thumbnails_fit_where_a_card_holds_them(shape):
    w, h = thumb_size(shape)
    assert 0 < w <= 104 and 0 < h <= 91
    for mark in thumb(np.ones(shape), 0, 0, 13, 1.0, LIGHT):
        if isinstance(mark, Image):
            assert (mark.w, mark.h) == (w, h)


def test_a_lone_spike_in_a_large_array_is_still_seen():
    value = np.zeros((500, 500))
    value[321, 77] = 1.0
    drawn = cells(image(value)).reshape(-1, 3)
    assert (drawn != 255).any(axis=1).sum() == 1


def test_nan_and_infinities_are_marked_apart():
    marks = thumb(np.array([[np.nan, np.inf, -np.inf, 0.5]]), 0, 0, 13, 1.0, LIGHT)
    rgb = cells(next(m for m in marks if isinstance(m, Image)))[0].tolist()
    assert len({tuple(c) for c in rgb}) == 4


def cards_of(film, k=-1):
    scene = film.frames[k].scene
    return {e.id: [m.text for m in e.marks if isinstance(m, Text)] for e in scene.elements if e.kind == "node"}


def loss(W, x, y):
    return np.sum((W @ x - y) ** 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_small_array_shows_its_numbers_so_that_a_step_can_be_checked_by_hand(theme):
    film = gv.film(loss, np.array([[1.0, 2], [3, 4]]), np.array([0.5, -1]), np.array([1.0, 1]), theme=theme)
    cards = cards_of(film)
    W = next(n.id for n in film.run.graph.nodes if n.name == "W")
    assert [t for t in cards[f"node-{W}"] if t[-1].isdigit()] == ["1", "2", "3", "4", "−2.5", "5", "−3.5", "7", "2×2"]
    assert not any("±" in t for texts in cards.values() for t in texts), "the digits say how large they are"
    for frame in film.frames:
        assert not overlapping(frame.scene) and not outside(frame.scene)
        for _, t in texts(frame.scene):
            if t.mono:
                assert contrast(t.fill, ground_under(frame.scene, t)) >= 4.5
    last = next(f for f in film.frames if f.note.startswith("W @ x sends") or "to W:" in f.note)
    said = [t.text for e, t in texts(last.scene) if e.id == "arithmetic" and t.mono]
    assert said == ["−5", "−7", "0.5", "−1", "−2.5", "5", "−3.5", "7"], "ḡ stands, x lies, and their product is W's"


def test_larger_arrays_have_colours_and_the_legend_says_what_the_number_on_the_card_means():
    film = gv.film(lambda x: np.sum(x * x), np.linspace(-3, 3, 12))
    shown = [t.text for _, t in texts(film.frames[-1].scene)]
    assert "±3" in shown and "±1:  −1" in shown and "1" in shown
    assert not any(t.startswith("−2.4") for t in shown)
    small = slices().drawing(width=1280, height=720)
    shown = [t.text for _, t in texts(small.frame(-1).scene)]
    assert small.level == "compact" and not any("±" in t for t in shown) and "negative" in shown


def test_digits_never_make_an_equation_too_wide():
    product = Thumb(np.linspace(-1, 1, 6), 1.0, "value", "b", "grad", instead=Chip("×cos a", "local"))
    made = Equation((), (Word("="), Thumb(np.linspace(-1, 1, 6), 1.0, "upstream", "ḡ"), Word("×"), product))
    items, *_ = fit(made, 700)
    assert items[-1] is product
    for most in (300, 150, 60):
        items, gap, k = fit(made, most)
        assert not any(isinstance(i, Thumb) and not i.plain for i in items) and items[-1] == Chip("×cos a", "local")
        assert width(items, gap=gap, k=k) <= most


def test_how_many_terms_have_come_is_said_in_words():
    film = gv.film(lambda x: np.sum(x * x), np.array([1.0, 2.0, 3.0]), pace="edge")
    said = [t.text for f in film.frames for e, t in texts(f.scene) if e.id == "arithmetic"]
    assert "new, 1 of 2 terms" in said and not any(t.endswith("terms  3") for t in said)
