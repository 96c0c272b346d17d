"""The forward pass: every node computes its value from its inputs' values."""

import numpy as np

import gradviz as gv


def neuron(x, w, b):
    n = w * x + b
    o = np.tanh(n)
    return o


def film():
    """Return the film of a neuron's value."""
    return gv.film(neuron, 2.0, -3.0, 6.5, sweeps=("forward",), title="The forward pass of a neuron")


if __name__ == "__main__":
    print(film().save("forward_pass.gif"))
