"""The equations of a backward sweep: its seeds, and each contribution as upstream × local, added to the old sum."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from ..record import Event, Value
from ..record.state import add
from . import numbers
from .digits import few
from .equation import EQUALS, PLUS, Said, Scales, all_scalar, as_item, limit_of
from .formula import Chip, Equation, Frac, Frame, Item, Num, Role, Thumb, Word
from .locals import TIMES, G, chip_text, factor, in_words, is_factor, local_formula, symbolic
from .moment import Moment
from .numbers import balanced, is_scalar, trim
from .sentence import amount
from .words import Names

OLD = Word("old", size=14)


@dataclass(frozen=True, slots=True)
class Share:
    """One contribution in a backward step: what `event.node` sends to node `to`.

    old, new  the receiver's gradient before and after; old is None for the first of its terms
    k, of     it is the k-th of so many terms
    """

    event: Event
    to: int
    upstream: Value
    old: Value | None
    new: Value
    k: int
    of: int


def shares(moment: Moment) -> tuple[Share, ...]:
    """Return the contributions of a backward step in order, sums folded one by one; seeds are left out."""
    nodes, before = moment.graph.nodes, moment.before
    fresh = moment.step is not None and moment.step.sweep != before.sweep
    grads: dict[int, Value] = {}
    count: dict[int, int] = {}
    found = []
    for e in moment.after.active:
        to = e.node if e.arg is None else nodes[e.node].args[e.arg]
        old = grads.get(to, None if fresh else before.grads.get(to))
        k = count.get(to, 0 if fresh else before.arrived.get(to, 0)) + 1
        grads[to], count[to] = add(old, e.value), k
        if e.arg is not None:
            upstream = moment.after.grads.get(e.node, 0.0)
            found.append(Share(e, to, upstream, old, grads[to], k, max(k, moment.terms.get(to, k))))
    return tuple(found)


def seeds(moment: Moment) -> tuple[Event, ...]:
    """Return the seeds of the backward sweep that the moment lies in, else of the last one."""
    sweep = moment.run.sweeps[moment.step.sweep] if moment.step else moment.run.sweep("backward")
    found = []
    for e in sweep.events if sweep and sweep.kind == "backward" else ():
        if e.arg is not None:
            break
        found.append(e)
    return tuple(found)


def target(moment: Moment, names: Names) -> str:
    """Return what is differentiated, as it stands after ∂: the output's name, or s where it is a sum with seeds."""
    found = seeds(moment)
    if len(found) == 1 and is_scalar(found[0].value) and found[0].value == 1.0:
        return names.partial(found[0].node)
    return names.unused("s", "S", "s′", "S′", "s″")


def combined(moment: Moment, names: Names, most: int = 3) -> str:
    """Say how what is differentiated comes of the outputs, s = x + 2·y; "" where it is an output itself."""
    of, events = target(moment, names), seeds(moment)
    if not events or (len(events) == 1 and of == names.partial(events[0].node)):
        return ""
    terms = [_term(names.partial(e.node), e.value) for e in events]
    return f"{of} = {' + '.join(terms[:most])}{' + …' if len(terms) > most else ''}"


def _term(name: str, weight: Value) -> str:
    if not is_scalar(weight):
        return f"Σ seed·{name}"
    text = trim(numbers.number(weight))
    return name if text == "1" else f"{text}·{name}" if not text.startswith("−") else f"({text})·{name}"


def partial(of: str, by: str, role: Role = "ink") -> Frac:
    """Return ∂of/∂by."""
    return Frac(f"∂{of}", f"∂{by}", role)


def seed(moment: Moment, names: Names, event: Event, scales: Scales | None = None) -> Said:
    """Write a seed: ∂L/∂L = 1."""
    of, by, value = target(moment, names), names.partial(event.node), event.value
    text = numbers.number(value) if is_scalar(value) else ""
    limit = limit_of(scales, event.node, "grad", value)
    made = as_item(value, text, "result", "seed", "grad", limit)
    spoken = f"∂{of}/∂{by} is {trim(text) if text else numbers.quantity(value)}"
    return Said(Equation((partial(of, by),), (EQUALS, made)), spoken)


def contribution(moment: Moment, names: Names, share: Share, scales: Scales | None = None) -> Said:
    """Write one contribution: ∂L/∂q = old + upstream × local = new; "old" only from the second term on."""
    e = share.event
    assert e.arg is not None
    if all_scalar(share.upstream, e.local, e.value, share.new):
        return _scalar_contribution(moment, names, share)
    return _array_contribution(moment, names, share, scales)


def _outcome(share: Share) -> tuple[Frame, str]:
    """Return the frame and label of what a contribution makes."""
    if share.of == 1:
        return "result", "contribution"
    return ("partial" if share.k < share.of else "result"), f"new, {share.k} of {share.of} terms"


def _scalar_contribution(moment: Moment, names: Names, share: Share) -> Said:
    e = share.event
    assert e.arg is not None
    if share.old is None:
        w = balanced((share.upstream, e.local), share.new)
        old, (up, slope) = "", w.terms
    else:
        w = balanced((share.old, share.upstream, e.local), share.new, lambda v: v[0] + v[1] * v[2])
        old, up, slope = w.terms
    of, by, via = target(moment, names), names.partial(share.to), names.partial(e.node)
    rest: tuple[Item, ...] = (OLD, PLUS) if old else ()
    slope_of: Item = partial(via, by)
    node = moment.graph.nodes[e.node]
    if node.args.count(share.to) > 1 and is_factor(node.local[e.arg]):
        # ∂y/∂x of y = x·x is all of it; the local derivative is that by one of its uses.
        words = local_formula(moment.graph, names, e.node, e.arg)
        slope_of = Word(factor(words) or "1", "value")
    symbols = (partial(of, by), EQUALS, *rest, partial(of, via, "grad"), TIMES, slope_of)
    frame, label = _outcome(share)
    put_in: tuple[Item, ...] = (Num(old, "old", "old"), PLUS) if old else ()
    put_in += (Num(up, "upstream", "upstream"), Chip("×" + trim(slope), "local"))
    gives = "gives" if w.relation == "=" else "gives about"
    spoken = f"upstream {trim(up)} times local {trim(slope)} {gives} "
    spoken = (f"old {trim(old)} plus " if old else "") + spoken
    spoken += ("the contribution " if share.of == 1 else "") + trim(w.result)
    return Said(Equation(symbols, (EQUALS, *put_in, Word(w.relation), Num(w.result, frame, label))), spoken)


_PRODUCTS = (
    (re.compile(r"\{g\} ?\{(\d+)\}(ᵀ?)"), False),
    (re.compile(r"\{(\d+)\}(ᵀ?) ?\{g\}"), True),
)


def _array_contribution(moment: Moment, names: Names, share: Share, scales: Scales | None) -> Said:
    e, graph = share.event, moment.graph
    assert e.arg is not None
    node = graph.nodes[e.node]
    of, by, via = target(moment, names), names.partial(share.to), names.partial(e.node)
    upstream = _gradient(
        share.upstream,
        "upstream",
        "upstream" if is_scalar(share.upstream) else G,
        limit_of(scales, e.node, "grad", share.upstream),
    )
    limit = limit_of(scales, share.to, "grad", share.new)
    frame, label = _outcome(share)
    made = _gradient(share.new, frame, label if share.of > 1 or is_scalar(share.new) else "", limit)
    if isinstance(made, Thumb) and share.of > 1:
        made = replace(made, label=label)  # "terms 3" would count something else; its card says the shape
    product = _product(moment, names, share, upstream, scales)
    if product is None:
        product = (upstream, *_local_items(moment, names, share))
    words = {str(i): names.partial(a) for i, a in enumerate(node.args)} | {"y": names.partial(e.node)}
    full, short = symbolic(node.local[e.arg], words, partial(of, via, "grad"))
    rest: tuple[Item, ...] = (OLD, PLUS) if share.old is not None else ()
    before: tuple[Item, ...] = ()
    if share.old is not None:
        before = (_gradient(share.old, "old", "old", limit), PLUS)
    start = (partial(of, by), EQUALS, *rest)
    # One number has no ḡ: its box says that it is what comes from upstream.
    twice = short != full and not is_scalar(share.upstream)
    symbols = (*start, *full, *((EQUALS, *rest, *short) if twice else ()))
    old = "" if share.old is None else f"old {amount(share.old)} plus " if is_scalar(share.old) else "old plus "
    spoken = f"{old}{in_words(node.local[e.arg], words)} gives {amount(share.new)}"
    return Said(Equation(symbols, (EQUALS, *before, *product, EQUALS, made), (*start, *short) if twice else ()), spoken)


def _gradient(value: Value, frame: Frame, label: str, limit: float) -> Item:
    return as_item(value, numbers.number(value) if is_scalar(value) else "", frame, label, "grad", limit)


def _local_items(moment: Moment, names: Names, share: Share) -> tuple[Item, ...]:
    """Return what upstream is multiplied by: the chip, or the numbers that it stands for where they are few."""
    e = share.event
    assert e.arg is not None
    text = chip_text(moment.graph, names, e.node, e.arg, e.local)
    chip = Chip(text or "×1", "local")
    node, local = moment.graph.nodes[e.node], e.local
    if not (isinstance(local, np.ndarray) and few(node.shape) and is_factor(node.local[e.arg])):
        return (chip,)
    if not moment.graph.nodes[share.to].shape == node.shape == local.shape:
        return (chip,)
    if bool((local == local.flat[0]).all()):
        return (chip,)  # one number says it all
    return (TIMES, Thumb(local, numbers.limit(local), "value", text.removeprefix("×").strip(), "grad", instead=chip))


def _multiplied(left: np.ndarray, right: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray] | None:
    """Return two factors as the matrices that they are in a product of that shape: a vector stands or lies."""
    if left.ndim > 2 or right.ndim > 2 or not left.ndim or not right.ndim:
        return None
    if left.ndim == 1:
        left = left.reshape(-1, 1) if len(shape) == 2 else left.reshape(1, -1)
    if right.ndim == 1:
        right = right.reshape(1, -1) if len(shape) == 2 else right.reshape(-1, 1)
    return (left, right) if left.shape[1] == right.shape[0] else None


def _product(
    moment: Moment, names: Names, share: Share, upstream: Item, scales: Scales | None
) -> tuple[Item, ...] | None:
    """Return both factors of a matrix product as thumbnails, where the local formula is one and the shapes agree."""
    e = share.event
    assert e.arg is not None
    node = moment.graph.nodes[e.node]
    for pattern, flipped in _PRODUCTS:
        match = pattern.fullmatch(node.local[e.arg])
        if match is None:
            continue
        other = node.args[int(match[1])]
        value, above = moment.after.values.get(other), share.upstream
        if not (isinstance(value, np.ndarray) and isinstance(above, np.ndarray)):
            return None
        factor = value.T if match[2] else value
        pair = _multiplied(*((factor, above) if flipped else (above, factor)), getattr(e.value, "shape", ()))
        if pair is None:
            return None
        factor, above = pair if flipped else pair[::-1]
        label = f"{names.partial(other)}{match[2]}"
        shown = as_item(factor, "", "value", label, "value", limit_of(scales, other, "value", value))
        limit = upstream.limit if isinstance(upstream, Thumb) else 1.0
        upstream = as_item(above, "", "upstream", G, "grad", limit)
        return (shown, upstream) if flipped else (upstream, shown)
    return None
