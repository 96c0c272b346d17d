"""Panel: another run over the same graph and layout, with the first frame marked in which it goes wrong."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...record import Run, State, Value, advance, same, steps, terms
from .. import numbers
from ..card import text
from ..cards import Cards
from ..moment import Moment
from ..scene import Element, Mark, Rect, Scene
from ..sheet import Sheet, sheet
from ..theme import Theme
from ..words import Names
from .axes import HEAD, PAD, SMALL, TITLE, scene

_CLOSE = 1e-9
_GROWTH = 1.4  # a small graph is drawn at most so much larger


@dataclass(frozen=True, slots=True)
class _Slip:
    """A step of the other run, and which nodes are not as they should be after it."""

    moment: Moment
    wrong: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Wrong:
    """Draw a run that makes a mistake, as cards, at the step of the frame; from the first wrong step on it says what.

    run    the run that makes it; its steps are those of the run that the film shows
    title  what the mistake is
    pace   of the film
    """

    run: Run
    title: str
    pace: str = "auto"
    weight: float = 1.0
    wide: bool = True
    _found: dict[tuple[int, int], _Slip] = field(default_factory=dict)
    _laid: list[Sheet] = field(default_factory=list)
    _drawn: dict[tuple[str, float, float], Cards] = field(default_factory=dict)

    def least(self, run: Run) -> tuple[tuple[float, float], ...]:
        del run
        return tuple((2 * PAD + _least(s) * s.size[0], HEAD + 8 + _least(s) * s.size[1]) for s in self._sheets())

    def __call__(self, run: Run, moment: Moment, theme: Theme, size: tuple[float, float]) -> Scene:
        if not self._found:
            self._walk(run)
        last = next(reversed(self._found.values()))
        step = moment.step
        slip = last if step is None else self._found.get((step.sweep, step.k), last)
        if step is None:
            slip = _Slip(Moment(self.run, None, slip.moment.after, slip.moment.after, slip.moment.terms), slip.wrong)
        first = next((s for s in self._found.values() if s.wrong), None)
        now = first is not None and step is not None and (step.sweep, step.k) == _at(first)
        parts = list(self._cards(theme, size).elements(slip.moment))
        if now:
            w, h = size
            parts.insert(0, Element("mark", "panel", (Rect(1.5, 1.5, w - 3, h - 3, 8, None, theme.ink, 3),)))
        aside: list[Mark] = []
        if slip.wrong:
            aside.append(
                text(size[0] - PAD, 25, self._said(slip, moment, now), TITLE, theme.ink, bold=now, anchor="end")
            )
        return scene(size, theme, self.title, parts, aside)

    def _walk(self, right: Run) -> None:
        """Take both runs step by step, and note where their gradients part."""
        count = terms(self.run.graph, back) if (back := self.run.sweep("backward")) else {}
        state, good = State(), State()
        for one, other in zip(steps(self.run, self.pace), steps(right, self.pace), strict=True):
            before, state, good = state, advance(self.run.graph, state, one), advance(right.graph, good, other)
            wrong = (*_apart(state.grads, good.grads), *_apart(state.values, good.values))
            self._found[one.sweep, one.k] = _Slip(Moment(self.run, one, before, state, count), wrong)

    def _said(self, slip: _Slip, right: Moment, now: bool) -> str:
        names, i = Names(self.run.graph), slip.wrong[0]
        mine, theirs = slip.moment.after, right.after
        grad = bool(_apart({i: mine.grads.get(i)}, {i: theirs.grads.get(i)}))
        a, b = (s.grads.get(i) if grad else s.values.get(i) for s in (mine, theirs))
        what = f"the gradient of {names.formula(i)}" if grad else names.formula(i)
        if a is None or b is None or np.ndim(a) or np.ndim(b):  # type: ignore[arg-type]  # arrays have axes
            return f"{'wrong from here: ' if now else 'wrong: '}{what}"
        return f"{'wrong from here' if now else 'wrong'}: {what} is {', not '.join(numbers.apart(a, b))}"

    def _sheets(self) -> list[Sheet]:
        """Return the cards in the ways that are tried, the most telling first; each is laid out once."""
        if not self._laid:
            count = terms(self.run.graph, back) if (back := self.run.sweep("backward")) else {}
            for rankdir, detail in itertools.product(("LR", "TB"), ("full", "compact")):
                self._laid.append(sheet(self.run, Names(self.run.graph), rankdir, count, detail=detail))
        return self._laid

    def _cards(self, theme: Theme, size: tuple[float, float]) -> Cards:
        key = (theme.name, *size)
        if key not in self._drawn:
            room = size[1] - HEAD - 8
            fits = [(min(_GROWTH, (size[0] - 2 * PAD) / s.size[0], room / s.size[1]), s) for s in self._sheets()]
            k, laid = next((f for f in fits if f[0] >= _least(f[1]) - 1e-6), fits[0])
            w, h = laid.size
            self._drawn[key] = Cards(laid, round((size[0] - k * w) / 2), round(HEAD + (room - k * h) / 2), k, theme)
        return self._drawn[key]


def _least(cards: Sheet) -> float:
    """Return the scale under which the numbers of cards are too small."""
    return SMALL / cards.least


def _at(slip: _Slip) -> tuple[int, int]:
    assert slip.moment.step is not None
    return slip.moment.step.sweep, slip.moment.step.k


def _apart(a: Mapping[int, Value | None], b: Mapping[int, Value | None]) -> tuple[int, ...]:
    """Return the nodes whose values differ by more than rounding."""
    found = []
    for i in sorted(a.keys() & b.keys()):
        x, y = a[i], b[i]
        if same(x, y) or x is None or y is None or isinstance(x, tuple) or isinstance(y, tuple):
            continue
        if not np.allclose(x, y, rtol=_CLOSE, atol=_CLOSE, equal_nan=True):
            found.append(i)
    return tuple(found)
