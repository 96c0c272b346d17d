"""APNG and WebP: every frame, decoded, is the raster's picture exactly, and its time is exact."""

from __future__ import annotations

import io
import random
from types import ModuleType

import numpy as np
import pytest
from PIL import Image as Pillow
from scenes import at_random, film

from gradviz.errors import TooLarge
from gradviz.picture.scene import Frame
from gradviz.writers import apng, webp
from gradviz.writers.raster import Raster

SIZE = (451, 301)
both = pytest.mark.parametrize("writer", [apng, webp])


def saved(writer: ModuleType, frames: list[Frame], size: tuple[int, int] = SIZE, loop: int = 0) -> bytes:
    out = io.BytesIO()
    writer.write(iter(frames), out, size=size, loop=loop)
    return out.getvalue()


@both
def test_every_frame_is_the_rasters(writer):
    rng, scene, frames = random.Random(3), None, list(film(steps=3, size=(300, 200)))
    for _ in range(12):
        scene = at_random(rng, scene)
        frames.append(Frame(scene, 0.1, ""))
    frames.append(frames[-1])
    image = Pillow.open(io.BytesIO(saved(writer, frames)))
    raster = Raster(300, 200, *SIZE, "#FFFFFF")
    assert image.n_frames == len(frames)
    for k, frame in enumerate(frames):
        raster.draw(frame.scene)
        image.seek(k)
        assert np.array_equal(np.asarray(image.convert("RGB")), raster.pixels), k


@both
def test_times_are_exact(writer):
    seconds = [0.7, 1 / 3, 1 / 3, 1 / 3, 2.5, 70.0]
    image = Pillow.open(
        io.BytesIO(saved(writer, [Frame(f.scene, s, "") for f, s in zip(film(steps=6), seconds, strict=True)]))
    )
    times = []
    for k in range(image.n_frames):
        image.seek(k)
        image.load()
        times.append(image.info["duration"])
    assert times == [700, 333, 334, 333, 2500, 70_000]


@both
def test_it_plays_as_often_as_asked_and_repeats_its_bytes(writer):
    frames = list(film(steps=3))
    assert Pillow.open(io.BytesIO(saved(writer, frames))).info["loop"] == 0
    assert Pillow.open(io.BytesIO(saved(writer, frames, loop=3))).info["loop"] == 3
    assert Pillow.open(io.BytesIO(saved(writer, frames, loop=2**40))).info["loop"] >= 65_535  # what the field holds
    assert saved(writer, frames) == saved(writer, frames)


@both
def test_it_can_be_written_to_a_pipe(writer):
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    writer.write(film(steps=2), pipe, size=SIZE)
    assert pipe.getvalue() == saved(writer, list(film(steps=2)))


def test_a_webp_beyond_its_format_is_refused():
    with pytest.raises(TooLarge, match="16383 px"):
        saved(webp, list(film(steps=1)), (20_000, 10))
