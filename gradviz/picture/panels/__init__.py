"""Panels: small pictures beside the graph that show a run's series at the moment of the frame.

A panel is a function (run, moment, theme, size) -> Scene. It reads the run's series and what is known at the moment;
it never runs the user's code. `figure` makes one of any Matplotlib figure. It may have

weight   how large it is beside the others; 1 by default
least    the least size of which it can be read (px), or a function of the run that returns several of which one will do
needs    a function of the run that returns what the panel needs and the run has not, "" where it lacks nothing
wide     whether it needs the whole width
"""

from __future__ import annotations

from .along import Along
from .beside import PARTS, ROWS, Beside, Panel, Place, Want, beside, lacks, wants, wide
from .curve import Curve
from .figure import figure
from .gauge import Gauge
from .knobs import Knobs
from .layers import Layers
from .losses import Losses
from .named import PANELS, panel, panels, shown
from .other import Other
from .over import Over
from .wrong import Wrong

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
    "Want",
    "Wrong",
    "beside",
    "figure",
    "lacks",
    "panel",
    "panels",
    "shown",
    "wants",
    "wide",
]
