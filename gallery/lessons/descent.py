"""Descent in one dimension: steps that are too small, good, and too large."""

import gradviz as gv
from gradviz.picture.panels import Along, Other

RATES = {"too small": 0.02, "good": 0.12, "too large": 0.41}
STEPS = 12


def loss(w):
    """A valley that is least at w = 2."""
    L = 2.5 * (w - 2) ** 2
    return L


def film():
    """Return the film: the graph of the good descent, and all three side by side."""
    runs = {name: gv.descend(loss, 0.0, lr=rate, steps=STEPS, along="w").run for name, rate in RATES.items()}
    panels = [Other(run, Along("w", f"{name}: rate {RATES[name]}")) for name, run in runs.items()]
    return gv.film(runs["good"], panels=panels, title="Three learning rates")


if __name__ == "__main__":
    print(film().save("descent.gif"))
