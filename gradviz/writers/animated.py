"""Films as one SVG file that plays by itself, in an <img> too: no script, nothing loaded, CSS alone.

Each mark is written once, with the stretches of time in which it is seen; a shape that has several looks in turn is
written once for all of them. What is seen in the last frame is what a reader sees who asked for less motion, and a
program that knows no animation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import BinaryIO, Generic, TypeVar

from ..picture.scene import Box, Element, Frame, Image, Mark, Path, Rect, Scene, Text, mark_box
from .strip import WORTH, Window
from .svg import escape, number, opening, shape

K = TypeVar("K", bound=Hashable)
_SEVERAL = 4  # rectangles that are written as one path
_ADJUST = ' lengthAdjust="spacingAndGlyphs"'  # a third of a text's bytes
_LENGTH = re.compile(' textLength="[^"]*"')
_LONG = re.compile(r"\d+\.\d{3}")
_CURVE = re.compile(' d="[^"]*"')
_SHAPE = re.compile('<((?:rect|path|circle) [^>]*?) class="([^"]*)"/>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')


def write(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write all frames as one SVG; what is kept in memory is what the file holds.

    size  px of the output
    loop  how often the film plays, 0 for ever; then the last frame stays
    """
    reel, begins, end = Reel(), [], 0.0
    notes: list[str] = []
    last = None
    for last in frames:
        reel.add(last.scene)
        notes.append(last.note)
        begins.append(end)
        end += last.seconds
    if last is None:
        return
    end = end or 1.0  # frames of no time at all
    sheet = Sheet([t / end for t in begins], end, loop)
    body = shared(reel.lines(sheet))
    head = opening(replace(last.scene, desc=_story(notes)), size=size)
    out.write("\n".join([head, f"<style>{sheet.text()}</style>", *body, "</svg>\n"]).encode())


def _story(notes: list[str]) -> str:
    """Return what a reader is told who does not see the film: each step's sentence with its number, if there are more.

    >>> _story(["x gets 2.", "x² = 4."])
    '1. x gets 2. 2. x² = 4.'
    """
    told = [note for note, _ in groupby(filter(None, notes))]
    return " ".join(f"{k}. {note}" for k, note in enumerate(told, 1)) if len(told) > 1 else "".join(told)


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
        for place in self._elements:
            if place.element is None:
                raise AssertionError(place)
            used[place.key] += 1
            name = place.key if used[place.key] == 1 else f"{place.key}.{used[place.key]}"
            stretch = tuple(place.seen)
            title = f"<title>{escape(place.element.title)}</title>" if place.element.title else ""
            classes = place.element.kind + ("" if stretch == (0, self.count) else f" {sheet.stretch(stretch)}")
            yield f'<g id="{escape(prefix + name)}" class="{escape(classes)}">{title}'
            yield from _marks(place.marks, stretch, sheet)
            yield "</g>"


def shared(lines: Iterable[str], prefix: str = "") -> list[str]:
    """Write the shapes that several looks have once, before all else, where that is shorter; words stay in place.

    prefix  goes before every id
    """
    split = [line for several in lines for line in several.split("\n")]
    found = [_SHAPE.fullmatch(line) for line in split]
    count = Counter(m[1] for m in found if m)
    used = {
        shape: f"{prefix}u{i}"
        for i, (shape, n) in enumerate(count.items())
        if (n - 1) * len(shape) > 15 * n + 14  # a use and a definition take so much
    }
    defined = [f'<{shape} id="{name}"/>' for shape, name in used.items()]
    body = [
        f'<use href="#{used[m[1]]}" class="{m[2]}"/>' if m and m[1] in used else line
        for m, line in zip(found, split, strict=True)
    ]
    return ["<defs>", *defined, "</defs>", *body] if defined else body


def _joined(marks: tuple[Mark, ...]) -> Iterator[Mark]:
    """Yield marks with rectangles that look the same, and come one after the other, as one path: they move as one."""

    def look(mark: Mark) -> Rect | None:
        if not isinstance(mark, Rect) or mark.r or (mark.fill and mark.stroke):
            return None
        return replace(mark, x=0, y=0, w=0, h=0)

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
            single.append(replace(mark, ops=ops, xy=mark.xy[at : at + n]))
            at += n
    return single


def _marks(marks: Order[Mark | Window], whole: tuple[int, ...], sheet: Classes) -> Iterator[str]:
    """Write marks in order; neighbours that are seen at the same times share a group."""
    shown = [(stretch, line) for place in marks for stretch, line in _looks(place, sheet)]
    for stretch, run in groupby(shown, key=lambda one: one[0]):
        lines = [line for _, line in run]
        if stretch == whole:
            yield from (line("") for line in lines)
        elif len(lines) == 1:
            yield lines[0](f" {sheet.stretch(stretch)}")
        else:
            yield f'<g class="{sheet.stretch(stretch)}">'
            yield from (line("") for line in lines)
            yield "</g>"


def _looks(place: Place[Mark | Window], sheet: Classes) -> Iterator[tuple[tuple[int, ...], Callable[[str], str]]]:
    """Yield when a mark is seen, and how it is written with more classes: cells as a strip, or each look alone."""
    key = place.key
    if not isinstance(key, Window):
        yield tuple(place.seen), partial(_mark, key, sheet)
        return
    looks = list(place.looks)
    if sheet.moves and key.worth(len(looks)):
        rest = max(range(len(looks)), key=lambda i: place.looks[looks[i]][-1])
        when = {(i - rest) * key.rows: tuple(place.looks[rgb][::2]) for i, rgb in enumerate(looks)}
        window = key.strip(looks, rest, sheet.motion(when))
        yield tuple(place.seen), lambda classes: f'<g class="{classes.strip()}">{window}</g>' if classes else window
        return
    for rgb in looks:
        yield tuple(place.looks[rgb]), partial(_mark, key.image(rgb), sheet)


def _mark(mark: Mark, sheet: Classes, classes: str = "") -> str:
    """Write a mark with short numbers; a short text, or one of equal widths, needs no told length."""

    def look(attributes: str) -> str:
        names = f"{sheet.look(attributes) if attributes else ''}{classes}".strip()
        return f' class="{names}"' if names else ""

    head, more, words = shape(mark, look, WORTH - 1).partition(">")
    if isinstance(mark, Path):
        head = _CURVE.sub(lambda _: f' d="{steps(mark.ops, mark.xy)}"', head)
    if isinstance(mark, Text) and (mark.mono or len(mark.text) <= 3):
        head = _LENGTH.sub("", head)
    return _LONG.sub(lambda m: number(round(float(m[0]), 2)), head).replace(_ADJUST, "") + more + words


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
                letter, moved = "M", ends
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


@dataclass(eq=False)
class Place(Generic[K]):
    """Something's place in the order from back to front, and the frames it is seen in: from, to, from, to, ..."""

    key: K
    at: int
    box: Box
    seen: list[int] = field(default_factory=list)
    looks: dict[bytes, list[int]] = field(default_factory=dict)  # of cells, when each is seen
    element: Element | None = None  # as it was last, of a place of an element
    now: list[tuple[Place[Mark | Window], Mark]] = field(default_factory=list)  # the places of that element's marks
    _marks: Order[Mark | Window] | None = None

    @property
    def marks(self) -> Order[Mark | Window]:
        if self._marks is None:
            self._marks = Order()
        return self._marks

    def see(self, frame: int, look: bytes = b"") -> None:
        for seen in (self.seen, self.looks.setdefault(look, []) if look else []):
            if seen and seen[-1] == frame:
                seen[-1] += 1
            else:
                seen.extend((frame, frame + 1))


class Order(Generic[K]):
    """One order from back to front in which things that overlap are as every frame has them.

    What is new goes behind what it came after. A thing that another frame has before something that it overlaps, and
    this one after, gets a second place.
    """

    def __init__(self) -> None:
        self._places: list[Place[K]] = []
        self._by_key: dict[K, list[Place[K]]] = {}

    def __iter__(self) -> Iterator[Place[K]]:
        return iter(self._places)

    def places(self, keys: list[K], boxes: list[Box]) -> list[Place[K]]:
        """Find or make the places of one frame's keys, which come in order."""
        here = -1
        found: list[Place[K]] = []
        new: dict[int, list[Place[K]]] = {}
        taken: set[int] = set()
        for key, box in zip(keys, boxes, strict=True):
            known = [p for p in self._by_key.get(key, ()) if id(p) not in taken]
            place = next((p for p in known if p.at > here), None) or next(
                (p for p in known if not any(q.at >= p.at and _overlap(q.box, box) for q in found)), None
            )
            if place is None:
                place = Place(key, here, box)
                self._by_key.setdefault(key, []).append(place)
                new.setdefault(here, []).append(place)
            else:
                here = max(here, place.at)
            place.box = box
            taken.add(id(place))
            found.append(place)
        if new:
            self._places = [*new.get(-1, []), *(q for p in self._places for q in (p, *new.get(p.at, [])))]
            for i, p in enumerate(self._places):
                p.at = i
        return found


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class Classes:
    """Names for looks and for the frames in which something is seen."""

    moves = False  # whether what is behind a window can be moved

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
        rules = []
        for attributes, name in self.looks.items():
            pairs = [(k, f"{v}px" if k == "font-size" else v) for k, v in _ATTRIBUTE.findall(attributes)]
            rules.append(f".{name}{{{';'.join(f'{k}:{v}' for k, v in pairs)}}}")
        return rules


class Sheet(Classes):
    """The style sheet that plays the film."""

    moves = True

    def __init__(self, begins: list[float], seconds: float, loop: int) -> None:
        super().__init__()
        self._begins, self._seconds, self._loop = begins, seconds, loop

    def text(self) -> str:
        rules = self.rules()
        hidden = [f".{n}" for frames, n in self.stretches.items() if frames[-1] != len(self._begins)]
        if hidden:
            rules.append(f"{','.join(hidden)}{{visibility:hidden}}")
        often = str(self._loop) if self._loop else "infinite"
        moving = [f"g,text,path,rect,circle,image,use{{animation:{number(self._seconds)}s step-end {often}}}"]
        for frames, name in self.stretches.items():
            moving.append(f".{name}{{animation-name:{name}}}@keyframes {name}{{{self._keys(frames)}}}")
        for motion, name in self.motions.items():
            keys = (f"{self._at(frames)}{{transform:translateY({-up}px)}}" for up, frames in motion)
            moving.append(f".{name}{{animation-name:{name}}}@keyframes {name}{{{''.join(keys)}}}")
        rules.append("@media (prefers-reduced-motion:no-preference){" + "\n".join(moving) + "}")
        return "\n".join(rules)

    def _at(self, frames: Iterable[int]) -> str:
        return ",".join(f"{number(100 * self._begins[k])}%" for k in frames)

    def _keys(self, frames: tuple[int, ...]) -> str:
        """Return when to show and when to hide; each holds until the next (step-end), at first what it is at rest."""
        at = [f"{number(100 * begin)}%" for begin in self._begins]
        show, hide = [at[k] for k in frames[::2]], [at[k] for k in frames[1::2] if k < len(at)]
        if frames[0] > 0 and frames[-1] == len(at):
            hide.insert(0, "0%")
        texts = {"visible": show, "hidden": hide}
        return "".join(f"{','.join(keys)}{{visibility:{what}}}" for what, keys in texts.items() if keys)
