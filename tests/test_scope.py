"""Groups: scopes and calls of the user's functions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import wraps
from typing import Any

import numpy as np
import pytest

from gradviz.calculus.leaf import var
from gradviz.calculus.record import record
from gradviz.calculus.scope import scope


def groups(f: Callable[..., Any], *args: Any, **options: Any) -> dict[str, tuple[str, ...]]:
    return {n.name: n.group for n in record(f, args, **options).run.graph.nodes}


def neuron(x: Any, w: Any, b: Any) -> Any:
    n = x * w + b
    return np.tanh(n)


def test_each_call_is_an_instance_of_its_own() -> None:
    def f(x: Any, w: Any, b: Any) -> Any:
        h = neuron(x, w, b)
        y = neuron(h, w, b)
        return y

    found = groups(f, 1.0, 2.0, 3.0)
    assert found["h"] == ("neuron",)
    assert found["y"] == ("neuron·2",)
    assert found["n₁"] == ("neuron",)
    assert found["n₂"] == ("neuron·2",)
    assert found["x"] == found["w"] == ()


def test_a_call_that_is_all_there_is_of_a_lambda_is_a_group() -> None:
    assert groups(lambda x, w, b: neuron(x, b=b, w=w), 1.0, 2.0, 3.0)["n"] == ("neuron",)


def test_the_traced_function_is_the_whole_picture() -> None:
    assert set(groups(neuron, 1.0, 2.0, 3.0).values()) == {()}


def test_scopes_and_calls_nest_in_the_order_they_are_entered() -> None:
    def f(x: Any, w: Any, b: Any) -> Any:
        with scope("layer 1"):
            h = neuron(x, w, b) * 2.0
        with scope("layer 2"), scope("inner"):
            y = h * h + 1.0
        return y

    found = groups(f, 1.0, 2.0, 3.0)
    assert found["n"] == ("layer 1", "neuron")
    assert found["h"] == ("layer 1",)
    assert found["y"] == ("layer 2", "inner")


def test_each_entry_of_a_scope_is_an_instance_of_its_own() -> None:
    def f(x: Any) -> Any:
        layer = scope("layer")
        for _ in range(3):
            with layer:
                x = np.tanh(x * x)
        return x

    assert [groups(f, 1.0)[f"x{i}"] for i in "₁₂₃"] == [("layer",), ("layer·2",), ("layer·3",)]


def test_a_scope_decorates_functions_and_stands_for_their_calls() -> None:
    @scope("head")
    def output(h: Any) -> Any:
        """Doc."""
        t = h * h
        return t + 1.0

    def f(x: Any) -> Any:
        return output(x) * output(x)

    assert output.__name__ == "output"
    assert output.__doc__ == "Doc."
    found = groups(f, 1.0)
    assert found["t₁"] == ("head",)
    assert found["t₂"] == ("head·2",)


def test_a_decorated_function_can_be_the_target() -> None:
    @scope("all")
    def f(x: Any) -> Any:
        y = x * x
        return y + 1.0

    assert groups(f, 1.0)["y"] == ("all",)


def test_scopes_by_exit_stack_and_in_helpers_belong_to_the_callers_frame() -> None:
    def f(x: Any) -> Any:
        with ExitStack() as stack:
            stack.enter_context(scope("layer"))
            y = x * x + 1.0
        z = y * y
        return z

    found = groups(f, 1.0)
    assert found["y"] == ("layer",)
    assert found["z"] == ()


def test_a_scope_in_a_generator_is_open_only_there() -> None:
    def rows(x: Any) -> Iterator[Any]:
        with scope("rows"):
            a = x * x
            yield a
            b = a + x
            yield b

    def f(x: Any) -> Any:
        outside = x
        for r in rows(x):
            outside = outside * r
        return outside

    found = groups(f, 2.0)
    assert found["a"] == found["b"] == ("rows",)
    assert found["outside₁"] == found["outside₂"] == ()


def test_lambdas_comprehensions_generators_and_libraries_are_transparent() -> None:
    def gen(x: Any) -> Iterator[Any]:
        yield x * x
        yield x + x

    def f(x: Any) -> Any:
        a = (lambda t: t * t + t)(x)  # noqa: PLC3002
        b = sum([t * 2.0 + t for t in (a, x)])
        c = sum(t * 3.0 for t in gen(x))
        return a + b + c

    assert set(groups(f, 2.0).values()) == {()}


def test_operators_of_the_users_classes_are_transparent_and_calls_are_named_after_the_class() -> None:
    class Wrapped:
        def __init__(self, v: Any) -> None:
            self.v = v

        def __add__(self, other: Wrapped) -> Any:
            t = self.v + other.v
            return t * t

        def __call__(self, x: Any) -> Any:
            u = self.v * x
            return u + x

        def step(self, x: Any) -> Any:
            s = self.v - x
            return s * s

    def f(a: Any, b: Any) -> Any:
        one = Wrapped(a)
        return (one + Wrapped(b)) + one(b) + one.step(b)

    found = groups(f, 1.0, 2.0)
    assert found["t"] == ()
    assert found["u"] == ("Wrapped",)
    assert found["s"] == ("Wrapped.step",)


def test_a_group_of_one_operation_dissolves_and_takes_no_number() -> None:
    def square(x: Any) -> Any:
        return x * x

    def cube(x: Any, n: int) -> Any:
        return x * x * x if n else x * x

    def f(x: Any) -> Any:
        a = square(x)
        b = cube(a, 0)
        c = cube(b, 1)
        return c

    found = groups(f, 1.0)
    assert found["a"] == found["b"] == ()
    assert found["c"] == ("cube",)


def test_recursion_nests() -> None:
    def power(x: Any, n: int) -> Any:
        return x * (1.0 if n == 0 else power(x, n - 1)) + 1.0

    def f(x: Any) -> Any:
        return power(x, 2) * x

    deepest = max(groups(f, 1.0).values(), key=len)
    assert deepest == ("power", "power·2", "power·3")


def test_parameters_go_where_all_their_users_are_and_data_stay_outside() -> None:
    def f(x: Any, w1: Any, w2: Any, shared: Any) -> Any:
        with scope("layer 1"):
            h = np.tanh(x * w1 + shared)
        with scope("layer 2"):
            y = np.tanh(h * w2 + shared) * 3.0
        return y

    run = record(f, (1.0, 2.0, 3.0, 4.0)).run
    found = {n.name: n.group for n in run.graph.nodes}
    assert found["w₁"] == ("layer 1",)
    assert found["w₂"] == ("layer 2",)
    assert found["shared"] == found["x"] == ()
    assert found["3.0"] == ("layer 2",)
    only = groups(f, 1.0, 2.0, 3.0, 4.0, wrt="w2")
    assert only["w₁"] == ()


def test_a_users_own_decorator_does_not_hide_the_function() -> None:
    def traced(f: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(f)
        def wrapper(*args: Any) -> Any:
            return f(*args)

        return wrapper

    @traced
    def layer(x: Any) -> Any:
        t = x * x
        return t + x

    assert groups(lambda x: layer(x) * 2.0, 1.0)["t"] == ("layer",)


def test_a_call_that_holds_nothing_but_one_other_group_dissolves() -> None:
    def outer(x: Any, w: Any, b: Any) -> Any:
        return neuron(x, w, b)

    def more(x: Any, w: Any, b: Any) -> Any:
        return neuron(x, w, b) * 2.0

    assert groups(lambda *a: outer(*a) * 2.0, 1.0, 2.0, 3.0)["n"] == ("neuron",)
    assert groups(lambda *a: more(*a) * 2.0, 1.0, 2.0, 3.0)["n"] == ("more", "neuron")


def test_what_everything_happened_in_is_no_group_where_nothing_was_traced() -> None:
    def main() -> Any:
        x, w, b = var(1.0), var(2.0), var(3.0)
        return neuron(x, w, b) * 2.0

    found = {n.name: n.group for n in record(main()).run.graph.nodes}
    assert found["n"] == ("neuron",)
    assert found["x"] == ()


def test_calls_of_one_name_and_a_scope_of_that_name_count_together() -> None:
    def f(x: Any, w: Any, b: Any) -> Any:
        with scope("neuron"):
            h = x * w + b
        return neuron(h, w, b)

    assert groups(f, 1.0, 2.0, 3.0)["n"] == ("neuron·2",)


def test_what_cannot_be_a_scope_is_refused() -> None:
    with pytest.raises(TypeError, match="the name of a group is a string"):
        scope(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="decorates functions"):
        scope("a")(3)  # type: ignore[arg-type]

    def paused() -> Iterator[int]:
        yield 1

    async def awaited() -> None: ...

    async def both() -> AsyncIterator[int]:
        yield 1

    for f in (paused, awaited, both):
        with pytest.raises(TypeError, match="paused and resumed"):
            scope("a")(f)  # type: ignore[arg-type]


def test_a_scope_that_raises_is_left() -> None:
    def f(x: Any) -> Any:
        try:
            with scope("gone"):
                raise KeyError
        except KeyError:
            y = x * x
        return y + 1.0

    assert groups(f, 1.0)["y"] == ()
