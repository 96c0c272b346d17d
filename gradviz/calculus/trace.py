"""Traced values: `Var`, a light handle on a number or array that remembers the operation it came from.

A Var behaves like the array it stands for, through Python's operators and NumPy's two protocols. What a graph
needs beyond values (names, source text) is worked out later, from the Sites that the Vars remember.
"""

from __future__ import annotations

import operator
import sys
import weakref
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import numpy as np

from . import dispatch, ops_basic, ops_linear, ops_shape
from .arraylike import Arraylike
from .limit import tick
from .op import CONSTANT, Op
from .refuse import stale, undispatched, unsupported
from .shapes import unfit
from .site import Site, calling, here
from .traced import bare
from .value import checked, settle

_getframe = sys._getframe
_array = np.ndarray
_new: Any = object.__new__


class Var(Arraylike):
    """A number or array whose operations are recorded.

    value   a float, a NumPy scalar of another type, a read-only array, or a tuple for an op with several results
    op      the row of the operation; one of PARAMETER, DATA, CONSTANT, INPUT for a leaf
    args    the operands, as they were given; read `operands`, which undoes item assignments made since
    params  what is no operand: axis, index, exponent ...; None where there is nothing
    seq     counts up with every Var made, so sorting by it is a topological order
    site, lasti   the user's frame and instruction; `name` as given by the user; `of`, in a Var made while
            differentiating, the Var whose rule made it
    base, views   the Var whose memory this one shares in NumPy, and those that share its own
    before  what this Var stood for until it was written to; see `writing`
    """

    __slots__ = (
        "__weakref__", "args", "base", "before", "lasti", "name", "of", "op", "params", "seq", "site", "value", "views",
    )  # fmt: skip

    value: Any
    name: str | None
    of: Var | None
    base: Var | None
    views: list[weakref.ref[Var]] | None
    before: Var | None

    def __init__(
        self, value: Any, op: Op, args: tuple[Var, ...], params: dict[str, Any] | None, site: Site, lasti: int
    ) -> None:
        self.value = value
        self.op = op
        self.args = args
        self.params = params
        self.seq = tick()
        self.site = site
        self.lasti = lasti

    @property
    def operands(self) -> tuple[Var, ...]:
        """The operands as they were when the operation ran: writing to a Var gives it a later seq."""
        for a in self.args:
            if a.seq > self.seq:
                return tuple(map(self._before, self.args))
        return self.args

    def _before(self, arg: Var) -> Var:
        return as_of(arg, self.seq)

    # -- reading: what these return is no longer traced, and nobody expects it to be

    @property
    def shape(self) -> tuple[int, ...]:
        return () if type(self.value) is float or type(self.value) is tuple else np.shape(self.value)

    @property
    def ndim(self) -> int:
        return np.ndim(self.value)

    @property
    def size(self) -> int:
        return np.size(self.value)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.asarray(self.value).dtype

    def __getattr__(self, attribute: str) -> Any:
        if attribute in ("name", "of", "base", "views", "before"):
            return None  # slots that are set only where there is something to say
        if attribute == "value":
            raise stale(_getframe(1))  # the slot was emptied by `writing`
        raise undispatched(attribute, _getframe(1))

    def __repr__(self) -> str:
        return f"Var({np.array2string(np.asarray(self.value), separator=', ')})"

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __contains__(self, item: object) -> bool:
        return bare(item) in self.value

    def __lt__(self, other: Any) -> Any:
        return self.value < bare(other)

    def __le__(self, other: Any) -> Any:
        return self.value <= bare(other)

    def __gt__(self, other: Any) -> Any:
        return self.value > bare(other)

    def __ge__(self, other: Any) -> Any:
        return self.value >= bare(other)

    def __eq__(self, other: object) -> Any:
        return self.value == bare(other)

    def __ne__(self, other: object) -> Any:
        return self.value != bare(other)

    __hash__ = object.__hash__

    # -- arithmetic

    def __pow__(self, other: Any) -> Any:
        frame = _getframe(1)
        if type(other) is Var:
            return _make(ops_basic.POWER, (self, other), None, frame)
        if isinstance(other, int | float | np.number) or (isinstance(other, _array) and other.ndim == 0):
            return power(self, other, frame)
        return _mixed(ops_basic.POWER, self, other, False, frame)

    def __rpow__(self, other: Any) -> Any:
        return _mixed(ops_basic.POWER, self, other, True, _getframe(1))

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __matmul__(self, other: Any) -> Any:
        if type(other) is Var:
            return _make(ops_linear.MATMUL, (self, other), None, _getframe(1))
        return dispatch.run(np.matmul, (self, other), {}, _getframe(1))

    def __rmatmul__(self, other: Any) -> Any:
        return dispatch.run(np.matmul, (other, self), {}, _getframe(1))

    def __neg__(self) -> Var:
        return _make(ops_basic.NEGATIVE, (self,), None, _getframe(1))

    def __pos__(self) -> Var:
        return _make(ops_basic.POSITIVE, (self,), None, _getframe(1))

    def __abs__(self) -> Var:
        return _make(ops_basic.ABSOLUTE, (self,), None, _getframe(1))

    # -- items

    def __getitem__(self, key: Any) -> Any:
        frame = _getframe(1)
        return _make(ops_shape.GETITEM, (self,), {"index": dispatch.index_of(key, frame)}, frame)

    def __setitem__(self, key: Any, value: Any) -> None:
        from .writing import assign

        assign(self, key, value, _getframe(1))

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        frame = _getframe(1)
        rows = [_make(ops_shape.GETITEM, (self,), {"index": i}, frame) for i in range(len(self.value))]
        return iter(rows)


def as_of(var: Var, seq: int) -> Var:
    """Return the Var that stands for what `var` stood for when `seq` was given out."""
    while var.seq > seq:
        assert var.before is not None
        var = var.before
    return var


def _divide(a: Any, b: Any) -> Any:
    try:
        return a / b
    except ZeroDivisionError:  # as NumPy has it: inf or NaN, which are carried on
        with np.errstate(all="ignore"):
            return np.float64(a) / b


def _by_whole(function: Any) -> Callable[[Any, Any], Any]:
    def divide(a: Any, b: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(a, b)

    return divide


def _binary(op: Op, function: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """Return the method for `self ∘ other` and the one for `other ∘ self`; this is the path that has to be short."""

    new = _new

    def method(self: Var, other: Any) -> Any:
        frame = _getframe(1)
        if type(other) is Var:
            try:
                value = function(self.value, other.value)
            except ValueError as error:
                unfit(error, op, (self, other), frame)
                raise
            if type(value) is not float:
                value = settle(value, frame)
            out = new(Var)  # what `Var(...)` does, in half the time
            out.value, out.op, out.args, out.params = value, op, (self, other), None
            out.seq, out.site, out.lasti = tick(), here(frame), frame.f_lasti
            return out
        if type(other) is float or type(other) is int:
            value = function(self.value, other)
            if type(value) is not float:
                value = settle(value, frame)
            site, lasti = here(frame), frame.f_lasti
            other = Var(float(other), CONSTANT, (), None, site, lasti)
            return Var(value, op, (self, other), None, site, lasti)
        return _mixed(op, self, other, False, frame)

    def reflected(self: Var, other: Any) -> Any:
        frame = _getframe(1)
        if op is ops_basic.ADD and type(other) is int and other == 0 and calling(frame):
            return self  # the 0 that sum() starts with
        return _mixed(op, self, other, True, frame)

    return method, reflected


for _name, _op, _fn in (
    ("add", ops_basic.ADD, operator.add),
    ("sub", ops_basic.SUBTRACT, operator.sub),
    ("mul", ops_basic.MULTIPLY, operator.mul),
    ("truediv", ops_basic.DIVIDE, _divide),
    ("floordiv", ops_basic.FLOOR_DIVIDE, _by_whole(np.floor_divide)),
    ("mod", ops_basic.REMAINDER, _by_whole(np.remainder)),
):
    for _prefix, _method in zip(("", "r"), _binary(_op, _fn), strict=True):
        _method.__name__ = f"__{_prefix}{_name}__"
        _method.__qualname__ = f"Var.{_method.__name__}"
        setattr(Var, _method.__name__, _method)


def _in_place(op: Op, function: Callable[[Any, Any], Any]) -> Any:
    """Return the method for `self ∘= other`: NumPy writes into an array, and gives a number's name a new value."""

    def method(self: Var, other: Any) -> Any:
        if self.value.__class__ is not _array:
            return NotImplemented
        from .writing import update

        return update(self, op, function, other, _getframe(1))

    return method


for _name, _op, _fn in (
    ("iadd", ops_basic.ADD, operator.iadd),
    ("isub", ops_basic.SUBTRACT, operator.isub),
    ("imul", ops_basic.MULTIPLY, operator.imul),
    ("itruediv", ops_basic.DIVIDE, operator.itruediv),
    ("ifloordiv", ops_basic.FLOOR_DIVIDE, operator.ifloordiv),
    ("imod", ops_basic.REMAINDER, operator.imod),
    ("ipow", ops_basic.POWER, operator.ipow),
    ("imatmul", ops_linear.MATMUL, operator.imatmul),
):
    _method = _in_place(_op, _fn)
    _method.__name__ = f"__{_name}__"
    _method.__qualname__ = f"Var.{_method.__name__}"
    setattr(Var, _method.__name__, _method)


def is_operand(value: Any) -> bool:
    """Tell whether Python's operators take a value beside a Var; anything else has its own say."""
    return isinstance(value, int | float | np.ndarray | np.generic | list | tuple | complex | Var)


def _mixed(op: Op, var: Var, other: Any, swapped: bool, frame: FrameType) -> Any:
    """Apply a binary operator to a Var and something that is not one, or give way to that."""
    if not is_operand(other):
        return NotImplemented
    args = (constant(other, frame), var) if swapped else (var, constant(other, frame))
    return _make(op, args, None, frame)


def power(base: Var, exponent: Any, frame: FrameType) -> Var:
    a, p = base.value, exponent.item() if isinstance(exponent, np.generic | _array) else exponent
    if isinstance(p, complex):
        raise unsupported("a complex exponent", frame)
    value: Any
    if type(a) is float:
        try:
            value = a**p
        except (ZeroDivisionError, OverflowError):
            value = 0j
        if type(value) is complex:  # NumPy says inf or NaN where Python raises or leaves the real line
            with np.errstate(all="ignore"):
                value = float(np.power(np.float64(a), p))
    else:
        value = settle(a**p, frame)
    return Var(value, ops_basic.POWER_OF, (base,), {"exponent": p}, here(frame), frame.f_lasti)


# -- making Vars


def constant(value: Any, frame: FrameType) -> Var:
    """Return an operand as a Var; what is not traced becomes a constant."""
    if type(value) is Var:
        return value
    return Var(checked(value, frame), CONSTANT, (), None, here(frame), frame.f_lasti)


def _make(op: Op, args: tuple[Var, ...], params: dict[str, Any] | None, frame: FrameType) -> Var:
    values = [a.value for a in args]
    try:
        value = settle(op.forward(*values, **params) if params else op.forward(*values), frame)
    except ValueError as error:
        unfit(error, op, args, frame)
        raise
    out = Var(value, op, args, params, here(frame), frame.f_lasti)
    if value.__class__ is _array and (value.base is not None or value is values[0]):
        _share(out)
    return out


def _share(view: Var) -> None:
    """Note whose memory a result is in, where it is not in its own."""
    for a in view.args:
        if a.value.__class__ is _array and np.may_share_memory(view.value, a.value):
            views = a.views = a.views or []
            if len(views) & (len(views) - 1) == 0:  # now and then, forget those that are gone
                views[:] = [r for r in views if r() is not None]
            views.append(weakref.ref(view))
            view.base = a
            return


def direct(op: Op, inputs: tuple[Any, ...], frame: FrameType) -> Var:
    """Record a ufunc that a row serves as it is; this path has to be short too."""
    if len(inputs) == 1:
        value = op.forward(inputs[0].value)
        args: tuple[Var, ...] = inputs
    else:
        a, b = inputs
        args = (a if type(a) is Var else constant(a, frame), b if type(b) is Var else constant(b, frame))
        try:
            value = op.forward(args[0].value, args[1].value)
        except ValueError as error:
            unfit(error, op, args, frame)
            raise
    return Var(settle(value, frame), op, args, None, here(frame), frame.f_lasti)


def apply(op: Op, args: tuple[Any, ...], params: dict[str, Any] | None, frame: FrameType) -> Any:
    """Record one operation on Vars and plain values; an op with several results gives a tuple of Vars."""
    out = _make(op, tuple(constant(a, frame) for a in args), params, frame)
    if type(out.value) is tuple:
        return tuple(item(out, i, frame) for i in range(len(out.value)))
    return out


def item(var: Var, position: int, frame: FrameType) -> Var:
    """Return one result of an op that has several."""
    return _make(ops_shape.ITEM, (var,), {"position": position}, frame)
