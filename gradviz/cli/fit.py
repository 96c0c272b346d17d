"""`gradviz fit`: a polynomial fitted to a user's own table by gradient descent, read line by line."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ..errors import BadExpression, UnknownName
from ..picture.numbers import number, trim
from ..picture.words import visible
from .fitting import CLOSE, coefficients, fit, in_own_units
from .options import Asked, typed
from .report import say
from .write import write_all

_SEPARATORS = (",", ";", "\t", "|")
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "?", "."))
_DECIMAL_COMMA = re.compile(r"[+−-]?\d*,\d+([eE][+-]?\d+)?")
_MOST_POINTS = 100_000
_TOLD = 5  # lines that are named one by one


@dataclass(frozen=True)
class Table:
    """Two columns of a file: their names, their numbers, and what a reader should know of how they were read."""

    names: tuple[str, str]
    x: tuple[float, ...]
    y: tuple[float, ...]
    said: tuple[str, ...]


def read(path: Path, x: str | None = None, y: str | None = None) -> Table:
    """Read two columns of a table of text.

    The separator is a comma, semicolon, tab, bar or blanks, whichever cuts all lines alike; with semicolons or tabs
    numbers may have a decimal comma. A first line that is not of numbers holds the names. Empty lines and lines that
    start with # are passed over; a row with a missing cell is left out, and said.

    x, y   the columns, by name or by number from 1; the first two by default

    Raises `UnknownName` for a file or column that there is none of, and `BadExpression` with the line of a cell that is
    not a number.
    """
    lines = _lines(path)
    separator = _separator([line for _, line in lines[:50]])
    rows = [(n, _cells(line, separator)) for n, line in lines]
    comma = separator in (";", "\t") and any(_DECIMAL_COMMA.fullmatch(c.strip()) for _, row in rows for c in row)
    first = rows[0][1]
    named = not any(_is_number(c, comma) for c in first)
    names = [c.strip() or f"column {i}" for i, c in enumerate(first, 1)] if named else []
    body = rows[1:] if named else rows
    if not body:
        raise BadExpression(f"{path} has a line of names and no rows under it; give rows of two numbers")
    width = len(first)
    names = names or [("x", "y")[i] if i < 2 and width >= 2 else f"column {i + 1}" for i in range(width)]
    if width < 2:
        raise BadExpression(
            f"{path}:{rows[0][0]} has one column; a curve needs two, separated by a comma, semicolon, tab or blanks"
        )
    columns = _column(x, names, 0, path, "--x"), _column(y, names, 1, path, "--y")
    said = [f"{width} columns; {names[columns[1]]} over {names[columns[0]]}"] if width > 2 and x is y is None else []
    found: list[tuple[float, ...]] = []
    missing: list[int] = []
    for n, row in body:
        if len(row) != width:
            raise BadExpression(
                f"{path}:{n} has {len(row)} columns, and line {rows[0][0]} has {width}; every row needs as many"
            )
        cells = [row[i].strip() for i in columns]
        if any(c.lower() in _MISSING for c in cells):
            missing.append(n)
            continue
        try:
            found.append(tuple(_number(c, comma, path, n, names[i]) for c, i in zip(cells, columns, strict=True)))
        except BadExpression as error:
            others = [i for i, cell in enumerate(row, 1) if _is_number(cell, comma)]
            if found or len(others) < 2:
                raise
            raise BadExpression(f"{error}; or choose other columns, as in --x {others[0]} --y {others[1]}") from None
    if missing:
        which = ", ".join(map(str, missing[:_TOLD])) + (" …" if len(missing) > _TOLD else "")
        rows_left = f"{len(missing)} {'row' if len(missing) == 1 else 'rows'}"
        said.append(f"{rows_left} left out for a missing cell: {'line' if len(missing) == 1 else 'lines'} {which}")
    if not found:
        raise BadExpression(f"{path} has no row with both numbers; give rows of two numbers")
    a, b = zip(*found, strict=True)
    return Table((visible(names[columns[0]]), visible(names[columns[1]])), a, b, tuple(said))


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UnknownName(f"there is no file {path}") from None
    except OSError as error:
        raise UnknownName(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadExpression(f"{path} is not text in UTF-8 (byte {error.start}); save it as CSV in UTF-8") from None
    lines = [
        (n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise BadExpression(f"{path} is empty; give rows of two numbers, as in 1, 40.6")
    if len(lines) > _MOST_POINTS:
        raise BadExpression(f"{path} has {len(lines):,} rows; at most {_MOST_POINTS:,} can be fitted here")
    return lines


def _cells(line: str, separator: str) -> list[str]:
    return line.split() if separator == " " else next(csv.reader([line], delimiter=separator, skipinitialspace=True))


def _separator(lines: Sequence[str]) -> str:
    """Return what cuts all lines into equally many cells, two at least; blanks last."""
    for separator in (*_SEPARATORS, " "):
        counts = {len(_cells(line, separator)) for line in lines}
        if len(counts) == 1 and counts.pop() > 1:
            return separator
    # No separator fits every line: take the one most lines have, so that the line that breaks the rule can be named.
    return max((*_SEPARATORS, " "), key=lambda s: sum(len(_cells(line, s)) > 1 for line in lines))


def _is_number(cell: str, comma: bool) -> bool:
    try:
        _float(cell.strip(), comma)
    except ValueError:
        return False
    return cell.strip().lower() not in _MISSING


def _float(cell: str, comma: bool) -> float:
    """Read a number, with a true minus sign and a decimal comma where there may be one. Raises `ValueError`."""
    text = cell.replace(",", ".") if comma and _DECIMAL_COMMA.fullmatch(cell) else cell
    return float(text.replace("−", "-"))


def _number(cell: str, comma: bool, path: Path, line: int, name: str) -> float:
    try:
        value = _float(cell, comma)
    except ValueError:
        hint = (
            "; a decimal comma needs semicolons or tabs between the columns" if _DECIMAL_COMMA.fullmatch(cell) else ""
        )
        raise BadExpression(
            f"{path}:{line}: {cell!r} in the column {name} is not a number{hint}; mend it, or leave the cell empty to "
            "leave the row out"
        ) from None
    if value in (float("inf"), float("-inf")):
        raise BadExpression(f"{path}:{line}: {cell!r} in the column {name} is infinite; no curve goes there")
    return value


def _column(wanted: str | None, names: Sequence[str], default: int, path: Path, option: str) -> int:
    if wanted is None:
        return default
    if wanted in names:
        return names.index(wanted)
    if wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise UnknownName(
        f"{option} {wanted!r} is not a column of {path}; choose from {', '.join(names)}, or a number to {len(names)}"
    )


def run(path: Path, degree: int, wanted: Asked, x: str | None, y: str | None, steps: int | None, story: bool) -> None:
    """Read the table, fit it, write the films, and print the curve's numbers."""
    table = read(path, x, y)
    for note in table.said:
        say(f"{path}: {note}")
    with typed():
        made = fit(table.x, table.y, degree, names=table.names, steps=steps, story=story, **wanted.look)
    for note in made.said:
        say(note)
    for name, value in coefficients(made).items():
        click.echo(f"{name} = {value:.6g}")
    own = in_own_units(made, table.names)
    click.echo(own) if own else say("in the table's own numbers its powers cancel to more digits than a number has")
    scale = max(map(abs, table.y), default=1) ** 2
    best = made.best if made.best > 1e-24 * scale else 0.0  # what rounding leaves where the curve meets every point
    how = "; more --steps, or a smaller --degree, come closer"
    if made.loss <= (1 + CLOSE) * best:
        how = ""
    elif made.loss - best < 1e-6 * scale:
        how = "; what is left would not be seen"
    say(
        f"loss {number(made.loss)} after {made.steps} steps; the least there is (numpy.polyfit) is "
        f"{trim(number(best))}{how}"
    )
    with typed():
        write_all(made.film, wanted.paths, wanted.saved, wanted.most)
