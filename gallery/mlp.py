"""A network of 2-4-4-1 neurons in single numbers, every weight a node of its own."""

from itertools import pairwise

import numpy as np

import gradviz as gv

SIZES = (2, 4, 4, 1)


def neuron(w, x, b):
    n = sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)
    h = np.tanh(n)
    return h


def network(layers, x):
    for weights, biases in layers:
        x = [neuron(w, x, b) for w, b in zip(weights, biases, strict=True)]
    return x[0]


def parameters():
    """Weights and biases, the same every time."""
    rng = np.random.default_rng(1)
    return [
        ([[float(v) for v in row] for row in rng.uniform(-1, 1, (n, m)).round(2)], [0.0] * n)
        for m, n in pairwise(SIZES)
    ]


def film():
    return gv.film(network, parameters(), [2.0, 3.0], title="A network of 2-4-4-1 neurons")
