"""One moment of a film as a picture sees it: the step, and what was known before it and is after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..record import Graph, Run, State, Step


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
