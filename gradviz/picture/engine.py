"""Finding the layout engines and running one as a child process that cannot hang, flood or outlive its time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from ..errors import LayoutFailed

#: The environment variable that names an engine of the user's choice, by path or by command.
VARIABLE = "GRADVIZ_DOT"
BUILT_IN = "built-in"

_SUFFIX = ".exe" if os.name == "nt" else ""
# An answer longer than this many bytes for each byte asked is no layout; the floor serves small graphs.
_FLOOD, _FLOOR = 200, 16_000_000


@dataclass(frozen=True, slots=True)
class Engine:
    """A layout engine: its name, its executable (None for the built-in, or where there is none), and why not."""

    name: str
    path: str | None
    missing: str = ""

    @property
    def ready(self) -> bool:
        return not self.missing


def candidates() -> tuple[Engine, ...]:
    """Return the engines in the order they are tried; one that is not there says so in `missing`.

    GRADVIZ_DOT (only where it is set), the wheel graphviz-pure, a system dot, the built-in layout.
    """
    found: list[Engine] = []
    asked = os.environ.get(VARIABLE, "").strip()
    if asked:
        path = shutil.which(os.path.expanduser(asked))
        why = "" if path else f"{VARIABLE} names {asked!r}, which is not a program that can be run"
        found.append(Engine(VARIABLE, path, why))
    pure = next(_pure(), None)
    found.append(Engine("graphviz-pure", pure, "" if pure else "graphviz-pure is not installed"))
    dot = shutil.which("dot")
    found.append(Engine("dot", dot, "" if dot else "there is no dot on the PATH"))
    return (*found, Engine(BUILT_IN, None))


def _pure() -> Iterator[str]:
    """Yield where the wheel's command may be: an environment need not be active for its Python to run."""
    name = "graphviz-pure" + _SUFFIX
    places: list[str | None] = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    with suppress(KeyError):
        places.append(sysconfig.get_path("scripts", f"{os.name}_user"))
    for place in filter(None, places):
        path = os.path.join(place, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            yield path
    from importlib import metadata

    with suppress(metadata.PackageNotFoundError):
        for file in metadata.files("graphviz-pure") or ():
            path = os.path.normpath(str(file.locate()))
            if file.name == name and os.access(path, os.X_OK):
                yield path
    if on_path := shutil.which(name):
        yield on_path


def run(engine: Engine, source: str, seconds: float, *, args: tuple[str, ...] = ("-Kdot", "-Tjson0")) -> str:
    """Give DOT source to an engine and return what it prints.

    The child is a process group of its own; when `seconds` have passed, the whole group is killed. Raises
    `LayoutFailed`, naming the engine and the reason, if it cannot be started, runs past its time, ends with an
    error, or floods.
    """
    if engine.path is None:
        raise LayoutFailed(engine.missing or f"{engine.name} is not a program")
    end = time.monotonic() + seconds
    pipe = subprocess.PIPE
    try:
        child = subprocess.Popen(
            (engine.path, *args),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=os.name != "nt",
            creationflags=0x200 if os.name == "nt" else 0,  # CREATE_NEW_PROCESS_GROUP
        )
    except OSError as e:
        raise LayoutFailed(f"{engine.name} ({engine.path}) cannot be started: {e.strerror or e}") from e
    text = source.encode()
    most = _FLOOR + _FLOOD * len(text)
    out, err, flood = bytearray(), bytearray(), threading.Event()
    # Each pipe has its thread, so that none can fill up and stop the child.
    threads = [
        _thread(lambda: _write(child.stdin, text)),
        _thread(lambda: _read(child.stdout, out, most, flood)),
        _thread(lambda: _read(child.stderr, err, most, flood)),
    ]
    try:
        late = False
        for thread in threads:
            while thread.is_alive() and not flood.is_set() and not late:
                thread.join(max(0.0, min(0.05, end - time.monotonic())))
                late = time.monotonic() >= end
        if flood.is_set():
            raise LayoutFailed(f"{engine.name} ({engine.path}) printed more than {most:,} bytes, which is no layout")
        if not late:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, end - time.monotonic()))
        if child.returncode is None:
            raise LayoutFailed(f"{engine.name} ran past {seconds:.3g} s")
    finally:
        _kill(child)
        for thread in threads:
            thread.join(1.0)
    if child.returncode != 0:
        said = bytes(err).decode(errors="replace").strip().splitlines()
        how = f"status {child.returncode}" if child.returncode > 0 else _signal(-child.returncode)
        raise LayoutFailed(f"{engine.name} ended with {how}" + (f": {said[0][:200]}" if said else ""))
    return bytes(out).decode(errors="replace")


def _thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _write(pipe: IO[bytes] | None, text: bytes) -> None:
    assert pipe is not None
    with suppress(OSError, ValueError):  # a child may end without reading
        pipe.write(text)
    with suppress(OSError, ValueError):
        pipe.close()


def _read(pipe: IO[bytes] | None, into: bytearray, most: int, flood: threading.Event) -> None:
    assert pipe is not None
    with suppress(OSError, ValueError), pipe:
        while chunk := os.read(pipe.fileno(), 1 << 16):
            into += chunk
            if len(into) > most:
                flood.set()
                return


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and everything it started; harmless where they have ended."""
    if os.name == "nt":
        if child.poll() is None:
            with suppress(OSError):
                subprocess.run(("taskkill", "/T", "/F", "/PID", str(child.pid)), capture_output=True, check=False)
            child.kill()
    else:
        # The group has the child's id. An empty group is gone, and a child not waited for keeps its id.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def facts() -> tuple[tuple[str, str, str, str], ...]:
    """Return (name, path, version, state) of each engine, for `gradviz doctor`; state is "ready" or what is wrong."""
    found: list[tuple[str, str, str, str]] = []
    for engine in candidates():
        if engine.path is None:
            found.append((engine.name, "", "", "ready" if engine.ready else engine.missing))
            continue
        try:
            answer = run(engine, "digraph { a -> b }", 5)
            state = "ready" if '"objects"' in answer else "answers with something that is not a layout"
        except LayoutFailed as e:
            state = str(e)
        found.append((engine.name, engine.path, _version(engine.path) if state == "ready" else "", state))
    return tuple(found)


def _version(path: str) -> str:
    """Return what the engine says of itself: "graphviz version 2.43.0 (0)". Graphviz prints it on stderr."""
    try:
        told = subprocess.run((path, "-V"), capture_output=True, stdin=subprocess.DEVNULL, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    text = (told.stderr + told.stdout).decode(errors="replace").strip()
    return text.splitlines()[0].partition(" - ")[2].strip() or text[:60] if text else ""
