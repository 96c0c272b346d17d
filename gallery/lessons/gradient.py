"""Partial derivatives make the gradient: it points up the steepest way, its negative down."""

import gradviz as gv


def loss(p):
    """An oval bowl that is lowest at (0, 0)."""
    a, b = p["a"], p["b"]
    height = a**2 / 4 + b**2
    return height


def film():
    """Return the film: two partial derivatives, then twelve steps against the gradient."""
    done = gv.descend(loss, {"a": -3.0, "b": 1.5}, lr=0.3, steps=12, over=("p.a", "p.b"))
    return gv.film(done, panels=("over",), title="Two partial derivatives, one gradient")


if __name__ == "__main__":
    print(film().save("gradient.gif"))
