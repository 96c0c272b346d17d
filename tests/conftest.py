"""What several test files share."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

import pytest

#: Where it is set, what a test would be skipped for must be there: a skip is a failure.
STRICT = bool(os.environ.get("GRADVIZ_SKIP_NOTHING"))
#: Reasons to skip that no installation can remove.
EXCUSED = ("from 3.13 on", "the stand-in engines")


def _no_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if STRICT and report.skipped and not any(words in reason for words in EXCUSED):
        report.outcome = "failed"
        report.longrepr = f"would be skipped ({reason}), but GRADVIZ_SKIP_NOTHING is set: install what it needs"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _no_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _no_skip(report)
    return report


class Said(NamedTuple):
    """What a command answered: its exit code, and what it wrote to standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def gradviz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Said]:
    """Run the command line in an empty folder, in this process."""
    from gradviz.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: object) -> Said:
        code = main([str(w) for w in words])
        return Said(code, *capsys.readouterr())

    return run
