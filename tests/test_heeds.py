"""Options that a file has no use for: refused in Python as on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from films import neuron

from gradviz.errors import UnknownName
from gradviz.writers.table import WRITERS


@pytest.mark.parametrize(
    ("name", "option", "words"),
    [
        ("a.gif", {"fps": 30}, "fps= is for a video, which a.gif is not; leave it out, or save 'film.mp4'"),
        ("a.svg", {"fps": 10}, "fps= is for a video, which a.svg is not"),
        ("a.svg", {"hold": 10}, "hold= is for a film that plays by itself, which a.svg is not; .* save 'film.gif'"),
        ("a.pdf", {"seconds_per_step": 1}, "seconds_per_step= is for a film that plays by itself"),
        ("a.svg", {"first": 2}, "first= is for a film or a file a frame"),
        ("a.mp4", {"loop": 2}, "loop= is for an animation such as film.gif; a.mp4 is a video, and the player decides"),
        ("a.svg", {"loop": 0}, "loop= is for an animation, which a.svg is not"),
        ("a.gif", {"until": "forward"}, "until= is for a still, which a.gif is not; .* save 'film.png'"),
        ("a.json", {"frame": 2}, "frame= is for a still, which a.json is not"),
        ("a.json", {"scale": 2}, "scale= is for a picture, which a.json is not; .* save 'film.svg'"),
        ("a.gif", {"tex": True}, "tex= is for a PDF of the whole film, which a.gif is not"),
    ],
)
def test_what_is_given_for_another_kind_of_file_is_refused(
    name: str, option: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownName, match=words):
        neuron().save(name, **option)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_was_not_given_is_never_in_the_way(suffix: str, tmp_path: Path) -> None:
    if WRITERS[suffix].extra:
        pytest.importorskip(str(WRITERS[suffix].needs))
    neuron(pace="sweep").save(tmp_path / f"a{suffix}", tex=False, scale=1, loop=None)


def test_the_command_line_gives_each_file_what_it_heeds(gradviz: Any) -> None:
    files = ("-o", "a.gif", "-o", "a.svg", "-o", "a.pdf", "-o", "a.json", "-o", "%d.svg")
    options = ("--hold", "2", "--loop", "3", "--to", "forward", "--tex", "--for", "phone")
    assert gradviz("render", "x*w", "x=2", "w=3", *files, *options).code == 0
