"""From a target to its film, and from the film to its files, with a line said for each."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import UnknownName
from ..film import Film, Progress, film
from ..writers import table
from ..writers.numbered import numbered
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
    reveal: str | None = None,
) -> Film:
    """Record a target and return its film; what is None is left to the film."""
    look: dict[str, Any] = {
        k: v
        for k, v in (
            ("theme", theme), ("pace", pace), ("rankdir", rankdir), ("title", title), ("depth", depth),
            ("reveal", reveal),
        )
        if v is not None
    }  # fmt: skip
    if isinstance(target.thing, Film):
        if wrt or seed or along:
            raise UnknownName(
                "--wrt, --seed and --along need a function or an expression; this target is a film already"
            )
        return target.thing.restyled(**look) if look else target.thing
    record: dict[str, Any] = {}
    names = [name for word in wrt for name in _PATH.split(word.strip()) if name]
    if names:
        record["wrt"] = names
    if seed is not None:
        record["seed"] = value(seed, "--seed")
    if along:
        record |= {"direction": values(along), "sweeps": ("forward", "tangent", "backward")}
    return film(target.thing, *target.args, kwargs=target.values or None, **record, **look)


#: Options that say which frame a still is, and those that say how a film is played.
_STILL, _PLAYED = ("frame", "until"), ("fps", "loop", "seconds_per_step", "hold", "first", "last")


def write_all(made: Film, paths: Sequence[Path], options: Mapping[str, Any]) -> None:
    """Write every file, and say what each became. Raises `UnknownName` and `CannotWrite` as `Film.save` does."""
    told: set[str] = set()
    for path in paths:
        writer, each = table.writer_for(path), numbered(path)
        single = writer.single and any(k in options for k in _STILL)
        film = writer.animated and not single
        # Which frame a still shows means nothing to a film, which shows them all, and a still is not played.
        unfit = _STILL if film or each else _PLAYED
        if not film or writer.module != "writers.pdf" or each is not None:
            unfit = (*unfit, "tex")
        fitting = {k: v for k, v in options.items() if k not in unfit}
        with progress(path.name, film or each is not None) as step:
            made.save(path, **fitting, progress=step)
        kept = {k: v for k, v in fitting.items() if k not in ("frame", "until", "fps", "loop", "tex")}
        drawing = None if writer.takes == "run" else made.drawing(**kept, moving=film or each is not None)
        if drawing is not None and each is not None:
            count = sum(each(k).stat().st_size for k in drawing.shown)
            say(f"{path}: {len(drawing)} files, {size(count)}")
        else:
            frames = f"{len(drawing)} frames, {drawing.seconds:.1f} s, " if film and drawing else ""
            say(f"{path}: {frames}{size(path.stat().st_size)}")
            if "tex" in fitting:
                say(f"{path.with_suffix('.tex')}: its pages in Beamer")
        for note in (*(drawing.said if drawing else ()), *([str(made.trouble)] if made.trouble else [])):
            if note not in told:
                told.add(note)
                say(f"  {note}")


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
