"""Calls of NumPy functions on traced values: which row stands for them, and what is refused."""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from . import ops, ops_basic, trace
from .refuse import detached
from .traced import bare


def run(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
    """Record a call of a NumPy function, or of one of gradviz's own."""
    entry = ops.find(function, frame)
    if len(args) > 1 and entry[1] is not None:
        args, kwargs = ops.by_name(function, entry[1], args, kwargs)
    kwargs = {k: v for k, v in kwargs.items() if not ops.is_default(k, v)}
    if "out" in kwargs:
        raise detached(f"{function.__name__}(..., out=...) writes into an array that is not traced",
                       "use the value that it returns, without out=", frame)  # fmt: skip
    if entry is ops.READS:
        return function(*bare(args), **bare(kwargs))
    op, bind = entry
    if op is None:
        return ops.bound(function, bind, args, kwargs, frame)
    bound, params = ops.bound(function, bind, args, kwargs, frame)
    if op is ops_basic.POWER and not isinstance(bound[1], trace.Var) and np.ndim(bound[1]) == 0:
        return trace.power(bound[0], bound[1], frame)
    return trace.apply(op, bound, params, frame)


def index_of(key: Any, frame: FrameType) -> Any:
    """Return an index as plain integers, slices and copied arrays."""
    if type(key) is int or (type(key) is slice and type(key.start) is type(key.stop) is type(key.step) is int):
        return key
    if isinstance(key, tuple):
        return tuple(index_of(k, frame) for k in key)
    if isinstance(key, slice):
        return slice(*(None if k is None else operator.index(k) for k in (key.start, key.stop, key.step)))
    if isinstance(key, trace.Var):
        key = key.value if np.asarray(key.value).dtype.kind in "iub" else operator.index(key)
    if isinstance(key, list | np.ndarray):
        key = np.array(key, int if type(key) is list and not key else None)
        key.flags.writeable = False
    return key
