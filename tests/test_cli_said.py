"""The command line's own words: options as they are typed, libraries' errors as theirs, advice that is true."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gradviz.cli.loading import DRAWING, load

NEURON = ("tanh(w*x + b)", "w=-3", "x=2", "b=6.88")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-o", "a.svg", "--depth", "-1"], "--depth -1 is not a depth"),
        (["-o", "a.svg", "--wrt", "q"], "--wrt q is not an input; the inputs are w, x, b"),
        (["-o", "a.gif", "--seconds-per-step", "0"], "--seconds-per-step 0.0 is not a time"),
        (["-o", "a.svg", "--until", "up"], "--until up is not a sweep"),
        (["-o", "a.svg", "--until", "forward", "--frame", "2"], "--frame 2 and --until forward both choose"),
        (["-o", "a.svg", "--scale", "9"], "--scale 9.0 of "),
        (["-o", "a.gif", "--width", "100"], "fold groups with --depth"),
    ],
)
def test_an_option_is_named_as_it_is_typed(gradviz, options: list[str], said: str) -> None:
    answer = gradviz("render", *NEURON, *options)
    assert answer.code in (2, 5)
    assert said in answer.err
    assert not re.search(r"\b[a-z_]+=", answer.err)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("x=1,2,3", "x=1,2,3: an array goes into brackets, as in x=[1,2,3]"),
        ("x=1,5", "and a decimal has a point"),
        ("x=[1,2;3,4]", "each row of an array has its own brackets"),
    ],
)
def test_an_array_that_is_written_otherwise_is_shown_as_it_is_written(gradviz, word: str, said: str) -> None:
    answer = gradviz("render", "sum(x)", word, "-o", "a.svg")
    assert (answer.code, said in answer.err) == (2, True), answer.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ReLU(x)", "did you mean 'relu'?"),
        ("σ(x)", "did you mean 'sigmoid'?"),
        ("2*sin x", "what sin is taken of goes into brackets, as in sin(x)"),
        ("a b", "between two numbers or names stands an operator"),
    ],
)
def test_a_formula_as_it_is_spoken_is_shown_as_it_is_written(gradviz, text: str, said: str) -> None:
    answer = gradviz("render", text, "x=1", "-o", "a.svg")
    assert (answer.code, said in answer.err) == (2, True), answer.err


def test_a_users_own_names_stay_as_they_are(gradviz, tmp_path: Path) -> None:
    assert '"scale*depth" scale=2 depth=1' in gradviz("render", "scale*depth", "scale=2", "-o", "a.svg").err
    (tmp_path / "of_a_user.py").write_text(
        "import gradviz as gv\ndef film():\n    return gv.film(lambda x: x * x, 2.0, depth=-1)\n"
    )
    assert "depth=-1 is not a depth" in gradviz("render", "of_a_user.py", "-o", "a.svg").err, "Python's own form"


@pytest.mark.parametrize(
    ("value", "seed"),
    [("[1,2]", "[1,1]"), ("[[1,2],[3,4],[5,6]]", "[[1,1],[1,1],[1,1]]"), ("[" + ",".join("1" * 13) + "]", "")],
)
def test_the_seed_that_it_asks_for_can_be_given(gradviz, value: str, seed: str) -> None:
    words = ("render", "x*2", f"x={value}", "-o", "a.svg")
    answer = gradviz(*words)
    assert answer.code == 2
    if not seed:
        assert "pass --seed [1,1,...] (13 ones) for" in answer.err
        return
    assert f"pass --seed {seed} for" in answer.err
    assert gradviz(*words, "--seed", seed).code == 0


@pytest.mark.parametrize("command", [("render", "-o", "a.svg"), ("check",)])
@pytest.mark.parametrize(
    ("target", "value", "error"),
    [
        ("os.path:join", "a=1", "TypeError"),
        ("json:loads", "s=1", "TypeError"),
        ("numpy:linalg.inv", "a=[[0,0],[0,0]]", "LinAlgError"),
    ],
)
def test_what_a_library_raises_is_no_fault_of_gradviz(
    gradviz, command: tuple[str, ...], target: str, value: str, error: str
) -> None:
    answer = gradviz(command[0], target, value, *command[1:])
    assert answer.code == 2
    assert f" raised {error}: " in answer.err
    assert len(answer.err.splitlines()) == 1


def test_numpys_functions_are_given_their_values_by_place(gradviz) -> None:
    answer = gradviz("render", "numpy:linalg.det", "a=[[2,0],[0,3]]", "-o", "a.svg")
    assert answer.code == 0, answer.err


def test_what_is_no_target_is_named(gradviz, tmp_path: Path) -> None:
    (tmp_path / "of_a_user.py").write_text("number = 42\n")
    assert (
        "of_a_user.py:number is int 42; a target is a function"
        in gradviz("render", "of_a_user.py:number", "-o", "a.svg").err
    )


def test_what_was_kept_can_be_drawn_again(gradviz, tmp_path: Path) -> None:
    assert gradviz("render", *NEURON, "-o", "kept.json", "-o", "a.svg", "--title", "T").code == 0
    answer = gradviz("render", "kept.json", "-o", "b.svg", "-o", "b.gif", "--title", "T")
    assert answer.code == 0, answer.err
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    answer = gradviz("render", "kept.json", "w=2", "-o", "b.svg")
    assert (answer.code, "kept.json is a Run, which takes no values; got w" in answer.err) == (2, True)
    for option in ("--wrt=w", "--seed=2", "--along=w=1"):
        answer = gradviz("render", "kept.json", "-o", "b.svg", option)
        said = f"a Run is recorded already, and {option.partition('=')[0]} is for what is yet to be; leave it out"
        assert (answer.code, said in answer.err) == (2, True), answer.err
    (tmp_path / "other.json").write_text("{}")
    for name, part in (("other.json", "other.json: this is not a Run"), ("gone.json", "No such file or directory")):
        answer = gradviz("render", name, "-o", "b.svg")
        assert (answer.code, part in answer.err) == (2, True), answer.err


def test_a_function_that_changes_between_calls_is_told_what_to_do(gradviz, tmp_path: Path) -> None:
    (tmp_path / "of_chance.py").write_text("import numpy as np\ndef f(x):\n    return x * np.random.rand()\n")
    answer = gradviz("check", "of_chance.py:f", "x=2")
    assert answer.code == 3
    assert "fix the seed of its random numbers" in answer.err


def test_where_nothing_could_be_compared_nothing_agrees(gradviz) -> None:
    answer = gradviz("check", "relu(x)", "x=0")
    assert "nothing could be compared, 2 left out (relu(x): a corner" in answer.out
    assert "agree" not in answer.out


@pytest.mark.parametrize("seconds", ["10", "30"])
def test_the_film_is_as_long_as_the_advice_says(gradviz, seconds: str) -> None:
    words = ("render", *NEURON, "-o", "a.gif", "--seconds-per-step", seconds)
    said = gradviz(*words).err
    pace = re.search(r"pace (\w+) \((\d+) s\)", said)
    assert bool(pace) == (seconds == "10"), said
    if pace:
        made = re.search(r"frames, ([\d.]+) s", gradviz(*words, "--pace", pace[1]).err)
        assert made and round(float(made[1])) == int(pace[2])


def test_the_demo_leaves_a_changed_script_as_it_is(gradviz, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    script = tmp_path / "out" / "curve.py"
    script.write_text("mine")
    answer = gradviz("demo", "out")
    assert answer.code == 2
    assert f"{Path('out', 'curve.py')} is there, and not as the demo writes it" in answer.err
    assert script.read_text() == "mine"
    assert [p.name for p in script.parent.iterdir()] == ["curve.py"]


def test_on_a_narrow_terminal_no_word_is_broken(gradviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradviz.cli.ops.columns", lambda: 50)
    monkeypatch.setattr("gradviz.cli.report.columns", lambda: 50)
    lines = gradviz("ops", "relu").out.splitlines()
    assert max(map(len, lines)) <= 50
    words = " ".join(lines).split()
    assert {"operand", "elsewhere.", "gv.relu"} <= set(words)
    assert "  d relu(a) = ([a > 0])·da" in lines, "brackets are the rule's own"


def test_ctrl_c_waits_until_a_package_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def interrupted(name: str) -> None:
        signal.raise_signal(signal.SIGINT)
        done.append(name)

    monkeypatch.setattr("gradviz.cli.loading.import_module", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            load(["av", None, "av"])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == [*DRAWING, "av"]


def test_nothing_compiled_is_loaded_once_a_file_is_begun(gradviz, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own: which modules there are at the first byte, and which at the end."""
    code = """
import sys
from gradviz.cli import main, write
def compiled():
    return {n for n, m in list(sys.modules.items()) if str(getattr(m, "__file__", "")).endswith((".so", ".pyd"))}
whole, at = write._written, []
write._written = lambda *a: (at.append(compiled()), whole(*a))
main(["render", "x*y", "x=1", "y=2", "-o", "a.png", "-o", "a.gif"])
print(*(n for n in compiled() - at[0] if n.startswith(("matplotlib", "PIL"))))
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == []


@pytest.mark.parametrize("command", ["", "render", "fit", "check", "demo", "ops", "doctor"])
def test_the_help_fits_on_80_columns(gradviz, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = gradviz(*command.split(), "--help").out.splitlines()
    assert [line for line in lines if len(line) > 80] == []


def test_the_list_of_commands_is_whole_on_80_columns(gradviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert "..." not in gradviz("--help").out.partition("Commands:")[2].partition("Examples:")[0]


@pytest.mark.parametrize(
    ("rows", "degree", "steps", "said"),
    [
        ("1,2\n2,4.1\n3,9\n4,16.2\n", 3, [], "is 0; what is left would not be seen"),
        ("1,2\n2,4.1\n3,9\n4,16.2\n", 1, [], "is 1.629"),
        ("1,2\n2,4.1\n3,9\n4,16.2\n", 2, ["--steps", "3"], "is 0.00313; more --steps, or a smaller --degree"),
        ("1,5\n2,5\n3,5\n", 1, [], "is 0"),
    ],
)
def test_how_near_a_fit_has_come_is_said_as_it_is(
    gradviz, tmp_path: Path, rows: str, degree: int, steps: list[str], said: str
) -> None:
    (tmp_path / "a.csv").write_text(rows)
    answer = gradviz("fit", "a.csv", "--degree", degree, "-o", "a.json", *steps)
    [line] = [line for line in answer.err.splitlines() if line.startswith("loss")]
    assert line.partition("(numpy.polyfit) ")[2].startswith(said), line
    assert ";" in said or line.endswith(said), line


def test_a_table_with_words_first_names_the_columns_that_can_be_fitted(gradviz, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("month,rain,heat\nJan,1,2\nFeb,−2,4\nMar,3,9\n", encoding="utf-8")
    answer = gradviz("fit", "a.csv", "--degree", "1", "-o", "a.svg")
    assert answer.code == 2
    way = re.search(r"choose other columns, as in (.*)", answer.err)
    assert way, answer.err
    answer = gradviz("fit", "a.csv", "--degree", "1", "-o", "a.svg", *way[1].split())
    assert answer.code == 0, answer.err


def test_a_name_does_not_command_the_terminal(gradviz) -> None:
    Path("target.py").write_text(
        "import numpy as np\nimport gradviz as gv\n"
        "def f():\n    y = np.log(gv.var(0.0, name='x'))\n    y.name = 'a\\x1b]0;b\\x07\\u202ec'\n    return y\n",
        encoding="utf-8",
    )
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        said = gradviz("render", "target.py:f", "-o", "a.svg").err
    assert r"a\x1b]0;b\x07\u202ec is the first to be" in said
    assert not re.search("[\x1b\x07\u202e]", said)


@pytest.mark.parametrize("words", [["--help"], ["render", "--help"], ["check", "--help"]])
def test_what_is_to_be_typed_is_understood_by_every_shell(gradviz, words: list[str]) -> None:
    """Of brackets outside quotes zsh makes a pattern, and refuses the line."""
    told = re.sub(r'"[^"]*"', "", gradviz(*words).out)
    assert not re.search(r"\w=\[", told)
