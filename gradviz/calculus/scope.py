"""Groups: the parts of a computation that the user names with `scope`, and those that are calls of functions."""

from __future__ import annotations

import functools
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, ParamSpec, TypeAlias, TypeVar

from ..errors import WrongArguments
from .op import CONSTANT, DATA, Op
from .site import Site, close_scope, open_scope, user_frame

if TYPE_CHECKING:
    from .trace import Var

P = ParamSpec("P")
R = TypeVar("R")

#: What lies in it was made while differentiating.
DERIVATIVES = "∂"


class Entry:
    """One entry of a scope, told from every other."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class scope:  # it is used as a function is
    """Draw a box around what is computed inside it.

    A context manager, and a decorator of functions. Each entry is a box of its own: "layer", "layer·2".
    Raises `WrongArguments` for a name that is no string, and for a function that is paused and resumed (a generator or
    coroutine), whose parts may run at any time.

    >>> from gradviz.calculus.leaf import var
    >>> x = var(0.5)
    >>> with scope("layer 1"):
    ...     h = x * x + x
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise WrongArguments(f"scope({name!r}): the name of a group is a string, as in scope('layer 1')")
        self.name = name
        self._entered: list[tuple[FrameType, Entry]] = []

    def __enter__(self) -> scope:
        caller = sys._getframe(1)
        frame = caller if caller.f_code is _WRAPPER else user_frame(caller) or caller
        entry = Entry(self.name)
        self._entered.append((frame, entry))
        open_scope(frame, entry)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        close_scope(*self._entered.pop())

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        if not callable(function):
            raise WrongArguments(f"scope({self.name!r}) decorates functions; it was given {function!r}")
        paused = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)
        if any(test(function) for test in paused):
            raise WrongArguments(
                f"scope({self.name!r}) cannot decorate {getattr(function, '__name__', function)}, which is paused and "
                "resumed; write `with scope(...)` inside it"
            )
        return _decorate(self.name, function)


def _decorate(name: str, function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def scoped(*args: P.args, **kwargs: P.kwargs) -> R:
        with scope(name):
            return function(*args, **kwargs)

    return scoped


_WRAPPER = _decorate("", lambda: None).__code__

#: A group instance before it has its final name: a frame's number, or the entry of a scope.
Token: TypeAlias = "int | Entry"


def groups(
    vars: Sequence[Var], args: Sequence[tuple[int, ...]], roles: Sequence[Op], inputs: Collection[int]
) -> list[tuple[str, ...]]:
    """Return the group of every node, outermost name first; `inputs` are the ids of what the caller handed in."""
    chains = _Chains()
    traced = any(var.site is not None and var.site.traced for i, var in enumerate(vars) if args[i])
    inputs = inputs if traced else ()
    paths: list[tuple[Token, ...]] = [
        () if i in inputs or var.site is None else chains.of(var.site) for i, var in enumerate(vars)
    ]
    operations = [i for i in range(len(vars)) if args[i]]
    whole = _whole(paths, traced)
    count: Counter[Token] = Counter()
    for i in operations:
        count.update(set(paths[i]))
    kept = {token for token, n in count.items() if n > 1 and token not in whole}
    kept -= _shells(
        [tuple(t for t in path if t in kept) for path in dict.fromkeys(paths[i] for i in operations)], count
    )
    final: dict[Token, str] = {}
    used: Counter[str] = Counter()
    taken = {token.name if isinstance(token, Entry) else chains.names[token] for token in kept}
    named: dict[tuple[Token, ...], tuple[str, ...]] = {}
    found: list[tuple[str, ...]] = [()] * len(vars)
    for i in operations:
        if vars[i].of is not None:
            found[i] = (DERIVATIVES,)
            continue
        path = paths[i]
        if path not in named:
            for token in path:
                if token in kept and token not in final:
                    final[token] = _instance(
                        token.name if isinstance(token, Entry) else chains.names[token], used, taken
                    )
            named[path] = tuple(final[token] for token in path if token in kept)
        found[i] = named[path]
    _place_leaves(vars, args, roles, inputs, found, [tuple(final[t] for t in p if t in final) for p in paths])
    return found


def _instance(name: str, used: Counter[str], taken: set[str]) -> str:
    """Return the name of the next instance: neuron, neuron·2, neuron·3."""
    used[name] += 1
    shown = name if used[name] == 1 else f"{name}·{used[name]}"
    while used[name] > 1 and shown in taken:
        used[name] += 1
        shown = f"{name}·{used[name]}"
    taken.add(shown)
    return shown


def _whole(paths: Sequence[tuple[Token, ...]], traced: bool) -> set[Token]:
    """Return the functions that everything happened in, where no function was handed over to be traced.

    Their box would be the frame of the picture.
    """
    if traced or not paths:
        return set()
    shared: list[Token] = []
    for level in zip(*paths, strict=False):
        if any(token is not level[0] and token != level[0] for token in level):
            break
        shared.append(level[0])
    return {token for token in shared if not isinstance(token, Entry)}


def _shells(paths: Sequence[tuple[Token, ...]], count: Counter[Token]) -> set[Token]:
    """Return the calls that hold nothing but one other group: such a group is one node too, and dissolves."""
    return {
        outer
        for path in paths
        for outer, inner in pairwise(path)
        if count[outer] == count[inner] and not isinstance(outer, Entry)
    }


def _place_leaves(
    vars: Sequence[Var], args: Sequence[tuple[int, ...]], roles: Sequence[Op], inputs: Collection[int],
    found: list[tuple[str, ...]], made: Sequence[tuple[str, ...]],
) -> None:  # fmt: skip
    """Put leaves where they belong: constants to their user, a parameter into the group that holds all its users.

    Data stay where they were made: inputs outside.
    """
    users: list[list[int]] = [[] for _ in vars]
    for i, operands in enumerate(args):
        for a in operands:
            users[a].append(i)
    for i, var in enumerate(vars):
        if args[i]:
            continue
        if var.op is CONSTANT and users[i]:
            found[i] = found[users[i][0]]
        elif roles[i] is DATA:
            found[i] = () if i in inputs else made[i]
        else:
            found[i] = _shared([found[u] for u in users[i]])


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what a number of paths begin with in common."""
    if not paths:
        return ()
    first, last = min(paths), max(paths)
    depth = 0
    while depth < min(len(first), len(last)) and first[depth] == last[depth]:
        depth += 1
    return first[:depth]


class _Chains:
    """The group instances that Sites lie in, and what those that are function calls are called."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self._of: dict[int, tuple[Token, ...]] = {}

    def of(self, site: Site) -> tuple[Token, ...]:
        """Return the instances that a Site lies in, outermost first."""
        todo: list[Site] = []
        at: Site | None = site
        while at is not None and id(at) not in self._of:
            todo.append(at)
            at = at.parent
        path = () if at is None else self._of[id(at)]
        for s in reversed(todo):
            name = call_name(s)
            if name:
                self.names[s.instance] = name
                path = (*path, s.instance)
            path = (*path, *s.scopes)  # type: ignore[arg-type]  # only `scope` opens any
            self._of[id(s)] = path
        return path


def call_name(site: Site) -> str:
    """Return the name of the group that a call of a function is, or "" where it is none.

    The function that is traced is the whole picture. Lambdas, comprehensions, generators, modules and classes, and the
    methods that stand behind operators, are transparent.
    """
    code = site.code
    paused = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
    if site.parent is None or not site.user or site.wrapped or not code.co_flags & inspect.CO_OPTIMIZED:
        return ""
    name = code.co_qualname.rpartition("<locals>.")[2]
    if code.co_name.startswith("<") or code.co_flags & paused:
        return ""
    if code.co_name == "__call__":
        return name.rpartition(".")[0] or name
    return "" if code.co_name.startswith("__") and code.co_name.endswith("__") else name
