"""Text measures: linear, the same for all digits, and never without an answer."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from gradviz.errors import UnknownName
from gradviz.picture import fonts
from gradviz.picture.fonts import faces, measure, missing, outlines


def test_widths_are_those_of_the_font_file():
    assert measure("A", 2048) == 1401
    assert measure("A", 2048, bold=True) == 1585
    assert measure("1", 2048, mono=True) == measure("−", 2048, mono=True) == 1233


def test_widths_are_linear_in_the_size_and_additive():
    assert measure("tanh(x₁·w₁)", 26) == pytest.approx(2 * measure("tanh(x₁·w₁)", 13), rel=1e-12)
    assert measure("AV", 10) == pytest.approx(measure("A", 10) + measure("V", 10), rel=1e-12)  # no kerning


def test_outlines_stand_on_the_baseline_within_their_width():
    line = outlines("Hx1", bold=True)
    assert line.points[:, 1].max() == pytest.approx(0, abs=1e-9)
    assert -0.75 < line.points[:, 1].min() < -0.7  # cap height of DejaVu, y down
    assert line.points[:, 0].min() > 0 and line.points[:, 0].max() < line.width
    assert line.width == pytest.approx(measure("Hx1", 1, bold=True))
    assert len(line.codes) == len(line.points) and line.codes[0] == 1


def test_empty_text_and_spaces_have_no_outline():
    assert measure("", 12) == 0 and len(outlines("").codes) == 0
    assert measure(" ", 12) > 3 and len(outlines("  ").codes) == 0


def test_a_character_nobody_has_is_a_box_and_is_named():
    odd = "\U0010fffd"
    assert missing(f"a{odd}b{odd}") == (odd,)
    assert missing("αβγ ∂ℒ/∂w₁ ᵀ ² ₇ · × − √ Σ ∞ ≈ …") == ()
    box = outlines(odd)
    assert measure(odd, 10) > 5 and len(box.codes) > 50  # a frame and six digits
    assert box.points[:, 0].max() < box.width


def test_lone_surrogates_and_marks_without_a_look_do_not_break():
    assert measure("\ud800", 10) > 0
    assert measure("a\u200bb\ufe0f", 10) == measure("ab", 10)


def test_mono_falls_back_to_the_proportional_face():
    runs = faces("1ℒ𝔸1", mono=True)
    assert "".join(t for _, t in runs) == "1ℒ𝔸1" and runs[0][0].endswith("DejaVuSansMono.ttf")
    assert missing("𝔸") == () or faces("𝔸")[0][0] is None


def test_the_named_font_must_be_readable(monkeypatch, tmp_path):
    file = tmp_path / "no.ttf"
    file.write_text("not a font")
    monkeypatch.setenv("GRADVIZ_FONT", str(file))
    fonts._named.cache_clear()
    fonts.face_of.cache_clear()
    try:
        with pytest.raises(UnknownName, match=r"GRADVIZ_FONT names .*no\.ttf"):
            measure("\U0010fffc", 10)
    finally:
        monkeypatch.undo()
        fonts._named.cache_clear()
        fonts.face_of.cache_clear()


def test_a_character_that_dejavu_lacks_comes_from_the_named_font(monkeypatch):
    stix = fonts.bundled().replace("DejaVuSans.ttf", "STIXGeneral.ttf")
    lacking = next(chr(c) for c in range(0x2190, 0x2FFF) if c in fonts._covered(stix) and fonts.face_of(chr(c)) == stix)
    monkeypatch.setenv("GRADVIZ_FONT", stix)
    for f in (fonts._named, fonts.face_of, fonts._glyph):
        f.cache_clear()
    try:
        assert faces(f"a{lacking}b")[1] == (stix, lacking) and missing(lacking) == ()
        assert len(outlines(lacking).codes) > 0 and measure(lacking, 10) > 1
    finally:
        monkeypatch.undo()
        for f in (fonts._named, fonts.face_of, fonts._glyph):
            f.cache_clear()


def test_measuring_again_is_cheap_and_importing_loads_no_matplotlib():
    measure("value", 11)
    start = time.perf_counter()
    for _ in range(10_000):
        measure("value", 11)
    assert time.perf_counter() - start < 0.1
    code = "import sys, gradviz.picture.fonts; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_same_outline_object_is_handed_out_again():
    assert outlines("grad") is outlines("grad")
    assert np.array_equal(outlines("gr").points, outlines("grad").points[: len(outlines("gr").points)])
