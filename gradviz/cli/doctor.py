"""What is installed: Python, gradviz, what it stands on, layout engines, fonts, writers and extras."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec

from rich.markup import escape
from rich.table import Table

from .. import __version__
from .report import show

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
    row("gradviz", version(DISTRIBUTION) or __version__, "ready" if version(DISTRIBUTION) else "run from its source")
    for name in requirements():
        found = version(name)
        row(f"  {name}", found or "", "ready" if found else f"missing: pip install {name}", bool(found))
    for engine, path, told, state in engines():
        row(f"layout: {engine}", f"{told}  {path}".strip(), state, state == "ready")
    for part, state in fonts():
        row(part, "", state, state == "ready")
    for suffix, state in outputs():
        row(f"writes {suffix}", "", state, state == "ready")
    for extra, packages in EXTRAS.items():
        missing = [p for p in packages if find_spec(p) is None]
        state = f'optional: pip install "{DISTRIBUTION}[{extra}]"' if missing else "ready"
        row(f"extra {extra}", ", ".join(f"{p} {version(p)}" for p in packages if p not in missing), state)
    show(table)


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


def fonts() -> Iterator[tuple[str, str]]:
    """Yield (part, state) of what letters are drawn with."""
    from ..picture.fonts import face_of

    yield (
        "fonts",
        "ready" if face_of("a") else "Matplotlib's DejaVu is missing: pip install --force-reinstall matplotlib",
    )
    chinese = face_of("字")
    yield (
        "fonts: Chinese, Japanese",
        "ready" if chinese else "none found; drawn as codes in boxes. GRADVIZ_FONT=/path/to/font.ttf",
    )
    if named := os.environ.get("GRADVIZ_FONT"):
        gone = [p for p in named.split(os.pathsep) if not os.path.isfile(p)]
        yield "fonts: GRADVIZ_FONT", f"there is no file {gone[0]}" if gone else "ready"


def outputs() -> Iterator[tuple[str, str]]:
    """Yield (suffix, state) of each kind of file."""
    from ..writers import table

    for suffix, writer in table.WRITERS.items():
        here = writer.needs is None or find_spec(writer.needs)
        yield suffix, "ready" if here else f'optional: pip install "{DISTRIBUTION}[{writer.extra}]"'
