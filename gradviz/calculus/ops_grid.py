"""Functions of NumPy that are written with others that are traced: differences, integrals, curves, ufunc methods."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from .op import Op
from .ops_array import kept
from .refuse import unknown
from .traced import Traced, bare


def _along(a: Any, axis: int, part: slice) -> Any:
    return a[(*[slice(None)] * (axis % np.ndim(a)), part)]


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    rim = list(np.shape(a))
    rim[axis] = 1
    ends = [np.broadcast_to(e, rim) if e is not None and np.ndim(e) == 0 else e for e in (prepend, append)]
    parts = [p for p in (ends[0], a, ends[1]) if p is not None]
    a = np.concatenate(parts, axis) if len(parts) > 1 else a
    for _ in range(n):
        a = _along(a, axis, slice(1, None)) - _along(a, axis, slice(None, -1))
    return a


def _ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    parts = [to_begin, _diff(np.ravel(ary)), to_end]
    return np.concatenate([np.ravel(p) for p in parts if p is not None])


def _gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    which = range(np.ndim(f)) if axis is None else [int(i) % np.ndim(f) for i in np.atleast_1d(axis)]
    spacings = list(varargs) or [1.0]
    spacings = spacings * len(which) if len(spacings) == 1 else spacings
    out = [_gradient_along(f, h, i, edge_order) for i, h in zip(which, spacings, strict=True)]
    return out[0] if len(out) == 1 else tuple(out)


def _gradient_along(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    def at(part: slice) -> Any:
        return _along(f, axis, part)

    n = np.shape(f)[axis]
    steps: Any = (
        np.full(n - 1, h)
        if np.ndim(h) == 0 and not isinstance(h, Traced)
        else h * np.ones(n - 1)
        if np.ndim(h) == 0
        else np.diff(h)
    )
    tall = [1] * np.ndim(f)
    tall[axis] = -1
    d = np.reshape(steps, tall)
    a, b = _along(d, axis, slice(None, -1)), _along(d, axis, slice(1, None))
    low, mid, high = at(slice(None, -2)), at(slice(1, -1)), at(slice(2, None))
    inner = (a**2 * high + (b**2 - a**2) * mid - b**2 * low) / (a * b * (a + b))
    d0, d1 = _along(d, axis, slice(0, 1)), _along(d, axis, slice(1, 2))
    e0, e1 = _along(d, axis, slice(-1, None)), _along(d, axis, slice(-2, -1))
    f0, f1, l0, l1 = at(slice(0, 1)), at(slice(1, 2)), at(slice(-1, None)), at(slice(-2, -1))
    if edge_order == 1:
        first, last = (f1 - f0) / d0, (l0 - l1) / e0
    else:
        f2, l2 = at(slice(2, 3)), at(slice(-3, -2))
        first = -(2 * d0 + d1) / (d0 * (d0 + d1)) * f0 + (d0 + d1) / (d0 * d1) * f1 - d0 / (d1 * (d0 + d1)) * f2
        last = e0 / (e1 * (e0 + e1)) * l2 - (e0 + e1) / (e0 * e1) * l1 + (2 * e0 + e1) / (e0 * (e0 + e1)) * l0
    return np.concatenate([first, inner, last], axis)


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    if x is None:
        widths = dx
    else:
        widths = np.diff(x, axis=-1 if np.ndim(x) == 1 else axis)
        if np.ndim(x) == 1:
            shape = [1] * np.ndim(y)
            shape[axis] = -1
            widths = np.reshape(widths, shape)
    return np.sum(widths * (_along(y, axis, slice(1, None)) + _along(y, axis, slice(None, -1))) / 2.0, axis=axis)


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    if period is not None:
        raise unknown("np.interp with period=", ("np.interp",), None, "gradviz interpolates without a period")
    i = np.clip(np.searchsorted(xp, x, "right") - 1, 0, np.size(xp) - 2)
    x0, f0 = np.take(xp, i), np.take(fp, i)
    inside = f0 + (x - x0) * ((np.take(fp, i + 1) - f0) / (np.take(xp, i + 1) - x0))
    below, above = x < xp[0], x > xp[-1]
    if not np.any(below) and not np.any(above):
        return inside
    return np.where(below, fp[0] if left is None else left, np.where(above, fp[-1] if right is None else right, inside))


def _polyval(p: Any, x: Any) -> Any:
    p = p.coeffs if isinstance(p, np.poly1d) else p  # its own items count from the other end
    out: Any = p[0] + 0.0 * x
    for i in range(1, len(p)):
        out = out * x + p[i]
    return out


def _divmod(a: Any, b: Any) -> tuple[Any, Any]:
    return np.floor_divide(a, b), np.remainder(a, b)


def _modf(a: Any) -> tuple[Any, Any]:
    whole = np.trunc(a)
    return a - whole, whole


def _unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: float = 2 * np.pi) -> Any:
    plain = np.asarray(bare(p))
    return p + (np.unwrap(plain, discont, axis, period=period) - plain)


def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, axis: int = 0) -> Any:
    n = int(num)
    parts = max(n - 1 if endpoint else n, 1)
    shares = np.reshape(np.arange(n) / parts, (n,) + (1,) * max(np.ndim(start), np.ndim(stop)))
    out = start + (stop - start) * shares
    out = np.moveaxis(out, 0, axis) if axis % max(np.ndim(out), 1) else out
    return (out, (stop - start) / parts) if retstep else out


def _apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    line = np.moveaxis(arr, axis, -1)
    lead = np.shape(line)[:-1]
    parts = [func1d(line[i], *args, **kwargs) for i in np.ndindex(lead)]
    inner = np.shape(parts[0])
    out = np.reshape(np.stack(parts), (*lead, *inner))
    return np.moveaxis(
        out, range(len(lead), len(lead) + len(inner)), range(axis % np.ndim(arr), axis % np.ndim(arr) + len(inner))
    )


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    several = np.ndim(condlist) > 0 and (isinstance(condlist[0], list | np.ndarray) or np.ndim(x) == 0)
    masks = [np.asarray(c, bool) for c in (condlist if several else [condlist])]
    if any(mask.shape not in ((), np.shape(x)) for mask in masks):
        raise IndexError(f"piecewise: the conditions must have the shape of x, {np.shape(x)}")
    if len(funclist) == len(masks) + 1:
        masks.append(~np.any(masks, axis=0))
    out: Any = np.zeros(np.shape(x))
    for mask, f in zip(masks, funclist, strict=True):
        if np.any(mask):
            safe = np.where(mask, x, np.ravel(x)[int(np.argmax(mask))])  # where f is not asked, a place where it is
            out = np.where(mask, f(safe, *args, **kw) if callable(f) else f, out)
    return out


def _bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    places = np.asarray(bare(x))
    if weights is None:
        return np.bincount(places, None, minlength)
    n = max(int(np.max(places, initial=-1)) + 1, minlength)
    return (np.arange(n)[:, None] == places).astype(float) @ weights


def _vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    n = np.size(x) if N is None else N
    powers = range(n) if increasing else reversed(range(n))
    return np.stack([x**p for p in powers], axis=-1)


def folded(ufunc: np.ufunc) -> Callable[..., Any]:
    """Return ufunc.reduce for a ufunc that has no reduction of its own: one slice after the other."""

    def fold(a: Any, axis: Any = 0, keepdims: bool = False) -> Any:
        if axis is None:
            line, axis = np.ravel(a), 0
        else:
            line = a
        lead: tuple[Any, ...] = (slice(None),) * (axis % np.ndim(line))
        slices = [line[(*lead, i)] for i in range(np.shape(line)[axis])]
        out = reduce(ufunc, slices)
        return np.reshape(out, kept(np.shape(a), axis)) if keepdims else out

    return fold


def accumulated(ufunc: np.ufunc) -> Callable[..., Any]:
    """Return ufunc.accumulate, one slice after the other."""

    def accumulate(a: Any, axis: int = 0) -> Any:
        out: list[Any] = []
        for i in range(np.shape(a)[axis]):
            lead: tuple[Any, ...] = (slice(None),) * (axis % np.ndim(a))
            part = a[(*lead, i)]
            out.append(ufunc(out[-1], part) if out else part)
        return np.stack(out, axis)

    return accumulate


def spread_out(ufunc: np.ufunc) -> Callable[..., Any]:
    """Return ufunc.outer: every element of the first with every element of the second."""

    def outer(a: Any, b: Any) -> Any:
        return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)

    return outer


NUMPY: dict[Any, tuple[Op | None, Any]] = {
    np.diff: (None, _diff),
    np.ediff1d: (None, _ediff1d),
    np.gradient: (None, _gradient),
    np.trapezoid: (None, _trapezoid),
    np.interp: (None, _interp),
    np.polyval: (None, _polyval),
    np.divmod: (None, _divmod),
    np.modf: (None, _modf),
    np.unwrap: (None, _unwrap),
    np.linspace: (None, _linspace),
    np.apply_along_axis: (None, _apply_along_axis),
    np.piecewise: (None, _piecewise),
    np.bincount: (None, _bincount),
    np.vander: (None, _vander),
}
