"""Every row of the op table against what knows no rule: plain NumPy, finite differences, the complex step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from op_cases import ALL, special

import gradviz as gv
from gradviz.calculus import modes, ops
from gradviz.calculus.check import check, weights
from gradviz.calculus.differences import differences
from gradviz.calculus.leaf import var
from gradviz.calculus.op import KINDS
from gradviz.calculus.record import walk
from gradviz.calculus.sweep import tape
from gradviz.calculus.trace import Var

CASES = {name: (f, args) for name, f, args in ALL}


def _ops_used(f: Any, args: Any) -> set[str]:
    leaves = [var(a) for a in args]
    out = [v for _, v in walk(f(*leaves)) if isinstance(v, Var)]
    return {v.op.name for v in tape(out).vars}


def _values_match(f: Any, args: Any) -> None:
    plain = f(*(np.array(a) if np.ndim(a) else a for a in args))
    traced = f(*map(var, args))
    got = traced.value if isinstance(traced, Var) else traced
    np.testing.assert_allclose(got, plain, rtol=1e-11, atol=1e-13)
    assert np.shape(got) == np.shape(plain)


def _both_modes_agree(f: Any, args: Any) -> None:
    """⟨ḡ, J t⟩ = ⟨Jᵀḡ, t⟩, for f and for its gradient."""
    tangents = tuple(weights(np.shape(a), 5 + k) for k, a in enumerate(args))
    y, dot = modes.jvp(f, args, tangents)
    seed = weights(np.shape(y), 9)
    _, back = modes.vjp(f, *args)
    sent = back(seed)
    left, right = np.sum(seed * dot), sum(np.sum(s * t) for s, t in zip(sent, tangents, strict=True))
    assert left == pytest.approx(right, rel=1e-9, abs=1e-11)
    for s, a in zip(sent, args, strict=True):
        assert np.shape(s) == np.shape(a)


def _second_order(f: Any, args: Any) -> None:
    """The derivative of the gradient along a line, by forward over reverse and by differences of the gradient."""
    tangents = tuple(weights(np.shape(a), 11 + k) for k, a in enumerate(args))

    def total(*inner: Any) -> Any:
        y = f(*inner)
        return np.sum(y * weights(np.shape(y), 9))

    slope = modes.grad(total, tuple(range(len(args))))
    _, dots = modes.jvp(slope, args, tangents)
    _, back = modes.vjp(slope, *args)
    over = back(slope(*args))
    assert all(np.shape(o) == np.shape(a) for o, a in zip(over, args, strict=True))
    size = max(float(np.max(np.abs(g), initial=0.0)) for g in slope(*args))
    for k, dot in enumerate(dots):

        def along(h: float, k: int = k) -> Any:
            moved = [np.asarray(a + h * t)[()] for a, t in zip(args, tangents, strict=True)]
            g = slope(*moved)[k]
            return np.sum(g * weights(np.shape(g), 13))

        theirs, error = differences(along, 0.005)
        ours = float(np.sum(dot * weights(np.shape(dot), 13)))
        assert abs(ours - theirs) <= 1e-5 * max(abs(ours), abs(theirs), 1e-3 * size) + 20 * error + 1e-9


@pytest.mark.parametrize("name", CASES)
def test_every_case(name: str) -> None:
    f, args = CASES[name]
    with np.errstate(all="ignore"):
        _values_match(f, args)
        _both_modes_agree(f, args)
        found = check(f, *args, tolerance=1e-7)
        assert found.derivatives or "sign" in name or found.skipped
        _second_order(f, args)


def test_special_functions() -> None:
    for _, f, args in special():
        with np.errstate(all="ignore"):
            _values_match(f, args)
            _both_modes_agree(f, args)
            assert check(f, *args, tolerance=1e-7).derivatives
            _second_order(f, args)


def test_every_row_is_used_by_a_case() -> None:
    used: set[str] = set()
    for _, f, args in [*ALL, *special()]:
        used |= _ops_used(f, args)
    only_in_derivatives = {"scatter", "waves", "polygamma"}
    assert {row.name for row in ops.ROWS} - used == only_in_derivatives


def test_every_row_says_what_it_does() -> None:
    assert len({row.name for row in ops.ROWS}) == len(ops.ROWS)
    for row in ops.ROWS:
        assert row.kind in KINDS, row.name
        assert row.rule.endswith(".") and row.rule[0].isupper(), row.name
        assert bool(row.partials) != bool(row.transposes), row.name
        assert row.symbol and row.formula and row.local[0], row.name


ALONE = [
    (lambda x: x / 4, "A quotient divides it by the denominator."),
    (lambda x: 5 / x, "The denominator gets it times −(the quotient over it)."),
    (lambda x: x / x, "A quotient divides it by the denominator; the denominator gets it times"),
    (lambda x: x - 2, "Subtraction passes it on unchanged."),
    (lambda x: 2 - x, "What is subtracted gets it with its sign changed."),
    (lambda x: 2.0**x, "An exponent gets it times result × ln base."),
    (lambda x: x % 3, "A remainder passes it on unchanged."),
    (lambda x: np.fmod(7.0, x), "The divisor gets −trunc(a/b) times it."),
]


@pytest.mark.parametrize(("f", "rule"), ALONE)
def test_a_rule_does_not_speak_of_what_a_constant_would_get(f, rule):
    (node,) = (n for n in gv.film(f, 1.5, sweeps=("forward",)).run.graph.nodes if n.args)
    assert node.rule.startswith(rule)


def test_rules_for_one_arg_are_there_for_all_args():
    rows = [op for op in ops.ROWS if op.alone]
    assert rows and all(len(op.alone) == len(op.partials) for op in rows)
