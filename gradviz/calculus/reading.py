"""A syntax node of the user's code, written as mathematics: `np.tanh(x1*w1 + b)` -> tanh(x₁·w₁ + b)."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from .notation import Worded, compose, identifier, leading, product
from .op import ADDS, CALLS, MULTIPLIES, NEGATES, POWERS
from .ops_basic import raised

#: Modules whose functions are known without saying where they come from.
_MODULES = frozenset(["np", "numpy", "math", "cmath", "jnp", "torch", "gv", "gradviz", "scipy", "special"])
#: How operators bind that are no op's.
LOOSE = 0

_BINARY: Mapping[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("{0} + {1}", ADDS),
    ast.Sub: ("{0} − {1}", ADDS),
    ast.Mult: ("{0}·{1}", MULTIPLIES),
    ast.Div: ("{0}/{1}", MULTIPLIES),
    ast.Mod: ("{0} mod {1}", MULTIPLIES),
    ast.FloorDiv: ("⌊{0}/{1}⌋", CALLS),
    ast.Pow: ("{0}^{1}", POWERS),
}


def read(node: ast.AST, lines: Sequence[str]) -> Worded:
    """Return the text of an expression and how tightly it binds; `lines` are those of its file."""
    match node:
        case ast.Name(id=name):
            return Worded(identifier(name))
        case ast.NamedExpr(target=target):
            return read(target, lines)
        case ast.Constant(value=value):
            plain = isinstance(value, int | float) and not isinstance(value, bool)
            text = (segment(node, lines) or repr(value)) if plain else ast.unparse(node)
            return leading(f"0{text}" if plain and text.startswith(".") else text)
        case ast.Attribute(value=base, attr=attr) if _is_module(base):
            return Worded(identifier(attr))
        case ast.Attribute(value=base, attr="T"):
            return Worded(compose("{0}ᵀ", CALLS, [read(base, lines)]))
        case ast.Attribute(value=base, attr=attr):
            return Worded(compose("{0}", CALLS, [read(base, lines)]) + "." + identifier(attr))
        case ast.Subscript(value=base, slice=ast.Constant(value=str() as key)) if key.isidentifier():
            return Worded(compose("{0}", CALLS, [read(base, lines)]) + "." + identifier(key))  # as inputs are called
        case ast.Subscript(value=base, slice=index):
            inside = ast.unparse(index).removeprefix("(").removesuffix(")") if isinstance(index, ast.Tuple) else None
            return Worded(compose("{0}", CALLS, [read(base, lines)]) + f"[{inside or read(index, lines).text}]")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Worded(compose("−{0}", NEGATES, [read(operand, lines)]), NEGATES)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return Worded(compose("+{0}", NEGATES, [read(operand, lines)]), NEGATES)
        case (
            ast.BinOp(left=left, op=ast.MatMult(), right=right)
            | ast.Call(
                func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="dot" | "matmul"),
                args=[left, right],
                keywords=[],
            )
        ):
            return Worded(product(read(left, lines), read(right, lines)), MULTIPLIES)
        case ast.BinOp(left=left, op=ast.Pow(), right=right) if (power := _number(right)) is not None:
            return Worded(compose(f"{{0}}{raised(power)}", POWERS, [read(left, lines)]), POWERS)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            template, binds = _BINARY[type(op)]
            return Worded(compose(template, binds, [read(left, lines), read(right, lines)]), binds)
        case ast.Call(func=func, args=[one], keywords=[]) if (sign := _around(func)) is not None:
            return Worded(compose(sign, CALLS, [read(one, lines)]))
        case ast.Call(func=func, args=args, keywords=keywords):
            inside = ", ".join(
                [read(a, lines).text for a in args]
                + [
                    f"{k.arg}={read(k.value, lines).text}" if k.arg else f"**{read(k.value, lines).text}"
                    for k in keywords
                ]
            )
            return Worded(f"{compose('{0}', CALLS, [read(func, lines)])}({inside})")
        case ast.Starred(value=value):
            return Worded("*" + compose("{0}", CALLS, [read(value, lines)]))
        case ast.GeneratorExp(elt=elt, generators=generators):
            return Worded(read(elt, lines).text + "".join(f" {_clause(g, lines)}" for g in generators), LOOSE)
        case ast.ListComp(elt=elt, generators=generators):
            return Worded(f"[{read(elt, lines).text}{''.join(f' {_clause(g, lines)}' for g in generators)}]")
        case ast.List(elts=elts):
            return Worded(f"[{', '.join(read(e, lines).text for e in elts)}]")
        case ast.Tuple(elts=elts) if len(elts) > 1:
            return Worded(f"({', '.join(read(e, lines).text for e in elts)})")
        case _:
            return Worded(" ".join(ast.unparse(node).split()), LOOSE)


def _is_module(node: ast.expr) -> bool:
    """Tell whether a name is one of the modules that go without saying, or a part of one: np, np.linalg."""
    match node:
        case ast.Name(id=name):
            return name in _MODULES
        case ast.Attribute(value=ast.Name(id=name), attr="linalg" | "special" | "random" | "fft"):
            return name in _MODULES
        case _:
            return False


def _clause(clause: ast.comprehension, lines: Sequence[str]) -> str:
    tests = "".join(f" if {read(test, lines).text}" for test in clause.ifs)
    names = read(clause.target, lines).text.removeprefix("(").removesuffix(")")
    return f"for {names} in {read(clause.iter, lines).text}{tests}"


def _number(node: ast.expr) -> float | None:
    """Return the value of a plain number, with a sign or without."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -float(value)
        case _:
            return None


def _around(func: ast.expr) -> str | None:
    """Return the sign that mathematics writes for a function."""
    match func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="np" | "numpy" | "math"), attr=name):
            return {"sqrt": "√{0}", "abs": "|{0}|", "absolute": "|{0}|"}.get(name)
        case _:
            return None


def segment(node: ast.expr, lines: Sequence[str]) -> str:
    """Return the source text of a node that lies on one line; columns of the syntax tree count bytes."""
    if node.end_col_offset is None or node.lineno != node.end_lineno or node.lineno > len(lines):
        return ""
    return lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode(errors="replace")
