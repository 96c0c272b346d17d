"""Nested arguments: the names of a call's parameters, and the paths of the numbers and arrays inside them.

Mappings, lists, tuples, named tuples and dataclasses are opened; anything else is a leaf, and is handed on as it is.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from inspect import Parameter, Signature
from typing import Any

import numpy as np

from ..errors import WrongArguments
from .traced import Traced

# -- containers


def inside(tree: Any, path: str = "") -> list[tuple[str, Any]] | None:
    """Return what a container holds, each with its path ("params.w1", "layers[0].b"); None for a leaf."""
    if isinstance(tree, Mapping):
        return [(_step(path, key), value) for key, value in tree.items()]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return [(_step(path, name), value) for name, value in zip(tree._fields, tree, strict=True)]
    if isinstance(tree, list | tuple):
        return [(f"{path}[{i}]", value) for i, value in enumerate(tree)]
    if is_dataclass(tree) and not isinstance(tree, type):
        return [(_step(path, f.name), getattr(tree, f.name)) for f in fields(tree) if hasattr(tree, f.name)]
    return None


def _step(path: str, key: Any) -> str:
    if isinstance(key, str) and (not path or key.isidentifier()):
        return f"{path}.{key}" if path else key
    return f"{path}[{key!r}]"


def walk(tree: Any, path: str = "", whole: Container[str] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of nested containers with their paths.

    whole   paths at which nothing is opened: a list may be given there in the place of an array
    """
    held = None if path in whole else inside(tree, path)
    if held is None:
        yield path, tree
    else:
        for step, value in held:
            yield from walk(value, step, whole)


def mapped(tree: Any, of: Callable[[str, Any], Any], path: str = "") -> Any:
    """Return the tree with of(path, leaf) for each leaf, in containers of the same kind.

    A container of which nothing changes is handed on itself: what a function appends to a list, its caller sees.
    """
    held = inside(tree, path)
    if held is None:
        return of(path, tree)
    new = [mapped(value, of, step) for step, value in held]
    if all(n is value for n, (_, value) in zip(new, held, strict=True)):
        return tree
    if isinstance(tree, tuple) and hasattr(tree, "_make"):
        return tree._make(new)
    if isinstance(tree, list | tuple):
        return type(tree)(new)
    if isinstance(tree, dict):
        out = copy.copy(tree)  # a defaultdict keeps its default
        out.update(zip(tree, new, strict=True))
        return out
    if isinstance(tree, Mapping):
        return dict(zip(tree, new, strict=True))
    made = copy.copy(tree)
    names = [f.name for f in fields(tree) if hasattr(tree, f.name)]
    for name, value in zip(names, new, strict=True):
        object.__setattr__(made, name, value)  # a dataclass may be frozen, and may check what it is made from
    return made


def substitute(tree: Any, by: Mapping[str, Any], path: str = "") -> Any:
    """Return the tree with the leaves whose path is in `by` replaced."""
    return mapped(tree, by.get, path)


def is_input(value: Any) -> bool:
    """Tell whether an argument is traced: numbers and numeric arrays are; flags, text, functions are handed on."""
    if isinstance(value, bool | np.bool_ | str | bytes | type(None) | Traced):
        return False
    if isinstance(value, np.ndarray):
        return bool(value.dtype.kind != "b")
    return isinstance(value, int | float | complex | np.number)


def is_whole(value: Any) -> bool:
    """Tell whether a value is an array of integers, which is data; one of NumPy's scalars is a number as in Python."""
    return bool(isinstance(value, np.ndarray) and value.dtype.kind in "iu")


# -- calls


def title_of(target: Any) -> str:
    """Return what to call a function in a message."""
    return str(getattr(target, "__qualname__", None) or type(target).__qualname__)


@dataclass(frozen=True, eq=False)
class Call:
    """The arguments of a call by name, and how they were given.

    arguments   by parameter name, in the order of the parameters; what goes to *args is a tuple under its name
    positional  the names of those that were given by position; `rest`, that of *args, where there is one
    keywords    keyword → name; they differ only where a function's **kwargs repeat a name
    """

    arguments: dict[str, Any]
    positional: tuple[str, ...]
    rest: str
    keywords: Mapping[str, str]

    def given(self, arguments: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return such arguments as the call's were given: by position and by keyword."""
        further = arguments[self.rest] if self.rest else ()
        return [*(arguments[n] for n in self.positional), *further], {k: arguments[n] for k, n in self.keywords.items()}


def bind(
    f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], apart: str = "gv.film({f}, *values)"
) -> Call:
    """Return the arguments of a call by name: by position ("arg0") where f does not tell its parameters.

    apart   how what is in one tuple is given as several arguments; "" where it cannot be

    Raises `WrongArguments` where f does not take them.
    """
    if not callable(f):
        raise WrongArguments(f"{f!r} is no function; give something that can be called")
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # builtins and ufuncs do not tell
        names = tuple(f"arg{i}" for i in range(len(args)))
        return Call({**dict(zip(names, args, strict=True)), **kwargs}, names, "", {k: k for k in kwargs})
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        more = "; ".join([str(error), *_misfit(f, signature, args, kwargs, apart, str(error))])
        raise WrongArguments(f"{title_of(f)}{signature} does not take these arguments: {more}") from None
    parameters = signature.parameters
    plain = [n for n, p in parameters.items() if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    out = dict(zip(plain, args, strict=False))
    positional = tuple(out)
    rest = next((n for n, p in parameters.items() if p.kind is Parameter.VAR_POSITIONAL and len(args) > len(out)), "")
    if rest:
        out[rest] = tuple(args[len(out) :])
    keywords: dict[str, str] = {}
    for key in [*(k for k in parameters if k in kwargs), *(k for k in kwargs if k not in parameters)]:
        name = key
        while name in out:  # f(a, /, **more) may be given another a
            name += "′"
        keywords[key] = name
        out[name] = kwargs[key]
    return Call(out, positional, rest, keywords)


def _misfit(
    f: Any, signature: Signature, args: Sequence[Any], kwargs: Mapping[str, Any], apart: str, told: str
) -> Iterator[str]:
    """Yield what Python does not say of arguments that do not fit: how many there are, and which have no place."""
    parameters = signature.parameters.values()
    kinds = {p.kind for p in parameters}
    plain = [p for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in plain if p.default is Parameter.empty]
    if len(args) > len(plain) and Parameter.VAR_POSITIONAL not in kinds:
        yield f"it takes {_range(len(needed), len(plain))} by position and was given {len(args)}"
    names = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)]
    unknown = [k for k in kwargs if k not in names]
    if unknown and Parameter.VAR_KEYWORD not in kinds:
        free = [n for n in names if n not in kwargs]
        for k in unknown:
            near = get_close_matches(k, free, 1, 0.6)
            hint = f"did you mean {near[0]}?" if near else ""
            if repr(k) not in told:  # Python names one mistake, and not the first that was made
                hint = f"it has no {k!r}" + (f", {hint}" if hint else "")
            yield from [hint] if hint else []
    if apart and len(args) == 1 and not kwargs and (what := _several(args[0], len(needed), len(plain))):
        name = title_of(f).rpartition("<locals>.")[2]
        way = apart.format(f=name if name.isidentifier() else "f")
        yield f"{what} was given for {plain[0].name}; give what is in it one by one: {way}"


def _range(least: int, most: int) -> str:
    count = str(most) if least == most else f"{least} to {most}"
    return f"{count} argument{'' if most == 1 else 's'}"


def _several(value: Any, least: int, most: int) -> str:
    """Say what one value is that holds as many as a function has arguments; "" for any other."""
    if not isinstance(value, list | tuple | np.ndarray) or (isinstance(value, np.ndarray) and not value.ndim):
        return ""
    count = len(value)
    if not 1 < least <= count <= most:
        return ""
    return f"one array of length {count}" if isinstance(value, np.ndarray) else f"one {type(value).__name__} of {count}"
