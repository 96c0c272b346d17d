"""Why an operation on numbers gives a NaN or an infinity, or has such a slope, told with the numbers themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

_SAFE_LOG = "np.log(np.maximum(x, 1e-12))"
_INVERSE = "keep it inside, as with np.clip(x, -0.999999, 0.999999)"


def of_value(op: str, a: Sequence[float], args: Sequence[Any], y: Any) -> str:
    """Say why the value y of an operation is not finite, and the way out.

    a     the operands, and with `args` those of the whole arrays, at the one place that y is of; empty for an operation
          that is not elementwise
    """
    if a and all(map(math.isfinite, a)) and (said := _domain(op, a, y)):
        return said
    numbers = a or [float(v) for v in _flat(args)]
    infinite = [v for v in numbers if math.isinf(v)]
    if op == "softmax" and infinite:
        return "The softmax of nothing but −∞, or of an ∞, is NaN: leave at least one number in every row"
    if infinite and len(a) == 2:
        sign = {"add": "+", "subtract": "−", "multiply": "×", "divide": "/"}.get(op)
        told = f"{_n(a[0])} {sign} {_n(a[1])}" if sign else "That of infinite operands"
        return f"{told} is NaN: look where the ∞ comes from"
    if infinite:
        return "The operands hold an ∞, and ∞ − ∞ and 0 × ∞ are NaN: look where it comes from"
    if not numbers and op in ("mean", "max", "min"):
        return "There are no numbers in it, and the mean of none is 0 / 0"
    if op == "slogdet":
        return "The matrix is singular: its determinant is 0, whose logarithm is −∞"
    if any(map(math.isnan, numbers)):
        return "An operand is NaN"
    parts = y if isinstance(y, tuple) else (y,)
    if any(np.isinf(part).any() for part in parts) or op in ("matmul", "einsum", "convolve", "cross", "det", "cumsum"):
        return _overflow(op, a, parts[0])
    return ""


def _domain(op: str, a: Sequence[float], y: float) -> str:
    """Say what is wrong with finite operands; "" where the function has a value there."""
    x, z = a[0], a[-1]
    match op:
        case "divide" | "reciprocal" if z == 0:
            n = x if op == "divide" else 1.0
            if n == 0:
                return (
                    "0 / 0 is NaN; choose what it should be where the denominator d is 0: "
                    "np.where(d == 0, 0.0, n / np.where(d == 0, 1.0, d))"
                )
            return f"{_n(n)} / 0, a division by 0; keep the denominator away from it: n / (d + 1e-12)"
        case "floor_divide" | "remainder" | "fmod" if z == 0:
            return "A division by 0; keep the denominator away from it: np.where(d == 0, 1.0, d)"
        case "log" | "log2" | "log10" if x == 0:
            return f"The logarithm of 0 is −∞; keep x above it: {_SAFE_LOG.replace('log', op)}"
        case "log" | "log2" | "log10" if x < 0:
            return (
                f"The logarithm of {_n(x)}, a negative number, is NaN; look why it is negative, or use "
                f"{_SAFE_LOG.replace('log', op)}"
            )
        case "log1p" if x <= -1:
            return f"log1p({_n(x)}) is the logarithm of {_n(1 + x)}; keep x above −1"
        case "sqrt" if x < 0:
            return (
                f"The root of {_n(x)}, a negative number, is NaN; look why it is negative, or use "
                "np.sqrt(np.maximum(x, 0.0))"
            )
        case "power" | "power of" if x == 0:
            return "0 to a negative power is a division by 0; keep the base away from it: x + 1e-12"
        case "power" | "power of" if math.isnan(y):
            return (
                f"{_n(x)} to a fractional power is NaN: a negative number has whole powers only; look why it is "
                "negative, or use np.abs(x)"
            )
        case "arcsin" | "arccos" if abs(x) > 1:
            return f"{op}({_n(x)}) is NaN: {op} exists from −1 to 1 only; use np.clip(x, -1.0, 1.0)"
        case "arccosh" if x < 1:
            return f"arccosh({_n(x)}) is NaN: it exists from 1 upwards; use np.maximum(x, 1.0)"
        case "arctanh" if abs(x) >= 1:
            return f"arctanh({_n(x)}): it exists between −1 and 1 only; {_INVERSE}"
    return ""


def _overflow(op: str, a: Sequence[float], y: Any) -> str:
    kind = np.asarray(y).dtype
    kind = kind if kind.kind == "f" else np.dtype(float)
    most = float(np.finfo(kind).max)
    told = {
        "exp": "exp({0})", "exp2": "2^{0}", "expm1": "exp({0}) − 1", "sinh": "sinh({0})", "cosh": "cosh({0})",
        "power": "{0}^{1}", "power of": "a power of {0}", "square": "{0}²", "multiply": "{0} × {1}",
        "divide": "{0} / {1}", "add": "{0} + {1}", "subtract": "{0} − {1}", "reciprocal": "1 / {0}",
    }.get(op, "")  # fmt: skip
    what = told.format(*map(_n, a)) if a and told and told.count("{") <= len(a) else "the result"
    limit = f"overflows: {what} is beyond {_n(most)}, the largest {kind.name}"
    limit += f", about exp({math.log(most):.0f})" if op in ("exp", "expm1") else ""
    if op in ("exp", "exp2", "expm1", "sinh", "cosh"):
        return f"It {limit}; take the largest exponent off first, as softmax does, or work with logarithms"
    if op in ("divide", "reciprocal"):
        return f"It {limit}; keep the denominator away from 0: n / (d + 1e-12)"
    wide = ", or compute in float64" if kind.itemsize < 8 else ""
    return f"It {limit}; scale the numbers down, or add up logarithms instead{wide}"


def of_slope(op: str, place: int | None, a: Sequence[float], args: Sequence[Any], upstream: Any, local: Any) -> str:
    """Say why what comes back through an operation, or its tangent, is not finite, and the way out.

    place            which operand it goes to; None for a tangent
    upstream, local  what comes back to the operation, and its local derivative; None where there is none to tell
    """
    said = _corner(op, place, a)
    if not said and not a:
        said = (
            {
                "norm": "The slope of a norm at 0 is not defined; add a little: np.sqrt(np.sum(x * x) + 1e-12)",
                "eigh": "Two eigenvalues are equal, and their vectors have no slope there; use the eigenvalues only",
                "svd": "Two singular values are equal, and their vectors have no slope there; use the values only",
            }.get(op, "")
            if not _large(args)
            else ""
        )
    if said:
        zero = upstream is not None and local is not None and not np.any(upstream)
        return said + ("; and the 0 that comes back times ∞ is NaN" if zero else "")
    if upstream is not None and local is not None and np.isfinite(local).all():
        big = float(np.max(np.abs(upstream), initial=0.0)), float(np.max(np.abs(local), initial=0.0))
        return (
            f"The gradient explodes: {_n(big[0])} that comes back × {_n(big[1])}, the slope here, is beyond any float; "
            "scale the function down, or clip what is sent back"
        )
    return "The slope overflows: its numbers are beyond any float; scale the operands"


def _corner(op: str, place: int | None, a: Sequence[float]) -> str:
    """Say where an elementwise operation has no finite slope; "" where it has one."""
    if not a:
        return ""
    x, z = a[0], a[-1]
    match op:
        case "sqrt" if x == 0:
            return "The slope of the root at 0 is ∞; add a little before it: np.sqrt(x + 1e-12)"
        case "cbrt" if x == 0:
            return "The slope of the cube root at 0 is ∞; keep x away from it"
        case "log" | "log2" | "log10" if x == 0:
            return f"The slope of the logarithm at 0 is ∞; use {_SAFE_LOG.replace('log', op)}"
        case "power" if place == 1 and x <= 0:
            return (
                f"The slope by the exponent is aᵇ·ln a, and the base is {_n(x)}, of which there is no logarithm; give "
                "the exponent as a plain number, or leave it out of wrt"
            )
        case "power" | "power of" if x == 0:
            return "The slope of a power below 1 is ∞ at 0; add a little before it: x + 1e-12"
        case "divide" | "reciprocal" if z != 0:
            n = f"{_n(x)}" if op == "divide" else "1"
            return f"The slope of {n} / d at d = {_n(z)} is about {n} / d², which overflows; keep d away from 0"
        case "arcsin" | "arccos" | "arctanh" if abs(x) == 1:
            return f"The slope of {op} at {_n(x)} is infinite; {_INVERSE}"
        case "arccosh" if x == 1:
            return "The slope of arccosh at 1 is ∞; keep x above 1"
        case "hypot" | "arctan2" if x == 0 and z == 0:
            return f"{op} has no slope where both operands are 0; keep one of them away from it"
    return ""


def _flat(args: Sequence[Any]) -> list[Any]:
    """Return the numbers in operands, of which some may be tuples."""
    found: list[Any] = []
    for arg in args:
        found += _flat(arg) if isinstance(arg, tuple) else np.ravel(arg).tolist()
    return found


def _large(args: Sequence[Any]) -> bool:
    return any(abs(v) > 1e100 for v in _flat(args))


def _n(value: float) -> str:
    """Write a number as it reads in a sentence: −2, 1e+200, ∞."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")
