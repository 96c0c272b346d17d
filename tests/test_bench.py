"""The bench runs, and its small cases stay within generous bars, so that a loss of speed is seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent / "bench"
#: Part → for the beginning of each row's name: the least or greatest ratio. Machines are busy and cases small.
BARS = {
    "films": {"2-2-1 GIF, time: times faster than the usual at its own": 2.5},
    "growth": {"a frame of a network": 2.0, "a frame of a chain": 2.0, "peak memory of": 1.2},
    "stills": {"still SVG of 581 nodes, seconds": 5.0, "still SVG of 581 nodes, gradviz's own": 1.0},
    "imports": {"import gradviz": 2.5},
    "scalars": {"recording a scalar": 2.5},
    "arrays": {"recording an array": 1.0},
    "video": {"MP4": 12.0},  # a film of a second: mostly what comes before its first frame
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(BENCH.parents[1]), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        (sys.executable, BENCH, *words),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_a_part_that_is_none_is_refused() -> None:
    done = run("speed")
    assert done.returncode == 2
    assert "'speed' is no part of the bench; choose from films" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("part", BARS)
def test_no_speed_is_lost(part: str) -> None:
    done = run("--small", "--json", part)
    assert done.returncode in (0, 1), done.stderr  # 1: a bar of the full bench, which small cases need not reach
    rows = json.loads(done.stdout)
    for name, bar in BARS[part].items():
        (row,) = [r for r in rows if r["name"].startswith(name)]
        if row["skipped"]:
            pytest.skip(row["skipped"])
        assert row["ratio"] >= bar if row["more"] else row["ratio"] <= bar, f"{row['name']}: {row['ratio']:.3g}"
