"""Work beside the drawing: in order, a few pieces ahead, and nothing left behind when something fails."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from gradviz.writers.aside import AHEAD, in_turn


def test_results_come_in_order_from_one_other_thread() -> None:
    def work(k: int) -> tuple[int, int]:
        time.sleep(0.002 * (k % 3))
        return k, threading.get_ident()

    found = list(in_turn(partial(work, k) for k in range(20)))
    assert [k for k, _ in found] == list(range(20))
    (thread,) = {thread for _, thread in found}
    assert thread != threading.get_ident()


def test_only_a_few_pieces_are_made_ahead() -> None:
    made = 0

    def pieces() -> Iterator[Callable[[], int]]:
        nonlocal made
        for k in range(50):
            made += 1
            yield partial(int, k)

    assert all(made <= k + AHEAD + 1 for k in in_turn(pieces()))
    assert made == 50


def test_an_error_in_the_work_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_turn(partial(divmod, 1, d) for d in (2, 1, 0, 1, 1, 1, 1)))


def test_an_error_while_pieces_are_made_is_raised() -> None:
    def pieces() -> Iterator[Callable[[], int]]:
        yield int
        raise KeyError("the next frame")

    with pytest.raises(KeyError, match="the next frame"):
        list(in_turn(pieces()))


def test_threads_take_turns_as_before_afterwards() -> None:
    before = sys.getswitchinterval()
    outer, inner = in_turn(int for _ in range(9)), in_turn(int for _ in range(9))
    next(outer), next(inner)
    assert sys.getswitchinterval() < before
    outer.close()
    assert sys.getswitchinterval() < before  # the other one is still at work
    inner.close()
    assert sys.getswitchinterval() == before
