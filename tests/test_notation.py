"""How code looks as mathematics."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from naming import names

import gradviz as gv
from gradviz.calculus.notation import Worded, compose, identifier, indexed, leading, product
from gradviz.calculus.op import ADDS, CALLS, MULTIPLIES, NEGATES, POWERS
from gradviz.calculus.reading import read


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x", "x"), ("x1", "x₁"), ("w_12", "w₁₂"), ("layer2", "layer₂"), ("b_", "b_"), ("_", "_"), ("_1", "_1"),
        ("x1y", "x1y"), ("alpha", "α"), ("alpha2", "α₂"), ("lambda_", "λ"), ("Sigma", "Σ"), ("xi", "xi"),
        ("y_hat", "ŷ"), ("y_hat2", "ŷ₂"), ("q_hat", "q_hat"), ("alphabet", "alphabet"), ("my_alpha", "my_alpha"),
        ("params.w[0]", "params.w[0]"), ("温度1", "温度₁"), ("x1234", "x1234"), ("", ""),
    ],
)  # fmt: skip
def test_identifiers(name: str, shown: str) -> None:
    assert identifier(name) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("x1 * w1", "x₁·w₁"),
        ("a - (b - c)", "a − (b − c)"),
        ("(a - b) - c", "a − b − c"),
        ("a / (b * c)", "a/(b·c)"),
        ("(a + b) * c", "(a + b)·c"),
        ("-(a * b)", "−(a·b)"),
        ("a * -b", "a·(−b)"),
        ("a + -2.0", "a + (−2.0)"),
        ("(a + b) ** 2", "(a + b)²"),
        ("(x ** 2) ** 3", "(x²)³"),
        ("x ** -1", "x⁻¹"),
        ("x ** 0.5", "x^0.5"),
        ("x ** n", "x^n"),
        ("x ** (n + 1)", "x^(n + 1)"),
        ("2 ** x", "2^x"),
        ("-x ** 2", "−x²"),
        ("(-x) ** 2", "(−x)²"),
        ("np.tanh(x1*w1 + b)", "tanh(x₁·w₁ + b)"),
        ("math.pi * np.linalg.norm(x)", "π·norm(x)"),
        ("model.layer1.w[0]", "model.layer₁.w[0]"),
        ("w[:, 0]", "w[:, 0]"),
        ("x.T @ W", "xᵀ @ W"),
        ("W1 @ x", "W₁x"),
        ("x @ W", "x @ W"),
        ("np.dot(W, x)", "Wx"),
        ("weights @ x", "weights @ x"),
        ("np.sqrt(a + b)", "√(a + b)"),
        ("abs(a - b)", "|a − b|"),
        ("np.sum(x, axis=0)", "sum(x, axis=0)"),
        ("sum(w * x for w, x in zip(ws, xs) if w > 0)", "sum(w·x for w, x in zip(ws, xs) if w > 0)"),
        ("np.stack([a, b * 2])", "stack([a, b·2])"),
        ("f(*args, **kw)", "f(*args, **kw)"),
        ("a if a > 0 else -a", "a if a > 0 else -a"),
        ("(a if c else b) * 2", "(a if c else b)·2"),
        ("x[i + 1]", "x[i + 1]"),
        ("1_000.50 + 1e-3", "1_000.50 + 1e-3"),
        ("a % b + a // b", "a mod b + ⌊a/b⌋"),
        ("(lambda t: t)(x)", "(lambda t: t)(x)"),
    ],
)
def test_code(code: str, shown: str) -> None:
    assert read(ast.parse(code, mode="eval").body, [code]).text == shown


def test_templates_get_parentheses_only_where_they_are_needed() -> None:
    total, prod = Worded("a + b", ADDS), Worded("a·b", MULTIPLIES)
    assert compose("{0}·{1}", MULTIPLIES, [total, prod]) == "(a + b)·(a·b)"
    assert compose("{0} + {1}", ADDS, [total, prod]) == "a + b + a·b"
    assert compose("{0} − {1}", ADDS, [prod, total]) == "a·b − (a + b)"
    assert compose("{0}²", POWERS, [prod]) == "(a·b)²"
    assert compose("−{0}", NEGATES, [leading("−x", NEGATES)]) == "−(−x)"
    assert compose("max({0}, {1})", CALLS, [total, leading("−2")]) == "max(a + b, −2)"
    assert compose("√{0}", CALLS, [total]) == "√(a + b)"
    assert compose("Σ {0}", CALLS, [prod]) == "Σ a·b"
    assert compose("{0}[1]", CALLS, [total]) == "(a + b)[1]"
    assert product(Worded("W"), total) == "W @ (a + b)"


def test_braces_in_names_are_no_places() -> None:
    assert compose("{0} + {1}", ADDS, [Worded("{1}"), Worded("{0}")]) == "{1} + {0}"


def test_indices_stay_readable() -> None:
    assert [indexed(name, 2) for name in ("acc", "h[i]", "self.w", "f(x)", "x₁", "a·b", "温")] == [
        "acc₂", "h[i]₂", "self.w₂", "f(x)₂", "x₁₍₂₎", "(a·b)₂", "温₂",
    ]  # fmt: skip


def test_what_a_dict_holds_is_called_as_the_input_of_that_name_is() -> None:
    def f(p, x):
        return p["a"] * x**2 + p["deep"][0] * np.sin(x) + x * .1  # fmt: skip

    run = gv.film(f, {"a": 1.0, "deep": [2.0]}, 0.5).run
    assert {"p.a", "p.deep[0]", "p.a·x²", "x·0.1", "0.1"} <= {n.name or n.label for n in run.graph.nodes}
    assert not any("'" in n.name + n.label for n in run.graph.nodes)


def test_the_digits_of_a_functions_name_are_no_index() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.arctan2(x, y) * np.exp2(x) + np.expm1(y) + np.log2(x)

    name = names(f, 1.0, 2.0)[-1]
    assert "arctan2(x, y)" in name and "exp2(x)" in name and "expm1(y)" in name and "log₂(x)" in name
