"""Panel: what another run of the same kind looks like at the same moment, for comparing side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...record import Run, State, advance, steps, terms
from ..moment import Moment
from ..scene import Scene
from ..theme import Theme
from .beside import Panel, Size, lacks, sizes


@dataclass(frozen=True, eq=False)
class Other:
    """Draw a panel of another run: at the sweep and step of the frame, or at its end where it ended sooner.

    run, panel   the other run, and the panel to draw of it
    pace         at which its steps are cut, as of the film that it stands beside
    """

    run: Run
    panel: Panel
    pace: str = "auto"
    weight: float = 1.0
    _moments: dict[tuple[int, int], Moment] = field(default_factory=dict)

    def needs(self, run: Run) -> str:
        del run
        return lacks(self.run, self.panel)

    def least(self, run: Run) -> tuple[Size, ...]:
        del run
        return sizes(self.run, self.panel)

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        del run
        if not self._moments:
            self._fill()
        last = next(reversed(self._moments.values()))
        step = moment.step
        found = last if step is None else self._moments.get((step.sweep, step.k), last)
        return self.panel(self.run, found, theme, size)

    def _fill(self) -> None:
        backward = self.run.sweep("backward")
        count = terms(self.run.graph, backward) if backward else {}
        state = State()
        for one in steps(self.run, self.pace):
            before, state = state, advance(self.run.graph, state, one)
            self._moments[one.sweep, one.k] = Moment(self.run, one, before, state, count)
        self._moments[len(self.run.sweeps), 1] = Moment(self.run, None, state, state, count)
