"""The raster: what it draws where, and that drawing what changed gives the pixels of a full redraw."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from scenes import at_random, film, text

from gradviz.picture.scene import Element, Image, Mark, Path, Rect, Scene, line
from gradviz.writers.raster import Raster


def scene(marks: Iterable[Mark], width: float = 100, height: float = 60, ground: str = "#FFFFFF") -> Scene:
    return Scene(width, height, ground, (Element("e", "node", tuple(marks)),))


def pixels(picture: Scene, width: int = 100, height: int = 60) -> np.ndarray:
    raster = Raster(picture.width, picture.height, width, height, picture.ground)
    raster.draw(picture)
    return raster.pixels


def test_a_rectangle_on_whole_pixels_is_exact_and_half_covered_ones_are_halfway():
    p = pixels(scene([Rect(10, 20, 30, 10.5, fill="#0072B2")]))
    assert tuple(p[20, 10]) == tuple(p[29, 39]) == (0x00, 0x72, 0xB2)
    assert tuple(p[19, 10]) == tuple(p[20, 9]) == tuple(p[20, 40]) == (255, 255, 255)
    assert p[30, 20, 0] == pytest.approx(128, abs=2)


def test_the_scene_is_scaled_uniformly_and_centred():
    p = pixels(scene([Rect(0, 0, 100, 60, fill="#0072B2")], ground="#FFFFFF"), 200, 200)
    assert (p[40:160] == (0x00, 0x72, 0xB2)).all() and (p[:40] == 255).all() and (p[160:] == 255).all()


def test_strokes_dashes_corners_and_caps_are_those_of_svg():
    p = pixels(scene([line(10, 10, 90, 10, stroke="#000000", width=4)]))
    assert (p[8:12, 10:90] == 0).all() and (p[7] == 255).all() and (p[9, 9] == 255).all()
    p = pixels(scene([line(10, 10, 90, 10, stroke="#000000", width=4, cap="round")]))
    assert p[10, 8, 0] < 40  # the cap reaches beyond the end
    p = pixels(scene([Path("ML", (10, 10, 90, 10), None, "#000000", 4, (8, 4))]))
    assert (p[10, 10:18] == 0).all() and (p[10, 18:22] == 255).all() and (p[10, 22:30] == 0).all()
    p = pixels(scene([Path("MLL", (10, 50, 50, 50, 50, 10), None, "#000000", 8)]))
    assert (p[53, 53] == 0).all()  # a mitred corner
    p = pixels(scene([Rect(10, 10, 40, 40, 20, "#000000")]))
    assert (p[11, 11] == 255).all() and (p[30, 30] == 0).all()  # a circle


def test_image_cells_have_sharp_edges():
    p = pixels(scene([Image(10, 10, 30, 20, 2, 3, bytes(range(18)))]))
    assert (p[10:20, 10:20] == (0, 1, 2)).all() and (p[20:30, 30:40] == (15, 16, 17)).all()
    assert (p[9, 10:40] == 255).all() and (p[10:30, 40] == 255).all()


def test_text_stands_upright_on_its_baseline_at_its_anchor():
    p = pixels(scene([text(50, 40, "L", 30, "#000000", anchor="end")]))
    dark = np.argwhere(p[:, :, 0] < 128)
    (top, left), (bottom, right) = dark.min(0), dark.max(0)
    assert bottom == 39 and 17 <= top <= 19 and right < 50 and left > 30
    assert (p[20:38, right] > 128).any() and (p[38, left:right] < 128).all()  # the foot of the L is at the bottom


def test_text_is_stretched_to_the_width_that_it_was_given():
    long = text(5, 40, "HHHH", 20, "#000000")
    natural = np.argwhere(pixels(scene([long]))[:, :, 0] < 128)[:, 1].max()
    half = type(long)(5, 40, "HHHH", 20, "#000000", long.width / 2)
    squeezed = np.argwhere(pixels(scene([half]))[:, :, 0] < 128)[:, 1].max()
    assert squeezed - 5 == pytest.approx((natural - 5) / 2, abs=1.5)


@pytest.mark.parametrize("seed", range(12))
def test_drawing_what_changed_gives_the_pixels_of_a_full_redraw(seed):
    rng = random.Random(seed)
    size = rng.choice(((300, 200), (451, 301), (200, 200)))
    now = at_random(rng, None)
    raster = Raster(300, 200, *size, now.ground)
    before = raster.pixels.copy()
    raster.draw(now)
    for _ in range(25):
        before[:] = raster.pixels
        now = at_random(rng, now)
        pieces = raster.draw(now)
        full = Raster(300, 200, *size, now.ground)
        full.draw(now)
        assert np.array_equal(raster.pixels, full.pixels)
        for (x0, y0, x1, y1), mask, words in pieces:
            assert mask.any()
            assert np.array_equal(mask, (before[y0:y1, x0:x1] != raster.pixels[y0:y1, x0:x1]).any(-1))
            before[y0:y1, x0:x1][mask] = np.stack([words & 255, words >> 8 & 255, words >> 16 & 255], -1)
        assert np.array_equal(before, raster.pixels)  # what changed is told, all of it and with its colours


def changed_is_full(before: Iterable[Mark], after: Iterable[Mark]) -> bool:
    raster = Raster(100, 60, 100, 60, "#FFFFFF")
    raster.draw(scene(before))
    raster.draw(scene(after))
    return np.array_equal(raster.pixels, pixels(scene(after)))


def test_marks_of_one_element_may_change_places_double_or_have_sharp_corners():
    a, b = Rect(10, 10, 30, 30, fill="#0072B2"), Rect(20.5, 20.5, 30, 30, fill="#D55E00")
    assert changed_is_full([a, b], [b, a])
    assert changed_is_full([a, b, b], [a, b])
    spike = Path("MLL", (10, 55, 20, 33, 30, 55), None, "#000000", 8)  # its mitre reaches far above its points
    assert changed_is_full([spike], [a])
    assert (pixels(scene([spike]))[24:29, 20] < 128).all()


def test_a_film_redraws_little_and_ends_as_drawn_afresh():
    raster = Raster(960, 540, 1280, 720, "#FFFFFF")
    area = []
    for frame in film(cards=12, steps=12):
        area.append(sum(piece.mask.size for piece in raster.draw(frame.scene)))
    assert area[0] == 1280 * 720 and max(area[1:]) < 0.2 * area[0]
    full = Raster(960, 540, 1280, 720, "#FFFFFF")
    full.draw(frame.scene)
    assert np.array_equal(raster.pixels, full.pixels)


def test_the_same_scene_again_and_another_ground():
    frame = next(film())
    raster = Raster(960, 540, 480, 270, "#FFFFFF")
    (piece,) = raster.draw(frame.scene)
    assert piece.box == (0, 0, 480, 270) and piece.mask.all()
    assert raster.draw(frame.scene) == []
    dark = Scene(960, 540, "#14171C", frame.scene.elements)
    (piece,) = raster.draw(dark)
    assert piece.box == (0, 0, 480, 270) and piece.mask[2, 2] and not piece.mask.all()
    assert tuple(raster.pixels[2, 2]) == (0x14, 0x17, 0x1C)


def test_the_old_place_of_a_mark_is_cleared_even_beyond_the_edge_and_when_the_scene_empties():
    raster = Raster(100, 60, 100, 60, "#FFFFFF")
    raster.draw(scene([Rect(-50, -50, 500, 500, fill="#000000"), Path("", ())]))
    assert (raster.pixels == 0).all()
    raster.draw(Scene(100, 60, "#FFFFFF", ()))
    assert (raster.pixels == 255).all()


def test_a_mark_is_placed_once_for_as_long_as_it_is_known(monkeypatch):
    monkeypatch.setattr("gradviz.writers.raster.KEPT", 4)
    raster = Raster(100, 60, 100, 60, "#FFFFFF")
    marks = [Rect(x, 10, 5, 5, fill="#000000") for x in range(0, 80, 10)]
    first = raster.placed(marks[0])
    assert raster.placed(Rect(0, 10, 5, 5, fill="#000000")) is first
    for mark in marks:
        raster.placed(mark)
        assert sum(map(len, raster._known)) <= 8
    for before, after in pairwise([*marks, *marks[::2], *marks]):  # known, forgotten or in two elements at a time
        assert changed_is_full([before, after], [after, marks[3]])
        raster.draw(scene([before, after]))
        assert np.array_equal(raster.pixels, pixels(scene([before, after])))
