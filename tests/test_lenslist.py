"""What a lens lists: many inputs, layers, the finished table; and headings and rows that are long."""

from __future__ import annotations

import numpy as np
import pytest
from lenses import BOX, BOXES, elements, layers, lens, moments, parts, run_of, said, texts

from gradviz.calculus.record import record
from gradviz.picture import lensnotes
from gradviz.picture.fonts import measure
from gradviz.picture.lens import focus_of
from gradviz.picture.lenscard import label_of
from gradviz.picture.narrate import Span
from gradviz.picture.numbers import number
from gradviz.picture.scene import Image, Rect, Text, mark_box
from gradviz.picture.theme import LIGHT


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
