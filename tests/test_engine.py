"""Engines: found where they are, never waited for longer than asked, never believed when they answer rubbish."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from gradviz.errors import LayoutFailed
from gradviz.picture import engine
from gradviz.picture.engine import BUILT_IN, VARIABLE, Engine, candidates, facts, run
from gradviz.picture.layout import Item, Layout, Plan, layout

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in engines are shell scripts")

SMALL = Plan((Item(0, 40, 20), Item(1, 40, 20), Item(2, 40, 20)), ((0, 1, 0), (1, 2, 0), (0, 2, 1)))


def script(path: Path, body: str) -> str:
    """Write a program that stands in for an engine."""
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n")
    path.chmod(0o755)
    return str(path)


def alone(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Leave one engine before the built-in, so that a test is quick whatever is installed."""
    monkeypatch.setattr(engine, "candidates", lambda: (Engine("toy", path), Engine(BUILT_IN, None)))


def complete(found: Layout) -> bool:
    return set(found.cards) == {0, 1, 2} and set(found.curves) == set(SMALL.edges)


def test_the_wheel_is_found_without_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv(VARIABLE, raising=False)
    names = [e.name for e in candidates()]
    assert names == ["graphviz-pure", "dot", BUILT_IN]
    pure, dot, own = candidates()
    assert pure.ready and pure.path and os.path.isabs(pure.path)
    assert not dot.ready and "PATH" in dot.missing
    assert own.ready


@posix
def test_the_users_engine_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = script(tmp_path / "mine", "print('{}')")
    monkeypatch.setenv(VARIABLE, path)
    assert candidates()[0] == Engine(VARIABLE, path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv(VARIABLE, "mine")
    assert candidates()[0].path == path


def test_an_engine_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/no/such/dot")
    found = layout(SMALL)
    assert found.engine == "graphviz-pure"
    assert found.said == (
        "GRADVIZ_DOT names '/no/such/dot', which is not a program that can be run; graphviz-pure stepped in",
    )
    assert complete(found)


def test_no_engine_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Engine("graphviz-pure", None, "graphviz-pure is not installed")
    monkeypatch.setattr(engine, "candidates", lambda: (gone, Engine("dot", None, "no dot"), Engine(BUILT_IN, None)))
    found = layout(SMALL)
    assert (found.engine, found.said) == (
        "built-in",
        ("graphviz-pure is not installed; the built-in layout stepped in",),
    )
    assert complete(found)


@posix
def test_a_hanging_engine_and_its_children_are_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    path = script(
        tmp_path / "hang",
        f"child = os.fork()\nopen({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\ntime.sleep(60)",
    )
    alone(monkeypatch, path)
    start = time.monotonic()
    found = layout(SMALL, seconds=0.9)
    assert time.monotonic() - start < 4
    assert found.said == ("toy ran past 0.6 s; the built-in layout stepped in",)
    assert complete(found)
    both = [int(p) for p in pids.read_text().split()]
    assert len(both) == 2
    for _ in range(100):  # the orphan is reaped by init, not by us
        if not any(alive(p) for p in both):
            break
        time.sleep(0.02)
    assert not any(alive(p) for p in both)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())


@posix
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("sys.stderr.write('out of ink\\n'); sys.exit(3)", "toy ended with status 3: out of ink"),
        ("os.kill(os.getpid(), 11)", "toy ended with SIGSEGV"),
        ("print('<svg/>')", "toy answered with something that is not a layout"),
        ("print('[1, 2]')", "toy answered with something that is not a layout"),
        ('print(\'{"bb": "0,0,9,9", "objects": []}\')', "0 of 3 nodes have a place"),
        ("print('[' * 100_000)", "toy answered with something that is not a layout"),
        ("print(open(0).read().replace('digraph', '{'))", "toy answered with something that is not a layout"),
        ("sys.stdout.buffer.write(bytes(range(256)) * 50)", "toy answered with something that is not a layout"),
        ("while True: sys.stdout.write('no ' * 99999)", "which is no layout"),
        ("os.close(0); os.close(1); time.sleep(0.2)", "toy answered with something that is not a layout"),
    ],
)
def test_rubbish_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str, reason: str) -> None:
    alone(monkeypatch, script(tmp_path / "toy", body))
    found = layout(SMALL)
    assert found.engine == "built-in"
    assert len(found.said) == 1 and reason in found.said[0]
    assert found.said[0].endswith("; the built-in layout stepped in")
    assert complete(found)


@posix
def test_places_that_are_not_numbers_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nodes = ", ".join(f'{{"name": "{i}", "pos": "nan,1"}}' for i in range(3))
    alone(monkeypatch, script(tmp_path / "toy", f'print(\'{{"bb": "0,0,9,9", "objects": [{nodes}]}}\')'))
    assert "is not a place" in layout(SMALL).said[0]


@posix
def test_an_answer_longer_than_a_pipe_holds(tmp_path: Path) -> None:
    path = script(tmp_path / "long", "sys.stderr.write('e' * 300_000); print('x' * 1_000_000); open(0).read()")
    assert len(run(Engine("long", path), "y" * 1_000_000, 10)) == 1_000_001


@posix
def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("not a program")
    with pytest.raises(LayoutFailed, match=r"toy .* cannot be started"):
        run(Engine("toy", str(path)), "", 1)
    with pytest.raises(LayoutFailed, match="not installed"):
        run(Engine("toy", None, "toy is not installed"), "", 1)


def test_facts_name_every_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/no/such/dot")
    rows = {name: (path, version, state) for name, path, version, state in facts()}
    assert list(rows) == [VARIABLE, "graphviz-pure", "dot", "built-in"]
    assert "/no/such/dot" in rows[VARIABLE][2]
    path, version, state = rows["graphviz-pure"]
    assert path and state == "ready" and "graphviz-pure" in version
    assert rows["built-in"] == ("", "", "ready")
