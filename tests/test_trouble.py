"""The first NaN or infinity is found, marked in the picture, and named with what to do."""

import functools

import numpy as np
import pytest

import gradviz as gv
from gradviz.record import odd


def quiet(f):
    @functools.wraps(f)
    def g(*args):
        with np.errstate(all="ignore"):
            return f(*args)

    return g


def test_a_sound_film_has_no_trouble():
    film = gv.film(lambda x: x * x, 2.0)
    assert film.trouble is None and "first NaN" not in film.svg()


@pytest.mark.parametrize(
    ("f", "x", "what", "word"),
    [
        (lambda x: np.log(x) * 2 + 1, -1.0, "NaN", "logarithm"),
        (lambda x: 1 / x + 1, 0.0, "∞", "division by 0"),
        (lambda x: np.sqrt(x) + x, -2.0, "NaN", "root"),
        (lambda x: np.exp(x) + 1, 1000.0, "∞", "709"),
        (lambda x: x * 2, float("nan"), "NaN", "came in with the inputs"),
    ],
)
def test_the_operation_that_made_it_is_named_with_the_way_out(f, x, what, word):
    film = gv.film(quiet(f), x)
    assert film.trouble.trouble.what == what
    assert word in str(film.trouble)
    if film.trouble.trouble.node:
        assert "test_trouble.py:" in str(film.trouble)
    assert f"first {what}" in film.svg()


def test_a_gradient_that_breaks_behind_where_is_explained():
    def f(x):
        return np.where(x > 0, np.sqrt(x), 0.0)

    film = gv.film(quiet(f), 0.0)
    assert film.values["x"] == 0 and np.isnan(film.grads["x"])
    assert film.trouble.trouble.kind == "backward"
    assert "np.where(ok, f(np.where(ok, x, 1.0)), 0.0)" in str(film.trouble)


def test_the_advice_of_the_double_where_works():
    def f(x):
        ok = x > 0
        return np.where(ok, np.sqrt(np.where(ok, x, 1.0)), 0.0)

    assert gv.film(f, 0.0).trouble is None


def test_the_mark_stands_on_the_node_where_it_began_and_only_from_then_on():
    film = gv.film(quiet(lambda a, b: (a + 1) * np.log(b)), 1.0, -1.0)
    began = next(k for k, s in enumerate(film.steps) if any(odd(e.value) for e in s.events))
    assert "first NaN" not in film.svg(began - 1)
    marked = [
        e.id
        for e in film.frames.frame(began).scene.elements
        if any("first NaN" in getattr(m, "text", "") for m in e.marks)
    ]
    assert marked == [f"node-{film.trouble.trouble.node}"]


def test_arrays_tell_nan_before_infinity():
    assert odd(np.array([1.0, np.inf, np.nan])) == "NaN"
    assert odd(np.array([1.0, -np.inf])) == "−∞"
    assert odd((1.0, np.array([np.inf]))) == "∞"
    assert odd(np.array([1, 2])) == "" and odd(None) == ""


def test_an_overview_marks_it_too_from_the_moment_it_appears():
    def deep(x):
        for _ in range(40):
            x = np.tanh(x * 1.01 + 0.1)
        x = np.log(x - 5)
        for _ in range(40):
            x = x * 1.01 + 0.1
        return x

    film = gv.film(quiet(deep), 1.0, pace="edge")
    frames = list(film.frames)
    assert film.frames.level == "overview"
    node = film.trouble.trouble.node
    began = next(k for k, s in enumerate(film.steps) if any(e.node == node for e in s.events))
    shown = ["trouble" in {e.id for e in f.scene.elements} for f in frames]
    assert shown == [k >= began for k in range(len(frames))]
    flag = next(e for e in frames[-1].scene.elements if e.id == "trouble")
    assert any(getattr(m, "text", "") == "first NaN" for m in flag.marks)
