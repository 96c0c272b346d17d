"""The errors that gradviz raises: one root, and each child is also the builtin that it is a case of."""

from __future__ import annotations

from numbers import Integral, Real


class GradvizError(Exception):
    """The root of every error that gradviz raises on purpose."""


class Detached(GradvizError, TypeError):
    """A traced value was about to leave the trace, so that its gradient would be lost."""


class UnknownFunction(GradvizError, TypeError):
    """A NumPy function was called on a traced value and no op knows its derivative."""


class UnknownAttribute(GradvizError, AttributeError):
    """An attribute was asked of a traced value that arrays may have and it has not."""


class UnsupportedValue(GradvizError, TypeError):
    """A value is of a kind that has no place here: complex, object, or an integer to differentiate by."""


class WrongArguments(GradvizError, TypeError):
    """Arguments do not fit what they were given to, or that takes none."""


class InvalidRun(GradvizError, ValueError):
    """A Run breaks one of the rules that `gradviz.record.check` proves."""


class NoInputs(GradvizError, ValueError):
    """Nothing was traced: no input that is a number or an array, or no operation on one."""


class SeedNeeded(GradvizError, ValueError):
    """A backward sweep from an output that is not a scalar needs a seed of its shape."""


class NotCollapsible(GradvizError, ValueError):
    """A group cannot be drawn as one node, because values leave it and come back."""


class UnknownName(GradvizError, LookupError):
    """A name, position, suffix or option is not one of the choices."""


class BadExpression(GradvizError, ValueError):
    """An expression or value given as text cannot be read; the message points at the column."""


class GradientMismatch(GradvizError, AssertionError):
    """A gradient differs from its finite difference; the message gives both numbers and the node."""


class LayoutFailed(GradvizError, RuntimeError):
    """A layout engine crashed, timed out or answered with something that is not a layout."""


class PartMissing(GradvizError, ImportError):
    """An optional package is not installed; the message names the command that installs it."""


class CannotWrite(GradvizError, OSError):
    """A file cannot be written at the path given."""


class TooLarge(GradvizError, MemoryError):
    """A graph or film is beyond what can be drawn in the time or memory allowed."""


class GraphChanged(GradvizError, RuntimeError):
    """An iteration of a descent recorded another graph than the first one did."""


def in_range(value: object, least: float, most: float, *, whole: bool = False) -> bool:
    """Tell whether what was given for an option is a number, a `whole` one, from the least to the most.

    >>> in_range(640, 64, 16384), in_range("wide", 64, 16384), in_range(True, 0, 1)
    (True, False, False)
    """
    if isinstance(value, bool) or not isinstance(value, Integral if whole else Real):
        return False
    return bool(least <= value <= most)  # type: ignore[operator]  # numbers compare with one another
