"""The functions that NumPy lacks and networks need, on plain values and on traced ones."""

from __future__ import annotations

from typing import Any

from . import ops_array, ops_function
from .traced import call


def sigmoid(a: Any) -> Any:
    """Return 1 / (1 + e⁻ᵃ), element by element, for a number or array of any shape.

    >>> float(sigmoid(0.0))
    0.5
    """
    return call(ops_function.SIGMOID.forward, a)


def relu(a: Any) -> Any:
    """Return a where it is positive and 0 elsewhere, for a number or array of any shape; its derivative at 0 is 0.

    >>> float(relu(-1.0)), float(relu(2.0))
    (0.0, 2.0)
    """
    return call(ops_function.RELU.forward, a)


def softplus(a: Any) -> Any:
    """Return ln(1 + eᵃ), element by element, for a number or array of any shape.

    >>> round(float(softplus(0.0)), 4)
    0.6931
    """
    return call(ops_function.SOFTPLUS.forward, a)


def softmax(a: Any, axis: int = -1) -> Any:
    """Return eᵃ divided by its sum along an axis, the last by default, for an array of at least one axis.

    >>> softmax([0.0, 0.0]).tolist()
    [0.5, 0.5]
    """
    return call(ops_array.SOFTMAX.forward, a, axis)
