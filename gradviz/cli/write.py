"""From a target to its film, and from the film to its files, with a line said for each."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import UnknownName
from ..film import Film, Progress, film
from ..writers import table
from .report import say, size
from .target import Target
from .values import value, values

_PATH = re.compile(r"\s*,\s*")


def make(
    target: Target,
    *,
    wrt: Sequence[str] = (),
    seed: str | None = None,
    along: Sequence[str] = (),
    theme: str | None = None,
    pace: str | None = None,
    rankdir: str | None = None,
    title: str | None = None,
    depth: int | None = None,
) -> Film:
    """Record a target and return its film; what is None is left to the film."""
    look: dict[str, Any] = {
        k: v
        for k, v in {"theme": theme, "pace": pace, "rankdir": rankdir, "title": title, "depth": depth}.items()
        if v is not None
    }
    if isinstance(target.thing, Film):
        if wrt or seed or along:
            raise UnknownName(
                "--wrt, --seed and --along need a function or an expression; this target is a film already"
            )
        return shown(target.thing, look)
    record: dict[str, Any] = {}
    names = [name for word in wrt for name in _PATH.split(word.strip()) if name]
    if names:
        record["wrt"] = names
    if seed is not None:
        record["seed"] = value(seed, "--seed")
    if along:
        record |= {"direction": values(along), "sweeps": ("forward", "tangent", "backward")}
    return film(target.thing, *target.args, kwargs=target.values or None, **record, **look)


def shown(made: Film, look: Mapping[str, Any]) -> Film:
    """Return a film of the same run with some options of its pictures changed."""
    if not look:
        return made
    options = replace(made._options, **look)
    kept = {name: getattr(options, name) for name in ("theme", "pace", "rankdir", "title", "depth", "panels")}
    return Film(made.run, inputs=made._inputs, **kept)


def write_all(made: Film, paths: Sequence[Path], options: Mapping[str, Any]) -> None:
    """Write every file, and say what each became. Raises `UnknownName` and `CannotWrite` as `Film.save` does."""
    told: set[str] = set()
    for path in paths:
        animated = table.writer_for(path).animated
        # Which frame a still shows means nothing to a film, which shows them all.
        fitting = {k: v for k, v in options.items() if not (animated and k in ("frame", "until"))}
        with progress(path.name, animated) as step:
            made.save(path, **fitting, progress=step)
        frames = f"{len(made)} frames, {seconds(made):.1f} s, " if animated else ""
        say(f"{path}: {frames}{size(path.stat().st_size)}")
        size_asked = {k: v for k, v in options.items() if k in ("width", "height")}
        for note in made._drawing(**size_asked, moving=animated).said:
            if note not in told:
                told.add(note)
                say(f"  {note}")


def seconds(made: Film) -> float:
    """Return how long a film lasts."""
    return made.frames.seconds


@contextmanager
def progress(name: str, animated: bool) -> Iterator[Progress | None]:
    """Show a progress bar for a film, on a terminal only."""
    if not (animated and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(escape(name)), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
