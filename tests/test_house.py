"""The project's own order: what lies where, what every file says, and that every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import os
import re
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
TOP = {"gradviz", "tests", "gallery", "scripts", "README.md", "pyproject.toml", "LICENSE"}
PASSING = {"demo", "out", "build", "dist"}  # made by commands, and ignored by git
MODULES = sorted(
    ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for p in (ROOT / "gradviz").rglob("*.py")
    if "data" not in p.parts and p.name != "__main__.py"
)
SOURCES = sorted(p for folder in ("gradviz", "tests", "gallery", "scripts") for p in (ROOT / folder).rglob("*.py"))


def test_the_top_holds_what_it_should() -> None:
    found = {p.name for p in ROOT.iterdir() if not p.name.startswith(".") and not p.name.endswith(".egg-info")}
    assert found - PASSING == TOP


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450, "split it by subject"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_opens_with_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or text.startswith('"""'), "open the module with one sentence"
    assert not re.search(r"(?i)\b(to" + r"do|fix" + r"me|xx" + r"x)\b(?!\s*[+=.\[)])", "\n".join(_comments(text)))


def _comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_init_files_only_hand_out() -> None:
    for path in (ROOT / "gradviz").rglob("__init__.py"):
        defined = re.findall(r"^(?:def|class) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not [d for d in defined if not d.startswith("_")], path


def test_every_script_is_executable_and_listed_with_a_line() -> None:
    said = (ROOT / "scripts" / "README.md").read_text(encoding="utf-8")
    scripts = [p for p in (ROOT / "scripts").iterdir() if p.name != "README.md"]
    for path in scripts:
        assert re.search(rf"^- `scripts/{path.name}\b.*`: .+\.$", said, re.MULTILINE), path.name
        assert os.access(path, os.X_OK), path.name
        assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n"), path.name
        assert subprocess.run(("sh", "-n", path), check=False).returncode == 0, path.name
    assert len(re.findall(r"^- `scripts/", said, re.MULTILINE)) == len(scripts)


def test_every_ignored_rule_and_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    lines = text.splitlines()
    for word in (*table["tool"]["ruff"]["lint"]["ignore"], *table["project"]["dependencies"]):
        line = next(one for one in lines if f'"{word}"' in one)
        assert re.search(r"# \S+ \S+", line), f"{word}: say why in a comment on its line"


def test_every_silenced_check_names_its_rule() -> None:
    for path in SOURCES:
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"#\s*(noqa|type: ignore)", line) and "re.search" not in line:
                assert re.search(r"noqa: [A-Z]+\d+|type: ignore\[[\w, -]+\]", line), f"{path}: {line.strip()}"


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_docstrings_run(module: str) -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    with np.printoptions():
        assert doctest.testmod(importlib.import_module(module), optionflags=flags).failed == 0


def test_the_demo_carries_the_gallerys_own_files() -> None:
    carried = ROOT / "gradviz" / "cli" / "data"
    for name, place in (("curve.py", "curve.py"), ("nottingham-1920.csv", "data/nottingham-1920.csv")):
        assert (carried / name).read_bytes() == (ROOT / "gallery" / place).read_bytes(), name


def test_every_script_of_the_gallery_makes_a_film_and_has_a_picture() -> None:
    gallery = ROOT / "gallery"
    listed = (gallery / "__main__.py").read_text(encoding="utf-8")
    for path in sorted(gallery.glob("*.py")):
        if path.name != "__main__.py":
            assert re.search(r"^(def film\(\)|film =)", path.read_text(encoding="utf-8"), re.MULTILINE), path.name
            assert f'"{path.stem}": {{' in listed, path.name
            assert list(gallery.glob(f"{path.stem}.*g*")), f"{path.name}: draw it with scripts/redraw {path.stem}"
