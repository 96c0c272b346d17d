"""Shapes that do not go together are told by the names in the user's line, with the rule and the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.expression import parse
from gradviz.errors import BadExpression

X, W = np.ones((3, 2)), np.ones((4, 2))
V = np.ones(3)
ROW = "a row of the left one must be as long as a column of the right one"
AXIS = "they must be equally long, axis by axis, or 1 long"


def clf(x: Any, w: Any) -> Any:
    h = x * 2.0
    return np.sum(h @ w)


@pytest.mark.parametrize(
    "way",
    [
        gv.film,
        gv.check,
        lambda f, *args: gv.grad(f)(*args),
        lambda f, *args: gv.descend(lambda p, *data: f(data[0], p), args[1], args[0]),
    ],
    ids=["film", "check", "grad", "descend"],
)
def test_a_product_names_its_operands_by_the_users_line(way: Callable[..., Any]) -> None:
    line = clf.__code__.co_firstlineno + 2
    words = (
        rf"test_shapes\.py:{line}: the shapes in h @ w do not go together: h is 3×2, and w is 4×2; {ROW}; w\.T would"
    )
    with pytest.raises(ValueError, match=words) as caught:
        way(clf, X, W)
    assert "core dimension" in str(caught.value.__cause__)  # NumPy's own words stay in the traceback


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (
            lambda x, w: np.matmul(x, w).sum(),
            rf"in np\.matmul\(x, w\) .* x is 3×2, and w is 4×2; {ROW}; w\.T would fit$",
        ),
        (lambda x, w: np.dot(x, w).sum(), r"in np\.dot\(x, w\) .* x is 3×2, and w is 4×2; .*; w\.T would fit$"),
        (lambda x, w: x.dot(w), r"in x\.dot\(w\) .* x is 3×2, and w is 4×2; .*; w\.T would fit$"),
        (lambda x, w: X @ w, r"in X @ w .* X is 3×2, and w is 4×2"),
        (lambda x, w: x @ W, r"in x @ W .* x is 3×2, and W is 4×2"),
        (lambda x, w: (x + 1.0) @ (w * 2.0), r"x \+ 1\.0 is 3×2, and w \* 2\.0 is 4×2; .*; \(w \* 2\.0\)\.T would"),
        (lambda x, w: x.T @ w.T, r"x\.T is 2×3, and w\.T is 2×4; .*; x would fit$"),
        (lambda x, w: x @ x, r"x is 3×2, and x is 3×2; .*; x\.T would fit$"),
        (lambda x, w: V @ w, rf"V has length 3, and w is 4×2; {ROW}$"),
        (lambda x, w: x @ x.sum(), r"x is 3×2, and x\.sum\(\) is a number; write \* for the product with a number$"),
    ],
)
def test_every_way_to_write_a_product_is_answered(f: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gv.film(f, X, W)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x, w: x + w, rf"in x \+ w do not go together: x is 3×2, and w is 4×2; {AXIS}$"),
        (lambda x, w: X * w, r"in X \* w do not .* X is 3×2, and w is 4×2"),
        (lambda x, w: np.maximum(x, w).sum(), r"in np\.maximum\(x, w\) do not .* x is 3×2, and w is 4×2"),
        (lambda x, w: x**w, r"in x \*\* w do not .* x is 3×2, and w is 4×2"),
        (
            lambda x, w: x - x.sum(axis=1),
            r"x is 3×2, and x\.sum\(axis=1\) has length 3; .*; x\.sum\(axis=1\)\[:, None\] or x\.T would",
        ),
        (lambda x, w: x - V, r"x is 3×2, and V has length 3; .*; V\[:, None\] or x\.T would fit$"),
        (lambda x, w: x * [1.0, 2.0, 3.0, 4.0], r"x is 3×2, and \[1\.0, 2\.0, 3\.0, 4\.0\] has length 4"),
        (lambda x, w: np.clip(x, w, 5.0), r"x is 3×2, and w is 4×2"),
    ],
)
def test_elementwise_operations_are_answered_too(f: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gv.film(f, X, W)


def test_writing_into_an_array_is_answered_too() -> None:
    def adds(x: Any, w: Any) -> Any:
        y = x * 1.0
        y += w
        return y

    with pytest.raises(ValueError, match=r"test_shapes\.py:\d+: .* in add: y is 3×2, and w is 4×2"):
        gv.film(adds, X, W)


def test_names_are_the_vars_own_where_the_line_has_none() -> None:
    x, w = gv.var(X, name="x"), gv.var(W, name="w")
    with pytest.raises(ValueError, match="x is 3×2, and w is 4×2"):
        list(map(np.matmul, [x], [w]))
    with pytest.raises(ValueError, match="the left side is 3×2, and the right side is 4×2"):
        list(map(np.matmul, [x * 1.0], [w * 1.0]))


def test_what_fails_for_another_reason_says_what_numpy_does() -> None:
    with pytest.raises(ValueError, match="non-broadcastable output"):
        gv.film(_wider, np.ones(3))
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        gv.film(lambda x: np.linalg.inv(x).sum(), np.zeros((2, 2)))


def _wider(x: Any) -> Any:
    x += np.ones((2, 3))
    return x


def test_a_formula_says_so_of_square_ones_as_well() -> None:
    with pytest.raises(BadExpression, match=f"x is 3×2, and x is 3×2; {ROW}"):
        parse("x @ x").evaluate({"x": gv.var(X, name="x")})
