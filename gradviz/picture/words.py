"""Text that is safe and short enough to draw: visible escapes, names cut in the middle, names in formulas."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ..record import Graph, Node
from ..record.shorthand import below, letter
from . import numbers

#: A name of more glyphs is cut on cards, and written v₇ in formulas.
MOST_GLYPHS = 8
_MOST_DIGITS = 10  # of a constant, which is written whole or as numbers are written everywhere

# What must not reach a picture as it is: controls, marks that reorder or hide text, halves of surrogate pairs and
# noncharacters. XML 1.0 (Char production) allows none of the first and last; bidi by Unicode Technical Report 36.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
    + "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}

_SUBSCRIPT = re.compile("[₀-₉]")
_INDEXED = re.compile("[a-z#][₀-₉]+")

# One symbol, with indices or arguments: x, w₁, params.w[0], exp(q). A raised sign makes it composed, and so does a
# letter after an index, because W₂h is a product.
_HEAD = re.compile(r"(?:[^\W²³¹⁰-ⁿᵀ]|[\u0300-\u036f.′'…])+")
_JOINED = re.compile(r"[₀-₉][^\W\d₀-₉]")
_PAIRS = {"(": ")", "[": "]"}

_MOST_MARKS = 12  # characters in one glyph; a longer heap of marks counts as several glyphs


def visible(text: str) -> str:
    """Return the text with every hidden, reordering or XML-invalid character as an escape that can be read.

    Nothing is lost, and visible text stays as it is.

    >>> visible("a\\u202eb")
    'a\\\\u202eb'
    """
    return _HIDDEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    char, code = match[0], ord(match[0])
    if char in _SHORT:
        return _SHORT[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _joins(before: str, char: str) -> bool:
    """Tell whether a character belongs to the glyph of the one before it: marks, modifiers, joined emoji."""
    return (
        before == "\u200d"
        or char in "\u200c\u200d"
        or unicodedata.category(char) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _first(text: str, count: int) -> int:
    """Return where the first `count` glyphs end."""
    if text.isascii():
        return min(count, len(text))
    at = 0
    for _ in range(count):
        if at >= len(text):
            break
        start, at = at, at + 1
        while at < len(text) and at - start < _MOST_MARKS and _joins(text[at - 1], text[at]):
            at += 1
    return at


def _last(text: str, count: int) -> int:
    """Return where the last `count` glyphs begin."""
    if text.isascii():
        return max(0, len(text) - count)
    at = len(text)
    for _ in range(count):
        if at <= 0:
            break
        end, at = at, at - 1
        while at > 0 and end - at < _MOST_MARKS and _joins(text[at - 1], text[at]):
            at -= 1
    return at


def fits(text: str, glyphs: int = MOST_GLYPHS) -> bool:
    """Tell whether a text has at most so many glyphs."""
    return len(text) <= glyphs or _first(text, glyphs) >= len(text)


@lru_cache(maxsize=8192)
def cut(text: str, glyphs: int = MOST_GLYPHS) -> str:
    """Shorten a text to that many glyphs by an ellipsis in its middle; a mark stays with its letter.

    A formula ends in the ellipsis: from its middle it would read as another one.

    >>> cut("temperature"), cut("sin(x + h) + h²/4", 12)
    ('temp…ure', 'sin(x + h) …')
    """
    if fits(text, glyphs):
        return text
    if not single(text):
        return text[: _first(text, glyphs - 1)] + "…"
    tail = (glyphs - 1) // 2
    return text[: _first(text, glyphs - 1 - tail)] + "…" + text[_last(text, tail) if tail else len(text) :]


def composed(text: str) -> bool:
    """Tell whether a name needs parentheses to be read as one thing: x₁·w₁, q² and W₂h do; x₁, w[0], exp(q) do not."""
    head = _HEAD.match(text)
    at = head.end() if head else 0  # nothing but (a + b), which has its parentheses, begins otherwise
    if (at == 0 and text[:1] != "(") or _JOINED.search(text, 0, at):
        return True
    while at < len(text):  # then only bracketed parts may follow: [0], (q)
        want: list[str] = []
        while at < len(text):
            if text[at] in _PAIRS:
                want.append(_PAIRS[text[at]])
            elif want and text[at] == want[-1]:
                want.pop()
            elif not want and not _SUBSCRIPT.match(text, at):  # (x − μ)₂ is one of several
                return True
            at += 1
            if not want:
                break
        if want:
            return True
    return False


def wrapped(text: str) -> str:
    """Return a name in parentheses if it is composed, so that ∂ or a factor applies to all of it."""
    return f"({text})" if composed(text) else text


def single(text: str) -> bool:
    """Tell whether a name is one word or path, which stays a name when it is cut: temperature, p.w[0]; not exp(q)."""
    return "(" not in text and not composed(text)


def _rounded(text: str) -> str:
    """Return a number of many digits as numbers are written everywhere; other text as it is."""
    try:
        return numbers.number(float(text.replace("−", "-")))
    except ValueError:
        return text


class Names:
    """How each node of a graph is written, in formulas, over its card, and in full. All of it is visible.

    >>> from gradviz.record import Graph, Node
    >>> names = Names(Graph((Node(0, "data", name="temperature"),)))
    >>> names.formula(0), names.card(0), names.full(0)
    ('v₀', 'v₀ = temp…ure', 'temperature')
    """

    def __init__(self, graph: Graph) -> None:
        self._formula: list[str] = []
        self._full: list[str] = []
        self._short = [visible(node.short) for node in graph.nodes]
        if not all(self._short):  # a graph from elsewhere, or a group of several results
            first = letter(text for n in graph.nodes for text in (n.name, n.label, n.short))
            self._short = [short or first + below(i) for i, short in enumerate(self._short)]
        others = {short: i for i, short in enumerate(self._short)}
        for node, index in zip(graph.nodes, self._short, strict=True):
            text = (node.label or node.name) if node.op == "constant" else (node.name or node.label)
            full = visible(text) or index
            constant = node.op == "constant"
            if constant and not fits(full, _MOST_DIGITS):
                full = _rounded(full)
            # One name never means two nodes, also where a graph brought its short names along.
            short = fits(full, _MOST_DIGITS if constant else MOST_GLYPHS) and others.get(full, node.id) == node.id
            self._full.append(full)
            self._formula.append(full if short else index)
        self._taken = frozenset(self._formula)
        self._indices = frozenset(self._short)
        if len(graph.outputs) == 1 and self._formula[out := graph.outputs[0]] == self._short[out] != self._full[out]:
            # What is computed has no short name of its own, but every equation names it: ∂f reads better than ∂v₇.
            # A group of nodes is a function with a name, and this would be taken for what that returns.
            self._taken |= {visible(name) for node in graph.nodes for name in node.group}
            name = self.unused("f", "g", self._short[out])
            self._formula[out] = name
            self._taken |= {name}
        self._partial = [self._operand(node) for node in graph.nodes]

    def formula(self, i: int) -> str:
        """Return the name if it has at most 8 glyphs, else the index: v₇."""
        return self._formula[i]

    def card(self, i: int, glyphs: int = MOST_GLYPHS) -> str:
        """Return what stands over the card: the name, or what formulas call it and the name cut to so many glyphs.

        Of a formula that is longer there is nothing.
        """
        short, full = self._formula[i], self._full[i]
        if short == full:
            return full
        return f"{short} = {cut(full, glyphs)}" if fits(full, glyphs) or single(full) else short

    def full(self, i: int) -> str:
        """Return the whole name, for tooltips."""
        return self._full[i]

    def shortened(self, text: str) -> bool:
        """Tell whether a text names a node by its index, v₇, which says nothing where no card explains it."""
        return any(word in self._indices for word in _INDEXED.findall(text))

    def unused(self, *choices: str) -> str:
        """Return the first of the choices that is no node's name; the last one if all are."""
        return next((c for c in choices if c not in self._taken), choices[-1])

    def partial(self, i: int) -> str:
        """Return the name as it stands after ∂ or beside a ×: in parentheses where it is composed."""
        return self._partial[i]

    def _operand(self, node: Node) -> str:
        name = self._formula[node.id]
        # xW₁ looks like one name; it is a product where its operands are x and W₁.
        joined = len(node.args) > 1 and name == "".join(self._formula[a] for a in node.args)
        return f"({name})" if joined else wrapped(name)
