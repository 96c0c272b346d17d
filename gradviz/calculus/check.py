"""Proof by numbers: every operation's derivatives, and the whole gradient, against differences that know no rule.

On analytic ops the complex step serves beside finite differences (Squire and Trapp 1998): Im f(x + ih) / h, which
loses no digits.

Where there are many inputs, or operations on numbers, several are moved at once, by other lengths each: a wrong
derivative among them shows as well as alone, and only where one does is each moved by itself.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from types import FrameType
from typing import Any, TypeAlias, TypeVar

import numpy as np

from ..errors import GradientMismatch, NoInputs, UnknownName, in_range
from .differences import differences, one_sided
from .keywords import spelt
from .leaf import leaf
from .limit import counting
from .modes import grad
from .op import ALIAS, CONSTANT, INPUT
from .running import running, untraced
from .site import forget, tracing
from .sweep import contribution, pull, push, tape
from .trace import Var, as_of
from .traced import bare
from .tree import Call, bind, is_input, is_whole, substitute, walk

#: A number among the inputs: the path of its array, and where it is in there.
_Place: TypeAlias = tuple[str, tuple[int, ...]]
#: An operation, and which of its operands it is checked by.
_Operand: TypeAlias = tuple[Var, int]
_T = TypeVar("_T")
#: Relative agreement that is asked of finite differences, of the complex step, and of forward mode.
FINITE, COMPLEX, FORWARD = 1e-6, 1e-12, 1e-10
#: Up to so many input numbers are moved one by one; where there are more, and of operations, so many at once.
ALONE, AT_ONCE = 64, 16


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has proved: how many derivatives agree, and which operations stand at a corner or are not finite.

    worst   the largest relative difference that was found; skipped: "name: reason" for each node left out
    counts  the inputs that were given as whole numbers and used as an index or a count
    """

    derivatives: int
    worst: float
    skipped: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()

    def __str__(self) -> str:
        left = f", {len(self.skipped)} left out ({'; '.join(self.skipped)})" if self.skipped else ""
        if self.counts:
            left += f"; there is none by {' and '.join(self.counts)}, used as an index or a count"
        if not self.derivatives:
            return f"nothing could be compared{left}"
        return f"{self.derivatives} derivatives agree, the worst to {self.worst:.1e}{left}"


@spelt("gv.check", kwargs="arguments of the function go behind it by place, or into kwargs={{{pairs}}}")
def check(
    f: Callable[..., Any], *args: Any, kwargs: Mapping[str, Any] | None = None, order: int = 1,
    tolerance: float = FINITE,
) -> Checked:  # fmt: skip
    """Check every derivative of f at the given arguments, operation by operation and then from end to end.

    Each operation is checked alone, in reverse and in forward mode, so that the one that is wrong is named; then the
    gradient of f, whose output may have any shape (of the sum of its output, weighted), is checked by every input,
    several at once where there are many.

    kwargs      arguments that are given by name
    order       2 checks the gradient of the gradient as well
    tolerance   relative agreement asked of finite differences (1e-6)

    Raises `GradientMismatch` with both numbers, the node's name and the user's line; `NoInputs` where there is
    nothing to differentiate by.

    >>> print(check(lambda x: x * x, 3.0).derivatives)
    7
    """
    if not in_range(order, 1, inf, whole=True):
        raise UnknownName(f"order={order!r} is not how often to differentiate; give a whole number from 1")
    if not in_range(tolerance, 0, inf):
        raise UnknownName(f"tolerance={tolerance!r} is not a relative difference; give a number, such as 1e-6")
    frame = sys._getframe(1)
    call = bind(f, args, kwargs or {}, "gv.check({f}, *values)")
    numbers = {path: np.array(v, float) for path, v in walk(call.arguments) if is_input(v) and not is_whole(v)}
    if not numbers:
        raise NoInputs("gv.check was given no number or array of floats to differentiate by")
    with np.errstate(all="ignore"), tracing(inspect.unwrap(f)):
        leaves, returned = _recorded(f, call, numbers, frame)
        counts = tuple(path for path, v in leaves.items() if v.params and "counts" in v.params)
        if counts:  # they stay the whole numbers that they are: range takes no others
            numbers = {path: v for path, v in numbers.items() if path not in counts}
            leaves, returned = _recorded(f, call, numbers, frame)
        outputs = [(path, v) for path, v in walk(returned) if isinstance(v, Var)]
        if not outputs:
            raise untraced(f, returned, call.arguments)
        done = [
            check_local([v for _, v in outputs], tolerance),
            _check_whole(f, call, numbers, leaves, outputs, tolerance),
        ]
        if order > 1:

            def slope(*inner: Any) -> Any:
                def weighted(*own: Any) -> Any:
                    inside = walk(_called(f, call, dict(zip(numbers, own, strict=True))))
                    return sum(np.sum(v * weights(np.shape(v), 1)) for _, v in inside if isinstance(v, Var))

                found = grad(weighted, tuple(range(len(inner))))(*inner)
                return sum(np.sum(g * weights(np.shape(g), 2)) for g in found)

            done.append(check(slope, *(v[()] for v in numbers.values()), order=order - 1, tolerance=tolerance * 10))
    forget()
    worst, skipped = max(c.worst for c in done), sum((c.skipped for c in done), ())
    return Checked(sum(c.derivatives for c in done), worst, skipped, counts)


def weights(shape: tuple[int, ...], seed: int) -> Any:
    """Return numbers between ½ and 1½ that look like nothing in particular, the same ones every time."""
    count = int(np.prod(shape, dtype=int))
    found = 1.0 + 0.5 * np.sin(12.9898 * (np.arange(count) + 1) + 78.233 * seed)
    return np.reshape(found, shape)[()]


def _recorded(
    f: Callable[..., Any], call: Call, numbers: Mapping[str, Any], frame: FrameType
) -> tuple[dict[str, Var], Any]:
    """Return a leaf for each of the numbers, and what the function made of them."""
    given = dict(walk(call.arguments))
    leaves = {
        path: leaf(given[path] if type(given[path]) is int else v[()] if v.ndim == 0 else v, path, INPUT, frame)
        for path, v in numbers.items()
    }
    seqs = {path: v.seq for path, v in leaves.items()}
    with counting():
        returned = _called(f, call, leaves)
    return {path: as_of(v, seqs[path]) for path, v in leaves.items()}, returned  # it may have written to them


def _called(f: Callable[..., Any], call: Call, by: Mapping[str, Any]) -> Any:
    """Call the function as it was to be called, with some of what is inside its arguments replaced."""
    args, kwargs = call.given(substitute(call.arguments, by))
    with running(f, args, kwargs):
        return f(*args, **kwargs)


def _prove(
    units: Iterable[Sequence[_T]], agrees: Callable[[Sequence[_T]], tuple[int, float]],
    told: Callable[[_T, _Corner | _Differs], str],
) -> Checked:  # fmt: skip
    """Check what belongs together at once, and where that does not agree one by one.

    `agrees` returns how many ways agree and the largest difference; `told` says what stands at a corner, or is wrong.
    """
    count, worst, skipped = 0, 0.0, []
    todo = list(units)[::-1]
    while todo:
        unit = todo.pop()
        try:
            ways, off = agrees(unit)
        except (_Corner, _Differs) as odd:
            if len(unit) > 1:
                todo += [[one] for one in reversed(unit)]
            elif isinstance(odd, _Corner):
                skipped.append(told(unit[0], odd))
            else:
                raise GradientMismatch(told(unit[0], odd)) from None
        else:
            count, worst = count + ways * len(unit), max(worst, off)
    return Checked(count, worst, tuple(skipped))


# -- one operation at a time


def check_local(outputs: Sequence[Var], tolerance: float = FINITE) -> Checked:
    """Check the derivatives of every operation that the outputs are computed from, each alone.

    Those of one kind that work on numbers are checked as one on arrays: there are many of them in a program without
    arrays.
    """
    on = tape(outputs)
    named = cache(lambda: _named(outputs))
    units: dict[Any, list[_Operand]] = {}
    for i, v in enumerate(on.vars):
        if v.op.kind == "leaf" or v.op is ALIAS:
            continue
        operands = v.operands
        for position in range(len(on.args[i])):
            if operands[position].op is not CONSTANT and _is_float(operands[position].value):
                alike = v.op.partials and v.params is None and all(type(a.value) is float for a in (v, *operands))
                units.setdefault((id(v.op), position) if alike else (i, position, "alone"), []).append((v, position))

    def told(one: _Operand, odd: _Corner | _Differs) -> str:
        v, position = one
        name, place = named()[v]
        if isinstance(odd, _Corner):
            return f"{name}: {odd}"
        return (
            f"{place}{name}: the op {v.op.name} gives {odd.ours:.12g} for its derivative by operand {position}, "
            f"{odd.method} gives {odd.theirs:.12g} (relative difference {odd.off:.1e})"
        )

    cut = [unit[k : k + AT_ONCE] for unit in units.values() for k in range(0, len(unit), AT_ONCE)]
    return _prove(cut, lambda unit: _compare(_together(unit), unit[0][1], tolerance), told)


def _together(unit: Sequence[_Operand]) -> Var:
    """Return one operation on arrays in the place of several on numbers."""
    first = unit[0][0]
    if len(unit) == 1:
        return first
    columns = zip(*((v.value, *(a.value for a in v.operands)) for v, _ in unit), strict=True)
    y, *values = (np.array(column) for column in columns)
    if not np.all(np.isfinite(y)):
        raise _Corner("not finite")  # one of them at least, which is found when each is checked by itself
    args = tuple(Var(value, CONSTANT, (), None, first.site, first.lasti) for value in values)
    return Var(y, first.op, args, None, first.site, first.lasti)


def _named(outputs: Sequence[Var]) -> dict[Var, tuple[str, str]]:
    """Return what each operation is called, and its place in the user's code."""
    from .build import build

    built = build(outputs, [])
    return {
        v: (node.name or node.label, f"{node.where}: " if node.where else "")
        for v, node in zip(built.vars, built.graph.nodes, strict=True)
    }


class _Corner(Exception):
    """A point at which a difference says nothing: a corner of the function, or a value that is not finite."""


class _Differs(Exception):
    def __init__(self, ours: float, theirs: float, off: float, method: str) -> None:
        super().__init__()
        self.ours, self.theirs, self.off, self.method = ours, theirs, off, method


def _is_float(value: Any) -> bool:
    return not isinstance(value, tuple) and np.asarray(value).dtype.kind == "f"


def _compare(v: Var, position: int, tolerance: float) -> tuple[int, float]:
    """Check an operation by one operand; return how many ways agree, and the largest relative difference."""
    operands = v.operands
    values = [np.asarray(a.value)[()] if type(a.value) is not tuple else a.value for a in operands]
    base = np.asarray(values[position])
    y = v.value if type(v.value) is tuple else np.asarray(v.value)[()]
    g = _upstream(y)
    if not _dot(g, g) and any(np.size(part) for part in (y if type(y) is tuple else (y,))):
        raise _Corner("not finite")
    step = weights(base.shape, 4) * np.where(np.abs(base) > 1e-8, np.abs(base), 1.0)
    params = v.params or {}

    def along(h: Any) -> Any:
        moved = list(values)
        moved[position] = (base + h * step)[()]
        return _dot(g, _finite(v.op.forward(*moved, **params), y))

    sent, _ = contribution(v, position, g, y, values)
    ours = float(_dot(np.broadcast_to(step, np.broadcast_shapes(np.shape(sent), np.shape(step))), sent))
    if not np.isfinite(ours) or not np.all(np.isfinite(base)):
        raise _Corner("not finite")
    size = abs(float(_dot(np.abs(step), np.abs(sent)))) if np.shape(sent) == np.shape(step) else abs(ours)
    dots = [step if k == position else None for k in range(len(values))]
    forward = _dot(g, _finite(_full(push(v, dots, y, values, operands), v), y))
    worst = _agree(ours, float(forward), size, FORWARD, "forward mode")
    worst = max(worst, _agree_along(ours, along, size, tolerance))
    if not v.op.analytic:
        return 2, worst
    h = 1e-30
    exact = float(np.imag(along(1j * h)) / h)
    if not np.isfinite(exact):
        return 2, worst
    # Rounding adds up over large arrays; up to a hundred elements it does not show.
    _agree(ours, exact, size, COMPLEX * max(base.size / 100, 1), "the complex step", 1e-40)
    return 3, worst


def _upstream(y: Any, seed: int = 3) -> Any:
    """Return what is sent back from a value: weights, and 0 where it is not finite and no difference tells of it."""
    if type(y) is tuple:
        return tuple(_upstream(part, seed + k) for k, part in enumerate(y))
    return _finite(weights(np.shape(y), seed), y)


def _finite(value: Any, y: Any) -> Any:
    """Leave out what is not finite at the point itself: it does not change, and its difference would be NaN."""
    if isinstance(value, tuple):
        return tuple(map(_finite, value, y))
    return np.where(np.isfinite(y), value, 0.0)


def _full(value: Any, v: Var) -> Any:
    return value if isinstance(value, tuple) else np.broadcast_to(value, v.shape)


def _agree(ours: float, theirs: float, size: float, tolerance: float, method: str, slack: float = 0.0) -> float:
    """Return the relative difference of two derivatives, of which `slack` is forgiven.

    `size` is what they would be if nothing in them cancelled.
    """
    if ours == theirs:
        return 0.0
    off = abs(ours - theirs) / (max(abs(ours), abs(theirs), 1e-3 * size) + slack / tolerance)
    if not off <= tolerance:
        raise _Differs(ours, theirs, off, method)
    return off


def _agree_along(ours: float, along: Callable[[float], Any], size: float, tolerance: float) -> float:
    """Hold a derivative against differences along a line; raise `_Corner` where the two sides of 0 differ."""
    theirs, error = differences(along)
    try:
        return _agree(ours, theirs, size, tolerance, "a finite difference", 10 * error)
    except _Differs:
        left, right = one_sided(along)
        if np.isfinite(theirs) and abs(left - right) <= 1e-3 * max(abs(left), abs(right), 1e-9):
            raise
        corner = np.isfinite(left + right)
    raise _Corner("a corner, where the two sides differ" if corner else "the edge of its domain")


def _dot(a: Any, b: Any) -> Any:
    if isinstance(b, tuple):
        return sum(_dot(x, y) for x, y in zip(a, b, strict=True))
    return np.sum(a * b)


# -- from end to end


def _check_whole(
    f: Callable[..., Any], call: Call, numbers: dict[str, Any], leaves: dict[str, Var],
    outputs: Sequence[tuple[str, Var]], tolerance: float,
) -> Checked:  # fmt: skip
    lone = len(outputs) == 1 and not outputs[0][1].shape  # then the numbers in a message are the gradient itself
    seeds = {path: 1.0 if lone else weights(v.shape, 1) for path, v in outputs}
    found = pull([v for _, v in outputs], list(seeds.values()), list(leaves.values()), False)

    def total(moved: dict[str, Any], traced: bool = False) -> Any:
        given: dict[str, Any] = {p: np.array(m)[()] for p, m in moved.items()}  # the function may write to them
        if traced:
            given = {p: leaf(m, p, INPUT, sys._getframe()) for p, m in given.items()}
        plain = dict(walk(_called(f, call, given)))
        return sum(np.sum(np.asarray(bare(plain[path])) * seed) for path, seed in seeds.items())

    recorded = sum(float(np.sum(np.asarray(v.value) * seeds[path])) for path, v in outputs)
    traced = False
    try:
        plain = float(total(numbers))
    except (AttributeError, TypeError):  # it asks for what only a traced value has
        traced, plain = True, float(total(numbers, True))
    if not np.isclose(recorded, plain, rtol=1e-9, atol=1e-300, equal_nan=True):
        raise GradientMismatch(
            f"the recorded output is {recorded:.12g}, and without recording it is {plain:.12g}; a function that is "
            "checked gives the same at every call: fix the seed of its random numbers, and keep nothing between calls"
        )
    gradients = {
        path: np.zeros(value.shape) if g is None else np.asarray(g)
        for (path, value), g in zip(numbers.items(), found, strict=True)
    }
    scales = {path: np.maximum(np.abs(value), 1e-2) for path, value in numbers.items()}

    def agrees(places: Sequence[_Place]) -> tuple[int, float]:
        """Check the derivative along a line that moves these numbers."""
        steps: dict[str, Any] = {path: np.zeros(numbers[path].shape) for path, _ in places}
        for (path, where), length in zip(places, weights((len(places),), 4), strict=True):
            steps[path][where] = scales[path][where] * (length if len(places) > 1 else 1.0)
        parts = np.array([gradients[path][where] * steps[path][where] for path, where in places])
        if not np.all(np.isfinite(parts)):
            raise _Corner("not finite")

        def along(h: float) -> Any:
            return total(numbers | {path: numbers[path] + h * step for path, step in steps.items()}, traced)

        others = max(np.max(np.abs(gradients[p]), initial=0.0) * np.max(s) for p, s in steps.items())
        size = max(float(np.sum(np.abs(parts))), 1e-3 * float(others) if np.isfinite(others) else 0.0)
        return 1, _agree_along(float(np.sum(parts)), along, size, tolerance)

    def told(place: _Place, odd: _Corner | _Differs) -> str:
        path, where = place
        name = path + (f"[{', '.join(map(str, where))}]" if where else "")
        if isinstance(odd, _Corner):
            return f"{name}: {odd}"
        by = float(scales[path][where])
        return (
            f"the gradient by {name} is {odd.ours / by:.12g}, {odd.method} gives {odd.theirs / by:.12g}, though every "
            "operation is right by itself; does the function change with what it is given, or use a value that is not "
            "traced (v.value)?"
        )

    return _prove(_places(numbers), agrees, told)


def _places(numbers: Mapping[str, Any]) -> list[list[_Place]]:
    """Return which numbers are moved together."""
    every = [(path, where) for path, value in numbers.items() for where in np.ndindex(value.shape)]
    at_once = 1 if len(every) <= ALONE else AT_ONCE
    return [every[i : i + at_once] for i in range(0, len(every), at_once)]
