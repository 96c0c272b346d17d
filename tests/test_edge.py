"""Edges keep their two directions apart, and widths follow the size of a contribution."""

import math

import pytest

from gradviz.picture.edge import ACTIVE, DONE, IDLE, Flow, draw, size, widths
from gradviz.picture.scene import Path
from gradviz.picture.theme import DARK, LIGHT

CURVE = (0.0, 0.0, 40.0, 0.0, 60.0, 50.0, 100.0, 50.0)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("flow", [Flow(), Flow("forward"), Flow("backward"), Flow("", True), Flow("", True, 4.0)])
def test_the_head_at_the_user_tells_the_forward_direction_always(flow, theme):
    line, *heads = draw(CURVE, flow, theme)
    assert isinstance(line, Path)
    assert heads[0].xy[:2] == (100.0, 50.0)
    back = [h for h in heads if h.fill == theme.grad]
    if flow.sent or flow.active == "backward":
        assert len(back) == 1 and back[0].xy[:2] == (0.0, 0.0)
        assert heads[0].fill == theme.idle
    else:
        assert not back


def test_weights_of_lines():
    assert draw(CURVE, Flow(), LIGHT)[0].line == IDLE
    assert draw(CURVE, Flow("", True), LIGHT)[0].line == DONE
    assert draw(CURVE, Flow("backward", True), LIGHT)[0].line == ACTIVE


def test_widths_are_logarithmic_and_bounded():
    scale = widths({(0, 0): 0.001, (1, 0): 1.0, (2, 0): -1000.0})
    low, middle, high = scale.of(0.001), scale.of(1.0), scale.of(1000.0)
    assert low < middle < high
    assert math.isclose(middle - low, high - middle, abs_tol=0.02)
    assert scale.of(0.0) < low and scale.of(math.nan) < low
    assert scale.of(math.inf) == high


def test_size_of_arrays_and_tuples_is_their_largest_entry():
    assert size((1.0, -7.0)) == 7.0
    assert widths({}).of(3.0) > 0
