"""What makes a traced value behave like an array: NumPy's two protocols, the array methods, and the refusals."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from . import dispatch, ops, trace
from .refuse import arrayed, detached
from .site import calling
from .traced import Traced

_getframe = sys._getframe
_OPERATOR = dis.opmap["BINARY_OP"]


def formatting(frame: FrameType) -> bool:
    """Tell whether a frame is in the middle of an operator, as in "%.3f" % v, which asks for float(v) too."""
    return frame.f_code.co_code[frame.f_lasti] == _OPERATOR


class Arraylike(Traced):
    """The base of `Var`: everything that arrays have and that is not arithmetic."""

    __slots__ = ()

    name: str | None
    params: dict[str, Any] | None

    # -- the array methods whose arguments differ from the function's; `METHODS` holds the others

    @property
    def T(self) -> Any:
        return dispatch.run(np.transpose, (self,), {}, _getframe(1))

    @property
    def mT(self) -> Any:
        return dispatch.run(np.matrix_transpose, (self,), {}, _getframe(1))

    @property
    def real(self) -> Any:
        return self

    def reshape(self, *shape: Any, **kwargs: Any) -> Any:
        one = shape[0] if len(shape) == 1 else shape
        return dispatch.run(np.reshape, (self, one), kwargs, _getframe(1))

    def transpose(self, *axes: Any) -> Any:
        one = axes[0] if len(axes) == 1 else axes or None
        return dispatch.run(np.transpose, (self, one), {}, _getframe(1))

    def flatten(self, order: str = "C") -> Any:
        return dispatch.run(np.reshape, (self, (-1,)), {"order": order, "copy": True}, _getframe(1))

    def copy(self, order: str = "C") -> Any:
        return dispatch.run(np.copy, (self,), {}, _getframe(1))

    def __copy__(self) -> Any:
        return dispatch.run(np.copy, (self,), {}, _getframe(1)) if np.ndim(self.value) else self

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def compress(self, condition: Any, axis: Any = None) -> Any:
        return dispatch.run(np.compress, (condition, self, axis), {}, _getframe(1))

    def conj(self) -> Any:
        return self

    conjugate = conj

    def item(self, *_: Any) -> NoReturn:
        raise detached("v.item() drops the trace", "use v itself, v[i], or v.value for the number", _getframe(1))

    def tolist(self) -> NoReturn:
        raise detached("v.tolist() drops the trace", "use list(v), or v.value.tolist() for the numbers", _getframe(1))

    def fill(self, value: Any) -> NoReturn:
        raise detached("v.fill() would write into a traced array", "use v[...] = value", _getframe(1))

    # -- NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        frame = _getframe(1)
        if not kwargs and method == "__call__":
            row = ops.DIRECT.get(ufunc)
            if row is not None:
                return trace.direct(row, inputs, frame)
        kwargs.pop("order", None)  # how a result lies in memory is not for a graph to show
        if "out" in kwargs:
            if calling(frame):
                raise detached(f"np.{ufunc.__name__}(..., out=...) writes into an array that is not traced",
                               "use the value that it returns, without out=", frame)  # fmt: skip
            del kwargs["out"]  # array += var: the name is bound to a new value, and the array is left alone
        if method == "at":
            from .writing import add_at

            return add_at(ufunc, *inputs, frame=frame)
        if method != "__call__":
            stands = ops.ufunc_method(ufunc, method, frame)
            return stands(*inputs, **{k: v for k, v in kwargs.items() if not ops.is_default(k, v)})
        return dispatch.run(ufunc, inputs, kwargs, frame)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return dispatch.run(function, args, kwargs, _getframe(1))

    def _record(self, function: Callable[..., Any], args: Any, kwargs: Any, frame: FrameType) -> Any:
        return dispatch.run(function, args, kwargs, frame)

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise arrayed(_getframe(1))

    def __float__(self) -> float:
        if formatting(_getframe(1)):
            return float(self.value)
        raise detached("a traced value was about to become a plain number (float(v), math.sin(v), array[i] = v)",
                       "use the NumPy function (np.sin for math.sin), np.stack to build an array, or v.value for the "
                       "number alone", _getframe(1))  # fmt: skip

    def __int__(self) -> int:
        if formatting(_getframe(1)):
            return int(self.value)
        raise detached("int(v) drops the trace", "use np.trunc(v) to stay traced, or int(v.value)", _getframe(1))

    def __complex__(self) -> NoReturn:
        raise detached("complex(v) drops the trace", "gradviz differentiates real values; use v.value", _getframe(1))

    def __index__(self) -> int:
        if self.params and "whole" in self.params:
            self.params["counts"] = True
            return int(self.value)  # it was given as an integer, through which nothing could be differentiated
        if np.ndim(self.value) == 0 and np.asarray(self.value).dtype.kind in "iu":
            return int(self.value)
        what, way = "a traced float", "use int(v.value)"
        if name := self.name:
            what = f"{name}, the float {self.value},"
            way = (
                f"give it as a whole number, or use int({name}.value); what is text, and was to be multiplied by it, "
                "must be given as a number"
            )
        raise detached(f"{what} was used as an index or a count", way, _getframe(1))

    def __round__(self, digits: int | None = None) -> Any:
        return dispatch.run(np.round, (self, digits or 0), {}, _getframe(1))

    def __floor__(self) -> NoReturn:
        raise detached("math.floor(v) drops the trace", "use np.floor(v)", _getframe(1))

    def __ceil__(self) -> NoReturn:
        raise detached("math.ceil(v) drops the trace", "use np.ceil(v)", _getframe(1))

    def __trunc__(self) -> NoReturn:
        raise detached("math.trunc(v) drops the trace", "use np.trunc(v)", _getframe(1))


def _named(function: Callable[..., Any]) -> Any:
    """Return the method that calls a NumPy function with the Var as its first argument."""

    def method(self: Arraylike, *args: Any, **kwargs: Any) -> Any:
        return dispatch.run(function, (self, *args), kwargs, _getframe(1))

    return method


#: The methods of arrays that are NumPy functions of the same name.
METHODS = [
    "sum",
    "mean",
    "prod",
    "max",
    "min",
    "std",
    "var",
    "cumsum",
    "cumprod",
    "ravel",
    "squeeze",
    "swapaxes",
    "dot",
    "clip",
    "round",
    "trace",
    "diagonal",
    "take",
    "repeat",
    "astype",
    "argmax",
    "argmin",
    "argsort",
    "argpartition",
    "any",
    "all",
    "nonzero",
    "searchsorted",
]
for _name in METHODS:
    _method = _named(getattr(np, _name))
    _method.__name__, _method.__qualname__ = _name, f"Var.{_name}"
    setattr(Arraylike, _name, _method)
