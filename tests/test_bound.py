"""What is told without a layout: no graph that would have fitted is given up."""

import pytest
from films import FILMS

from gradviz.picture import bound, draw
from gradviz.picture.draw import Options, compose


@pytest.mark.parametrize("width", [320, 960])
@pytest.mark.parametrize("name", ["polynomial of three points", "arrays", "network", "neuron"])
def test_what_is_given_up_early_would_not_have_fitted(name, width, monkeypatch) -> None:
    run, options = FILMS[name]().run, Options(width=width)
    quick = compose(run, options).level
    monkeypatch.setattr(bound, "largest", lambda *args: float("inf"))
    assert compose(run, options).level == quick


def test_a_chain_is_not_measured_in_vain(monkeypatch) -> None:
    def chain(x):
        for _ in range(60):
            x = x * x
        return x

    import gradviz as gv

    monkeypatch.setattr(draw, "sheet", None)
    assert compose(gv.film(chain, 1.0).run, Options()).level == "overview"
