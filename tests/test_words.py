"""What is drawn is visible, short, and never two names for one or one for two."""

import re
import time
import unicodedata
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looking import crossed, outside, overlapping, texts

import gradviz as gv
from gradviz.picture.equation import in_names
from gradviz.picture.scene import Text
from gradviz.picture.sheet import sheet
from gradviz.picture.words import Names, composed, cut, fits, visible, wrapped
from gradviz.record import Graph, Node, terms
from gradviz.record.group import collapse
from gradviz.record.shorthand import below, letter

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(ANY)
def test_visible_text_is_well_formed_and_stable(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    root = ET.Element("t")
    root.text = shown
    assert ET.fromstring(ET.tostring(root, encoding="utf-8")).text == (shown or None)
    assert not any(unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI") for c in shown)


def test_escapes_say_which_character_stood_there() -> None:
    assert visible("a\u202eb\x00\n\ud800") == "a\\u202eb\\x00\\n\\ud800"
    assert visible("ḡ hᵀ κ 名前 ]]> <script>") == "ḡ hᵀ κ 名前 ]]> <script>"


def test_cut_keeps_both_ends_and_whole_letters() -> None:
    assert cut("abcdefgh") == "abcdefgh"
    assert cut("abcdefghi") == "abcd…ghi"
    assert cut("g\u0304" * 9) == "g\u0304" * 4 + "…" + "g\u0304" * 3
    assert cut("温度の平均値を求める") == "温度の平…求める"


@given(ANY, st.integers(2, 9))
def test_cut_fits(text: str, glyphs: int) -> None:
    assert fits(cut(text, glyphs), glyphs)


def test_huge_names_are_cheap() -> None:
    text = "<script>" + "ab\u0301" * 5000
    start = time.perf_counter()
    for _ in range(1000):
        cut(text)
    assert time.perf_counter() - start < 0.5
    assert len(cut("e" + "\u0301" * 10_000)) < 100


@pytest.mark.parametrize(
    "text",
    ["x", "x₁", "ŷ", "w[0]", "params.w[0]", "exp(q)", "f(a)(b + c)[1]", "x'", "(a + b)", "(x − μ)₂", "κόσμος", "名前"],
)
def test_single_symbols_need_no_parentheses(text: str) -> None:
    assert wrapped(text) == text


@pytest.mark.parametrize(
    "text", ["x₁·w₁", "q²", "hᵀ", "a + b", "-x", "W₂h", "exp(q)+1", "f(x", "(a)+(b)", "[0]x", "(a)₂h"]
)
def test_composed_names_get_parentheses(text: str) -> None:
    assert composed(text) and wrapped(text) == f"({text})"


def test_names() -> None:
    long = [f"a_name_that_goes_on_{i}" for i in range(2)]
    names = Names(
        Graph(
            (
                Node(0, "parameter", name="x"),
                Node(1, "parameter", name=long[0]),
                Node(2, "parameter", name=long[1]),
                Node(3, "parameter", name="v₁"),
                Node(4, "constant", name="", label="0.5"),
                Node(5, "parameter"),
                Node(6, "parameter", name="a\u202eb"),
            )
        )
    )
    assert names.formula(0) == names.card(0) == "x"
    assert [names.formula(i) for i in (1, 2)] == ["u₁", "u₂"]
    assert names.card(1) == "u₁ = a_na…n_0" and names.full(1) == long[0]
    assert names.formula(3) == "v₁"  # the user's own names are kept, and what is short for others is no v
    assert names.formula(4) == "0.5"
    assert names.formula(5) == names.full(5) == "u₅"
    assert names.formula(6) == "a\\u202eb"
    product = Names(
        Graph((Node(0, "data", name="x"), Node(1, "data", name="W₁"), Node(2, "@", (0, 1), "xW₁", local=("", ""))))
    )
    assert product.partial(2) == "(xW₁)" and product.partial(1) == "W₁"
    assert below(1056) == "₁₀₅₆"


def test_short_names_have_a_letter_that_no_name_of_the_users_has() -> None:
    assert letter(["x", "vel·w"]) == "v" and letter(["v"]) == letter(["x·v_2"]) == letter(["v̂·t"]) == "u"
    assert letter(["v₁₂", "u", "z[0]"]) == "q" and letter("vuzqhrskpnmtacw") == "#"


def kin(v, a, t):
    v1 = v + a * t
    s = v * t + 0.5 * a * t**2
    return s * v1


def swing(k):
    x, v = 1.0, 0.0
    for _ in range(12):
        a = -k * x
        v = v + a * 0.1
        x = x + v * 0.1
    return np.exp(np.tanh(x + 1) * 2) - np.exp(np.tanh(x + 1.5) * 3) * v


@pytest.mark.parametrize(("function", "args"), [(kin, (2.0, 3.0, 4.0)), (swing, (1.0,))])
def test_one_name_never_means_two_things(function, args) -> None:
    graph = gv.film(function, *args).run.graph
    names = Names(graph)
    mine = {n.id: n.name for n in graph.nodes if re.fullmatch("v[₀-₉]*", n.name)}
    assert mine and all(names.formula(i) == name for i, name in mine.items()), "the user's own names are kept"
    shorts = {n.short for n in graph.nodes}
    assert len(shorts) == len(graph.nodes) and not shorts & {n.name for n in graph.nodes}
    for n in graph.nodes:
        for word in re.findall("[a-z][₀-₉]+", n.label):
            assert word in shorts or word in {m.name for m in graph.nodes}
    folded = Names(Graph(tuple(Node(i, "data", name="v₁" if i else "a rather long one") for i in range(2))))
    assert (folded.formula(0), folded.formula(1)) == ("u₀", "v₁")


def test_a_node_keeps_its_short_name_when_groups_are_folded() -> None:
    def f(x, y):
        with gv.scope("first"):
            a = np.exp(x) * y + 1.0
        return np.tanh(a * a + y * y) * np.sin(a - y)

    run = gv.film(f, 0.5, 1.5).run
    whole, graph = Names(run.graph), collapse(run, 0).graph
    assert len(graph.nodes) < len(run.graph.nodes)
    called = {whole.full(n.id): whole.formula(n.id) for n in run.graph.nodes}
    folded = Names(graph)
    assert any(called[folded.full(n.id)] == n.short != run.graph.nodes[n.id].short for n in graph.nodes)
    assert all(called[folded.full(n.id)] == folded.formula(n.id) for n in graph.nodes)


def test_a_formula_that_is_cut_never_reads_as_another_one() -> None:
    for text in ("sin(x + h) + (x + h)²/4", "tanh(w·x + b)", "(w·x[0] − y[0])²", "m·g·h + 0.5·m·v²"):
        for glyphs in range(2, len(text)):
            assert cut(text, glyphs) == text[: glyphs - 1] + "…"
    assert cut("parameters.weights[0]", 12).count("…") == 1 and cut("parameters.weights[0]", 12)[-1] == "]"


def deep(x, n):
    return x if n == 0 else x * deep(np.sin(x), n - 1)


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_stands_over_a_card_is_whole_or_in_short_names_or_only_the_short_name(rankdir, theme) -> None:
    def f(x, h):
        return np.sin(x + h) + (x + h) ** 2 / 4

    for film in (gv.film(f, 0.5, 0.1, rankdir=rankdir, theme=theme), gv.film(deep, 1.0, 4, rankdir=rankdir)):
        run, names = film.run, Names(film.run.graph)
        scene = film.drawing(moving=False, height=1400).frame(-1).scene
        for n in run.graph.nodes:
            element = next(e for e in scene.elements if e.id == f"node-{n.id}")
            whole = (names.full(n.id), f"{names.formula(n.id)} = {names.full(n.id)}", names.formula(n.id))
            made = f"{names.formula(n.id)} = {in_names(run.graph, names, n.id)}"
            said = [m.text for m in element.marks if isinstance(m, Text)]
            assert not any("…" in t for t in said), said
            assert n.is_leaf or any(t in (*whole, made) for t in said)
        assert not overlapping(scene) and not outside(scene)


def test_a_compact_card_does_not_read_as_a_function_of_its_name() -> None:
    def f(x, w):
        y = np.exp(x * w)
        z = np.cos(y)
        return np.tanh(z * y)

    run = gv.film(f, 0.5, 0.1).run
    laid = sheet(run, Names(run.graph), "LR", terms(run.graph, run.sweep("backward")), detail="compact")
    assert {"y: exp", "z: cos"} <= {face.symbol for face in laid.faces}


def wave(A, gamma, t, omega, phi):
    return A * np.exp(-gamma * t) * np.cos(omega * t + phi) + np.tanh(A * t) * np.sin(omega * phi)


def squares(w, x, y):
    return sum((w * xi - yi) ** 2 for xi, yi in zip(x, y, strict=True))


@pytest.mark.parametrize(
    ("function", "args", "among"),
    [
        (wave, (1.0, 0.1, 2.0, 3.0, 0.5), {"−γ·t", "ω·t", "−γ"}),
        (squares, (0.5, [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), {"w·x[0]", "v₁₃ = v₉ + v₁₂"}),
    ],
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_compact_cards_have_their_names_over_them_where_there_is_room(function, args, among, theme) -> None:
    drawn = gv.film(function, *args, theme=theme).drawing(width=540, height=960, moving=False)
    assert drawn.level == "compact"
    for scene in (drawn.frame(-1).scene, drawn.frame(3).scene):
        said = [t.text for e, t in texts(scene) if e.kind == "node"]
        assert among <= set(said) and not any(": " in t or "…" in t for t in said)
        assert not overlapping(scene) and not outside(scene) and not crossed(scene)
        assert all(t.size * drawn.canvas.scale >= 9.99 for _, t in texts(scene))
