"""The ops of one variable: exponentials, logarithms, roots, trigonometry, and the functions of neural networks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .op import CALLS, Op


def _function(
    name: str,
    kind: str,
    function: Callable[..., Any],
    partial: Callable[..., Any],
    local: str,
    rule: str,
    *,
    symbol: str = "",
    label: str = "",
    analytic: bool = True,
    selects: bool = False,
    linear: str = "",
    edge: str = "",
) -> Op:
    word = symbol or name
    shown = label or f"{word}({{0}})"
    factor = "" if local == "1" else f"({local})·" if " " in local else f"{local}·"
    formula = f"d {shown} = {factor}da".replace("{0}", "a").replace("{y}", "y")
    return Op(
        name, kind, function, word, rule, (local,), shown, CALLS, (partial,), linear=linear, selects=selects,
        analytic=analytic, formula=formula, edge=edge,
    )  # fmt: skip


EXP = _function("exp", "exponential", np.exp, lambda y, a: y, "{y}", "The exponential multiplies it by its own value.")
EXP2 = _function(
    "exp2", "exponential", np.exp2, lambda y, a: y * math.log(2), "{y}·ln 2",
    "A power of two multiplies it by its own value times ln 2.", label="2^{0}",
)  # fmt: skip
EXPM1 = _function(
    "expm1", "exponential", np.expm1, lambda y, a: y + 1.0, "{y} + 1",
    "The exponential less 1 multiplies it by the exponential.",
)  # fmt: skip
LOG = _function(
    "log", "logarithm", np.log, lambda y, a: 1.0 / a, "1/{0}", "The logarithm divides it by its operand.",
    edge="At a = 0 it is inf; below 0 the value is NaN.",
)  # fmt: skip
LOG2 = _function(
    "log2", "logarithm", np.log2, lambda y, a: 1.0 / (a * math.log(2)), "1/({0}·ln 2)",
    "The logarithm to base 2 divides it by its operand times ln 2.", label="log₂({0})", edge="As for log.",
)  # fmt: skip
LOG10 = _function(
    "log10", "logarithm", np.log10, lambda y, a: 1.0 / (a * math.log(10)), "1/({0}·ln 10)",
    "The logarithm to base 10 divides it by its operand times ln 10.", label="log₁₀({0})", edge="As for log.",
)  # fmt: skip
LOG1P = _function(
    "log1p", "logarithm", np.log1p, lambda y, a: 1.0 / (1.0 + a), "1/(1 + {0})",
    "The logarithm of 1 + a divides it by 1 + a.", edge="At a = −1 it is inf.",
)  # fmt: skip
SQRT = _function(
    "sqrt", "power", np.sqrt, lambda y, a: 0.5 / y, "1/(2·{y})", "A square root divides it by twice the root.",
    symbol="√", label="√{0}", edge="At a = 0 it is inf.",
)  # fmt: skip
CBRT = _function(
    "cbrt", "power", np.cbrt, lambda y, a: 1.0 / (3.0 * y**2), "1/(3·{y}²)",
    "A cube root divides it by three times the root squared.", symbol="∛", label="∛{0}", analytic=False,
    edge="At a = 0 it is inf.",
)  # fmt: skip
SQUARE = _function(
    "square", "power", np.square, lambda y, a: 2.0 * a, "2·{0}", "A square multiplies it by twice its operand.",
    symbol="( )²", label="{0}²",
)  # fmt: skip
RECIPROCAL = _function(
    "reciprocal", "power", np.reciprocal, lambda y, a: -(y**2), "−{y}²",
    "A reciprocal multiplies it by minus its own square.", symbol="1/( )", label="1/{0}",
    edge="At a = 0 the rules give inf, which is carried on.",
)  # fmt: skip

_TRIG = "trigonometry"
SIN = _function("sin", _TRIG, np.sin, lambda y, a: np.cos(a), "cos {0}", "The sine multiplies it by the cosine.")
COS = _function(
    "cos", _TRIG, np.cos, lambda y, a: -np.sin(a), "−sin {0}", "The cosine multiplies it by minus the sine."
)
TAN = _function(
    "tan", _TRIG, np.tan, lambda y, a: 1.0 + y**2, "1 + {y}²", "The tangent multiplies it by 1 plus its own square."
)
ARCSIN = _function(
    "arcsin", _TRIG, np.arcsin, lambda y, a: 1.0 / np.sqrt(1.0 - a**2), "1/√(1 − {0}²)",
    "The inverse sine divides it by the root of 1 − a².", edge="At a = ±1 it is inf; beyond, NaN.",
)  # fmt: skip
ARCCOS = _function(
    "arccos", _TRIG, np.arccos, lambda y, a: -1.0 / np.sqrt(1.0 - a**2), "−1/√(1 − {0}²)",
    "The inverse cosine divides it by minus the root of 1 − a².", edge="At a = ±1 it is −inf; beyond, NaN.",
)  # fmt: skip
ARCTAN = _function(
    "arctan", _TRIG, np.arctan, lambda y, a: 1.0 / (1.0 + a**2), "1/(1 + {0}²)",
    "The inverse tangent divides it by 1 + a².",
)  # fmt: skip
SINH = _function(
    "sinh", _TRIG, np.sinh, lambda y, a: np.cosh(a), "cosh {0}", "The hyperbolic sine multiplies it by cosh."
)
COSH = _function(
    "cosh", _TRIG, np.cosh, lambda y, a: np.sinh(a), "sinh {0}", "The hyperbolic cosine multiplies it by sinh."
)
TANH = _function(
    "tanh", _TRIG, np.tanh, lambda y, a: 1.0 - y**2, "1 − {y}²", "The tanh multiplies it by 1 minus its own square."
)
ARCSINH = _function(
    "arcsinh", _TRIG, np.arcsinh, lambda y, a: 1.0 / np.sqrt(a**2 + 1.0), "1/√({0}² + 1)",
    "The inverse of sinh divides it by the root of a² + 1.",
)  # fmt: skip
ARCCOSH = _function(
    "arccosh", _TRIG, np.arccosh, lambda y, a: 1.0 / (np.sqrt(a - 1.0) * np.sqrt(a + 1.0)), "1/√({0}² − 1)",
    "The inverse of cosh divides it by the root of a² − 1.", edge="At a = 1 it is inf; below, NaN.",
)  # fmt: skip
ARCTANH = _function(
    "arctanh", _TRIG, np.arctanh, lambda y, a: 1.0 / (1.0 - a**2), "1/(1 − {0}²)",
    "The inverse of tanh divides it by 1 − a².", edge="At a = ±1 it is inf.",
)  # fmt: skip
DEG2RAD = _function(
    "deg2rad", "linear", np.deg2rad, lambda y, a: math.pi / 180, "π/180", "A change of unit multiplies it by π/180.",
    symbol="rad", analytic=False, linear="joint",
)  # fmt: skip
RAD2DEG = _function(
    "rad2deg", "linear", np.rad2deg, lambda y, a: 180 / math.pi, "180/π", "A change of unit multiplies it by 180/π.",
    symbol="deg", analytic=False, linear="joint",
)  # fmt: skip


def _sinc_partial(y: Any, a: Any) -> Any:
    at0 = abs(a) < 1e-4  # there the quotient loses its digits; the series' next term is 1e-14 of this one
    x = np.where(at0, 1.0, a)
    near = -(math.pi**2) * a / 3.0 * (1.0 - (math.pi * a) ** 2 / 10.0)
    return np.where(at0, near, (np.cos(math.pi * x) - y) / x)


SINC = _function(
    "sinc", _TRIG, np.sinc, _sinc_partial, "(cos π{0} − {y})/{0}",
    "The sinc multiplies it by (cos πa − sinc a) over a.", analytic=False, edge="At a = 0 it is 0.",
)  # fmt: skip


def _sigmoid(a: Any) -> Any:
    if np.iscomplexobj(a):
        return 1.0 / (1.0 + np.exp(-a))
    e = np.exp(-np.abs(a))  # never overflows
    return np.where(np.asarray(a) >= 0, 1.0, e) / (1.0 + e)


SIGMOID = _function(
    "sigmoid", "exponential", _sigmoid, lambda y, a: y * (1.0 - y), "{y}·(1 − {y})",
    "The sigmoid multiplies it by its own value times 1 minus its value.", symbol="σ", label="σ({0})",
)  # fmt: skip
RELU = _function(
    "relu", "choice", lambda a: np.where(np.asarray(a) <= 0, 0.0 * np.abs(np.sign(a)), a),
    lambda y, a: np.where(a > 0, 1.0, 0.0), "[{0} > 0]",
         "A relu passes it on where its operand is above 0, and stops it elsewhere.",
    analytic=False, selects=True, edge="At a = 0 it sends 0.",
)  # fmt: skip
SOFTPLUS = _function(
    "softplus", "exponential", lambda a: np.logaddexp(0.0, a), lambda y, a: 1.0 / (1.0 + np.exp(-a)), "σ({0})",
    "The softplus multiplies it by the sigmoid of its operand.", analytic=False,
)  # fmt: skip
NAN_TO_NUM = Op(
    "nan_to_num", "choice", np.nan_to_num, "nan→0", "It is passed on where the value is finite, and stopped elsewhere.",
    ("[{0} finite]",), "nan_to_num({0})", CALLS, (lambda y, a, **_: np.where(np.isfinite(a), 1.0, 0.0),), selects=True,
    formula="d nan_to_num(a) = [a finite]·da", edge="NaN and infinities get 0.",
)  # fmt: skip
REAL = _function(
    "real", "linear", np.real, lambda y, a: 1.0, "1",
    "The real part of a real value is the value: it passes on unchanged.",
    symbol="Re", linear="joint", analytic=False,
)  # fmt: skip


def _pair(
    name: str,
    kind: str,
    function: Callable[..., Any],
    partials: tuple[Callable[..., Any], Callable[..., Any]],
    local: tuple[str, str],
    rule: str,
    formula: str,
    edge: str = "",
    linear: str = "",
) -> Op:
    label = f"{name}({{0}}, {{1}})"
    return Op(
        name, kind, function, name, rule, local, label, CALLS, partials, formula=formula, edge=edge, linear=linear
    )


LOGADDEXP = _pair(
    "logaddexp", "logarithm", np.logaddexp,
    (lambda y, a, b: 1.0 / (1.0 + np.exp(b - a)), lambda y, a, b: 1.0 / (1.0 + np.exp(a - b))),
    ("e^({0} − {y})", "e^({1} − {y})"), "It is shared out in proportion to the exponentials.",
    "d ln(eᵃ + eᵇ) = eᵃ⁻ʸ·da + eᵇ⁻ʸ·db",
)  # fmt: skip
LOGADDEXP2 = _pair(
    "logaddexp2", "logarithm", np.logaddexp2,
    (lambda y, a, b: 1.0 / (1.0 + np.exp2(b - a)), lambda y, a, b: 1.0 / (1.0 + np.exp2(a - b))),
    ("2^({0} − {y})", "2^({1} − {y})"), "It is shared out in proportion to the powers of two.",
    "d log₂(2ᵃ + 2ᵇ) = 2ᵃ⁻ʸ·da + 2ᵇ⁻ʸ·db",
)  # fmt: skip


def _leg(which: int) -> Callable[..., Any]:
    def partial(y: Any, a: Any, b: Any) -> Any:
        return np.where(y == 0, 0.0, (a, b)[which] / np.where(y == 0, 1.0, y))

    return partial


HYPOT = _pair(
    "hypot", "power", np.hypot, (_leg(0), _leg(1)), ("{0}/{y}", "{1}/{y}"),
    "Each leg gets it times the leg over the hypotenuse.", "d√(a² + b²) = (a·da + b·db)/√(a² + b²)",
    "At a = b = 0 it sends 0.",
)  # fmt: skip
ARCTAN2 = _pair(
    "arctan2", _TRIG, np.arctan2,
    (lambda y, a, b: b / (a**2 + b**2), lambda y, a, b: -a / (a**2 + b**2)),
    ("{1}/({0}² + {1}²)", "−{0}/({0}² + {1}²)"), "An angle gets it divided by the squared radius, crosswise.",
    "d arctan2(a, b) = (b·da − a·db)/(a² + b²)", "At a = b = 0 the rules give NaN.",
)  # fmt: skip
ROWS = (
    EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SQRT, CBRT, SQUARE, RECIPROCAL, SIN, COS, TAN, ARCSIN, ARCCOS, ARCTAN,
    SINH, COSH, TANH, ARCSINH, ARCCOSH, ARCTANH, DEG2RAD, RAD2DEG, SINC, SIGMOID, RELU, SOFTPLUS, NAN_TO_NUM, REAL,
    LOGADDEXP, LOGADDEXP2, HYPOT, ARCTAN2,
)  # fmt: skip
