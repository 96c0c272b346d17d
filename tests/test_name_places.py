"""What nodes are called where there is no source, in odd places, and at scale."""

from __future__ import annotations

import linecache
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from naming import graph, names

import gradviz as gv
from gradviz.calculus.leaf import var
from gradviz.calculus.record import record
from gradviz.record import Graph

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


@pytest.mark.slow
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


def test_a_notebooks_cell_has_the_number_that_the_notebook_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As IPython tells it: in names, in what is said of a NaN, and in errors."""
    shell = SimpleNamespace(
        compile=SimpleNamespace(format_code_name=lambda name: ("Cell", "In[7]") if "ipykernel" in name else None)
    )
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    text, filename = "def f(x):\n    return np.log(x)\n\ndef g(x):\n    return float(x)\n", "/tmp/ipykernel_9/77.py"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    space: dict[str, Any] = {"np": np}
    exec(compile(text, filename, "exec"), space)
    film = gv.film(space["f"], -1.0)
    assert list(film.run.sources) == ["In [7]"]
    assert repr(film.trouble).startswith(
        "In the forward sweep, log(x) is the first to be NaN (In [7]:2: return np.log(x))"
    )
    with pytest.raises(gv.GradvizError, match=r"^In \[7\]:5: a traced value was about to become a plain number"):
        gv.film(space["g"], 1.0)


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
    def neuron(x1: Any, w1: Any, b: Any) -> Any:
        n = x1 * w1 + b
        return np.tanh(n)

    assert graph(neuron, 2.0, -3.0, 6.88) == graph(neuron, 2.0, -3.0, 6.88)


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

    assert names(f, np.ones(2)) == ["y₁", "x[1]", "y[0]", "y₂", "y₂[1]", "y[1]", "y₃", "Σ y₃"]


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
