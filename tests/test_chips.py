"""Chips stand beside their curve and touch nothing, or are known not to."""

import numpy as np
import pytest
from films import small_network
from looking import overlap

from gradviz.picture.chips import HEIGHT, place, sample
from gradviz.picture.sheet import sheet
from gradviz.picture.words import Names
from gradviz.record import terms


def away(spot, points):
    x0, y0, x1, y1 = spot.x, spot.y, spot.x + spot.width, spot.y + HEIGHT
    dx = np.maximum(np.maximum(x0 - points[:, 0], points[:, 0] - x1), 0)
    dy = np.maximum(np.maximum(y0 - points[:, 1], points[:, 1] - y1), 0)
    return np.hypot(dx, dy).min()


def test_free_chips_keep_clear_of_every_curve_box_and_chip():
    random = np.random.default_rng(4)
    curves, boxes = {}, []
    for i in range(30):
        x, y = random.uniform(0, 900, 2)
        u, v = x + random.uniform(60, 200), y + random.uniform(-80, 80)
        curves[i, i + 1, 0] = (x, y, (x + u) / 2, y, (x + u) / 2, v, u, v)
        boxes.append((x - 60, y - 20, x, y + 20))
    spots = place(curves, dict.fromkeys(curves, 42.0), boxes)
    assert spots.keys() == curves.keys()
    free = [e for e, s in spots.items() if s.free]
    assert len(free) > 10, "there is room for most of them"
    for edge in free:
        s = spots[edge]
        for other, xy in curves.items():
            assert away(s, sample(xy)) >= (5 if other == edge else 4) - 0.5
        for x0, y0, x1, y1 in boxes:
            assert s.x + s.width <= x0 - 5 or s.x >= x1 + 5 or s.y + HEIGHT <= y0 - 5 or s.y >= y1 + 5
        for other in free:
            o = spots[other]
            if other != edge:
                assert abs(s.x - o.x) >= 42 or abs(s.y - o.y) >= HEIGHT


def test_an_edge_without_room_gets_a_place_for_its_own_step():
    wall = [(-500.0, -500.0, 500.0, 500.0)]
    spots = place({(0, 1, 0): (0, 0, 10, 0, 20, 0, 30, 0)}, {(0, 1, 0): 30.0}, wall)
    assert not spots[0, 1, 0].free
    assert abs(spots[0, 1, 0].y) < 60


@pytest.mark.parametrize("sizes", [(2, 2, 1), (3, 2, 1), (2, 3, 1)])
def test_between_ranks_that_run_down_chips_keep_off_cards_and_few_wait_for_their_step(sizes):
    run = small_network(*sizes).run
    laid = sheet(run, Names(run.graph), "TB", terms(run.graph, run.sweep("backward")), detail="compact")
    curves = {e: c.xy for e, c in laid.layout.curves.items()}
    cards = list(laid.layout.cards.values())
    spots = place(curves, laid.chip_widths, cards)
    for s in spots.values():  # where a flat edge fills a gap, its chip lies rather over it than over a card
        assert all(overlap((s.x, s.y, s.x + s.width, s.y + HEIGHT), c) <= 0 for c in cards)
    assert sum(s.free for s in spots.values()) >= 0.8 * len(spots)


def test_a_straight_edge_has_its_chip_above_it():
    spots = place({(0, 1, 0): (0, 0, 30, 0, 60, 0, 90, 0)}, {(0, 1, 0): 30.0}, [])
    s = spots[0, 1, 0]
    assert s.free and s.y + HEIGHT <= -5 and s.x + s.width / 2 == 45
