"""What panels draw of a descent, computed beforehand: the path, the model's curve, the loss along and over parameters.

Names of series, T steps, T + 1 moments (after 0, 1, ... T updates):
  "loss"            (T+1,) the loss at each moment; "lr" (T+1,) the learning rate of the step that follows
  "loss of all"     (T+1,) with batches: the loss over all data
  "path NAME"       (T+1, *shape) a parameter; "gradient NAME" (T+1,) the root mean square of its gradient
  "data x", "data y" (n,), "data fit" (T+1, n)  the points, and the model at them
  "curve x" (G,), "curve y" (T+1, G)            the model on a grid
  "along NAME"      (2, G) positions and losses if it is the only number there is, else (1 + T+1, G): positions, then
                    the losses at each moment, the other parameters being where they are
  "over A, B"       (1 + H, 1 + G) losses; the first row holds the positions of A from its second place on, the first
                    column those of B. Where there are other parameters, they are at their last values
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..errors import UnknownName, UnsupportedValue, WrongArguments
from ..record import Value, freeze
from .tree import bind, mapped

#: model(params, x) -> y, or (model, x, y) with the points
Model: TypeAlias = Callable[[Any, Any], Any] | tuple[Callable[[Any, Any], Any], Any, Any]

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_GRID = 121  # places of a curve
#: Places from bottom to top of a field of losses, how much wider than high it is, and how much of that shows the path.
_FIELD, _WIDE, _LEAST_WIDE = 51, 2.0, 1.25
_MOMENTS = 200  # at most so many moments have a loss along a parameter of their own


@dataclass(frozen=True, eq=False)
class Watch:
    """What was descended and what is asked for; `path` holds the leaves at each moment, in the order of `names`."""

    loss: Callable[..., Any]
    params: Any
    data: tuple[Any, ...]
    names: tuple[str, ...]
    path: tuple[tuple[Any, ...], ...]
    batched: bool
    curve: Model | None
    along: str | None
    over: tuple[str, str] | None

    def at(self, leaves: Sequence[Any]) -> Any:
        """Return the params with these leaves, as NumPy's numbers: where Python's own raise, those say inf."""
        return fill(self.params, iter([np.asarray(v, float)[()] for v in leaves]))

    def place(self, given: str, option: str) -> int:
        """Return where a parameter that is one number is among the leaves."""
        numbers = [n for n, v in zip(self.names, self.path[0], strict=True) if np.ndim(v) == 0]
        wanted = plain(str(given))
        found = [n for n in numbers if plain(n) == wanted] or [n for n in numbers if plain(n).endswith(f".{wanted}")]
        if len(found) != 1:
            raise UnknownName(
                f"{option}={given!r} is not a parameter that is one number; choose from {', '.join(numbers) or 'none'}"
            )
        return self.names.index(found[0])

    def places(self) -> tuple[int | None, tuple[int, int] | None]:
        """Return where the parameters are that `along` and `over` name. Raises `UnknownName`."""
        along = None if self.along is None else self.place(self.along, "along")
        if self.over is None:
            return along, None
        if not isinstance(self.over, list | tuple) or len(self.over) != 2:
            raise UnknownName(f"over={self.over!r} is not two parameters; give their names: over=('w', 'b')")
        i, j = (self.place(name, "over") for name in self.over)
        if i == j:
            raise UnknownName(f"over={self.over!r} names one parameter twice; give two")
        return along, (i, j)


def series(watch: Watch) -> dict[str, Value]:
    """Return every series that was asked for, by name."""
    found: dict[str, Any] = {
        f"path {name}": np.array([leaves[i] for leaves in watch.path]) for i, name in enumerate(watch.names)
    }
    with np.errstate(all="ignore"):
        if watch.batched:
            found["loss of all"] = np.array([_loss(watch, leaves) for leaves in watch.path])
        if watch.curve is not None:
            found |= _curves(watch, watch.curve)
        along, over = watch.places()
        if along is not None:
            found[f"along {watch.names[along]}"] = _along(watch, along)
        if over is not None:
            i, j = over
            found[f"over {watch.names[i]}, {watch.names[j]}"] = _over(watch, i, j)
    return {name: freeze(np.asarray(value, dtype=float)) for name, value in found.items()}


def _loss(watch: Watch, leaves: Sequence[Any]) -> float:
    return float(np.asarray(watch.loss(watch.at(leaves), *watch.data)).reshape(()))


def model_of(given: Model, data: Sequence[Any]) -> tuple[Callable[[Any, Any], Any], Any, Any]:
    """Return the model of `curve=` and its points x and y.

    Raises `UnsupportedValue` and `WrongArguments` for what cannot be drawn, before there is any path to draw.
    """
    curve, *points = given or (given,) if isinstance(given, tuple) else (given, *data[:2])
    if not callable(curve):
        raise UnsupportedValue(f"curve={curve!r} is no model; give a function (params, x) -> y")
    try:
        bind(curve, (None, None), {}, "")
    except WrongArguments as error:
        raise WrongArguments(
            f"curve= was given a model that cannot be called with the params and x: {error}; give "
            "curve=lambda params, x: ..., or with other points than the first two data "
            "curve=(lambda params, x: ..., x, y)"
        ) from None
    if len(points) != 2 or np.ndim(points[0]) != 1 or np.shape(points[0]) != np.shape(points[1]):
        raise UnsupportedValue(
            "curve= needs points to draw: two equally long rows x and y, as the first two data or as "
            "curve=(model, x, y)"
        )
    return curve, *points


def _curves(watch: Watch, given: Model) -> Mapping[str, Any]:
    curve, *points = model_of(given, watch.data)
    x, y = (np.asarray(p, float) for p in points)
    margin = 0.04 * (x.max() - x.min() or 1.0)
    grid = np.linspace(x.min() - margin, x.max() + margin, _GRID)

    def on(leaves: Sequence[Any], at: np.ndarray) -> np.ndarray:
        found = np.asarray(curve(watch.at(leaves), at), float)
        if found.shape not in ((), at.shape):
            raise UnsupportedValue(f"the curve has the shape {found.shape} at {at.size} places; give a number for each")
        return np.broadcast_to(found, at.shape)

    return {
        "data x": x,
        "data y": y,
        "data fit": np.array([on(leaves, x) for leaves in watch.path]),
        "curve x": grid,
        "curve y": np.array([on(leaves, grid) for leaves in watch.path]),
    }


def _range(values: np.ndarray, count: int, lone: bool) -> np.ndarray:
    """Return places around all that a parameter was, with room at both ends for the shape of the loss to show.

    A path that runs away (a learning rate that is too large) is followed for its first steps only.
    """
    values = values[np.isfinite(values)]
    while len(values) > 2 and np.ptp(values) > 40 * (np.ptp(values[: -(-len(values) // 2)]) or np.inf):
        values = values[: -(-len(values) // 2)]
    low, high = float(values.min()), float(values.max())
    room = (high - low) or max(abs(low), 1.0)
    # At the end of the path is where the loss is least: room beyond it shows the other side of the valley.
    ahead = 0.9 if lone else 0.5
    falls = values[-1] < values[0]
    return np.linspace(low - room * (ahead if falls else 0.2), high + room * (0.2 if falls else ahead), count)


def _along(watch: Watch, i: int) -> np.ndarray:
    path = np.array([leaves[i] for leaves in watch.path], float)
    places = _range(path, _GRID, True)
    lone = sum(np.asarray(v).size for v in watch.path[0]) == 1
    moments = [watch.path[0]] if lone else list(watch.path[:_MOMENTS])
    losses = [[_loss(watch, [*leaves[:i], float(v), *leaves[i + 1 :]]) for v in places] for leaves in moments]
    return np.array([places, *losses])


def _over(watch: Watch, i: int, j: int) -> np.ndarray:
    """Return a field of losses in which a unit is as long across as it is up, so that the gradient crosses its lines
    at right angles: twice as wide as it is high, of which a panel may leave out the sides."""
    across = _range(np.array([leaves[i] for leaves in watch.path], float), 2, False)
    up = _range(np.array([leaves[j] for leaves in watch.path], float), 2, False)
    span = max(up[-1] - up[0], (across[-1] - across[0]) / _LEAST_WIDE)
    across = across.mean() + np.linspace(-0.5, 0.5, round(_WIDE * _FIELD)) * _WIDE * span
    up = up.mean() + np.linspace(-0.5, 0.5, _FIELD) * span
    field = np.empty((len(up) + 1, len(across) + 1))
    field[0, 0], field[0, 1:], field[1:, 0] = 0.0, across, up
    at = list(watch.path[-1])
    for row, b in enumerate(up):
        for column, a in enumerate(across):
            at[i], at[j] = float(a), float(b)
            field[row + 1, column + 1] = _loss(watch, at)
    return field


def plain(name: str) -> str:
    """Return a name as it is typed: w₁ is w1."""
    return name.translate(_SUBSCRIPTS)


def fill(tree: Any, leaves: Iterator[Any]) -> Any:
    """Return the tree with its numbers replaced, in containers of the same kind."""
    return mapped(tree, lambda _, value: next(leaves) if is_number(value) else value)


def is_number(value: Any) -> bool:
    """Tell whether a leaf of the params is one that descent changes."""
    return isinstance(value, int | float | np.number | np.ndarray) and not isinstance(value, bool)
