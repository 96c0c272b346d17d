"""Film: the one object a user holds. A Run and how it is to be shown; frames are computed when they are asked for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .calculus import known
from .calculus.descend import Descent
from .calculus.keywords import spelt
from .calculus.record import inputs_of, no_args, parameters_of, record
from .calculus.trouble import Explained, explain
from .errors import UnknownName, WrongArguments, in_range
from .picture.draw import Options, compose
from .picture.drawing import Drawing
from .picture.fitted import whole_px
from .picture.panels import Panel, shown
from .picture.panels import panels as panels_of
from .picture.scene import Frame
from .picture.theme import Theme
from .picture.timing import at_rate, check_rate
from .record import ASKING, PACES, Run, State, Step, final

if TYPE_CHECKING:
    import graphviz
    import networkx

    from .writers.table import Writer

Progress = Callable[[int, int], None]


class Film:
    """A Run and the options of its pictures. Made by `gradviz.film`; nothing is drawn before it is asked for.

    >>> import gradviz as gv
    >>> film = gv.film(lambda x, w: x * w, 2.0, 3.0)
    >>> film.grads["w"], len(film)
    (2.0, 6)
    """

    def __init__(
        self,
        run: Run,
        *,
        inputs: Mapping[str, Any] | None = None,
        wrt: Collection[int] | None = None,
        pace: str = "auto",
        theme: str | Theme = "light",
        rankdir: str = "auto",
        depth: int | None = None,
        title: str | None = None,
        panels: str | Panel | Sequence[str | Panel] = (),
        reveal: str = "all",
    ) -> None:
        if not isinstance(run, Run):
            raise WrongArguments(f"Film takes a Run, not a {type(run).__name__}; gv.film makes one of a function")
        self.run = run
        self._inputs = inputs_of(run) if inputs is None else inputs
        self._wrt = parameters_of(run) if wrt is None else wrt
        look = {"theme": theme, "pace": pace, "rankdir": rankdir, "title": title, "depth": depth, "reveal": reveal}
        self._options = _options(panels, **look)
        shown(run, self._options.panels)
        self._drawings: dict[Options, Drawing] = {}
        self._played: dict[tuple[object, ...], Drawing] = {}

    # ---- what was computed

    @property
    def graph(self) -> networkx.MultiDiGraph:
        """The graph: nodes with op, name, label, value, grad, shape, group, where; edges with local and sent."""
        return known.graph(self.run, self._final)

    @property
    def values(self) -> Mapping[str, Any]:
        """The value of every input by its name, in the input's own structure; of other nodes by their names."""
        return known.values(self.run, self._inputs, self._final)

    @property
    def grads(self) -> Mapping[str, Any]:
        """The gradient of every input by its name, in the input's own structure; zero where no path leads to it.

        None for inputs that were not differentiated by.
        """
        return known.grads(self.run, self._inputs, self._final, self._wrt)

    @property
    def trouble(self) -> Explained | None:
        """Where the first NaN or infinity was computed, and what to do about it; None where none was."""
        return explain(self.run)

    @cached_property
    def _final(self) -> State:
        return final(self.run)

    # ---- what is drawn

    def restyled(self, **changes: Any) -> Film:
        """Return a film of the same run whose pictures have other options.

        changes  any of theme, pace, rankdir, title, depth, panels, reveal, as `gradviz.film` takes them

        Raises `UnknownName` for another option, or for a value that is not among its choices.

        >>> import gradviz as gv
        >>> len(gv.film(lambda x: x * x, 3.0).restyled(pace="sweep"))
        3
        """
        known = ("theme", "pace", "rankdir", "title", "depth", "panels", "reveal")
        for name in changes:
            if name not in known:
                raise UnknownName(f"{name!r} is no option of a film's pictures; choose from {', '.join(known)}")
        kept = {name: getattr(self._options, name) for name in known}
        return Film(self.run, inputs=self._inputs, wrt=self._wrt, **(kept | changes))

    def drawing(
        self,
        *,
        width: int | None = None,
        height: int | None = None,
        scale: float = 1.0,
        moving: bool = True,
        theme: str | Theme | None = None,
        pace: str | None = None,
        seconds_per_step: float | None = None,
        hold: float | None = None,
        first: int | str | None = None,
        last: int | str | None = None,
    ) -> Drawing:
        """Return the frames as they will be written: how many there are, for how long each is shown, what is said.

        moving  False for a still, which has the graph's shape and no time line

        The other options are those of `save`. Frames are drawn when the drawing is iterated over, or by
        `drawing.frame(k)`.
        """
        own = self._options
        options = replace(
            own, width=whole_px("width", width), height=whole_px("height", height), moving=moving,
            theme=own.theme if theme is None else theme, pace=own.pace if pace is None else pace,
        )  # fmt: skip
        if options not in self._drawings:
            self._drawings[options] = compose(self.run, options)
        key = (options, *map(repr, (first, last, seconds_per_step, hold, scale)))
        if key not in self._played:
            self._played[key] = self._drawings[options].played(
                first=first, last=last, each=seconds_per_step, hold=hold, scale=scale, moving=moving
            )
        return self._played[key]

    @property
    def frames(self) -> Drawing:
        """The frames at the default size: a sequence that computes each when it is asked for."""
        return self.drawing()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that the frames show, one each; after them comes the finished frame."""
        return self.drawing().steps

    @property
    def paces(self) -> tuple[str, ...]:
        """The paces that it may be given, the finest first; one that asks takes those that leave something to ask."""
        return ASKING if self._options.reveal == "ask" else PACES

    @property
    def said(self) -> tuple[str, ...]:
        """What a reader may want to know: the level of detail, a layout engine that stepped in, a NaN."""
        return (*self.drawing().said, *([str(self.trouble)] if self.trouble else []))

    def __len__(self) -> int:
        return len(self.drawing())

    def svg(self, frame: int = -1, *, width: int | None = None, height: int | None = None, prefix: str = "") -> str:
        """Return one frame as SVG text; the finished one by default.

        frame   from 0; negative counts from the end
        width, height   px of the output; None leaves them to the graph
        prefix  goes before every id, for pages that hold several pictures
        """
        from .writers.svg import svg

        drawing, k = self._still(frame, width=width, height=height)
        return svg(drawing.frame(k).scene, prefix=prefix, size=drawing.canvas.pixels)

    def _still(self, frame: int | None, **size: Any) -> tuple[Drawing, int]:
        """Return the drawing that a still is taken from, and which of its frames it is."""
        k = -1 if frame is None else frame
        if not in_range(k, -inf, inf, whole=True):
            raise UnknownName(f"frame={frame!r} is not the number of a frame; frames count from 0")
        moving = k != -1 and k != self.drawing(**size).count - 1
        return self.drawing(**size, moving=moving), k

    def dot(self, frame: int = -1) -> graphviz.Digraph:
        """Return one frame as a plain graphviz.Digraph that keeps the positions (layout=nop2)."""
        from .writers.dot import of_drawing

        return of_drawing(*self._still(frame))

    @spelt("film.save", for_="width=540, height=960, scale=2 for a phone, 1280, 720 and 1.5 for a slide")
    def save(
        self,
        path: str | os.PathLike[str],
        *,
        width: int | None = None,
        height: int | None = None,
        scale: float = 1.0,
        theme: str | Theme | None = None,
        pace: str | None = None,
        seconds_per_step: float | None = None,
        hold: float | None = None,
        fps: float | None = None,
        first: int | str | None = None,
        last: int | str | None = None,
        frame: int | None = None,
        until: str | None = None,
        loop: int | None = None,
        tex: bool = False,
        progress: Progress | None = None,
    ) -> Path:
        """Write the film to a file whose suffix says what it becomes, and return the path.

        path           a name with %d in it, as in "frames/%03d.png", writes every frame to a file of its own, with the
                       frame's number; its folder is made if need be
        width, height  px of the output. A film without them is 960×540 or 1280×720; a still has the graph's shape
        scale          1 to 8: the same picture in so many times as many px, for dense screens and print
        theme, pace    in place of the film's own
        seconds_per_step  how long a step is shown; by default about a second, less in a film of more than a minute
        hold           how long the last frame is shown, in seconds; 4 by default
        fps            for MP4 and WebM: so many frames a second, for programs that need a fixed rate. Without it each
                       step is one frame, shown for exactly its time
        first, last    the part of the film that is played: frames from 0 (negative from the end), sweeps as in
                       "backward", or a step of one as in "backward:3"
        frame          for a still: which frame, from 0, negative from the end; the finished one by default
        until          for a still: the name of a sweep, whose last frame is written
        loop           for an animation: how often it plays; 0, for ever, by default
        tex            for a PDF of a film: also writes name.tex, which shows its pages one by one in LaTeX's Beamer
        progress       called with the frames written so far and their number

        Raises `UnknownName` for a suffix, frame, sweep or number that there is none of, and for an option that such a
        file has no use for, `WrongArguments` for what is no path or function, `CannotWrite` for the path. A file
        appears whole or not at all.
        """
        from .writers import beamer, heeds
        from .writers.files import folder, whole
        from .writers.numbered import numbered
        from .writers.table import writer_for

        if not isinstance(path, str | os.PathLike):
            raise WrongArguments(f"{path!r} is no path; give a name whose suffix says what to write: 'film.svg'")
        if progress is not None and not callable(progress):
            raise WrongArguments(f"progress={progress!r} is no function; give one of the frames written, and of all")
        target = Path(path)
        writer = writer_for(target)
        size: dict[str, Any] = {"width": width, "height": height, "scale": scale, "theme": theme, "pace": pace}
        played: dict[str, Any] = {"seconds_per_step": seconds_per_step, "hold": hold, "first": first, "last": last}
        k = self._frame_of(frame, until, pace)
        each = numbered(target)
        if fps is not None and not in_range(fps, 1, 120):
            raise UnknownName(f"fps={fps!r} is not a rate in frames a second; choose from 1 to 120")
        if loop is not None and not in_range(loop, 0, inf, whole=True):
            raise UnknownName(f"loop={loop!r} is not how often to play; choose 0 for ever, or a whole number")
        asked = {**size, **played, "frame": frame, "until": until, "fps": fps, "loop": loop, "tex": tex or None}
        if in_range(scale, 1, 1):  # as it is when nobody gives one
            del asked["scale"]
        heeds.check({name: value for name, value in asked.items() if value is not None}, [target])
        if fps is not None:
            check_rate(self.drawing(**size, **played).times, fps)
        if tex:
            beamer.check(target)
        if each is not None:
            drawing = self.drawing(**size, **played)
            writer.check_single()
            folder(target.parent)
            for done, number in enumerate(drawing.shown, 1):
                with whole(each(number)) as out:
                    self._single(writer, out, drawing, number)
                if progress is not None:
                    progress(done, len(drawing))
            return target
        with whole(target) as out:
            if writer.takes == "run":
                writer.load()(self.run, out)
            elif writer.animated and not (writer.single and k is not None):
                drawing = self.drawing(**size, **played)
                notes: list[str] = []
                frames = _counted(drawing, progress, notes)
                if fps is not None:
                    frames = at_rate(frames, fps)
                writer.load()(frames, out, size=drawing.canvas.pixels, loop=loop or 0)
                if tex:
                    with whole(target.with_suffix(".tex")) as beside:
                        beside.write(beamer.tex(target.name, notes).encode())
            else:
                self._single(writer, out, *self._still(k, **size))
        return target

    def _single(self, writer: Writer, out: BinaryIO, drawing: Drawing, k: int) -> None:
        """Write one frame."""
        if writer.takes == "graph":
            from .writers.dot import of_drawing

            out.write(of_drawing(drawing, k).source.encode())
        else:
            writer.load()(iter([drawing.frame(k)]), out, size=drawing.canvas.pixels)

    def _frame_of(self, frame: int | None, until: str | None, pace: str | None) -> int | None:
        if until is None:
            return frame
        if frame is not None:
            raise UnknownName(f"frame={frame!r} and until={until!r} both choose the frame; give one of them")
        found = [i for i, s in enumerate(self.drawing(pace=pace).steps) if s.kind == until]
        if not found:
            kinds = dict.fromkeys(s.kind for s in self.run.sweeps)
            raise UnknownName(f"until={until!r} is not a sweep of this film; choose from {', '.join(kinds)}")
        return found[-1]

    # ---- in a notebook

    def __repr__(self) -> str:
        from .picture.numbers import quantity

        run, values = self.run, self._final.values
        outputs = ", ".join(
            f"{run.graph.nodes[i].name or run.graph.nodes[i].label} = {quantity(values[i]) if i in values else '?'}"
            for i in run.graph.outputs
        )
        return f"<Film of {outputs}: {run.told}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude
        plain = self.svg()
        digest = hashlib.sha256(plain.encode()).hexdigest()[:8]
        return {"image/svg+xml": self.svg(prefix=f"g{digest}-"), "text/plain": repr(self)}


def _options(panels: object, **look: Any) -> Options:
    return Options(panels=panels_of(panels), **look)


def _counted(drawing: Drawing, progress: Progress | None, notes: list[str]) -> Iterator[Frame]:
    for done, one in enumerate(drawing, 1):
        notes.append(one.note)
        yield one
        if progress is not None:
            progress(done, len(drawing))


@spelt("gv.film", kwargs="arguments of the function go behind it by place, or into kwargs={{{pairs}}}")
def film(
    target: Any,
    *args: Any,
    kwargs: Mapping[str, Any] | None = None,
    wrt: Any = None,
    seed: Any = None,
    sweeps: tuple[str, ...] = ("forward", "backward"),
    direction: Any = None,
    pace: str = "auto",
    theme: str | Theme = "light",
    rankdir: str = "auto",
    panels: str | Panel | Sequence[str | Panel] = (),
    depth: int | None = None,
    title: str | None = None,
    reveal: str = "all",
) -> Film:
    """Record a computation and return the film of it.

    target   a callable, traced with args and kwargs; a Var, or a list, tuple or dict of Vars; a Run; a Descent
    wrt      what to differentiate by: argument names, positions, paths ("params.w1") or Vars; all float inputs if None
    seed     what the backward sweep starts with; needed where the output is not a scalar
    sweeps   any of "forward", "tangent" (along `direction`), "backward", in the order they are shown
    pace     "edge", "node", "layer", "sweep", or "auto", the finest with at most 60 steps a sweep (240 by layer)
    theme    "light", "dark", or a Theme
    rankdir  "LR", "TB" or "auto"
    panels   what stands beside the graph, one or several: "curve", "gauge", "loss", "along", "over", "knobs",
             "layers", or functions (run, moment, theme, size) -> Scene; most need a Descent
    depth    fold groups deeper than this; 0 folds all
    reveal   "all", or "ask": each contribution is a question first, then answered; at any pace but "sweep"

    Raises a child of `GradvizError` that says what was wrong, where, and what to do.

    >>> import gradviz as gv
    >>> gv.film(lambda x: x * x, 3.0).grads["x"]
    6.0
    """
    look: dict[str, Any] = {
        "pace": pace, "theme": theme, "rankdir": rankdir, "depth": depth, "title": title, "panels": panels,
        "reveal": reveal,
    }  # fmt: skip
    _options(**look)  # what is wrong with them is said before anything is computed
    if isinstance(target, Descent):
        no_args(args, kwargs, "a Descent", wrt=wrt, seed=seed, direction=direction)
        run, inputs, differentiated = target.run, target.inputs, parameters_of(target.run)
    else:
        recorded = record(target, args, kwargs, wrt=wrt, seed=seed, sweeps=sweeps, direction=direction)
        run, inputs, differentiated = recorded.run, recorded.inputs, recorded.wrt
    return Film(run, inputs=inputs, wrt=differentiated, **look)
