"""Shapes that do not go together: what is said of them in place of NumPy's words, by the names in the user's line."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import FrameType
from typing import Any

import numpy as np

from .op import Op, Shape
from .quoted import is_operation, operand
from .refuse import place
from .site import here, user_frame
from .syntax import Syntax
from .traced import bare

_SIDES = ("the left side", "the right side")
_LONG = 40  # characters of an operand that still read as a name


def unfit(error: ValueError, op: Op, args: Sequence[Any], frame: FrameType) -> None:
    """Raise a clearer error than NumPy's, if the shapes of the operands are what an operation failed on.

    op     an elementwise one, or the matrix product
    args   its operands, which are Vars
    """
    shapes = [np.shape(bare(a)) for a in args]
    product = op.name == "matmul"
    if len(args) < 2 or not (product or op.partials) or _fit(shapes, product):
        return
    user = user_frame(frame)
    nodes, whole = ([None] * len(args), "") if user is None else _written(op, len(args), user)
    names = [_name(i, len(args), a, n) for i, (a, n) in enumerate(zip(args, nodes, strict=True))]
    sizes = ", and ".join(sized(n, s) for n, s in zip(names, shapes, strict=True))
    what = f"the shapes in {whole} do not go together" if whole else f"the shapes do not go together in {op.name}"
    way = _way([_atom(n) for n in nodes], shapes, product)
    raise ValueError(f"{place(frame)}{what}: {sizes}; {rule_for(shapes, product)}{way}") from error


def sized(name: str, shape: Shape) -> str:
    """Say how large something is: "W is 2×3", "x has length 3"."""
    if len(shape) < 2:
        return f"{name} has length {shape[0]}" if shape else f"{name} is a number"
    return f"{name} is {'×'.join(map(str, shape))}"


def rule_for(shapes: Sequence[Shape], product: bool) -> str:
    """Return the rule for the shapes of operands, of a matrix product or an elementwise operation."""
    if product and () in shapes:
        return "write * for the product with a number"
    if product:
        return "a row of the left one must be as long as a column of the right one"
    return "they must be equally long, axis by axis, or 1 long"


def _fit(shapes: Sequence[Shape], product: bool) -> bool:
    try:
        if not product:
            np.broadcast_shapes(*shapes)
            return True
        left, right = shapes
        if not left or not right or left[-1] != right[-2 if len(right) > 1 else 0]:
            return False
        np.broadcast_shapes(left[:-2], right[:-2])
    except ValueError:
        return False
    return True


def _way(atoms: Sequence[str], shapes: Sequence[Shape], product: bool) -> str:
    """Return the way out where a transpose or one more axis is one: "; W.T would fit"."""
    if len(shapes) != 2:
        return ""
    ways: list[str] = []
    for i, atom in enumerate(atoms):
        own, other = shapes[i], shapes[1 - i]
        turned = [own[::-1], other] if i == 0 else [other, own[::-1]]
        if atom and len(own) == 2 and _fit(turned, product):
            ways.append(atom.removesuffix(".T") if atom.endswith(".T") else f"{atom}.T")
        if atom and not product and len(own) == 1 and len(other) == 2 and own[0] == other[0]:
            ways.insert(0, f"{atom}[:, None]")  # one number per row is what is meant more often
    ways = [*dict.fromkeys(ways)]
    return f"; {' or '.join(ways)} would fit" if ways else ""


def _written(op: Op, count: int, frame: FrameType) -> tuple[list[ast.expr | None], str]:
    """Return what the operands are in the user's line, None where that is in doubt, and the whole operation."""
    spot = Syntax().spot(frame.f_code, frame.f_globals, frame.f_lasti)
    if not is_operation(spot.node, op.name):
        return [None] * count, ""
    whole = " ".join(ast.unparse(spot.node).split()) if isinstance(spot.node, ast.expr) else ""
    site = here(frame)
    return [operand(site, op.name, spot.node, i) for i in range(count)], whole if len(whole) <= _LONG else ""


def _name(position: int, count: int, arg: Any, node: ast.expr | None) -> str:
    """Return what an operand is called: by the user's line, by its own name, or by its place."""
    text = ast.unparse(node) if node is not None else ""
    if text and len(text) <= _LONG:
        return text
    side = _SIDES[position] if count == 2 else f"operand {position + 1}"
    return str(getattr(arg, "name", None) or side)


def _atom(node: ast.expr | None) -> str:
    """Return an operand as it is written before .T; "" where it is too long to be told."""
    if node is None or len(text := ast.unparse(node)) > _LONG:
        return ""
    return text if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call) else f"({text})"
