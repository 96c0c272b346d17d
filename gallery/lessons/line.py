"""Curve fitting: a straight line through six points, from the first iteration in full to the last in a blink."""

import numpy as np

import gradviz as gv
from gradviz.picture.panels import Curve

X = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])
Y = np.array([-1.4, -0.9, 0.1, 0.3, 1.3, 1.6])


def line(p, x):
    w, b = p["w"], p["b"]
    return w * x + b


def loss(p, x, y):
    error = line(p, x) - y
    L = np.mean(error**2)
    return L


def film():
    """Return the film of forty steps."""
    done = gv.descend(loss, {"w": -1.0, "b": 1.0}, X, Y, lr=0.2, steps=40, curve=line, over=("p.w", "p.b"))
    return gv.film(done, panels=(Curve(), "over", "loss"), title="A line through six points")


if __name__ == "__main__":
    print(film().save("line.gif"))
