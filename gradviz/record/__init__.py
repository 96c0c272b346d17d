"""Pure data: the graph, the log of events on it, and what is known at a moment."""

from .effort import Effort, effort
from .graph import LEAVES, Graph, Node, Where, fill
from .run import KINDS, Event, Run, Sweep, Value, check, freeze, same
from .state import ASKING, PACES, State, Step, advance, asking, final, paced, states, steps, terms
from .trouble import Trouble, first, odd, seen, troubles

__all__ = [
    "ASKING",
    "KINDS",
    "LEAVES",
    "PACES",
    "Effort",
    "Event",
    "Graph",
    "Node",
    "Run",
    "State",
    "Step",
    "Sweep",
    "Trouble",
    "Value",
    "Where",
    "advance",
    "asking",
    "check",
    "effort",
    "fill",
    "final",
    "first",
    "freeze",
    "odd",
    "paced",
    "same",
    "seen",
    "states",
    "steps",
    "terms",
    "troubles",
]
