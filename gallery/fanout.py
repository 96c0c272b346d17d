"""A value that is used three times: its gradient is the sum of what comes back along three ways."""

import numpy as np

import gradviz as gv


def f(a, b):
    q = np.sin(a)
    L = q * b + q**2 + np.exp(q)
    return L


def film():
    return gv.film(f, 0.8, 1.5)
