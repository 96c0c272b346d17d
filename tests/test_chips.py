"""Chips stand beside their curve and touch nothing, or are known not to."""

import numpy as np
import pytest
from films import small_network
from looking import ink_box, is_number, overlap, texts

import gradviz as gv
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


def power(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def newton(a):
    x = a
    for _ in range(4):
        x = 0.5 * (x + a / x)
    return x


@pytest.mark.parametrize("film", [gv.film(power, 2.0, 3), gv.film(newton, 2.0), small_network(2, 2, 1)])
def test_a_chip_that_stays_stands_clearly_nearer_to_its_own_wire_than_to_any_other(film):
    laid = film.drawing().picture
    curves = {e: sample(xy) for e, xy in laid._curves.items()}
    free = {e: s for e, s in laid._places.items() if s.free}
    assert len(free) >= 0.6 * len(laid._places)
    for edge, spot in free.items():
        own = away(spot, curves[edge])
        assert all(away(spot, points) >= own + 3.9 for other, points in curves.items() if other != edge)


def test_a_chip_is_not_read_as_part_of_the_name_beside_it():
    def f(A, gamma, t, omega, phi):
        return A * np.exp(-gamma * t) * np.cos(omega * t + phi)

    for scene in (gv.film(f, 1.0, 0.1, 2.0, 3.0, 0.5).drawing(width=w).frame(-1).scene for w in (None, 960, 1280)):
        chips = [e.marks[0] for e in scene.elements if e.kind == "chip"]
        names = [ink_box(t) for e, t in texts(scene) if e.kind == "node" and not is_number(t.text)]
        for chip in chips:
            for x0, y0, x1, y1 in names:
                level = chip.y < y1 and y0 < chip.y + chip.h
                assert not level or not -12 < chip.x - x1 < 12, (chip, x1)
                assert not level or not -12 < x0 - chip.x - chip.w < 12, (chip, x0)


def test_where_the_usual_places_are_taken_others_along_the_curve_are_tried():
    line = {(0, 1, 0): (0.0, 0.0, 200.0, 0.0, 400.0, 0.0, 600.0, 0.0)}
    posts = [(x - 2.0, -60.0, x + 2.0, 60.0) for x in (0, 60, 108, 156, 204, 252, 300, 348, 396, 444, 492, 540, 600)]
    (spot,) = place(line, {(0, 1, 0): 31.0}, posts).values()
    assert spot.free
