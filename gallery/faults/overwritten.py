"""A classic mistake: where a value is used twice, its gradient is overwritten instead of added to."""

from dataclasses import replace

import gradviz as gv
from gradviz.picture.panels import Wrong


def twice(x, w):
    a = x * w
    b = a + w
    L = a * b
    return L


def overwrite(run):
    """Return the run as it is with `grad = contribution` in place of `grad += contribution`."""
    grads, events = {}, []
    for event in run.sweeps[-1].events:
        node = run.graph.nodes[event.node]
        to = event.node if event.arg is None else node.args[event.arg]
        sent = 1.0 if event.arg is None else grads[event.node] * event.local
        # A Run says what is added, so that a gradient becomes `sent` the old one is taken away again.
        events.append(replace(event, value=sent - grads.get(to, 0.0)))
        grads[to] = sent
    return replace(run, sweeps=(*run.sweeps[:-1], replace(run.sweeps[-1], events=tuple(events))))


def film():
    """Return the film of the right gradients, with the wrong ones over them."""
    right = gv.film(twice, 2.0, 3.0).run
    wrong = Wrong(overwrite(right), "the mistake: grad = contribution")
    return gv.film(right, panels=(wrong,), title="Gradients are added: grad += contribution")


if __name__ == "__main__":
    print(film().save("overwritten.gif"))
