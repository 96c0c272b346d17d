"""Fourier transforms of real input: one op for the real part, one for the imaginary part, so that every node is real.

A complex array is a `Pair` of two traced real ones, and lives only between a transform and what makes it real again:
np.abs, .real, .imag, z * conj(z), np.fft.irfft. Complex results as such have no gradient here.
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import numpy as np

from .op import CALLS, Op
from .refuse import detached, undispatched, unknown
from .site import user_frame
from .traced import Traced, bare, call


def _transform(a: Any, name: str, n: int | None, axis: int, norm: str | None) -> Any:
    return getattr(np.fft, name)(a, n, axis, norm)


def _part(which: str) -> Op:
    def forward(a: Any, name: str, n: int | None, axis: int, norm: str | None) -> Any:
        return np.ascontiguousarray(getattr(_transform(a, name, n, axis, norm), which))

    def back(g: Any, y: Any, a: Any, name: str, n: int | None, axis: int, norm: str | None) -> Any:
        return call(_back, g, which, np.shape(a), name, n, axis, norm)

    word = "Re F" if which == "real" else "Im F"
    return Op(
        f"{which} part of fft", "algebra", forward, word,
        "A Fourier transform sends it back through the same waves, transposed.", ("wavesᵀ {g}",), f"{word}({{0}})",
        CALLS,
        (), (back,), linear="joint", formula=f"d {word}(a) = {word}(da)",
    )  # fmt: skip


def _back(g: Any, which: str, shape: tuple[int, ...], name: str, n: int | None, axis: int, norm: str | None) -> Any:
    """Apply the transposed map: the inner product of g with each of the operand's waves."""
    length = shape[axis] if n is None else n
    scale = {None: 1.0, "backward": 1.0, "ortho": 1.0 / np.sqrt(length), "forward": 1.0 / length}[norm]
    # Re F a = Σ a cos(2πjk/n) and Im F a = −Σ a sin(2πjk/n); both matrices are symmetric in j and k.
    full = np.fft.fft(_padded(np.moveaxis(g, axis, -1), length), length, -1)
    out = (full.real if which == "real" else full.imag) * scale
    out = _padded(out[..., : min(length, shape[axis])], shape[axis])
    return np.moveaxis(out, -1, axis)


def _padded(a: Any, n: int) -> Any:
    return a if np.shape(a)[-1] == n else np.concatenate([a, np.zeros((*np.shape(a)[:-1], n - np.shape(a)[-1]))], -1)


REAL_PART, IMAG_PART = _part("real"), _part("imag")
BACK = Op(
    "waves", "algebra", _back, "wavesᵀ", "A Fourier transform sends it back through the same waves, transposed.",
    ("waves {g}",), "waves({0})", CALLS, (),
    (lambda g, y, a, which, shape, name, n, axis, norm: _part_of(which, g, name, n, axis, norm),),
    linear="joint", formula="d waves(a) = waves(da)",
)  # fmt: skip


def _part_of(which: str, a: Any, name: str, n: int | None, axis: int, norm: str | None) -> Any:
    return call((REAL_PART if which == "real" else IMAG_PART).forward, a, name, n, axis, norm)


def _inverse(re: Any, im: Any, n: int | None, axis: int, norm: Any) -> Any:
    return np.fft.irfft(re + 1j * im, n, axis, norm)


def _inverse_back(which: str) -> Any:
    def back(g: Any, y: Any, re: Any, im: Any, n: int | None, axis: int, norm: str | None) -> Any:
        length = np.shape(g)[axis]
        other = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": None}[norm]
        part = _part_of(which, g, "rfft", None, axis, other)
        bins = np.shape(re)[axis]
        weight = np.full(bins, 2.0)
        weight[0] = 1.0
        if length % 2 == 0 and bins > length // 2:
            weight[length // 2] = 1.0
        weight[length // 2 + 1 :] = 0.0
        tall = [1] * np.ndim(g)
        tall[axis] = -1
        have = np.shape(part)[axis]
        lead = (slice(None),) * (axis % np.ndim(g))
        part = part[(*lead, slice(0, min(bins, have)))]
        if have < bins:
            rim = list(np.shape(part))
            rim[axis] = bins - have
            part = np.concatenate([part, np.zeros(rim)], axis)
        return part * np.reshape(weight, tall)

    return back


INVERSE = Op(
    "irfft", "algebra", _inverse, "F⁻¹", "An inverse Fourier transform sends it back through a forward one.",
    ("Re F {g}", "Im F {g}"), "irfft({0}, {1})", CALLS, (), (_inverse_back("real"), _inverse_back("imag")),
    linear="joint",
    formula="d F⁻¹(a) = F⁻¹(da)",
)  # fmt: skip


class Pair(np.lib.mixins.NDArrayOperatorsMixin):
    """A complex array as two traced real ones."""

    def __init__(self, real: Any, imag: Any) -> None:
        self.real, self.imag = real, imag

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.real)

    @property
    def ndim(self) -> int:
        return np.ndim(self.real)

    @property
    def value(self) -> Any:
        return bare(self.real) + 1j * bare(self.imag)

    def conj(self) -> Pair:
        return Pair(self.real, -self.imag)

    conjugate = conj

    def __abs__(self) -> Any:
        return _abs(self)

    def __len__(self) -> int:
        return len(self.real)

    def __getattr__(self, attribute: str) -> NoReturn:
        raise undispatched(attribute, sys._getframe(1), "spectrum", "np.abs(z), z.real, z.imag or z.value")

    def __getitem__(self, key: Any) -> Pair:
        return Pair(self.real[key], self.imag[key])

    def __repr__(self) -> str:
        return f"Pair({self.value})"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return _on_pairs(ufunc if method == "__call__" else (ufunc, method), inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _on_pairs(function, args, kwargs)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise detached("NumPy was about to turn a traced spectrum into a plain array",
                       "use np.abs(z), z.real, z.imag or z.value", sys._getframe(1))  # fmt: skip

    __float__ = __int__ = __complex__ = __array__


def _both(z: Any) -> tuple[Any, Any]:
    if isinstance(z, Pair):
        return z.real, z.imag
    if np.iscomplexobj(z):
        return np.real(z), np.imag(z)
    return z, 0.0 if np.ndim(z) == 0 else np.zeros(np.shape(z))


def _abs(z: Pair) -> Any:
    return np.hypot(z.real, z.imag)


def _times(a: Any, b: Any) -> Pair:
    if not isinstance(a, Pair) and not np.iscomplexobj(a):
        return Pair(a * b.real, a * b.imag)
    if not isinstance(b, Pair) and not np.iscomplexobj(b):
        return Pair(a.real * b, a.imag * b)
    (ar, ai), (br, bi) = _both(a), _both(b)
    return Pair(ar * br - ai * bi, ar * bi + ai * br)


def _divided(a: Any, b: Any) -> Pair:
    if not isinstance(b, Pair) and not np.iscomplexobj(b):
        return Pair(a.real / b, a.imag / b)
    (br, bi) = _both(b)
    size = br**2 + bi**2
    over = _times(a, Pair(br, -bi))
    return Pair(over.real / size, over.imag / size)


def _power(z: Any, n: Any) -> Pair:
    if n != 2:
        raise unknown("a power of a complex array", (), None, "gradviz squares them only")
    return _times(z, z)


def _parts(function: Any) -> Any:
    return lambda z, *args, **kwargs: Pair(function(z.real, *args, **kwargs), function(z.imag, *args, **kwargs))


_PAIRS: dict[Any, Any] = {
    np.absolute: _abs,
    np.real: lambda z: z.real,
    np.imag: lambda z: z.imag,
    np.angle: lambda z: np.arctan2(z.imag, z.real),
    np.conjugate: lambda z: z.conj(),
    np.negative: lambda z: Pair(-z.real, -z.imag),
    np.add: lambda a, b: Pair(_both(a)[0] + _both(b)[0], _both(a)[1] + _both(b)[1]),
    np.subtract: lambda a, b: Pair(_both(a)[0] - _both(b)[0], _both(a)[1] - _both(b)[1]),
    np.multiply: _times,
    np.divide: _divided,
    np.power: _power,
    np.square: lambda z: _times(z, z),
    np.sum: _parts(np.sum),
    np.mean: _parts(np.mean),
    np.reshape: _parts(np.reshape),
    np.transpose: _parts(np.transpose),
    np.roll: _parts(np.roll),
    np.fft.fftshift: _parts(lambda a, axes=None: _shift(a, axes, 1)),
    np.fft.ifftshift: _parts(lambda a, axes=None: _shift(a, axes, -1)),
    np.fft.irfft: lambda a, n=None, axis=-1, norm=None: _inverted(a, n, axis, norm),
    np.fft.fft: lambda a, n=None, axis=-1, norm=None: _fft_pair(a, n, axis, norm),
    np.fft.ifft: lambda a, n=None, axis=-1, norm=None: _ifft_pair(a, n, axis, norm),
    np.fft.ifftn: lambda a, s=None, axes=None, norm=None: _ifftn(a, s, axes, norm),
    np.fft.ifft2: lambda a, s=None, axes=(-2, -1), norm=None: _ifftn(a, s, axes, norm),
    np.fft.fft2: lambda a, s=None, axes=(-2, -1), norm=None: _fftn_pair(a, s, axes, norm),
    np.fft.fftn: lambda a, s=None, axes=None, norm=None: _fftn_pair(a, s, axes, norm),
    np.fft.irfftn: lambda a, s=None, axes=None, norm=None: _irfftn(a, s, axes, norm),
    np.fft.irfft2: lambda a, s=None, axes=(-2, -1), norm=None: _irfftn(a, s, axes, norm),
    np.shape: lambda z: z.shape,
    np.ndim: lambda z: z.ndim,
    np.size: lambda z: np.size(z.real),
    np.iscomplexobj: lambda z: True,
    np.isrealobj: lambda z: False,
}


def _on_pairs(function: Any, args: Any, kwargs: Any) -> Any:
    entry = _PAIRS.get(function)
    if entry is None:
        from .ops import name_of

        name = f"np.{function[0].__name__}.{function[1]}" if isinstance(function, tuple) else name_of(function)
        raise unknown(name, (), user_frame(sys._getframe(2)),
             "complex results have no gradient here, other than np.abs, .real, .imag, "
                      "conj, + - * /, sum and the inverse transforms")  # fmt: skip
    return entry(*args, **kwargs)


def _inverted(a: Any, n: Any, axis: int, norm: Any) -> Any:
    return call(INVERSE.forward, *_both(a), n, axis, norm)


def _fft_pair(a: Any, n: Any, axis: int, norm: Any) -> Pair:
    re, im = _forward("fft")(a.real, n, axis, norm), _forward("fft")(a.imag, n, axis, norm)
    return Pair(re.real - im.imag, re.imag + im.real)


def _ifft_pair(a: Any, n: Any, axis: int, norm: Any) -> Pair:
    other = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": None}[norm]
    return _fft_pair(a.conj(), n, axis, other).conj()


def _forward(name: str) -> Any:
    def transform(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Pair:
        if not isinstance(a, Traced):  # an imaginary part that is nothing but 0
            z = getattr(np.fft, name)(a, n, axis, norm)
            return Pair(z.real, z.imag)
        return Pair(*(_part_of(which, a, name, n, axis, norm) for which in ("real", "imag")))

    return transform


def _shift(x: Any, axes: Any, sign: int) -> Any:
    over = list(range(np.ndim(x))) if axes is None else [int(i) for i in np.atleast_1d(axes)]
    by = [np.shape(x)[i] // 2 if sign > 0 else -(np.shape(x)[i] // 2) for i in over]
    return np.roll(x, by, over)


def _real_inverse(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    return _inverted(a, n, axis, norm)


def _axes(a: Any, s: Any, axes: Any) -> list[tuple[int | None, int]]:
    over = list(range(np.ndim(a))) if axes is None else [int(i) for i in axes]
    if axes is None and s is not None:
        over = over[-len(s) :]
    return list(zip([None] * len(over) if s is None else s, over, strict=True))


def _fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    out: Any = None
    for n, axis in reversed(_axes(a, s, axes)):
        out = _forward("fft")(a, n, axis, norm) if out is None else _fft_pair(out, n, axis, norm)
    return out


def _fftn_pair(a: Any, s: Any, axes: Any, norm: Any) -> Any:
    for n, axis in reversed(_axes(a, s, axes)):
        a = _fft_pair(a, n, axis, norm)
    return a


def _rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    (n, last), *rest = reversed(_axes(a, s, axes))
    out = _forward("rfft")(a, n, last, norm)
    for m, axis in rest:
        out = _fft_pair(out, m, axis, norm)
    return out


def _ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    out: Any = Pair(*_both(a))
    for n, axis in reversed(_axes(a, s, axes)):
        out = _ifft_pair(out, n, axis, norm)
    return out


def _irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    *rest, (n, last) = _axes(a, s, axes)
    out: Any = Pair(*_both(a))
    for m, axis in rest:
        out = _ifft_pair(out, m, axis, norm)
    return _inverted(out, n, last, norm)


ROWS = (REAL_PART, IMAG_PART, BACK, INVERSE)

NUMPY: dict[Any, tuple[Op | None, Any]] = {
    REAL_PART.forward: (REAL_PART, lambda a, name, n, axis, norm: ((a,),
         {"name": name, "n": n, "axis": axis, "norm": norm})),
    IMAG_PART.forward: (IMAG_PART, lambda a, name, n, axis, norm: ((a,),
         {"name": name, "n": n, "axis": axis, "norm": norm})),
    _back: (BACK, lambda g, which, shape, name, n, axis, norm: (
        (g,), {"which": which, "shape": shape, "name": name, "n": n, "axis": axis, "norm": norm})),
    INVERSE.forward: (INVERSE, lambda re, im, n, axis, norm: ((re, im), {"n": n, "axis": axis, "norm": norm})),
    np.fft.fft: (None, _forward("fft")),
    np.fft.rfft: (None, _forward("rfft")),
    np.fft.ifft: (None, lambda a, n=None, axis=-1, norm=None: _ifft_pair(Pair(*_both(a)), n, axis, norm)),
    np.fft.fftn: (None, _fftn),
    np.fft.fft2: (None, lambda a, s=None, axes=(-2, -1), norm=None: _fftn(a, s, axes, norm)),
    np.fft.rfftn: (None, _rfftn),
    np.fft.rfft2: (None, lambda a, s=None, axes=(-2, -1), norm=None: _rfftn(a, s, axes, norm)),
    np.fft.irfft: (None, _real_inverse),
    np.fft.ifftn: (None, _ifftn),
    np.fft.irfftn: (None, _irfftn),
    np.fft.irfft2: (None, lambda a, s=None, axes=(-2, -1), norm=None: _irfftn(a, s, axes, norm)),
    np.fft.ifft2: (None, lambda a, s=None, axes=(-2, -1), norm=None: _ifftn(a, s, axes, norm)),
    np.fft.fftshift: (None, lambda x, axes=None: _shift(x, axes, 1)),
    np.fft.ifftshift: (None, lambda x, axes=None: _shift(x, axes, -1)),
}  # fmt: skip
