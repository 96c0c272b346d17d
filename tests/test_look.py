"""What a reader must be able to see in every film, measured: text, ground, order, and stillness."""

import re

import numpy as np
import pytest
from films import FILMS
from looking import contrast, crossed, ground_under, ink_box, is_number, lines, outside, overlap, overlapping, texts

import gradviz as gv
from gradviz.picture.draw import Options, compose
from gradviz.picture.scene import Rect, Text
from gradviz.picture.theme import THEMES
from gradviz.writers.raster import Raster

SIZES = {"800": (800, None), "720p": (1280, 720), "1080p": (1920, 1080)}


def drawing(name, size=(None, None), **options):
    width, height = size
    return compose(FILMS[name]().run, Options(width=width, height=height, **options))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", FILMS)
def test_no_number_is_under_10_px_and_no_text_overlaps_or_leaves(name, size):
    film = drawing(name, size)
    seen = set()
    for frame in film:
        ids = [e.id for e in frame.scene.elements]
        assert len(ids) == len(set(ids))
        assert not outside(frame.scene)
        fresh = frame.scene.elements if not seen else [e for e in frame.scene.elements if id(e) not in seen]
        seen.update(map(id, frame.scene.elements))
        for e in fresh:
            for t in (m for m in e.marks if type(m).__name__ == "Text"):
                px = t.size * film.canvas.scale
                assert px >= (10 - 1e-6 if is_number(t.text) else 8.3), f"{t.text!r} in {e.id} is {px:.2f} px high"
        assert not overlapping(frame.scene), frame.note


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", FILMS)
def test_no_chip_lies_over_a_card(name, size):
    film = drawing(name, size)
    for k in range(0, len(film), 1 if len(film) < 60 else 7) if film.level != "overview" else ():
        parts = film.frame(k).scene.elements
        cards = [(e.id, frame_of(e)) for e in parts if e.kind == "node"]
        for e in parts:
            if e.kind == "chip":
                over = [i for i, box in cards if overlap(frame_of(e), box) > 0.5]
                assert not over, f"frame {k}: {e.id} lies over {over}"


def frame_of(element):
    r = element.marks[0]
    return (r.x, r.y, r.x + r.w, r.y + r.h)


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("name", FILMS)
def test_what_stands_on_a_card_stays_on_it(name, rankdir):
    film = drawing(name, (1280, None), rankdir=rankdir, moving=False)
    for e in film.frame(-1).scene.elements if film.level != "overview" else ():
        rects = [m for m in e.marks if isinstance(m, Rect)] if e.kind == "node" else []
        for t in (m for m in e.marks if isinstance(m, Text) and rects and not m.text.startswith("first ")):
            box = ink_box(t)
            if min(r.y for r in rects) < box[1] and box[3] < max(r.y + r.h for r in rects):
                left, right = min(r.x for r in rects), max(r.x + r.w for r in rects)
                assert left + 2 <= box[0] and box[2] <= right - 2, f"{t.text!r} goes over the border of {e.id}"


@pytest.mark.parametrize("name", FILMS)
def test_no_edge_runs_through_a_text(name):
    film = drawing(name, (1280, 720))
    for k in {0, len(film) // 2, len(film) - 2, len(film) - 1}:
        assert not crossed(film.frame(k).scene)
    for size in ((None, None), (640, None)):
        assert not crossed(drawing(name, size, moving=False).frame(-1).scene)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", FILMS)
def test_text_stands_out_from_its_ground(name, theme):
    film = drawing(name, (1280, 720), theme=theme)
    for k in {0, len(film) // 3, len(film) // 2, len(film) - 2, len(film) - 1}:
        scene = film.frame(k).scene
        for e, t in texts(scene):
            ground = ground_under(scene, t)
            assert contrast(t.fill, ground) >= 4.5, f"{t.text!r} in {e.id}: {t.fill} on {ground}"


@pytest.mark.parametrize("name", FILMS)
def test_only_what_the_step_touches_changes(name):
    film = drawing(name, (960, 540))
    width, height = film.canvas.pixels
    raster = Raster(film.canvas.width, film.canvas.height, width, height, film.theme.ground)
    before = None
    frames = list(film)
    for k, frame in enumerate(frames[:-1]):
        raster.draw(frame.scene)
        pixels = raster.pixels.copy()
        if before is not None and film.steps[k].k > 1:
            allowed = np.zeros(pixels.shape[:2], bool)
            s = film.canvas.scale
            old = {e.id: e for e in frames[k - 1].scene.elements}
            new = {e.id: e for e in frame.scene.elements}
            step_nodes = touched(film, k) | touched(film, k - 1)
            for e in (*old.values(), *new.values()):
                if mine(e, step_nodes):
                    x0, y0, x1, y1 = (v * s for v in e.box)
                    allowed[max(int(y0) - 1, 0) : int(y1) + 2, max(int(x0) - 1, 0) : int(x1) + 2] = True
            changed = (pixels != before).any(axis=2)
            assert not (changed & ~allowed).any(), f"step {k} changes pixels that are not its own"
        before = pixels


def touched(film, k):
    """Return the nodes that a step's events name, by the log alone."""
    found = set()
    for e in film.steps[k].events:
        found |= {e.node, *film.run.graph.nodes[e.node].args}
    return found


def mine(element, nodes):
    kind, *ids = element.id.split("-")
    if kind in ("node", "glow", "pips", "halo", "bracket", "brackets", "edge", "chip"):
        return not ids or any(i.isdigit() and int(i) in nodes for i in ids)
    return element.kind in ("caption", "timeline", "now", "active") or element.kind.startswith("lens")


@pytest.mark.parametrize("name", FILMS)
def test_a_film_drawn_by_what_changed_equals_one_drawn_anew(name):
    film = drawing(name, (800, 450))
    width, height = film.canvas.pixels

    def fresh():
        return Raster(film.canvas.width, film.canvas.height, width, height, film.theme.ground)

    running = fresh()
    for k, frame in enumerate(film):
        running.draw(frame.scene)
        if k % 7 == 0 or k == len(film) - 1:
            whole = fresh()
            whole.draw(frame.scene)
            assert (running.pixels == whole.pixels).all(), f"frame {k}"


@pytest.mark.parametrize("name", ["neuron", "fanout", "arrays", "network"])
def test_nodes_keep_their_places_in_every_frame(name):
    places = {}
    for frame in drawing(name):
        for e in frame.scene.elements:
            if e.kind == "node":
                first = e.marks[0]
                at = (first.x, first.y, first.w, first.h) if hasattr(first, "x") else first.xy[:2]
                assert places.setdefault(e.id, at) == at
    assert places


@pytest.mark.slow
@pytest.mark.parametrize("name", FILMS)
def test_any_frame_alone_equals_the_same_frame_of_the_film(name):
    from gradviz.writers.svg import svg

    film = drawing(name)
    for k, frame in enumerate(film):
        if k % max(9, len(film) // 4) == 4 or k == len(film) - 1:
            alone = drawing(name).frame(k)
            assert svg(alone.scene) == svg(frame.scene)
            assert (alone.note, alone.seconds) == (frame.note, frame.seconds)


@pytest.mark.parametrize("name", FILMS)
def test_what_an_equation_calls_by_an_index_can_be_found_in_the_picture(name):
    film = drawing(name, (1280, 720))
    for k in range(0, len(film), 1 + len(film) // 20):
        said, shown = set(), set()
        for e, t in texts(film.frame(k).scene):
            (said if e.kind == "caption" else shown).update(re.findall("v[₀-₉]+", t.text))
        assert said <= shown, f"frame {k}"


def test_items_have_their_names_in_their_badges_and_numbers_stay_numbers():
    marks = {
        e.id: [m.text for m in e.marks if hasattr(m, "text")]
        for e in drawing("numbers and items").frame(0).scene.elements
    }
    said = [t for texts in marks.values() for t in texts[:1]]
    assert {"k[0]", "k[1]", "x"} <= set(said)
    assert any(t.startswith("1.23") for t in said) and not any(re.match("v[₀-₉]", t) for t in said)
    unused = next(t for t in marks.values() if "v₁ = params.w[1]" in t)
    assert "no gradient" in unused


@pytest.mark.parametrize("name", ["network", "polynomial of three points"])
def test_a_label_in_the_overview_is_nearest_to_its_own_mark(name):
    film = drawing(name, (1280, 720))
    placed = film.picture.placed
    labels = next(e for e in film.frame(-1).scene.elements if e.id == "labels")
    assert len(labels.marks) > 8
    for mark in labels.marks:
        x0, y0, x1, y1 = ink_box(mark)
        away = [np.hypot(max(x0 - x, 0, x - x1), max(y0 - y, 0, y - y1)) for x, y in placed.centres]
        nearest, second = sorted(away)[:2]
        own = film.names.full(away.index(nearest)), film.names.formula(away.index(nearest))
        assert mark.text in own and second > 1.1 * nearest


@pytest.mark.parametrize("name", FILMS)
def test_chips_hold_whole_formulas(name):
    for frame in [drawing(name, (1280, 720)).frame(-1)]:
        assert not [t.text for e, t in texts(frame.scene) if e.kind == "chip" and "…" in t.text]


def test_a_finished_still_has_no_time_line_and_sets_few_rows_large():
    scene = drawing("polynomial of three points", moving=False).frame(-1).scene
    assert not [e for e in scene.elements if e.kind == "timeline"]
    rows = [t for e, t in texts(scene) if e.id.startswith("lens-row")]
    assert len(rows) == 18 and min(t.size for t in rows) > 14


@pytest.mark.parametrize("name", ["softmax", "batch", "arrays", "fanout"])
def test_no_chip_leaves_the_margins(name):
    film = drawing(name, (800, None), moving=False)
    for e in film.frame(-1).scene.elements:
        if e.kind == "chip":
            assert all(m.x >= 4 and m.x + m.w <= film.canvas.width - 4 for m in e.marks if hasattr(m, "w"))


def test_a_narrow_column_is_broken_into_rows():
    film = drawing("softmax", moving=False)
    assert "rows" in " ".join(film.said)
    assert film.picture.sheet.size[0] * film.picture.k > 0.8 * film.canvas.width


def test_the_flag_of_the_first_nan_hides_no_edge_where_edges_leave_below():
    scene = drawing("broken", (640, None), moving=False, rankdir="TB").frame(-1).scene
    flag = next(t for _, t in texts(scene) if t.text == "first NaN")
    x0, y0, x1, y1 = ink_box(flag)
    for e in scene.elements:
        for points in [p for m in e.marks for p in lines(m)] if e.kind == "edge" else []:
            assert not ((points > (x0, y0)) & (points < (x1, y1))).all(axis=1).any()


def test_compact_cards_tell_a_tangent_from_a_value():
    film = drawing("forward mode", (800, 450))
    assert film.level == "compact"
    step = next(k for k, s in enumerate(film.steps) if s.kind == "tangent" and s.k == 4)
    marks = next(e for e in film.frame(step).scene.elements if e.id == "node-0").marks
    assert any(getattr(m, "dash", ()) == (3 * film.picture.k, 2 * film.picture.k) for m in marks)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_wire_strikes_through_how_many_terms_have_come(theme):
    def f(x, c):
        a = x * 0.5
        return np.tanh(a) * a + np.sin(a) * c

    def g(x):
        x += 1
        x *= 2
        return (x * x).sum()

    for film in (gv.film(f, 2.0, 3.0, theme=theme), gv.film(g, np.array([1.0, 2.0]), theme=theme)):
        seen = 0
        for frame in film.frames:
            pips = [e for e in frame.scene.elements if e.kind == "pips"]
            seen += len(pips)
            wires = [p for e in frame.scene.elements if e.kind == "edge" for m in e.marks for p in lines(m)]
            for x0, y0, x1, y1 in (ink_box(m) for e in pips for m in e.marks if isinstance(m, Text)):
                assert not any(((p > (x0, y0)) & (p < (x1, y1))).all(axis=1).any() for p in wires)
        assert seen
