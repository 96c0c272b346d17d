"""Draw the gallery again: python gallery [--check] [NAME ...].

With --check nothing is changed: what differs from the committed pictures is printed, and the exit code is 1. An SVG
must have the same bytes; a PNG, whose pixels another rasteriser may round otherwise, may differ by `TOLERANCE`, and so
may each frame of a GIF.
"""

from __future__ import annotations

import difflib
import importlib.util
import io
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

HERE = Path(__file__).parent
#: name of the script → its pictures: file name → options of Film.save
PICTURES: dict[str, dict[str, dict[str, int]]] = {
    "neuron": {"neuron.svg": {}, "neuron.png": {}, "neuron.gif": {"width": 960}},
    "fanout": {"fanout.svg": {}},
    "layers": {"layers.svg": {}},
    "curve": {"curve.svg": {"width": 1280}},
    "mlp": {"mlp.svg": {"width": 1280}},
}
LESSONS = (
    "derivative", "rules", "descent", "gradient", "chain", "paths", "shared", "modes", "forward_pass", "backward_pass",
    "accumulation", "iteration", "line", "xor",
)  # fmt: skip
PICTURES |= {f"lessons/{name}": {f"lessons/{name}.svg": {}} for name in LESSONS}
PICTURES |= {f"faults/{name}": {f"faults/{name}.svg": {}} for name in ("overwritten", "not_zeroed")}
PICTURES["curve_fitter/film"] = {"curve_fitter/film.svg": {}, "curve_fitter/film.gif": {"width": 1200}}
#: The mean difference of two pictures' channels, of 255.
TOLERANCE = 0.5


def film(name: str):
    """Return what film() of a script of the gallery makes."""
    path = HERE / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"gallery_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.film()


def difference(committed: Path, drawn: Path) -> str:
    """Say how a picture differs from the committed one; "" where it does not."""
    if not committed.exists():
        return "is not committed"
    old, new = committed.read_bytes(), drawn.read_bytes()
    if old == new:
        return ""
    if committed.suffix == ".svg":
        lines = difflib.unified_diff(
            old.decode().splitlines(), new.decode().splitlines(), "committed", "drawn now", lineterm="", n=1
        )
        return "differs:\n" + "\n".join(line[:200] for _, line in zip(range(40), lines, strict=False))
    return pixels(old, new)


def pixels(old: bytes, new: bytes) -> str:
    """Compare two pictures or animations, frame by frame."""
    frames = [[f.convert("RGB") for f in ImageSequence.Iterator(Image.open(io.BytesIO(b)))] for b in (old, new)]
    if len(frames[0]) != len(frames[1]):
        return f"has {len(frames[1])} frames, not {len(frames[0])}"
    for k, (a, b) in enumerate(zip(*frames, strict=True)):
        if a.size != b.size:
            return f"is {b.size[0]}×{b.size[1]} px, not {a.size[0]}×{a.size[1]}"
        mean = float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())
        if mean > TOLERANCE:
            return f"differs in frame {k} by {mean:.2f} of 255 on average; at most {TOLERANCE} is tolerated"
    return ""


def main(words: list[str]) -> int:
    """Draw or check the pictures named, or all."""
    check = "--check" in words
    names = [w for w in words if w != "--check"] or list(PICTURES)
    unknown = [n for n in names if n not in PICTURES]
    if unknown:
        print(f"no script {', '.join(unknown)} in the gallery; choose from {', '.join(PICTURES)}", file=sys.stderr)
        return 2
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            made = film(name)
            for file, options in PICTURES[name].items():
                target = HERE / file
                if not check:
                    made.save(target, **options)
                    print(f"drew {file}: {target.stat().st_size} bytes")
                    continue
                (Path(folder) / file).parent.mkdir(exist_ok=True)
                said = difference(target, made.save(Path(folder) / file, **options))
                wrong += bool(said)
                print(f"{file} {said or 'is as committed'}")
    if wrong:
        print(f"{wrong} pictures differ; look at them, and if they are right: scripts/redraw", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
