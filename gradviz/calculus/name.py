"""What each node is called: the user's own name for it, else its source text, else text put together.

The rules, in order: (a) the name assigned in the statement whose value the node is, through `return` to the caller's
statement; (b) its source text, where the instruction's syntax node is that very operation and no other node of the
graph has the same text; (c) the op's label template filled with the names of its operands.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..record import Where
from ..record.shorthand import below, letter
from .notation import REDUCES, Worded, compose, identifier, indexed, leading, number, product
from .op import CALLS, CONSTANT, MULTIPLIES, Text
from .site import Site
from .syntax import NOWHERE, Named, Spot, Syntax, module_like, parts

if TYPE_CHECKING:
    from .trace import Var

#: Composed text longer than this is written with v₇ for every operand that is longer than `SHORT`.
LONG, SHORT = 60, 8

_OPERATORS: Mapping[type[ast.AST], frozenset[str]] = {
    ast.Add: frozenset(("add",)),
    ast.Sub: frozenset(("subtract",)),
    ast.Mult: frozenset(("multiply",)),
    ast.Div: frozenset(("divide",)),
    ast.FloorDiv: frozenset(("floor_divide",)),
    ast.Mod: frozenset(("remainder",)),
    ast.Pow: frozenset(("power", "power of", "square")),
    ast.MatMult: frozenset(("matmul", "dot")),
    ast.USub: frozenset(("negative",)),
    ast.UAdd: frozenset(("positive",)),
}
#: What functions are called whose op has another name.
_ALIASES: Mapping[str, frozenset[str]] = {
    "absolute": frozenset(("abs", "fabs")),
    "divide": frozenset(("true_divide",)),
    "power of": frozenset(("power", "pow", "float_power")),
    "matmul": frozenset(("dot",)),
    "max": frozenset(("amax",)),
    "min": frozenset(("amin",)),
    "concatenate": frozenset(("hstack", "vstack", "append")),
    "transpose": frozenset(("T", "swapaxes")),
}


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
    spots = [_spot(syntax, var if of is None else of) for var, of in zip(vars, forward, strict=True)]
    given = {i: Worded(identifier(name)) for i, name in inputs.items()}
    for i, text in _constants(syntax, vars, args, spots, derived).items():
        given.setdefault(i, text)
    taken = {text.text for i, text in given.items() if vars[i].op is not CONSTANT}

    claims = {i: text for i, text in _claims(syntax, vars, spots, derived).items() if i not in given}
    bases = Counter(text.text for text in claims.values())
    again = {base for base, n in bases.items() if n > 1 or base in taken}  # what they are called has an index
    taken_or_base = taken | set(bases)
    for i, name in _numbered(claims, bases, taken_or_base, taken).items():
        given[i] = name
        taken.add(name.text)

    read = _source_texts(syntax, vars, spots, derived)
    for i in _misleading(syntax, vars, args, spots, read, given, again, inputs):
        del read[i]
    often = Counter(text.text for text in read.values())
    for i, text in read.items():
        if i not in given and often[text.text] == 1 and text.text not in taken:
            given[i] = text
            taken.add(text.text)

    first = letter(text.text for text in given.values())
    shorts = [first + below(i) for i in range(len(vars))]
    names, labels = _compose_all(vars, args, texts, given, taken, shorts)
    wheres = [None if i in inputs and not _made_here(spot) else spot.where for i, spot in enumerate(spots)]
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
    if not path and var.args and not _is_operation(spot.node, var.op.name):
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


# -- (b) source text


def _spot(syntax: Syntax, var: Var) -> Spot:
    """Return where a Var stands in the user's code: at the call into a library, where it was made inside one."""
    site: Site | None = var.site
    at = var.lasti
    if site is not None and not site.user:
        at, site = site.at, site.parent
    return NOWHERE if site is None else syntax.spot(site.code, site.globals, at)


def _is_operation(node: ast.AST | None, op: str) -> bool:
    """Tell whether a syntax node is that very operation, not a call inside which it happened to be made."""
    match node:
        case ast.BinOp(op=sign) | ast.AugAssign(op=sign) | ast.UnaryOp(op=sign):
            return op in _OPERATORS.get(type(sign), ())
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name == op or name in _ALIASES.get(op, ())
        case ast.Attribute(attr=name):
            return name in _ALIASES.get(op, ())
        case ast.Subscript():
            return op == "getitem"
        case _:
            return False


def _made_here(spot: Spot) -> bool:
    """Tell whether a leaf was made by the user's `gv.var(...)`, and not where a function was handed over."""
    return (
        isinstance(spot.node, ast.Call) and getattr(spot.node.func, "attr", getattr(spot.node.func, "id", "")) == "var"
    )


def _source_texts(
    syntax: Syntax, vars: Sequence[Var], spots: Sequence[Spot], derived: Collection[int]
) -> dict[int, Worded]:
    """Return the source text of each Var whose syntax node is its very operation, as mathematics."""
    found: dict[int, Worded] = {}
    for i, (var, spot) in enumerate(zip(vars, spots, strict=True)):
        if not var.args or spot.node is None or isinstance(spot.node, ast.AugAssign):
            continue
        if i not in derived and var.site.user and _is_operation(spot.node, var.op.name):
            text = syntax.text(spot, spot.node)
            if text is not None:
                found[i] = text
    return found


def _misleading(
    syntax: Syntax,
    vars: Sequence[Var],
    args: Sequence[tuple[int, ...]],
    spots: Sequence[Spot],
    read: Mapping[int, Worded],
    given: Mapping[int, Worded],
    again: Collection[str],
    inputs: Mapping[int, str],
) -> list[int]:
    """Return the nodes whose source text calls an operand what the picture calls something else.

    After `x = layer(x)` the text `x[0] * w` means a result of the layer; the picture has an input x[0].
    """
    other = {text.text for i, text in given.items() if vars[i].op is not CONSTANT} | set(again)
    roots = {_root(name) for name in inputs.values()}
    found: list[int] = []
    for i in read:
        for position, a in enumerate(args[i]):
            node, own = _operand(vars[i], spots[i].node, position), given.get(a)
            if node is not None and node is spots[a].node:
                wrong = a in found
            elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
                said = syntax.text(spots[i], node)
                wrong = said is not None and (own is None or own.text != said.text)
                wrong = wrong and said is not None and (said.text in other or _root(said.text) in roots)
            else:
                continue
            if wrong:
                found.append(i)
                break
    return found


def _root(name: str) -> str:
    """Return the variable that a name begins with: x of x[0]."""
    return re.split(r"[.\[]", name, maxsplit=1)[0]


def _constants(
    syntax: Syntax,
    vars: Sequence[Var],
    args: Sequence[tuple[int, ...]],
    spots: Sequence[Spot],
    derived: Collection[int],
) -> dict[int, Worded]:
    """Return the source text of the constants that stand in the user's code as operands.

    A text that stands for several numbers, such as the index of a loop, says less than the numbers do.
    """
    found: dict[int, Worded] = {}
    values: dict[str, set[float]] = {}
    for i, var in enumerate(vars):
        for position, a in enumerate(args[i] if i not in derived else ()):
            leaf, spot = vars[a], spots[i]
            if leaf.op is not CONSTANT or a in found or leaf.name or not _is_operation(spot.node, var.op.name):
                continue
            node = _operand(var, spot.node, position)
            if node is not None and (text := syntax.text(spot, node)) is not None:
                found[a] = text
                if type(leaf.value) is float:
                    values.setdefault(text.text, set()).add(leaf.value)
    return {i: text for i, text in found.items() if len(values.get(text.text, ())) < 2}


def _operand(var: Var, node: ast.AST | None, position: int) -> ast.expr | None:
    """Return the expression that an operand was given as, where the syntax leaves no doubt."""
    if node is None or not var.site.user:
        return None
    given = list(parts(node))
    if isinstance(node, ast.Call):
        if not module_like(node.func, var.site):
            position -= 1  # the first operand is what the method was called on
        if len(given) == 1 and isinstance(given[0], ast.List | ast.Tuple):
            given = [] if any(isinstance(e, ast.Starred) for e in given[0].elts) else given[0].elts
        elif var.op.name == "where":
            position += 1  # the condition is no operand
    return given[position] if 0 <= position < len(given) else None


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
