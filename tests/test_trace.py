"""Traced values: what they compute, what they refuse, and what they never touch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.record import record
from gradviz.calculus.trace import Var
from gradviz.errors import Detached, UnknownFunction, UnknownName, UnsupportedValue


def test_operators_give_what_numpy_gives() -> None:
    x = np.array([1.5, -2.0])
    v = gv.var(x)
    for f in (
        lambda a: a + 1, lambda a: 1 - a, lambda a: a * a, lambda a: 2 / a, lambda a: -a, lambda a: +a, abs,
        lambda a: a**2, lambda a: 2.0**a, lambda a: a // 0.4, lambda a: a % 0.4, lambda a: a @ a,
        lambda a: divmod(a, 0.4)[1], lambda a: round(a[0], 0), lambda a: a[::-1], lambda a: np.array([3.0, 4.0]) @ a,
    ):  # fmt: skip
        np.testing.assert_allclose(f(v).value, f(x), rtol=1e-15)


def test_numbers_follow_numpy_where_python_would_raise() -> None:
    v = gv.var(0.0)
    with np.errstate(all="ignore"):
        assert (1.0 / v).value == math.inf
        assert math.isnan((v / v).value)
        assert (v**-1).value == math.inf
        assert math.isnan((gv.var(-2.0) ** 0.5).value)
        assert (gv.var(1e200) ** 2).value == math.inf


def test_a_recorded_function_does_not_warn() -> None:
    assert record(lambda x: np.log(x) + 1.0 / x, (0.0,)).run.sweeps[0].events[-1].value != 0  # warnings are errors here


def test_comparisons_bool_and_formatting_read_the_number() -> None:
    v = gv.var(2.0)
    assert v > 1 and v >= gv.var(2.0) and v < 3 and v <= 2 and v == 2.0 and v != 3 and bool(v)
    assert (f"{v:.2f}", str(v), "%.1f" % v, repr(v)) == ("2.00", "2.0", "2.0", "Var(2.)")  # noqa: UP031
    assert (gv.var(np.array([1.0, 3.0])) > 2).tolist() == [False, True]
    assert 3.0 in gv.var(np.array([1.0, 3.0])) and len(gv.var(np.ones(3))) == 3


def test_what_only_reads_gives_plain_numbers() -> None:
    v = gv.var(np.array([[1.0, 3.0], [2.0, 0.0]]))
    assert (v.shape, v.ndim, v.size, np.shape(v), v.dtype) == ((2, 2), 2, 4, (2, 2), np.float64)
    assert np.argmax(v) == 1 and v.argsort(axis=1).tolist() == [[0, 1], [1, 0]] and type(np.isfinite(v)) is np.ndarray


@pytest.mark.parametrize(
    ("lose", "way"),
    [
        (lambda v: float(v[0]), "v.value"),
        (lambda v: int(v[0]), "int(v.value)"),
        (lambda v: math.sin(v[0]), "np.sin"),
        (lambda v: math.floor(v[0]), "np.floor"),
        (lambda v: complex(v[0]), "v.value"),
        (np.asarray, "v.value"),
        (lambda v: np.array([v[0], v[1]]), "np.stack"),
        (lambda v: np.sum([v[0], v[1]]), "np.stack"),
        (lambda v: np.ones((3, 3)).dot(v), "W @ v"),
        (lambda v: [1, 2, 3][v[0]], "int(v.value)"),
        (lambda v: np.zeros(3).__setitem__(0, v[0]), "np.stack"),
        (lambda v: np.zeros(3).__setitem__(slice(None), v), "np.stack"),
        (lambda v: np.add(v, 1.0, out=np.zeros(3)), "out="),
        (lambda v: np.sum(v, out=np.zeros(())), "out="),
        (lambda v: v.item(), "v.value"),
        (lambda v: v.tolist(), "list(v)"),
        (lambda v: v.astype(int), "np.trunc"),
        (lambda v: v.fill(0.0), "v[...] = value"),
    ],
)
def test_a_value_never_leaves_the_trace_silently(lose: Callable[[Any], Any], way: str) -> None:
    with pytest.raises(Detached) as error:
        record(lambda v: lose(v * 1.0), (np.array([1.0, 2.0, 3.0]),))
    assert way in str(error.value)
    assert "test_trace.py:" in str(error.value)


def test_a_function_without_a_row_is_named_with_the_line_and_the_closest() -> None:
    with pytest.raises(UnknownFunction, match=r"test_trace.py:\d+: np.histogram was called.*gradviz ops") as error:
        record(lambda v: np.histogram(v, 3), (np.ones(3),))
    assert isinstance(error.value, TypeError)
    with pytest.raises(UnknownFunction, match=r"np.nanquantile.*the closest one that can is np.quantile"):
        record(lambda v: np.nanquantile(v, 0.5), (np.ones(3),))
    with pytest.raises(UnknownFunction, match=r"np.cumsum.*arguments.*dtype"):
        record(lambda v: np.cumsum(v, dtype=int), (np.ones(3),))
    with pytest.raises(AttributeError, match=r"no attribute 'grad'; use gv.film\(output\).grads or gv.grad\(f\)"):
        record(lambda v: v.grad, (1.0,))
    with pytest.raises(AttributeError, match=r"no attribute 'flat'"):
        record(lambda v: v.flat, (np.ones(3),))


@pytest.mark.parametrize(
    "value", [1j, np.array([1j]), np.array([None]), "text", np.array(["a"]), {"a": 1.0}, np.ma.masked_array([1.0])]
)
def test_values_without_a_derivative_are_refused(value: Any) -> None:
    with pytest.raises(UnsupportedValue):
        gv.var(value)
    if not isinstance(value, str | dict):
        with pytest.raises(UnsupportedValue):
            _ = gv.var(2.0) * value


def test_var_refuses_roles_it_does_not_know_and_traced_values() -> None:
    with pytest.raises(UnknownName, match="parameter, data, constant"):
        gv.var(2.0, role="weight")
    with pytest.raises(UnsupportedValue):
        gv.var(gv.var(2.0))


def test_the_users_arrays_are_copied_and_never_written() -> None:
    x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    v = gv.var(x)
    y = v * w
    x[0] = w[0] = 99.0
    assert v.value.tolist() == [1.0, 2.0] and y.args[1].value.tolist() == [3.0, 4.0]
    with pytest.raises(ValueError, match="read-only"):
        v.value[0] = 5.0
    array = same = np.ones(2)
    array += v
    assert isinstance(array, Var) and same.tolist() == [1.0, 1.0]
    v += 1.0
    assert x.tolist() == [99.0, 2.0] and v.value.tolist() == [2.0, 3.0]

    def f(a: Any) -> Any:
        a[0] = 0.0
        a += 1.0
        return a.sum()

    record(f, (w,))
    assert w.tolist() == [99.0, 4.0]


def test_python_ints_become_floats_and_still_count() -> None:
    assert gv.var(3).value == 3.0 and type(gv.var(3).value) is float
    assert record(lambda x, n: sum(x**i for i in range(n)), (2.0, 3)).run.sweeps[0].events[-1].value == 7.0
    labels = gv.var(np.array([1, 0]))
    assert gv.var(np.array([5.0, 6.0]))[labels].value.tolist() == [6.0, 5.0]


def test_sum_starts_with_no_node() -> None:
    graph = record(lambda x, y: sum([x, y]), (1.0, 2.0)).run.graph
    assert [n.op for n in graph.nodes] == ["data", "data", "add"]
    graph = record(lambda x: 0 + x, (1.0,)).run.graph
    assert [n.op for n in graph.nodes] == ["data", "constant", "add"]


def test_the_exponent_of_a_power_is_part_of_the_op() -> None:
    graph = record(lambda x: x**2 + np.power(x, -1) + x**0.5, (3.0,)).run.graph
    assert [n.symbol for n in graph.nodes if n.op == "power of"] == ["( )²", "( )⁻¹", "( )^0.5"]
    assert not any(n.op == "constant" for n in graph.nodes)
    assert record(lambda x, p: x**p, (3.0, 2.0)).run.graph.nodes[-1].symbol == "^"


def test_broadcasting_is_said_where_it_is_undone() -> None:
    graph = record(lambda w, b: (w + b) * b, (np.ones((2, 3)), np.ones(3)), seed=np.ones((2, 3))).run.graph
    assert graph.nodes[2].local == ("1", "Σ axis 0")
    assert graph.nodes[3].local == ("{1}", "Σ axis 0 {g}·{0}")
    assert record(lambda w, b: (w - b).sum(), (np.ones((2, 3)), 2.0)).run.graph.nodes[2].local == ("1", "Σ −{g}")
