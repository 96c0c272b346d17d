"""What an operation is: one row that holds its function, its derivatives, and the words and signs that show it.

The functions in a row are written with NumPy functions and operators only, so that they run on plain arrays (the
numeric sweeps) and on traced values (derivatives of derivatives) alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

#: (y, *args, **params) -> the local derivative for one arg: a number, or an array of the output's shape
Partial: TypeAlias = Callable[..., Any]
#: (g, y, *args, **params) -> what the gradient g sends to one arg
Transpose: TypeAlias = Callable[..., Any]
Shape: TypeAlias = tuple[int, ...]

# How tightly a label binds; a name or a call binds tightest.
ADDS, MULTIPLIES, NEGATES, POWERS, CALLS = 1, 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Text:
    """What a node shows of its op: symbol, rule, one local formula per arg, and the label with {0} {1} ..."""

    symbol: str
    rule: str
    local: tuple[str, ...]
    label: str
    precedence: int = CALLS


@dataclass(frozen=True, slots=True)
class Op:
    """One operation.

    name        as `gradviz ops` lists it
    kind        one of `KINDS`
    forward     (*args, **params) -> value
    partials    for an elementwise op: per arg, the local derivative
    transposes  for any other: per arg, what the gradient sends to it; the last one serves all further args, as
                (g, y, *args, position=i, **params), where `variadic`
    linear      "joint": linear in all args at once (a sum, a concatenation); "each": linear in each arg with the
                others held (a matrix product); "": neither. Linear ops are their own forward mode
    selects     the op only chooses: where the local derivative is 0 nothing is sent, not even NaN
    analytic    holds for complex arguments too, so that the complex step can check it
    symbol, rule, local, label, precedence   see `record.Node`; label is a template of operand names
    alone       per arg, the rule where all others are constants, which get nothing; () where it is true of all
    words       (text, shapes of the args, shape of the output, params) -> the text, where it depends on those
    formula     the rule set as mathematics, and `edge`, what holds where there is no derivative, for the catalogue
    """

    name: str
    kind: str
    forward: Callable[..., Any]
    symbol: str
    rule: str
    local: tuple[str, ...] = ("",)
    label: str = ""
    precedence: int = CALLS
    partials: tuple[Partial, ...] = ()
    transposes: tuple[Transpose, ...] = ()
    linear: str = ""
    variadic: bool = False
    selects: bool = False
    analytic: bool = False
    alone: tuple[str, ...] = ()
    words: Callable[[Text, tuple[Shape, ...], Shape, Mapping[str, Any]], Text] | None = field(default=None)
    formula: str = ""
    edge: str = ""

    def describe(self, var: Any) -> Text:
        """Return what the node of `var` shows; says which axes are summed where broadcasting is undone."""
        args, shape = var.operands, var.shape
        local = tuple(self.local[min(i, len(self.local) - 1)] for i in range(len(args)))
        varies = [i for i, a in enumerate(args) if a.op.name != "constant"]
        rule = self.alone[varies[0]] if self.alone and len(varies) == 1 else self.rule
        text = Text(self.symbol, rule, local, self.label or call(self.name, len(args)), self.precedence)
        shapes = tuple(a.shape for a in args)
        if self.words is not None:
            text = self.words(text, shapes, shape, var.params or {})
        if self.partials and any(s != shape for s in shapes):
            local = tuple(summed(f, s, shape) for f, s in zip(text.local, shapes, strict=True))
            text = Text(text.symbol, text.rule, local, text.label, text.precedence)
        return text

    def __repr__(self) -> str:
        return f"Op({self.name})"


#: The kinds of building blocks, in the order of the catalogue.
KINDS = (
    "leaf", "linear", "product", "power", "exponential", "logarithm", "trigonometry", "step",
    "choice", "reduction", "shape", "algebra", "special",
)  # fmt: skip


def call(name: str, n: int) -> str:
    """Return the label template of a function of n args: "f({0}, {1})"."""
    return f"{name}({', '.join(f'{{{i}}}' for i in range(n))})"


def axes(inner: Shape, outer: Shape) -> tuple[int, ...]:
    """Return the axes of `outer` along which an array of shape `inner` was repeated by broadcasting."""
    extra = len(outer) - len(inner)
    return (*range(extra), *(i + extra for i, n in enumerate(inner) if n == 1 and outer[i + extra] != 1))


def axis_words(which: Iterable[int] | int | None, ndim: int) -> str:
    """Return "axis 0", "axes 0, 1", or "" where all axes are meant."""
    if which is None:
        return ""
    names = (which,) if isinstance(which, int) else tuple(which)
    names = tuple(sorted(a % ndim for a in names)) if ndim else ()
    if len(names) == ndim:
        return ""
    return f"{'axis' if len(names) == 1 else 'axes'} {', '.join(map(str, names))}"


def summed(formula: str, inner: Shape, outer: Shape) -> str:
    """Return a local formula with the sum that undoes broadcasting: "Σ axis 0", "Σ {g}·{1}"."""
    over = axes(inner, outer)
    if not over:
        return formula
    words = axis_words(over, len(outer))
    what = "" if formula == "1" else "−{g}" if formula == "−1" else f"{{g}}·{formula}"
    if not words and not what:
        what = "{g}"
    return " ".join(part for part in ("Σ", words, what) if part)


def _none(*_: Any, **__: Any) -> Any:
    raise AssertionError("a leaf computes nothing")


def _leaf(name: str) -> Op:
    return Op(name, "leaf", _none, "", "", ())


PARAMETER = _leaf("parameter")
DATA = _leaf("data")
CONSTANT = _leaf("constant")
#: A leaf whose role follows from its name, once that is known.
INPUT = _leaf("input")
#: A copy under which `grad` and its like differentiate; a graph shows its arg in its place.
ALIAS = Op("alias", "leaf", lambda x: x, "", "", ("1",), "{0}", CALLS, (lambda y, x: 1.0,), linear="joint")
