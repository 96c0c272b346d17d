"""The built-in layered layout, for where no Graphviz answers (stub)."""

from .blocks import Placed, Task


def place(task: Task) -> Placed:
    raise NotImplementedError
