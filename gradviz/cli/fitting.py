"""The Curve Fitter 6000: a polynomial fitted to points by gradient descent, as a film."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..calculus.descend import Descent, descend
from ..calculus.optimisers import Momentum
from ..calculus.trace import Var
from ..errors import UnknownName
from ..film import Film, film
from ..picture.numbers import number, trim
from ..picture.panels import Curve, Gauge, Knobs, Losses
from ..record import Run, Sweep, Value, freeze

#: Within this part of the least loss there is, a fit counts as done.
CLOSE = 0.01
_LEAST_STEPS, _MOST_STEPS = 20, 2_000
_POWERS_UP_TO = 1e4  # the condition of the powers' curvature beyond which Chebyshev polynomials are taken
_LARGEST = 1e100
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def loss(k: Any, X: Any, y: Any) -> Any:
    """Return the mean squared error of X @ k."""
    fit = _called("fit", X @ k)
    error = _called("error", fit - y)
    return _called("L", np.mean(error**2))


def _called(name: str, value: Any) -> Any:
    """Name a traced value: code inside the package is not read for names."""
    if isinstance(value, Var):
        value.name = name
    return value


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted curve: its film, the knobs at the end, and how close they came.

    best    the least loss there is, by numpy.linalg.lstsq
    said    what a reader should know: how the inputs were scaled, and why
    plan    how they were scaled, and the basis that the knobs are of
    """

    film: Film
    knobs: np.ndarray
    loss: float
    best: float
    steps: int
    said: tuple[str, ...]
    plan: Plan


@dataclass(frozen=True, eq=False)
class Plan:
    """Points ready to be fitted: the scaled places, the basis at them, and how fast descent may go.

    middle, half   x was (place − middle) / half
    powers         whether the basis is 1, x, x² ...; else Chebyshev polynomials
    best           the least loss there is
    """

    x: np.ndarray
    y: np.ndarray
    degree: int
    middle: float
    half: float
    powers: bool
    X: np.ndarray
    start: np.ndarray
    rate: float
    momentum: float
    best: float

    @property
    def scaled(self) -> bool:
        return bool(self.middle) or self.half != 1

    def basis(self, x: Any) -> np.ndarray:
        return _basis(x, self.degree, self.powers)

    def curve(self, k: Any, x: Any) -> Any:
        """The model on any places, for the panel."""
        return self.basis(x) @ k

    def optimiser(self) -> Momentum:
        return Momentum(self.rate, self.momentum)


def _basis(x: Any, degree: int, powers: bool) -> np.ndarray:
    make = np.polynomial.polynomial.polyvander if powers else np.polynomial.chebyshev.chebvander
    return np.asarray(make(np.asarray(x, float), degree))


def plan(places: np.ndarray, values: np.ndarray, degree: int) -> Plan:
    """Scale the places to −1 ... 1, and choose a basis and a learning rate from the loss's curvature.

    The loss is a bowl whose curvature is that of 2 XᵀX / n, and momentum of 0.9 or more may go as fast as the steepest
    direction allows (Polyak 1964). Raises `UnknownName` where there are too few places for the degree.
    """
    different = len(np.unique(places))
    if different <= degree:
        raise UnknownName(
            f"a curve of degree {degree} needs at least {degree + 1} different places, and there are {different}; "
            f"choose --degree {different - 1}{' or less' if different > 1 else ''}"
        )
    if max(np.abs(places).max(), np.abs(values).max()) > _LARGEST:
        raise UnknownName(
            f"the numbers go up to {max(np.abs(places).max(), np.abs(values).max()):.3g}, and their squares would be "
            f"more than a number can hold; give them in a larger unit, at most {_LARGEST:.0e}"
        )
    low, high = float(places.min()), float(places.max())
    middle, half = (low + high) / 2, (high - low) / 2 or 1.0
    x = (places - middle) / half
    powers = True
    X = _basis(x, degree, powers)
    bends = np.linalg.eigvalsh(2 * X.T @ X / len(x))
    if bends[-1] > _POWERS_UP_TO * bends[0]:
        powers = False
        X = _basis(x, degree, powers)
        bends = np.linalg.eigvalsh(2 * X.T @ X / len(x))
    root = math.sqrt(bends[-1] / max(bends[0], 1e-12 * bends[-1]))
    beta = min(max(0.9, ((root - 1) / (root + 1)) ** 2), 0.999)
    rate = 0.5 * (1 + math.sqrt(beta)) ** 2 / bends[-1]
    start = np.zeros(degree + 1)
    start[0] = _rough(float(values.mean()))
    least = np.linalg.lstsq(X, values, rcond=None)[0]
    best = float(np.mean((X @ least - values) ** 2))
    return Plan(x, values, degree, middle, half, powers, X, start, rate, beta, best)


def _rough(value: float) -> float:
    """Return a number to one digit: where a hand would set the first knob."""
    return float(f"{value:.0e}") if math.isfinite(value) else 0.0


def steps_for(p: Plan, start: np.ndarray) -> int:
    """Return how many steps descent needs from a start until its loss is close to the least there is."""
    scale = float(np.mean(p.y**2)) or 1.0

    def done(error: float) -> bool:
        return error <= (1 + CLOSE / 2) * p.best + 1e-9 * scale

    k, memory, rule, count = start, None, p.optimiser(), 0
    settled = 0
    while count < _MOST_STEPS and settled < 5:  # momentum swings: it must have settled
        off = p.X @ k - p.y
        settled = settled + 1 if done(float(np.mean(off**2))) else 0
        (k,), memory = rule((k,), (2 * p.X.T @ off / len(p.y),), memory)
        count += 1
    return max(_LEAST_STEPS, count)


def letter(p: Plan, name: str) -> str:
    """Return what formulas call the scaled places: x, or u where x is what the table calls its own."""
    return "u" if p.scaled and name == "x" else "x"


def scaling(p: Plan, name: str) -> str:
    """Say how the places were scaled: "x = (month − 6.5) / 5.5"; "x = month" where they were not."""
    if not p.scaled:
        return name if name == "x" else f"x = {name}"
    shift = f"{name} {'−' if p.middle >= 0 else '+'} {trim(number(abs(p.middle)))}" if p.middle else name
    if p.half != 1:
        shift = f"({shift}) / {trim(number(p.half))}" if p.middle else f"{shift} / {trim(number(p.half))}"
    return f"{letter(p, name)} = {shift}"


def formula(p: Plan, x: str = "x") -> str:
    """Write the curve: k₀ + k₁x + … + k₅x⁵."""

    def term(i: int) -> str:
        power = _power(x, i)
        if not p.powers:
            power = "" if i == 0 else f"T{str(i).translate(_SUBSCRIPTS)}({x})"
        return f"k{str(i).translate(_SUBSCRIPTS)}{power}"

    places = range(p.degree + 1) if p.degree < 3 else (0, 1, p.degree)
    words = [term(i) for i in places]
    if len(words) < p.degree + 1:
        words.insert(2, "…")
    return " + ".join(words)


def _power(x: str, i: int) -> str:
    return "" if i == 0 else x if i == 1 else f"{x}{str(i).translate(_SUPERSCRIPTS)}"


def in_own_units(found: Fit, names: tuple[str, str]) -> str:
    """Write the fitted curve over the table's own numbers: temperature = 39.93 − 1.2·month + 0.4·month².

    It has as few digits as give the curve to a thousandth of its height; "" where no 17 do, as powers of large places
    with a high degree cancel.
    """
    p = found.plan
    series: type[Any] = np.polynomial.Polynomial if p.powers else np.polynomial.Chebyshev
    fitted = series(found.knobs, domain=[p.middle - p.half, p.middle + p.half])
    own = fitted.convert(domain=[-1, 1], kind=np.polynomial.Polynomial).coef
    at = np.linspace(p.middle - p.half, p.middle + p.half, 201)
    true = fitted(at)
    near = 1e-3 * (float(np.ptp(true)) or float(np.abs(true).max()))
    for digits in range(4, 18):
        rounded = [float(f"{v:.{digits}g}") for v in own]
        if np.abs(np.polynomial.polynomial.polyval(at, rounded) - true).max() <= near:
            break
    else:
        return ""
    x = names[0] if names[0].isidentifier() and len(names[0]) <= 12 else "t"
    words = ""
    for i, value in enumerate(rounded):
        sign = (" − " if value < 0 else " + ") if words else "−" if value < 0 else ""
        if value or not i:
            words += f"{sign}{abs(value):.{digits}g}{'·' if i else ''}{_power(x, i)}"
    return f"{names[1]} = {words}" + (f", where t is {names[0]}" if x != names[0] and x in words else "")


def fit(
    places: Sequence[float],
    values: Sequence[float],
    degree: int = 5,
    *,
    names: tuple[str, str] = ("x", "y"),
    steps: int | None = None,
    story: bool = False,
    title: str = "",
    **look: Any,
) -> Fit:
    """Fit a polynomial to points by gradient descent, and make the film of it.

    places, values  the points
    degree          of the polynomial
    names           of the two columns
    steps           of descent; None for as many as it takes to come within 1 % of the least loss
    story           begin by hand: knobs are turned first blindly, then by their derivatives
    title, look     of the film, as for `gradviz.film`

    >>> found = fit([0, 1, 2, 3], [1, 3, 5, 7], 1)
    >>> found.loss < 1e-6
    True
    """
    p = plan(np.asarray(places, float), np.asarray(values, float), degree)
    curve = (p.curve, p.x, p.y)
    start = p.start
    before: Descent | None = None
    if story:
        hand = _Hand(p)
        before = descend(loss, start, p.X, p.y, optimizer=hand, steps=hand.count, keep=1, curve=curve)
        start = before.params
    count = steps_for(p, start) if steps is None else steps
    rest = descend(loss, start, p.X, p.y, optimizer=p.optimiser(), steps=count, curve=curve)
    run = rest.run if before is None else _joined(before.run, rest.run, _Hand.BLIND)
    x = letter(p, names[0])
    why = f"{scaling(p, names[0])} runs from −1 to 1: no power of {x} exceeds 1"
    said = [f"{why}, so that one learning rate suits every knob"]
    if not p.powers:
        said.append(
            f"for degree {degree} the powers of {x} are too much alike; Chebyshev polynomials stand in their place"
        )
    panels = (
        Curve(names[0], names[1], (p.middle, p.half), note=why),
        Gauge() if story else Losses(),
        Knobs(),
    )
    # The axis has the table's own numbers, so the formula over it is wrong without what its x is.
    where = f",  {scaling(p, names[0])}" if scaling(p, names[0]) != x else ""
    title = title or f"{names[1]} ≈ {formula(p, x)}{where}"
    return Fit(
        film(run, panels=panels, title=title, **look), np.asarray(rest.params), rest.loss, p.best, count,
        (*said, *rest.said), p,
    )  # fmt: skip


class _Hand:
    """An optimiser that turns knobs as a person would: blindly at first, one at a time, then by their derivatives."""

    BLIND, AIDED = 5, 3
    title = "By hand"

    def __init__(self, p: Plan) -> None:
        self.plan = p
        self.turn = _rough(float(p.y.std())) or 1.0
        self.count = self.BLIND + self.AIDED

    def __call__(self, params: tuple[Any, ...], grads: tuple[Any, ...], memory: Any) -> tuple[tuple[Any, ...], Any]:
        (k,), (g,) = params, grads
        done = memory or 0
        if done < self.BLIND:
            which = min((1, 1, 2, 2, 0)[done], self.plan.degree)
            # The second turn of a knob goes to the other side if the first made it worse, else further.
            worse = done % 2 == 1 and self._error(k) > self._error(
                np.where(np.arange(len(k)) == which, self.plan.start, k)
            )
            size = self.turn * (-2 if worse else 1)
        else:
            which = int(np.argmax(np.abs(g)))
            size = -math.copysign(self.turn / 2, g[which])
        moved = np.array(k)
        moved[which] += size
        return (moved,), done + 1

    def _error(self, k: Any) -> float:
        return float(np.mean((self.plan.X @ k - self.plan.y) ** 2))


def _joined(hand: Run, rest: Run, blind: int) -> Run:
    """Put what was turned by hand before a descent: each turn is an iteration of its own, with the loss after it.

    The first `blind` turns have no derivatives; before each further one they are shown.
    """
    by: dict[int, dict[str, Sweep]] = {}
    for s in hand.sweeps:
        by.setdefault(s.iteration, {})[s.kind] = s
    count = len(by) - 1
    sweeps: list[Sweep] = []
    losses: list[float] = []
    n = 0

    def put(label: str, *parts: Sweep) -> None:
        nonlocal n
        n += 1
        sweeps.extend(replace(s, iteration=n, label=label) for s in parts)

    def at(i: int) -> float:
        return float(np.asarray(hand.series["loss"])[i - 1])

    turns = [replace(by[i]["update"], label="") for i in range(1, count + 1)]
    for i, turn in enumerate(turns, 1):
        label = "By hand" if i <= blind else "With derivatives"
        if i == 1:
            put(label, by[1]["forward"])
            losses.append(at(1))
        if i > blind:
            put(label, by[i]["forward"], by[i]["backward"])
            losses.append(at(i))
        put(label, turn, by[i + 1]["forward"])
        losses.append(at(i + 1))
    sweeps += (replace(s, iteration=s.iteration + n) for s in rest.sweeps)
    series: dict[str, Value] = dict(rest.series)
    for name, value in rest.series.items():
        if name in ("data x", "data y", "curve x"):
            continue
        first, then = np.asarray(hand.series[name]), np.asarray(value)
        series[name] = freeze(np.concatenate([first[:-1] if name != "loss" else np.array(losses), then]))
    return Run(rest.graph, tuple(sweeps), series, rest.sources)


def coefficients(found: Fit) -> Mapping[str, float]:
    """Return the knobs by name."""
    return {f"k{i}": float(v) for i, v in enumerate(found.knobs)}
