"""From an instruction of the user's code to its syntax node, and from there to what the statement calls the value."""

from __future__ import annotations

import ast
import dis
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from ..record import Where
from .notation import Worded
from .reading import read
from .site import Site, cell

_SHADOWED = object()
_PRECALL = 4  # bytes from Python 3.11's PRECALL to its CALL
#: Builtins that hand on what a function they call returns; any other result of a builtin has another origin.
_PASS_ON = frozenset(("sum", "reduce", "prod", "next"))
_COLLECT = frozenset((
    "list", "tuple", "dict", "set", "frozenset", "zip", "map", "filter", "sorted", "enumerate", "reversed", "iter",
    "print", "repr", "str", "format", "max", "min", "any", "all", "len", "isinstance", "append", "extend", "insert",
))  # fmt: skip
_WHOLE = (ast.For, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.With, ast.AsyncWith)


class Spot(NamedTuple):
    """What an instruction is in the source: its syntax node, the lines of the file, and the place; or nothing."""

    node: ast.AST | None
    lines: Sequence[str]
    where: Where | None


NOWHERE = Spot(None, (), None)


@dataclass(frozen=True)
class Named:
    """What a statement does with a value: gives it a name, or (None) returns it; `path` leads into a tuple.

    `listed`: the name is that of a list, of which a comprehension made this value as one item.
    """

    name: Worded | None
    path: tuple[int, ...] = ()
    listed: bool = False


@dataclass
class _Frame:
    """The part of a frame that `executing` looks at, for a frame that is gone."""

    f_code: CodeType
    f_globals: dict[str, Any]
    f_lasti: int
    f_lineno: int


class Syntax:
    """Finds and remembers, for one graph, what the instructions that its nodes stand on are."""

    def __init__(self) -> None:
        # By the code's id: code objects compare equal across files. The Sites keep them alive meanwhile.
        self._spots: dict[tuple[int, int], Spot] = {}
        self._named: dict[tuple[int, int, tuple[int, ...]], Named | None] = {}
        self._texts: dict[int, Worded | None] = {}
        self._files: dict[str, str] = {}
        self.lines: dict[str, Sequence[str]] = {}

    def spot(self, code: CodeType, globals: dict[str, Any], at: int) -> Spot:
        """Return what the instruction at `at` is."""
        key = (id(code), at)
        if key not in self._spots:
            self._spots[key] = self._look(code, globals, at)
        return self._spots[key]

    def _look(self, code: CodeType, globals: dict[str, Any], at: int) -> Spot:
        from executing import Source

        if dis.opname[code.co_code[at]] == "PRECALL":  # Python 3.11, of a call that has become hot
            at += _PRECALL
        place = next(islice(code.co_positions(), at // 2, None), (None,) * 4)
        line = place[0] or code.co_firstlineno
        try:
            found = Source.executing(_Frame(code, globals, at, line))
            source, node = found.source, found.node
        except Exception:  # whatever a source that is no Python any more does to it, names can do without
            return NOWHERE
        lines: Sequence[str] = source.lines
        if not lines or line > len(lines):
            return NOWHERE
        if node is None and source.tree is not None and dis.opname[code.co_code[at]].startswith("UNPACK"):
            node = _unpacked(source.statements_at_line(line), place)
        file = self._file(code.co_filename)
        self.lines[file] = lines
        return Spot(node, lines, _where(file, node, place, lines))

    def _file(self, filename: str) -> str:
        """Return how a file is shown: relative to the working directory, or its name alone; notebook cells count."""
        if filename not in self._files:
            path = os.path.abspath(filename)
            base = os.path.join(os.getcwd(), "")
            if said := cell(filename):
                shown = said
            elif re.search(r"[/\\]ipykernel_\d+[/\\]", filename):
                shown = "cell 1"
            elif filename.startswith("<"):
                shown = filename
            else:
                shown = (
                    path.removeprefix(base).replace(os.sep, "/") if path.startswith(base) else os.path.basename(path)
                )
            stem, number = shown, 1
            while shown in self._files.values():
                number += 1
                shown = f"cell {number}" if stem == "cell 1" else f"{stem} ({number})"
            self._files[filename] = shown
        return self._files[filename]

    def text(self, spot: Spot, node: ast.AST) -> Worded | None:
        """Return a node's text as mathematics, or None where it is nested too deep to be read."""
        key = id(node)
        if key not in self._texts:
            try:
                self._texts[key] = read(node, spot.lines)
            except (RecursionError, ValueError):
                self._texts[key] = None
        return self._texts[key]

    def named(self, site: Site, at: int, path: tuple[int, ...]) -> Named | None:
        """Return what the statement does with the value at an instruction, or with the part of it at `path`."""
        key = (id(site.code), at, path)
        if key not in self._named:
            spot = self.spot(site.code, site.globals, at)
            self._named[key] = None if spot.node is None else self._climb(spot, spot.node, path)
        return self._named[key]

    def _climb(self, spot: Spot, node: ast.AST, path: tuple[int, ...]) -> Named | None:
        if isinstance(node, ast.AugAssign):
            return self._target(spot, node.target, path)
        if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Store):
            inside = isinstance(_statement(node), ast.Assign)
            return self._target(spot, node, path) if inside and path else None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            return self._target(spot, node.value, path)  # what an assignment to an item made of the whole
        if isinstance(node, _WHOLE):
            return None
        listed = False
        while True:
            parent = getattr(node, "parent", None)
            match parent:
                case ast.NamedExpr(value=value, target=target) if value is node and not listed:
                    return self._target(spot, target, path)
                case ast.IfExp(test=test) if test is not node:
                    pass
                case ast.Tuple(elts=elts) | ast.List(elts=elts) if not any(isinstance(e, ast.Starred) for e in elts):
                    path = (next(i for i, e in enumerate(elts) if e is node), *path)
                case ast.ListComp(elt=elt) if elt is node and not path and not listed:
                    listed = True
                case ast.Assign(targets=targets, value=value) if value is node:
                    found = (self._target(spot, target, path, listed) for target in targets)
                    return next((t for t in found if t is not None), None)
                case ast.AnnAssign(target=target, value=value) if value is node:
                    return self._target(spot, target, path, listed)
                case ast.Return() | ast.Lambda() if not listed:
                    return Named(None, path)
                case _:
                    return None
            node = parent

    def _target(self, spot: Spot, target: ast.AST, path: tuple[int, ...], listed: bool = False) -> Named | None:
        match target:
            case ast.Name() | ast.Attribute() | ast.Subscript() if not path:
                text = self.text(spot, target)
                return Named(Worded(text.text), (), listed) if text else None
            case ast.Tuple(elts=elts) | ast.List(elts=elts) if path and path[0] < len(elts):
                if any(isinstance(e, ast.Starred) for e in elts[: path[0] + 1]):
                    return None
                return self._target(spot, elts[path[0]], path[1:])
            case _:
                return None

    def hands_on(self, site: Site, at: int, callee: CodeType | None) -> str:
        """Tell how a value that `callee` returned reached the instruction of its caller.

        "call": it is what the call gave; "many": it is one of several that a builtin worked with, such as sum;
        "": neither, so the statement does not name it. `callee` None: the value was made by the instruction itself.
        """
        node = self.spot(site.code, site.globals, at).node
        if node is None or isinstance(node, _WHOLE):
            return ""
        if not isinstance(node, ast.Call):
            return "call"
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        known = _resolve(node.func, site)
        if callee is None:
            return "" if name in _COLLECT and getattr(known, "__module__", "builtins") == "builtins" else "many"
        if known is None or isinstance(known, FunctionType):
            if name == callee.co_name:
                return "call"
            return "" if name in _COLLECT else "many" if name in _PASS_ON else "call"
        if isinstance(known, BuiltinFunctionType | type) or callable(known):
            code = getattr(getattr(known, "__call__", None), "__code__", None)  # noqa: B004  # a user's callable object
            if code is callee:
                return "call"
            return "many" if name in _PASS_ON else "" if isinstance(known, BuiltinFunctionType | type) else "call"
        return "call"


def _resolve(func: ast.expr, site: Site) -> Any:
    """Return what a called name stands for where that can be told without running anything, else None."""
    match func:
        case ast.Name(id=name):
            code = site.code
            if name in code.co_varnames or name in code.co_cellvars or name in code.co_freevars:
                return None
            builtins = site.globals.get("__builtins__", {})
            builtins = builtins if isinstance(builtins, dict) else vars(builtins)
            found = site.globals.get(name, builtins.get(name, _SHADOWED))
            return None if found is _SHADOWED else found
        case ast.Attribute(value=base, attr=attr):
            module = _resolve(base, site)
            return vars(module).get(attr) if isinstance(module, ModuleType) else None
        case _:
            return None


def module_like(func: ast.expr, site: Site) -> bool:
    """Tell whether a function is called by a plain name or through its module, not as a method of a value."""
    return not isinstance(func, ast.Attribute) or isinstance(_resolve(func.value, site), ModuleType)


def _statement(node: ast.AST) -> ast.AST:
    while not isinstance(node, ast.stmt):
        node = node.parent  # type: ignore[attr-defined]  # set by executing
    return node


def _unpacked(statements: set[Any], place: tuple[Any, ...]) -> ast.AST | None:
    """Return the targets that an UNPACK instruction fills."""
    for statement in sorted(statements, key=lambda s: (s.lineno, s.col_offset)):
        for node in ast.walk(statement):
            if not isinstance(node, ast.Tuple | ast.List) or not isinstance(node.ctx, ast.Store):
                continue
            if (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset) == place:
                return node
    return None


def _where(file: str, node: ast.AST | None, place: tuple[Any, ...], lines: Sequence[str]) -> Where | None:
    if isinstance(node, ast.expr | ast.AugAssign) and not isinstance(node, _WHOLE):
        place = (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
    line, end_line, col, end_col = place
    if line is None:
        return None
    end_line = end_line or line
    return Where(file, line, _column(lines, line, col or 0), end_line, _column(lines, end_line, end_col or 0))


def _column(lines: Sequence[str], line: int, col: int) -> int:
    """Return a column in characters for one in bytes of UTF-8, which is what Python counts."""
    if line > len(lines) or lines[line - 1].isascii():
        return col
    return len(lines[line - 1].encode()[:col].decode(errors="ignore"))


def parts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that the operands of an operation stand as, in the order of its args."""
    match node:
        case ast.BinOp(left=left, right=right):
            yield from (left, right)
        case ast.AugAssign(target=target, value=value):
            yield from (target, value)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Call(args=args):
            for arg in args:
                if isinstance(arg, ast.Starred):
                    return
                yield arg
