"""The lens: what it shows of a step, with every text inside its place and none over another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from gradviz.calculus.record import record
from gradviz.picture import lensnotes
from gradviz.picture.chips import sample
from gradviz.picture.extent import extents
from gradviz.picture.fonts import measure
from gradviz.picture.lens import Lens, focus_of
from gradviz.picture.lenscard import label_of
from gradviz.picture.lensplaces import shared
from gradviz.picture.moment import Moment
from gradviz.picture.narrate import Span, narrate
from gradviz.picture.numbers import number
from gradviz.picture.scene import Element, Image, Path, Rect, Text, mark_box
from gradviz.picture.theme import DARK, LIGHT
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


def test_a_node_with_many_inputs_lists_them_and_says_how_many_more() -> None:
    run = run_of("stacked")
    made = lens(run)
    stack = next(n.id for n in run.graph.nodes if len(n.args) == 20)
    for m in moments(run):
        if focus_of(m) == stack:
            shown = parts(elements(made, m))
            listed = {t.text for t in texts((shown["lens-inputs"],))}
            more = next(s for s in listed if s.startswith("+ "))
            named = len(listed & {f"w[{i}]" for i in range(20)})
            assert more == f"+ {20 - named} more" and named >= 3


def test_layers_are_listed_with_what_is_not_shown_counted() -> None:
    run = record(lambda w: sum(v * v for v in w), ([0.01 * i for i in range(60)],)).run
    made = lens(run)
    _, products, *_ = moments(run, "layer")
    shown = elements(made, products)
    rows = [e for e in shown if e.id.startswith("lens-row-")]
    assert rows and f"+ {60 - len(rows)} more" in said(shown)


@pytest.mark.parametrize("wide", [4, 12])
@pytest.mark.parametrize("box", BOXES)
def test_all_inputs_have_a_place_in_the_first_frame(wide: int, box: tuple[float, float, float, float]) -> None:
    r = np.random.default_rng(3)
    weights = [r.normal(size=s).tolist() for s in ((wide, 3), (wide, wide + 1), (1, wide + 1))]
    run = record(layers, ([0.4, -0.7], weights, 1.0)).run
    first = next(moments(run))
    shown = elements(lens(run, box=box), first)
    words = said(shown)
    alone = [t.text for t in texts(shown) if t.mono]
    many = [int(t.text) for t in texts(shown) if t.text.isdecimal()]  # beside a thumbnail, how many it holds
    rows = [e for e in shown if e.id.startswith("lens-row-")]
    assert len(alone) + sum(many) == len(first.after.values)
    assert not any(s.startswith("+ ") for s in words) and "x" in words
    assert bool(many) == ("how many" in words) == any(isinstance(m, Image) for e in rows for m in e.marks)
    if box == BOX:
        assert bool(many) == (wide == 12)
        assert {"weights[0]", "v₂–v₃₇"} <= words if many else {*map(number, weights[0][3])} <= {*alone}


def test_of_a_whole_sweep_the_gradients_of_inputs_come_before_those_on_the_way() -> None:
    def chain(x: float) -> object:
        y: object = x
        for _ in range(30):
            y = np.sin(y)  # type: ignore[call-overload]
        return y

    run = record(chain, (0.7,)).run
    (last,) = (m for m in moments(run, "sweep") if m.step and m.step.kind == "backward")
    assert texts(tuple(e for e in elements(lens(run), last) if e.id == "lens-row-0"))[0].text == "x"


def test_the_finished_lens_ranks_inputs_by_the_size_of_their_gradients() -> None:
    run = run_of("many")
    made = lens(run)
    *_, last = moments(run)
    shown = elements(made, last)
    rows = sorted((e for e in shown if e.id.startswith("lens-row-")), key=lambda e: e.box[1])
    first = [texts((e,))[0].text for e in rows]
    names = {n.name: n.id for n in run.graph.nodes if n.is_leaf}
    sizes = [abs(last.after.grads[names[n]]) for n in first if n in names]  # type: ignore[arg-type]
    assert len(sizes) > 8 and sizes == sorted(sizes, reverse=True)


def test_an_element_that_looks_the_same_is_the_same_object() -> None:
    run = run_of("square")
    made = lens(run)
    m = list(moments(run))[4]
    one, two = elements(made, m), elements(made, m)
    assert one and all(a is b for a, b in zip(one, two, strict=True))


def test_a_long_heading_is_set_on_two_lines_and_then_cut() -> None:
    words = tuple(Span(f"word{i} ", bool(i % 2)) for i in range(30))
    marks = lensnotes.heading(words, 0, 28, 416, LIGHT)
    baselines = {m.y for m in marks if isinstance(m, Text)}
    assert len(baselines) == 2 and all(mark_box(m)[2] <= 417 for m in marks)
    assert any("…" in m.text for m in marks if isinstance(m, Text))


def test_a_node_that_feeds_several_names_those_without_a_card() -> None:
    run = run_of("layers")
    made = lens(run)
    m = next(m for m in moments(run) if (i := focus_of(m)) is not None and len(run.graph.users[i]) == 1)
    assert not any(s.startswith("and ") for s in said((parts(elements(made, m))["lens-words"],)))
    run = run_of("fan")
    made = lens(run)
    seen = 0
    for m in moments(run):
        i = focus_of(m)
        users = dict.fromkeys(u for u, _ in run.graph.users[i]) if i is not None else {}
        if len(users) > 1:
            named = {s for s in said((parts(elements(made, m))["lens-words"],)) if s.startswith("and ")}
            few = len(users) <= 4
            assert len(named) == (len(users) - 1 if few else 1) and (few or named == {f"and {len(users) - 1} more"})
            seen += 1
    assert seen


def test_symbols_stay_together_where_no_result_ends_them() -> None:
    run = run_of("arrays")
    made = lens(run)
    seen = 0
    for m in moments(run):
        for e in elements(made, m):
            boxes = [mark_box(k) for k in e.marks]
            for sign in (k for k in e.marks if e.id == "lens-equations" and isinstance(k, Text) and k.text == "="):
                x0, x1 = sign.x, sign.x + sign.width
                if any(isinstance(k, Rect) and 0 < k.x - x1 < 24 and k.y < sign.y < k.y + k.h for k in e.marks):
                    continue
                before = [b[2] for b in boxes if b[2] <= x0 + 1 and b[1] < sign.y + 20 and b[3] > sign.y - 20]
                assert not before or x0 - max(before) < 60
                seen += bool(before)
    assert seen > 5


def test_a_result_stands_near_its_sum_in_a_wide_lens_too() -> None:
    wide = (24.0, 520.0, 624.0, 1086.0)
    made = lens(run_of("square"), box=wide)
    sums = [e for m in moments(made.run) for e in elements(made, m) if e.id == "lens-equations"]
    assert sums and all(e.box[2] < wide[0] + 460 for e in sums)


def test_bars_take_no_room_from_the_names_beside_them() -> None:
    def heat(outside_degrees: float, b: float) -> object:
        return outside_degrees * b + b

    made = lens(record(heat, (0.3, 1.2)).run)
    *_, last = moments(made.run)
    assert "v₀ = outside_degrees" in said(elements(made, last))


def test_a_long_name_in_a_table_is_set_smaller_than_its_numbers_and_not_cut() -> None:
    def f(parameters: dict[str, list[float]]) -> object:
        return sum(v * v for v in parameters["weights"])

    run = record(f, ({"weights": [0.1, 0.2, -0.3]},)).run
    made = lens(run)
    shown = elements(made, next(moments(run)))
    names = [t for t in texts(shown) if "weights" in t.text]
    figures = [t for t in texts(shown) if t.mono]
    assert len(names) == 3 and not any("…" in t.text for t in names)
    assert {t.size for t in names} == {13} and {t.size for t in figures} == {16}


def test_a_place_in_nested_lists_keeps_its_indices_when_it_is_cut() -> None:
    full = "parameters[2][0][13]"
    assert label_of("v₃₈", full, 400, 13) == f"v₃₈ = {full}"
    for most in (160.0, 140.0):
        cut = label_of("v₃₈", full, most, 13)
        assert cut.startswith("v₃₈ = p") and cut.endswith("…[2][0][13]") and measure(cut, 13) <= most
    assert measure(label_of("v₃₈", full, 60, 13), 13) <= 60
