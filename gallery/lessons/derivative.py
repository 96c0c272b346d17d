"""What a derivative is: the slope of a secant, as its two points come together."""

from dataclasses import replace

import numpy as np

import gradviz as gv
from gradviz.picture.card import text
from gradviz.picture.panels import axes
from gradviz.picture.scene import Element, circle

X = 1.0
STEPS = (2.0, 1.0, 0.5, 0.2, 0.1, 0.01, 0.001)  # how far apart the two points are


def f(x):
    """The expression; any of one argument will do."""
    return np.sin(x) + x**2 / 4


def secant(h, x):
    """How much f rises from x to x + h, for each unit of h."""
    rise = f(x + h) - f(x)
    slope = rise / h
    return slope


class Apart:
    """In place of an optimiser: the next h of the list."""

    title = "Closer"

    def __call__(self, params, grads, memory):
        done = memory or 1
        return (STEPS[done],), done + 1


def panel(run, moment, theme, size):
    """The curve, and the line through its points at x and x + h."""
    grid = np.linspace(X - 1.2, X + 2.4, 90)
    plot, around = axes.plot(size, theme, (grid[0], grid[-1]), axes.padded(run.series["f"]), names=("x", "f(x)"))
    h = float(run.series["path h"][min(axes.updates(moment), len(STEPS) - 1)])
    y0, y1 = (float(v) for v in (f(X), f(X + h)))
    slope = (y1 - y0) / h
    marks = [*axes.polyline(plot.line(grid, run.series["f"]), theme.value, 2.0)]
    marks += axes.polyline(plot.line(grid[[0, -1]], y0 + slope * (grid[[0, -1]] - X)), theme.ink, 2.0)
    for a, b in ((X, y0), (X + h, y1)):
        marks.append(circle(plot.x(a), plot.y(b), 5, fill=theme.ink, stroke=theme.panel, line=1.5))
    said = text(size[0] - axes.PAD, 25, f"h = {h:g}   slope {axes.value_text(slope)}", 12, theme.ink, anchor="end")
    return axes.scene(size, theme, "secant", (around, Element("secant", "panel", tuple(marks))), (said,))


def film():
    """Return the film: seven secants, one frame each, and the derivative that they come to."""
    done = gv.descend(secant, STEPS[0], X, optimizer=Apart(), steps=len(STEPS) - 1, keep=1)
    # The question is the slope, not how it depends on h: only the forward sweeps are shown.
    sweeps = tuple(s for s in done.run.sweeps if s.kind != "backward")
    grid = np.linspace(X - 1.2, X + 2.4, 90)
    exact = gv.grad(f)(X)
    run = replace(done.run, sweeps=sweeps, series={**done.run.series, "f": f(grid)})
    return gv.film(run, panels=(panel,), depth=0, title=f"f(x) = sin x + x²/4: the slope at x = 1 comes to {exact:.4f}")


if __name__ == "__main__":
    print(film().save("derivative.gif"))
