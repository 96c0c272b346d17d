"""One list of calls that together use every row of the op table, over shapes, axes and broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradviz.calculus.functions as gv

NP, FFT = vars(np), vars(np.fft)
Case = tuple[str, Callable[..., Any], tuple[Any, ...]]


def draw(*shape: int, low: float = -1.5, high: float = 1.5, seed: int = 0) -> Any:
    """Return an array of distinct numbers in a range, none of them at a corner; a float for no shape."""
    rng = np.random.default_rng([seed, *shape])
    n = int(np.prod(shape, dtype=int))
    found = low + (high - low) * (rng.permutation(n) + rng.uniform(0.2, 0.8, n)) / max(n, 1)
    return np.reshape(found, shape) if shape else float(found[0])


A, B, C = draw(2, 3), draw(2, 3, seed=1), draw(3, seed=2)
P, Q = draw(2, 3, low=0.3, high=2.0), draw(3, low=0.3, high=2.0, seed=1)
V, W, M = draw(4), draw(3, seed=5), draw(3, 3, seed=6)
T = draw(2, 3, 4, seed=7)
S = M @ M.T + 2 * np.eye(3)
MASK = np.array([[True, False, True], [False, True, False]])


def _unary(functions: str, *args: Any, module: Any = np) -> list[Case]:
    return [(f"{name} {np.shape(a)}", getattr(module, name), (a,)) for name in functions.split() for a in args]


ELEMENTWISE: list[Case] = [
    *_unary("exp exp2 expm1 sin cos tan tanh sinh cosh arctan arcsinh square negative positive sinc abs fabs sign "
            "floor "
            "ceil trunc rint deg2rad rad2deg degrees radians nan_to_num real conjugate cbrt", A, 0.7),
    *_unary("log log2 log10 log1p sqrt reciprocal", P, 0.4),
    *_unary("arcsin arccos arctanh", A / 2, 0.3),
    *_unary("arccosh", P + 1, 2.5),
    *_unary("sigmoid relu softplus", A, 0.3, module=gv),
    ("softmax", gv.softmax, (A,)),
    ("softmax axis 0", lambda a: gv.softmax(a, axis=0), (A,)),
    ("round", lambda a: np.round(a, 1) * a, (A,)),
    *[(f"{name} {np.shape(a)} {np.shape(b)}", getattr(np, name), (a, b))
      for name in ["add", "subtract", "multiply", "divide", "maximum", "minimum", "fmax", "fmin", "hypot", "arctan2",
           "logaddexp", "logaddexp2", "copysign", "remainder", "fmod"]
      for a, b in ((A, B), (A, C), (draw(2, 1), C), (0.7, C), (A, 0.6), (1.3, 0.4))],
    *[(f"power {np.shape(a)} {np.shape(b)}", np.power, (a, b)) for a, b in ((P, B), (P, C), (1.3, C), (P, 0.7))],
    *[(f"power of {p}", lambda a, p=p: a**p, (P,)) for p in (0, 1, 2, 3, -1, 0.5, -2.5)],
    ("power of 3, negative base", lambda a: a**3, (A,)),
    ("float_power", np.float_power, (P, C)),
    ("floor_divide", lambda a, b: a // b + a, (A, P)),
    ("heaviside", lambda a, b: np.heaviside(a, b) * b, (A, B)),
    ("ldexp", lambda a: np.ldexp(a, 3), (A,)),
    ("divmod", lambda a, b: divmod(a, b)[1] + np.divmod(a, b)[0], (A, P)),
    ("modf", lambda a: np.modf(a)[0] * a, (A,)),
    ("clip", lambda a: np.clip(a, -0.5, 0.5), (A,)),
    ("clip one side", lambda a: np.clip(a, None, 0.5), (A,)),
    ("clip traced", lambda a, b: np.clip(a, b - 2, b), (A, C)),
    ("where", lambda a, b: np.where(MASK, a, b), (A, C)),
    ("where number", lambda a: np.where(a > 0, a * a, 0.0), (A,)),
    ("select", lambda a: np.select([a < -0.5, a < 0.5], [a * 2, a**3], 1.0), (A,)),
    ("choose", lambda a, b: np.choose(MASK.astype(int), [a, b]), (A, B)),
    ("operators", lambda a, b: -a + b * 2 - 1 / (3 + a * a) - (2 - a) ** 2 + (+b) % 0.7 + 2.0**a, (A, C)),
    ("reflected", lambda a: 1 - a + 2 * a + 3 / (a * a + 1) + abs(a), (A,)),
]  # fmt: skip

REDUCTIONS: list[Case] = [
    *[(f"{name} axis {axis} {keep}", lambda a, f=NP[name], axis=axis, keep=keep: f(a, axis=axis,
         keepdims=keep), (T,))
      for name in ["sum", "mean", "prod", "max", "min", "var", "std", "ptp", "nansum", "nanmean", "nanmax", "nanmin",
           "median"]
      for axis, keep in ((None, False), (0, False), (-1, True), ((0, 2), False))],
    *[(f"{name} scalar", getattr(np, name), (0.7,)) for name in ["sum", "mean", "prod", "max", "min"]],
    *[(f"{name} axis {axis}", lambda a, f=NP[name], axis=axis: f(a, axis=axis), (T,))
      for name in ["cumsum", "cumprod", "nancumsum"] for axis in (None, 0, -1)],
    ("cumulative_sum", lambda a: np.cumulative_sum(a, axis=1, include_initial=True), (T,)),
    ("cumulative_prod", lambda a: np.cumulative_prod(a, axis=1), (T,)),
    ("prod with a zero", lambda a: np.prod(a * np.array([1.0, 0.0, 1.0]), axis=1), (A,)),
    ("cumprod with a zero", lambda a: np.cumprod(a * np.array([1.0, 0.0, 1.0]), axis=1), (A,)),
    ("prod of two zeros", lambda a: np.prod(a * np.array([0.0, 0.0, 1.0])), (C,)),
    ("var ddof", lambda a: np.var(a, axis=1, ddof=1), (A,)),
    ("std ddof", lambda a: np.std(a, axis=0, ddof=1), (A,)),
    ("nanvar", lambda a: np.nanvar(a, axis=1) + np.nanstd(a, axis=1), (A,)),
    ("var where", lambda a: np.var(a, axis=0, where=MASK | True) + np.std(a, where=MASK, ddof=1), (A,)),
    ("nanprod", lambda a: np.nanprod(a, axis=1), (A,)),
    ("average", lambda a, w: np.average(a, axis=1, weights=w), (A, Q)),
    *[(f"quantile {m}", lambda a, m=m: np.quantile(a, [0.1, 0.55], axis=1, method=m), (T,))
      for m in ["linear", "lower", "higher", "nearest", "midpoint"]],
    ("quantile one", lambda a: np.quantile(a, 0.3, axis=(0, 2), keepdims=True), (T,)),
    ("percentile", lambda a: np.percentile(a, 30.0), (T,)),
    ("trace", lambda a: np.trace(a, 1), (M,)),
    ("diff", lambda a: np.diff(a, 2, axis=1, prepend=0.0), (T,)),
    ("ediff1d", lambda a: np.ediff1d(a, to_begin=1.0), (V,)),
    ("gradient", lambda a: np.gradient(a, 0.5), (V,)),
    ("gradient axes", lambda a: np.stack(np.gradient(a, edge_order=2)), (draw(3, 4),)),
    ("gradient by place", lambda a, x: np.gradient(a, np.cumsum(x)), (V, draw(4, low=0.5, high=1.0, seed=3))),
    ("trapezoid", lambda a: np.trapezoid(a, dx=0.3, axis=0), (A,)),
    ("trapezoid x", lambda a, x: np.trapezoid(a, np.cumsum(x)), (A, Q)),
    ("cov", np.cov, (V, draw(4, seed=9))),
    ("corrcoef", np.corrcoef, (draw(2, 5),)),
    ("interp", lambda x, f: np.interp(x, np.arange(4.0), f), (draw(5, low=-1.0, high=4.0), V)),
    ("polyval", np.polyval, (V, A)),
    ("linspace", lambda a, b: np.linspace(a, b, 5), (0.3, 1.2)),
    ("linspace arrays", lambda a, b: np.linspace(a, b, 4, endpoint=False, axis=1), (C, W)),
    ("bincount", lambda w: np.bincount([0, 2, 2, 1], weights=w), (V,)),
    ("vander", lambda a: np.vander(a, 3), (C,)),
    ("reductions with options",
     lambda a: np.sum(a, where=MASK, initial=1.0) + np.prod(a, axis=0, where=MASK) + np.max(a, initial=0.3, axis=0)
     + np.mean(a, axis=0, where=MASK | True) + np.mean(a, where=MASK) + np.min(a, initial=9.0, where=MASK)
     + np.sum(a, dtype=np.float64), (A,)),
    ("apply_along_axis", lambda a: np.apply_along_axis(lambda r: np.cumsum(r) * r[0], 1, a), (T,)),
    ("piecewise", lambda a: np.piecewise(a, [a < -0.5, a > 0.5], [np.exp, lambda t: 2 * t, 0.25]), (A,)),
    ("unwrap", lambda a: np.unwrap(a * 9), (V,)),
    ("add.reduce", lambda a: np.add.reduce(a) + np.multiply.reduce(a, axis=0) + np.maximum.reduce(a), (A,)),
    ("logaddexp.reduce", lambda a: np.logaddexp.reduce(a, axis=1), (A,)),
    ("add.accumulate", lambda a: np.add.accumulate(a, axis=1) + np.maximum.accumulate(a, axis=1), (A,)),
    ("multiply.outer", lambda a, b: np.multiply.outer(a, b) + np.subtract.outer(a, b), (V, C)),
]  # fmt: skip

PRODUCTS: list[Case] = [
    *[(f"matmul {np.shape(a)} {np.shape(b)}", np.matmul, (a, b))
      for a, b in ((A, M), (A, C), (W, M), (C, W), (T, draw(4, 2)), (T, V), (draw(3), draw(2, 3, 2)),
           (T, draw(2, 4, 2)),
                   (draw(1, 3, 4), draw(2, 4, 2)), (M, draw(2, 3, 2)))],
    *[(f"dot {np.shape(a)} {np.shape(b)}", np.dot, (a, b)) for a, b in ((A, M), (0.3, A), (A, 0.3), (C, W),
         (T, draw(2, 4, 3)))],
    ("@ and methods", lambda a, b: (a @ b).dot(b).sum(axis=0) + a.T.mean() + a.reshape(-1).prod(), (A, M)),
    ("plain @ traced", lambda a: M @ a + np.eye(3) @ a, (W,)),
    ("outer", np.outer, (V, C)),
    ("outer matrices", np.outer, (A, C)),
    *[(f"inner {np.shape(a)} {np.shape(b)}", np.inner, (a, b)) for a, b in ((C, W), (A, M), (T, draw(2, 4)), (0.4, A))],
    ("vdot", np.vdot, (A, B)),
    ("vecdot", np.vecdot, (A, C)),
    *[(f"tensordot {axes}", lambda a, b, axes=axes: np.tensordot(a, b, axes), (T, draw(4, 3, 2, seed=3)))
      for axes in (1, ((2, 1), (0, 1)), ([0], [2]), ((-1,), (0,)))],
    ("tensordot 0", lambda a, b: np.tensordot(a, b, 0), (C, V)),
    *[(f"einsum {s}", lambda *o, s=s: np.einsum(s, *o), o) for s, o in (
        ("ij,jk->ik", (A, M)), ("ij,jk", (A, M)), ("ii", (M,)), ("ii->i", (M,)), ("ij->j", (A,)), ("ij->", (A,)),
        ("ij,ij", (A, B)),
        ("...ij,...jk->...ik", (T, draw(2, 4, 2))), ("i,j,k->kji", (C, V, W)), ("ij,kj->ikj", (A, B)), ("ij,k->k",
        (A, V)),
        ("i...", (T,)), ("bij,j", (T, V)), ("ij->ji", (A,)), ("iij->j", (draw(2, 2, 3),)))],
    ("einsum lists", lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [0, 2]), (A, M)),
    *[(f"kron {np.shape(a)} {np.shape(b)}", np.kron, (a, b)) for a, b in ((A, M), (C, V), (C, A))],
    *[(f"cross {np.shape(a)} {np.shape(b)}", np.cross, (a, b)) for a, b in ((C, W), (A, C), (A, B))],
    ("cross axis", lambda a, b: np.cross(a, b, axis=0), (A.T, B.T)),
    *[(f"convolve {m} {len(b)}", lambda a, b, m=m: np.convolve(a, b, m), (V, b)) for m in ("full", "same",
         "valid") for b in (C, draw(6))],
    *[(f"correlate {m} {len(b)}", lambda a, b, m=m: np.correlate(a, b, m), (V, b))
      for m in ("full", "same", "valid") for b in (C, C[:2], draw(6))],
]  # fmt: skip

ALGEBRA: list[Case] = [
    ("det", np.linalg.det, (M,)),
    ("det batch", np.linalg.det, (draw(2, 3, 3),)),
    ("det 1×1", np.linalg.det, (np.array([[0.7]]),)),
    ("slogdet", lambda a: np.linalg.slogdet(a)[1], (M,)),
    ("slogdet batch", lambda a: np.linalg.slogdet(a).logabsdet, (draw(2, 3, 3),)),
    ("inv", np.linalg.inv, (S,)),
    ("inv batch", np.linalg.inv, (draw(2, 2, 2) + 2 * np.eye(2),)),
    ("solve vector", np.linalg.solve, (S, W)),
    ("solve matrix", np.linalg.solve, (S, M)),
    ("solve batch", np.linalg.solve, (draw(2, 3, 3) + 2 * np.eye(3), draw(2, 3, 2))),
    ("pinv", np.linalg.pinv, (draw(3, 2),)),
    ("pinv wide", np.linalg.pinv, (A,)),
    ("lstsq", lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], (draw(4, 2), V)),
    ("cholesky", lambda a: np.linalg.cholesky(a @ a.T + 2 * np.eye(3)), (M,)),
    ("eigh", lambda a: np.linalg.eigh(a + a.T)[0], (M,)),
    ("eigh vectors", lambda a: np.abs(np.linalg.eigh(a + a.T).eigenvectors), (M,)),
    ("eigvalsh", lambda a: np.linalg.eigvalsh(a + a.T), (M,)),
    ("svd values", lambda a: np.linalg.svd(a, compute_uv=False), (A,)),
    ("svd u", lambda a: np.abs(np.linalg.svd(a, full_matrices=False)[0]), (A.T,)),
    ("svd v", lambda a: np.abs(np.linalg.svd(a, full_matrices=False).Vh), (A,)),
    ("svd square", lambda a: np.abs(np.linalg.svd(a)[0] * np.linalg.svd(a)[2]), (M,)),
    ("qr", lambda a: np.linalg.qr(a)[0] ** 2 @ np.linalg.qr(a).R ** 2, (draw(3, 2),)),
    ("qr r", lambda a: np.linalg.qr(a, mode="r") ** 2, (M,)),
    *[(f"norm {ord} {axis} {np.shape(a)}", lambda a, ord=ord, axis=axis: np.linalg.norm(a, ord, axis), (a,))
      for ord, axis, a in ((None, None, A), (None, None, C), (2, None, C), (1, None, C), (np.inf, None, C),
           (-np.inf, None, C), (3, None, C),
                           (0.5, None, Q), ("fro", None, A), ("nuc", None, A), (2, None, A), (-2, None, A), (1, None,
                           A), (-1, None, A),
                           (np.inf, None, A), (None, 0, A), (1, 1, A), (3, -1, A), ("fro", (0, 2), T), (2, (1, 2),
                           T), (1, (0, 1), T))],
    ("norm keepdims", lambda a: np.linalg.norm(a, axis=1, keepdims=True) + np.linalg.norm(a, keepdims=True), (A,)),
    ("vector_norm", lambda a: np.linalg.vector_norm(a) + np.linalg.vector_norm(a, axis=1), (A,)),
    ("matrix_norm", np.linalg.matrix_norm, (T,)),
    *[(f"matrix_power {n}", lambda a, n=n: np.linalg.matrix_power(a, n), (S,)) for n in (0, 1, 2, 5, -2)],
    ("multi_dot", lambda a, b: np.linalg.multi_dot([a, b, b]), (A, M)),
    ("cond", np.linalg.cond, (M,)),
    ("tensorinv", lambda a: np.linalg.tensorinv(a, 1), (draw(4, 2, 2),)),
    ("tensorsolve", np.linalg.tensorsolve, (draw(2, 2, 4), draw(2, 2))),
]  # fmt: skip

SHAPES: list[Case] = [
    ("reshape", lambda a: np.reshape(a, (3, -1)), (A,)),
    ("method shapes", lambda a: a.reshape(3, 2).T.ravel() * a.flatten() * a.copy().squeeze().swapaxes(0, 1).ravel(),
    (A,)),
    ("transpose", np.transpose, (A,)),
    ("transpose axes", lambda a: np.transpose(a, (2, 0, 1)) * 2, (T,)),
    ("swapaxes", lambda a: np.swapaxes(a, 0, 2), (T,)),
    ("moveaxis", lambda a: np.moveaxis(a, (0, 1), (2, 0)), (T,)),
    ("rollaxis", lambda a: np.rollaxis(a, 2), (T,)),
    ("squeeze", lambda a: np.squeeze(np.expand_dims(a, (0, 2))), (A,)),
    ("broadcast_to", lambda a: np.broadcast_to(a, (2, 3)), (C,)),
    ("broadcast_to ones", lambda a: np.broadcast_to(a, (2, 4, 3)), (draw(2, 1, 1),)),
    ("broadcast_arrays", lambda a, b: np.broadcast_arrays(a, b)[0] * np.broadcast_arrays(a, b)[1], (draw(2, 1), C)),
    ("meshgrid", lambda a, b: np.stack(np.meshgrid(a, b)) + np.stack(np.meshgrid(b, a, indexing="ij")), (C, V)),
    ("astype", lambda a: a.astype(np.float64) * 2, (A,)),
    *[(f"index {i}", lambda a, i=i: a[i], (T,)) for i in (
        0, -1, (1, 2, 3), slice(1), (slice(None), 0), (..., slice(None, None, -1)), (slice(None), None, 1), (0,
             slice(0, 3, 2), slice(1, 3)),
        [0, 0, 1], (slice(None), [2, 0, 2]), np.array([[0, 1], [1, 1]]), (np.array([0, 1]), np.array([2, 2])),
             draw(2, 3, 4) > 0)],
    ("iteration", lambda a: sum(row * k for k, row in enumerate(a)), (A,)),
    ("concatenate", lambda a, b: np.concatenate([a, b, a]), (A, B)),
    ("concatenate axis", lambda a, b: np.concatenate([a, np.ones((2, 1)), b], axis=-1), (A, B)),
    ("concatenate none", lambda a, b: np.concatenate([a, b], axis=None), (A, C)),
    ("stack", lambda a, b: np.stack([a, b], axis=-1), (A, B)),
    ("stack numbers", lambda a, b: np.stack([a, b, 1.0]), (0.3, 0.8)),
    ("stacks", lambda a, b: np.vstack([a, b]).sum(axis=0) + np.hstack([b, b])[:3] + np.dstack([b, b])[0, :,
    1] + np.column_stack([b, b])[:, 0],
     (A, C)),
    ("append", np.append, (A, C)),
    ("append axis", lambda a, b: np.append(a, b, axis=0), (A, B)),
    ("block", lambda a, b: np.block([[a, b], [b, a]]), (A, B)),
    ("split", lambda a: np.split(a, 3, axis=1)[1] * np.array_split(a, 2, axis=1)[0][:, :1] + np.hsplit(a, [1, 2])[0],
    (A,)),
    ("pad", lambda a: np.pad(a, 1), (A,)),
    ("pad sides", lambda a: np.pad(a, ((0, 1), (2, 0)), constant_values=3.0), (A,)),
    *[(f"pad {m}", lambda a, m=m: np.pad(a, 2, m), (draw(3, 4),)) for m in ("edge", "reflect", "symmetric", "wrap")],
    ("roll", lambda a: np.roll(a, 2, axis=1), (T,)),
    ("roll all", lambda a: np.roll(a, -1) + np.roll(a, (1, 2), (0, 1)), (A,)),
    ("flip", lambda a: np.flip(a) + np.flip(a, 1) + np.fliplr(a) + np.flipud(a), (A,)),
    ("rot90", lambda a: np.rot90(a, 3), (A,)),
    ("tile", lambda a: np.tile(a, (2, 1, 2)), (A,)),
    ("repeat", lambda a: np.repeat(a, 2), (A,)),
    ("repeat each", lambda a: np.repeat(a, [1, 0, 3], axis=1), (A,)),
    ("diag", lambda a: np.diag(a, 1), (C,)),
    ("diag of", lambda a: np.diag(a) + np.diagonal(a), (M,)),
    ("diagflat", np.diagflat, (A,)),
    ("triangles", lambda a: np.tril(a) * 2 + np.triu(a, 1), (M,)),
    ("take", lambda a: np.take(a, [[0, 2], [2, 2]], axis=1), (A,)),
    ("take flat", lambda a: np.take(a, [0, 5, 5]) * a.take(1), (A,)),
    ("take_along_axis", lambda a: np.take_along_axis(a, np.array([[0, 0], [2, 1]]), 1), (A,)),
    ("sort", np.sort, (A,)),
    ("sort axis", lambda a: np.sort(a, axis=0), (T,)),
    ("sort flat", lambda a: np.sort(a, axis=None), (A,)),
    ("partition", lambda a: np.partition(a, 1)[..., 1], (A,)),
    ("delete", lambda a: np.delete(a, 1, axis=1), (A,)),
    ("insert", lambda a, b: np.insert(a, [1, 2], b, axis=1), (A, draw(2, 2))),
    ("insert one", lambda a, b: np.insert(a, 2, b), (V, 0.3)),
    ("compress", lambda a: np.compress([True, False, True], a, axis=1), (A,)),
    ("extract", lambda a: np.extract(MASK, a), (A,)),
    ("at least", lambda a, b: np.atleast_1d(a) + np.atleast_2d(b) + np.atleast_3d(b)[0], (0.3, C)),
    ("unstack", lambda a: np.unstack(a, axis=1)[2], (A,)),
    ("unique", np.unique, (A,)),
    ("full_like", lambda a: np.full_like(a, a[1]), (C,)),
    ("resize", lambda a: np.resize(a, (2, 4)), (C,)),
    ("assign", "assign", (A, C)),
    ("assign often", "assign often", (V,)),
]  # fmt: skip


def _assign(a: Any, b: Any) -> Any:
    y = a * 2.0
    y[0] = b
    y[1, :2] = y[0, :2] * a[1, 1:]
    return y * y


def _assign_often(a: Any) -> Any:
    y = a * 1.0
    for i in range(1, 4):
        y[i] = y[i] + y[i - 1] ** 2
    y[:2] += 3.0
    y[[0, 3]] *= y[1]
    return y


SHAPES = [
    (n, {"assign": _assign, "assign often": _assign_often}.get(f, f) if isinstance(f, str) else f, a)
    for n, f, a in SHAPES
]

FOURIER: list[Case] = [
    *[(f"power of {name} {n}", lambda a, f=FFT[name], n=n: np.abs(f(a, n)) ** 2, (a,))
      for name in ("fft", "rfft") for n, a in ((None, draw(5)), (None, draw(6)), (4, draw(6)), (8, draw(5)))],
    ("fft parts", lambda a: np.fft.fft(a).real + np.fft.rfft(a, 8, axis=0, norm="ortho").imag[:2], (draw(2, 3),)),
    ("fft conj", lambda a: (np.fft.fft(a) * np.conj(np.fft.fft(a))).real, (V,)),
    ("irfft", lambda a: np.fft.irfft(np.fft.rfft(a) * np.exp(-np.arange(3))), (V,)),
    ("irfft odd", lambda a: np.fft.irfft(np.fft.rfft(a) * 2, 5), (draw(5),)),
    ("ifft", lambda a: np.fft.ifft(np.fft.fft(a) ** 2).real, (V,)),
    ("fft2", lambda a: np.abs(np.fft.fft2(a)), (A,)),
    ("rfft2", lambda a: np.abs(np.fft.rfft2(a)) + np.abs(np.fft.rfftn(a)), (A,)),
    ("ifftn", lambda a: np.fft.ifftn(np.fft.fftn(a) * 2.0).real + np.fft.ifft2(a).real, (A,)),
    ("irfft2", lambda a: np.fft.irfft2(np.fft.rfft2(a) * 2.0, (2, 3)), (A,)),
    ("ifft2 of fft2", lambda a: np.abs(np.fft.ifft2(np.fft.fft2(np.fft.fft2(a)))), (A,)),
    ("convolution by fft", lambda a, b: np.fft.irfft(np.fft.rfft(a) * np.fft.rfft(b), 4), (V, draw(4, seed=8))),
    ("fftshift", lambda a: np.fft.fftshift(np.abs(np.fft.fft(a))) * np.fft.ifftshift(a), (draw(5),)),
]  # fmt: skip

ALL = [*ELEMENTWISE, *REDUCTIONS, *PRODUCTS, *ALGEBRA, *SHAPES, *FOURIER]


def special() -> list[Case]:
    """Return the cases that need SciPy."""
    scipy = pytest.importorskip("scipy.special")
    SP = vars(scipy)
    return [
        *_unary("expit log_expit erf erfc erfcx ndtr log_ndtr j0 j1 i0 i1", A, 0.4, module=scipy),
        *_unary("gammasgn y0 y1 gamma gammaln rgamma psi digamma entr", P, 0.7, module=scipy),
        *_unary("logit ndtri erfcinv", P / 3, 0.6, module=scipy),
        *_unary("erfinv", A / 2, 0.6, module=scipy),
        *[(name, getattr(scipy, name), (P, Q)) for name in ["beta", "betaln", "xlogy", "xlog1py", "rel_entr"]],
        *[(name, lambda a, f=SP[name], n=n: f(n, a), (P,))
          for name, n in (("gammainc", 1.5), ("gammaincc", 1.5), ("jv", 1.5), ("iv", 2.0), ("ive", 1.5), ("yv", 1.5),
               ("yn", 2))],
        ("betainc", lambda a: scipy.betainc(1.5, 2.5, a), (P / 3,)),
    ]  # fmt: skip
