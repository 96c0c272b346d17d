"""What is drawn is visible, short, and never two names for one or one for two."""

import time
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.picture.words import Names, composed, cut, fits, subscript, visible, wrapped
from gradviz.record import Graph, Node

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
    assert [names.formula(i) for i in (1, 2)] == ["v₁", "v₂"]
    assert names.card(1) == "v₁ = a_na…n_0" and names.full(1) == long[0]
    assert names.formula(3) == "v₃"  # "v₁" would be taken for node 1
    assert names.formula(4) == "0.5"
    assert names.formula(5) == names.full(5) == "v₅"
    assert names.formula(6) == "a\\u202eb"
    product = Names(
        Graph((Node(0, "data", name="x"), Node(1, "data", name="W₁"), Node(2, "@", (0, 1), "xW₁", local=("", ""))))
    )
    assert product.partial(2) == "(xW₁)" and product.partial(1) == "W₁"
    assert subscript(1056) == "₁₀₅₆"
