"""From a TARGET of the command line and its values to what `gradviz.film` takes."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

from ..calculus.descend import Descent
from ..calculus.expression import parse
from ..calculus.trace import Var
from ..errors import InvalidRun, NoInputs, UnknownName
from ..film import Film
from ..record import Run
from ..record.store import load

#: What is a target by itself, and takes no values.
_TRACED = (Film, Run, Descent, Var, list, tuple, dict)
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class Target:
    """What is to be drawn or checked.

    thing   a callable to trace with `values`, or what such a callable made: a Film, a Run, Vars
    args    its arguments by place
    values  the others, by name
    """

    thing: Any
    values: Mapping[str, Any] = field(default_factory=dict)
    args: tuple[Any, ...] = ()


def resolve(text: str, values: Mapping[str, Any]) -> Target:
    """Find a target: an expression, FILE.py:NAME, FILE.py, MODULE:NAME or FILE.json.

    A function named film, or one that takes nothing, is called, and what it returns is the target. Raises
    `UnknownName` where there is no such file, module, name or variable, `NoInputs` where a variable has no value, and
    `InvalidRun` where FILE.json holds no run; what the user's module raises while it is loaded goes through.
    """
    file, name = _file(text)
    if file:
        module = _load(Path(file))
        thing = _attribute(module, name, text) if name else _only(module, file)
        return _bind(thing, values, text)
    if _MODULE.fullmatch(text):
        module_name, _, name = text.partition(":")
        return _bind(_attribute(_import(module_name), name, text), values, text)
    if text.endswith(".json"):
        try:
            return _bind(load(Path(text)), values, text)
        except InvalidRun as error:
            raise InvalidRun(f"{text}: {error}; a target is what film.save or -o run.json wrote") from error
    if text.endswith((".csv", ".ipynb")) and Path(text).exists():
        fit = f"; for a curve through its points there is gradviz fit {text}" if text.endswith(".csv") else ""
        raise UnknownName(f"{text} is not a target; choose an expression, FILE.py:NAME or MODULE:NAME{fit}")
    if re.fullmatch(r"[^\W\d]\w*\.[^\W\d]\w*", text) and Path(text.partition(".")[0] + ".py").is_file():
        raise UnknownName(f"{text} is not a target; did you mean {text.replace('.', '.py:')}?")
    expression = parse(text, values)
    if not expression.names:
        raise NoInputs(
            f'"{expression.text}" has no variable; write one, as in "w*x", and give it a value, as in w=2 x=3'
        )
    _known(expression.names, values, f"the expression {expression.text}")
    _complete(expression.names, values, f'"{expression.text}"')
    return Target(expression, {name: values[name] for name in expression.names})


def _file(text: str) -> tuple[str, str]:
    """Split FILE.py:NAME or FILE.py; ("", "") for anything else."""
    if text.endswith(".py"):
        return text, ""
    file, colon, name = text.rpartition(":")
    return (file, name) if colon and file.endswith(".py") else ("", "")


def _load(path: Path) -> ModuleType:
    if not path.is_file():
        near = get_close_matches(path.name, [p.name for p in path.parent.glob("*.py")], 1)
        hint = f"; did you mean {path.with_name(near[0])}?" if near else ""
        raise UnknownName(f"there is no file {path}{hint}")
    path = path.resolve()
    name = path.stem if path.stem.isidentifier() and path.stem not in sys.modules else f"gradviz_target_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))  # as Python does for the file that it runs
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        if error.filename is not None:  # else it has no line to show
            raise
        raise UnknownName(f"{path} is no Python source: {error}") from None
    except ImportError as error:
        if "no known parent package" not in str(error):
            raise
        inside = f"{path.parent.name}.{path.stem}"
        raise UnknownName(
            f"{path} imports from its own package ({error}); give it as a module, in the folder above: {inside}:NAME"
        ) from None
    return module


def _import(name: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(error.name + ".")):
            raise  # the module is there, and imports one that is not
        raise UnknownName(
            f"there is no module {error.name!r} here or among the installed ones; a file is given as FILE.py:NAME"
        ) from None


def _attribute(module: ModuleType, name: str, text: str) -> Any:
    thing: Any = module
    for part in name.split("."):
        if not hasattr(thing, part):
            choices = [n for n, v in getattr(thing, "__dict__", {}).items() if n[:1] != "_" and _drawable(v)]
            near = get_close_matches(part, choices, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(_functions(module)) or 'none'}"
            raise UnknownName(f"{text}: no function {part!r}{hint}")
        thing = getattr(thing, part)
    return thing


def _drawable(thing: Any) -> bool:
    """Tell whether a target may be called so: a module or a class is none."""
    if isinstance(thing, list | tuple | dict):
        return any(isinstance(v, Var) for v in (thing.values() if isinstance(thing, dict) else thing))
    return isinstance(thing, _TRACED) or (callable(thing) and not inspect.isclass(thing))


def _functions(module: ModuleType) -> list[str]:
    """Return the names of the functions that a module defines itself."""
    return [
        n
        for n, f in vars(module).items()
        if inspect.isfunction(f) and f.__module__ == module.__name__ and not n.startswith("_")
    ]


def _only(module: ModuleType, file: str) -> Any:
    names = _functions(module)
    if "film" in vars(module):
        return vars(module)["film"]
    if len(names) == 1:
        return vars(module)[names[0]]
    if not names:
        raise UnknownName(f"{file} defines no function; define one, such as: def f(w, x): return w * x")
    raise UnknownName(f"{file} defines {', '.join(names)}; say which one: {file}:{names[-1]}")


def _bind(thing: Any, values: Mapping[str, Any], text: str) -> Target:
    """Give a function its values, or call it if it makes the film itself."""
    if isinstance(thing, ModuleType):
        raise UnknownName(f"{text} is a module; a target is a function in it")
    if isinstance(thing, _TRACED):
        if values:
            raise UnknownName(f"{text} is a {type(thing).__name__}, which takes no values; got {', '.join(values)}")
        return Target(thing)
    if not callable(thing):
        raise NoInputs(f"{text} is {_kind(thing)}; a target is a function, a film, or traced values")
    if inspect.isclass(thing):
        file = text.rpartition(":")[0] or text
        raise UnknownName(
            f"{text} is a class; make one in the file, as in it = {thing.__name__}(), and give that: {file}:it"
        )
    parameters = _parameters(thing)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    if not named and not takes_any and parameters and values:
        raise UnknownName(
            f"{text}{inspect.signature(thing)} takes its inputs by place; give a function that names them"
        )
    if not takes_any:
        _known([p.name for p in named], values, text)
    _complete([p.name for p in named if p.default is p.empty], values, text)
    # A whole number is given as one: it is traced as a float, and counts in range(n) all the same.
    given = {n: int(v) if isinstance(v, float) and v.is_integer() else v for n, v in values.items()}
    if getattr(thing, "__name__", "") == "film" or not (named or takes_any):
        made = thing(**given)
        if not isinstance(made, _TRACED):
            raise NoInputs(
                f"{text}() returned {_kind(made)}; a function without inputs returns a film, or traced values"
            )
        return Target(made)
    ready = {p.name: p.default for p in named if isinstance(p.default, float)} | given
    # By place as far as that goes: NumPy's own functions take a name for an option.
    first = takewhile(lambda p: p.name in ready and p.kind is not p.KEYWORD_ONLY, named)
    by_place = tuple(ready.pop(p.name) for p in first)
    ordered = {p.name: ready.pop(p.name) for p in named if p.name in ready}
    return Target(thing, ordered | ready, by_place)


def _parameters(thing: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(thing).parameters.values())
    except (TypeError, ValueError):
        # NumPy's own functions have come to tell theirs only lately; they call them x, or x1 and x2
        count = getattr(thing, "nin", 0)
        names = ["x"] if count == 1 else [f"x{k + 1}" for k in range(count)]
        return [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]


def _kind(thing: Any) -> str:
    return "nothing" if thing is None else f"{type(thing).__name__} {thing!r}"[:60]


def _known(names: Any, values: Mapping[str, Any], owner: str) -> None:
    for name in values:
        if name not in names:
            choices = f"its variables are {', '.join(names)}" if names else "it has no variables"
            raise UnknownName(f"{owner} has no variable {name!r}; {choices}")


def _complete(names: Any, values: Mapping[str, Any], target: str) -> None:
    missing = [n for n in names if n not in values]
    if missing[:1] == ["self"]:
        raise NoInputs(f"{target} is a method without its object; make one in the file and give the method of that")
    if missing:
        one = len(missing) == 1
        example = " ".join(f"{n}={_word(values[n]) if n in values else 1}" for n in names)
        raise NoInputs(
            f"{', '.join(missing)} {'has' if one else 'have'} no value; "
            f"give {'it one' if one else 'them values'}, as in\n  {target} {example}"
        )


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else "[...]"
