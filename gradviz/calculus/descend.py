"""Gradient descent on a traced loss: one graph, one layout, and a log of many sweeps over it.

An iteration is a forward sweep, a backward sweep and an update of the parameters. The loss is traced anew each time,
so it is the user's own code that runs; what it records must be the graph of the first iteration. The log ends with a
forward and a backward sweep at the last parameters, so that its end is of one piece.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import GraphChanged, NoInputs, SeedNeeded, UnknownName, UnsupportedValue, WrongArguments, in_range
from ..record import Event, Graph, Node, Run, Sweep, freeze
from ..record.state import add
from .keywords import spelt
from .optimisers import Optimiser, Rate, optimiser, rate_at
from .record import Recorded, record
from .series import Model, Watch, fill, is_number, model_of, series
from .trace import Var
from .tree import bind, is_whole, mapped, walk
from .value import as_pythons


@dataclass(frozen=True, eq=False)
class Descent:
    """What came of a descent.

    run      the log: for each iteration a forward, a backward and an update sweep, and at the end a forward and a
             backward sweep at the last parameters
    losses   the loss of every step, before its update; `loss` is the loss after the last
    params   the parameters after the last step, in the structure that was given
    inputs   where each input is in the graph: node ids by name, in the input's own structure
    said     what a reader should know: why it stopped, what was left out
    """

    run: Run
    losses: tuple[float, ...]
    loss: float
    params: Any
    inputs: Mapping[str, Any]
    said: tuple[str, ...] = ()

    def __repr__(self) -> str:
        first = f"{self.losses[0]:.4g} to " if self.losses else ""
        return f"<Descent of {len(self.losses)} steps: loss {first}{self.loss:.4g}>"


@spelt("gv.descend", learning_rate="lr=", rate="lr=", epochs="steps=", iterations="steps=", batch_size="batch=")
def descend(
    loss: Callable[..., Any],
    params: Any,
    *data: Any,
    optimizer: str | Optimiser = "sgd",
    lr: Rate = 0.1,
    steps: int = 20,
    batch: int | None = None,
    keep: int = 2,
    tolerance: float | None = None,
    budget: float | None = None,
    curve: Model | None = None,
    along: str | None = None,
    over: tuple[str, str] | None = None,
) -> Descent:
    """Minimise loss(params, *data) step by step, and log every sweep.

    loss       returns one number, computed from the params by traced operations
    params     a number, an array, or lists, tuples, dicts and dataclasses of them; a `gv.var` counts as its number
    data       handed on as they are; with `batch`, their first axis is cut into batches
    optimizer  "sgd", "momentum", "nesterov", "rmsprop", "adam", or a function (params, grads, memory) ->
               (params, memory), which has its own learning rate
    lr         the learning rate: a number, or a function of the step (from 0)
    steps      how many optimiser steps to take at most
    batch      how many rows of the data a step sees; a partial last batch is dropped, and said
    keep       how many iterations are logged in full; of later ones each node's value and gradient
    tolerance  stop once no part of the gradient is larger
    budget     stop after so many seconds
    curve      for panels: the model, curve(params, x) -> y, where the first two data are x and y; else (curve, x, y)
    along      for panels: the name of a number among the params, "p.a" or "a"; the loss along it
    over       for panels: two such names; the loss over both

    It stops early, and says so, where the loss, a gradient or a parameter is no longer finite. Raises `GraphChanged`
    with the iteration and the first line that differs from the first iteration's, `SeedNeeded` where the loss is not
    one number, `UnknownName` for an option that does not exist, `UnsupportedValue` for a batch that does not fit, and
    for what an optimiser of the user's own returns, if it is not params and memory.

    >>> done = descend(lambda w: (w - 3.0) ** 2, 0.0, lr=0.25, steps=3)
    >>> done.losses, done.params
    ((9.0, 2.25, 0.5625), 2.625)
    """
    params = mapped(params, lambda _, value: as_pythons(value.value if isinstance(value, Var) else value))
    _sensible(params, steps, keep, batch)
    _limits(tolerance=tolerance, budget=budget)
    if curve is not None:
        model_of(curve, data)
    choose = optimiser(optimizer, lr)
    said: list[str] = []
    batches = _batches(data, batch, said)
    clock = time.monotonic()
    first: Recorded | None = None
    where: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    memory: Any = None
    sweeps: list[Sweep] = []
    losses: list[float] = []
    path: list[tuple[Any, ...]] = []
    sizes: list[list[float]] = []
    for n in range(1, steps + 2):
        now = _recorded(loss, params, next(batches))
        if first is None:
            first, where = now, _places(now, params)
        else:
            _unchanged(first.run.graph, now.run.graph, n)
        forward, backward = now.run.sweeps
        values: dict[int, Any] = {e.node: e.value for e in forward.events}
        grads = _gradients(now, where)
        error, leaves = float(values[first.run.graph.outputs[0]]), tuple(values[i] for i in where)
        if n == 1:  # what is asked for is held against what there is before any step is taken
            names = tuple(first.run.graph.nodes[i].name for i in where)
            Watch(loss, params, data, names, (leaves,), batch is not None, curve, along, over).places()
        losses.append(error)
        path.append(leaves)
        sizes.append([_size(g) for g in grads])
        reason = _stops(error, grads, n, steps, tolerance, budget, clock)
        moved, memory = (leaves, memory) if reason is not None else _moved(choose, leaves, grads, memory)
        if reason is None and not all(map(_finite, moved)):
            reason = f"diverged: iteration {n} moves a parameter beyond any number"
        last = reason is not None
        full = n <= keep or last
        sweeps += (replace(forward, iteration=n), _logged(now.run, backward, n, full))
        if last:
            said += [reason] if reason else []
            break
        events = tuple(Event(i, freeze(v)) for i, v in zip(where, moved, strict=True))
        sweeps.append(Sweep("update", events, getattr(choose, "title", ""), n))
        params = fill(params, iter(moved))
    assert first is not None
    said += _grown(losses)
    rates = [rate_at(getattr(choose, "lr", math.nan), i) for i in range(len(losses))]
    watch = Watch(loss, params, data, names, tuple(path), batch is not None, curve, along, over)
    found = {"loss": freeze(np.array(losses)), "lr": freeze(np.array(rates)), **series(watch)}
    found |= {
        f"gradient {name}": freeze(np.array(row)) for name, row in zip(names, zip(*sizes, strict=True), strict=True)
    }
    run = Run(first.run.graph, tuple(sweeps), found, first.run.sources)
    return Descent(run, tuple(losses[:-1]), losses[-1], params, first.inputs, tuple(said))


def _sensible(params: Any, steps: int, keep: int, batch: int | None) -> None:
    if not any(is_number(value) for _, value in walk(params)):
        raise NoInputs("descend was given params without a number to change; give a number, an array or a dict of them")
    for path, value in walk(params, "params"):
        if is_whole(value):
            raise UnsupportedValue(
                f"{path} holds integers ({value.dtype}), and descent moves every number of the params by parts of one; "
                f"give {path}.astype(float)"
            )
    for name, value, least in (("steps", steps, 1), ("keep", keep, 1), ("batch", batch, 1)):
        if value is not None and (not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least):
            raise UnknownName(f"{name}={value!r} is no count; give a whole number from {least}")


def _limits(**limits: object) -> None:
    for name, value in limits.items():
        if value is not None and not in_range(value, 0, math.inf):
            raise UnknownName(f"{name}={value!r} is no limit; give a number from 0, or None for none")


def _batches(data: Sequence[Any], batch: int | None, said: list[str]) -> Iterator[tuple[Any, ...]]:
    """Return the data of one iteration after the other; batches go round in order."""
    if batch is None:
        return iter(lambda: tuple(data), None)
    rows = {len(d) for d in data if np.ndim(d)}
    if not rows:
        raise UnsupportedValue("batch= cuts the data's first axis, and there are no arrays among the data")
    if len(rows) > 1:
        raise UnsupportedValue(
            f"batch= cuts the data's first axis, and the data have {sorted(rows)} rows; give as many of each"
        )
    count = rows.pop()
    if batch > count:
        raise UnsupportedValue(f"batch={batch} is more than the data's {count} rows; give 1 to {count}")
    if count % batch:
        said.append(f"batches of {batch} of {count} rows: the last {count % batch} are left out")

    def cut() -> Iterator[tuple[Any, ...]]:
        while True:
            for i in range(0, count - batch + 1, batch):
                yield tuple(d[i : i + batch] if np.ndim(d) else d for d in data)

    return cut()


def _places(recorded: Recorded, params: Any) -> tuple[int, ...]:
    """Return the node id of every parameter, in the order of the params."""
    tree = next(iter(recorded.inputs.values()))
    return tuple(i for (_, i), (_, value) in zip(walk(tree), walk(params), strict=True) if is_number(value))


def _recorded(loss: Callable[..., Any], params: Any, data: tuple[Any, ...]) -> Recorded:
    """Record one iteration's sweeps. Raises `SeedNeeded` where the loss is not one number."""
    try:
        bind(loss, (params, *data), {}, "")
    except WrongArguments as error:
        whole = "the parameters as one argument" + (f", then {len(data)} of data" if data else "")
        raise WrongArguments(
            f"{error}; it is given {whole}: "
            f"def loss({', '.join(['params', *(f'data{i + 1}' for i in range(len(data)))])}): w, b = params"
        ) from None
    try:
        now = record(loss, (params, *data), wrt=0)
    except SeedNeeded as error:
        raise SeedNeeded(
            "the loss returned more than one number, and descent makes one number smaller; return its sum or mean"
        ) from error
    if len(now.run.graph.outputs) != 1:
        raise SeedNeeded(f"the loss returned {len(now.run.graph.outputs)} results; return the one to make smaller")
    return now


def _unchanged(first: Graph, now: Graph, iteration: int) -> None:
    """Raise `GraphChanged` at the first node that is not the first iteration's."""
    for a, b in zip(first.nodes, now.nodes, strict=False):
        if (a.op, a.args, a.group, a.shape, a.label if a.op != "constant" else "") != (
            b.op, b.args, b.group, b.shape, b.label if b.op != "constant" else "",
        ):  # fmt: skip
            raise GraphChanged(_differs(iteration, _told(b), _told(a)))
    if len(first.nodes) != len(now.nodes):
        longer, shorter = (first, now) if len(first.nodes) > len(now.nodes) else (now, first)
        extra = _told(longer.nodes[len(shorter.nodes)])
        raise GraphChanged(
            _differs(iteration, *(("nothing more", extra) if longer is first else (extra, "nothing more")))
        )


def _told(n: Node) -> str:
    shape = f" of shape {n.shape}" if n.shape else ""
    group = f" in {' / '.join(n.group)}" if n.group else ""
    place = f" at {n.where}" if n.where else ""
    return f"{n.op} ({n.label or n.name}){shape}{group}{place}"


def _differs(iteration: int, now: str, first: str) -> str:
    return (
        f"iteration {iteration} computes {now}, where the first one computed {first}; every iteration must do the same "
        "operations in the same order. Use np.where in place of an if on a value, and fixed shapes and counts"
    )


def _gradients(recorded: Recorded, where: Sequence[int]) -> tuple[Any, ...]:
    """Return the gradient of each parameter; zero where no path leads to it."""
    nodes = recorded.run.graph.nodes
    found = _sums(recorded.run.graph, recorded.run.sweeps[1])
    return tuple(found.get(i, np.zeros(nodes[i].shape) if nodes[i].shape else 0.0) for i in where)


def _sums(graph: Graph, backward: Sweep) -> dict[int, Any]:
    """Return the gradient of every node that a backward sweep reaches."""
    found: dict[int, Any] = {}
    for e in backward.events:
        to = graph.receiver(e)
        found[to] = add(found.get(to), e.value)
    return found


def _moved(choose: Optimiser, leaves: tuple[Any, ...], grads: tuple[Any, ...], memory: Any) -> tuple[Any, Any]:
    """Take one step, and hold what comes of it against the parameters."""
    found: Any = choose(leaves, grads, memory)
    if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[0], list | tuple)):
        raise UnsupportedValue(
            f"the optimiser returned {str(found)[:60]}; it is a function (params, grads, memory) -> (params, memory), "
            "in which params is a tuple"
        )
    moved, memory = found
    shapes = [np.shape(v) if np.asarray(v).dtype.kind in "fiu" else "no number" for v in moved]
    if shapes != [np.shape(v) for v in leaves]:
        raise UnsupportedValue(
            f"the optimiser returned parameters of the shapes {shapes}; they must stay {[np.shape(v) for v in leaves]}"
        )
    return moved, memory


def _logged(run: Run, backward: Sweep, n: int, full: bool) -> Sweep:
    """Return a backward sweep with all its events, or with each node's gradient only."""
    if full:
        return replace(backward, iteration=n)
    grads = _sums(run.graph, backward)
    return Sweep("backward", tuple(Event(i, freeze(grads[i])) for i in sorted(grads, reverse=True)), "", n)


def _stops(
    error: float, grads: Sequence[Any], n: int, steps: int, tolerance: float | None, budget: float | None, clock: float
) -> str | None:
    """Say why no further step is taken; "" where all are done, None where there is none."""
    if not math.isfinite(error):
        return f"diverged: the loss of iteration {n} is {error}. A smaller learning rate may help"
    if not all(map(_finite, grads)):
        return f"diverged: a gradient of iteration {n} is not finite. A smaller learning rate may help"
    if n > steps:
        return ""
    if tolerance is not None and max((float(np.max(np.abs(g), initial=0.0)) for g in grads), default=0.0) <= tolerance:
        return f"stopped after {n - 1} of {steps} steps: no part of the gradient is larger than {tolerance:g}"
    if budget is not None and time.monotonic() - clock > budget:
        return f"stopped after {n - 1} of {steps} steps: the {budget:g} seconds are spent"
    return None


def _size(grad: Any) -> float:
    """Return the root mean square of a gradient."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(grad)))) if np.size(grad) else 0.0


def _finite(value: Any) -> bool:
    return bool(np.all(np.isfinite(value)))


def _grown(losses: Sequence[float]) -> list[str]:
    if len(losses) > 1 and math.isfinite(losses[-1]) and losses[-1] > losses[0]:
        return [f"the loss has grown from {losses[0]:.4g} to {losses[-1]:.4g}: the learning rate may be too large"]
    return []
