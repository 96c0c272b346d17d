"""One neuron with two inputs."""

import numpy as np

import gradviz as gv


def neuron(x1, w1, x2, w2, b):
    sum = x1 * w1 + x2 * w2
    n = sum + b
    o = np.tanh(n)
    return o


def film():
    return gv.film(neuron, 2.0, -3.0, 0.0, 1.0, 6.8814)
