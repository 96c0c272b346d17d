"""`gradviz check`: every gradient of a target held against finite differences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..calculus.trace import Var
from ..errors import GradientMismatch, GradvizError, UnknownName
from .target import Target

#: Numbers that are shown at most; all are checked.
MOST_ROWS = 24


def check(target: Target) -> None:
    """Print both numbers for every input, and how many derivatives agree. Raises `GradientMismatch`."""
    from ..calculus.check import check as prove
    from ..film import Film

    if isinstance(target.thing, Film) or not callable(target.thing) or not (target.values or target.args):
        raise UnknownName("check takes an expression or a function, and a value for each of its names")
    count = len(target.args)
    values = {**dict(zip(_positional(target), target.args, strict=False)), **target.values}
    names = list(values)

    def by_position(*args: Any) -> Any:
        return target.thing(*args[:count], **dict(zip(names[count:], args[count:], strict=True)))

    try:
        proof = prove(by_position, *values.values())
    except GradientMismatch as error:
        raise GradientMismatch(_by_name(str(error), names)) from error
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("input")
    for heading in ("value", "gradient by backpropagation", "by finite differences"):
        table.add_column(heading, justify="right")
    rows = list(_rows(by_position, values))
    for name, value, ours, theirs in rows[:MOST_ROWS]:
        table.add_row(escape(name), f"{value:.6g}", f"{ours:.9g}", f"{theirs:.9g}")
    console = Console(width=100)
    if rows:
        console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"... and {len(rows) - MOST_ROWS} more")
    console.print(escape(str(proof)))


def _positional(target: Target) -> list[str]:
    return list(signature(target.thing).parameters)[: len(target.args)] if target.args else []


def _by_name(message: str, names: list[str]) -> str:
    """Put the inputs' names where a message counts them: "the gradient by 1[0]" -> "the gradient by x[0]"."""
    return re.sub(r"(?<=the gradient by )\d+", lambda m: names[int(m[0])], message)


def _rows(f: Any, values: Mapping[str, Any]) -> Iterator[tuple[str, float, float, float]]:
    """Yield name, value, gradient and difference of every number, of the sum of the output where it is an array."""
    from ..calculus.check import differences
    from ..calculus.modes import grad

    def total(*args: Any) -> Any:
        y = f(*args)
        return np.sum(y) if isinstance(y, Var) and y.shape else y

    try:
        gradients = grad(total, tuple(range(len(values))))(*values.values())
    except GradvizError:
        return  # several outputs: each is checked, and there is no one gradient to show
    for k, (name, value) in enumerate(values.items()):
        for where in np.ndindex(np.shape(value)):
            at, scale = float(np.asarray(value)[where]), max(abs(float(np.asarray(value)[where])), 1e-2)

            def along(h: float, k: int = k, where: Any = where, scale: float = scale) -> Any:
                moved = [np.array(v, float) for v in values.values()]
                moved[k][where] += h * scale
                return np.sum(f(*(m[()] for m in moved)))

            slope, _ = differences(along)
            label = name + (f"[{', '.join(map(str, where))}]" if where else "")
            yield label, at, float(np.asarray(gradients[k])[where]), slope / scale
