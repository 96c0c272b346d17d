"""The numbers that Vars are given as they are made, and how many a computation may make: a loop may never end."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import compress, count, cycle

from ..errors import TooLarge, UnknownName
from .refuse import place

#: Operations and constants that one computation may record, and the variable of the environment that changes it.
MOST, VARIABLE = 1_000_000, "GRADVIZ_MOST_OPERATIONS"
_EVERY = 4096


class _Counts(threading.local):
    """What one thread has recorded since its outermost computation began, and how much it may; 0 where none runs."""

    recorded = 0
    most = 0


_counts = _Counts()


class _Watch:
    """What is asked for its truth once in so many numbers, and raises where there have been too many.

    Recording an operation takes half a microsecond, so it cannot afford to count. An iterator in C can: `compress`
    takes a number for every true value that comes round, and only this one among thousands runs any Python. Unlike a
    generator, `compress` goes on after an error.
    """

    def __bool__(self) -> bool:
        if _counts.most:
            _counts.recorded += _EVERY
            if _counts.recorded >= _counts.most:
                raise TooLarge(
                    f"{place(None)}more than {_counts.most:,} operations and constants have been recorded, and it goes "
                    "on here; does this loop end? At most so many are recorded: give fewer iterations, arrays in place "
                    f"of single numbers, or {VARIABLE}={10 * _counts.most} in the environment"
                )
        return True


#: Gives the next seq: whatever is made from now on lies above it.
tick = compress(count(), cycle([*([True] * (_EVERY - 1)), _Watch()])).__next__


@contextmanager
def counting() -> Iterator[None]:
    """Count what is recorded in this block, and raise `TooLarge` beyond the limit; what runs inside counts along."""
    if _counts.most:
        yield
        return
    _counts.most, _counts.recorded = _most(), 0
    try:
        yield
    finally:
        _counts.most = 0


def _most() -> int:
    text = os.environ.get(VARIABLE, "").strip().replace("_", "")
    if text and not (text.isdecimal() and int(text)):
        raise UnknownName(f"{VARIABLE}={text!r} is no count; give a whole number from 1, such as {MOST}")
    return int(text or MOST)
