"""`gradviz demo`: the loss of a degree-5 curve on real temperatures, as diagrams and films, with its code and data."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ..errors import CannotWrite
from ..writers.files import whole
from .fit import read
from .fitting import fit
from .report import say
from .target import resolve
from .write import make, write_all

#: What is put into the folder before anything is drawn, by its place there. The pictures are drawn from these.
CARRIED = {"curve.py": "curve.py", "nottingham-1920.csv": "data/nottingham-1920.csv"}
#: Function of curve.py → the pictures' names.
PICTURES = {"three_points": "curve-scalars", "all_points": "curve-arrays"}
SUFFIXES = (".svg", ".png", ".gif")


def demo(folder: Path) -> None:
    """Fill a folder, made if there is none, and say what was written.

    Raises `CannotWrite`, also where a file of its names has been changed, or is another: that is somebody's work.
    """
    source = files("gradviz.cli") / "data"
    carried = {folder / place: (source / name).read_bytes() for name, place in CARRIED.items()}
    for target, text in carried.items():
        if target.is_file() and target.read_bytes() != text:
            raise CannotWrite(
                f"{target} is there, and not as the demo writes it; it stays as it is. Choose another folder, or draw "
                f"it with gradviz render {folder / 'curve.py'}:three_points -o curve.gif"
            )
    for target, text in carried.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with whole(target) as out:
                out.write(text)
        except CannotWrite:
            raise
        except OSError as error:
            raise CannotWrite(
                f"{target} cannot be written: {error.strerror or error}; choose another folder"
            ) from error
    say(f"Drawing {folder / 'curve.py'}: y(x) = k0 + k1 x + ... + k5 x^5 against twelve months of temperatures")
    for function, name in PICTURES.items():
        film = make(resolve(f"{folder / 'curve.py'}:{function}", {}))
        write_all(film, [folder / f"{name}{suffix}" for suffix in SUFFIXES])
    table = read(folder / CARRIED["nottingham-1920.csv"])
    fitted = fit(table.x, table.y, names=table.names, story=True, title="The Curve Fitter 6000")
    write_all(fitted.film, [folder / "curve-fitter.gif"])
    say(f"Done. Open {(folder / 'curve-fitter.gif').resolve()}; one gradient, term by term, is in curve-scalars.gif")
