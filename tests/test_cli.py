"""The command line: what it writes, what it says, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.dom.minidom
from pathlib import Path

import numpy as np
import pytest

from gradviz.cli.report import size
from gradviz.cli.values import value, values
from gradviz.errors import BadExpression

NEURON = ("tanh(w*x + b)", "w=-3", "x=2", "b=6.88")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A file of somebody's functions."""
    path = tmp_path / "mine.py"
    path.write_text(
        """
import math
import numpy as np
import gradviz as gv

def product(w, x, b=0.5):
    return w * x + b

def whole(k, x):
    return np.mean((k[0] + k[1] * x) ** 2)

def broken(x):
    y = x * 2
    return helper(y)

def helper(y):
    raise RuntimeError("not today")

def lost(x):
    return math.sin(x) * x

def film():
    return gv.film(product, 2.0, 3.0)

def nothing():
    return None

class Net:
    def f(self, x):
        return x * 2

net = Net()

def power(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y

def several(*numbers):
    return sum(numbers)

def made():
    x = gv.var(3.0, name="x")
    return x * x
""",
        encoding="utf-8",
    )
    return path


# ---- values


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2", 2.0), ("-3", -3.0), ("−3", -3.0), ("1e-3", 0.001), ("1/4", 0.25), ("pi", np.pi), (".5", 0.5), ("2**3", 8.0),
     ("inf", np.inf), ("-inf", -np.inf)],
)  # fmt: skip
def test_a_number_is_a_float(text: str, expected: float) -> None:
    found = value(text)
    assert type(found) is float
    assert found == expected


def test_brackets_make_an_array_of_floats() -> None:
    assert value("[1, 2,3]").tolist() == [1.0, 2.0, 3.0]
    assert value("[[1,1/2],[-3,nan]]").shape == (2, 2)
    assert value("[1,]").dtype == np.float64


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("x", "'x' is not NAME=VALUE"),
        ("x=", "'x=' is not NAME=VALUE"),
        ("=2", "'=2' is not NAME=VALUE"),
        ("2x=3", "'2x' in '2x=3' is not a name"),
        ("x=two", "x=two: 'two' has no value"),
        ("x=1;2", "x=1;2"),
        ("x=[1,2", "x: the array is not closed"),
        ("x=[1,[2,3]]", "the rows of an array must be equally long"),
        ("x=[]", "x: an empty array has nothing to show"),
        ("x=[1]2", "x: after the last bracket of an array stands '2'"),
        ("x=[1 2]", "between two numbers or names stands an operator"),
        ("x=" + "[" * 5000, "x: an array has 8 axes at most here"),
        ("x='a'", "' has no place here"),
        ("x=__import__", "has no value"),
    ],
)
def test_what_is_no_value_is_refused_with_an_example(word: str, part: str) -> None:
    with pytest.raises(BadExpression) as caught:
        values([word])
    assert part in str(caught.value)


def test_a_name_is_given_once() -> None:
    with pytest.raises(BadExpression, match="x is given twice"):
        values(["x=1", "x=2"])


@pytest.mark.parametrize(
    ("count", "text"), [(999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (1_234_567, "1.2 MB")]
)
def test_sizes_are_written_with_a_unit(count: int, text: str) -> None:
    assert size(count) == text


# ---- render


def test_render_writes_what_the_suffix_says_and_a_line_for_each(gradviz) -> None:
    said = gradviz("render", *NEURON, "-o", "n.svg", "-o", "n.png", "-o", "n.gif", "-o", "n.gv", "-o", "n.json")
    assert said.code == 0
    assert said.out == ""
    lines = [line for line in said.err.splitlines() if not line.startswith(" ")]
    assert [line.split(":")[0] for line in lines] == ["n.svg", "n.png", "n.gif", "n.gv", "n.json"]
    assert " frames, " in lines[2]
    assert " s, " in lines[2]
    assert all(line.endswith(("B", "kB", "MB")) for line in lines)
    xml.dom.minidom.parse("n.svg")
    assert Path("n.png").read_bytes().startswith(b"\x89PNG")
    assert Path("n.gif").read_bytes().startswith(b"GIF89a")
    assert "digraph" in Path("n.gv").read_text(encoding="utf-8")
    json.loads(Path("n.json").read_text(encoding="utf-8"))


def test_integers_are_numbers_like_any_other(gradviz) -> None:
    gradviz("render", "w*x", "w=-3", "x=2", "-o", "a.svg")
    gradviz("render", "w*x", "w=-3.0", "x=2.0", "-o", "b.svg")
    alike = Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    assert alike
    assert "−6.000" in Path("a.svg").read_text(encoding="utf-8")


def test_the_result_and_its_parts_have_the_names_that_the_text_gives(gradviz) -> None:
    assert gradviz("render", "q = sin(a); L = q*b + q**2", "a=1", "b=2", "-o", "a.json").code == 0
    names = [n["name"] for n in json.loads(Path("a.json").read_text(encoding="utf-8"))["nodes"]]
    assert {"a", "b", "q", "L"} <= set(names)


@pytest.mark.parametrize(
    "options",
    [
        *(["--theme", "dark"], ["--width", "1280"], ["--width", "800", "--height", "450"], ["--pace", "layer"]),
        *(["--rankdir", "TB"], ["--title", "<A & B>"], ["--wrt", "w,b"], ["--wrt", "w", "--wrt", "b"], ["--seed", "2"]),
        *(["--frame", "0"], ["--until", "forward"], ["--along", "x=1"], ["--depth", "0"]),
    ],
)
def test_every_option_changes_the_picture(gradviz, options: list[str]) -> None:
    assert gradviz("render", *NEURON, "-o", "plain.svg").code == 0
    said = gradviz("render", *NEURON, "-o", "other.svg", *options)
    assert said.code == 0, said.err
    xml.dom.minidom.parse("other.svg")
    if options[0] not in ("--depth", "--wrt", "--pace"):
        assert Path("plain.svg").read_bytes() != Path("other.svg").read_bytes()


@pytest.mark.parametrize(
    "name", ["product w=2 x=3", "film", "made", "whole k=[1,2] x=[1,2,3]", "net.f x=2", "np.tanh x=1"]
)
def test_a_target_is_a_function_or_what_makes_a_film(gradviz, code: Path, name: str) -> None:
    name, *given = name.split()
    assert gradviz("render", f"{code}:{name}", *given, "-o", "a.svg").code == 0
    assert gradviz("render", f"mine:{name}", *given, "-o", "b.svg").code == 0


def test_a_file_without_a_name_is_its_film(gradviz, code: Path) -> None:
    assert gradviz("render", code, "-o", "a.svg").code == 0
    assert "b" in Path("a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["tanh(w*x)", "w=1"], ["x has no value", '\n  "tanh(w*x)" w=1 x=1\n']),
        (["w*x", "w=1", "x=2", "y=3"], ["has no variable 'y'; its variables are w, x"]),
        (["tanh(sen(x))", "x=1"], ["no function 'sen'; did you mean 'sin'?", "     ^^^"]),
        (["w x", "w=1", "x=2"], ["stands an operator"]),
        (["w*x", "w=1", "x", "=", "2"], ["'x' is not NAME=VALUE", "without spaces"]),
        (["mine.py:prodct", "w=1"], ["no function 'prodct'; did you mean 'product'?"]),
        (["mine.py:nope", "w=1"], ["no function 'nope'; it has product, "]),  # not np, a module
        (["mine.py:product", "w=1"], ["x has no value"]),
        (["mine.py:product", "w=1", "x=1", "q=1"], ["no variable 'q'; its variables are w, x, b"]),
        (["min.py:product"], ["there is no file min.py; did you mean mine.py?"]),
        (["nomodule:f"], ["there is no module 'nomodule'"]),
        (["mine.py:nothing"], ["returned nothing"]),
        (["mine.py:Net", "x=1"], ["mine.py:Net is a class", "it = Net(), and give that: mine.py:it\n"]),
        (["mine.py:several", "x=1"], ["mine.py:several(*numbers) takes its inputs by place"]),
        (["data.csv"], ["is not a target", "gradviz fit data.csv"]),
        (["zero.py:f", "x=1"], ["zero.py is no Python source", "null bytes"]),
        (["package/part.py:f", "x=1"], ["give it as a module, in the folder above: package.part:NAME"]),
        (["mine.py:Net.f", "x=1"], ["is a method without its object"]),
        (["mine.py:math"], ["is a module"]),
        (["mine.product", "w=1"], ["did you mean mine.py:product?"]),
        (["mine.py", "product", "w=1"], ["did you mean mine.py:product?"]),
        (["2 + 3"], ["has no variable"]),
        (["w*x", "-w", "2"], ["A value is given without dashes: w=1"]),
        (["w*x", "w=[1,", "2]"], ["without spaces"]),
        (["exp(x)", "x=[1,2]"], ["seed", "--seed [1,1]"]),
        (["W @ x", "W=[[1,2]]", "x=[1,2,3]"], ["this cannot be computed"]),
        (["x*2", "x=1", "--wrt", "y"], ["y"]),
        (["x*2", "x=1", "--frame", "99"], ["99"]),
        (["x*2", "x=1", "--until", "noon"], ["noon", "forward"]),
        (["x*2", "x=1", "--theme", "pink"], ["pink", "light"]),
        (["x*2", "x=1", "--width", "3"], ["3"]),
        (["-x**2", "x=1"], ["goes into brackets"]),
        (["w*x", "--w", "1"], ["A value is given without dashes: w=1"]),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(gradviz, code: Path, words: list[str], parts: list[str]) -> None:
    Path("data.csv").touch()
    Path("zero.py").write_bytes(b"\0")
    Path("package").mkdir()
    Path("package/part.py").write_text("from . import other\n")
    said = gradviz("render", *words, "-o", "a.svg")
    assert said.code == 2, said.err
    for part in parts:
        assert part in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not Path("a.svg").exists()


@pytest.mark.parametrize(
    ("output", "part"),
    [("a.xyz", ".svg"), ("a", ".svg"), ("no/such/a.svg", "no/such"), ("mine.py/a.svg", "mine.py")],
)
def test_a_path_that_cannot_be_written_is_a_mistake_too(gradviz, code: Path, output: str, part: str) -> None:
    said = gradviz("render", "x*2", "x=1", "-o", output)
    assert said.code == 2
    assert part in said.err
    assert "Traceback" not in said.err
    assert sorted(p.name for p in code.parent.iterdir()) == ["mine.py"]


def test_a_misspelt_option_is_not_taken_for_a_value(gradviz) -> None:
    said = gradviz("render", "x*2", "x=1", "--wdith", "300", "-o", "a.svg")
    assert said.code == 2
    assert "--width" in said.err
    assert "without dashes" not in said.err


def test_a_whole_number_counts(gradviz, code: Path) -> None:
    said = gradviz("render", "mine.py:power", "x=1.5", "n=3", "-o", "a.svg")
    assert said.code == 0, said.err
    assert "3.375" in Path("a.svg").read_text(encoding="utf-8")


def test_without_an_output_it_says_how(gradviz) -> None:
    said = gradviz("render", "x*2", "x=1")
    assert said.code == 2
    assert "-o" in said.err


def test_an_error_of_the_users_code_is_shown_as_theirs_alone(gradviz, code: Path) -> None:
    said = gradviz("render", f"{code}:broken", "x=1", "-o", "a.svg")
    assert said.code == 1
    assert said.err.startswith("Traceback (most recent call last):\n")
    assert "return helper(y)" in said.err
    assert said.err.endswith("RuntimeError: not today\n")
    assert said.err.count("  File ") == 2, "only the user's own frames"


def test_a_lost_trace_names_the_line_and_the_way_out(gradviz, code: Path) -> None:
    said = gradviz("render", f"{code}:lost", "x=1", "-o", "a.svg")
    assert said.code == 1
    assert "np.sin" in said.err
    assert "mine.py:20" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("def f(x:\n    return x\n", "SyntaxError"),
        ("import nosuchmodule\ndef f(x): return x\n", "No module named 'nosuchmodule'"),
        ("import sys\nsys.exit('no')\n", "SystemExit('no')"),
        ("def f(x):\n    return f(x)\n", "RecursionError"),
    ],
)
def test_a_file_that_fails_is_the_users_own_affair(gradviz, tmp_path: Path, text: str, last: str) -> None:
    (tmp_path / "bad.py").write_text(text, encoding="utf-8")
    said = gradviz("render", "bad.py:f", "x=1", "-o", "a.svg")
    assert said.code == 1
    assert last in said.err
    assert "gradviz/cli" not in said.err
    assert "fault in gradviz" not in said.err


# ---- check, doctor, help


def test_check_shows_both_numbers_for_every_input(gradviz) -> None:
    said = gradviz("check", *NEURON)
    assert said.code == 0
    for name in ("w", "x", "b"):
        assert any(line.split()[:1] == [name] for line in said.out.splitlines()), said.out


def test_check_leaves_a_count_as_it_is(gradviz, code: Path) -> None:
    said = gradviz("check", f"{code}:power", "x=2", "n=3")
    assert said.code == 0 and "none by n" in said.out
    assert [line.split() for line in said.out.splitlines() if line.startswith("x ")] == [["x", "2", "12", "12"]]


def test_a_wrong_gradient_has_an_exit_code_of_its_own(gradviz, tmp_path: Path) -> None:
    (tmp_path / "slips.py").write_text("def f(*, x, **more):\n    return x * getattr(x, 'value', x) * more['w']\n")
    said = gradviz("check", "slips.py:f", "x=2", "w=3")
    assert said.code == 3
    assert "the gradient by x is 6, a finite difference gives 12" in said.err


def test_check_leaves_out_what_has_no_gradient_by_its_name_in_the_text(gradviz) -> None:
    said = gradviz("check", "log(x) + x*w", "x=-1", "w=2")
    assert said.code == 0, said.err
    assert "log(x): not finite" in said.out
    assert "x: the edge of its domain" in said.out


@pytest.mark.parametrize("words", [["doctor"], ["ops"], ["check", "x*x", "x=2"]])
def test_a_reader_that_goes_and_a_full_disk_are_no_fault_of_gradviz(tmp_path: Path, words: list[str]) -> None:
    command = (sys.executable, "-m", "gradviz", *words)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    gone, into = os.pipe()
    os.close(gone)
    full = os.open("/dev/full", os.O_WRONLY)
    for out, code, part in (
        (into, 0, ""),
        (full, 2, "gradviz: the output cannot be written: No space left on device\n"),
    ):
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, stdout=out, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(out)
        assert (done.returncode, done.stderr) == (code, part)


def test_a_shell_that_asks_gets_the_words_that_fit(tmp_path: Path) -> None:
    asked = {"_GRADVIZ_COMPLETE": "bash_complete", "COMP_WORDS": "gradviz render x --the", "COMP_CWORD": "3"}
    environment = os.environ | asked | {"PYTHONPATH": str(Path(__file__).parents[1])}
    words = (sys.executable, "-c", "from gradviz.cli import main; raise SystemExit(main())")
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "plain,--theme\n", "")


def test_doctor_names_every_part(gradviz) -> None:
    said = gradviz("doctor")
    assert said.code == 0
    for part in ("Python", "numpy", "graphviz-pure", "layout: ", "built-in", "fonts", ".svg", ".gif", "oracles"):
        assert part in said.out


@pytest.mark.parametrize("words", [["--help"], ["render", "--help"], ["demo", "-h"], ["check", "-h"], ["doctor", "-h"]])
def test_help_is_data(gradviz, words: list[str]) -> None:
    said = gradviz(*words)
    assert said.code == 0
    assert "Usage: gradviz" in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_a_terminal_without_greek_still_gets_its_table(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "gradviz", "check", "α*x", "α=2", "x=1")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "\\u03b1" in done.stdout


def test_version(gradviz) -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("gradviz-backprop")
    except PackageNotFoundError:
        pytest.skip("gradviz is not installed here")
    assert number in gradviz("--version").out


@pytest.mark.parametrize("words", [["rendr"], ["render"], ["render", "x*2", "--wdth", "3"], ["demo", "a", "b"]])
def test_usage_errors_have_exit_code_2(gradviz, words: list[str]) -> None:
    assert gradviz(*words).code == 2
