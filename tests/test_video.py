"""MP4 and WebM: every step is one frame with its exact time, close to the raster's picture; the bytes repeat."""

from __future__ import annotations

import io

import numpy as np
import pytest
from scenes import film

from gradviz.picture.scene import Frame
from gradviz.writers import video
from gradviz.writers.raster import Raster

av = pytest.importorskip("av")
both = pytest.mark.parametrize("write", [video.mp4, video.webm])
SECONDS = [0.7, 1 / 3, 1 / 3, 1 / 3, 3.0]


def saved(write, size=(640, 360), steps: int = 5) -> bytes:
    out = io.BytesIO()
    write((Frame(f.scene, s, "") for f, s in zip(film(steps=steps), SECONDS * 9, strict=False)), out, size=size)
    return out.getvalue()


@both
def test_each_step_is_one_frame_with_its_exact_time_the_last_one_too(write):
    with av.open(io.BytesIO(saved(write))) as container:
        frames = list(container.decode(video=0))
        assert [round(f.time * 1000) for f in frames] == [0, 700, 1033, 1367, 1700]
        assert container.duration == 4_700_000
        assert container.metadata["title"] == "A neuron"


@both
def test_the_pictures_are_close_to_the_rasters_and_flat_colours_closer(write):
    with av.open(io.BytesIO(saved(write, (960, 540)))) as container:
        raster = Raster(960, 540, 960, 540, "#FFFFFF")
        for seen, frame in zip(container.decode(video=0), film(steps=5), strict=True):
            assert len(raster.draw(frame.scene).words)
            assert (int(seen.colorspace), int(seen.color_range)) == (1, 1)
            picture = seen.reformat(format="rgb24").to_ndarray().astype(int)
            assert np.abs(picture - raster.pixels).mean() < 2
            for x, y in ((5, 5), (200, 460), (60, 72), (22, 90)):
                assert np.abs(picture[y, x] - raster.pixels[y, x]).max() <= 4


@both
def test_the_bytes_repeat_and_an_odd_size_is_made_even(write):
    data = saved(write, (319, 181), 3)
    assert data == saved(write, (319, 181), 3)
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.pix_fmt) == (320, 182, "yuv420p")


@both
def test_an_encoder_that_is_done_before_the_next_frame_is_drawn_writes_the_same(write, monkeypatch):
    beside = saved(write)
    monkeypatch.setattr(video, "in_turn", lambda work: (piece() for piece in work))
    assert saved(write) == beside
