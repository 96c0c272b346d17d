"""Outputs whose beginning is known only at their end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


@contextmanager
def patched(out: BinaryIO) -> Iterator[BinaryIO]:
    """Yield a file in which one can go back: `out` itself, or one that is copied to it, where it is a pipe."""
    if out.seekable():
        yield out
        return
    with tempfile.TemporaryFile() as part:
        yield part
        part.seek(0)
        shutil.copyfileobj(part, out)
