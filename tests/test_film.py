"""The one object a user holds: what it computes, what it writes, and what it says of mistakes."""

import gc
import tracemalloc
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from films import arrays, fanout, forward_mode, neuron, polynomial
from PIL import Image

import gradviz as gv
from gradviz.errors import CannotWrite, SeedNeeded, UnknownName, WrongArguments
from gradviz.picture.scene import Text
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
        with pytest.raises(UnknownName, match=r"frame= is for a still, which .* is not; leave it out"):
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


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"pace": "fast"}, "pace='fast' is not a pace; choose from auto, edge, node, layer, sweep"),
        ({"pace": ["node"]}, "is not a pace; choose from auto"),
        ({"theme": "solarized"}, "theme='solarized' is not a theme; choose from light, dark"),
        ({"theme": ["dark"]}, "is not a theme; choose from light, dark"),
        ({"rankdir": "RL"}, "rankdir='RL' is not a direction; choose from auto, LR, TB"),
        ({"reveal": "some"}, "reveal='some' is not a way to show a step; choose from all, ask"),
        ({"depth": -1}, "depth=-1 is not a depth; it counts the levels of groups"),
        ({"depth": "two"}, "depth='two' is not a depth"),
        ({"depth": 1.5}, "depth=1.5 is not a depth"),
        ({"title": 3}, "title=3 is not a title; give a text"),
        ({"panels": "lost"}, "panels holds 'lost', which is not a panel; choose from curve"),
        ({"panels": None}, r"panels holds None; a panel is a function .* give several in a tuple, and \(\) for none"),
        ({"panels": {"curve", "loss"}}, "give several in a tuple"),  # a set has no order
    ],
)
def test_what_is_wrong_with_a_films_options_is_said_before_anything_is_computed(wrong, words):
    ran = []
    with pytest.raises(UnknownName, match=words):
        gv.film(lambda x: ran.append(x) or x * x, 2.0, **wrong)
    assert not ran
    with pytest.raises(UnknownName, match=words):
        neuron().restyled(**wrong)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"width": "wide"}, "width='wide' is not a size in px; choose a whole number from 64 to 16384"),
        ({"width": 800.5}, r"width=800\.5 is not a size in px; choose a whole number from 64 to 16384"),
        ({"width": float("nan")}, "width=nan is not a size in px; choose a whole number"),
        ({"height": [480]}, r"height=\[480\] is not a size in px"),
        ({"scale": "2"}, "scale='2' of .* choose from 1 to 8"),
        ({"scale": None}, "scale=None of .* choose from 1 to 8"),
        ({"seconds_per_step": "1"}, "seconds_per_step='1' is not a time in seconds; choose from 0.02 to 3600"),
        ({"hold": True}, "hold=True is not a time in seconds"),
        ({"fps": "fast"}, "fps='fast' is not a rate in frames a second; choose from 1 to 120"),
        ({"loop": True}, "loop=True is not how often to play"),
        ({"first": 2.5}, "2.5 is no place in this film; choose a frame from 0 to 16, a sweep"),
        ({"last": [1]}, r"\[1\] is no place in this film"),
        ({"frame": True}, "frame=True is not the number of a frame"),
        ({"frame": 2, "until": "forward"}, "frame=2 and until='forward' both choose the frame; give one"),
        ({"theme": 3}, "theme=3 is not a theme"),
        ({"progress": 3}, "progress=3 is no function"),
    ],
)
def test_what_is_wrong_with_a_files_options_is_said_with_the_rule(wrong, words, tmp_path):
    name = "a.png" if {"frame", "until"} & wrong.keys() else "a.webp"
    with pytest.raises(gv.GradvizError, match=words):
        neuron().save(tmp_path / name, **wrong)
    assert not list(tmp_path.iterdir())


def test_numbers_may_be_numpys(tmp_path):
    film = neuron()
    assert film.svg(np.int64(6), width=np.int64(900)) == film.svg(6, width=900)
    assert film.svg(width=900.0) == film.svg(width=np.float32(900)) == film.svg(width=900)
    film.save(tmp_path / "a.webp", width=480, loop=np.int64(2), first=np.int64(15), hold=np.float32(1))
    assert film.dot(None).source == film.dot(-1).source


@pytest.mark.parametrize("path", [3, None, b"a.svg", ["a.svg"]])
def test_what_is_no_path_is_said(path):
    with pytest.raises(WrongArguments, match="is no path; give a name whose suffix says what to write"):
        neuron().save(path)


def test_a_film_is_made_of_a_run_and_of_nothing_else():
    with pytest.raises(WrongArguments, match=r"Film takes a Run, not a function; gv\.film makes one"):
        gv.Film(lambda x: x * x)


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


def test_frames_are_a_sequence():
    frames = neuron().frames
    assert frames[0].note == frames.frame(0).note and frames[-1].note == frames.frame(-1).note
    assert [f.note for f in frames] == [frames[k].note for k in range(len(frames))]
    with pytest.raises(IndexError):
        frames[len(frames)]


def test_what_a_film_hands_out_cannot_be_changed():
    for f in (lambda x: np.sum(x * x), lambda x: np.sum(x * 2)):  # a gradient of two terms, and of one
        with pytest.raises(ValueError, match="read-only"):
            gv.film(f, np.ones(2)).grads["x"][0] = 5.0


def test_frames_say_in_a_line_what_they_are():
    frames = neuron().frames
    assert repr(frames) == "<17 frames of 1280×720 px, 24 s>"
    assert repr(frames[0]).startswith("Frame(seconds=2.0, note=")


def test_the_title_says_once_what_the_equations_call_the_output():
    def mean_of(x):
        return np.mean((x - 1.0) ** 2 * x)

    def total(x):
        return np.sum(np.maximum(x - 0.5, 0.0))

    def named(x):
        the_loss_of_all = np.sum(x * x)
        return the_loss_of_all

    for f, title in ((mean_of, "f = mean((x − 1.0)²·x)"), (total, "f = Σ maximum(x − 0.5, 0.0)")):
        made = gv.film(f, np.array([1.0, 2.0])).drawing()
        assert made.title == title
        said = [m.text for e in made.frame(-1).scene.elements for m in e.marks if isinstance(m, Text)]
        assert sum(t.startswith("f = ") for t in said) > 1, "the title and what is said at the end"
    assert gv.film(named, np.array([1.0, 2.0])).drawing().title == "the_loss_of_all = Σ x·x"


def test_a_constant_that_has_a_name_shows_its_number_too():
    def fall(t):
        g, s = 9.81, 0.0
        s = s + 0.5 * g * t**2
        return s * np.pi * 1e-6

    for width in (None, 420):
        words = ["".join(e.itertext()) for e in ET.fromstring(gv.film(fall, 2.0).svg(width=width)).iter()]
        assert {"0.5·g = 4.905", "s = 0", "π", "1e-6"} <= set(words)
