"""Expressions given as text: what is read, what is refused, and where the message points."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.expression import parse
from gradviz.calculus.program import ALONG, FUNCTIONS, Span, point
from gradviz.errors import BadExpression


def refusal(text: str, values: dict[str, float] | None = None) -> list[str]:
    """Return the lines of the message with which a text, or its evaluation, is refused."""
    with pytest.raises(BadExpression) as caught:
        parse(text).evaluate(values or {})
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("tanh(w*x + b)", {"w": -3.0, "x": 2.0, "b": 6.88}, math.tanh(0.88)),
        ("-x**2", {"x": 3.0}, -9.0),
        ("2**-1 + +x", {"x": 1.0}, 1.5),
        ("2*3/4 - 1", {}, 0.5),
        ("w·x − 1", {"w": 2.0, "x": 3.0}, 5.0),
        ("q = sin(a); q*b + q**2", {"a": 1.0, "b": 2.0}, 2 * math.sin(1) + math.sin(1) ** 2),
        ("max(x, y, 3) + min(x, y)", {"x": 1.0, "y": 2.0}, 4.0),
        ("e**x + pi", {"x": 1.0}, math.e + math.pi),
        ("  x\n + 1 ", {"x": 1.0}, 2.0),
    ],
)
def test_a_formula_has_the_value_that_python_gives_it(text: str, values: dict[str, float], expected: float) -> None:
    assert parse(text).evaluate(values) == pytest.approx(expected, rel=1e-15)


def test_arrays_have_products_parts_and_sums() -> None:
    w, x = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0])
    assert parse("sum((w @ x)[0:1]) + mean(w, axis=-1)[1] + w[1, -1]").evaluate({"w": w, "x": x}) == 8.0 + 4.0 + 5.0


def test_names_come_in_order_of_appearance_and_once() -> None:
    assert parse("b*a + c*a + b").names == ("b", "a", "c")
    assert parse("q = sin(a); L = q*b + q**2").names == ("a", "b")
    assert parse("q = sin(a); L = q*b + q**2").output == "L"


def test_e_and_pi_are_names_when_they_are_given_or_assigned() -> None:
    assert parse("e*x").names == ("x",)
    assert parse("e*x", given={"e", "x"}).names == ("e", "x")
    assert parse("e = c - d; e**2").evaluate({"c": 3.0, "d": 1.0}) == 4.0


def test_an_expression_is_a_function_of_its_variables() -> None:
    f = parse("w*x")
    assert f(2.0, x=3.0) == 6.0
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        f(2.0)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_of_the_list_can_be_called(name: str) -> None:
    count = FUNCTIONS[name][0]
    value = np.eye(2) if name in ("matmul", "dot", "outer") else np.array([0.25, 0.5])
    parse(f"{name}({', '.join('abc'[:count])})").evaluate(dict.fromkeys("abc"[:count], value))


@pytest.mark.parametrize(
    ("text", "message", "under"),
    [
        ("tanh(sen(w*x))", "no function 'sen'; did you mean 'sin'?", "sen"),
        ("ln(x)", "no function 'ln'; did you mean 'log'?", "ln"),
        ("a + x^2", "^ is not a power here: write ** for a power, as in x**2", "^"),
        ("np.tanh(x)", "there are no attributes here: functions go by their bare names, as in tanh(x)", "np.tanh"),
        ("import os", "nothing can be imported here: the functions of the list are all there is", "import os"),
        ("1 + (lambda: 2)", "a lambda has no place here: write its body alone", "lambda: 2"),
        ("f('a')", "' has no place here: there are only numbers, names and functions", "'"),
        ("2x", "write * for a product, as in 2*x", "2"),
        ("x²", "invalid character '²' (U+00B2); powers are written x**2, roots sqrt(x)", "²"),
        ("(x", "'(' was never closed", "("),
        ("x + y)", "unmatched ')'", ")"),
        ("1 + sin", "'sin' is a function: write sin(...)", "sin"),
        ("2*x(3)", "no function 'x'; write * for a product", "x"),
        ("maximum(x)", "maximum takes 2 operands, not 1", "maximum(x)"),
        ("sum(x, axis=y)", "axis is written out, as in axis=0", "axis=y"),
        ("sin(x, out=y)", "sin takes no options here", "out=y"),
        ("w = w*2", "'w' is both an input and the result; name one otherwise", "w = w*2"),
        ("1 + b*x", "'b' has no value", "b"),
        ("9**9**9**9", "this cannot be computed: Numerical result out of range", "9**9**9**9"),
        ("2 + 1/0", "this cannot be computed: float division by zero", "1/0"),
        ("(-8)**0.5", "this is a complex number: a root or power of a negative one", "(-8)**0.5"),
        ("1e999", "this number is too large", "1e999"),
        ("日本*sen(β)", "no function 'sen'; did you mean 'sin'?", "sen"),
    ],
)
def test_a_refusal_says_why_and_points_at_the_place(text: str, message: str, under: str) -> None:
    lines = refusal(text)
    assert lines[:2] == [message, f"  {text}"]
    wide = text[: text.index(under)].count("日") + text[: text.index(under)].count("本")
    start, end = lines[2].index("^"), lines[2].rindex("^")
    assert start == 2 + text.index(under) + wide or (start > 2 and "cannot be computed" in message)
    assert end <= 1 + text.index(under) + wide + len(under)
    if message.startswith("no function"):
        assert lines[3].startswith("The functions are abs, arccos, ")


NO_FORMULAS = """
x y;x = ;x if y else 2;x < y;x and y;not x;[1, 2];{};True;None;1j;x := 2;del x;x += 1;x: int = 3;yield x;await x
*x;sin(*x);sin(**x);f'{x}';"x";().__class__;x.__class__.__mro__;sin.__globals__;print(1);eval(x);__import__(x);sum.x(1)
[a for a in x];(lambda: 0)();sin(x)(y);x[y];x[1.5];x['a'];x[::y];x @;~x;x // 2;x % 2;x & y;x << 2;...;x.y = 2;x[0] = 2
for i in x: i;def f(): 0;class A: 0;while x: 0;global x;assert x;raise x;with x: 0;x # y;x \\ y;`x`;$x;?;async;None(x)
"""
LONG_ONES = (
    *("(" * 10_000 + "x" + ")" * 10_000, "-" * 9_999 + "x", "[" * 150, "x[" * 120, "+".join(["x"] * 9_999)),
    *("x**" * 5_000 + "x", "sin(" * 3_000, "a=" * 5_000 + "1", "x" + "[0]" * 5_000, "9" * 5000, "x" * 30_000),
    *("", "x;y", "sin = x; sin", "x\u202ey", "x\x00", "x\x1b[31m", "\ud800"),
)


@pytest.mark.parametrize("text", [*NO_FORMULAS.strip().replace("\n", ";").split(";"), *LONG_ONES])
def test_what_is_not_a_formula_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(BadExpression) as caught:
        e = parse(text)
        e.evaluate(dict.fromkeys(e.names, 1.0))
    message = str(caught.value)
    assert "\x1b" not in message
    assert "\u202e" not in message
    assert len(message) < 600


def test_a_text_with_escapes_is_shown_and_not_sent_to_the_terminal() -> None:
    assert refusal("x\x1b[31m")[1] == "  x\\u001b[31m"


def test_a_long_text_is_shown_around_the_place() -> None:
    lines = refusal("x + " * 500 + "sen(x)" + " + x" * 500)
    assert len(lines[1]) < 90
    start = lines[2].index("^")
    assert lines[1][start : start + 3] == "sen"


def test_a_wide_sign_takes_two_columns() -> None:
    assert point("日+é", Span(2, 3), "here").split("\n")[2] == "     ^"


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"clip", "softmax"}))
def test_every_function_is_numpys_or_ours_and_has_a_gradient(name: str) -> None:
    fewest, _ = FUNCTIONS[name]
    array = name in ("dot", "outer", "matmul", "transpose") or name in ALONG
    operands = [np.array([0.4, 0.7]) if array else 1.3 if name == "arccosh" else 0.4 + 0.1 * i for i in range(fewest)]
    text = f"sum({name}({', '.join('ab'[:fewest])}))"
    film = gv.film(parse(text), *operands)
    numpy = {"sigmoid": lambda v: 1 / (1 + np.exp(-v)), "relu": lambda v: np.maximum(v, 0)}.get(name) or getattr(
        np, name
    )
    assert film.values[film.run.graph.nodes[film.run.graph.outputs[0]].name] == pytest.approx(np.sum(numpy(*operands)))
    assert np.isfinite(film.grads["a"]).all()


@pytest.mark.parametrize(
    ("text", "x", "message"),
    [
        (
            "sum(W@x)",
            [1.0, 2.0, 3.0],
            "W is 2×2, and x has length 3; a row of the left one must be as long as a column",
        ),
        ("sum((2*W)@x)", 1.0, "the left side is 2×2, and x is a number; write * for the product with a number"),
        ("W + x", [1.0, 2.0, 3.0], "W is 2×2, and x has length 3; they must be equally long, axis by axis, or 1 long"),
    ],
)
def test_shapes_that_do_not_go_together_are_told_by_name(text: str, x: Any, message: str) -> None:
    with pytest.raises(BadExpression, match=f"^this cannot be computed: {re.escape(message)}"):
        gv.film(parse(text), kwargs={"W": np.eye(2), "x": np.array(x)})


def test_the_sign_of_pi_is_pi() -> None:
    assert parse("sin(π*x)").names == ("x",)
    assert parse("π/2").evaluate({}) == parse("pi/2").evaluate({})
    assert parse("π*x", ("π", "x")).names == ("π", "x")
