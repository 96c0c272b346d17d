"""The catalogue of building blocks: every row is there, in words and set as mathematics."""

import re
import xml.etree.ElementTree as ET

from gradviz.calculus.op import KINDS
from gradviz.calculus.ops import ROWS
from gradviz.cli.ops import mathml, page


def test_every_op_is_listed_with_its_symbol_rule_and_edge(gradviz):
    said = gradviz("ops")
    assert said.code == 0
    for op in ROWS:
        assert op.name in said.out
        assert op.kind in KINDS and op.formula and op.rule.endswith(".")
    assert "composition" in said.out and "constant" in said.out


def test_a_pattern_picks_and_a_wrong_one_names_what_there_is(gradviz):
    said = gradviz("ops", "tanh")
    assert "tanh" in said.out and "cholesky" not in said.out
    wrong = gradviz("ops", "zzz")
    assert wrong.code == 2 and "no op with 'zzz'" in wrong.err and "matmul" in wrong.err


def test_a_page_has_the_suffix_of_one(gradviz, tmp_path):
    said = gradviz("ops", "-o", "ops.txt")
    assert said.code == 2 and "ops.txt does not end in .html" in said.err
    assert not list(tmp_path.iterdir())


def test_the_page_is_well_formed_and_holds_every_op(gradviz, tmp_path):
    said = gradviz("ops", "-o", "ops.html")
    assert said.code == 0 and said.out == ""
    text = (tmp_path / "ops.html").read_text(encoding="utf-8")
    body = text[text.index("<body>") : text.index("</html>")]
    root = ET.fromstring(body)
    assert len(root.findall(".//tr")) == len(ROWS) + 3
    ids = [e.get("id") for e in root.iter("tr")]
    assert len(ids) == len(set(ids))
    assert "script" not in text and not re.search(r"https?://", text)
    assert page() == page()


def test_rules_are_set_with_raised_and_lowered_parts():
    assert mathml("x²") == "<math><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>"
    assert "<msub><mi>a</mi><mn>i</mn></msub>" in mathml("aᵢ")
    upright = '<mi mathvariant="normal">d</mi>'
    assert mathml("d(a) = rad·da").count(upright) == 2 and "<mi>rad</mi>" in mathml("d(a) = rad·da")
    assert "&lt;" in mathml("a < b") and "<mn>0.5</mn>" in mathml("0.5·x")
