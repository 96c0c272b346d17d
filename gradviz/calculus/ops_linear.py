"""The products of linear algebra: matmul, dot, outer and their like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .op import MULTIPLIES, Op, Shape, Text, axis_words


def flipped(a: Any) -> Any:
    """Transpose the last two axes."""
    return np.transpose(a) if np.ndim(a) == 2 else np.swapaxes(a, -1, -2)


def _to_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    match np.ndim(a), np.ndim(b):
        case 1, 1:
            return g * b
        case _, 1:
            return np.expand_dims(g, -1) * b
        case 1, 2:
            return b @ g
        case 1, _:
            return (b @ np.expand_dims(g, -1))[..., 0]
        case _:
            return g @ flipped(b)


def _to_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    match np.ndim(a), np.ndim(b):
        case 1, 1:
            return g * a
        case 2, 1:
            return np.transpose(a) @ g
        case _, 1:
            return (flipped(a) @ np.expand_dims(g, -1))[..., 0]
        case 1, _:
            return np.expand_dims(a, -1) * np.expand_dims(g, -2)
        case _:
            return flipped(a) @ g


def _matmul_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    a, b = shapes
    if len(a) == len(b) == 1:
        return replace(text, rule="A dot product multiplies it by the other vector.", local=("{1}", "{0}"))
    left, right = "{g} {1}ᵀ", "{0}ᵀ {g}"
    if len(a) == 1:
        left, right = "{1} {g}", "{0} {g}ᵀ"
    batch = shape[: len(shape) - (len(a) > 1) - (len(b) > 1)]

    def over(formula: str, own: Shape) -> str:
        lead = own[:-2]
        extra = len(batch) - len(lead)
        over = [i for i, n in enumerate(batch) if i < extra or (lead[i - extra] == 1 and n != 1)]
        return f"Σ {axis_words(over, len(shape))} {formula}" if over else formula

    return replace(text, local=(over(left, a), over(right, b)))


MATMUL = Op(
    "matmul", "product", np.matmul, "@", "A matrix product multiplies it by the other matrix, transposed.",
    ("{g} {1}ᵀ", "{0}ᵀ {g}"), "{0} @ {1}", MULTIPLIES, (), (_to_left, _to_right), linear="each", analytic=True,
    words=_matmul_words, formula="d(A B) = dA B + A dB",
)  # fmt: skip
OUTER = Op(
    "outer", "product", np.outer, "⊗", "An outer product multiplies it by the other vector.", ("{g} {1}", "{g}ᵀ {0}"),
    "{0} ⊗ {1}", MULTIPLIES, (),
    (lambda g, y, a, b: np.reshape(g @ np.ravel(b), np.shape(a)),
     lambda g, y, a, b: np.reshape(np.transpose(g) @ np.ravel(a), np.shape(b))),
    linear="each", analytic=True, formula="d(a ⊗ b) = da ⊗ b + a ⊗ db",
)  # fmt: skip


def _dot(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return np.matmul(a, b)
    return np.tensordot(a, b, axes=(-1, -2 if np.ndim(b) > 1 else 0))


ROWS = (MATMUL, OUTER)

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    np.matmul: (MATMUL, lambda a, b: ((a, b), None)),
    np.outer: (OUTER, lambda a, b: ((a, b), None)),
    np.dot: (None, _dot),
}
