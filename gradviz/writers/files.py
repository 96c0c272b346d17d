"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import CannotWrite

_NAMELESS: int = getattr(os, "O_TMPFILE", 0) if os.path.isdir("/proc/self/fd") else 0
_FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the quota is used up", errno.EFBIG: "the file is too large"}


@contextmanager
def whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for bytes; it takes its place when the block ends well, and nothing is left when it does not.

    Raises `CannotWrite` with what is wrong with the path. A link is followed; a device or pipe is written directly.
    """
    given = Path(path)
    target = check(given)
    with _told(given):
        if target.exists() and not target.is_file():  # /dev/stdout, a named pipe
            with target.open("wb") as device:
                yield device
            return
        part = target.parent / f".gradviz-{secrets.token_hex(6)}.part"
        try:
            out = _begun(part)
        except OSError as e:
            raise CannotWrite(_reason(given, e)) from e
        try:
            with out:
                yield out
                out.flush()
                if not part.exists():
                    _name(out.fileno(), part)
            _finish(given, part, target)
        except BaseException:
            with suppress(OSError):
                out.close()
            with suppress(OSError):
                part.unlink()
            raise


def _begun(part: Path) -> BinaryIO:
    """Open a file that has no name yet, where the system has such: it is gone with the process, however that ends."""
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
    if _NAMELESS:
        with suppress(OSError):  # not every file system has them; what else is wrong, the other way says
            return os.fdopen(os.open(part.parent, flags | _NAMELESS, 0o666), "wb")
    return os.fdopen(os.open(part, flags | os.O_CREAT | os.O_EXCL, 0o666), "wb")


def _name(file: int, part: Path) -> None:
    """Give an open file a name (open(2), on O_TMPFILE)."""
    place = f"/proc/self/fd/{file}"
    try:
        os.link(place, part, src_dir_fd=file, follow_symlinks=True)  # it follows the link only with a folder
    except OSError:  # not allowed everywhere
        with open(place, "rb") as whole, part.open("xb") as copy:
            shutil.copyfileobj(whole, copy)


@contextmanager
def _told(given: Path) -> Iterator[None]:
    """Say it where there is no room, also where what a library makes of that is raised after it."""
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, CannotWrite):
            if isinstance(cause, OSError) and cause.errno in _FULL:
                raise CannotWrite(_reason(given, cause)) from error
            cause = cause.__context__
        raise


def check(given: Path) -> Path:
    """Return the file that a path stands for; raise `CannotWrite` where it cannot be written to."""
    try:
        device = given.exists() and not given.is_file()  # what /dev/stdout leads to need have no name
        target = given if device else Path(os.path.realpath(given))
        _check(given, target)
    except CannotWrite:
        raise
    except OSError as e:
        raise CannotWrite(_reason(given, e)) from e
    return target


def folder(path: Path) -> None:
    """Make a folder in one that there is. Raises `CannotWrite`."""
    if path.is_dir():
        return
    try:
        path.mkdir()
    except FileNotFoundError as e:
        raise CannotWrite(f"{str(path)!r} cannot be made: there is no folder {str(path.parent)!r}") from e
    except OSError as e:
        raise CannotWrite(_reason(path, e)) from e


def _check(given: Path, target: Path) -> None:
    folder = target.parent
    if target.is_dir():
        raise CannotWrite(f"{str(given)!r} is a folder; give the name of a file in it")
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(f"{str(given)!r} cannot be written: {str(folder)!r} is a file, not a folder")
    if not folder.exists():
        raise CannotWrite(f"{str(given)!r} cannot be written: there is no folder {str(folder)!r}; make it first")
    if target.exists() and not os.access(target, os.W_OK):
        raise CannotWrite(f"{str(given)!r} may not be written to: it is read-only; choose another name")
    if not os.access(folder, os.W_OK) and not (target.exists() and not target.is_file()):
        raise PermissionError(errno.EACCES, "")


def _finish(given: Path, part: Path, target: Path) -> None:
    try:
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    except OSError as e:
        raise CannotWrite(_reason(given, e)) from e


def _reason(given: Path, e: OSError) -> str:
    if e.errno in _FULL:
        return f"{str(given)!r} cannot be written: {_FULL[e.errno]}; make room, or choose another place"
    if e.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{str(given)!r} cannot be written: no permission to write in {str(given.parent)!r}; choose another place"
        )
    if e.errno == errno.ENAMETOOLONG:
        return f"{str(given)!r} cannot be written: the name is too long; choose a shorter one"
    return f"{str(given)!r} cannot be written: {e.strerror or e}; choose another place"
