"""Arguments as people keep them: named tuples, dataclasses, dicts of every kind, and every way of a call."""

from __future__ import annotations

import collections
import copy
import functools
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.record import record
from gradviz.calculus.tree import bind, mapped, walk
from gradviz.errors import Detached, UnknownName, WrongArguments


class Line(NamedTuple):
    w: float
    b: float


@dataclass(frozen=True)
class Layer:
    w: Any
    b: Any = 0.5
    act: Any = np.tanh
    done: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        assert not isinstance(self.w, str)


def line(p: Any, x: Any) -> Any:
    return p.w * x + p.b


def test_a_named_tuple_has_paths_like_its_code_and_comes_back_as_one() -> None:
    film = gv.film(line, Line(2.0, 1.0), 3.0)
    assert film.grads["p"] == Line(3.0, 1.0) and film.values["p"] == Line(2.0, 1.0)
    assert [n.name for n in film.run.graph.nodes if n.op == "parameter"] == ["p.w", "p.b"]
    assert gv.film(line, Line(2.0, 1.0), 3.0, wrt="p.w").grads["p"] == Line(3.0, None)
    assert gv.grad(line)(Line(2.0, 1.0), 3.0) == Line(3.0, 1.0)
    y, back = gv.vjp(lambda x: Line(x * 2.0, x * 3.0), 2.0)
    assert y == Line(4.0, 6.0) and back(Line(1.0, 1.0)) == (5.0,)
    assert gv.jvp(lambda x: Line(x * 2.0, x * 3.0), (2.0,), (1.0,)) == (Line(4.0, 6.0), Line(2.0, 3.0))


def test_a_dataclass_is_opened_and_its_own_checks_are_left_alone() -> None:
    def f(p: Layer, x: Any) -> Any:
        assert isinstance(p, Layer)
        return p.act(p.w * x + p.b)

    film = gv.film(f, Layer(2.0), 0.1)
    slope = 1 - np.tanh(0.7) ** 2
    assert film.grads["p"].w == pytest.approx(0.1 * slope) and film.grads["p"].b == pytest.approx(slope)
    assert (film.grads["p"].act is None and film.values["p"] == Layer(2.0, 0.5, None)) or film.values["p"].done is None
    done = gv.descend(lambda p, x: (p.w * x + p.b) ** 2, Line(2.0, 1.0), 3.0, lr=0.01, steps=2)
    assert isinstance(done.params, Line)


def test_dicts_stay_of_their_kind() -> None:
    kept: list[Any] = []

    def f(p: Any, q: Any) -> Any:
        kept.append(p)
        return p["w"] * q["w"] + p["z"]

    recorded = record(f, (collections.defaultdict(float, w=2.0), collections.OrderedDict(w=3.0)))
    assert kept[0]["other"] == 0.0 and type(recorded.inputs["q"]) is collections.OrderedDict


def test_what_holds_no_number_is_handed_on_itself() -> None:
    log: list[str] = []

    def f(x: Any, log: list[str], flags: tuple[bool, ...]) -> Any:
        log.append("ran")
        return x * 2.0

    film = gv.film(f, 3.0, log, (True,))
    assert log == ["ran"] and film.values["flags"] == (None,)  # True is no node's id


def test_walk_and_mapped_agree_on_every_container() -> None:
    tree = {"a": [1, (2, Line(3, 4))], ("k", 1): Layer(5), "e": []}
    paths = dict(walk(tree))
    assert {"a[0]", "a[1][1].w", "('k', 1).w"} <= {p.replace("[('k', 1)]", "('k', 1)") for p in paths}
    seen: list[str] = []
    assert mapped(tree, lambda path, value: seen.append(path) or value) is tree  # type: ignore[func-returns-value]
    assert seen == list(paths)


def _both(a: Any, /, b: Any, *rest: Any, c: Any = 1.0, **more: Any) -> Any:
    return a * b + sum(rest) * c + sum(more.values())


@pytest.mark.parametrize(
    ("args", "kwargs", "names"),
    [
        ((2.0, 3.0), {}, ["a", "b"]),
        ((2.0,), {"b": 3.0}, ["a", "b"]),
        ((2.0, 3.0, 4.0, 5.0), {"c": 6.0}, ["a", "b", "rest", "c"]),
        ((2.0, 3.0), {"z": 1.0, "c": 5.0}, ["a", "b", "c", "z"]),
        ((2.0, 3.0), {"a": 7.0, "rest": 8.0}, ["a", "b", "a′", "rest"]),
        ((2.0, 3.0, 4.0), {"rest": 8.0}, ["a", "b", "rest", "rest′"]),
    ],
)
def test_arguments_are_given_as_they_were(args: Any, kwargs: Any, names: list[str]) -> None:
    call = bind(_both, args, kwargs)
    assert list(call.arguments) == names
    positional, named = call.given(call.arguments)
    assert (positional, named) == (list(args), kwargs)
    assert gv.film(_both, *args, kwargs=kwargs).values[names[0]] == 2.0


def test_what_does_not_fit_is_refused_as_a_mistake_of_the_call() -> None:
    with pytest.raises(WrongArguments, match=r"_both\(a.*missing a required argument: 'b'") as error:
        gv.film(_both, 2.0)
    assert isinstance(error.value, TypeError)
    with pytest.raises(WrongArguments, match="a Descent was given with arguments"):
        gv.film(gv.descend(lambda w: w * w, 1.0, steps=1), 2.0)


def scalar(a: Any, b: Any) -> Any:
    return a * b


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ((1.0, 2.0), "one tuple of 2"),
        ([1.0, 2.0], "one list of 2"),
        (np.ones(2), "one array of length 2"),
    ],
)
def test_what_was_meant_as_several_arguments_is_told_how_to_be(given: Any, what: str) -> None:
    rest = rf"missing .* 'b'; {what} was given for a; give what is in it one by one: "
    for way, form in ((gv.film, r"gv\.film\(scalar, \*values\)"), (gv.check, r"gv\.check\(scalar, \*values\)")):
        with pytest.raises(WrongArguments, match=rest + form):
            way(scalar, given)
    with pytest.raises(WrongArguments, match=r"one by one: gv\.film\(f, \*values\)"):
        gv.film(lambda a, b: a * b, given)
    for other in ((1.0, 2.0, 3.0), np.float64(1.0), np.array(1.0), "ab", 1.0):
        with pytest.raises(WrongArguments) as caught:
            gv.film(scalar, other)
        assert "one by one" not in str(caught.value)


@pytest.mark.parametrize(
    ("f", "args", "kwargs", "words"),
    [
        (
            scalar,
            (1.0, 2.0, 3.0),
            {},
            "too many positional arguments; it takes 2 arguments by position and was given 3$",
        ),
        (lambda a, b=1.0: a, (1.0, 2.0, 3.0), {}, "it takes 1 to 2 arguments by position and was given 3$"),
        (lambda a: a, (1.0, 2.0), {}, "it takes 1 argument by position and was given 2$"),
        (scalar, (), {"a": 1.0, "z": 2.0}, "missing a required argument: 'b'; it has no 'z'$"),
        (lambda width, height: width, (), {"width": 1.0, "heihgt": 2.0}, "no 'heihgt', did you mean height"),
        (scalar, (1.0, 2.0), {"z": 2.0}, "got an unexpected keyword argument 'z'$"),
        (scalar, (1.0,), {"bb": 2.0}, "missing a required argument: 'b'; it has no 'bb', did you mean b"),
        (lambda a, rate=1.0: a, (1.0,), {"ratte": 2.0}, r"unexpected keyword argument 'ratte'; did you mean rate\?$"),
        (lambda a, b, **more: a, (1.0,), {"z": 2.0}, "missing a required argument: 'b'$"),
    ],
)
def test_arguments_that_do_not_fit_are_counted_and_named(f: Any, args: Any, kwargs: Any, words: str) -> None:
    with pytest.raises(WrongArguments, match=words):
        gv.film(f, *args, kwargs=kwargs)


def test_wrapped_functions_are_called_as_the_user_does() -> None:
    def inner(x: Any, y: Any) -> Any:
        return x * y

    @functools.wraps(inner)
    def outer(x: Any, *, y: Any) -> Any:
        return inner(x, y)

    assert gv.film(outer, 2.0, kwargs={"y": 3.0}).grads["x"] == 3.0


# -- traced values that a function is given, or uses


def test_a_traced_value_as_an_argument_is_an_input() -> None:
    w = gv.var(3.0)
    film = gv.film(lambda a, x: a * x, w, 2.0)
    assert film.grads["a"] == 2.0 and w.value == 3.0
    assert gv.film(lambda a, x: a * x, w, 2.0, wrt=w).grads == {"a": 2.0, "x": None}


def test_a_traced_value_that_a_function_uses_is_an_input_too() -> None:
    class Model:
        def __init__(self) -> None:
            self.w = gv.var(2.0, "w")

        def __call__(self, x: Any) -> Any:
            return self.w * x

    model = Model()
    assert gv.film(model, 3.0).grads == {"x": 2.0, "w": 3.0}
    assert gv.film(model, 3.0, wrt=model.w).grads == {"x": None, "w": 3.0}
    assert gv.film(model, 3.0, wrt="x").grads == {"x": 2.0, "w": None}
    with pytest.raises(UnknownName, match="was not computed from"):
        gv.film(model, 3.0, wrt=gv.var(1.0))


def test_a_film_inside_a_trace_is_told_that_it_only_shows_numbers() -> None:
    with pytest.raises(Detached, match=r"inside another function.*y.value.*gv.grad"):
        gv.film(lambda x: x * gv.film(lambda y: y * y, x).grads["y"], 2.0)
    film = gv.film(lambda x: x * gv.film(lambda y: y * y, x.value).grads["y"], 2.0)
    assert film.grads["x"] == 4.0


def test_copies_stay_traced() -> None:
    def f(p: Any) -> Any:
        other = copy.deepcopy(p)
        other["w"][0] = 5.0
        return (p["w"] * copy.copy(other["w"])).sum() * copy.deepcopy(p["b"])

    found = gv.grad(f)({"w": np.array([1.0, 2.0]), "b": 3.0})
    assert found["w"].tolist() == [15.0, 12.0] and found["b"] == 9.0


def test_reflected_divmod() -> None:
    assert gv.grad(lambda x: divmod(7.0, x)[1])(2.0) == -3.0
