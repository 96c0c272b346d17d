"""The commands, their options and their help: `gradviz.cli.main` is the way in."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import click

from ..errors import UnknownName
from . import report
from .sections import Sections

_EXAMPLES = """
\b
Examples:
  gradviz render "tanh(w*x + b)" w=-3 x=2 b=6.88 -o neuron.svg
  gradviz render "q = sin(a); L = q*b + q**2" a=1 b=2 -o fanout.gif --width 960
  gradviz render mycode.py:loss w=0.5 x=[1,2,3] -o loss.svg -o loss.gif
  gradviz render "tanh(w*x + b)" w=-3 x=2 b=6.88 -o frames/%03d.png --for slide
  gradviz check "exp(x) / y" x=1 y=2

\b
Exit codes: 0 done, 1 your code raised, 2 a mistake in what was typed, 3 a gradient check failed,
4 a part is missing, 5 too large or out of time, 130 interrupted.
"""


@click.group(epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gradviz-backprop", prog_name="gradviz")
def cli() -> None:
    """Show backpropagation running: a computation as a graph, its values and gradients, step by step."""


_TARGET = """
\b
TARGET is one of
  "tanh(w*x + b)"    an expression, with a value for each of its names
  FILE.py:NAME       a function in a file; or a film, or a function film() that makes one
  MODULE:NAME        the same, in a module that can be imported

NAME=VALUE gives a number or an array: w=-3  x=1/3  b=[1,2,3]  m=[[1,2],[3,4]]
"""


_RENDER_EXAMPLES = """
\b
--for readme is 800 px wide; slide is 1920×1080; phone is upright, 540×960 at twice the px.
A film over a minute says so, and which --pace or --seconds-per-step makes it shorter.

\b
Examples:
  gradviz render "tanh(w*x + b)" w=-3 x=2 b=6.88 -o neuron.svg -o neuron.gif
  gradviz render mycode.py:loss w=0.5 x=[1,2,3] -o loss.pptx --for slide --reveal ask
  gradviz render mycode.py:loss w=0.5 x=[1,2,3] -o loss.gif --for readme --from backward
"""

#: The options that belong to a file, not to the film.
_SAVED = (
    "width", "height", "scale", "frame", "until", "first", "last", "seconds_per_step", "hold", "loop", "fps", "tex",
)  # fmt: skip
#: What a picture is for → its size, which --width, --height and --scale change.
PRESETS: dict[str, dict[str, float]] = {
    "readme": {"width": 800},
    "slide": {"width": 1920, "height": 1080},
    "phone": {"width": 540, "height": 960, "scale": 2},
}


class _Render(Sections):
    headings: ClassVar = {"-o": "Files", "--for": "The picture", "--pace": "The film", "--wrt": "The computation"}


@cli.command(
    cls=_Render,
    epilog=_RENDER_EXAMPLES,
    help=f"Draw a computation: its graph, or the film of its sweeps.\n{_TARGET}",
)
@click.argument("target")
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FILE",
    multiple=True,
    help="Where to write. The suffix says what, as gradviz doctor lists them: .svg .png .gif .mp4 .pdf .pptx and more. "
    "A name such as frames/%03d.png writes every frame. Repeat for more.",
)
@click.option("--tex", is_flag=True, default=None, help="Beside a PDF: a .tex that shows its pages in Beamer.")
@click.option("--for", "preset", type=click.Choice(list(PRESETS)), help="A size for it; see below.")
@click.option("--width", type=click.IntRange(64, 16384), metavar="PX", help="Width.  [default: 960 or 1280 for a film]")
@click.option("--height", type=click.IntRange(64, 16384), metavar="PX", help="Height.  [default: 16:9 for a film]")
@click.option("--scale", type=float, metavar="K", help="The same picture in 1 to 8 times as many px.")
@click.option("--theme", type=click.Choice(["light", "dark"]), help="Colours.  [default: light]")
@click.option("--title", metavar="TEXT", help="Title.  [default: the expression or function]")
@click.option("--rankdir", type=click.Choice(["auto", "LR", "TB"]), help="Direction of the graph.  [default: auto]")
@click.option("--depth", type=int, metavar="N", help="Draw groups deeper than N as one node; 0 draws all so.")
@click.option("--frame", type=int, metavar="K", help="Which frame a still shows, from 0; -1 is the last.")
@click.option("--until", metavar="SWEEP", help="The still at the end of a sweep: forward, backward, tangent.")
@click.option(
    "--pace",
    type=click.Choice(["auto", "edge", "node", "layer", "sweep"]),
    help="What one step shows.  [default: auto, the finest with at most 60 steps]",
)
@click.option(
    "--reveal", type=click.Choice(["all", "ask"]), help="ask: each contribution is a question first.  [default: all]"
)
@click.option("--from", "first", metavar="PLACE", help="Begin at a frame (from 0), a sweep, or a step: backward:3.")
@click.option("--to", "last", metavar="PLACE", help="End with that frame, sweep or step.")
@click.option("--seconds-per-step", type=float, metavar="S", help="Show each step so long.  [default: about 1, to 0.5]")
@click.option("--hold", type=float, metavar="S", help="Show the last frame so long.  [default: 4]")
@click.option("--loop", type=int, metavar="N", help="Play N times.  [default: 0, for ever]")
@click.option("--fps", type=float, metavar="N", help="MP4 and WebM at a fixed rate.  [default: a frame a step]")
@click.option("--wrt", metavar="NAMES", multiple=True, help="Names to differentiate by, as in w,b; the rest is data.")
@click.option("--seed", metavar="VALUE", help="Gradient that enters at the output; needed for an array.")
@click.option("--along", metavar="NAME=VALUE", multiple=True, help="Forward mode too: a direction, as in x=1.")
def render(target: str, values: tuple[str, ...], outputs: tuple[str, ...], **options: Any) -> None:
    from ..writers import table
    from .target import resolve
    from .values import values as read
    from .write import make, write_all

    if not outputs:
        raise click.UsageError("say where to write, and the suffix says what: -o film.svg, -o film.gif")
    for path in outputs:  # an unknown suffix is refused before anything is computed
        table.writer_for(Path(path))
    if options["tex"] and not any(table.suffix_of(path) == ".pdf" for path in outputs):
        raise click.UsageError("--tex goes beside a PDF of the film: -o film.pdf --tex")
    if target.endswith(".py") and values and "=" not in values[0]:
        raise UnknownName(f"{values[0]!r} is not NAME=VALUE; did you mean {target}:{values[0]}?")
    keep = {k: v for k in _SAVED if (v := options.pop(k)) is not None}
    keep = PRESETS.get(options.pop("preset") or "", {}) | keep
    film = make(resolve(target, read(values)), **options)
    write_all(film, [Path(p) for p in outputs], keep)


@cli.command()
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), default=Path("gradviz-demo")
)
def demo(folder: Path) -> None:
    """Draw the loss of a degree-5 curve on real temperatures, as diagram and film, into DIR.

    Without DIR the folder gradviz-demo is made here. It gets the data, the few lines of Python that are drawn, and
    the pictures: in scalars for three of the points, in arrays for all twelve.
    """
    from .demo import demo as run

    run(folder)


@cli.command(epilog="\b\nExample:\n  gradviz fit data.csv --degree 3 -o fit.gif -o fit.svg")
@click.argument("table", metavar="DATA.csv", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--degree", type=click.IntRange(0, 20), default=5, show_default=True, help="Degree of the polynomial.")
@click.option("--x", metavar="COLUMN", help="Column across, by name or number.  [default: the first]")
@click.option("--y", metavar="COLUMN", help="Column up, by name or number.  [default: the second]")
@click.option("--steps", type=click.IntRange(1, 100_000), help="Steps of descent.  [default: to 1 % of the least loss]")
@click.option("--by-hand", "story", is_flag=True, help="Begin by hand: the Curve Fitter 6000.")
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Where to write; the suffix says what.  [default: DATA-fit.gif here]",
)
@click.option("--width", type=click.IntRange(64, 16384), help="Width in px.")
@click.option("--height", type=click.IntRange(64, 16384), help="Height in px.")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True, help="Colours.")
@click.option("--title", metavar="TEXT", help="Title.  [default: the polynomial]")
def fit(
    table: Path, degree: int, x: str | None, y: str | None, steps: int | None, story: bool, outputs: tuple[Path, ...],
    theme: str, title: str | None, **size: int | None,
) -> None:  # fmt: skip
    """Fit a polynomial to two columns of a table by gradient descent, and make the film of it.

    The curve's numbers go to the standard output.
    """
    from ..writers.table import writer_for
    from .fit import run

    targets = outputs or (Path(f"{table.stem}-fit.gif"),)
    for path in targets:
        writer_for(path)
    kept = {k: v for k, v in size.items() if v is not None}
    run(table, degree, targets, x, y, steps, story, {"theme": theme, "title": title or ""}, kept)


@cli.command(help=f"Hold every gradient against finite differences.\n{_TARGET}\nExit code 3 where one differs.")
@click.argument("target")
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
def check(target: str, values: tuple[str, ...]) -> None:
    from .check import check as run
    from .target import resolve
    from .values import values as read

    run(resolve(target, read(values)))


@cli.command(epilog="\b\nExamples:\n  gradviz ops\n  gradviz ops softmax\n  gradviz ops -o ops.html")
@click.argument("pattern", required=False, default="")
@click.option(
    "-o", "--output", metavar="FILE.html", type=click.Path(path_type=Path), help="Write the whole list as a page."
)
def ops(pattern: str, output: Path | None) -> None:
    """List every operation with its rule; with PATTERN, those that have it in their name or rule."""
    from .ops import list_ops, write_page

    if output is None:
        list_ops(pattern)
    else:
        write_page(output)
        report.say(f"{output}: {report.size(output.stat().st_size)}")


@cli.command()
def doctor() -> None:
    """Say which parts of gradviz are here, and which command installs those that are not."""
    from .doctor import doctor as run

    run()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1, 2, 3, 4, 5 or 130, as its help lists them."""
    if isinstance(sys.stdout, io.TextIOWrapper) and "utf" not in sys.stdout.encoding.lower():
        sys.stdout.reconfigure(errors="backslashreplace")  # as standard error does: a name is never a reason to fail
    try:
        cli.main(args=None if argv is None else list(argv), prog_name="gradviz", standalone_mode=False)
    except click.NoSuchOption as error:
        error.show()
        words = sys.argv if argv is None else argv
        name = error.option_name.lstrip("-")
        if any(word.startswith("-") and any(sign in word for sign in "*/+(") for word in words):
            report.say('A target that starts with - goes into brackets: "(-x**2)".')
        elif name.isidentifier():
            report.say(f"A value is given without dashes: {name}=1")
        return report.USAGE
    except click.ClickException as error:
        error.show()
        return report.USAGE
    except (click.Abort, KeyboardInterrupt):
        report.say("gradviz: interrupted; no unfinished file is left behind")
        return report.INTERRUPTED
    except BrokenPipeError:
        return report.DONE  # the reader of our output, such as `head`, has seen enough
    except (Exception, SystemExit) as error:
        return report.failed(error)
    return report.DONE
