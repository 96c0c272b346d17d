"""The panels that go by a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import UnknownName
from ...record import Run
from .along import Along
from .beside import Panel, lacks
from .curve import Curve
from .gauge import Gauge
from .knobs import Knobs
from .layers import Layers
from .losses import Losses
from .over import Over

PANELS: Mapping[str, Panel] = {
    "curve": Curve(),
    "gauge": Gauge(),
    "loss": Losses(),
    "along": Along(),
    "over": Over(),
    "knobs": Knobs(),
    "layers": Layers(),
}


def panels(given: object) -> tuple[Panel, ...]:
    """Return the panels that are asked for: one by itself, or several in a list or tuple."""
    several = given if isinstance(given, list | tuple) else (given,)
    return tuple(map(panel, several))


def panel(one: object) -> Panel:
    """Return the panel of a name; a function is one already. Raises `UnknownName`."""
    if not isinstance(one, str):
        if not callable(one):
            raise UnknownName(
                f"panels holds {one!r}; a panel is a function (run, moment, theme, size) -> Scene, or one of "
                f"{', '.join(PANELS)}; give several in a tuple, and () for none"
            )
        return one
    if one not in PANELS:
        raise UnknownName(f"panels holds {one!r}, which is not a panel; choose from {', '.join(PANELS)}")
    return PANELS[one]


def shown(run: Run, asked: Sequence[Panel]) -> None:
    """See that a run has what its panels show. Raises `UnknownName` with what the first needs that has nothing to."""
    for one in asked:
        if why := lacks(run, one):
            name = next((repr(n) for n, p in PANELS.items() if p == one), type(one).__name__)
            have = [n for n, p in PANELS.items() if not lacks(run, p)]
            or_else = f"; or choose from {', '.join(have)}, which this run has" if have else ""
            raise UnknownName(f"panels holds {name}, which would be empty: it needs {why}{or_else}")
