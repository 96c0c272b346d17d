"""Where a value is used several times, its gradient is the sum of what comes back from each use."""

import numpy as np

import gradviz as gv


def used_three_times(q, b):
    L = q * b + np.exp(q) + q**2
    return L


def film():
    """Return the film, one contribution a step: q collects three terms."""
    return gv.film(used_three_times, 1.0, 2.0, pace="edge", title="q is used three times: three terms add up")


if __name__ == "__main__":
    print(film().save("accumulation.gif"))
