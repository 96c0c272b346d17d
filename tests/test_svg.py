"""SVG: well formed whatever the names, nothing active in it, real text, and the same picture as the raster's."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import PIL.Image
import pytest
from scenes import film, text

from gradviz.picture.scene import Element, Frame, Image, Path, Rect, Scene, circle, line
from gradviz.writers.raster import Raster
from gradviz.writers.svg import escape, number, svg, write

NS = "{http://www.w3.org/2000/svg}"
ALLOWED = {
    "svg": "viewBox width height font-family role aria-labelledby",
    "title": "id",
    "desc": "id",
    "g": "id class",
    "rect": "x y width height rx fill stroke stroke-width stroke-dasharray shape-rendering",
    "circle": "cx cy r fill stroke stroke-width stroke-dasharray",
    "path": "d fill stroke stroke-width stroke-dasharray stroke-linecap stroke-linejoin",
    "text": "x y text-anchor font-family font-size font-weight fill textLength lengthAdjust "
    "{http://www.w3.org/XML/1998/namespace}space",
    "image": "x y width height preserveAspectRatio image-rendering href",
}
HOSTILE = [
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "' & &amp; &lt; &#x41;",
    "\\ \\u202e ]]> <![CDATA[ <!-- --> <?php ?>",
    "x" * 10_000,
    "  two  spaces ",
    "漢字 αβγ 𝔸 e\u0301",
]
UNSAFE = ["\x00", "\x1b[31m", "\u202eabc", "\u2066", "\ud800", "\uffff", "\x85", "\U0001fffe"]


def scene(*elements: Element, title: str = "T", desc: str = "D") -> Scene:
    return Scene(100, 60, "#FFFFFF", elements, title, desc)


def node(*marks, name: str = "node-0", title: str = "") -> Element:
    return Element(name, "node", marks, title)


def parse(picture: Scene, **options) -> ET.Element:
    return ET.fromstring(svg(picture, **options).encode())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back_as_the_same_text_and_are_nothing_else(name):
    root = parse(scene(node(text(5, 20, name, 12, "#000000"), title=name), title=name, desc=name))
    assert root.find(f"{NS}title").text == root.find(f"{NS}desc").text == name
    group = root.find(f"{NS}g")
    assert group.find(f"{NS}title").text == group.find(f"{NS}text").text == name
    assert [e.tag for e in root.iter()] == [NS + t for t in ("svg", "title", "desc", "rect", "g", "title", "text")]


@pytest.mark.parametrize("char", UNSAFE)
def test_what_xml_forbids_or_turns_text_around_is_shown_by_its_code(char):
    root = parse(scene(node(text(5, 20, f"a{char}b", 12, "#000000"), title=char)))
    words = root.find(f"{NS}g/{NS}text").text
    assert words.startswith("a\\") and words.endswith("b") and char[0] not in words
    assert f"{ord(char[0]):04x}" in words


def test_only_allowed_elements_and_attributes_occur():
    marks = (
        Rect(1, 1, 9, 9, 2, "#111111", "#222222", 1, (4, 3)),
        circle(5, 5, 3, fill="#333333"),
        Path("MLCZ", (0, 0, 1, 1, 2, 2, 3, 3, 4, 4), None, "#444444", 1, (), "round"),
        text(1, 1, "a  b", 12, "#555555", bold=True, mono=True, anchor="end"),
        Image(0, 0, 9, 9, 2, 2, bytes(12)),
        Image(0, 0, 9, 9, 9, 9, bytes(243)),
    )
    for e in parse(scene(node(*marks, title="tip"))).iter():
        tag = e.tag.removeprefix(NS)
        assert tag in ALLOWED and set(e.attrib) <= set(ALLOWED[tag].split())


def test_elements_have_ids_classes_and_tooltips_and_the_picture_its_names():
    picture = scene(node(name="node-3", title="x = 2"), node(name="edge-0-3-1"), title="A neuron", desc="It learns.")
    root = parse(picture, prefix="p1-")
    assert [g.get("id") for g in root.iter(NS + "g")] == ["p1-node-3", "p1-edge-0-3-1"]
    assert root.find(f"{NS}g").get("class") == "node" and root.find(f"{NS}g/{NS}title").text == "x = 2"
    names = {e.get("id"): e.text for e in root if e.tag in (NS + "title", NS + "desc")}
    assert root.get("role") == "img" and root.get("aria-labelledby").split() == list(names)
    assert list(names.values()) == ["A neuron", "It learns."]
    assert root.get("viewBox") == "0 0 100 60" and (root.get("width"), root.get("height")) == ("100", "60")


def test_text_is_text_with_its_length():
    mark = text(10, 20, "−3.000", 13, "#0072B2", mono=True, anchor="end")
    e = parse(scene(node(mark))).find(f"{NS}g/{NS}text")
    assert e.text == "−3.000" and e.get("text-anchor") == "end" and e.get("font-family").startswith("DejaVu Sans Mono")
    assert float(e.get("textLength")) == pytest.approx(mark.width, abs=1e-3)


def test_numbers_have_three_decimals_no_exponent_and_no_negative_zero():
    assert [number(x) for x in (1, 1.5, 1 / 3, -0.0001, 1e-9, 1e7, 120)] == [
        "1",
        "1.5",
        "0.333",
        "0",
        "0",
        "10000000",
        "120",
    ]
    with pytest.raises(ValueError, match="nan"):
        number(float("nan"))


def test_another_shape_of_output_shows_more_ground():
    root = parse(scene(), size=(200, 200))
    assert root.get("viewBox") == "0 -20 100 100" and root.get("width") == "200"
    ground = root.find(f"{NS}rect")
    assert (ground.get("y"), ground.get("height")) == ("-20", "100")


def test_cells_keep_their_colours_few_as_rectangles_many_as_pixels():
    few = parse(scene(node(Image(10, 10, 30, 20, 2, 3, bytes([1, 2, 3] * 2 + list(range(12)))))))
    rects = few.findall(f"{NS}g/{NS}rect")
    assert rects[0].get("fill") == "#010203" and rects[0].get("width") == "20" and len(rects) == 5
    for data in (bytes(range(243)), bytes(i * j % 251 for i in range(40) for j in range(60))):
        side = 9 if len(data) == 243 else 20
        image = parse(scene(node(Image(0, 0, 9, 9, side, len(data) // 3 // side, data)))).find(f"{NS}g/{NS}image")
        kind, packed = image.get("href").split(",", 1)
        assert kind == "data:image/png;base64"
        assert PIL.Image.open(io.BytesIO(base64.b64decode(packed))).convert("RGB").tobytes() == data


def test_circles_are_circles_and_other_rings_of_cubics_are_not():
    squeezed = circle(10, 10, 5, fill="#000000")
    squeezed = Path(squeezed.ops, tuple(v * (1 if i % 2 else 2) for i, v in enumerate(squeezed.xy)), "#000000")
    group = parse(scene(node(circle(10, 10, 5, stroke="#000000", line=1.5), squeezed))).find(f"{NS}g")
    assert [e.tag.removeprefix(NS) for e in group] == ["circle", "path"]
    assert group[0].attrib == {
        "cx": "10",
        "cy": "10",
        "r": "5",
        "fill": "none",
        "stroke": "#000000",
        "stroke-width": "1.5",
    }


def test_escape_leaves_visible_text_alone():
    assert escape("∂L/∂w₁ = Σᵢ x·ŷ") == "∂L/∂w₁ = Σᵢ x·ŷ"


def test_write_gives_the_same_bytes_each_time():
    outs = [io.BytesIO(), io.BytesIO()]
    for out in outs:
        write(iter([Frame(scene(node(Rect(0, 0, 5, 5, fill="#000000"))), 1, "")]), out, size=(100, 60))
    assert outs[0].getvalue() == outs[1].getvalue() == svg(scene(node(Rect(0, 0, 5, 5, fill="#000000")))).encode()


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not installed")
def test_another_renderer_shows_the_same_picture_as_the_raster(tmp_path):
    *_, frame = film(cards=12, steps=6)
    picture = Scene(
        960, 540, "#FFFFFF",
        (*frame.scene.elements, node(line(10, 370, 600, 380, stroke="#000000", width=3, cap="round"), name="line")),
    )  # fmt: skip
    raster = Raster(960, 540, 960, 540, "#FFFFFF")
    raster.draw(picture)
    (tmp_path / "a.svg").write_text(svg(picture), encoding="utf-8")
    subprocess.run(["rsvg-convert", tmp_path / "a.svg", "-o", tmp_path / "a.png"], check=True)
    other = np.asarray(PIL.Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    difference = np.abs(other - raster.pixels)
    assert difference.mean() < 1.0
    shapes = difference[60:330, :50]  # no text here but the badges' signs
    assert (shapes.max(2) > 64).sum() < 20
