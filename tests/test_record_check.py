"""The rules of a Run, and the fold of its events."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradviz.errors import InvalidRun, UnknownName
from gradviz.record import (
    Event,
    Graph,
    Node,
    Run,
    State,
    Sweep,
    advance,
    check,
    fill,
    final,
    freeze,
    same,
    states,
    steps,
    terms,
)

# y = x·x + x·w at x = 3, w = 2
GRAPH = Graph(
    (
        Node(0, "data", name="x"),
        Node(1, "parameter", name="w"),
        Node(2, "multiply", (0, 0), "x·x", local=("{1}", "{0}")),
        Node(3, "multiply", (0, 1), "x·w", local=("{1}", "{0}")),
        Node(4, "add", (2, 3), "y", local=("1", "1")),
    ),
    (4,),
)
FORWARD = Sweep("forward", tuple(Event(i, v) for i, v in enumerate((3.0, 2.0, 9.0, 6.0, 15.0))))
BACKWARD = Sweep(
    "backward",
    (
        Event(4, 1.0),
        Event(4, 1.0, 0, 1.0),
        Event(4, 1.0, 1, 1.0),
        Event(3, 2.0, 0, 2.0),
        Event(3, 3.0, 1, 3.0),
        Event(2, 3.0, 0, 3.0),
        Event(2, 3.0, 1, 3.0),
    ),
)
RUN = Run(GRAPH, (FORWARD, BACKWARD))


def broken(*events: Event, kind: str = "forward") -> str:
    with pytest.raises(InvalidRun) as error:
        check(Run(GRAPH, (Sweep(kind, events),)))
    return str(error.value)


def test_a_sound_run_is_handed_back() -> None:
    assert check(RUN) is RUN


def test_a_value_needs_the_values_of_its_args_first() -> None:
    assert "node 2 has a value before its args do" in broken(Event(1, 2.0), Event(2, 9.0), Event(0, 3.0))


def test_a_node_has_one_value_in_a_sweep() -> None:
    assert "node 0 is told twice" in broken(Event(0, 3.0), Event(0, 3.0))


def test_an_event_is_of_a_node_in_the_graph() -> None:
    assert "node 9, which is not in the graph" in broken(Event(9, 1.0))
    assert "node -1, which is not in the graph" in broken(Event(-1, 1.0))


def test_a_value_has_the_shape_of_its_node() -> None:
    assert "a value of shape (2,) for node 0 of shape ()" in broken(Event(0, np.zeros(2)))


def test_a_node_sends_only_after_all_that_it_feeds_have_sent() -> None:
    said = broken(Event(4, 1.0), Event(4, 1.0, 1), Event(3, 3.0, 1), Event(4, 1.0, 0), kind="backward")
    assert "node 3 sends before node 4, which it feeds, has" in said


def test_nothing_is_sent_along_an_edge_twice() -> None:
    graph = Graph((Node(0, "parameter", name="x"), Node(1, "square", (0,), "y", local=("2·{0}",))), (1,))
    seed, sent = Event(1, 1.0), Event(1, 6.0, 0)
    check(Run(graph, (Sweep("backward", (seed, sent)),)))
    with pytest.raises(InvalidRun, match="node 1 sends to its arg 0 twice"):
        check(Run(graph, (Sweep("backward", (seed, sent, sent)),)))


def test_a_contribution_goes_along_an_edge_and_has_the_shape_of_who_gets_it() -> None:
    assert "node 4 has no arg 2" in broken(Event(4, 1.0), Event(4, 1.0, 2), kind="backward")
    assert "for node 3 of shape ()" in broken(Event(4, 1.0), Event(4, np.ones(3), 1), kind="backward")


def test_a_graph_is_sorted_and_whole() -> None:
    with pytest.raises(InvalidRun, match="an arg must come before its use"):
        Graph((Node(0, "negative", (0,), local=("−1",)),))
    with pytest.raises(InvalidRun, match="a node's id is its position"):
        Graph((Node(1, "data"),))
    with pytest.raises(InvalidRun, match="output 3 is not one of the 1 nodes"):
        Graph((Node(0, "data"),), (3,))
    with pytest.raises(InvalidRun, match="2 args and 1 local formulas"):
        Node(2, "add", (0, 1), local=("1",))
    with pytest.raises(InvalidRun, match="the kinds are forward, backward, tangent, update"):
        Sweep("sideways", ())


def test_both_edges_of_a_square_are_there() -> None:
    assert GRAPH.users[0] == ((2, 0), (2, 1), (3, 0))
    assert sorted(GRAPH.nx.edges(keys=True)) == [(0, 2, 0), (0, 2, 1), (0, 3, 0), (1, 3, 1), (2, 4, 0), (3, 4, 1)]
    assert GRAPH.ranks == (0, 0, 1, 1, 2)


def test_a_gradient_collects_its_terms_one_by_one() -> None:
    seen = [s.grads.get(0) for s in states(RUN, steps(RUN, "edge")) if s.sweep == 1]
    assert seen == [None, None, None, 2.0, 2.0, 5.0, 8.0]
    assert terms(GRAPH, BACKWARD) == {4: 1, 2: 1, 3: 1, 0: 3, 1: 1}


def test_infinities_that_cancel_are_a_nan_and_no_warning() -> None:
    sent = (Event(4, 1.0), Event(4, 1.0, 0), Event(4, 1.0, 1), Event(2, math.inf, 0), Event(2, -math.inf, 1))
    assert math.isnan(final(Run(GRAPH, (Sweep("backward", sent),))).grads[0])  # type: ignore[arg-type]


def test_a_state_is_never_changed_by_a_later_one() -> None:
    path = steps(RUN, "edge")
    every = list(states(RUN, path))
    before = dict(every[-2].grads)
    after = advance(GRAPH, every[-2], path[-1])
    assert every[-2].grads == before
    assert after.grads[0] == 8.0


def test_the_end_of_a_run_holds_all_values_gradients_and_edges() -> None:
    end = final(RUN)
    assert end.values == {0: 3.0, 1: 2.0, 2: 9.0, 3: 6.0, 4: 15.0}
    assert end.grads == {4: 1.0, 2: 1.0, 3: 1.0, 0: 8.0, 1: 3.0}
    assert end.sent[2, 0] == end.sent[2, 1] == 3.0
    assert end.arrived[0] == 3


def test_steps_by_pace() -> None:
    def shape(pace: str) -> list[tuple[str, list[list[int]]]]:
        found: dict[int, list[list[int]]] = {0: [], 1: []}
        for s in steps(RUN, pace):
            found[s.sweep].append([e.node for e in s.events])
        return [(RUN.sweeps[i].kind, found[i]) for i in (0, 1)]

    assert shape("node") == [("forward", [[0, 1], [2], [3], [4]]), ("backward", [[4], [4, 4], [3, 3], [2, 2]])]
    assert shape("layer") == [("forward", [[0, 1], [2, 3], [4]]), ("backward", [[4], [4, 4], [3, 3, 2, 2]])]
    assert [len(s.events) for s in steps(RUN, "sweep")] == [5, 7]
    assert [(s.k, s.n) for s in steps(RUN, "node") if s.sweep == 1] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(UnknownName, match="choose from auto, edge, node, layer, sweep"):
        steps(RUN, "fast")


def test_auto_takes_the_finest_pace_with_few_enough_steps() -> None:
    assert steps(RUN) == steps(RUN, "edge")

    def sizes(n: int) -> list[int]:
        chain = tuple(Node(i, "negative", (i - 1,), local=("−1",)) if i else Node(0, "data") for i in range(n))
        return [len(s.events) for s in steps(Run(Graph(chain, (n - 1,)), (Sweep("forward", _values(n)),)))]

    assert sizes(200) == [1] * 200  # a deep graph: its layers are many, but all at once would tell nothing
    assert sizes(300) == [300]


def _values(n: int) -> tuple[Event, ...]:
    return tuple(Event(i, 1.0) for i in range(n))


def test_a_new_forward_sweep_forgets_and_an_update_does_not() -> None:
    update = Sweep("update", (Event(1, 1.9),))
    two = Run(GRAPH, (FORWARD, BACKWARD, update, FORWARD))
    path = steps(two, "sweep")
    state = State()
    for step in path[:3]:
        state = advance(GRAPH, state, step)
    assert state.values[1] == 1.9
    assert state.grads[0] == 8.0
    state = advance(GRAPH, state, path[3])
    assert state.values[1] == 2.0
    assert state.grads == {}


def test_tangents_stand_beside_values() -> None:
    run = Run(GRAPH, (FORWARD, Sweep("tangent", tuple(Event(i, float(i)) for i in range(5)))))
    end = final(run)
    assert end.tangents[4] == 4.0
    assert end.values[4] == 15.0


def test_equal_means_equal_bytes() -> None:
    assert same(math.nan, math.nan)
    assert not same(0.0, -0.0)
    assert not same(np.float32(1), 1.0)
    assert not same(np.zeros(2), np.zeros((2, 1)))
    assert Event(0, np.array([1.0, math.nan])) == Event(0, np.array([1.0, math.nan]))
    assert Event(0, 1.0) != Event(0, 1.0, 0)
    assert Event(0, (1.0, np.ones(2))) == Event(0, (1.0, np.ones(2)))
    again = Run(GRAPH, (FORWARD, BACKWARD), {"loss": np.array([1.0])})
    assert again == Run(GRAPH, (FORWARD, BACKWARD), {"loss": np.array([1.0])})
    assert again != RUN


def test_what_is_frozen_cannot_be_written_and_is_a_copy() -> None:
    mine = np.ones(3)
    kept = freeze(mine)
    mine[0] = 7
    assert isinstance(kept, np.ndarray)
    assert kept[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 2
    assert type(freeze(np.float64(2))) is float


def test_formulas_are_filled_once() -> None:
    assert fill("{g} {1}ᵀ + {y}", {"g": "{1}", "1": "h"}) == "{1} hᵀ + {y}"


def test_a_node_has_one_value_or_several_throughout() -> None:
    odd = Sweep("backward", (Event(4, 1.0), Event(4, (1.0, 2.0), 0), Event(4, 1.0, 1), Event(2, 1.0, 0)))
    with pytest.raises(InvalidRun, match=r"sweep 1 .*other parts than node 2"):
        check(Run(GRAPH, (FORWARD, odd)))
