"""What is known at one moment: the fold of a Run's events, and the steps that a film takes over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import groupby

import numpy as np

from ..errors import UnknownName
from .graph import Graph
from .run import Event, Run, Sweep, Value

#: From the finest to the coarsest. "edge": one contribution a step; "node": one node's value, or all that one
#: node sends; "layer": all nodes at one longest-path distance from the leaves; "sweep": a whole sweep.
PACES = ("edge", "node", "layer", "sweep")
#: Those that leave something to ask: a whole sweep has its seed in the same step, and tells all at once.
ASKING = PACES[:-1]
#: Pace "auto" is the finest at which no sweep has more steps than this. Layers may be more: deep graphs have nothing
#: between them and a whole sweep at once.
MOST_STEPS, MOST_LAYERS = 60, 240
#: A descent's later iterations take at most this many frames.
MOST_ITERATIONS = 60


def add(a: Value | None, b: Value) -> Value:
    """Add two gradients, tuples part by part; None is nothing yet."""
    if a is None:
        return b
    if isinstance(a, tuple) or isinstance(b, tuple):
        assert isinstance(a, tuple) and isinstance(b, tuple)
        return tuple(map(add, a, b))
    with np.errstate(all="ignore"):  # ∞ − ∞ is NaN, which the film tells itself
        total = np.add(a, b)
    if total.ndim:
        total.flags.writeable = False  # as the values of events are
    return float(total) if total.ndim == 0 and total.dtype == np.float64 else total


@dataclass(frozen=True, slots=True)
class State:
    """What is known after some step of a Run. Made by `advance`, never changed.

    values, tangents  by node id; grads: the sum of the contributions that have arrived so far
    arrived           by node id, how many contributions (the seed is one) its gradient has collected
    sent              by (node, arg), the contribution that went back along that edge
    sweep             the index of the sweep the step belongs to; -1 before the first
    active            the events of the step itself
    """

    values: Mapping[int, Value] = field(default_factory=dict)
    grads: Mapping[int, Value] = field(default_factory=dict)
    tangents: Mapping[int, Value] = field(default_factory=dict)
    arrived: Mapping[int, int] = field(default_factory=dict)
    sent: Mapping[tuple[int, int], Value] = field(default_factory=dict)
    sweep: int = -1
    active: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """The events that one frame shows: the k-th of n steps (k from 1) of the sweep with that index and kind.

    iteration   of a descent, from 1; 0 elsewhere
    whole       whether it is a whole iteration, or several: its events are the last sweep's, k and n count such steps
    lead        what happens unseen before it
    asks        whether it only shows what is about to be sent, as a question; the step itself follows
    """

    sweep: int
    kind: str
    k: int
    n: int
    events: tuple[Event, ...]
    iteration: int = 0
    whole: bool = False
    lead: tuple[Step, ...] = ()
    asks: bool = False


def paced(pace: object) -> None:
    """Raise `UnknownName` for what is no pace."""
    if not isinstance(pace, str) or pace not in ("auto", *PACES):
        raise UnknownName(f"pace={pace!r} is not a pace; choose from auto, {', '.join(PACES)}")


def steps(run: Run, pace: str = "auto") -> tuple[Step, ...]:
    """Cut a Run's sweeps into steps.

    All leaves of a sweep appear in one step, and all seeds in one. Of a descent, pace "auto" shows the first iteration
    in full, the second by layer, then whole iterations, one frame each or fewer, each with the sweeps that compute anew
    what its update changed, and at the end the last update and the last sweeps; any pace shows iterations that were not
    logged in full, or have no backward sweep, as one frame each. Raises `UnknownName` for another pace than "auto" or
    one of `PACES`.
    """
    paced(pace)
    whole, first, last = _whole(run, pace == "auto")
    fine = _finest(run.graph, [s for s in run.sweeps if s.iteration in (0, first)]) if pace == "auto" else pace
    frames = _lapses(run, whole)
    found: list[Step] = []
    passed: list[Step] = []
    taken = 0  # sweeps that are part of a frame
    for index, sweep in enumerate(run.sweeps):
        if index < taken:
            continue
        n = sweep.iteration
        if n in whole:
            passed.append(Step(index, sweep.kind, 1, 1, sweep.events, n))
            ends = index + 1 == len(run.sweeps) or run.sweeps[index + 1].iteration != n
            if ends and n in frames:
                shown, again = passed[-1], _again(run, index, whole)
                lead = (*passed, *again) if again else tuple(passed[:-1])
                found.append(Step(shown.sweep, shown.kind, *frames[n], shown.events, n, True, lead))
                passed, taken = [], index + 1 + len(again)
            elif ends and n + 1 not in whole:  # what follows computes anew
                found.append(Step(index, sweep.kind, 1, 1, sweep.events, n))
                passed = []
            continue
        slow = "sweep" if n == last > first + 1 else "layer" if n > first else fine
        cut = list(_cut(run.graph, sweep, slow if pace == "auto" else pace))
        found += (Step(index, sweep.kind, k, len(cut), tuple(e), n) for k, e in enumerate(cut, 1))
    return tuple(found)


def _again(run: Run, index: int, whole: set[int]) -> tuple[Step, ...]:
    """Return the sweeps that compute anew what an update has changed, where the next iteration is a frame too.

    They belong to the frame of the update: else it would show new parameters beside their old loss and gradients.
    """
    found: list[Step] = []
    if run.sweeps[index].kind == "update" and index + 1 < len(run.sweeps):
        n = run.sweeps[index + 1].iteration
        for later in range(index + 1, len(run.sweeps)):
            sweep = run.sweeps[later]
            if sweep.kind == "update" or sweep.iteration != n or n not in whole:
                break
            found.append(Step(later, sweep.kind, 1, 1, sweep.events, n))
    return tuple(found)


def asking(path: Iterable[Step]) -> tuple[Step, ...]:
    """Put before each step that sends contributions the same step as a question: two frames, counted once."""
    found: list[Step] = []
    for step in path:
        if step.kind == "backward" and step.k > 1 and not step.whole:
            found.append(replace(step, asks=True))
        found.append(step)
    return tuple(found)


def _whole(run: Run, auto: bool) -> tuple[set[int], int, int]:
    """Return the iterations that are shown as one frame each, the first that is not, and the last of all."""
    told: dict[int, bool] = {}  # whether an iteration says how each gradient came about
    for s in run.sweeps:
        if s.iteration:
            told[s.iteration] = told.get(s.iteration, False) or (
                s.kind == "backward" and any(e.arg is not None for e in s.events)
            )
    last = max(told, default=0)
    whole = {n for n, full in told.items() if not full and n < last}
    full = sorted(n for n in told if n not in whole)
    if auto and len(full) > 1:
        whole |= {n for n in told if full[1] < n < last}
    return whole, full[0] if full else 0, last


def _lapses(run: Run, whole: set[int]) -> dict[int, tuple[int, int]]:
    """For each iteration that is a frame, say which of how many it is, in its stretch of equal updates."""
    labels = {s.iteration: s.label for s in run.sweeps if s.label}
    stretches: list[list[int]] = []
    for n in sorted(whole):
        if stretches and stretches[-1][-1] == n - 1 and labels.get(n - 1) == labels.get(n):
            stretches[-1].append(n)
        else:
            stretches.append([n])
    for stretch in stretches:
        # What computes its last update anew is shown step by step, and so is the update.
        if len(stretch) > 1 and stretch[-1] + 1 not in whole and _updates_last(run, stretch[-1]):
            stretch.pop()
    chosen = map(_lapse, stretches)
    return {n: (k, len(frames)) for frames in chosen for k, n in enumerate(frames, 1)}


def _updates_last(run: Run, iteration: int) -> bool:
    kinds = [s.kind for s in run.sweeps if s.iteration == iteration]
    return kinds[-1:] == ["update"] and any(s.iteration > iteration for s in run.sweeps)


def _finest(graph: Graph, sweeps: Sequence[Sweep]) -> str:
    """Return the finest pace at which no sweep has more steps than it may."""
    for pace in PACES[:-1]:
        most = MOST_LAYERS if pace == "layer" else MOST_STEPS
        if all(sum(1 for _ in _cut(graph, s, pace)) <= most for s in sweeps):
            return pace
    return PACES[-1]


def _lapse(iterations: Sequence[int]) -> tuple[int, ...]:
    """Choose which iterations are frames: all while they are few, else the later the sparser, with the last."""
    n = len(iterations)
    if n <= MOST_ITERATIONS:
        return tuple(iterations)
    places = {round((n - 1) * (k / (MOST_ITERATIONS - 1)) ** 2) for k in range(MOST_ITERATIONS)}
    return tuple(iterations[i] for i in sorted(places))


def _cut(graph: Graph, sweep: Sweep, pace: str) -> Iterator[list[Event]]:
    """Group a sweep's events: first what starts it (leaves or seeds), then step by step at the pace."""
    backward = sweep.kind == "backward"
    if pace == "sweep" or sweep.kind == "update":
        yield list(sweep.events)
        return
    start = [e for e in sweep.events if (e.arg is None if backward else graph.nodes[e.node].is_leaf)]
    rest = [e for e in sweep.events if (e.arg is not None if backward else not graph.nodes[e.node].is_leaf)]
    if start:
        yield start
    if pace == "edge" or (pace == "node" and not backward):
        yield from ([e] for e in rest)
    elif pace == "node":
        yield from (list(events) for _, events in groupby(rest, key=lambda e: e.node))
    else:
        # What a node feeds has a higher rank, so going down the ranks a node still sends after all it feeds.
        ranks = graph.ranks
        rest.sort(key=lambda e: -ranks[e.node] if backward else ranks[e.node])
        yield from (list(events) for _, events in groupby(rest, key=lambda e: ranks[e.node]))


def advance(graph: Graph, state: State, step: Step) -> State:
    """Return the state after one more step; the first step of a sweep forgets what that sweep computes anew.

    A step that asks changes nothing but what is active.
    """
    if step.asks:
        return replace(state, active=step.events)
    for one in step.lead:
        state = advance(graph, state, one)
    values, grads = dict(state.values), dict(state.grads)
    tangents, arrived, sent = dict(state.tangents), dict(state.arrived), dict(state.sent)
    if step.sweep != state.sweep:
        match step.kind:
            case "forward":
                values, grads, tangents, arrived, sent = {}, {}, {}, {}, {}
            case "backward":
                grads, arrived, sent = {}, {}, {}
            case "tangent":
                tangents = {}
    for e in step.events:
        match step.kind:
            case "backward":
                to = graph.receiver(e)
                grads[to] = add(grads.get(to), e.value)
                whole = e.arg is None and to not in graph.outputs  # of an iteration that is not logged in full
                arrived[to] = len(graph.users[to]) if whole else arrived.get(to, 0) + 1
                if e.arg is not None:
                    sent[e.node, e.arg] = e.value
            case "tangent":
                tangents[e.node] = e.value
            case _:
                values[e.node] = e.value
    return State(values, grads, tangents, arrived, sent, step.sweep, step.events)


def states(run: Run, path: Iterable[Step]) -> Iterator[State]:
    """Yield the state after each step, one at a time."""
    state = State()
    for step in path:
        state = advance(run.graph, state, step)
        yield state


def final(run: Run) -> State:
    """Return the state at the end of a Run."""
    return reduce(lambda state, step: advance(run.graph, state, step), steps(run, "sweep"), State())


def terms(graph: Graph, sweep: Sweep) -> dict[int, int]:
    """For each node that a backward sweep reaches, how many contributions its gradient is the sum of."""
    count: dict[int, int] = {}
    for e in sweep.events:
        to = graph.receiver(e)
        count[to] = count.get(to, 0) + 1
    return count
