"""Sentences read as they stand: no name is said twice, nothing is called what it is not, and what is meant is said."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from tape import Tape, layers, told
from told import by_note, read_out, said

import gradviz as gv
from gradviz.calculus.descend import descend
from gradviz.calculus.record import record
from gradviz.picture.fonts import measure
from gradviz.picture.formula import Equation, Word
from gradviz.picture.scene import Text
from gradviz.record import Run
from gradviz.record.group import collapse


def test_a_local_derivative_that_is_nan_from_the_values_is_no_beginning() -> None:
    t = Tape()
    bad, w = t.op("÷", t.leaf("a", 0.0), t.leaf("b", 0.0), name="bad"), t.leaf("w", 2.0)
    run = t.run(t.op("×", bad, w, name="L"))
    assert [n.note for n in told(run) if "NaN begins" in n.note] == ["bad = a/b = 0 ÷ 0 = NaN. NaN begins here."]


def test_a_loss_that_moves_less_than_its_digits_show_is_not_said_to_fall_to_itself() -> None:
    for rate, words in ((1e-5, r"falls from 1\.0000 to 0\.9999"), (1e-12, r"stays at about 1\.000")):
        run = descend(lambda w: w * w, 1.0, lr=rate, steps=20, keep=1).run
        assert any(re.search(rf"The loss \S+ {words}", n.note) for n in told(run, "auto")), [
            n.note for n in told(run, "auto")
        ]


def test_arithmetic_is_told_as_it_is_meant() -> None:
    t = Tape()
    x = t.leaf("x", -0.8)
    power = t.op("( )²", x)
    notes = [
        n.note for n in told(t.run(t.op("+", power, t.op("×", x, t.leaf("w", 2.0)), name="a_name_too_long_to_say")))
    ]
    assert "x² = (−0.8)² = 0.64." in notes
    assert any(" = x² + x·w = 0.64 + (−1.6) = −0.96." in n for n in notes)


@pytest.mark.parametrize(("a", "said"), [(1.5, "−a = −1.5."), (-1.5, "−a = −(−1.5) = 1.5."), (1 / 3, "−a = −0.333.")])
def test_a_negated_number_is_not_said_twice(a: float, said: str) -> None:
    drawing = gv.film(lambda a: -a, a, pace="node").drawing()
    assert drawing[1].note == said


def test_only_what_is_done_element_by_element_is_said_to_be() -> None:
    def f(x: np.ndarray) -> object:
        return np.sum(np.sort(np.tanh(x)) * x)

    notes = [n.note for n in told(record(f, (np.array([0.1, 0.2, 0.3]),)).run)]
    assert notes[1].endswith("Element by element: a vector of 3.")
    assert "lement" not in notes[2] and "lement" in notes[3]


def test_what_is_subtracted_and_summed_has_its_minus_at_the_gradient() -> None:
    def f(x: np.ndarray, m: np.ndarray) -> object:
        return np.sum((x - m) ** 2)

    run = record(f, (np.ones((2, 3)), np.array([[0.5], [0.25]]))).run
    symbols = by_note(run, "x − m sends its gradient to m").equations[0].short
    minus = next(i for i, item in enumerate(symbols) if isinstance(item, Word) and item.text == "−")
    assert symbols[minus - 1] == Word("Σ axis 1") and isinstance(symbols[minus], Word)
    assert symbols[minus].glue == "right" and symbols[minus + 1].text == "ḡ"  # type: ignore[union-attr]


def test_one_input_is_not_said_to_be_several() -> None:
    run = record(lambda x: x * x, (3.0,), sweeps=("forward", "tangent"), direction={"x": 0.0}).run
    notes = told(run)
    assert notes[0].note == "The input gets its value: x = 3." and said(notes[0])[0] == "The input gets its value."
    assert any(said(n)[1:] == ["Nothing moves."] for n in notes)


def test_a_part_named_by_its_source_is_not_told_twice() -> None:
    run = record(lambda x: np.sum(x[:-1]), (np.ones(3),)).run
    assert any(n.note.startswith("x[:-1]: a vector of 2.") for n in told(run))


def test_one_number_has_no_bar_and_a_folded_group_is_not_told_twice() -> None:
    n = by_note(layers(), "L sends its gradient 1 to")
    assert "ḡ" not in read_out(Equation(n.equations[0].symbols)) + said(n)[0]
    folded = collapse(two_calls(), 0)
    (equation,) = by_note(folded, "a sends its gradient").equations
    assert read_out(equation).startswith("∂y/∂x = ∂y/∂a × ∂a/∂x = [")


def two_calls() -> Run:
    def inner(x):
        return np.sin(x) * np.cos(x)

    def f(x):
        a = inner(x)
        y = np.exp(a)
        return y

    return gv.film(f, 0.5).run


def test_a_node_that_only_its_source_names_goes_by_its_index() -> None:
    def f(a, b):
        y = np.exp(a * b + a + b)
        return y

    run = gv.film(f, 0.5, 0.2).run
    lines = [line for n in told(run) for line in said(n)]
    assert "v₄ gets its value from a·b + a and b." in lines
    assert not any(" = " in line for line in lines if "gets its value" in line)


def test_a_long_call_goes_by_its_index_too_and_the_user_s_own_long_name_does_not() -> None:
    def f(t):
        the_mean_of_many_things = np.mean(np.sum(t * np.exp(t), axis=1))
        return the_mean_of_many_things**2

    lines = [line for n in told(gv.film(f, np.ones((2, 3))).run) for line in said(n)]
    assert any(line.startswith("v₃ gets its value from t·exp(t)") for line in lines), lines
    assert any(line.startswith("v₄ = the_mean_o…") and line.endswith("from v₃.") for line in lines), lines


def test_a_step_of_plain_gradient_descent_shows_the_rate_and_the_gradient() -> None:
    def loss(w, x, t):
        err = (w * x - t) ** 2
        return err

    for optimizer, shown in (("sgd", True), ("adam", False)):
        run = gv.descend(loss, 0.5, 2.0, 3.0, lr=0.05, steps=2, optimizer=optimizer).run
        n = next(n for n in told(run) if "one step" in n.note)
        assert "w takes one step" in said(n)[0]
        read = "w = old − rate × ∂err/∂w = [0.500] − [0.05] × [−8.000] = [0.900]"
        assert (read_out(n.equations[0]) == read) == shown
        assert ("w = 0.5 − 0.05 × (−8) = 0.9." in n.note) == shown


def test_an_output_without_a_name_is_not_called_as_a_function_is() -> None:
    def f(x):
        return np.sin(x) * x

    run = gv.film(gv.grad(f), 0.7).run
    assert said(told(run)[-1])[0] == "Finished: g = 1.180."


def test_a_times_sign_is_told_from_the_letter_behind_it() -> None:
    film = gv.film(lambda x, y: np.sum(x * y), np.linspace(0.0, 1.0, 8), np.linspace(1.0, 2.0, 8))
    chips = {m.text for e in film.frames[-1].scene.elements if e.kind == "chip" for m in e.marks if isinstance(m, Text)}
    assert {"×\u2009x", "×y"} <= chips and measure("×\u2009x", 12) > measure("×x", 12) + 1.5


def test_the_end_says_what_gradients_are_of_where_that_is_no_output_itself() -> None:
    for seed, of in ((None, "s = x + (x·x)"), ((1.0, 2.0), "s = x + 2·(x·x)")):
        film = gv.film(lambda x: (x, x * x), 1.0, seed=seed)
        assert f"Gradients are of {of}. " in film.frames.frame(-1).note
        assert of in "".join(ET.fromstring(film.svg()).itertext())
    assert "Gradients are of" not in gv.film(lambda x: x * x, 1.0).frames.frame(-1).note
