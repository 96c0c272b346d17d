"""A classic mistake: gradients are not set back to zero between two iterations, so old ones are added to new ones."""

from dataclasses import replace

import gradviz as gv
from gradviz.picture.panels import Wrong

RATE, STEPS = 0.12, 3


def loss(w, x, y):
    error = w * x - y
    L = error**2
    return L


class NotZeroed:
    """Gradient descent that forgets to set the gradient back: `grads` go on growing in `memory`."""

    title = "Gradient descent"

    def __call__(self, params, grads, memory):
        grown = tuple(g + m for g, m in zip(grads, memory or (0.0,) * len(grads), strict=True))
        return tuple(p - RATE * g for p, g in zip(params, grown, strict=True)), grown


def grown(run):
    """Return the run with the old gradient of each parameter added to the first of its new contributions."""
    old, sweeps = {}, []
    for sweep in run.sweeps:
        events, total = [], {}
        for event in sweep.events if sweep.kind == "backward" else ():
            to = event.node if event.arg is None else run.graph.nodes[event.node].args[event.arg]
            value = event.value
            if run.graph.nodes[to].op == "parameter" and to not in total:
                value += old.get(to, 0.0)
            total[to] = total.get(to, 0.0) + value
            events.append(replace(event, value=value))
        old.update((i, g) for i, g in total.items() if run.graph.nodes[i].op == "parameter")
        sweeps.append(replace(sweep, events=tuple(events)) if events else sweep)
    return replace(run, sweeps=tuple(sweeps))


def film():
    """Return the film of three right iterations, with the wrong ones over them."""
    right = gv.descend(loss, 0.0, 1.0, 1.0, lr=RATE, steps=STEPS, keep=STEPS).run
    wrong = gv.descend(loss, 0.0, 1.0, 1.0, optimizer=NotZeroed(), steps=STEPS, keep=STEPS).run
    panel = Wrong(grown(wrong), "the mistake: no grad = 0 between two iterations", pace="layer")
    return gv.film(right, panels=(panel,), pace="layer", title="Every iteration starts with grad = 0")


if __name__ == "__main__":
    print(film().save("not_zeroed.gif"))
