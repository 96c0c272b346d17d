"""Forward mode against backward mode: one sweep for each input, against one sweep for all of them."""

from dataclasses import replace

import numpy as np

import gradviz as gv


def many(a, b, c):
    s = a * b
    t = np.sin(c)
    y = s + t
    return y


def film():
    """Return the film: three forward-mode sweeps find what one backward sweep finds at once."""
    at, names = (2.0, -1.0, 0.5), "abc"
    runs = [gv.film(many, *at, sweeps=("forward", "tangent"), direction={n: 1.0}).run for n in names]
    back = gv.film(many, *at).run
    tangents = [replace(r.sweep("tangent"), label=f"along {n}") for r, n in zip(runs, names, strict=True)]
    run = replace(back, sweeps=(back.sweeps[0], *tangents, back.sweeps[1]))
    return gv.film(run, title="Three inputs: three sweeps forward, one backward")


if __name__ == "__main__":
    print(film().save("modes.gif"))
