"""Running what a user gave: what is said of a function that fails, or returns nothing to differentiate."""

from __future__ import annotations

import dis
import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np

from ..errors import Detached, GradvizError, NoInputs, UnsupportedValue, WrongArguments
from .refuse import defined, line_of
from .site import is_user
from .traced import Traced
from .tree import bind, inside, is_input, title_of, walk

OPERATOR = dis.opmap["BINARY_OP"]


@contextmanager
def running(
    f: Any, args: Sequence[Any], kwargs: Mapping[str, Any], told: tuple[type[Exception], ...] = (Exception,)
) -> Iterator[None]:
    """Run a user's function on traced values in this block; what it raises goes through, but for four things.

    `Detached` comes as itself where NumPy has wrapped it: `array[i] = v` turns it into a ValueError. `WrongArguments`
    stands for what a function raises that is not the user's own, for arguments that it does not take, for a TypeError
    or AttributeError about one of a kind that is not traced, such as a list that was meant as an array, and for what
    comes of a text that was meant as a number.

    told  the errors that `WrongArguments` may stand for
    """
    try:
        yield
    except (GradvizError, MemoryError) as error:
        words = _with_text(f, args, kwargs, error)
        if not words:
            raise
        raise WrongArguments(words) from error
    except Exception as error:
        if isinstance(error.__cause__, Detached):
            raise error.__cause__ from None
        words = _told(f, args, kwargs, error) if isinstance(error, told) else ""
        if not words:
            raise
        raise WrongArguments(words) from error


def _told(f: Any, args: Sequence[Any], kwargs: Mapping[str, Any], error: Exception) -> str:
    """Say what a failure means to who gave the function; "" where it speaks for itself."""
    try:
        about = _about(bind(f, args, kwargs, "*values").arguments, error)
    except WrongArguments as wrong:
        return str(wrong)
    raised = f"raised {type(error).__name__}: {error}".rstrip(": ")
    line = _users_line(error.__traceback__)
    if line is None:
        way = "it cannot take traced values; give a function of your own, which uses NumPy's functions and operators"
        if not isinstance(error, TypeError | AttributeError):
            way = "give it other arguments"
        return f"{title_of(f)} {raised}; {about or way}"
    return f"{line}{title_of(f)} {raised}; {about}" if about else ""


def _with_text(f: Any, args: Sequence[Any], kwargs: Mapping[str, Any], error: BaseException) -> str:
    """Say which text a function computed with, where that is what it failed on; "" where it is not."""
    said = str(error)
    text = isinstance(error, UnsupportedValue) and ("the text " in said or "dtype <U" in said)
    if not text and not (isinstance(error, Detached) and _repeats(error.__traceback__)):
        return ""
    try:
        about = _of_texts(bind(f, args, kwargs, "").arguments)
    except WrongArguments:
        return ""
    line = _users_line(error.__traceback__) or ""
    return f"{line}{title_of(f)} computes with a text: {about}" if about else ""


def _repeats(at: TracebackType | None) -> bool:
    """Tell whether a traced value was asked for a count by an operator: only text times a number does that."""
    caller = None
    while at is not None and at.tb_next is not None:
        caller, at = at, at.tb_next
    if at is None or caller is None or at.tb_frame.f_code.co_name != "__index__":
        return False
    return caller.tb_frame.f_code.co_code[caller.tb_lasti] == OPERATOR


def _of_texts(arguments: Mapping[str, Any]) -> str:
    """Name the text among the arguments that was meant as a number; "" where it may be any of several."""
    texts = [(name, value) for name, value in walk(arguments) if isinstance(value, str | bytes)]
    texts = [pair for pair in texts if _number(pair[1]) is not None] or texts
    return _text(*texts[0]) if texts and (len(texts) == 1 or _number(texts[0][1]) is not None) else ""


def _text(name: str, value: str | bytes) -> str:
    number = _number(value)
    what, way = (_short(value), f"one for {name}") if number is None else (f"the text {_short(value)}", "")
    way = way or f"a number: {number!r}"
    return f"{name} is {what}, and only numbers and arrays of floats are traced; give {way}"


def _number(text: str | bytes) -> float | None:
    """Return the number that a text stands for, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _users_line(at: TracebackType | None) -> str | None:
    """Return "file.py:12: " for the user's innermost line, or None where none of the user's was running."""
    found = None
    while at is not None:
        if is_user(at.tb_frame.f_code.co_filename):
            found = at
        at = at.tb_next
    return None if found is None else line_of(found.tb_frame.f_code.co_filename, found.tb_lineno)


def _about(arguments: Mapping[str, Any], error: Exception) -> str:
    """Return what to say of the argument that a TypeError or AttributeError is about; "" for none."""
    if not isinstance(error, TypeError | AttributeError):
        return ""
    said = str(error).replace("sequence", "'list' 'tuple' 'str' 'bytes'").replace("list", "'list'")
    said = said.replace("concatenate str", "concatenate 'str'").replace("StrDType", "'str'")
    if "not supported for the input types" in said and any(
        isinstance(v, str | bytes) and _number(v) is not None for _, v in walk(arguments)
    ):
        return _of_texts(arguments)  # NumPy does not say which types those are
    todo = [*arguments.items()][::-1]
    while todo:
        name, value = todo.pop()
        kind = type(value).__name__
        if is_input(value) or isinstance(value, Traced | np.ndarray) or f"{kind}'" not in said:
            todo += (inside(value, name) or [])[::-1]
            continue
        if isinstance(value, list | tuple):
            return f"{name} is a {kind}, and stays one in the function: {_array(name, value)}"
        if isinstance(value, str | bytes):
            return _of_texts(arguments) or _text(name, value)
        return f"{name} is {_short(value)}, and only numbers and arrays of floats are traced; give one for {name}"
    return ""


def _array(name: str, value: Any) -> str:
    try:
        np.array(value, float)
    except (TypeError, ValueError) as error:
        ragged = "inhomogeneous" in str(error)
        what = "its rows differ in length" if ragged else "not all in it are numbers"
        return f"{what}, so it is no array; give arrays of floats one by one"
    return f"for an array give np.array({name})"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 and " at 0x" not in text else f"of type {type(value).__name__}"


def untraced(f: Any, returned: Any, arguments: Mapping[str, Any] | None = None) -> NoInputs:
    """Return the error for a function that returned something else than traced values.

    arguments   what it was given: of text times a whole number, Python makes a longer text
    """
    wanted = "the result of NumPy functions and operators on the arguments"
    if inspect.isclass(f) and isinstance(returned, f) and inspect.isfunction(f.__init__):
        return NoInputs(
            f"{title_of(f)} is a class, and calling it makes one; make it first, and give what is called on it: "
            f"it = {title_of(f)}(...), then it, or it.method"
        )
    kind, way = type(returned).__name__, f"return {wanted}"
    if inspect.iscoroutine(returned) or inspect.isasyncgen(returned):
        way = f"an async function does not compute before it is awaited: without async, return {wanted}"
        if inspect.iscoroutine(returned):
            returned.close()  # Python would complain that nobody awaited it
    elif inspect.isgenerator(returned):
        way = "a function with yield does not compute before it is asked: return a list of what it yields, or the sum"
    elif isinstance(returned, np.ndarray):
        kind = f"array of shape {returned.shape}"
    elif isinstance(returned, str | bytes):
        way = _of_texts(arguments or {}) or way
    article = "an" if kind[0] in "aeiou" else "a"
    what = repr(returned) if returned is None or isinstance(returned, int | float | str) else f"{article} {kind}"
    return NoInputs(
        f"{defined(f)}{title_of(f)} returned {what[:60]}, which was not computed from its inputs by traced operations; "
        f"{way}"
    )
