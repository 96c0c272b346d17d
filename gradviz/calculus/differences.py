"""Slopes of functions that are only known by their values.

Finite differences are Ridders' (1982, "Accurate computation of F'(x) and F'(x)F''(x)"): central differences at
shrinking steps, extrapolated, the best by its own error estimate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def differences(along: Callable[[float], Any], first: float = 0.02) -> tuple[float, float]:
    """Return the derivative at 0 by Ridders' method, and an estimate of its error.

    It stops where the estimate is far below what anyone asks for. Rounding sets a floor to the error: a function
    whose values are much larger than its changes does not tell them.
    """
    shrink, rows, enough = 1.6, 12, 1e-10
    table = np.full((rows, rows), np.nan)
    best, error, h, largest = np.nan, np.inf, first, 0.0
    for i in range(rows):
        right, left = float(along(h)), float(along(-h))
        largest = np.fmax(largest, np.fmax(abs(right), abs(left)))
        table[i, 0] = (right - left) / (2 * h)
        factor = shrink**2
        for j in range(1, i + 1):
            table[i, j] = (table[i, j - 1] * factor - table[i - 1, j - 1]) / (factor - 1)
            factor *= shrink**2
            off = max(abs(table[i, j] - table[i, j - 1]), abs(table[i, j] - table[i - 1, j - 1]))
            if off <= error:
                best, error = float(table[i, j]), float(off)
        if i > 1 and error <= enough * abs(best):
            break
        h /= shrink
    floor = float(10 * np.finfo(float).eps * largest / first)  # a program's operations round one after the other
    return best, max(error, floor) if np.isfinite(error) else 0.0


def one_sided(along: Callable[[float], Any]) -> tuple[float, float]:
    """Return the slopes to the left and to the right of 0."""
    h, here = 1e-6, float(along(0.0))
    return (here - float(along(-h))) / h, (float(along(h)) - here) / h
