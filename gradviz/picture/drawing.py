"""A film ready to be drawn: its steps, the place of everything, and its frames one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Protocol

from ..errors import UnknownName, in_range
from ..record import Run, State, Step, advance, final, terms
from . import caption, chrome, edge, lapse, timing
from .equation import Scales
from .moment import Moment
from .narrate import narrate
from .panels import Beside
from .scene import Element, Frame, Scene
from .sentence import Narration
from .theme import Theme
from .words import Names

MOST_PIXELS = 16_384  # a side of an output


@dataclass(frozen=True, slots=True)
class Canvas:
    """The scene's size (its own px) and the output's (px). Text around the graph never falls under `LEAST`."""

    width: float
    height: float
    pixels: tuple[int, int]

    @property
    def scale(self) -> float:
        """Output px for one px of the scene."""
        return self.pixels[0] / self.width


class Level(Protocol):
    """A way to draw the graph: cards, or the overview with its lens.

    k, thin  how much larger than the caption it is drawn, and how thin its edges are in the finished still
    """

    @property
    def k(self) -> float: ...

    @property
    def thin(self) -> float: ...

    def elements(self, moment: Moment, said: Narration, scale: edge.Widths | None) -> tuple[Element, ...]:
        """Return the picture of the graph at a moment."""


@dataclass(repr=False)
class Drawing:
    """A film ready to be drawn: its steps, its place for everything, and the frames one by one.

    steps   all steps of the film; after them comes the finished frame
    shown   which frames are played, and `times` for how long each
    """

    run: Run
    steps: tuple[Step, ...]
    names: Names
    theme: Theme
    level: str
    said: tuple[str, ...]
    canvas: Canvas
    title: str
    picture: Level
    static: tuple[Element, ...]
    panel: caption.Panel | None
    tracks: tuple[chrome.Track, ...]
    scales: Scales | None = None
    panels: Beside | None = None
    shown: range = range(0)
    times: tuple[float, ...] = ()
    _last: dict[str, tuple[object, Element]] = field(default_factory=dict)

    def __repr__(self) -> str:
        size = "×".join(map(str, self.canvas.pixels))
        return f"<{len(self)} frames of {size} px, {self.seconds:.0f} s>"

    def __len__(self) -> int:
        return len(self.shown)

    def __getitem__(self, k: int) -> Frame:
        """Return the k-th of the frames that are played."""
        return self.frame(self.shown[k])

    @property
    def seconds(self) -> float:
        """How long the film lasts."""
        return sum(self.times)

    @property
    def count(self) -> int:
        """How many frames the whole film has, of which `shown` may be a part."""
        return len(self.steps) + 1

    def played(
        self,
        *,
        first: int | str | None = None,
        last: int | str | None = None,
        each: float | None = None,
        hold: float | None = None,
        scale: float = 1.0,
        moving: bool = True,
    ) -> Drawing:
        """Return the same drawing with another part of it played, at other times, in more px.

        first, last  a frame from 0 (negative from the end), a sweep, or a step of one, as in "backward:3"
        each, hold   seconds, see `timing.times`
        scale        how many px of the output stand in the place of one
        moving       whether it is said if the film takes long
        """
        shown = range(self.count)[timing.played(self.run, self.steps, first, last)]
        if not shown:
            raise UnknownName(f"a film from {first!r} to {last!r} has no frames; give the earlier one first")
        if not in_range(scale, 1, min(8, MOST_PIXELS / max(self.canvas.pixels))):
            raise UnknownName(
                f"scale={scale!r} of {self.canvas.pixels[0]}×{self.canvas.pixels[1]} px; choose from 1 to 8, with at "
                f"most {MOST_PIXELS} px a side. A smaller picture is drawn anew for its width"
            )
        pixels = [n * scale for n in self.canvas.pixels]
        path = [*self.steps, None][shown.start : shown.stop]
        times = timing.times(self.run, path, each=each, hold=hold)
        long = timing.advice(self.run, path, each, hold, (first, last)) if moving else ""
        return replace(
            self, shown=shown, times=times, said=(*self.said, *([long] if long else [])),
            canvas=replace(self.canvas, pixels=(round(pixels[0]), round(pixels[1]))),
        )  # fmt: skip

    def __iter__(self) -> Iterator[Frame]:
        state = State()
        for k, step in enumerate(self.steps[: self.shown.stop]):
            before, state = state, advance(self.run.graph, state, step)
            if k in self.shown:
                yield self._frame(k, Moment(self.run, step, before, state, self._terms))
        if len(self.steps) in self.shown:
            yield self._frame(len(self.steps), Moment(self.run, None, state, state, self._terms))

    def frame(self, k: int) -> Frame:
        """Return frame k of the whole film, from 0; negative counts from the end; the last is the finished one."""
        n = self.count
        if not -n <= k < n:
            raise UnknownName(f"frame {k} of a film of {n} frames; choose from {-n} to {n - 1}")
        k %= n
        if k == n - 1:
            state = final(self.run)
            return self._frame(k, Moment(self.run, None, state, state, self._terms))
        before = state = State()
        for step in self.steps[: k + 1]:
            before, state = state, advance(self.run.graph, state, step)
        return self._frame(k, Moment(self.run, self.steps[k], before, state, self._terms))

    def __post_init__(self) -> None:
        if not self.shown:
            self.shown = range(self.count)
            self.times = timing.times(self.run, [*self.steps, None])
        backward = self.run.sweep("backward")
        self._terms = terms(self.run.graph, backward) if backward else {}
        starts = accumulate(step.k == 1 for step in self.steps)
        self._track_of = {step.sweep: n - 1 for step, n in zip(self.steps, starts, strict=True)}

    def _frame(self, k: int, moment: Moment) -> Frame:
        step = moment.step
        narration = narrate(moment, self.names, roomy=self.panel is None, scales=self.scales)
        scale = edge.widths(moment.after.sent, self.picture.thin) if step is None else None
        parts = [*self.static, *self.picture.elements(moment, narration, scale)]
        if self.panel is not None:
            legend = replace(scale, thin=scale.thin * self.picture.k) if scale else None
            parts += self.panel.elements(narration, moment, legend)
        if self.panels is not None:
            parts += self.panels.elements(moment)
        if self.tracks:
            now, at = (self._track_of[step.sweep], step.k) if step else (len(self.tracks), 0)
            said = lapse.place(self.run, step) if step else ""
            for e in chrome.timeline(self.tracks, now, at, self.canvas.height - 24, self.theme, said):
                parts.append(self._keep(e))
        seconds = self.times[k - self.shown.start] if k in self.shown else 0.0
        scene = Scene(
            self.canvas.width, self.canvas.height, self.theme.ground, tuple(parts), self.title, narration.note
        )
        sweep = self.run.sweeps[step.sweep if step else -1] if self.run.sweeps else None
        return Frame(scene, seconds, narration.note, (sweep.label or sweep.kind) if sweep else "")

    def _keep(self, e: Element) -> Element:
        """Return the element of the last frame if the new one has the same marks."""
        old = self._last.get(e.id)
        if old is not None and old[1].marks == e.marks:
            return old[1]
        self._last[e.id] = (None, e)
        return e
