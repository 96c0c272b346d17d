"""Descent in one dimension: steps that are too small, good, and too large."""

from dataclasses import replace

import numpy as np

import gradviz as gv
from gradviz.picture.panels import Along, Other

RATES = {"too small": 0.02, "good": 0.12, "too large": 0.41}
STEPS = 12
PLACES, LOSSES = np.linspace(-2.0, 6.0, 121), (-2.0, 36.0)  # what all three panels show, so that they can be compared


def loss(w):
    """A valley that is least at w = 2."""
    L = 2.5 * (w - 2) ** 2
    return L


def valley(run):
    """Return the run with the whole valley to be drawn, not only the part that its own steps cross."""
    return replace(run, series={**run.series, "along w": np.vstack([PLACES, loss(PLACES)])})


def film():
    """Return the film: the graph of the good descent, and all three side by side."""
    runs = {name: gv.descend(loss, 0.0, lr=rate, steps=STEPS, along="w").run for name, rate in RATES.items()}
    panels = [Other(valley(run), Along("w", f"{name}: {RATES[name]}", LOSSES)) for name, run in runs.items()]
    return gv.film(runs["good"], panels=panels, title="Three learning rates, and the graph of the good one")


if __name__ == "__main__":
    print(film().save("descent.gif"))
