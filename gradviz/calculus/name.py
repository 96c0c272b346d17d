"""What each node is called: the user's own name for it, else its source text, else text put together.

The rules, in order: (a) the name assigned in the statement whose value the node is, through `return` to the caller's
statement; (b) its source text, where the instruction's syntax node is that very operation and no other node of the
graph has the same text; (c) the op's label template filled with the names of its operands.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..record import Where
from ..record.shorthand import below, letter
from .notation import REDUCES, Worded, compose, identifier, indexed, leading, number, product
from .op import CALLS, CONSTANT, MULTIPLIES, Text
from .quoted import constants, is_operation, made_here, misleading, place, source_texts
from .site import Site
from .syntax import Named, Spot, Syntax

if TYPE_CHECKING:
    from .trace import Var

#: Composed text longer than this is written with v₇ for every operand that is longer than `SHORT`.
LONG, SHORT = 60, 8


class Names(NamedTuple):
    """By node id: the names, the labels and the places; and the text of the lines that nodes stand on."""

    names: list[str]
    labels: list[str]
    shorts: list[str]
    wheres: list[Where | None]
    sources: dict[str, dict[int, str]]


def name_all(
    vars: Sequence[Var], args: Sequence[tuple[int, ...]], texts: Sequence[Text], inputs: Mapping[int, str]
) -> Names:
    """Name all nodes; `inputs` gives, by node id, what the caller calls its inputs."""
    syntax = Syntax()
    forward = [var.of for var in vars]  # what a Var made while differentiating belongs to
    derived = {i for i, of in enumerate(forward) if of is not None}
    spots = [place(syntax, var if of is None else of) for var, of in zip(vars, forward, strict=True)]
    given = {i: Worded(identifier(name)) for i, name in inputs.items()}
    for i, text in constants(syntax, vars, args, spots, derived).items():
        given.setdefault(i, text)
    taken = {text.text for i, text in given.items() if vars[i].op is not CONSTANT}

    claims = {i: text for i, text in _claims(syntax, vars, spots, derived).items() if i not in given}
    bases = Counter(text.text for text in claims.values())
    again = {base for base, n in bases.items() if n > 1 or base in taken}  # what they are called has an index
    taken_or_base = taken | set(bases)
    for i, name in _numbered(claims, bases, taken_or_base, taken).items():
        given[i] = name
        taken.add(name.text)

    read = source_texts(syntax, vars, spots, derived)
    for i in misleading(syntax, vars, args, spots, read, given, again, inputs):
        del read[i]
    often = Counter(text.text for text in read.values())
    for i, text in read.items():
        if i not in given and often[text.text] == 1 and text.text not in taken:
            given[i] = text
            taken.add(text.text)

    first = letter(text.text for text in given.values())
    shorts = [first + below(i) for i in range(len(vars))]
    names, labels = _compose_all(vars, args, texts, given, taken, shorts)
    wheres = [None if i in inputs and not made_here(spot) else spot.where for i, spot in enumerate(spots)]
    return Names(names, labels, shorts, wheres, _sources(syntax, wheres))


# -- (a) names that statements give


def _claims(syntax: Syntax, vars: Sequence[Var], spots: Sequence[Spot], derived: Collection[int]) -> dict[int, Worded]:
    """Return what the user's statements call each Var; of several results of one call only the last is named."""
    found: dict[int, Worded] = {}
    runs: dict[tuple[int, int, int], int] = {}
    frames: dict[int, list[int]] = {}
    items: Counter[tuple[int, int]] = Counter()
    for i, var in enumerate(vars):
        if var.op is CONSTANT:
            continue
        if var.name:
            found[i] = Worded(identifier(var.name))
            continue
        if var.site is None:
            continue
        _enter(frames, var.site, var.lasti)
        spot = spots[i] if i not in derived else syntax.spot(var.site.code, var.site.globals, var.lasti)
        named, through = _follow(syntax, var, spot)
        if named is None or named.name is None or (named.listed and var.args):
            continue
        found[i] = named.name
        if named.listed:  # leaves made by a comprehension are the items of its list
            made = (var.site.instance, var.lasti)
            found[i] = Worded(f"{named.name.text}[{items[made]}]")
            items[made] += 1
        for instance, at in through:
            run = (instance, at, frames[instance][1])
            before = runs.get(run)
            if before is not None and _feeds(before, i, vars):
                found.pop(before, None)
            runs[run] = i
    return found


def _enter(frames: dict[int, list[int]], site: Site | None, at: int) -> None:
    """Count, for every running frame, how often it has gone on from one instruction to another.

    Two results at one instruction with the same count are of one execution of it.
    """
    child = -1
    while site is not None:
        state = frames.setdefault(site.instance, [at, 0, -1])
        if state[0] != at:
            state[0], state[1] = at, state[1] + 1
        elif child >= 0 and state[2] == child:
            return
        state[2] = child
        child, at, site = site.instance, site.at, site.parent


def _follow(syntax: Syntax, var: Var, spot: Spot) -> tuple[Named | None, list[tuple[int, int]]]:
    """Follow a value from its instruction to the statement that names it, through every `return` on the way."""
    site, at = var.site, var.lasti
    path: tuple[int, ...] = ()
    through: list[tuple[int, int]] = []
    params: Mapping[str, Any] = var.params or {}
    if var.op.name == "item":
        path = (params["position"],)
    elif isinstance(spot.node, ast.Tuple | ast.List) and isinstance(params.get("index"), int):
        path = (params["index"],)
    elif isinstance(spot.node, ast.Subscript) and isinstance(spot.node.ctx, ast.Store) and var.op.name != "setitem":
        return None, through  # h[0] += 1 reads h[0] first
    elif not site.user:
        if site.parent is None or not site.direct:
            return None, through
        site, at = site.parent, site.at
    if not path and var.args and not is_operation(spot.node, var.op.name):
        match syntax.hands_on(site, at, None):
            case "":
                return None, through
            case "many":
                through.append((site.instance, at))
    while True:
        named = syntax.named(site, at, path)
        if named is None or named.name is not None:
            return named, through
        path = named.path
        code, below = site.code, site
        if site.wrapped and site.parent is not None:
            below = site.parent  # the frame of `gv.scope`, which hands on what the function it decorates returns
        if below.parent is None or not below.direct or not below.parent.user or code.co_flags & 0x20:
            return None, through
        match syntax.hands_on(below.parent, below.at, code):
            case "":
                return None, through
            case "many":
                through.append((below.parent.instance, below.at))
        site, at = below.parent, below.at


def _feeds(early: int, late: int, vars: Sequence[Var]) -> bool:
    """Tell whether one of several results of a call went into a later one, as the sums in `sum` do."""
    first = vars[early]
    todo, seen = [vars[late]], set()
    while todo:
        var = todo.pop()
        for operand in var.operands:
            if operand is first:
                return True
            if operand.seq > first.seq and id(operand) not in seen:
                seen.add(id(operand))
                todo.append(operand)
    return False


def _numbered(
    claims: Mapping[int, Worded], often: Mapping[str, int], reserved: set[str], taken: set[str]
) -> dict[int, Worded]:
    """Give namesakes an index: acc₁, acc₂. A name that an input has already starts to count there."""
    count: Counter[str] = Counter()
    found: dict[int, Worded] = {}
    for i, (base, binds) in claims.items():
        if often[base] == 1 and base not in taken:
            found[i] = Worded(base, binds)
            continue
        while True:
            count[base] += 1
            name = indexed(base, count[base])
            if name not in reserved:
                break
        found[i] = Worded(name)
    return found


# -- (c) text put together


def _compose_all(
    vars: Sequence[Var], args: Sequence[tuple[int, ...]], texts: Sequence[Text], given: Mapping[int, Worded],
    taken: set[str], shorts: Sequence[str],
) -> tuple[list[str], list[str]]:  # fmt: skip
    """Return the names and labels of all nodes; those that compute the same from the same get an index."""
    leaves = [i if var.op is not CONSTANT else given[i].text if i in given else repr(var.value)
              for i, var in enumerate(vars)]  # fmt: skip
    same = [(v.op.name, text.label, *(leaves[x] for x in a)) for v, text, a in zip(vars, texts, args, strict=True)]
    often = Counter(key for i, key in enumerate(same) if i not in given and args[i])
    count: Counter[Any] = Counter()
    names: list[str] = []
    labels: list[str] = []
    worded: list[Worded] = []
    for i, (var, text) in enumerate(zip(vars, texts, strict=True)):
        if not args[i]:
            label = given[i] if i in given else constant(var.value) if var.op is CONSTANT else Worded(shorts[i])
            name = label
        else:
            label = put_together(text, var.op.name, [worded[a] for a in args[i]], [shorts[a] for a in args[i]])
            name = given.get(i, label)
        if i not in given and args[i]:
            if often[same[i]] > 1 or name.text in taken:
                n = count[same[i]] + (1 if often[same[i]] > 1 else 2)
                while (new := indexed(label.text, n)) in taken:
                    n += 1
                count[same[i]] = n
                name = Worded(new)
            taken.add(name.text)
        names.append(name.text)
        labels.append(label.text)
        worded.append(name)
    return names, labels


def constant(value: Any) -> Worded:
    """Return the text of a constant that no source text is known of."""
    if np.ndim(value) == 0:
        return leading(number(value))
    if np.size(value) <= 3 and np.ndim(value) == 1:
        return Worded("[" + ", ".join(number(v) for v in value) + "]")
    return Worded("array " + "×".join(map(str, np.shape(value))))


def put_together(text: Text, op: str, operands: list[Worded], shorts: Sequence[str]) -> Worded:
    """Write an op with its operands' names; where that gets long, with v₇ for those that are long themselves."""
    whole = _written(text, op, operands)
    if len(whole.text) > LONG:
        brief = [o if len(o.text) <= SHORT else Worded(short) for o, short in zip(operands, shorts, strict=True)]
        whole = _written(text, op, brief)
        if len(whole.text) > 2 * LONG:
            whole = Worded(f"{text.symbol or op}({brief[0].text}, …, {brief[-1].text})")
    return whole


def _written(text: Text, op: str, operands: list[Worded]) -> Worded:
    if op == "matmul":
        return Worded(product(operands[0], operands[1]), MULTIPLIES)
    binds = REDUCES if text.label.startswith(("Σ ", "Π ")) else text.precedence or CALLS
    return leading(compose(text.label, text.precedence, operands), binds)


# -- the user's lines


def _sources(syntax: Syntax, wheres: Sequence[Where | None]) -> dict[str, dict[int, str]]:
    """Return the text of the lines that nodes stand on, in order."""
    wanted = sorted({(w.file, n) for w in wheres if w for n in range(w.line, max(w.line, w.end_line) + 1)})
    found: dict[str, dict[int, str]] = {}
    for file, n in wanted:
        lines = syntax.lines[file]
        if n <= len(lines):
            found.setdefault(file, {})[n] = lines[n - 1]
    return found
