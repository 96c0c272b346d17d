"""Options that are misspelt or have no name: what a function of gradviz's own says of what it does not take."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import ParamSpec, TypeVar

from ..errors import WrongArguments

P = ParamSpec("P")
R = TypeVar("R")
_SHORT = 20  # characters of a value that an example has room for


def spelt(called: str, **others: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function so that a keyword it does not take is answered with the one that was meant.

    An option that is given by its place alone is answered with its name.

    called  what users call the function
    others  keyword → what to give in its place, for names that other libraries have for the same; "kwargs" for what
            is said of all that resemble none

    Raises `WrongArguments`, as Python raises TypeError.

    >>> spelt("area")(lambda *, width, height: width * height)(widht=2, height=3)
    Traceback (most recent call last):
    gradviz.errors.WrongArguments: area has no option 'widht'; did you mean width? Its options are width, height
    """

    def decorate(f: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(f).parameters.values()
        any_more = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        places = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        options = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
        known = {p.name for p in parameters}

        @wraps(f)
        def spelled(*args: P.args, **kwargs: P.kwargs) -> R:
            wrong = [name for name in kwargs if name not in known]
            if wrong:
                raise WrongArguments(_told(called, wrong, options, others))
            if len(args) > len(places) and not any_more:
                raise WrongArguments(_unnamed(called, places, args[len(places) :], options))
            return f(*args, **kwargs)

        return spelled

    return decorate


def _unnamed(called: str, places: list[str], more: tuple[object, ...], options: list[str]) -> str:
    """Say of options that were given by their place how they are named."""
    taken = " and ".join(name for name in places if name != "self") or "nothing"
    # Which option was meant is not known: the first is the example.
    first = more[0]
    shown = repr(first) if isinstance(first, int | float | str) and len(repr(first)) <= _SHORT else "..."
    way = f"give options by name: {options[0]}={shown}"
    return f"{called} takes {taken} by place, and got {len(more)} more; {way}. Its options are {', '.join(options)}"


def _told(called: str, wrong: list[str], options: list[str], others: dict[str, str]) -> str:
    word = wrong[0]
    near = get_close_matches(word, options, 1, 0.7)
    listed = f"Its options are {', '.join(options)}"
    if word in others and word != "kwargs":
        return f"{called} has no option {word!r}; give {others[word]}. {listed}"
    if near:
        return f"{called} has no option {word!r}; did you mean {near[0]}? {listed}"
    if "kwargs" in others:
        pairs = ", ".join(f"{name!r}: ..." for name in wrong)
        return f"{called} has no option {word!r}; {others['kwargs'].format(pairs=pairs)}. {listed}"
    return f"{called} has no option {word!r}. {listed}"
