"""What nodes are called where their names are too long: v₇, by a letter that no name of the user's has."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: In the order in which they are tried; the last is no name in any language.
LETTERS: tuple[str, ...] = (*"vuzqhrskpnmtacw", "#")

_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_NUMBERS = "0123456789₀₁₂₃₄₅₆₇₈₉_"


def below(number: int | str) -> str:
    """Write a whole number below the line: 41 is ₄₁."""
    return str(number).translate(_BELOW)


def letter(names: Iterable[str]) -> str:
    """Return the first letter that none of the names has, alone or with a number: v, or u beside a v or a v₁.

    >>> letter(["x", "w[0]·x"]), letter(["v₁·t", "x"]), letter(["2·v", "p.u3"])
    ('v', 'u', 'z')
    """
    used = {word.rstrip(_NUMBERS) for text in names for word in _IDENTIFIER.findall(text)}
    return next(one for one in LETTERS if one not in used)
