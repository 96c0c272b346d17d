"""A floor imports only floors below it, and `import gradviz` stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "gradviz"
FLOORS = {
    "errors": 0, "early": 0, "record": 1, "calculus": 2, "frontends": 3, "picture": 4, "writers": 5, "film": 6,
    "cli": 7, "embed": 7, "__init__": 6.5, "__main__": 8,
}  # fmt: skip
FILES = sorted(p for p in ROOT.rglob("*.py") if "data" not in p.parts)


def imported(path: Path) -> set[str]:
    """Return the top names under gradviz that a file imports, inside functions too, but not for types alone."""
    inside = path.relative_to(ROOT.parent).with_suffix("").parts
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            todo += node.orelse
            continue
        todo += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {
                a.name.removeprefix("gradviz").strip(".") or "__init__"
                for a in node.names
                if a.name.split(".")[0] == "gradviz"
            }
        elif isinstance(node, ast.ImportFrom):
            base = (
                [*inside[: len(inside) - node.level], *(node.module or "").split(".")]
                if node.level
                else (node.module or "").split(".")
            )
            names = [".".join(p for p in [*base, a.name] if p) for a in node.names]
            found |= {n.removeprefix("gradviz.").split(".")[0] for n in names if n.startswith("gradviz.")}
    return {n.split(".")[0] for n in found}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_lower_floors(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imported(path) - {own}:
        known = FLOORS.get(name, FLOORS["__init__"])  # film, var, grad ...: names that the package hands out
        assert known < FLOORS[own], f"{path.relative_to(ROOT)} (floor {FLOORS[own]}) imports {name} (floor {known})"


def test_the_package_is_light_to_import() -> None:
    heavy = "{'matplotlib', 'torch', 'jax', 'PIL', 'rich', 'graphviz', 'scipy'}"
    code = f"import sys, gradviz; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == ""
