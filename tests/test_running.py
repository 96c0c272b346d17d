"""What is said of a user's function that fails, or returns nothing to differentiate: by film, grad and check alike."""

from __future__ import annotations

import functools
import inspect
import itertools
import json
import os.path
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.errors import Detached, NoInputs, WrongArguments

WAYS: tuple[Callable[..., Any], ...] = (
    gv.film,
    lambda f, *args: gv.grad(f)(*args),
    gv.check,
    lambda f, *args: gv.descend(f, *args, steps=1),
)


@pytest.mark.parametrize("way", WAYS, ids=["film", "grad", "check", "descend"])
@pytest.mark.parametrize(
    ("f", "args", "words"),
    [
        (
            os.path.join,
            (1.0, 2.0),
            r"join raised TypeError: .* not Var; it cannot take traced values; give a function of",
        ),
        (json.dumps, (1.0,), r"dumps raised TypeError: .*; it cannot take traced values"),
        (functools.partial(json.dumps, indent=2), (1.0,), "partial raised TypeError: .*; it cannot take traced values"),
    ],
    ids=["join", "dumps", "partial"],
)
def test_what_is_not_the_users_own_says_what_it_raised(way: Any, f: Any, args: Any, words: str) -> None:
    with pytest.raises(WrongArguments, match=words) as caught:
        way(f, *args)
    assert caught.value.__cause__ is not None


def test_a_library_function_that_refuses_its_numbers_says_so_and_its_derivative_raises_what_it_does() -> None:
    for way in (gv.film, gv.check):
        with pytest.raises(WrongArguments, match="inv raised LinAlgError: Singular matrix; give it other arguments"):
            way(np.linalg.inv, np.zeros((2, 2)))
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        gv.vjp(np.linalg.inv, np.zeros((2, 2)))


@pytest.mark.parametrize("way", WAYS, ids=["film", "grad", "check", "descend"])
def test_what_the_users_own_code_raises_goes_through(way: Any) -> None:
    def mine(x: Any) -> Any:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        way(mine, 1.0)
    with pytest.raises(np.linalg.LinAlgError):  # on the user's line, which the traceback shows
        way(lambda a: np.linalg.inv(a).sum(), np.zeros((2, 2)))
    with pytest.raises(TypeError, match="NoneType"):  # about no argument
        way(lambda x: x * None, 1.0)


def test_library_functions_that_can_be_traced_are() -> None:
    class Line:
        def __init__(self, w: float) -> None:
            self.w = w

        def at(self, x: Any) -> Any:
            return self.w * x

        def __call__(self, x: Any) -> Any:
            return self.w * x

    assert gv.film(Line(2.0).at, 3.0).grads["x"] == 2.0
    assert gv.film(Line(2.0), 3.0).grads["x"] == 2.0
    assert gv.film(functools.partial(pow, 2.0), 3.0).grads["exp"] == pytest.approx(8 * np.log(2))
    assert gv.film(np.linalg.det, np.eye(2)).grads["a"].tolist() == np.eye(2).tolist()
    with pytest.raises(Detached, match=r"np\.sin for math"):
        import math

        gv.film(math.sin, 1.0)


async def waits(x: Any) -> Any:
    return x * x


async def streams(x: Any) -> AsyncIterator[Any]:
    yield x * x


def yields(x: Any) -> Iterator[Any]:
    yield x * x


class Model:
    def __init__(self, w: Any) -> None:
        self.w = w


@pytest.mark.parametrize("way", WAYS, ids=["film", "grad", "check", "descend"])
@pytest.mark.parametrize(
    ("f", "words"),
    [
        (
            waits,
            "waits returned a coroutine, .* an async function does not compute before it is awaited: without async,",
        ),
        (streams, "streams returned an async_generator, .* without async, return the result"),
        (yields, "yields returned a generator, .* a function with yield does not compute before it is asked: return a"),
        (
            Model,
            r"Model is a class, and calling it makes one; make it first, .* it = Model\(\.\.\.\), then it, or it\.me",
        ),
        (str, "str returned '1.0', which was not computed from its inputs"),
        (itertools.count, "count returned a count, which was not computed from its inputs"),
        (lambda x: None, "returned None, which was not computed from its inputs"),
    ],
    ids=["coroutine", "async generator", "generator", "class", "str", "count", "None"],
)
def test_what_returns_nothing_to_differentiate_says_why(way: Any, f: Any, words: str) -> None:
    with pytest.raises(NoInputs, match=words) as caught:
        way(f, 1.0)
    if f in (waits, streams, yields):
        line = inspect.getsourcelines(f)[1]
        assert f"test_running.py:{line}: " in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([1.0, 2.0], r"x is a list, and stays one in the function: for an array give np\.array\(x\)"),
        ((1.0, 2.0), r"x is a tuple, and stays one in the function: for an array give np\.array\(x\)"),
        ([[1.0, 2.0], [3.0]], "x is a list, and stays one in the function: its rows differ in length, so it is no"),
        (["a", 1.0], "x is a list, .* not all in it are numbers"),
        ("two", "x is 'two', and only numbers and arrays of floats are traced; give one for x"),
        (None, "x is None, and only numbers and arrays"),
        ({1.0}, r"x is \{1\.0\}, and only numbers"),
        (Decimal("1.5"), r"x is Decimal\('1.5'\), and only numbers"),
    ],
)
def test_an_argument_that_is_not_traced_is_named_where_the_function_fails_on_it(given: Any, words: str) -> None:
    def f(x: Any) -> Any:
        return (x * 2.0) ** 2

    line = f.__code__.co_firstlineno + 1
    with pytest.raises(WrongArguments, match=rf"test_running\.py:{line}: .*f raised TypeError: .*; {words}"):
        gv.film(f, given)


@pytest.mark.parametrize(
    "f",
    [
        lambda a, b: a * b,
        lambda a, b: b * a,
        lambda a, b: a + b,
        lambda a, b: b + a,
        lambda a, b: b**a,
        lambda a, b: b if a < b else b * b,
        lambda a, b: np.multiply(a, b) * b,
        lambda a, b: np.sin(a) * b,
    ],
    ids=["a*b", "b*a", "a+b", "b+a", "b**a", "a<b", "np.multiply", "np.sin"],
)
def test_a_text_that_was_meant_as_a_number_is_named_whatever_is_done_with_it(f: Any) -> None:
    words = r"test_running\.py:\d+: .*; give a number: 2\.0$"
    for way in (gv.film, gv.check, lambda f, *args: gv.grad(f, 1)(*args)):
        with pytest.raises(WrongArguments, match=words) as caught:
            way(f, "2", 3.0)
        assert "a is the text '2', and only numbers" in str(caught.value)


def test_a_text_that_was_meant_as_a_number_is_told_from_those_that_are_options() -> None:
    def scaled(mode: str, p: Any) -> Any:
        return p["w"] * p["b"] if mode == "times" else p["b"] ** 2

    p = {"w": "2.5e-3", "b": 3.0}
    for way in (gv.film, gv.check):
        with pytest.raises(WrongArguments, match=r"p\.w is the text '2\.5e-3', .* give a number: 0\.0025$"):
            way(scaled, "times", p)
    assert gv.film(scaled, "square", p).grads["p"]["b"] == 6.0  # a text that is in nobody's way
    with pytest.raises(WrongArguments, match=r"computes with a text: a is 'two', .* give one for a"):
        gv.film(lambda a, b: a * b, "two", 3.0)
    with pytest.raises(NoInputs, match=r"returned '222', .*; a is the text '2', .* give a number: 2\.0"):
        gv.film(lambda a, b: a * b, "2", 3)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, mode: [1.0, 2.0][x] * x,
        lambda x, mode: sum(x for _ in range(x)),
        lambda x, mode: x * float(x + 1.0),
    ],
    ids=["index", "count", "float"],
)
def test_a_text_is_not_blamed_for_what_it_has_no_part_in(f: Any) -> None:
    for mode in ("relu", "2"):
        with pytest.raises(Detached):
            gv.film(f, 1.0, mode)


def test_one_inside_another_is_named_by_its_path() -> None:
    with pytest.raises(WrongArguments, match=r"params\.w is a list, and stays one .* np\.array\(params\.w\)"):
        gv.film(lambda params: params["w"] * 2.0, {"b": 1.0, "w": [1.0, 2.0]})
    with pytest.raises(WrongArguments, match=r"a is a list, and stays one"):
        gv.grad(lambda a: a * 2.0)([1.0])


def test_arguments_that_do_not_fit_are_said_in_one_way() -> None:
    for way in WAYS:
        with pytest.raises(
            WrongArguments, match=r"\(a, b\) does not take these arguments: missing a required argument"
        ):
            way(lambda a, b: a * b, 1.0)


def test_what_is_no_function_is_refused_when_it_is_given() -> None:
    for form in (gv.grad, gv.value_and_grad, gv.jacobian, gv.hessian, lambda f: gv.vjp(f, 1.0)):
        with pytest.raises(WrongArguments, match="'x\\*x' is no function"):
            form("x*x")
    with pytest.raises(WrongArguments, match="is no function"):
        gv.jvp("x*x", (1.0,), (1.0,))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            [[1.0, 2.0], [3.0]],
            "a nested list whose rows differ in length cannot be traced; .* give one array for each row",
        ),
        ("two", r"the text 'two' cannot be traced; .* float\(text\)"),
        (None, "None cannot be traced; .* give a number or an array of floats"),
        (Decimal(1), r"a value of type Decimal cannot be traced; .* float\(v\)"),
        (np.array([None]), "an object array cannot be traced"),
        (1j, "the complex number 1j cannot be traced; .* its real and imaginary parts"),
        (10**400, "an integer beyond the largest float cannot be traced"),
        (np.datetime64("2020-01-01"), r"a value of dtype datetime64\[D\] cannot be traced"),
    ],
)
def test_what_cannot_be_traced_is_called_what_it_is(value: Any, words: str) -> None:
    with pytest.raises(gv.GradvizError, match=rf"test_running\.py:\d+: {words}"):
        gv.var(value)


def test_a_name_is_a_text_and_a_role_one_of_three() -> None:
    with pytest.raises(gv.GradvizError, match="name=3 is not a name; give a text"):
        gv.var(1.0, name=3)  # type: ignore[arg-type]
    with pytest.raises(gv.GradvizError, match=r"role=\['data'\] is not a role; choose from parameter, data, constant"):
        gv.var(1.0, role=["data"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: gv.film(np.sin, 1.0, pacee="node"), "gv.film has no option 'pacee'; did you mean pace"),
        (lambda: gv.film(np.multiply, x=1.0, y=2.0), r"'x'; .* by place, or into kwargs=\{'x': ..., 'y': ...\}"),
        (lambda: gv.check(np.multiply, x=1.0), r"gv.check has no option 'x'; .* by place, or into kwargs=\{'x': ...\}"),
        (lambda: gv.film(np.sin, 1.0).save("a.svg", widht=90), "film.save has no option 'widht'; did you mean width"),
        (lambda: gv.film(np.sin, 1.0).save("a.gif", 800), "takes path by place, and got 1 more; .* name: width=800"),
        (lambda: gv.film(np.sin, 1.0).save("a.gif", [8] * 99, 9), r"got 2 more; give options by name: width=\.\.\."),
        (lambda: gv.film(np.sin, 1.0).save("a.svg", for_="phone"), "'for_'; give width=540, height=960, scale=2"),
        (lambda: gv.descend(np.sin, 1.0, learning_rate=0.1), "gv.descend has no option 'learning_rate'; give lr="),
    ],
)
def test_an_option_that_is_misspelt_is_answered_with_the_one_that_was_meant(act: Any, words: str) -> None:
    with pytest.raises(WrongArguments, match=rf"{words}.*options are ") as caught:
        act()
    assert isinstance(caught.value, TypeError)


def test_what_a_film_is_for_is_in_the_readme_as_on_the_command_line() -> None:
    from gradviz.cli.options import PRESETS

    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    for name, preset in PRESETS.items():
        assert f"`--for {name}` as `{', '.join(f'{k}={v}' for k, v in preset.size.items())}`" in readme


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: np.full(3, x).sum(), r"for np.full\(shape, v\) write v \* np.ones\(shape\)"),
        (lambda x: np.arange(0, x, 1).sum(), r"for np.arange write np.linspace\(0, v, n\)"),
        (lambda x: np.array([x, x]).sum(), r"use np.stack\(\[...\]\) for a list"),
        (lambda x: x.relu(), r"no attribute 'relu'; use gv.relu\(v\), v.value for"),
    ],
)
def test_the_way_out_is_of_what_was_called(f: Any, words: str) -> None:
    with pytest.raises(gv.GradvizError, match=rf"test_running.py:\d+: .*{words}"):
        gv.film(f, 1.0)
