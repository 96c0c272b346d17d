"""What somebody meets who has just installed gradviz: the main job, mistakes, odd names, and the same bytes twice."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import stat
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradviz as gv
from gradviz import errors
from gradviz.writers.table import WRITERS, Writer

ROOT = Path(__file__).parents[1]
FORMATS = tuple(suffix[1:] for suffix, writer in WRITERS.items() if not writer.needs)
SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = (
    "svg",
    "g",
    "rect",
    "path",
    "circle",
    "line",
    "text",
    "tspan",
    "title",
    "desc",
    "image",
    "style",
    "defs",
    "use",
)


# ---- the same bytes, whatever the process


WRITE_ALL = """
import sys, numpy as np, gradviz as gv

def loss(params, x, t):
    h = np.tanh(x @ params["W"] + params["b"])
    return {"L": np.mean((h - t) ** 2), "h": np.sum(h)}["L"]

rng = np.random.default_rng(0)
film = gv.film(loss, {"W": rng.normal(size=(2, 2)), "b": np.zeros(2)}, rng.normal(size=(3, 2)), np.ones((3, 2)))
for suffix in sys.argv[1:]:
    film.save("film." + suffix)
"""


@pytest.mark.slow
def test_two_processes_write_the_same_bytes_in_every_format(tmp_path: Path) -> None:
    for seed in ("0", "4242"):
        folder = tmp_path / seed
        folder.mkdir()
        (folder / "mine.py").write_text(WRITE_ALL, encoding="utf-8")
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run((sys.executable, "mine.py", *FORMATS), cwd=folder, env=environment, check=True)
    for suffix in FORMATS:
        one, other = ((tmp_path / seed / f"film.{suffix}").read_bytes() for seed in ("0", "4242"))
        alike = one == other  # pytest would look for ever for how long bytes differ
        assert alike, suffix


def test_the_readmes_lines_make_the_readmes_picture(tmp_path: Path) -> None:
    [lines] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "lines.py").write_text(lines, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run((sys.executable, "lines.py"), cwd=tmp_path, env=environment, check=True)
    drawn, committed = (folder.joinpath("neuron.gif").read_bytes() for folder in (tmp_path, ROOT / "gallery"))
    alike = drawn == committed
    assert alike, "README.md and gallery/neuron.py have come apart, or the gallery is to be drawn again: scripts/redraw"


# ---- names that nobody should choose


HOSTILE = {
    "tag": "<script>alert(1)</script>",
    "quotes": "\"'`&amp;&lt;",
    "cdata": "]]><svg onload=alert(1)>",
    "slashes": "\\N\\G\\\\n\\",
    "controls": "a\x00b\x07c\x1b[31md\x7fe\x85f",
    "bidi": "abc\u202edef\u2066ghi",
    "invalid": "a\ufffeb\ud800c",
    "braces": "{0} {y} {g} $x^2$ %s",
    "record": "<f0> a|b {c}",
    "space": " a \n b\tc ",
    "long": "x" * 10_000,
    "greek": "ελευθερία",
    "cjk": "學而時習之不亦說乎",
    "emoji": "👩‍🔬🏳️‍🌈",
    "combining": "a" + "\u0301" * 50,
    "html": "<b>x</b>",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(name: str, tmp_path: Path) -> None:
    a, b = gv.var(2.0, name=name), gv.var(3.0, name="b")
    film = gv.film(np.tanh(a * b) * a, title=name)
    for suffix in FORMATS:
        assert film.save(tmp_path / f"film.{suffix}").stat().st_size > 0

    root = ET.parse(tmp_path / "film.svg").getroot()
    allowed = {f"{SVG}{tag}" for tag in ALLOWED}
    for e in root.iter():
        assert e.tag in allowed
        assert not any(k.lower().startswith("on") or "script:" in v for k, v in e.attrib.items())
    from gradviz.picture.words import visible

    everything = "".join(root.itertext())
    assert visible(name).strip() in everything
    assert not any(c in everything for c in "\x00\x07\x1b\x7f\u202e\u2066\ufffe")

    from gradviz.picture import engine

    pure = next(e for e in engine.candidates() if e.name == "graphviz-pure")
    answer = json.loads(engine.run(pure, (tmp_path / "film.gv").read_text(encoding="utf-8"), 20))
    assert len([o for o in answer["objects"] if "nodes" not in o]) >= len(film.run.graph.nodes)
    json.loads((tmp_path / "film.json").read_text(encoding="utf-8"))


# ---- mistakes


def matrix(x: Any) -> Any:
    return x @ x


def rare(x: Any) -> Any:
    return np.nextafter(x, 1.0).sum()


MISTAKES: dict[str, tuple[Any, type[Exception], tuple[str, ...]]] = {
    "no inputs": (lambda: gv.film(lambda: 3.0), errors.NoInputs, ()),
    "nothing traced": (lambda: gv.film(lambda x: 3.0, 2.0), errors.NoInputs, ()),
    "no operation": (lambda: gv.film({}), errors.GradvizError, ()),
    "an array comes out": (lambda: gv.film(matrix, np.eye(2)), errors.SeedNeeded, ("seed", "(2, 2)")),
    "a seed of another shape": (lambda: gv.film(matrix, np.eye(2), seed=np.ones(3)), errors.GradvizError, ("(2, 2)",)),
    "an integer array in wrt": (lambda: gv.film(lambda n: (n * 1.5).sum(), np.arange(3), wrt="n"),
                                errors.UnsupportedValue, ("float",)),
    "complex": (lambda: gv.film(lambda z: z * z, 1 + 2j), errors.UnsupportedValue, ("complex",)),
    "an array of complex": (lambda: gv.film(lambda z: (z * z).sum(), np.array([1j])), errors.UnsupportedValue,
                            ("complex",)),
    "objects": (lambda: gv.film(lambda a: a.sum(), np.array([object()])), errors.UnsupportedValue, ("object",)),
    "text": (lambda: gv.film(lambda a: a * 2, "two"), errors.GradvizError, ()),
    "an unknown function": (lambda: gv.film(rare, np.ones(4)), errors.UnknownFunction,
                            ("nextafter", f"{Path(__file__).name}:{rare.__code__.co_firstlineno + 1}")),
    "an unknown name": (lambda: gv.film(lambda x: x * x, 2.0, wrt="y"), errors.UnknownName, ("'y'", "x")),
    "an unknown value": (lambda: gv.film(lambda x: x * x, 2.0).values["y"], errors.UnknownName,
                         ("'y' is not a name", "choose from x, x·x")),
    "an unknown theme": (lambda: gv.film(lambda x: x * x, 2.0, theme="pink").svg(), errors.UnknownName, ("light",)),
    "an unknown pace": (lambda: gv.film(lambda x: x * x, 2.0, pace="fast").svg(), errors.UnknownName, ("layer",)),
    "an unknown direction": (lambda: gv.film(lambda x: x * x, 2.0, rankdir="UP").svg(), errors.UnknownName, ("LR",)),
    "an unknown suffix": (lambda: gv.film(lambda x: x * x, 2.0).save("a.xyz"), errors.UnknownName, (".svg",)),
    "an unknown folder": (lambda: gv.film(lambda x: x * x, 2.0).save("/nowhere/at/all.svg"), errors.CannotWrite,
                          ("/nowhere/at",)),
    "an unknown frame": (lambda: gv.film(lambda x: x * x, 2.0).svg(99), errors.UnknownName, ("99",)),
}  # fmt: skip


@pytest.mark.parametrize(("act", "kind", "parts"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_has_its_own_error_and_says_the_rule(act: Any, kind: type[Exception], parts: tuple[str, ...]) -> None:
    with pytest.raises(kind) as caught:
        act()
    message = str(caught.value)
    assert len(message) > 20
    for part in parts:
        assert part in message


def test_a_film_of_values_takes_no_arguments() -> None:
    with pytest.raises(TypeError):
        gv.film(gv.var(2.0) * 3, 1.0)


@pytest.mark.parametrize(
    ("what", "script"),
    [
        ("crashes", "echo broken >&2; exit 3"),
        ("prints rubbish", "cat >/dev/null; echo '{\"objects\": 7'"),
        ("says nothing", "cat >/dev/null"),
        ("is not there", ""),
        pytest.param("hangs", "sleep 1000", marks=pytest.mark.slow),
    ],
)
def test_a_graphviz_that_fails_is_stepped_in_for_and_said(
    what: str, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dot = tmp_path / "dot"
    if script:
        dot.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        dot.chmod(dot.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("GRADVIZ_DOT", str(dot))
    film = gv.film(lambda w, x: w * x + w, 2.0, 3.0)
    ET.fromstring(film.svg())
    assert any(str(dot) in note or "GRADVIZ_DOT" in note for note in film.said), (what, film.said)


# ---- the main job


def test_the_readmes_commands_are_understood(gradviz, monkeypatch: pytest.MonkeyPatch) -> None:
    from gradviz.cli import fit, write

    written: list[Path] = []
    for module in (write, fit):
        monkeypatch.setattr(module, "write_all", lambda film, paths, *_: written.extend(paths))
    monkeypatch.setattr(Writer, "check_part", lambda self: None)  # understood also where PowerPoint is not installed
    lines = [
        line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line[:12] == "    gradviz "
    ]
    Path("gallery").symlink_to(ROOT / "gallery")
    for line in lines:
        said = gradviz(*shlex.split(line, comments=True)[1:])
        assert said.code == 0, f"{line}: {said.err}"
    assert len(lines) == 6 and len(written) == 7


def test_the_readmes_descent_has_the_panels_it_names() -> None:
    def model(k: Any, x: Any) -> Any:
        return k[0] + k[1] * x

    def loss(k: Any, x: Any, y: Any) -> Any:
        return np.mean((model(k, x) - y) ** 2)

    x = np.linspace(-1, 1, 5)
    names = {"gv": gv, "model": model, "loss": loss, "params": [0.0, 0.0], "data": (x, 2 * x), "x": x, "y": 2 * x}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [line] = re.findall(r"`(gv\.film\(gv\.descend.*)`", readme)
    [more] = re.findall(r"with `(curve=.*?)` in `gv\.descend`", readme)
    curved = line.replace("steps=50", f"steps=50, {more}").replace("panels=(", 'panels=("curve", ')
    assert curved.count("curve") == 2
    for made in (eval(line, names), eval(curved, names)):
        assert "needs a" not in made.svg()


@pytest.mark.slow
def test_the_demo_draws_the_curve_and_says_what_it_wrote(gradviz, tmp_path: Path) -> None:
    from PIL import Image

    said = gradviz("demo", "out")
    assert said.code == 0, said.err
    names = [f"curve-{kind}.{suffix}" for kind in ("scalars", "arrays") for suffix in ("svg", "png", "gif")]
    assert sorted(p.name for p in Path("out").iterdir()) == sorted([*names, "curve-fitter.gif", "curve.py", "data"])
    for name in names:
        assert f"{name}: " in said.err
    first = re.search(r"Done\. Open (.*?);", said.err)
    assert first and Path(first[1]).name == "curve-fitter.gif" and Path(first[1]).is_file()
    for kind in ("scalars", "arrays"):
        with Image.open(f"out/curve-{kind}.gif") as film:
            assert film.n_frames >= 10
            assert film.size == (1280, 720)
        ET.parse(f"out/curve-{kind}.svg")
    # What is drawn is the user's to change: the folder's own script draws the same.
    assert gradviz("render", "out/curve.py:three_points", "-o", "again.svg").code == 0


def _gallery(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"gallery_{name}", ROOT / "gallery" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_curves_gradients_are_those_of_the_formula() -> None:
    curve = _gallery("curve")
    x, y = curve.points()
    powers = np.vander(x, 6, increasing=True)
    for film, rows in ((curve.three_points(), [1, 5, 10]), (curve.all_points(), slice(None))):
        residual = powers[rows] @ np.array(curve.START) - y[rows]
        expected = 2 * powers[rows].T @ residual / len(residual)
        np.testing.assert_allclose([film.grads[k] for k in curve.COEFFICIENTS], expected, rtol=1e-12)
    best = np.polyfit(x, y, 5)[::-1]
    np.testing.assert_allclose(best, (57.9619, 8.1991, -35.3909, -10.2532, 17.6040, 1.4897), atol=5e-5)
    at_best = gv.film(curve.all_errors, *best, x, y)
    assert at_best.values["L"] == pytest.approx(0.925668, abs=5e-7)
    np.testing.assert_allclose([at_best.grads[k] for k in curve.COEFFICIENTS], 0, atol=1e-10)


def test_what_a_scoped_function_returns_has_the_name_it_is_given() -> None:
    """`h = hidden(x)` names the node where `hidden` is decorated by gv.scope, as where it is not."""
    names = {n.name: n.group for n in _gallery("layers").film().run.graph.nodes}
    assert names["h"] == ("layer 1",)
    assert names["y"] == ("layer 2",)


@pytest.mark.parametrize("x", [np.array([1.0, 2.0]), np.array([0.0, 0.0])], ids=["apart from 0", "at 0"])
def test_the_hessian_of_an_array_can_be_filmed(x: np.ndarray) -> None:
    film = gv.film(gv.hessian(lambda x: np.sum(x**3)), x, seed=np.ones((2, 2)))
    np.testing.assert_allclose(film.grads["x"], 6.0)
    ET.fromstring(film.svg())


@pytest.mark.parametrize("option", [{"wrt": "x"}, {"seed": 2.0}, {"direction": {"x": 1.0}}])
def test_what_is_recorded_is_not_recorded_otherwise(option: dict[str, Any]) -> None:
    descent = gv.descend(lambda k: (k - 3) ** 2, 0.0, steps=2)
    for thing in (descent, descent.run):
        with pytest.raises(errors.WrongArguments, match=f"is recorded already, and {next(iter(option))}= is for"):
            gv.film(thing, **option)


def test_a_long_descent_is_told_in_a_line_at_the_prompt() -> None:
    descent = gv.descend(lambda k: (k - 3) ** 2, 0.0, optimizer="adam", steps=50)
    film = gv.film(descent)
    assert "50 steps: loss 9 to " in repr(descent)
    assert "51 × forward, 51 × backward, 50 × Adam" in repr(film)
    assert max(len(repr(thing)) for thing in (descent, film, film.run)) < 120
    assert repr(gv.film(lambda x: x * x, 3.0)).endswith("2 nodes; forward, backward>")


def test_the_licence_of_what_is_carried_is_carried_too() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    licences = {p.relative_to(ROOT).as_posix() for p in (ROOT / "gradviz").rglob("LICENSE")} | {"LICENSE"}
    assert set(project["project"]["license-files"]) == licences
    # PEP 639: hatchling reads license = "MIT" from 1.27 on; what git ignores is no part of what it packs
    assert project["build-system"]["requires"] == ["hatchling>=1.27"]


@pytest.mark.slow
def test_the_wheel_holds_all_that_the_demo_needs(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), str(ROOT))
    subprocess.run(words, check=True, cwd=tmp_path, capture_output=True)
    [wheel] = tmp_path.glob("gradviz_backprop-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {"gradviz/cli/data/curve.py", "gradviz/cli/data/nottingham-1920.csv", "gradviz/py.typed"} <= held
    assert {name.split("/")[0] for name in held if "dist-info" not in name} == {"gradviz"}


@pytest.mark.slow
def test_the_scripts_work_from_anywhere_and_make_their_own_environment(tmp_path: Path) -> None:
    copy = tmp_path / "a checkout"
    subprocess.run(("git", "clone", "--quiet", str(ROOT), str(copy)), check=True, capture_output=True)
    done = subprocess.run(
        ("sh", str(copy / "scripts" / "prepare")), cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (copy / ".venv" / "bin" / "gradviz").exists()
    again = subprocess.run(
        ("sh", str(copy / "scripts" / "prepare")), cwd="/", capture_output=True, text=True, check=True
    )
    assert again.stderr == "", "the second time there is nothing to do"


def test_prepare_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "prepare").write_bytes((ROOT / "scripts" / "prepare").read_bytes())
    (tmp_path / "pyproject.toml").write_text("")
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    bare = tmp_path / "bare"  # new enough, and without ensurepip
    bare.write_text(f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nexec {sys.executable} "$@"\n')
    bare.chmod(0o755)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "cat", "cksum"):
        (tools / name).symlink_to(next(p for d in ("/bin", "/usr/bin") if (p := Path(d) / name).exists()))

    def prepare(python: Path) -> tuple[int, str]:
        words = ("/bin/sh", str(tmp_path / "scripts" / "prepare"))
        done = subprocess.run(
            words, env={"PATH": str(tools), "PYTHON": str(python)}, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr

    code, said = prepare(old)
    assert code == 1
    assert "needs Python 3.11 or newer" in said
    code, said = prepare(bare)
    assert code == 1
    assert f"apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in said
    assert not (tmp_path / ".venv").exists()
