"""What HIPS/autograd differentiates and gradviz does not: every line of the list has its reason."""

from __future__ import annotations

import numpy as np
import pytest

from gradviz.calculus import ops, ops_special

SCIPY = ("integrate", "linalg", "signal", "special", "stats")
OWN = "a part of autograd's own machinery, not a function that people call"
COMPLEX = "its result is complex, which has no gradient here"
PLAIN = "SciPy turns its operands into plain arrays before anyone is asked, so it raises Detached; write it with NumPy"
MISSING = {
    "autograd.builtins": OWN,
    "autograd.core": OWN,
    "autograd.numpy.fft.truncate_pad": OWN,
    "autograd.numpy.numpy_boxes": "indexing, which is an operator here",
    "autograd.numpy.numpy_vjps": OWN,
    "autograd.numpy.numpy_wrapper": OWN,
    "autograd.scipy": "a function of autograd's own; np.convolve takes one axis",
    "numpy.full": "NumPy does not ask the fill value; np.full_like and np.broadcast_to do",
    "numpy.linalg.eig": COMPLEX + "; np.linalg.eigh and eigvalsh take symmetric matrices",
    "scipy.integrate": PLAIN,
    "scipy.linalg": PLAIN + "; np.linalg.solve serves for the solvers",
    "scipy.special._basic.polygamma": PLAIN + "; scipy.special.psi has its derivatives",
    "scipy.special._logsumexp": PLAIN + "; np.logaddexp.reduce does it",
    "scipy.special._spfun_stats": PLAIN + "; a sum of scipy.special.gammaln does it",
    "scipy.stats": PLAIN + "; scipy.special has ndtr, gammaln and the others they are made of",
}


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")
def test_every_function_of_autograd_has_a_row_or_a_reason() -> None:
    pytest.importorskip("scipy")
    for part in ("numpy", "numpy.linalg", "numpy.fft", *(f"scipy.{p}" for p in SCIPY)):
        pytest.importorskip(f"autograd.{part}")  # a derivative is known once its module is imported
    from autograd.core import primitive_jvps, primitive_vjps

    used = set()
    for function in {getattr(f, "fun", f) for f in {*primitive_vjps, *primitive_jvps}}:
        inner = getattr(function, "__wrapped__", function)
        hashable = getattr(function, "__hash__", None) is not None
        if hashable and (function in ops.TABLE or inner in ops.TABLE or ops_special.find(function) is not None):
            continue
        name = f"{getattr(function, '__module__', None)}.{getattr(function, '__name__', function)}"
        reason = next((key for key in MISSING if name.startswith(key)), None)
        assert reason, f"{name} has neither a row nor a reason"
        used.add(reason)
    assert used == set(MISSING), "a reason that nothing needs"


def test_every_public_numpy_ufunc_has_a_row_or_reads() -> None:
    """The ufuncs that are left work on integers, bits or times."""
    whole = {
        "bitwise_and", "bitwise_count", "bitwise_or", "bitwise_xor", "bitwise_not", "bitwise_invert", "invert", "gcd",
        "bitwise_left_shift", "bitwise_right_shift", "left_shift", "right_shift", "lcm", "frexp", "nextafter",
        "spacing", "isnat",
    }  # fmt: skip
    ufuncs = {n for n in dir(np) if isinstance(getattr(np, n), np.ufunc)}
    missing = {n for n in ufuncs if getattr(np, n) not in ops.TABLE}
    assert missing <= whole, missing - whole
