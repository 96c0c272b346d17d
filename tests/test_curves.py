"""What panels draw as curves: graphs of functions, and arrows around knobs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradviz.picture.panels import axes
from gradviz.picture.panels.knobs import _arc
from gradviz.picture.theme import LIGHT


@pytest.mark.parametrize("f", [np.sin, np.exp, np.square, np.tanh, np.sign, np.abs])
def test_a_smooth_curve_passes_by_all_its_points_and_a_kink_stays_one(f):
    points = np.column_stack([np.linspace(20, 500, 121), 100 - 40 * f(np.linspace(-3, 2, 121))])
    (path,) = axes.smooth([points], "#000000", 1)
    drawn = []
    for op, p in zip(path.ops[1:], _ends(path), strict=True):
        t = np.linspace(0, 1, 60)[:, None] if op == "C" else np.array([[0], [1]])
        a, *handles, b = p
        c, d = handles or (a + (b - a) / 3, b - (b - a) / 3)
        drawn.append((1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * c + 3 * t**2 * (1 - t) * d + t**3 * b)
    x, y = np.concatenate(drawn).T
    assert np.abs(np.interp(points[:, 0], x, y) - points[:, 1]).max() < 0.2, f
    assert "L" in path.ops if f in (np.sign, np.abs) else len(path.ops) < 40


def _ends(path):
    """The points of each part of a path, the last one's end first."""
    points, at = np.reshape(path.xy, (-1, 2)), 0
    for op in path.ops[1:]:
        n = {"L": 1, "C": 3}[op]
        yield points[at : at + n + 1]
        at += n


def test_an_arrow_around_a_knob_lies_on_its_circle():
    for start, end in ((-120, -80), (100, 142), (142, -120)):
        path = _arc(50, 60, 20.0, start, end, LIGHT)[0]
        for a, c, d, b in _ends(path):
            for t in np.linspace(0, 1, 9):
                p = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * c + 3 * t**2 * (1 - t) * d + t**3 * b
                assert abs(math.dist(p, (50, 60)) - 20) < 0.15
