"""What is installed: Python, gradviz, what it stands on, layout engines, fonts, writers and extras."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from importlib.util import find_spec

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..errors import GradvizError

DISTRIBUTION = "gradviz-backprop"
#: extra → the packages it brings
EXTRAS = {"test": ("pytest", "hypothesis", "ruff", "mypy"), "oracles": ("torch", "jax")}


def doctor() -> None:
    """Print a table of every part, its version and its state; the state of what is missing names its cure."""
    table = Table(title="gradviz doctor", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading in ("part", "version", "state"):
        table.add_column(heading, overflow="fold")

    def row(part: str, version: str, state: str, ready: bool = True) -> None:
        mark = "[green]ready[/green]" if state == "ready" else escape(state) if ready else f"[yellow]{escape(state)}[/]"
        table.add_row(escape(part), escape(version), mark)

    row("Python", platform.python_version(), sys.executable)
    row("gradviz", version(DISTRIBUTION) or "not installed", "ready")
    for name in requirements():
        found = version(name)
        row(f"  {name}", found or "", "ready" if found else f"missing: pip install {name}", bool(found))
    for engine, path, told, state in engines():
        row(
            f"layout: {engine}",
            told,
            f"{state}  {path}".strip() if state != "ready" or path else state,
            state == "ready",
        )
    row("fonts", version("matplotlib") or "", font_state())
    for suffixes, state in outputs():
        row(f"writes {suffixes}", "", state, state == "ready")
    for extra, packages in EXTRAS.items():
        missing = [p for p in packages if find_spec(p) is None]
        state = f'optional: pip install "{DISTRIBUTION}[{extra}]"' if missing else "ready"
        row(f"extra {extra}", ", ".join(f"{p} {version(p)}" for p in packages if p not in missing), state)
    Console(soft_wrap=True, width=None if sys.stdout.isatty() else 120).print(table)


def version(name: str) -> str:
    """Return a distribution's version, "" where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def requirements() -> list[str]:
    """Return the names of the packages that gradviz always needs."""
    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return ["numpy", "networkx", "graphviz", "graphviz-pure", "matplotlib", "pillow", "executing", "click", "rich"]
    return [line.split(";")[0].split(">")[0].split("=")[0].strip() for line in lines if "extra ==" not in line]


def engines() -> list[tuple[str, str, str, str]]:
    """Return (name, path, version, state) of each layout engine, in the order they are tried."""
    from ..picture.engine import facts

    found = []
    for name, path, told, state in facts():
        found.append((name, path, told or (version("graphviz-pure") if "pure" in name else ""), state))
    return found


def font_state() -> str:
    """Say where letters come from, and what was asked for in GRADVIZ_FONT."""
    import os

    from ..picture.fonts import face_of

    named = os.environ.get("GRADVIZ_FONT", "")
    try:
        state = (
            "DejaVu, carried by Matplotlib"
            if face_of("a")
            else "Matplotlib's DejaVu is missing: pip install matplotlib"
        )
        return f"{state}; CJK: {face_of('字') or 'none found, set GRADVIZ_FONT'}" + (
            f"; GRADVIZ_FONT={named}" * bool(named)
        )
    except (GradvizError, OSError) as error:
        return str(error)


def outputs() -> list[tuple[str, str]]:
    """Return (suffixes, state) of each writer."""
    from ..writers import table

    found = []
    for suffix, writer in table.WRITERS.items():
        try:
            writer.load()
            state = "ready"
        except (GradvizError, ImportError) as error:
            state = str(error)
        found.append((suffix, state))
    return found
