"""Layouts: nothing overlaps, no edge runs through a node, the same each time, and the leaves where they were asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from layouts import faults, network, overlap, plan, points, polynomial, random_args

import gradviz as gv
from gradviz.errors import UnknownName
from gradviz.picture.chips import sample
from gradviz.picture.layout import Group, Item, Layout, Plan, best, layout, room
from gradviz.picture.sheet import sheet
from gradviz.picture.words import Names
from gradviz.record import terms

NEURON = [[], [], [], [], [], [0, 1], [2, 3], [5, 6], [7, 4], [8]]
FANOUT = [[], [], [0], [], [2, 1], [2, 3], [2], [4, 5], [7, 6]]
SQUARE = [[], [0, 0], [1, 1, 1], [2, 0]]


def ends(found: Layout, user: int, count: int) -> list[float]:
    """Return where across (y in LR) the edges into a node end, by argument position."""
    curves = {e[2]: c for e, c in found.curves.items() if e[1] == user}
    return [curves[k].xy[-1] for k in range(count)]


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize(
    "asked",
    [
        lambda d: plan([], d),
        lambda d: plan([[]], d),
        lambda d: plan([[], [], []], d),
        lambda d: plan(NEURON, d),
        lambda d: plan(FANOUT, d),
        lambda d: plan(SQUARE, d),
        lambda d: plan(SQUARE, d, small=True),
        lambda d: plan([[], *([0] for _ in range(40)), list(range(1, 41))], d),  # a wide fan, out and in
        lambda d: plan([*NEURON, *([a + 10 for a in own] for own in NEURON)], d),  # two components
        lambda d: plan(polynomial(), d),
        lambda d: plan(polynomial(), d, small=True),
        lambda d: plan(network()[0], d, small=True),
        lambda d: plan(network()[0], d, groups=network()[1]),
        lambda d: plan(random_args(5, 60), d),
        lambda d: plan(random_args(6, 300), d),
        lambda d: plan(random_args(7, 300, leaves=0.05, reach=8), d, small=True),
    ],
)
@pytest.mark.parametrize("seconds", [20.0, 0.0], ids=["engine", "built-in"])
def test_nothing_touches_what_it_should_not(asked: Callable[[str], Plan], rankdir: str, seconds: float) -> None:
    task = asked(rankdir)
    found = layout(task, seconds=seconds)
    assert faults(task, found) == []
    assert found.said == ()
    assert found.engine == ("graphviz-pure" if seconds and task.items else "built-in")


def test_edges_go_with_the_ranks() -> None:
    found = layout(plan(NEURON))
    for (a, b, _), curve in found.curves.items():
        assert curve.start == curve.end == (1.0, 0.0)
        assert curve.xy[0] == found.cards[a][2] and curve.xy[-2] == found.cards[b][0]
    down = layout(plan(NEURON, "TB"))
    for (a, b, _), curve in down.curves.items():
        assert curve.start == curve.end == (0.0, 1.0)
        assert curve.xy[1] == down.cards[a][3] and curve.xy[-1] == down.cards[b][1]
        assert len(curve.xy) == 8 and curve.ops == "MC"


def test_every_use_has_its_own_curve_and_port() -> None:
    found = layout(plan(SQUARE))
    assert len({c.xy for c in found.curves.values()}) == 7
    assert ends(found, 2, 3) == sorted(ends(found, 2, 3))  # one source: in argument order
    y0, y1 = found.cards[2][1], found.cards[2][3]
    assert ends(found, 2, 3) == pytest.approx([y0 + (y1 - y0) * k / 4 for k in (1, 2, 3)], abs=1)
    marks = layout(plan(SQUARE, small=True))
    assert len({c.xy for c in marks.curves.values()}) == 7


def test_all_of_one_side_to_all_of_another_is_level() -> None:
    narrow_to_wide = Plan((Item(0, 60, 40), Item(1, 90, 80)), ((0, 1, 0), (0, 1, 1)))
    for c in layout(narrow_to_wide).curves.values():
        assert len(set(c.xy[1::2])) == 1


def crossings(found: Layout) -> int:
    """Count the pairs of edges into one node that cross each other."""
    count = 0
    by_user: dict[int, list[tuple[float, float]]] = {}
    for (_, user, _), c in found.curves.items():
        if len(c.xy) == 8:
            by_user.setdefault(user, []).append((c.xy[1], c.xy[-1]))
    for pairs in by_user.values():
        pairs.sort()
        count += sum(a[1] > b[1] for n, a in enumerate(pairs) for b in pairs[n + 1 :])
    return count


def test_edges_do_not_cross_in_front_of_a_node() -> None:
    assert crossings(layout(plan(NEURON))) == 0
    swapped = [[], [], [0], [1], [3, 2], [2, 3]]  # two users that take the same two in opposite order
    assert crossings(layout(plan(swapped))) == 0
    assert crossings(layout(plan(polynomial()))) == 0


def test_a_chain_is_a_straight_line() -> None:
    found = layout(plan([[], [0], [1], [2], [3]]))
    assert len({round(y, 3) for c in found.curves.values() for y in c.xy[1::2]}) == 1
    neuron = layout(plan(NEURON)).curves
    level = [e for e, c in neuron.items() if len(set(c.xy[1::2])) == 1]
    assert {(1, 5, 1), (2, 6, 0), (8, 9, 0)} <= set(level)  # near enough to be straight, so they are


def test_a_leaf_stands_under_its_user() -> None:
    args = [[], [], [], [0, 1], [3, 2], [4]]
    groups = (Group(("layer",), (1, 2, 3, 4, 5), 52),)
    for rankdir in ("LR", "TB"):
        asked = plan(args, rankdir, groups=groups, under={1: 3, 2: 4})
        found = layout(asked)
        assert faults(asked, found) == []
        middles = {i: ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for i, b in found.cards.items()}
        across = 1 if rankdir == "LR" else 0
        assert all(abs(middles[i][across] - middles[0][across]) <= 0.5 for i in (3, 4, 5))  # the spine
        for leaf, user in ((1, 3), (2, 4)):
            assert abs(middles[leaf][1 - across] - middles[user][1 - across]) <= 1
            assert found.cards[leaf][across] - found.cards[user][across + 2] >= 79
            curve = found.curves[leaf, user, 1]
            assert curve.start == curve.end == ((0, -1) if across else (-1, 0))
            assert len({round(v, 6) for v in curve.xy[1 - across :: 2]}) == 1
    both = plan([[], [], [], [0, 1, 2]], under={1: 3, 2: 3})
    found = layout(both)
    assert faults(both, found) == []
    assert found.cards[1][1] == found.cards[2][1] >= found.cards[3][3] + 79


def test_nested_groups_leave_room_for_their_titles() -> None:
    args, groups = network((3, 3, 2))
    for rankdir in ("LR", "TB"):
        for seconds in (20.0, 0.0):
            asked = plan(args, rankdir, groups=groups)
            found = layout(asked, seconds=seconds)
            items = {i.id: i for i in asked.items}
            boxes = dict(found.groups)
            assert [len(p) for p in boxes] == sorted(len(p) for p in boxes)  # outer groups first
            for group in groups:
                box = boxes[group.path]
                assert box[2] - box[0] >= group.title_width + 32
                title = (box[0] + 16, box[1] + 8, box[0] + 16 + group.title_width, box[1] + 30)
                for i in group.members:
                    assert not overlap(title, room(items[i], found.cards[i]))


def test_the_plan_is_checked() -> None:
    two = (Item(0, 9, 9), Item(1, 9, 9))
    with pytest.raises(UnknownName, match=r"RL.*LR, TB"):
        Plan(two, (), rankdir="RL")
    with pytest.raises(UnknownName, match="not an item"):
        Plan(two, ((0, 2, 0),))
    with pytest.raises(UnknownName, match="must be a leaf"):
        Plan((Item(0, 9, 9, under=1), Item(1, 9, 9)), ((0, 1, 0), (0, 1, 1)))


def test_marks_are_joined_by_straight_lines_where_nothing_is_in_the_way() -> None:
    found = layout(plan(polynomial(), small=True))
    straight = 0
    for curve in found.curves.values():
        (x0, y0), (x1, y1) = curve.xy[:2], curve.xy[-2:]
        off = max(abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) for x, y in points(curve.xy))
        straight += off < 0.01 * ((x1 - x0) ** 2 + (y1 - y0) ** 2)
    assert straight > 0.6 * len(found.curves)


@pytest.mark.parametrize(
    ("args", "size"),
    [
        (NEURON, (920, 330)),
        (NEURON, (500, 900)),
        (polynomial(1, 3), (1230, 500)),
        (polynomial(2, 2), (700, 1300)),
        ([[], *([i] for i in range(12))], (1230, 500)),
        ([[], *([i] for i in range(12))], (400, 2600)),
        ([[], *([0] for _ in range(9)), list(range(1, 10))], (1230, 500)),
        (random_args(3, 40), (1230, 500)),
        (random_args(4, 40), (600, 1800)),
    ],
)
def test_the_best_direction_is_foreseen(args: list[list[int]], size: tuple[float, float]) -> None:
    lr, tb = plan(args), plan(args, "TB")
    chosen = best(lr, tb, size, favour=1.0)

    def scale(p: Plan) -> float:
        found = layout(p)
        return min(1.0, size[0] / found.width, size[1] / found.height)

    other = tb if chosen is lr else lr
    assert scale(chosen) >= 0.9 * scale(other)


def test_the_same_in_every_process() -> None:
    code = (
        f"import sys; sys.path[:0] = [{os.path.dirname(__file__)!r}]\n"
        "from layouts import *; from gradviz.picture.layout import layout\n"
        "for s in (20, 0):\n"
        "    print(layout(plan(network()[0], groups=network()[1]), seconds=s))\n"
        "    print(layout(plan(random_args(2, 80), small=True), seconds=s))\n"
    )
    outs = []
    for seed in ("1", "77"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        outs.append(subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True).stdout)
    assert outs[0] == outs[1] and len(outs[0]) > 10_000


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_no_edge_runs_on_the_border_of_a_group(rankdir: str) -> None:
    def curve(k: tuple[float, ...], x: np.ndarray) -> object:
        return k[0] + k[1] * x + k[2] * x**2 + k[3] * x**3 + k[4] * x**4 + k[5] * x**5

    run = gv.film(lambda k, x: np.mean(curve(k, x) ** 2), (50.0, 0.0, 0.0, 0.0, 0.0, 0.0), np.linspace(-1, 1, 12)).run
    count = terms(run.graph, run.sweep("backward"))  # type: ignore[arg-type]  # there is one
    laid = sheet(run, Names(run.graph), rankdir, count, detail="compact").layout
    ((_, (x0, y0, x1, y1)),) = laid.groups
    for edge, found in laid.curves.items():
        points = sample(found.xy, 64)
        for at, (low, high), k in ((x0, (y0, y1), 0), (x1, (y0, y1), 0), (y0, (x0, x1), 1), (y1, (x0, x1), 1)):
            within = (points[:, 1 - k] > low) & (points[:, 1 - k] < high)
            close = points[within & (np.abs(points[:, k] - at) < 5)]
            assert not close.size or np.ptp(close[:, 1 - k]) < 40, edge
