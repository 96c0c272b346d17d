"""`gradviz render`, the part about films: sizes, times, parts, frames as files, and what is said of them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gradviz.cli.options import PRESETS

NEURON = ("tanh(w*x + b)", "w=-3", "x=2", "b=6.88")


def opened(path: str) -> tuple[int, tuple[int, int], list[float]]:
    """Return the frames of an animation, their size and their seconds."""
    seconds = []
    with Image.open(path) as film:
        for k in range(film.n_frames):
            film.seek(k)
            seconds.append(film.info["duration"] / 1000)
        return film.n_frames, film.size, seconds


def test_it_reports_the_film_that_it_wrote(gradviz) -> None:
    said = gradviz("render", *NEURON, "-o", "a.gif", "--from", "backward", "--to", "backward:3", "--hold", "1.5")
    assert said.code == 0, said.err
    frames, _, seconds = opened("a.gif")
    assert f"a.gif: {frames} frames, {sum(seconds):.1f} s, " in said.err
    assert frames == 3
    assert seconds[-1] == 1.5


def test_one_frame_is_no_frames(gradviz) -> None:
    names = ("a.gif", "a.pdf", "%d.png")
    said = gradviz("render", *NEURON, *(w for name in names for w in ("-o", name)), "--to", "0")
    lines = said.err.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["a.gif: 1 frame", "a.pdf: 1 page", "%d.png: 1 file"]


def test_letters_that_no_font_has_are_said_once(gradviz) -> None:
    said = gradviz("render", "x*w", "x=2", "w=3", "-o", "a.svg", "-o", "a.gif", "--title", "x and \U0010fffd")
    assert said.err.count("no font here has \U0010fffd, drawn as codes in boxes") == 1, said.err
    assert "GRADVIZ_FONT" in said.err
    assert "no font" not in gradviz("render", "x*w", "x=2", "w=3", "-o", "a.svg", "--title", "λ ∂ \t").err


def test_every_option_of_a_film_is_heard(gradviz) -> None:
    words = ["--seconds-per-step", "0.3", "--hold", "2", "--loop", "3", "--width", "800", "--theme", "dark"]
    assert gradviz("render", *NEURON, "-o", "a.gif", *words, "--pace", "sweep").code == 0
    frames, (width, _), seconds = opened("a.gif")
    assert (frames, width, seconds) == (3, 800, [0.3, 0.3, 2.0])
    with Image.open("a.gif") as film:
        assert film.info["loop"] == 2, "repeats after the first time"
        assert film.convert("RGB").getpixel((2, 2)) == (0x14, 0x17, 0x1C)


@pytest.mark.parametrize(("name", "size"), [("readme", (800, 450)), ("slide", (1920, 1080)), ("phone", (1080, 1920))])
def test_what_a_film_is_for_gives_its_size(gradviz, name: str, size: tuple[int, int]) -> None:
    said = gradviz("render", *NEURON, "-o", "a.gif", "--for", name)
    assert said.code == 0, said.err
    assert opened("a.gif")[1] == size
    assert Path("a.gif").stat().st_size < 1e6


def test_a_video_has_a_fixed_rate_where_one_is_asked_for(gradviz) -> None:
    av = pytest.importorskip("av")
    words = ("render", *NEURON, "--width", "640", "--height", "360", "--to", "forward")
    assert gradviz(*words, "-o", "a.mp4", "-o", "b.gif", "--fps", "25").code == 0
    with av.open("a.mp4") as film:
        at = [frame.time for frame in film.decode(video=0)]
    assert len(at) == round(25 * sum(opened("b.gif")[2]))
    assert at == pytest.approx([k / 25 for k in range(len(at))], abs=0.001)


def test_a_size_given_is_stronger_than_what_it_is_for(gradviz) -> None:
    assert gradviz("render", *NEURON, "-o", "a.png", "--for", "slide", "--width", "1280", "--height", "720").code == 0
    with Image.open("a.png") as picture:
        assert picture.size == (1280, 720)


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("slide", ["--width", "1280"], (1280, 720)),
        ("slide", ["--height", "720"], (1280, 720)),
        ("phone", ["--height", "800"], (900, 1600)),
        ("readme", ["--width", "640"], (640, 360)),
        ("readme", ["--width", "640", "--height", "480"], (640, 480)),
    ],
)
def test_a_width_or_height_alone_keeps_the_shape(gradviz, name: str, options: list[str], size: tuple[int, int]) -> None:
    assert gradviz("render", *NEURON, "-o", "a.gif", "--to", "0", "--for", name, *options).code == 0
    assert opened("a.gif")[1] == size


def test_a_name_with_a_place_for_the_number_gives_a_file_a_frame(gradviz) -> None:
    said = gradviz("render", *NEURON, "-o", "frames/%03d.svg", "-o", "one.svg", "-o", "all.gif", "--from", "backward")
    assert said.code == 0, said.err
    files = sorted(Path("frames").iterdir())
    count = opened("all.gif")[0]
    assert len(files) == count
    total = sum(f.stat().st_size for f in files) / 1000
    assert f"frames/%03d.svg: {count} files, {total:.1f} kB" in said.err
    assert "Finished" in files[-1].read_text(encoding="utf-8")


def test_a_page_of_pdf_is_a_still_where_a_frame_is_named(gradviz) -> None:
    assert gradviz("render", *NEURON, "-o", "a.pdf").code == 0
    said = gradviz("render", *NEURON, "-o", "b.pdf", "-o", "b.svg", "--until", "forward")
    assert said.code == 0
    assert "frames" not in said.err
    pages = [len(re.findall(rb"/Type /Page\b(?!s)", Path(name).read_bytes())) for name in ("a.pdf", "b.pdf")]
    assert pages[0] > 1
    assert pages[1] == 1


def test_where_the_first_nan_comes_from_is_said_and_is_no_failure(gradviz) -> None:
    said = gradviz("render", "log(x) * w", "x=-1", "w=2", "-o", "a.svg", "-o", "a.gif")
    assert said.code == 0
    assert said.err.count("log(x) is the first to be NaN") == 1, said.err


def test_a_film_that_takes_long_says_so_once(gradviz) -> None:
    said = gradviz("render", *NEURON, "-o", "a.gif", "-o", "a.svg", "--seconds-per-step", "10")
    assert said.code == 0
    (note,) = [line for line in said.err.splitlines() if " s long" in line]
    assert "shorter with pace" in note
    assert "seconds per step" in note


def test_a_film_for_a_readme_takes_a_coarser_pace_where_it_must(gradviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "readme", replace(PRESETS["readme"], most=55_000))
    words = ("render", *NEURON, "-o", "a.gif", "--for", "readme")
    said = gradviz(*words)
    assert Path("a.gif").stat().st_size <= 55_000
    frames = opened("a.gif")[0]
    assert f"a.gif: {frames} frames" in said.err
    assert re.search(r"pace sweep keeps it under 55\.0 kB; finer it would be \d+\.\d kB", said.err), said.err
    for asked in (["--pace", "node"], ["--to", "backward:2"]):
        said = gradviz(*words, *asked)
        assert said.code == 0 and opened("a.gif")[0] > frames, "what was asked for stays"
        assert "more than 55.0 kB; less is a coarser --pace" in said.err
    assert gradviz(*words, "--from", "backward").code == 0
    assert opened("a.gif")[0] == 2, "a sweep is a sweep at every pace"
    monkeypatch.setitem(PRESETS, "readme", replace(PRESETS["readme"], most=10))
    assert "more than 10 B; less is a part of it" in gradviz(*words).err


@pytest.mark.slow
def test_a_film_of_a_hundred_steps_for_a_readme_is_under_a_megabyte(gradviz) -> None:
    curve = Path(__file__).parents[1] / "gallery" / "curve.py"
    said = gradviz("render", f"{curve}:three_points", "-o", "a.gif", "-o", "a.webp", "--for", "readme")
    assert said.code == 0, said.err
    assert all(Path(name).stat().st_size < 1e6 for name in ("a.gif", "a.webp"))


def test_what_a_reader_turns_has_no_seconds(gradviz) -> None:
    said = gradviz("render", "+".join(["x*x"] * 20), "x=1", "-o", "a.pdf", "-o", "a.reveal.html", "--pace", "edge")
    assert re.search(r"a\.pdf: \d+ pages, [\d.]+ .B", said.err)
    assert re.search(r"a\.reveal\.html: \d+ steps, [\d.]+ .B", said.err)
    assert " s long" not in said.err


def test_a_still_has_no_length(gradviz) -> None:
    said = gradviz("render", "+".join(["x*x"] * 40), "x=1", "-o", "a.svg", "--pace", "edge")
    assert said.code == 0
    assert " s long" not in said.err


def test_steps_are_asked_before_they_are_told(gradviz) -> None:
    for reveal in ("all", "ask"):
        assert gradviz("render", *NEURON, "-o", f"{reveal}.gif", "--reveal", reveal).code == 0
    assert opened("ask.gif")[0] > opened("all.gif")[0]


def test_questions_stay_where_a_film_is_to_have_fewer_bytes(gradviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "readme", replace(PRESETS["readme"], most=10))
    said = gradviz("render", *NEURON, "-o", "a.gif", "--for", "readme", "--reveal", "ask")
    assert said.code == 0, said.err
    assert "more than 10 B" in said.err


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--from", "backwards"], "sweep (forward, backward)"),
        (["--from", "backward", "--to", "forward"], "has no frames"),
        (["--scale", "0.2"], "from 1 to 8"),
        (["--width", "800.5"], "800.5 is not a size in px; choose a whole number from 64 to 16384"),
        (["--width", "abc"], "'--width': abc is not a size in px; choose a whole number from 64 to 16384"),
        (["--height", "20"], "20 is not a size in px; choose a whole number from 64 to 16384"),
        (["--hold", "0"], "--hold 0.0 is not a time in seconds"),
        (["--loop", "-1"], "--loop -1"),
        (["--for", "wall"], "'readme', 'slide', 'phone'"),
        (["--reveal", "ask", "--pace", "sweep"], "--reveal ask asks nothing at --pace sweep, which shows a whole"),
        (["--reveal", "never"], "'all', 'ask'"),
        (["-o", "%d.gif"], "a file a frame; choose from .svg"),
        (["-o", "%d-%d.svg"], "2 places"),
        (["-o", "no/such/%d.svg"], "no folder"),
        (["-o", ".gif"], "names no file; give a name and a suffix, as in film.gif"),
        (["-o", "a.gif", "-o", "./a.gif"], "a.gif is given twice"),
        (["-o", "a.svg", "-o", "no/b.svg"], "no folder"),
        (["-o", "a.svg", "-o", "b.xyz"], "'.xyz'"),
        (
            ["-o", "a.gif", "--frame", "2"],
            "--frame is for a still, which a.gif is not; leave it out, or add -o film.png",
        ),
        (
            ["-o", "a.gif", "-o", "%d.svg", "--until", "forward"],
            "--until is for a still, which a.gif and %d.svg are not",
        ),
        (["-o", "a.svg", "--from", "backward"], "--from is for a film or a file a frame"),
        (["-o", "a.pdf", "--hold", "2"], "--hold is for a film that plays by itself"),
        (["-o", "a.png", "--seconds-per-step", "2"], "--seconds-per-step is for a film that plays"),
        (["-o", "a.svg", "--loop", "2"], "--loop is for an animation"),
        (
            ["-o", "a.mp4", "--loop", "2"],
            "--loop is for an animation such as film.gif; a.mp4 is a video, and the player decides how often it plays",
        ),
        (["-o", "a.mp4", "-o", "b.webm", "--loop", "2"], "a.mp4 and b.webm are videos, and the player decides"),
        (["-o", "a.mp4", "-o", "b.svg", "--loop", "2"], "an animation, which a.mp4 and b.svg are not; leave it out"),
        (["-o", "a.gif", "--fps", "25"], "--fps is for a video"),
        (["-o", "a.json", "--theme", "dark"], "--theme is for a picture"),
        (["-o", "a.pdf", "--frame", "2", "--tex"], "--tex is for a PDF of the whole film"),
    ],
)
def test_a_mistake_is_answered_with_the_choices(gradviz, options: list[str], part: str) -> None:
    said = gradviz("render", *NEURON, *([] if "-o" in options else ["-o", "a.gif"]), *options)
    assert said.code == 2, said.err
    assert part in said.err
    assert not list(Path().iterdir())


def test_a_slide_is_drawn_larger_than_its_pixels_unless_a_size_is_given(gradviz) -> None:
    for words, size in (([], (1920, 1080)), (["--scale", "2"], (2560, 1440)), (["--width", "1600"], (1600, 900))):
        assert gradviz("render", *NEURON, "-o", "a.svg", "--for", "slide", *words).code == 0
        head = Path("a.svg").read_text().split(">")[0]
        assert 'viewBox="0 0 1280 720" width="{}" height="{}"'.format(*size) in head
