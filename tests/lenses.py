"""Runs that take a lens, and what stands in one: what several test files share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from gradviz.calculus.record import record
from gradviz.picture.extent import extents
from gradviz.picture.lens import Lens
from gradviz.picture.lensplaces import shared
from gradviz.picture.moment import Moment
from gradviz.picture.narrate import narrate
from gradviz.picture.scene import Element, Text, mark_box
from gradviz.picture.theme import LIGHT
from gradviz.picture.words import Names
from gradviz.record import Run, State, states, steps, terms

BOX = (800.0, 60.0, 1256.0, 654.0)
LOWEST = shared((0.0, 0.0, 0.0, 0.0), ("value", "grad"), True).least
#: Beside an overview: usual, low, lowest and tall; under it: on a phone, on a square, and in the least width.
BOXES = (
    BOX, (520.0, 60.0, 940.0, 480.0), (344.0, 60.0, 744.0, 60.0 + LOWEST), (1440.0, 60.0, 1896.0, 1010.0),
    (24.0, 520.0, 624.0, 1086.0), (24.0, 510.0, 936.0, 894.0), (24.0, 300.0, 400.0, 738.0),
)  # fmt: skip
ROWS = ("value", "grad")


def square(x: float, w: float) -> object:
    a = x * x  # type: ignore[var-annotated]
    return a * w + a


def many(w: list[float], temperature_outside: float) -> object:
    return sum((v * temperature_outside for v in w[1:]), w[0]) * w[0]  # type: ignore[misc]


def fan(x: float, w: float) -> object:
    a = x * w
    return a * -0.64723 + a * (w * -0.31652) + a * 2.0 + a * (w * 31.21) + a / 3.0


def arrays(W: np.ndarray, x: np.ndarray, b: np.ndarray) -> object:
    return np.tanh(W @ x + b).sum()


def stacked(w: list[float]) -> object:
    return (np.stack(w) ** 2).sum()


def layers(x: list[float], weights: list[list[list[float]]], y: float) -> object:
    for layer in weights:
        x = [np.tanh(sum((wi * xi for wi, xi in zip(w[1:], x, strict=True)), w[0])) for w in layer]
    return (x[0] - y) ** 2


@cache
def run_of(kind: str) -> Run:
    match kind:
        case "square":
            return record(square, (3.0, -2.0)).run
        case "fan":
            return record(fan, (1.2345, -0.98765)).run
        case "many":
            return record(many, ([0.1 * i - 0.33 for i in range(12)], 21.5)).run
        case "arrays":
            rng = np.random.default_rng(0)
            shapes = ((4, 3), (3, 5), (4, 1))
            return record(arrays, tuple(rng.normal(size=s) for s in shapes)).run
        case "layers":
            r = np.random.default_rng(3)
            weights = [[(r.normal(size=3) / 3).tolist() for _ in range(3)], [(r.normal(size=4) / 3).tolist()]]
            return record(layers, ([0.4, -0.7], weights, 1.0)).run
        case "stacked":
            return record(stacked, ([0.1 * i - 0.33 for i in range(20)],)).run
        case _:
            raise AssertionError(kind)


KINDS = ("square", "fan", "many", "arrays", "stacked", "layers")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def lens(run: Run, theme: object = LIGHT, box: tuple[float, float, float, float] = BOX) -> Lens:
    backward = run.sweep("backward")
    assert backward
    return Lens(run, Names(run.graph), theme, box, terms(run.graph, backward), ROWS, extents(run))  # type: ignore[arg-type]


def moments(run: Run, pace: str = "node") -> Iterator[Moment]:
    backward = run.sweep("backward")
    assert backward
    path, count, before = steps(run, pace), terms(run.graph, backward), State()
    for step, state in zip(path, states(run, path), strict=True):
        yield Moment(run, step, before, state, count)
        before = state
    yield Moment(run, None, before, before, count)


def elements(made: Lens, m: Moment) -> tuple[Element, ...]:
    return made.elements(m, narrate(m, made.names, roomy=True, scales=made.extents or None))


def texts(elements: tuple[Element, ...]) -> list[Text]:
    return [m for e in elements for m in e.marks if isinstance(m, Text)]


def glyphs(t: Text) -> tuple[float, float, float, float]:
    x0, _, x1, _ = mark_box(t)
    return (x0 + 1, t.y - 0.74 * t.size, x1 - 1, t.y + 0.1 * t.size)


def touch(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def said(elements: tuple[Element, ...]) -> set[str]:
    return {t.text for t in texts(elements)}


def parts(elements: tuple[Element, ...]) -> dict[str, Element]:
    return {e.id: e for e in elements}
