"""Films as one SVG file that plays by itself, in an <img> too: no script, nothing loaded, CSS alone.

Each mark is written once, with the stretches of time in which it is seen; a shape that has several looks in turn is
written once for all of them. What is seen in the last frame is what a reader sees who asked for less motion, and a
program that knows no animation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, groupby, pairwise
from typing import BinaryIO

from ..picture.scene import Frame
from .reel import Classes, Reel
from .repeats import shared
from .svg import number, opening

_CLASSES = re.compile(' class="([^"]*)"')


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write all frames as one SVG; what is kept in memory is what the file holds.

    size  px of the output
    loop  how often the film plays, 0 for ever; then the last frame stays
    """
    reel, begins, end = Reel(), [], 0.0
    notes: list[str] = []
    last = None
    for last in frames:
        reel.add(last.scene)
        notes.append(last.note)
        begins.append(end)
        end += last.seconds
    if last is None:
        return
    end = end or 1.0  # frames of no time at all
    sheet = Sheet([t / end for t in begins], end, loop)
    body = sheet.renamed("\n".join(shared(reel.lines(sheet))))
    head = opening(replace(last.scene, desc=_story(notes)), size=size)
    out.write("\n".join([head, f"<style>{sheet.text()}</style>", body, "</svg>\n"]).encode())


def _story(notes: list[str]) -> str:
    """Return what a reader is told who does not see the film: each step's sentence with its number, if there are more.

    >>> _story(["x gets 2.", "x² = 4."])
    '1. x gets 2. 2. x² = 4.'
    """
    told = [note for note, _ in groupby(filter(None, notes))]
    return " ".join(f"{k}. {note}" for k, note in enumerate(told, 1)) if len(told) > 1 else "".join(told)


class Sheet(Classes):
    """The style sheet that plays the film."""

    moves = True

    def __init__(self, begins: list[float], seconds: float, loop: int) -> None:
        super().__init__()
        self._begins, self._seconds, self._loop = begins, seconds, loop
        least = min((b - a for a, b in pairwise(begins) if b > a), default=1.0)
        digits = 2 if seconds <= 100 and least > 5e-4 else 3  # 5 ms of a film, or less than what any frame takes
        self._at = [f"{number(round(100 * begin, digits))}%" for begin in begins]

    def renamed(self, body: str) -> str:
        """Return the body with the shortest names for the classes that come most often."""
        found = Counter(chain.from_iterable(m.split() for m in _CLASSES.findall(body)))
        names = {
            old: f"{letter}{i}"
            for letter, group in (("s", self.looks.values()), ("t", self.stretches.values()))
            for i, old in enumerate(sorted(group, key=lambda name: -found[name]))
        }
        self.looks = {what: names[old] for what, old in self.looks.items() if found[old]}
        self.stretches = {what: names[old] for what, old in self.stretches.items() if found[old]}

        def classes(m: re.Match[str]) -> str:
            return f' class="{" ".join(names.get(name, name) for name in m[1].split())}"'

        return _CLASSES.sub(classes, body)

    def text(self) -> str:
        rules = self.rules()
        hidden = [f".{n}" for frames, n in self.stretches.items() if frames[-1] != len(self._begins)]
        if hidden:
            rules.append(f"{','.join(hidden)}{{visibility:hidden}}")
        often = str(self._loop) if self._loop else "infinite"
        moving = [f"g,text,path,rect,circle,image,use{{animation:{number(self._seconds)}s step-end {often}}}"]
        for frames, name in self.stretches.items():
            moving.append(f".{name}{{animation-name:{name}}}@keyframes {name}{{{self._keys(frames)}}}")
        for motion, name in self.motions.items():
            keys = (
                f"{','.join(self._at[k] for k in frames)}{{transform:translateY({-up}px)}}" for up, frames in motion
            )
            moving.append(f".{name}{{animation-name:{name}}}@keyframes {name}{{{''.join(keys)}}}")
        rules.append("@media (prefers-reduced-motion:no-preference){" + "\n".join(moving) + "}")
        return "\n".join(rules)

    def _keys(self, frames: tuple[int, ...]) -> str:
        """Return when to show and when to hide; each holds until the next (step-end), at first what it is at rest."""
        at = self._at
        show, hide = [at[k] for k in frames[::2]], [at[k] for k in frames[1::2] if k < len(at)]
        if frames[0] > 0 and frames[-1] == len(at):
            hide.insert(0, "0%")
        texts = {"visible": show, "hidden": hide}
        return "".join(f"{','.join(keys)}{{visibility:{what}}}" for what, keys in texts.items() if keys)
