"""Equations fit their room, keep their digits readable, and are cheap."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.picture.fonts import measure
from gradviz.picture.formula import Chip, Equation, Frac, Num, Thumb, Word, lines
from gradviz.picture.scene import Element, Image, Path, Rect, Text, mark_box
from gradviz.picture.theme import DARK, LIGHT
from gradviz.picture.typeset import extent, fit, indent, typeset, width

SYMBOLS = (
    Frac("∂L", "∂q"),
    Word("="),
    Word("old"),
    Word("+"),
    Frac("∂L", "∂(q²)", "grad"),
    Word("×"),
    Frac("∂(q²)", "∂q"),
)
NUMBERS = (
    Word("="),
    Num("1.759", "old", "old"),
    Word("+"),
    Num("1.000", "upstream", "upstream"),
    Chip("×1.129", "local"),
    Word("="),
    Num("2.888", "partial", "new, 2 of 3"),
)
FANOUT = Equation(SYMBOLS, NUMBERS)
GRADIENT = np.linspace(-1, 1, 10).reshape(2, 5)
ARRAYS = Equation(
    (Frac("∂L", "∂W₂"), Word("="), Word("ḡ", "grad"), Word("hᵀ", "value")),
    (Word("="), Thumb(GRADIENT, 1.0, "upstream", "ḡ  2×5"), Word("="), Thumb(GRADIENT, 1.0, "result", "2×5")),
)


def texts(equation: Equation, most: float) -> list[Text]:
    return [m for m in typeset(equation, LIGHT, x=0, axis=0, most=most)[0] if isinstance(m, Text)]


def test_a_full_line_is_set_as_in_the_look() -> None:
    marks, taken = typeset(FANOUT, LIGHT, x=924, axis=425, most=700)
    assert taken == pytest.approx(width((*SYMBOLS, *NUMBERS)))
    words = {m.text: m for m in marks if isinstance(m, Text)}
    assert words["∂L"].y == 419 and words["∂q"].y == 442
    assert words["old"].fill == LIGHT.grey and words["2.888"].fill == LIGHT.grad_text
    assert words["new, 2 of 3"].y == 461 and words["2.888"].y == pytest.approx(430.4)
    boxes = [m for m in marks if isinstance(m, Rect)]
    assert [b.w for b in boxes] == [58, 59, 66, 67, 58]
    assert [bool(b.dash) for b in boxes] == [True, False, False, False, True]
    assert all(b.x * 2 % 1 == 0 and b.y * 2 % 1 == 0 for b in boxes)
    assert all(m.line == 1.5 for m in marks if isinstance(m, Path))


@given(st.floats(0, 800))
def test_nothing_overflows_and_nothing_is_small(most: float) -> None:
    for equation in (FANOUT, ARRAYS, Equation(SYMBOLS), Equation((), NUMBERS)):
        for align, x in (("left", 0.0), ("right", most)):
            marks, taken = typeset(equation, LIGHT, x=x, axis=0, most=most, align=align)  # type: ignore[arg-type]
            assert taken <= most
            if marks:
                x0, _, x1, _ = Element("e", "e", marks).box
                assert x0 >= -2.5 and x1 <= most + 2.5
            assert all(m.size >= 10 for m in marks if isinstance(m, Text))


@given(st.floats(30, 800))
def test_no_two_texts_touch(most: float) -> None:
    found = texts(FANOUT, most)
    for i, a in enumerate(found):
        for b in found[:i]:
            p, q = mark_box(a), mark_box(b)
            assert p[2] <= q[0] + 2 or q[2] <= p[0] + 2 or p[3] <= q[1] + 1 or q[3] <= p[1] + 1, (a, b)


@given(st.floats(0, 800))
def test_extent_holds_everything(most: float) -> None:
    for equation in (FANOUT, ARRAYS):
        marks, _ = typeset(equation, LIGHT, x=0, axis=0, most=most)
        if marks:
            up, down = extent(equation, most)
            _, y0, _, y1 = Element("e", "e", marks).box
            assert y0 >= -up - 2 and y1 <= down + 2


def test_what_is_dropped_first() -> None:
    full, short, plain = lines(FANOUT)
    assert short[:2] == (Frac("∂L", "∂q"), Word("=")) and short[1:] == NUMBERS and plain == NUMBERS[1:]
    assert fit(FANOUT, width(full))[0] == full
    assert fit(FANOUT, width(full, gap=9) - 1)[0] == short
    assert fit(FANOUT, width(short, gap=9) - 1)[0] == plain
    items, _, k = fit(FANOUT, width(plain, gap=9) - 1)
    assert items == plain and 0.9 <= k < 1
    assert fit(FANOUT, 200)[0][-1] == NUMBERS[-1] and Word("…") in fit(FANOUT, 200)[0]
    assert fit(FANOUT, 10)[0] == ()


def test_numbers_can_start_under_the_equals_sign() -> None:
    at = indent(SYMBOLS)
    sign = next(
        m
        for m in typeset(SYMBOLS, LIGHT, x=0, axis=0, most=700, align="left")[0]
        if isinstance(m, Text) and m.text == "="
    )
    assert sign.x == pytest.approx(at)


def test_signs_touch_what_they_belong_to() -> None:
    items = (Word("tanh(", glue="right"), Num("0.881", "value", role="value"), Word(")", glue="left"))
    marks = typeset(items, DARK, x=0, axis=0, most=300, align="left")[0]
    box = next(m for m in marks if isinstance(m, Rect))
    assert 0 < box.x - measure("tanh(", 15) < 5 and box.stroke == DARK.value


def test_thumbnails_show_their_cells() -> None:
    marks = typeset(ARRAYS, LIGHT, x=600, axis=0, most=600)[0]
    assert [(m.rows, m.cols) for m in marks if isinstance(m, Image)] == [(2, 5)] * 2
    assert any(m.text == "ḡ  2×5" for m in marks if isinstance(m, Text))


def test_a_formula_is_cheap() -> None:
    best = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(20):
            typeset(FANOUT, LIGHT, x=924, axis=425, most=700)
        best.append((time.perf_counter() - start) / 20)
    assert min(best) < 1e-3


def test_items_keep_their_order_and_gaps() -> None:
    found = sorted(
        (
            m
            for m in typeset(Equation((), NUMBERS), LIGHT, x=0, axis=0, most=900, align="left")[0]
            if isinstance(m, Rect) and m.r == 4
        ),
        key=lambda m: m.x,
    )
    assert all(b.x - (a.x + a.w) > 9 for a, b in pairwise(found))
