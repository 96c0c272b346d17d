"""The one object a user holds: what it computes, what it writes, and what it says of mistakes."""

import gc
import tracemalloc
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from films import arrays, fanout, forward_mode, neuron, polynomial
from PIL import Image

import gradviz as gv
from gradviz.errors import CannotWrite, SeedNeeded, UnknownName
from gradviz.record import Run, check


def test_values_and_gradients_come_back_in_the_inputs_own_structure():
    params = {"w": np.array([1.0, 2.0]), "b": [0.5, (3.0,)]}
    film = gv.film(lambda params, x: (params["w"] * x).sum() + params["b"][0] * params["b"][1][0], params, 2.0)
    assert film.values["params"]["b"] == [0.5, (3.0,)]
    assert film.grads["params"]["w"].tolist() == [2.0, 2.0]
    assert film.grads["params"]["b"] == [3.0, (0.5,)]
    assert film.grads["x"] == 3.0


def test_other_nodes_are_found_by_their_names_and_typing_errors_say_what_there_is():
    film = neuron()
    assert film.values["n"] == pytest.approx(0.8813735870195432)
    assert film.grads["n"] == pytest.approx(0.5)
    with pytest.raises(UnknownName, match="'m' is not a name in this film; choose from x1, w1"):
        film.values["m"]


def test_what_was_not_differentiated_by_has_no_gradient_and_what_has_no_path_has_zero():
    def f(a, b, c):
        return a * b

    film = gv.film(f, 2.0, 3.0, 4.0, wrt=["a", "c"])
    assert film.grads == {"a": 3.0, "b": None, "c": 0.0}


def test_the_graph_is_a_networkx_multidigraph_with_what_is_known():
    graph = gv.film(lambda x: x * x, 3.0).graph
    assert graph.number_of_edges(0, 1) == 2, "x*x has two edges"
    assert graph.nodes[1]["value"] == 9.0 and graph.nodes[0]["grad"] == 6.0
    assert [d["local"] for *_, d in graph.edges(data=True)] == [3.0, 3.0]
    assert [d["sent"] for *_, d in graph.edges(data=True)] == [3.0, 3.0]
    assert {"op", "name", "label", "shape", "group", "where"} <= graph.nodes[1].keys()


def test_every_partial_sum_at_a_fan_out_is_a_frame_of_its_own():
    film = fanout()
    q = next(n.id for n in film.run.graph.nodes if n.name == "q")
    sums = []
    from gradviz.record import states

    for state in states(film.run, film.steps):
        if state.arrived.get(q, 0) > len(sums):
            sums.append(state.grads[q])
    value = np.sin(0.6)
    terms = [np.exp(value), 2 * value, 1.5]
    assert sums == pytest.approx(np.cumsum(terms))


def test_a_graph_is_not_folded_into_a_picture_that_tells_nothing():
    def deep(x):
        for _ in range(200):
            x = np.tanh(x * 1.01)
        return x

    film = gv.film(lambda x: deep(x) + 1.0, 1.0)
    assert film.frames.level == "overview"
    assert len(film.frames.run.graph.nodes) == len(film.run.graph.nodes)


def test_a_run_survives_json_and_makes_the_same_pictures(tmp_path):
    film = arrays()
    path = film.save(tmp_path / "run.json")
    again = gv.load(path.read_text())
    assert again == film.run and check(again)
    assert gv.film(again).svg() == film.svg()


def test_stills_choose_a_frame(tmp_path):
    film = neuron()
    finished, seed = film.svg(), film.svg(frame=6)
    assert "Finished" in finished and "Finished" not in seed
    film.save(tmp_path / "forward.svg", until="forward")
    assert "step 6 of 6" in (tmp_path / "forward.svg").read_text()
    with pytest.raises(UnknownName, match=r"until='backwards'.*choose from forward, backward"):
        film.save(tmp_path / "x.svg", until="backwards")
    for name in ("x.gif", "%d.svg"):
        with pytest.raises(UnknownName, match="shows all frames; frame= and until= are for a still"):
            film.save(tmp_path / name, frame=2)
    with pytest.raises(UnknownName, match="frame 99 of a film of 17 frames"):
        film.svg(frame=99)
    assert not (tmp_path / "x.svg").exists()


def test_an_output_has_the_size_that_is_asked_for(tmp_path):
    film = fanout()

    def size(path):
        with Image.open(path) as image:
            return image.size

    assert size(film.save(tmp_path / "a.png", width=800))[0] == 800
    assert size(film.save(tmp_path / "b.png", width=640, height=480)) == (640, 480)
    assert size(film.save(tmp_path / "c.gif", width=960)) == (960, 540)
    root = ET.fromstring(film.save(tmp_path / "d.svg", width=900).read_text())
    assert root.get("width") == "900"
    with pytest.raises(UnknownName, match="width=-3"):
        film.save(tmp_path / "e.png", width=-3)


def test_a_gif_shows_every_frame_for_its_time(tmp_path):
    film = neuron()
    seen = []
    film.save(tmp_path / "n.gif", width=480, progress=lambda done, total: seen.append((done, total)))
    durations = []
    with Image.open(tmp_path / "n.gif") as gif:
        assert gif.n_frames == len(film) == 17
        for k in range(gif.n_frames):
            gif.seek(k)
            durations.append(gif.info["duration"])
    assert seen == [(k, 17) for k in range(1, 18)]
    assert durations == [round(1000 * f.seconds) for f in film.frames]


def test_a_notebook_gets_a_picture_and_text_and_two_films_do_not_share_ids():
    a, b = neuron(), fanout()
    bundles = [f._repr_mimebundle_() for f in (a, b)]
    ids = []
    for bundle in bundles:
        root = ET.fromstring(bundle["image/svg+xml"])
        ids.append({e.get("id") for e in root.iter() if e.get("id")})
        assert bundle["text/plain"].startswith("<Film of ")
    assert ids[0] and not ids[0] & ids[1]
    assert repr(a) == "<Film of o = 0.707: 10 nodes; forward, backward>"


def test_a_film_takes_vars_and_runs():
    x = gv.var(2.0, name="x")
    y = x * x + 1
    film = gv.film(y)
    assert film.grads["x"] == 4.0
    assert isinstance(film.run, Run) and gv.film(film.run).run is film.run
    both = gv.film([y, x * 3], seed=[1.0, 10.0])
    assert both.grads["x"] == 34.0


def test_a_seed_is_asked_for_where_it_is_needed():
    with pytest.raises(SeedNeeded, match=r"shape \(2,\)"):
        gv.film(lambda x: x * 2, np.array([1.0, 2.0]))
    film = gv.film(lambda x: x * 2, np.array([1.0, 2.0]), seed=np.array([1.0, 0.0]))
    assert film.grads["x"].tolist() == [2.0, 0.0]


def test_forward_mode_is_drawn_beside_reverse_mode():
    film = forward_mode()
    assert [s.kind for s in film.run.sweeps] == ["forward", "tangent", "backward"]
    assert "tangent" in film.svg() and film.grads["x1"] == pytest.approx(5.5)


def test_mistakes_in_saving_leave_nothing_behind(tmp_path):
    film = fanout()
    with pytest.raises(UnknownName, match=r"'\.gfi'.*choose from \.gif"):
        film.save(tmp_path / "a.gfi")
    with pytest.raises(CannotWrite, match="no folder"):
        film.save(tmp_path / "none" / "a.svg")
    assert not list(tmp_path.iterdir())


def test_options_that_are_not_there_are_named_with_the_choices():
    for wrong, choices in (
        ({"pace": "fast"}, "auto, edge, node, layer, sweep"),
        ({"theme": "solarized"}, "light, dark"),
        ({"rankdir": "RL"}, "auto, LR, TB"),
    ):
        with pytest.raises(UnknownName, match=choices):
            neuron(**wrong).svg()


@pytest.mark.parametrize("pace", ["edge", "node", "layer", "sweep"])
def test_a_pace_changes_the_steps_and_not_the_end(pace):
    film = polynomial(2, pace=pace)
    counts = {"edge": 75, "node": 60, "layer": 30, "sweep": 3}
    assert len(film) <= counts[pace] + 3
    assert film.frames.frame(-1).note == polynomial(2).frames.frame(-1).note


def test_memory_does_not_grow_with_the_number_of_frames():
    list(neuron().frames)  # modules are loaded, fonts are read
    gc.collect()  # empties the interpreter's lists of free objects, which would be used up unseen
    tracemalloc.start()
    try:
        drawing = neuron().frames
        held = []
        for _ in range(2):
            for _ in range(20):
                for _ in drawing:
                    pass
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[1] < 1.2 * held[0]


def test_data_that_no_path_leads_to_have_a_zero_where_everything_was_differentiated_by():
    film = gv.film(lambda x, w: w * 2.0, np.ones(2), 3.0)
    assert film.grads["x"].tolist() == [0.0, 0.0] and film.restyled(theme="dark").grads["x"].tolist() == [0.0, 0.0]
    assert gv.film(lambda x, w: w * 2.0, 1.0, 3.0, wrt="w").grads == {"x": None, "w": 2.0}


def test_one_panel_needs_no_tuple_and_numbers_must_be_whole():
    done = gv.descend(lambda w: (w - 3.0) ** 2, 0.0, steps=2)
    assert gv.film(done, panels="loss").svg() == gv.film(done, panels=("loss",)).svg()
    with pytest.raises(UnknownName, match="frame='last'"):
        neuron().svg(frame="last")
    with pytest.raises(UnknownName, match=r"loop=1.5"):
        neuron().save("film.gif", loop=1.5)
