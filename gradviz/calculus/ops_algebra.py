"""The ops of matrices: determinants, inverses, solutions, factors.

Rules after Giles (2008), "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", and Townsend (2016), "Differentiating the singular value decomposition".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from .op import CALLS, POWERS, Op
from .ops_linear import flipped
from .refuse import unknown
from .traced import Traced, bare, call


def _values(a: Any) -> Any:
    return np.asarray(bare(a))


def _square(g: Any) -> Any:
    """Give numbers, one a matrix, two more axes."""
    return np.reshape(g, (*np.shape(g), 1, 1)) if np.ndim(g) else g


def _row(
    name: str, forward: Any, transposes: tuple[Any, ...], symbol: str, rule: str, local: tuple[str, ...], formula: str,
    *, label: str = "", precedence: int = CALLS, analytic: bool = True, edge: str = "",
) -> Op:  # fmt: skip
    return Op(
        name, "algebra", forward, symbol, rule, local, label, precedence, (), transposes, analytic=analytic,
        formula=formula, edge=edge,
    )  # fmt: skip


def _cofactors(y: Any, a: Any) -> Any:
    """Return the derivatives of a determinant by its elements: by the inverse, else minor by minor."""
    if np.all(_values(y) != 0):
        return _square(y) * flipped(np.linalg.inv(a))
    n = np.shape(a)[-1]
    keep = [[k for k in range(n) if k != i] for i in range(n)]
    rows = [
        np.stack([(-1.0) ** (i + j) * np.linalg.det(a[..., keep[i], :][..., keep[j]]) for j in range(n)], axis=-1)
        for i in range(n)
    ]
    return np.stack(rows, axis=-2)


DET = _row(
    "det", np.linalg.det, (lambda g, y, a: _square(g) * _cofactors(y, a),), "det",
    "A determinant gives each element it times the element's cofactor.", ("{g}·{y}·({0}⁻¹)ᵀ",),
    "d det A = det A · tr(A⁻¹ dA)", edge="By cofactors where A is singular.",
)  # fmt: skip
SLOGDET = _row(
    "slogdet", lambda a: tuple(np.linalg.slogdet(a)), (lambda g, y, a: _square(g[1]) * flipped(np.linalg.inv(a)),),
    "ln|det|", "The logarithm of a determinant gives back the inverse, transposed.", ("{g}·({0}⁻¹)ᵀ",),
    "d ln|det A| = tr(A⁻¹ dA)", label="slogdet({0})", analytic=False,
)  # fmt: skip
INV = _row(
    "inv", np.linalg.inv, (lambda g, y, a: -(flipped(y) @ g @ flipped(y)),), "( )⁻¹",
    "An inverse sends it back between two copies of itself, transposed, with the sign changed.", ("−{y}ᵀ {g} {y}ᵀ",),
    "d(A⁻¹) = −A⁻¹ dA A⁻¹", label="{0}⁻¹", precedence=POWERS,
)  # fmt: skip


def _vector(b: Any) -> bool:
    return np.ndim(b) == 1


def _solve_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if _vector(b) and np.ndim(g) > 1:  # one vector for many matrices
        return np.linalg.solve(flipped(a), np.expand_dims(g, -1))[..., 0]
    return np.linalg.solve(flipped(a), g)


def _solve_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    back = _solve_b(g, y, a, b)
    return -(np.expand_dims(back, -1) * np.expand_dims(y, -2)) if _vector(b) else -(back @ flipped(y))


SOLVE = _row(
    "solve", np.linalg.solve, (_solve_a, _solve_b), "solve",
    "A solution sends back the solution with the matrix transposed.", ("−({0}ᵀ)⁻¹{g} {y}ᵀ", "({0}ᵀ)⁻¹{g}"),
    "A dx = db − dA x",
)  # fmt: skip


def _pinv_back(g: Any, y: Any, a: Any, rcond: Any) -> Any:
    m, n = np.shape(a)[-2:]
    yt, gt = flipped(y), flipped(g)
    left, right = np.eye(m) - a @ y, np.eye(n) - y @ a
    return -(yt @ g @ yt) + left @ gt @ y @ yt + yt @ y @ gt @ right


PINV = _row(
    "pinv", lambda a, rcond: np.linalg.pinv(a) if rcond is None else np.linalg.pinv(a, rcond), (_pinv_back,), "( )⁺",
    "A pseudo-inverse sends it back as an inverse does, and through what the matrix leaves out.",
    ("−{y}ᵀ {g} {y}ᵀ + …",), "dA⁺ = −A⁺ dA A⁺ + … (Golub and Pereyra 1973)", label="{0}⁺", precedence=POWERS,
    analytic=False, edge="For matrices whose rank stays the same nearby.",
)  # fmt: skip


def _symmetric(a: Any) -> Any:
    return (a + flipped(a)) / 2.0


def _lower_half(a: Any) -> Any:
    """Return the lower triangle with half its diagonal."""
    n = np.shape(a)[-1]
    return np.tril(a) * (1.0 - 0.5 * np.eye(n))


def _cholesky_back(g: Any, y: Any, a: Any) -> Any:
    inner = np.linalg.inv(y)
    return _symmetric(flipped(inner) @ _lower_half(flipped(y) @ g) @ inner)


def _of_symmetric(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a: function((a + np.swapaxes(a, -1, -2)) / 2)


CHOLESKY = _row(
    "cholesky", _of_symmetric(np.linalg.cholesky), (_cholesky_back,), "chol",
    "A Cholesky factor sends it back through its inverse on both sides, made symmetric.",
    ("sym({y}⁻ᵀ Φ({y}ᵀ{g}) {y}⁻¹)",),
    "dL = L Φ(L⁻¹ dA L⁻ᵀ)", label="cholesky({0})", analytic=False, edge="The gradient is symmetric, as the matrix is.",
)  # fmt: skip


def _apart(w: Any) -> Any:
    """Return 1 / (wⱼ − wᵢ) with zeros on the diagonal."""
    n = np.shape(w)[-1]
    off = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    return np.where(np.eye(n, dtype=bool), 0.0, 1.0 / np.where(np.eye(n, dtype=bool), 1.0, off))


def _idle(g: Any) -> bool:
    """Tell whether nothing arrived: a plain 0, for a result that is not used."""
    return not isinstance(g, Traced) and not np.any(g)


def _diagonal(w: Any) -> Any:
    return np.expand_dims(w, -1) * np.eye(np.shape(w)[-1])


def _eigh_back(g: Any, y: Any, a: Any) -> Any:
    (gw, gv), (w, v) = g, y
    inner = _diagonal(gw)
    if not _idle(gv):
        inner = inner + _apart(w) * (flipped(v) @ gv)
    return _symmetric(v @ inner @ flipped(v))


EIGH = _row(
    "eigh", _of_symmetric(lambda a: tuple(np.linalg.eigh(a))), (_eigh_back,), "eigh",
    "Eigenvalues send it back along their eigenvectors; eigenvectors, through the gaps between eigenvalues.",
    ("{y} (diag {g} + …) {y}ᵀ",), "dλᵢ = vᵢᵀ dA vᵢ", label="eigh({0})", analytic=False,
    edge="Eigenvectors of equal eigenvalues have no derivative: NaN or inf.",
)  # fmt: skip


def _svd_back(g: Any, y: Any, a: Any) -> Any:
    (gu, gs, gvt), (u, s, vt) = g, y
    v, gv, ut = flipped(vt), flipped(gvt), flipped(u)
    inner = _diagonal(gs)
    back = None
    if not (_idle(gu) and _idle(gvt)):
        f, d = _apart(s**2), _diagonal(s)
        skew_u, skew_v = ut @ gu, vt @ gv
        inner = inner + (f * (skew_u - flipped(skew_u))) @ d + d @ (f * (skew_v - flipped(skew_v)))
        m, k, n = np.shape(u)[-2], np.shape(s)[-1], np.shape(v)[-2]
        over = _diagonal(1.0 / s)
        if m > k:
            back = (np.eye(m) - u @ ut) @ gu @ over @ vt
        if n > k:
            back = u @ over @ flipped(gv) @ (np.eye(n) - v @ vt)
    middle = u @ inner @ vt
    return middle if back is None else middle + back


SVD = _row(
    "svd", lambda a: tuple(np.linalg.svd(a, full_matrices=False)), (_svd_back,), "svd",
    "Singular values send it back along their vectors; the vectors, through the gaps between the values.",
    ("U (diag {g} + …) Vᵀ",), "dσᵢ = uᵢᵀ dA vᵢ", label="svd({0})", analytic=False,
    edge="Vectors of equal singular values have no derivative: NaN or inf.",
)  # fmt: skip


def _qr_back(g: Any, y: Any, a: Any) -> Any:
    (gq, gr), (q, r) = g, y
    m = r @ flipped(gr) - flipped(gq) @ q
    low = np.tril(m, -1)
    return flipped(np.linalg.solve(r, flipped(gq + q @ (np.tril(m) + flipped(low)))))


QR = _row(
    "qr", lambda a: tuple(np.linalg.qr(a)), (_qr_back,), "qr",
    "Both factors send it back through the inverse of the triangle.", ("({g} + Q copyltu(M)) R⁻ᵀ",),
    "dA = dQ R + Q dR", label="qr({0})", analytic=False, edge="For matrices with at least as many rows as columns.",
)  # fmt: skip


# -- NumPy's functions


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    m, n = np.shape(a)[-2:]
    if compute_uv and full_matrices and m != n:
        raise unknown("np.linalg.svd with full_matrices=True", ("np.linalg.svd",), None,
                      "an oblong matrix's further vectors have no derivative; pass full_matrices=False")  # fmt: skip
    u, s, vt = call(SVD.forward, a)
    return _named(np.linalg.svd, np.eye(2), u, s, vt) if compute_uv else s


def _named(function: Callable[..., Any], sample: Any, *parts: Any) -> Any:
    """Return parts in the named tuple that NumPy's own function returns."""
    return type(function(sample))(*parts)


def _qr(a: Any, mode: str = "reduced") -> Any:
    m, n = np.shape(a)[-2:]
    if mode not in ("reduced", "r") or m < n:
        raise unknown(f"np.linalg.qr with mode={mode!r} of a {m}×{n} matrix", ("np.linalg.qr",), None,
                      "gradviz differentiates the reduced factors, where the matrix is not wide")  # fmt: skip
    q, r = call(QR.forward, a)
    return r if mode == "r" else _named(np.linalg.qr, np.eye(2), q, r)


def _by_triangle(a: Any, upper: bool) -> Any:
    """Return the symmetric matrix that NumPy sees, which reads one triangle only."""
    values = _values(a)
    if np.allclose(values, np.swapaxes(values, -1, -2), rtol=1e-12, atol=0):
        return a
    half = np.triu(a) if upper else np.tril(a)
    return half + flipped(half) - half * np.eye(np.shape(a)[-1])


def _cholesky(a: Any, /, *, upper: bool = False) -> Any:
    low = call(CHOLESKY.forward, _by_triangle(a, upper))
    return flipped(low) if upper else low


def _eigh(a: Any, UPLO: str = "L") -> Any:
    return _named(np.linalg.eigh, np.eye(2), *call(EIGH.forward, _by_triangle(a, UPLO.upper() == "U")))


def _slogdet(a: Any) -> Any:
    return _named(np.linalg.slogdet, np.eye(2), *call(SLOGDET.forward, a))


def _matrix_power(a: Any, n: int) -> Any:
    if n == 0:
        return np.broadcast_to(np.eye(np.shape(a)[-1]), np.shape(a)) + 0.0 * a
    base = np.linalg.inv(a) if n < 0 else a
    out, n = None, abs(n)
    while True:
        if n & 1:
            out = base if out is None else out @ base
        n >>= 1
        if not n:
            return out
        base = base @ base


def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    values = _values(a)
    _, _, rank, s = np.linalg.lstsq(values, _values(b), rcond)
    x = np.linalg.pinv(a) @ b
    m, n = np.shape(a)
    rest = np.sum((b - a @ x) ** 2, axis=0) if rank == n and m > n else np.zeros(0)
    return x, (np.reshape(rest, (1,)) if np.ndim(rest) == 0 else rest), rank, s


def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = np.shape(a)
    n = int(np.prod(shape[ind:]))
    return np.reshape(np.linalg.inv(np.reshape(a, (n, -1))), shape[ind:] + shape[:ind])


def _tensorsolve(a: Any, b: Any) -> Any:
    rest = np.shape(a)[np.ndim(b) :]
    n = int(np.prod(rest))
    return np.reshape(np.linalg.solve(np.reshape(a, (-1, n)), np.ravel(b)), rest)


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    return call(PINV.forward, a, rcond if rcond is not None else rtol)


ROWS = (DET, SLOGDET, INV, SOLVE, PINV, CHOLESKY, EIGH, SVD, QR)

_ONE: dict[Any, Op] = {np.linalg.det: DET, np.linalg.inv: INV, np.linalg.solve: SOLVE}
NUMPY: dict[Any, tuple[Op | None, Any]] = {
    **{f: (row, None) for f, row in _ONE.items()},
    **{row.forward: (row, None) for row in (SLOGDET, CHOLESKY, EIGH, SVD, QR)},
    PINV.forward: (PINV, lambda a, rcond: ((a,), {"rcond": rcond})),
    np.linalg.slogdet: (None, _slogdet),
    np.linalg.pinv: (None, _pinv),
    np.linalg.cholesky: (None, _cholesky),
    np.linalg.eigh: (None, _eigh),
    np.linalg.eigvalsh: (None, lambda a, UPLO="L": _eigh(a, UPLO)[0]),
    np.linalg.svd: (None, _svd),
    np.linalg.svdvals: (None, lambda x: _svd(x, compute_uv=False)),
    np.linalg.qr: (None, _qr),
    np.linalg.matrix_power: (None, _matrix_power),
    np.linalg.multi_dot: (None, lambda arrays: reduce(np.matmul, arrays)),
    np.linalg.lstsq: (None, _lstsq),
    np.linalg.tensorinv: (None, _tensorinv),
    np.linalg.tensorsolve: (None, _tensorsolve),
}
