"""The equations of what changes: tangents in forward mode, and parameters in an optimiser's step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..record import Event, Value
from . import numbers
from .equation import EQUALS, PLUS, Said, Scales, all_scalar, as_item, limit_of
from .formula import Chip, Equation, Frac, Item, Num, Word
from .locals import TIMES, chip_text, factor, is_factor, local_formula
from .moment import Moment
from .numbers import balanced, is_scalar, trim
from .sentence import amount
from .words import Names, cut

_MOST_TERMS = 3
MINUS = Word("−")


def primed(names: Names, i: int) -> str:
    """Return the name of a tangent: x′, (x₁·w₁)′."""
    return names.partial(i) + "′"


def locals_of(moment: Moment, event: Event) -> tuple[Value | None, ...]:
    """Return the local derivatives of a node, by arg: from the event, else from a backward sweep of the same run."""
    args = moment.graph.nodes[event.node].args
    if isinstance(event.local, tuple) and len(event.local) == len(args):
        return event.local
    if len(args) == 1 and event.local is not None:
        return (event.local,)
    found: list[Value | None] = [None] * len(args)
    for i, formula in enumerate(moment.graph.nodes[event.node].local):
        if formula in ("1", "−1"):
            found[i] = -1.0 if formula == "−1" else 1.0
        elif formula in ("{0}", "{1}"):
            found[i] = moment.after.values.get(args[int(formula[1])])
    if any(f is None for f in found) and (backward := moment.run.sweep("backward")):
        for e in backward.events:
            if e.node == event.node and e.arg is not None:
                found[e.arg] = e.local
    return tuple(found)


def tangent(moment: Moment, names: Names, event: Event, scales: Scales | None = None) -> Said:
    """Write how a tangent comes about: y′ = ∂y/∂a × a′ + ∂y/∂b × b′."""
    node, before = moment.graph.nodes[event.node], moment.after.tangents
    name = primed(names, event.node)
    moving = [(p, a, before[a]) for p, a in enumerate(node.args) if a in before and moves(before[a])]
    if not moving:
        made = _tangent(event.value, "", name, limit_of(scales, event.node, "tangent", event.value), "result")
        return Said(Equation((Word(name),), (EQUALS, made)), f"{name} = {amount(event.value)}")
    slopes = locals_of(moment, event)
    symbols: list[Item] = [Word(name), EQUALS]
    for n, (p, a, _) in enumerate(moving[:_MOST_TERMS]):
        symbols += [PLUS] if n else []
        formula = local_formula(moment.graph, names, event.node, p)
        if node.symbol == "@":  # linear in each factor: the tangent takes its factor's place
            factors: list[Item] = [Word(names.partial(b), "value") for b in node.args]
            factors[p] = Word(primed(names, a), "value")
            symbols += [factors[0], Word("@"), factors[1]]
            continue
        if not is_factor(node.local[p]):  # a formula for gradients; its transpose has no words here
            symbols += [Word(f"∂{names.partial(event.node)}/∂{names.partial(a)}", "value"), TIMES]
        elif formula not in ("", "1"):
            symbols += [Word(factor(formula), "value"), TIMES]
        symbols.append(Word(primed(names, a), "value"))
    if len(moving) > _MOST_TERMS:
        symbols += [PLUS, Word("…")]
    return _numbers(moment, names, event, scales, (tuple(symbols), moving, slopes))


def moves(value: Value) -> bool:
    """Tell whether a tangent is anything but zero."""
    return isinstance(value, tuple) or bool(np.any(np.asarray(value) != 0))


def _tangent(value: Value, text: str, label: str, limit: float, frame: Any = "value") -> Item:
    text = text or (numbers.number(value) if is_scalar(value) else "")
    return as_item(value, text, frame, label, "value", limit)


def _numbers(
    moment: Moment,
    names: Names,
    event: Event,
    scales: Scales | None,
    parts: tuple[tuple[Item, ...], list[tuple[int, int, Value]], tuple[Value | None, ...]],
) -> Said:
    """Put the numbers in: [x′] ×local + ... = [y′]."""
    symbols, moving, slopes = parts
    node = moment.graph.nodes[event.node]
    name = primed(names, event.node)
    flat = [v for p, _, t in moving for v in (slopes[p], t)]
    exact = all_scalar(event.value, *flat) and len(moving) <= _MOST_TERMS
    relation, result = "=", ""
    texts: tuple[str, ...] = ("",) * len(flat)
    if exact:
        made = balanced(
            flat, event.value, lambda v: numbers.total([a * b for a, b in zip(v[::2], v[1::2], strict=True)])
        )
        relation, result, texts = made.relation, made.result, made.terms
    items: list[Item] = [EQUALS]
    words: list[str] = []
    for n, (p, a, value) in enumerate(moving[:_MOST_TERMS]):
        items += [PLUS] if n else []
        limit = limit_of(scales, a, "tangent", value)
        moved = _tangent(value, texts[2 * n + 1], primed(names, a), limit)
        if exact:
            items += [moved, Chip("×" + trim(texts[2 * n]), "local", "value")]
            words.append(f"{trim(texts[2 * n + 1])} times {trim(texts[2 * n])}")
        elif node.symbol == "@":
            other = node.args[1 - p]
            held = moment.after.values.get(other, 0.0)
            still = as_item(held, "", "value", names.formula(other), "value", limit_of(scales, other, "value", held))
            items += [moved, Word("@"), still] if p == 0 else [still, Word("@"), moved]
        else:
            text = chip_text(moment.graph, names, event.node, p, slopes[p])
            known = is_factor(node.local[p])
            items += [moved, Chip((text or "×1") if known else f"{cut(node.symbol)}′", "local", "value")]
    if len(moving) > _MOST_TERMS:
        items += [PLUS, Word("…")]
    outcome = _tangent(event.value, result, name, limit_of(scales, event.node, "tangent", event.value), "result")
    said = f"{name} = {' + '.join(words)} {relation} {trim(result)}" if exact else f"{name} = {amount(event.value)}"
    return Said(Equation(symbols, (*items, Word(relation), outcome)), said)


def update(moment: Moment, names: Names, event: Event, scales: Scales | None = None) -> Said:
    """Write one parameter's step: old value, step, new value."""
    name, old = names.formula(event.node), moment.before.values.get(event.node)
    limit = limit_of(scales, event.node, "value", event.value)
    symbols = (Word(name),)
    if old is None or isinstance(old, tuple) or isinstance(event.value, tuple):
        text = numbers.number(event.value) if is_scalar(event.value) else ""
        made = as_item(event.value, text, "result", "new", "value", limit)
        return Said(Equation(symbols, (EQUALS, made)), f"{name} = {numbers.quantity(event.value)}")
    step: Any = np.subtract(event.value, old)
    if (plain := _downhill(moment, names, event)) is not None:
        return plain
    if all_scalar(old, event.value):
        down = bool(step < 0)
        size = abs(float(step))
        w = balanced((old, size), event.value, (lambda v: v[0] - v[1]) if down else numbers.total)
        sign = "−" if down else "+"
        items: tuple[Item, ...] = (
            EQUALS,
            Num(w.terms[0], "old", "old", "value"),
            Word(sign),
            Num(w.terms[1], None, "step", "grad"),
            Word(w.relation),
            Num(w.result, "result", "new", "value"),
        )
        spoken = f"{name} = {trim(w.terms[0])} {sign} {trim(w.terms[1])} {w.relation} {trim(w.result)}"
        return Said(Equation(symbols, items), spoken)
    before, after = (as_item(v, "", f, label, "value", limit) for v, f, label in _pair(old, event.value))
    moved = as_item(step, "", "upstream", "step", "grad", numbers.limit(step))
    return Said(
        Equation(symbols, (EQUALS, before, PLUS, moved, EQUALS, after)), f"{name}, {numbers.quantity(event.value)}"
    )


def _downhill(moment: Moment, names: Names, event: Event) -> Said | None:
    """Write the step of plain gradient descent, where it is one: w = old − rate × ∂L/∂w."""
    old, slope = moment.before.values.get(event.node), moment.before.grads.get(event.node)
    rates, now = np.ravel(np.asarray(moment.run.series.get("lr", 0.0))), moment.step.iteration if moment.step else 0
    if not 0 < now <= len(rates) or len(moment.graph.outputs) != 1:
        return None
    rate = float(rates[now - 1])
    if not (type(old) is float and type(slope) is float and type(event.value) is float):
        return None
    if not math.isclose(old - rate * slope, event.value, rel_tol=1e-12):
        return None
    name = names.formula(event.node)
    w = balanced((old, rate, slope), event.value, lambda v: v[0] - v[1] * v[2])
    by = Frac(f"∂{names.partial(moment.graph.outputs[0])}", f"∂{names.partial(event.node)}", "grad")
    symbols = (Word(name), EQUALS, Word("old", size=14), MINUS, Word("rate", size=14), TIMES, by)
    items = (
        EQUALS, Num(w.terms[0], "old", "old", "value"), MINUS, Num(trim(w.terms[1]), None, "rate", "ink"), TIMES,
        Num(w.terms[2], "upstream", "gradient"), Word(w.relation), Num(w.result, "result", "new", "value"),
    )  # fmt: skip
    size = trim(w.terms[2]) if slope >= 0 else f"({trim(w.terms[2])})"
    spoken = f"{name} = {trim(w.terms[0])} − {trim(w.terms[1])} × {size} {w.relation} {trim(w.result)}"
    return Said(Equation(symbols, items), spoken)


def _pair(old: Value, new: Value) -> tuple[tuple[Value, Any, str], tuple[Value, Any, str]]:
    return (old, "old", "old"), (new, "result", "new")
