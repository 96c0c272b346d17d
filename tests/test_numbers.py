"""A number is written one way everywhere, and written arithmetic comes out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.picture.numbers import balanced, limit, local, number, quantity, read, scale, shape, total, trim

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NEAR = st.floats(-1e4, 1e4).filter(lambda x: x == 0 or abs(x) > 1e-3)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (2.0, "2.000"),
        (-3.0, "−3.000"),
        (0.5**0.5, "0.707"),
        (0.0, "0.000"),
        (-0.0, "0.000"),
        (24.7041, "24.70"),
        (138.8338, "138.8"),
        (1234.4, "1234"),
        (9.9996, "10.00"),
        (9999.7, "1.00e4"),
        (0.0347, "0.0347"),
        (0.09996, "0.100"),
        (1.2e-5, "1.20e−5"),
        (-1.234e-100, "−1.2e−100"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (7, "7"),
        (np.int64(-7), "−7"),
        (np.array(3), "3"),
        (np.float32(0.1), "0.100"),
        (np.bool_(True), "True"),
    ],
)
def test_number(x: object, text: str) -> None:
    assert number(x) == text


@given(FLOATS)
def test_numbers_are_short_and_right(x: float) -> None:
    text = number(x)
    assert len(text) <= 9 and "-" not in text
    if abs(x) < 1e308:
        assert read(text) == pytest.approx(x, rel=0.051 if abs(math.log10(abs(x) or 1)) >= 100 else 0.00501)
    assert (read(text) == 0) == (x == 0)


@given(FLOATS)
def test_more_digits_are_nearer(x: float) -> None:
    if 1e-300 < abs(x) < 1e300:
        assert abs(read(number(x, 6)) - x) <= abs(read(number(x)) - x)


def test_local_derivatives_lose_trailing_zeros() -> None:
    assert [local(x) for x in (1, 0.5, 1.12851, -2.0, 100.0, 0.0)] == ["×1", "×0.5", "×1.129", "×−2", "×100", "×0"]
    assert trim("100") == "100" and trim("1.20e−5") == "1.2e−5"


@given(NEAR, NEAR, NEAR)
def test_shown_arithmetic_is_true(old: float, upstream: float, slope: float) -> None:
    def combine(v: list[float]) -> float:
        return v[0] + v[1] * v[2]

    made = balanced((old, upstream, slope), combine((old, upstream, slope)), combine)
    if made.relation == "=":
        shown = combine([read(t) for t in made.terms])
        assert any(number(shown, d) == made.result for d in (4, 5, 6)), made
    else:
        assert made.terms[0] == number(old)


def test_digits_grow_only_where_they_must() -> None:
    assert balanced((0.5, 1.0), 0.5).terms == ("0.500", "1.000")
    finer = balanced((2.0006, 1.0006), 3.0012, total)
    assert finer.relation == "=" and (*finer.terms, finer.result) == ("2.0006", "1.0006", "3.001")
    assert balanced((1 / 3, 1 / 3), 2 / 3, total).terms == ("0.3333", "0.3333")
    assert balanced((-1.0, 1 / 3, 3.0), 0.0, lambda v: v[0] + v[1] * v[2]).relation == "≈"
    assert balanced((2.0, 2 / 3), 4 / 3).terms[0] == "2.000"  # exact already
    lost = balanced((1e4 - 1e-9, 1e-9 - 1e4), 1e-3, total)
    assert lost.relation == "≈"
    assert balanced((0.881374,), math.tanh(0.881374), None).relation == "≈"
    assert balanced((2.0,), 4.0, None).relation == "="


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_no_rounding_beside_nan_and_infinity(x: float) -> None:
    assert balanced((x, 1 / 3), x).relation == "="
    assert balanced((1e200, 1e200), x).relation == "="


@given(st.floats(5e-324, allow_infinity=False))
def test_limits_hold_and_are_near(x: float) -> None:
    most = limit(-x)
    assert x <= most < math.inf
    if 1e-300 < x < 1e300:
        assert most <= 1.51 * x
        assert len(scale(most)) <= 9


def test_limits() -> None:
    assert limit(np.array([[-3.2, 1.0], [np.nan, np.inf]])) == 4
    assert limit(np.zeros(3)) == limit(np.zeros((0, 2))) == limit() == 1
    assert limit((np.array([0.7]), 0.1)) == limit(0.1, np.float32(0.7)) == 0.8
    assert [scale(m) for m in (4.0, 0.8, 2.5, 1e-4, 4e5)] == ["±4", "±0.8", "±2.5", "±1e−4", "±4e5"]


def test_words_for_values() -> None:
    assert shape((4, 5)) == "4×5" and shape(()) == ""
    assert quantity(0.5) == "0.500"
    assert quantity(np.zeros((4, 5))) == "a 4×5 array"
    assert quantity(np.zeros(4)) == "a vector of 4"
