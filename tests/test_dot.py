"""Frames as Graphviz source: whatever draws it keeps the places, and names are only ever text."""

from __future__ import annotations

import json
import shutil
import subprocess
import xml.etree.ElementTree as ET

import graphviz
import pytest
from layouts import network, plan

from gradviz.picture.engine import candidates
from gradviz.picture.layout import Group, layout
from gradviz.record import Graph, Node, State
from gradviz.writers.dot import digraph

PURE = next(e.path for e in candidates() if e.name == "graphviz-pure")
COMMANDS = [PURE, *filter(None, [shutil.which("dot")])]
HOSTILE = [
    "<b>bold</b>",
    "<x>",
    '"quoted"',
    "back\\slash\\",
    "\\N \\G \\n",
    "&lt;&amp;&#65;",
    "a\nb\r\tc",
    "]]> -->",
    "}; evil [label=x]",
    "\u202eright to left",
    "\x00\x07",
    "{a|b}",
    "x" * 10_000,
    "漢字 ŷ ∂",
]


def graph_of(args: list[list[int]], names: list[str] | None = None, groups: tuple[Group, ...] = ()) -> Graph:
    home = {m: g.path for g in sorted(groups, key=lambda g: len(g.path)) for m in g.members}
    nodes = []
    for i, own in enumerate(args):
        op = "add" if own else "parameter"
        name = names[i] if names else f"v{i}"
        group = home.get(i, ())
        nodes.append(Node(i, op, tuple(own), name, group=group, symbol="+" if own else "", local=("1",) * len(own)))
    return Graph(tuple(nodes), (len(args) - 1,))


def drawn(source: str, command: str, kind: str) -> str:
    done = subprocess.run([command, f"-T{kind}"], input=source.encode(), capture_output=True, check=True, timeout=30)
    assert b"syntax" not in done.stderr.lower()
    return done.stdout.decode()


@pytest.mark.parametrize("command", COMMANDS, ids=["graphviz-pure", "dot"][: len(COMMANDS)])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_every_place_is_kept(command: str, rankdir: str) -> None:
    args, groups = network((2, 2, 1))
    found = layout(plan(args, rankdir, groups=groups))
    source = digraph(found, graph_of(args, groups=groups), State({0: 1.5}, {0: -2.0}, sent={(4, 0): 0.5})).source
    answer = json.loads(drawn(source, command, "json0"))
    places = {o["name"]: [float(v) for v in o.get("pos", o.get("bb")).split(",")] for o in answer["objects"]}
    for i, (x0, y0, x1, y1) in found.cards.items():
        assert places[f"n{i}"] == pytest.approx([(x0 + x1) / 2, found.height - (y0 + y1) / 2], abs=0.1)
    for k, (_, (x0, y0, x1, y1)) in enumerate(found.groups):
        assert places[f"cluster_{k}"] == pytest.approx([x0, found.height - y1, x1, found.height - y0], abs=0.1)
    edges = {e["id"]: e["pos"] for e in answer["edges"]}
    assert len(edges) == len(found.curves)
    for (a, b, k), curve in found.curves.items():
        tip, first, *_ = edges[f"edge-{a}-{b}-{k}"].split(" ")
        x, y = curve.xy[:2]
        assert [float(v) for v in first.split(",")] == pytest.approx([x, found.height - y], abs=0.1)
        x, y = curve.xy[-2:]
        assert [float(v) for v in tip.split(",")[1:]] == pytest.approx([x, found.height - y], abs=0.1)


@pytest.mark.parametrize("command", COMMANDS, ids=["graphviz-pure", "dot"][: len(COMMANDS)])
def test_names_are_text(command: str) -> None:
    args: list[list[int]] = [[] for _ in HOSTILE]
    args.append(list(range(len(HOSTILE))))
    groups = (Group(("<g> & \\N\n]]>",), (0, 1, 2), 50),)
    found = layout(plan(args, groups=groups))
    made = digraph(found, graph_of(args, [*HOSTILE, "out"], groups), State({0: 1.0}), title="<t> \\G &lt;")
    answer = json.loads(drawn(made.source, command, "json0"))
    assert sum("pos" in o for o in answer["objects"]) == len(args)
    svg = ET.fromstring(drawn(made.source, command, "svg"))
    tips = (v for e in svg.iter() for k, v in e.attrib.items() if k.endswith("title"))
    words = "".join((*svg.itertext(), *tips))
    for text in ("<b>bold</b>", "<x>", '"quoted"', "back\\slash\\", "&lt;&", "{a|b}", "]]> -->", "\\u202e", "\\x00"):
        assert text in words.replace("\xa0", " "), text
    assert "evil [" in words and "v1\u202e" not in words
    assert "x" * 10_000 in made.source  # nothing is lost: the whole name is in the tooltip
    assert not [e for e in svg.iter() if e.tag.endswith("script")]


def test_what_is_known_is_on_the_node() -> None:
    args = [[], [], [0, 1]]
    found = layout(plan(args))
    graph = graph_of(args, ["w", "x", "w + x"])
    before = digraph(found, graph, State())
    after = digraph(found, graph, State({0: -3.0, 1: 2.0, 2: -1.0}, {2: 1.0}, sent={(2, 0): 1.0}))
    assert isinstance(after, graphviz.Digraph)
    assert "grad=" not in before.source and "value=" not in before.source
    line = next(s for s in after.source.splitlines() if s.lstrip().startswith("n2 ["))
    assert 'label="+  w + x\\nvalue −1.000\\ngrad 1.000"' in line and "peripheries=2" in line
    sent = [s for s in after.source.splitlines() if "sent=" in s]
    assert len(sent) == 1 and "edge-0-2-0" in sent[0]
    pos = [s[s.index(" pos=") :] for s in before.source.splitlines() if " pos=" in s]
    assert all(any(p.split()[0] in s for s in after.source.splitlines()) for p in pos)


def test_a_mark_has_its_text_in_the_tooltip() -> None:
    args = [[], [0, 0]]
    source = digraph(layout(plan(args, small=True)), graph_of(args, ["x", "x·x"]), State({0: 3.0})).source
    assert 'label=""' in source and 'tooltip="x\\nvalue 3.000"' in source


def test_frames_of_a_film() -> None:
    import gradviz as gv
    from gradviz.errors import UnknownName

    film = gv.film(lambda x: x * x, 3.0)
    assert "grad=" not in film.dot(0).source and "grad 6.000" in film.dot().source
    with pytest.raises(UnknownName, match="frame 99"):
        film.dot(99)
