"""Frames that show whole iterations of a descent: how long they last, and what is said of them."""

from __future__ import annotations

import numpy as np

from ..record import Run, Step
from . import numbers
from .moment import Moment
from .sentence import Line, Narration, line
from .words import Names

#: Seconds that the first frames of a lapse are shown, one after the other; the last holds for all further ones.
_SECONDS = (0.8, 0.8, 0.6, 0.6, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2, 0.14)
_FEW, _SLOW = 14, 1.6  # a lapse of so few frames is shown at this pace, in seconds
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def seconds(step: Step) -> float:
    """Return how long a frame of a lapse is shown; the last one longer."""
    if step.n <= _FEW:
        return _SLOW
    return 0.8 if step.k == step.n else _SECONDS[min(step.k, len(_SECONDS)) - 1]


def count(run: Run, iteration: int) -> tuple[str, int, int]:
    """Return what an iteration's update is called, and which of how many of that name it is: ("Momentum", 3, 100)."""
    labels = {s.iteration: s.label for s in run.sweeps if s.iteration and s.kind == "update"}
    if iteration not in labels:  # the end: after the updates of the last name
        last = labels.get(max(labels, default=0))
        return "", 0, sum(label == last for label in labels.values())
    mine = [n for n, label in labels.items() if label == labels[iteration]]
    return labels[iteration], mine.index(iteration) + 1, len(mine)


def place(run: Run, step: Step) -> str:
    """Say where in a descent a step is, for the time line; "" where the run is no descent."""
    if not step.iteration:
        return ""
    _, k, n = count(run, step.iteration)
    if step.whole:
        return f"{k} of {n}" if k and step.n > _FEW else f"{step.k} of {step.n}"
    if not k:
        return f"after {n} {'step' if n == 1 else 'steps'}"
    return f"iteration {k}, step {step.k} of {step.n}" if step.n > 1 else f"iteration {k}"


def lapse(moment: Moment, names: Names) -> Narration:
    """Say what the iterations that a frame shows did to the parameters and to the loss."""
    step, run = moment.step, moment.run
    assert step is not None
    label, k, _ = count(run, step.iteration)
    label = label or run.sweeps[step.sweep].label
    if step.kind == "backward":
        first = line("", label or "The gradient", ": every parameter gets its derivative.")
        second = line("Its sign says which way to turn, its size how much that changes the loss.")
        return _narration(first, second)
    _, start, _ = count(run, step.lead[0].iteration if step.lead else step.iteration)
    taught = any(s.kind == "backward" for s in (*step.lead, step)) or step.kind == "update"  # a hand has no gradient
    turned = "" if taught else _turned(moment, names)
    if turned:
        first = line("", label or "By hand", f": {turned}.")
    elif not k:
        first = line("", label or "The start", ".")
    else:
        span = f"iteration {k}" if not 0 < start < k else f"iterations {start} to {k}"
        first = line("", label or "The optimiser", f": {span}.")
    return _narration(first, line(*_loss(moment, names)))


def _narration(*lines: Line) -> Narration:
    said = tuple(one for one in lines if one)
    return Narration(" ".join("".join(s.text for s in one) for one in said), said)


def _turned(moment: Moment, names: Names) -> str:
    """Say which number among the parameters changed, if it is a single one."""
    found = []
    for node in moment.graph.nodes:
        old, new = moment.before.values.get(node.id), moment.after.values.get(node.id)
        if node.op != "parameter" or old is None or new is None or isinstance(old, tuple) or isinstance(new, tuple):
            continue
        a, b = np.ravel(np.asarray(old)), np.ravel(np.asarray(new))
        for i in np.flatnonzero(a != b)[:2]:
            name = names.formula(node.id) + (str(i).translate(_SUBSCRIPTS) if node.shape else "")
            found.append(f"{name} is turned from {' to '.join(numbers.apart(a[i], b[i]))}")
    return found[0] if len(found) == 1 else ""


def _loss(moment: Moment, names: Names) -> tuple[str, ...]:
    outputs = moment.graph.outputs
    new = moment.after.values.get(outputs[0]) if outputs else None
    old = moment.before.values.get(outputs[0]) if outputs else None
    lead = moment.step.lead if moment.step else ()
    if lead and lead[0].kind == "forward" and moment.step and moment.step.kind == "update":
        # Its own forward sweep is in the frame: what was there before it is older.
        old = next((e.value for e in lead[0].events if e.node == outputs[0]), old)
    if new is None or isinstance(new, tuple) or np.ndim(new):
        return ()
    name, amount = names.formula(outputs[0]), numbers.number(new)
    if not isinstance(old, float) or not isinstance(new, float) or old == new:
        return ("The loss ", name, f" is {amount}.")
    before, amount = numbers.apart(old, new)
    if before == amount:
        return ("The loss ", name, f" stays at about {amount}.")
    return ("The loss ", name, f" {'falls' if new < old else 'rises'} from {before} to ", amount, ".")
