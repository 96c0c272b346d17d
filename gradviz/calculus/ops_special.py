"""The ops of scipy.special, where SciPy is installed; it is imported when one of them runs.

Formulas: NIST Digital Library of Mathematical Functions, chapters 5 (gamma), 7 (error functions), 10 (Bessel).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .op import CALLS, Op
from .refuse import unknown
from .traced import call

_ROOT = 2.0 / math.sqrt(math.pi)


def special(name: str) -> Callable[..., Any]:
    """Return a function of scipy.special, imported on its first call; traced operands reach it as a ufunc's do."""

    def run(*args: Any, **params: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(*args, **params)

    run.__name__ = name
    return run


def _row(
    name: str, partials: tuple[Callable[..., Any], ...], local: tuple[str, ...], rule: str, *, symbol: str = "",
    analytic: bool = False, selects: bool = False, edge: str = "",
) -> Op:  # fmt: skip
    letters = ("a", "b", "c")[: len(partials)]
    word = symbol or name
    shown = local
    for i, letter in enumerate(letters):
        shown = tuple(f.replace(f"{{{i}}}", letter) for f in shown)
    terms = " + ".join(f"({f.replace('{y}', 'y')})·d{c}" for f, c in zip(shown, letters, strict=True) if f != "—")
    label = f"{word}({', '.join(f'{{{i}}}' for i in range(len(partials)))})"
    return Op(
        name, "special", special(name), word, rule, local, label, CALLS, partials, selects=selects, analytic=analytic,
        formula=f"d {word}({', '.join(letters)}) = {terms}", edge=edge,
    )  # fmt: skip


def _no(what: str) -> Callable[..., Any]:
    def refuse(y: Any, *args: Any) -> Any:
        raise unknown(
            f"scipy.special.{what}", (), None, "it has no derivative by its order; give that as a plain number"
        )

    return refuse


_expit, _psi = special("expit"), special("psi")


def _derived(a: Any, n: int) -> Any:
    return special("polygamma")(n, a)


def _polygamma(n: int, a: Any) -> Any:
    return call(_derived, a, n)


ROWS = (
    _row("expit", (lambda y, a: y * (1.0 - y),), ("{y}·(1 − {y})",),
         "The sigmoid multiplies it by its own value times 1 minus its value.", symbol="σ"),
    _row("log_expit", (lambda y, a: _expit(-a),), ("σ(−{0})",),
         "The logarithm of a sigmoid multiplies it by 1 minus the sigmoid."),
    _row("logit", (lambda y, a: 1.0 / (a * (1.0 - a)),), ("1/({0}·(1 − {0}))",), "The logit divides it by a·(1 − a).",
         edge="At a = 0 and a = 1 it is inf."),
    _row("erf", (lambda y, a: _ROOT * np.exp(-(a**2)),), ("2/√π·e^(−{0}²)",),
         "The error function multiplies it by the bell curve 2/√π·e^(−a²).", analytic=True),
    _row("erfc", (lambda y, a: -_ROOT * np.exp(-(a**2)),), ("−2/√π·e^(−{0}²)",),
         "The complementary error function multiplies it by minus the bell curve.", analytic=True),
    _row("erfinv", (lambda y, a: np.exp(y**2) / _ROOT,), ("√π/2·e^({y}²)",),
         "The inverse of erf divides it by the bell curve at the result."),
    _row("erfcinv", (lambda y, a: -np.exp(y**2) / _ROOT,), ("−√π/2·e^({y}²)",),
         "The inverse of erfc divides it by minus the bell curve at the result."),
    _row("erfcx", (lambda y, a: 2.0 * a * y - _ROOT,), ("2·{0}·{y} − 2/√π",),
         "The scaled erfc multiplies it by twice its operand times its value, less 2/√π."),
    _row("gamma", (lambda y, a: y * _psi(a),), ("{y}·ψ({0})",),
         "The gamma function multiplies it by its own value times digamma.",
         symbol="Γ"),
    _row("gammaln", (lambda y, a: _psi(a),), ("ψ({0})",), "The logarithm of gamma multiplies it by digamma.",
         symbol="ln Γ"),
    _row("rgamma", (lambda y, a: -y * _psi(a),), ("−{y}·ψ({0})",),
         "The reciprocal of gamma multiplies it by −1/Γ times digamma."),
    _row("psi", (lambda y, a: _polygamma(1, a),), ("ψ′({0})",), "Digamma multiplies it by trigamma.", symbol="ψ"),
    _row("beta", (lambda y, a, b: y * (_psi(a) - _psi(a + b)), lambda y, a, b: y * (_psi(b) - _psi(a + b))),
         ("{y}·(ψ({0}) − ψ({0} + {1}))", "{y}·(ψ({1}) − ψ({0} + {1}))"),
         "The beta function multiplies it by its value times a difference of digammas."),
    _row("betaln", (lambda y, a, b: _psi(a) - _psi(a + b), lambda y, a, b: _psi(b) - _psi(a + b)),
         ("ψ({0}) − ψ({0} + {1})", "ψ({1}) − ψ({0} + {1})"),
         "The logarithm of beta multiplies it by a difference of digammas."),
    _row("gammainc", (_no("gammainc"), lambda y, a, b: np.exp(-b + (a - 1.0) * np.log(b) - special("gammaln")(a))),
         ("—", "{1}^({0} − 1)·e^(−{1})/Γ({0})"), "The incomplete gamma function multiplies it by the gamma density."),
    _row("gammaincc", (_no("gammaincc"), lambda y, a, b: -np.exp(-b + (a - 1.0) * np.log(b) - special("gammaln")(a))),
         ("—", "−{1}^({0} − 1)·e^(−{1})/Γ({0})"),
         "The complementary incomplete gamma multiplies it by minus the gamma density."),
    _row("xlogy", (lambda y, a,
         b: np.where((a == 0) & (b <= 0), 0.0, np.log(np.where(b <= 0, np.where(a == 0, 1.0, b), b))),
                   lambda y, a, b: a / b),
         ("ln {1}", "{0}/{1}"), "The first gets it times the logarithm, the second times their quotient.",
         edge="At a = b = 0 the first gets 0 and the second NaN."),
    _row("xlog1py", (lambda y, a, b: np.log1p(b), lambda y, a, b: a / (1.0 + b)), ("ln(1 + {1})", "{0}/(1 + {1})"),
         "The first gets it times ln(1 + b), the second times a/(1 + b)."),
    _row("entr", (lambda y, a: -np.log(a) - 1.0,), ("−ln {0} − 1",), "The entropy −a·ln a multiplies it by −ln a − 1."),
    _row("rel_entr", (lambda y, a, b: np.log(a / b) + 1.0, lambda y, a, b: -a / b), ("ln({0}/{1}) + 1", "−{0}/{1}"),
         "The relative entropy gives the first ln(a/b) + 1 times it, the second −a/b times it."),
    _row("ndtr", (lambda y, a: np.exp(-(a**2) / 2.0) / math.sqrt(2 * math.pi),), ("φ({0})",),
         "The normal distribution multiplies it by its density.", symbol="Φ"),
    _row("ndtri", (lambda y, a: np.exp(y**2 / 2.0) * math.sqrt(2 * math.pi),), ("1/φ({y})",),
         "The normal quantile divides it by the density at the result.", symbol="Φ⁻¹"),
    _row("log_ndtr", (lambda y, a: np.exp(-(a**2) / 2.0 - y) / math.sqrt(2 * math.pi),), ("φ({0})/Φ({0})",),
         "The logarithm of the normal distribution multiplies it by density over distribution."),
    _row("j0", (lambda y, a: -special("j1")(a),), ("−J₁({0})",), "The Bessel function J₀ multiplies it by −J₁.",
         symbol="J₀"),
    _row("j1", (lambda y, a: (special("j0")(a) - special("jv")(2.0, a)) / 2.0,), ("(J₀({0}) − J₂({0}))/2",),
         "The Bessel function J₁ multiplies it by half of J₀ − J₂.", symbol="J₁"),
    _row("jv", (_no("jv"), lambda y, a, b: (special("jv")(a - 1.0, b) - special("jv")(a + 1.0, b)) / 2.0),
         ("—", "(J({0} − 1) − J({0} + 1))/2"),
         "A Bessel function multiplies it by half the difference of its neighbours."),
    _row("y0", (lambda y, a: -special("y1")(a),), ("−Y₁({0})",), "The Bessel function Y₀ multiplies it by −Y₁.",
         symbol="Y₀"),
    _row("y1", (lambda y, a: (special("y0")(a) - special("yv")(2.0, a)) / 2.0,), ("(Y₀({0}) − Y₂({0}))/2",),
         "The Bessel function Y₁ multiplies it by half of Y₀ − Y₂.", symbol="Y₁"),
    _row("yv", (_no("yv"), lambda y, a, b: (special("yv")(a - 1.0, b) - special("yv")(a + 1.0, b)) / 2.0),
         ("—", "(Y({0} − 1) − Y({0} + 1))/2"),
         "A Bessel function multiplies it by half the difference of its neighbours."),
    _row("yn", (_no("yn"), lambda y, a, b: (special("yv")(a - 1.0, b) - special("yv")(a + 1.0, b)) / 2.0),
         ("—", "(Y({0} − 1) − Y({0} + 1))/2"),
         "A Bessel function multiplies it by half the difference of its neighbours."),
    _row("ive", (_no("ive"), lambda y, a, b: (special("ive")(a - 1.0, b) + special("ive")(a + 1.0, b)) / 2.0
                 - np.sign(b) * y), ("—", "(I({0} − 1) + I({0} + 1))/2 − sign {1}·{y}"),
         "A scaled Bessel function multiplies it by half the sum of its neighbours, less its own value."),
    _row("gammasgn", (lambda y, a: 0.0,), ("0",), "Between its steps a step function is flat: it sends 0.",
         selects=True),
    _row("betainc", (_no("betainc"), _no("betainc"), lambda y, a, b, c: np.exp(
        (a - 1.0) * np.log(c) + (b - 1.0) * np.log1p(-c) - special("betaln")(a, b))),
         ("—", "—", "{2}^({0} − 1)·(1 − {2})^({1} − 1)/B"),
         "The incomplete beta function multiplies it by the beta density."),
    _row("i0", (lambda y, a: special("i1")(a),), ("I₁({0})",), "The Bessel function I₀ multiplies it by I₁.",
         symbol="I₀"),
    _row("i1", (lambda y, a: (special("i0")(a) + special("iv")(2.0, a)) / 2.0,), ("(I₀({0}) + I₂({0}))/2",),
         "The Bessel function I₁ multiplies it by half of I₀ + I₂.", symbol="I₁"),
    _row("iv", (_no("iv"), lambda y, a, b: (special("iv")(a - 1.0, b) + special("iv")(a + 1.0, b)) / 2.0),
         ("—", "(I({0} − 1) + I({0} + 1))/2"), "A Bessel function multiplies it by half the sum of its neighbours."),
)  # fmt: skip

POLYGAMMA = Op(
    "polygamma", "special", _derived, "ψ⁽ⁿ⁾", "A polygamma function multiplies it by the next one.",
    ("ψ⁽ⁿ⁺¹⁾({0})",), "polygamma({0})", CALLS, (lambda y, a, n: _polygamma(n + 1, a),),
    formula="d ψ⁽ⁿ⁾(a) = ψ⁽ⁿ⁺¹⁾(a)·da",
)  # fmt: skip

NUMPY: dict[Any, tuple[Op | None, Any]] = {_derived: (POLYGAMMA, lambda a, n: ((a,), {"n": n}))}

_BY_NAME = {row.name: row for row in ROWS}
_SYNONYMS = {"digamma": "psi", "loggamma": "gammaln"}


def find(function: Any) -> Op | None:
    """Return the row of a ufunc of scipy.special."""
    module = sys.modules.get("scipy.special")
    name = getattr(function, "__name__", "")
    if module is None or (
        getattr(module, name, None) is not function and getattr(module, _SYNONYMS.get(name, ""), None) is not function
    ):
        return None
    return _BY_NAME.get(_SYNONYMS.get(name, name))


def names() -> tuple[str, ...]:
    """Return what an error may name as the closest function."""
    return tuple(f"scipy.special.{n}" for n in _BY_NAME)
