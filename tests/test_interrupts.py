"""Ctrl-C at the command line, from its first moment on: one sentence, exit code 130, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
@pytest.mark.parametrize(("name", "code"), [("/usr/bin/gradviz", 130), ("/home/me/mine.py", 1)])
def test_an_interrupt_while_the_command_line_is_imported_is_told_in_a_sentence(name: str, code: int) -> None:
    program = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Finder:
    def find_spec(self, name, *rest):
        if name == "gradviz.film":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = [{name!r}]
try:
    from gradviz.cli import main
except KeyboardInterrupt:
    sys.exit(1)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == code, done.stderr
    assert done.stderr == ("gradviz: interrupted; no unfinished file is left behind\n" if code == 130 else "")


def _has_begun(process: int, folder: Path) -> bool:
    """Tell whether a process has begun a file in a folder, which need not have a name yet."""
    opened = Path(f"/proc/{process}/fd")
    links: list[str] = []
    for link in opened.iterdir() if opened.is_dir() else ():
        with suppress(OSError):  # closed meanwhile
            links.append(os.readlink(link))
    return any(folder.iterdir()) or any(link.startswith(f"{folder}/") for link in links)


@pytest.mark.slow
def test_an_interrupt_leaves_no_file_and_says_so(tmp_path: Path) -> None:
    text = "x" + "+x*x" * 400
    words = (sys.executable, "-m", "gradviz", "render", text, "x=1", "-o", "a.gif", "--pace", "node")
    # A process that was started in the background ignores SIGINT, and so would its child.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment) as child:
        signal.signal(signal.SIGINT, before)
        for _ in range(600):
            if _has_begun(child.pid, tmp_path):
                break
            time.sleep(0.1)
        else:
            raise AssertionError("it has not begun to write")
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    assert child.returncode == 130, err
    assert "interrupted" in err
    assert list(tmp_path.iterdir()) == []
