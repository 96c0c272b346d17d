"""Rows: a long picture is broken where few edges cross, and no edge of it runs over a card."""

import numpy as np
import pytest
from films import FILMS
from looking import overlap

import gradviz as gv
from gradviz.picture.chips import sample
from gradviz.picture.sheet import sheet
from gradviz.picture.words import Names
from gradviz.record import terms


def made(name, detail="compact"):
    run = FILMS[name]().run
    return sheet(run, Names(run.graph), "LR", terms(run.graph, run.sweep("backward")), detail=detail)


@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize("name", ["softmax", "long sum", "arrays", "slices"])
def test_rows_hold_all_cards_apart_and_edges_touch_none_but_their_own(name, rows):
    whole = made(name)
    broken = whole.wrapped(rows)
    if broken is None:
        pytest.skip("no good places to break")
    assert broken.size[0] < whole.size[0] / rows + 400
    cards = broken.layout.cards
    assert cards.keys() == whole.layout.cards.keys()
    for i, a in cards.items():
        assert a[0] >= 0 and a[2] <= broken.size[0] + 1 and a[1] >= 0 and a[3] <= broken.size[1] + 1
        assert not any(overlap(a, b) > 0 for j, b in cards.items() if j > i)
    for edge, curve in broken.layout.curves.items():
        points = sample(curve.xy)
        assert np.abs(np.diff(points, axis=0)).max() < 120  # one line without a jump
        for i, (x0, y0, x1, y1) in cards.items():
            inside = (
                (points[:, 0] > x0 + 1) & (points[:, 0] < x1 - 1) & (points[:, 1] > y0 + 1) & (points[:, 1] < y1 - 1)
            )
            assert i in edge[:2] or not inside.any(), f"{edge} runs over {i}"


def test_rows_are_read_from_left_to_right_and_down():
    broken = made("softmax").wrapped(2)
    cards = broken.layout.cards
    x, loss = 0, broken.run.graph.outputs[0]
    assert cards[x][1] < cards[loss][1] and cards[x][0] < 100


def test_a_picture_without_good_places_is_not_broken():
    assert made("square").wrapped(2) is None or made("square").wrapped(3) is None


def chain(length):
    def f(x):
        for _ in range(length):
            x = np.tanh(x) * 1.5 + 0.25
        return x

    run = gv.film(f, 0.4).run
    return sheet(run, Names(run.graph), "LR", terms(run.graph, run.sweep("backward")), detail="full")


def norm():
    def f(x, gamma, beta):
        mu = np.mean(x, axis=1, keepdims=True)
        var = np.mean((x - mu) ** 2, axis=1, keepdims=True)
        xhat = (x - mu) / np.sqrt(var + 1e-5)
        return np.sum((gamma * xhat + beta) ** 2)

    return gv.film(f, np.arange(24.0).reshape(4, 6), np.ones(6), np.zeros(6))


def test_a_row_ends_where_fewest_edges_go_on():
    broken = chain(4).wrapped(2)
    nodes, cards = broken.run.graph.nodes, broken.layout.cards
    middle = broken.size[1] / 2
    for n in nodes:
        if n.op == "constant":  # a constant stands in its user's row
            (user,) = {u for u, _ in broken.run.graph.users[n.id]}
            assert (cards[n.id][1] > middle) == (cards[user][1] > middle)


def test_rows_are_filled_but_for_the_last():
    def f(a, b):
        h = a + b
        return h * 1.5 + np.sin(h) + h**2 + np.exp(h) + np.tanh(h) + h * b + np.cos(h) - h

    run = gv.film(f, 0.3, -0.8).run
    whole = sheet(run, Names(run.graph), "LR", terms(run.graph, run.sweep("backward")), detail="compact")
    assert whole.wrapped(2) is not None
    for broken in filter(None, map(whole.wrapped, (2, 3, 4))):
        a, h = (n.id for n in run.graph.nodes if n.name in ("a", "h"))
        assert abs(broken.layout.cards[a][1] - broken.layout.cards[h][1]) < 100, "two leaves are no row"


@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize("make", [norm, FILMS["softmax"], FILMS["long sum"]])
def test_an_edge_turns_into_the_next_row_without_a_corner(make, rows):
    run = make().run
    whole = sheet(run, Names(run.graph), "LR", terms(run.graph, run.sweep("backward")), detail="compact")
    broken = whole.wrapped(rows)
    if broken is None:
        pytest.skip("no good places to break")
    for edge, curve in broken.layout.curves.items():
        steps = np.diff(sample(curve.xy, 32), axis=0)
        steps = steps[np.hypot(*steps.T) > 1e-3]
        angles = np.abs(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))))
        assert angles.max(initial=0.0) < 0.8, edge


def test_constants_stand_close_under_their_operation_and_leave_the_spine_straight():
    laid = chain(3)
    nodes, cards = laid.run.graph.nodes, laid.layout.cards
    spine = [(b[1] + b[3]) / 2 for b in (cards[n.id] for n in nodes if n.op != "constant")]
    assert max(spine) - min(spine) <= 2
    for n in nodes:
        if n.op == "constant":
            ((user, _),) = laid.run.graph.users[n.id]
            (x0, y0, x1, _), (u0, _, u1, u3) = cards[n.id], cards[user]
            assert abs(x0 + x1 - u0 - u1) <= 2 and 20 < y0 - u3 < 50
