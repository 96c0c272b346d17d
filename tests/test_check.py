"""gv.check: right functions pass, a wrong row is named with both numbers, corners are left out and said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus import functions, ops_basic, trace
from gradviz.calculus.check import check
from gradviz.errors import GradientMismatch, NoInputs, UnknownName


def test_right_functions_pass_in_both_orders() -> None:
    f = lambda w, x: np.tanh(w @ x).sum() * np.log(x[0])  # noqa: E731
    first = check(f, np.eye(2), np.array([0.5, 1.5]))
    second = check(f, np.eye(2), np.array([0.5, 1.5]), order=2)
    assert first.derivatives >= 10 and first.worst < 1e-9 and not first.skipped
    assert second.derivatives > first.derivatives
    assert "derivatives agree" in str(first)
    assert check(lambda p: p["w"] * p["b"], {"w": 2.0, "b": 3}).derivatives


def test_a_wrong_derivative_is_named_with_both_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(ops_basic.MULTIPLY, partials=(lambda y, a, b: b, lambda y, a, b: a * 1.01))
    monkeypatch.setattr(
        trace.Var, "__matmul__", lambda a, b: trace._make(wrong, (a, b), None, __import__("sys")._getframe(1))
    )

    def f(x: Any, w: Any) -> Any:
        product = x @ w
        return np.exp(product)

    with pytest.raises(GradientMismatch) as error:
        check(f, 2.0, 0.5)
    said = str(error.value)
    assert "test_check.py:" in said and "product" in said and "multiply" in said and "operand 1" in said
    assert isinstance(error.value, AssertionError)
    ours, theirs = (
        float(said.split(f"{word} ")[1].split(maxsplit=1)[0].rstrip(","))
        for word in ("multiply gives", "difference gives")
    )
    assert abs(ours / theirs) == pytest.approx(1.01, rel=1e-9)


def test_a_value_that_slips_past_the_trace_is_found_from_end_to_end() -> None:
    with pytest.raises(GradientMismatch, match=r"v\.value"):
        check(lambda x: x * x.value, 2.0)


def test_corners_are_left_out_and_said() -> None:
    found = check(lambda x: gv.relu(x) + x * x, 0.0)
    assert any("corner" in s for s in found.skipped) and found.derivatives
    assert any("not finite" in s for s in check(np.sqrt, 0.0).skipped)


def test_where_a_value_is_not_finite_nothing_is_called_wrong() -> None:
    def log(x: Any) -> Any:  # NumPy's own names no parameters in its earlier versions
        return np.log(x)

    assert check(log, -1.0).skipped == ("log(x): not finite", "x: the edge of its domain")
    some = check(log, np.array([-1.0, 2.0]))
    assert some.derivatives == 3 and [s.split(":")[0] for s in some.skipped] == ["x[0]", "x[1]"]
    several = check(lambda x, y: np.log(x) + np.log(y), -1.0, 2.0)
    assert several.skipped[:2] == ("log(x): not finite", "log(x) + log(y): not finite") and several.derivatives == 3


def test_what_is_wrong_is_named_as_the_function_names_it_and_not_as_its_caller() -> None:
    wrong = replace(ops_basic.MULTIPLY, partials=(lambda y, a, b: b, lambda y, a, b: 2 * a))

    def f(x: Any, *, w: Any) -> Any:
        return trace.apply(wrong, (x, w), None, __import__("sys")._getframe())

    with pytest.raises(GradientMismatch, match=r"test_check.py:\d+: x·w: the op multiply gives"):
        called = check(f, 2.0, kwargs={"w": 3.0})
        assert called
    assert check(lambda x, *, w: x * w, 2.0, kwargs={"w": 3.0}).derivatives == 8


def test_it_needs_floats() -> None:
    with pytest.raises(NoInputs):
        check(lambda s: s, "text")
    with pytest.raises(NoInputs, match=r"returned 3\.0"):
        check(lambda x: 3.0, 2.0)


def test_functions_take_plain_values() -> None:
    assert functions.relu(np.array([-1.0, 2.0])).tolist() == [0.0, 2.0]
    assert gv.softmax(np.zeros((2, 2)), axis=0).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert functions.softplus(0.0) == pytest.approx(np.log(2))
    assert gv.sigmoid(-1000.0) == 0.0 and gv.sigmoid(1000.0) == 1.0


def test_of_many_inputs_the_one_that_is_wrong_is_named() -> None:
    calls = []

    def f(x: Any, w: Any) -> Any:
        calls.append(1)
        seen = getattr(w, "value", w)  # a number that slips past the trace
        return np.sum(np.sin(x) * w[0]) + 1e-3 * seen[2] ** 2

    right = check(lambda x, w: np.sum(np.sin(x) * w[0]) + 1e-3 * w[2] ** 2, np.arange(100.0), np.ones(3))
    assert right.derivatives > 103 and right.worst < 1e-6
    with pytest.raises(GradientMismatch, match=r"the gradient by w\[2\] is 0, a finite difference gives 0\.002"):
        check(f, np.arange(100.0), np.ones(3))
    assert len(calls) < 200


def test_of_many_inputs_only_those_at_a_corner_are_left_out() -> None:
    x = np.linspace(-5.0, 5.0, 101)
    found = check(lambda x: np.sum(gv.relu(x) * x[0]), x)
    assert [s for s in found.skipped if s.startswith("x[")] == ["x[50]: a corner, where the two sides differ"]


def test_a_change_too_small_to_show_in_the_result_is_no_mismatch() -> None:
    def chain(ws: Any, h: Any) -> Any:
        for w in ws:
            h = np.tanh(h * w * 0.5 + 0.1)
        return h

    assert check(chain, [1.0] * 40, 0.5).derivatives


def test_a_function_may_write_to_what_it_is_given() -> None:
    def f(x: Any) -> Any:
        x += 1.0
        x[0] = 2.0
        return (x * x).sum()

    x = np.array([1.0, 2.0])
    assert check(f, x).derivatives and x.tolist() == [1.0, 2.0]


def test_of_many_operations_on_numbers_the_one_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x: Any) -> Any:
        for k in range(40):
            x = x * (1.0 + 0.01 * k)
        peak = gv.relu(x - x.value)
        return x * x + peak

    found = check(f, 0.5)
    assert found.derivatives > 80 and [s.split(":")[0] for s in found.skipped] == ["peak"]
    wrong = replace(ops_basic.MULTIPLY, partials=(lambda y, a, b: b + (np.abs(a - 0.7) < 0.2), lambda y, a, b: a))
    monkeypatch.setattr(
        trace.Var, "__mul__", lambda a, b: trace.apply(wrong, (a, b), None, __import__("sys")._getframe(1))
    )
    with pytest.raises(GradientMismatch, match=r"test_check.py:\d+: \S+: the op multiply gives"):
        check(f, 0.5)


def test_its_own_options_are_not_called_the_functions_fault() -> None:
    for wrong in ({"order": "2"}, {"order": 0}, {"tolerance": "small"}):
        with pytest.raises(UnknownName, match=f"{next(iter(wrong))}=.*; give a"):
            gv.check(lambda x: x * x, 2.0, **wrong)  # type: ignore[arg-type]


def powers(x: Any, n: Any) -> Any:
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def test_a_whole_number_that_counts_stays_one() -> None:
    proof = gv.check(powers, 2.0, 3, order=2)
    assert proof.counts == ("n",) and proof.derivatives > 10
    assert str(proof).endswith("; there is none by n, used as an index or a count")
    assert gv.check(lambda x, i: x[i] ** 2, np.array([1.0, 2.0]), 1).counts == ("i",)
    assert gv.check(lambda x, y: x * y, 2, 3).counts == ()
    place = f"test_check.py:{powers.__code__.co_firstlineno + 2}: n, the float 3.5, was used .* give it as a whole"
    for way in (gv.check, gv.film):
        with pytest.raises(gv.errors.Detached, match=place):
            way(powers, 2.0, 3.5)
