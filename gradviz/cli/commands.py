"""The commands, their options and their help: `gradviz.cli.main` is the way in."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar

import click
from click import core

from .. import early
from ..errors import UnknownName
from . import report
from .options import PRESETS_TOLD, Drawing, asked, drawing, typed

_EXAMPLES = """
\b
Examples:
  gradviz render "tanh(w*x + b)" w=-3 x=2 b=6.88 -o neuron.svg
  gradviz render "q = sin(a); L = q*b + q**2" a=1 b=2 -o fanout.gif
  gradviz render mycode.py:loss w=0.5 "x=[1,2,3]" -o loss.svg -o loss.gif
  gradviz render "sin(x)**2" x=1 -o frames/%03d.png --for slide
  gradviz check "exp(x) / y" x=1 y=2

\b
Exit codes: 0 done, 1 your code raised, 2 a mistake in what was typed,
3 a gradient check failed, 4 a part is missing, 5 too large or out of time,
130 interrupted.
"""


@click.group(epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gradviz-backprop", prog_name="gradviz")
def cli() -> None:
    """Show backpropagation running: a computation as a graph, its values and gradients, step by step."""


_TARGET = """
\b
TARGET is one of
  "tanh(w*x + b)"    an expression, with a value for each of its names
  FILE.py:NAME       a function in a file; or a film, or film() that makes one
  MODULE:NAME        the same, in a module that can be imported
  FILE.json          a computation that -o FILE.json has kept

NAME=VALUE gives a number or an array: w=-3  x=1/3  "b=[1,2,3]"  "m=[[1,2],[3,4]]"
"""


_RENDER_EXAMPLES = f"""
{PRESETS_TOLD}

\b
Examples:
  gradviz render "tanh(w*x + b)" w=-3 x=2 b=6.88 -o neuron.svg -o neuron.gif
  gradviz render mycode.py:loss w=0.5 "x=[1,2,3]" -o loss.pptx --reveal ask
  gradviz render mycode.py:loss w=0.5 "x=[1,2,3]" -o loss.gif --for readme
"""


class _Render(Drawing):
    headings: ClassVar = {**Drawing.headings, "--wrt": "The computation"}


class _Fit(Drawing):
    headings: ClassVar = {"--degree": "The curve", **Drawing.headings}


@cli.command(
    cls=_Render,
    epilog=_RENDER_EXAMPLES,
    help=f"Draw a computation: its graph, or the film of its sweeps.\n{_TARGET}",
)
@click.argument("target")
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@drawing
@click.option("--wrt", metavar="NAMES", multiple=True, help="Names to differentiate by, as in w,b; the rest is data.")
@click.option("--seed", metavar="VALUE", help="Gradient that enters at the output; needed for an array.")
@click.option("--along", metavar="NAME=VALUE", multiple=True, help="Forward mode too: a direction, as in x=1.")
def render(target: str, values: tuple[str, ...], **options: Any) -> None:
    from .target import resolve
    from .values import values as read
    from .write import make, write_all

    wanted = asked(options)
    if target.endswith(".py") and values and "=" not in values[0]:
        raise UnknownName(f"{values[0]!r} is not NAME=VALUE; did you mean {target}:{values[0]}?")
    film = make(resolve(target, read(values)), **options, **wanted.look)
    with typed():
        write_all(film, wanted.paths, wanted.saved, wanted.most)


@cli.command(short_help="Draw a curve and real temperatures, into a folder.")
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), default=Path("gradviz-demo")
)
def demo(folder: Path) -> None:
    """Draw the loss of a degree-5 curve on real temperatures, as diagram and film, into DIR.

    Without DIR the folder gradviz-demo is made here. It gets the data, the few lines of Python that are drawn, and
    the pictures: in scalars for three of the points, in arrays for all twelve, and the curve being fitted.
    """
    from .demo import demo as run

    run(folder)


@cli.command(
    cls=_Fit,
    short_help="Fit a polynomial to a table by gradient descent, as a film.",
    epilog=f"{PRESETS_TOLD}\n\n\b\nExample:\n  gradviz fit data.csv --degree 3 -o fit.gif -o fit.svg --for readme",
)
@click.argument("table", metavar="DATA.csv", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--degree", type=click.IntRange(0, 20), default=5, show_default=True, help="Degree of the polynomial.")
@click.option("--x", metavar="COLUMN", help="Column across, by name or number.  [default: the first]")
@click.option("--y", metavar="COLUMN", help="Column up, by name or number.  [default: the second]")
@click.option("--steps", type=click.IntRange(1, 100_000), help="Steps of descent.  [default: to 1 % of the least loss]")
@click.option("--by-hand", "story", is_flag=True, help="Begin by hand: the Curve Fitter 6000.")
@drawing
def fit(table: Path, degree: int, x: str | None, y: str | None, steps: int | None, story: bool, **options: Any) -> None:
    """Fit a polynomial to two columns of a table by gradient descent, and make the film of it.

    The curve's numbers go to the standard output. Without -o the film is DATA-fit.gif here.
    """
    from .fit import run

    run(table, degree, asked(options, f"{table.stem}-fit.gif"), x, y, steps, story)


@cli.command(help=f"Hold every gradient against finite differences.\n{_TARGET}\nExit code 3 where one differs.")
@click.argument("target")
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
def check(target: str, values: tuple[str, ...]) -> None:
    from .check import check as run
    from .target import resolve
    from .values import values as read

    run(resolve(target, read(values)))


@cli.command(
    short_help="List every operation with its rule.",
    epilog="\b\nExamples:\n  gradviz ops\n  gradviz ops softmax\n  gradviz ops -o ops.html",
)
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


@cli.command(short_help="Say which parts are installed, and how to get the others.")
def doctor() -> None:
    """Say which parts of gradviz are here, and which command installs those that are not."""
    from .doctor import doctor as run

    run()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1, 2, 3, 4, 5 or 130, as its help lists them."""
    early.ready()
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
        elif name.isidentifier() and not get_close_matches(name, [o.lstrip("-") for o in error.possibilities or ()]):
            report.say(f"A value is given without dashes: {name}=1")
        return report.USAGE
    except click.ClickException as error:
        error.show()
        return report.USAGE
    except (click.Abort, KeyboardInterrupt):
        report.say(early.INTERRUPTED)
        return report.INTERRUPTED
    except (Exception, SystemExit) as error:
        if isinstance(error, SystemExit) and traceback.extract_tb(error.__traceback__)[-1].filename == core.__file__:
            return report.DONE  # by click itself: it completed a word for a shell, or a reader such as `head` has gone
        return report.failed(error)
    return report.DONE
