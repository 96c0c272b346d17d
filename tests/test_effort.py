"""What each mode of differentiation spent is counted, and said at the end of a film that shows both."""

import pytest

import gradviz as gv
from gradviz.record import effort


def film(n, sweeps):
    def product(*x):
        y = x[0]
        for v in x[1:]:
            y = y * v
        return y

    xs = [1.0 + i for i in range(n)]
    return gv.film(product, *xs, sweeps=sweeps, direction={"x[0]": 1.0} if "tangent" in sweeps else None)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_one_direction_costs_as_much_as_all_gradients(n):
    spent = effort(film(n, ("forward", "tangent", "backward")).run)
    edges = 2 * (n - 1)
    assert (spent.backward, spent.inputs, spent.sweeps) == (edges, n, 1)
    assert spent.tangents <= edges


def test_it_is_said_only_where_both_modes_ran():
    both, one = film(3, ("forward", "tangent", "backward")), film(3, ("forward", "backward"))
    assert "reverse mode 4 for 3 inputs" in both.frames.frame(-1).note
    assert "mode" not in one.frames.frame(-1).note and effort(one.run) is None
