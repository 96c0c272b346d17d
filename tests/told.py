"""What the captions of a film say, as lines of text."""

from __future__ import annotations

import numpy as np
from tape import told

from gradviz.picture.formula import Chip, Equation, Frac, Item, Num, Thumb, Word
from gradviz.picture.narrate import Narration, plain
from gradviz.record import Run


def read_out(equation: Equation) -> str:
    """Return an equation as a line of text: [boxes] are numbers."""

    def one(item: Item) -> str:
        match item:
            case Word(text):
                return text
            case Frac(num, den):
                return f"{num}/{den}"
            case Num(text):
                return f"[{text}]"
            case Chip(text):
                return f"({text})"
            case Thumb(value):
                return "<" + "×".join(map(str, np.shape(value))) + ">"
            case _:
                raise AssertionError(item)

    return " ".join(one(i) for i in (*equation.symbols, *equation.numbers))


def by_note(run: Run, start: str, pace: str = "edge") -> Narration:
    return next(n for n in told(run, pace) if n.note.startswith(start))


def said(n: Narration) -> list[str]:
    return [plain(x) for x in n.lines]
