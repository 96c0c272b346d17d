"""What stands around the plot of a panel: numbers, names, notes and keys, seen at every width."""

from __future__ import annotations

import numpy as np
import pytest
from looking import outside, overlapping, texts
from test_panels import SIZE, after, element, moments, run

import gradviz as gv
from gradviz.picture.panels import Along, Curve, Gauge, Knobs, Losses, Over
from gradviz.picture.scene import Path, Text
from gradviz.picture.theme import LIGHT


@pytest.mark.parametrize("size", [(200.0, 190.0), (240.0, 200.0), (330.0, 480.0), (440.0, 180.0), (900.0, 170.0)])
def test_every_tick_under_a_plot_has_its_number(size):
    for one in (Curve("month", "temperature"), Losses(), Along("p.w"), Over()):
        scene = one(run(), moments(run())[-1], LIGHT, size)
        marks = element(scene, "axes").marks
        base = next(m.xy[3] for m in marks if isinstance(m, Path) and m.ops == "MLL")
        ticks = [m.xy[0] for m in marks if isinstance(m, Path) and m.ops == "ML" and m.xy[1] == base]
        assert len(ticks) >= 2
        assert ticks == [t.x for _, t in texts(scene) if t.anchor == "middle"]
        assert not overlapping(scene)
        assert not outside(scene)


def test_the_months_of_a_year_are_all_numbered():
    done = gv.descend(lambda k, x, y: np.mean((k - y) ** 2), 1.0, np.linspace(-1, 1, 12), np.arange(12.0), lr=0.1,
                      steps=2, curve=(lambda k, x: k + 0 * x, np.linspace(-1, 1, 12), np.arange(12.0))).run  # fmt: skip
    scene = Curve("month", "y", (6.5, 5.5))(done, moments(done)[-1], LIGHT, (420.0, 220.0))
    shown = {t.text for e, t in texts(scene) if e.id == "axes" and t.anchor == "middle"}
    assert {str(k) for k in range(1, 13)} <= shown


def test_what_has_no_room_beside_a_title_stands_under_it():
    wanted = {Curve(): "squared error", Losses(): "= ", Along("p.w"): "slope ", Knobs(): "lowers", Over(): "downhill"}
    m = after(run(), "backward", 2)
    for wide in (190.0, 240.0, 500.0):
        for one, word in wanted.items():
            scene = one(run(), m, LIGHT, (wide, 240.0))
            assert any(word in t.text for t in element(scene, "aside").marks if isinstance(t, Text)), (one, wide)
            assert not overlapping(scene)
            assert not outside(scene)


def test_a_long_title_is_cut_and_whole_in_its_tooltip():
    title = "the loss along a parameter with a long name"
    scene = Along("p.w", title)(run(), moments(run())[-1], LIGHT, (200.0, 200.0))
    (head,) = (e for e in scene.elements if e.id == "head")
    assert "…" in head.marks[0].text
    assert head.title == title
    assert not outside(scene)


@pytest.mark.parametrize("wide", [210.0, 250.0, 330.0, 420.0, 650.0])
def test_the_note_of_a_curve_is_seen_at_every_width(wide):
    note = "x = (hours since noon − 6.5) / 5.5 is in −1…1"
    one = Curve("hours since noon", "temperature of the air", note=f"{note}: no power outgrows another")
    scene = one(run(), moments(run())[-1], LIGHT, (wide, 300.0))
    assert " ".join(t.text for t in element(scene, "note").marks).startswith(note)
    assert not overlapping(scene)
    assert not outside(scene)


def test_losses_without_a_logarithm_have_a_plain_scale():
    for f in (lambda p: p - 3.0, lambda p: p * 0.0):
        done = gv.descend(f, 1.0, lr=0.5, steps=4).run
        m = moments(done)[-1]
        assert element(Losses()(done, m, LIGHT, SIZE), "losses").marks
        scene = Gauge()(done, m, LIGHT, SIZE)
        assert element(scene, "needle").marks[0].stroke == LIGHT.value
        assert len([t for e, t in texts(scene) if e.id == "scale"]) >= 2


def test_a_plot_has_as_many_numbers_up_as_have_room():
    scene = Curve()(run(), moments(run())[-1], LIGHT, (400.0, 205.0))
    up = sorted(t.y for e, t in texts(scene) if e.id == "axes" and t.anchor == "end")[:-1]
    assert len(up) >= 3
    assert min(np.diff(up)) >= 18


@pytest.mark.parametrize(("rate", "steps"), [(1.5, 30), (3.0, 40), (0.25, 20)])
def test_a_loss_that_grows_or_falls_by_powers_of_ten_is_a_straight_line(rate, steps):
    made = gv.film(gv.descend(lambda w: (w - 3) ** 2, 0.0, lr=rate, steps=steps), panels=("loss",)).drawing(width=800)
    curve = max(
        (m for e in made.frame(-1).scene.elements for m in e.marks if isinstance(m, Path) and m.stroke == LIGHT.value),
        key=lambda m: max(m.xy[::2]) - min(m.xy[::2]),
    )
    x, y = np.array(curve.xy[::2]), np.array(curve.xy[1::2])
    assert abs(np.polyval(np.polyfit(x, y, 1), x) - y).max() < 0.5, "each step multiplies the loss by the same"
