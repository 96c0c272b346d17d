"""The sweeps as logs: the worked tables of the literature, fan-outs, long chains, edges, what receives nothing."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.record import record
from gradviz.record import Run, check, final, terms


def by_op(run: Run, values: Any) -> dict[str, float]:
    """Return values by the label of their node; a repeated op gets its position."""
    return {f"{n.op}{n.id}": values[n.id] for n in run.graph.nodes if n.id in values}


def survey(x1: Any, x2: Any) -> Any:
    v1 = np.log(x1)
    v2 = x1 * x2
    v3 = np.sin(x2)
    v4 = v1 + v2
    v5 = v4 - v3
    return v5


def test_baydin_tables_2_and_3() -> None:
    recorded = record(survey, (2, 5), sweeps=("forward", "backward", "tangent"), direction={"x1": 1.0, "x2": 0.0})
    state = final(check(recorded.run))
    # nodes: x1, x2, then v1 ... v5
    assert [state.values[i] for i in range(7)] == pytest.approx([2, 5, 0.693, 10, -0.959, 10.693, 11.652], abs=5e-4)
    assert [state.tangents[i] for i in range(7)] == pytest.approx([1, 0, 0.5, 5, 0, 5.5, 5.5], abs=1e-12)
    assert [state.grads[i] for i in range(7)] == pytest.approx([5.5, 1.716, 1, 1, -1, 1, 1], abs=5e-4)
    sent = {(e.node, e.arg): e.value for e in recorded.run.sweeps[1].events}
    assert (sent[3, 1], sent[4, 0]) == (2.0, pytest.approx(-0.284, abs=5e-4))  # x2's terms
    assert (sent[3, 0], sent[2, 0]) == (5.0, 0.5)  # x1's


def micrograd(a: Any, b: Any) -> Any:
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + gv.relu(b + a)
    d += 3 * d + gv.relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def test_micrograds_readme() -> None:
    recorded = record(micrograd, (-4.0, 2.0))
    state = final(check(recorded.run))
    assert state.values[recorded.outputs] == pytest.approx(24.7041, abs=5e-5)
    assert state.grads[recorded.inputs["a"]] == pytest.approx(138.8338, abs=5e-5)
    assert state.grads[recorded.inputs["b"]] == pytest.approx(645.5773, abs=5e-5)


def test_wampler1_has_no_slope_at_the_certified_coefficients() -> None:
    x = np.arange(21.0)
    powers = np.stack([x**p for p in range(6)])
    y = powers.sum(axis=0)
    assert gv.grad(lambda k: np.sum((k @ powers - y) ** 2))(np.ones(6)).tolist() == [0.0] * 6


def test_every_partial_sum_at_a_fan_out_is_an_event() -> None:
    run = check(record(lambda x: x * x + x, (3.0,)).run)
    backward = run.sweeps[1]
    assert [(e.node, e.arg, e.value) for e in backward.events] == [
        (2, None, 1.0), (2, 0, 1.0), (2, 1, 1.0), (1, 0, 3.0), (1, 1, 3.0),
    ]  # fmt: skip
    assert terms(run.graph, backward)[0] == 3
    assert [e.local for e in backward.events[1:]] == [1.0, 1.0, 3.0, 3.0]


def test_only_what_leads_to_the_chosen_inputs_receives() -> None:
    run = record(lambda x, w: np.tanh(w * x) * 2.0 + x, (1.0, 2.0), wrt="w").run
    names = {n.id: n.op for n in run.graph.nodes}
    receivers = {run.graph.nodes[e.node].args[e.arg] for e in run.sweeps[1].events if e.arg is not None}
    assert {names[i] for i in receivers} == {"parameter", "multiply", "tanh"}


def test_values_and_gradients_keep_the_dtype_and_shape_of_what_they_belong_to() -> None:
    w = np.ones((2, 3), np.float32)
    run = check(record(lambda w, b: (w * b).sum(), (w, np.float32(2.0))).run)
    for e in run.sweeps[1].events[1:]:
        assert np.asarray(e.value).dtype == np.float32
    shapes = {e.arg: np.shape(e.value) for e in run.sweeps[1].events if run.graph.nodes[e.node].op == "multiply"}
    assert shapes == {0: (2, 3), 1: ()}


def test_a_gradient_has_its_inputs_precision() -> None:
    """As in PyTorch and JAX, though what is computed from a float64 number and a float32 array is float32."""
    a = np.array([1.5, 2.5], np.float32)
    film = gv.film(lambda w, a, b: np.sum(np.sin(w * a)), 0.1, a, a)
    assert film.run.sweeps[0].events[-1].value.dtype == np.float32  # type: ignore[union-attr]
    assert type(film.grads["w"]) is float
    assert film.grads["a"].dtype == film.grads["b"].dtype == np.float32
    assert film.grads["w"] == pytest.approx(float(np.sum(a * np.cos(0.1 * a))), rel=1e-6)
    by_w, by_a = gv.grad(lambda w, a: np.sum(np.sin(w * a)), (0, 1))(0.1, a)
    assert type(by_w) is float and by_a.dtype == np.float32
    assert type(gv.jvp(lambda w: np.sum(w * a), (0.1,), (1.0,))[1]) is not float  # the output's own


def test_local_derivatives_are_never_recovered_by_division() -> None:
    run = record(lambda x: np.maximum(x, 0.0) * 0.0, (2.0,)).run
    assert [e.local for e in run.sweeps[1].events] == [None, 0.0, 1.0]


def test_tangents_go_along_a_direction_and_stand_still_elsewhere() -> None:
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    recorded = record(
        lambda w, x: (np.prod(w @ x) + np.linalg.det(w)) * 1.0,
        (w, np.ones(2)),
        sweeps=("tangent",),
        direction={"w": np.eye(2)},
    )
    h = 1e-6
    f = lambda w: np.prod(w @ np.ones(2)) + np.linalg.det(w)  # noqa: E731
    slope = (f(w + h * np.eye(2)) - f(w - h * np.eye(2))) / (2 * h)
    assert final(recorded.run).tangents[recorded.outputs] == pytest.approx(slope, rel=1e-8)
    assert final(recorded.run).tangents[recorded.inputs["x"]].tolist() == [0.0, 0.0]


def test_a_hundred_thousand_operations_record_and_sweep_in_a_loop() -> None:
    def chain(x: Any) -> Any:
        for _ in range(50_000):
            x = x * 1.00001 + 1e-9
        return x

    start = time.perf_counter()
    assert gv.grad(chain)(1.0) == pytest.approx(1.00001**50_000, rel=1e-9)
    assert gv.jvp(chain, (1.0,), (1.0,))[1] == pytest.approx(1.00001**50_000, rel=1e-9)
    assert time.perf_counter() - start < 30


def test_the_same_function_traced_twice_gives_the_same_run() -> None:
    f = lambda w, x: np.tanh(w @ x).sum()  # noqa: E731
    args = (np.eye(2), np.array([1.0, -1.0]))
    assert record(f, args).run == record(f, args).run


def test_nan_and_infinity_are_carried_without_warnings() -> None:
    state = final(record(lambda x: np.where(x > 0, np.sqrt(x), 0.0).sum(), (np.array([0.0, 4.0]),)).run)
    grad = state.grads[0]
    assert np.isnan(grad[0]) and grad[1] == 0.25  # 0 × ∞: the double-where case
    safe = lambda x: np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0).sum()  # noqa: E731
    assert gv.grad(safe)(np.array([0.0, 4.0])).tolist() == [0.0, 0.25]


EDGES: list[tuple[str, Any, Any, Any]] = [
    ("abs at 0", np.abs, 0.0, 0.0),
    ("relu at 0", gv.relu, 0.0, 0.0),
    ("sign", np.sign, 2.0, 0.0),
    ("sqrt at 0", np.sqrt, 0.0, np.inf),
    ("cbrt at 0", np.cbrt, 0.0, np.inf),
    ("log at 0", np.log, 0.0, np.inf),
    ("clip on its lower bound", lambda x: np.clip(x, 1.0, 2.0), 1.0, 1.0),
    ("clip on its upper bound", lambda x: np.clip(x, 1.0, 2.0), 2.0, 1.0),
    ("clip outside", lambda x: np.clip(x, 1.0, 2.0), 3.0, 0.0),
    ("maximum of equals", lambda x: np.maximum(x, 1.0), 1.0, 0.5),
    ("minimum of equals", lambda x: np.minimum(x, 1.0), 1.0, 0.5),
    ("maximum of itself", lambda x: np.maximum(x, x), 1.0, 1.0),
    ("norm at 0", np.linalg.norm, np.zeros(2), [0.0, 0.0]),
    ("std of equals", np.std, np.ones(2), [0.0, 0.0]),
    ("hypot at 0", lambda x: np.hypot(x, 0.0), 0.0, 0.0),
    ("max of equals", np.max, np.array([1.0, 2.0, 2.0]), [0.0, 0.5, 0.5]),
    ("min of equals", np.min, np.array([1.0, 1.0, 2.0]), [0.5, 0.5, 0.0]),
    ("prod with a zero", np.prod, np.array([2.0, 0.0, 3.0]), [0.0, 6.0, 0.0]),
    ("power 0", lambda x: x**0, 0.0, 0.0),
    ("power 1", lambda x: x**1, 0.0, 1.0),
    ("power 2", lambda x: x**2, 0.0, 0.0),
    ("power ½ at 0", lambda x: x**0.5, 0.0, np.inf),
    ("0 to a traced power", lambda x: np.float64(0.0) ** x, 2.0, 0.0),
    ("sinc at 0", np.sinc, 0.0, 0.0),
    ("where cuts NaN off", lambda x: np.where(x > 1, np.inf * x, x).sum(), 0.5, np.nan),
    ("floor on a step", np.floor, 1.0, 0.0),
    ("det of a singular matrix", np.linalg.det, np.array([[1.0, 2.0], [2.0, 4.0]]), [[4.0, -2.0], [-2.0, 1.0]]),
    ("remainder", lambda x: x % 2.0, 4.0, 1.0),
    ("nan_to_num", np.nan_to_num, np.nan, 0.0),
    ("softmax far out", lambda x: gv.softmax(x * np.array([1.0, 1000.0]))[1], 1.0, 0.0),
    ("sigmoid far out", gv.sigmoid, -800.0, 0.0),
    ("logaddexp far out", lambda x: np.logaddexp(x, 0.0), 800.0, 1.0),
]


@pytest.mark.parametrize(("name", "f", "at", "wanted"), EDGES, ids=[e[0] for e in EDGES])
def test_points_without_a_derivative_follow_the_table(name: str, f: Any, at: Any, wanted: Any) -> None:
    np.testing.assert_allclose(gv.grad(f)(at), wanted, rtol=1e-12, atol=1e-300)
