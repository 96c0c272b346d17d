"""The Curve Fitter 6000: six knobs turned by hand, then with derivatives as hints, then by gradient descent."""

from pathlib import Path

import numpy as np

from gradviz.cli.fitting import fit

DATA = Path(__file__).parents[1] / "data" / "nottingham-1920.csv"


def film():
    """Return the film: a degree-5 curve through twelve months of temperatures, momentum 0.9."""
    month, temperature = np.loadtxt(DATA, delimiter=",", skiprows=1, unpack=True)
    names = ("month", "temperature, °F")
    return fit(month, temperature, 5, names=names, story=True, title="The Curve Fitter 6000").film


if __name__ == "__main__":
    print(film().save(Path(__file__).with_suffix(".gif"), width=1200))
