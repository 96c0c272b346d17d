"""What nodes are called, rule by rule."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from naming import graph, labels, names, node

from gradviz.calculus.record import record

# -- (a) the name that a statement gives


def neuron(x1: Any, x2: Any, w1: Any, w2: Any, b: Any) -> Any:
    sum = x1 * w1 + x2 * w2
    n = sum + b
    o = np.tanh(n)
    return o


def test_the_neuron_reads_as_it_was_written() -> None:
    g = graph(neuron, 2.0, 0.0, -3.0, 1.0, 6.88)
    assert [n.name for n in g.nodes] == ["x₁", "x₂", "w₁", "w₂", "b", "x₁·w₁", "x₂·w₂", "sum", "n", "o"]
    assert [n.label for n in g.nodes[5:]] == ["x₁·w₁", "x₂·w₂", "x₁·w₁ + x₂·w₂", "sum + b", "tanh(n)"]


def test_every_kind_of_target() -> None:
    class Holder:
        w: Any

    def f(a: Any, b: Any) -> Any:
        self, h = Holder(), [0, 0]
        self.w = a + b
        h[0] = a * b
        (walrus := a - b)  # noqa: PLW0131
        plain: Any = a / b
        first, (second, third) = -a, (a**2, np.exp(b))
        chosen = np.sin(a) if a > 0 else np.cos(a)
        left = right = np.cos(b)
        b += a
        return self.w + h[0] + walrus + plain + first + second + third + chosen + left + right + b

    assert names(f, 1.0, 2.0)[:11] == [
        "self.w", "h[0]", "walrus", "plain", "first", "second", "third", "chosen", "left", "b₁", "self.w + h[0]",
    ]  # fmt: skip
    assert labels(f, 1.0, 2.0)[9] == "b + a"


def test_a_name_follows_return_to_the_caller() -> None:
    def inner(u: Any) -> Any:
        return u * u + 1.0

    def outer(u: Any) -> Any:
        return inner(u)

    def two(u: Any) -> Any:
        return u + 2.0, u + 3.0

    def f(a: Any) -> Any:
        b = outer(a)
        c, d = two(b)
        e = (lambda t: t - 4.0)(c)  # noqa: PLC3002
        return e * d

    assert names(f, 1.0) == ["u·u", "b", "c", "d", "e", "e·d"]


def test_a_name_inside_a_function_comes_before_the_callers() -> None:
    def inner(u: Any) -> Any:
        s = u * u
        return s

    def f(a: Any) -> Any:
        b = inner(a)
        return b + 1.0

    assert names(f, 1.0) == ["s", "b + 1.0"]
    assert labels(f, 1.0) == ["a·a", "s + 1.0"]


def test_the_targets_of_for_and_with_do_not_count() -> None:
    def f(x: Any) -> Any:
        total = 0.0
        for xi in x:
            total = total + np.sin(xi)
        return total

    assert names(f, np.array([1.0, 2.0])) == ["x[0]", "x[1]", "sin(x[0])", "total₁", "sin(x[1])", "total₂"]


def test_a_repeated_name_gets_an_index() -> None:
    def f(x: Any) -> Any:
        acc = x
        for _ in range(3):
            acc = acc * x
        acc += 1.0
        return acc

    assert names(f, 2.0) == ["acc₁", "acc₂", "acc₃", "acc₄"]
    assert labels(f, 2.0) == ["x·x", "acc₁·x", "acc₂·x", "acc₃ + 1.0"]


def test_an_input_keeps_its_name_and_what_is_assigned_to_it_later_counts() -> None:
    def f(x: Any, x1: Any) -> Any:
        x = x * x1
        x = x + x1
        return x

    g = graph(f, 1.0, 2.0)
    assert [n.name for n in g.nodes] == ["x", "x₁", "x₂", "x₃"]


def test_names_that_end_in_an_index_stay_apart() -> None:
    def f(a: Any) -> Any:
        for _ in range(2):
            h1 = a * a
            a = h1 + 1.0
        return a

    assert names(f, 1.0) == ["h₁₍₁₎", "a₁", "h₁₍₂₎", "a₂"]


def test_items_by_a_changing_index() -> None:
    def f(a: Any) -> Any:
        h = [0, 0]
        for i in range(2):
            h[i] = a + float(i)
        return h[0] * h[1]

    assert names(f, 1.0)[:2] == ["h[i]₁", "h[i]₂"]


def test_unpacking_an_array_names_its_rows() -> None:
    def f(x: Any) -> Any:
        a, b = x
        return a * b

    assert names(f, np.array([1.0, 2.0])) == ["a", "b", "a·b"]
    assert labels(f, np.array([1.0, 2.0])) == ["x[0]", "x[1]", "a·b"]


# -- several results of one call


def test_sum_names_its_last_result_and_its_zero_is_no_node() -> None:
    def f(a: Any, b: Any, c: Any) -> Any:
        s = sum([a, b, c])
        return s * s

    g = graph(f, 1.0, 2.0, 3.0)
    assert [n.name for n in g.nodes] == ["a", "b", "c", "a + b", "s", "s·s"]


def test_sum_over_a_generator() -> None:
    def f(w: Any, x: Any, b: Any) -> Any:
        act = sum(wi * xi for wi, xi in zip(w, x, strict=True)) + b
        return np.tanh(act)

    g = graph(f, [1.0, 2.0], [3.0, 4.0], 0.5)
    assert [n.name for n in g.nodes] == [
        "w[0]", "w[1]", "x[0]", "x[1]", "b", "w[0]·x[0]", "w[1]·x[1]", "w[0]·x[0] + w[1]·x[1]", "act", "tanh(act)",
    ]  # fmt: skip


def test_a_zero_that_the_user_wrote_is_a_node() -> None:
    def f(a: Any) -> Any:
        return 0 + a

    assert [n.name for n in graph(f, 1.0).nodes] == ["a", "0", "0 + a"]


def test_sums_in_a_loop_are_told_apart() -> None:
    def f(a: Any, b: Any) -> Any:
        out = a
        for _ in range(2):
            s = sum([a, b, b])
            out = out * s
        return out

    assert names(f, 1.0, 2.0) == ["(a + b)₁", "s₁", "out₁", "(a + b)₂", "s₂", "out₂"]


def test_a_sum_that_takes_in_an_earlier_one_is_told_apart_by_what_ran_between() -> None:
    def f(a: Any, b: Any) -> Any:
        s = sum([a, b])
        for _ in range(2):
            t = np.sin(b)
            s = sum([s, t])
        return s

    assert names(f, 1.0, 2.0) == ["s₁", "t₁", "s₂", "t₂", "s₃"]


def test_reduce_names_its_last_result() -> None:
    def f(a: Any, b: Any, c: Any) -> Any:
        p = reduce(lambda u, v: u * v, [a, b, c])
        return p + 1.0

    assert names(f, 1.0, 2.0, 3.0) == ["a·b", "p", "p + 1.0"]


def test_a_function_that_reduce_calls_does_not_take_the_name() -> None:
    def step(u: Any, v: Any) -> Any:
        return np.tanh(u + v)

    def f(a: Any, b: Any, c: Any) -> Any:
        y = reduce(step, [a, b, c])
        return y * y

    assert names(f, 1.0, 2.0, 3.0) == ["a + b", "tanh(a + b)", "tanh(a + b) + c", "y", "y·y"]


def test_a_function_called_in_a_loop_names_each_result() -> None:
    def layer(h: Any, w: Any) -> Any:
        return np.tanh(h * w)

    def f(h: Any, w: Any) -> Any:
        for _ in range(2):
            h = layer(h, w)
        return h

    assert names(f, 1.0, 2.0) == ["h·w", "h₁", "h₁·w", "h₂"]


def test_what_a_list_is_made_of_does_not_take_its_name() -> None:
    def square(u: Any) -> Any:
        return u**2

    def f(a: Any, b: Any) -> Any:
        z = list(map(square, [a, b]))
        c = [np.sin(t) for t in z]
        m = max(square(t) for t in c)
        return c[0] + m

    assert names(f, 1.0, 2.0) == ["a²", "sin(t)", "sin(t)²", "c[0] + m"]


# -- (b) source text


def test_source_text_as_mathematics() -> None:
    def f(x1: Any, alpha: Any, w_12: Any, y_hat: Any) -> Any:
        a = np.exp(-x1 * alpha) / w_12
        b = (x1 + alpha) ** 2 * -3
        c = x1 - (alpha - w_12) + y_hat**-1
        d = np.maximum(x1, 0.5) ** 0.5 + np.sqrt(y_hat) + abs(x1)
        return a, b, c, d

    found = names(f, 1.0, 2.0, 3.0, 4.0)
    for text in (
        "−x₁", "−x₁·α", "exp(−x₁·α)", "x₁ + α", "(x₁ + α)²", "α − w₁₂", "x₁ − (α − w₁₂)", "ŷ⁻¹", "maximum(x₁, 0.5)",
        "maximum(x₁, 0.5)^0.5", "√ŷ", "|x₁|",
    ):  # fmt: skip
        assert text in found, text


def test_two_operations_on_one_line_have_their_own_text_and_place() -> None:
    def f(a: Any, b: Any) -> Any:
        y = a * b + b * a
        return y

    g = graph(f, 1.0, 2.0)
    first, second = node(g, "a·b"), node(g, "b·a")
    assert first.where is not None
    assert second.where is not None
    line = Path(__file__).read_text(encoding="utf-8").splitlines()[first.where.line - 1]
    assert line[first.where.col : first.where.end_col] == "a * b"
    assert line[second.where.col : second.where.end_col] == "b * a"


def test_an_expression_over_several_lines() -> None:
    def f(a: Any, b: Any) -> Any:
        return (
            np.sin(
                a
                * b
            )
            + b
        )  # fmt: skip

    g = graph(f, 1.0, 2.0)
    assert [n.name for n in g.nodes if n.args] == ["a·b", "sin(a·b)", "sin(a·b) + b"]
    where = g.nodes[-1].where
    assert where is not None
    assert where.end_line == where.line + 4
    sources = record(f, (1.0, 2.0)).run.sources
    (lines,) = sources.values()
    assert lines[where.line].strip() == "np.sin("
    assert len(lines) == 5


def test_long_source_text_is_kept_whole() -> None:
    def f(temperature_of_the_first_reservoir: Any, pressure_of_the_second_reservoir: Any) -> Any:
        return np.exp(temperature_of_the_first_reservoir) * np.exp(pressure_of_the_second_reservoir)

    last = graph(f, 1.0, 2.0).nodes[-1]
    assert last.name == "exp(temperature_of_the_first_reservoir)·exp(pressure_of_the_second_reservoir)"
    assert last.label == "v₂·v₃"


def test_a_text_that_stands_for_several_nodes_is_put_together_instead() -> None:
    def square(v: Any) -> Any:
        return v * v

    def f(a: Any, b: Any) -> Any:
        return square(a) + square(b)

    assert names(f, 1.0, 2.0)[:2] == ["a·a", "b·b"]


def test_the_same_computed_twice_gets_an_index() -> None:
    def f(a: Any, b: Any) -> Any:
        return np.sin(a * b) + np.cos(a * b)

    assert names(f, 1.0, 2.0)[:4] == ["(a·b)₁", "sin(a·b)", "(a·b)₂", "cos(a·b)"]
    assert labels(f, 1.0, 2.0)[1] == "sin((a·b)₁)"


def test_matrices() -> None:
    def f(x: Any, W1: Any, weights: Any) -> Any:
        h = W1 @ x
        z = weights @ h
        return np.sum(z.T * 2)

    found = labels(f, np.ones((3, 1)), np.ones((2, 3)), np.ones((4, 2)))
    assert found[:4] == ["W₁x", "weights @ h", "zᵀ", "zᵀ·2"]


# -- constants


def test_a_constant_is_labelled_by_its_source() -> None:
    def f(x: Any) -> Any:
        rate = 0.25
        return np.maximum(x * 1e-3, rate) - 2 / x + rate * x * -1.50

    constants = [n.label for n in graph(f, 1.0).nodes if n.op == "constant"]
    assert constants == ["1e-3", "rate", "2", "rate", "−1.50"]


def test_a_text_that_stands_for_several_numbers_gives_way_to_them() -> None:
    def f(x: Any) -> Any:
        return sum(x * k for k in range(3))

    assert [n.label for n in graph(f, 1.0).nodes if n.op == "constant"] == ["0", "1", "2"]


def test_a_call_that_has_become_hot_keeps_its_names() -> None:
    def neuron(w: list[Any], b: Any) -> Any:
        n = sum((wi * 2.0 for wi in w), b)
        return n

    def f(w: list[Any], b: Any) -> Any:
        for _ in range(12):  # Python 3.11 makes an instruction of its own out of a call of a builtin that it saw often
            b = np.tanh(neuron(w, b))
        return b

    found = [n.label for n in graph(f, [1.0, 2.0], 0.5).nodes if n.op == "tanh"]
    assert found == [f"tanh(n{str(k).translate(str.maketrans('0123456789', '₀₁₂₃₄₅₆₇₈₉'))})" for k in range(1, 13)]


def test_what_is_named_on_the_way_is_written_by_its_name() -> None:
    assert names(lambda x: (y := x * x) + y, 3.0)[-1] == "y + y"


def test_source_text_never_calls_an_operand_what_the_picture_calls_something_else() -> None:
    def layered(x: Any, w: Any, y: Any) -> Any:
        for _ in range(2):
            x = [np.tanh(xi * w) for xi in x]
        return (x[0] - y) ** 2  # not the input x[0]

    found = names(layered, [0.5, 2.0], 1.5, 1.0)
    assert not any("x[0] −" in name for name in found) and found[-1] == "(tanh(tanh(x[0]·w)·w) − y)²"

    def again(x: Any, w: Any) -> Any:
        for _ in range(2):
            x = np.tanh(x * w)
        return (x * w) ** 2 + x * w

    assert names(again, 0.5, 2.0)[-4:] == ["(x₂·w)₁", "(x₂·w)₁²", "(x₂·w)₂", "(x₂·w)₁² + (x₂·w)₂"]

    def plain(x: Any, w: Any) -> Any:
        return (x * w) ** 2

    assert names(plain, 0.5, 2.0) == ["x·w", "(x·w)²"]
