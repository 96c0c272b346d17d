"""Which writer a file's suffix asks for: one row an output, resolved when it is used."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import PurePath

from ..errors import PartMissing, UnknownName


@dataclass(frozen=True, slots=True)
class Writer:
    """One kind of output.

    module, function  where it is written, relative to gradviz
    what              a few words for people
    animated          whether it takes all frames of a film, or the one of a still
    single            whether it also holds one frame well
    rated             whether it can have a fixed number of frames a second
    turned            what of it a reader turns in their own time, as "pages"; "" where frames have their seconds
    takes             "frames", or what else of a film it is made from: "graph" or "run"
    needs, extra      an optional package, and the extra of gradviz-backprop that installs it
    """

    module: str
    function: str
    what: str
    animated: bool = False
    single: bool = False
    rated: bool = False
    turned: str = ""
    takes: str = "frames"
    needs: str | None = None
    extra: str | None = None

    def check_single(self) -> None:
        """Raise `UnknownName` where a file a frame would make no sense."""
        if self.takes == "run" or (self.animated and not self.single):
            choices = ", ".join(s for s, w in WRITERS.items() if w.takes != "run" and (w.single or not w.animated))
            raise UnknownName(f"{self.what}: a name with %d writes a file a frame; choose from {choices}")

    @property
    def timed(self) -> bool:
        """Whether its frames are shown for so many seconds each."""
        return self.animated and not self.turned

    def check_part(self) -> None:
        """Raise `PartMissing` where its package is not installed."""
        if self.needs and find_spec(self.needs) is None:
            raise PartMissing(
                f"{self.what} needs the package {self.needs!r}, which is not installed; "
                f"install it with: python -m pip install 'gradviz-backprop[{self.extra}]'"
            )

    def load(self) -> Callable[..., None]:
        """Return the function that writes; raise `PartMissing` where its package is not installed."""
        self.check_part()
        function: Callable[..., None] = getattr(import_module(f"..{self.module}", __package__), self.function)
        return function


WRITERS: dict[str, Writer] = {
    ".svg": Writer("writers.svg", "write", "a picture as SVG, with real text"),
    ".png": Writer("writers.png", "write", "a picture as PNG"),
    ".gif": Writer("writers.gif", "write", "an animation as GIF", animated=True),
    ".webp": Writer("writers.webp", "write", "an animation as lossless WebP", animated=True),
    ".apng": Writer("writers.apng", "write", "an animation as APNG", animated=True),
    ".pdf": Writer("writers.pdf", "write", "PDF, a vector page a frame", animated=True, single=True, turned="pages"),
    ".mp4": Writer("writers.video", "mp4", "a video as MP4", animated=True, rated=True, needs="av", extra="video"),
    ".webm": Writer("writers.video", "webm", "a video as WebM", animated=True, rated=True, needs="av", extra="video"),
    ".animated.svg": Writer("writers.animated", "write", "an animation as SVG, for web pages", animated=True),
    ".reveal.html": Writer(
        "writers.revealed", "write", "slides for reveal.js, one file", animated=True, turned="steps"
    ),
    ".pptx": Writer(
        "writers.slides", "write", "slides for PowerPoint", animated=True, turned="slides", needs="pptx", extra="slides"
    ),
    ".gv": Writer("writers.dot", "of_drawing", "the graph for Graphviz, with its positions", takes="graph"),
    ".dot": Writer("writers.dot", "of_drawing", "the graph for Graphviz, with its positions", takes="graph"),
    ".json": Writer("record.store", "write", "the run, to load again", takes="run"),
}


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return the suffix that decides about a path: the longest that the table knows, else the last one."""
    name = PurePath(path).name.lower()
    known = [s for s in WRITERS if name.endswith(s)]
    return max(known, key=len) if known else PurePath(name).suffix


def writer_for(path: str | os.PathLike[str]) -> Writer:
    """Return the writer for a path; raise `UnknownName` with the choices, the closest ones first.

    >>> writer_for("neuron.gif").animated
    True
    """
    suffix, name = suffix_of(path), PurePath(path).name
    if not name or name.lower() == suffix:
        raise UnknownName(f"{os.fspath(path)!r} names no file; give a name and a suffix, as in film{suffix or '.svg'}")
    if suffix in WRITERS:
        return WRITERS[suffix]
    close = get_close_matches(suffix, WRITERS, n=3, cutoff=0.5)
    choices = ", ".join(dict.fromkeys([*close, *WRITERS]))
    got = f"the suffix {suffix!r}" if suffix else "no suffix"
    raise UnknownName(f"{os.fspath(path)!r} has {got}, so it is not known what to write; choose from {choices}")
