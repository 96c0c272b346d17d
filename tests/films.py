"""Films that the tests look at: small, wide and dense ones, in scalars and in arrays, and what is odd."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

import gradviz as gv


def neuron(**options):
    def neuron(x1, w1, x2, w2, b):
        n = x1 * w1 + x2 * w2 + b
        o = np.tanh(n)
        return o

    return gv.film(neuron, 2.0, -3.0, 0.0, 1.0, 6.8813735870195432, **options)


def fanout(**options):
    def fanout(a, b):
        q = np.sin(a)
        L = q * b + q**2 + np.exp(q)
        return L

    return gv.film(fanout, 0.6, 1.5, **options)


def square(**options):
    return gv.film(lambda x: x * x, 3.0, **options)


def polynomial(points: int, **options):
    def loss(k, x, y):
        total = 0.0
        for xi, yi in zip(x, y, strict=True):
            p = k[0] + k[1] * xi + k[2] * xi**2 + k[3] * xi**3 + k[4] * xi**4 + k[5] * xi**5
            total = total + (p - yi) ** 2
        return total

    x = [(m - 6.5) / 5.5 for m in range(1, points + 1)]
    return gv.film(loss, [50.0, 0.0, 0.0, 0.0, 0.0, 0.0], x, [40.6, 40.8, 44.4, 46.7][:points], wrt="k", **options)


def arrays(**options):
    def loss(x, W1, b1, W2, b2, y):
        with gv.scope("layer 1"):
            z = W1 @ x + b1
            h = np.tanh(z)
        with gv.scope("layer 2"):
            yhat = W2 @ h + b2
        with gv.scope("loss"):
            L = np.mean((yhat - y) ** 2)
        return L

    r = np.random.default_rng(7)
    shapes = (3, 5), (4, 3), (4, 1), (2, 4), (2, 1), (2, 5)
    return gv.film(loss, *(r.normal(size=s) for s in shapes), wrt=["W1", "b1", "W2", "b2"], **options)


def network(**options):
    r = np.random.default_rng(1)

    def layer(W, b, x):
        return [np.tanh(sum(w * v for w, v in zip(row, x, strict=True)) + c) for row, c in zip(W, b, strict=True)]

    def loss(W1, b1, W2, b2, W3, b3, x, y):
        return (layer(W3, b3, layer(W2, b2, layer(W1, b1, x)))[0] - y) ** 2

    def draw(*shape):
        return r.normal(size=shape).tolist()

    args = (draw(4, 2), draw(4), draw(4, 4), draw(4), draw(1, 4), draw(1), [0.5, -1.0], 1.0)
    return gv.film(loss, *args, **options)


def small_network(*sizes: int, **options):
    r = np.random.default_rng(2)

    def loss(x, layers, y):
        for layer in layers:
            x = [np.tanh(sum((w * v for w, v in zip(row, x, strict=True)), b)) for row, b in layer]
        return (x[0] - y) ** 2

    layers = [
        [(r.normal(size=wide).round(2).tolist(), round(r.normal(), 2)) for _ in range(units)]
        for wide, units in pairwise(sizes)
    ]
    return gv.film(loss, r.normal(size=sizes[0]).round(2).tolist(), layers, 1.0, **options)


def parabola(**options):
    def loss(k, x, y):
        total = 0.0
        for xi, yi in zip(x, y, strict=True):
            total = total + (k[0] + k[1] * xi + k[2] * xi**2 - yi) ** 2
        return total

    return gv.film(loss, [0.5, -1.0, 0.25], [-1.0, 0.5, 2.0], [1.0, 0.2, 3.0], wrt="k", **options)


def two_neurons(**options):
    def loss(x1, x2, w1, w2, b, v, c):
        h = np.tanh(x1 * w1 + x2 * w2 + b)
        return (h * v + c) ** 2

    return gv.film(loss, 0.5, -1.0, 0.3, 0.7, 0.1, 1.2, -0.3, **options)


def long_names(**options):
    def f(the_temperature_of_the_water_in_the_tank_1, λ, 温度):
        scaled_temperature_of_the_water_in_tank = the_temperature_of_the_water_in_the_tank_1 * λ
        return scaled_temperature_of_the_water_in_tank + 温度 * λ

    return gv.film(f, 3.0, 0.5, 21.0, **options)


def broken(**options):
    def f(a, b):
        with np.errstate(all="ignore"):
            p = np.log(a)
            q = 1 / b
        return p * b + q

    return gv.film(f, -1.0, 0.0, **options)


def forward_mode(**options):
    return gv.film(
        lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0,
        sweeps=("forward", "tangent", "backward"), direction={"x1": 1.0, "x2": 0.0}, **options,
    )  # fmt: skip


def batch(**options):
    def loss(x, W1, b1, W2, b2, y):
        with gv.scope("network"):
            with gv.scope("layer 1"):
                h = np.tanh(x @ W1 + b1)
            with gv.scope("layer 2"):
                yhat = h @ W2 + b2
        with gv.scope("loss"):
            return np.mean((yhat - y) ** 2)

    r = np.random.default_rng(3)
    shapes = (32, 10), (10, 6), (6,), (6, 3), (3,), (32, 3)
    return gv.film(loss, *(r.normal(size=s) for s in shapes), wrt=["W1", "b1", "W2", "b2"], **options)


def slices(**options):
    def f(x, k):
        y = k[0] * x[:-2] + k[1] * x[1:-1] + k[2] * x[2:]
        return np.sum(np.maximum(y, 0.0))

    r = np.random.default_rng(3)
    return gv.film(f, r.normal(size=8), r.normal(size=3), **options)


def numbers_and_items(**options):
    def f(params, k, x):
        return params["w"][0] * x + 12345.678901 * k[0] - np.exp(x) * 1e-6 * k[1] + params["b"]

    return gv.film(f, {"w": [1.2, -0.7], "b": 0.1}, [0.5, 2.0], 1.3, **options)


def softmax(**options):
    def loss(x, W, b, t):
        z = x @ W + b
        z = z - np.max(z, axis=1, keepdims=True)
        e = np.exp(z)
        p = e / np.sum(e, axis=1, keepdims=True)
        L = -np.mean(np.sum(t * np.log(p), axis=1))
        return L

    r = np.random.default_rng(3)
    return gv.film(loss, r.normal(size=(4, 5)), r.normal(size=(5, 3)), np.zeros(3), np.eye(3)[[0, 2, 1, 1]],
                   wrt=["W", "b"], **options)  # fmt: skip


def long_sum(**options):
    def f(a):
        s = a[0]
        for v in a[1:]:
            s = s + v
        return s

    return gv.film(f, [i - 4.5 for i in range(12)], **options)


def nested_groups(**options):
    def inner(a, b):
        u = a * b
        return np.tanh(u + a)

    def f(a, b, c):
        with gv.scope("outer"):
            p = inner(a, b)
            r = p + inner(p, c)
        return r * r

    return gv.film(f, 0.4, 0.9, -1.2, **options)


FILMS: dict[str, Callable[..., gv.Film]] = {
    "neuron": neuron,
    "fanout": fanout,
    "square": square,
    "polynomial of one point": lambda **o: polynomial(1, **o),
    "polynomial of three points": lambda **o: polynomial(3, **o),
    "arrays": arrays,
    "network": network,
    "small network": lambda **o: small_network(3, 2, 1, **o),
    "parabola": parabola,
    "two neurons": two_neurons,
    "long names": long_names,
    "broken": broken,
    "forward mode": forward_mode,
    "nested groups": nested_groups,
    "batch": batch,
    "softmax": softmax,
    "long sum": long_sum,
    "slices": slices,
    "numbers and items": numbers_and_items,
}
