"""`gradviz fit`: tables read or refused by line, inputs scaled, curves as close as least squares has them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from gradviz.cli import main
from gradviz.cli.fit import read
from gradviz.cli.fitting import fit, in_own_units, plan, scaling
from gradviz.errors import BadExpression, UnknownName
from gradviz.picture.lapse import place
from gradviz.record import check

NOTTINGHAM = Path(__file__).parents[1] / "gallery" / "data" / "nottingham-1920.csv"


def table(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2.5\n2,4\n",
        "\ufeffa,b\r\n1,2.5\r\n2,4\r\n",
        "a;b\n1;2,5\n2;4\n",
        "a\tb\n1\t2.5\n2\t4\n",
        "a|b\n1|2.5\n2|4",
        "a b\n1 2.5\n2   4\n",
        "# a comment\n\na,b\n1, 2.5\n\n2, 4\n",
        '"a","b"\n"1","2.5"\n"2","4"\n',
    ],
)
def test_separators_headers_and_blank_lines(tmp_path, text):
    found = read(table(tmp_path, text))
    assert (found.names, found.x, found.y, found.said) == (("a", "b"), (1, 2), (2.5, 4), ())


def test_without_names_the_columns_are_x_and_y(tmp_path):
    assert read(table(tmp_path, "1,2\n3,4\n")).names == ("x", "y")


def test_columns_by_name_and_by_number(tmp_path):
    path = table(tmp_path, "day,rain,sun\n1,2,3\n4,5,6\n")
    assert read(path).said == ("3 columns; rain over day",)
    assert read(path, y="sun").y == (3, 6)
    assert read(path, x="2", y="3").x == (2, 5)
    with pytest.raises(UnknownName, match="choose from day, rain, sun"):
        read(path, y="wind")


def test_rows_with_a_missing_cell_are_left_out_and_said(tmp_path):
    found = read(table(tmp_path, "a,b\n1,2\n2,\n3,NA\n4,5\n"))
    assert found.x == (1, 4)
    assert found.said == ("2 rows left out for a missing cell: lines 3, 4",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n2,x7\n", r"t\.csv:3: 'x7' in the column b is not a number"),
        ("a,b\n1,2\n2,3,4\n", r"t\.csv:3 has 3 columns, and line 1 has 2"),
        ("a,b\n1,inf\n", r"t\.csv:2: 'inf' in the column b is infinite"),
        ("a\n1\n2\n", "has one column"),
        ("a,b\n", "no rows under it"),
        ("a,b\n1,\n", "no row with both"),
        ("", "is empty"),
        ('a,b\n1,"2,5"\n', "a decimal comma needs semicolons"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, text, told):
    with pytest.raises(BadExpression, match=told):
        read(table(tmp_path, text))


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,\xff\xfe\n")
    with pytest.raises(BadExpression, match="UTF-8"):
        read(path)
    with pytest.raises(UnknownName, match="no file"):
        read(tmp_path / "none.csv")


def test_nottingham_comes_within_one_percent_of_polyfit():
    data = read(NOTTINGHAM)
    found = fit(data.x, data.y, 5, names=data.names)
    x = (np.array(data.x) - 6.5) / 5.5
    best = np.mean((np.polyval(np.polyfit(x, data.y, 5), x) - data.y) ** 2)
    assert best == pytest.approx(0.925668, abs=1e-6)
    assert best <= found.loss <= 1.01 * best
    assert found.best == pytest.approx(best)
    assert np.mean((np.vander(x, 6, increasing=True) @ found.knobs - data.y) ** 2) == pytest.approx(found.loss)
    assert "x = (month − 6.5) / 5.5" in found.said[0]
    assert "runs from −1 to 1: no power of x exceeds 1, so that one learning rate suits every knob" in found.said[0]


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 7, 12])
def test_other_curves_and_other_data(degree):
    rng = np.random.default_rng(degree)
    x = np.sort(rng.uniform(1900, 2020, 50))
    y = 1e6 * (np.sin(x / 20) + 0.1 * rng.normal(size=50))
    found = fit(x, y, degree)
    assert found.loss <= 1.011 * found.best
    assert plan(x, y, degree).powers == (degree < 7)


def test_columns_of_other_scales_are_said_as_they_were_scaled():
    assert scaling(plan(np.array([1.0, 12.0]), np.zeros(2), 1), "month") == "x = (month − 6.5) / 5.5"
    assert scaling(plan(np.array([-3.0, 3.0]), np.zeros(2), 1), "a") == "x = a / 3"
    assert scaling(plan(np.array([-1.0, 1.0]), np.zeros(2), 1), "a") == "x = a"
    assert scaling(plan(np.array([-1.0, 1.0]), np.zeros(2), 1), "x") == "x"
    assert scaling(plan(np.array([-3.0, -1.0]), np.zeros(2), 1), "x") == "u = x + 2"


@pytest.mark.parametrize(
    "y", [[3.0, 3.0, 3.0, 3.0], [0.0, 0.0, 0.0, 0.0], [3e-9, 5e-9, 4e-9, 4e-9], [1e12, 2e12, 0.0, 1.0]]
)
@pytest.mark.parametrize("story", [False, True])
def test_flat_tiny_and_huge_values(y, story):
    found = fit([1, 2, 3, 4], y, 2, story=story)
    assert found.loss - found.best <= 0.01 * found.best + 1e-6 * (np.mean(np.square(y)) or 1e-3)
    assert len(list(found.film.frames)) > 20


def test_exact_points_are_met():
    x = np.arange(21.0)
    found = fit(x, sum(x**k for k in range(6)), 5, steps=600)
    assert found.loss < 1e-6 * np.mean(sum(x**k for k in range(6)) ** 2)


def test_too_few_places_are_refused_with_the_degree_that_fits():
    with pytest.raises(UnknownName, match="choose --degree 1 or less"):
        fit([1, 1, 2], [1, 2, 3], 2)
    with pytest.raises(UnknownName, match=r"choose --degree 0$"):
        fit([1, 1], [1, 2], 2)


def test_numbers_whose_squares_overflow_are_refused(recwarn):
    with pytest.raises(UnknownName, match=r"go up to 1e\+300.* at most 1e\+100"):
        fit([1, 2, 3], [1, -1e300, 2], 1)
    assert not recwarn.list


def test_the_film_says_what_was_done_to_the_inputs_and_why():
    data = read(NOTTINGHAM)
    svg = fit(data.x, data.y, 5, names=data.names).film.svg(frame=0)
    assert "x = (month − 6.5) / 5.5 runs from −1 to 1: no power of x exceeds 1" in svg


@pytest.mark.parametrize("look", [{}, {"story": True}])
def test_the_title_says_what_the_x_of_its_formula_is(look):
    film = fit([0, 1, 2, 3, 4], [0.1, 5.2, 19.4, 44.6, 78.0], 2, names=("Zeit (s)", "Weg (m)"), **look).film
    for width, height in ((None, None), (800, None), (1920, 1080), (540, 960)):
        words = " ".join("".join(e.itertext()) for e in ET.fromstring(film.svg(width=width, height=height)).iter())
        assert "x = (Zeit (s) − 2) / 2" in words
    assert "y ≈ k₀ + k₁u,  u = (x − 1) / 1.5" in fit([-0.5, 1, 2.5], [0, 1, 2.1], 1).film.svg()


@pytest.mark.parametrize("degree", [0, 1, 3, 5, 9])
def test_the_curve_is_written_in_the_tables_own_numbers(degree):
    x = np.linspace(2.0, 30.0, 40)
    y = 1e3 + 40 * np.sin(x / 5)
    found = fit(x, y, degree, names=("day", "y"))
    text = in_own_units(found, ("day", "y"))
    assert text.startswith("y = ")
    for i, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹"):
        text = text.replace(sign, f"**{i}")
    own = eval(text.removeprefix("y = ").replace("·", "*").replace("−", "-"), {"day": x}) * np.ones(40)
    curve = found.plan.curve(found.knobs, found.plan.x)
    assert np.abs(own - curve).max() <= 1e-3 * (np.ptp(curve) or 1e3)
    assert in_own_units(found, ("Zeit (s)", "y")).endswith(", where t is Zeit (s)" if degree else "")
    assert in_own_units(fit(x + 1e6, y, 9), ("x", "y")) == ""


def test_by_hand_then_with_derivatives_then_descent():
    data = read(NOTTINGHAM)
    film = fit(data.x, data.y, 5, names=data.names, story=True).film
    check(film.run)
    notes = [frame.note for frame in film.frames]
    assert notes[0].startswith("By hand. The loss L is 48.15")
    assert "is turned from" in notes[1]
    hand = [n for n in notes if n.startswith("By hand:")]
    aided = [n for n in notes if n.startswith("With derivatives:") and "turned" in n]
    assert len(hand) == 5
    assert len(aided) == 3
    assert all("falls" in n for n in aided)  # a derivative never points the wrong way for so small a turn
    assert any("rises" in n for n in hand)
    assert sum("sends its gradient" in n for n in notes) >= 4
    assert notes[-1].startswith("Finished: L = 0.9")
    descent = [s.label for s in film.run.sweeps if s.kind == "update" and "By hand" not in s.label]
    steps = sum(label == descent[-1] for label in descent)  # turns by hand are no steps of the descent
    assert 0 < steps < sum(s.kind == "update" for s in film.run.sweeps)
    assert place(film.run, film.steps[-1]) == f"after {steps} steps"
    # What a panel calls the loss at a frame is the loss of that frame's graph.
    for frame, state in zip(film.frames, _states(film), strict=False):
        loss = state.values.get(film.run.graph.outputs[0])
        shown = [
            m.text for e in frame.scene.elements if e.id == "panel-1-needle" for m in e.marks if hasattr(m, "text")
        ]
        if shown and loss is not None:
            assert abs(float(shown[0]) - loss) <= 0.01 * loss


def _states(film):
    from gradviz.record import states

    return states(film.run, film.steps)


def test_the_command(tmp_path, capsys):
    out = tmp_path / "fit.svg"
    assert main(["fit", str(NOTTINGHAM), "--degree", "3", "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith("k0 = ")
    assert [line.split(" = ")[0] for line in said.out.splitlines()] == ["k0", "k1", "k2", "k3", "temperature_f"]
    assert said.out.splitlines()[4].count("·month") == 3
    assert "numpy.polyfit" in said.err
    assert out.read_text().startswith("<svg")
    assert main(["fit", str(table(tmp_path, "a,b\n1,q\n")), "-o", str(out)]) == 2
    assert "t.csv:2" in capsys.readouterr().err
    assert main(["fit", str(NOTTINGHAM), "-o", str(tmp_path / "no" / "fit.svg")]) == 2


def test_its_film_has_the_options_of_every_film(gradviz):
    words = ("fit", str(NOTTINGHAM), "--degree", "2", "--for", "readme", "--theme", "dark", "--from", "backward:2")
    said = gradviz(*words, "--to", "backward", "--seconds-per-step", "0.5", "-o", "a.gif", "-o", "%d.svg")
    assert said.code == 0, said.err
    frames = list(Path().glob("*.svg"))
    assert len(frames) > 2
    assert f"a.gif: {len(frames)} frames" in said.err
    svg = frames[0].read_text(encoding="utf-8")
    assert 'width="800"' in svg and "#14171C" in svg
    refused = gradviz("fit", str(NOTTINGHAM), "-o", "b.svg", "--fps", "25")
    assert refused.code == 2 and refused.out == "", "before anything is fitted"
