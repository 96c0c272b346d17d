"""Steps in two beats: first a question, then the answer, counted once."""

import numpy as np
import pytest
from films import FILMS, arrays, fanout, network, neuron
from looking import contrast, ground_under, outside, overlapping, texts

from gradviz.errors import UnknownName
from gradviz.record import State, advance
from gradviz.writers.svg import svg


def beats(drawing):
    """Return (question, answer) as indices of frames."""
    return [(k, k + 1) for k, s in enumerate(drawing.steps) if s.asks]


def shown(scene, *names):
    return [t.text for e, t in texts(scene) if e.id in names]


def test_each_contribution_is_asked_first_and_told_in_the_next_frame():
    plain, film = fanout().frames, fanout(reveal="ask").frames
    found = beats(film)
    assert len(found) == sum(s.kind == "backward" and s.k > 1 for s in plain.steps) == len(film) - len(plain)
    for k, answer in found:
        asking, told = film.frame(k).scene, film.frame(answer).scene
        assert "?" in shown(asking, "arithmetic")
        assert "?" not in shown(told, "arithmetic")
        (event,) = film.steps[k].events
        receiver = f"node-{film.run.graph.nodes[event.node].args[event.arg]}"
        assert "?" in shown(asking, receiver)
        assert "?" not in shown(told, receiver)
        assert shown(asking, f"node-{event.node}") == shown(told, f"node-{event.node}"), "upstream is there"
        assert any(e.kind == "chip" and e in told.elements for e in asking.elements), "and so is the local"


def test_a_question_does_not_tell_its_answer_anywhere():
    film = neuron(reveal="ask").frames
    n = next(k for k, s in enumerate(film.steps) if s.asks and "∂o/∂n?" in film.frame(k).note)
    question, answer = svg(film.frame(n).scene), svg(film.frame(n + 1).scene)
    assert "0.500" in answer
    assert answer.count("0.5") - question.count("0.5") >= 3, "card, caption, tooltip or sentence"
    assert film.frame(n).note == "o sends its gradient to n. What is ∂o/∂n?"
    assert "contribution 0.5" in film.frame(n + 1).note


def test_the_time_line_counts_a_step_once():
    film = fanout(reveal="ask").frames
    for k, answer in beats(film):
        lines = [shown(film.frame(i).scene, "track-name-0", "track-name-1") for i in (k, answer)]
        assert lines[0] == lines[1]
        assert film.steps[k].n == 10
    assert film.tracks == fanout().frames.tracks


def test_at_a_fan_out_the_old_sum_stays_and_the_new_one_is_asked():
    film = fanout(reveal="ask").frames
    k = next(k for k, _ in beats(film) if "term 3 of 3 to q" in film.frame(k).note)
    assert "What is ∂L/∂q?" in film.frame(k).note
    words = shown(film.frame(k).scene, "arithmetic")
    assert words.index("?") > words.index("old")
    assert any("2 of 3" in t.text for _, t in texts(film.frame(k).scene))


@pytest.mark.parametrize("name", FILMS)
def test_a_question_changes_nothing_that_is_known(name):
    plain = FILMS[name]()
    film = plain.restyled(reveal="ask").frames
    state, ends = State(), State()
    for step in film.steps:
        before, state = state, advance(film.run.graph, state, step)
        if step.asks:
            assert (state.grads, state.sent, state.arrived) == (before.grads, before.sent, before.arrived)
    for step in plain.frames.steps:
        ends = advance(film.run.graph, ends, step)
    assert list(state.grads) == list(ends.grads)
    assert all(np.array_equal(state.grads[i], ends.grads[i], equal_nan=True) for i in ends.grads)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", [fanout, arrays, network])
def test_a_question_is_as_legible_as_an_answer(make, theme):
    film = make(reveal="ask").drawing(theme=theme, width=1280, height=720)
    for k, _ in beats(film):
        scene = film.frame(k).scene
        assert not outside(scene)
        assert not overlapping(scene)
        asked = [t for _, t in texts(scene) if t.text == "?"]
        assert asked
        for t in asked:
            assert contrast(t.fill, ground_under(scene, t)) >= 4.5


def test_a_question_takes_the_room_of_its_answer():
    film = fanout(reveal="ask").frames
    for k, answer in beats(film):
        boxes = []
        for i in (k, answer):
            (element,) = (e for e in film.frame(i).scene.elements if e.id == "arithmetic")
            boxes.append([(m.x, m.y, m.w, m.h) for m in element.marks if type(m).__name__ == "Rect"])
        assert boxes[0] == boxes[1]


def test_it_is_a_choice_of_two():
    with pytest.raises(UnknownName, match=r"reveal='maybe'.*choose from all, ask"):
        neuron(reveal="maybe").svg()


def test_at_a_pace_that_tells_all_at_once_nothing_is_asked(tmp_path):
    words = "reveal='ask' asks nothing at pace='sweep', which .* at once; choose from auto, edge, node, layer"
    film = neuron(reveal="ask")
    tries = (
        lambda: neuron(reveal="ask", pace="sweep"),
        lambda: film.restyled(pace="sweep"),
        lambda: film.save(tmp_path / "a.gif", pace="sweep"),
    )
    for tried in tries:
        with pytest.raises(UnknownName, match=words):
            tried()
    for pace in film.paces:
        assert any(step.asks for step in film.restyled(pace=pace).steps), pace
    assert "sweep" in neuron().paces and "sweep" not in film.paces
