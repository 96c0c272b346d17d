"""What the command line says: errors as clean messages with exit codes, the user's own tracebacks, sizes."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import errors
from ..picture.words import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

DONE, RAISED, USAGE, MISMATCH, MISSING, LIMIT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
#: Frames of a traceback that are shown at most; a deep recursion has a thousand.
MOST_FRAMES = 20
#: Columns of a table where there is no terminal.
WIDE = 120

_OURS = Path(__file__).resolve().parents[1]
_LIBRARIES = tuple(Path(p).resolve() for key, p in sysconfig.get_paths().items() if key.endswith(("lib", "stdlib")))
_LIBRARY_FOLDERS = ("site-packages", "dist-packages")


def say(text: str) -> None:
    """Write a message to standard error; nothing that a name holds reaches the terminal as a command to it."""
    click.echo("".join(c if c in "\n\t" else visible(c) for c in text), err=True)


def show(*parts: RenderableType) -> None:
    """Write tables to standard output, as wide as the terminal, and without the blanks that Rich ends lines with."""
    from rich.console import Console

    console = Console(width=columns())
    with console.capture() as made:
        for part in parts:
            console.print(part)
    print("\n".join(line.rstrip() for line in made.get().split("\n")), end="", flush=True)


def columns() -> int:
    """Return how wide the terminal is; `WIDE` where there is none."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if terminal else WIDE


def failed(error: BaseException) -> int:
    """Say what went wrong, as plainly as its kind allows, and return the exit code."""
    if isinstance(error, MemoryError) and not isinstance(error, errors.GradvizError):
        return _exhausted(error)
    own = users(error)
    match error:
        case errors.GradvizError():
            say(f"gradviz: {error}")
            if own and f"{Path(own[-1].filename).name}:" not in str(error):
                say(f"  at {_shown(own[-1].filename)}:{own[-1].lineno}: {own[-1].line}")
            return _code(error, bool(own))
        case SyntaxError() if error.filename and _is_user(error.filename):
            say("".join(traceback.format_exception_only(error)).rstrip())
            return RAISED
        case SystemExit():
            say(f"gradviz: the code stopped itself with SystemExit({error.code!r}) while it was run")
            return RAISED
        case OSError() if not own:
            what = f"{error.filename} cannot be read" if error.filename else "the output cannot be written"
            say(f"gradviz: {what}: {error.strerror or error}")
            return USAGE
    if own:
        say("Traceback (most recent call last):")
        for line in traceback.StackSummary.from_list(own[-MOST_FRAMES:]).format():
            click.echo(line, err=True, nl=False)
        say("".join(traceback.format_exception_only(error)).rstrip())
        return RAISED
    traceback.print_exception(error, file=sys.stderr)
    say("gradviz: this is a fault in gradviz itself, not in your input; please report it with the lines above")
    return RAISED


def _exhausted(error: BaseException) -> int:
    """Say that memory has run out, once what the tracebacks keep alive is let go: words need memory too."""
    lines: list[tuple[str, int]] = []
    one: BaseException | None = error
    while one is not None:
        at, one.__traceback__ = one.__traceback__, None
        while at is not None:
            lines.append((at.tb_frame.f_code.co_filename, at.tb_lineno))
            at = at.tb_next
        before = one.__context__
        one.__cause__ = one.__context__ = None
        one = before
    place = next((f"{_shown(file)}:{line}: " for file, line in reversed(lines) if _is_user(file)), "")
    say(f"gradviz: {place}out of memory; draw less at once: fewer values, --depth 1, a smaller --width")
    return LIMIT


def _code(error: errors.GradvizError, in_user_code: bool) -> int:
    match error:
        case errors.GradientMismatch():
            return MISMATCH
        case errors.PartMissing():
            return MISSING
        case errors.TooLarge() | errors.LayoutFailed():
            return LIMIT
        case errors.Detached() | errors.UnknownFunction() | errors.GraphChanged():
            return RAISED
    return RAISED if in_user_code else USAGE


def users(error: BaseException) -> list[traceback.FrameSummary]:
    """Return the frames of an error's traceback that are in the user's own code."""
    return [f for f in traceback.extract_tb(error.__traceback__) if _is_user(f.filename)]


def _is_user(filename: str) -> bool:
    """Tell whether a file is the user's own: not of gradviz, the standard library or an installed package."""
    if filename.startswith("<"):
        return False
    path = Path(filename).resolve()
    if path.is_relative_to(_OURS) or any(part in _LIBRARY_FOLDERS for part in path.parts):
        return False
    return not any(path.is_relative_to(p) for p in _LIBRARIES)


def _shown(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else filename


def size(count: int) -> str:
    """Write a number of bytes: 812 B, 21.4 kB, 1.3 MB.

    >>> size(21_400)
    '21.4 kB'
    """
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.1f} kB" if count < 999_950 else f"{count / 1e6:.1f} MB"
