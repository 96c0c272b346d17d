"""What is said is true: every shown piece of arithmetic comes out, and every case has its sentence."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tape import OPS, Tape, fanout, layers, moments, neuron, told
from told import by_note, read_out, said

from gradviz.calculus.record import record
from gradviz.picture.formula import Chip, Equation, Num, Thumb, Word
from gradviz.picture.locals import chip_text
from gradviz.picture.narrate import narrate
from gradviz.picture.numbers import number, read
from gradviz.picture.theme import LIGHT
from gradviz.picture.typeset import fit, typeset
from gradviz.picture.words import Names
from gradviz.record import Event, Run, Sweep, final, freeze


def test_the_neuron_as_in_the_look() -> None:
    n = by_note(neuron(), "sum sends its gradient 0.5 to x₁·w₁")
    assert n.note == ("sum sends its gradient 0.5 to x₁·w₁: upstream 0.5 times local 1 gives the contribution 0.5.")
    assert said(n) == ["sum sends its gradient to x₁·w₁.", "Addition passes it on unchanged."]
    assert [s.text for s in n.lines[0] if s.bold] == ["sum", "x₁·w₁"]
    assert read_out(n.equations[0]) == ("∂o/∂(x₁·w₁) = ∂o/∂sum × ∂sum/∂(x₁·w₁) = [0.500] (×1) = [0.500]")


def test_the_fanout_as_in_the_look() -> None:
    n = by_note(fanout(), "q² sends term 2 of 3 to q")
    assert said(n) == ["q is used 3 times.", "Its gradient is a sum.", "q² sends term 2 of 3."]
    assert read_out(n.equations[0]) == ("∂L/∂q = old + ∂L/∂(q²) × ∂(q²)/∂q = [1.759] + [1.000] (×1.129) = [2.888]")
    frames = {i.label: i.frame for i in n.equations[0].numbers if isinstance(i, Num)}
    assert frames == {"old": "old", "upstream": "upstream", "new, 2 of 3 terms": "partial"}
    last = by_note(fanout(), "q·b sends term 3 of 3 to q")
    assert said(last)[-1] == "q·b sends term 3 of 3."
    assert last.equations[0].numbers[-1] == Num("4.388", "result", "new, 3 of 3 terms")
    first = by_note(fanout(), "exp(q) sends term 1 of 3 to q")
    assert "old" not in read_out(first.equations[0])


def test_forward_steps() -> None:
    notes = [n.note for n in told(neuron())]
    assert notes[0] == "The inputs get their values: x₁ = 2, w₁ = −3, x₂ = 0, w₂ = 1 and b = 6.881."
    assert "n = sum + b = −6 + 6.881 = 0.881." in notes
    n = by_note(neuron(), "o = ")
    assert read_out(n.equations[0]) == "o = tanh(n) = tanh( [0.881] ) = [0.707]"
    assert {i.role for i in n.equations[0].numbers if isinstance(i, Num)} == {"value"}
    assert read_out(by_note(fanout(), "q² = ").equations[0]) == "q² = [0.565] ² = [0.319]"
    assert said(told(neuron())[0]) == ["The inputs get their values.", "3 parameters and 2 data inputs."]


def test_seed_and_finish() -> None:
    n = by_note(fanout(), "The backward sweep")
    assert n.note == "The backward sweep starts at L: ∂L/∂L = 1."
    end = told(fanout())[-1]
    assert end.note == "Finished: L = 2.925. Edge width shows how large each contribution is."
    assert read_out(end.equations[0]).split() == ["∂L/∂a", "=", "[3.622]", "∂L/∂b", "=", "[0.565]"]


def test_several_seeds_make_a_sum_with_a_name_of_its_own() -> None:
    t = Tape()
    s = t.leaf("s", 0.3)
    y1, y2 = t.op("sin", s, name="y₁"), t.op("exp", s, name="y₂")
    run = t.run(y1, y2, seeds={y2: 1.0, y1: 0.5})
    n = by_note(run, "The backward sweep")
    assert n.note.endswith("S = y₂ + 0.5·y₁.")
    assert read_out(n.equations[1]) == "∂S/∂y₁ = [0.500]"
    assert "∂S/∂s" in read_out(by_note(run, "y₁ sends").equations[0])


def test_one_node_that_feeds_another_twice() -> None:
    t = Tape()
    x = t.leaf("x", 3.0)
    run = t.run(t.op("×", x, x, name="y"))
    both = by_note(run, "y sends its gradient", "node")
    assert said(both)[0] == "y sends its gradient to x twice, once for each use."
    assert [read_out(e).split(" = ")[-1] for e in both.equations] == ["[3.000]", "[6.000]"]
    assert "[3.000] + [1.000] (×3)" in read_out(both.equations[1])
    one = by_note(run, "y sends term 2 of 2")
    assert said(one)[0] == "x is used twice."
    assert read_out(one.equations[0]).startswith("∂y/∂x = old + ∂y/∂y × x = "), "the local derivative is by one use"


def test_a_constant_is_a_plain_number() -> None:
    t = Tape()
    y = t.op("×", t.leaf("2", 2.0, "constant"), t.leaf("x", 0.25), name="y")
    n = by_note(t.run(y), "y = ")
    assert read_out(n.equations[0]) == "y = 2·x = 2 × [0.250] = [0.500]"
    assert said(n)[0] == "y gets its value from x."


def test_arrays() -> None:
    run = layers()
    n = by_note(run, "W₂h sends its gradient to W₂")
    assert said(n)[0] == "W₂h sends its gradient ḡ to W₂."
    assert said(n)[2] == "∂L/∂W₂ has W₂’s shape: 2×4."
    assert read_out(n.equations[0]) == "∂L/∂W₂ = ∂L/∂(W₂h) hᵀ = ḡ hᵀ = <2×5> <5×4> = <2×4>"
    left, right, made = (i for i in n.equations[0].numbers if isinstance(i, Thumb))
    assert np.allclose(left.value @ right.value, made.value)
    # A bias of one row: the local derivative is 1 everywhere, yet what happens on the edge is a sum.
    graph = run.graph
    z = next(n for n in graph.nodes if n.name == "z")
    assert chip_text(graph, Names(graph), z.id, 1, np.ones((4, 5))) == "Σ axis 1"
    assert chip_text(graph, Names(graph), z.id, 0, np.ones((4, 5))) == "×1"
    other = by_note(run, "W₂h sends its gradient to h")
    left, right, made = (i for i in other.equations[0].numbers if isinstance(i, Thumb))
    assert np.allclose(left.value @ right.value, made.value)
    bias = by_note(run, "z sends its gradient to b₁")
    assert "unchanged" not in " ".join(said(bias)), "what is summed is changed"
    assert said(bias)[1] == "b₁ was repeated along axis 1, so its gradient is summed there: 4×5 to 4×1."
    assert "(Σ axis 1)" in read_out(bias.equations[0])
    tanh = by_note(run, "h sends its gradient to z")
    assert "(×(1 − h²))" in read_out(tanh.equations[0])
    assert by_note(run, "W₁x").note == "W₁x: a 4×5 array. 4×3 times 3×5 gives 4×5."


def test_layers_and_sweeps_are_summed_up() -> None:
    by_layer = [n.note for n in told(neuron(), "layer")]
    assert by_layer[1] == "Layer 1 of 4: 2 nodes get their values: x₁·w₁ = −6 and x₂·w₂ = 0."
    assert by_layer[-2].startswith("Layer 4 of 4: 2 nodes send gradients to 4 others. The largest contribution: x₁·w₁")
    whole = told(neuron(), "sweep")
    assert whole[0].note.startswith("The forward sweep: 5 nodes get their values: ")
    assert said(whole[1])[0] == "The backward sweep: 5 nodes send gradients to 9 nodes."


def odd_run() -> Run:
    t = Tape()
    a, b = t.leaf("a", 0.0), t.leaf("b", 1.0)
    q = t.op("÷", b, a, name="q")
    big = t.op("exp", t.op("( )²", t.leaf("c", 40.0)), name="big")
    return t.run(t.op("+", t.op("×", q, a, name="p"), big, name="L"))


def test_nan_and_infinity_are_said_where_they_begin() -> None:
    run = odd_run()
    q = by_note(run, "q = ")
    assert said(q)[1] == "∞ begins here." and read_out(q.equations[0]).endswith("[1.000] ÷ [0.000] = [∞]")
    p = by_note(run, "p = ")
    assert p.note == "p = q·a = ∞ × 0 = NaN." and len(p.lines) == 1
    assert by_note(run, "q sends its gradient 0 to b").note.endswith("NaN. NaN begins here.")
    for n in told(run):
        for e in n.equations:
            if "NaN" in read_out(e) or "∞" in read_out(e):
                assert "≈" not in read_out(e)


def shown_numbers(equation: Equation) -> Iterator[tuple[list[float], str, str]]:
    """Yield the terms (old, upstream, local), relation and result of a scalar contribution."""
    items = equation.numbers
    result = items[-1]
    assert isinstance(result, Num) and isinstance(items[-2], Word)
    yield [read(i.text) for i in items[:-1] if isinstance(i, Num | Chip)], items[-2].text, result.text


FINITE = st.floats(-3, 3).filter(lambda v: v == 0 or abs(v) > 1e-3)


@settings(max_examples=60, deadline=None)
@given(st.lists(FINITE, min_size=2, max_size=4), st.data())
def test_shown_arithmetic_is_true(leaves: list[float], data: st.DataObject) -> None:
    t = Tape()
    ids = [t.leaf(f"x{i}", v) for i, v in enumerate(leaves)]
    for _ in range(6):
        symbol = data.draw(st.sampled_from([s for s in OPS if s not in ("÷", "exp")]))
        args = [data.draw(st.sampled_from(ids)) for _ in OPS[symbol][4]]
        ids.append(t.op(symbol, *args, name=f"y{len(ids)}"))
    checked = exact = 0
    for m, n in zip(moments(t.run(ids[-1])), told(t.run(ids[-1])), strict=True):
        if m.step is None or m.step.kind != "backward" or m.step.k == 1:
            continue
        for terms, relation, result in shown_numbers(n.equations[0]):
            *old, upstream, slope = terms
            made = sum(old) + upstream * slope
            checked += 1
            if relation == "=":
                exact += 1
                assert result in [number(made, d) for d in (4, 5, 6)] or made == read(result)
            else:
                assert relation == "≈" and read(result) == pytest.approx(made, rel=0.02, abs=0.02)
    assert exact >= 0.5 * checked


def test_forward_mode() -> None:
    f = fanout()
    q, dq = math.sin(0.6), math.cos(0.6)
    moved = {"a": 1.0, "b": 0.0, "q": dq, "q·b": 1.5 * dq, "q²": 2 * q * dq, "exp(q)": math.exp(q) * dq}
    moved["q·b + q²"] = moved["q·b"] + moved["q²"]
    moved["L"] = moved["q·b + q²"] + moved["exp(q)"]
    sweep = Sweep("tangent", tuple(Event(n.id, moved[n.name]) for n in f.graph.nodes))
    run = Run(f.graph, (f.sweeps[0], sweep, f.sweeps[1]))
    notes = told(run)
    assert by_note(run, "The direction").note == "The direction: a′ = 1."
    square = next(n for n in notes if n.note.startswith("(q²)′"))
    assert read_out(square.equations[0]).startswith("(q²)′ = 2·q × q′ = [0.825")
    product = next(n for n in notes if n.note.startswith("(q·b)′"))
    assert "b × q′ = " in read_out(product.equations[0])  # b stands still, so its term is left out
    last = next(n for n in notes if n.note.startswith("L′"))
    assert read_out(last.equations[0]).endswith("[2.170] (×1) + [1.452] (×1) = [3.622]")
    roles = {i.role for n in (square, last) for i in n.equations[0].numbers if isinstance(i, Num | Chip)}
    assert roles == {"value"}


def test_updates() -> None:
    f = neuron()
    ids = {n.name: n.id for n in f.graph.nodes}
    step = Sweep("update", (Event(ids["w₁"], -3.1), Event(ids["b"], 6.9)), "sgd, step 3")
    n = told(Run(f.graph, (*f.sweeps, step)))[-2]
    assert n.note == "sgd, step 3: 2 parameters take one step: w₁ = −3 − 0.1 = −3.1; b = 6.881 + 0.0186 = 6.9."
    assert read_out(n.equations[0]) == "w₁ = [−3.000] − [0.100] = [−3.100]"
    arrays = layers()
    w = next(n for n in arrays.graph.nodes if n.name == "W₁")
    moved = freeze(np.asarray(arrays.sweeps[0].events[w.id].value) - 0.1)
    n = told(Run(arrays.graph, (*arrays.sweeps, Sweep("update", (Event(w.id, moved),)))))[-2]
    assert read_out(n.equations[0]) == "W₁ = <4×3> + <4×3> = <4×3>"


@pytest.mark.parametrize(
    ("symbol", "values", "result", "text"),
    [
        ("^", (2.0, -1.0), 0.5, "[2.000] ^ [−1.000] = [0.500]"),
        ("| |", (-1 / 3,), 1 / 3, "| [−0.333] | = [0.333]"),
        ("−", (-0.5,), 0.5, "− [−0.500] = [0.500]"),
        ("max", (1.0, 2.0), 2.0, "max( [1.000] , [2.000] ) = [2.000]"),
        ("⌊÷⌋", (7.0, 2.0), 3.0, "⌊ [7.000] ÷ [2.000] ⌋ = [3.000]"),
        ("1/( )", (3.0,), 1 / 3, "1/ [3.000] = [0.333]"),
        ("( )^0.5", (2.0,), 2**0.5, "[2.000] ^0.5 = [1.414]"),
        ("digamma", (1 / 3,), -3.13203378, "digamma( [0.333] ) ≈ [−3.132]"),
        ("digamma", (1.0,), 2.0, "digamma( [1.000] ) = [2.000]"),
    ],
)
def test_symbols_around_numbers(symbol: str, values: tuple[float, ...], result: float, text: str) -> None:
    t = Tape()
    args = tuple(t.leaf(f"x{i}", v) for i, v in enumerate(values))
    y = t.node(symbol, args, result, "y", ("{g}",) * len(args))
    run = t.run(y, sent={(y, i): lambda g: g for i in range(len(args))})
    assert read_out(by_note(run, "y = ").equations[0]).endswith(f"= {text}")


def test_hostile_and_long_names() -> None:
    t = Tape()
    a = t.leaf("<script>" + "x" * 10_000, 2.0)
    b = t.leaf("a\u202eb]]>", 3.0)
    run = t.run(t.op("×", a, b, name="y\x00" * 5000))
    start = time.perf_counter()
    everything = told(run) + told(run, "node") + told(run, "sweep")
    assert time.perf_counter() - start < 1
    for n in everything:
        text = n.note + " ".join(said(n)) + " ".join(map(read_out, n.equations))
        assert not re.search("[\x00-\x1f\u202e]", text)
        assert len(n.note) < 700 and all(len(line) < 120 for line in said(n))
    assert any("v₀" in read_out(e) for n in everything for e in n.equations)


@pytest.mark.parametrize("make", [neuron, fanout, layers, odd_run])
@pytest.mark.parametrize("pace", ["edge", "node", "layer", "sweep"])
def test_every_step_has_a_sentence_and_fits(make: object, pace: str) -> None:
    run = make()  # type: ignore[operator]
    for n in told(run, pace):
        assert re.fullmatch(r"\S.*\.", n.note) and 1 <= len(n.lines) <= 3
        assert "{" not in n.note + "".join(said(n))
        for e in n.equations:
            assert fit(e, 560)[0] and fit(e, 560)[0][-1] == (*e.symbols, *e.numbers)[-1]


def test_the_same_run_is_told_the_same_and_quickly() -> None:
    assert told(fanout()) == told(fanout())
    names = Names(fanout().graph)
    path = moments(fanout())
    best = math.inf
    for _ in range(5):
        start = time.perf_counter()
        for m in path:
            for e in narrate(m, names).equations:
                typeset(e, LIGHT, x=0, axis=0, most=600)
        best = min(best, (time.perf_counter() - start) / len(path))
    assert best < 1.5e-3


def test_arrays_are_told_aloud_as_sentences() -> None:
    def f(x: np.ndarray, b: np.ndarray, w: float) -> object:
        return np.tanh(x + b) * b * w, np.sum(x * w)

    seeds = (np.ones((3, 2)), 1.0)
    run = record(f, (np.full((3, 2), 0.3), np.array([0.1, 0.2]), 2.0), seed=seeds).run
    notes = [n.note for n in told(run)]
    assert notes[0] == "The inputs get their values: x (a 3×2 array), b (a vector of 2) and w = 2."
    assert any(n.endswith("A 3×2 array and a vector of 2 give a 3×2 array.") for n in notes)
    assert any(n.endswith("A 3×2 array becomes a number.") for n in notes)
    assert "along axis 0 gives a vector of 2." in next(
        n for n in notes if " 1 of 2 to b: the sum of upstream times" in n
    )
    assert any(" 2 of 2 to b: old plus upstream summed along axis 0 gives a vector of 2." in n for n in notes)
    (second,) = (n for n in notes if " 2 of 2 to w: " in n)
    numbers = re.search(r"old (\S+) plus the sum of .* gives (\S+)\.$", second)
    w = final(run).grads[next(n.id for n in run.graph.nodes if n.name == "w")]
    assert numbers and isinstance(w, float) and math.isclose(read(numbers[2]), w, abs_tol=1e-3)
    assert notes[-1].startswith("Finished: tanh(x + b)·b·w (a 3×2 array) and ")
    assert not any("Σ" in n.split(": ", 1)[-1] for n in notes if "upstream" in n)
