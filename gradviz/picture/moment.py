"""One moment of a film as a picture sees it: the step, and what was known before it and is after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..record import Graph, Run, State, Step, Value
from .part import parts


@dataclass(frozen=True, eq=False)
class Moment:
    """What every part of the picture is drawn from.

    step    what happens now; None in the finished still, where nothing is active and edge widths show sizes
    before  the state that the step found
    after   the state that it left; in the finished still both are the last one
    terms   by node id, how many contributions its gradient will be the sum of, in the current or coming
            backward sweep; a node that is not in it gets no gradient
    """

    run: Run
    step: Step | None
    before: State
    after: State
    terms: Mapping[int, int]

    @property
    def graph(self) -> Graph:
        return self.run.graph

    @cached_property
    def asked(self) -> frozenset[int]:
        """The nodes whose new gradient the step asks for: everywhere it is a question mark, and told in the next."""
        return parts(self.graph, self.step).receivers if self.step and self.step.asks else frozenset()

    def known(self, row: str, i: int) -> Value | None:
        """Return a quantity of a node ("value", "tangent" or "grad"), None where it is not known or is asked for."""
        if row == "grad" and i in self.asked:
            return None
        return {"value": self.after.values, "tangent": self.after.tangents, "grad": self.after.grads}[row].get(i)
