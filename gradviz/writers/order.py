"""The order from back to front of what a film shows, each thing once, with the frames in which it is seen."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ..picture.scene import Box, Element, Mark
from .strip import Window

K = TypeVar("K", bound=Hashable)


@dataclass(eq=False)
class Place(Generic[K]):
    """Something's place in the order from back to front, and the frames it is seen in: from, to, from, to, ..."""

    key: K
    at: int
    box: Box
    seen: list[int] = field(default_factory=list)
    looks: dict[bytes, list[int]] = field(default_factory=dict)  # of cells, when each is seen
    element: Element | None = None  # as it was last, of a place of an element
    now: list[tuple[Place[Mark | Window], Mark]] = field(default_factory=list)  # the places of that element's marks
    _marks: Order[Mark | Window] | None = None

    @property
    def marks(self) -> Order[Mark | Window]:
        if self._marks is None:
            self._marks = Order()
        return self._marks

    def see(self, frame: int, look: bytes = b"") -> None:
        for seen in (self.seen, self.looks.setdefault(look, []) if look else []):
            if seen and seen[-1] == frame:
                seen[-1] += 1
            else:
                seen.extend((frame, frame + 1))


class Order(Generic[K]):
    """One order from back to front in which things that overlap are as every frame has them.

    What is new goes behind what it came after. A thing that another frame has before something that it overlaps, and
    this one after, gets a second place.
    """

    def __init__(self) -> None:
        self._places: list[Place[K]] = []
        self._by_key: dict[K, list[Place[K]]] = {}

    def __iter__(self) -> Iterator[Place[K]]:
        return iter(self._places)

    def places(self, keys: list[K], boxes: list[Box]) -> list[Place[K]]:
        """Find or make the places of one frame's keys, which come in order."""
        here = -1
        found: list[Place[K]] = []
        new: dict[int, list[Place[K]]] = {}
        taken: set[int] = set()
        for key, box in zip(keys, boxes, strict=True):
            place = None
            for p in self._by_key.get(key, ()):
                if p.at > here and id(p) not in taken:
                    place = p
                    break
            else:
                for p in self._by_key.get(key, ()):
                    if id(p) not in taken and not any(q.at >= p.at and overlap(q.box, box) for q in found):
                        place = p
                        break
            if place is None:
                place = Place(key, here, box)
                self._by_key.setdefault(key, []).append(place)
                new.setdefault(here, []).append(place)
            else:
                here = max(here, place.at)
            place.box = box
            taken.add(id(place))
            found.append(place)
        if new:
            self._places = [*new.get(-1, []), *(q for p in self._places for q in (p, *new.get(p.at, [])))]
            for i, p in enumerate(self._places):
                p.at = i
        return found


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
