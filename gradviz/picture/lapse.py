"""Frames that show whole iterations of a descent: how long they last, and what is said of them."""

from __future__ import annotations

import numpy as np

from ..record import Run, Step
from . import numbers
from .moment import Moment
from .sentence import Narration, Span

#: Seconds that the first frames of a lapse are shown, one after the other; the last holds for all further ones.
_SECONDS = (0.8, 0.8, 0.6, 0.6, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2, 0.14)


def seconds(step: Step) -> float:
    """Return how long a frame of a lapse is shown; the last one longer."""
    return 0.8 if step.k == step.n else _SECONDS[min(step.k, len(_SECONDS)) - 1]


def place(run: Run, step: Step) -> str:
    """Say where in a descent a step is, for the time line; "" where the run is no descent."""
    if not step.iteration:
        return ""
    if step.lead:
        return f"{step.iteration} of {max(s.iteration for s in run.sweeps) - 1}"
    last = max(s.iteration for s in run.sweeps)
    if step.iteration == last > 1:
        return f"after {last - 1} {'step' if last == 2 else 'steps'}"
    return f"iteration {step.iteration}, step {step.k} of {step.n}"


def lapse(moment: Moment) -> Narration:
    """Say what the iterations that a frame shows did to the loss."""
    step, graph = moment.step, moment.graph
    assert step is not None
    first = step.lead[0].iteration
    now = "" if first == step.iteration else f"{first} to "
    what = f"Iteration{'s' if now else ''} {now}{step.iteration}"
    by = next((s.label for s in moment.run.sweeps[step.sweep :: -1] if s.kind == "update" and s.label), "")
    loss = moment.after.values.get(graph.outputs[0]) if graph.outputs else None
    before = moment.before.values.get(graph.outputs[0]) if graph.outputs else None
    if loss is None or isinstance(loss, tuple) or np.ndim(loss) or isinstance(before, tuple) or np.ndim(before or 0.0):
        said = f"{what}."
        return Narration(said, ((Span(said),),))
    new, name = float(loss), graph.nodes[graph.outputs[0]].name or "the loss"
    amount = numbers.number(new)
    second = f"{name} = {amount}."
    if isinstance(before, float) and before != new:
        way = "falls" if new < before else "rises"
        second = f"{name} {way} from {numbers.number(before)} to {amount}."
    head = f"{what}: {by[0].lower() + by[1:]}." if by else f"{what}."
    return Narration(f"{head} {second}", ((Span(head, True),), (Span(second),)))
