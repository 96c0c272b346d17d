"""Where an operation happens: the chain of the user's frames at that moment, made once per frame that is running.

A Site outlives its frame. It keeps the code, never the frame, so that nobody's locals are kept alive: strong
references are held only to frames that are on the stack, and `tracing` and `forget` drop even those.
"""

from __future__ import annotations

import dis
import os
import re
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from itertools import count
from types import CodeType, FrameType
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = tuple(
    os.path.join(path, "")
    for key, path in sysconfig.get_paths().items()
    if key in ("stdlib", "platstdlib", "purelib", "platlib")
)
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_RESUMED = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
# Python 3.11 calls a builtin from PRECALL, once it has seen it called a few times.
_CALLS = frozenset(number for name, number in dis.opmap.items() if name.startswith(("CALL", "PRECALL")))


class Site:
    """A frame of the user's code at one moment, told from every other call of the same function.

    code, globals   of the frame
    parent, at      the Site that called it, and the instruction that did; None and -1 for the first
    scopes          the `gv.scope`s open in this very frame, outermost first
    instance        a number that all Sites of one frame share, and no other frame's
    user            False where the frame is of a library, and stands here only as the caller of NumPy and the like
    direct          whether the parent called it with nothing but gradviz between the two
    wrapped         whether it is the body of a function that `gv.scope` decorates
    traced          whether a function is being traced, so that the first Site is that function's
    """

    __slots__ = ("at", "code", "direct", "globals", "instance", "parent", "scopes", "traced", "user", "wrapped")

    def __init__(
        self, code: CodeType, globals: dict[str, Any], parent: Site | None, at: int, *, scopes: tuple[object, ...],
        instance: int, user: bool, direct: bool, wrapped: bool, traced: bool,
    ) -> None:  # fmt: skip
        self.code, self.globals, self.parent, self.at, self.scopes = code, globals, parent, at, scopes
        self.instance, self.user, self.direct, self.wrapped, self.traced = instance, user, direct, wrapped, traced

    def __repr__(self) -> str:
        return f"Site({self.code.co_qualname}, instance {self.instance})"


class _Stack(threading.local):
    """What one thread knows of its stack: the frame asked about last, and the Sites of the frames below it."""

    def __init__(self) -> None:
        self.frame: FrameType | None = None
        self.site: Site | None = None
        self.chain: dict[FrameType, Site] = {}  # of running frames, outermost first
        self.base: FrameType | None = None  # the frame that called the traced function
        self.file = ""  # the traced function's, which counts as the user's wherever it is installed
        self.open: dict[FrameType, tuple[object, ...]] = {}  # scopes, by the frame that entered them


_stack = _Stack()
_instances = count()


def here(frame: FrameType) -> Site:
    """Return the Site of a running frame; asking again from the same frame costs next to nothing."""
    stack = _stack
    if frame is stack.frame:
        return stack.site  # type: ignore[return-value]  # set together with frame
    chain = stack.chain
    site = chain.get(frame)
    last = next(reversed(chain)) if site is not None else None
    if site is not None and last is not None and (last is frame or last.f_code.co_flags & _RESUMED):
        # Two frames that take turns (sum over a generator) are both known; see `_find` for what can have changed.
        if not frame.f_code.co_flags & _RESUMED:
            stack.frame, stack.site = frame, site
            return site
        back = frame.f_back
        known = back is not None and site.parent is not None and chain.get(back) is site.parent
        if known and back is not None and back.f_lasti == site.at:
            return site
    return _find(stack, frame)


def _find(stack: _Stack, frame: FrameType) -> Site:
    chain = stack.chain
    # A frame that is not a generator's has one caller for life, so below a known one nothing has changed.
    # A generator's has another caller whenever it is resumed, and is followed down each time.
    path: list[FrameType] = []
    known: Site | None = None
    at: FrameType | None = frame
    while at is not None and at is not stack.base:
        if at in chain and not at.f_code.co_flags & _RESUMED:
            known = chain[at]
            break
        path.append(at)
        at = at.f_back
    if known is None and not path:
        path.append(frame)  # a function of NumPy's that is traced itself: nothing stands between it and the base
    old: dict[FrameType, Site] = {}
    if known is None:
        old, stack.chain = chain, {}
        chain = stack.chain
    else:
        while next(reversed(chain)) is not at:
            gone, its = chain.popitem()
            old[gone] = its
    site: Site | None = known
    last = -1 if at is None or known is None else at.f_lasti
    direct = True
    for f in reversed(path):
        file = f.f_code.co_filename
        user = is_user(file) or file == stack.file
        if not user and f is not frame and f not in stack.open:
            direct = direct and file.startswith(_PACKAGE)
            continue
        scopes = stack.open.get(f, ())
        same = old.get(f)
        if same is None or (same.parent, same.at, same.scopes) != (site, last, scopes):
            instance = next(_instances) if same is None else same.instance
            wrapped = f.f_back in stack.open and not is_user(f.f_back.f_code.co_filename)
            same = Site(
                f.f_code, f.f_globals, site, last,
                scopes=scopes, instance=instance, user=user, direct=direct, wrapped=wrapped,
                traced=stack.base is not None,
            )  # fmt: skip
        chain[f] = site = same
        direct, last = True, f.f_lasti
    assert site is not None
    if not frame.f_code.co_flags & _RESUMED:
        stack.frame, stack.site = frame, site
    else:
        stack.frame = stack.site = None
    return site


@cache
def is_user(filename: str) -> bool:
    """Tell whether a file is the user's own: not of gradviz, the standard library or an installed package."""
    if filename.startswith("<"):
        return not filename.startswith(("<frozen", "<__array_function__"))
    if filename.endswith(".pyx"):
        return False  # of a library that was compiled from Cython, which keeps no whole path
    path = os.path.abspath(filename)
    return not (path.startswith((_PACKAGE, *_LIBRARIES)) or any(part in path for part in _INSTALLED))


def cell(filename: str) -> str:
    """Return what a notebook calls the cell that a file stands for, "In [3]"; "" for any other file."""
    if found := re.search(r"<ipython-input-(\d+)-", filename):
        return f"In [{found[1]}]"
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    named = getattr(getattr(shell, "compile", None), "format_code_name", None)  # what its own tracebacks say
    told = named(filename) if named is not None else None
    return told[1].replace("In[", "In [") if told else ""


def user_frame(frame: FrameType | None) -> FrameType | None:
    """Return the frame itself, or else the nearest of its callers, that is of the user's code."""
    while frame is not None and frame is not _stack.base and not is_user(frame.f_code.co_filename):
        if frame.f_code.co_filename == _stack.file:
            break
        frame = frame.f_back
    return None if frame is _stack.base else frame


def calling(frame: FrameType) -> bool:
    """Tell whether a frame is in the middle of a call: how `0 + x` inside `sum(...)` differs from `0 + x` itself."""
    return frame.f_code.co_code[frame.f_lasti] in _CALLS


@contextmanager
def tracing(target: object = None) -> Iterator[None]:
    """Take the frame that enters this as the bottom of the stack: what calls it is no part of the picture.

    The file of `target`, where it has one, counts as the user's even if it is of an installed package.
    """
    stack = _stack
    before = (stack.frame, stack.site, stack.chain, stack.base, stack.file)
    method = getattr(type(target), "__call__", None)  # noqa: B004  # its code is what is asked for
    code = getattr(target, "__code__", None) or getattr(method, "__code__", None)
    stack.frame, stack.site, stack.chain = None, None, {}
    stack.base = sys._getframe(2)  # 0 is this generator, 1 is contextlib's __enter__
    stack.file = code.co_filename if code is not None else ""
    if stack.file.startswith(_PACKAGE):
        stack.file = ""  # gradviz's own callables, such as an expression given as text, have no lines of the user's
    try:
        yield
    finally:
        stack.frame, stack.site, stack.chain, stack.base, stack.file = before


def is_tracing() -> bool:
    """Tell whether a function is being traced."""
    return _stack.base is not None


def forget() -> None:
    """Drop every reference to a frame, unless a trace is running."""
    if not is_tracing():
        _stack.frame, _stack.site, _stack.chain = None, None, {}


def open_scope(frame: FrameType, scope: object) -> None:
    """Note that a scope was entered in a frame: what the frame does from now on lies in it."""
    _stack.open[frame] = (*_stack.open.get(frame, ()), scope)
    _changed(frame)


def close_scope(frame: FrameType, scope: object) -> None:
    """Note that a scope was left again."""
    rest = tuple(s for s in _stack.open.get(frame, ()) if s is not scope)
    if rest:
        _stack.open[frame] = rest
    else:
        _stack.open.pop(frame, None)
    _changed(frame)


def _changed(frame: FrameType) -> None:
    """Replace the Site of a frame whose scopes have changed, and forget the frames it called."""
    stack = _stack
    stack.frame, stack.site = None, None
    site = stack.chain.get(frame)
    if site is not None:
        while next(reversed(stack.chain)) is not frame:
            stack.chain.popitem()
        stack.chain[frame] = Site(
            site.code, site.globals, site.parent, site.at, scopes=stack.open.get(frame, ()),
            instance=site.instance, user=site.user, direct=site.direct, wrapped=site.wrapped, traced=site.traced,
        )  # fmt: skip
