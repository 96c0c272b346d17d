"""The rules of simple functions: what each does to a gradient, as the catalogue of operations has it."""

import numpy as np

import gradviz as gv


def functions(a, b, c, d, e, f):
    """Six functions, each of an input of its own, so that each gradient is that function's derivative."""
    return a**2, 1 / b, np.exp(c), np.log(d), np.sin(e), np.tanh(f)


def film():
    """Return the film: six derivatives, one after the other."""
    return gv.film(functions, 3.0, 2.0, 1.0, 2.0, 0.5, 0.5, title="The derivatives of six functions")


if __name__ == "__main__":
    print(film().save("rules.gif"))
