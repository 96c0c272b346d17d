"""The error of a degree-5 curve on twelve real temperatures, and what every coefficient has to do with it."""

from pathlib import Path

import numpy as np

import gradviz as gv

DATA = Path(__file__).parent / "data" / "nottingham-1920.csv"
START = (50.0, 0.0, 0.0, 0.0, 0.0, 0.0)
THREE = [1, 5, 10]  # February, June and November


def points():
    """Return the months, scaled to run from -1 to 1, and the mean temperature of each."""
    month, temperature = np.loadtxt(DATA, delimiter=",", skiprows=1, unpack=True)
    return (month - 6.5) / 5.5, temperature


def curve(k, x):
    """y(x) = k0 + k1 x + ... + k5 x^5, for one x or for an array of them."""
    return k[0] + k[1] * x + k[2] * x**2 + k[3] * x**3 + k[4] * x**4 + k[5] * x**5


def loss_of_numbers(k, x, y):
    """The mean of the squared errors, one point after the other."""
    total = sum((curve(k, xi) - yi) ** 2 for xi, yi in zip(x, y, strict=True))
    L = total / len(x)
    return L


def loss_of_arrays(k, x, y):
    """The same mean, of all points at once."""
    error = curve(k, x) - y
    L = np.mean(error**2)
    return L


def three_points():
    """The film of three of the months, in numbers."""
    x, y = points()
    return gv.film(
        loss_of_numbers, list(START), list(x[THREE]), list(y[THREE]), title="The error of a curve at three points"
    )


def all_points():
    """The film of all twelve months, in arrays."""
    x, y = points()
    return gv.film(loss_of_arrays, list(START), x, y, title="The error of a curve at twelve points")


film = three_points
