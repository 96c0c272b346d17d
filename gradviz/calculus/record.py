"""From what a user hands over (a function and its arguments, or traced values) to a Run."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import Detached, NoInputs, SeedNeeded, UnknownName, UnsupportedValue, WrongArguments
from ..record import Run
from . import sweep as sweeps_of
from .build import Built, build
from .leaf import leaf, role_of
from .limit import counting
from .notation import identifier
from .op import CONSTANT, DATA, INPUT, PARAMETER
from .running import running, untraced
from .site import is_tracing, tracing
from .trace import Var, as_of
from .tree import Call, bind, is_input, is_whole, mapped, substitute, title_of, walk
from .value import as_pythons, reals

#: The sweeps that a record may hold, in any order and number.
SWEEPS = ("forward", "backward", "tangent")


@dataclass(frozen=True, eq=False)
class Recorded:
    """A Run, and where each input is in it.

    inputs   by name, node ids in the input's own structure: {"x": 0, "params": {"w": 1, "b": [2, 3]}}; None for what
             is no number
    built    the graph with the Vars it was made from; None where the target was a Run
    outputs  node ids in the structure of what the function returned; None for what is not traced
    wrt      the ids of the inputs that were differentiated by
    """

    run: Run
    inputs: Mapping[str, Any]
    built: Built | None = None
    outputs: Any = None
    wrt: frozenset[int] = frozenset()


def record(
    target: Any,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    wrt: Any = None,
    seed: Any = None,
    sweeps: str | Sequence[str] = ("forward", "backward"),
    direction: Any = None,
) -> Recorded:
    """Record a computation and its sweeps.

    target     a callable, which is traced with `args` and `kwargs`; a Var, or a list, tuple or dict of Vars; a Run,
               which is handed on as it is
    wrt        the inputs to differentiate by: a name, position, path ("params.w1") or Var, or several of these; all
               inputs that hold floats by default, be they arguments or a `gv.var` that the function uses. All others
               are data then
    seed       the gradient to start from, in the structure and shape of the output; 1 for each number by default
    sweeps     which, in order: "forward", "backward", "tangent"; or the name of one
    direction  for "tangent": {name or path: tangent}, or tangents in the structure of the args; where there is one
               float input, 1 by default

    Raises `NoInputs`, `SeedNeeded`, `UnknownName`, `UnsupportedValue`, `Detached`, `WrongArguments`; `TooLarge`
    where it records more than a million operations, or as many as GRADVIZ_MOST_OPERATIONS says.

    >>> run = record(lambda x: x * x, (3.0,)).run
    >>> [event.value for event in run.sweeps[1].events]
    [1.0, 3.0, 3.0]
    """
    sweeps = sweeps if isinstance(sweeps, list | tuple) else (sweeps,)
    unknown = [s for s in sweeps if s not in SWEEPS]
    if unknown:
        raise UnknownName(f"{unknown[0]!r} is not a sweep; choose from {', '.join(SWEEPS)}")
    if isinstance(target, Run):
        no_args(args, kwargs, "a Run", wrt=wrt, seed=seed, direction=direction)
        return Recorded(target, inputs_of(target), wrt=parameters_of(target))
    if callable(target) and not isinstance(target, Var):
        traced = _trace(target, args, kwargs or {}, wrt)
    else:
        traced = _given(target, wrt)
        no_args(args, kwargs, "a traced value")
    if wrt is None and any(kind != "forward" for kind in sweeps):
        _some_floats(traced.inputs)
    built = build([v for _, v in traced.outputs], [(i.path, i.var) for i in traced.inputs])
    ids = {v: i for i, v in enumerate(built.vars)}
    if wrt is not None:
        built = _cast(built, {ids[i.var]: "parameter" if i.chosen else "data" for i in traced.inputs})
    chosen = [ids[i.var] for i in traced.inputs if i.chosen]
    names = {i.var: i.path or built.graph.nodes[ids[i.var]].name for i in traced.inputs}
    done = []
    for kind in sweeps:
        if kind == "forward":
            done.append(sweeps_of.forward(built))
        elif kind == "backward":
            done.append(sweeps_of.backward(built, chosen, _seeds(seed, traced, built)))
        else:
            along, label = _direction(direction, {names[i.var]: i for i in traced.inputs})
            done.append(sweeps_of.tangent(built, {ids[v]: d for v, d in along}, label))
    run = Run(built.graph, tuple(done), {}, built.sources)
    at = {i.path: ids[i.var] for i in traced.inputs}
    inputs = mapped(traced.arguments, lambda path, _: at.get(path))
    inputs |= {names[i.var]: ids[i.var] for i in traced.inputs if not i.path}
    places = iter(built.graph.outputs)
    return Recorded(
        run,
        inputs,
        built,
        mapped(traced.returned, lambda _, v: next(places) if isinstance(v, Var) else None),
        frozenset(chosen),
    )


def inputs_of(run: Run) -> dict[str, Any]:
    """Return the inputs of a Run by name, for one that says nothing of their structure."""
    return {n.name: n.id for n in run.graph.nodes if n.op in ("parameter", "data")}


def parameters_of(run: Run) -> frozenset[int]:
    """Return what a Run was differentiated by, for one that does not say."""
    return frozenset(n.id for n in run.graph.nodes if n.op == "parameter")


@dataclass(frozen=True, eq=False)
class Input:
    """A leaf: its path in the arguments ("params.w[0]", "" where it is of none), its Var, whether it gets gradients."""

    path: str
    var: Var
    chosen: bool


@dataclass(frozen=True, eq=False)
class Traced:
    """A computation that ran: its inputs, its outputs by path, what it returned, and the arguments by name."""

    inputs: tuple[Input, ...]
    outputs: tuple[tuple[str, Var], ...]
    returned: Any
    arguments: dict[str, Any]


def no_args(args: Sequence[Any], kwargs: Mapping[str, Any] | None, what: str, **of_recording: Any) -> None:
    if args or kwargs:
        raise WrongArguments(f"{what} was given with arguments; arguments belong to a function, so leave them out")
    for name, value in of_recording.items():
        if value is not None:
            raise WrongArguments(f"{what} is recorded already, and {name}= is for what is yet to be; leave it out")


# -- tracing a function


def _trace(f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], wrt: Any) -> Traced:
    frame = sys._getframe(2)
    call = bind(f, args, kwargs)
    leaves = _leaves(call, f)
    marked, others = _wanted(wrt)
    chosen = _chosen(others if wrt is not None else None, leaves, list(call.arguments))
    as_arguments = {path: v for path, v in walk(call.arguments) if isinstance(v, Var) and v in marked}
    chosen |= as_arguments.keys()
    marked.difference_update(as_arguments.values())
    made: dict[str, Var] = {}
    with tracing(inspect.unwrap(f)), np.errstate(all="ignore"):
        for path, value in leaves.items():
            role = role_of(path) if wrt is None else PARAMETER if path in chosen else DATA
            made[path] = leaf(value, path, DATA if is_whole(value) else role, frame)
        seqs = {path: v.seq for path, v in made.items()}
        positional, named = call.given(substitute(call.arguments, made))
        with counting(), running(f, args, kwargs):
            returned = f(*positional, **named)
    made = {path: as_of(v, seqs[path]) for path, v in made.items()}  # what was written to it has moved it on
    outputs = tuple((path, v) for path, v in walk(returned) if isinstance(v, Var))
    if not made and all(v.op is CONSTANT for _, v in outputs) and (args or kwargs or outputs):
        raise _nothing(f, args, kwargs)
    if not outputs:
        raise untraced(f, returned, call.arguments)
    own = set(made.values())
    closed = [
        v for v in _leaves_of(outputs) if v not in own
    ]  # gv.var values that the function did not get as arguments
    inputs = [
        *(Input(path, v, path in chosen) for path, v in made.items()),
        *(Input("", v, v in marked if wrt is not None else v.dtype.kind == "f") for v in closed),
    ]
    _none_lost(marked, closed)
    return Traced(tuple(inputs), outputs, returned, call.arguments)


def _leaves(call: Call, f: Any) -> dict[str, Any]:
    """Return the numbers and arrays among the arguments by path; a traced value counts as its number."""
    found: dict[str, Any] = {}
    for path, value in walk(call.arguments):
        if isinstance(value, Var):
            if is_tracing():
                raise Detached(
                    f"{title_of(f)} was given the traced value {path!r} inside another function that is being traced, "
                    f"and its gradient would be lost; give {path}.value, or differentiate with gv.grad"
                )
            found[path] = value.value
        elif is_input(value):
            found[path] = as_pythons(value)
    return found


def _leaves_of(outputs: Iterable[tuple[str, Var]]) -> list[Var]:
    return [v for v in sweeps_of.tape(v for _, v in outputs).vars if v.op in (INPUT, PARAMETER, DATA)]


def _wanted(wrt: Any) -> tuple[set[Var], list[Any]]:
    """Return the Vars that `wrt` names, and the rest of it."""
    wanted = [] if wrt is None else list(wrt) if isinstance(wrt, list | tuple | set | frozenset) else [wrt]
    return {w for w in wanted if isinstance(w, Var)}, [w for w in wanted if not isinstance(w, Var)]


def _none_lost(marked: Collection[Var], leaves: Collection[Var]) -> None:
    for v in marked:
        if v not in set(leaves):
            raise UnknownName(f"wrt names {v!r}, which the output was not computed from")
        if v.dtype.kind in "iu":
            raise UnsupportedValue(f"wrt names an array of integers ({v.dtype}); only floats have gradients")


def _some_floats(inputs: Sequence[Input]) -> None:
    """Raise `UnsupportedValue` where all inputs hold integers: a film of them would show no gradient at all."""
    if not inputs or any(i.chosen for i in inputs):
        return
    names = [i.path or i.var.name or "the input" for i in inputs]
    way = f"give {names[0]}.astype(float)" if inputs[0].path or inputs[0].var.name else "give it as floats"
    kinds = ", ".join(dict.fromkeys(str(i.var.dtype) for i in inputs))
    raise UnsupportedValue(
        f"{' and '.join(names)} {'holds' if len(names) == 1 else 'hold'} integers ({kinds}), and there is no other "
        f'input; only floats have gradients, so {way}, or sweeps=("forward",) for the values alone'
    )


def _chosen(wanted: Sequence[Any] | None, leaves: Mapping[str, Any], parameters: Sequence[str]) -> set[str]:
    """Return the paths of the inputs to differentiate by: all that hold floats, for None."""
    if wanted is None:
        return {path for path, v in leaves.items() if not is_whole(v)}
    found: set[str] = set()
    for one in wanted:
        if isinstance(one, int) and not isinstance(one, bool):
            if not -len(parameters) <= one < len(parameters):
                raise UnknownName(
                    f"wrt={one} is not a position; there are {len(parameters)} arguments: {_list(parameters)}"
                )
            name = parameters[one]
        elif isinstance(one, str):
            name = one
        else:
            raise UnknownName(f"wrt={one!r} is no argument's name, position or path; the inputs are {_list(leaves)}")
        under = [p for p in leaves if p == name or p.startswith((f"{name}.", f"{name}["))]
        if not under:
            raise UnknownName(f"wrt={name!r} is not an input; the inputs are {_list(leaves)}")
        for path in under:
            if is_whole(leaves[path]):
                kind = np.asarray(leaves[path]).dtype
                raise UnsupportedValue(
                    f"wrt names {path!r}, which holds integers ({kind}); only floats have gradients, so give "
                    f"{path}.astype(float)"
                )
        found.update(under)
    return found


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _nothing(f: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> NoInputs:
    given = ", ".join([*(type(a).__name__ for a in args), *(f"{k}={type(v).__name__}" for k, v in kwargs.items())])
    return NoInputs(
        f"{title_of(f)} was given no number or array to trace ({given or 'no arguments'}); pass the inputs as "
        "arguments: gv.film(f, 2.0), or make them with gv.var(2.0)"
    )


# -- a traced value as the target


def _given(target: Any, wrt: Any) -> Traced:
    outputs = tuple((path, v) for path, v in walk(target) if isinstance(v, Var))
    strangers = [v for _, v in walk(target) if not isinstance(v, Var)]
    if strangers or not outputs:
        what = repr(strangers[0])[:60] if strangers else "nothing"
        if isinstance(target, str):
            raise NoInputs(
                f"{what} is a text, and what is recorded is a function: gv.film(lambda x, y: x * y, 2.0, 3.0); texts "
                "are for the command line: gradviz render 'x*y' x=2 y=3 -o product.gif"
            )
        raise NoInputs(
            f"{what} was given where a traced value is wanted; make inputs with gv.var(2.0) and compute with them, or "
            "pass a function and its arguments"
        )
    leaves = _leaves_of(outputs)
    if not leaves:
        raise NoInputs("the traced value was computed from no input; make inputs with gv.var(2.0)")
    marked, names = _wanted(wrt)
    if names:
        built = build([v for _, v in outputs], [("", v) for v in leaves])
        by_name = {built.graph.nodes[i].name: v for i, v in enumerate(built.vars) if v in set(leaves)}
        marked |= {by_name[p] for p in _chosen(names, {n: v.value for n, v in by_name.items()}, list(by_name))}
    _none_lost(marked, leaves)
    inputs = tuple(Input("", v, v in marked if wrt is not None else v.dtype.kind == "f") for v in leaves)
    return Traced(inputs, outputs, target, {})


def _cast(built: Built, roles: Mapping[int, str]) -> Built:
    """Return the graph with its inputs in other roles."""
    nodes = tuple(replace(n, op=roles.get(n.id, n.op)) for n in built.graph.nodes)
    return replace(built, graph=replace(built.graph, nodes=nodes))


# -- seeds and directions


def _seeds(seed: Any, traced: Traced, built: Built) -> dict[int, Any]:
    """Return the seeds by node id; an output that is named twice gets their sum."""
    found: dict[int, Any] = {}
    several = len(traced.outputs) > 1 or not isinstance(traced.returned, Var)
    nested = several and isinstance(seed, list | tuple | Mapping)
    given = dict(walk(seed, whole=dict(traced.outputs))) if nested else None
    strange = [path for path in given or () if path not in dict(walk(traced.returned))]
    if strange:
        raise SeedNeeded(f"seed has {strange[0]!r}, which was not returned; give it the structure of what was returned")
    for (path, v), i in zip(traced.outputs, built.graph.outputs, strict=True):
        name = path or built.graph.nodes[i].name or "the output"
        if type(v.value) is tuple:
            raise UnsupportedValue(f"{name} has several results; return the ones that matter")
        if seed is None:
            if v.shape:
                shape = v.shape[0] if len(v.shape) == 1 else v.shape
                raise SeedNeeded(
                    f"{name} has the shape {v.shape}, and a backward sweep starts from one number; pass "
                    f"seed=np.ones({shape}) for the gradient of its sum, another array of that shape, or return a "
                    "number, such as its sum or mean"
                )
            one: Any = 1.0
        elif given is not None:
            if path not in given:
                raise SeedNeeded(f"seed has nothing for the output {name}; give it the structure of what was returned")
            one = given[path]
        else:
            one = seed
        start = reals(one, f"the seed for {name}")
        if np.shape(start) != v.shape:
            raise SeedNeeded(f"the seed for {name} has the shape {np.shape(start)}; it needs the output's, {v.shape}")
        found[i] = found[i] + start if i in found else start
    return found


def _direction(direction: Any, inputs: Mapping[str, Input]) -> tuple[list[tuple[Var, Any]], str]:
    """Return the tangents of the inputs that move, and a label that names them."""
    floats = {path: i for path, i in inputs.items() if np.asarray(i.var.value).dtype.kind == "f"}
    if direction is None:
        chosen = {p: i for p, i in floats.items() if i.chosen}
        parameters = {p: i for p, i in chosen.items() if i.var.op is PARAMETER} or chosen
        if len(parameters) != 1 or next(iter(parameters.values())).var.shape:
            raise SeedNeeded(
                "a tangent sweep needs a direction, as there are several inputs to move along; pass direction="
                f"{{{next(iter(floats), 'x')!r}: 1.0}}, with a tangent for each input that moves: {_list(floats)}"
            )
        name = next(iter(parameters))
        return [(parameters[name].var, 1.0)], f"along {identifier(name)}"
    if isinstance(direction, Mapping):
        pairs = dict(walk(direction, whole=floats))
    elif isinstance(direction, list | tuple):
        tops = list(dict.fromkeys(p.split(".")[0].split("[")[0] for p in inputs))
        if len(direction) != len(tops):
            raise SeedNeeded(f"direction has {len(direction)} parts; give one for each of {_list(tops)}, or a dict")
        pairs = dict(walk(dict(zip(tops, direction, strict=True)), whole=floats))
    elif len(floats) == 1:
        pairs = {next(iter(floats)): direction}
    else:
        raise UnknownName(f"direction={direction!r} does not say which input moves; give {{name: tangent}}")
    found = []
    for path, value in pairs.items():
        if path not in floats:
            raise UnknownName(f"direction names {path!r}, which is not a float input; those are {_list(floats)}")
        v = floats[path].var
        along = reals(value, f"the direction for {path}")
        if np.shape(along) != v.shape:
            raise SeedNeeded(
                f"the direction for {path} has the shape {np.shape(along)}; it needs the input's, {v.shape}"
            )
        found.append((v, along))
    moving = [p for p, value in pairs.items() if np.any(value)]
    return found, f"along {_list(map(identifier, moving))}"
