"""The films of the gallery's lessons, faults and curve fitter, loaded from their scripts."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path

GALLERY = Path(__file__).parents[1] / "gallery"
SCRIPTS = sorted(
    str(p.relative_to(GALLERY).with_suffix(""))
    for folder in ("lessons", "faults", "curve_fitter")
    for p in (GALLERY / folder).glob("*.py")
)


def module(name: str):
    """Return a script of the gallery as a module."""
    loaded = f"story_{name.replace('/', '_')}"
    spec = importlib.util.spec_from_file_location(loaded, GALLERY / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[loaded] = made
    spec.loader.exec_module(made)
    return made


@cache
def film(name: str):
    """Return what film() of a script makes."""
    return module(name).film()
