"""The panel under the graph: one sentence on the left, and the arithmetic of the step on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..record import Run, State, Step, advance, final, terms
from . import edge, numbers, typeset
from .card import text
from .equation import Scales
from .fonts import measure
from .formula import Formula, Item, Word, lines, without_digits
from .moment import Moment
from .narrate import Narration, Span, narrate
from .scene import Box, Element, Mark, Rect, line
from .theme import Theme
from .words import Names

PAD = 16.0
_LEAST_HEIGHT = 64.0
_HIGH = 108.0  # px, what small arrays may take with their digits; more is left to the graph and the panels
_LEADING = 21.0  # between the lines of the sentence
_BETWEEN = 10.0  # between two equations
_MOST_EQUATIONS = 3
_SENTENCE = 0.4  # the part of the panel that the sentence may take beside an equation
_LEAST_SENTENCE = 150.0  # px that it has at least beside several
_APART = Word("", room=24)  # between two equations of one line
_MANY_STEPS = 400  # beyond this the caption's height is measured on a sample


def height(run: Run, names: Names, path: Sequence[Step], inner: float, scales: Scales) -> float:
    """Return the height (px) that the fullest caption of a film needs; it is the height of all of them."""
    backward = run.sweep("backward")
    count = terms(run.graph, backward) if backward else {}
    state, tallest = State(), _LEAST_HEIGHT
    every = 1 + len(path) // _MANY_STEPS
    for i, step in enumerate(path):
        before, state = state, advance(run.graph, state, step)
        if i % every and step.k > 2 and step.k < step.n:
            continue
        narration = narrate(Moment(run, step, before, state, count), names, scales=scales)
        tallest = max(tallest, _needs(*_arrange(narration, inner)) + 20)
    state = final(run)
    if state.sent:
        rows, under = _closing(narrate(Moment(run, None, state, state, count), names), edge.widths(state.sent), inner)
        tallest = max(tallest, _LEADING * (len(rows) + under) + 22)
    return float(round(tallest))


def _tall(equations: Sequence[Formula], most: float) -> list[float]:
    return [sum(typeset.extent(e, most)) for e in equations]


def _closing(narration: Narration, scale: edge.Widths, inner: float) -> tuple[list[tuple[Span, ...]], bool]:
    """Return the rows of the sentence in the finished still, and whether what widths mean stands under them."""
    beside = inner - _width_legend_size(scale) - 36
    under = beside < _SENTENCE * inner
    return _wrap(narration.lines, inner if under else beside), under


def _row_width(row: Sequence[Span], size: float) -> float:
    return sum(measure(s.text, size, bold=s.bold) for s in row)


def _size(i: int) -> float:
    return 14.0 if i == 0 else 13.0


def _arrange(narration: Narration, inner: float) -> tuple[list[tuple[Span, ...]], Sequence[Formula], float]:
    """Return the rows of the sentence, the equations that are set, and the room they have.

    The caption is as high in every frame as in the fullest one, so what would make it very high is said shorter.
    """
    best = _arranged(narration, inner)
    if _needs(*best) > _HIGH:
        short = _arranged(replace(narration, equations=tuple(map(without_digits, narration.equations))), inner)
        best = short if _needs(*short) < _needs(*best) else best
    return best


def _arranged(narration: Narration, inner: float) -> tuple[list[tuple[Span, ...]], Sequence[Formula], float]:
    """Return what `_arrange` does, of all that the equations hold.

    Several equations stand one under the other or side by side, whichever takes less height with the sentence.
    """
    shown: Sequence[Formula] = narration.equations[:_MOST_EQUATIONS]
    if not shown:
        return _wrap(narration.lines, inner), shown, inner
    wide = max((_row_width(row, _size(i)) for i, row in enumerate(narration.lines)), default=0.0)
    most = inner - min(wide, _SENTENCE * inner) - 36
    best = _beside(narration.lines, inner, shown, most)
    room = inner - min(wide, _LEAST_SENTENCE) - 36
    for count in range(len(shown), 1, -1):
        rest = () if narration.alike else shown[count:]
        for joined in _side_by_side(shown[:count], room):
            other = _beside(narration.lines, inner, (joined, *rest), room)
            best = other if _needs(*other) < _needs(*best) else best
    return best


def _beside(
    words: Sequence[Sequence[Span]], inner: float, equations: Sequence[Formula], most: float
) -> tuple[list[tuple[Span, ...]], Sequence[Formula], float]:
    """Return the rows of the sentence that stands left of equations, these, and the room they have."""
    taken = 0.0
    for equation in equations:
        items, gap, k = typeset.fit(equation, most)
        taken = max(taken, typeset.width(items, gap=gap, k=k))
    return _wrap(words, inner - taken - 36), equations, most


def _needs(rows: Sequence[object], equations: Sequence[Formula], most: float) -> float:
    """Return the height that a sentence and the equations beside it take, px."""
    return max(_LEADING * len(rows) + 6, sum(_tall(equations, most)) + _BETWEEN * (len(equations) - 1))


def _side_by_side(equations: Sequence[Formula], most: float) -> Iterator[tuple[Item, ...]]:
    """Yield the ways to set equations as one line of a width, the fullest first; each keeps its name."""
    ways = [[w for w in found if w[:1] == found[0][:1]] for found in ([*lines(e)] for e in equations)]
    for i in range(max(map(len, ways))):
        joined: tuple[Item, ...] = ()
        for way in ways:
            joined += (*((_APART,) if joined else ()), *way[min(i, len(way) - 1)])
        if typeset.width(joined, gap=typeset.GAPS[-1]) <= most:
            yield joined


def _wrap(rows: Sequence[Sequence[Span]], most: float) -> list[tuple[Span, ...]]:
    """Break rows that are too wide between their words; a word that is too wide itself was cut by whoever named it."""
    found: list[tuple[Span, ...]] = []
    for i, row in enumerate(rows):
        if _row_width(row, _size(i)) <= most:
            found.append(tuple(row))
            continue
        current: list[Span] = []
        for space, word in _words(row):
            if current and _row_width([*current, *space, *word], _size(len(found))) > most:
                found.append(tuple(current))
                current = word
            else:
                current = [*current, *space, *word]
        found.append(tuple(current))
    return [tuple(_join(row)) for row in found]


def _words(row: Sequence[Span]) -> list[tuple[list[Span], list[Span]]]:
    """Return the words of a row, of one or more spans each, and the space before each of them."""
    words: list[tuple[list[Span], list[Span]]] = [([], [])]
    for span in row:
        for n, part in enumerate(span.text.split(" ")):
            if n:
                words.append(([Span(" ", span.bold)], []))
            if part:
                words[-1][1].append(Span(part, span.bold))
    return [(space, word) for space, word in words if word]


def _join(row: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in row:
        if joined and joined[-1].bold == span.bold:
            joined[-1] = Span(joined[-1].text + span.text, span.bold)
        else:
            joined.append(span)
    return joined


@dataclass(frozen=True)
class Panel:
    """The caption in its place; `box` is the same for every frame of a film."""

    box: Box
    names: Names
    theme: Theme

    def elements(self, narration: Narration, moment: Moment, scale: edge.Widths | None) -> tuple[Element, ...]:
        """Return the panel, the sentence and the arithmetic, or the legend of widths in the finished still."""
        x0, y0, x1, y1 = self.box
        inner = x1 - x0 - 2 * PAD
        rows, equations, most = _arrange(narration, inner)
        shown = scale if moment.after.sent else None
        under = False
        if shown:
            (rows, under), equations = _closing(narration, shown, inner), ()
        marks: list[Mark] = []
        tall = _LEADING * (len(rows) + under)
        top = y0 + max(8.0, min(14.0, (y1 - y0 - tall) / 2)) if len(rows) > 1 or equations else (y0 + y1 - tall) / 2
        for i, row in enumerate(rows):
            size, x = _size(i), x0 + PAD
            for span in row:
                words = span.text.lstrip(" ")
                x += measure(span.text[: len(span.text) - len(words)], size, bold=span.bold)
                marks.append(text(x, top + 15 + i * _LEADING, words, size, self.theme.ink, bold=span.bold))
                x += measure(words, size, bold=span.bold)
        if shown:
            right = x0 + PAD + _width_legend_size(shown) - 16 if under else x1 - PAD
            middle = top + 10 + _LEADING * len(rows) + 4 if under else (y0 + y1) / 2
            marks += _width_legend(shown, right, middle, self.theme)
        else:
            marks += self._equations(equations, most)
        ground = Element("caption", "caption", (Rect(x0, y0, x1 - x0, y1 - y0, 8, self.theme.panel),))
        return (ground, Element("arithmetic", "caption", tuple(marks)))

    def _equations(self, equations: Sequence[Formula], most: float) -> list[Mark]:
        _, y0, x1, y1 = self.box
        extents = [typeset.extent(e, most) for e in equations]
        room = y1 - y0 - 8
        while len(extents) > 1 and sum(map(sum, extents)) + _BETWEEN * (len(extents) - 1) > room:
            extents.pop()
        y = (y0 + y1 - sum(map(sum, extents)) - _BETWEEN * (len(extents) - 1)) / 2
        marks: list[Mark] = []
        for equation, (up, down) in zip(equations, extents, strict=False):
            marks += typeset.typeset(equation, self.theme, x=x1 - PAD, axis=round(y + up), most=most)[0]
            y += up + down + _BETWEEN
        return marks


def _samples(scale: edge.Widths) -> list[tuple[str, float]]:
    """Return what the legend of widths shows: 0 or the middle, the least and the largest contribution."""
    middle = [] if scale.zero else [(scale.low * scale.high) ** 0.5]
    sizes = [scale.low, *middle, scale.high] if scale.high > scale.low else [scale.high] if scale.high else []
    nothing = [("0", edge.THIN)] if scale.zero else []
    return [*nothing, *[("≤ " * (scale.less and v == scale.low) + numbers.number(v), scale.of(v)) for v in sizes]]


def _width_legend_size(scale: edge.Widths) -> float:
    return measure("size of contribution", 12) + 18 + sum(46 + measure(t, 12) + 16 for t, _ in _samples(scale))


def _width_legend(scale: edge.Widths, right: float, cy: float, theme: Theme) -> list[Mark]:
    if not _samples(scale):
        return []
    x = right - _width_legend_size(scale) + 16
    marks: list[Mark] = [text(x, cy + 4.4, "size of contribution", 12, theme.grey)]
    x += measure("size of contribution", 12) + 18
    for words, width in _samples(scale):
        marks.append(line(x, cy, x + 38, cy, stroke=theme.grad, width=width))
        marks.append(text(x + 46, cy + 4.4, words, 12, theme.ink))
        x += 46 + measure(words, 12) + 16
    return marks
