"""The op table: every row, and which NumPy function each serves."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import cache
from itertools import takewhile
from types import FrameType
from typing import Any, Final

import numpy as np

from . import (
    ops_algebra,
    ops_array,
    ops_basic,
    ops_fourier,
    ops_function,
    ops_grid,
    ops_linear,
    ops_move,
    ops_norm,
    ops_shape,
    ops_special,
    ops_stats,
)
from .op import Op
from .refuse import unknown
from .traced import Traced, bare, call

#: What stands for a function that only reads the numbers: its result is no traced value, and none is expected.
READS: Final = (None, None)

#: Every row, in the order of the catalogue.
ROWS: Final[tuple[Op, ...]] = (
    *ops_basic.ROWS, *ops_function.ROWS, *ops_special.ROWS, ops_special.POLYGAMMA, *ops_array.ROWS, *ops_stats.ROWS,
    *ops_linear.ROWS, *ops_algebra.ROWS, *ops_norm.ROWS, *ops_fourier.ROWS, *ops_shape.ROWS, *ops_move.ROWS,
)  # fmt: skip


def _ufuncs() -> dict[Any, tuple[Op | None, Any]]:
    found: dict[Any, tuple[Op | None, Any]] = {}
    for row in (*ops_basic.ROWS, *ops_function.ROWS):
        if isinstance(row.forward, np.ufunc):
            found[row.forward] = (row, None)
    aliases = {np.degrees: ops_function.RAD2DEG, np.radians: ops_function.DEG2RAD, np.fabs: ops_basic.ABSOLUTE}
    found.update({k: (v, None) for k, v in aliases.items()})
    found[np.float_power] = (ops_basic.POWER, None)
    found[np.conjugate] = (ops_function.REAL, None)
    return found


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if isinstance(low, Traced) or isinstance(high, Traced):
        if low is not None:
            a = np.maximum(a, low)
        return a if high is None else np.minimum(a, high)
    return call(ops_basic.CLIP.forward, a, low, high)


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    condition = bare(condition)
    if x is None:
        return np.where(condition)
    frozen = np.array(condition, bool)
    frozen.flags.writeable = False
    return call(ops_basic.WHERE.forward, x, y, frozen)


_FUNCTIONS: dict[Any, tuple[Op | None, Any]] = {
    np.clip: (None, _clip),
    ops_basic.CLIP.forward: (ops_basic.CLIP, lambda a, low, high: ((a,), {"low": low, "high": high})),
    np.where: (None, _where),
    ops_basic.WHERE.forward: (ops_basic.WHERE, lambda a, b, c: ((a, b), {"condition": c})),
    np.round: (ops_basic.ROUND, lambda a, decimals=0: ((a,), {"decimals": int(decimals)})),
    np.around: (ops_basic.ROUND, lambda a, decimals=0: ((a,), {"decimals": int(decimals)})),
    np.fix: (ops_basic.TRUNC, lambda x: ((x,), None)),
    np.ldexp: (None, lambda a, b: a * 2.0 ** np.asarray(bare(b))),
    np.angle: (None, lambda z, deg=False: np.arctan2(0.0, np.sign(z)) * (180 / np.pi if deg else 1.0)),
    np.imag: (None, lambda val: val * 0.0),
    np.real_if_close: (None, lambda a, tol=100: a),
    np.iterable: (None, lambda y: np.ndim(y) > 0),
    np.sinc: (ops_function.SINC, None),
    np.real: (ops_function.REAL, None),
    np.nan_to_num: (
        ops_function.NAN_TO_NUM,
        lambda x, copy=True, nan=0.0, posinf=None, neginf=None: (
            (x,),
            {"nan": nan, "posinf": posinf, "neginf": neginf},
        ),
    ),
    ops_function.SIGMOID.forward: (ops_function.SIGMOID, None),
    ops_function.RELU.forward: (ops_function.RELU, None),
    ops_function.SOFTPLUS.forward: (ops_function.SOFTPLUS, None),
}

_READS = (
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.result_type, np.isscalar,
    np.argmax, np.argmin, np.argsort, np.argpartition, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero,
    np.searchsorted, np.digitize, np.any, np.all, np.isclose, np.allclose, np.array_equal, np.array_equiv,
    np.iscomplexobj, np.isrealobj, np.iscomplex, np.isreal, np.isneginf, np.isposinf, np.lexsort, np.nanargmax,
    np.nanargmin, np.array_repr, np.array_str, np.array2string, np.can_cast, np.min_scalar_type, np.common_type,
    np.shares_memory, np.may_share_memory, np.isin, np.broadcast_shapes, np.linalg.matrix_rank, np.iscomplexobj,
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.isfinite, np.isinf, np.isnan,
    np.isnat, np.signbit, np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.spacing,
)  # fmt: skip

TABLE: Final[dict[Any, tuple[Op | None, Any]]] = {
    **_ufuncs(), **ops_array.NUMPY, **ops_stats.NUMPY,
    **ops_grid.NUMPY, **ops_linear.NUMPY, **ops_algebra.NUMPY, **ops_norm.NUMPY, **ops_fourier.NUMPY,
    **ops_shape.NUMPY, **ops_move.NUMPY, **ops_special.NUMPY, **_FUNCTIONS, **dict.fromkeys(_READS, READS),
}  # fmt: skip


#: The ufuncs that a row serves as they are, with no more than two operands: the short way through.
DIRECT: Final[dict[Any, Op]] = {
    f: row
    for f, (row, bind) in TABLE.items()
    if isinstance(f, np.ufunc)
    and row is not None
    and (bind is None or row is ops_linear.MATMUL)
    and row.name != "power"
}


def name_of(function: Any) -> str:
    """Return the name that people write: "np.linalg.det"."""
    module = getattr(function, "__module__", None) or "numpy"
    short = module.replace("numpy", "np", 1).split("._")[0]
    return f"{short}.{getattr(function, '__name__', function)}"


def find(function: Any, frame: FrameType | None) -> tuple[Op | None, Any]:
    """Return the row of a function and how its arguments are read; raise `UnknownFunction` where there is none."""
    entry = TABLE.get(function)
    if entry is None and (row := ops_special.find(function)) is not None:
        entry = (row, None)
    if entry is None:
        known = (name_of(f) for f, e in TABLE.items() if e is not READS and not f.__name__.startswith(("_", "<")))
        raise unknown(name_of(function), (*known, *ops_special.names()), frame)
    return entry


_REDUCED: dict[Any, Any] = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
_RUNNING: dict[Any, Any] = {np.add: np.cumsum, np.multiply: np.cumprod}


def ufunc_method(ufunc: np.ufunc, method: str, frame: FrameType | None) -> Callable[..., Any]:
    """Return what stands for a ufunc's own method: np.add.reduce is np.sum."""
    match method:
        case "__call__":
            return ufunc
        case "reduce":
            known = _REDUCED.get(ufunc)
            return _from_axis_0(known) if known is not None else ops_grid.folded(ufunc)
        case "accumulate":
            running = _RUNNING.get(ufunc)
            return _from_axis_0(running) if running is not None else ops_grid.accumulated(ufunc)
        case "outer":
            return ops_grid.spread_out(ufunc)
        case _:
            raise unknown(f"np.{ufunc.__name__}.{method}", (), frame, "it works on stretches of an array")


def _from_axis_0(function: Callable[..., Any]) -> Callable[..., Any]:
    def along(a: Any, axis: Any = 0, **options: Any) -> Any:
        return function(a, axis=axis, **options)

    return along


def bound(function: Any, bind: Any, args: Any, kwargs: Any, frame: FrameType | None) -> Any:
    """Return the operands and params of a call; an argument that has no place in the row is refused by name."""
    if bind is None:
        if kwargs:
            option = next(iter(kwargs))
            raise unknown(name_of(function), (), frame, f"its option {option}= has no derivative here")
        return args, None
    try:
        return bind(*args, **kwargs)
    except TypeError as error:
        try:
            inspect.signature(bind).bind(*args, **kwargs)
        except TypeError:
            raise unknown(name_of(function), (), frame, f"with these arguments ({error})") from None
        raise


def _alike(pair: tuple[inspect.Parameter, inspect.Parameter]) -> bool:
    theirs, ours = pair
    return theirs.kind is theirs.POSITIONAL_ONLY or theirs.name == ours.name


@cache
def _further(function: Any, bind: Any) -> tuple[int, tuple[str, ...]]:
    """Return how many arguments NumPy's function and its row take alike by position, and what NumPy calls the rest."""
    if not str(getattr(function, "__module__", "")).startswith("numpy"):
        return sys.maxsize, ()
    try:
        theirs, ours = (
            [p for p in inspect.signature(f).parameters.values() if p.kind is not p.KEYWORD_ONLY]
            for f in (function, bind)
        )
    except (TypeError, ValueError):  # written in C: it does not tell
        return sys.maxsize, ()
    if any(p.kind is p.VAR_POSITIONAL for p in theirs):
        return sys.maxsize, ()
    alike = sum(1 for _ in takewhile(_alike, zip(theirs, ours, strict=False)))
    return alike, tuple(p.name for p in theirs[alike:])


def by_name(function: Any, bind: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Give arguments by name that a row does not take in NumPy's order: x.sum(0, None, None, True)."""
    alike, names = _further(function, bind)
    if not alike < len(args) <= alike + len(names):
        return args, kwargs
    return args[:alike], dict(zip(names, args[alike:], strict=False)) | kwargs


#: Options that change nothing when they have these values.
_DEFAULTS: dict[str, Any] = {"out": None, "dtype": None, "subok": True, "casting": "same_kind", "order": "C"}


def is_default(name: str, value: Any) -> bool:
    """Tell whether an option of a NumPy call may be left out."""
    if name == "where":
        return value is True or value is np._NoValue
    if value is np._NoValue:
        return True
    return name in _DEFAULTS and isinstance(value, str | bool | None) and value == _DEFAULTS[name]
