"""What each node is called: the user's own name for it, else its source text, else text put together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .notation import Worded, below, compose, identifier, leading, number, product
from .op import CALLS, CONSTANT, MULTIPLIES, Text

if TYPE_CHECKING:
    from .trace import Var

#: Composed text longer than this is written with v₇ for every operand that is longer than `SHORT`.
LONG, SHORT = 60, 8

_DATA = re.compile(r"([xytXYT]|xs|ys|inputs|targets|data|labels|features)[_\d]*")


def role(name: str) -> str:
    """Return the role that the field's convention gives an input of that name: "data" or "parameter"."""
    root = re.split(r"[.\[]", name, maxsplit=1)[0]
    return "data" if _DATA.fullmatch(root) else "parameter"


def shorthand(node: int) -> str:
    """Return what a node without a name is called: v₇."""
    return "v" + below(node)


def compose_all(
    vars: Sequence[Var], args: Sequence[tuple[int, ...]], texts: Sequence[Text], given: Mapping[int, str]
) -> tuple[list[str], list[str]]:
    """Return the names and the labels of all nodes; `given` holds the names that are known beforehand."""
    names: list[str] = []
    labels: list[str] = []
    worded: list[Worded] = []
    for i, (var, text) in enumerate(zip(vars, texts, strict=True)):
        operands = [worded[a] for a in args[i]]
        if var.op is CONSTANT:
            label = Worded(given[i]) if i in given else constant(var.value)
        elif not operands:
            label = Worded(identifier(given[i]) if i in given else shorthand(i))
        else:
            label = put_together(text, var.op.name, operands, args[i])
        name = Worded(identifier(given[i])) if i in given else label
        names.append(name.text)
        labels.append(label.text)
        worded.append(name)
    return names, labels


def constant(value: Any) -> Worded:
    """Return the text of a constant that no source text is known of."""
    if np.ndim(value) == 0:
        return leading(number(value))
    if np.size(value) <= 3 and np.ndim(value) == 1:
        return Worded("[" + ", ".join(number(v) for v in value) + "]")
    return Worded("array " + "×".join(map(str, np.shape(value))))


def put_together(text: Text, op: str, operands: list[Worded], args: Sequence[int]) -> Worded:
    """Write an op with its operands' names; where that gets long, with v₇ for those that are long themselves."""
    whole = _written(text, op, operands)
    if len(whole.text) > LONG:
        short = [o if len(o.text) <= SHORT else Worded(shorthand(a)) for o, a in zip(operands, args, strict=True)]
        whole = _written(text, op, short)
        if len(whole.text) > 2 * LONG:
            whole = Worded(f"{text.symbol or op}({short[0].text}, …, {short[-1].text})")
    return whole


def _written(text: Text, op: str, operands: list[Worded]) -> Worded:
    if op == "matmul":
        whole = product(operands[0], operands[1])
        return Worded(whole, MULTIPLIES)
    return leading(compose(text.label, text.precedence, operands), text.precedence or CALLS)
