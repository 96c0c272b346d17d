"""Scenes that the writers' tests share: a small film of cards, and scenes at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from gradviz.picture.fonts import measure
from gradviz.picture.scene import Element, Frame, Image, Mark, Path, Rect, Scene, Text, circle, line
from gradviz.picture.theme import LIGHT as L

COLOURS = ("#0072B2", "#D55E00", "#A84700", "#8B93A0", "#1B1F27", "#FDF1E8", "#EEF6FB")


def text(x: float, y: float, words: str, size: float, fill: str, *, anchor: str = "start", **style: bool) -> Text:
    return Text(x, y, words, size, fill, measure(words, size, **style), anchor=anchor, **style)


@cache
def card(i: int, at: tuple[float, float], value: str, grad: str, active: bool) -> Element:
    x, y = at
    marks: list[Mark] = []
    if active:
        marks.append(Rect(x - 5, y - 5, 137, 66, 13, L.glow))
    marks += [
        Rect(x, y, 127, 56, 8, L.card),
        Path(
            "MLLLCLCZ",
            (
                x + 8,
                y,
                x + 31,
                y,
                x + 31,
                y + 56,
                x + 8,
                y + 56,
                x + 4,
                y + 56,
                x,
                y + 52,
                x,
                y + 48,
                x,
                y + 8,
                x,
                y + 4,
                x + 4,
                y,
                x + 8,
                y,
            ),
            L.badge,
        ),
        text(x + 15.5, y + 33, "×+"[i % 2], 15, L.ink, anchor="middle", bold=True),
        Rect(x + 34, y + 4, 89, 22, 4, L.value_tint),
        text(x + 38, y + 19, "value", 11, L.value),
        text(x + 119, y + 19.7, value, 13, L.value, anchor="end", mono=True),
        Rect(x + 34, y + 30, 89, 22, 4, L.grad_tint if grad else L.unknown_tint),
        text(x + 38, y + 45, "grad", 11, L.grad_text if grad else L.grey),
    ]
    if grad:
        marks.append(text(x + 119, y + 45.7, grad, 13, L.grad_text, anchor="end", mono=True, bold=active))
    else:
        marks.append(circle(x + 96, y + 41, 3.5, stroke=L.grey, line=1.5))
    marks.append(Rect(x, y, 127, 56, 8, None, L.grad if active else L.idle, 2 if active else 1.25))
    marks.append(text(x + 31, y - 16, f"v{i}", 13, L.ink))
    return Element(f"node-{i}", "node", tuple(marks), f"v{i} = {value}")


@cache
def edge(i: int, start: tuple[float, float], end: tuple[float, float], active: bool) -> Element:
    (x0, y0), (x1, y1) = (start[0] + 127, start[1] + 28), (end[0], end[1] + 28)
    h, colour = (x1 - x0) / 2, L.grad if active else L.idle
    curve = Path("MC", (x0, y0, x0 + h, y0, x1 - h, y1, x1 - 8, y1), None, colour, 3 if active else 1.25)
    head = Path("MLLZ", (x1, y1, x1 - 9, y1 - 4, x1 - 9, y1 + 4), L.idle)
    return Element(f"edge-{i}-{i + 1}-0", "edge", (curve, head))


def film(cards: int = 12, steps: int = 10, size: tuple[int, int] = (960, 540), seconds: float = 0.7) -> Iterator[Frame]:
    """A film of cards in columns, one of which is active at each step."""
    width, height = size
    rows = max(1, (height - 200) // 100)
    pitch = (width - 167) / max(1, (cards - 1) // rows)
    at = [(20 + pitch * (i // rows), 66 + 100.0 * (i % rows)) for i in range(cards)]
    legend = Element("legend", "legend", (Rect(width - 100, 22, 18, 14, 4, L.value_tint, L.value, 1.5),))
    title = Element("title", "title", (text(20, 36, "o = tanh(x₁·w₁ + b)", 17, L.ink, bold=True),))
    for step in range(steps):
        now = cards - 1 - step % cards
        edges = [edge(i, at[i], at[i + rows], i == now) for i in range(cards - rows)]
        nodes = [
            card(i, at[i], f"{i / 7:.3f}", f"{i / 9 - 0.5:.3f}" if i >= now else "", i == now) for i in range(cards)
        ]
        chips = []
        if now < cards - rows:
            x, y = at[now][0] + 140, at[now][1] + 6
            chips = [
                Element(
                    f"chip-{now}-0-0",
                    "chip",
                    (Rect(x, y, 28, 20, 10, L.chip), text(x + 14, y + 14.5, "×1", 12, L.on_chip, anchor="middle")),
                )
            ]
        y = height - 148
        words = f"v{now} sends its gradient on."
        caption = Element(
            "caption",
            "caption",
            (
                Rect(20, y, width - 40, 88, 8, L.panel),
                text(36, y + 26, words, 14, L.ink, bold=True),
                text(width - 40, y + 46, f"0.500 × {now} = {now / 2:.3f}", 15, L.ink, anchor="end"),
                Image(400, y + 20, 60, 40, 2, 3, bytes((now * 9 + k * 13) % 256 for k in range(18))),
            ),
        )
        dot = 20 + (width - 40) * (step + 1) / steps
        timeline = Element(
            "timeline",
            "timeline",
            (
                line(20, height - 24, width - 20, height - 24, stroke=L.idle, width=1.5),
                line(20, height - 24, dot, height - 24, stroke=L.grad, width=3),
                circle(dot, height - 24, 7, fill=L.ground, stroke=L.grad, line=3),
                text(20, height - 44, "backward", 13, L.grad_text, bold=True),
                text(110, height - 44, f"step {step + 1} of {steps}", 13, L.ink),
            ),
        )
        elements = (title, legend, *edges, *nodes, *chips, caption, timeline)
        yield Frame(Scene(width, height, L.ground, elements, "A neuron", words), seconds, words)


def at_random(rng: random.Random, scene: Scene | None) -> Scene:
    """A scene made from another by adding, removing, changing, and moving some elements."""
    elements = list(scene.elements) if scene else []
    names = {e.id for e in elements}
    for _ in range(rng.randrange(1, 5)):
        match rng.randrange(5) if elements else 0:
            case 0 | 1 if len(elements) < 40:
                i = next(i for i in range(1000) if f"e-{i}" not in names)
                names.add(f"e-{i}")
                elements.insert(rng.randrange(len(elements) + 1), Element(f"e-{i}", "node", _marks(rng)))
            case 2:
                names.discard(elements.pop(rng.randrange(len(elements))).id)
            case 3:
                k = rng.randrange(len(elements))
                kept = [m for m in elements[k].marks if rng.random() < 0.6]
                elements[k] = Element(elements[k].id, "node", (*kept, *_marks(rng)))
            case _:
                elements.insert(rng.randrange(len(elements)), elements.pop(rng.randrange(len(elements))))
    return Scene(300, 200, "#FFFFFF", tuple(elements))


def _marks(rng: random.Random) -> tuple[Mark, ...]:
    def n(low: float = -20, high: float = 310) -> float:
        return round(rng.uniform(low, high), 2)

    marks: list[Mark] = []
    for _ in range(rng.randrange(1, 4)):
        fill, stroke = rng.choice((None, *COLOURS)), rng.choice((None, *COLOURS))
        width, dash = n(0.5, 6), rng.choice(((), (4.0, 3.0)))
        match rng.randrange(5):
            case 0:
                marks.append(Rect(n(), n(), n(1, 90), n(1, 60), rng.choice((0, 4, 8)), fill, stroke, width, dash))
            case 1:
                ops = "M" + "".join(rng.choice("LC") for _ in range(rng.randrange(1, 4))) + rng.choice(("", "Z"))
                count = sum({"M": 2, "L": 2, "C": 6, "Z": 0}[o] for o in ops)
                xy = tuple(n() for _ in range(count))
                marks.append(
                    Path(ops, xy, fill if "Z" in ops else None, stroke, width, dash, rng.choice(("butt", "round")))
                )
            case 2:
                marks.append(circle(n(), n(), n(2, 20), fill=fill, stroke=stroke, line=width))
            case 3:
                words = rng.choice(("−3.000", "tanh(x₁)", "ÅjgQ∫", "\U0010fffd", "Σ axis 0"))
                mono = rng.random() < 0.5
                marks.append(
                    text(n(), n(), words, n(6, 30), fill or "#000000", mono=mono, anchor=rng.choice(("start", "end")))
                )
            case _:
                rows, cols = rng.randrange(1, 5), rng.randrange(1, 5)
                marks.append(Image(n(), n(), n(4, 80), n(4, 80), rows, cols, rng.randbytes(3 * rows * cols)))
    return tuple(marks)
