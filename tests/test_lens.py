"""The lens: what it shows of a step, with every text inside its place and none over another."""

from __future__ import annotations

import pytest
from lenses import (
    BOX,
    BOXES,
    KINDS,
    ROWS,
    SUBSCRIPTS,
    elements,
    glyphs,
    lens,
    moments,
    parts,
    run_of,
    said,
    texts,
    touch,
)

from gradviz.calculus.record import record
from gradviz.picture.chips import sample
from gradviz.picture.lens import focus_of
from gradviz.picture.lensplaces import shared
from gradviz.picture.narrate import narrate
from gradviz.picture.scene import Element, Path, Rect, Text, mark_box
from gradviz.picture.theme import DARK, LIGHT
from gradviz.picture.words import Names


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pace", ["node", "layer", "edge"])
@pytest.mark.parametrize("box", BOXES)
def test_no_text_overlaps_text_or_leaves_the_lens(kind: str, pace: str, box: tuple[float, float, float, float]) -> None:
    run = run_of(kind)
    made = lens(run, DARK, box)
    for m in moments(run, pace):
        shown = elements(made, m)
        boxes = [(glyphs(t), t.text) for t in texts(shown)]
        for i, (a, string) in enumerate(boxes):
            assert box[0] <= a[0] and a[2] <= box[2] and box[1] <= a[1] and a[3] <= box[3], string
            for b, other in boxes[:i]:
                assert not touch(a, b), (string, other, m.step and (m.step.kind, m.step.k))
        for e in shown:
            x0, y0, x1, y1 = e.box
            assert box[0] <= x0 and x1 <= box[2] and box[1] <= y0 and y1 <= box[3] + 2, e.id


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_under_ten_px(kind: str) -> None:
    run = run_of(kind)
    made = lens(run)
    assert all(t.size >= 10 for m in moments(run) for t in texts(elements(made, m)))


@pytest.mark.parametrize("kind", KINDS)
def test_no_edge_runs_through_a_chip_or_a_word(kind: str) -> None:
    run = run_of(kind)
    made = lens(run)
    for m in moments(run):
        shown = parts(elements(made, m))
        if "lens-edges" not in shown:
            continue
        lines = [p.xy for p in shown["lens-edges"].marks if isinstance(p, Path) and p.ops == "MC"]
        boxes = [mark_box(r) for r in shown["lens-chips"].marks if isinstance(r, Rect)] if "lens-chips" in shown else []
        boxes += [glyphs(t) for t in texts((shown["lens-words"],))]
        for xy in lines:
            for px, py in sample(xy, 40).tolist():
                assert not any(b[0] < px < b[2] and b[1] < py < b[3] for b in boxes)


def test_the_lowest_lens_still_shows_the_arithmetic_of_each_step() -> None:
    for kind in ("square", "layers", "arrays", "fan"):
        run = run_of(kind)
        arrays = any(n.shape for n in run.graph.nodes)
        made = lens(run, box=(344.0, 60.0, 744.0, 60.0 + shared((0.0, 0.0, 0.0, 0.0), ROWS, arrays).least))
        seen = 0
        for m in moments(run):
            shown = parts(elements(made, m))
            if "lens-equations" in shown:
                seen += 1
                signs = [t for t in texts((shown["lens-equations"],)) if t.text in ("=", "≈")]
                assert len(signs) >= min(2, len(narrate(m, made.names, roomy=True).equations))
                assert shown["lens-active"].box[3] < shown["lens-rule"].box[1] < shown["lens-equations"].box[1]
        assert seen


def test_a_square_has_two_edges_and_two_chips() -> None:
    run = run_of("square")
    made = lens(run)
    a = next(n.id for n in run.graph.nodes if n.args == (0, 0))
    m = next(m for m in moments(run) if m.step and m.step.kind == "backward" and focus_of(m) == a)
    shown = parts(elements(made, m))
    thick = [p for p in shown["lens-edges"].marks if isinstance(p, Path) and p.line == 3]
    assert len(thick) == 2 and all(p.stroke == LIGHT.grad for p in thick)
    assert [t.text for t in texts((shown["lens-chips"],))].count("×3") == 2
    assert "lens-input" in shown and "lens-input-0" not in shown


def test_the_sender_is_outlined_and_receivers_glow() -> None:
    run = run_of("square")
    made = lens(run)
    for m in moments(run):
        focus = focus_of(m)
        if focus is None or m.step is None or m.step.kind != "backward" or m.step.events[0].arg is None:
            continue
        shown = parts(elements(made, m))
        active = [r for r in shown["lens-active"].marks if isinstance(r, Rect)]
        assert any(r.stroke == LIGHT.grad and r.line == 2 and r.fill is None and r.h < 30 for r in active)
        assert not any(r.fill == LIGHT.glow for r in active)
        got = {run.graph.nodes[focus].args[e.arg] for e in m.step.events if e.arg is not None}
        inputs = dict.fromkeys(run.graph.nodes[focus].args)
        for slot, i in enumerate(inputs):
            card = shown["lens-input" if len(inputs) == 1 else f"lens-input-{slot}"]
            glow = any(isinstance(r, Rect) and r.fill == LIGHT.glow for r in card.marks)
            assert glow == (i in got)


def test_a_gradient_that_collects_says_how_many_terms_have_come() -> None:
    run = run_of("square")
    made = lens(run)
    notes = [s for m in moments(run) for s in said(elements(made, m)) if s.startswith(("1 of 2", "2 of 2"))]
    assert any(s.startswith("1 of 2") for s in notes) and not any(s == "2 of 2" for s in notes)


def grounds(shown: dict[str, Element]) -> dict[str, tuple[float, float]]:
    """Return the corner of each card's ground, by the card's element."""
    return {
        name: next((r.x, r.y) for r in e.marks if isinstance(r, Rect) and r.fill == LIGHT.card and r.r == 8)
        for name, e in shown.items()
        if name.startswith(("lens-input", "lens-active", "lens-feed"))
    }


def test_every_card_has_one_place_for_the_whole_film() -> None:
    run = run_of("layers")
    made = lens(run)
    places: dict[str, set[tuple[float, float]]] = {}
    for m in moments(run):
        for name, corner in grounds(parts(elements(made, m))).items():
            places.setdefault(name, set()).add(corner)
    assert set(places) == {"lens-input", "lens-input-0", "lens-input-1", "lens-active", "lens-feed"}
    assert all(len(corners) == 1 for corners in places.values()), places
    lone, left, right, active = (min(places[f"lens-{n}"]) for n in ("input", "input-0", "input-1", "active"))
    assert lone[0] == active[0] == (left[0] + right[0]) / 2 and lone[1] == left[1] == right[1]


def test_signs_bars_and_results_of_equations_stay_where_they_are() -> None:
    run = run_of("layers")
    made = lens(run)
    names = Names(run.graph)
    seen: list[tuple[set[object], ...]] = []
    for m in moments(run):
        events = m.step.events if m.step and m.step.kind == "backward" else ()
        receivers = run.graph.nodes[events[0].node].args if events else ()
        told = {*receivers, *(e.node for e in events)}
        if len(events) != 2 or any(m.terms[i] > 1 for i in receivers) or any(len(names.partial(i)) > 4 for i in told):
            continue
        marks = parts(elements(made, m))["lens-equations"].marks
        rects = [r for r in marks if isinstance(r, Rect) and r.fill == LIGHT.grad_tint]
        seen.append((
            {p for p in marks if isinstance(p, Path)},
            {(t.x, t.y) for t in marks if isinstance(t, Text) and t.text in ("=", "×")},
            {r for r in rects if r.line == 1.5},
            {(r.x, r.y) for r in rects if r.line == 2},
        ))  # fmt: skip
    bars, signs, results, upstreams = seen[0]
    assert len(seen) > 4 and len(bars) == 6 and len(signs) == 8 and len(results) == 2 and len(upstreams) == 2
    assert {r.x + r.w for r in results if isinstance(r, Rect)} == {made.places.right}
    for others in seen:  # a number of six digits pushes only what stands between it and its result
        assert others[0] == bars and others[2] == results and len(others[1] & signs) >= 6


def test_the_heading_is_one_line_that_calls_nodes_as_the_equations_do() -> None:
    run = run_of("layers")
    made = lens(run)
    for m in moments(run):
        (heading,) = (e for e in elements(made, m) if e.id == "lens-heading")
        assert len({t.y for t in texts((heading,))}) == 1
        assert not any("…" in t.text or "=" in t.text for t in texts((heading,))) or m.step is None


def test_a_card_says_what_its_node_is_made_of_where_the_users_text_has_no_room() -> None:
    run = run_of("layers")
    made = lens(run)
    cards = {s for m in moments(run) for e in elements(made, m) if e.id == "lens-active" for s in said((e,))}
    sums = [n.id for n in run.graph.nodes if n.op == "add"]
    assert any(f"v{i}".translate(SUBSCRIPTS) + " = " in s and "…" not in s for i in sums for s in cards)
    inputs = {s for m in moments(run) for e in elements(made, m) if e.id == "lens-input-0" for s in said((e,))}
    assert {"weights[0][0][1]", "v₃"} <= inputs


def test_a_layer_of_few_nodes_shows_the_arithmetic_of_each() -> None:
    run = run_of("layers")
    made = lens(run)
    seen = 0
    for m in moments(run, "layer"):
        if m.step is None or len({e.node for e in m.step.events}) == 1 or m.step.k == 1:
            continue
        if len(m.step.events) > 8:
            continue
        rows = [e for e in elements(made, m) if e.id.startswith("lens-row-")]
        assert len(rows) == len(m.step.events)
        for row in rows:
            assert sum(t.text == "=" for t in texts((row,))) >= 2
            assert any(isinstance(r, Rect) and r.fill in (LIGHT.glow, LIGHT.glow_value) for r in row.marks)
        seen += 1
    assert seen >= 6


def test_the_rows_of_one_step_begin_alike() -> None:
    def loss(k: list[float], x: list[float]) -> object:
        total: object = 0.0
        for xi in x:
            total = total + (k[0] + k[1] * xi + k[2] * xi**2 - 0.3) ** 2  # type: ignore[operator]
        return total

    run = record(loss, ([0.1, 0.2, 0.3], [-1.0, -0.667, -0.333, 0.12, 0.333, 0.667]), wrt=["k"]).run
    for box in ((800.0, 60.0, 1200.0, 654.0), BOX):
        made, several = lens(run, box=box), 0
        for m in moments(run, "layer"):
            rows = [texts((e,)) for e in elements(made, m) if e.id.startswith("lens-row-")]
            named = [any("/∂" in t.text for t in row) for row in rows]
            assert len(set(named)) < 2, m.step
            # "= 1.000" right under v₇ = v₅ + v₆ would be read as a value.
            assert all(t.x > made.places.left + 20 for row in rows for t in row if t.text == "=")
            several += any(named)
        assert several or box != BOX


def test_what_is_told_aloud_is_the_same_with_and_without_a_lens() -> None:
    run = run_of("layers")
    names = Names(run.graph)
    for pace in ("edge", "node", "layer"):
        for m in moments(run, pace):
            assert narrate(m, names, roomy=True).note == narrate(m, names).note
