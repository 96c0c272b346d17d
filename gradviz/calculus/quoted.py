"""What the user's source text says of nodes: that of operations and constants, where it says of them what is so."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from .notation import Worded
from .op import CONSTANT
from .site import Site
from .syntax import NOWHERE, Spot, Syntax, module_like, parts

if TYPE_CHECKING:
    from .trace import Var

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


def place(syntax: Syntax, var: Var) -> Spot:
    """Return where a Var stands in the user's code: at the call into a library, where it was made inside one."""
    site: Site | None = var.site
    at = var.lasti
    if site is not None and not site.user:
        at, site = site.at, site.parent
    return NOWHERE if site is None else syntax.spot(site.code, site.globals, at)


def is_operation(node: ast.AST | None, op: str) -> bool:
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


def made_here(spot: Spot) -> bool:
    """Tell whether a leaf was made by the user's `gv.var(...)`, and not where a function was handed over."""
    return (
        isinstance(spot.node, ast.Call) and getattr(spot.node.func, "attr", getattr(spot.node.func, "id", "")) == "var"
    )


def source_texts(
    syntax: Syntax, vars: Sequence[Var], spots: Sequence[Spot], derived: Collection[int]
) -> dict[int, Worded]:
    """Return the source text of each Var whose syntax node is its very operation, as mathematics."""
    found: dict[int, Worded] = {}
    for i, (var, spot) in enumerate(zip(vars, spots, strict=True)):
        if not var.args or spot.node is None or isinstance(spot.node, ast.AugAssign):
            continue
        if i not in derived and var.site.user and is_operation(spot.node, var.op.name):
            text = syntax.text(spot, spot.node)
            if text is not None:
                found[i] = text
    return found


def misleading(
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
            node, own = operand(vars[i].site, vars[i].op.name, spots[i].node, position), given.get(a)
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


def constants(
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
            if leaf.op is not CONSTANT or a in found or leaf.name or not is_operation(spot.node, var.op.name):
                continue
            node = operand(var.site, var.op.name, spot.node, position)
            if node is not None and (text := syntax.text(spot, node)) is not None:
                found[a] = text
                if type(leaf.value) is float:
                    values.setdefault(text.text, set()).add(leaf.value)
    return {i: text for i, text in found.items() if len(values.get(text.text, ())) < 2}


def operand(site: Site, op: str, node: ast.AST | None, position: int) -> ast.expr | None:
    """Return the expression that an operand was given as, where the syntax leaves no doubt."""
    if node is None or not site.user:
        return None
    given = list(parts(node))
    if isinstance(node, ast.Call):
        if not module_like(node.func, site):
            position -= 1  # the first operand is what the method was called on
        if len(given) == 1 and isinstance(given[0], ast.List | ast.Tuple):
            given = [] if any(isinstance(e, ast.Starred) for e in given[0].elts) else given[0].elts
        elif op == "where":
            position += 1  # the condition is no operand
    return given[position] if 0 <= position < len(given) else None
