"""Texts on pixels: as their outlines are, on whole rows, in the right order with what lies around them."""

import numpy as np
import pytest

from gradviz.picture.fonts import measure
from gradviz.picture.scene import Element, Mark, Path, Rect, Scene, Text
from gradviz.writers.agg import NONE, Agg, Stroke
from gradviz.writers.glyphs import LARGEST, line
from gradviz.writers.pixels import shape
from gradviz.writers.raster import Raster, still

INK = 0xFF0072B2


def text(x: float, y: float, words: str, size: float = 13, fill: str = "#0072B2", bold: bool = False) -> Text:
    return Text(x, y, words, size, fill, measure(words, size, bold=bold), bold)


def drawn(*marks: Mark, width: int = 120, height: int = 60, ground: str = "#FFFFFF") -> np.ndarray:
    elements = tuple(Element(f"e{i}", "node", (mark,)) for i, mark in enumerate(marks))
    return still(Scene(width, height, ground, elements), (width, height)).astype(int)


def by_agg(mark: Text, width: int = 120, height: int = 60) -> np.ndarray:
    """Draw a text's outlines where they are, to a 256th of a pixel."""
    surface = Agg(width, height)
    surface.words[:] = 0xFFFFFFFF
    path, (across, down, x, y) = shape(mark, 1, 0, 0)
    ink = (0, 0x72 / 255, 0xB2 / 255, 1)
    surface.draw([Stroke(path, (across, 0, x, 0, -down, height - y, *ink, *NONE, 0))])
    return surface.bytes[:, :, :3].astype(int)


@pytest.mark.parametrize("words", ["x₁·w₁ + b", "−0.0498", "∂f/∂v₈₅", "WAVE of Ty"])
def test_a_text_looks_as_its_outlines_do(words):
    mark = text(10, 40, words, 14)
    ours, exact = drawn(mark), by_agg(mark)
    assert (ours != 255).any()
    assert abs(ours - exact).mean() < 0.06 * (255 - exact).mean() + 0.4  # quarters of a pixel, sixteenths of the ink
    # The ink in all is the same, and where it lies is too, to a quarter of a pixel.
    weight, other = (255 - ours)[:, :, 0], (255 - exact)[:, :, 0]
    assert weight.sum() == pytest.approx(other.sum(), rel=0.03)
    for axis in (0, 1):
        places = np.arange(weight.shape[1 - axis])
        middles = [(w.sum(axis) * places).sum() / w.sum() for w in (weight, other)]
        assert middles[0] == pytest.approx(middles[1], abs=0.25)


def test_a_baseline_lies_on_a_whole_row_so_letters_are_the_same_wherever_they_stand():
    for y in (39.5, 40.0, 40.4):
        assert np.array_equal(drawn(text(10, y, "0.707")), drawn(text(10, 40, "0.707")))
    low = drawn(text(10, 41.3, "0.707"))
    assert np.array_equal(low[1:], drawn(text(10, 40, "0.707"))[:-1])
    sharp = drawn(text(10, 40, "L", 40))
    assert (sharp[40] == 255).all() and (sharp[39] == (0, 0x72, 0xB2)).all(1).any()  # its foot ends with a pixel


def test_letters_are_where_their_widths_put_them_to_a_quarter_of_a_pixel():
    step = measure("n ", 13)
    for x in np.arange(10, 11, 0.09):
        mark = text(x, 40, "n n n n n")
        ink, exact = (255.0 - p[:, :, 0].sum(0) / 60 for p in (drawn(mark), by_agg(mark)))
        for i in range(5):
            columns = np.arange(round(x + i * step) - 1, round(x + i * step) + 9)
            ours, wanted = ((w[columns] * columns).sum() / w[columns].sum() for w in (ink, exact))
            assert ours == pytest.approx(wanted, abs=0.26)


def test_a_pixel_that_two_letters_share_is_covered_by_both_and_never_more_than_full():
    joined = drawn(text(10, 50, "████", 20))
    assert (joined[36:50, 12:48] == (0, 0x72, 0xB2)).all()
    piled = "|" + "\u0338" * 40  # strokes that all lie at one place
    assert drawn(text(30, 40, piled, 20)).min() >= 0
    assert (drawn(text(30, 40, piled, 20)) == (0, 0x72, 0xB2)).all(2).any()


def test_what_comes_later_lies_over_a_text_and_a_frame_around_it_does_not():
    word = text(20, 40, "hidden")
    cover = Rect(10, 20, 80, 30, fill="#FFFFFF")
    assert (drawn(word, cover) == 255).all()
    assert (drawn(cover, word) != 255).any()
    half = Rect(10, 20, 25, 30, fill="#FFFFFF")
    assert (drawn(word, half)[:, :34] == 255).all() and (drawn(word, half)[:, 36:] != 255).any()
    frame = Rect(10, 20, 80, 30, 4, None, "#D55E00", 2)
    assert np.array_equal(drawn(word, frame), drawn(frame, word))
    through = Path("ML", (10, 35, 90, 36), None, "#D55E00", 3)
    assert not np.array_equal(drawn(word, through), drawn(through, word))
    tight = Rect(22, 31, 30, 6, 0, None, "#D55E00", 3)  # a frame whose line runs through the letters
    assert (drawn(word, tight)[31, 25:50] == (0xD5, 0x5E, 0)).all()


def test_a_text_over_a_text_covers_it():
    under, over = text(20, 40, "████", 20, "#000000"), text(20, 40, "oooo", 20, "#FFFFFF")
    both = drawn(under, over)
    ink, blank = drawn(text(20, 40, "oooo", 20, "#000000"), ground="#FFFFFF"), drawn(under)
    inside = (blank == 0).all(2)
    assert abs((255 - both) - ink)[inside].max() <= 8  # the negative of black letters on white


def test_a_text_may_leave_the_picture():
    for x, y in ((-20, 40), (100, 40), (20, 5), (20, 64), (-500, 40), (20, 900)):
        whole = drawn(text(x + 200, y + 100, "0.0498 and more"), width=520, height=260)
        assert (abs(drawn(text(x, y, "0.0498 and more")) - whole[100:160, 200:320]) > 40).mean() < 0.02


def test_sizes_and_letters_that_no_slate_holds_are_drawn_as_paths():
    assert line("A", 10, 50, LARGEST + 1, INK, (400, 200)) is None
    assert line("A", 10, 50, LARGEST, INK, (400, 200)) is not None
    assert line("\U0010ffff" * 2, 10, 90, LARGEST, INK, (400, 200)) is not None  # a box with a code: wide
    large = drawn(text(10, 150, "A", 150), width=200, height=200)
    assert (large[60:150] != 255).any()


def test_nothing_is_drawn_of_spaces():
    assert (drawn(text(10, 40, "   ")) == 255).all() and (drawn(text(10, 40, "")) == 255).all()


def test_two_pictures_of_other_widths_share_no_places():
    mark = text(10, 40, "0.5")
    for width in (120, 121, 300):
        raster = Raster(width, 60, width, 60, "#FFFFFF")
        raster.draw(Scene(width, 60, "#FFFFFF", (Element("e", "node", (mark,)),)))
        assert np.array_equal(raster.pixels[:, :60].astype(int), drawn(mark)[:, :60])
