"""GIF: every frame, decoded, is the raster's picture within eight levels; its time is exact; memory stays flat."""

from __future__ import annotations

import io
import random
import tracemalloc
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from PIL import Image as Pillow
from scenes import at_random, film

from gradviz.picture.scene import Element, Frame, Image, Rect, Scene
from gradviz.writers.gif import NEAR, Table, write
from gradviz.writers.raster import Raster


def saved(frames: Iterable[Frame], size: tuple[int, int], loop: int = 0) -> bytes:
    out = io.BytesIO()
    write(iter(frames), out, size=size, loop=loop)
    return out.getvalue()


def decoded(data: bytes) -> Iterator[tuple[np.ndarray, float]]:
    image = Pillow.open(io.BytesIO(data))
    for k in range(image.n_frames):
        image.seek(k)
        yield np.asarray(image.convert("RGB")).astype(int), image.info["duration"] / 1000


def off(data: bytes, frames: list[Frame], size: tuple[int, int]) -> list[int]:
    """How many levels each decoded frame is off, at its worst pixel and channel."""
    scene = frames[0].scene
    raster = Raster(scene.width, scene.height, *size, scene.ground)
    worst = []
    for (picture, _), frame in zip(decoded(data), frames, strict=True):
        raster.draw(frame.scene)
        worst.append(int(np.abs(picture - raster.pixels).max()))
    return worst


@pytest.mark.parametrize("size", [(960, 540), (640, 400)])
def test_every_frame_is_the_rasters_within_eight_levels(size):
    frames = list(film(cards=12, steps=14))
    assert max(off(saved(frames, size), frames, size)) <= NEAR == 8


def test_flat_colours_are_exact():
    *_, (last, _) = decoded(saved(film(cards=12, steps=3), (960, 540)))
    for (x, y), colour in {(5, 5): 0xFFFFFF, (200, 460): 0xF5F6F8, (60, 72): 0xEEF6FB, (22, 90): 0xE9ECF0}.items():
        assert tuple(last[y, x]) == (colour >> 16, colour >> 8 & 255, colour & 255)


def test_colours_beyond_one_table_still_come_within_eight_levels():
    rng = random.Random(1)
    frames = []
    for _ in range(4):  # heatmaps of 150 colours each, far apart
        cells = bytes(rng.randrange(256) for _ in range(450))
        frames.append(
            Frame(Scene(100, 60, "#FFFFFF", (Element("m", "node", (Image(0, 0, 100, 60, 10, 15, cells),)),)), 0.5, "")
        )
    frames.append(next(film(size=(100, 60))))
    data = saved(frames, (100, 60))
    assert max(off(data, frames, (100, 60))) <= NEAR
    assert data == saved(frames, (100, 60))


def test_random_scenes_come_back():
    rng, scene, frames = random.Random(5), None, []
    for _ in range(20):
        scene = at_random(rng, scene)
        frames.append(Frame(scene, 0.1, ""))
    assert max(off(saved(frames, (300, 200)), frames, (300, 200))) <= NEAR


def test_times_are_exact_to_the_hundredth_the_last_one_too():
    seconds = [0.7, 1 / 3, 1 / 3, 1 / 3, 2.5, 3.0]
    frames = [Frame(f.scene, s, "") for f, s in zip(film(steps=6), seconds, strict=True)]
    times = [t for _, t in decoded(saved(frames, (320, 180)))]
    assert times == [0.7, 0.33, 0.34, 0.33, 2.5, 3.0]  # what rounding takes from one frame, the next one gets


def test_a_frame_like_the_one_before_is_a_frame_of_its_own():
    frame = next(film())
    data = saved([frame, frame, Frame(frame.scene, 2, "")], (320, 180))
    assert [t for _, t in decoded(data)] == [0.7, 0.7, 2.0]
    assert len(data) < len(saved([frame], (320, 180))) + 200


def test_it_plays_for_ever_or_as_often_as_asked():
    frames = list(film(steps=2))
    assert Pillow.open(io.BytesIO(saved(frames, (96, 54)))).info["loop"] == 0
    assert Pillow.open(io.BytesIO(saved(frames, (96, 54), loop=3))).info["loop"] == 2  # repeats after the first time
    assert "loop" not in Pillow.open(io.BytesIO(saved(frames, (96, 54), loop=1))).info


def test_a_step_is_small():
    one, many = len(saved(film(steps=1), (960, 540))), len(saved(film(steps=11), (960, 540)))
    assert (many - one) / 10 < 7_000


def test_it_can_be_written_where_nothing_can_be_written_twice():
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_):
            raise io.UnsupportedOperation

    pipe = Pipe()
    write(film(steps=3), pipe, size=(96, 54))
    assert pipe.getvalue() == saved(film(steps=3), (96, 54))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_frames():
    def frames(count: int) -> Iterator[Frame]:
        for k in range(count):
            e = Element("node-0", "node", (Rect(10 + k % 50, 10 + k % 7, 20, 20, fill="#0072B2"),))
            yield Frame(Scene(100, 60, "#FFFFFF", (e,)), 0.1, "")

    class Nowhere(io.RawIOBase):
        def seekable(self) -> bool:
            return True

        def tell(self) -> int:
            return 0

        def seek(self, *_):
            return 0

        def write(self, data) -> int:
            return len(data)

    def peak(count: int) -> int:
        tracemalloc.start()
        write(frames(count), Nowhere(), size=(100, 60))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(2000) < 1.05 * peak(200)


def test_a_second_table_serves_all_frames_that_the_first_has_no_room_for(monkeypatch):
    made = []
    monkeypatch.setattr("gradviz.writers.gif.Table", lambda *near: made.append(Table(*near)) or made[-1])
    steps = range(0, 255, 18)
    frames = []
    for k in range(6):  # 225 colours, and 225 others
        cells = b"".join(bytes((r, g, 255 * (k % 2))) for r in steps for g in steps)
        mark = Rect(10 * k, 0, 9, 9, fill="#0072B2")
        marks = (Image(0, 0, 90, 90, 15, 15, cells), mark)
        frames.append(Frame(Scene(90, 90, "#FFFFFF", (Element("m", "node", marks),)), 0.5, ""))
    assert max(off(saved(frames, (90, 90)), frames, (90, 90))) <= NEAR
    assert len(made) == 2


def test_one_frame_of_too_many_colours_leaves_the_others_within_eight_levels():
    rng = random.Random(2)

    def frame(count: int, x: float = 0.0) -> Frame:
        cells = bytes(rng.randrange(256) for _ in range(3 * count * count))
        marks = (Image(x, 0, 60, 60, count, count, cells), Rect(0, 62, 5, 5, fill="#0072B2"))
        return Frame(Scene(130, 70, "#FFFFFF", (Element("m", "node", marks),)), 0.5, "")

    frames = [frame(12), frame(40), frame(14), frame(14)]
    worst = off(saved(frames, (130, 70)), frames, (130, 70))
    assert worst[1] > NEAR  # there is no other way
    assert max(worst[0], *worst[2:]) <= NEAR


def test_blends_that_come_bit_by_bit_take_no_more_entries_than_all_at_once():
    rng = random.Random(3)
    inks = np.array([(27, 31, 39), (0, 114, 178), (168, 71, 0)])
    share = np.arange(256)[:, None, None] / 255
    colours = np.round(inks * share + 255 * (1 - share)).astype(int).reshape(-1, 3)
    words = colours[:, 0] | colours[:, 1] << 8 | colours[:, 2] << 16
    at_once, by_and_by = Table(), Table()
    assert at_once.indices(words, {}) is not None
    order = list(range(len(words)))
    rng.shuffle(order)
    for k in range(0, len(order), 7):
        assert by_and_by.indices(words[order[k : k + 7]], {}) is not None
    for table in (at_once, by_and_by):
        entries = np.frombuffer(table.told(), np.uint8).reshape(256, 3).astype(int)
        given = table.known(words)
        assert abs(entries[given] - colours).max() <= NEAR
    most = len(set(at_once.known(words).tolist()))
    assert len(set(by_and_by.known(words).tolist())) <= 1.25 * most < 60


def test_an_exact_colour_stays_exact_whatever_comes_near_it():
    table = Table()
    flat = {0x808080: 5}
    assert table.indices(np.array([0x808080]), flat) is not None
    for level in (0x7A, 0x87, 0x79, 0x88):
        assert table.indices(np.array([level * 0x010101]), flat) is not None
    entries = np.frombuffer(table.told(), np.uint8).reshape(256, 3)
    assert tuple(entries[table.known(np.array([0x808080]))][0]) == (0x80, 0x80, 0x80)
