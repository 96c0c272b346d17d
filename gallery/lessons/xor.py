"""A multi-layer perceptron learns XOR: what no line can part, one hidden layer can."""

import numpy as np

import gradviz as gv

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def loss(p, x, y):
    with gv.scope("layer 1"):
        h = np.tanh(x @ p["W1"] + p["b1"])
    with gv.scope("layer 2"):
        out = gv.sigmoid(h @ p["W2"] + p["b2"])
    error = out - y
    L = np.mean(error**2)
    return L


def start():
    """Return weights that differ, so that the hidden units can come to differ."""
    rng = np.random.default_rng(3)
    return {"W1": rng.normal(size=(2, 3)), "b1": np.zeros(3), "W2": rng.normal(size=(3, 1)), "b2": np.zeros(1)}


def film():
    """Return the film of 150 steps of Adam."""
    done = gv.descend(loss, start(), X, Y, optimizer="adam", lr=0.1, steps=150)
    return gv.film(done, panels=("loss", "layers"), title="XOR, learnt by a network with three hidden units")


if __name__ == "__main__":
    print(film().save("xor.gif"))
