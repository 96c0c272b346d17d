"""The raster: what it draws where, and that drawing what changed gives the pixels of a full redraw."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from scenes import at_random, film, text

from gradviz.picture.scene import Element, Image, Mark, Path, Rect, Scene, line
from gradviz.writers.agg import Agg
from gradviz.writers.raster import Raster
from gradviz.writers.strips import TILE


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
def test_drawing_what_changed_gives_the_pixels_of_a_full_redraw(seed, monkeypatch):
    monkeypatch.setattr("gradviz.writers.surface.MANY", (1, 400)[seed % 2])  # tiles of a rectangle that is filled apart
    rng = random.Random(seed)
    size = rng.choice(((300, 200), (451, 301), (200, 200)))
    now = at_random(rng, None)
    raster = Raster(300, 200, *size, now.ground)
    before = raster.pixels.copy()
    raster.draw(now)
    for _ in range(25):
        before[:] = raster.pixels
        now = at_random(rng, now)
        change = raster.draw(now)
        full = Raster(300, 200, *size, now.ground)
        full.draw(now)
        assert np.array_equal(raster.pixels, full.pixels)
        told = np.zeros(raster.words.shape, bool)
        told.reshape(-1)[change.places((0, 0, told.shape[1], told.shape[0]))] = True
        assert not told[:, size[0] :].any()  # a strip may reach beyond the picture, what changed does not
        told = told[:, : size[0]]
        assert np.array_equal(told, (before != raster.pixels).any(-1))
        before[told] = np.stack([change.words & 255, change.words >> 8 & 255, change.words >> 16 & 255], -1)
        assert np.array_equal(before, raster.pixels)  # what changed is told, all of it and with its colours
        assert_around(change.box, told)


def assert_around(box, told):
    """The box holds all that changed, its rows exactly, its columns by whole strips."""
    rows, columns = np.flatnonzero(told.any(1)), np.flatnonzero(told.any(0))
    if not len(rows):
        assert box == (0, 0, 1, 1)
        return
    assert (box[1], box[3]) == (rows[0], rows[-1] + 1)
    assert (box[0], box[2]) == (columns[0] // TILE * TILE, (columns[-1] // TILE + 1) * TILE)


@pytest.mark.parametrize("size", [(1000, 600), (1001, 607), (640, 640)])
def test_a_large_rectangle_filled_by_tiles_has_the_pixels_of_its_path(size, monkeypatch):
    marks = [
        Rect(5, 5, 90, 50, 4, "#F2F4F7", "#8B93A0", 1.5),
        Rect(3.3, 2.7, 80.1, 44.4, 9, "#0072B2", "#D55E00", 3, (4, 3)),
        Rect(10, 8, 60.03, 40, 0, "#E69F00"),
        Rect(-40, -30, 100, 70, 12, "#FFFFFF", "#000000", 2),
        Rect(20, 20, 300, 300, 5, "#009E73", "#000000", 1),
        Rect(-9, -9, 500, 500, 2, "#14171C", "#000000", 1),
    ]
    for some in ([m] for m in marks), [marks[k:] for k in range(len(marks))]:
        for few in some:
            monkeypatch.setattr("gradviz.writers.surface.MANY", 1)
            tiled = pixels(scene(few), *size)
            monkeypatch.setattr("gradviz.writers.surface.MANY", 10**9)
            assert np.array_equal(tiled, pixels(scene(few), *size))


def test_what_lies_inside_a_large_rectangle_is_drawn_without_its_border(monkeypatch):
    drawn: list[int] = []
    whole = Agg.draw
    monkeypatch.setattr(Agg, "draw", lambda self, strokes: (drawn.append(len(strokes)), whole(self, strokes))[1])
    raster = Raster(1000, 600, 1000, 600, "#FFFFFF")
    panel = Element("p", "lens", (Rect(10, 10, 980, 580, 8, "#F2F4F7", "#8B93A0", 2),))
    for k, x, strokes in ((0, 300, 2), (1, 400, 0), (2, 4, 2), (3, 500, 2)):
        drawn.clear()
        inside = Element("c", "chip", (Rect(x, 300, 40.5, 20, 0, "#0072B2"),))
        now = Scene(1000, 600, "#FFFFFF", (panel, inside))
        raster.draw(now)
        assert sum(drawn) == strokes + 1, k
        assert np.array_equal(raster.pixels, pixels(now, 1000, 600))


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
        area.append(raster.draw(frame.scene).mask.size)
    assert area[0] == 1280 * 720 and max(area[1:]) < 0.2 * area[0]
    full = Raster(960, 540, 1280, 720, "#FFFFFF")
    full.draw(frame.scene)
    assert np.array_equal(raster.pixels, full.pixels)


def test_the_same_scene_again_and_another_ground():
    frame = next(film())
    raster = Raster(960, 540, 480, 270, "#FFFFFF")
    change = raster.draw(frame.scene)
    assert change.box == (0, 0, 480, 270) and change.mask.all()
    again = raster.draw(frame.scene)
    assert again.box == (0, 0, 1, 1) and not len(again.words) and not len(again.mask)
    dark = Scene(960, 540, "#14171C", frame.scene.elements)
    change = raster.draw(dark)
    assert change.box == (0, 0, 480, 270) and change.mask[2 * 30, 2] and not change.mask.all()
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
