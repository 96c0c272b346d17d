"""PowerPoint: a slide a step, shapes that can be edited, the same names on every slide, notes; the bytes repeat."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from itertools import pairwise

import numpy as np
import PIL.Image
import pytest
from scenes import film, text

import gradviz as gv
from gradviz.errors import TooLarge
from gradviz.picture.scene import Element, Frame, Image, Scene, circle, line
from gradviz.writers.raster import still
from gradviz.writers.slides import write

pptx = pytest.importorskip("pptx")
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def saved(frames: list[Frame]) -> bytes:
    out = io.BytesIO()
    write(iter(frames), out, size=(1280, 720))
    return out.getvalue()


def opened(frames: list[Frame]):
    return pptx.Presentation(io.BytesIO(saved(frames)))


def at_depth():
    """A film of a graph that takes the lens."""

    def chain(x, w):
        for v in w:
            x = np.tanh(x * v + v)
        return x

    return gv.film(chain, 0.5, [0.5] * 12).drawing(pace="edge")


def one(*marks, title: str = "", name: str = "e-0") -> Frame:
    return Frame(Scene(100, 60, "#14171C", (Element(name, "node", marks, title),), "T"), 1, "N")


def test_a_slide_a_step_with_its_title_its_note_and_the_same_names():
    frames = list(film(cards=6, steps=4))
    show = opened(frames)
    assert len(show.slides) == 4 and show.slide_width * 9 == show.slide_height * 16
    for slide, frame in zip(show.slides, frames, strict=True):
        assert slide.shapes.title.text.startswith("o = tanh(x₁·w₁ + b)")
        assert slide.notes_slide.notes_text_frame.text == frame.note
        assert [s.name for s in slide.shapes][1:] == [f"!!{e.id}" for e in frame.scene.elements if e.id != "title"]
        ids = re.findall(r'<p:cNvPr id="(\d+)"', slide.part.blob.decode())
        assert len(ids) == len(set(ids))
        assert "morph" in slide.part.blob.decode()


def test_an_outline_tells_slides_apart_by_what_can_be_seen_behind_the_title():
    show = opened(list(film(cards=6, steps=4)))
    steps = [f"backward, step {k} of 4" for k in range(1, 5)]
    assert [s.shapes.title.text for s in show.slides] == [f"o = tanh(x₁·w₁ + b)  {step}" for step in steps]
    assert [s.name for s in show.slides] == steps
    for slide in show.slides:
        first, second = slide.shapes.title.text_frame.paragraphs[0].runs
        assert (first.font.bold, second.font.bold) == (True, False) and second.font.size < first.font.size


def test_a_question_its_answer_and_the_finished_picture_have_names_of_their_own():
    drawing = gv.film(lambda x, w: x * w, 2.0, 3.0, reveal="ask").drawing()
    names = [s.name for s in opened(list(drawing)).slides]
    assert len(set(names)) == len(drawing) and names[-1] == "finished"
    assert names[3:5] == ["backward, step 2 of 3", "backward, step 2 of 3 (2)"]


def test_a_title_that_reaches_to_the_legend_stays_alone():
    frame = gv.film(lambda x: x * x, 2.0, title="a long title " * 20).drawing().frame(0)
    show = opened([frame])
    slide = show.slides[0]
    assert slide.shapes.title.text == next(e for e in frame.scene.elements if e.id == "title").marks[0].text
    assert show.core_properties.title.startswith("a long title a long")
    assert slide.name == "forward, step 1 of 2"


def test_where_no_title_is_wanted_the_step_is_it():
    frame = gv.film(lambda x: x * x, 2.0, title="").drawing().frame(0)
    assert opened([frame]).slides[0].shapes.title.text == "forward, step 1 of 2"


def test_an_equation_is_told_by_the_sentence_of_its_step():
    for frame in (gv.film(lambda x, w: x * w, 2.0, 3.0).drawing().frame(3), at_depth().frame(60)):
        slide = opened([frame]).slides[0]
        told = [s._element.nvGrpSpPr.cNvPr.get("descr") for s in list(slide.shapes)[1:]]
        assert frame.note in told and "upstream" in frame.note
        assert not [t for t in told if t and "∂" in t and t != frame.note]


def test_slides_go_into_the_file_as_they_come():
    out, sizes = io.BytesIO(), []

    def frames():
        for frame in film(cards=6, steps=6):
            sizes.append(len(out.getvalue()))
            yield frame

    write(frames(), out, size=(1280, 720))
    assert all(before < after for before, after in pairwise(sizes[1:]))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_every_slide(tmp_path):
    frames = [*gv.film(np.tanh, np.array([0.5, -1.0]), seed=np.ones(2)).drawing()]
    (tmp_path / "a.pptx").write_bytes(saved(frames))
    own = f"-env:UserInstallation={(tmp_path / 'own').as_uri()}"
    command = ["soffice", own, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "a.pptx"]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    with pytest.importorskip("pymupdf").open(tmp_path / "a.pdf") as pages:
        assert len(pages) == len(frames)
        for page, frame in zip(pages, frames, strict=True):
            pixmap = page.get_pixmap(matrix=pytest.importorskip("pymupdf").Matrix(4 / 3, 4 / 3))
            seen = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3).astype(int)
            assert np.abs(seen[:720, :1280] - still(frame.scene, (1280, 720))).mean() < 3


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ooxml-validator") is None, reason="ooxml-validator, an npm package, is not installed")
def test_microsofts_own_rules_hold(tmp_path):
    """By the validator of the Open XML SDK: where it finds nothing, PowerPoint offers no repair."""

    def loss(k, x, y):
        return np.mean((k[0] + k[1] * x - y) ** 2)

    x = np.linspace(-1, 1, 3)
    descent = gv.descend(loss, np.zeros(2), x, np.ones(3), steps=1, curve=(lambda k, x: k[0] + k[1] * x, x, np.ones(3)))
    title = 'a <b> & "c" \U0001f600'
    film = gv.film(descent, panels=("curve", "loss", "knobs"), title=title, theme="dark", reveal="ask")
    film.save(tmp_path / "a.pptx", width=1280, height=720)
    assert _faults(tmp_path / "a.pptx") == []
    with zipfile.ZipFile(tmp_path / "a.pptx") as good, zipfile.ZipFile(tmp_path / "b.pptx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name).replace(b"a:solidFill", b"a:solidPaint"))
    assert _faults(tmp_path / "b.pptx")  # it does look


def _faults(path) -> list[dict[str, str]]:
    done = subprocess.run(("ooxml-validator", path), check=False, capture_output=True, timeout=120)
    return json.loads(done.stdout)["errors"]


def test_texts_are_texts_and_stand_where_the_scene_has_them():
    show = opened(list(film(cards=6, steps=1)))
    card = next(s for s in show.slides[0].shapes if s.name == "!!node-2")
    texts = {s.text_frame.text: s for s in card.shapes if s.has_text_frame and s.text_frame.text}
    assert {"×", "value", "grad", "0.286", "v2"} <= set(texts)
    emu = show.slide_width / 960
    frame = next(film(cards=6, steps=1))
    mark = next(
        m for e in frame.scene.elements if e.id == "node-2" for m in e.marks if getattr(m, "text", "") == "0.286"
    )
    right = texts["0.286"].left + texts["0.286"].width
    assert right == pytest.approx(mark.x * emu, abs=2)  # it is aligned at its end
    assert texts["0.286"].text_frame.paragraphs[0].runs[0].font.size.pt == pytest.approx(13, abs=0.01)
    middle = texts["0.286"].top + texts["0.286"].height / 2
    assert middle + 0.346 * mark.size * emu == pytest.approx(mark.y * emu, abs=2)
    assert card._element.nvGrpSpPr.cNvPr.get("descr") == "v2 = 0.286"


def test_numbers_are_in_a_font_of_one_width_wherever_the_file_is_opened():
    show = opened([one(text(5, 30, "−3.000", 12, "#000000", mono=True), text(5, 50, "n", 12, "#000000"))])
    faces = [s._element.txBody.findall(f".//{A}latin")[0] for s in show.slides[0].shapes[1].shapes]
    fixed = [int(f.get("pitchFamily")) & 3 == 1 and f.get("panose")[6:8] == "09" for f in faces]
    assert fixed == [True, False]


def test_what_has_no_tooltip_is_told_by_its_words():
    show = opened([one(text(5, 30, "step", 12, "#000000"), text(40, 30, "7", 12, "#000000"))])
    assert show.slides[0].shapes[1]._element.nvGrpSpPr.cNvPr.get("descr") == "step 7"


@pytest.mark.parametrize("size", [(640, 2688), (1280, 720), (1200, 90)])
def test_a_slide_has_the_shape_of_the_output(size):
    out = io.BytesIO()
    write(iter([one(circle(50, 30, 10, fill="#0072B2"))]), out, size=size)
    show = pptx.Presentation(out)
    assert show.slide_height / show.slide_width == pytest.approx(size[1] / size[0])


@pytest.mark.parametrize("size", [(640, 2689), (1200, 89)])
def test_a_slide_that_powerpoint_could_not_open_is_refused(size):
    with pytest.raises(TooLarge, match=rf"0\.075 to 4\.2 times as high as wide, and {size[0]}×{size[1]} px"):
        write(iter([one(circle(50, 30, 10, fill="#0072B2"))]), io.BytesIO(), size=size)


def test_what_says_nothing_is_decoration_for_a_screen_reader():
    told = opened([one(circle(50, 30, 10, fill="#0072B2"))]).slides[0].shapes[1]._element.nvGrpSpPr.cNvPr
    assert told.get("descr") is None
    assert told.xpath(".//*[local-name()='decorative']/@val") == ["1"]


def test_slides_that_a_user_adds_fit_the_page():
    show = opened([one(circle(50, 30, 10, fill="#0072B2"))])
    assert show._element.sldSz.get("type") is None
    placed = [s for part in (show.slide_master, *show.slide_layouts) for s in part.placeholders]
    assert max(s.left + s.width for s in placed) / show.slide_width == pytest.approx(0.95, abs=0.03)
    assert max(s.top + s.height for s in placed) / show.slide_height == pytest.approx(0.98, abs=0.02)


def test_only_cells_are_pictures_and_those_are_sharp():
    cells = bytes(range(0, 180, 10))
    show = opened(
        [
            one(
                Image(10, 10, 30, 20, 2, 3, cells),
                circle(50, 30, 10, fill="#0072B2"),
                line(0, 0, 9, 9, stroke="#D55E00", width=2),
            )
        ]
    )
    shapes = list(show.slides[0].shapes[1].shapes)
    assert [s.shape_type for s in shapes] == [
        pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE,
        pptx.enum.shapes.MSO_SHAPE_TYPE.AUTO_SHAPE,
        pptx.enum.shapes.MSO_SHAPE_TYPE.FREEFORM,
    ]
    picture = np.asarray(PIL.Image.open(io.BytesIO(shapes[0].image.blob)))
    assert (
        picture.shape == (48, 72, 3)
        and tuple(picture[0, 0]) == (0, 10, 20)
        and tuple(picture[-1, -1]) == (150, 160, 170)
    )
    assert str(show.slides[0].background.fill.fore_color.rgb) == "14171C"


def test_the_bytes_repeat_and_hold_no_date():
    frames = list(film(cards=3, steps=2))
    data = saved(frames)
    assert data == saved(frames)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert {i.date_time for i in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [n for n in parts.namelist() if "thumbnail" in n]
        assert b"2000-01-01T00:00:00Z" in parts.read("docProps/core.xml")


def test_hostile_text_stays_text():
    bad = '</a:t><x a="1">&amp; ]]> \x00\u202e\ud800'
    frame = one(text(5, 30, bad, 12, "#000000"), title=bad, name='n"<')
    show = opened([Frame(replace(frame.scene, title=bad), 1, bad)])
    shape = show.slides[0].shapes[1].shapes[0]
    assert show.core_properties.title == shape.text_frame.text
    assert shape.text_frame.text == '</a:t><x a="1">&amp; ]]> \\u0000\\u202e\\ud800'
    assert show.slides[0].notes_slide.notes_text_frame.text == shape.text_frame.text
