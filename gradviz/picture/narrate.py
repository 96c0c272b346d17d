"""What a step says: a few short lines for the caption, its equations, and one plain sentence for those who listen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..record import Event, Node, Value
from . import numbers
from .change import moves, primed, tangent, update
from .contribution import Share, combined, contribution, seed, shares, target
from .equation import Said, Scales, forward
from .finished import finished
from .formula import Equation
from .lapse import lapse
from .locals import G, put
from .moment import Moment
from .numbers import is_scalar, trim
from .question import question
from .sentence import (
    SPOKEN,
    Line,
    Narration,
    Span,
    amount,
    line,
    listed,
    many,
    odd,
    plain,
    size_of,
    times,
    together,
    valued,
)
from .words import Names, composed, cut, visible, wrapped

__all__ = ["Line", "Narration", "Span", "narrate", "plain"]

MOST_LINES, MOST_LINES_ROOMY = 3, 5
MOST_EQUATIONS = 4
_FEW, _MOST_TERMS = 3, 6  # equations that every picture has room for, and terms of a sum in a sentence
_TOLD = 20  # glyphs of a name in a sentence

_AXES = re.compile(r"Σ (ax[ie]s [\d, ]+)")


def narrate(moment: Moment, names: Names, *, roomy: bool = False, scales: Scales | None = None) -> Narration:
    """Say what happens at a moment.

    roomy   for the lens, whose cards tell the nodes' names: the lines are short ones, up to five instead of three
    scales  the ends of the thumbnails' scales; without them each thumbnail has its own
    """
    said = _Narrator(moment, names, scales, roomy).say()
    most = MOST_LINES_ROOMY if roomy else MOST_LINES
    return replace(said, lines=said.lines[:most])


@dataclass(frozen=True)
class _Narrator:
    moment: Moment
    names: Names
    scales: Scales | None
    roomy: bool = False

    def say(self) -> Narration:
        step = self.moment.step
        if step is None:
            return finished(self.moment, self.names)
        if step.whole:
            return lapse(self.moment, self.names)
        if not step.events:
            return Narration("Nothing happens in this step.", (line("Nothing happens in this step."),))
        match step.kind:
            case "forward":
                return self._forward(step.events)
            case "backward":
                said = self._backward(step.events)
                return question(self.moment, self.names, said, shares(self.moment), self._name) if step.asks else said
            case "tangent":
                return self._tangent(step.events)
            case "update":
                return self._update(step.events)
            case _:
                raise AssertionError(step.kind)

    # ---- names

    def _node(self, i: int) -> Node:
        return self.moment.graph.nodes[i]

    def _name(self, i: int) -> str:
        """Return a name for a line; what is called by its source text only goes by its index where that is long."""
        full = self.names.full(i)
        source = not self._node(i).is_leaf and ("(" in full or composed(full))
        return self.names.formula(i) if self.roomy or source else self.names.card(i, _TOLD)

    def _aloud(self, i: int) -> str:
        return cut(self.names.full(i), SPOKEN)

    def _rule(self, node: Node, share: Share | None = None) -> str:
        """Return the operation's rule; "" where it says "unchanged" of what is summed on its way."""
        arg = share.event.arg if share else None
        if arg is not None and node.local[arg].startswith("Σ ax") and "{" not in node.local[arg]:
            return ""
        words = {str(i): self.names.partial(a) for i, a in enumerate(node.args)}
        return put(node.rule, {**words, "y": self.names.formula(node.id), "g": G}) if node.rule else ""

    def _part(self) -> str:
        """Return which part of its sweep the step is, where a step holds many nodes."""
        step = self.moment.step
        assert step is not None
        return "" if step.n == 1 else f"Layer {max(step.k - 1, 1)} of {max(step.n - 1, 1)}"

    # ---- forward

    def _forward(self, events: Sequence[Event]) -> Narration:
        if all(self._node(e.node).is_leaf for e in events):
            return self._leaves(events)
        if len(events) > 1:
            return self._forward_many(events)
        e = events[0]
        node = self._node(e.node)
        said = forward(self.moment, self.names, e.node, self.scales)
        lines = [self._computed(node)]
        args = [self.moment.after.values.get(a) for a in node.args]
        begins = self._begins(e.value, args)
        if begins:
            lines.append(line("", begins))
        shapes = together(node, [self._node(a).shape for a in node.args])
        if shapes:
            lines.append(line(shapes))
        note = " ".join(filter(None, (f"{said.spoken}.", shapes, begins)))
        return Narration(note, tuple(lines), (said.equation,))

    def _computed(self, node: Node) -> Line:
        """Return "n gets its value from sum and b.", constants left out."""
        of = [a for a in dict.fromkeys(node.args) if self._node(a).op != "constant"]
        start, gets = ("", self._name(node.id)), " gets its value"
        if len(of) == 1:
            return line(*start, f"{gets} from ", self._name(of[0]), ".")
        if len(of) == 2:
            return line(*start, f"{gets} from ", self._name(of[0]), " and ", self._name(of[1]), ".")
        return line(*start, f"{gets} from {len(of)} nodes." if of else f"{gets}.")

    def _leaves(self, events: Sequence[Event]) -> Narration:
        shown = [e for e in events if self._node(e.node).op != "constant"]
        counts = [
            many(count, word, more)
            for op, word, more in (
                ("parameter", "parameter", ""), ("data", "data input", ""), ("constant", "constant", ""),
            )
            if (count := sum(self._node(e.node).op == op for e in events))
        ]  # fmt: skip
        told = listed([valued(self._aloud(e.node), e.value) for e in shown])
        first = "The input gets its value" if len(shown) == 1 else "The inputs get their values"
        note = f"{first}: {told}." if told else f"{first}."
        lines = [line(f"{first}."), line(listed(counts) + ".")]
        strange = next((e for e in events if odd(e.value)), None)
        if strange is not None:
            lines.append(line("", f"{self._name(strange.node)} is {self._held(strange.value)}."))
        return Narration(note, tuple(lines))

    def _held(self, value: Value) -> str:
        return odd(value) if is_scalar(value) else f"an array that holds {odd(value)}"

    def _forward_many(self, events: Sequence[Event]) -> Narration:
        computed = [e for e in events if not self._node(e.node).is_leaf]
        count = many(len(computed), "node gets its value", "nodes get their values")
        part = self._part()
        first = f"{part}: {count}." if part else f"The forward sweep: {count}."
        told = listed([valued(self._aloud(e.node), e.value) for e in computed])
        lines = [line(first)]
        begins = next((b for e in computed if (b := self._arises(e))), "")
        if begins:
            lines.append(line("", begins))
        if not self.roomy:  # the lens lists them
            lines.append(line(listed([self.names.formula(e.node) for e in computed]) + "."))
        return Narration(f"{first[:-1]}: {told}.{' ' + begins if begins else ''}", tuple(lines))

    def _arises(self, e: Event) -> str:
        args = [self.moment.after.values.get(a) for a in self._node(e.node).args]
        begins = self._begins(e.value, args)
        return begins.replace("begins here", f"begins at {self._name(e.node)}") if begins else ""

    def _begins(self, made: Value, of: Sequence[Value | None]) -> str:
        """Say that NaN or an infinity comes up, where nothing that it is made of holds one."""
        word = odd(made)
        return f"{word} begins here." if word and not any(map(odd, of)) else ""

    def _begins_in(self, found: Sequence[Share]) -> str:
        """Say so of the first contribution that it is true of: the local derivative may have it from the values."""
        values = self.moment.after.values
        for s in found:
            i = s.event.node
            held = {odd(values.get(j)).lstrip("−") for j in (i, *self._node(i).args)}
            if odd(s.event.value).lstrip("−") not in held and (begins := self._begins(s.event.value, [s.upstream])):
                return begins
        return ""

    # ---- backward

    def _backward(self, events: Sequence[Event]) -> Narration:
        found = shares(self.moment)
        if not found:
            return self._seeds(events)
        senders = {s.event.node for s in found}
        if len(senders) > 1 or any(e.arg is None for e in events):
            return self._backward_many(found, events)
        if len(found) == 1:
            return self._contribution(found[0])
        return self._contributions(found)

    def _seeds(self, events: Sequence[Event]) -> Narration:
        said = [seed(self.moment, self.names, e, self.scales) for e in events]
        of, whole = target(self.moment, self.names), combined(self.moment, self.names, _MOST_TERMS)
        starts = listed([self._name(e.node) for e in events])
        lines = [line("The backward sweep starts at ", starts, ".")]
        if not whole:
            lines.append(line(f"∂{of}/∂{of} = 1."))
            note = f"The backward sweep starts at {self._aloud(events[0].node)}: ∂{of}/∂{of} = 1."
        else:
            end = "" if whole.endswith("…") else "."
            says = "Its seed says" if len(events) == 1 else "The seeds say"
            lines.append(line(f"{says} what is differentiated: {whole}{end}"))
            if len(events) > _FEW:  # not all have an equation
                seeds = {trim(numbers.number(e.value)) if is_scalar(e.value) else "" for e in events}
                own = f"the seed {seeds.pop()}" if len(seeds) == 1 and "" not in seeds else "a seed of its own"
                lines.append(line(f"Each of the {len(events)} has {own}."))
            note = f"The backward sweep starts at {listed([self._aloud(e.node) for e in events])}: {whole}{end}"
        return Narration(note, tuple(lines), tuple(s.equation for s in said[:MOST_EQUATIONS]))

    def _contribution(self, share: Share) -> Narration:
        """Say what one node sends to one input; at a fan-out, that it is one of several terms."""
        sender, receiver = share.event.node, share.to
        said = contribution(self.moment, self.names, share, self.scales)
        array = bool(self._node(receiver).shape or self._node(sender).shape)
        begins = self._begins_in([share])
        details = self._details(share, array)
        g = "" if is_scalar(share.upstream) else f"{G} "
        lines: list[Line]
        if share.of > 1 and self.roomy:
            which = f" sends term {share.k} of {share.of} to "
            lines = [line("", self._name(sender), which, self._name(receiver), ".")]
        elif share.of > 1:
            uses = len(self.moment.graph.users[receiver])
            first = f" is used {times(uses)}." if uses == share.of else " gets its gradient in parts."
            # Short sentences, so that the long equation beside them keeps its symbols.
            lines = [
                line("", self._name(receiver), first),
                line("Its gradient is a sum."),
                line("", self._name(sender), f" sends term {share.k} of {share.of}."),
            ]
            if begins:
                del lines[1]
        else:
            lines = [line("", self._name(sender), f" sends its gradient {g}to ", self._name(receiver), ".")]
            if rule := self._rule(self._node(sender), share):
                lines.append(line(rule))
        if begins:
            lines.insert(len(lines) if share.of > 1 and not self.roomy else 1, line("", begins))
        return Narration(self._told(share, said, begins), tuple(lines) + details, (said.equation,))

    def _told(self, share: Share, said: Said, begins: str = "") -> str:
        sender, receiver = self._aloud(share.event.node), self._aloud(share.to)
        if share.of > 1:
            start = f"{sender} sends term {share.k} of {share.of} to {receiver}"
        elif is_scalar(share.upstream):
            start = f"{sender} sends its gradient {amount(share.upstream)} to {receiver}"
        else:
            start = f"{sender} sends its gradient to {receiver}"
        return f"{start}: {said.spoken}.{' ' + begins if begins else ''}"

    def _details(self, share: Share, array: bool) -> tuple[Line, ...]:
        """Say which axes are summed, or that a gradient has the shape of what it belongs to."""
        node, receiver = self._node(share.event.node), self._node(share.to)
        assert share.event.arg is not None
        template = node.local[share.event.arg]
        if not array:
            return ()
        if template.startswith("Σ") and node.shape != receiver.shape:
            axes = _AXES.match(template)
            along = axes[1].strip().rstrip(",") if axes else "every axis"
            name = self.names.formula(receiver.id)
            return (
                line("", f"{name} was repeated along {along}, so its gradient is summed there: "
                          f"{size_of(node.shape)} to {size_of(receiver.shape)}."),
            )  # fmt: skip
        if not receiver.shape:
            return ()
        of, name = target(self.moment, self.names), self.names.partial(receiver.id)
        what = "length" if len(receiver.shape) == 1 else "shape"
        owner, sides = self.names.formula(receiver.id), numbers.shape(receiver.shape)
        return (line("", f"∂{of}/∂{name} has {owner}’s {what}: {sides}."),)

    def _contributions(self, found: Sequence[Share]) -> Narration:
        """Say what one node sends to all its inputs at once."""
        sender = found[0].event.node
        to = list(dict.fromkeys(s.to for s in found))
        if len(to) == 1:
            often = f" {times(len(found))}, once for each use."
            first = line("", self._name(sender), " sends its gradient to ", self._name(to[0]), often)
        elif len(to) == 2:
            first = line(
                "", self._name(sender), " sends its gradient to ", self._name(to[0]), " and ", self._name(to[1]), "."
            )
        else:
            first = line("", self._name(sender), " sends its gradient to ", f"{len(to)} inputs", ".")
        said = [contribution(self.moment, self.names, s, self.scales) for s in found[:MOST_EQUATIONS]]
        lines = [first]
        begins = self._begins_in(found)
        if begins:
            lines.append(line("", begins))
        if rule := self._rule(self._node(sender)):
            lines.append(line(rule))
        for s in found:
            for detail in self._details(s, bool(self._node(s.to).shape or self._node(sender).shape)):
                lines += [detail] if detail not in lines else []
        upstream = found[0].upstream
        told = "; ".join(f"to {self._aloud(s.to)}, {t.spoken}" for s, t in zip(found, said, strict=False))
        more = f"; and {len(found) - len(said)} more" if len(found) > len(said) else ""
        sent = f" {amount(upstream)}" if is_scalar(upstream) else ""
        note = f"{self._aloud(sender)} sends its gradient{sent} to {many(len(to), 'input')}: {told}{more}."
        return Narration(note + (f" {begins}" if begins else ""), tuple(lines), tuple(s.equation for s in said))

    def _backward_many(self, found: Sequence[Share], events: Sequence[Event]) -> Narration:
        """Sum up a layer or a whole sweep, with the largest contribution as its example."""
        senders, to = {s.event.node for s in found}, {s.to for s in found}
        count = f"{many(len(senders), 'node sends its gradient', 'nodes send gradients')} to "
        count += many(len(to), "node") if senders & to else many(len(to), "other")
        part = self._part()
        first = f"{part}: {count}." if part else f"The backward sweep: {count}."
        lines = [line(first)]
        begins = self._begins_in(found)
        if begins:
            lines.append(line("", begins))
        known = [s for s in found if s.event.local is not None and is_scalar(s.event.value) and not odd(s.event.value)]
        best = max(known, key=lambda s: abs(float(s.event.value)), default=None)  # type: ignore[arg-type]  # numbers
        note = first
        equations: tuple[Equation, ...] = ()
        if best is not None:
            lines.append(
                line("The largest contribution: ", self._name(best.event.node), " to ", self._name(best.to), ".")
            )
            said = contribution(self.moment, self.names, best, self.scales)
            note, equations = f"{first} The largest contribution: {self._told(best, said)}", (said.equation,)
        return Narration(note + (f" {begins}" if begins else ""), tuple(lines), equations)

    # ---- tangent, update

    def _tangent(self, events: Sequence[Event]) -> Narration:
        moving = [e for e in events if moves(e.value)]
        if all(self._node(e.node).is_leaf for e in events):
            lines = [line("Forward mode: the inputs move along a direction.")]
            told = [valued(f"{wrapped(self._aloud(e.node))}′", e.value) for e in moving]
            short = [valued(primed(self.names, e.node), e.value) for e in moving]
            lines.append(line(f"{listed(short, 3)}; all else stands still." if short else "Nothing moves."))
            return Narration(f"The direction: {listed(told) or 'nothing moves'}.", tuple(lines))
        if len(events) > 1:
            count = many(len(events), "node gets its tangent", "nodes get their tangents")
            part = self._part()
            first = f"{part}: {count}." if part else f"The forward-mode sweep: {count}."
            told = [valued(f"{wrapped(self._aloud(e.node))}′", e.value) for e in moving]
            return Narration(f"{first[:-1]}: {listed(told)}." if told else first, (line(first),))
        e = events[0]
        said = tangent(self.moment, self.names, e, self.scales)
        tangents = self.moment.after.tangents
        begins = self._begins(e.value, [tangents.get(a) for a in self._node(e.node).args])
        lines = [line("", self._name(e.node), " gets its tangent.")]
        if begins:
            lines.append(line("", begins))
        held = sum(a in tangents and moves(tangents[a]) for a in self._node(e.node).args)
        summed = ", summed over its inputs" if held > 1 else ""
        lines.append(line(f"Local derivative times tangent{summed}." if held else "None of its inputs moves."))
        return Narration(f"{said.spoken}.{' ' + begins if begins else ''}", tuple(lines), (said.equation,))

    def _update(self, events: Sequence[Event]) -> Narration:
        assert self.moment.step is not None
        sweep = self.moment.run.sweeps[self.moment.step.sweep]
        by = visible(sweep.label) or "The optimiser"
        one = f"{by}: ", self.names.formula(events[0].node), " takes one step."
        first = line(*one) if len(events) == 1 else line(f"{by}: {len(events)} parameters take one step.")
        said = [update(self.moment, self.names, e, self.scales) for e in events[:MOST_EQUATIONS]]
        begins = next((b for e in events if (b := self._begins(e.value, [self.moment.before.values.get(e.node)]))), "")
        lines = [first] + ([line("", begins)] if begins else [])
        more = f" and {len(events) - len(said)} more" if len(events) > len(said) else ""
        note = f"{plain(first)[:-1]}: {'; '.join(s.spoken for s in said)}{more}."
        return Narration(note, tuple(lines), tuple(s.equation for s in said), alike=True)
