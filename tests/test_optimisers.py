"""Every optimiser and schedule, step by step, against rules written out here and against PyTorch's."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradviz.calculus.optimisers import (
    OPTIMISERS,
    Adam,
    Cosine,
    Exponential,
    Momentum,
    Nesterov,
    RmsProp,
    Sgd,
    Stepped,
    WarmUp,
    optimiser,
    rate_at,
)
from gradviz.errors import UnknownName

RATE = 0.05


def gradient(p):
    """The gradient of a bent valley: no two of its parts are alike, and it changes its sign."""
    return np.array([2 * p[0] - 4 * p[0] * p[1], 20 * (p[1] - p[0] ** 2), math.cos(p[2])])


def reference(name, start, count):
    """The published update rules, each on its own line, in plain NumPy."""
    p, out = np.array(start, float), []
    v = m = s = np.zeros_like(p)
    for t in range(1, count + 1):
        g = gradient(p)
        match name:
            case "sgd":
                p = p - RATE * g
            case "momentum":
                v = 0.9 * v + g
                p = p - RATE * v
            case "nesterov":  # the form with the look-ahead taken into the parameters
                v = 0.9 * v + g
                p = p - RATE * (g + 0.9 * v)
            case "rmsprop":
                s = 0.99 * s + 0.01 * g**2
                p = p - RATE * g / (s**0.5 + 1e-8)
            case "adam":
                m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
                p = p - RATE * (m / (1 - 0.9**t)) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8)
        out.append(p)
    return np.array(out)


def taken(rule, start, count, split):
    """Run an optimiser of ours; with `split` the parameters are a number and an array."""
    p, memory, out = np.array(start, float), None, []
    for _ in range(count):
        g = gradient(p)
        if split:
            (a, b), memory = rule((p[0].item(), p[1:]), (g[0].item(), g[1:]), memory)
            assert type(a) is float
            p = np.array([a, *b])
        else:
            (p,), memory = rule((p,), (g,), memory)
        out.append(p)
    return np.array(out)


START = (0.4, -0.3, 1.0)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_is_as_published(name, split):
    got = taken(optimiser(name, RATE), START, 50, split)
    np.testing.assert_allclose(got, reference(name, START, 50), rtol=0, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_is_pytorchs(name):
    torch = pytest.importorskip("torch")
    p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    theirs = {
        "sgd": lambda: torch.optim.SGD([p], lr=RATE),
        "momentum": lambda: torch.optim.SGD([p], lr=RATE, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD([p], lr=RATE, momentum=0.9, nesterov=True),
        "rmsprop": lambda: torch.optim.RMSprop([p], lr=RATE),
        "adam": lambda: torch.optim.Adam([p], lr=RATE),
    }[name]()
    ours = taken(optimiser(name, RATE), START, 50, False)
    for row in ours:
        p.grad = torch.tensor(gradient(p.detach().numpy()))
        theirs.step()
        np.testing.assert_allclose(row, p.detach().numpy(), rtol=0, atol=1e-9)


@pytest.mark.oracle
def test_schedules_are_pytorchs():
    torch = pytest.importorskip("torch")
    kinds = torch.optim.lr_scheduler
    p = torch.zeros(1, requires_grad=True)
    pairs = [
        (Stepped(0.4, 5, 0.5), lambda o: kinds.StepLR(o, 5, 0.5)),
        (Exponential(0.4, 0.9), lambda o: kinds.ExponentialLR(o, 0.9)),
        (Cosine(0.4, 20, 0.01), lambda o: kinds.CosineAnnealingLR(o, 20, 0.01)),
    ]
    for ours, make in pairs:
        opt = torch.optim.SGD([p], lr=0.4)
        theirs = make(opt)
        for step in range(20):
            assert ours(step) == pytest.approx(opt.param_groups[0]["lr"], abs=1e-9)
            opt.step()
            theirs.step()


def test_schedules_by_hand():
    assert [Stepped(1.0, 2, 0.1)(i) for i in range(5)] == pytest.approx([1, 1, 0.1, 0.1, 0.01])
    assert Exponential(2.0, 0.5)(3) == 0.25
    assert [Cosine(1.0, 4)(i) for i in (0, 2, 4, 9)] == pytest.approx([1, 0.5, 0, 0])
    assert [WarmUp(1.0, 4)(i) for i in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert WarmUp(Exponential(1.0, 0.5), 2)(1) == 0.5
    assert rate_at(0.3, 7) == 0.3


def test_a_schedule_sets_the_steps():
    (p,), memory = Sgd(Stepped(1.0, 1, 0.5))((10.0,), (1.0,), None)
    (q,), _ = Sgd(Stepped(1.0, 1, 0.5))((p,), (1.0,), memory)
    assert (p, q) == (9.0, 8.5)


def test_nothing_is_changed_in_place():
    p, g = np.ones(3), np.ones(3)
    for rule in (Sgd(), Momentum(), Nesterov(), RmsProp(), Adam()):
        first, memory = rule((p,), (g,), None)
        again, _ = rule((p,), (g,), None)
        rule(first, (g,), memory)
        np.testing.assert_array_equal(first[0], again[0])
    assert (p == 1).all()
    assert (g == 1).all()


def test_what_is_not_an_optimiser_is_refused_with_the_choices():
    with pytest.raises(UnknownName, match="choose from sgd, momentum, nesterov, rmsprop, adam"):
        optimiser("adagrad", 0.1)
    with pytest.raises(UnknownName, match="params, grads, memory"):
        optimiser(3, 0.1)
    for rate in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(UnknownName, match="learning rate"):
            optimiser("sgd", rate)
    assert optimiser(Adam(0.5), 0.1) == Adam(0.5)
