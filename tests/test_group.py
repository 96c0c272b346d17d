"""Folding groups into single nodes: the numbers stay those of the open graph."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.errors import NotCollapsible, UnknownName
from gradviz.record import Event, Graph, Node, Run, Sweep, Value, check, final
from gradviz.record.group import collapse
from gradviz.record.state import add

Row = tuple[str, str, tuple[int, ...], tuple[str, ...]]


def play(rows: list[Row], values: dict[int, float], outputs: tuple[int, ...]) -> Run:
    """Run a graph of sums and products forward and backward: (op, name, args, group) a row."""
    nodes = tuple(
        Node(i, op, args, name, f"{op} of {name}", group, (), None, op[:1], "", ("",) * len(args))
        for i, (op, name, args, group) in enumerate(rows)
    )
    known: dict[int, float] = dict(values)
    for n in nodes:
        if not n.is_leaf:
            operands = [known[a] for a in n.args]
            known[n.id] = sum(operands) if n.op == "add" else math.prod(operands)
    grads: dict[int, Value] = dict.fromkeys(outputs, 1.0)
    events = [Event(o, 1.0) for o in outputs]
    for n in reversed(nodes):
        for k, a in enumerate(n.args if n.id in grads else ()):
            others = [known[b] for j, b in enumerate(n.args) if j != k]
            local = 1.0 if n.op == "add" else math.prod(others)
            contribution = grads[n.id] * local  # type: ignore[operator]
            events.append(Event(n.id, contribution, k, local))
            grads[a] = add(grads.get(a), contribution)
    forward = Sweep("forward", tuple(Event(i, known[i]) for i in range(len(nodes))))
    return check(Run(Graph(nodes, outputs), (forward, Sweep("backward", tuple(events)))))


def by_name(run: Run) -> dict[str, tuple[Value | None, Value | None]]:
    end = final(run)
    return {n.name: (end.values.get(n.id), end.grads.get(n.id)) for n in run.graph.nodes}


# h = x·w + w inside "layer"; y = h·x
LAYER = play(
    [
        ("data", "x", (), ()),
        ("parameter", "w", (), ()),
        ("multiply", "z", (0, 1), ("layer",)),
        ("add", "h", (2, 1), ("layer",)),
        ("multiply", "y", (3, 0), ()),
    ],
    {0: 3.0, 1: 2.0},
    (4,),
)


def test_a_group_becomes_one_node_with_the_name_of_its_result() -> None:
    folded = check(collapse(LAYER, 0))
    assert [n.name for n in folded.graph.nodes] == ["x", "w", "h", "y"]
    node = folded.graph.nodes[2]
    assert (node.op, node.args, node.symbol, node.label) == ("group", (0, 1), "layer", "layer, 2 nodes")
    assert len(node.local) == 2
    assert node.group == ()


def test_it_sends_along_each_edge_the_sum_of_what_its_inside_sent() -> None:
    folded = collapse(LAYER, 0)
    sent = {(e.node, e.arg): e.value for e in folded.sweeps[1].events}
    assert sent == {(3, None): 1.0, (3, 0): 3.0, (3, 1): 8.0, (2, 0): 6.0, (2, 1): 9.0 + 3.0}
    assert by_name(folded) == {k: v for k, v in by_name(LAYER).items() if k != "z"}


def test_depth_says_how_many_levels_stay_open() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "b", (0, 0), ("net", "neuron")),
        ("add", "c", (1, 0), ("net", "neuron")),
        ("multiply", "d", (2, 0), ("net",)),
        ("multiply", "e", (3, 0), ()),
    ]
    run = play(rows, {0: 2.0}, (4,))
    assert [n.name for n in collapse(run, 0).graph.nodes] == ["a", "d", "e"]
    assert [n.name for n in collapse(run, 1).graph.nodes] == ["a", "c", "d", "e"]
    assert collapse(run, 1).graph.nodes[1].group == ("net",)
    assert collapse(run, 2) == run
    assert [n.name for n in collapse(run, groups=["neuron"]).graph.nodes] == ["a", "c", "d", "e"]
    with pytest.raises(UnknownName, match="choose from net, neuron"):
        collapse(run, groups=["neron"])
    with pytest.raises(UnknownName, match="from 0"):
        collapse(run, -1)


def test_several_results_are_items_of_a_tuple() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "p", (0, 0), ("pair",)),
        ("add", "q", (0, 1), ("pair",)),
        ("multiply", "y", (1, 2), ()),
    ]
    run = play(rows, {0: 3.0}, (3,))
    folded = check(collapse(run, 0))
    assert [(n.op, n.name, n.args) for n in folded.graph.nodes] == [
        ("parameter", "a", ()),
        ("group", "pair", (0,)),
        ("item", "p", (1,)),
        ("item", "q", (1,)),
        ("multiply", "y", (2, 3)),
    ]
    end = final(folded)
    assert end.values[1] == (9.0, 12.0)
    assert end.grads[1] == (12.0, 9.0)  # what the outside sent: p also goes on inside, into q
    assert end.grads[0] == final(run).grads[0] == 12 * 6 + 9 * 7


def test_outputs_inside_a_group_keep_their_seeds() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "p", (0, 0), ("g",)),
        ("add", "q", (1, 0), ("g",)),
    ]
    run = play(rows, {0: 3.0}, (1, 2))
    folded = check(collapse(run, 0))
    assert [folded.graph.nodes[o].name for o in folded.graph.outputs] == ["p", "q"]
    assert final(folded).grads[0] == final(run).grads[0]
    alone = check(collapse(play(rows, {0: 3.0}, (2,)), 0))
    assert [n.name for n in alone.graph.nodes] == ["a", "q"]
    assert alone.graph.outputs == (1,)
    assert final(alone).grads == {1: 1.0, 0: 7.0}


def test_parameters_stay_beside_a_folded_group() -> None:
    rows: list[Row] = [
        ("data", "x", (), ()),
        ("parameter", "w", (), ("g",)),
        ("multiply", "p", (0, 1), ("g",)),
        ("add", "q", (2, 1), ("g",)),
    ]
    folded = check(collapse(play(rows, {0: 3.0, 1: 2.0}, (3,)), 0))
    assert [(n.name, n.args) for n in folded.graph.nodes] == [("x", ()), ("w", ()), ("q", (0, 1))]
    assert folded.graph.nodes[1].group == ()
    assert final(folded).grads == {2: 1.0, 0: 2.0, 1: 4.0}


def test_a_group_of_one_operation_dissolves() -> None:
    rows: list[Row] = [
        ("data", "x", (), ()),
        ("parameter", "w", (), ("outer", "one")),
        ("multiply", "p", (0, 1), ("outer", "one")),
        ("add", "q", (2, 0), ("outer",)),
    ]
    folded = collapse(play(rows, {0: 3.0, 1: 2.0}, (3,)), 1)
    assert [(n.op, n.name, n.group) for n in folded.graph.nodes[1:]] == [
        ("parameter", "w", ("outer",)),
        ("multiply", "p", ("outer",)),
        ("add", "q", ("outer",)),
    ]


def test_values_that_leave_and_come_back_are_refused_by_name() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "p", (0, 0), ("layer 1",)),
        ("add", "between", (1, 0), ()),
        ("add", "q", (2, 1), ("layer 1",)),
    ]
    with pytest.raises(NotCollapsible, match=r"'layer 1'.*come back through 'between'"):
        collapse(play(rows, {0: 1.0}, (3,)), 0)


def test_two_groups_that_feed_each_other_are_refused() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "p", (0, 0), ("one",)),
        ("multiply", "q", (1, 0), ("two",)),
        ("multiply", "r", (2, 0), ("one",)),
        ("multiply", "s", (3, 0), ("two",)),
    ]
    run = play(rows, {0: 1.0}, (4,))
    with pytest.raises(NotCollapsible, match="'one'"):
        collapse(run, 0)


def test_two_groups_that_depend_on_parts_of_each_other_only_together() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "p", (0, 0), ("one",)),
        ("multiply", "q", (0, 0), ("two",)),
        ("add", "r", (0, 2), ("one",)),
        ("add", "s", (0, 1), ("two",)),
        ("add", "y", (3, 4), ()),
    ]
    run = play(rows, {0: 2.0}, (5,))
    check(collapse(run, groups=["one"]))
    check(collapse(run, groups=["two"]))
    with pytest.raises(NotCollapsible, match=r"'one'.*through 'two'"):
        collapse(run, 0)


def test_a_step_in_between_that_is_not_needed_inside_moves_out_of_the_way() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "p", (0, 0), ("g",)),
        ("add", "side", (1, 0), ()),
        ("add", "q", (1, 0), ("g",)),
        ("add", "y", (2, 3), ()),
    ]
    run = play(rows, {0: 2.0}, (4,))
    folded = check(collapse(run, 0))
    assert [n.name for n in folded.graph.nodes] == ["a", "g", "p", "q", "side", "y"]
    assert final(folded).grads[0] == final(run).grads[0]


def test_the_order_stays_as_near_to_the_recorded_one_as_it_can() -> None:
    rows: list[Row] = [
        ("parameter", "a", (), ()),
        ("multiply", "b", (0, 0), ()),
        ("multiply", "p", (0, 0), ("g",)),
        ("add", "c", (0, 0), ()),
        ("add", "q", (2, 0), ("g",)),
        ("add", "d", (0, 1), ()),
        ("add", "y", (3, 4, 5), ()),
    ]
    folded = collapse(play(rows, {0: 2.0}, (6,)), 0)
    assert [n.name for n in folded.graph.nodes] == ["a", "b", "c", "q", "d", "y"]


def test_tangents_and_updates_follow() -> None:
    tangent = Sweep("tangent", tuple(Event(i, 10.0 * i) for i in range(5)))
    update = Sweep("update", (Event(1, 1.9),))
    folded = check(collapse(Run(LAYER.graph, (*LAYER.sweeps, tangent, update)), 0))
    end = final(folded)
    assert end.tangents == {0: 0.0, 1: 10.0, 2: 30.0, 3: 40.0}
    assert end.values[1] == 1.9


def test_an_iteration_that_is_not_logged_in_full_is_told_for_what_is_seen() -> None:
    brief = Sweep("backward", (Event(4, 1.0), Event(3, 3.0), Event(2, 3.0), Event(1, 12.0)), "", 7)
    folded = check(collapse(Run(LAYER.graph, (brief,)), 0)).sweeps[0]
    assert folded.iteration == 7
    assert [(e.node, e.arg, e.value) for e in folded.events] == [(3, None, 1.0), (2, None, 3.0), (1, None, 12.0)]


def test_arrays_are_summed_as_arrays() -> None:
    nodes = (
        Node(0, "parameter", name="w", shape=(2,)),
        Node(1, "square", (0,), "s", group=("g",), shape=(2,), local=("",)),
        Node(2, "multiply", (1, 0), "t", group=("g",), shape=(2,), local=("", "")),
    )
    g = np.ones(2)
    events = (Event(2, g), Event(2, g * 3, 0), Event(2, g * 5, 1), Event(1, g * 7, 0))
    folded = check(collapse(Run(Graph(nodes, (2,)), (Sweep("backward", events),)), 0))
    _, sent = folded.sweeps[0].events
    assert isinstance(sent.value, np.ndarray)
    assert sent.value.tolist() == [12.0, 12.0]
    assert sent.value.shape == folded.graph.nodes[0].shape


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_can_be_folded_keeps_its_gradients(data: st.DataObject) -> None:
    size = data.draw(st.integers(3, 14))
    rows: list[Row] = [("parameter", f"n{i}", (), ()) for i in range(2)]
    for i in range(2, size):
        args = tuple(data.draw(st.lists(st.integers(0, i - 1), min_size=1, max_size=3)))
        group = data.draw(st.sampled_from([(), ("g",), ("h",), ("g", "inner")]))
        rows.append((data.draw(st.sampled_from(["add", "multiply"])), f"n{i}", args, group))
    run = play(rows, {0: 2.0, 1: -1.0}, (size - 1,))
    try:
        folded = collapse(run, data.draw(st.integers(0, 2)))
    except NotCollapsible:
        return
    check(folded)
    whole, part = by_name(run), by_name(folded)
    outside = {n.name for n in run.graph.nodes if not n.group}
    for name in outside:
        assert part[name] == whole[name]
    assert part["n0"] == whole["n0"]
