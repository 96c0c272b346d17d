"""A few lines that record scalars and arrays by hand, so that pictures are tested without the calculus."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradviz.picture.moment import Moment
from gradviz.picture.narrate import Narration, narrate
from gradviz.picture.words import Names
from gradviz.record import Event, Graph, Node, Run, State, Sweep, advance, check, freeze, steps, terms

Made = tuple[str, str, tuple[str, ...], Callable[..., Any], tuple[Callable[..., Any], ...]]


def _ratio(a: float, b: float) -> float:
    return float(np.divide(a, b))


OPS: dict[str, Made] = {
    "×": ("{0}·{1}", "A product multiplies it by the other factor.", ("{1}", "{0}"), lambda a, b: a * b,
          (lambda y, a, b: b, lambda y, a, b: a)),
    "+": ("{0} + {1}", "Addition passes it on unchanged.", ("1", "1"), lambda a, b: a + b,
          (lambda *_: 1.0, lambda *_: 1.0)),
    "÷": ("{0}/{1}", "A quotient divides it by the denominator.", ("1/{1}", "−{y}/{1}"), _ratio,
          (lambda y, a, b: _ratio(1.0, b), lambda y, a, b: -y * _ratio(1.0, b))),
    "tanh": ("tanh({0})", "The tanh multiplies it by 1 minus its own square.", ("1 − {y}²",), np.tanh,
             (lambda y, a: 1 - y * y,)),
    "sin": ("sin({0})", "The sine multiplies it by the cosine.", ("cos {0}",), np.sin, (lambda y, a: np.cos(a),)),
    "exp": ("exp({0})", "The exponential multiplies it by its own value.", ("{y}",), np.exp, (lambda y, a: y,)),
    "( )²": ("{0}²", "A power multiplies it by the exponent times the base.", ("2·{0}",), lambda a: a * a,
             (lambda y, a: 2 * a,)),
}  # fmt: skip


class Tape:
    """Records scalar operations; `run` gives the Run with a forward and a backward sweep."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.values: list[Any] = []
        self.locals: list[tuple[Any, ...]] = []

    def leaf(self, name: str, value: Any, op: str = "parameter") -> int:
        label = name if op == "constant" else ""
        return self._add(Node(len(self.nodes), op, (), name, label, shape=np.shape(value)), value, ())

    def op(self, symbol: str, *args: int, name: str = "") -> int:
        template, rule, local, function, partials = OPS[symbol]
        label = template
        for i, a in enumerate(args):
            label = label.replace(f"{{{i}}}", self.nodes[a].name)
        values = [self.values[a] for a in args]
        with np.errstate(all="ignore"):
            value = function(*values)
            value = float(value) if np.ndim(value) == 0 else value
            slopes = tuple(f(value, *values) for f in partials)
        node = Node(len(self.nodes), symbol, args, name or label, label, (), np.shape(value), None, symbol, rule, local)
        return self._add(node, value, slopes)

    def node(
        self, symbol: str, args: tuple[int, ...], value: Any, name: str, local: tuple[str, ...], rule: str = ""
    ) -> int:
        """Add a node of any kind; what it sends is told to `run`."""
        node = Node(len(self.nodes), symbol, args, name, name, (), np.shape(value), None, symbol, rule, local)
        return self._add(node, value, (None,) * len(args))

    def _add(self, node: Node, value: Any, slopes: tuple[Any, ...]) -> int:
        self.nodes.append(node)
        self.values.append(value)
        self.locals.append(slopes)
        return node.id

    def run(
        self,
        *outputs: int,
        seeds: dict[int, Any] | None = None,
        sent: dict[tuple[int, int], Callable[[Any], Any]] | None = None,
    ) -> Run:
        graph = Graph(tuple(self.nodes), outputs)
        forward = Sweep("forward", tuple(Event(i, freeze(v)) for i, v in enumerate(self.values)))
        events: list[Event] = []
        grads: dict[int, Any] = {}
        for i, g in (seeds or {outputs[-1]: 1.0}).items():
            grads[i] = g
            events.append(Event(i, freeze(g)))
        for node in reversed(self.nodes):
            if node.id not in grads:
                continue
            for position, a in enumerate(node.args):
                if self.nodes[a].op == "constant":
                    continue
                g, slope = grads[node.id], self.locals[node.id][position]
                with np.errstate(all="ignore"):
                    value = (sent or {})[node.id, position](g) if slope is None else g * slope
                local = None if slope is None else freeze(slope)
                events.append(Event(node.id, freeze(value), position, local))
                grads[a] = value if a not in grads else grads[a] + value
        return check(Run(graph, (forward, Sweep("backward", tuple(events)))))


def moments(run: Run, pace: str = "edge") -> list[Moment]:
    """Return all moments of a run, the finished one last."""
    state, found = State(), []
    last = next((s for s in reversed(run.sweeps) if s.kind == "backward"), None)
    count = terms(run.graph, last) if last else {}
    for step in steps(run, pace):
        before, state = state, advance(run.graph, state, step)
        found.append(Moment(run, step, before, state, count))
    return [*found, Moment(run, None, state, state, count)]


def told(run: Run, pace: str = "edge", *, roomy: bool = False) -> list[Narration]:
    """Return the narration of every moment."""
    names = Names(run.graph)
    return [narrate(m, names, roomy=roomy) for m in moments(run, pace)]


def neuron() -> Run:
    """o = tanh(x₁·w₁ + x₂·w₂ + b), the reference frame."""
    t = Tape()
    x1, w1 = t.leaf("x₁", 2.0, "data"), t.leaf("w₁", -3.0)
    x2, w2 = t.leaf("x₂", 0.0, "data"), t.leaf("w₂", 1.0)
    p, q = t.op("×", x1, w1), t.op("×", x2, w2)
    s = t.op("+", p, q, name="sum")
    n = t.op("+", s, t.leaf("b", 6.0 + math.atanh(0.5**0.5)), name="n")
    return t.run(t.op("tanh", n, name="o"))


def fanout() -> Run:
    """L = q·b + q² + exp(q), q = sin(a), the reference frame."""
    t = Tape()
    a, b = t.leaf("a", 0.6), t.leaf("b", 1.5)
    q = t.op("sin", a, name="q")
    total = t.op("+", t.op("×", q, b), t.op("( )²", q))
    return t.run(t.op("+", total, t.op("exp", q), name="L"))


def layers() -> Run:
    """Two matrix products with biases that are repeated along an axis, and a mean of squares in one node."""
    rng = np.random.default_rng(4)
    t = Tape()
    x = t.leaf("x", rng.normal(size=(3, 5)), "data")
    w1, b1 = t.leaf("W₁", rng.normal(size=(4, 3))), t.leaf("b₁", rng.normal(size=(4, 1)))
    w2 = t.leaf("W₂", rng.normal(size=(2, 4)))
    matrix = ("{g} {1}ᵀ", "{0}ᵀ {g}")
    rule = "A matrix product multiplies it by the other factor, transposed."
    v = t.values
    p = t.node("@", (w1, x), v[w1] @ v[x], "W₁x", matrix, rule)
    z = t.node("+", (p, b1), v[p] + v[b1], "z", ("1", "Σ axis 1"), "Addition passes it on unchanged.")
    h = t.op("tanh", z, name="h")
    y = t.node("@", (w2, h), v[w2] @ v[h], "W₂h", matrix, rule)
    loss = t.node("mean", (y,), float((v[y] ** 2).mean()), "L", ("{g}·2·{0}/10",), "The mean shares it out.")
    return t.run(
        loss,
        sent={
            (p, 0): lambda g: g @ v[x].T,
            (p, 1): lambda g: v[w1].T @ g,
            (z, 0): lambda g: g,
            (z, 1): lambda g: g.sum(1, keepdims=True),
            (y, 0): lambda g: g @ v[h].T,
            (y, 1): lambda g: v[w2].T @ g,
            (loss, 0): lambda g: g * 2 * v[y] / 10,
        },
    )
