"""SVG lines in which what comes again is written once and used by reference, wherever on the picture it stands.

Shapes that follow each other, as those of a fraction or of a heatmap with its frame do, become definitions, by pairs
and pairs of pairs (N. J. Larsson, A. Moffat, Off-line dictionary-based compression, 2000); so does the outline of a
shape that has several looks in turn.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, pairwise
from typing import TypeAlias

from .svg import number

#: What stands somewhere, and where, in hundredths of a px.
Item: TypeAlias = tuple[int, int, int]

_PLACED = re.compile(
    r'(<(?:text|rect|image) x="|<circle cx="|<path d="M)(-?[\d.]+)(" c?y="| )(-?[\d.]+)([^\d.].*)', re.DOTALL
)
_OUTLINE = re.compile('<((?:rect|path|circle) [^>]*?) class="([^"]*)"/>')
_ALONE = re.compile('<g class="([^"]*)">\n(<(?:text|rect|image|circle|path|use) .*)\n</g>')
_CLASS = re.compile(' class="([^"]*)"')
_USE, _AROUND = 30, 24  # letters of a reference, and of a definition around what is defined


def shared(lines: Iterable[str], prefix: str = "") -> list[str]:
    """Write what comes several times once, before all else, where that is shorter.

    prefix  goes before every id
    """
    book = Book()
    parts: list[str | list[Item]] = []
    for line in (line for several in lines for line in several.split("\n")):
        placed = _PLACED.fullmatch(line)
        if placed is None:
            parts.append(line)
        elif parts and isinstance(parts[-1], list):
            parts[-1].append(book.item(placed))
        else:
            parts.append([book.item(placed)])
    defined, body = book.written(parts, prefix)
    defined, body = _outlined(defined, body, prefix)
    text = _ALONE.sub(_alone, "\n".join(body))
    return ["<defs>", *defined, "</defs>", text] if defined else [text]


def _alone(group: re.Match[str]) -> str:
    """Write what is alone in a group with the group's class in place of the group."""
    names, line = group.groups()
    head, end, words = line.partition("/>" if line.endswith("/>") else ">")
    if ' class="' in head:
        return _CLASS.sub(lambda m: f' class="{m[1]} {names}"', head, count=1) + end + words
    return f'{head} class="{names}"{end}{words}'


def _outlined(defined: list[str], body: list[str], prefix: str) -> tuple[list[str], list[str]]:
    """Write the outlines that several looks have once; words stay in place."""
    count = Counter(m[1] for line in (*defined, *body) if (m := _OUTLINE.fullmatch(line)))
    used = {
        shape: f"{prefix}v{i}"
        for i, (shape, n) in enumerate(count.items())
        if (n - 1) * len(shape) > 15 * n + 14  # a use and a definition take so much
    }

    def line(text: str) -> str:
        m = _OUTLINE.fullmatch(text)
        return f'<use href="#{used[m[1]]}" class="{m[2]}"/>' if m and m[1] in used else text

    outlines = [f'<{shape} id="{name}"/>' for shape, name in used.items()]
    return [*outlines, *map(line, defined)], list(map(line, body))


class Book:
    """Shapes by number, each apart from its place, and pairs of them, and of pairs, by higher numbers."""

    def __init__(self) -> None:
        self._shapes: list[tuple[str, str, str, str]] = []  # before x, between x and y, after y, the part of a px of y
        self._numbers: dict[tuple[str, str, str, str], int] = {}
        self._pairs: list[tuple[int, int, int, int]] = []  # first, second, hundredths from the first to the second

    def item(self, placed: re.Match[str]) -> Item:
        before, x, between, y, after = placed.groups()
        key = (before, between, after, y.partition(".")[2] if before[1] in "ti" else "")  # where it is rounded the same
        shape = self._numbers.setdefault(key, len(self._shapes))
        if shape == len(self._shapes):
            self._shapes.append(key)
        return shape, round(100 * float(x)), round(100 * float(y))

    def written(self, parts: list[str | list[Item]], prefix: str) -> tuple[list[str], list[str]]:
        """Return definitions, and the parts as lines that use them."""
        rows = [part if isinstance(part, list) else [] for part in parts]
        while self._pair(rows):
            pass
        kept = self._kept(rows)
        opened = [list(self._opened(row, kept)) for row in rows]
        places: dict[int, Counter[tuple[int, int]]] = {what: Counter() for what in kept}
        for row in opened:
            for what, x, y in row:
                if what in kept:
                    places[what][x, y] += 1
        home: dict[int, tuple[int, int]] = {}
        inside: dict[int, list[Item]] = {}
        for what in sorted(kept, reverse=True):  # what holds others before those
            ((x, y), _), *_ = places[what].most_common(1)
            home[what] = (x, y)
            inside[what] = list(self._opened(self._halves(what, x, y), kept)) if self._is_pair(what) else []
            for other, *at in inside[what]:
                if other in kept:
                    places[other][at[0], at[1]] += 1
        names = {what: f"{prefix}u{i}" for i, what in enumerate(sorted(kept))}

        def line(item: Item) -> str:
            what, x, y = item
            if what not in kept:
                before, between, after, _ = self._shapes[what]
                return f"{before}{_px(x)}{between}{_px(y)}{after}"
            dx, dy = x - home[what][0], y - home[what][1]
            moved = (f' x="{_px(dx)}"' if dx else "") + (f' y="{_px(dy)}"' if dy else "")
            return f'<use href="#{names[what]}"{moved}/>'

        defined: list[str] = []
        for what, name in names.items():
            defined.append(f'<g id="{name}">')
            if self._is_pair(what):
                defined += map(line, inside[what])
            else:
                before, between, after, _ = self._shapes[what]
                defined.append(f"{before}{_px(home[what][0])}{between}{_px(home[what][1])}{after}")
            defined.append("</g>")
        body: list[str] = []
        for part, row in zip(parts, opened, strict=True):
            body += [part] if isinstance(part, str) else map(line, row)
        return defined, body

    def _is_pair(self, what: int) -> bool:
        return what >= len(self._shapes)

    def _halves(self, pair: int, x: int, y: int) -> list[Item]:
        a, b, dx, dy = self._pairs[pair - len(self._shapes)]
        return [(a, x, y), (b, x + dx, y + dy)]

    def _opened(self, row: Iterable[Item], kept: Collection[int]) -> Iterator[Item]:
        """Yield the items of a row with all pairs opened that are not kept."""
        ahead = list(row)[::-1]
        while ahead:
            what, x, y = ahead.pop()
            if self._is_pair(what) and what not in kept:
                ahead += self._halves(what, x, y)[::-1]
            else:
                yield what, x, y

    def _pair(self, rows: list[list[Item]]) -> bool:
        """Make one of two neighbours that stand so to each other in several places; tell whether there were any."""
        neighbours = [
            [(a[0], b[0], b[1] - a[1], b[2] - a[2]) for a, b in pairwise(row)] if len(row) > 1 else [] for row in rows
        ]
        count = Counter(chain.from_iterable(neighbours))
        numbers: dict[tuple[int, int, int, int], int] = {}
        for at, (row, keys) in enumerate(zip(rows, neighbours, strict=True)):
            if not keys:
                continue
            often = [count[key] for key in keys]
            new: list[Item] = []
            i = 0
            while i < len(row):
                if i < len(keys) and often[i] > 1 and (i + 1 == len(keys) or often[i] >= often[i + 1]):
                    key = keys[i]
                    if key not in numbers:
                        numbers[key] = len(self._shapes) + len(self._pairs)
                        self._pairs.append(key)
                    new.append((numbers[key], row[i][1], row[i][2]))
                    i += 2
                else:
                    new.append(row[i])
                    i += 1
            rows[at] = new
        return bool(numbers)

    def _kept(self, rows: list[list[Item]]) -> set[int]:
        """Choose what is defined: what would be longer written each time."""
        first = len(self._shapes)
        kept: set[int] = set()
        for _ in range(3):  # what something takes depends on what is defined of it
            long = [len(before) + len(between) + len(after) + 12 for before, between, after, _ in self._shapes]
            for a, b, _, _ in self._pairs:
                long.append(sum(_USE if half in kept else long[half] for half in (a, b)))
            uses = Counter(what for row in rows for what, _, _ in row)
            kept = set()
            for what in reversed(range(len(long))):
                n = uses[what]
                if (n - 1) * long[what] > n * _USE + _AROUND:
                    kept.add(what)
                    n = 1
                if what >= first:
                    a, b, _, _ = self._pairs[what - first]
                    uses[a] += n
                    uses[b] += n
        return kept


def _px(hundredths: int) -> str:
    return number(hundredths / 100)
