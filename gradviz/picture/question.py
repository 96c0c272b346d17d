"""A step as a question: what is about to be sent and over which local derivative, with what comes of it left open."""

from __future__ import annotations

from collections.abc import Sequence

from .contribution import Share, target
from .formula import Asked, Equation, Item, Num, Thumb
from .moment import Moment
from .sentence import Narration, line, plain
from .words import Names


def question(moment: Moment, names: Names, answer: Narration, found: Sequence[Share]) -> Narration:
    """Turn what a backward step says into a question: its numbers without the results, which `answer` tells.

    found   the contributions of the step
    """
    first = answer.lines[0]
    asks = "What does each get?" if len(answer.equations) > 1 else "What do they get?"
    told = plain(first)
    if len(found) == 1:
        (share,) = found
        sends = f" sends term {share.k} of {share.of} to " if share.of > 1 else " sends its gradient to "
        if share.of > 1:
            first = line("", names.card(share.event.node), sends, names.card(share.to), ".")
        told = f"{names.full(share.event.node)}{sends}{names.full(share.to)}."
        of = f"∂{target(moment, names)}/∂{names.partial(share.to)}"
        asks = f"What is the sum so far, for {of}?" if share.k < share.of else f"What is {of}?"
    equations = tuple(Equation(e.symbols, tuple(map(_hidden, e.numbers)), e.short) for e in answer.equations)
    return Narration(f"{told} {asks}", (first, line(asks)), equations)


def _hidden(item: Item) -> Item:
    """Return an item of an equation, a question mark where it is what the step makes."""
    if isinstance(item, Num | Thumb) and item.frame in ("result", "partial"):
        return Asked(item)
    return item
