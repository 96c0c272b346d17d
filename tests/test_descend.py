"""Descent: the numbers of its steps, what it logs of them, why it stops, and what it refuses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.optimisers import Adam, Momentum, Stepped
from gradviz.errors import GraphChanged, NoInputs, SeedNeeded, UnknownName, UnsupportedValue, WrongArguments
from gradviz.picture.numbers import number
from gradviz.picture.panels import Along as gv_along
from gradviz.record import advance, check, final, same, states, steps
from gradviz.record.state import MOST_ITERATIONS, State
from gradviz.record.store import dump, load


def parabola(w):
    return (w - 3.0) ** 2


def line(p, x, y):
    error = p["w"] * x + p["b"] - y
    return np.mean(error**2)


X = np.array([-1.0, 0.0, 1.0, 2.0])
Y = 3 * X - 1


def test_a_parabola_by_hand():
    done = gv.descend(parabola, 0.0, lr=0.25, steps=3)
    assert done.losses == (9.0, 2.25, 0.5625)
    assert done.params == 2.625
    assert done.loss == 0.140625
    assert [s.kind for s in done.run.sweeps] == ["forward", "backward", "update"] * 3 + ["forward", "backward"]
    assert [s.iteration for s in done.run.sweeps] == [1] * 3 + [2] * 3 + [3] * 3 + [4] * 2
    check(done.run)
    assert done.said == ()


def test_params_keep_their_structure_and_other_things_in_them():
    given = {"w": 0.5, "b": np.zeros(()), "layers": [(1.0, np.ones(2))], "name": "net", "bias": True}

    def loss(p, x):
        w, b = p["layers"][0]
        assert p["name"] == "net"
        assert p["bias"] is True
        return np.sum((p["w"] * x + p["b"] + w * b) ** 2)

    done = gv.descend(loss, given, np.ones(2), lr=0.01, steps=2)
    assert list(done.params) == list(given)
    assert type(done.params["layers"][0]) is tuple
    assert done.params["layers"][0][1].shape == (2,)
    assert done.params["name"] == "net"
    assert done.params["bias"] is True
    assert given["w"] == 0.5
    np.testing.assert_array_equal(given["layers"][0][1], [1, 1])
    assert done.loss < done.losses[0]


def test_it_finds_the_line():
    done = gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, optimizer="momentum", lr=0.05, steps=200)
    assert done.params["w"] == pytest.approx(3, abs=1e-3)
    assert done.params["b"] == pytest.approx(-1, abs=1e-3)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "rmsprop", "adam"])
def test_a_network_descends_as_in_pytorch(name):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    given = {"W": rng.normal(size=(2, 3)), "b": np.zeros(3), "v": rng.normal(size=3)}
    x, y = rng.normal(size=(5, 2)), rng.normal(size=5)

    def loss(p, x, y):
        return np.mean((np.tanh(x @ p["W"] + p["b"]) @ p["v"] - y) ** 2)

    rate = 0.02
    done = gv.descend(loss, given, x, y, optimizer=name, lr=rate, steps=40)
    p = {k: torch.tensor(v, requires_grad=True) for k, v in given.items()}
    leaves = list(p.values())
    theirs = {
        "sgd": lambda: torch.optim.SGD(leaves, lr=rate),
        "momentum": lambda: torch.optim.SGD(leaves, lr=rate, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD(leaves, lr=rate, momentum=0.9, nesterov=True),
        "rmsprop": lambda: torch.optim.RMSprop(leaves, lr=rate),
        "adam": lambda: torch.optim.Adam(leaves, lr=rate),
    }[name]()
    tx, ty = torch.tensor(x), torch.tensor(y)
    for t in range(40):
        theirs.zero_grad()
        error = torch.mean((torch.tanh(tx @ p["W"] + p["b"]) @ p["v"] - ty) ** 2)
        assert done.losses[t] == pytest.approx(error.item(), abs=1e-9)
        for key, value in p.items():
            np.testing.assert_allclose(done.run.series[f"path p.{key}"][t], value.detach().numpy(), rtol=0, atol=1e-9)
        error.backward()
        theirs.step()


def test_only_the_first_iterations_are_logged_in_full_and_the_rest_adds_up_to_the_same():
    brief = gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, lr=0.1, steps=5, keep=1).run
    full = gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, lr=0.1, steps=5, keep=9).run
    told = {s.iteration for s in brief.sweeps if s.kind == "backward" and any(e.arg is not None for e in s.events)}
    assert told == {1, 6}
    a, b = State(), State()
    for one, two in zip(steps(brief, "sweep"), steps(full, "sweep"), strict=False):
        if one.whole or one.iteration > 1:
            break
        a, b = advance(brief.graph, a, one), advance(full.graph, b, two)
    # After each sweep that ends a frame the same is known, however it was logged.
    ends = {s.sweep: state for s, state in zip(steps(full, "sweep"), states(full, steps(full, "sweep")), strict=True)}
    compared = set()
    for step, mine in zip(steps(brief, "sweep"), states(brief, steps(brief, "sweep")), strict=True):
        theirs = ends[last := reached(step)[-1]]
        compared.add(last)
        for table in ("values", "grads"):
            a, b = getattr(mine, table), getattr(theirs, table)
            assert a.keys() == b.keys()
            assert all(same(a[i], b[i]) or np.allclose(a[i], b[i]) for i in a)
        assert mine.arrived == theirs.arrived
    assert len(compared) == len(steps(brief, "sweep")) > 8
    assert brief.sweeps[-1] == full.sweeps[-1]
    assert final(brief).sent


def test_the_pace_of_a_descent():
    run = gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, lr=0.1, steps=200).run
    path = steps(run)
    one, two = ([s for s in path if s.iteration == n] for n in (1, 2))
    assert len(one) > len(two) > 3
    later = [s for s in path if s.whole]
    assert 20 < len(later) <= MOST_ITERATIONS
    assert [s.k for s in later] == list(range(1, len(later) + 1))
    assert later[-1].iteration == 199
    gaps = np.diff([s.iteration for s in later])
    assert list(gaps) == sorted(gaps) or gaps.max() <= 2 * sorted(gaps)[-2]
    assert [(s.kind, s.iteration) for s in path[-3:]] == [("update", 200), ("forward", 201), ("backward", 201)]
    # Nothing is passed over: every sweep is shown or led to, in order.
    shown = [i for s in path for i in reached(s)]
    assert sorted(set(shown)) == list(range(len(run.sweeps)))
    assert shown == sorted(shown)


def reached(step):
    """The sweeps of a frame, in order: with an update go the sweeps that compute anew what it changed."""
    return list(dict.fromkeys((*(one.sweep for one in step.lead), step.sweep)))


@pytest.mark.parametrize("steps_taken", [4, 30, 200])
def test_frames_of_whole_iterations_show_parameters_with_their_own_loss_and_gradients(steps_taken):
    run = gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, lr=0.1, steps=steps_taken).run
    film = gv.film(run)
    of = {n.name: n.id for n in run.graph.nodes if n.op == "parameter"}
    seen = []
    for step, state, frame in zip(film.steps, states(run, film.steps), film.frames, strict=False):
        if not step.whole:
            continue
        at = {"w": state.values[of["p.w"]], "b": state.values[of["p.b"]]}
        loss, grads = gv.value_and_grad(lambda p: line(p, X, Y))(at)
        assert state.values[run.graph.outputs[0]] == pytest.approx(loss, rel=1e-12)
        assert [state.grads[of["p.w"]], state.grads[of["p.b"]]] == pytest.approx([grads["w"], grads["b"]], rel=1e-9)
        seen.append(loss)
        # As many updates as it says have been made, and the loss it tells is that of the parameters it shows.
        assert at["w"] == pytest.approx(run.series["path p.w"][step.iteration], rel=1e-12)
        assert number(loss)[:5] in frame.note and f"{step.iteration}." in frame.note
    assert len(seen) == {4: 1, 30: 27, 200: 56}[steps_taken]


def test_the_last_frame_knows_the_last_gradient():
    done = gv.descend(parabola, 0.0, lr=0.25, steps=3)
    film = gv.film(done)
    assert film.grads["w"] == 2 * (2.625 - 3)
    assert film.values["w"] == 2.625


def test_batches_go_round_and_a_partial_one_is_dropped_and_said():
    x, y = np.arange(7.0), np.arange(7.0)
    seen = []

    def loss(w, x, y):
        seen.append(np.asarray(getattr(x, "value", x)).tolist())
        return np.mean((w * x - y) ** 2)

    done = gv.descend(loss, 0.0, x, y, lr=0.01, steps=4, batch=3)
    assert seen[:5] == [[0, 1, 2], [3, 4, 5], [0, 1, 2], [3, 4, 5], [0, 1, 2]]
    assert any("the last 1 are left out" in s for s in done.said)
    np.testing.assert_allclose(
        done.run.series["loss of all"], [np.mean((w * x - y) ** 2) for w in done.run.series["path w"]]
    )


def test_a_batch_that_does_not_fit_is_refused():
    for data, batch, word in (((X, Y[:2]), 2, "rows"), ((X,), 9, "more than"), ((2.0,), 1, "no arrays")):
        with pytest.raises(UnsupportedValue, match=word):
            gv.descend(lambda w, *d: w * np.sum(d[0]), 1.0, *data, batch=batch)


def test_divergence_is_said_with_its_iteration():
    done = gv.descend(lambda w: np.exp(w * w), 1.0, lr=5.0, steps=30)
    assert done.said[0].startswith("diverged: ")
    assert "iteration 3" in done.said[0]
    assert len(done.losses) == 2
    assert done.loss == math.inf
    grows = gv.descend(parabola, 0.0, lr=1.1, steps=10)
    assert "learning rate may be too large" in grows.said[0]
    assert len(grows.losses) == 10


def test_tolerance_and_budget_stop_it():
    done = gv.descend(parabola, 0.0, lr=0.25, steps=500, tolerance=1e-3)
    assert len(done.losses) < 20
    assert "no part of the gradient is larger than 0.001" in done.said[0]
    assert abs(2 * (done.params - 3)) <= 1e-3
    spent = gv.descend(parabola, 0.0, lr=1e-6, steps=10_000_000, budget=0.05)
    assert "0.05 seconds" in spent.said[0]


def test_another_graph_is_refused_with_the_iteration_and_the_line():
    def loss(w):
        a = w * w
        return np.tanh(a) if w < 0.9 else a

    with pytest.raises(GraphChanged, match="iteration 2 computes tanh") as told:
        gv.descend(loss, 1.0, lr=0.1, steps=3)
    assert "np.where" in str(told.value)
    assert "test_descend.py:" in str(told.value)


def test_schedules_and_own_optimisers():
    done = gv.descend(parabola, 0.0, lr=Stepped(0.25, 1, 0.5), steps=2)
    assert done.run.series["path w"].tolist() == [0.0, 1.5, 1.5 + 0.125 * 3]
    np.testing.assert_array_equal(done.run.series["lr"][:2], [0.25, 0.125])

    def backwards(params, grads, memory):
        return tuple(p + 0.1 * g for p, g in zip(params, grads, strict=True)), memory

    assert gv.descend(parabola, 0.0, optimizer=backwards, steps=1).params == pytest.approx(-0.6)
    assert gv.descend(parabola, 0.0, optimizer=Momentum(0.1, 0.5), steps=1).params == pytest.approx(0.6)


def test_series_for_panels_are_the_model_and_the_loss_themselves():
    def model(p, x):
        return p["w"] * x + p["b"]

    done = gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, lr=0.1, steps=6, curve=model, along="p.w", over=("p.w", "p.b"))
    series = done.run.series
    grid, t = series["curve x"], 4
    w, b = series["path p.w"][t], series["path p.b"][t]
    np.testing.assert_allclose(series["curve y"][t], w * grid + b)
    np.testing.assert_allclose(series["data fit"][t], w * X + b)
    places, losses = series["along p.w"][0], series["along p.w"][1 + t]
    np.testing.assert_allclose(losses, [line({"w": v, "b": b}, X, Y) for v in places])
    field = series["over p.w, p.b"]
    assert field[5, 7] == pytest.approx(line({"w": field[0, 7], "b": field[5, 0]}, X, Y))
    # A unit is as long across as it is up, and the whole path lies inside.
    assert np.diff(field[0, 1:]).mean() == pytest.approx(np.diff(field[1:, 0]).mean(), rel=0.05)
    assert field[0, 1] < series["path p.w"].min() < series["path p.w"].max() < field[0, -1]
    assert len(series["loss"]) == len(series["gradient p.w"]) == 7


def test_a_parameter_is_found_as_it_is_typed():
    done = gv.descend(lambda p: (p["w1"] - 1) ** 2 + p["w2"] ** 2, {"w1": 0.0, "w2": 1.0}, steps=2,
                      along="p.w1", over=("p.w1", "p.w2")).run  # fmt: skip
    kinds = {name.split(" ")[0] for name in done.series}
    assert {"along", "over"} <= kinds
    assert "needs a descent" not in gv.film(done, panels=(gv_along("p.w1"), "over")).svg(frame=3)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(SeedNeeded, match="more than one number"):
        gv.descend(lambda w, x: w * x, 1.0, X)
    with pytest.raises(SeedNeeded, match="2 results"):
        gv.descend(lambda w: (w, w * w), 1.0)
    with pytest.raises(NoInputs):
        gv.descend(lambda w, x: np.sum(x), {}, X)
    with pytest.raises(UnknownName, match=r"choose from p\.w, p\.b"):
        gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, along="k", steps=1)
    for option in ({"steps": 0}, {"keep": 0}, {"steps": 1.5}, {"batch": 0}):
        with pytest.raises(UnknownName, match=next(iter(option))):
            gv.descend(parabola, 0.0, **option)
    with pytest.raises(TypeError, match="Descent was given with arguments"):
        gv.film(gv.descend(parabola, 0.0, steps=1), 2.0)


def test_a_run_of_many_sweeps_loads_back_equal():
    run = gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, lr=0.1, steps=5, along="p.w").run
    assert load(dump(run)) == run


def test_the_gradient_is_zero_at_the_certified_coefficients_of_wampler1():
    """NIST Statistical Reference Datasets: y = 1 + x + ... + x⁵ exactly, certified coefficients all 1."""
    x = np.arange(21.0)
    y = sum(x**k for k in range(6))
    powers = np.vander(x, 6, increasing=True)
    found = gv.film(lambda k, powers, y: np.mean((powers @ k - y) ** 2), np.ones(6), powers, y, wrt="k")
    np.testing.assert_array_equal(found.grads["k"], np.zeros(6))
    off = gv.film(lambda k, powers, y: np.mean((powers @ k - y) ** 2), np.full(6, 1 + 1e-9), powers, y, wrt="k")
    assert np.abs(off.grads["k"]).min() > 0


def test_the_same_descent_twice_is_the_same_text():
    runs = [gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, lr=0.1, steps=4).run for _ in range(2)]
    assert dump(runs[0]) == dump(runs[1])
    assert math.isfinite(runs[0].series["loss"][-1])


@pytest.mark.parametrize(
    ("choose", "words"),
    [
        (lambda p, g, m: p, r"\(params, grads, memory\) -> \(params, memory\)"),
        (lambda p, g, m: None, "returned None"),
        (lambda p, g, m: ((), m), r"shapes \[\]; they must stay \[\(\)\]"),
        (lambda p, g, m: ((np.ones(2),), m), r"\[\(2,\)\]"),
        (lambda p, g, m: (("one",), m), "no number"),
        (Adam, r"the optimiser returned Adam\("),  # the class, not one of its kind
    ],
)
def test_an_optimiser_of_the_users_own_is_held_to_its_form(choose, words):
    with pytest.raises(UnsupportedValue, match=words):
        gv.descend(parabola, 0.0, optimizer=choose, steps=1)


def test_learning_rates_are_numbers():
    for lr in ("fast", None, np.array([0.1]), -1.0):
        with pytest.raises(UnknownName, match="is not a learning rate"):
            gv.descend(parabola, 0.0, lr=lr, steps=1)
    with pytest.raises(UnknownName, match="lr gave 'fast' for step 0"):
        gv.descend(parabola, 0.0, lr=lambda step: "fast", steps=1)
    assert gv.descend(parabola, 0.0, lr=np.float64(0.1), steps=np.int64(2)).losses


@pytest.mark.parametrize("start", [np.int64(0), np.uint8(0), gv.var(0), gv.var(np.int64(0))])
def test_an_integer_of_numpys_is_a_start_as_pythons_own_is(start: Any) -> None:
    assert gv.descend(parabola, start, steps=2).losses == gv.descend(parabola, 0, steps=2).losses
    assert gv.descend(lambda p: parabola(p["w"]), {"w": start}, steps=2).params == {"w": pytest.approx(1.08)}


def test_integer_arrays_among_the_params_are_refused_by_their_own_name() -> None:
    with pytest.raises(UnsupportedValue, match=r"^params holds integers \(int64\), .* give params\.astype\(float\)"):
        gv.descend(lambda w: (w * w).sum(), np.arange(3))
    with pytest.raises(UnsupportedValue, match=r"^params\.w holds integers .* give params\.w\.astype\(float\)"):
        gv.descend(lambda p: (p["w"] * p["b"]).sum(), {"b": 1.0, "w": np.arange(3)})


def test_traced_params_count_as_numbers_and_empty_ones_as_at_rest():
    assert (
        gv.descend(parabola, gv.var(0.0), lr=0.25, steps=1).losses == gv.descend(parabola, 0.0, lr=0.25, steps=1).losses
    )
    done = gv.descend(lambda p: np.sum(p["none"]), {"none": np.zeros(0)}, tolerance=0.1, steps=3)
    assert done.losses == () and "no part of the gradient" in done.said[0]


def test_a_curve_is_a_model_with_a_number_for_each_place():
    for curve, words in ((3, "is no model"), (lambda p, x: np.ones(3), r"shape \(3,\) at")):
        with pytest.raises(UnsupportedValue, match=words):
            gv.descend(line, {"w": 0.0, "b": 0.0}, X, Y, curve=curve, steps=1)


@pytest.mark.parametrize(
    ("curve", "error", "words"),
    [
        (lambda x: x, WrongArguments, r"takes 1 argument by position and was given 2; give curve=lambda params, x: "),
        ((lambda p, x, y: x, X, Y), WrongArguments, r"'y'; give .* curve=\(lambda params, x: \.\.\., x, y\)"),
        ((), UnsupportedValue, r"\(\) is no model"),
        ((lambda p, x: x, X, 0.0), UnsupportedValue, r"two equally long rows x and y"),
    ],
)
def test_a_curve_that_cannot_be_drawn_is_said_before_the_descent(curve: Any, error: Any, words: str) -> None:
    calls = []

    def loss(p: Any, x: Any, y: Any) -> Any:
        calls.append(p)
        return line(p, x, y)

    with pytest.raises(error, match=rf"curve=.*{words}"):
        gv.descend(loss, {"w": 0.0, "b": 0.0}, X, Y, curve=curve, steps=2)
    assert not calls


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tolerance": "small"}, "tolerance='small' is no limit; give a number from 0"),
        ({"budget": math.nan}, "budget=nan is no limit"),
        ({"along": 3}, "along=3 is not a parameter that is one number; choose from w"),
        ({"over": 3}, "over=3 is not two parameters; give their names"),
        ({"over": ("w",)}, "is not two parameters"),
    ],
)
def test_limits_and_panels_of_another_kind_are_said(options, words):
    with pytest.raises(UnknownName, match=words):
        gv.descend(lambda w: w * w, 1.0, steps=2, **options)


def test_a_parameter_may_go_by_its_own_name_where_only_one_has_it() -> None:
    def loss(p: Any) -> Any:
        return (p["a"] - 1) ** 2 + (p["b"]["c"] + 2) ** 2

    start = {"a": 0.0, "b": {"c": 0.0}}
    assert "along p.a" in gv.descend(loss, start, steps=1, along="a").run.series
    assert "over p.a, p.b.c" in gv.descend(loss, start, steps=1, over=("a", "c")).run.series
    same = {"l": {"a": 0.0}, "r": {"a": 0.0}}
    with pytest.raises(UnknownName, match=r"along='a'.*choose from p\.l\.a, p\.r\.a"):
        gv.descend(lambda p: (p["l"]["a"] * p["r"]["a"] - 1) ** 2, same, steps=1, along="a")


@pytest.mark.parametrize("option", [{"along": "z"}, {"over": ("w", "z")}, {"over": "w"}, {"over": ("w", "w")}])
def test_what_is_not_there_to_be_watched_is_said_before_any_step(option: dict[str, Any]) -> None:
    calls = []

    def loss(w: Any) -> Any:
        calls.append(w)
        return w * w

    with pytest.raises(UnknownName, match=f"{next(iter(option))}="):
        gv.descend(loss, 1.0, steps=20, **option)
    assert len(calls) == 1


def test_a_loss_that_takes_its_parameters_apart_is_told_how_to_take_them() -> None:
    def loss(w, b, x, y):
        return (w * x + b - y) ** 2

    with pytest.raises(WrongArguments, match=r"missing .* 'y'; .* one argument, then 2 of data: def loss\(params, d"):
        gv.descend(loss, (0.0, 0.0), 1.0, 2.0)
    with pytest.raises(WrongArguments, match=r"as one argument: def loss\(params\): w, b = params"):
        gv.descend(lambda w, b: w * b, (1.0, 2.0))
    with pytest.raises(TypeError, match="no keyword arguments") as inside:  # what goes wrong in the loss is its own
        gv.descend(lambda p: math.hypot(*p, nothing=1), (1.0, 2.0))
    assert not isinstance(inside.value, WrongArguments)
