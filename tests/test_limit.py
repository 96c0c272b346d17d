"""How much one computation may record: a loop that never ends is stopped and named, a long one is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import gradviz as gv
from gradviz.calculus.limit import VARIABLE
from gradviz.errors import TooLarge, UnknownName


def endless(x: Any) -> Any:
    while True:
        x = x * 1.5


ENDLESS = rf"{Path(__file__).name}:{endless.__code__.co_firstlineno + 2}: more than 10,000 operations.*this loop end"


@pytest.mark.parametrize("way", [lambda f: gv.film(f, 1.0), lambda f: gv.grad(f)(1.0), lambda f: gv.check(f, 1.0)])
def test_a_loop_that_never_ends_is_stopped_and_named(way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "10_000")
    with pytest.raises(TooLarge, match=ENDLESS):
        way(endless)
    assert gv.grad(lambda x: x * x)(3.0) == 6.0  # what comes after is none the worse


def test_each_computation_counts_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "10_000")
    for _ in range(30):
        assert gv.grad(lambda x: sum(x * x for _ in range(1000)))(1.0) == 2000.0
    x = gv.var(1.0)
    for _ in range(20_000):  # nothing is kept of what is no longer used, so a script's own loop may go on
        x = gv.var(x.value * 1.0)
    assert x.value == 1.0


def test_a_loop_of_a_hundred_thousand_is_recorded() -> None:
    def long(x: Any) -> Any:
        for _ in range(100_000):
            x = x * 1.0
        return x

    assert gv.grad(long)(2.0) == 1.0


def test_what_is_no_count_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "many")
    with pytest.raises(UnknownName, match=f"{VARIABLE}='many' is no count; give a whole number from 1"):
        gv.film(lambda x: x * x, 1.0)


def test_the_command_ends_as_its_help_says(gradviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "10000")
    (tmp_path / "mine.py").write_text(
        "def slow(x):\n    while True: x = x * 1.5\n\ndef full(x):\n    raise MemoryError\n", encoding="utf-8"
    )
    said = gradviz("render", "mine.py:slow", "x=1", "-o", "a.svg")
    assert said.code == 5 and said.err.startswith("gradviz: mine.py:2: more than 10,000")
    said = gradviz("render", "mine.py:full", "x=1", "-o", "a.svg")
    assert said.code == 5 and said.err.startswith("gradviz: mine.py:5: out of memory; ") and said.err.count("\n") == 1
