"""The products: matmul, dot, outer, einsum and those that are an einsum in another guise; convolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_letters
from typing import Any

import numpy as np

from .op import CALLS, MULTIPLIES, Op, Shape, Text, axis_words
from .traced import call


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
        repeated = [i for i, n in enumerate(batch) if i < extra or (lead[i - extra] == 1 and n != 1)]
        return f"Σ {axis_words(repeated, len(shape))} {formula}".replace("  ", " ") if repeated else formula

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


# -- einsum


def _einsum(*operands: Any, subscripts: str) -> Any:
    return np.einsum(subscripts, *operands)


def _einsum_back(g: Any, y: Any, *operands: Any, position: int, subscripts: str) -> Any:
    """Swap the operand's letters with the result's; a letter that nothing else has is repeated along."""
    inputs, result = subscripts.split("->")
    terms = inputs.split(",")
    own, shape = terms[position], np.shape(operands[position])
    others = [(t, o) for k, (t, o) in enumerate(zip(terms, operands, strict=True)) if k != position]
    spare = iter(c for c in ascii_letters if c not in subscripts)
    letters: list[str] = []
    extra: list[tuple[str, Any]] = []
    for letter, n in zip(own, shape, strict=True):
        if letter in letters:  # a diagonal: the gradient lies on it
            new = next(spare)
            extra.append((letter + new, np.eye(n)))
            letters.append(new)
        else:
            letters.append(letter)
            if letter not in result and not any(letter in t for t, _ in others):
                extra.append((letter, np.ones(n)))
    parts = [(result, g), *others, *extra]
    return np.einsum(f"{','.join(t for t, _ in parts)}->{''.join(letters)}", *(o for _, o in parts))


def _einsum_words(text: Text, shapes: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Text:
    names = ", ".join(f"{{{i}}}" for i in range(len(shapes)))
    local = tuple(
        " ".join(["{g}", *(f"{{{k}}}" for k in range(len(shapes)) if k != i)]) + ", summed" for i in range(len(shapes))
    )
    return replace(text, label=f"einsum({params['subscripts'].replace('->', '→')}, {names})", local=local)


EINSUM = Op(
    "einsum", "product", _einsum, "einsum",
    "A sum of products multiplies it by the other factors, and sums what is left over.",
    ("{g} with the others, summed",), "einsum({0})", CALLS, (), (_einsum_back,), linear="each", variadic=True,
    analytic=True, words=_einsum_words, formula="d(Σ a·b) = Σ da·b + Σ a·db",
)  # fmt: skip


def explicit(subscripts: str, shapes: Sequence[Shape]) -> str:
    """Write an einsum with its result and without "...": explicit("ij,j", ((2, 3), (3,))) is "ij,j->i"."""
    text = subscripts.replace(" ", "")
    inputs, arrow, result = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"einsum: {len(terms)} terms in {subscripts!r} for {len(shapes)} operands")
    if not arrow:
        named = [c for c in inputs if c.isalpha()]
        result = ("..." if "." in inputs else "") + "".join(sorted(c for c in set(named) if named.count(c) == 1))
    spare = [c for c in ascii_letters if c not in text]
    most = max(
        (len(s) - len(t.replace("...", "")) for t, s in zip(terms, shapes, strict=True) if "..." in t), default=0
    )

    if most and "..." not in result:
        raise ValueError(f"einsum: {subscripts!r} broadcasts axes by '...' that its result does not name")

    def fill(term: str, n: int) -> str:
        return term.replace("...", "".join(spare[most - n : most]))

    full = [fill(t, len(s) - len(t.replace("...", ""))) for t, s in zip(terms, shapes, strict=True)]
    return f"{','.join(full)}->{fill(result, most)}"


def _bind_einsum(*operands: Any, optimize: Any = False) -> Any:
    if not isinstance(operands[0], str):  # einsum(a, [0, 1], b, [1, 2], [0, 2])
        arrays, lists = list(operands[0::2]), list(operands[1::2])
        result = None
        if len(arrays) > len(lists):
            result = arrays.pop()

        def word(numbers: Any) -> str:
            return "".join("..." if n is Ellipsis else ascii_letters[n] for n in numbers)

        text = ",".join(map(word, lists)) + ("" if result is None else f"->{word(result)}")
        operands = (text, *arrays)
    arrays = list(operands[1:])
    return tuple(arrays), {"subscripts": explicit(operands[0], [np.shape(a) for a in arrays])}


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    n, m = np.ndim(a), np.ndim(b)
    if np.ndim(axes) == 0 and not isinstance(axes, list | tuple):
        over_a, over_b = list(range(n - int(axes), n)), list(range(int(axes)))
    else:
        over_a, over_b = ([int(i) for i in np.atleast_1d(x)] for x in axes)
    over_a, over_b = [i % n for i in over_a], [i % m for i in over_b]
    if [np.shape(a)[i] for i in over_a] != [np.shape(b)[j] for j in over_b]:  # einsum would repeat along an axis of 1
        raise ValueError(f"shapes {np.shape(a)} and {np.shape(b)} do not match along axes {over_a} and {over_b}")
    left, right = list(ascii_letters[:n]), list(ascii_letters[n : n + m])
    for i, j in zip(over_a, over_b, strict=True):
        right[j] = left[i]
    result = [c for i, c in enumerate(left) if i not in over_a] + [c for j, c in enumerate(right) if j not in over_b]
    return np.einsum(f"{''.join(left)},{''.join(right)}->{''.join(result)}", a, b)


def _dot(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(b) <= 2:
        return np.matmul(a, b)
    return _tensordot(a, b, (-1, -2))


def _inner(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(a) == np.ndim(b) == 1:
        return np.matmul(a, b)
    return _tensordot(a, b, (-1, -1))


def _kron(a: Any, b: Any) -> Any:
    n = max(np.ndim(a), np.ndim(b))
    sa, sb = (1,) * (n - np.ndim(a)) + np.shape(a), (1,) * (n - np.ndim(b)) + np.shape(b)
    wide = np.reshape(a, tuple(k for s in sa for k in (s, 1))) * np.reshape(b, tuple(k for s in sb for k in (1, s)))
    return np.reshape(wide, tuple(i * j for i, j in zip(sa, sb, strict=True)))


def _cross3(a: Any, b: Any) -> Any:
    return np.cross(a, b)


CROSS = Op(
    "cross", "product", _cross3, "×⃗", "A cross product crosses it with the other vector.", ("{1} × {g}", "{g} × {0}"),
    "cross({0}, {1})", CALLS, (), (lambda g, y, a, b: np.cross(b, g), lambda g, y, a, b: np.cross(g, a)), linear="each",
    analytic=True, formula="d(a × b) = da × b + a × db",
)  # fmt: skip


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise ValueError("incompatible dimensions for cross product (dimension must be 3)")
    return np.moveaxis(call(_cross3, a, b), -1, axisc)


def _matrix(a: Any) -> Any:
    if np.ndim(a) < 2:
        raise ValueError(f"a matrix of shape {np.shape(a)}; it needs two axes at least")
    return a


def _vecdot(a: Any, b: Any, axis: int = -1) -> Any:
    return np.sum(a * b, axis=axis)


def _convolved(a: Any, v: Any) -> Any:
    return np.convolve(a, v)


CONVOLVE = Op(
    "convolve", "product", _convolved, "∗",
    "A convolution convolves it with the other, turned round.", ("{g} ∗ {1} reversed", "{g} ∗ {0} reversed"),
    "{0} ∗ {1}",
    MULTIPLIES, (),
    (lambda g, y, a, v: np.convolve(g, np.flip(v))[np.size(v) - 1 : np.size(v) - 1 + np.size(a)],
     lambda g, y, a, v: np.convolve(g, np.flip(a))[np.size(a) - 1 : np.size(a) - 1 + np.size(v)]),
    linear="each", analytic=True, formula="d(a ∗ v) = da ∗ v + a ∗ dv",
)  # fmt: skip


def _convolve(a: Any, v: Any, mode: str = "full") -> Any:
    full = call(_convolved, a, v)
    long, short = max(np.size(a), np.size(v)), min(np.size(a), np.size(v))
    match mode:
        case "full":
            return full
        case "same":
            return full[(short - 1) // 2 : (short - 1) // 2 + long]
        case "valid":
            return full[short - 1 : long]
        case _:
            raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")


def _correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    if np.size(v) > np.size(a):
        return np.flip(_correlate(v, a, mode))
    return _convolve(a, np.flip(v), mode)


ROWS = (MATMUL, OUTER, EINSUM, CROSS, CONVOLVE)

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    np.matmul: (MATMUL, lambda a, b: ((a, b), None)),
    np.outer: (OUTER, lambda a, b: ((a, b), None)),
    np.linalg.outer: (OUTER, lambda a, b: ((a, b), None)),
    np.linalg.matmul: (MATMUL, lambda a, b: ((a, b), None)),
    np.einsum: (EINSUM, _bind_einsum),
    _cross3: (CROSS, None),
    _convolved: (CONVOLVE, None),
    np.dot: (None, _dot),
    np.inner: (None, _inner),
    np.vdot: (None, lambda a, b: np.matmul(np.ravel(a), np.ravel(b))),
    np.tensordot: (None, _tensordot),
    np.linalg.tensordot: (None, lambda a, b, axes=2: _tensordot(a, b, axes)),
    np.kron: (None, _kron),
    np.cross: (None, _cross),
    np.linalg.cross: (None, lambda a, b, axis=-1: _cross(a, b, axis=axis)),
    np.vecdot: (None, _vecdot),
    np.linalg.vecdot: (None, _vecdot),
    np.convolve: (None, _convolve),
    np.correlate: (None, _correlate),
}
if hasattr(np, "matvec"):  # since NumPy 2.2
    NUMPY[np.matvec] = (None, lambda a, b: np.matmul(_matrix(a), np.expand_dims(b, -1))[..., 0])
    NUMPY[np.vecmat] = (None, lambda a, b: np.matmul(np.expand_dims(a, -2), _matrix(b))[..., 0, :])
