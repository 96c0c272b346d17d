"""Local derivatives as they are read: a formula in the operands' names, on a chip, in an equation, or aloud."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from ..record import Graph, Value
from . import numbers
from .formula import Frac, Glue, Item, Word
from .words import Names, composed, cut, fits, visible, wrapped

TIMES = Word("×")
#: The upstream gradient in formulas of arrays.
G = "ḡ"
_LONGEST_CHIP = 18  # glyphs; a longer formula is written ∂y/∂x
_THIN = "\u2009"  # a space, between × and a letter that looks like it
_LIKE_TIMES = ("x", "X", "χ", "Χ")
_PLACE = re.compile(r"\{(\d+|y|g)\}")
_SUMMED = re.compile(r"Σ (?:(ax[ie]s [\d, ]*\d) )?(−?\{g\}(?:·.*)?|.*·\{g\})")
_PRODUCT = re.compile(r"(\{\w\}ᵀ?)(?: (\{\w\}ᵀ?))?")  # of matrices; a lone one is transposed
_GROUP = re.compile(r"∂\{y\}/∂\{(\d+)\}")  # of a folded group
_ENCLOSED = {"(": ")", "|": "|", "⌊": "⌋", "⌈": "⌉"}


def put(template: str, names: Mapping[str, str]) -> str:
    """Put names into a local formula; a composed name gets parentheses unless the formula has them.

    >>> put("cos({0})", {"0": "a + b"}), put("2·{0}", {"0": "a + b"})
    ('cos(a + b)', '2·(a + b)')
    """

    def one(match: re.Match[str]) -> str:
        name = names.get(match[1], match[0])
        left, right = template[: match.start()][-1:], template[match.end() :][:1]
        if left and _ENCLOSED.get(left) == right:
            return name[1:-1] if name[:1] + name[-1:] == "()" and not composed(name) else name
        return wrapped(name)

    return visible(_PLACE.sub(one, template))


def local_formula(graph: Graph, names: Names, node: int, arg: int) -> str:
    """Write the local derivative of one edge in the names of its operands: "cos a", "ḡ hᵀ"."""
    made = graph.nodes[node]
    words = {str(i): names.partial(a) for i, a in enumerate(made.args)}
    return put(made.local[arg], {**words, "y": names.partial(node), "g": G})


def chip_text(graph: Graph, names: Names, node: int, arg: int, local: Value | None, glyphs: int = _LONGEST_CHIP) -> str:
    """Write what stands on an edge: ×0.5 for a number or an array of one number, else its formula, or ×∂y/∂x.

    Where axes are summed on the way the formula stands, for it says so.
    """
    made = graph.nodes[node]
    alike = made.shape == graph.nodes[made.args[arg]].shape
    if local is not None and not isinstance(local, tuple) and alike:
        array = np.asarray(local)
        if array.size == 1 or (array.size and bool((array == array.flat[0]).all())):
            return numbers.local(array.flat[0])
    formula = local_formula(graph, names, node, arg)
    only_summed = made.local[arg].startswith("Σ") and "{" not in made.local[arg]
    if not made.local[arg] or ("{g}" in made.local[arg] and "{g}·" not in made.local[arg]) or only_summed:
        return cut(formula, glyphs)
    summed = "Σ " if formula.startswith("Σ") else ""
    if is_factor(made.local[arg]):
        formula = f"×{_THIN if formula[:1] in _LIKE_TIMES else ''}{factor(formula)}"
    partial = f"{summed}×∂{names.partial(node)}/∂{names.partial(made.args[arg])}"
    prime = f"{summed}×{made.symbol}′" if made.symbol.isalpha() and len(made.args) == 1 else formula
    return next((s for s in (formula, partial, prime) if fits(s, glyphs)), cut(formula, glyphs))


def is_factor(template: str) -> bool:
    """Tell whether a local formula is what the gradient is multiplied by, and not a way to work with it."""
    return "{g}" not in template and not template.startswith("Σ")


def factor(formula: str) -> str:
    """Put a sum or a negative into parentheses, so that a × before it applies to all of it: (1 − h²)."""
    depth = 0
    for at, char in enumerate(formula):
        depth += (char in "([⌊⌈") - (char in ")]⌋⌉")
        if depth == 0 and ((char == "−" and at == 0) or formula[at : at + 3] in (" + ", " − ")):
            return f"({formula})"
    return formula


def symbolic(template: str, words: Mapping[str, str], fraction: Frac) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return a local formula of arrays as items, once with ∂L/∂y and once with ḡ in the upstream's place."""
    upstream = Word(G, "grad", size=17)
    if template in ("", "1"):
        return (fraction,), (upstream,)
    if is_factor(template):
        whole_group = _GROUP.fullmatch(template)
        word: Item = Word(factor(put(template, words)), "value")
        if whole_group:
            word = Frac(f"∂{words['y']}", f"∂{words[whole_group[1]]}")
        return (fraction, TIMES, word), (upstream, TIMES, word)
    if template.startswith("Σ") and "{g}" not in template:
        word = Word(put(template, words))
        return (word, fraction), (word, upstream)
    head, _, tail = template.partition("{g}")
    if "{g}" in tail or head.count("(") != head.count(")"):
        whole = (Word(put(template, {**words, "g": G})),)
        return whole, whole
    before, after = _beside(head, words), _beside(tail, words)
    return (*before, fraction, *after), (*before, upstream, *after)


def _beside(part: str, words: Mapping[str, str]) -> tuple[Item, ...]:
    """Return what stands before or after the upstream gradient in a formula."""
    text = put(part.strip(), words)
    if not text:
        return ()
    if text[0] in "·×":
        return (TIMES, Word(factor(text[1:].strip()), "value"))
    if text[-1] in "·×":
        return (Word(factor(text[:-1].strip()), "value"), TIMES)
    if text[-1] == "−":
        return (*([Word(text[:-1].strip())] if text[:-1] else []), Word("−", glue="right"))
    places = bool(_PLACE.search(part))
    glue: Glue = "left" if text[0] in "ᵀ/[" else ""
    return (Word(text, "value" if places else "ink", size=17 if places else 15, glue=glue),)


def in_words(template: str, words: Mapping[str, str]) -> str:
    """Say a local formula of arrays aloud.

    >>> in_words("Σ axis 0 {g}·{1}", {"1": "h"})
    'the sum of upstream times h along axis 0'
    >>> in_words("{0}ᵀ {g}", {"0": "X"}), in_words("{g}ᵀ", {}), in_words("Σ axis 1 −{g}", {})
    ('Xᵀ times upstream', 'upstream transposed', 'the sum of −upstream along axis 1')
    """
    if template in ("", "1"):
        return "upstream unchanged"
    if is_factor(template):
        return f"upstream times {factor(put(template, words))}"
    if "{g}" not in template:
        over = put(template.removeprefix("Σ").strip(), words)
        return f"upstream summed {'over' if over and not over.startswith('ax') else 'along'} {over or 'every axis'}"
    words = {**words, "g": "upstream"}
    if product := _PRODUCT.fullmatch(template):
        said = " times ".join(put(part, words) for part in product.groups() if part)
        return said.replace("upstreamᵀ", "upstream transposed")
    if summed := _SUMMED.fullmatch(template):
        return f"the sum of {in_words(summed[2], words)}{f' along {summed[1]}' if summed[1] else ''}"
    return put(template, words).replace("upstream·", "upstream times ")
