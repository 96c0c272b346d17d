"""Panels: small pictures beside the graph that show a run's series at the moment of the frame.

A panel is a function (run, moment, theme, size) -> Scene. It reads the run's series and what is known at the moment;
it never runs the user's code. `figure` makes one of any Matplotlib figure.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import UnknownName
from .along import Along
from .beside import PARTS, ROWS, Beside, Panel, Place, beside, weights, wide
from .curve import Curve
from .figure import figure
from .gauge import Gauge
from .knobs import Knobs
from .layers import Layers
from .losses import Losses
from .other import Other
from .over import Over
from .wrong import Wrong

#: The panels that go by a name.
PANELS: Mapping[str, Panel] = {
    "curve": Curve(),
    "gauge": Gauge(),
    "loss": Losses(),
    "along": Along(),
    "over": Over(),
    "knobs": Knobs(),
    "layers": Layers(),
}


def panel(one: str | Panel) -> Panel:
    """Return the panel of a name; a function is one already. Raises `UnknownName`."""
    if not isinstance(one, str):
        if not callable(one):
            raise UnknownName(
                f"panels holds {one!r}; a panel is a function (run, moment, theme, size) -> Scene, or one of "
                f"{', '.join(PANELS)}"
            )
        return one
    if one not in PANELS:
        raise UnknownName(f"panels holds {one!r}, which is not a panel; choose from {', '.join(PANELS)}")
    return PANELS[one]


__all__ = [
    "PANELS",
    "PARTS",
    "ROWS",
    "Along",
    "Beside",
    "Curve",
    "Gauge",
    "Knobs",
    "Layers",
    "Losses",
    "Other",
    "Over",
    "Panel",
    "Place",
    "Wrong",
    "beside",
    "figure",
    "panel",
    "weights",
    "wide",
]
