"""How long each frame of a film is shown, and what a reader may want to know of a film that takes long."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeAlias

from ..errors import UnknownName, in_range
from ..record import ASKING, PACES, Run, Step, asking, steps
from . import lapse
from .scene import Frame

#: A frame, a sweep or a step of one; None where a film begins or ends.
Place: TypeAlias = int | str | None

#: Seconds that a film should take at most, where nobody asked for another pace.
AIM = 60.0
FIRST, LAST = 2.0, 4.0  # seconds: to find one's way in, and to see how it ended
_SECONDS = {"forward": 0.9, "tangent": 0.9, "backward": 1.4, "update": 1.2}
_QUESTION = 2.4  # to work it out
_AGAIN = 0.6  # of these times, in a second iteration by layer
_LEAST = 0.5  # a step is not shown shorter to save time: nobody could read it
_MOST = 3600.0
_COUNTED = re.compile(r"-?\d+|.*:\d+")  # a frame, or a step of a sweep


def times(
    run: Run, frames: Sequence[Step | None], *, each: float | None = None, hold: float | None = None
) -> tuple[float, ...]:
    """Return how long each frame is shown, in seconds; None among them is the finished frame.

    each  of one step, and of each half of a step that asks first; frames of whole iterations that go faster keep
          their time. Without it a step takes about a second, the first two, and steps get shorter, to half a second,
          in a film that would take more than a minute
    hold  of the last frame; 4 if None
    """
    for name, given in (("seconds_per_step", each), ("hold", hold)):
        if given is not None and not in_range(given, 0.02, _MOST):
            raise UnknownName(f"{name}={given!r} is not a time in seconds; choose from 0.02 to {_MOST:g}")
    shown = [_usual(run, f) if f else LAST for f in frames]
    if each is not None:
        shown = [min(t, each) if f and f.whole else each for t, f in zip(shown, frames, strict=True)]
    else:
        shown[0] = max(shown[0], FIRST)
        shown = [shown[0], *_shorter(shown[1:-1], AIM - shown[0] - LAST), shown[-1]] if len(shown) > 1 else shown
    shown[-1] = LAST if hold is None else hold
    return tuple(shown)


def _usual(run: Run, step: Step) -> float:
    """Return how long a step is shown; a second iteration by layer goes faster than the first by node."""
    if step.whole:
        return lapse.seconds(step)
    again = step.iteration and lapse.count(run, step.iteration)[1] != 1
    return (_QUESTION if step.asks else _SECONDS[step.kind]) * (_AGAIN if again else 1.0)


def _shorter(shown: Sequence[float], room: float) -> list[float]:
    """Shorten times that take more than the room, all by one factor, none to less than `_LEAST`."""

    counts = Counter(shown)  # of few different times

    def by(factor: float) -> dict[float, float]:
        return {t: max(min(t, _LEAST), t * factor) for t in counts}

    if sum(shown) <= room:
        return list(shown)
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        total = sum(counts[t] * new for t, new in by(middle).items())
        low, high = (middle, high) if total <= room else (low, middle)
    new = by(low)
    return [round(new[t], 2) for t in shown]


def advice(
    run: Run, frames: Sequence[Step | None], each: float | None, hold: float | None, part: tuple[Place, Place]
) -> str:
    """Say that a film takes more than a minute, and what would make it shorter; "" where it does not.

    part  the first and the last place that are played, as they were asked for
    """

    def seconds(frames: Sequence[Step | None], each: float | None = each, hold: float | None = hold) -> float:
        return sum(times(run, frames, each=each, hold=hold))

    total = seconds(frames)
    if total <= AIM + 1:
        return ""
    ways = []
    asks = any(f and f.asks for f in frames)
    for pace in () if any(map(counted, part)) else ASKING if asks else PACES:
        path = asking(steps(run, pace)) if asks else steps(run, pace)
        coarser = [*path, None][played(run, path, *part)]
        if len(coarser) < len(frames) and seconds(coarser) <= AIM:
            ways.append(f"pace {pace} ({seconds(coarser):.0f} s)")
            break
    last = LAST if hold is None else hold
    quicker = int((AIM - last) / max(len(frames) - 1, 1) * 20) / 20
    if quicker >= 0.2:
        ways.append(f"{quicker:g} seconds per step ({seconds(frames, quicker):.0f} s)")
    if last > LAST and ((held := seconds(frames, hold=LAST)) <= AIM or last > AIM):
        ways.append(f"hold {LAST:g} ({held:.0f} s)")
    return f"{total:.0f} s long; shorter with {' or '.join(ways) or 'a part of it, from one step to another'}"


def counted(where: Place) -> bool:
    """Tell whether a place in a film is found by counting frames or steps, and so is another one at another pace."""
    return where is not None and _COUNTED.fullmatch(str(where)) is not None


def played(run: Run, path: Sequence[Step], first: Place, last: Place) -> slice:
    """Return which frames are played from one place to another; None is an end of the film."""
    start = place(run, path, 0 if first is None else first)
    return slice(start, place(run, path, -1 if last is None else last, end=True) + 1)


def place(run: Run, path: Sequence[Step], where: int | str, *, end: bool = False) -> int:
    """Return the index of a frame: a number, a sweep's name (its first frame, or at the `end` its last), or
    a step of one, as in "backward:3".
    """
    try:
        k = int(str(where))
    except ValueError:
        found = _of_sweep(run, path, str(where))
        if not found:
            names = dict.fromkeys(n for s in path for n in _names(run, s))
            raise UnknownName(
                f"{where!r} is no place in this film; choose a frame from 0 to {len(path)}, a sweep "
                f"({', '.join(list(names)[:20])}), or a step of one, as in {next(iter(names), 'forward')}:2"
            ) from None
        return found[-1 if end else 0]
    n = len(path) + 1
    if not -n <= k < n:
        raise UnknownName(f"frame {k} of a film of {n} frames; choose from {-n} to {n - 1}")
    return k % n


def _names(run: Run, step: Step) -> tuple[str, ...]:
    label = run.sweeps[step.sweep].label
    return (step.kind, label) if label else (step.kind,)


def _of_sweep(run: Run, path: Sequence[Step], where: str) -> list[int]:
    """Return the frames of all sweeps of that name, or those of one step in them."""
    found = [k for k, s in enumerate(path) if where in _names(run, s)]
    name, colon, step = where.rpartition(":")
    if found or not colon or not step.isdecimal():
        return found
    return [k for k, s in enumerate(path) if name in _names(run, s) and s.k == int(step)]


def check_rate(times: Iterable[float], fps: float) -> None:
    """Check that frames at a fixed rate keep their times, each shown once at least, but for one frame.

    Raises `UnknownName` with the least time of a step.
    """
    made = 0
    for at in accumulate(times):
        due = round(at * fps)
        made = max(made + 1, due)
        if made > due + 1:
            least = math.ceil(1000 / fps) / 1000
            raise UnknownName(
                f"at fps={fps:g} no step is shorter than {least:g} s, and the film would take longer than its steps; "
                f"give seconds_per_step={least:g} or more, or a higher fps"
            )


def at_rate(frames: Iterable[Frame], fps: float) -> Iterator[Frame]:
    """Yield each frame as often as it takes to show it for its time at so many frames a second, at least once."""
    at, made = 0.0, 0
    for frame in frames:
        at += frame.seconds
        count = max(1, round(at * fps) - made)
        made += count
        yield from [replace(frame, seconds=1 / fps)] * count
