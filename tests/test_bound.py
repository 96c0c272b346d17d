"""What is told without a layout: no graph that would have fitted is given up."""

import pytest
from films import FILMS

import gradviz as gv
from gradviz.errors import TooLarge
from gradviz.picture import bound, draw
from gradviz.picture.draw import Options, compose


@pytest.mark.parametrize("width", [320, 360, 960])
@pytest.mark.parametrize("name", ["polynomial of three points", "arrays", "network", "neuron"])
def test_what_is_given_up_early_would_not_have_fitted(name, width, monkeypatch) -> None:
    run, options = FILMS[name]().run, Options(width=width)
    quick = _level(run, options)
    monkeypatch.setattr(bound, "largest", lambda *args: float("inf"))
    assert _level(run, options) == quick


def _level(run, options) -> str:
    try:
        return compose(run, options).level
    except TooLarge:
        return "refused"


def test_a_chain_is_not_laid_out_in_one_row_in_vain() -> None:
    def chain(x):
        for _ in range(60):
            x = x * x
        return x

    run = gv.film(chain, 1.0).run
    assert bound.largest(run, "full", "LR", (1280, 720)) < draw.LEAST
    assert bound.largest(run, "compact", "TB", (1280, 720)) < draw.LEAST
