"""A formula as a small postfix program, its evaluation, and errors that point at a column of its text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from inspect import Parameter, Signature
from typing import Any, NoReturn, TypeAlias

import numpy as np

from ..errors import BadExpression, GradvizError
from .shapes import rule_for, sized
from .traced import bare

#: How many characters of a long text an error shows around its column.
WINDOW = 72
#: name (NumPy's, or gradviz's own) → fewest and most operands
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "abs", "sigmoid", "relu", "softmax"), (1, 1)),
    **dict.fromkeys(("sinh", "cosh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh"), (1, 1)),
    **dict.fromkeys(("exp2", "expm1", "log1p", "log2", "log10", "cbrt", "square", "reciprocal", "sinc"), (1, 1)),
    **dict.fromkeys(("sum", "mean", "prod", "var", "std", "transpose"), (1, 1)),
    **dict.fromkeys(("maximum", "minimum", "hypot", "arctan2", "logaddexp", "dot", "outer", "matmul"), (2, 2)),
    "max": (1, 99),
    "min": (1, 99),
    "clip": (3, 3),
}
OURS = ("sigmoid", "relu", "softmax")
#: Functions that take axis= and keepdims=.
ALONG = ("sum", "mean", "prod", "var", "std", "max", "min")


@dataclass(frozen=True, slots=True)
class Span:
    """From which to which character of the text something was written."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Push:
    """Put a number on the stack."""

    value: float


@dataclass(frozen=True, slots=True)
class Load:
    """Put the value of a name on the stack."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Store:
    """Give the top of the stack a name and take it away."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """Replace the last `count` values of the stack by the result of a function or operator."""

    function: str
    count: int
    span: Span
    options: tuple[tuple[str, int | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """Replace the top of the stack by a part of it."""

    index: tuple[int | slice, ...]
    span: Span


Instruction: TypeAlias = Push | Load | Store | Apply | Index


@dataclass(frozen=True)
class Expression:
    """A text that has been read: its variables in order of appearance, its output's name ("" for none), its program.

    It is also a function of its variables, so whatever differentiates functions can take it as it is.

    >>> from gradviz.calculus.expression import parse
    >>> f = parse("o = tanh(w*x + b)")
    >>> f.names, f.output
    (('w', 'x', 'b'), 'o')
    >>> f.evaluate({"w": 0.0, "x": 1.0, "b": 0.0})
    0.0
    """

    text: str
    names: tuple[str, ...]
    output: str
    program: tuple[Instruction, ...]

    @property
    def __name__(self) -> str:
        return self.output or "expression"

    @property
    def __signature__(self) -> Signature:
        return Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in self.names])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate with the values given by position or by name."""
        return self.evaluate(self.__signature__.bind(*args, **kwargs).arguments)

    def evaluate(self, namespace: Mapping[str, Any]) -> Any:
        """Return the value for the values of the names. Raises `BadExpression` for a name without a value."""
        known = dict(namespace)
        stack: list[Any] = []
        for step in self.program:
            match step:
                case Push(value):
                    stack.append(value)
                case Load(name, span):
                    if name not in known:
                        refuse(self.text, span, f"{name!r} has no value")
                    stack.append(known[name])
                case Store(name):
                    known[name] = _named(stack.pop(), name)
                case Index(index, span):
                    stack.append(_attempt(self.text, span, lambda a, i: a[i], [stack.pop(), index], {}))
                case Apply(function, count, span, options):
                    operands = stack[-count:]
                    del stack[-count:]
                    product = function in ("@", "matmul", "dot")
                    stack.append(
                        _attempt(self.text, span, _function(function, count), operands, dict(options), product)
                    )
                case _:
                    raise AssertionError(step)
        return _named(stack.pop(), self.output)


def _named(value: Any, name: str) -> Any:
    """Give a traced result the name that the text gives it; an input keeps its own."""
    from .trace import Var

    if name and isinstance(value, Var) and value.args and value.name is None:
        value.name = name
    return value


def _function(name: str, count: int) -> Any:
    """Return the function that an Apply stands for."""
    match name:
        case "+":
            return lambda a, b: a + b
        case "-":
            return lambda a, b: a - b
        case "*":
            return lambda a, b: a * b
        case "/":
            return lambda a, b: a / b
        case "**":
            return lambda a, b: a**b
        case "@":
            return lambda a, b: a @ b
        case "negative":
            return lambda a: -a
        case "max" | "min" if count > 1:
            pair = np.maximum if name == "max" else np.minimum
            return lambda *args: reduce(pair, args)
        case _ if name in OURS:
            from . import functions

            return getattr(functions, name)
        case _:
            return getattr(np, name)


def _attempt(
    text: str, span: Span, function: Any, operands: list[Any], options: Mapping[str, Any], product: bool = False
) -> Any:
    """Apply a function, which may be a matrix `product`; what fails says where in the text."""
    try:
        with np.errstate(all="ignore"):
            result = function(*operands, **options)
    except GradvizError:
        raise
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        reason = error.args[-1] if isinstance(error, OverflowError) and error.args else error
        if isinstance(error, ValueError) and (product or len({np.shape(bare(v)) for v in operands}) > 1):
            reason = _mismatch(operands, product)
        raise BadExpression(point(text, span, f"this cannot be computed: {reason}")) from error
    if isinstance(result, complex):
        refuse(text, span, "this is a complex number: a root or power of a negative one")
    return float(result) if isinstance(result, np.floating) and result.ndim == 0 else result


def _mismatch(operands: list[Any], product: bool) -> str:
    """Say which shapes do not go together: "W is 2×2, and x has length 3"."""

    sides = ("the left side", "the right side") if len(operands) == 2 else ("the operand",) * len(operands)
    shapes = [np.shape(bare(v)) for v in operands]
    names = [getattr(v, "name", None) or side for v, side in zip(operands, sides, strict=True)]
    return f"{', and '.join(map(sized, names, shapes))}; {rule_for(shapes, product)}"


def refuse(text: str, span: Span, message: str, choices: str = "") -> NoReturn:
    raise BadExpression(point(text, span, message, choices))


def point(text: str, span: Span, message: str, choices: str = "") -> str:
    """Write a message, the text and a line under it that points at a span of it.

    >>> print(point("2 + x", Span(4, 5), "'x' has no value"))
    'x' has no value
      2 + x
          ^
    """
    first = max(0, min(span.start - WINDOW // 2, len(text) - WINDOW))
    last = min(len(text), first + WINDOW)
    lead, trail = "…" * (first > 0), "…" * (last < len(text))
    before = lead + _visible(text[first : span.start])
    marked = _visible(text[span.start : min(span.end, last)])
    rest = _visible(text[min(span.end, last) : last]) if span.end < last else ""
    lines = [
        message,
        f"  {before}{marked}{rest}{trail}",
        "  " + " " * _columns(before) + "^" * max(1, _columns(marked)),
    ]
    return "\n".join([*lines, choices] if choices else lines)


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: wide East Asian signs take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
