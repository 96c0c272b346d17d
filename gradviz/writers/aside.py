"""Work done beside the drawing: one frame is encoded in a thread while the next ones are drawn."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

_Result = TypeVar("_Result")
AHEAD = 8  # frames drawn and not yet encoded, at most: some take an encoder much longer than others
_SWITCH = 0.0001  # s


def in_turn(work: Iterator[Callable[[], _Result]]) -> Iterator[_Result]:
    """Do pieces of work one after the other in a thread, and yield what they return, in their order.

    The next pieces are made meanwhile, a few ahead at most, so memory does not grow with their number.
    """
    waiting: deque[Future[_Result]] = deque()
    with _brisk(), ThreadPoolExecutor(1) as worker:
        try:
            for piece in work:
                waiting.append(worker.submit(piece))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


_lock = Lock()
_usual: list[float] = []  # the interval before, once for each that is at work


@contextmanager
def _brisk() -> Iterator[None]:
    """Let threads take turns fifty times as often as usual.

    An encoder leaves the interpreter for its work and comes back several times a frame. Each time it would wait
    5 ms for the thread that draws, which is longer than a frame takes.
    """
    with _lock:
        _usual.append(_usual[0] if _usual else sys.getswitchinterval())
        sys.setswitchinterval(min(_SWITCH, _usual[0]))
    try:
        yield
    finally:
        with _lock:
            usual = _usual.pop()
            if not _usual:
                sys.setswitchinterval(usual)
