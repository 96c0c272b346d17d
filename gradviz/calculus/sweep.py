"""The sweeps over recorded operations: values forward, gradients backward, tangents forward.

Each is one loop over the operations in order, however many there are. The same loops run on plain values, which
gives numbers, and on Vars, which gives a derivative that can itself be differentiated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..record import Event, Sweep
from .leaf import leaf
from .limit import tick
from .op import INPUT, axes
from .trace import Var, apply, item

if TYPE_CHECKING:
    from .build import Built


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """Operations sorted so that operands come first, and for each the positions of its operands."""

    vars: Sequence[Var]
    args: Sequence[tuple[int, ...]]


def tape(outputs: Iterable[Var]) -> Tape:
    """Return everything that the outputs are computed from."""
    found: dict[Var, tuple[Var, ...]] = {}
    todo = list(outputs)
    while todo:
        v = todo.pop()
        if v not in found:
            found[v] = v.operands
            todo += found[v]
    order = sorted(found, key=lambda v: v.seq)
    position = {v: i for i, v in enumerate(order)}
    return Tape(order, [tuple(position[a] for a in found[v]) for v in order])


def reaches(on: Tape, wrt: Iterable[int]) -> list[bool]:
    """Tell for each position whether it is, or is computed from, one of `wrt`."""
    hit = [False] * len(on.vars)
    for i in wrt:
        hit[i] = True
    for i, args in enumerate(on.args):
        if not hit[i]:
            for a in args:
                if hit[a]:
                    hit[i] = True
                    break
    return hit


def reverse(
    on: Tape, wrt: Iterable[int], grads: dict[int, Any], traced: bool = False
) -> Iterator[tuple[int, int, Any, Any]]:
    """Send gradients back: yield (sender, arg position, contribution, local derivative or None).

    `grads` holds the seeds by position at the start, and all gradients at the end. Senders go by descending
    position, so each has heard from everything that it feeds.
    """
    needed = reaches(on, wrt)
    for i in range(len(on.vars) - 1, -1, -1):
        args = on.args[i]
        if not args or i not in grads or not needed[i]:
            continue
        v, g = on.vars[i], grads[i]
        operands = v.operands
        y, values = _operate(v, operands, traced)
        mark = tick()
        for position, a in enumerate(args):
            if not needed[a]:
                continue
            sent, local = contribution(v, position, g, y, values)
            sent = _shaped(sent, operands[position])
            if traced:
                _belongs(sent, v, mark)
            grads[a] = _plus(grads.get(a), sent)
            if traced:
                _belongs(grads[a], operands[position], mark)
            yield i, position, sent, local


def contribution(v: Var, position: int, g: Any, y: Any, values: Sequence[Any]) -> tuple[Any, Any]:
    """Return what the gradient g sends from an operation to one operand, before broadcasting is undone, and the
    local derivative where the op has one."""
    op, params = v.op, v.params or {}
    if op.partials:
        local = op.partials[position](y, *values, **params)
        return _times(g, local, op.selects), local
    rule = op.transposes[min(position, len(op.transposes) - 1)]
    if op.variadic:
        return rule(g, y, *values, position=position, **params), None
    return rule(g, y, *values, **params), None


def _times(g: Any, local: Any, selects: bool) -> Any:
    if type(local) is float:
        if local == 1.0:
            return g
        if local == -1.0:
            return -g
    if type(g) is float and g == 1.0 and not selects:
        return local  # the seed of a scalar
    if selects:  # what is not chosen gets 0, though the gradient may be inf or NaN
        return np.where(_value(local) == 0, 0.0, g * local)
    return g * local


def forward_mode(on: Tape, tangents: dict[int, Any], traced: bool = False) -> None:
    """Carry tangents from the positions that `tangents` holds to everything computed from them, adding to it."""
    for i, args in enumerate(on.args):
        if i in tangents or not any(a in tangents for a in args):
            continue
        v = on.vars[i]
        operands = v.operands
        y, values = _operate(v, operands, traced)
        mark = tick()
        out = push(v, [tangents.get(a) for a in args], y, values, operands)
        tangents[i] = _shaped(out, v)
        if traced:
            _belongs(tangents[i], v, mark)


def push(v: Var, dots: Sequence[Any], y: Any, values: Sequence[Any], operands: Sequence[Var]) -> Any:
    """Return the tangent of one operation's value from those of its operands; None is zero."""
    op, params = v.op, v.params or {}
    total: Any = None
    if op.partials:
        for position, dot in enumerate(dots):
            if dot is not None:
                local = op.partials[position](y, *values, **params)
                total = _plus(total, _shaped(_times(dot, local, op.selects), v))
        return total
    if op.linear == "joint":
        full = [_zeros(a) if dot is None else dot for dot, a in zip(dots, operands, strict=True)]
        return _run(v, full, params)
    if op.linear == "each":
        for position, dot in enumerate(dots):
            if dot is not None:
                mixed = [dot if k == position else x for k, x in enumerate(values)]
                total = _plus(total, _run(v, mixed, params))
        return total
    # The pullback is linear in g, and its own transpose is the pushforward (Townsend 2017, "A new trick for
    # calculating Jacobian vector products").
    frame = sys._getframe()
    g: Any = (
        tuple(leaf(_zeros_like(p), None, INPUT, frame) for p in v.value)
        if type(v.value) is tuple
        else leaf(_zeros(v), None, INPUT, frame)
    )
    ends = g if type(g) is tuple else (g,)
    sums: list[Any] = [None] * len(ends)
    for position, dot in enumerate(dots):
        if dot is None:
            continue
        back, _ = contribution(v, position, g, y, values)
        if isinstance(back, Var):
            found = pull([back], [_shaped_to(dot, back.shape)], list(ends), isinstance(dot, Var) or _any_var(values))
            sums = [_plus(s, f) if f is not None else s for s, f in zip(sums, found, strict=True)]
    if type(v.value) is tuple:
        return tuple(_zeros_like(p) if s is None else s for s, p in zip(sums, v.value, strict=True))
    return _zeros(v) if sums[0] is None else sums[0]


def pull(outputs: Sequence[Var], seeds: Sequence[Any], wrt: Sequence[Var], traced: bool) -> list[Any]:
    """Return the gradients with respect to `wrt`, None where nothing arrives."""
    on = tape(outputs)
    position = {v: i for i, v in enumerate(on.vars)}
    grads: dict[int, Any] = {}
    for out, seed in zip(outputs, seeds, strict=True):
        grads[position[out]] = _plus(grads.get(position[out]), seed)
    with np.errstate(all="ignore"):
        for _ in reverse(on, [position[w] for w in wrt if w in position], grads, traced):
            pass
    reached = reaches(on, [position[w] for w in wrt if w in position])
    return [
        grads.get(position[w]) if w in position and reached[position[w]] else None
        for w in wrt
    ]  # fmt: skip


# -- the sweeps as logs


def forward(built: Built) -> Sweep:
    """Return the log of the values."""
    return Sweep("forward", tuple(Event(i, still(v.value)) for i, v in enumerate(built.vars)), "forward")


def _tape(built: Built) -> Tape:
    return Tape(built.vars, [node.args for node in built.graph.nodes])


def backward(built: Built, wrt: Iterable[int], seeds: Mapping[int, Any]) -> Sweep:
    """Return the log of the gradients of Σ seed·output with respect to the nodes `wrt`.

    seeds   by node id, in the order in which they are shown; an id may be any node's
    """
    events = [Event(i, still(_like(g, built.vars[i]))) for i, g in seeds.items()]
    grads = {e.node: _numeric(e.value) for e in events}
    with np.errstate(all="ignore"):
        for i, position, sent, local in reverse(_tape(built), wrt, grads):
            shown = None if local is None else still(_spread(local, built.vars[i].shape))
            events.append(Event(i, still(sent), position, shown))
    return Sweep("backward", tuple(events), "backward")


def tangent(built: Built, direction: Mapping[int, Any], label: str = "tangent") -> Sweep:
    """Return the log of the tangents along a direction, given by node id; all other leaves stand still."""
    tangents: dict[int, Any] = {i: _numeric(still(_like(d, built.vars[i]))) for i, d in direction.items()}
    with np.errstate(all="ignore"):
        forward_mode(_tape(built), tangents)
    return Sweep(
        "tangent",
        tuple(Event(i, still(tangents[i] if i in tangents else _zeros(v))) for i, v in enumerate(built.vars)),
        label,
    )


# -- small parts


def still(value: Any) -> Any:
    """Bring a number, array or tuple into the form that events hold, without copying what nobody can change."""
    if type(value) is float:
        return value
    if type(value) is tuple:
        return tuple(map(still, value))
    array = np.asarray(value)
    if array.ndim == 0:
        return float(array) if array.dtype == np.float64 else _frozen(array.copy())
    return _frozen(array)


def _frozen(array: Any) -> Any:
    array.flags.writeable = False
    return array


def _numeric(value: Any) -> Any:
    """Give a float NumPy's arithmetic, where 1/0 is inf."""
    return np.float64(value) if type(value) is float else value


def _value(x: Any) -> Any:
    return x.value if type(x) is Var else x


def _any_var(values: Sequence[Any]) -> bool:
    return any(type(x) is Var for x in values)


def _operate(v: Var, operands: Sequence[Var], traced: bool) -> tuple[Any, list[Any]]:
    """Return y and the operands as the rules take them: Vars where the sweep is traced, else plain values."""
    if not traced:
        y = v.value
        return (
            tuple(map(_numeric, y)) if type(y) is tuple else _numeric(y),
            [tuple(map(_numeric, a.value)) if type(a.value) is tuple else _numeric(a.value) for a in operands],
        )
    frame = sys._getframe()

    def parts(x: Var) -> Any:
        return tuple(item(x, k, frame) for k in range(len(x.value))) if type(x.value) is tuple else x

    return parts(v), [parts(a) for a in operands]


def _belongs(made: Any, v: Var, mark: int) -> None:
    """Say of all Vars made for a rule that they belong to the Var that it is the rule of."""
    todo = list(made) if type(made) is tuple else [made]
    while todo:
        x = todo.pop()
        if type(x) is Var and x.seq > mark and x.of is None:
            x.of, x.site, x.lasti = v, v.site, v.lasti
            todo += x.args


def _run(v: Var, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """Run an op's own function, recorded where an operand is traced."""
    if any(type(a) is Var or (type(a) is tuple and _any_var(a)) for a in args):
        if v.op.name == "item":
            return args[0][params["position"]]
        return apply(v.op, tuple(args), dict(params) or None, sys._getframe())
    return v.op.forward(*args, **params)


def _plus(a: Any, b: Any) -> Any:
    if a is None:
        return b
    if type(b) is tuple:
        return tuple(map(_plus, a, b))
    return a + b


def _zeros_like(value: Any) -> Any:
    kind = np.asarray(value).dtype
    return np.zeros(np.shape(value), kind if kind.kind == "f" else float)


def _zeros(v: Var) -> Any:
    return tuple(map(_zeros_like, v.value)) if type(v.value) is tuple else _zeros_like(v.value)


def _spread(local: Any, shape: tuple[int, ...]) -> Any:
    return local if np.ndim(local) == 0 else np.broadcast_to(local, shape)


def _like(g: Any, v: Var) -> Any:
    """Give a seed or direction the precision of the value that it belongs to."""
    if type(v.value) is tuple:
        return g
    kind = v.dtype
    return np.array(g, kind if kind.kind == "f" else float)


def _shaped(g: Any, v: Var) -> Any:
    """Undo broadcasting: sum over the axes along which an operand was repeated; keep the operand's precision."""
    if type(g) is tuple:
        return g
    out = _shaped_to(g, v.shape)
    if type(v.value) is float:
        kind = type(out)
        return out if kind is np.float64 or kind is float or kind is Var else np.float64(out)
    if type(out) is not Var and type(v.value) is not tuple:
        kind = v.value.dtype
        if kind.kind == "f" and np.asarray(out).dtype != kind:
            out = np.asarray(out).astype(kind)
    return out


def _shaped_to(g: Any, shape: tuple[int, ...]) -> Any:
    given = np.shape(g)
    if given == shape:
        return g
    if len(given) < len(shape) or any(n == 1 != m for n, m in zip(given, shape, strict=False)):
        given = np.broadcast_shapes(given, shape)
        g = np.broadcast_to(g, given)
    over = axes(shape, given)
    if over:
        g = np.sum(g, axis=over)
    return g if np.shape(g) == shape else np.reshape(g, shape)
