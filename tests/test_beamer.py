"""LaTeX beside a PDF: a line a page, only where it was asked for, and LaTeX can read it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

import gradviz as gv
from gradviz.errors import CannotWrite, UnknownName

BEAMER = (
    shutil.which("pdflatex")
    and not subprocess.run(
        ["kpsewhich", "-must-exist", "beamer.cls", "pgfmath.sty"], capture_output=True, check=False
    ).returncode
)


def product(**options):
    return gv.film(lambda x, w: x * w, 2.0, 3.0, **options)


def test_beside_the_pdf_there_is_a_line_a_page_with_what_happens_there(tmp_path):
    film = product()
    film.save(tmp_path / "product.pdf", tex=True)
    told = (tmp_path / "product.tex").read_text("utf-8").splitlines()
    lines = [x for x in told if x.startswith("\\includegraphics")]
    assert all(x.startswith(("%", "\\")) and "%" in x for x in told), "no line's end is a blank on the slide"
    notes = [frame.note for frame in film.frames]
    assert len(lines) == len(notes) == (tmp_path / "product.pdf").read_bytes().count(b"/Type /Page ")
    for k, (line, note) in enumerate(zip(lines, notes, strict=True), 1):
        assert re.fullmatch(rf"\\includegraphics<{k}>\[page={k},[^]]*]{{product\.pdf}}% (.*)", line)[1] == note


def test_the_pdf_is_called_as_it_is_written(tmp_path):
    product().save(tmp_path / "Product.PDF", tex=True)
    told = (tmp_path / "Product.tex").read_text("utf-8")
    assert told.count("{Product.PDF}") == len(product()) + 2 and ".pdf" not in told
    assert "\\input{Product}" in told


def test_without_being_asked_there_is_none(tmp_path):
    product().save(tmp_path / "product.pdf")
    assert [p.name for p in tmp_path.iterdir()] == ["product.pdf"]


@pytest.mark.parametrize(
    "name, options",
    [("a.gif", {}), ("a.pdf", {"frame": 2}), ("%d.pdf", {}), ("50%.pdf", {}), ("a  b.pdf", {}), (" a.pdf", {})],
)
def test_what_has_no_pages_or_a_name_that_latex_cannot_read_is_refused(tmp_path, name, options):
    with pytest.raises(UnknownName):
        product().save(tmp_path / name, tex=True, **options)
    assert not list(tmp_path.iterdir())


def test_latex_that_somebody_wrote_is_not_written_over(tmp_path):
    (tmp_path / "talk.tex").write_text("\\documentclass{beamer}")
    with pytest.raises(CannotWrite, match=r"talk\.tex' is there and not of gradviz; choose another name"):
        product().save(tmp_path / "talk.pdf", tex=True)
    assert (tmp_path / "talk.tex").read_text() == "\\documentclass{beamer}" and not (tmp_path / "talk.pdf").exists()
    for _ in range(2):  # its own it does
        product().save(tmp_path / "product.pdf", tex=True)


def test_the_command_line_writes_it_for_pdfs_only(gradviz, tmp_path):
    said = gradviz("render", "x*w", "x=2", "w=3", "-o", "a.pdf", "-o", "a.svg", "--tex")
    assert said.code == 0 and "a.tex" in said.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pdf", "a.svg", "a.tex"]
    refused = gradviz("render", "x*w", "x=2", "w=3", "-o", "b.svg", "--tex")
    assert refused.code == 2 and "PDF" in refused.err


@pytest.mark.slow
@pytest.mark.skipif(not BEAMER, reason="LaTeX's Beamer is not installed")
def test_beamer_makes_a_page_of_each(tmp_path):
    film = product()
    film.save(tmp_path / "product.pdf", tex=True)
    (tmp_path / "talk.tex").write_text(
        "\\documentclass[aspectratio=169]{beamer}\\begin{document}\n"
        "\\begin{frame}{Title}\\centering\\input{product}\\end{frame}\n\\end{document}\n"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "talk.tex"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.decode(errors="replace")
    assert f"({len(film)} pages" in told and "Overfull" not in told and "PDF inclusion" not in told
    size = (tmp_path / "talk.pdf").stat().st_size
    assert size < 1.5 * (tmp_path / "product.pdf").stat().st_size, "the fonts are there once"
