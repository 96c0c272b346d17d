"""Traced values: `Var`, a light handle on a number or array that remembers the operation it came from.

A Var behaves like the array it stands for, through Python's operators and NumPy's two protocols. What a graph
needs beyond values (names, source text) is worked out later, from the Sites that the Vars remember.
"""

from __future__ import annotations

import operator
import sys
import weakref
from collections.abc import Callable, Iterator
from itertools import count
from types import FrameType
from typing import Any

import numpy as np

from ..errors import UnsupportedValue
from . import dispatch, ops_basic, ops_linear, ops_shape
from .arraylike import Arraylike
from .op import CONSTANT, DATA, INPUT, PARAMETER, Op
from .refuse import undispatched, unsupported
from .site import Site, calling, here

_getframe = sys._getframe
#: Gives the next seq: whatever is made from now on lies above it.
tick = count().__next__
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
    """

    __slots__ = ("__weakref__", "args", "lasti", "name", "of", "op", "params", "seq", "site", "value", "views")

    value: Any
    name: str | None
    of: Var | None
    views: list[weakref.ref[Var]] | None

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
        """The operands as they were when the operation ran.

        Assigning to items makes a Var stand for its new value, with a later seq: what was computed before the
        assignment used the Var's first arg, which stands for the old one.
        """
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
        if attribute in ("name", "of", "views"):
            return None  # slots that are set only where there is something to say
        raise undispatched(attribute, self, _getframe(1))

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
        return dispatch.bare(item) in self.value

    def __lt__(self, other: Any) -> Any:
        return self.value < dispatch.bare(other)

    def __le__(self, other: Any) -> Any:
        return self.value <= dispatch.bare(other)

    def __gt__(self, other: Any) -> Any:
        return self.value > dispatch.bare(other)

    def __ge__(self, other: Any) -> Any:
        return self.value >= dispatch.bare(other)

    def __eq__(self, other: object) -> Any:
        return self.value == dispatch.bare(other)

    def __ne__(self, other: object) -> Any:
        return self.value != dispatch.bare(other)

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
        out = _make(ops_shape.GETITEM, (self,), {"index": dispatch.index_of(key, frame)}, frame)
        if out.value.__class__ is _array:
            self._seen_by(out)
        return out

    def __setitem__(self, key: Any, value: Any) -> None:
        from .assign import assign

        assign(self, key, value, _getframe(1))

    def _seen_by(self, view: Var) -> None:
        """Remember a Var that shares this one's memory in NumPy, for as long as it lives."""
        self.views = [r for r in self.views or () if r() is not None]
        self.views.append(weakref.ref(view))

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        frame = _getframe(1)
        rows = [_make(ops_shape.GETITEM, (self,), {"index": i}, frame) for i in range(len(self.value))]
        return iter(rows)


def as_of(var: Var, seq: int) -> Var:
    """Return the Var that stands for what `var` stood for when `seq` was given out."""
    while var.seq > seq:
        var = var.args[0]
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
            value = function(self.value, other.value)
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


def _mixed(op: Op, var: Var, other: Any, swapped: bool, frame: FrameType) -> Any:
    """Apply a binary operator to a Var and something that is not one, or give way to that."""
    if not isinstance(other, int | float | np.ndarray | np.generic | list | tuple | complex | Var):
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


def settle(value: Any, frame: FrameType | None = None) -> Any:
    """Bring a result into the form that Vars hold: float64 numbers as floats, arrays read-only."""
    kind = type(value)
    if kind is _array:
        if value.dtype.kind not in "fiub":
            raise unsupported(f"a result of dtype {value.dtype}", frame)
        if value.ndim == 0:
            value = value[()]
            return float(value) if type(value) is np.float64 else value
        value.flags.writeable = False
        return value
    if kind is float:
        return value
    if kind is np.float64:
        return float(value)
    if isinstance(value, tuple):
        return tuple(settle(v, frame) for v in value)
    if isinstance(value, np.ndarray):  # a subclass: matrices and masked arrays have rules of their own
        raise unsupported(f"an array of type {kind.__name__}", frame)
    if kind is complex or isinstance(value, np.complexfloating):
        raise unsupported("a complex number", frame)
    return value


def constant(value: Any, frame: FrameType) -> Var:
    """Return an operand as a Var; what is not traced becomes a constant."""
    if type(value) is Var:
        return value
    return Var(checked(value, frame), CONSTANT, (), None, here(frame), frame.f_lasti)


def checked(value: Any, frame: FrameType | None = None) -> Any:
    """Copy a number or array that the user gave; raise `UnsupportedValue` for what has no derivative."""
    kind = type(value)
    if kind is float:
        return value
    if kind is int or kind is bool:
        return float(value)
    if isinstance(value, np.ma.MaskedArray | np.matrix):
        raise unsupported(f"an array of type {kind.__name__}", frame)
    array = np.array(value)
    if array.dtype.kind not in "fiub":
        what = "an object array" if array.dtype.kind == "O" else f"a value of dtype {array.dtype}"
        raise unsupported(what if not isinstance(value, complex) else f"the complex number {value}", frame)
    return settle(array, frame)


def _make(op: Op, args: tuple[Var, ...], params: dict[str, Any] | None, frame: FrameType) -> Var:
    values = [a.value for a in args]
    value = op.forward(*values, **params) if params else op.forward(*values)
    return Var(settle(value, frame), op, args, params, here(frame), frame.f_lasti)


def direct(op: Op, inputs: tuple[Any, ...], frame: FrameType) -> Var:
    """Record a ufunc that a row serves as it is; this path has to be short too."""
    if len(inputs) == 1:
        value = op.forward(inputs[0].value)
        args: tuple[Var, ...] = inputs
    else:
        a, b = inputs
        args = (a if type(a) is Var else constant(a, frame), b if type(b) is Var else constant(b, frame))
        value = op.forward(args[0].value, args[1].value)
    return Var(settle(value, frame), op, args, None, here(frame), frame.f_lasti)


def apply(op: Op, args: tuple[Any, ...], params: dict[str, Any] | None, frame: FrameType) -> Any:
    """Record one operation on Vars and plain values; an op with several results gives a tuple of Vars."""
    out = _make(op, tuple(constant(a, frame) for a in args), params, frame)
    if type(out.value) is tuple:
        return tuple(item(out, i, frame) for i in range(len(out.value)))
    if op.view and type(out.value) is _array:
        out.args[0]._seen_by(out)
    return out


def item(var: Var, position: int, frame: FrameType) -> Var:
    """Return one result of an op that has several."""
    return _make(ops_shape.ITEM, (var,), {"position": position}, frame)


# -- leaves

#: Names that the field gives to data; digits, subscripts and underscores may follow.
_DATA_NAMES = frozenset(["x", "y", "t", "X", "Y", "T", "xs", "ys", "inputs", "targets", "data", "labels", "features"])


def role_of(name: str) -> Op:
    """Return DATA or PARAMETER, by what the field calls such things: x, y₁, targets_2 and x[0] are data."""
    name = name.partition("[")[0].partition(".")[0]
    return DATA if name.rstrip("0123456789₀₁₂₃₄₅₆₇₈₉_") in _DATA_NAMES else PARAMETER


def leaf(value: Any, name: str | None, op: Op, frame: FrameType) -> Var:
    """Return a Var for an input: a copy that nobody can change, with ints as floats."""
    out = Var(
        checked(value, frame), op, (), {"whole": True} if type(value) is int else None, here(frame), frame.f_lasti
    )
    if name is not None:
        out.name = name
    return out


def var(value: Any, name: str | None = None, role: str | None = None) -> Var:
    """Return a traced value to compute with.

    value   a number or an array of floats; Python ints become floats
    name    what a picture calls it; by default the name that it is assigned to
    role    "parameter", "data" or "constant"; by default it follows from the name

    Raises `UnsupportedValue` for complex numbers and arrays of objects, `UnknownName` for another role.

    >>> x = var(2.0, name="x")
    >>> (x * x + 1.0).value
    5.0
    """
    from ..errors import UnknownName

    roles = {"parameter": PARAMETER, "data": DATA, "constant": CONSTANT}
    if role is not None and role not in roles:
        raise UnknownName(f"role={role!r} is not a role; choose from {', '.join(roles)}")
    if isinstance(value, Var):
        raise UnsupportedValue("gv.var was given a traced value; it is one already")
    return leaf(value, name, roles[role] if role else INPUT if name is None else role_of(name), _getframe(1))
