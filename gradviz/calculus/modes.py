"""Derivatives as functions: grad, value_and_grad, vjp, jvp, jacobian and hessian, nested to any order.

Each runs the function on fresh leaves and sweeps over what was recorded. Where the function also uses values that
are traced outside (a gradient within a gradient, a film of `grad(f)`), the sweep itself is recorded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from types import FrameType
from typing import Any

import numpy as np

from ..errors import NoInputs, SeedNeeded, UnknownName, UnsupportedValue, WrongArguments
from .leaf import leaf
from .limit import counting
from .op import ALIAS, CONSTANT, DATA, INPUT, PARAMETER
from .running import running, untraced
from .site import forget, here
from .sweep import Tape, forward_mode, pull, tape
from .trace import Var, as_of
from .tree import inside, mapped, substitute, title_of, walk
from .value import as_pythons, reals

Argnum = int | Sequence[int]


@dataclass(frozen=True, eq=False)
class _Ran:
    """A function that ran on fresh leaves: the leaves by path, what it returned, and the Vars in that by path.

    traced   whether anything that is traced elsewhere takes part, so that the derivative has to be traced too
    """

    leaves: Mapping[str, Var]
    returned: Any
    outputs: Mapping[str, Var]
    traced: bool


def _run(f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], argnums: Sequence[int]) -> _Ran:
    frame = sys._getframe(2)
    leaves: dict[str, Var] = {}
    whole = list(args)
    for n in argnums:
        for path, value in walk(args[n], f"{n}"):
            leaves[path] = _fresh(value, frame)
        whole[n] = substitute(args[n], leaves, f"{n}")
    seqs = {path: v.seq for path, v in leaves.items()}
    # A derivative is called as the function itself is, so it raises what that does: a LinAlgError, a ValueError.
    with np.errstate(all="ignore"), counting(), running(f, args, kwargs, (TypeError, AttributeError)):
        returned = f(*whole, **kwargs)
    leaves = {path: as_of(v, seqs[path]) for path, v in leaves.items()}
    outputs = {path: v for path, v in walk(returned) if isinstance(v, Var)}
    traced = _outside(tape(outputs.values()), leaves.values())
    for v in leaves.values():
        if v.op is INPUT:
            v.op = CONSTANT  # from now on: to a derivative around this one it is a plain number
    return _Ran(leaves, returned, outputs, traced)


def _fresh(value: Any, frame: FrameType) -> Var:
    """Return a leaf to differentiate by: a copy, linked to the value where that is traced itself."""
    if isinstance(value, Var):
        return Var(value.value, ALIAS, (value,), None, here(frame), frame.f_lasti)
    if isinstance(value, str | bytes | bool | type(None)) or callable(value):
        raise UnsupportedValue(f"{value!r} cannot be differentiated by; argnum must name numbers or arrays of floats")
    value = as_pythons(value)
    array = np.asarray(value)
    if array.dtype.kind in "iub" and not isinstance(value, int):
        raise UnsupportedValue(
            f"an array of integers ({array.dtype}) cannot be differentiated by; give it as floats: a.astype(float)"
        )
    return leaf(value, None, INPUT, frame)


def _outside(on: Tape, own: Iterable[Var]) -> bool:
    """Tell whether anything traced elsewhere takes part."""
    mine = set(own)
    return any((v.op is ALIAS and v in mine) or (v.op in (PARAMETER, DATA, INPUT) and v not in mine) for v in on.vars)


def _plain(value: Any, traced: bool) -> Any:
    """Return a result as the user gets it: still traced, or a float or array of their own."""
    if isinstance(value, Var):
        if traced:
            return value
        value = value.value
    array = np.asarray(value)
    return float(array) if array.ndim == 0 and array.dtype == np.float64 else array.copy() if array.ndim else array[()]


def _gradients(ran: _Ran, seeds: Sequence[Any], traced: bool) -> dict[str, Any]:
    outputs = list(ran.outputs.values())
    found = pull(outputs, seeds, list(ran.leaves.values()), traced) if outputs else [None] * len(ran.leaves)
    return {
        path: _plain(np.zeros(v.shape, v.dtype) if g is None else g, traced)
        for (path, v), g in zip(ran.leaves.items(), found, strict=True)
    }


def _scalar(ran: _Ran, f: Callable[..., Any], form: str) -> Any:
    y = ran.returned
    if isinstance(y, list | tuple | dict | bool | np.bool_):
        raise NoInputs(f"{title_of(f)} returned a {type(y).__name__}; {form} needs one number computed from its inputs")
    if not isinstance(y, Var | int | float | np.generic | np.ndarray):
        raise untraced(f, y)
    if np.shape(y) != ():
        raise SeedNeeded(
            f"{title_of(f)} returned an array of shape {np.shape(y)}; {form} needs a number, such as its sum or mean, "
            "or use gv.vjp with a seed, or gv.jacobian"
        )
    return y


def _callable(f: Any) -> None:
    if not callable(f):
        raise WrongArguments(f"{f!r} is no function, and only a function can be differentiated; give a callable first")


def _argnums(argnum: Argnum, args: Sequence[Any]) -> tuple[int, ...]:
    """Return positions from 0."""
    given = tuple(argnum) if isinstance(argnum, list | tuple) else (argnum,)
    for n in given:
        if not isinstance(n, int) or isinstance(n, bool) or not -len(args) <= n < len(args):
            raise UnknownName(f"argnum={n!r} is not the position of one of the {len(args)} positional arguments")
    return tuple(n % len(args) for n in given)


def value_and_grad(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., tuple[Any, Any]]:
    """Return a function that gives f's value and its gradient, as `grad` does, from one run of f.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    _callable(f)

    @wraps(f)
    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        positions = _argnums(argnum, args)
        ran = _run(f, args, kwargs, positions)
        y = _scalar(ran, f, "gv.grad")
        found = _gradients(ran, [1.0] * len(ran.outputs), ran.traced)
        parts = tuple(substitute(args[n], found, f"{n}") for n in positions)
        forget()
        return _plain(y, ran.traced), parts[0] if isinstance(argnum, int) else parts

    return both


def grad(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """Return a function that gives the gradient of f, which returns one number.

    argnum   the position of the argument to differentiate by (0), or several; an argument may be a number, an array
             of floats, or lists, tuples and dicts of them, and the gradient has its structure

    The result raises `SeedNeeded` where f does not return a number, `UnsupportedValue` for integer arrays, and
    `UnknownName` where there is no such argument. By reverse mode (Baydin et al. 2018, section 3.2).

    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = value_and_grad(f, argnum)

    @wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Return f(*primals), and the function from a cotangent of its shape to one gradient for each primal.

    Raises `SeedNeeded` for a cotangent of another shape or structure.

    >>> y, back = vjp(lambda a, b: a * b, 2.0, 5.0)
    >>> y, back(1.0)
    (10.0, (5.0, 2.0))
    """
    _callable(f)
    ran = _run(f, primals, {}, range(len(primals)))
    outputs, returned = ran.outputs, dict(walk(ran.returned))

    def back(cotangent: Any) -> tuple[Any, ...]:
        given = dict(walk(cotangent, whole=outputs))
        strange = [path for path in given if path not in returned]
        if strange:
            raise SeedNeeded(
                f"the cotangent has {strange[0] or 'one value'!r}, which was not returned; give it the structure of "
                f"what was: {', '.join(returned)}"
            )
        seeds = []
        for path, v in outputs.items():
            g = given.get(path, np.zeros(v.shape))
            g = g if isinstance(g, Var) else reals(g, "the cotangent")
            if np.shape(g) != v.shape:
                raise SeedNeeded(f"the cotangent has the shape {np.shape(g)}; it needs the output's, {v.shape}")
            seeds.append(g)
        traced = ran.traced or any(isinstance(g, Var) for g in seeds)
        found = _gradients(ran, seeds, traced)
        return tuple(substitute(p, found, f"{n}") for n, p in enumerate(primals))

    forget()
    return mapped(ran.returned, lambda _, v: _plain(v, ran.traced)), back


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Return f(*primals), and how fast it changes as the primals move along the tangents.

    The tangents have the structure and shapes of the primals. By forward mode over the recorded operations
    (Baydin et al. 2018, section 3.1). Raises `SeedNeeded` for a tangent of another shape.

    >>> jvp(lambda a, b: a * b, (2.0, 5.0), (1.0, 0.0))
    (10.0, 5.0)
    """
    _callable(f)
    if not (isinstance(primals, list | tuple) and isinstance(tangents, list | tuple)):
        raise WrongArguments("gv.jvp takes primals and tangents as tuples: gv.jvp(f, (x,), (dx,))")
    if len(primals) != len(tangents):
        raise SeedNeeded(f"{len(primals)} primals and {len(tangents)} tangents; give one tangent for each primal")
    ran = _run(f, primals, {}, range(len(primals)))
    dots = {
        path: d if isinstance(d, Var) else reals(d, f"the tangent of primal {path}")
        for n, t in enumerate(tangents)
        for path, d in walk(t, f"{n}", ran.leaves)
    }
    outputs = ran.outputs
    traced = ran.traced or any(isinstance(d, Var) for d in dots.values())
    on = tape(outputs.values())
    position = {v: i for i, v in enumerate(on.vars)}
    moving: dict[int, Any] = {}
    for path, v in ran.leaves.items():
        if path not in dots or np.shape(dots[path]) != v.shape:
            given = np.shape(dots[path]) if path in dots else "none"
            raise SeedNeeded(f"primal {path} has the shape {v.shape} and its tangent {given}; they must be the same")
        if v in position:
            moving[position[v]] = dots[path]
    with np.errstate(all="ignore"):
        forward_mode(on, moving, traced)
    forget()

    def dot(v: Any) -> Any:
        found = moving.get(position[v]) if isinstance(v, Var) else None
        return _plain(np.zeros(np.shape(v)) if found is None else found, traced)

    return mapped(ran.returned, lambda _, v: _plain(v, traced)), mapped(ran.returned, lambda _, v: dot(v))


def jacobian(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """Return a function that gives all derivatives of f's output, of any shape, by one argument, a number or array.

    The result has the output's shape followed by the argument's: one row per output, by reverse mode.

    >>> jacobian(lambda x: x**2)(np.array([1.0, 3.0])).tolist()
    [[2.0, 0.0], [0.0, 6.0]]
    """
    _callable(f)

    @wraps(f)
    def matrix(*args: Any, **kwargs: Any) -> Any:
        (position,) = _argnums((argnum,), args)
        x = args[position]
        if inside(x) is not None:
            raise UnsupportedValue("gv.jacobian differentiates by one array; join the parts with np.concatenate")
        ran = _run(f, args, kwargs, (position,))
        y, shape = ran.returned, np.shape(x)
        if not isinstance(y, Var | int | float | np.generic | np.ndarray):
            raise NoInputs(f"gv.jacobian needs a function that returns a number or an array, not a {type(y).__name__}")
        if not isinstance(y, Var):
            return np.zeros((*np.shape(y), *shape))
        rows: list[Any] = []
        for i in range(y.size):
            seed = np.zeros(y.size)
            seed[i] = 1.0
            rows += _gradients(ran, [np.reshape(seed, y.shape)[()]], ran.traced).values()
        forget()
        if not y.shape:
            return rows[0]
        if not rows:
            return np.zeros((*y.shape, *shape))
        return np.reshape(np.stack(rows), (*y.shape, *shape))

    return matrix


def hessian(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """Return a function that gives all second derivatives of f, which returns one number, by one argument.

    The result has the argument's shape twice: the Jacobian of the gradient.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0])).tolist()
    [[6.0, 2.0], [2.0, 0.0]]
    """
    return jacobian(grad(f, argnum), argnum)
