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


FORWARD = [
    (lambda x: x**2, 1e200, "∞", "It overflows: a power of 1e+200 is beyond 1.798e+308, the largest float64; scale"),
    (lambda x: x**3, -1e200, "−∞", "It overflows: a power of −1e+200"),
    (lambda x: x**0.5, -2.0, "NaN", "−2 to a fractional power is NaN: a negative number has whole powers only"),
    (lambda x: x**-1, 0.0, "∞", "0 to a negative power is a division by 0"),
    (lambda x: 2.0**x, 2000.0, "∞", "It overflows: 2^2000 is beyond"),
    (lambda x: x / (2 * x), 0.0, "NaN", "0 / 0 is NaN; choose what it should be"),
    (lambda x: 1 / x, 1e-310, "∞", "It overflows: 1 / 1e−310 is beyond"),
    (np.log, -3.0, "NaN", "The logarithm of −3, a negative number, is NaN"),
    (lambda x: np.log(x).sum(), np.array([1.0, 0.0]), "−∞", "At [1]: the logarithm of 0 is −∞"),
    (np.log1p, -1.0, "−∞", "log1p(−1) is the logarithm of 0; keep x above −1"),
    (np.sqrt, -1.0, "NaN", "The root of −1, a negative number, is NaN"),
    (
        lambda x: np.exp(x).sum(),
        np.array([100.0], np.float32),
        "∞",
        "exp(100) is beyond 3.403e+38, the largest float32",
    ),
    (np.arcsin, 1.5, "NaN", "arcsin(1.5) is NaN: arcsin exists from −1 to 1 only"),
    (lambda x: x - np.inf * (x - 1), 1.0, "NaN", "0 × ∞ is NaN: look where the ∞ comes from"),
    (lambda x: (x @ x).sum(), np.full((2, 2), 1e200), "∞", "the result is beyond 1.798e+308"),
    (lambda x: x + np.inf, 1.0, "∞", "inf is ∞ from the start"),
    (lambda x: gv.softmax(np.where(x > 9, x, -np.inf))[0], np.ones(2), "NaN", "The softmax of nothing but −∞"),
]
BACKWARD = [
    (np.sqrt, 0.0, "∞", "The slope of the root at 0 is ∞; add a little before it"),
    (
        lambda x: np.sqrt(x) * x,
        0.0,
        "NaN",
        "The slope of the root at 0 is ∞; add a little before it: np.sqrt(x + 1e-12); and",
    ),
    (lambda x: np.where(x > -1, np.sqrt(x), 0.0), 0.0, "∞", "The slope of the root at 0 is ∞"),  # the branch is taken
    (lambda x: x**0.5, 0.0, "∞", "The slope of a power below 1 is ∞ at 0"),
    (
        lambda x: -(2.0**x) + (-2.0) ** x,
        2.0,
        "NaN",
        "the base is −2, of which there is no logarithm; give the exponent as",
    ),
    (lambda x: 1 / x, 1e-200, "−∞", "The slope of 1 / d at d = 1e−200 is about 1 / d², which overflows"),
    (np.arccos, 1.0, "−∞", "The slope of arccos at 1 is infinite"),
    (lambda x: np.sin(x * 1e200) * 1e200, 1.0, "∞", "The gradient explodes: 7.651e+199 that comes back × 1e+200"),
    (lambda x: 1 / (1 + np.exp(-x)), -1000.0, "NaN", "exp(−x) itself is ∞. It overflows: exp(1000)"),
    (lambda x: np.linalg.eigh(x)[1][0, 0], np.eye(2), "NaN", "Two eigenvalues are equal"),
]


@pytest.mark.parametrize(
    ("kind", "f", "x", "what", "words"),
    [("forward", *case) for case in FORWARD] + [("backward", *case) for case in BACKWARD],
)
def test_the_cause_is_told_with_the_numbers_that_made_it(kind, f, x, what, words):
    trouble = gv.film(f, x).trouble
    assert (trouble.trouble.kind, trouble.trouble.what) == (kind, what)
    assert words in str(trouble)


def test_a_tangent_and_a_descent_tell_theirs():
    def root(x):
        return np.sqrt(x)

    along = gv.film(root, 0.0, sweeps=("forward", "tangent")).trouble
    assert "the tangent of √x is the first to be ∞" in str(along)
    assert "The slope of the root at 0 is ∞; add a little" in str(along)
    descent = gv.descend(lambda w: w**4, 10.0, lr=1.0)
    assert "In the forward sweep of iteration 5, w⁴ is the first to be ∞" in str(gv.film(descent).trouble)
    assert "a smaller learning rate may help" in str(gv.film(descent).trouble)


def test_the_infinities_of_a_mask_are_no_trouble():
    scores = np.array([1.0, 2.0, 3.0])
    written = gv.film(lambda z: gv.softmax(np.where(z > 1.5, z, -np.inf))[1], scores)
    given = gv.film(lambda z, mask: gv.softmax(z + mask)[1], scores, np.array([-np.inf, 0.0, 0.0]))
    assert written.trouble is None and given.trouble is None
    assert "first" not in written.svg()


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
