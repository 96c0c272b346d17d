"""gradviz shows backpropagation running: it records a Python computation and draws its values and gradients."""

from . import early as early  # first: what follows takes a while to import
from .calculus.check import check
from .calculus.descend import Descent, descend
from .calculus.functions import relu, sigmoid, softmax
from .calculus.leaf import var
from .calculus.modes import grad, hessian, jacobian, jvp, value_and_grad, vjp
from .calculus.scope import scope
from .calculus.trace import Var
from .errors import Detached, GradientMismatch, GradvizError, UnknownFunction
from .film import Film, film
from .record import Event, Graph, Node, Run, Sweep
from .record.store import load

__version__ = "0.1.0"

__all__ = [
    "Descent",
    "Detached",
    "Event",
    "Film",
    "GradientMismatch",
    "GradvizError",
    "Graph",
    "Node",
    "Run",
    "Sweep",
    "UnknownFunction",
    "Var",
    "check",
    "descend",
    "film",
    "grad",
    "hessian",
    "jacobian",
    "jvp",
    "load",
    "relu",
    "scope",
    "sigmoid",
    "softmax",
    "value_and_grad",
    "var",
    "vjp",
]
