"""Which options of `Film.save` mean something to a file, by its kind, and what is said of one that means nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import UnknownName
from .numbered import numbered
from .table import writer_for

#: Options that not every file heeds → what does, and the name of such a file.
_FOR = {
    "frame": ("a still", "film.png"),
    "until": ("a still", "film.png"),
    "first": ("a film or a file a frame", "film.gif"),
    "last": ("a film or a file a frame", "film.gif"),
    "seconds_per_step": ("a film that plays by itself", "film.gif"),
    "hold": ("a film that plays by itself", "film.gif"),
    "loop": ("an animation", "film.gif"),
    "fps": ("a video", "film.mp4"),
    "tex": ("a PDF of the whole film", "film.pdf"),
}


def plays(options: Mapping[str, Any], path: Path) -> bool:
    """Tell whether a file holds all frames, with these options."""
    writer = writer_for(path)
    return (
        writer.animated
        and numbered(path) is None
        and not (writer.single and ("frame" in options or "until" in options))
    )


def heeded(options: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return those of the options that mean something to a file."""
    writer = writer_for(path)
    film = plays(options, path)
    each = numbered(path) is not None

    def fits(option: str) -> bool:
        match option:
            case "frame" | "until":
                return not film and not each and writer.takes != "run"
            case "first" | "last":
                return film or each
            case "seconds_per_step" | "hold":
                return film and writer.timed
            case "loop":
                return film and writer.timed and not writer.rated
            case "fps":
                return writer.rated
            case "tex":
                return film and writer.module == "writers.pdf"
        return writer.takes != "run"

    return {name: value for name, value in options.items() if fits(name)}


def check(
    options: Mapping[str, Any],
    paths: Sequence[Path],
    written: Callable[[str], str] = "{}=".format,
    add: Callable[[str], str] = "save {!r}".format,
) -> None:
    """Raise `UnknownName` for an option that none of the files heeds.

    written  writes an option as the user gave it
    add      says how a file of another name is written
    """
    fits = [heeded(options, path) for path in paths]
    for option in options:
        if any(option in fit for fit in fits):
            continue
        what, name = _FOR.get(option, ("a picture", "film.svg"))
        files, several = " and ".join(map(str, paths)), len(paths) > 1
        if option == "loop" and all(writer_for(path).rated for path in paths):
            are, they = ("are videos", "they play") if several else ("is a video", "it plays")
            why = f"{what} such as {name}; {files} {are}, and the player decides how often {they}"
        else:
            why = f"{what}, which {files} {'are' if several else 'is'} not"
        raise UnknownName(f"{written(option)} is for {why}; leave it out, or {add(name)}")
