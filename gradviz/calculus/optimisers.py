"""Optimisers: each turns (params, grads, memory) into (params, memory), and learning-rate schedules for them.

`params` and `grads` are tuples of numbers or arrays in the same order; `memory` is what an optimiser carries from one
step to the next, None before the first. Nothing is changed in place. The rules and their defaults are those of
`torch.optim`, so that a reader can hold the two against each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np

from ..errors import UnknownName

Leaves: TypeAlias = tuple[Any, ...]
#: The learning rate of each step, counted from 0.
Schedule: TypeAlias = Callable[[int], float]
Rate: TypeAlias = float | Schedule


@dataclass(frozen=True)
class Memory:
    """What an optimiser remembers: how many steps it took, and its running averages, one of each per parameter."""

    steps: int = 0
    first: Leaves = ()
    second: Leaves = ()


class Optimiser(Protocol):
    """Anything that can be called with (params, grads, memory) and returns (params, memory)."""

    def __call__(self, params: Leaves, grads: Leaves, memory: Any) -> tuple[Leaves, Any]:
        """Take one step."""


# ---- learning-rate schedules


def rate_at(lr: Rate, step: int) -> float:
    """Return the learning rate of a step, counted from 0."""
    rate = lr(step) if callable(lr) else lr
    if not isinstance(rate, int | float | np.number):
        raise UnknownName(f"lr gave {rate!r} for step {step}, which is not a learning rate; give a number")
    return float(rate)


@dataclass(frozen=True)
class Stepped:
    """Multiply the rate by `factor` after every `every` steps."""

    lr: float
    every: int
    factor: float = 0.1

    def __call__(self, step: int) -> float:
        return self.lr * self.factor ** (step // self.every)


@dataclass(frozen=True)
class Exponential:
    """Multiply the rate by `factor` after each step."""

    lr: float
    factor: float = 0.99

    def __call__(self, step: int) -> float:
        return self.lr * self.factor**step


@dataclass(frozen=True)
class Cosine:
    """Let the rate fall to `least` along half a cosine in `steps` steps (Loshchilov, Hutter 2017, "SGDR")."""

    lr: float
    steps: int
    least: float = 0.0

    def __call__(self, step: int) -> float:
        part = min(step / self.steps, 1.0)
        return self.least + (self.lr - self.least) * (1 + math.cos(math.pi * part)) / 2


@dataclass(frozen=True)
class WarmUp:
    """Let the rate of another schedule rise evenly over its first `steps` steps."""

    then: Rate
    steps: int

    def __call__(self, step: int) -> float:
        return rate_at(self.then, step) * min(1.0, (step + 1) / self.steps)


# ---- optimisers


def _start(memory: Memory | None, params: Leaves) -> Memory:
    zeros = tuple(np.zeros_like(np.asarray(p, dtype=float)) for p in params)
    return Memory(0, zeros, zeros) if memory is None else memory


def _each(rule: Callable[..., Any], *leaves: Leaves) -> Leaves:
    """Apply a rule parameter by parameter; numbers stay numbers."""
    with np.errstate(all="ignore"):  # what diverges is told by whoever runs the steps
        return tuple(_plain(rule(*each)) for each in zip(*leaves, strict=True))


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


@dataclass(frozen=True)
class Sgd:
    """Gradient descent: each parameter moves against its gradient."""

    lr: Rate = 0.1
    title: ClassVar[str] = "Gradient descent"

    def __call__(self, params: Leaves, grads: Leaves, memory: Memory | None) -> tuple[Leaves, Memory]:
        memory = _start(memory, params)
        lr = rate_at(self.lr, memory.steps)
        return _each(lambda p, g: p - lr * g, params, grads), Memory(memory.steps + 1)


@dataclass(frozen=True)
class Momentum:
    """Heavy ball: the last step goes on, times `momentum`, and the gradient is added (Polyak 1964)."""

    lr: Rate = 0.1
    momentum: float = 0.9
    title: ClassVar[str] = "Momentum"

    def __call__(self, params: Leaves, grads: Leaves, memory: Memory | None) -> tuple[Leaves, Memory]:
        memory = _start(memory, params)
        lr = rate_at(self.lr, memory.steps)
        speed = _each(lambda v, g: self.momentum * v + g, memory.first, grads)
        return _each(lambda p, v: p - lr * v, params, speed), Memory(memory.steps + 1, speed)


@dataclass(frozen=True)
class Nesterov:
    """Momentum that looks one step ahead (Nesterov 1983, as Sutskever et al. 2013 write it)."""

    lr: Rate = 0.1
    momentum: float = 0.9
    title: ClassVar[str] = "Nesterov momentum"

    def __call__(self, params: Leaves, grads: Leaves, memory: Memory | None) -> tuple[Leaves, Memory]:
        memory = _start(memory, params)
        lr = rate_at(self.lr, memory.steps)
        speed = _each(lambda v, g: self.momentum * v + g, memory.first, grads)
        moved = _each(lambda p, g, v: p - lr * (g + self.momentum * v), params, grads, speed)
        return moved, Memory(memory.steps + 1, speed)


@dataclass(frozen=True)
class RmsProp:
    """The gradient over the root of its running mean square (Tieleman, Hinton 2012, lecture 6.5)."""

    lr: Rate = 0.01
    decay: float = 0.99
    eps: float = 1e-8
    title: ClassVar[str] = "RMSprop"

    def __call__(self, params: Leaves, grads: Leaves, memory: Memory | None) -> tuple[Leaves, Memory]:
        memory = _start(memory, params)
        lr = rate_at(self.lr, memory.steps)
        square = _each(lambda s, g: self.decay * s + (1 - self.decay) * g * g, memory.second, grads)
        moved = _each(lambda p, g, s: p - lr * g / (np.sqrt(s) + self.eps), params, grads, square)
        return moved, Memory(memory.steps + 1, (), square)


@dataclass(frozen=True)
class Adam:
    """Running means of the gradient and of its square, both freed of their bias (Kingma, Ba 2015, algorithm 1)."""

    lr: Rate = 0.001
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    title: ClassVar[str] = "Adam"

    def __call__(self, params: Leaves, grads: Leaves, memory: Memory | None) -> tuple[Leaves, Memory]:
        memory = _start(memory, params)
        lr, (one, two), t = rate_at(self.lr, memory.steps), self.betas, memory.steps + 1
        mean = _each(lambda m, g: one * m + (1 - one) * g, memory.first, grads)
        square = _each(lambda s, g: two * s + (1 - two) * g * g, memory.second, grads)

        def move(p: Any, m: Any, s: Any) -> Any:
            return p - lr * (m / (1 - one**t)) / (np.sqrt(s / (1 - two**t)) + self.eps)

        return _each(move, params, mean, square), Memory(t, mean, square)


OPTIMISERS: Mapping[str, Callable[..., Any]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RmsProp,
    "adam": Adam,
}


def optimiser(name: str | Optimiser, lr: Rate) -> Optimiser:
    """Return the optimiser of that name with a learning rate; one that is given as it is keeps its own.

    Raises `UnknownName` for another name, and for a learning rate that is not a positive number.

    >>> optimiser("momentum", 0.05)
    Momentum(lr=0.05, momentum=0.9)
    """
    if not isinstance(name, str):
        if not callable(name):
            raise UnknownName(
                f"optimizer={name!r} is not an optimiser; choose from {', '.join(OPTIMISERS)}, or give a function "
                "(params, grads, memory) -> (params, memory)"
            )
        return name
    if name not in OPTIMISERS:
        raise UnknownName(f"optimizer={name!r} is not an optimiser; choose from {', '.join(OPTIMISERS)}")
    if not callable(lr) and not (isinstance(lr, int | float | np.number) and math.isfinite(lr) and lr > 0):
        raise UnknownName(f"lr={lr!r} is not a learning rate; give a number above 0, or a function of the step")
    made: Optimiser = OPTIMISERS[name](lr)
    return made
