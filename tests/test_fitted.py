"""How much of a graph fits: what is shown as cards at which size, how large, and at which cost."""

import numpy as np
import pytest
from films import FILMS, small_network

import gradviz as gv
from gradviz.picture import sheet as sheets
from gradviz.picture.draw import LEAST, Options, compose
from gradviz.picture.scene import mark_box

NUMBER = 13.0  # px, a number of a card at its own size


def composed(film, width=None, height=None, **options):
    return compose(film.run, Options(width=width, height=height, **options))


def shown(drawing):
    """Return how high the numbers of the cards are, px of the output."""
    return NUMBER * drawing.picture.k * drawing.canvas.scale


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=["720p", "1080p"])
@pytest.mark.parametrize("name", ["2-2-1", "3-2-1", "2-3-1", "parabola", "polynomial of one point"])
def test_graphs_of_20_to_45_nodes_are_cards_on_a_slide(name, size):
    film = small_network(*map(int, name.split("-"))) if "-" in name else FILMS[name]()
    assert 20 <= len(film.run.graph.nodes) <= 45
    drawing = composed(film, *size)
    assert drawing.level in ("full", "compact")
    assert shown(drawing) >= LEAST - 1e-6


def test_fifteen_nodes_are_cards_in_a_film_of_800_px():
    drawing = composed(FILMS["two neurons"](), 800)
    assert drawing.level == "compact" and drawing.canvas.pixels == (800, 450)


@pytest.mark.parametrize("name", ["3-2-1", "2-3-1", "2-2-1"])
def test_compact_cards_stand_in_rows_where_they_are_clearly_larger_there(name):
    film = small_network(*map(int, name.split("-")))
    rows, column = composed(film, 1920, 1080), composed(film, 1920, 1080, rankdir="TB")
    assert rows.level == column.level == "compact"
    assert "rows" in " ".join(rows.said) and shown(rows) > 1.15 * shown(column)


def test_more_than_45_cards_need_larger_numbers_and_else_give_way_to_the_lens():
    crowd = FILMS["polynomial of three points"]()
    assert len(crowd.run.graph.nodes) > 45
    assert composed(crowd, moving=False).level == "overview"
    for height in (800, 1100, 1400):
        drawing = composed(crowd, 1280, height)
        assert drawing.level == "overview" or shown(drawing) >= 10.8 - 1e-6


def test_each_sheet_is_laid_out_once(monkeypatch):
    asked = []
    layout = sheets.layout
    monkeypatch.setattr(sheets, "layout", lambda plan: asked.append(plan) or layout(plan))
    assert composed(FILMS["network"](), 1280, 720).level == "overview"
    assert composed(small_network(3, 2, 1), 1280, 720).level == "compact"
    assert len(asked) == len({(p.rankdir, p.items, p.gap) for p in asked}) <= 8


def test_each_of_several_outputs_is_called_in_the_title_as_it_is_in_the_picture():
    film = gv.film(lambda a, b: (a * b + b * b, np.exp(a - b * b)), 0.4, 0.3, seed=[1.0, 1.0])
    drawing = composed(film)
    short = [drawing.names.formula(i) for i in film.run.graph.outputs]
    assert all(f"{v} = " in drawing.title for v in short)


def test_most_inputs_of_a_network_are_named_in_the_overview():
    film = small_network(2, 4, 4, 1)
    drawing = composed(film, 800, 800)
    (labels,) = (e for e in drawing.picture.static if e.id == "labels")
    inputs = [n.id for n in film.run.graph.nodes if n.op in ("parameter", "data")]
    named = {drawing.names.formula(i) for i in inputs} & {m.text for m in labels.marks}
    assert len(named) >= 0.8 * len(inputs)


def test_where_the_first_nan_is_told_it_stands_beside_its_mark():
    def loss(x, w, y):
        total = 0.0
        for xi, yi in zip(x, y, strict=True):
            with np.errstate(all="ignore"):
                total = total - (yi * np.log(w[0] * xi + w[1]) + w[2] * xi**2)
        return np.sqrt(total)

    film = gv.film(loss, [0.5, 1.0, -2.0, 0.25, 3.0], [0.9, 0.3, 0.1], [1.0, 0.0, 1.0, 1.0, 0.0], wrt="w")
    drawing = composed(film, 1280, 720)
    (flag,) = (e for e in drawing.frame(-1).scene.elements if e.id == "trouble")
    ring, *rest = map(mark_box, flag.marks)
    aside = max(rest[0][0] - ring[2], ring[0] - rest[0][2], rest[0][1] - ring[3], ring[1] - rest[0][3])
    assert aside < 15
