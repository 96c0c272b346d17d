"""The catalogue lists every op once, with its rule and the functions that lead to it."""

from __future__ import annotations

from gradviz.calculus import ops
from gradviz.calculus.catalogue import TITLES, composed, entries
from gradviz.calculus.op import KINDS


def test_every_op_is_listed_once_in_the_order_of_the_kinds() -> None:
    found = entries()
    assert sorted(e.name for e in found) == sorted(r.name for r in ops.ROWS)
    assert [e.kind for e in found] == sorted((e.kind for e in found), key=KINDS.index)
    assert set(TITLES) == {e.kind for e in found}
    by_name = {e.name: e for e in found}
    assert "np.tanh" in by_name["tanh"].functions and by_name["sigmoid"].functions[0] == "gv.sigmoid"
    assert by_name["absolute"].edge == "At a = 0 it sends 0."
    assert {"np.var", "np.linalg.lstsq", "np.pad"} <= set(composed())
