"""Values that are used again and again: their edges share one line, which reaches every use and touches no mark."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from test_overview import AREA, by_id, drawn, moments, overview

from gradviz.calculus.record import record
from gradviz.picture import bus, dots
from gradviz.picture.chips import sample
from gradviz.picture.scene import Path
from gradviz.picture.spread import Spread, spread
from gradviz.picture.theme import DARK
from gradviz.record import Run

REGION = (60.0, 90.0, 750.0, 600.0)


@cache
def horner(turns: int = 60) -> Run:
    def f(x: float) -> float:
        y = x
        for _ in range(turns):
            y = y * x + 0.5
        return y

    return record(f, (0.7,)).run


@cache
def recurrence(weights: int, turns: int = 30) -> Run:
    def f(w: list[float]) -> object:
        h: object = w[0] * 0.5
        for _ in range(turns):
            for k in range(weights):
                h = np.tanh(h * w[k])  # type: ignore[operator]
        return h

    return record(f, ([0.3 + 0.1 * k for k in range(weights)],)).run


def length(xy: tuple[float, ...]) -> float:
    points = sample(xy, 24)
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def bussed(rankdir: str, run: Run) -> Spread:
    made = spread(run.graph, REGION, rankdir)
    assert made.buses
    return made


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("weights", [1, 3])
def test_every_edge_leads_from_its_source_to_its_user(rankdir: str, weights: int) -> None:
    made = bussed(rankdir, recurrence(weights))
    assert len(made.buses) == weights
    for line in made.buses:
        assert len(line.stems) >= bus.LEAST
        for source, user, position in line.stems:
            ((x0, y0, *_, x1, y1),) = made.curves[source, user, position]
            assert source == line.source
            assert math.dist((x0, y0), made.centres[source]) <= dots.GAP * made.scale + 1
            assert math.dist((x1, y1), made.centres[user]) <= dots.GAP * made.scale + 1


def test_a_stem_is_a_small_part_of_its_edge() -> None:
    made = bussed("LR", horner())
    (line,) = made.buses
    stems = sum(length(line.stem(e)) for e in line.stems)
    assert stems < sum(length(line.whole(e)) for e in line.stems) / 8


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("weights", [1, 3])
def test_shared_lines_touch_no_mark_and_stay_in_the_picture(rankdir: str, weights: int) -> None:
    made = bussed(rankdir, recurrence(weights))
    centres = np.array(made.centres)
    for line in made.buses:
        for xy in line.lines(line.reach(line.stems)):
            points = sample(xy, 64)
            away = np.hypot(*(points[:, None] - centres).transpose(2, 0, 1))
            assert away.min() > dots.RADIUS * made.scale
            assert (points >= (REGION[0] - 24, REGION[1] - 24)).all() and (points <= REGION[2:]).all()


def test_few_uses_and_too_many_values_keep_their_edges() -> None:
    assert not spread(horner(8).graph, REGION).buses
    assert not spread(recurrence(bus.MOST + 1).graph, REGION).buses


def test_the_line_is_coloured_as_far_as_gradients_went_along_it() -> None:
    run = horner()
    made = overview(run)
    (line,) = made.placed.buses
    coloured = []
    for m in moments(run):
        element = by_id(drawn(made, m))[f"bus-{line.source}"]
        sent = [p for p in element.marks if isinstance(p, Path) and p.stroke == DARK.grad]
        gone = [e for e in line.stems if e[1:] in m.after.sent]
        assert [p.xy for p in sent] == list(line.lines(line.reach(gone)))
        coloured.append(sum(length(p.xy) for p in sent))
    assert coloured[0] == 0 and coloured == sorted(coloured)
    assert coloured[-1] == sum(length(xy) for xy in line.lines(line.reach(line.stems)))


def test_a_frame_changes_nothing_of_the_line_in_nearly_all_steps() -> None:
    run = horner()
    made = overview(run)
    (line,) = made.placed.buses
    seen = [by_id(drawn(made, m))[f"bus-{line.source}"] for m in moments(run)]
    changes = sum(a is not b for a, b in pairwise(seen))
    assert changes <= len({band for band, _ in line.stems.values()}) + 3
    assert AREA[0] <= min(e.box[0] for e in seen)
