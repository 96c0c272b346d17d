"""Values as items of an equation, and the equation of a forward step: name = operation = numbers put in = result."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..record import Graph, Node, Value
from . import numbers
from .digits import few
from .extent import Extent
from .formula import Chip, Equation, Frame, Item, Num, Role, Thumb, Word
from .moment import Moment
from .numbers import Balanced, balanced, is_scalar, trim
from .words import MOST_GLYPHS, Names, cut, fits, visible

#: The scale of each thumbnail, by node and quantity ("value", "grad", "tangent"), fixed over the film.
Scales = Mapping[tuple[int, str], Extent]
EQUALS, PLUS = Word("="), Word("+")
_AS_WRITTEN = {"×": "·", "÷": "/"}  # between names; numbers have the sign of the badge
_INFIX = ("+", "−", "×", "÷", "@", "^", "·", "⊙", "mod", "//")
_LONGEST_LABEL = 3 * MOST_GLYPHS
_OWN = re.compile(r"[\w.\[\]]+")  # a name that the user gave, with its index; not the text of an operation
_LOOSER = re.compile(r"[<>=≤≥≠&|]| (?:if|and|or) ")  # what binds less than a plus
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−^()", "0123456789--   ")
# What a sign does to written numbers, for checking that an equation comes out; words are looked up in `math`. A sign
# that is in neither is not checked, and then "≈" stands wherever digits are hidden.
_WORKED_OUT: dict[str, Callable[..., float]] = {
    "−": lambda *v: -v[0] if len(v) == 1 else v[0] - v[1],
    "÷": lambda a, b: a / b,
    "×": lambda a, b: a * b,
    "+": lambda *v: numbers.total(v),
    "^": lambda a, b: a**b,
    "√": math.sqrt,
    "∛": math.cbrt,
    "σ": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "| |": abs,
    "max": max,
    "min": min,
    "1/( )": lambda x: 1 / x,
    "⌊÷⌋": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
}


@dataclass(frozen=True, slots=True)
class Said:
    """An equation, and its arithmetic in plain words for those who hear it."""

    equation: Equation
    spoken: str


def limit_of(scales: Scales | None, node: int, row: str, value: Value) -> float:
    return scales[node, row].limit if scales and (node, row) in scales else numbers.limit(value)


def as_item(value: Value, text: str, frame: Frame | None, label: str, role: Role, limit: float) -> Item:
    """Return a value as an item: the number as written, or a thumbnail with its shape below."""
    if isinstance(value, tuple):
        return Word(f"{len(value)} results", role)
    if is_scalar(value):
        return Num(text, frame, label, role)
    sides = numbers.shape(np.shape(value))
    if few(np.shape(value)) and np.ndim(value) == 1:
        sides = ""  # they can be counted
    return Thumb(value, limit, frame, f"{label}  {sides}".strip(), role)


def all_scalar(*values: Value | None) -> bool:
    return all(v is not None and is_scalar(v) for v in values)


def _exponent(symbol: str) -> float | None:
    """Return the exponent that a power's symbol shows: 2 of ( )²."""
    try:
        return float(symbol.removeprefix("( )").translate(_LOWERED).replace(" ", ""))
    except ValueError:
        return None


def _calculator(symbol: str) -> Callable[[Sequence[float]], float] | None:
    known = _WORKED_OUT.get(symbol) or getattr(math, symbol, None)
    if callable(known):
        return lambda v: float(known(*v))
    power = _exponent(symbol) if symbol.startswith("( )") else None
    return None if power is None else lambda v: math.pow(v[0], power)


def _applied(symbol: str, operands: Sequence[Item]) -> tuple[Item, ...]:
    """Put operands into a badge's symbol: infix signs between them, ( )² at the gap, words in front."""
    if len(operands) == 2 and symbol in _INFIX:
        return (operands[0], Word(symbol), operands[1])
    if symbol == "⌊÷⌋":
        return (Word("⌊", glue="right"), operands[0], Word("÷"), *operands[1:], Word("⌋", glue="left"))
    if len(operands) == 1:
        for gap in ("( )", "| |", "[ ]"):
            if gap in symbol:
                head, tail = symbol.split(gap, 1)
                head, tail = (head + "|", "|" + tail) if gap == "| |" else (head, tail)
                tail = "[ ]" + tail if gap == "[ ]" else tail
                parts: list[Item] = [Word(head, glue="right")] if head else []
                return (*parts, operands[0], *([Word(tail, size=_raised(tail), glue="left")] if tail else []))
        if symbol and not symbol[0].isalpha():
            return (Word(symbol, glue="right"), operands[0])
    items: list[Item] = [Word(f"{symbol}(", glue="right")]
    for i, operand in enumerate(operands):
        items += ([Word(",", glue="left")] if i else []) + [operand]
    return (*items, Word(")", glue="left"))


def _raised(tail: str) -> float:
    """Return the size (px) of what follows a boxed operand; a lone raised sign is set larger, or it would be lost."""
    return 15 if tail[0] in "|[)" else 20


def _spoken(items: Sequence[Item]) -> str:
    """Read items aloud."""
    text, apart = "", False
    for at, item in enumerate(items):
        word = item.text if isinstance(item, Word | Chip) else ""
        if isinstance(item, Num):
            word = trim(item.text)
            tail = items[at + 1] if at + 1 < len(items) else None
            raised = isinstance(tail, Word) and tail.glue == "left" and tail.text[0] not in "),|⌋"
            inside = bool(text) and text[-1] not in "(,|"
            word = f"({word})" if word.startswith("−") and (inside or raised) else word
        glue = item.glue if isinstance(item, Word) else ""
        text += f" {word}" if apart and glue not in ("left", "both") else word
        apart = glue not in ("right", "both")
    return text


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
    label = in_names(moment.graph, names, i)
    told = label.replace("-", "−") != name.replace("-", "−")  # x[:-1] as the user wrote it is no news
    symbols = (Word(name), *((EQUALS, Word(label)) if told else ()))
    put_in = (EQUALS, *applied, Word(written.relation), made)
    spoken = f"{name} = {label}" if told else name
    if all_scalar(result, *args) and len(args) <= most:
        worked, end = _spoken(applied), trim(written.result)
        # What −a puts in is −1.5 already, and need not be said twice.
        spoken += f" {written.relation} {end}" if worked == end else f" = {worked} {written.relation} {end}"
    else:
        spoken += f" = {trim(written.result)}" if written.result else f": {numbers.quantity(result)}"
    return Said(Equation(symbols, put_in, symbols[:1]), spoken)


def _written(node: Node, args: Sequence[Value], result: Value) -> Balanced:
    if all_scalar(result, *args):
        return balanced(args, result, _calculator(node.symbol))
    terms = tuple(numbers.number(a) if is_scalar(a) else "" for a in args)
    return Balanced(terms, numbers.number(result) if is_scalar(result) else "", "=")


def in_names(graph: Graph, names: Names, i: int) -> str:
    """Return the operation in its operands' names; where those are long, put together from v₇ and the symbol."""
    node = graph.nodes[i]
    label = visible(node.label)
    if label and node.op != "group" and fits(label, _LONGEST_LABEL) and all(fits(names.full(a)) for a in node.args):
        return label
    enclosed = node.symbol[:1].isalpha() and node.symbol not in _INFIX
    plain = node.symbol == "+" and not any(_LOOSER.search(names.formula(a)) for a in node.args)
    name = names.formula if enclosed or plain else names.partial
    if node.symbol in _AS_WRITTEN and len(node.args) == 2:
        return cut(_AS_WRITTEN[node.symbol].join(map(name, node.args)), _LONGEST_LABEL)
    items = _applied(node.symbol, [Word(name(a)) for a in node.args[:4]])
    return cut(_spoken(items), _LONGEST_LABEL)


def made_of(graph: Graph, names: Names, i: int) -> str:
    """Return what a node is called beside its v₇: an input's or the user's own name, else what it is made of.

    v₇ = tanh(v₅) says more beside v₅'s card than the whole text that the user wrote for it, cut in the middle.
    """
    node, full = graph.nodes[i], names.full(i)
    if node.is_leaf or node.op == "group" or full == names.formula(i) or _OWN.fullmatch(full):
        return full
    return in_names(graph, names, i)
