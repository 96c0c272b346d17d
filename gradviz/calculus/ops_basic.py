"""The ops of arithmetic: sums, products, quotients, powers, and choices between two values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .op import ADDS, CALLS, MULTIPLIES, NEGATES, POWERS, Op, Shape, Text

_RAISED = str.maketrans("0123456789-+()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾")


def raised(p: float) -> str:
    """Write an exponent: 2 -> "²", -1 -> "⁻¹", 0.5 -> "^0.5"."""
    if float(p).is_integer() and abs(p) < 1e6:
        return str(int(p)).translate(_RAISED)
    return f"^{p:.4g}" if p >= 0 else f"^(−{-p:.4g})"


def _one(y: Any, *args: Any) -> float:
    return 1.0


def _minus_one(y: Any, *args: Any) -> float:
    return -1.0


def _zero(y: Any, *args: Any, **params: Any) -> float:
    return 0.0


ADD = Op(
    "add", "linear", np.add, "+", "Addition passes it on unchanged.", ("1", "1"), "{0} + {1}", ADDS,
    (_one, _one), linear="joint", analytic=True, formula="d(a + b) = da + db",
)  # fmt: skip
SUBTRACT = Op(
    "subtract", "linear", np.subtract, "−",
    "Subtraction passes it on to the first, and with its sign changed to the second.",
    ("1", "−1"), "{0} − {1}", ADDS, (_one, _minus_one), linear="joint", analytic=True, formula="d(a − b) = da − db",
    alone=("Subtraction passes it on unchanged.", "What is subtracted gets it with its sign changed."),
)  # fmt: skip
MULTIPLY = Op(
    "multiply", "product", np.multiply, "×", "A product multiplies it by the other factor.", ("{1}", "{0}"),
    "{0}·{1}", MULTIPLIES, (lambda y, a, b: b, lambda y, a, b: a), linear="each", analytic=True,
    formula="d(a·b) = b·da + a·db",
)  # fmt: skip
DIVIDE = Op(
    "divide", "product", np.divide, "÷",
    "A quotient divides it by the denominator; the denominator gets it times −(the quotient over the denominator).",
    ("1/{1}", "−{y}/{1}"), "{0}/{1}", MULTIPLIES, (lambda y, a, b: 1.0 / b, lambda y, a, b: -y / b), analytic=True,
    formula="d(a/b) = da/b − (a/b²)·db", edge="At b = 0 the rules give inf or NaN, which are carried on.",
    alone=("A quotient divides it by the denominator.", "The denominator gets it times −(the quotient over it)."),
)  # fmt: skip
NEGATIVE = Op(
    "negative", "linear", np.negative, "−", "Negation changes its sign.", ("−1",), "−{0}", NEGATES, (_minus_one,),
    linear="joint", analytic=True, formula="d(−a) = −da",
)  # fmt: skip
POSITIVE = Op(
    "positive", "linear", np.positive, "+", "A plus sign passes it on unchanged.", ("1",), "+{0}", NEGATES, (_one,),
    linear="joint", analytic=True, formula="d(+a) = da",
)  # fmt: skip


def _raise(a: Any, exponent: float) -> Any:
    return np.power(a if isinstance(a, np.ndarray) else np.asarray(a) * 1.0, exponent)


def _power_partial(y: Any, a: Any, exponent: float) -> Any:
    if exponent == 0:
        return 0.0
    if exponent == 1:
        return 1.0
    return exponent * a if exponent == 2 else exponent * a ** (exponent - 1)


def _power_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    p = params["exponent"]
    factor = f"{p:.4g}".replace("-", "−")
    lower = "" if p == 2 else raised(p - 1)
    return replace(text, symbol=f"( ){raised(p)}", label=f"{{0}}{raised(p)}", local=(f"{factor}·{{0}}{lower}",))


#: A power whose exponent is a plain number: it is part of the op, not an arg.
POWER_OF = Op(
    "power of", "power", _raise, "( )ᵖ",
    "A power multiplies it by the exponent times the base raised to one less.", ("p·{0}ᵖ⁻¹",), "{0}ᵖ", POWERS,
    (_power_partial,), analytic=True, words=_power_words, formula="d(aᵖ) = p·aᵖ⁻¹·da",
    edge="At a = 0 with 0 < p < 1 the derivative is inf; with p = 0 it is 0.",
)  # fmt: skip


def _base_partial(y: Any, a: Any, b: Any) -> Any:
    return np.where(b == 0, 0.0, b * a ** np.where(b == 0, 1.0, b - 1.0))


def _exponent_partial(y: Any, a: Any, b: Any) -> Any:
    off = (a == 0) & (b >= 0)
    return np.where(off, 0.0, y * np.log(np.where(off, 1.0, a)))


POWER = Op(
    "power", "power", np.power, "^",
    "A power sends the base (exponent × base to one less) times it, and the exponent (result × ln base) times it.",
    ("{1}·{0}^({1} − 1)", "{y}·ln {0}"), "{0}^{1}", POWERS, (_base_partial, _exponent_partial), analytic=True,
    formula="d(aᵇ) = b·aᵇ⁻¹·da + aᵇ·ln a·db",
    edge="At b = 0 the base gets 0; at a = 0, b ≥ 0 the exponent gets 0; at a < 0 the exponent gets NaN.",
    alone=(
        "A power multiplies it by exponent × the base to one less.", "An exponent gets it times result × ln base.",
    ),
)  # fmt: skip

_WHOLE = "Between its steps a step function is flat: it sends 0."


def _step(name: str, function: Any, symbol: str, label: str = "") -> Op:
    return Op(
        name, "step", function, symbol, _WHOLE, ("0",), label or f"{name}({{0}})", CALLS, (_zero,), selects=True,
        formula=f"d {name}(a) = 0", edge="0 at the jumps too.",
    )  # fmt: skip


SIGN = _step("sign", np.sign, "sign")
FLOOR = _step("floor", np.floor, "floor", "⌊{0}⌋")
CEIL = _step("ceil", np.ceil, "ceil", "⌈{0}⌉")
TRUNC = _step("trunc", np.trunc, "trunc")
RINT = _step("rint", np.rint, "round", "round({0})")
ROUND = _step("round", np.round, "round")
FLOOR_DIVIDE = Op(
    "floor_divide", "step", np.floor_divide, "⌊÷⌋", _WHOLE, ("0", "0"), "⌊{0}/{1}⌋", CALLS, (_zero, _zero),
    selects=True, formula="d⌊a/b⌋ = 0", edge="0 at the jumps too.",
)  # fmt: skip
HEAVISIDE = Op(
    "heaviside", "step", np.heaviside, "step", "A step is flat on both sides; the value at the step gets it at 0 only.",
    ("0", "[{0} = 0]"), "heaviside({0}, {1})", CALLS,
    (_zero, lambda y, a, b: np.where(a == 0, 1.0, 0.0)), selects=True, formula="dH(a, h) = [a = 0]·dh",
    edge="0 for a at the step too.",
)  # fmt: skip


def _remainder_b(y: Any, a: Any, b: Any) -> Any:
    return -np.floor_divide(a, b)  # not floor(a / b): rounded, a / b can reach the next branch


REMAINDER = Op(
    "remainder", "step", np.remainder, "mod",
    "A remainder passes it on to the first, and −⌊a/b⌋ times it to the second.",
    ("1", "−⌊{0}/{1}⌋"), "{0} mod {1}", MULTIPLIES, (_one, _remainder_b), formula="d(a mod b) = da − ⌊a/b⌋·db",
    edge="At the jumps the derivative of the branch that the value lies on.",
    alone=("A remainder passes it on unchanged.", "The divisor gets −⌊a/b⌋ times it."),
)  # fmt: skip
FMOD = Op(
    "fmod", "step", np.fmod, "fmod", "A remainder passes it on to the first, and −trunc(a/b) times it to the second.",
    ("1", "−trunc({0}/{1})"), "", CALLS, (_one, lambda y, a, b: -np.rint((a - y) / b)),
    formula="d fmod(a, b) = da − trunc(a/b)·db",
    edge="At the jumps the derivative of the branch that the value lies on.",
    alone=("A remainder passes it on unchanged.", "The divisor gets −trunc(a/b) times it."),
)  # fmt: skip

ABSOLUTE = Op(
    "absolute", "choice", np.absolute, "| |", "The absolute value passes it on with the sign of its operand.",
    ("sign {0}",), "|{0}|", CALLS, (lambda y, a: np.sign(a),), formula="d|a| = sign(a)·da", edge="At a = 0 it sends 0.",
)  # fmt: skip


def _wins(a: Any, b: Any) -> Any:
    """1 where a is chosen as the larger, ½ where both are equal; NaN is never the smaller."""
    return np.where(a == b, 0.5, np.where(a < b, 0.0, 1.0))


def _wins_number(a: Any, b: Any) -> Any:
    """As `_wins`, but a number is chosen over NaN."""
    return np.where(np.isnan(a), np.where(np.isnan(b), 0.5, 0.0), np.where(np.isnan(b), 1.0, _wins(a, b)))


def _choice(name: str, function: Any, word: str, sign: str, wins: Any, up: bool) -> Op:
    if up:
        partials = (lambda y, a, b: wins(a, b), lambda y, a, b: wins(b, a))
    else:
        partials = (lambda y, a, b: wins(-a, -b), lambda y, a, b: wins(-b, -a))
    return Op(
        name, "choice", function, word, f"It goes to the {'larger' if up else 'smaller'} of the two only.",
        (f"[{{0}} {sign} {{1}}]", f"[{{1}} {sign} {{0}}]"), f"{word}({{0}}, {{1}})", CALLS, partials, selects=True,
        formula=f"d {word}(a, b) = [a {sign} b]·da + [b {sign} a]·db", edge="Equal values share it evenly, ½ each.",
    )  # fmt: skip


MAXIMUM = _choice("maximum", np.maximum, "max", ">", _wins, True)
MINIMUM = _choice("minimum", np.minimum, "min", "<", _wins, False)
FMAX = _choice("fmax", np.fmax, "fmax", ">", _wins_number, True)
FMIN = _choice("fmin", np.fmin, "fmin", "<", _wins_number, False)


def _clip(a: Any, low: Any, high: Any) -> Any:
    return np.clip(a, low, high)


def _inside(y: Any, a: Any, low: Any, high: Any) -> Any:
    return np.where((a >= (-math.inf if low is None else low)) & (a <= (math.inf if high is None else high)), 1.0, 0.0)


CLIP = Op(
    "clip", "choice", _clip, "clip",
    "A clip passes it on where the value lies within the bounds, and stops it outside.",
    ("[low ≤ {0} ≤ high]",), "clip({0})", CALLS, (_inside,), selects=True, formula="d clip(a) = [low ≤ a ≤ high]·da",
    edge="On a bound it passes it on.",
)  # fmt: skip


def _where(a: Any, b: Any, condition: Any) -> Any:
    return np.where(condition, a, b)


WHERE = Op(
    "where", "choice", _where, "where", "It goes to the branch that was taken, element by element.",
    ("[taken]", "[not taken]"), "where(…, {0}, {1})", CALLS,
    (lambda y, a, b, condition: np.where(condition, 1.0, 0.0),
     lambda y, a, b, condition: np.where(condition, 0.0, 1.0)),
    linear="joint", selects=True, formula="d where(c, a, b) = [c]·da + [not c]·db",
    edge="The branch not taken gets 0, and never NaN from this op.",
)  # fmt: skip


def _copysign_partial(y: Any, a: Any, b: Any) -> Any:
    return np.where(a == 0, 0.0, np.sign(a) * np.copysign(1.0, b))


COPYSIGN = Op(
    "copysign", "choice", np.copysign, "copysign", "It goes on to the first, turned round where its sign was.",
    ("sign {0}·sign {1}", "0"), "", CALLS, (_copysign_partial, _zero), selects=True,
    formula="d copysign(a, b) = sign(a)·sign(b)·da", edge="At a = 0 it sends 0.",
)  # fmt: skip

ROWS = (
    ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATIVE, POSITIVE, POWER_OF, POWER, SIGN, FLOOR, CEIL, TRUNC, RINT, ROUND,
    FLOOR_DIVIDE, HEAVISIDE, REMAINDER, FMOD, ABSOLUTE, MAXIMUM, MINIMUM, FMAX, FMIN, CLIP, WHERE, COPYSIGN,
)  # fmt: skip
