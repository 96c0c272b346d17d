"""From a function or traced values to a Run: names, roles, what is differentiated by, seeds, directions, errors."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.record import record
from gradviz.errors import NoInputs, SeedNeeded, UnknownName, UnsupportedValue
from gradviz.record import check, final

W, X = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, -1.0])


def loss(x: Any, params: Any, scale: float = 2.0) -> Any:
    return np.sum(np.tanh(params["w"] @ x + params["b"][0]) * scale)


async def waits(x: Any) -> Any:
    return x * 2


ARGS = (X, {"w": W, "b": [0.5]})


def roles(run: Any) -> dict[str, str]:
    return {n.name: n.op for n in run.graph.nodes if n.is_leaf and n.op != "constant"}


def test_inputs_are_named_by_their_paths_and_keep_their_structure() -> None:
    recorded = record(loss, ARGS, {"scale": 3.0})
    check(recorded.run)
    assert roles(recorded.run) == {
        "x": "data",
        "params.w": "parameter",
        "params.b[0]": "parameter",
        "scale": "parameter",
    }
    assert recorded.inputs == {"x": 0, "params": {"w": 1, "b": [2]}, "scale": 3}
    assert set(final(recorded.run).grads) >= {0, 1, 2, 3}


def test_further_arguments_get_positions_and_keywords_their_names() -> None:
    recorded = record(lambda *xs, **more: xs[0] * xs[1] + more["bias"], (2.0, 3.0), {"bias": 1.0})
    assert [n.name for n in recorded.run.graph.nodes[:3]] == ["xs[0]", "xs[1]", "bias"]
    assert roles(recorded.run)["xs[0]"] == "data"


@pytest.mark.parametrize(
    ("wrt", "chosen"),
    [
        ("params.w", {"params.w"}), ("params", {"params.w", "params.b[0]"}), (0, {"x"}), (-1,
        {"params.w", "params.b[0]"}),
        (["x", "params.b"], {"x", "params.b[0]"}), (("params.b[0]", 0), {"x", "params.b[0]"}),
    ],
)  # fmt: skip
def test_wrt_names_positions_and_paths(wrt: Any, chosen: set[str]) -> None:
    recorded = record(loss, ARGS, wrt=wrt)
    assert {name for name, op in roles(recorded.run).items() if op == "parameter"} == chosen
    names = {n.id: n.name for n in recorded.run.graph.nodes}
    reached = {names[i] for i in final(recorded.run).grads if recorded.run.graph.nodes[i].is_leaf}
    assert reached == chosen


def test_what_is_no_number_is_handed_on() -> None:
    seen: list[Any] = []

    def f(x: Any, mode: str, flag: bool, mask: Any, fn: Any) -> Any:
        seen.extend([mode, flag, mask, fn])
        return fn(x)[mask].sum()

    mask = np.array([True, False])
    recorded = record(f, (X, "fast", True, mask, np.exp))
    assert seen == ["fast", True, mask, np.exp] or seen[2] is mask
    assert recorded.inputs == {"x": 0, "mode": None, "flag": None, "mask": None, "fn": None}


def test_integer_arrays_are_data_and_an_error_in_wrt() -> None:
    recorded = record(lambda w, x: (w * x).sum(), (np.ones(3), np.arange(3)))
    assert roles(recorded.run) == {"w": "parameter", "x": "data"}
    assert 1 not in final(recorded.run).grads
    with pytest.raises(UnsupportedValue, match=r"'x'.*integers.*astype\(float\)"):
        record(lambda w, x: (w * x).sum(), (np.ones(3), np.arange(3)), wrt="x")


@pytest.mark.parametrize(
    ("target", "args", "words"),
    [
        (lambda w, x: w @ x, (np.arange(3), np.arange(3)), r"w and x hold integers \(int64\).*give w\.astype\(float\)"),
        (lambda x: x * x, (np.array(2),), r"x holds integers.*give x\.astype\(float\)"),
        (gv.var(np.arange(3), name="x").sum(), (), r"x holds integers.*give x\.astype\(float\)"),
    ],
)
def test_where_all_inputs_are_integers_there_is_nothing_to_show_gradients_of(
    target: Any, args: Any, words: str
) -> None:
    with pytest.raises(UnsupportedValue, match=words):
        record(target, args)
    assert [s.kind for s in record(target, args, sweeps="forward").run.sweeps] == ["forward"]
    assert record(target, args, wrt=()).wrt == frozenset()


@pytest.mark.parametrize(
    ("target", "args", "options", "error", "words"),
    [
        (lambda: 1.0, (), {}, NoInputs, "returned 1.0"),
        (lambda: gv.sigmoid(np.ones(2)), (), {}, NoInputs, r"array of shape \(2,\)"),
        (lambda x: 3.0, (2.0,), {}, NoInputs, "returned 3.0"),
        (lambda x: None, (2.0,), {}, NoInputs, r"test_record.py:\d+: .*returned None"),
        (lambda x: (yield x), (2.0,), {}, NoInputs, "returned a generator,"),
        (waits, (2.0,), {}, NoInputs, "returned a coroutine,"),
        (lambda x: x * x, (Fraction(1, 2),), {}, NoInputs, r"given no number or array to trace \(Fraction\)"),
        ("x*x", (2.0,), {}, NoInputs, "'x\\*x' is a text, .*gv.film\\(lambda x, y: .*gradviz render"),
        (lambda x: x.value, (2.0,), {}, NoInputs, "returned 2.0"),
        (lambda x: x * 1.0, (X,), {}, SeedNeeded, r"\(2,\).*seed=np.ones\(2\)"),
        (lambda x: x * 1.0, (X,), {"seed": 1.0}, SeedNeeded, r"\(\).*\(2,\)"),
        (lambda x: (x * 1.0, x.sum()), (X,), {}, SeedNeeded, r"\[0\]"),
        (lambda x: x.sum(), (X,), {"seed": "one"}, UnsupportedValue, "real numbers"),
        (lambda x: x * 1, (X * 1j,), {}, UnsupportedValue, "complex"),
        (lambda x: x * 1, (2j,), {}, UnsupportedValue, "complex"),
        (lambda x: x * 1, (np.array([None]),), {}, UnsupportedValue, "object"),
        (lambda x: x * 1, (2.0,), {"wrt": "z"}, UnknownName, "'z'.*the inputs are x"),
        (lambda x: x * 1, (2.0,), {"wrt": 3}, UnknownName, "1 arguments: x"),
        (lambda x: x * 1, (2.0,), {"sweeps": ("back",)}, UnknownName, "forward, backward, tangent"),
        (lambda x: x * 1, (2.0,), {"sweeps": "back"}, UnknownName, "'back' is not a sweep"),
        (lambda x, y: x * y, (2.0,), {}, TypeError, "missing"),
        (lambda w, b: w * b, (2.0, 1.0), {"sweeps": ("tangent",)}, SeedNeeded, "direction={'w': 1.0}"),
        (lambda w, b: w * b, (2.0, 1.0), {"sweeps": ("tangent",), "direction": {"z": 1.0}}, UnknownName, "w, b"),
        (lambda w: w[0] * 2, (X,), {"sweeps": ("tangent",), "direction": {"w": 1.0}}, SeedNeeded, r"\(2,\)"),
        (3.0, (), {}, NoInputs, "3.0.*gv.var"),
        ([], (), {}, NoInputs, "nothing"),
    ],
)
def test_errors_say_what_was_got_and_what_to_do(target: Any, args: Any, options: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        record(target, args, **options)


def test_one_sweep_needs_no_brackets() -> None:
    assert [s.kind for s in record(lambda x: x * x, (2.0,), sweeps="forward").run.sweeps] == ["forward"]


def test_several_outputs_get_a_seed_each() -> None:
    f = lambda x: {"a": x.sum(), "b": [x * 2.0]}  # noqa: E731
    recorded = record(f, (X,), seed={"a": 10.0, "b": [np.array([1.0, 2.0])]})
    assert final(recorded.run).grads[0].tolist() == [12.0, 14.0]
    assert recorded.outputs == {"a": recorded.run.graph.outputs[0], "b": [recorded.run.graph.outputs[1]]}
    both = record(lambda x: (x.sum(), x[0] * 2, "a remark"), (X,))
    assert final(both.run).grads[0].tolist() == [3.0, 1.0]
    twice = record(lambda x: (x, x), (2.0,))
    assert final(twice.run).grads[0] == 2.0


def test_traced_values_as_the_target() -> None:
    w, x = gv.var(2.0), gv.var(3.0, role="data")
    y = w * x
    recorded = record(y)
    assert roles(recorded.run) == {"w": "parameter", "x": "data"}
    assert final(recorded.run).grads == {2: 1.0, 0: 3.0, 1: 2.0}
    assert recorded.inputs == {"w": 0, "x": 1}
    only = record([y, y + 1.0], wrt=w)
    assert 1 not in final(only.run).grads and final(only.run).grads[0] == 6.0
    assert roles(record(y, wrt="x").run)["w"] == "data"
    with pytest.raises(UnknownName, match="was not computed from"):
        record(y, wrt=gv.var(1.0))
    with pytest.raises(TypeError, match="arguments belong to a function"):
        record(y, (2.0,))


def test_a_run_is_handed_on() -> None:
    run = record(lambda x: x * x, (3.0,)).run
    assert record(run).run is run
    with pytest.raises(TypeError):
        record(run, (3.0,))


def test_methods_partials_callables_and_ufuncs() -> None:
    class Model:
        def __init__(self) -> None:
            self.w = gv.var(2.0)

        def __call__(self, x: Any) -> Any:
            return self.w * x

    recorded = record(Model(), (3.0,))
    assert final(recorded.run).grads[recorded.inputs["x"]] == 2.0
    assert final(record(functools.partial(lambda n, x: x**n, 2), (3.0,)).run).grads[0] == 6.0
    assert record(np.tanh, (0.5,)).run.graph.nodes[-1].op == "tanh"


def test_direction_as_a_tuple_and_by_default() -> None:
    f = lambda w, x: w * w * x  # noqa: E731
    run = record(f, (3.0, 2.0), sweeps=("tangent",)).run
    assert final(run).tangents[len(run.graph.nodes) - 1] == 12.0 and run.sweeps[0].label == "along w"
    run = record(f, (3.0, 2.0), sweeps=("tangent",), direction=(0.0, 1.0)).run
    assert final(run).tangents[len(run.graph.nodes) - 1] == 9.0 and run.sweeps[0].label == "along x"


def test_what_seeds_and_directions_hold_too_much_is_said() -> None:
    with pytest.raises(SeedNeeded, match="'z', which was not returned"):
        record(lambda w: {"a": w * 2}, (1.0,), seed={"a": 1.0, "z": 2.0})
    with pytest.raises(SeedNeeded, match="direction has 3 parts; give one for each of w, x"):
        record(lambda w, x: w * x, (1.0, 2.0), sweeps=("tangent",), direction=(1.0, 0.0, 5.0))
    for odd in ("far", 1j):
        with pytest.raises(UnsupportedValue, match="the direction for w holds"):
            record(lambda w: w * w, (1.0,), sweeps=("tangent",), direction={"w": odd})


def test_a_list_may_stand_for_an_array_in_a_seed_and_in_a_direction() -> None:
    x = np.ones(2)
    assert gv.film(lambda x: [x * 2.0, x * 3.0], x, seed=[[1.0, 2.0], [0.0, 1.0]]).grads["x"].tolist() == [2.0, 7.0]
    run = record(lambda x: (x * x).sum(), (x,), sweeps=("forward", "tangent"), direction={"x": [1.0, 0.5]}).run
    assert run.sweeps[1].events[-1].value == 3.0
    back = gv.vjp(lambda x: (x * 2.0, x * 3.0), x)[1]
    assert back(([1.0, 0.0], [0.0, 1.0]))[0].tolist() == [2.0, 3.0]
    assert gv.jvp(lambda x: (x * x).sum(), (x,), ([1.0, 0.5],)) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": [[1.0], [2.0, 3.0]]}, "the seed for .* is a nested list whose rows differ in length; give an array"),
        ({"sweeps": "tangent", "direction": {"x": [[1.0], [2.0, 3.0]]}}, "the direction for x is a nested list whose"),
        ({"sweeps": 3}, "3 is not a sweep; choose from forward, backward, tangent"),
        ({"sweeps": None}, "None is not a sweep; choose from"),
    ],
)
def test_what_holds_no_array_is_said(options: Any, words: str) -> None:
    with pytest.raises(gv.GradvizError, match=words):
        record(lambda x: x * 2.0, (np.ones((2, 2)),), **options)


def test_an_integer_of_numpys_is_a_number_as_pythons_is() -> None:
    def f(a, b):
        return a * b + a

    for whole in (2, np.int64(2), np.uint8(2)):
        for args in ((whole, 3.0), (whole, np.int32(3)), (whole, 3)):
            run = record(f, args).run
            assert roles(run) == {"a": "parameter", "b": "parameter"}
            assert [final(run).grads[n.id] for n in run.graph.nodes if n.is_leaf] == [4.0, 2.0]
