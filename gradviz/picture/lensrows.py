"""The lens where a step is about a few nodes: what each of them gets, and its arithmetic, one under the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .card import text
from .change import tangent, update
from .contribution import contribution, shares
from .equation import forward
from .fonts import measure
from .formula import Equation, Frac, Word
from .lenscard import label_of
from .lensmath import Columns, fits, short, written
from .moment import Moment
from .question import asked
from .scene import Mark, line, placed

if TYPE_CHECKING:
    from .lens import Lens

Part = tuple[str, str, list[Mark]]
_MOST = 10
_CAPTION = 18.0
_BETWEEN = 8.0
_GRAD = 13.0  # px, the word in the place of a derivative that is too long
_LOOSE = 1.3  # rows stand at most so much further apart than they need to


@dataclass(frozen=True, slots=True)
class Row:
    """What one node gets: from which other, where that has to be said, and how."""

    node: int
    sender: int | None
    equation: Equation


def worked(lens: Lens, moment: Moment, top: float) -> list[Part]:
    """Draw the arithmetic of each node that the step gives something to; nothing where they are too many."""
    step, p, top = moment.step, lens.places, top + _BETWEEN
    if step is None or step.whole or len(step.events) > _MOST:
        return []
    rows = _rows(lens, moment)
    for full in (True, False):
        blocks = [_block(lens, row, full) for row in (rows if full else _lower(lens, rows))]
        if not blocks:
            return []
        need = max(height for _, height in blocks) + _BETWEEN
        per = -(-len(blocks) // len(p.columns))
        if need * per > p.bottom - top + _BETWEEN:
            continue
        pitch = int(min(need * _LOOSE, (p.bottom - top + _BETWEEN) / per))
        parts: list[Part] = []
        rules: list[Mark] = []
        for n, (marks, _) in enumerate(blocks):
            (left, right), row = p.columns[n // per], n % per
            y = round(top) + row * pitch + (pitch - need) // 2
            parts.append((f"lens-row-{n}", "lens", [placed(m, 1, left - p.left, y) for m in marks]))
            if row:
                edge = round(top) + row * pitch - _BETWEEN / 2
                rules.append(line(left, edge, right, edge, stroke=lens.theme.idle, width=1))
        return [("lens-rules", "lens", rules), *parts]
    return []


def _rows(lens: Lens, moment: Moment) -> list[Row]:
    """Return what the step says of each node; nothing of leaves and seeds, which have no arithmetic."""
    step, names, scales = moment.step, lens.names, lens.extents or None
    assert step is not None
    if any(moment.graph.nodes[e.node].is_leaf for e in step.events if step.kind != "update"):
        return []
    match step.kind:
        case "backward":
            rows = [Row(s.to, s.event.node, contribution(moment, names, s, scales).equation) for s in shares(moment)]
            rows = rows if len(rows) == len(step.events) else []
        case "forward":
            rows = [Row(e.node, None, forward(moment, names, e.node, scales).equation) for e in step.events]
        case "tangent":
            rows = [Row(e.node, None, tangent(moment, names, e, scales).equation) for e in step.events]
        case "update":
            rows = [Row(e.node, None, update(moment, names, e, scales).equation) for e in step.events]
        case _:
            raise AssertionError(step.kind)
    return [Row(r.node, r.sender, asked(r.equation)) for r in rows] if step.asks else rows


def _block(lens: Lens, row: Row, full: bool) -> tuple[list[Mark], float]:
    """Draw one row from y = 0 down, in full or on as few lines as there can be; return its height too."""
    t, names = lens.theme, lens.names
    left, right = lens.places.columns[0]
    if row.sender is None:
        return written(row.equation, left, 0.0, right, lens.columns, t, tight=not full)
    # The symbols name what gets it and from where; where there is no room for them, a line over the numbers does.
    sender = "" if full else f"from {names.formula(row.sender)}"
    room = right - left - (measure(sender, 12) + 12 if sender else 0.0)
    label = label_of(names.formula(row.node), lens.full(row.node), room, 13)
    marks: list[Mark] = [text(left, 12, label, 13, t.ink)]
    if sender:
        marks.append(text(right, 12, sender, 12, t.grey, anchor="end"))
    if full:
        drawn, bottom = written(row.equation, left, _CAPTION, right, lens.columns, t)
    else:
        drawn, bottom = short(row.equation, left, _CAPTION, right, lens.columns, t)
    return [*marks, *drawn], bottom


def _lower(lens: Lens, rows: list[Row]) -> list[Row]:
    """Return rows for one line of arithmetic each: all begin with ∂f/∂v₇, or all with "grad" where one is too long."""
    left, right = lens.places.columns[0]
    low = [row if row.sender is None else replace(row, equation=_low(row.equation, lens.columns)) for row in rows]
    if all(row.sender is None or fits(row.equation, right - left, lens.columns) for row in low):
        return low
    grad = (Word("grad", "grad", size=_GRAD),)
    return [row if row.sender is None else replace(row, equation=replace(row.equation, symbols=grad)) for row in low]


def _low(equation: Equation, columns: Columns) -> Equation:
    """Leave of an equation's symbols only the first, and write it in one line: ∂f/∂v₇."""
    first = equation.symbols[0]
    name = Word(f"{first.num}/{first.den}", room=columns.slanted) if isinstance(first, Frac) else first
    return Equation((name,), equation.numbers)
