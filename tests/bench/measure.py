"""Rows of the bench: a cost beside its yardstick, both measured in this run, and the bar for their ratio."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One line of the table.

    ratio    what is held against the bar; at least `bar` where `more` is better, at most `bar` otherwise
    skipped  why there is nothing to compare with
    """

    name: str
    ours: str = ""
    yardstick: str = ""
    ratio: float = 0.0
    bar: float = 0.0
    more: bool = False
    skipped: str = ""

    @property
    def holds(self) -> bool:
        return bool(self.skipped) or (self.ratio >= self.bar if self.more else self.ratio <= self.bar)


def timed(work: Callable[[], Any], times: int = 3) -> float:
    """Return the median of the seconds that some runs take."""
    return statistics.median(timed_each(work, times))


def timed_each(work: Callable[[], Any], times: int) -> list[float]:
    """Return the seconds that each of some runs takes."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found


def in_turn(*works: Callable[[], Any], times: int = 5) -> list[float]:
    """Time several pieces of work one after the other, again and again, so that noise meets all; return medians."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, seconds in zip(works, found, strict=True):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return list(map(statistics.median, found))


def child(code: str) -> str:
    """Run some Python in a process of its own, with the bench's modules at hand, and return what it prints."""
    path = os.pathsep.join([str(HERE.parents[1]), str(HERE), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        (sys.executable, "-c", code), env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    return done.stdout


def seconds(s: float) -> str:
    """Write a time as people read it: 1.25 s, 43 ms, 380 µs."""
    return f"{s:.3g} s" if s >= 1 else f"{s * 1e3:.3g} ms" if s >= 1e-3 else f"{s * 1e6:.3g} µs"


def size(n: float) -> str:
    """Write a number of bytes: 2.1 MB, 6.3 kB."""
    return f"{n / 1e6:.3g} MB" if n >= 1e6 else f"{n / 1e3:.3g} kB"
