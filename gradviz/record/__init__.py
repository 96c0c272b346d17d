"""Pure data: the graph, the log of events on it, and what is known at a moment."""

from .graph import LEAVES, Graph, Node, Where, fill
from .run import KINDS, Event, Run, Sweep, Value, check, freeze, same
from .state import PACES, State, Step, advance, final, states, steps, terms

__all__ = [
    "KINDS",
    "LEAVES",
    "PACES",
    "Event",
    "Graph",
    "Node",
    "Run",
    "State",
    "Step",
    "Sweep",
    "Value",
    "Where",
    "advance",
    "check",
    "fill",
    "final",
    "freeze",
    "same",
    "states",
    "steps",
    "terms",
]
