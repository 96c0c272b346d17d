"""What nodes are called, rule by rule."""

from __future__ import annotations

import linecache
import subprocess
import sys
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradviz.calculus.record import record
from gradviz.calculus.trace import var
from gradviz.record import Graph, Node


def graph(f: Callable[..., Any], *args: Any) -> Graph:
    return record(f, args).run.graph


def names(f: Callable[..., Any], *args: Any) -> list[str]:
    """Return the names of the operations, in order."""
    return [n.name for n in graph(f, *args).nodes if n.args]


def labels(f: Callable[..., Any], *args: Any) -> list[str]:
    return [n.label for n in graph(f, *args).nodes if n.args]


def node(g: Graph, name: str) -> Node:
    (found,) = [n for n in g.nodes if n.name == name]
    return found


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


# -- (c) text put together, where there is no source

SOURCE = """
import numpy as np
from gradviz.calculus.record import record
def f(x, w):
    n = x*w + 2.0
    return np.tanh(n - (x - w))**2
g = record(f, (1.0, 2.0)).run.graph
print("; ".join(n.name for n in g.nodes), [n.where for n in g.nodes if n.where])
"""
PUT_TOGETHER = "x; w; x·w; 2; x·w + 2; x − w; x·w + 2 − (x − w); tanh(x·w + 2 − (x − w)); tanh(x·w + 2 − (x − w))²"


def test_exec_has_no_source() -> None:
    space: dict[str, Any] = {}
    exec(SOURCE.rpartition("print")[0], space)
    assert "; ".join(n.name for n in space["g"].nodes) == PUT_TOGETHER
    assert all(n.where is None for n in space["g"].nodes)


def python(*args: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *args], input=stdin, capture_output=True, text=True, encoding="utf-8", check=True, timeout=60,
        cwd=Path(__file__).parent.parent, env={"PYTHONIOENCODING": "utf-8", "PYTHONPATH": "."},
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="from 3.13 on Python keeps the source of these")
def test_a_command_and_piped_input_have_no_source() -> None:
    assert python("-c", SOURCE) == PUT_TOGETHER + " []"
    assert python("-", stdin=SOURCE) == PUT_TOGETHER + " []"


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="from 3.13 on Python keeps the source of these")
def test_a_bare_prompt_has_no_source() -> None:
    typed = SOURCE.replace("**2\n", "**2\n\n")  # a prompt wants an empty line after a block
    assert PUT_TOGETHER in python("-i", "-q", stdin=typed)


def test_composed_text_does_not_grow_without_bound() -> None:
    space: dict[str, Any] = {}
    exec("def f(x):\n for _ in range(40): x = x*x + x\n return x", space)
    found = names(space["f"], 0.1)
    assert max(map(len, found)) <= 120
    assert len(set(found)) == 80


def test_a_hundred_thousand_operations_are_named_in_a_few_seconds() -> None:
    def f(x: Any) -> Any:
        for _ in range(50_000):
            x = x * x - x
        return x

    with np.errstate(all="ignore"):
        g = graph_of_vars(f)
    assert len(g.nodes) == 100_001
    assert g.nodes[-1].name == "x₅₀₀₀₀"


def graph_of_vars(f: Callable[..., Any]) -> Graph:
    from gradviz.calculus.build import build

    x = var(1.0, name="x")
    return build([f(x)], [("x", x)]).graph


# -- notebooks and files


def test_a_notebook_cell_has_source_and_is_called_a_cell() -> None:
    text = "def f(x, w):\n    n = x*w\n    return np.tanh(n)\n"
    for filename, shown in (("/tmp/ipykernel_123/456789.py", "cell 1"), ("<ipython-input-3-0a1b2c>", "In [3]")):
        linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
        space: dict[str, Any] = {"np": np}
        exec(compile(text, filename, "exec"), space)
        run = record(space["f"], (1.0, 2.0)).run
        assert [n.name for n in run.graph.nodes] == ["x", "w", "n", "tanh(n)"]
        where = run.graph.nodes[2].where
        assert where is not None
        assert (where.file, where.line, where.col, where.end_col) == (shown, 2, 8, 11)
        assert run.sources == {shown: {2: "    n = x*w", 3: "    return np.tanh(n)"}}


def load(path: Path, text: str) -> dict[str, Any]:
    path.write_text(text, encoding="utf-8")
    space: dict[str, Any] = {"np": np}
    exec(compile(text, str(path), "exec"), space)
    return space


def test_where_is_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    f = load(tmp_path / "sub" / "model.py", "def f(x):\n    return x*x\n")["f"]
    monkeypatch.chdir(tmp_path)
    assert str(graph(f, 1.0).nodes[1].where) == "sub/model.py:2"
    monkeypatch.chdir(tmp_path / "sub")
    assert str(graph(f, 1.0).nodes[1].where) == "model.py:2"
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert str(graph(f, 1.0).nodes[1].where) == "model.py:2"


def test_columns_count_characters(tmp_path: Path) -> None:
    f = load(tmp_path / "greek.py", "def f(ξ, π):\n    return 'λόγος' and ξ*π\n")["f"]
    last = graph(f, 1.0, 2.0).nodes[-1]
    assert last.name == "ξ·π"
    assert last.where is not None
    assert (last.where.col, last.where.end_col) == (23, 26)


def test_source_that_has_changed_or_gone_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "gone.py"
    f = load(path, "def f(x):\n    y = x*x\n    return y\n")["f"]
    path.unlink()
    assert names(f, 2.0) == ["x·x"]
    g = load(path, "def f(x):\n    return x*x + x\n")["f"]
    path.write_text("this is no Python (\n" * 5)
    assert names(g, 2.0) == ["x·x", "x·x + x"]


# -- leaves


def test_leaves_made_in_the_code_take_the_name_they_are_assigned_to() -> None:
    x = var(2.0)
    ws = [var(float(i)) for i in range(2)]
    (y, b) = var(1.0), var(0.5, name="bias")
    out = x * ws[0] + y * ws[1] + b
    found = {n.name: n.op for n in record(out).run.graph.nodes if not n.args}
    assert found == {"x": "data", "ws[0]": "parameter", "ws[1]": "parameter", "y": "data", "bias": "parameter"}


def test_nested_inputs_are_shown_as_they_are_reached() -> None:
    g = graph(lambda params, x: params["w"][0] * x + params["w"][1], {"w": [1.0, 2.0]}, 3.0)
    assert [n.name for n in g.nodes[:3]] == ["params.w[0]", "params.w[1]", "x"]


def test_methods_and_callable_objects() -> None:
    class Layer:
        def __init__(self, w: Any) -> None:
            self.w = w

        def __call__(self, x: Any) -> Any:
            self.z = self.w * x
            return np.tanh(self.z)

    def f(w: Any, x: Any) -> Any:
        h = Layer(w)(x)
        return h * h

    assert names(f, 1.0, 2.0) == ["self.z", "h", "h·h"]


def test_the_users_own_operators_hand_their_results_on() -> None:
    class Wrapped:
        def __init__(self, v: Any) -> None:
            self.v = v

        def __add__(self, other: Wrapped) -> Any:
            return self.v + other.v

    def f(a: Any, b: Any) -> Any:
        c = Wrapped(a) + Wrapped(b)
        return c * c

    assert names(f, 1.0, 2.0) == ["c", "c·c"]


def test_recursion() -> None:
    def power(x: Any, n: int) -> Any:
        return x if n == 1 else x * power(x, n - 1)

    def f(x: Any) -> Any:
        y = power(x, 4)
        return y + 1.0

    assert names(f, 2.0) == ["x·x", "x·(x·x)", "y", "y + 1.0"]


def test_what_no_python_frame_made_is_put_together() -> None:
    from gradviz.calculus.expression import parse

    expression = parse("o = tanh(w*x + b)")
    g = graph(expression, 1.0, 2.0, 0.5)
    assert [n.name for n in g.nodes[:5]] == ["w", "x", "b", "w·x", "w·x + b"]
    assert g.nodes[-1].name == "o"


def test_two_traces_give_the_same_names() -> None:
    assert graph(neuron, 2.0, 0.0, -3.0, 1.0, 6.88) == graph(neuron, 2.0, 0.0, -3.0, 1.0, 6.88)


def test_a_function_made_of_several_operations_gives_its_name_to_the_last() -> None:
    def f(c: Any) -> Any:
        q = np.std(c)
        return q * q

    found = names(f, np.array([1.0, 3.0]))
    assert found[-2:] == ["q", "q·q"]
    assert found.count("q") == 1
    assert not any(n.startswith("q₁") for n in found)


def test_results_of_one_operation_take_the_names_they_are_unpacked_to() -> None:
    def f(A: Any) -> Any:
        values, vectors = np.linalg.eigh(A)
        return np.sum(values) + np.sum(vectors)

    assert names(f, np.array([[2.0, 1.0], [1.0, 3.0]]))[:3] == ["eigh(A)", "values", "vectors"]


def test_what_assigning_to_an_item_makes_has_the_name_of_the_whole() -> None:
    def f(x: Any) -> Any:
        y = x * 2.0
        y[0] = x[1] * 3.0
        y[1] += 1.0
        return np.sum(y)

    assert names(f, np.ones(2)) == ["y₁", "x[1]", "y[0]", "y₂", "y₂[1]", "y[1]", "y₃", "sum(y)"]


def test_what_differentiating_makes_is_told_apart_and_stands_at_its_forward_node() -> None:
    from gradviz.calculus.modes import grad

    def inner(x: Any) -> Any:
        return x * np.sin(x)

    def f(x: Any) -> Any:
        d = grad(inner)(x)
        return d * d

    g = graph(f, 1.0)
    made = [n for n in g.nodes if n.group == ("∂",)]
    assert made
    assert made[-1].name == "d"
    line = inner.__code__.co_firstlineno + 1
    assert {n.where.line for n in made[:-1] if n.where} == {line}
