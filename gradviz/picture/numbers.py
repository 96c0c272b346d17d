"""Numbers as a reader sees them: one width, true minus, as many digits as the arithmetic needs, nice scales."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ..record import Value

#: Significant digits of a number on a card; up to six are shown to make an equation come out.
DIGITS = 4

# Digits of the terms and of the result, in the order in which they are tried.
_PRECISIONS = ((4, 4), (5, 4), (6, 4), (5, 5), (6, 5), (6, 6))
_MOST_DIGITS = 6
_MOST_GLYPHS = 9  # of a number on a card
_NICE = (Decimal(1), *map(Decimal, ("1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))


def is_scalar(value: object) -> bool:
    """Tell whether a value is one number, of any type."""
    return type(value) is float or (
        not isinstance(value, tuple) and np.ndim(value) == 0  # type: ignore[arg-type]  # None has no axes either
    )


def number(x: Any, digits: int = DIGITS) -> str:
    """Write a number: three or four significant digits, at most three decimals from 0.1 up, short e-notation outside
    0.001 to 10,000, true minus.

    Whole-number types have no decimals; NaN, ∞ and −∞ are words; −0 is 0.

    >>> [number(v) for v in (2.0, -3.0, 0.7071, 24.704, 1234.5, 1.2e-5, -0.0)]
    ['2.000', '−3.000', '0.707', '24.70', '1234', '1.20e−5', '0.000']
    """
    if type(x) is not float:
        x = x.item() if isinstance(x, np.generic | np.ndarray) else x
        if isinstance(x, bool):
            return str(x)
        if isinstance(x, int):
            text = str(x) if abs(x) < 10**12 else ""
            return _minus(text) if 0 < len(text) <= _MOST_GLYPHS else number(_as_float(x), digits)
        x = float(x)
    if not math.isfinite(x):
        return "NaN" if math.isnan(x) else "∞" if x > 0 else "−∞"
    size = abs(x)
    decimals = _decimals(size, digits)
    if decimals is not None:
        text = f"{size:.{decimals}f}"
        again = _decimals(float(text), digits)  # 9.9996 has become 10.000
        if again is not None:
            return ("−" if x < 0 else "") + (text if again == decimals else f"{float(text):.{again}f}")
    mantissa = digits - 2
    text = _science(x, mantissa)
    while len(text) > _MOST_GLYPHS + digits - DIGITS and mantissa:
        mantissa -= 1
        text = _science(x, mantissa)
    return text


def _as_float(x: int) -> float:
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


def _decimals(size: float, digits: int) -> int | None:
    """Return how many decimals a number of that size has; None where it is written with an exponent."""
    if size == 0 or 0.1 <= size < 10:
        return digits - 1
    if size < 0.001 or size >= 10_000:
        return None
    if size < 0.1:
        return digits if size >= 0.01 else digits + 1
    return max(0, digits - (2 if size < 100 else 3 if size < 1000 else 4))


def _science(x: float, decimals: int) -> str:
    mantissa, exponent = f"{x:.{decimals}e}".split("e")
    return _minus(f"{mantissa}e{int(exponent)}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def trim(text: str) -> str:
    """Take the trailing zeros off a written number: 0.500 is 0.5, 1.20e−5 is 1.2e−5.

    >>> trim(number(1.0)), trim(number(1e-5))
    ('1', '1e−5')
    """
    head, e, tail = text.partition("e")
    if "." in head:
        head = head.rstrip("0").rstrip(".")
    return head + e + tail


def local(x: Any, digits: int = DIGITS) -> str:
    """Write a local derivative as its chip shows it, without trailing zeros.

    >>> local(1.0), local(0.5), local(-1.12851)
    ('×1', '×0.5', '×−1.129')
    """
    return "×" + trim(number(x, digits))


def read(text: str) -> float:
    """Return the number that a reader takes from a written one."""
    return float(text.lstrip("×").replace("−", "-").replace("∞", "inf"))


def shape(of: Sequence[int]) -> str:
    """Write the shape of an array: 4×5; nothing for a number."""
    return "×".join(map(str, of))


def quantity(value: Value) -> str:
    """Write a value in a sentence: a number, or the shape of an array."""
    if isinstance(value, tuple):
        return f"{len(value)} results"
    if is_scalar(value):
        return number(value)
    sides = np.shape(value)
    return f"a vector of {sides[0]}" if len(sides) == 1 else f"a {shape(sides)} array"


@dataclass(frozen=True, slots=True)
class Balanced:
    """Terms and their result, written so that the relation between them is true as it stands: "=" or "≈"."""

    terms: tuple[str, ...]
    result: str
    relation: str


def total(terms: Sequence[float]) -> float:
    """Add the terms."""
    return math.fsum(terms) if all(map(math.isfinite, terms)) else sum(terms)


def balanced(
    terms: Sequence[Any], result: Any, combine: Callable[[Sequence[float]], float] | None = math.prod
) -> Balanced:
    """Write the terms and the result of a piece of arithmetic with the fewest digits that make it come out.

    combine  what is done with the terms (default: their product). None, or an exception from it, says that this
             cannot be worked out here: then "=" needs numbers that are exactly what is shown.

    The result keeps its four digits, as it stands on its card, while its terms get up to six; where that does not
    help, the result gets more too, and at last four digits are shown with "≈". Beside NaN and infinities there is
    nothing to round, so the relation is "=".

    >>> balanced((2.0006, 1.0006), 3.0012, total)
    Balanced(terms=('2.0006', '1.0006'), result='3.001', relation='=')
    """
    values = [_float(t) for t in (*terms, result)]
    finite = all(map(math.isfinite, values))
    for digits, of_result in _PRECISIONS:
        shown = tuple(_enough(t, digits) for t in terms)
        outcome = number(result, of_result)
        if not finite or _comes_out(shown, outcome, values, combine, of_result):
            return Balanced(shown, outcome, "=")
    return Balanced(tuple(map(number, terms)), number(result), "≈")


def apart(a: Any, b: Any) -> tuple[str, str]:
    """Write two numbers with as many digits, up to six, as tell them apart.

    >>> apart(1.0, 2.0), apart(1.0, 1.00001), apart(1.0, 1.0)
    (('1.000', '2.000'), ('1.00000', '1.00001'), ('1.000', '1.000'))
    """
    for digits in range(DIGITS, _MOST_DIGITS + 1):
        one, other = number(a, digits), number(b, digits)
        if one != other:
            return one, other
    return number(a), number(b)


def _enough(x: Any, digits: int) -> str:
    """Write a number with so many digits, but with four where those are all it has."""
    text = number(x)
    return text if digits == DIGITS or _read_any(text) == _float(x) else number(x, digits)


def _float(x: Any) -> float:
    return float(x.item() if isinstance(x, np.ndarray) else x)


def _comes_out(
    shown: Sequence[str],
    outcome: str,
    values: Sequence[float],
    combine: Callable[[Sequence[float]], float] | None,
    digits: int,
) -> bool:
    read_terms = [_read_any(text) for text in (*shown, outcome)]
    if read_terms == list(values):
        return True
    if combine is None:
        return False
    try:
        made = combine(read_terms[:-1])
    except (ArithmeticError, ValueError, TypeError):
        return False
    return math.isfinite(made) and (number(made, digits) == outcome or made == read_terms[-1])


def _read_any(text: str) -> float:
    return {"True": 1.0, "False": 0.0}[text] if text in ("True", "False") else read(text)


def limit(*values: Value) -> float:
    """Return the nice number at or over the greatest size among the values, for a scale from −limit to limit.

    NaN and infinities are left out; 1.0 where there is nothing but zeros.

    >>> limit(np.array([-3.2, 1.0])), limit(0.77)
    (4.0, 0.8)
    """
    most = 0.0
    for value in values:
        if isinstance(value, tuple):
            most = max(most, *(_greatest(v) for v in value)) if value else most
        else:
            most = max(most, _greatest(value))
    if most == 0:
        return 1.0
    exact = Decimal(most)
    one = Decimal(1).scaleb(exact.adjusted())
    nice = next(float(n * one) for n in _NICE if float(n * one) >= most)
    return min(nice, sys.float_info.max)


def _greatest(value: Value) -> float:
    if isinstance(value, tuple):
        return max(map(_greatest, value), default=0.0)
    array = np.abs(np.asarray(value, dtype=np.float64))
    finite = array[np.isfinite(array)]
    return float(finite.max()) if finite.size else 0.0


def scale(most: float) -> str:
    """Write a scale: ±4, ±0.8, ±4e5."""
    return "±" + trim(number(most))
