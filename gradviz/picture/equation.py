"""The arithmetic of a step as equations: symbols first, then the numbers put in, then the result."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..record import Event, Graph, Node, Value
from ..record.state import add
from . import numbers
from .extent import Extent
from .formula import Chip, Equation, Frac, Frame, Item, Num, Role, Thumb, Word
from .moment import Moment
from .numbers import Balanced, balanced, is_scalar, trim
from .words import MOST_GLYPHS, Names, cut, fits, visible, wrapped

#: The scale of each thumbnail, by node and quantity ("value", "grad", "tangent"), fixed over the film.
Scales = Mapping[tuple[int, str], Extent]

EQUALS, TIMES, PLUS, OLD = Word("="), Word("×"), Word("+"), Word("old", size=14)
#: The upstream gradient in formulas of arrays.
G = "ḡ"

_INFIX = ("+", "−", "×", "÷", "@", "^", "·", "⊙", "mod", "//")
_LONGEST_LABEL = 3 * MOST_GLYPHS
_LONGEST_CHIP = 18
_PLACE = re.compile(r"\{(\d+|y|g)\}")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−^()", "0123456789--   ")
_ENCLOSED = {"(": ")", "|": "|", "⌊": "⌋", "⌈": "⌉"}

# What a written function does to written numbers, for checking that an equation comes out. A sign that is not here
# is not checked, and then "≈" stands wherever digits are hidden.
_WORKED_OUT: dict[str, Callable[..., float]] = {
    "−": lambda *v: -v[0] if len(v) == 1 else v[0] - v[1],
    "÷": lambda a, b: a / b,
    "×": lambda a, b: a * b,
    "+": lambda *v: numbers.total(v),
    "^": lambda a, b: a**b,
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "√": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
    "σ": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "| |": abs,
    "max": max,
    "min": min,
    "1/( )": lambda x: 1 / x,
}


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


@dataclass(frozen=True, slots=True)
class Said:
    """An equation, and its arithmetic in plain words for those who hear it."""

    equation: Equation
    spoken: str


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
    if len(found) == 1 and is_scalar(found[0].value) and float(found[0].value) == 1.0:  # type: ignore[arg-type]
        return names.partial(found[0].node)
    return names.unused("s", "S", "s′", "S′", "s″")


def put(template: str, names: Mapping[str, str]) -> str:
    """Put names into a local formula; a composed name gets parentheses unless the formula has them.

    >>> put("cos({0})", {"0": "a + b"}), put("2·{0}", {"0": "a + b"})
    ('cos(a + b)', '2·(a + b)')
    """

    def one(match: re.Match[str]) -> str:
        name = names.get(match[1], match[0])
        left, right = template[: match.start()][-1:], template[match.end() :][:1]
        return name if left and _ENCLOSED.get(left) == right else wrapped(name)

    return visible(_PLACE.sub(one, template))


def local_formula(graph: Graph, names: Names, node: int, arg: int) -> str:
    """Write the local derivative of one edge in the names of its operands: "cos a", "ḡ hᵀ"."""
    made = graph.nodes[node]
    words = {str(i): names.formula(a) for i, a in enumerate(made.args)}
    return put(made.local[arg], {**words, "y": names.formula(node), "g": G})


def chip_text(graph: Graph, names: Names, node: int, arg: int, local: Value | None) -> str:
    """Write what stands on an edge: ×0.5 for a number or an array of one number, else its formula."""
    if local is not None and not isinstance(local, tuple):
        array = np.asarray(local)
        if array.size and (array.ndim == 0 or bool((array == array.flat[0]).all())):
            return numbers.local(array.flat[0])
    formula = local_formula(graph, names, node, arg)
    return cut(f"× {formula}" if local is not None and not formula.startswith("×") else formula, _LONGEST_CHIP)


def limit_of(scales: Scales | None, node: int, row: str, value: Value) -> float:
    return scales[node, row].limit if scales and (node, row) in scales else numbers.limit(value)


def as_item(value: Value, text: str, frame: Frame | None, label: str, role: Role, limit: float) -> Item:
    """Return a value as an item: the number as written, or a thumbnail with its shape below."""
    if isinstance(value, tuple):
        return Word(f"{len(value)} results", role)
    if is_scalar(value):
        return Num(text, frame, label, role)
    sides = numbers.shape(np.shape(value))
    return Thumb(value, limit, frame, f"{label}  {sides}" if label else sides, role)


def all_scalar(*values: Value | None) -> bool:
    return all(v is not None and is_scalar(v) for v in values)


# ---- forward


def _exponent(symbol: str) -> float | None:
    """Return the exponent that a power's symbol shows: 2 of ( )²."""
    try:
        return float(symbol.removeprefix("( )").translate(_LOWERED).replace(" ", ""))
    except ValueError:
        return None


def _calculator(symbol: str) -> Callable[[Sequence[float]], float] | None:
    known = _WORKED_OUT.get(symbol)
    if known is not None:
        return lambda v: float(known(*v))
    power = _exponent(symbol) if symbol.startswith("( )") else None
    return None if power is None else lambda v: math.pow(v[0], power)


def _applied(symbol: str, operands: Sequence[Item]) -> tuple[Item, ...]:
    """Put operands into a badge's symbol: infix signs between them, ( )² at the gap, words in front."""
    if len(operands) == 2 and symbol in _INFIX:
        return (operands[0], Word(symbol), operands[1])
    if len(operands) == 1:
        for gap in ("( )", "| |", "[ ]"):
            if gap in symbol:
                head, tail = symbol.split(gap, 1)
                head, tail = (head + "|", "|" + tail) if gap == "| |" else (head, tail)
                tail = "[ ]" + tail if gap == "[ ]" else tail
                parts: list[Item] = [Word(head, glue="right")] if head else []
                return (*parts, operands[0], *([Word(tail, glue="left")] if tail else []))
        if symbol and not symbol[0].isalpha():
            return (Word(symbol, glue="right"), operands[0])
    items: list[Item] = [Word(f"{symbol}(", glue="right")]
    for i, operand in enumerate(operands):
        items += ([Word(",", glue="left")] if i else []) + [operand]
    return (*items, Word(")", glue="left"))


def _spoken(items: Sequence[Item]) -> str:
    """Read items aloud."""
    text = ""
    for item in items:
        word = item.text if isinstance(item, Word | Chip) else ""
        word = trim(item.text) if isinstance(item, Num) else word
        before = isinstance(item, Word) and item.glue in ("left", "both")
        text += word if before or not text or text.endswith("(") else f" {word}"
    return text.replace("|  ", "|")


def forward(moment: Moment, names: Names, i: int, scales: Scales | None = None) -> Said:
    """Write how a node got its value: name = label = numbers put in = result."""
    node, values = moment.graph.nodes[i], moment.after.values
    result, args = values[i], [values.get(a, math.nan) for a in node.args]
    written = _written(node, args, result)
    operands: list[Item] = []
    most = 3
    for a, value, text in zip(node.args[:most], args, written.terms, strict=False):
        if moment.graph.nodes[a].op == "constant" and is_scalar(value):
            operands.append(Word(trim(text), "value"))
        else:
            label = names.formula(a)
            operands.append(as_item(value, text, "value", label, "value", limit_of(scales, a, "value", value)))
    if len(args) > most:
        operands.append(Word("…"))
    name = names.formula(i)
    made = as_item(result, written.result, "result", name, "value", limit_of(scales, i, "value", result))
    applied = _applied(node.symbol, operands)
    label = _label(moment.graph, names, i)
    symbols = (Word(name), *((EQUALS, Word(label)) if label != name else ()))
    put_in = (EQUALS, *applied, Word(written.relation), made)
    spoken = name if label == name else f"{name} = {label}"
    if all_scalar(result, *args) and len(args) <= most:
        spoken += f" = {_spoken(applied)} {written.relation} {trim(written.result)}"
    else:
        spoken += f", {numbers.quantity(result)}"
    return Said(Equation(symbols, put_in, symbols[:1]), spoken)


def _written(node: Node, args: Sequence[Value], result: Value) -> Balanced:
    if all_scalar(result, *args):
        return balanced(args, result, _calculator(node.symbol))
    terms = tuple(numbers.number(a) if is_scalar(a) else "" for a in args)
    return Balanced(terms, numbers.number(result) if is_scalar(result) else "", "=")


def _label(graph: Graph, names: Names, i: int) -> str:
    """Return the operation in its operands' names; where those are long, put together from v₇ and the symbol."""
    node = graph.nodes[i]
    label = visible(node.label)
    if label and fits(label, _LONGEST_LABEL) and all(fits(names.full(a)) for a in node.args):
        return label
    items = _applied(node.symbol, [Word(names.partial(a)) for a in node.args[:4]])
    return cut(_spoken(items), _LONGEST_LABEL)


# ---- backward


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
    return ("partial" if share.k < share.of else "result"), f"new, {share.k} of {share.of}"


def _scalar_contribution(moment: Moment, names: Names, share: Share) -> Said:
    e = share.event
    if share.old is None:
        w = balanced((share.upstream, e.local), share.new)
        old, (up, slope) = "", w.terms
    else:
        w = balanced((share.old, share.upstream, e.local), share.new, lambda v: v[0] + v[1] * v[2])
        old, up, slope = w.terms
    of, by, via = target(moment, names), names.partial(share.to), names.partial(e.node)
    rest: tuple[Item, ...] = (OLD, PLUS) if old else ()
    symbols = (partial(of, by), EQUALS, *rest, partial(of, via, "grad"), TIMES, partial(via, by))
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
    upstream = _gradient(share.upstream, "upstream", G, limit_of(scales, e.node, "grad", share.upstream))
    limit = limit_of(scales, share.to, "grad", share.new)
    frame, label = _outcome(share)
    made = _gradient(share.new, frame, label if share.of > 1 or is_scalar(share.new) else "", limit)
    product = _product(moment, names, share, upstream, scales)
    if product is None:
        product = (upstream, _local_item(moment, names, share))
    formula = local_formula(graph, names, e.node, e.arg)
    words = {str(i): names.formula(a) for i, a in enumerate(node.args)} | {"y": names.formula(e.node)}
    full, short = _symbolic(node.local[e.arg], words, partial(of, via, "grad"))
    rest: tuple[Item, ...] = (OLD, PLUS) if share.old is not None else ()
    before: tuple[Item, ...] = ()
    if share.old is not None:
        before = (_gradient(share.old, "old", "old", limit), PLUS)
    start = (partial(of, by), EQUALS, *rest)
    symbols = (*start, *full, *((EQUALS, *rest, *short) if short != full else ()))
    spoken = f"the contribution is {formula or 'the gradient itself'}, {numbers.quantity(e.value)}"
    return Said(Equation(symbols, (EQUALS, *before, *product, EQUALS, made), (*start, *short)), spoken)


def _gradient(value: Value, frame: Frame, label: str, limit: float) -> Item:
    return as_item(value, numbers.number(value) if is_scalar(value) else "", frame, label, "grad", limit)


def _local_item(moment: Moment, names: Names, share: Share) -> Item:
    e = share.event
    assert e.arg is not None
    text = chip_text(moment.graph, names, e.node, e.arg, e.local)
    return Chip(text or "×1", "local")


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
        value: Any = moment.after.values.get(other)
        if not isinstance(value, np.ndarray) or value.ndim != 2 or np.ndim(share.upstream) != 2:  # type: ignore[arg-type]
            return None
        factor = value.T if match[2] else value
        left, right = (factor, share.upstream) if flipped else (share.upstream, factor)
        if np.shape(left)[1] != np.shape(right)[0]:  # type: ignore[arg-type]
            return None
        label = f"{names.partial(other)}{match[2]}"
        shown = as_item(factor, "", "value", label, "value", limit_of(scales, other, "value", value))
        return (shown, upstream) if flipped else (upstream, shown)
    return None


def _symbolic(template: str, words: Mapping[str, str], fraction: Frac) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return a local formula of arrays as items, once with ∂L/∂y and once with ḡ in the upstream's place."""
    upstream = Word(G, "grad", size=17)
    if "{g}" not in template:
        if template in ("", "1"):
            return (fraction,), (upstream,)
        word = Word(put(template, words), "ink" if template.startswith("Σ") else "value", size=17)
        if template.startswith("Σ"):
            return (word, fraction), (word, upstream)
        return (fraction, TIMES, word), (upstream, TIMES, word)
    full: list[Item] = []
    short: list[Item] = []
    for i, part in enumerate(template.split("{g}")):
        if i:
            full.append(fraction)
            short.append(upstream)
        if part.strip():
            word = Word(put(part.strip(), words), "ink" if part.strip().startswith("Σ") else "value", size=17)
            full.append(word)
            short.append(word)
    return tuple(full), tuple(short)
