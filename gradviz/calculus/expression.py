"""Expressions given as text: read with Python's grammar, held against an allow-list, never run as Python.

`parse("o = tanh(w*x + b)")` is a small postfix program over numbers, names and the functions of `FUNCTIONS`.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ..errors import BadExpression
from .program import ALONG, FUNCTIONS, Apply, Expression, Index, Instruction, Load, Push, Span, Store, point, refuse

#: A text is refused when it is longer, or has more brackets open at once.
LONGEST, DEEPEST = 20_000, 100
#: From Unicode's mathematics to ASCII's, one character for one, so that columns stay.
_SIGNS = str.maketrans("−×·⋅÷∙＊", "-***/**")

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
_SYNONYMS = {
    "ln": "log",
    "abso": "abs",
    "power": "**",
    "pow": "**",
    "square": "**",
    "logistic": "sigmoid",
    "σ": "sigmoid",
}
_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@",
    ast.USub: "negative", ast.UAdd: "positive",
}  # fmt: skip
_REFUSED: tuple[tuple[tuple[type[ast.AST], ...], str], ...] = (
    ((ast.BitXor,), "^ is not a power here: write ** for a power, as in x**2"),
    ((ast.Attribute,), "there are no attributes here: functions go by their bare names, as in tanh(x)"),
    ((ast.Import, ast.ImportFrom), "nothing can be imported here: the functions of the list are all there is"),
    ((ast.Lambda,), "a lambda has no place here: write its body alone"),
    ((ast.JoinedStr,), "there are no strings here, only numbers and names"),
    (
        (ast.Compare, ast.BoolOp, ast.Not, ast.IfExp),
        "comparisons and conditions have no place here: use maximum, minimum, abs, relu or clip",
    ),
    ((ast.List, ast.Tuple, ast.Set, ast.Dict), "an array is given as a value: write w here and w=[1,2,3] behind"),
    ((ast.FloorDiv, ast.Mod), "// and % have no useful gradient: use / for a division"),
    ((ast.BitAnd, ast.BitOr, ast.Invert, ast.LShift, ast.RShift), "bits have no gradient: use + - * / ** @"),
    ((ast.NamedExpr,), "name a part with = and end it with ; as in q = sin(a); q*b + q**2"),
    ((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), "there are no loops here: use sum, mean or @"),
    ((ast.Starred,), "there is nothing to unpack here"),
)


def parse(text: str, given: Collection[str] = ()) -> Expression:
    """Read an expression: numbers, names, + - * / ** @, parts x[0], and calls to `FUNCTIONS`.

    Parts may be named first: "q = sin(a); L = q*b + q**2". `pi`, π and `e` are constants unless they are assigned or
    in `given`. Raises `BadExpression`, with the text and a line that points at the column, for anything else.

    >>> parse("q = sin(a); q*b + q**2").names
    ('a', 'b')
    """
    text = " ".join(text.translate(_SIGNS).split())
    if not text:
        raise BadExpression('the expression is empty; write one such as "tanh(w*x + b)"')
    _check_text(text)
    tree = _tree(text)
    program: list[Instruction] = []
    assigned: list[str] = []
    constants = {name: value for name, value in CONSTANTS.items() if name not in given}
    output = ""
    for number, statement in enumerate(tree.body, 1):
        last = number == len(tree.body)
        match statement:
            case ast.Expr(value) if last:
                output = ""
            case ast.Assign([ast.Name(name)], value):
                if name in FUNCTIONS:
                    refuse(text, _span(text, statement), f"{name!r} is a function's name; choose another")
                constants.pop(name, None)
                output = name
            case ast.Expr(value):
                refuse(text, _span(text, value), "only the last part may be without a name: write q = ... ;")
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                refuse(text, _span(text, statement), "a name is given with one plain =, as in q = sin(a)")
            case _:
                refuse(text, _span(text, statement), _why(statement) or "only formulas have a place here")
        program += _compile(text, value, constants)
        if not last:
            program.append(Store(output))
            assigned.append(output)
    names: dict[str, None] = {}
    stored: set[str] = set()
    for step in program:
        if isinstance(step, Store):
            stored.add(step.name)
        elif isinstance(step, Load) and step.name not in stored:
            if step.name in assigned:
                refuse(text, step.span, f"{step.name!r} is used before it is named")
            names[step.name] = None
    if output in names:
        refuse(text, _span(text, tree.body[-1]), f"{output!r} is both an input and the result; name one otherwise")
    return Expression(text, tuple(names), output, tuple(program))


def _tree(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on doubtful numbers; the allow-list decides
            return ast.parse(text)
    except SyntaxError as error:
        start = max((error.offset or 1) - 1, 0)
        end = (error.end_offset or 0) - 1
        message = (error.msg or "").partition(". Perhaps")[0].partition("; perhaps")[0]
        before = text[max(start - 1, 0) : start + 1]
        if "decimal literal" in message or (before[:1].isdigit() and before[1:].isalpha()):
            message = "write * for a product, as in 2*x"
        elif "invalid character" in message:
            message += "; powers are written x**2, roots sqrt(x)"
        elif name := next((n for n in FUNCTIONS if re.search(rf"\b{n}\s+$", text[:start])), ""):
            message = f"what {name} is taken of goes into brackets, as in {name}(x)"
        elif message.startswith(("invalid syntax", "cannot", "expression", "positional")):
            message = "this cannot be read as a formula; between two numbers or names stands an operator"
        elif "digits" in message:
            message = "this number is too large"
        raise BadExpression(point(text, Span(start, max(end, start + 1)), message)) from None
    except (MemoryError, RecursionError, ValueError, OverflowError):
        raise BadExpression(
            point(text, Span(0, 1), "this is nested too deeply, or holds a number with too many digits")
        ) from None


def _check_text(text: str) -> None:
    """Refuse what need not, or should not, reach Python's parser."""
    depth = 0
    for i, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if depth > DEEPEST:
            refuse(text, Span(i, i + 1), f"more than {DEEPEST} brackets are open here: name parts, as in q = ...;")
        if not c.isprintable():
            refuse(text, Span(i, i + 1), f"the character U+{ord(c):04X} cannot be seen, and is not read")
        if c in "#\\\"'`":
            refuse(text, Span(i, i + 1), f"{c} has no place here: there are only numbers, names and functions")
    if len(text) > LONGEST:
        raise BadExpression(
            f"the expression has {len(text)} characters; {LONGEST} are read at most: put it into a file, FILE.py:NAME"
        )


def _compile(text: str, root: ast.expr, constants: Mapping[str, float]) -> Iterator[Instruction]:
    """Yield the postfix program of a syntax tree, with a stack of our own instead of recursion."""
    todo: list[ast.AST | Instruction] = [root]
    while todo:
        match todo.pop():
            case Push() | Load() | Store() | Apply() | Index() as step:
                yield step
            case ast.Constant(bool() | None | str() | bytes() | complex()) as node:
                refuse(text, _span(text, node), "only plain numbers have a place here")
            case ast.Constant(int() | float() as value) as node:
                number = _float(value)
                if not math.isfinite(number):
                    refuse(text, _span(text, node), "this number is too large")
                yield Push(number)
            case ast.Name(name) as node:
                if name in constants:
                    yield Push(constants[name])
                elif name in FUNCTIONS:
                    refuse(text, _span(text, node), f"{name!r} is a function: write {name}(...)")
                else:
                    yield Load(name, _span(text, node))
            case ast.BinOp(left, op, right) as node if type(op) in _OPERATORS:
                todo += (Apply(_OPERATORS[type(op)], 2, _span(text, node)), right, left)
            case ast.UnaryOp(op, operand) as node if type(op) in _OPERATORS:
                if isinstance(operand, ast.Constant) and isinstance(operand.value, int | float):
                    sign = -1.0 if isinstance(op, ast.USub) else 1.0
                    yield Push(sign * _float(operand.value))
                elif isinstance(op, ast.UAdd):
                    todo.append(operand)
                else:
                    todo += (Apply("negative", 1, _span(text, node)), operand)
            case ast.Call() as node:
                todo.append(_call(text, node))
                todo += reversed(node.args)
            case ast.Subscript(value, index) as node:
                todo += (Index(_index(text, index), _span(text, node)), value)
            case ast.BinOp(left, op, right):
                between = Span(_span(text, left).end, _span(text, right).start)
                written = text[between.start : between.end].strip(" ()")
                at = text.index(written, between.start)
                refuse(text, Span(at, at + len(written)), _why(op) or "this operator has no place here")
            case ast.UnaryOp(op, _) as node:
                refuse(text, _span(text, node), _why(op) or "this operator has no place here")
            case ast.AST() as node:
                refuse(text, _span(text, node), _why(node) or "this has no place in a formula")


def _call(text: str, node: ast.Call) -> Apply:
    """Check a call against `FUNCTIONS`."""
    if not isinstance(node.func, ast.Name):
        refuse(text, _span(text, node.func), _why(node.func) or "only a function of the list can be called")
    name, span = node.func.id, _span(text, node.func)
    if name not in FUNCTIONS:
        if name in CONSTANTS:
            refuse(text, span, f"{name!r} is a number, not a function: write * for a product")
        near = [_SYNONYMS[name]] if name in _SYNONYMS else get_close_matches(name.lower(), FUNCTIONS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; write * for a product" if len(name) == 1 else ""
        refuse(text, span, f"no function {name!r}{hint}", f"The functions are {', '.join(sorted(FUNCTIONS))}.")
    fewest, most = FUNCTIONS[name]
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            refuse(text, _span(text, arg), _why(arg))
    if not fewest <= len(node.args) <= most:
        wanted = f"{fewest}" if fewest == most else f"{fewest} or more"
        refuse(text, _span(text, node), f"{name} takes {wanted} operand{'s' * (fewest != 1)}, not {len(node.args)}")
    options: dict[str, int | bool] = {}
    for keyword in node.keywords:
        option, value = keyword.arg or "", _plain(keyword.value)
        kind = {"axis": int, "keepdims": bool}.get(option) if name in ALONG else None
        if kind is None:
            can = "axis= and keepdims=" if name in ALONG else "no options"
            refuse(text, _span(text, keyword), f"{name} takes {can} here")
        if value is None or type(value) is not kind:
            example = "axis=0" if kind is int else "keepdims=True"
            refuse(text, _span(text, keyword), f"{option} is written out, as in {example}")
        options[option] = value
    return Apply(name, len(node.args), _span(text, node), tuple(options.items()))


def _index(text: str, node: ast.expr) -> tuple[int | slice, ...]:
    """Read x[0], x[-1], x[0, 1] and x[1:3]; whole numbers only."""

    def whole(part: ast.expr) -> int:
        value = _plain(part)
        if type(value) is not int or abs(value) >= 2**31:
            refuse(text, _span(text, part), "an index is a whole number or a range of them, as in x[0] or x[1:3]")
        return value

    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    found: list[int | slice] = []
    for part in parts:
        if isinstance(part, ast.Slice):
            found.append(slice(*(part and whole(part) for part in (part.lower, part.upper, part.step))))
        else:
            found.append(whole(part))
    return tuple(found)


def _plain(node: ast.expr) -> int | bool | None:
    """Return the whole number or truth value that is written here, or None."""
    match node:
        case ast.Constant(int() as value):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int() as value)) if type(value) is int:
            return -value
    return None


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _span(text: str, node: Any) -> Span:
    """Return where a syntax node stands, in characters; Python counts its columns in bytes."""
    raw = text.encode()
    start, end = (len(raw[:n].decode(errors="ignore")) for n in (node.col_offset, node.end_col_offset))
    return Span(start, end)


def _why(node: ast.AST) -> str:
    return next((why for kinds, why in _REFUSED if isinstance(node, kinds)), "")
