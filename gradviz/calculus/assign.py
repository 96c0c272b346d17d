"""Assigning to items of a traced array: a new node, and never a write into an array of the user's."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import numpy as np

from .op import CONSTANT, DATA, INPUT, PARAMETER
from .ops_shape import SETITEM
from .refuse import detached
from .trace import Var, _index, constant, settle, tick


def assign(var: Var, key: Any, value: Any, frame: FrameType) -> None:
    """Make `var` stand for itself with `value` at `key`; what was computed from it before keeps the old value."""
    raise NotImplementedError
