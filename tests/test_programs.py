"""Random programs: gradviz against its own differences every day, and against JAX and PyTorch at every node."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from random_programs import Numpy, Program, programs

import gradviz as gv
from gradviz.calculus.check import check
from gradviz.calculus.record import record
from gradviz.record import final

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def recorded(program: Program) -> tuple[list[Any], list[Any]]:
    """Return the value and the gradient of every step, inputs first."""
    seen: list[Any] = []

    def f(*args: Any) -> Any:
        seen.clear()
        return program.run(Numpy(), list(args), lambda v: seen.append(v) or v)

    found = record(f, program.inputs)
    assert found.built is not None
    ids = {v: i for i, v in enumerate(found.built.vars)}
    grads = final(found.run).grads
    values = [v.value for v in seen]
    return values, [grads.get(ids.get(v, -1), np.zeros(v.shape)) for v in seen]


def agree(ours: tuple[list[Any], list[Any]], theirs: tuple[list[Any], list[Any]]) -> None:
    for mine, yours in zip(ours, theirs, strict=True):
        scale = max([float(np.max(np.abs(v), initial=0.0)) for v in yours] + [1e-3])
        for a, b in zip(mine, yours, strict=True):
            assert np.shape(a) == np.shape(b)
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-10 * scale)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(programs())
def test_random_programs_agree_with_differences(program: Program) -> None:
    check(lambda *args: program.run(Numpy(), list(args)), *program.inputs, tolerance=1e-5)


@pytest.mark.oracle
@settings(max_examples=2000, deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(programs())
def test_random_programs_agree_with_pytorch(program: Program) -> None:
    torch = pytest.importorskip("torch")
    agree(recorded(program), in_pytorch(torch, program))


@pytest.mark.oracle
@settings(max_examples=2000, deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(programs())
def test_random_programs_agree_with_jax(program: Program) -> None:
    jax = pytest.importorskip("jax")
    agree(recorded(program), in_jax(jax, program))


class Torch:
    """PyTorch under NumPy's names."""

    def __init__(self, torch: Any) -> None:
        t = self.t = torch
        self.relu, self.sigmoid, self.outer, self.stack, self.trace = t.relu, t.sigmoid, t.outer, t.stack, t.trace
        self.eye = lambda n: t.eye(n, dtype=t.float64)
        self.softmax = lambda a: t.softmax(a, -1)
        self.sum = lambda a, axis=None: a.sum() if axis is None else a.sum(axis)
        self.mean, self.prod = lambda a, axis: a.mean(axis), lambda a, axis: a.prod(axis)
        self.max, self.min = lambda a, axis: a.amax(axis), lambda a, axis: a.amin(axis)
        self.arctan2, self.concatenate = t.atan2, t.cat
        self.where = t.where
        self.linalg = t.linalg

    def __getattr__(self, name: str) -> Any:
        return getattr(self.t, name)


def in_pytorch(torch: Any, program: Program) -> tuple[list[Any], list[Any]]:
    seen: list[Any] = []

    def keep(v: Any) -> Any:
        v.retain_grad()
        seen.append(v)
        return v

    inputs = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in program.inputs]
    program.run(Torch(torch), inputs, keep).backward()
    return (
        [v.detach().numpy() for v in seen],
        [np.zeros(v.shape) if v.grad is None else v.grad.numpy() for v in seen],
    )


class Jax:
    """JAX's NumPy with the functions of its neural networks."""

    def __init__(self, jax: Any) -> None:
        self.jax = jax
        self.relu, self.sigmoid, self.softmax = jax.nn.relu, jax.nn.sigmoid, jax.nn.softmax

    def __getattr__(self, name: str) -> Any:
        return getattr(self.jax.numpy, name)


def in_jax(jax: Any, program: Program) -> tuple[list[Any], list[Any]]:
    jax.config.update("jax_enable_x64", True)
    values: list[Any] = []
    Jax_ = Jax(jax)
    jnp = jax.numpy

    def f(shifts: Any) -> Any:
        values.clear()
        left = iter(shifts)

        def nudge(v: Any) -> Any:  # the gradient by a 0 that is added to a value is the value's own
            out = v + next(left)
            values.append(out)
            return out

        return program.run(Jax_, [jnp.asarray(v) for v in program.inputs], nudge)

    mine, _ = recorded(program)
    shifts = [jnp.zeros(np.shape(v)) for v in mine]
    grads = jax.grad(f)(shifts)
    f(shifts)
    return [np.asarray(v) for v in values], [np.asarray(g) for g in grads]


EDGES = {
    "abs": (np.abs, "abs", 0.0),
    "relu": (gv.relu, "relu", 0.0),
    "sqrt": (np.sqrt, "sqrt", 0.0),
    "low bound": (lambda x: np.clip(x, 1.0, 2.0), lambda t, x: t.clamp(x, 1.0, 2.0), 1.0),
    "high bound": (lambda x: np.clip(x, 1.0, 2.0), lambda t, x: t.clamp(x, 1.0, 2.0), 2.0),
    "norm": (np.linalg.norm, lambda t, x: t.linalg.norm(x), np.zeros(3)),
    "std": (lambda x: np.std(x, ddof=1), lambda t, x: t.std(x), np.ones(3)),
    "max": (np.max, lambda t, x: t.amax(x), np.array([1.0, 3.0, 3.0])),
    "min": (np.min, lambda t, x: t.amin(x), np.array([1.0, 1.0, 3.0])),
    "maximum": (lambda x: np.maximum(x, 1.0), lambda t, x: t.maximum(x, t.ones_like(x)), 1.0),
    "prod": (np.prod, lambda t, x: t.prod(x), np.array([0.0, 2.0, 3.0])),
    "prod of two zeros": (np.prod, lambda t, x: t.prod(x), np.array([0.0, 0.0, 3.0])),
    "power 0": (lambda x: x**0, lambda t, x: x**0, 0.0),
    "power ½": (lambda x: x**0.5, lambda t, x: x**0.5, 0.0),
    "0 to a power": (lambda x: np.float64(0.0) ** x, lambda t, x: t.zeros_like(x) ** x, 2.0),
    "where": (lambda x: np.where(x > 0, np.sqrt(x), 0.0), lambda t, x: t.where(x > 0, t.sqrt(x), t.zeros_like(x)), 0.0),
    "xlogy": (lambda x: x * np.log(x), lambda t, x: x * t.log(x), 0.0),
    "floor": (np.floor, "floor", 1.0),
    "remainder": (lambda x: x % 2.0, lambda t, x: t.remainder(x, 2.0), 4.0),
    "nan_to_num": (np.nan_to_num, "nan_to_num", np.inf),
    "cumprod": (lambda x: np.cumprod(x).sum(), lambda t, x: t.cumprod(x, 0).sum(), np.array([2.0, 0.0, 3.0, 0.0])),
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", EDGES)
def test_edges_are_as_pytorch_has_them(name: str) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs, at = EDGES[name]
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    (getattr(torch, theirs)(x) if isinstance(theirs, str) else theirs(torch, x)).backward()
    np.testing.assert_allclose(gv.grad(ours)(at), x.grad.numpy(), rtol=1e-12)
