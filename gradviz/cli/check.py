"""`gradviz check`: every gradient of a target held against finite differences."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from rich.markup import escape
from rich.table import Table

from ..calculus.trace import Var
from ..errors import GradvizError, UnknownName
from .report import show
from .target import Target

#: Numbers that are shown at most; all are checked.
MOST_ROWS = 24


def check(target: Target) -> None:
    """Print both numbers for every input, and how many derivatives agree. Raises `GradientMismatch`."""
    from ..calculus.check import check as prove
    from ..film import Film

    if isinstance(target.thing, Film) or not callable(target.thing) or not (target.values or target.args):
        raise UnknownName("check takes an expression or a function, and a value for each of its names")
    proof = prove(target.thing, *target.args, kwargs=target.values)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("input")
    for heading in ("value", "gradient by backpropagation", "by finite differences"):
        table.add_column(heading, justify="right")
    rows = list(_rows(target, proof.counts))
    for name, value, ours, theirs in rows[:MOST_ROWS]:
        table.add_row(escape(name), f"{value:.6g}", f"{ours:.9g}", f"{theirs:.9g}")
    if rows:
        show(table)
    if len(rows) > MOST_ROWS:
        print(f"... and {len(rows) - MOST_ROWS} more")
    print(proof, flush=True)


def _rows(target: Target, counts: Collection[str]) -> Iterator[tuple[str, float, float, float]]:
    """Yield name, value, gradient and difference of every number, of the sum of the output where it is an array.

    counts  the inputs that stay as they are
    """
    from ..calculus.differences import differences
    from ..calculus.modes import grad
    from ..calculus.tree import bind

    values = bind(target.thing, target.args, target.values).arguments
    count = len(target.args)

    def f(*args: Any) -> Any:
        return target.thing(*args[:count], **dict(zip(list(values)[count:], args[count:], strict=True)))

    def total(*args: Any) -> Any:
        y = f(*args)
        return np.sum(y) if isinstance(y, Var) and y.shape else y

    try:
        moving = tuple(k for k, name in enumerate(values) if name not in counts)
        gradients = dict(zip(moving, grad(total, moving)(*values.values()), strict=True))
    except GradvizError:
        return  # several outputs: each is checked, and there is no one gradient to show
    for k, (name, value) in enumerate(values.items()):
        if k not in gradients:
            continue
        for where in np.ndindex(np.shape(value)):
            at, scale = float(np.asarray(value)[where]), max(abs(float(np.asarray(value)[where])), 1e-2)

            def along(h: float, k: int = k, where: Any = where, scale: float = scale) -> Any:
                moved = np.array(list(values.values())[k], float)
                moved[where] += h * scale
                others = (v if name in counts else np.array(v, float)[()] for name, v in values.items())
                return np.sum(f(*(moved[()] if n == k else v for n, v in enumerate(others))))

            slope, _ = differences(along)
            label = name + (f"[{', '.join(map(str, where))}]" if where else "")
            yield label, at, float(np.asarray(gradients[k])[where]), slope / scale
