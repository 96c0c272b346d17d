"""The computations that the bench films and records, each small enough to read."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np

import gradviz as gv


def scalar_network(sizes: tuple[int, ...], seed: int = 1) -> tuple[Any, tuple[Any, ...]]:
    """Return the squared loss of a network of scalars, and its inputs: data, weights and biases, the target.

    The sizes (2, 4, 4, 1) give 107 nodes.
    """
    r = random.Random(seed)
    params = [
        [([r.uniform(-1, 1) for _ in range(wide)], r.uniform(-1, 1)) for _ in range(units)]
        for wide, units in pairwise(sizes)
    ]

    def loss(x: Any, params: Any, y: Any) -> Any:
        for layer in params:
            x = [np.tanh(sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)) for w, b in layer]
        return (x[0] - y) ** 2

    return loss, ([r.uniform(-1, 1) for _ in range(sizes[0])], params, 1.0)


def network_film(sizes: tuple[int, ...]) -> gv.Film:
    """Return the film of a network of scalars, a step for every node."""
    loss, inputs = scalar_network(sizes)
    return gv.film(loss, *inputs, pace="node")


def many_sweeps(count: int, nodes: int = 40) -> gv.Film:
    """Return a film of about so many frames, sweep after sweep over one graph."""
    run = chain(nodes).run
    frames = sum(len(s.events) for s in run.sweeps) - 2  # all leaves of a sweep are one step
    return gv.Film(gv.Run(run.graph, run.sweeps * max(1, round(count / frames))), pace="edge")


def chain(count: int) -> gv.Film:
    """Return the film of a polynomial by Horner's rule: about so many nodes, one after the other."""

    def horner(x: Any) -> Any:
        y = x
        for _ in range(count // 2):
            y = y * x + 0.5
        return y

    return gv.film(horner, 0.7, pace="node")


def dense(layers: int = 10, size: int = 8, seed: int = 1) -> tuple[Any, Any]:
    """Return weights and an input for `array_network`."""
    r = np.random.default_rng(seed)
    return r.normal(size=(layers, size, size)) / size, r.normal(size=(size, size))


def array_network(np: Any, weights: Any, x: Any) -> Any:
    """A network of small matrices, written for whichever NumPy it is handed."""
    for w in weights:
        x = np.tanh(x @ w + 0.1)
    return np.sum(x * x)
