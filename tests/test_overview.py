"""The overview: marks say what is known, nothing touches anything, and what did not change is the same object."""

from __future__ import annotations

import time
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from films import network as neurons
from lenses import moments

from gradviz.calculus.record import record
from gradviz.picture import dots, edge
from gradviz.picture.chips import sample
from gradviz.picture.keys import Key
from gradviz.picture.lensplaces import lens_width
from gradviz.picture.moment import Moment
from gradviz.picture.narrate import narrate
from gradviz.picture.overview import Overview
from gradviz.picture.scene import Element, Path, Rect, Text, mark_box
from gradviz.picture.theme import DARK, LIGHT
from gradviz.picture.words import Names
from gradviz.record import Run, terms

AREA = (24.0, 60.0, 1256.0, 654.0)


def polynomial(k: list[float], x: list[float], y: list[float]) -> object:
    loss: object = 0.0
    for xi, yi in zip(x, y, strict=True):
        loss = loss + (k[0] + k[1] * xi + k[2] * xi**2 + k[3] * xi**3 - yi) ** 2  # type: ignore[operator]
    return loss


@cache
def poly(points: int = 3) -> Run:
    x = [0.1 * i - 1 for i in range(points)]
    return record(polynomial, ([0.5, -0.4, 0.3, 0.6], x, [v * v for v in x]), wrt=["k"]).run


def chain(x: float) -> object:
    y: object = x
    for _ in range(300):
        y = y * 0.9 + y  # type: ignore[operator]
    return y


def stacked(w: list[float], t: float) -> object:
    return np.mean((np.stack(w) - t) ** 2)


def weighted(a: float, k: list[float]) -> object:
    q, total = np.tanh(a), 0.0
    for ki in k:
        total = total + q * ki
    return total


@cache
def wide(kind: str, count: int) -> Run:
    k = [0.1 * i - 1.3 for i in range(count)]
    return record(stacked, (k, 0.5)).run if kind == "stacked" else record(weighted, (0.8, k)).run


def overview(run: Run, theme: object = DARK) -> Overview:
    backward = run.sweep("backward")
    assert backward
    return Overview.make(run, Names(run.graph), theme, AREA, terms(run.graph, backward), ("value", "grad"))  # type: ignore[arg-type]


def drawn(made: Overview, moment: Moment) -> tuple[Element, ...]:
    said = narrate(moment, made.names, roomy=True, scales=made.lens.extents or None)
    return made.elements(moment, said, edge.widths(moment.after.sent) if moment.step is None else None)


def by_id(elements: tuple[Element, ...]) -> dict[str, Element]:
    return {e.id: e for e in elements}


def touch(a: tuple[float, ...], b: tuple[float, ...], slack: float = 0.0) -> bool:
    return a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack


def glyphs(t: Text) -> tuple[float, float, float, float]:
    """The box of a text's letters, from the top of tall ones to the foot of "y"."""
    x0, _, x1, _ = mark_box(t)
    return (x0 + 1, t.y - 0.78 * t.size, x1 - 1, t.y + 0.24 * t.size)


def test_marks_say_what_the_key_says() -> None:
    run = poly()
    made = overview(run)
    names = {n.name: n.id for n in run.graph.nodes if n.name}
    knob = f"node-{names['k[0]']}"
    seen = []
    for m in moments(run):
        mark = by_id(drawn(made, m))[knob].marks[0]
        assert isinstance(mark, Rect)
        arrived = m.after.arrived.get(names["k[0]"], 0)
        state = (mark.stroke, mark.fill, len(by_id(drawn(made, m))[knob].marks))
        expected = {
            0: (DARK.value, DARK.ground, 2),
            1: (DARK.grad, DARK.ground, 4),
            2: (DARK.grad, DARK.ground, 4),
            3: (DARK.grad, DARK.grad, 2),
        }[arrived]
        assert state == expected
        seen.append(arrived)
    assert sorted(set(seen)) == [0, 1, 2, 3]


def test_before_anything_is_known_marks_are_hollow_and_grey() -> None:
    run = poly()
    made = overview(run)
    first = by_id(drawn(made, next(moments(run))))
    for n in run.graph.nodes:
        mark = first[f"node-{n.id}"].marks[0]
        assert mark.stroke == (DARK.idle if not n.is_leaf or n.op == "constant" else DARK.value)  # type: ignore[union-attr]
        assert mark.fill == DARK.ground  # type: ignore[union-attr]


def test_data_keeps_its_value_mark_because_no_gradient_flows_to_it() -> None:
    run = poly()
    made = overview(run)
    *_, last = moments(run)
    shown = by_id(drawn(made, last))
    data = [n.id for n in run.graph.nodes if n.op == "data"]
    assert data and all(shown[f"node-{i}"].marks[0].stroke == DARK.value for i in data)  # type: ignore[union-attr]


def test_an_output_has_a_ring() -> None:
    run = poly()
    made = overview(run)
    marks = by_id(drawn(made, next(moments(run))))[f"node-{run.graph.outputs[0]}"].marks
    ring = marks[-1]
    assert isinstance(ring, Path) and ring.stroke == DARK.ink and ring.fill is None


@pytest.mark.parametrize("pace", ["node", "layer", "edge", "sweep"])
def test_what_did_not_change_is_the_same_object(pace: str) -> None:
    run = poly()
    made = overview(run)
    before: dict[str, Element] = {}
    for m in moments(run, pace):
        now = by_id(drawn(made, m))
        if before and m.step is not None and m.step.k > 1:
            events = m.step.events
            graph = run.graph
            may = {f"node-{e.node}" for e in events}
            may |= {f"node-{graph.nodes[e.node].args[e.arg]}" for e in events if e.arg is not None}
            may |= {f"edge-{graph.nodes[e.node].args[e.arg]}-{e.node}-{e.arg}" for e in events if e.arg is not None}
            for name, e in now.items():
                if name.startswith(("node-", "edge-", "key", "labels")) and name not in may:
                    assert e is before[name], name
        before = now


def test_a_frame_drawn_alone_equals_the_same_frame_in_a_row() -> None:
    run = poly()
    one, other = overview(run), overview(run)
    for m in [*moments(run)][::7]:
        drawn(one, m)
    for m in moments(run):
        alone = [e.marks for e in drawn(overview(run), m)] if m.step and m.step.k % 20 == 0 else None
        row = [e.marks for e in drawn(other, m)]
        assert alone is None or alone == row


def test_ids_are_unique_and_the_order_of_what_stays_does_not_change() -> None:
    run = poly()
    made = overview(run)
    orders = []
    for m in moments(run):
        ids = [e.id for e in drawn(made, m)]
        assert len(ids) == len(set(ids))
        orders.append([i for i in ids if i.startswith(("node-", "edge-", "key", "labels")) and i != "key-widths"])
    assert all(o == orders[0] for o in orders)


@pytest.mark.parametrize("points", [3, 12])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_labels_touch_no_line_no_mark_and_no_label(points: int, theme: object) -> None:
    made = overview(poly(points), theme)
    (labels,) = (e for e in made.static if e.id == "labels")
    texts = [t for t in labels.marks if isinstance(t, Text)]
    assert texts
    boxes = [glyphs(t) for t in texts]
    for i, a in enumerate(boxes):
        assert not any(touch(a, b) for b in boxes[:i])
        for x, y in made.placed.centres:
            h = dots.BRACKET * made.placed.scale
            assert not touch(a, (x - h, y - h, x + h, y + h))
        for xy in (piece for pieces in made.placed.curves.values() for piece in pieces):
            for px, py in sample(xy, 48).tolist():
                assert not (a[0] - 1 < px < a[2] + 1 and a[1] - 0.5 < py < a[3] + 0.5)


@pytest.mark.parametrize("run", [poly(12), wide("stacked", 30), wide("weighted", 40)], ids=["poly", "in", "out"])
def test_no_mark_touches_another(run: Run) -> None:
    placed = overview(run).placed
    assert not any(
        touch(a, b)
        for boxes in [[(x - h, y - h, x + h, y + h) for x, y in placed.centres] for h in [9 * placed.scale]]
        for i, a in enumerate(boxes)
        for b in boxes[:i]
    )


@pytest.mark.parametrize(("kind", "name", "across"), [("stacked", "w", 0), ("weighted", "k", 1)])
def test_of_inputs_in_a_dense_row_or_column_about_every_other_is_labelled(kind: str, name: str, across: int) -> None:
    run = wide(kind, 30 if kind == "stacked" else 40)
    made = overview(run)
    (labels,) = (e for e in made.static if e.id == "labels")
    of = {n.name: made.placed.centres[n.id] for n in run.graph.nodes if n.name.startswith(f"{name}[")}
    said = [t for t in labels.marks if isinstance(t, Text) and t.text in of]
    assert len(said) > 0.4 * len(of)
    aside = 0
    for t in said:  # level with its mark: no other can be meant
        box = glyphs(t)
        middle = (box[across] + box[across + 2]) / 2
        aside += abs(middle - of[t.text][across]) > 1.5
    assert aside <= 1


def test_every_input_and_output_of_a_small_graph_is_labelled() -> None:
    run = poly()
    made = overview(run)
    (labels,) = (e for e in made.static if e.id == "labels")
    said = {t.text for t in labels.marks if isinstance(t, Text)}
    assert {"k[0]", "k[1]", "k[2]", "k[3]", "x[0]", "x[1]", "x[2]"} <= said


@pytest.mark.parametrize("area", [AREA, (20.0, 60.0, 940.0, 480.0), (24.0, 60.0, 1896.0, 1010.0)])
def test_everything_lies_inside_the_area(area: tuple[float, float, float, float]) -> None:
    run = poly(5)
    backward = run.sweep("backward")
    assert backward
    made = Overview.make(run, Names(run.graph), LIGHT, area, terms(run.graph, backward), ("value", "grad"))
    for m in list(moments(run))[::6]:
        for e in drawn(made, m):
            x0, y0, x1, y1 = e.box
            assert area[0] - 2 <= x0 and area[1] - 2 <= y0 and x1 <= area[2] + 2 and y1 <= area[3] + 2, e.id
            if not e.id.startswith("lens"):
                assert x1 <= area[2] - lens_width(area)


def test_edges_begin_and_end_beside_their_marks() -> None:
    made = overview(poly())
    for (source, user, _), (xy,) in made.placed.curves.items():
        for end, at in ((xy[:2], source), (xy[-2:], user)):
            x, y = made.placed.centres[at]
            assert 7 < ((end[0] - x) ** 2 + (end[1] - y) ** 2) ** 0.5 < 16


def test_an_edge_is_told_by_the_names_at_its_ends() -> None:
    made = overview(poly())
    elements = by_id(drawn(made, next(iter(moments(poly())))))
    for source, user, _ in made.placed.curves:
        told = {e.title for i, e in elements.items() if i.startswith(f"edge-{source}-{user}-")}
        assert told == {f"{made.names.formula(source)} → {made.names.formula(user)}"}


def test_only_the_finished_still_has_widths_and_their_legend() -> None:
    run = poly()
    made = overview(run)
    *_, before, last = moments(run)
    assert "key-widths" not in by_id(drawn(made, before))
    shown = by_id(drawn(made, last))
    assert "key-widths" in shown
    widths = {m.line for i, e in shown.items() if i.startswith("edge-") for m in e.marks if isinstance(m, Path)}
    assert len(widths) > 3


def test_the_cost_of_a_frame_does_not_grow_with_the_graph() -> None:
    def cost(points: int) -> float:
        run = poly(points)
        made = overview(run)
        few = list(moments(run))[60:160]
        for m in few[:1]:
            drawn(made, m)
        start = time.perf_counter()
        for m in few:
            drawn(made, m)
        return (time.perf_counter() - start) / len(few)

    small, large = cost(6), cost(60)
    assert large < 3 * small + 0.002


def test_a_long_chain_still_has_its_marks_inside_the_area() -> None:
    run = record(chain, (1.0,)).run
    made = overview(run)
    assert len(made.placed.centres) > 600
    for x, y in made.placed.centres:
        assert AREA[0] <= x <= AREA[2] - lens_width(AREA) and AREA[1] <= y <= AREA[3]


def test_a_long_chain_is_set_in_bands_so_that_its_marks_stay_apart() -> None:
    run = record(chain, (1.0,)).run
    made = overview(run)
    assert len({round(y / 40) for _, y in made.placed.centres}) >= 4
    assert made.placed.scale > 0.15
    centres = made.placed.centres
    for (source, user, _), pieces in made.placed.curves.items():
        assert abs(pieces[0][0] - centres[source][0]) < 40 and abs(pieces[0][1] - centres[source][1]) < 40
        assert abs(pieces[-1][-2] - centres[user][0]) < 40 and abs(pieces[-1][-1] - centres[user][1]) < 40
        for before, after in pairwise(pieces):
            assert {before[-2], after[0]} == {round(made.placed.region[0], 1), round(made.placed.region[2], 1)}


@pytest.mark.parametrize("wide", [900.0, 640.0, 440.0, 340.0, 250.0, 150.0])
def test_the_key_leaves_nothing_out_and_stays_inside(wide: float) -> None:
    run = poly()
    backward = run.sweep("backward")
    assert backward
    area = (24.0, 100.0, 24.0 + wide, 500.0)
    key = Key.make(run, terms(run.graph, backward), ("value", "grad"), wide)
    entries, widths = key.drawn(area, DARK), key.widths(area, DARK)
    said = {m.text for m in entries if isinstance(m, Text)}
    assert said == {"value known", "collecting", "gradient known", "constant", "active, in the lens"}
    assert any(isinstance(m, Text) and "contribution" in m.text for m in widths) == (wide >= 250)
    boxes = [mark_box(m) for m in (*entries, *widths)]
    assert all(b[0] >= 22 and b[2] <= 26 + wide and 500 - key.height <= b[1] and b[3] <= 500 for b in boxes)
    words = [glyphs(m) for m in (*entries, *widths) if isinstance(m, Text)]
    assert not any(touch(a, b) for i, a in enumerate(words) for b in words[:i])
    assert len({m.y for m in (*entries, *widths) if isinstance(m, Text)}) == len(key.lines) + key.alone


def test_the_key_of_widths_shows_the_lines_that_are_drawn():
    elements = neurons().drawing(moving=False).frame(-1).scene.elements
    drawn = {m.line for e in elements if e.kind == "edge" for m in e.marks}
    key = [m.line for e in elements if e.id == "key-widths" for m in e.marks if isinstance(m, Path)]
    assert max(key) == pytest.approx(max(drawn)) and min(key) == pytest.approx(min(w for w in drawn if w >= 1), abs=0.1)
