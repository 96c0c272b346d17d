"""Thumbnails tell sign twice, keep zero white, and never lose the entry of largest size."""

import numpy as np
import pytest

from gradviz.picture.heatmap import thumb, thumb_size
from gradviz.picture.scene import Image, Path
from gradviz.picture.theme import LIGHT


def image(value, limit=1.0):
    return next(m for m in thumb(value, 0, 0, 13, limit, LIGHT) if isinstance(m, Image))


def cells(mark):
    return np.frombuffer(mark.rgb, np.uint8).reshape(mark.rows, mark.cols, 3)


def test_colours_are_violet_white_and_green_with_zero_in_the_middle():
    left, middle, right = cells(image(np.array([[-1.0, 0.0, 1.0]])))[0].astype(int)
    assert middle.tolist() == [255, 255, 255]
    assert left[2] > left[1] and left[0] > left[1], "negative is violet: more red and blue than green"
    assert right[1] > right[0] and right[1] > right[2], "positive is green"


def test_every_negative_cell_has_a_bar_and_no_other():
    value = np.array([[-0.5, 0.5], [0.0, -0.9], [-0.001, 0.3]])
    bars = [m for m in thumb(value, 0, 0, 13, 1.0, LIGHT) if isinstance(m, Path)]
    corners = {(int(x // 13), int(y // 13)) for m in bars for x, y in zip(m.xy[::4], m.xy[1::4], strict=True)}
    assert corners == {(0, 0), (1, 1)}


def test_the_scale_is_the_callers_so_that_a_film_keeps_it():
    assert image(np.array([0.5]), 1.0).rgb != image(np.array([0.5]), 4.0).rgb


@pytest.mark.parametrize("shape", [(1,), (5,), (4, 5), (300, 2), (2, 300), (40, 40), (2, 3, 4), (0, 3)])
def test_thumbnails_fit_where_a_card_holds_them(shape):
    w, h = thumb_size(shape)
    assert 0 < w <= 104 and 0 < h <= 91
    for mark in thumb(np.ones(shape), 0, 0, 13, 1.0, LIGHT):
        if isinstance(mark, Image):
            assert (mark.w, mark.h) == (w, h)


def test_a_lone_spike_in_a_large_array_is_still_seen():
    value = np.zeros((500, 500))
    value[321, 77] = 1.0
    drawn = cells(image(value)).reshape(-1, 3)
    assert (drawn != 255).any(axis=1).sum() == 1


def test_nan_and_infinities_are_marked_apart():
    marks = thumb(np.array([[np.nan, np.inf, -np.inf, 0.5]]), 0, 0, 13, 1.0, LIGHT)
    rgb = cells(next(m for m in marks if isinstance(m, Image)))[0].tolist()
    assert len({tuple(c) for c in rgb}) == 4
