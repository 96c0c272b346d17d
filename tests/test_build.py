"""From Vars to a Graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradviz.calculus.build import build
from gradviz.calculus.leaf import var
from gradviz.calculus.record import record


def test_nodes_stand_in_the_order_of_the_trace() -> None:
    x, w = var(2.0), var(3.0)
    y = x * w
    z = y + x
    built = build([z], [("x", x), ("w", w)])
    assert [n.name for n in built.graph.nodes] == ["x", "w", "y", "z"]
    assert built.vars == (x, w, y, z)
    assert built.graph.outputs == (3,)


def test_what_no_output_needs_is_left_out_but_inputs_stay() -> None:
    x, unused = var(2.0), var(3.0)
    _ = x * 7.0
    y = x * x
    graph = build([y], [("x", x), ("unused", unused)]).graph
    assert [n.name for n in graph.nodes] == ["x", "unused", "y"]
    assert graph.users[1] == ()


def test_an_operand_given_twice_is_two_edges() -> None:
    x = var(2.0)
    assert build([x * x], [("x", x)]).graph.users[0] == ((1, 0), (1, 1))


def test_a_constant_comes_right_before_its_user() -> None:
    x = var(2.0)
    y = x + 1.0
    z = 2.0 * y
    assert [n.label for n in build([z], [("x", x)]).graph.nodes] == ["x", "1.0", "x + 1.0", "2.0", "2.0·y"]


def test_several_outputs_and_one_output_twice() -> None:
    x = var(2.0)
    y = x * x
    graph = build([y, x, y], [("x", x)]).graph
    assert graph.outputs == (1, 0, 1)


def test_an_input_that_is_the_output() -> None:
    x = var(2.0)
    graph = build([x], [("x", x)]).graph
    assert [n.name for n in graph.nodes] == ["x"]
    assert graph.outputs == (0,)


def test_a_long_chain_is_no_recursion() -> None:
    x = y = var(1.0)
    for _ in range(20_000):
        y = -y
    assert len(build([y], [("x", x)]).graph.nodes) == 20_001


def test_nodes_carry_what_a_picture_needs() -> None:
    def f(W: Any, x: Any) -> Any:
        return np.sum(np.tanh(W @ x))

    run = record(f, (np.ones((2, 3)), np.ones(3))).run
    product = run.graph.nodes[2]
    assert (product.symbol, product.shape, len(product.local)) == ("@", (2,), 2)
    assert product.rule.endswith(".")
    assert product.where is not None
    assert run.sources[product.where.file][product.where.line].strip() == "return np.sum(np.tanh(W @ x))"


def test_inputs_have_no_place_but_leaves_that_the_code_makes_do() -> None:
    run = record(lambda x: x * x, (2.0,)).run
    assert run.graph.nodes[0].where is None
    made = record(var(1.0) * 2.0).run.graph.nodes[0]
    assert made.where is not None


def test_roles_follow_from_names() -> None:
    x_1, weights, targets = var(1.0), var(2.0), var(3.0)
    y = (x_1 * weights - targets) ** 2
    assert [n.op for n in record(y).run.graph.nodes if not n.args] == ["data", "parameter", "data"]
