"""One full iteration: forward, backward, a step against the gradient, and the loss that it leads to."""

import gradviz as gv


def loss(p, x, y):
    w, b = p["w"], p["b"]
    fit = w * x + b
    error = fit - y
    L = error**2
    return L


def film():
    """Return the film of one step of gradient descent on one point."""
    done = gv.descend(loss, {"w": 1.0, "b": 0.0}, 2.0, 5.0, lr=0.05, steps=1)
    return gv.film(done, panels=("gauge", "knobs"), title="One iteration of gradient descent")


if __name__ == "__main__":
    print(film().save("iteration.gif"))
