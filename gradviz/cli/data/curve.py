"""The error of a degree-5 curve on twelve real temperatures, and what each coefficient has to do with it."""

from pathlib import Path

import numpy as np

import gradviz as gv

DATA = Path(__file__).parent / "data" / "nottingham-1920.csv"
START = (50.0, 0.0, 0.0, 0.0, 0.0, 0.0)
COEFFICIENTS = ["k0", "k1", "k2", "k3", "k4", "k5"]


def points():
    """Return the months, scaled to run from -1 to 1, and the mean temperature of each."""
    month, temperature = np.loadtxt(DATA, delimiter=",", skiprows=1, unpack=True)
    return (month - 6.5) / 5.5, temperature


def curve(k, x):
    """p(x) = k0 + k1 x + ... + k5 x^5, for one x or for an array of them."""
    k0, k1, k2, k3, k4, k5 = k
    p = k0 + k1 * x + k2 * x**2 + k3 * x**3 + k4 * x**4 + k5 * x**5
    return p


def three_errors(k0, k1, k2, k3, k4, k5, x1, x2, x3, y1, y2, y3):
    """The mean of the squared errors at three points, in numbers."""
    k = k0, k1, k2, k3, k4, k5
    e1 = curve(k, x1) - y1
    e2 = curve(k, x2) - y2
    e3 = curve(k, x3) - y3
    L = (e1**2 + e2**2 + e3**2) / 3
    return L


def all_errors(k0, k1, k2, k3, k4, k5, x, y):
    """The same mean over any number of points, in arrays."""
    error = curve((k0, k1, k2, k3, k4, k5), x) - y
    L = np.mean(error**2)
    return L


def three_points():
    """The film of February, June and November, in numbers."""
    x, y = points()
    months = [1, 5, 10]
    return gv.film(three_errors, *START, *x[months], *y[months], wrt=COEFFICIENTS, title="A curve's error at 3 points")


def all_points():
    """The film of all twelve months, in arrays."""
    return gv.film(all_errors, *START, *points(), wrt=COEFFICIENTS, title="A curve's error at 12 points")


film = three_points
