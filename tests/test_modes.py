"""grad, value_and_grad, vjp, jvp, jacobian and hessian: values, structures, nesting, and the graph of a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.modes import grad, jacobian, jvp, vjp
from gradviz.calculus.record import record
from gradviz.errors import NoInputs, SeedNeeded, UnknownName, UnsupportedValue, WrongArguments
from gradviz.record import check, final

X = np.array([0.5, -1.0, 2.0])


def test_gradients_have_the_structure_of_the_argument() -> None:
    f = lambda p, s: np.sum(p["w"] * p["b"][0]) * s  # noqa: E731
    found = gv.grad(f)({"w": X, "b": (2.0,)}, 3.0)
    assert found["w"].tolist() == [6.0] * 3 and found["b"] == (4.5,)
    value, (first, second) = gv.value_and_grad(f, (0, 1))({"w": X, "b": (2.0,)}, 3)
    assert (value, first["b"], second) == (9.0, (4.5,), 3.0)
    assert type(gv.grad(lambda x: x * x)(3)) is float
    found["w"][0] = 1.0  # a result is the user's own


def test_any_order() -> None:
    d = lambda x: x**5  # noqa: E731
    wanted = [5 * 2**4, 20 * 2**3, 60 * 2**2, 120 * 2.0, 120.0, 0.0]
    for value in wanted:
        d = gv.grad(d)
        assert d(2.0) == pytest.approx(value, rel=1e-12)


def test_nested_gradients_do_not_mix_their_variables() -> None:
    assert gv.grad(lambda x: x * gv.grad(lambda y: x + y)(2.0))(3.0) == 1.0
    assert gv.grad(lambda x: x * gv.grad(lambda y: x * y)(x))(3.0) == 6.0
    assert gv.jvp(lambda x: x * gv.jvp(lambda y: x * y, (2.0,), (1.0,))[1], (3.0,), (1.0,))[1] == 6.0
    assert gv.grad(lambda x: gv.jvp(lambda y: y**3 * x, (x,), (1.0,))[1])(2.0) == pytest.approx(36.0)


def test_a_value_traced_outside_makes_the_gradient_traced() -> None:
    w = gv.var(2.0, name="w")
    slope = gv.grad(lambda x: w * x * x)(3.0)
    assert slope.value == 12.0
    assert final(record(slope).run).grads[0] == 6.0


def test_vjp_and_jvp() -> None:
    y, back = gv.vjp(np.outer, X, np.array([1.0, 2.0]))
    assert y.shape == (3, 2)
    a, b = back(np.ones((3, 2)))
    assert a.tolist() == [3.0] * 3 and b.tolist() == [1.5, 1.5]
    y, dot = gv.jvp(lambda a, b: a * b, (X, 2.0), (np.ones(3), 1.0))
    assert dot.tolist() == (2.0 + X).tolist()
    y, dots = gv.jvp(lambda a: {"s": a.sum(), "p": [a * a]}, (X,), (np.ones(3),))
    assert dots["s"] == 3.0 and dots["p"][0].tolist() == (2 * X).tolist()
    _, back = gv.vjp(lambda a: (a.sum(), a * 2.0), X)
    assert back((1.0, np.ones(3)))[0].tolist() == [3.0] * 3
    with pytest.raises(SeedNeeded, match=r"\(2,\).*\(3,\)"):
        gv.vjp(lambda a: a * 1.0, X)[1](np.ones(2))
    with pytest.raises(SeedNeeded, match=r"the same"):
        gv.jvp(lambda a: a * 1.0, (X,), (1.0,))


def test_jacobian_and_hessian() -> None:
    w = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(gv.jacobian(lambda x: w @ x)(X), w)
    assert gv.jacobian(lambda x: np.outer(x, x))(X).shape == (3, 3, 3)
    assert gv.jacobian(lambda x: x.sum() * 2)(X).tolist() == [2.0] * 3
    assert gv.jacobian(np.sin)(0.0) == 1.0
    np.testing.assert_allclose(gv.jacobian(lambda w: w @ X)(w)[0, 0], X)
    q = w.T @ w
    np.testing.assert_allclose(gv.hessian(lambda x: x @ q @ x / 2)(X), q)
    np.testing.assert_allclose(gv.hessian(np.prod)(X), [[0, 2, -1], [2, 0, 0.5], [-1, 0.5, 0]])
    assert gv.hessian(lambda x: x**3)(2.0) == 12.0


def test_what_does_not_depend_on_the_argument_is_zero() -> None:
    assert gv.grad(lambda x: 3.0)(2.0) == 0.0
    assert gv.grad(lambda x, y: y * 2.0, (0, 1))(X, 1.0)[0].tolist() == [0.0] * 3
    assert gv.jacobian(lambda x: np.ones(2))(X).tolist() == [[0.0] * 3] * 2
    assert gv.jvp(lambda x: 3.0, (2.0,), (1.0,)) == (3.0, 0.0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: gv.grad(lambda x: x * 1.0)(X), SeedNeeded, "gv.jacobian"),
        (lambda: gv.grad(lambda x: (x, x))(2.0), NoInputs, "returned a tuple"),
        (lambda: gv.grad(lambda x: x.sum())(np.arange(3)), UnsupportedValue, "integers"),
        (lambda: gv.grad(lambda x: x, 1)(2.0), UnknownName, "argnum=1"),
        (lambda: gv.grad(lambda s: s)("text"), UnsupportedValue, "'text'"),
        (lambda: gv.jacobian(lambda p: p[0])([1.0]), UnsupportedValue, "np.concatenate"),
        (lambda: gv.grad(lambda x: x * 1j)(2.0), UnsupportedValue, "complex"),
    ],
)
def test_errors(call: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def cube(x: Any) -> Any:
    return np.sin(x) * x**3


def test_the_graph_of_a_gradient_is_recorded_and_swept_again() -> None:
    recorded = record(gv.grad(cube), (2.0,))
    state = final(check(recorded.run))
    x = 2.0
    assert state.values[recorded.outputs] == pytest.approx(np.cos(x) * x**3 + 3 * np.sin(x) * x**2)
    second = -np.sin(x) * x**3 + 6 * np.cos(x) * x**2 + 6 * np.sin(x) * x
    assert state.grads[recorded.inputs["x"]] == pytest.approx(second)
    groups = [n.group for n in recorded.run.graph.nodes]
    assert groups[1:3] == [("cube",)] * 2 and set(groups[3:]) == {("∂",)}
    assert not any(n.op == "alias" for n in recorded.run.graph.nodes)


def test_no_node_multiplies_by_one() -> None:
    graph = record(gv.grad(lambda x, b: np.tanh(x + b) * 1.0), (2.0, 1.0)).run.graph
    ones = [n.id for n in graph.nodes if n.op == "constant" and n.label == "1.0" and n.group]
    assert not any(n.op == "multiply" and set(n.args) & set(ones) for n in graph.nodes)


def test_derivatives_inside_derivatives_see_one_another_and_nothing_else() -> None:
    assert grad(lambda x: jacobian(lambda y: y**2 * x)(np.array([1.0, 2.0])).sum())(3.0) == 6.0
    assert grad(lambda s: jvp(lambda y: y**3, (2.0,), (s,))[1])(1.0) == 12.0
    assert grad(lambda x: vjp(lambda y: y**3 * x, x)[1](1.0)[0])(2.0) == 36.0
    found = grad(lambda x: grad(lambda y: x * y**2)(3.0))(2.0)
    assert found == 6.0 and type(found) is float
    film = gv.film(lambda x: grad(lambda y: x * y**2)(3.0), 2.0)
    assert film.grads == {"x": 6.0}  # the 3 inside is a constant of the picture


def test_positions_count_from_both_ends() -> None:
    f = lambda a, b: a * b * b  # noqa: E731
    assert grad(f, (0, -2))(2.0, 3.0) == (9.0, 9.0) and grad(f, [1, -1])(2.0, 3.0) == (12.0, 12.0)
    for argnum in ("a", True, 2, -3, (0, "b")):
        with pytest.raises(UnknownName, match="argnum="):
            grad(f, argnum)(2.0, 3.0)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="argnum="):
        jacobian(f, (0, 1))(2.0, 3.0)  # type: ignore[arg-type]


def test_what_does_not_fit_is_said() -> None:
    two = vjp(lambda a: (a * 2, {"k": a * 3}), 2.0)[1]
    assert two((1.0, {"k": 1.0})) == (5.0,) and two([1.0]) == (2.0,)
    for cotangent in (1.0, (1.0, 2.0), {"k": 1.0}):
        with pytest.raises(SeedNeeded, match=r"which was not returned.*\[0\], \[1\]\.k"):
            two(cotangent)
    for cotangent in (1j, "one"):
        with pytest.raises(UnsupportedValue, match="real numbers"):
            vjp(lambda a: a * 2, 2.0)[1](cotangent)
    with pytest.raises(WrongArguments, match=r"gv.jvp\(f, \(x,\), \(dx,\)\)"):
        jvp(lambda a: a * a, 2.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(WrongArguments, match="is no function"):
        grad(3.0)(2.0)  # type: ignore[arg-type]
    with pytest.raises(NoInputs, match="returned a bool"):
        grad(lambda a: a > 1.0)(2.0)
    assert jvp(lambda a: 3.0, (2.0,), (1.0,)) == (3.0, 0.0)


@pytest.mark.parametrize("two", [np.int64(2), np.uint8(2), np.int32(2)])
def test_an_integer_of_numpys_is_differentiated_by_as_pythons_own_is(two: Any) -> None:
    def product(a: Any, b: Any) -> Any:
        return a * a * b

    assert gv.grad(product, (0, 1))(two, np.int64(3)) == (12.0, 4.0)
    assert gv.vjp(product, two, 3.0)[1](1.0) == (12.0, 4.0)
    assert gv.jvp(product, (two, 3.0), (1.0, 0.0)) == (12.0, 12.0)
    assert gv.hessian(product)(two, 3.0) == gv.hessian(product)(2, 3.0) == 6.0
    with pytest.raises(UnsupportedValue, match="integers"):  # an array of one is an array
        gv.grad(product)(np.array(2), 3.0)


def test_a_var_of_an_integer_of_numpys_is_one_of_pythons() -> None:
    a = gv.var(np.int64(2), name="a")
    assert type(a.value) is float and gv.film(a * a).grads == gv.film(gv.var(2, name="a") ** 2).grads == {"a": 4.0}
    assert [1.0, 2.0, 3.0][a] == 3.0  # it counts, as an int does
    with pytest.raises(UnsupportedValue, match="timedelta"):
        gv.var(np.timedelta64(2, "s"))
