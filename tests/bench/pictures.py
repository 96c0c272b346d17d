"""Rows about films: against the usual pipeline, against the encoder alone, and as graphs and films grow."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np
from measure import Row, child, seconds, size, timed, timed_each
from PIL import Image
from programs import chain, network_film, scalar_network
from usual import usual

import gradviz as gv
from gradviz.picture.draw import Drawing
from gradviz.picture.scene import Frame
from gradviz.writers import gif
from gradviz.writers.raster import Raster
from gradviz.writers.video import _H264 as H264

CANVAS = {"width": 1280, "height": 720}


def films(small: bool) -> Iterator[Row]:
    """A 2-4-4-1 network of scalars with squared loss, every node forward and backward, as GIF of 1280×720."""
    sizes = (2, 2, 1) if small else (2, 4, 4, 1)
    name = "-".join(map(str, sizes))
    loss, inputs = scalar_network(sizes)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "film.gif")

        def save() -> None:
            gv.film(loss, *inputs, pace="node").save(target, **CANVAS)

        film = gv.film(loss, *inputs, pace="node")
        frames = len(film.drawing(**CANVAS))
        times = 1 if small else 5
        save()  # what is imported once is no part of either
        before = timed_each(save, times)
        slim = usual(film.run, Path(folder), width=1280)
        after = timed_each(save, times)  # the machine's pace changes: ours is measured on both sides of the other
        whole, weight = median(before + after), target.stat().st_size / frames
        each, bare = whole / frames, _bare(target)
        own = usual(film.run, Path(folder))
    n = len(film.run.graph.nodes)
    mine = f"{seconds(each)} a frame (whole save {seconds(whole)}, {frames} frames, {n} nodes)"
    for what, it, bar in (("its own size", own, 60.0), ("1280 px", slim, 8.0)):
        told = f"{it.engine} and Pillow, {it.size[0]}×{it.size[1]}, {seconds(it.seconds)} a frame"
        yield Row(f"{name} GIF, time: times faster than the usual at {what}", mine, told, it.seconds / each, bar, True)
    yield Row(
        f"{name} GIF, bytes: part of the usual at its own size",
        f"{size(weight)} a frame, of which {size(bare)} for rectangles of their size in which no pixel changes",
        f"{size(own.bytes)} a frame",
        weight / own.bytes,
        1 / 40,
    )


def _bare(file: Path) -> float:
    """Return the bytes that a GIF's frames would take on average if each were its rectangle of one colour."""
    sizes = []
    with Image.open(file) as film:
        for k in range(film.n_frames):
            film.seek(k)
            x0, y0, x1, y1 = film.tile[0][1]
            out = io.BytesIO()
            Image.new("L", (x1 - x0, y1 - y0), 255).save(out, "GIF", optimize=False, interlace=False)
            sizes.append(len(out.getvalue()) - 13 - 768)  # without the file's head and its colours
    return sum(sizes) / len(sizes)


def video(small: bool) -> Iterator[Row]:
    """The whole of a save as MP4, beside the encoder alone with the same frames ready-made."""
    name = "MP4 1280×720, time: whole save to PyAV alone"
    if find_spec("av") is None:
        yield Row(name, skipped="PyAV is not installed (the extra `video`)")
        return
    loss, inputs = scalar_network((2, 2, 1) if small else (2, 4, 4, 1))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "film.mp4")

        def save() -> None:
            gv.film(loss, *inputs, pace="node").save(target, **CANVAS)

        drawing = gv.film(loss, *inputs, pace="node").drawing(**CANVAS)
        save()  # what is imported once is no part of either
        ours, alone = [], []
        for _ in range(1 if small else 7):
            ours.append(timed(save, 1))
            alone.append(_encode(drawing))
    mine, theirs = median(ours), median(alone)
    yield Row(name, seconds(mine), f"{seconds(theirs)}, {len(drawing)} frames", mine / theirs, 1.3)


def _encode(drawing: Drawing) -> float:
    """Encode the frames with the writer's own settings, and return the seconds that PyAV takes, drawing apart."""
    import av

    spent, raster = 0.0, None
    container = av.open(io.BytesIO(), mode="w", format="mp4")
    stream = container.add_stream("libx264", rate=25, options=dict(H264))
    stream.width, stream.height, stream.pix_fmt = *drawing.canvas.pixels, "yuv420p"
    stream.codec_context.thread_count = int(H264["threads"])
    for frame in drawing:
        if raster is None:
            raster = Raster(frame.scene.width, frame.scene.height, *drawing.canvas.pixels, frame.scene.ground)
        raster.draw(frame.scene)
        ready = np.ascontiguousarray(raster.pixels)
        start = time.perf_counter()
        container.mux(stream.encode(av.VideoFrame.from_ndarray(ready, format="rgb24")))
        spent += time.perf_counter() - start
    start = time.perf_counter()
    container.mux(stream.encode())
    container.close()
    return spent + time.perf_counter() - start


def growth(small: bool) -> Iterator[Row]:
    """What a frame costs as graphs grow, and what memory takes as films grow."""
    few, many = ((2, 2, 1), (2, 8, 6, 1)) if small else ((2, 4, 4, 1), (4, 16, 16, 1))
    yield _growth("a network", network_film(few), network_film(many), small)
    less, more = (66, 200) if small else (66, 666)  # a third of the nodes are constants
    yield _growth("a chain that one input feeds everywhere", chain(less), chain(more), small)
    short, long = (60, 600) if small else (200, 2000)
    code = (
        "import resource, io, sys; from programs import many_sweeps; from gradviz.writers import gif\n"
        "d = many_sweeps({}).drawing(width=1280, height=720); gif.write(iter(d), io.BytesIO(), size=(1280, 720))\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "print(len(d), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)"
    )
    if find_spec("resource") is None:
        yield Row("peak memory of a long film to a short one", skipped="this system does not tell peak memory")
        return
    (n, least), (m, most) = ([float(w) for w in child(code.format(k)).split()] for k in (short, long))
    yield Row(f"peak memory of {m:.0f} frames to {n:.0f}", size(most), size(least), most / least, 1.2)


def _growth(what: str, few: gv.Film, many: gv.Film, small: bool) -> Row:
    """Compare what a frame costs in two films of the same kind and size."""
    drawings = [film.drawing(**CANVAS) for film in (few, many)]
    costs: list[list[float]] = [[], []]
    for _ in range(2 if small else 5):
        for drawing, found in zip(drawings, costs, strict=True):
            found.append(_pace(drawing, 40 if small else 100))
    a, b = map(median, costs)
    less, more = (len(d.run.graph.nodes) for d in drawings)
    return Row(
        f"a frame of {what} of {more} nodes to one of {less}, GIF 1280×720, layout apart",
        f"{seconds(b)} ({drawings[1].level})",
        f"{seconds(a)} ({drawings[0].level})",
        b / a,
        1.5,
    )


def _pace(drawing: Drawing, sample: int) -> float:
    """Return the processor's seconds that one more frame takes to draw and write, from the middle of the film."""
    frames, marks = iter(drawing), []
    skip = len(drawing) // 2

    def watched() -> Iterator[Frame]:
        for frame in islice(frames, skip, skip + sample):
            marks.append(time.process_time())
            yield frame

    gif.write(watched(), io.BytesIO(), size=drawing.canvas.pixels)
    return (marks[-1] - marks[0]) / (len(marks) - 1)


_STILL = """
import time, tempfile
from pathlib import Path
from programs import network_film
from gradviz.picture import engine
spent, run = [0.0], engine.run
def timed(*args, **options):
    start = time.perf_counter()
    try:
        return run(*args, **options)
    finally:
        spent[0] += time.perf_counter() - start
engine.run = timed
network_film((2, 2, 1)).svg()  # fonts are loaded
spent[0] = 0.0
start = time.perf_counter()
film = network_film({sizes})
recorded = time.perf_counter() - start
with tempfile.TemporaryDirectory() as folder:
    start, cpu = time.perf_counter(), time.process_time()
    film.save(Path(folder, "film.svg"))
    saved, cpu = time.perf_counter() - start, time.process_time() - cpu
print(len(film.run.graph.nodes), recorded, saved, spent[0], cpu)
"""


def stills(small: bool) -> Iterator[Row]:
    """Large graphs as SVG: the whole save, and what of it is not the layout engine."""
    cases = [((4, 14, 8, 1), 5.0)] if small else [((8, 26, 17, 1), 5.0), ((20, 48, 38, 10, 1), 30.0)]
    for sizes, bar in cases:
        told = child(_STILL.format(sizes=sizes)).split()
        nodes, (recorded, saved, engine, apart) = int(told[0]), map(float, told[1:])
        name = f"still SVG of {nodes} nodes"
        yield Row(f"{name}, seconds", f"{seconds(saved)} and {seconds(recorded)} to record", "", saved + recorded, bar)
        if bar == 5.0:
            mine = f"{seconds(apart)} of processor time, recording and engine apart"
            yield Row(f"{name}, gradviz's own seconds", mine, f"engine {seconds(engine)}", apart, 0.5)


def imports(small: bool) -> Iterator[Row]:
    """Importing gradviz, beside what it stands on."""
    statements = "import numpy, networkx", "import gradviz"
    code = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
    found: list[list[float]] = [[], []]
    for _ in range(3 if small else 9):
        for statement, times in zip(statements, found, strict=True):
            times.append(float(child(code.format(statement))))
    yardstick, ours = map(median, found)
    yield Row(statements[1], seconds(ours), f"{statements[0]}: {seconds(yardstick)}", ours / yardstick, 1.3)
