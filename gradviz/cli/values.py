"""Values given as text: NAME=VALUE, where VALUE is a number, a formula of numbers, or an array in brackets."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..calculus.expression import parse
from ..errors import BadExpression

#: An array in brackets may have this many axes.
DEEPEST = 8


def values(words: Iterable[str]) -> dict[str, Any]:
    """Read NAME=VALUE words; whole numbers become floats. Raises `BadExpression`.

    >>> values(["w=-3", "x=1/4", "b=[[1,2],[3,4]]"])
    {'w': -3.0, 'x': 0.25, 'b': array([[1., 2.],
           [3., 4.]])}
    """
    found: dict[str, Any] = {}
    for word in words:
        name, sign, text = word.partition("=")
        # As Python reads its names, so that é is one name however it was typed.
        name = unicodedata.normalize("NFKC", name.strip())
        if not sign or not name or not text.strip():
            raise BadExpression(f"{word!r} is not NAME=VALUE; give a value as in w=-3 or x=[1,2,3], without spaces")
        if not name.isidentifier():
            raise BadExpression(f"{name!r} in {word!r} is not a name; a name has letters, digits and _, as in w1=-3")
        if name in found:
            raise BadExpression(f"{name} is given twice, with {text.strip()!r} last; give it once")
        found[name] = value(text, name)
    return found


def value(text: str, name: str = "value") -> Any:
    """Read one VALUE: a float for a number, else an array of floats. Raises `BadExpression`."""
    text = text.strip()
    if not text.startswith("["):
        return _number(text, name)
    rows, rest = _list(text, name, 1)
    if rest.strip():
        raise BadExpression(f"{name}: after the last bracket of an array stands {rest.strip()!r}")
    try:
        return np.array(rows, dtype=float)
    except ValueError:
        raise BadExpression(f"{name}={text}: the rows of an array must be equally long") from None


def _list(text: str, name: str, depth: int) -> tuple[list[Any], str]:
    """Read "[a, b, ...]" and return it with the text behind it."""
    if depth > DEEPEST:
        raise BadExpression(f"{name}: an array has {DEEPEST} axes at most here")
    items: list[Any] = []
    item: Any
    text = text[1:].lstrip()
    while not text.startswith("]"):
        if text.startswith("["):
            item, text = _list(text, name, depth + 1)
        else:
            end = min((i for i in (text.find(","), text.find("]")) if i >= 0), default=-1)
            if end < 0:
                raise BadExpression(
                    f"{name}: the array is not closed; write it without spaces, as in [1,2,3] or [[1,2],[3,4]]"
                )
            item, text = _number(text[:end], name), text[end:]
        items.append(item)
        text = text.lstrip()
        if text.startswith(","):
            text = text[1:].lstrip()
        elif not text.startswith("]"):
            raise BadExpression(f"{name}: between the items of an array stands a comma, as in [1,2,3]")
    if not items:
        raise BadExpression(f"{name}: an empty array has nothing to show")
    return items, text[1:]


def _number(text: str, name: str) -> float:
    """Read 2, -3, 1e-3, 1/3, pi/2, nan or inf."""
    text = text.strip().replace("−", "-")
    try:
        return float(text)
    except ValueError:
        pass
    if "," in text:
        raise BadExpression(
            f"{name}={text}: an array goes into brackets, as in {name}=[1,2,3], and a decimal has a point"
        )
    if ";" in text:
        raise BadExpression(f"{name}={text}: each row of an array has its own brackets, as in {name}=[[1,2],[3,4]]")
    try:
        result = parse(text).evaluate({})
    except BadExpression as error:
        raise BadExpression(
            f"{name}={text}: {error}\nA value is a number or an array: 2, -3, 1e-3, 1/3, pi/2, nan, inf, [1,2,3]"
        ) from None
    return float(result)
