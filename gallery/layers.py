"""Two layers in arrays, each a group, and the error of what they say."""

import numpy as np

import gradviz as gv


@gv.scope("layer 1")
def hidden(x, W1, b1):
    return np.tanh(x @ W1 + b1)


@gv.scope("layer 2")
def out(h, W2, b2):
    return h @ W2 + b2


def loss(x, t, W1, b1, W2, b2):
    h = hidden(x, W1, b1)
    y = out(h, W2, b2)
    L = np.mean((y - t) ** 2)
    return L


def film():
    x = np.array([[0.5, -1.0], [1.5, 0.25], [-0.75, 1.0]])
    t = np.array([[0.5], [-0.25], [1.0]])
    W1 = np.array([[0.8, -0.5, 0.3], [-0.2, 0.9, 0.6]])
    b1 = np.array([0.1, -0.2, 0.0])
    W2 = np.array([[1.1], [-0.7], [0.4]])
    b2 = np.array([0.05])
    return gv.film(loss, x, t, W1, b1, W2, b2)
