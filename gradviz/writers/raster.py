"""Scenes as pixels, by Agg, drawing again only what changed since the scene before.

The pixels are exactly those of a full redraw. Clipping would change the coverage that Agg works out at the clip's
border, so nothing is clipped: the dirty tiles of a scratch picture are cleared, every mark that touches one is
drawn whole, in order, and only the dirty tiles are copied to the picture.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from math import ceil, floor

import numpy as np

from ..errors import TooLarge, UnknownName
from ..picture.scene import Element, Image, Mark, Path, Rect, Scene, Text
from .pixels import along, bounds, inside
from .strips import TILE, Change, Strips, Tiles, touched, within
from .surface import Ready, Surface, word

KEPT = 2048  # marks that are known where they were drawn, at least, however often elements come and go


class Raster:
    """A picture of fixed size in pixels that scenes are drawn on, one after the other.

    >>> picture = Raster(960, 540, 1280, 720, "#FFFFFF")
    >>> picture.draw(Scene(960, 540, "#FFFFFF", ())).box
    (0, 0, 1280, 720)
    >>> picture.pixels.shape
    (720, 1280, 3)
    """

    def __init__(self, scene_width: float, scene_height: float, px_width: int, px_height: int, ground: str) -> None:
        self.scale = min(px_width / scene_width, px_height / scene_height)
        self.left = (px_width - self.scale * scene_width) / 2
        self.top = (px_height - self.scale * scene_height) / 2
        _check_size(px_width, px_height)
        #: How many tiles there are across and down.
        self.grid = across, _ = (-(-px_width // TILE), -(-px_height // TILE))
        self._scratch = Surface(across * TILE, px_height)
        #: The picture, a pixel a number: R in the lowest byte, then G and B, and 255 in the highest, 0 at first.
        #: Its rows are whole strips: some pixels at their ends may be beyond the picture.
        self.words = np.full((px_height, across * TILE), word(ground) & 0xFFFFFF, "<u4")
        #: The same memory as bytes, without what is beyond the picture, of shape (height, width, 4).
        self.bytes = self.words.view(np.uint8).reshape(px_height, across * TILE, 4)[:, :px_width]
        #: And without the highest, of shape (height, width, 3).
        self.pixels = self.bytes[:, :, :3]
        #: The colours of all marks so far, as numbers like those of `words`, and how many marks had them.
        self.colours: Counter[int] = Counter()
        self._strips = Strips(self.words)
        self._ground: str | None = None
        self._elements: tuple[Element, ...] = ()
        self._items: list[_Drawn] = []  # one for each element, and the box of each, in tiles
        self._boxes = np.empty((0, 4), int)
        self._known: tuple[dict[Mark, _Placed], dict[Mark, _Placed]] = ({}, {})  # marks of late, and of before

    def draw(self, scene: Scene) -> Change:
        """Draw a scene and return what changed; all of it, the first time."""
        tiles = np.zeros(self.grid[::-1], bool)
        for x0, y0, x1, y1 in self._update(scene.elements):
            tiles[y0:y1, x0:x1] = True
        if scene.ground != self._ground:
            self._ground = scene.ground
            tiles[:] = True
        dirty = within(tiles, len(self.words))
        if len(dirty):
            ground = word(scene.ground)
            self.colours[ground] += 1
            self._scratch.strips.put(dirty, np.full(TILE, ground, np.uint32))
            self._paint(tiles)
        return self._taken_over(dirty)

    def _taken_over(self, dirty: np.ndarray) -> Change:
        """Copy strips from what was drawn to the picture, and return what is new in them."""
        across, width = self.grid[0], self.pixels.shape[1]
        new = self._scratch.strips.take(dirty)
        mask = new != self._strips.take(dirty)
        if width < across * TILE:
            mask[dirty % across == across - 1, width % TILE :] = False
        self._strips.put(dirty, new)
        return Change(across, dirty, mask, new[mask])

    def placed(self, mark: Mark) -> _Placed:
        """Return a mark placed on the pixels, the same object for an equal mark for as long as it is known.

        In a film the same marks come again and again, in elements of other steps.
        """
        late, before = self._known
        it = late.get(mark)
        if it is None:
            if len(late) >= KEPT:
                late, before = self._known = ({}, late)
            it = late[mark] = before.get(mark) or _Placed(mark, self)
        return it

    def _update(self, elements: tuple[Element, ...]) -> list[Tiles]:
        """Take over new elements and return boxes of tiles around what differs.

        From the back on, and from the front back, elements are compared place by place for as long as both scenes
        have the same ids there: there nothing can have come, gone or moved. In between are few in nearly all frames.
        """
        before, items, dirty = self._elements, self._items, list[Tiles]()
        head = _alike(elements, before)
        tail = _alike(elements[head:][::-1], before[head:][::-1])
        until, now = len(before) - tail, len(elements) - tail
        if head < max(until, now):
            between = self._rest(items[head:until], elements[head:now], dirty)
            items[head:until] = between
            tiles = np.array([d.tiles for d in between], int).reshape(-1, 4)
            self._boxes = np.concatenate([self._boxes[:head], tiles, self._boxes[until:]])
        for at in (range(head), range(now, len(elements))):
            for i in at:
                if (earlier := items[i]).element is not elements[i]:
                    items[i] = _Drawn(elements[i], self, earlier)
                    self._boxes[i] = items[i].tiles
                    dirty += _differences(earlier, items[i])
        self._elements = elements
        return dirty

    def _rest(self, drawn: list[_Drawn], elements: tuple[Element, ...], dirty: list[Tiles]) -> list[_Drawn]:
        """Return what is drawn of elements among which some came, went or moved; add the boxes of what differs."""
        known = {d.element: d for d in drawn}
        now = set(elements)
        gone = [e for e in known if e not in now]
        new = [e for e in elements if e not in known]
        by_id = {e.id: e for e in new}
        follows = {e: by_id[e.id] for e in gone if e.id in by_id}
        before = {e.id: e for e in follows}
        for e in new:
            earlier = known[before[e.id]] if e.id in before else None
            known[e] = _Drawn(e, self, earlier)
            dirty += _differences(earlier, known[e])
        for e in gone:
            if e not in follows:
                dirty += known[e].pieces
        fresh = set(new) - set(follows.values())
        order_before = [follows.get(d.element, d.element) for d in drawn if d.element in now or d.element in follows]
        order_now = [e for e in elements if e not in fresh]
        if order_before != order_now:
            place = {e: i for i, e in enumerate(order_before)}
            stayed = _increasing([place[e] for e in order_now])
            for i, e in enumerate(order_now):
                if i not in stayed:
                    dirty += known[e].pieces
        return [known[e] for e in elements]

    def _paint(self, tiles: np.ndarray) -> None:
        """Draw every mark that touches a dirty tile, from back to front."""
        if not self._elements:
            return
        sums = np.zeros((tiles.shape[0] + 1, tiles.shape[1] + 1), int)
        sums[1:, 1:] = tiles.cumsum(0).cumsum(1)
        items = [self._items[i] for i in np.flatnonzero(_touching(sums, self._boxes)).tolist()]
        if not items:
            return
        marks = [p for item in items for p in item.placed]
        places = np.concatenate([item.places for item in items])
        seen = _touching(sums, places[:, :4])
        # The box of a long curve is mostly empty: most dirty tiles in it are not on the curve.
        long = [i for i in np.flatnonzero(seen).tolist() if marks[i].long]
        if long:
            along = [marks[i].along for i in long]
            starts = np.cumsum([0, *(len(boxes) for boxes in along[:-1])])
            seen[long] = np.logical_or.reduceat(_touching(sums, np.concatenate(along)), starts)
        drawn = np.flatnonzero(seen)
        self._scratch.draw([marks[i].on(self._scratch) for i in drawn.tolist()], places[drawn, 4:], tiles)


class _Drawn:
    """An element with its marks placed on the pixels."""

    def __init__(self, element: Element, picture: Raster, earlier: _Drawn | None = None) -> None:
        self.element = element
        was = earlier.element.marks if earlier else ()
        self.placed: list[_Placed] = [
            earlier.placed[i] if earlier and i < len(was) and m is was[i] else picture.placed(m)
            for i, m in enumerate(element.marks)
        ]
        #: The places of all marks, as rows, and the box around them, in tiles.
        numbers = chain.from_iterable(p.place for p in self.placed)
        self.places = np.fromiter(numbers, int, 12 * len(self.placed)).reshape(-1, 12)
        x0, y0, x1, y1 = zip(*([p.tiles for p in self.placed] or [(0, 0, 0, 0)]), strict=True)
        self.tiles = (min(x0), min(y0), max(x1), max(y1))

    @property
    def pieces(self) -> list[Tiles]:
        """The tiles of all marks, those of long curves in several boxes."""
        return [box for p in self.placed for box in p.pieces()]


class _Placed:
    """A mark with its box in pixels and in tiles, and as Agg draws it, once it is drawn."""

    __slots__ = ("_along", "_at", "_grid", "_pieces", "_ready", "long", "mark", "place", "tiles")

    def __init__(self, mark: Mark, picture: Raster) -> None:
        self.mark = mark
        self._at = (picture.scale, picture.left, picture.top)
        self._grid = picture.grid
        x0, y0, x1, y1 = bounds(mark, *self._at)
        # a pixel around, for what Agg rounds
        box = x0, y0, x1, y1 = floor(x0) - 1, floor(y0) - 1, ceil(x1) + 1, ceil(y1) + 1
        self.tiles = touched(box, picture.grid)
        self.long = isinstance(mark, Path) and not mark.fill and min(x1 - x0, y1 - y0) > 3 * TILE
        #: The tiles, the box, and a box inside it in which nothing is painted, in pixels.
        hole = inside(mark, *self._at) if isinstance(mark, Rect) and not mark.fill else (0, 0, 0, 0)
        self.place = (*self.tiles, *box, *hole)
        self._ready: Ready | None = None
        self._pieces: list[Tiles] | None = None if self.long else [self.tiles]
        self._along: np.ndarray | None = None
        if not isinstance(mark, Image):
            for colour in (mark.fill, None if isinstance(mark, Text) else mark.stroke):
                if colour:
                    picture.colours[word(colour)] += 1

    def on(self, surface: Surface) -> Ready:
        """Return the mark as the surface draws it."""
        if self._ready is None:
            self._ready = surface.placed(self.mark, *self._at)
        return self._ready

    def pieces(self) -> list[Tiles]:
        """The tiles of the mark; for a long curve, boxes along it."""
        if self._pieces is None:
            assert isinstance(self.mark, Path)
            self._pieces = [touched(box, self._grid) for box in along(self.mark, *self._at)]
        return self._pieces

    @property
    def along(self) -> np.ndarray:
        """The pieces as rows x0, y0, x1, y1."""
        if self._along is None:
            self._along = np.array(self.pieces())
        return self._along


def _alike(some: Sequence[Element], others: Sequence[Element]) -> int:
    """Return how many elements two scenes have in the same places, from the first on."""
    for i, (a, b) in enumerate(zip(some, others, strict=False)):
        if a is not b and a.id != b.id:
            return i
    return min(len(some), len(others))


def _differences(old: _Drawn | None, new: _Drawn) -> list[Tiles]:
    """Return the tiles of the marks that only one of two versions of an element has; what both have is one object."""
    if old is None:
        return new.pieces
    in_was, in_now = set(old.placed), set(new.placed)
    if [p for p in old.placed if p in in_now] != [p for p in new.placed if p in in_was]:
        return old.pieces + new.pieces
    changed = [p for p in old.placed if p not in in_now] + [p for p in new.placed if p not in in_was]
    return [box for p in changed for box in p.pieces()]


def _touching(sums: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Tell for each box in tiles whether a dirty tile is in it, by the sums of dirty tiles left of and above each."""
    x0, y0, x1, y1 = boxes.T
    touches: np.ndarray = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0] > 0
    return touches


def _increasing(numbers: Sequence[int]) -> set[int]:
    """Return the places of a longest increasing subsequence (patience sorting)."""
    tops: list[int] = []
    at: list[int] = []
    previous: list[int] = []
    for i, n in enumerate(numbers):
        pile = bisect_left(tops, n)
        previous.append(at[pile - 1] if pile else -1)
        tops[pile : pile + 1], at[pile : pile + 1] = [n], [i]
    i, chosen = at[-1] if at else -1, set()
    while i >= 0:
        chosen.add(i)
        i = previous[i]
    return chosen


def still(scene: Scene, size: tuple[int, int]) -> np.ndarray:
    """Return the pixels of one scene, of shape (height, width, 3).

    >>> still(Scene(960, 540, "#FFFFFF", ()), (1280, 720)).shape
    (720, 1280, 3)
    """
    picture = Raster(scene.width, scene.height, *size, scene.ground)
    picture.draw(scene)
    return picture.pixels


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise UnknownName(f"a picture of {width}×{height} px has no pixels; give a width and a height of at least 1")
    if max(width, height) > 65_535 or width * height > 250_000_000:
        raise TooLarge(
            f"a picture of {width}×{height} px is more than can be drawn (65,535 px a side, 250 million in all); "
            "give a smaller width and height, or write SVG"
        )
