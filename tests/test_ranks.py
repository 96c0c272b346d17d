"""The built-in layout: it always answers, and in a time that grows no faster than the graph."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from layouts import faults, network, plan, polynomial, random_args

from gradviz.picture import ranks
from gradviz.picture.blocks import Task
from gradviz.picture.layout import Plan, layout


def row(asked: Plan, rank: int) -> list[int]:
    """Return the nodes of one rank in their order across."""
    task = Task(asked)
    level, places = ranks.ranks(task), ranks.place(task).middles
    return sorted((i for i in level if level[i] == rank), key=lambda i: places[i][1])


def test_ranks_are_longest_paths_and_leaves_stand_by_their_users() -> None:
    args = [[], [], [0], [2], [3, 1], [4, 0]]
    assert ranks.ranks(Task(plan(args))) == {0: 0, 1: 2, 2: 1, 3: 2, 4: 3, 5: 4}


def test_a_product_of_two_leaves_stands_by_its_user() -> None:
    args = [[], [], [], [], [], [0, 1], [5, 2], [3, 4], [6, 7]]
    level = ranks.ranks(Task(plan(args)))
    assert level[7] == level[6] and level[3] == level[4] == level[5]


def test_an_edge_into_a_group_leaves_a_rank_for_the_groups_leaves() -> None:
    args, groups = network((1, 1, 1))
    level = ranks.ranks(Task(plan(args, groups=groups)))
    spans = [(min(level[i] for i in g.members), max(level[i] for i in g.members)) for g in groups if len(g.path) == 1]
    assert spans[0][1] < spans[1][0]


def test_two_sides_do_not_cross() -> None:
    args = [[], [], [], [], [3], [2], [1], [0]]  # four pairs, listed the other way round
    asked = plan(args)
    order = row(asked, 0)
    assert [args[i][0] for i in row(asked, 1)] == order


def test_the_order_has_few_crossings() -> None:
    task = Task(plan(polynomial()))
    places, level = ranks.place(task).middles, ranks.ranks(task)
    flat = [e for e in task.edges if level[e[1]] - level[e[0]] == 1]

    def crossings() -> int:
        ends = [(level[a], places[a][1], places[b][1]) for a, b, _ in flat]
        return sum(r == s and (a - c) * (b - d) < 0 for n, (r, a, b) in enumerate(ends) for s, c, d in ends[n + 1 :])

    assert crossings() < 90  # 15 products of 6 knobs and 3 points: Graphviz leaves 71


@pytest.mark.parametrize(
    ("args", "limit"),
    [
        (random_args(1, 2_000, reach=100), 15.0),
        pytest.param(random_args(1, 10_000, reach=400), 20.0, marks=pytest.mark.slow),
        ([[], *([i] for i in range(9_999))], 15.0),  # one chain
        ([[], *([0] for _ in range(4_998)), list(range(1, 4_999))], 15.0),  # one fan
    ],
)
def test_thousands_of_nodes(args: list[list[int]], limit: float) -> None:
    asked = plan(args, small=True)
    start = time.monotonic()
    found = layout(asked, seconds=0)
    assert time.monotonic() - start < limit  # a few seconds where nothing else runs
    boxes = sorted((b[0], b[1], b[3]) for b in found.cards.values())
    assert all(p[0] != q[0] or p[2] < q[1] for p, q in pairwise(boxes))
    assert len(found.curves) == len(asked.edges)


def test_values_shared_by_a_long_recurrence() -> None:
    args: list[list[int]] = [[], [], []]
    for _ in range(400):
        h = len(args) - 1
        args += [[], [0, h], [1, len(args)], [len(args) + 1, len(args) + 2]]
    asked = plan(args, small=True)
    start = time.monotonic()
    found = layout(asked, seconds=0)
    assert time.monotonic() - start < 15
    assert len(found.curves) == len(asked.edges)


def test_groups_that_values_leave_and_come_back_to() -> None:
    from gradviz.picture.layout import Group

    pick = random.Random(4)
    args = random_args(8, 60)
    scattered = tuple(sorted(pick.sample(range(60), 12)))
    for rankdir in ("LR", "TB"):
        asked = plan(args, rankdir, groups=(Group(("odd",), scattered, 40),))
        assert faults(asked, layout(asked, seconds=0)) == []
