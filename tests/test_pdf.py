"""PDF: pages with text as text; an independent reader, where there is one, sees the raster's picture."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zlib
from dataclasses import replace

import numpy as np
import pytest
from scenes import film, text

from gradviz.picture.scene import Element, Frame, Image, Path, Rect, Scene, line
from gradviz.writers.pdf import string, write
from gradviz.writers.raster import still


def saved(frames, size=(960, 540)) -> bytes:
    out = io.BytesIO()
    write(iter(frames), out, size=size)
    return out.getvalue()


def opened(data: bytes):
    return pytest.importorskip("pymupdf").open(stream=data, filetype="pdf")


def one(*marks, title: str = "T", note: str = "N") -> Frame:
    return Frame(Scene(100, 60, "#FFFFFF", (Element("e", "node", marks),), title), 1, note)


def test_every_object_is_where_the_table_says_and_streams_unpack():
    data = saved(film(steps=3))
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    rows = data[start:].split(b"\n")[3:]
    count = int(data[start:].split(b"\n")[1].split()[1])
    for n, row in enumerate(rows[: count - 1], 1):
        place = int(row[:10])
        assert len(row) == 19 and data[place:].startswith(b"%d 0 obj\n" % n)
    for length, body in re.findall(rb"/FlateDecode /Length (\d+) >>\nstream\n(.*?)\nendstream", data, re.S):
        assert len(body) == int(length) and zlib.decompress(body)
    assert data.count(b"/Type /Page ") == 3


def test_what_pages_share_is_written_once():
    one_page, many = len(saved(film(steps=2))), len(saved(film(steps=12)))
    assert (many - one_page) / 10 < 9_000
    still_frame = next(film())
    assert len(saved([still_frame] * 20)) - len(saved([still_frame] * 2)) < 18 * 1_500


def test_the_same_film_gives_the_same_bytes_and_no_date(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    first = saved(film(steps=2))
    assert first == saved(film(steps=2)) and b"CreationDate" not in first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert b"/CreationDate (D:19700102000000Z)" in saved(film(steps=2))


def test_strings_cannot_end_early():
    assert string(")\\é") == "<feff0029005c00e9>"
    assert re.fullmatch("<[0-9a-f]+>", string("a\ud800)"))


def test_text_comes_out_as_text():
    words = ["∂L/∂w₁ = −3.000", "tanh(x₁)", "two  spaces", "Σᵢ <b>", "𝔸ℒ"]
    marks = [text(5, 10 + 9 * i, w, 8, "#000000", mono=i == 0, bold=i == 1) for i, w in enumerate(words)]
    page = opened(saved([one(*marks)]))[0]
    seen = page.get_text().split("\n")
    assert [s.strip() for s in seen if s.strip()] == words


def test_characters_that_no_font_has_are_drawn_and_keep_their_text():
    data = saved([one(text(5, 30, "a\U0010fffdb", 20, "#000000"))])
    content = b"".join(zlib.decompress(b) for b in re.findall(rb"stream\n(x.*?)\nendstream", data, re.S))
    assert b"/Span << /ActualText <feffdbffdffd> >> BDC" in content
    page = opened(data)[0]
    assert page.get_text().strip() == "a\U0010fffdb"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_another_reader_finds_them_in_their_place_too():
    data = saved([one(text(5, 30, "x_\U0001f642_y", 20, "#000000"))])
    told = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()
    assert told.split() == ["x_\U0001f642_y"]


def test_pages_look_as_the_raster_does():
    frames = list(film(cards=12, steps=3))
    extra = Element(
        "more", "node",
        (
            line(10, 370, 600, 380, stroke="#000000", width=3, cap="round"),
            Path("MLL", (620, 385, 640, 350, 660, 385), None, "#A84700", 6, (9, 4)),
            Rect(700, 340, 60, 40, 8, "#EEF6FB", "#0072B2", 2, (4, 3)),
            Image(800, 340, 60, 40, 2, 3, bytes(range(0, 252, 14))),
        ),
    )  # fmt: skip
    last = frames[-1]
    frames[-1] = Frame(Scene(960, 540, "#FFFFFF", (*last.scene.elements, extra)), 1, "")
    document = opened(saved(frames))
    for page, frame in zip(document, frames, strict=True):
        assert (page.rect.width, page.rect.height) == (720, 405)
        pixmap = page.get_pixmap(dpi=96)
        seen = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3).astype(int)
        difference = np.abs(seen - still(frame.scene, (960, 540)))
        assert difference.mean() < 0.7
        assert (difference.max(2) > 100).sum() < 300


def test_bookmarks_are_the_sweeps_and_their_steps():
    frames = [replace(f, part="forward" if i < 2 else "backward") for i, f in enumerate(film(steps=5))]
    told = [(2, frame.note, k) for k, frame in enumerate(frames, 1)]
    assert [tuple(b) for b in opened(saved(frames)).get_toc()] == [
        (1, "forward", 1), *told[:2], (1, "backward", 3), *told[2:],
    ]  # fmt: skip
    assert b"/Outlines" not in saved(frames[:1])


def test_a_page_says_what_it_shows():
    document = opened(saved([one(title="A (neuron)", note="w₁ sends −3.")]))
    assert document.metadata["title"] == "A (neuron)"
    assert document.xref_get_key(document.pdf_catalog(), "Lang")[1] == "en"
    assert string("w₁ sends −3.").encode() in saved([one(note="w₁ sends −3.")])
