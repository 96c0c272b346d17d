"""A PDF's pages as the steps of one LaTeX slide: the lines with Beamer's \\includegraphics<k>[page=k]."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import CannotWrite, UnknownName

_OURS = b"% The pages of "
_HEAD = r"""% The pages of {file}, one a step. In a document of the class beamer:
%   \begin{{frame}}{{Title}}\centering\input{{{name}}}\end{{frame}}
% A file that stays open is one whose fonts pdfTeX writes once, and not with every page:
\ifdefined\pdfximage\IfFileExists{{{file}}}{{\pdfximage{{{file}}}}}{{}}\fi%
"""


def check(pdf: Path) -> None:
    """Check that LaTeX can go beside a PDF.

    Raises `UnknownName` for a file's name that LaTeX reads as something else, and `CannotWrite` where there is LaTeX of
    that name already that somebody wrote.
    """
    name, beside = pdf.stem, pdf.with_suffix(".tex")
    if found := re.search(r"[\\{}%#$&~^\"\x00-\x1f]|  |^ | $", name):
        raise UnknownName(f"LaTeX cannot read a file named {name!r} because of its {found[0]!r}; choose another name")
    if beside.is_file():
        with beside.open("rb") as file:
            if file.read(len(_OURS)) not in (_OURS, b""):
                raise CannotWrite(f"{str(beside)!r} is there and not of gradviz; choose another name for the PDF")


def tex(pdf: str, notes: Sequence[str]) -> str:
    r"""Return LaTeX that shows page k of a PDF on slide k, the step's sentence beside it as a comment.

    pdf  the file's name, whose suffix may be a .PDF

    >>> print(tex("neuron.pdf", ["x gets 2."]).splitlines()[-1])
    \includegraphics<1>[page=1,width=\linewidth,height=0.8\textheight,keepaspectratio]{neuron.pdf}% x gets 2.
    """
    size = r"width=\linewidth,height=0.8\textheight,keepaspectratio"
    lines = [
        rf"\includegraphics<{k}>[page={k},{size}]{{{pdf}}}% {' '.join(note.split())}" for k, note in enumerate(notes, 1)
    ]
    return _HEAD.format(name=Path(pdf).stem, file=pdf) + "\n".join(lines) + "\n"
