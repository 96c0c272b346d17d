"""A Run as JSON: it loads back equal, and rubbish is refused with its place."""

from __future__ import annotations

import json
import math
import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.errors import InvalidRun
from gradviz.record import Event, Graph, Node, Run, Sweep, Value, Where, freeze
from gradviz.record.store import dump, load, write


def run_of(value: Value, name: str = "x") -> Run:
    node = Node(0, "data", name=name, shape=() if isinstance(value, tuple) else np.shape(value))
    return Run(Graph((node,), (0,)), (Sweep("forward", (Event(0, value),)),))


FULL = Run(
    Graph(
        (
            Node(0, "parameter", name="w", where=Where("a/b.py", 3, 1, 3, 9)),
            Node(1, "square", (0,), "y", "w²", ("layer 1", "neuron·2"), (), None, "( )²", "A rule.", ("2·{0}",)),
        ),
        (1,),
    ),
    (
        Sweep("forward", (Event(0, 3.0), Event(1, 9.0))),
        Sweep("backward", (Event(1, 1.0), Event(1, 6.0, 0, 6.0)), "of L"),
        Sweep("update", (Event(0, 2.4),), "step 1", 1),
    ),
    {"loss": freeze(np.array([9.0, math.nan])), "best": 1.5},
    {"a/b.py": {3: "y = w**2", 12: "\t‘π’ <&>"}},
)


def test_everything_comes_back() -> None:
    again = load(dump(FULL))
    assert again == FULL
    assert again.graph.nodes[1] == FULL.graph.nodes[1]
    assert again.graph.nodes[0].where == Where("a/b.py", 3, 1, 3, 9)
    assert again.sources["a/b.py"][12] == "\t‘π’ <&>"


def test_the_text_is_plain_json_with_one_line_a_node_and_an_event() -> None:
    text = dump(FULL)
    data = json.loads(text)
    assert data["format"] == "gradviz run"
    assert data["version"] == 1
    assert text.isascii()
    assert sum(line.startswith('{"op"') for line in text.splitlines()) == 2
    assert sum(line.startswith('{"node"') for line in text.splitlines()) == 5


def test_equal_runs_have_equal_bytes() -> None:
    turned = Run(FULL.graph, FULL.sweeps, dict(reversed(FULL.series.items())), FULL.sources)
    assert dump(turned) == dump(FULL)
    out = BytesIO()
    write(FULL, out)
    assert load(out.getvalue()) == FULL


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1])
def test_numbers_that_are_hard_to_write(x: float) -> None:
    assert load(dump(run_of(x))) == run_of(x)
    array = freeze(np.array([x, 1.0]))
    assert load(dump(run_of(array))) == run_of(array)


def test_nan_and_infinities_are_strings() -> None:
    data = json.loads(dump(run_of((math.nan, math.inf, -math.inf))))
    assert data["sweeps"][0]["events"][0]["value"]["tuple"] == ["NaN", "Infinity", "-Infinity"]


def test_another_nan_keeps_its_bits() -> None:
    negative = struct.unpack(">d", bytes.fromhex("fff8000000000000"))[0]
    assert load(dump(run_of(negative))) == run_of(negative)
    assert load(dump(run_of(negative))) != run_of(math.nan)


@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_, np.dtype(">f8")]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    )
)
def test_arrays_keep_dtype_shape_and_every_bit(array: np.ndarray) -> None:
    if array.dtype.itemsize < 8 and array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.nan, array).astype(array.dtype)
    value = freeze(array)
    assert load(dump(run_of(value))) == run_of(value)


def test_long_doubles_keep_their_digits() -> None:
    third = freeze(np.array([1, 2], np.longdouble) / 3)
    again = load(dump(run_of(third))).sweeps[0].events[0].value
    assert isinstance(again, np.ndarray)
    assert again.dtype == np.longdouble
    assert (again == third).all()  # by value: such numbers have bytes that mean nothing


def test_loaded_arrays_are_read_only() -> None:
    value = load(dump(run_of(freeze(np.ones(2))))).sweeps[0].events[0].value
    assert isinstance(value, np.ndarray)
    assert not value.flags.writeable


@given(st.text(), st.floats(), st.floats())
def test_any_name_and_number(name: str, a: float, b: float) -> None:
    run = run_of((a, (b,)), name)
    assert load(dump(run)) == run


def test_lone_surrogates_survive() -> None:
    run = run_of(1.0, "\ud800<script>\x00")
    assert load(dump(run).encode()) == run


GOOD = json.loads(dump(FULL))


def refused(**changes: object) -> str:
    with pytest.raises(InvalidRun) as error:
        load(json.dumps({**GOOD, **changes}))
    return str(error.value)


def test_rubbish_is_refused() -> None:
    for text in ("", "{", "[]", "3", "null", '"x"', "{}", "\x00", b"\xff\xfe\x00", "[" * 100_000, "1" * 5000):
        with pytest.raises(InvalidRun, match="this is not a Run"):
            load(text)


def test_the_place_of_a_mistake_is_said() -> None:
    with pytest.raises(InvalidRun, match="no JSON at line 2, column 3"):
        load("{\n  x}")
    assert "version 7" in refused(version=7)
    nodes = [dict(n) for n in GOOD["nodes"]]
    del nodes[1]["rule"]
    assert "item 1 of nodes of the file has no 'rule'" in refused(nodes=nodes)
    assert "nodes of the file is 3, and should be a list" in refused(nodes=3)
    assert "should be a whole number" in refused(outputs=[True])
    assert "output 9 is not one of the 2 nodes" in refused(outputs=[9])
    sweep = {"kind": "up", "label": "", "iteration": 0, "events": []}
    assert "the kinds are forward" in refused(sweeps=[sweep])
    assert "has no 'iteration'" in refused(sweeps=[{"kind": "forward", "label": "", "events": []}])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("nan", "should be a number"),
        (True, "should be a number"),
        ("NaN zzzzzzzzzzzzzzzz", "this is not a Run"),
        ({"dtype": "object", "shape": [1], "data": [1]}, "a dtype of floats, integers or booleans"),
        ({"dtype": "float65", "shape": [1], "data": [1]}, "the name of a dtype"),
        ({"dtype": "float64", "shape": [3], "data": [1]}, "a shape that holds 1 numbers"),
        ({"dtype": "float64", "shape": [-1], "data": [1]}, "a shape that holds 1 numbers"),
        ({"dtype": "uint8", "shape": [1], "data": [300]}, "this is not a Run"),
        ({"dtype": "bool", "shape": [1], "data": [1]}, "true or false"),
        ({"tuple": 3}, "should be a list"),
        ({"dtype": "float64", "shape": [2], "data": [1, 2]}, "for node 0 of shape ()"),
    ],
)
def test_values_that_are_none(value: object, said: str) -> None:
    assert said in refused(
        sweeps=[{"kind": "forward", "label": "", "iteration": 0, "events": [{"node": 0, "value": value}]}]
    )


def test_bare_nan_is_no_json() -> None:
    with pytest.raises(InvalidRun, match="bare NaN"):
        load('{"format": "gradviz run", "x": NaN}')


def test_a_stored_run_is_checked() -> None:
    events = [{"node": 1, "value": 9.0}]
    assert "before its args do" in refused(sweeps=[{"kind": "forward", "label": "", "iteration": 0, "events": events}])


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(InvalidRun, match="dtype complex128"):
        dump(run_of(np.array([1j])))


def test_a_run_is_loaded_from_its_path_and_from_its_text(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(dump(FULL), encoding="ascii")
    assert load(path) == load(str(path)) == load(path.read_bytes()) == FULL
    with pytest.raises(InvalidRun, match=r"none\.json' cannot be read: No such file"):
        load(str(tmp_path / "none.json"))
    with pytest.raises(InvalidRun, match="a NoneType is not a Run; give the path of a"):
        load(None)  # type: ignore[arg-type]
