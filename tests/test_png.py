"""PNG: the raster's pixels, at the size asked for, the same bytes each time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image
from scenes import film

from gradviz.errors import TooLarge, UnknownName
from gradviz.picture.scene import Frame, Scene
from gradviz.writers.png import write
from gradviz.writers.raster import still
from gradviz.writers.table import WRITERS


def test_the_file_holds_the_pixels_of_the_raster_and_says_what_it_shows():
    frame, out = next(film()), io.BytesIO()
    write(iter([frame]), out, size=(1280, 720))
    image = Image.open(out)
    assert image.mode == "RGB" and np.array_equal(np.asarray(image), still(frame.scene, (1280, 720)))
    assert image.text == {"Title": "A neuron", "Description": frame.note}


def test_a_title_that_is_no_proper_text_is_written_by_its_codes():
    out = io.BytesIO()
    write(iter([Frame(Scene(10, 10, "#FFFFFF", (), "a\ud800\0"), 1, "")]), out, size=(10, 10))
    assert Image.open(out).text == {"Title": "a\\ud800\\0"}


def test_sizes_that_cannot_be_are_refused():
    frame = next(film())
    with pytest.raises(UnknownName, match="0×10 px"):
        write(iter([frame]), io.BytesIO(), size=(0, 10))
    with pytest.raises(TooLarge, match="smaller width"):
        write(iter([frame]), io.BytesIO(), size=(70_000, 10))


def test_two_processes_with_other_hash_seeds_write_the_same_bytes_in_every_format():
    code = (
        "import hashlib, io, sys, scenes\n"
        "from gradviz.writers.table import WRITERS\n"
        "for suffix in sys.argv[1:]:\n"
        "    out, writer = io.BytesIO(), WRITERS[suffix]\n"
        "    writer.load()(scenes.film(steps=4 if writer.animated else 1), out, size=(640, 360))\n"
        "    print(suffix, hashlib.sha256(out.getvalue()).hexdigest())\n"
    )
    suffixes = [s for s, w in WRITERS.items() if w.takes == "frames" and (w.needs is None or find_spec(w.needs))]
    here = os.path.dirname(__file__)
    path = os.pathsep.join([os.path.dirname(here), here])
    said = [
        subprocess.run(
            [sys.executable, "-c", code, *suffixes],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] and len(said[0].splitlines()) == len(suffixes) > 7
