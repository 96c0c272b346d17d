"""Writing into traced arrays: NumPy's numbers, the gradients they have, and no value that NumPy would have changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz.calculus.record import record
from gradviz.errors import Detached, UnknownFunction

A, V, W = np.array([[0.3, -1.2, 0.7], [1.1, 0.2, -0.5]]), np.array([0.3, -1.2, 0.7]), np.array([1.1, 0.2, -0.5])


def agrees(f: Callable[..., Any], *args: Any) -> None:
    """Hold values against plain NumPy and gradients against differences."""
    plain = f(*(np.array(a) for a in args))
    value, back = gv.vjp(f, *args)
    np.testing.assert_allclose(value, plain, rtol=1e-12)
    seed = np.linspace(0.5, 1.5, np.size(plain)).reshape(np.shape(plain))
    for k, g in enumerate(back(seed)):
        step = 1e-6 * np.linspace(1.0, 2.0, np.size(args[k])).reshape(np.shape(args[k]))
        high, low = ([a + s * step if n == k else np.array(a) for n, a in enumerate(args)] for s in (1, -1))
        slope = (np.sum(f(*high) * seed) - np.sum(f(*low) * seed)) / 2
        assert np.sum(g * step) == pytest.approx(slope, rel=1e-6, abs=1e-12)


def test_assignment_makes_a_new_node_and_keeps_what_was_computed_before() -> None:
    def f(x: Any) -> Any:
        y = x * 2.0
        before = y.sum()
        y[0] = x[1] * 10.0
        return before + y.sum()

    recorded = record(f, (np.array([1.0, 2.0]),))
    assert recorded.run.sweeps[0].events[-1].value == 6.0 + 24.0
    assert [n.op for n in recorded.run.graph.nodes].count("setitem") == 1
    assert gv.grad(f)(np.array([1.0, 2.0])).tolist() == [2.0, 14.0]


def test_assignment_into_an_argument_keeps_the_argument_the_input() -> None:
    def f(x: Any) -> Any:
        x[0] = x[1] * 3.0
        x *= 2.0
        return (x**2).sum()

    assert gv.grad(f)(np.array([1.0, 2.0])).tolist() == [0.0, 160.0]
    assert record(f, (np.array([1.0, 2.0]),)).inputs == {"x": 0}


def test_integers_refuse_traced_floats() -> None:
    with pytest.raises(Detached, match="integer"):
        record(lambda x, n: n.__setitem__(0, x), (1.0, np.array([1, 2])))


def test_where_an_index_repeats_what_stayed_gets_the_gradient() -> None:
    def last(x: Any, w: Any) -> Any:
        y = x * 1.0
        y[[0, 0, 1]] = w
        return y * y

    def added(x: Any, w: Any) -> Any:
        y = x * 1.0
        y[[0, 0, 1]] += w  # NumPy adds to the first but once
        return y * y

    agrees(last, V, W)
    agrees(added, V, W)


def test_adding_at_places_adds_as_often_as_they_are_named() -> None:
    def f(x: Any, w: Any) -> Any:
        y = x * 2.0
        np.add.at(y, [0, 0, 2], w)
        np.subtract.at(y, [1, 1], w[0])
        np.add.at(y, np.array([2, 2]), 1.0)
        return y * x

    agrees(f, V, W)
    with pytest.raises(Detached, match=r"np.add.at.*not traced; begin with|np.add.at.*begin with a traced array"):
        record(lambda x: np.add.at(np.zeros(3), [0, 0, 1], x), (V,))
    with pytest.raises(UnknownFunction, match=r"np.multiply.at"):
        record(lambda x: np.multiply.at(x, [0, 0], 2.0), (V,))


def test_an_operator_that_writes_is_seen_under_the_arrays_other_names() -> None:
    def add(x: Any, w: Any) -> Any:
        y = z = x * 2.0
        y += w
        y *= y
        y -= y[0]
        return y + z

    def others(x: Any) -> Any:
        y = z = np.abs(x) + 1.0
        y **= 2
        y /= 3.0
        y **= x
        y @= np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
        return z * 1.0

    agrees(add, V, W)
    agrees(others, V)


def test_a_numbers_name_gets_a_new_value() -> None:
    def f(x: Any) -> Any:
        a = b = x * 2.0
        a += 1.0
        return a * b

    assert gv.grad(f)(3.0) == 26.0


def test_writing_keeps_an_arrays_shape_as_numpy_does() -> None:
    def widens(x: Any) -> Any:
        y = x * 1.0
        y += A
        return y

    with pytest.raises(ValueError, match="broadcast"):
        record(widens, (V,), seed=A)


def test_parts_of_an_array_go_back_into_it() -> None:
    def rows(x: Any) -> Any:
        y = x * 1.0
        first = y[0] * 2.0
        y[1] = y[0]
        y[:, 1] = y[:, 0]
        y[:2] += 1.0
        y[0][:] += y[1]
        return first

    def swapped(x: Any) -> Any:
        y = x * 2.0
        kept = y[0].copy()
        y[0] = y[1]
        y[1] = kept
        y[...] = y
        return y * x

    def solved(a: Any, b: Any) -> Any:
        x = b * 0.0
        for i in range(3):
            x[i] = b[i] - np.tril(a)[i, :i] @ x[:i]
        return x

    agrees(rows, A)
    agrees(swapped, A)
    agrees(solved, np.vstack([A, V]), W)


def test_a_view_may_be_written_to_where_nobody_looks_at_the_whole_again() -> None:
    def total(x: Any) -> Any:
        found = x[0]
        for row in x[1:]:
            found += row
        return found * 2.0

    def turned(x: Any) -> Any:
        y = (x * 1.0).T
        y[0] = 5.0
        return y

    agrees(total, A)
    agrees(turned, A)


def _into(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        y = x * 1.0
        v = make(y)
        v[0] = 5.0
        return y.sum()

    return f


def _in_place(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        y = x * 1.0
        v = make(y)
        v *= 2.0
        return y.sum()

    return f


def _under(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        y = x * 1.0
        v = make(y)
        y[0] = 5.0
        return v.sum()

    return f


VIEWS: list[Callable[[Any], Any]] = [
    lambda y: y[0], lambda y: y[:, 1:], lambda y: y.T, lambda y: y.reshape(3, 2), lambda y: np.ravel(y)[::2],
    np.flip, np.rot90, lambda y: next(iter(y)), lambda y: np.split(y, 3, axis=1)[2],
    lambda y: np.expand_dims(y, 0), lambda y: np.moveaxis(y, 0, 1), lambda y: np.einsum("ij->ji", y), np.real,
    lambda y: y.astype(float, copy=False),
]  # fmt: skip


@pytest.mark.parametrize("write", [_into, _in_place, _under])
@pytest.mark.parametrize("make", VIEWS)
def test_what_shares_memory_with_what_was_written_to_is_refused(write: Any, make: Callable[[Any], Any]) -> None:
    with pytest.raises(Detached, match=r"test_writing.py:\d+: .*view.*copy"):
        record(write(make), (A,))


@pytest.mark.parametrize("make", [np.diagonal, lambda y: np.broadcast_to(y, (2, 2, 3))])
def test_views_that_numpy_lets_nobody_write_to_change_too(make: Callable[[Any], Any]) -> None:
    with pytest.raises(Detached, match="view"):
        record(_under(make), (A,))


COPIES: list[Callable[[Any], Any]] = [
    lambda y: y.copy(), lambda y: y.flatten(), lambda y: y[[0, 1]], lambda y: y * 1.0, lambda y: y.astype(float),
    lambda y: +y, lambda y: np.concatenate([y, y]), lambda y: y[y > -9.0], np.sort,
]  # fmt: skip


@pytest.mark.parametrize("write", [_into, _in_place, _under])
@pytest.mark.parametrize("make", COPIES)
def test_copies_go_their_own_way(write: Any, make: Callable[[Any], Any]) -> None:
    agrees(write(make), A)


def test_parts_that_do_not_overlap_go_their_own_ways() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        low, high = y[:1], y[1:]
        low += high
        high *= 2.0
        return low * high

    agrees(f, A)


def test_many_views_are_taken_in_time() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        parts = [y[i : i + 2] for i in range(3000)]
        y[0] = 1.0
        return y.sum() + len(parts)

    assert gv.grad(f)(np.ones(3001)).sum() == 3000.0


def _at_random(seed: int) -> Callable[..., Any]:
    """Return a program that takes views of two arrays, and writes to whatever it has."""

    def f(x: Any, w: Any) -> Any:
        r = random.Random(seed)
        held = [x * 1.0, w * 2.0]
        for _ in range(r.randint(3, 9)):
            a, b = r.choice(held), r.choice(held)
            rows, alike = np.shape(a)[0] if np.ndim(a) else 0, np.shape(a) == np.shape(b)
            match r.randrange(12):
                case 0 if rows > 1:
                    held.append(a[1:])
                case 1 if rows:
                    held.append(a[0])
                case 2:
                    held.append(a.T)
                case 3:
                    held.append(a.reshape(-1))
                case 4:
                    held.append(a.copy())
                case 5 if alike:
                    held.append(a * b)
                case 6 if rows:
                    a[r.randrange(rows)] = r.random()
                case 7:
                    a += r.random()
                case 8 if alike:
                    a *= b
                case 9 if rows > 1:
                    a[1:] += 1.5
                case 10 if rows > 1:
                    a[:-1] = a[1:] * 2
                case 11 if alike:
                    a[...] = b
        return sum((np.sum(a) * (1 + i) for i, a in enumerate(held[-4:])), 0.0)

    return f


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_whatever_is_written_values_are_numpys_or_refused(start: int) -> None:
    right = 0
    for seed in range(start, start + 100):
        f, args = _at_random(seed), [np.sin(np.arange(6.0) + seed).reshape(2, 3), np.cos(np.arange(6.0)).reshape(2, 3)]
        try:
            gv.vjp(f, *args)
        except Detached:
            continue
        agrees(f, *args)
        right += 1
    assert right > 30
