"""Rows about recording: what an operation costs while it is traced, beside micrograd and autograd."""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from measure import Row, in_turn, seconds
from programs import array_network, dense

import gradviz as gv


def scalars(small: bool) -> Iterator[Row]:
    """A layer of scalars in plain Python: 65,000 products and sums."""
    name = "recording a scalar operation, to micrograd's"
    if find_spec("micrograd") is None:
        yield Row(name, skipped="micrograd is not installed (the extra `bench`)")
        return
    from micrograd.engine import Value

    wide = 60 if small else 180
    r = random.Random(1)
    numbers = [r.uniform(-1, 1) for _ in range(wide)]
    weights = [[r.uniform(-1, 1) for _ in range(wide)] for _ in range(wide)]

    def network(leaf: Any) -> Any:
        x = [leaf(v) for v in numbers]
        w = [[leaf(v) for v in row] for row in weights]
        return lambda: [sum((wi * xi for wi, xi in zip(row, x, strict=True)), row[0]) for row in w]

    ours, theirs = in_turn(network(gv.var), network(Value), times=3 if small else 7)
    count = 2 * wide * wide
    a, b = ours / count, theirs / count
    yield Row(name, f"{seconds(a)} ({count:,} operations)", f"micrograd {seconds(b)}", a / b, 1.2)


def arrays(small: bool) -> Iterator[Row]:
    """A network of ten layers of 8×8: what tracing costs beyond plain NumPy."""
    name = "recording an array operation beyond NumPy, to autograd's"
    if find_spec("autograd") is None:
        yield Row(name, skipped="autograd is not installed (the extra `bench`)")
        return
    import autograd.numpy as anp
    from autograd import make_vjp

    weights, x = dense()
    traced, leaves = gv.var(x), [gv.var(w) for w in weights]
    listed = list(weights)
    repeat = range(5 if small else 30)

    def plain() -> None:
        for _ in repeat:
            array_network(np, listed, x)

    def ours() -> None:
        for _ in repeat:
            array_network(np, leaves, traced)

    def theirs() -> None:
        for _ in repeat:
            make_vjp(lambda w, x: array_network(anp, w, x), (0, 1))(listed, x)

    base, a, b = in_turn(plain, ours, theirs, times=5 if small else 15)
    count = len(repeat) * (3 * len(weights) + 2)
    yield Row(
        name,
        f"{seconds((a - base) / count)} beyond NumPy's {seconds(base / count)}",
        f"autograd {seconds((b - base) / count)}",
        (a - base) / (b - base),
        0.5,
    )
