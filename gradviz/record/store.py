"""A Run as JSON text, which loads back equal: one line a node and an event, NaN and infinities as strings."""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TypeVar

import numpy as np

from ..errors import GradvizError, InvalidRun
from .graph import Graph, Node, Where
from .run import Event, Run, Sweep, Value, check, freeze

FORMAT, VERSION = "gradviz run", 1

_NAN = struct.pack(">d", math.nan)
_T = TypeVar("_T")


def dump(run: Run) -> str:
    """Return a Run as text. Equal Runs give equal text."""
    graph = run.graph
    body = [
        f'"format": {_text(FORMAT)}',
        f'"version": {VERSION}',
        f'"outputs": {_text(list(graph.outputs))}',
        '"nodes": ' + _lines(_text(_node(n)) for n in graph.nodes),
        '"sweeps": '
        + _lines(
            f'{{"kind": {_text(s.kind)}, "label": {_text(s.label)}, "iteration": {s.iteration}, "events": '
            + _lines(_text(_event(e)) for e in s.events)
            + "}"
            for s in run.sweeps
        ),
        '"series": ' + _text({name: _value(run.series[name]) for name in sorted(run.series)}),
        '"sources": ' + _text({f: {str(n): ls[n] for n in sorted(ls)} for f, ls in sorted(run.sources.items())}),
    ]
    return "{\n" + ",\n".join(body) + "\n}\n"


def write(run: Run, out: BinaryIO) -> None:
    """Write a Run to a file as `dump` has it."""
    out.write(dump(run).encode("ascii"))


def load(source: str | bytes | os.PathLike[str]) -> Run:
    """Return the Run of a file that `film.save("run.json")` wrote: from its path, or from its text.

    source   a path, or a name that ends in .json; else the text itself

    Raises `InvalidRun`, with the place, for anything else than a Run, and for a file that cannot be read.
    """
    text = _text_of(source)
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except InvalidRun:
        raise
    except json.JSONDecodeError as error:
        raise InvalidRun(f"this is not a Run: it is no JSON at line {error.lineno}, column {error.colno}") from error
    except (RecursionError, TypeError, ValueError) as error:
        raise InvalidRun(f"this is not a Run: it cannot be read as JSON ({type(error).__name__})") from error
    top = _Reader(data, "the file")
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InvalidRun(f'this is not a Run: a file of one begins with "format": "{FORMAT}"')
    if data.get("version") != VERSION:
        raise InvalidRun(
            f"this Run was written in version {data.get('version')!r} of the format, and version {VERSION} is what can "
            "be read here; load it with the gradviz that wrote it"
        )
    try:
        nodes = tuple(_read_node(i, r) for i, r in enumerate(top.items("nodes")))
        graph = Graph(nodes, top.ints("outputs"))
        sweeps = tuple(
            Sweep(
                s.string("kind"), tuple(map(_read_event, s.items("events"))), s.string("label"), s["iteration"].as_int()
            )
            for s in top.items("sweeps")
        )
        series = {name: _read_value(r) for name, r in top.table("series")}
        sources = {
            file: {_whole(n, lines): line.as_string() for n, line in lines.entries()}
            for file, lines in top.table("sources")
        }
        return check(Run(graph, sweeps, series, sources))
    except InvalidRun:
        raise
    except (GradvizError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise InvalidRun(f"this is not a Run: {error}") from error


def _text_of(source: Any) -> str | bytes:
    if not isinstance(source, str | bytes | os.PathLike):
        raise InvalidRun(f"a {type(source).__name__} is not a Run; give the path of a .json file, or its text")
    if not isinstance(source, os.PathLike) and (isinstance(source, bytes) or not source.endswith(".json")):
        return source
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise InvalidRun(f"{os.fspath(source)!r} cannot be read: {error.strerror or error}") from error


def _text(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def _lines(rows: Iterable[str]) -> str:
    rows = list(rows)
    return "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"


# -- to JSON


def _node(n: Node) -> dict[str, object]:
    w = n.where
    return {
        "op": n.op, "args": n.args, "name": n.name, "label": n.label, "group": n.group, "shape": n.shape,
        "where": None if w is None else [w.file, w.line, w.col, w.end_line, w.end_col],
        "symbol": n.symbol, "rule": n.rule, "local": n.local, **({"short": n.short} if n.short else {}),
    }  # fmt: skip


def _event(e: Event) -> dict[str, object]:
    found: dict[str, object] = {"node": e.node, "value": _value(e.value)}
    if e.arg is not None:
        found["arg"] = e.arg
    if e.local is not None:
        found["local"] = _value(e.local)
    return found


def _value(value: Value) -> object:
    if type(value) is float:
        return _float(value)
    if isinstance(value, tuple):
        return {"tuple": [_value(v) for v in value]}
    array = np.asarray(value)
    dtype = array.dtype
    if dtype.kind not in "fiub":
        raise InvalidRun(f"a value of dtype {dtype} cannot be stored; a Run holds floats, integers and booleans")
    flat = array.ravel().tolist()
    if dtype.kind == "f" and dtype.itemsize > 8:  # more digits than a JSON number is read with
        flat = [np.format_float_scientific(v, unique=True) for v in array.ravel()]
    elif dtype.kind == "f":
        flat = [_float(v) for v in flat]
    return {"dtype": dtype.name if dtype.isnative else dtype.str, "shape": array.shape, "data": flat}


def _float(x: float) -> float | str:
    """Return what stands for a float; of the many NaNs there are, any but the usual one keeps its bits."""
    if math.isfinite(x):
        return x
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    bits = struct.pack(">d", x)
    return "NaN" if bits == _NAN else f"NaN {bits.hex()}"


# -- from JSON


class _Reader:
    """A piece of the data, with where it is, for messages."""

    def __init__(self, data: Any, where: str) -> None:
        self.data, self.where = data, where

    def fail(self, wanted: str) -> NoReturn:
        got = repr(self.data)
        got = got if len(got) <= 40 else got[:39] + "…"
        raise InvalidRun(f"this is not a Run: {self.where} is {got}, and should be {wanted}")

    def __getitem__(self, key: str) -> _Reader:
        if not isinstance(self.data, dict):
            self.fail("an object")
        if key not in self.data:
            raise InvalidRun(f"this is not a Run: {self.where} has no {key!r}")
        return _Reader(self.data[key], f"{key} of {self.where}")

    def get(self, key: str, read: Callable[[_Reader], _T]) -> _T | None:
        return read(self[key]) if isinstance(self.data, dict) and self.data.get(key) is not None else None

    def entries(self) -> list[tuple[str, _Reader]]:
        if not isinstance(self.data, dict):
            self.fail("an object")
        return [(k, _Reader(v, f"{k!r} of {self.where}")) for k, v in self.data.items()]

    def table(self, key: str) -> list[tuple[str, _Reader]]:
        return self[key].entries()

    def each(self) -> list[_Reader]:
        if not isinstance(self.data, list):
            self.fail("a list")
        return [_Reader(v, f"item {i} of {self.where}") for i, v in enumerate(self.data)]

    def items(self, key: str) -> list[_Reader]:
        return self[key].each()

    def as_string(self) -> str:
        if not isinstance(self.data, str):
            self.fail("a string")
        return self.data

    def as_int(self) -> int:
        if type(self.data) is not int:
            self.fail("a whole number")
        return self.data

    def string(self, key: str) -> str:
        return self[key].as_string()

    def ints(self, key: str) -> tuple[int, ...]:
        return tuple(r.as_int() for r in self.items(key))

    def strings(self, key: str) -> tuple[str, ...]:
        return tuple(r.as_string() for r in self.items(key))


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRun(f'this is not a Run: a bare {name}, which is no JSON; write it as the string "{name}"')


def _whole(text: str, r: _Reader) -> int:
    if not text.isdecimal():
        r.fail("lines by their numbers")
    return int(text)


def _read_node(i: int, r: _Reader) -> Node:
    where = r.get("where", _read_where)
    return Node(
        i, r.string("op"), r.ints("args"), r.string("name"), r.string("label"), r.strings("group"), r.ints("shape"),
        where, r.string("symbol"), r.string("rule"), r.strings("local"), r.get("short", _Reader.as_string) or "",
    )  # fmt: skip


def _read_where(r: _Reader) -> Where:
    parts = r.each()
    if len(parts) != 5:
        r.fail("[file, line, column, last line, last column]")
    return Where(parts[0].as_string(), *(p.as_int() for p in parts[1:]))


def _read_event(r: _Reader) -> Event:
    return Event(r["node"].as_int(), _read_value(r["value"]), r.get("arg", _Reader.as_int), r.get("local", _read_value))


def _read_value(r: _Reader) -> Value:
    data = r.data
    if isinstance(data, Mapping) and "tuple" in data:
        return tuple(map(_read_value, r.items("tuple")))
    if not isinstance(data, Mapping):
        return _read_float(r)
    try:
        dtype = np.dtype(r.string("dtype"))
    except TypeError:
        r["dtype"].fail("the name of a dtype, such as float64")
    if dtype.kind not in "fiub":
        r["dtype"].fail("a dtype of floats, integers or booleans")
    shape, items = r.ints("shape"), r.items("data")
    if any(n < 0 for n in shape) or math.prod(shape) != len(items):
        r["shape"].fail(f"a shape that holds {len(items)} numbers")
    if dtype.kind == "b":
        flat: list[Any] = [x.data if isinstance(x.data, bool) else x.fail("true or false") for x in items]
    elif dtype.kind in "iu":
        flat = [x.as_int() for x in items]
    elif dtype.itemsize > 8:
        flat = [x.as_string() for x in items]
    else:
        flat = [_read_float(x) for x in items]
    with np.errstate(all="ignore"):  # a number that the dtype cannot hold is an infinity in it
        return freeze(np.array(flat, dtype).reshape(shape))


def _read_float(r: _Reader) -> float:
    data = r.data
    if isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if data in ("NaN", "Infinity", "-Infinity"):
        return float(data)
    if isinstance(data, str) and data.startswith("NaN ") and len(data) == 20:
        found: float = struct.unpack(">d", bytes.fromhex(data[4:]))[0]
        return found
    r.fail('a number, "NaN", "Infinity" or "-Infinity"')
