"""From a target to its film, and from the film to its files, with a line said for each."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import UnknownName
from ..film import Film, Progress, film
from ..picture.timing import counted
from ..writers import table
from ..writers.heeds import heeded, plays
from ..writers.numbered import numbered, others
from .loading import load
from .options import typed
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
    **look: Any,
) -> Film:
    """Record a target and return its film; `look` is of its pictures, as `Film.restyled` takes it."""
    if isinstance(target.thing, Film):
        if wrt or seed or along:
            raise UnknownName(
                "--wrt, --seed and --along are for what is yet to be recorded, and this is a film; leave it out"
            )
        with typed():
            return target.thing.restyled(**look) if look else target.thing
    record: dict[str, Any] = {}
    names = [name for word in wrt for name in _PATH.split(word.strip()) if name]
    if names:
        record["wrt"] = names
    if seed is not None:
        record["seed"] = value(seed, "--seed")
    if along:
        record |= {"direction": values(along), "sweeps": ("forward", "tangent", "backward")}
    with typed():
        return film(target.thing, *target.args, kwargs=target.values or None, **record, **look)


def write_all(
    made: Film, paths: Sequence[Path], options: Mapping[str, Any] | None = None, most: int | None = None
) -> None:
    """Write every file, and say what each became.

    options  of `Film.save`; a file is written with those that it heeds
    most     bytes that a film has at most, if it plays by itself: it takes a coarser pace where it has to

    Raises `UnknownName` and `CannotWrite` as `Film.save` does.
    """
    told: set[str] = set()
    load(table.writer_for(path).needs for path in paths)
    with _stoppable():
        for path in paths:
            _written(made, path, options or {}, most, told)


@contextmanager
def _stoppable() -> Iterator[None]:
    """End as Ctrl-C does, with no unfinished file left, on SIGTERM too and where the terminal is closed."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    main = threading.current_thread() is threading.main_thread()  # others may not take signals
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if main and hasattr(signal, name)]
    taken = [n for n in numbers if signal.getsignal(n) == signal.SIG_DFL]  # nohup has its own
    try:
        for n in taken:
            signal.signal(n, stop)
        yield
    finally:
        for n in taken:
            signal.signal(n, signal.SIG_DFL)


def _written(made: Film, path: Path, options: Mapping[str, Any], most: int | None, told: set[str]) -> None:
    """Write one file, and say what it became; what was told of another is not told again."""
    writer, each = table.writer_for(path), numbered(path)
    film = plays(options, path)
    kept, notes = _write(made, path, heeded(options, path), most if film and writer.timed else None)
    if writer.takes == "run":
        say(f"{path}: {size(path.stat().st_size)}")
        return
    drawing = made.drawing(**_drawn(kept), moving=film or each is not None)
    if each is not None:
        total = sum(each(k).stat().st_size for k in drawing.shown)
        say(f"{path}: {_counted(len(drawing), 'files')}, {size(total)}")
        if old := others(path, drawing.shown):
            names = f"stand {old[0].name} to {old[-1].name}" if len(old) > 1 else f"stands {old[0].name}"
            say(f"  beside them {names}, written before; remove what is not wanted")
    else:
        count = _counted(len(drawing), writer.turned or "frames")
        length = f"{drawing.seconds:.1f} s, " if writer.timed else ""
        say(f"{path}: {f'{count}, {length}' if film else ''}{size(path.stat().st_size)}")
    if "tex" in kept:
        say(f"{path.with_suffix('.tex')}: its pages in Beamer")
    notes += [note for note in drawing.said if writer.timed or " s long; " not in note]
    for note in (*notes, *([str(made.trouble)] if made.trouble else [])):
        if note not in told:
            told.add(note)
            say(f"  {note}")


def _counted(count: int, things: str) -> str:
    return f"{count} {things if count != 1 else things.removesuffix('s')}"


def _write(made: Film, path: Path, options: dict[str, Any], most: int | None) -> tuple[dict[str, Any], list[str]]:
    """Write a file; where it has more bytes than `most`, again at coarser paces until it has not.

    Returns the options it was written with, and what is to be said of them. A pace that was asked for stays, and so
    does one by which steps were counted.
    """

    def write(options: Mapping[str, Any]) -> int:
        with progress(path.name, table.writer_for(path).animated or numbered(path) is not None) as step:
            made.save(path, **options, progress=step)
        return path.stat().st_size if path.is_file() else 0

    first = count = write(options)
    if most is None or first <= most:
        return options, []
    fixed = "pace" in options or any(counted(options.get(name)) for name in ("first", "last"))
    frames = len(made.drawing(**_drawn(options)))
    for pace in () if fixed else made.paces:
        coarser = options | {"pace": pace}
        now = len(made.drawing(**_drawn(coarser)))
        if now < frames:
            frames, options, count = now, coarser, write(coarser)
        if count <= most:
            return options, [f"pace {pace} keeps it under {size(most)}; finer it would be {size(first)}"]
    less = "a coarser --pace, or a part of it, " if fixed else "a part of it, "
    return options, [f"more than {size(most)}; less is {less}--from one step --to another"]


def _drawn(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of `Film.save` that `Film.drawing` takes too."""
    return {k: v for k, v in options.items() if k not in ("frame", "until", "fps", "loop", "tex")}


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
