"""Where an operation happens, and that nothing is kept alive for it."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from gradviz.calculus.leaf import var
from gradviz.calculus.record import record
from gradviz.calculus.site import Site, calling, forget, here, is_user, tracing, user_frame


def site() -> Site:
    """Return the Site of the caller, as an operation would."""
    return here(sys._getframe(1))


def test_a_frame_has_one_site_and_every_call_its_own() -> None:
    def f() -> tuple[Site, Site]:
        return site(), site()

    mine = site()
    (a, again), (b, _) = f(), f()
    assert a is again
    assert a is not b
    assert a.instance != b.instance
    assert a.parent is b.parent is mine is site()
    assert a.at != b.at
    assert a.code is f.__code__
    assert a.direct


def test_recursion_makes_a_chain() -> None:
    def f(n: int) -> list[Site]:
        own = site()
        return [own, *f(n - 1)] if n else [own]

    chain = f(50)
    assert len({s.instance for s in chain}) == 51
    assert all(inner.parent is outer for outer, inner in pairwise(chain))


def test_a_generator_is_found_below_whoever_resumes_it() -> None:
    def items() -> Iterator[Site]:
        while True:
            yield site()

    def take(it: Iterator[Site]) -> Site:
        return next(it)

    it = items()
    first, second = next(it), take(it)
    assert first.instance == second.instance
    assert first.parent is not None
    assert second.parent is not None
    assert first.parent.code.co_name == "test_a_generator_is_found_below_whoever_resumes_it"
    assert second.parent.code is take.__code__


def test_a_library_between_is_passed_over_and_noted() -> None:
    found: list[Site] = []

    def f(x: Any) -> Any:
        found.append(site())
        return x

    np.vectorize(f)(np.ones(1))
    assert found[-1].parent is site()
    assert not found[-1].direct


def test_the_bottom_of_a_trace_is_the_traced_function() -> None:
    def f() -> Site:
        return site()

    def runs() -> Site:
        with tracing(f):
            return f()

    assert runs().parent is None
    assert f().parent is site()


def test_nested_traces_come_back_to_the_outer_one() -> None:
    def inner() -> Site:
        return site()

    def traced(f: Callable[[], Any]) -> Any:
        with tracing(f):
            return f()

    def outer() -> tuple[Site, Site, Site]:
        before = site()
        return before, traced(inner), site()

    before, nested, after = traced(outer)
    assert before is after
    assert nested.parent is None


def test_no_frame_outlives_a_trace() -> None:
    class Big:
        pass

    alive: list[weakref.ref[Big]] = []

    def helper(x: Any) -> Any:
        big = Big()
        alive.append(weakref.ref(big))
        return x * x

    recorded = record(lambda x: helper(x) + helper(x), (2.0,))
    gc.collect()
    assert [r() for r in alive] == [None, None]
    assert len(recorded.run.graph.nodes) == 4


def test_without_a_trace_the_next_operation_or_forget_lets_go() -> None:
    class Big:
        pass

    alive: list[weakref.ref[Big]] = []

    def helper(x: Any) -> Any:
        big = Big()
        alive.append(weakref.ref(big))
        return x * x

    x = var(2.0)
    y = helper(x)
    _ = y + 1.0
    assert alive[0]() is None
    helper(x)
    forget()
    assert alive[1]() is None


def test_threads_do_not_mix() -> None:
    def f() -> Site:
        return site()

    found: list[Site] = []
    mine = site()
    thread = threading.Thread(target=lambda: found.append(f()))
    thread.start()
    thread.join()
    assert site() is mine
    parents = set()
    at = found[0].parent
    while at is not None:
        parents.add(at.instance)
        at = at.parent
    assert mine.instance not in parents


def test_whose_code_it_is() -> None:
    assert is_user(__file__)
    assert is_user("<stdin>")
    assert is_user("<ipython-input-1-abc>")
    assert not is_user(np.__file__)
    assert not is_user(threading.__file__)
    assert not is_user(sys.modules["gradviz.calculus.site"].__file__ or "")
    assert not is_user("<frozen importlib._bootstrap>")
    frame = sys._getframe()
    assert user_frame(frame) is frame


def test_what_is_traced_counts_as_the_users_wherever_it_is_installed() -> None:
    space: dict[str, Any] = {"site": site}
    exec(compile("def f(): return site()", "/usr/lib/python3/dist-packages/theirs/mod.py", "exec"), space)
    assert not space["f"]().user
    with tracing(space["f"]):
        assert space["f"]().user


def test_a_call_is_told_from_an_operator() -> None:
    seen: list[bool] = []

    class Probe:
        def __radd__(self, other: Any) -> Any:
            seen.append(calling(sys._getframe(1)))
            return 0

    sum([Probe()])
    _ = 0 + Probe()
    _ = max(0 + Probe(), sum([Probe()]))
    sum(*[[Probe()]])
    assert seen == [True, False, False, True, True]
    seen.clear()
    for _ in range(100):  # the interpreter rewrites what runs often
        sum([Probe()])
    assert all(seen)


def test_asking_again_from_the_same_frame_is_cheap() -> None:
    from timeit import timeit

    frame = sys._getframe()
    here(frame)
    assert min(timeit(lambda: here(frame), number=20_000) for _ in range(5)) / 20_000 < 1e-6
