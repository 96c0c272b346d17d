"""Films as video, by PyAV: MP4 (H.264) and WebM (VP9), one encoded frame a step, each with its exact time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import Any, BinaryIO

from ..picture.scene import Frame
from .aside import in_turn
from .deltas import Clock
from .patch import patched
from .raster import Raster

#: Quality is constant. An encoder has one thread: the bytes depend on their number, and the drawing needs one too.
_H264 = {"crf": "18", "preset": "veryfast", "tune": "stillimage", "bf": "0", "g": "120", "threads": "1"}
_VP9 = {
    "crf": "20",
    "b": "0",
    "deadline": "realtime",
    "cpu-used": "6",
    "g": "120",
    "threads": "1",
    "lag-in-frames": "0",
}


def mp4(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write an MP4 that every player shows: H.264, 4:2:0, BT.709. An odd size gets one px of ground more."""
    del loop
    _write(frames, out, size, "mp4", "libx264", _H264)


def webm(frames: Iterator[Frame], out: BinaryIO, *, size: tuple[int, int], loop: int = 0) -> None:
    """Write a WebM: VP9, 4:2:0, BT.709. An odd size gets one px of ground more."""
    del loop
    _write(frames, out, size, "webm", "libvpx-vp9", _VP9)


def _write(
    frames: Iterator[Frame], out: BinaryIO, size: tuple[int, int], form: str, codec: str, options: dict[str, str]
) -> None:
    import av
    from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

    width, height = (n + n % 2 for n in size)  # colours are told for squares of four pixels
    first = next(frames)
    with patched(out) as file, av.open(file, mode="w", format=form, options={"fflags": "+bitexact"}) as container:
        if first.scene.title:
            container.metadata["title"] = first.scene.title.encode("utf-8", "backslashreplace").decode()
        stream: Any = container.add_stream(codec, rate=1000, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for name in ("color_primaries", "color_trc", "colorspace"):
            setattr(stream.codec_context, name, 1)  # BT.709
        stream.codec_context.color_range = 1  # 16 to 235
        raster = Raster(first.scene.width, first.scene.height, width, height, first.scene.ground)
        drawn = av.VideoFrame.from_numpy_buffer(raster.bytes, "rgba")
        reformatter = VideoReformatter()
        lasts: dict[int, int] = {}  # by time: how long

        def encode(picture: Any) -> None:
            _mux(container, stream.encode(picture), lasts)

        def pictures() -> Iterator[Callable[[], None]]:
            clock, at = Clock(1000), 0
            for frame in chain([first], frames):
                raster.draw(frame.scene)
                # Colours are turned here and not beside the drawing: of the two threads the encoder's has more to do.
                picture = reformatter.reformat(
                    drawn, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
                )
                picture.pts, picture.time_base = at, Fraction(1, 1000)
                lasts[at] = ticks = clock.ticks(frame.seconds)
                yield partial(encode, picture)
                at += ticks

        for _ in in_turn(pictures()):
            pass
        _mux(container, stream.encode(), lasts)


def _mux(container: Any, packets: list[Any], lasts: dict[int, int]) -> None:
    for packet in packets:
        ms = int(packet.pts * packet.time_base * 1000 + Fraction(1, 2))
        packet.duration = int(lasts.pop(ms) / 1000 / packet.time_base + Fraction(1, 2))
        container.mux(packet)
