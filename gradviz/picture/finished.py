"""What the finished still says: the outputs, what edges show, what it took, and the gradients where they are few."""

from __future__ import annotations

from ..record import effort
from . import numbers
from .contribution import combined, partial, seeds, target
from .formula import Equation, Item, Num, Word
from .moment import Moment
from .numbers import is_scalar
from .sentence import SPOKEN, Narration, bold_tail, line, listed, many, valued
from .words import Names, cut

_MOST_GRADIENTS = 3


def finished(moment: Moment, names: Names) -> Narration:
    """Say what has come out."""
    after, graph = moment.after, moment.graph
    told, short = [], []
    for out in graph.outputs:
        if out in after.values:
            value = after.values[out]
            told.append(valued(cut(names.full(out), SPOKEN), value))
            short.append(valued(names.formula(out), value, numbers.number(value) if is_scalar(value) else ""))
    first = f"Finished: {listed(short, 3)}." if short else "Finished."
    lines = [line(*bold_tail(first))]
    note = f"Finished: {listed(told)}." if told else "Finished."
    if whole := combined(moment, names):
        lines.append(line("Gradients are of ", whole, "."))
        note += f" Gradients are of {whole}."
    if after.sent:
        width = "Edge width shows how large each contribution is."
        lines.append(line(width))
        note += " " + width
    spent = effort(moment.run)
    if spent is not None:
        words = (
            f"Forward mode made {many(spent.tangents, 'product')} for {many(spent.sweeps, 'direction')}, "
            f"reverse mode {spent.backward} for {many(spent.inputs, 'input')}."
        )
        lines.append(line(words))
        note += " " + words
    return Narration(note, tuple(lines), _gradients(moment, names))


def _gradients(moment: Moment, names: Names) -> tuple[Equation, ...]:
    """Return the gradients of the parameters in one row, where they are few and numbers."""
    after = moment.after
    which = [n.id for n in moment.graph.nodes if n.op == "parameter" and n.id in after.grads]
    values = [after.grads[i] for i in which]
    if not which or len(which) > _MOST_GRADIENTS or not all(map(is_scalar, values)) or not seeds(moment):
        return ()
    of = target(moment, names)
    items: list[Item] = []
    for i, value in zip(which, values, strict=True):
        items += [Word("")] if items else []
        items += [partial(of, names.partial(i)), Word("="), Num(numbers.number(value), "value")]
    return (Equation(tuple(items)),)
