"""Where arrays end: no axes, no elements, axes counted from behind, the order of elements, and functions' far ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.errors import UnknownAttribute

A, V = np.array([[0.3, -1.2, 0.7], [1.1, 0.2, -0.5]]), np.array([0.3, -1.2, 0.7])
NONE, ONE = np.zeros((0, 3)), np.array(0.4)
CUBE = np.sin(np.arange(24.0) * 1.7).reshape(2, 3, 4)

CASES: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
    *[(f"index {i} of no axes", lambda a, i=i: a[i] * 2.0, (ONE,)) for i in ((), None, ..., True, (None, ...))],
    ("no places", lambda a: a[[]], (A,)),
    ("no rows", lambda a: a[5:] * 2.0, (A,)),
    ("a mask of nothing", lambda a: a[np.zeros((2, 3), bool)], (A,)),
    ("sum of nothing", lambda a: np.sum(a, axis=0) + 1.0, (NONE,)),
    ("prod of nothing", lambda a: np.prod(a, axis=0) + 1.0, (NONE,)),
    ("product over nothing", lambda a, b: a @ b, (np.zeros((2, 0)), NONE)),
    ("numbers along an axis", lambda a: np.sum(a, axis=0) * np.max(a, axis=-1) + np.prod(a, 0), (0.4,)),
    ("median along nothing", lambda a: np.median(a, axis=()), (A,)),
    *[(f"reshape {o}", lambda a, o=o: np.reshape(a, (2, -1), order=o) * np.arange(3.0), (A,)) for o in "CFA"],
    *[(f"ravel {o}", lambda a, o=o: np.ravel(a, order=o) * a.ravel(o) * a.flatten(o), (A,)) for o in "CFAK"],
    *[(f"ravel {o} turned", lambda a, o=o: np.ravel(a.T, order=o) * a.T.flatten(order=o), (A,)) for o in "CFAK"],
    ("an order for the memory alone", lambda a: np.add(a, 1.0, order="F") * np.copy(a, order="F") * a.copy("F"), (A,)),
    ("astype", lambda a: a.astype(float, order="F", copy=False) * a.astype(np.float64, casting="safe"), (A,)),
    ("one vector for many matrices", np.linalg.solve, (CUBE[:, :, :3] + 3 * np.eye(3), V)),
    ("choose by a list", lambda a: np.choose([[0], [1]], [a, 2 * a]), (A,)),
    ("choose, wrapped", lambda a: np.choose([0, 5, -1], [a, 3 * a], mode="wrap"), (A,)),
    ("choose, clipped", lambda a: np.choose([0, 5, -1], [a, 3 * a], mode="clip"), (A,)),
    ("delete by a mask", lambda a: np.delete(a, [True, False, True], axis=1), (A,)),
    ("insert a column", lambda a: np.insert(a, 1, a[:, 0] * 2, axis=1), (A,)),
    ("insert rows at one place", lambda a, b: np.insert(a, 1, b, axis=1), (A, CUBE[:, :2, 0])),
    ("a polynomial of NumPy's", lambda a: np.polyval(np.poly1d([1.0, 2.0, 4.0]), a), (A,)),
    ("piecewise by one mask", lambda a: np.piecewise(a, a > 0, [lambda t: t**2, 3.0]), (V,)),
    ("options by position", lambda a: np.sum(a, 0, None, None, True) + a.std(1, None, None, 1, True), (A,)),
    ("a method by position", lambda a: np.var(a, None, None, None, 1) + a.take([0, 7], None, None, "wrap"), (A,)),
    ("compress", lambda a: a.compress([True, False, True], 1), (A,)),
    ("remainder at a jump", lambda a, b: np.remainder(a, b) + np.fmod(a, b), (1.0, 0.1)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "args"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_values_are_numpys_and_gradients_agree(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    value, back = gv.vjp(f, *args)
    plain = f(*args)
    assert np.shape(value) == np.shape(plain)
    np.testing.assert_allclose(value, plain, rtol=1e-12)
    assert [np.shape(g) for g in back(np.ones(np.shape(value)))] == [np.shape(a) for a in args]
    if not any(word in str(f) for word in ("jump",)):
        gv.check(f, *args)


def test_a_remainder_slopes_as_the_branch_it_lies_on() -> None:
    assert np.remainder(1.0, 0.1) > 0.09  # NumPy sees 9 tenths in 1, though 1 / 0.1 is 10
    assert gv.grad(np.remainder, 1)(1.0, 0.1) == gv.grad(np.fmod, 1)(1.0, 0.1) == -9.0
    assert gv.grad(np.remainder, 1)(1.0, -np.inf) == 1.0


def test_the_larger_of_two_takes_all_of_a_logaddexp_at_infinity() -> None:
    for f in (np.logaddexp, np.logaddexp2):
        assert gv.grad(f, (0, 1))(np.inf, 1.0) == (1.0, 0.0)
        assert gv.grad(f, (0, 1))(1.0, np.inf) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("f", "args", "error"),
    [
        (lambda a: np.einsum("b...,b...->b", a, a), (A,), ValueError),
        *((getattr(np, name), (V, V), ValueError) for name in ("matvec", "vecmat") if hasattr(np, name)),  # NumPy 2.2
        (np.sort, (ONE,), np.exceptions.AxisError),
        (lambda a: a[0], (ONE,), IndexError),
        (lambda a: np.median(a, axis=2), (A,), np.exceptions.AxisError),
        (lambda a: np.quantile(a, 1.5), (A,), ValueError),
        (lambda a: np.dot(a[:1], CUBE[:, :, :1]), (V,), ValueError),
        (lambda a: np.tensordot(a[:, :1], A, (1, 1)), (A,), ValueError),
        (lambda a: np.choose([0, 2, 0], [a, a]), (A,), ValueError),
        (lambda a: np.piecewise(a, a > 0, [1.0, 2.0]), (A,), IndexError),
    ],
)
def test_what_numpy_refuses_is_refused(f: Callable[..., Any], args: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        f(*args)
    with pytest.raises(error):
        gv.vjp(f, *args)


def test_a_spectrum_says_what_can_be_done_with_it() -> None:
    with pytest.raises(UnknownAttribute, match=r"test_ends.py:\d+: a traced spectrum.*'sum'; use np.sum\(\), np.abs"):
        gv.grad(lambda a: np.fft.fft(a).sum().real)(V)
    assert gv.grad(lambda a: np.abs(np.fft.fft(a)[0]) * len(np.fft.fft(a)))(V).tolist() == [-3.0, -3.0, -3.0]


def test_only_what_is_nan_itself_is_left_out() -> None:
    x = np.array([1.0, np.nan, np.inf])
    with np.errstate(all="ignore"):
        for f in (np.nanvar, np.nanstd, np.nansum, np.nanmean, np.nanmax):
            np.testing.assert_equal(gv.vjp(f, x)[0], f(x))
