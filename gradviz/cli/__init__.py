"""The command line: `gradviz render`, `demo`, `check` and `doctor`."""

from .commands import main

__all__ = ["main"]
