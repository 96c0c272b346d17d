"""How long frames are shown, and which part of a film is played."""

import re

import pytest
from films import fanout, neuron, polynomial

from gradviz.errors import UnknownName
from gradviz.picture.scene import Frame, Scene
from gradviz.picture.timing import AIM, at_rate, check_rate
from gradviz.writers.svg import svg


def test_the_first_and_the_last_frame_are_held_long_enough_to_read():
    shown = neuron().frames.times
    assert shown[0] >= 2 > shown[1]
    assert shown[-1] == 4


def test_a_film_of_many_steps_takes_a_minute_and_one_of_few_is_not_hurried():
    long, short = polynomial(3, pace="node").frames, neuron().frames
    assert len(long) > 90
    assert long.seconds == pytest.approx(AIM, abs=1)
    assert min(long.times) >= 0.5
    assert short.times[1:6] == (0.9,) * 5
    assert not any("long" in note for note in (*long.said, *short.said))


def test_a_film_of_more_than_a_minute_says_what_would_make_it_shorter():
    film = polynomial(4, pace="edge")
    (note,) = [n for n in film.said if " s long" in n]
    assert note == "78 s long; shorter with pace layer (35 s) or 0.35 seconds per step (55 s)"
    assert film.drawing(pace="layer").seconds == pytest.approx(35, abs=0.5)
    assert film.drawing(seconds_per_step=0.35).seconds == pytest.approx(55, abs=0.5)
    assert not any(" s long" in n for n in film.drawing(moving=False).said), "a still has no length"


@pytest.mark.parametrize(
    ("reveal", "options", "pace"),
    [
        ("all", {"first": "backward", "seconds_per_step": 2.0}, "layer"),
        ("all", {"first": "forward", "last": "backward"}, "layer"),
        ("all", {"first": "backward:2", "seconds_per_step": 2.0}, None),
        ("all", {"first": 3}, None),
        ("ask", {}, "layer"),
        ("ask", {"first": "backward"}, "layer"),
    ],
)
def test_a_pace_is_proposed_with_the_seconds_that_it_takes(reveal, options, pace):
    film = polynomial(4, pace="edge", reveal=reveal)
    (note,) = [n for n in film.drawing(**options).said if " s long" in n]
    found = re.search(r"pace (\w+) \((\d+) s\)", note)
    if pace is None:
        assert not found, "steps that are counted are others at another pace"
    else:
        assert found[1] == pace
        assert film.drawing(pace=pace, **options).seconds == pytest.approx(int(found[2]), abs=0.5)


def test_a_last_frame_that_is_held_too_long_is_what_makes_a_film_long():
    (note,) = [n for n in neuron().drawing(hold=90).said if " s long" in n]
    assert note == f"110 s long; shorter with hold 4 ({neuron().drawing().seconds:.0f} s)"


def test_seconds_are_what_is_asked_for():
    played = neuron().drawing(seconds_per_step=0.25, hold=1.5)
    assert played.times == (0.25,) * 16 + (1.5,)
    assert [f.seconds for f in played] == list(played.times)
    for wrong in ({"seconds_per_step": 0}, {"hold": -1}, {"hold": float("nan")}):
        with pytest.raises(UnknownName, match="is not a time in seconds"):
            neuron().drawing(**wrong)


@pytest.mark.parametrize(
    ("first", "last", "frames"),
    [
        (None, None, range(17)),
        ("backward", None, range(6, 17)),
        ("backward", "backward", range(6, 16)),
        (None, "forward", range(6)),
        ("forward:3", "backward:2", range(2, 8)),
        (3, -2, range(3, 16)),
        ("3", "3", range(3, 4)),
    ],
)
def test_a_part_of_a_film_has_the_frames_of_the_whole(first, last, frames):
    film = neuron()
    part = film.drawing(first=first, last=last)
    assert [f.note for f in part] == [film.frames.frame(k).note for k in frames]
    assert len(part) == len(frames)
    assert part.times[-1] == 4, "the last frame is held, whichever it is"


def test_a_place_that_there_is_none_of_is_answered_with_those_there_are():
    with pytest.raises(UnknownName, match=r"'backwards' is no place.*0 to 16.*forward, backward.*forward:2"):
        neuron().drawing(first="backwards")
    with pytest.raises(UnknownName, match="'forward:7' is no place"):
        neuron().drawing(last="forward:7")
    with pytest.raises(UnknownName, match="from 9 to 3 has no frames"):
        neuron().drawing(first=9, last=3)
    with pytest.raises(UnknownName, match="frame 99 of a film of 17"):
        neuron().drawing(last=99)


def test_a_scale_gives_the_same_picture_in_more_pixels():
    film = fanout()
    one, two = film.drawing(), film.drawing(scale=2)
    assert two.canvas.pixels == tuple(2 * n for n in one.canvas.pixels)
    assert [svg(f.scene) for f in one] == [svg(f.scene) for f in two]
    for wrong in (0.5, 9, float("nan")):
        with pytest.raises(UnknownName, match="scale="):
            film.drawing(scale=wrong)


def test_a_part_of_an_overview_is_drawn_as_in_the_whole():
    film = polynomial(2)
    assert film.frames.level == "overview"
    whole, part = ([svg(f.scene) for f in d] for d in (film.frames, film.drawing(first="backward:4")))
    assert part == whole[-len(part) :]


def test_a_rate_at_which_the_film_would_take_longer_is_refused_with_the_least_time_of_a_step(tmp_path):
    film = neuron()
    with pytest.raises(UnknownName, match=r"fps=10 no step is shorter than 0\.1 s.* seconds_per_step=0\.1 or more"):
        film.save(tmp_path / "a.mp4", fps=10, seconds_per_step=0.02)
    assert not list(tmp_path.iterdir())
    check_rate(film.drawing(seconds_per_step=0.1).times, 10)
    check_rate((0.9, 0.33, 0.001, 1.4), 25)


def test_a_fixed_rate_keeps_the_time_of_every_frame():
    frames = [Frame(Scene(1, 1, "#ffffff", ()), s, str(k)) for k, s in enumerate((0.9, 0.33, 0.001, 1.4))]
    shown = list(at_rate(frames, 25))
    counts = [sum(f.note == str(k) for f in shown) for k in range(4)]
    assert all(count >= 1 for count in counts)
    assert sum(counts) == round(sum(f.seconds for f in frames) * 25)
    assert {f.seconds for f in shown} == {0.04}
