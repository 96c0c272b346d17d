"""Frames that follow each other as SVG lines: each mark once, with the stretches of time in which it is seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TypeAlias

from ..picture.scene import Box, Image, Mark, Path, Rect, Scene, Text, mark_box
from .order import Order, Place, overlap
from .strip import FEW, Window, picture
from .svg import escape, number, shape

#: The frames in which something is seen: from, to, from, to, ...
Stretch: TypeAlias = tuple[int, ...]

#: When a mark is seen, what is to be seen (cells with all their looks are written already), and where.
Look: TypeAlias = tuple[Stretch, Mark | str, Box]

_SEVERAL = 4  # rectangles that are written as one path
_ADJUST = ' lengthAdjust="spacingAndGlyphs"'  # a third of a text's bytes
_LENGTH = re.compile(' textLength="[^"]*"')
_LONG = re.compile(r"\d+\.\d{3}")
_CURVE = re.compile(' d="[^"]*"')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_MARK = 45  # letters of a mark
_BACK = 12  # runs that a mark may be moved over to stand with those that are seen when it is


@dataclass(slots=True)
class Run:
    """Marks that are drawn one after the other and seen at the same times."""

    stretch: Stretch
    frames: int  # a bit for each
    marks: list[Mark | str]
    boxes: list[Box]

    def meets(self, frames: int, box: Box) -> bool:
        return bool(self.frames & frames) and any(overlap(box, other) for other in self.boxes)


class Reel:
    """Scenes that follow each other, each mark kept once with the frames that it is seen in."""

    def __init__(self) -> None:
        self.count = 0
        self._elements: Order[str] = Order()

    def add(self, scene: Scene) -> None:
        shown = scene.elements
        places = self._elements.places([e.id for e in shown], [e.box for e in shown])
        for place, element in zip(places, shown, strict=True):
            place.see(self.count)
            if place.element is not element:
                marks = _single(_joined(element.marks))
                keys: list[Mark | Window] = [Window.of(m) if isinstance(m, Image) else m for m in marks]
                inside = place.marks.places(keys, [mark_box(m) for m in marks])
                place.element, place.now = element, list(zip(inside, marks, strict=True))
            for inner, mark in place.now:
                inner.see(self.count, mark.rgb if isinstance(mark, Image) else b"")
        self.count += 1

    def lines(self, sheet: Classes, prefix: str = "") -> Iterator[str]:
        """Write all elements as SVG, with the sheet's classes for looks and for when they are seen."""
        used: Counter[str] = Counter()
        looks = [list(chain.from_iterable(_looks(mark, sheet) for mark in place.marks)) for place in self._elements]
        wholes = [tuple(place.seen) for place in self._elements]
        stretches = {*wholes, *(stretch for marks in looks for stretch, _, _ in marks)}
        bits = {stretch: _bits(stretch) for stretch in stretches}
        parts = _parts(looks, wholes, bits)
        for place, whole, marks in zip(self._elements, wholes, looks, strict=True):
            if place.element is None:
                raise AssertionError(place)
            used[place.key] += 1
            name = place.key if used[place.key] == 1 else f"{place.key}.{used[place.key]}"
            title = f"<title>{escape(place.element.title)}</title>" if place.element.title else ""
            partly = whole != (0, self.count) and any(stretch == whole for stretch, _, _ in marks)
            classes = place.element.kind + (f" {sheet.stretch(whole)}" if partly else "")
            yield f'<g id="{escape(prefix + name)}" class="{escape(classes)}">{title}'
            yield from _marks(_runs(marks, whole, parts, bits), whole, sheet)
            yield "</g>"


def _joined(marks: tuple[Mark, ...]) -> Iterator[Mark]:
    """Yield marks with rectangles that look the same, and come one after the other, as one path: they move as one."""

    def look(mark: Mark) -> Rect | None:
        if not isinstance(mark, Rect) or mark.r or (mark.fill and mark.stroke):
            return None
        return mark._replace(x=0, y=0, w=0, h=0)

    for same, run in groupby(marks, key=look):
        several = list(run)
        if same is None or len(several) < _SEVERAL:
            yield from several
        else:
            rects = [(m.x, m.y, m.x + m.w, m.y + m.h) for m in several if isinstance(m, Rect)]
            xy = tuple(v for a, b, c, d in rects for v in (a, b, c, b, c, d, a, d))
            yield Path("MLLLZ" * len(rects), xy, same.fill, same.stroke, same.line, same.dash)


def _single(marks: Iterable[Mark]) -> list[Mark]:
    """Return marks with lines that are drawn in one go apart: of fifty ticks one changes at a time."""
    single: list[Mark] = []
    for mark in marks:
        if not isinstance(mark, Path) or mark.fill or "Z" in mark.ops or mark.ops.count("M") < 2:
            single.append(mark)
            continue
        at = 0
        for ops in re.findall("M[^M]*", mark.ops):
            n = sum({"M": 2, "L": 2, "C": 6, "Z": 0}[op] for op in ops)
            single.append(mark._replace(ops=ops, xy=mark.xy[at : at + n]))
            at += n
    return single


def _parts(looks: list[list[Look]], wholes: list[Stretch], bits: Mapping[Stretch, int]) -> dict[Stretch, list[Stretch]]:
    """Find stretches of few marks that others make up: to write a mark twice is shorter than to tell one more."""
    uses: Counter[Stretch] = Counter()
    fixed: set[Stretch] = set()
    for marks, whole in zip(looks, wholes, strict=True):
        uses.update(stretch for stretch, _, _ in marks if stretch != whole)
        if any(stretch == whole for stretch, _, _ in marks):
            fixed.add(whole)
    starts: dict[int, list[Stretch]] = {}
    for stretch in sorted({*uses, *fixed}, key=lambda s: (-bits[s].bit_count(), s)):
        starts.setdefault(stretch[0], []).append(stretch)
    parts: dict[Stretch, list[Stretch]] = {}
    for stretch, n in sorted(uses.items(), key=lambda one: (one[1], one[0])):
        most = 1 + (80 + 7 * len(stretch)) // (_MARK * n)  # letters of a class and its key frames
        if most < 2 or stretch in fixed:
            continue
        rest = bits[stretch]
        found: list[Stretch] = []
        while rest and len(found) < most:
            first = (rest & -rest).bit_length() - 1
            for part in starts.get(first, ()):
                if not bits[part] & ~rest and part != stretch and part not in parts:
                    found.append(part)
                    rest &= ~bits[part]
                    break
            else:
                break
        if not rest:
            parts[stretch] = found
            fixed.update(found)
    return parts


def _bits(stretch: Stretch) -> int:
    return sum((1 << end) - (1 << begin) for begin, end in zip(stretch[::2], stretch[1::2], strict=True))


def _runs(
    marks: Iterable[Look], whole: Stretch, parts: Mapping[Stretch, list[Stretch]], bits: Mapping[Stretch, int]
) -> list[Run]:
    """Return marks in an order in which what is seen together, and lies on nothing else, stands together."""
    runs: list[Run] = []
    for stretch, mark, box in marks:
        for part in [stretch] if stretch == whole else parts.get(stretch, [stretch]):
            for run in reversed(runs[-_BACK:]):
                if run.stretch == part:
                    run.marks.append(mark)
                    run.boxes.append(box)
                    break
                if run.meets(bits[part], box):
                    runs.append(Run(part, bits[part], [mark], [box]))
                    break
            else:
                runs.append(Run(part, bits[part], [mark], [box]))
    return runs


def _marks(runs: Iterable[Run], whole: Stretch, sheet: Classes) -> Iterator[str]:
    """Write runs, each as a group if it is not always seen."""
    for run in runs:
        group = run.stretch != whole
        if group:
            yield f'<g class="{sheet.stretch(run.stretch)}">'
        for what in _drawn(run.marks):
            yield what if isinstance(what, str) else _mark(what, sheet)
        if group:
            yield "</g>"


def _drawn(run: list[Mark | str]) -> Iterator[Mark | str]:
    """Yield marks with lines that follow each other and look the same drawn in one go."""

    def pen(what: Mark | str) -> Path | None:
        if isinstance(what, Path) and not what.fill and set(what.ops) == {"M", "L"}:
            return what._replace(ops="", xy=())
        return None

    for same, several in groupby(run, key=pen):
        if same is None:
            yield from several
        else:
            paths = [what for what in several if isinstance(what, Path)]
            xy = tuple(chain.from_iterable(path.xy for path in paths))
            yield same._replace(ops="".join(path.ops for path in paths), xy=xy)


def _looks(place: Place[Mark | Window], sheet: Classes) -> Iterator[Look]:
    """Yield when a mark is seen, what is to be seen, and where: cells as a strip, or each look alone."""
    key = place.key
    if not isinstance(key, Window):
        yield tuple(place.seen), key, place.box
        return
    looks = list(place.looks)
    if sheet.moves and key.worth(len(looks)):
        rest = max(range(len(looks)), key=lambda i: place.looks[looks[i]][-1])
        when = {(i - rest) * key.rows: tuple(place.looks[rgb][::2]) for i, rgb in enumerate(looks)}
        sheet.cells = True
        window = key.strip(looks, rest, sheet.motion(when))
        yield tuple(place.seen), window, place.box
        return
    for rgb in looks:
        yield tuple(place.looks[rgb]), key.image(rgb), place.box


def _mark(mark: Mark, sheet: Classes) -> str:
    """Write a mark with short numbers; a short text, or one of equal widths, needs no told length."""

    def look(attributes: str) -> str:
        return f' class="{sheet.look(attributes)}"' if attributes else ""

    if isinstance(mark, Image) and mark.rows * mark.cols > FEW:
        sheet.cells = True
        return _LONG.sub(_shorter, picture(mark, look("")))
    head, more, words = shape(mark, look).partition(">")
    if isinstance(mark, Path):
        head = _CURVE.sub(lambda _: f' d="{steps(mark.ops, mark.xy)}"', head)
    if isinstance(mark, Text) and (mark.mono or len(mark.text) <= 3):
        head = _LENGTH.sub("", head)
    return _LONG.sub(_shorter, head).replace(_ADJUST, "") + more + words


def _shorter(digits: re.Match[str]) -> str:
    return number(round(float(digits[0]), 2))


def steps(ops: str, xy: tuple[float, ...]) -> str:
    """Return path data as steps of hundredths from point to point, which do not add up errors (SVG 2, section 9.3).

    >>> steps("MLLZ", (10, 20, 12.5, 20, 12.75, 19.5))
    'M10 20h2.5l.25-.5z'
    """
    places = [round(100 * v) for v in xy]
    text, i, last = "", 0, ""
    x = y = 0
    start = (0, 0)
    for op in ops:
        n = {"M": 2, "L": 2, "C": 6, "Z": 0}[op]
        ends = places[i : i + n]
        i += n
        moved = [v - (y if j % 2 else x) for j, v in enumerate(ends)]
        match op:
            case "Z":
                letter = "z"
            case "M":
                letter = "m" if text else "M"
            case "L" if moved[1] == 0:
                letter, moved = "h", moved[:1]
            case "L" if moved[0] == 0:
                letter, moved = "v", moved[1:]
            case _:
                letter = op.lower()
        x, y = ends[-2:] if n else start
        if op == "M":
            start = (x, y)
        words = [number(v / 100).replace("0.", ".", 1) if abs(v) < 100 else number(v / 100) for v in moved]
        line = "".join(w if w.startswith("-") else f" {w}" for w in words)
        text += line if letter == last else letter + line.removeprefix(" ")
        last = letter
    return text


class Classes:
    """Names for looks and for the frames in which something is seen."""

    moves = False  # whether what is behind a window can be moved
    cells = False  # whether there are pictures of cells

    def __init__(self) -> None:
        self.looks: dict[str, str] = {}
        self.motions: dict[tuple[tuple[int, tuple[int, ...]], ...], str] = {}
        self.stretches: dict[tuple[int, ...], str] = {}

    def look(self, attributes: str) -> str:
        return self.looks.setdefault(attributes, f"s{len(self.looks)}")

    def stretch(self, frames: tuple[int, ...]) -> str:
        return self.stretches.setdefault(frames, f"t{len(self.stretches)}")

    def motion(self, when: Mapping[int, tuple[int, ...]]) -> str:
        """Name a motion: px up from where it is at rest, and the frames from which it is there."""
        return self.motions.setdefault(tuple(when.items()), f"m{len(self.motions)}")

    def rules(self) -> list[str]:
        """Return the looks as rules of a style sheet."""
        rules = ["image{image-rendering:pixelated}"] if self.cells else []
        for attributes, name in self.looks.items():
            pairs = [(k, f"{v}px" if k == "font-size" else v) for k, v in _ATTRIBUTE.findall(attributes)]
            rules.append(f".{name}{{{';'.join(f'{k}:{v}' for k, v in pairs)}}}")
        return rules
