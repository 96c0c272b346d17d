"""Names of files that frames are written to, one each: a number's place in them, as printf writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from pathlib import Path

from ..errors import UnknownName

_PLACE = re.compile(r"%%|%(0?\d{0,2})d")


def numbered(path: Path) -> Callable[[int], Path] | None:
    """Return the function from a frame's number to its file: "%03d.svg" gives 000.svg, 001.svg; None without a place.

    In a name with %d, %3d or %03d, a percent sign is written %%; in any other name it is itself. Raises `UnknownName`
    for a name with two places, and for one in a folder that is not there and has a place in its name.

    >>> numbered(Path("frames/%03d.svg"))(7).as_posix()
    'frames/007.svg'
    """
    folder = next((f.name for f in path.parents if any(_places(f.name)) and not f.is_dir()), None)
    if folder is not None:  # one that is there may be called so
        raise UnknownName(
            f"{str(path)!r} has a place for a frame's number in its folder {folder!r}; "
            "the number can stand in the file's name only, once, as in frames/%03d.png"
        )
    name = path.name
    places = _places(name)
    if not places:
        return None
    if len(places) > 1:
        raise UnknownName(f"{str(path)!r} has {len(places)} places for a frame's number; keep one, and write others %%")
    return lambda k: path.with_name(_PLACE.sub(lambda m: "%" if m[0] == "%%" else m[0] % k, name))


def _places(name: str) -> list[re.Match[str]]:
    return [m for m in _PLACE.finditer(name) if m[0] != "%%"]


def others(path: Path, written: Container[int]) -> list[Path]:
    """Return the files beside the frames that are named as they are, and have none of the numbers written.

    A longer film has left them there: what takes all files of that name would show its frames after the new ones.
    """
    each = numbered(path)
    if each is None:
        return []
    named, at = "", 0
    for m in _PLACE.finditer(path.name):
        named += re.escape(path.name[at : m.start()]) + ("%" if m[0] == "%%" else r" *(\d+)")
        at = m.end()
    named += re.escape(path.name[at:])
    found = [(int(k[1]), file) for file in path.parent.iterdir() if (k := re.fullmatch(named, file.name))]
    return [file for k, file in sorted(found) if k not in written and file == each(k)]
