"""Frames as files of their own: their names, their numbers, and what is in them."""

import re
from pathlib import Path
from typing import Any

import pytest
from films import neuron
from PIL import Image

from gradviz.errors import CannotWrite, UnknownName
from gradviz.writers.numbered import numbered, others


@pytest.mark.parametrize(
    ("name", "third"),
    [
        ("%d.svg", "3.svg"),
        ("%03d.svg", "003.svg"),
        ("a-%2d.png", "a- 3.png"),
        ("50%%-%02d.svg", "50%-03.svg"),
        ("%s-%d.svg", "%s-3.svg"),
        ("plain.svg", None),
        ("100%.svg", None),
        ("a%%b.svg", None),
        ("%%d.svg", None),
    ],
)
def test_a_place_for_the_number_is_written_as_printf_does(name: str, third: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "in %d"
    folder.mkdir()
    made = numbered(folder / name)
    assert (made(3) if made else None) == (folder / third if third else None)


def test_two_places_are_one_too_many() -> None:
    with pytest.raises(UnknownName, match="2 places"):
        numbered(Path("%d-%d.svg"))


@pytest.mark.parametrize("name", ["e/%d/%d.png", "%03d/%d.svg", "%d/new/%d.svg", "e/%d/a.svg"])
def test_the_number_is_in_no_folders_name(gradviz: Any, name: str, tmp_path: Path) -> None:
    words = "in its folder '%0?3?d'; the number can stand in the file's name only, once"
    (tmp_path / "e").mkdir()
    with pytest.raises(UnknownName, match=words):
        neuron().save(tmp_path / name)
    said = gradviz("render", "x*w", "x=2", "w=3", "-o", name)
    assert said.code == 2
    assert re.search(words, said.err)
    assert [p.name for p in tmp_path.rglob("*")] == ["e"]
    assert numbered(tmp_path / "50%%d" / "%d.svg"), "a percent sign is one"


def test_every_frame_becomes_a_file_with_the_frames_number(tmp_path: Path) -> None:
    film, seen = neuron(), []
    pattern = tmp_path / "frames" / "%03d.svg"
    assert film.save(pattern, progress=lambda done, total: seen.append((done, total))) == pattern
    files = sorted(pattern.parent.iterdir())
    assert [f.name for f in files] == [f"{k:03}.svg" for k in range(17)]
    assert "step 3 of 6" in files[2].read_text(encoding="utf-8")
    assert "Finished" in files[16].read_text(encoding="utf-8")
    assert seen == [(k, 17) for k in range(1, 18)]


def test_of_a_part_frames_keep_their_numbers(tmp_path: Path) -> None:
    neuron().save(tmp_path / "%d.png", first="backward:2", last=9, width=960)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["7.png", "8.png", "9.png"]
    with Image.open(tmp_path / "7.png") as picture:
        assert picture.size == (960, 540)


@pytest.mark.parametrize("suffix", ["pdf", "gv"])
def test_other_stills_have_frames_too(tmp_path: Path, suffix: str) -> None:
    neuron().save(tmp_path / f"%d.{suffix}", last=1)
    texts = [f.read_bytes() for f in sorted(tmp_path.iterdir())]
    assert len(texts) == 2
    assert texts[0] != texts[1]
    if suffix == "pdf":  # a page each
        assert all(t.count(b"/Type /Page ") == 1 for t in texts)


@pytest.mark.parametrize("name", ["%d.gif", "%d.mp4", "%d.json", "%d.animated.svg"])
def test_a_film_is_not_written_once_a_frame(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownName, match=r"writes a file a frame; choose from \.svg, \.png, \.pdf"):
        neuron().save(tmp_path / "new" / name)
    assert not list(tmp_path.iterdir())


def test_one_folder_is_made_and_no_more(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="no folder"):
        neuron().save(tmp_path / "a" / "b" / "%d.svg")
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="file"):
        neuron().save(tmp_path / "file" / "%d.svg")
    assert [f.name for f in tmp_path.iterdir()] == ["file"]


def test_files_of_a_longer_film_are_told_apart_by_their_names(tmp_path: Path) -> None:
    for name in ("003.svg", "010.svg", "9.svg", "0011.svg", "1000.svg", "a010.svg", "010.svg.part", "notes.txt"):
        (tmp_path / name).touch()
    assert [f.name for f in others(tmp_path / "%03d.svg", range(5))] == ["010.svg", "1000.svg"]
    assert others(tmp_path / "plain.svg", range(5)) == []


def test_the_command_line_says_that_frames_of_a_longer_film_are_still_there(gradviz, tmp_path: Path) -> None:
    words = ("render", "x*w", "x=2", "w=3", "-o", "in/50%%-%03d.svg")
    assert "beside" not in gradviz(*words).err
    shorter = gradviz(*words, "--to", "forward")
    assert "beside them stand 50%-002.svg to 50%-005.svg, written before" in shorter.err
    assert len(list((tmp_path / "in").iterdir())) == 6, "what was not written now is left alone"
