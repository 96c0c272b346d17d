"""The options of every command that draws: where to write, what for, how it looks and how it plays."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import click
import numpy as np

from ..errors import GradvizError, UnknownName
from ..record import PACES
from ..writers import files, heeds
from ..writers.numbered import numbered
from ..writers.table import writer_for
from .report import users
from .sections import Sections

F = TypeVar("F", bound=Callable[..., Any])


class _Pixels(click.IntRange):
    """A size in px: what is none is answered in the words of `Film.save`, not in click's."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            rule = f"choose a whole number from {self.min} to {self.max}"
            self.fail(f"{value} is not a size in px; {rule}", param, ctx)


@dataclass(frozen=True)
class Preset:
    """What a picture is for: its size, which --width, --height and --scale change, and the bytes of a film at most.

    enlarged  a size that is given is the output's, and takes the scale's place
    """

    size: Mapping[str, float]
    most: int | None = None
    enlarged: bool = False

    def sized(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options with its size; a width or height that is given alone keeps its shape.

        >>> PRESETS["phone"].sized({"width": 270})
        {'width': 270, 'height': 480, 'scale': 2}
        >>> PRESETS["slide"].sized({}), PRESETS["slide"].sized({"width": 1600})
        ({'width': 1280, 'height': 720, 'scale': 1.5}, {'width': 1600, 'height': 900})
        """
        size = dict(self.size)
        if self.enlarged and given.keys() & size.keys():
            del size["scale"]
        for one, other in (("width", "height"), ("height", "width")):
            if one in given and {one, other} <= size.keys():
                size[other] = round(self.size[other] * given[one] / self.size[one])
        return {**size, **given}


PRESETS: dict[str, Preset] = {
    "readme": Preset({"width": 800}, 1_000_000),
    # What is drawn small on 1920 px cannot be read from afar.
    "slide": Preset({"width": 1280, "height": 720, "scale": 1.5}, enlarged=True),
    "phone": Preset({"width": 540, "height": 960, "scale": 2}),
}
PRESETS_TOLD = """\b
--for readme is 800 px wide, and a film under 1 MB: where it would be more,
a step shows more; slide is 1280×720 at one and a half times the px,
1920×1080; phone is upright, 540×960 at twice the px. A film over a minute
says so, and which --pace or --seconds-per-step makes it shorter."""

_OPTIONS = (
    click.option(
        "-o",
        "--output",
        "outputs",
        metavar="FILE",
        multiple=True,
        help="Where to write. The suffix says what, as gradviz doctor lists them: .svg .png .gif .mp4 .pdf .pptx and "
        "more. A name such as frames/%03d.png writes every frame. Repeat for more.",
    ),
    click.option("--tex", is_flag=True, default=None, help="Beside a PDF: a .tex that shows its pages in Beamer."),
    click.option("--for", "preset", type=click.Choice(list(PRESETS)), help="A size for it; see below."),
    click.option("--width", type=_Pixels(64, 16384), metavar="PX", help="[default: 960 or 1280 for a film]"),
    click.option("--height", type=_Pixels(64, 16384), metavar="PX", help="[default: 16:9 for a film]"),
    click.option("--scale", type=float, metavar="K", help="The same picture in 1 to 8 times as many px."),
    click.option("--theme", type=click.Choice(["light", "dark"]), help="Colours.  [default: light]"),
    click.option("--title", metavar="TEXT", help="Title.  [default: what is computed]"),
    click.option("--rankdir", type=click.Choice(["auto", "LR", "TB"]), help="Direction of the graph.  [default: auto]"),
    click.option("--depth", type=int, metavar="N", help="Draw groups deeper than N as one node; 0 draws all so."),
    click.option("--frame", type=int, metavar="K", help="Which frame a still shows, from 0; -1 is the last."),
    click.option("--until", metavar="SWEEP", help="The still at the end of a sweep: forward, backward, tangent."),
    click.option(
        "--pace",
        type=click.Choice(["auto", *PACES]),
        help="What one step shows.  [default: auto, the finest with at most 60 steps, or 240 layers]",
    ),
    click.option(
        "--reveal",
        type=click.Choice(["all", "ask"]),
        help="ask: each contribution is a question first.  [default: all]",
    ),
    click.option("--from", "first", metavar="PLACE", help="Begin at a frame (from 0), a sweep, or a step: backward:3."),
    click.option("--to", "last", metavar="PLACE", help="End with that frame, sweep or step."),
    click.option("--seconds-per-step", type=float, metavar="S", help="Show each step so long.  [default: 1.4 to 0.5]"),
    click.option("--hold", type=float, metavar="S", help="Show the last frame so long.  [default: 4]"),
    click.option("--loop", type=int, metavar="N", help="Play N times.  [default: 0, for ever]"),
    click.option("--fps", type=float, metavar="N", help="MP4 and WebM at a fixed rate.  [default: a frame a step]"),
)
_MOST_ONES = 12
_LOOK = ("title", "rankdir", "depth", "reveal")
_SAVED = (
    "tex", "width", "height", "scale", "theme", "frame", "until", "pace", "first", "last", "seconds_per_step", "hold",
    "loop", "fps",
)  # fmt: skip
#: seed=np.ones((2, 3)) in an error, or depth=3, or depth= alone.
_ONES = re.compile(r"\bseed=np\.ones\(\(?([\d, ]+)\)?\)")
_OPTION = re.compile(rf"(?<![\w'\"/.=-])({'|'.join((*_LOOK, *_SAVED, 'wrt', 'seed', 'direction'))})=('?)([^' ;]*)\2")


@contextmanager
def typed() -> Iterator[None]:
    """Let an error that gradviz itself raises name an option as it is typed: --depth 3 for depth=3."""
    try:
        yield
    except GradvizError as error:
        if not users(error):
            error.args = (_OPTION.sub(_flag, _ONES.sub(_ones, str(error))),)
        raise


def _flag(found: re.Match[str]) -> str:
    return f"{flag(found[1])} {found[3]}".rstrip()


def _ones(found: re.Match[str]) -> str:
    shape = [int(n) for n in found[1].split(",") if n.strip()]
    if math.prod(shape) > _MOST_ONES:
        return f"--seed [1,1,...] ({'×'.join(map(str, shape))} ones)"
    return f"--seed {np.ones(shape, int).tolist()}".replace(" ", "").replace("--seed", "--seed ")


def flag(option: str) -> str:
    """Return an option of `film` or `Film.save` as it is typed."""
    return "--" + {"first": "from", "last": "to", "direction": "along"}.get(option, option).replace("_", "-")


class Drawing(Sections):
    """A command that draws, with its options under headings."""

    headings: ClassVar = {"-o": "Files", "--for": "The picture", "--pace": "The film"}


def drawing(command: F) -> F:
    """Give a command the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Asked:
    """What the options say.

    look   of the film, as `Film.restyled` takes them
    saved  of its files, as `Film.save` takes them
    most   bytes that a film has at most, if it plays by itself
    """

    paths: tuple[Path, ...]
    look: Mapping[str, Any] = field(default_factory=dict)
    saved: Mapping[str, Any] = field(default_factory=dict)
    most: int | None = None


def asked(options: dict[str, Any], default: str = "") -> Asked:
    """Take the options of `drawing` out of a command's, and refuse what cannot be, before anything is computed.

    default  the name of the file where none is given

    Raises `UnknownName`, `CannotWrite` or `PartMissing`.
    """
    paths = tuple(map(Path, options.pop("outputs") or ([default] if default else [])))
    if not paths:
        raise click.UsageError("say where to write, and the suffix says what: -o film.svg, -o film.gif")
    look = {name: value for name in _LOOK if (value := options.pop(name)) is not None}
    given = {name: value for name in _SAVED if (value := options.pop(name)) is not None}
    preset = PRESETS.get(options.pop("preset") or "", Preset({}))
    _check(paths)
    heeds.check(given, paths, flag, "add -o {}".format)
    return Asked(paths, look, preset.sized(given), preset.most)


def _check(paths: Sequence[Path]) -> None:
    """Refuse a name that says no kind of file, or that cannot be written to, and one that is given twice."""
    for i, path in enumerate(paths):
        writer_for(path).check_part()
        if numbered(path) is None:
            files.check(path)
        elif not path.parent.is_dir():  # it is made
            files.check(path.parent)
        if path in paths[:i]:
            raise UnknownName(f"-o {path} is given twice; leave one out, or give it another name")
