"""Nested arguments: the names of a call's parameters, and the paths of the numbers and arrays inside them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .trace import Var


def title_of(target: Any) -> str:
    """Return what to call a function in a message."""
    return str(getattr(target, "__qualname__", None) or type(target).__qualname__)


def bind(f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by parameter name; further ones as "args[0]", by position where f hides them."""
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # builtins and ufuncs do not tell
        return {**{f"arg{i}": a for i, a in enumerate(args)}, **kwargs}
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{title_of(f)}{signature} does not take these arguments: {error}") from None
    out: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            out.update(value)
        else:
            out[name] = value
    return out


def split(
    f: Callable[..., Any], bound: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Return the bound arguments as they were given: by position and by name."""
    rest = dict(bound)
    named = {k: rest.pop(k) for k in kwargs}
    positional: list[Any] = []
    try:
        parameters = inspect.signature(f).parameters
    except (TypeError, ValueError):
        return list(rest.values()), named
    for name, value in rest.items():
        if name in parameters and parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
            positional += value
        else:
            positional.append(value)
    return positional, named


def walk(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of nested lists, tuples and dicts with their paths: "params.w1", "layers[0].b"."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            plain = isinstance(key, str) and (not path or key.isidentifier())
            yield from walk(value, f"{path}.{key}" if path and plain else key if plain else f"{path}[{key!r}]")
    elif isinstance(tree, list | tuple):
        for i, value in enumerate(tree):
            yield from walk(value, f"{path}[{i}]")
    else:
        yield path, tree


def substitute(tree: Any, by: Mapping[str, Any], path: str = "") -> Any:
    """Return the tree with the leaves whose path is in `by` replaced, in containers of the same kind."""
    if isinstance(tree, Mapping):
        out = {}
        for key, value in tree.items():
            plain = isinstance(key, str) and (not path or key.isidentifier())
            out[key] = substitute(
                value, by, f"{path}.{key}" if path and plain else key if plain else f"{path}[{key!r}]"
            )
        return out
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(substitute(v, by, f"{path}[{i}]") for i, v in enumerate(tree)))
    if isinstance(tree, list | tuple):
        return type(tree)(substitute(v, by, f"{path}[{i}]") for i, v in enumerate(tree))
    return by.get(path, tree)


def is_input(value: Any) -> bool:
    """Tell whether an argument is traced: numbers and numeric arrays are; flags, text, functions are handed on."""
    if isinstance(value, bool | np.bool_ | str | bytes | type(None)):
        return False
    if isinstance(value, Var):
        return False
    if isinstance(value, np.ndarray):
        return bool(value.dtype.kind != "b")
    return isinstance(value, int | float | complex | np.number)


def is_whole(value: Any) -> bool:
    """Tell whether a value is an array or NumPy scalar of integers, which is data."""
    return bool(isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "iu")
