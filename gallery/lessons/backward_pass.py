"""The backward pass: every node sends its inputs its own gradient times the local derivative."""

import numpy as np

import gradviz as gv


def neuron(x, w, b):
    n = w * x + b
    o = np.tanh(n)
    return o


def film():
    """Return the film of a neuron's gradients; its values are there in one step."""
    return gv.film(neuron, 2.0, -3.0, 6.5, title="The backward pass of a neuron")


if __name__ == "__main__":
    print(film().save("backward_pass.gif"))
