"""How the user's code looks as mathematics: identifiers with subscripts, and labels put together from operands."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from ..record.shorthand import below
from .op import ADDS, CALLS, MULTIPLIES, NEGATES, POWERS

# xi is what people call the i-th x, and chi and omicron hardly differ from Latin letters: those are left alone.
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_NUMBERED = re.compile(r"(\w*[^\W\d_])_?(\d{1,3})")
_FUNCTIONS = frozenset(("arctan2", "atan2", "exp2", "expm1"))  # what their digits say is no index
_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*|\[[^\[\]]*\])+")
_STEP = re.compile(r"(?<![\w\[])[^\W\d]\w*(?![^\[]*\])")
_PLACE = re.compile(r"\{(\d+)\}")
_ONE_LETTER = re.compile(r"[^\W\d_][\u0300-\u036f]*[₀-₉]*")

#: What opens and closes: a place between two of these needs no parentheses of its own.
_OPEN, _CLOSE = "([,⌊⌈| ", ")],⌋⌉|"


#: How a sum over elements binds: it ends at the next + or −, and a factor behind it would be taken for a part of it.
REDUCES = (ADDS + MULTIPLIES) / 2


class Worded(NamedTuple):
    """A text and how tightly it binds, by the scale of `op`."""

    text: str
    binds: float = CALLS


def identifier(name: str) -> str:
    """Write an identifier as mathematics does: x1 -> x₁, w_12 -> w₁₂, alpha -> α, lambda_ -> λ, y_hat -> ŷ.

    So it does with those in a path: W1[0] -> W₁[0], params.w1 -> params.w₁. Other text stays as it is.
    """
    if name in _FUNCTIONS:
        return name
    if not name.isidentifier():
        return _STEP.sub(lambda step: identifier(step[0]), name) if _PATH.fullmatch(name) else name
    stem, digits = name, ""
    if numbered := _NUMBERED.fullmatch(name):
        stem, digits = numbered[1], below(numbered[2])
    if len(stem) == 5 and stem.endswith("_hat"):
        hat = unicodedata.normalize("NFC", stem[0] + "\u0302")
        stem = hat if len(hat) == 1 else stem
    return _GREEK.get(stem.rstrip("_") if stem == "lambda_" else stem, stem) + digits


def number(value: float) -> str:
    """Write a number that has no source text: 2.0 -> 2, -0.5 -> −0.5."""
    text = repr(float(value))
    return text.removesuffix(".0").replace("-", "−")


def indexed(name: str, index: int) -> str:
    """Tell a repeated name from its namesakes: acc₂, h[i]₂, (x·w)₂, and x₁₍₂₎ where it has an index already."""
    number = below(index)
    if name[-1:] in "₀₁₂₃₄₅₆₇₈₉" and _ONE_WORD.fullmatch(name):
        return f"{name}₍{number}₎"
    return name + number if _ONE_WORD.fullmatch(name) else f"({name}){number}"


_ONE_WORD = re.compile(r"[\w.\u0300-\u036f₀-₉]+(\[[^\[\]]*\]|\([^()]*\))*")


def leading(text: str, binds: float = CALLS) -> Worded:
    """Return a text with its precedence, which a minus sign in front makes that of a negation."""
    return Worded(text, min(binds, NEGATES)) if text.startswith(("−", "-", "+")) else Worded(text, binds)


def within(operand: Worded, least: float, first: bool) -> str:
    """Return an operand's text, in parentheses where it binds less than it must or a sign would follow an operator."""
    text, binds = operand
    if binds < least or (not first and text.startswith(("−", "+"))):
        return f"({text})"
    return text


def product(left: Worded, right: Worded) -> str:
    """Write a matrix product: W₁x for two letters of which the first is a capital, else with the sign @."""
    if _ONE_LETTER.fullmatch(left.text) and left.text[0].isupper() and _ONE_LETTER.fullmatch(right.text):
        return left.text + right.text
    return f"{within(left, MULTIPLIES, True)} @ {within(right, MULTIPLIES + 1, False)}"


@lru_cache(maxsize=4096)
def _parts(template: str, binds: int) -> tuple[tuple[str, int, float, bool], ...]:
    """Cut a label template: (the text before a place, its operand, how tightly that must bind, is it first)."""
    found: list[tuple[str, int, float, bool]] = []
    end = 0
    for place in _PLACE.finditer(template):
        before, after = template[: place.start()], template[place.end() :]
        first = not before
        least: float = 0
        if before in ("Σ ", "Π "):
            least = MULTIPLIES
        elif binds >= CALLS:
            enclosed = before[-1:] != "" and before[-1] in _OPEN and after[:1] != "" and after[0] in _CLOSE
            least = 0 if enclosed else CALLS
            first = first or enclosed
        elif binds in (NEGATES, POWERS):
            least = binds + 1
        else:
            least = binds if first else binds + 0.25
        found.append((template[end : place.start()], int(place[1]), least, first))
        end = place.end()
    found.append((template[end:], -1, 0, False))
    return tuple(found)


def compose(template: str, binds: int, operands: list[Worded]) -> str:
    """Put operands into a label template, each in parentheses where the reader would go wrong without.

    >>> compose("{0}·{1}", MULTIPLIES, [Worded("a + b", ADDS), Worded("c")])
    '(a + b)·c'
    """
    pieces: list[str] = []
    for text, index, least, first in _parts(template, binds):
        pieces.append(text)
        if 0 <= index < len(operands):
            pieces.append(within(operands[index], least, first))
    return "".join(pieces)
