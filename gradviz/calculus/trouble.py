"""What to do about a NaN or an infinity: which operation made it, at which line, and the usual way out."""

from __future__ import annotations

from dataclasses import dataclass

from ..record import Graph, Run, Trouble, Where, first

_DOUBLE_WHERE = (
    "np.where cuts the value off but not the gradient: the branch that was not taken sends 0, and 0 × ∞ is NaN. "
    "Put a safe number in before the operation as well: np.where(ok, f(np.where(ok, x, 1.0)), 0.0)"
)
_FORWARD = {
    "divide": "A division by 0; keep the denominator away from it: x / (d + 1e-12), or np.where(d == 0, 1.0, d)",
    "reciprocal": "A division by 0; keep the denominator away from it",
    "log": "The logarithm of 0 is −∞ and of a negative number NaN; use np.log(np.maximum(x, 1e-12))",
    "log2": "The logarithm of 0 is −∞ and of a negative number NaN; use np.log2(np.maximum(x, 1e-12))",
    "log10": "The logarithm of 0 is −∞ and of a negative number NaN; use np.log10(np.maximum(x, 1e-12))",
    "log1p": "The logarithm of 0 is −∞ and of a negative number NaN; keep x above −1",
    "sqrt": "The root of a negative number is NaN; use np.sqrt(np.maximum(x, 0.0))",
    "exp": "The exponential of a number over 709 is ∞; take the largest number off first, as softmax does",
    "power": "A negative number to a broken power is NaN, and a large power overflows",
    "power of": "A negative number to a broken power is NaN, and 0 to a negative one is ∞",
    "arcsin": "The arcsine exists from −1 to 1 only; use np.clip(x, -1.0, 1.0)",
    "arccos": "The arccosine exists from −1 to 1 only; use np.clip(x, -1.0, 1.0)",
    "arctanh": "The inverse of tanh exists between −1 and 1 only",
    "subtract": "∞ − ∞ is NaN: the operands are infinite",
    "multiply": "0 × ∞ is NaN, and large factors overflow",
}
_BACKWARD = {
    "sqrt": "The slope of the root at 0 is ∞; add a little before it: np.sqrt(x + 1e-12)",
    "log": "The slope of the logarithm at 0 is ∞; use np.log(np.maximum(x, 1e-12))",
    "divide": "A division by 0 has an infinite slope; keep the denominator away from it",
    "power of": "The slope of a power below 1 is ∞ at 0; add a little before it",
    "norm": "The slope of a norm at 0 is not defined; add a little before it",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A trouble in words. `str()` is the whole sentence."""

    trouble: Trouble
    name: str
    where: Where | None
    source: str
    said: str

    def __str__(self) -> str:
        return self.said


def explain(run: Run) -> Explained | None:
    """Return where the first NaN or infinity of a Run appeared and what to do about it, or None.

    >>> from gradviz.record import Graph
    >>> explain(Run(Graph(())))
    """
    found = first(run)
    if found is None:
        return None
    graph = run.graph
    node, sender = graph.nodes[found.node], graph.nodes[found.sender]
    if found.kind == "backward":
        what = f"the gradient of {node.name or node.label} is the first to be {found.what}"
        what += f", sent back by {sender.name or sender.label}"
        advice = _DOUBLE_WHERE if _masked(graph, found.sender) else _BACKWARD.get(sender.op, "")
        place = sender.where
    elif node.is_leaf:
        what, advice, place = f"{node.name or node.label} is {found.what} from the start", "", node.where
        advice = "It came in with the inputs; look where they are made"
    else:
        what, advice, place = f"{node.name or node.label} is the first to be {found.what}", "", node.where
        advice = _FORWARD.get(node.op, "")
    source = run.sources.get(place.file, {}).get(place.line, "").strip() if place else ""
    at = f" ({place}: {source})" if place and source else f" ({place})" if place else ""
    said = f"In the {found.kind} sweep, {what}{at}." + (f" {advice}." if advice else "")
    return Explained(found, node.name or node.label, place, source, said)


def _masked(graph: Graph, start: int) -> bool:
    """Tell whether what a node computes ends in a choice between branches."""
    seen, wave = {start}, [start]
    while wave:
        i = wave.pop()
        for user, _ in graph.users[i]:
            if graph.nodes[user].op == "where":
                return True
            if user not in seen:
                seen.add(user)
                wave.append(user)
    return False
