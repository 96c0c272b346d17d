"""The chain rule: rates are multiplied along the way from x to y."""

import numpy as np

import gradviz as gv


def chain(x):
    u = 3 * x
    v = np.sin(u)
    y = v**2
    return y


def film():
    """Return the film: forward, the rate of change carried along, and backward."""
    sweeps = ("forward", "tangent", "backward")
    return gv.film(chain, 0.2, sweeps=sweeps, direction={"x": 1.0}, title="y = sin²(3x): rates multiply")


if __name__ == "__main__":
    print(film().save("chain.gif"))
