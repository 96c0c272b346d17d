"""Small programs drawn at random, which run on gradviz, JAX and PyTorch alike: a row of steps on earlier values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import gradviz as gv

#: What a step needs of a framework; every other name is the same in NumPy and in JAX.
EXTRA = ("relu", "sigmoid", "softmax")


class Numpy:
    """NumPy's functions, with gradviz's own beside them."""

    relu, sigmoid, softmax = staticmethod(gv.relu), staticmethod(gv.sigmoid), staticmethod(gv.softmax)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


# JAX has other rules than PyTorch for corners, and zeros abound (relu, tril): 0.0123 keeps operands off them.
UNARY: dict[str, Callable[[Any, Any], Any]] = {
    "tanh": lambda m, a: m.tanh(a),
    "sin": lambda m, a: m.sin(a),
    "cos": lambda m, a: m.cos(a) * 2.0,
    "exp": lambda m, a: m.exp(m.tanh(a)),
    "log": lambda m, a: m.log(m.abs(a + 0.0123) + 0.5),
    "sqrt": lambda m, a: m.sqrt(a * a + 0.1),
    "arctan": lambda m, a: m.arctan(a),
    "square": lambda m, a: m.tanh(a) ** 2,
    "cube": lambda m, a: m.sin(a) ** 3,
    "negative": lambda m, a: -a,
    "abs": lambda m, a: m.abs(a + 0.0123),
    "relu": lambda m, a: m.relu(a),
    "sigmoid": lambda m, a: m.sigmoid(a),
    "clip": lambda m, a: m.clip(a * 1.01, -0.8, 0.9),
    "reciprocal": lambda m, a: 1.0 / (a * a + 1.0),
    "where": lambda m, a: m.where(a > 0.1, a * 2.0, m.sin(a)),
}
ARRAY: dict[str, Callable[[Any, Any], Any]] = {
    "softmax": lambda m, a: m.softmax(a),
    "sum 0": lambda m, a: m.sum(a, 0),
    "sum -1": lambda m, a: m.sum(a, -1),
    "mean 0": lambda m, a: m.mean(a, 0),
    "prod -1": lambda m, a: m.prod(m.tanh(a), -1),
    "max 0": lambda m, a: m.max(a, 0),
    "min -1": lambda m, a: m.min(a, -1),
    "cumsum": lambda m, a: m.cumsum(a, 0),
    "first": lambda m, a: a[0],
    "picked": lambda m, a: a[np.array([1, 0, 1])],
    "flip": lambda m, a: m.flip(a, (0,)),
    "roll": lambda m, a: m.roll(a, 1, 0),
    "norm": lambda m, a: m.linalg.norm(a + 0.0123),
}
MATRIX: dict[str, Callable[[Any, Any], Any]] = {
    "transpose": lambda m, a: a.T * 1.0,
    "gram": lambda m, a: a @ a.T,
    "line": lambda m, a: m.reshape(a, (-1,)),
    "inverse": lambda m, a: m.linalg.inv(a @ a.T + 2.0 * m.eye(a.shape[0])),
    "diagonal": lambda m, a: m.diagonal(a),
    "trace": lambda m, a: m.trace(a),
    "tril": lambda m, a: m.tril(a),
}
BINARY: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda m, a, b: a + b,
    "subtract": lambda m, a, b: a - b,
    "multiply": lambda m, a, b: a * b,
    "divide": lambda m, a, b: a / (m.abs(b + 0.0123) + 0.5),
    "power": lambda m, a, b: (m.abs(a + 0.0123) + 0.5) ** m.tanh(b),
    "maximum": lambda m, a, b: m.maximum(a, b),
    "minimum": lambda m, a, b: m.minimum(a, b),
    "hypot": lambda m, a, b: m.hypot(a, b + 3.0),
    "arctan2": lambda m, a, b: m.arctan2(a, m.abs(b + 0.0123) + 0.5),
    "logaddexp": lambda m, a, b: m.logaddexp(a, b),
    "choose": lambda m, a, b: m.where(a > b, a * 3.0, b),
}
PRODUCTS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "matmul": lambda m, a, b: a @ b,
    "outer": lambda m, a, b: m.outer(a, b),
    "join": lambda m, a, b: m.concatenate([a, b]),
    "stack": lambda m, a, b: m.stack([a, b]),
}


@dataclass(frozen=True)
class Program:
    """Steps (name, positions of earlier values); the first values are inputs of these shapes."""

    shapes: tuple[tuple[int, ...], ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]
    seed: int

    @property
    def inputs(self) -> list[Any]:
        rng = np.random.default_rng(self.seed)
        return [rng.uniform(-1.5, 1.5, s) if s else float(rng.uniform(-1.5, 1.5)) for s in self.shapes]

    def run(self, m: Any, inputs: list[Any], seen: Callable[[Any], Any] = lambda v: v) -> Any:
        """Run on a framework; every value passes through `seen`. Returns a number."""
        values = [seen(v) for v in inputs]
        for name, operands in self.steps:
            step: Any = {**UNARY, **ARRAY, **MATRIX, **BINARY, **PRODUCTS}[name]
            values.append(seen(step(m, *(values[i] for i in operands))))
        return m.sum(values[-1] * 1.3) + m.sum(m.sin(values[-2]))


SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3), (3, 2), (3, 3), (2, 1))


@st.composite
def programs(draw: Any) -> Program:
    """Draw a program whose steps fit the shapes of what they use."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=2, max_size=3))
    known, steps = list(shapes), []
    for _ in range(draw(st.integers(2, 8))):
        i = draw(st.integers(0, len(known) - 1))
        a = known[i]
        fits: list[tuple[str, tuple[int, ...]]] = [(name, (i,)) for name in UNARY]
        if a and a[0] > 1:
            fits += [(name, (i,)) for name in ARRAY]
        if len(a) == 2:
            fits += [(name, (i,)) for name in MATRIX]
        j = draw(st.integers(0, len(known) - 1))
        b = known[j]
        fits += [(name, (i, j)) for name in BINARY if _broadcast(a, b)] * 2
        if len(a) == len(b) == 1:
            fits.append(("outer", (i, j)))
        if a and b and a[-1] == (b[-2] if len(b) > 1 else b[0]):
            fits += [("matmul", (i, j))] * 4
        if a and a == b:
            fits += [("join", (i, j)), ("stack", (i, j))]
        name, operands = draw(st.sampled_from(fits))
        steps.append((name, operands))
        step: Any = {**UNARY, **ARRAY, **MATRIX, **BINARY, **PRODUCTS}[name]
        known.append(np.shape(step(Numpy(), *(np.ones(known[k]) for k in operands))))
    return Program(tuple(shapes), tuple(steps), draw(st.integers(0, 10**6)))


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False))
