"""Compiled packages are loaded before a file is begun, with Ctrl-C put off: one that is interrupted half-way through
its own beginning takes the process down, or passes for one that is not installed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module

#: What every picture is drawn with: glyphs, the rasteriser, encoders.
DRAWING = ("matplotlib.ft2font", "matplotlib.backends._backend_agg", "PIL.GifImagePlugin")


def load(more: Iterable[str | None]) -> None:
    """Import what is drawn with, and what a kind of file needs besides. Raises `KeyboardInterrupt` after it."""
    with put_off():
        for name in dict.fromkeys((*DRAWING, *more)):
            if name:
                import_module(name)


@contextmanager
def put_off() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block."""
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield  # it is ignored, or not ours to take
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt
