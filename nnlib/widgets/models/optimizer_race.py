"""A race of optimizers: six losses of two parameters, and where SGD, momentum and others go."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib import optim
from nnlib.nn import Parameter
from nnlib.widgets.models.functions import name_of

SIDE = 5.0  # x and y are drawn from -5 to 5
MOST = 100  # steps
LIMIT = 1e4  # a coordinate beyond this has diverged, and the optimizer is stopped
GRID = np.linspace(-SIDE, SIDE, 101)


@dataclass(frozen=True)
class Surface:
    """A loss of two parameters, loss(x, y) of arrays, and its slopes, gradient(x, y) of numbers.

    `lowest`: the places where it is lowest, () if unknown.
    """

    formula: str
    loss: Callable
    gradient: Callable
    lowest: tuple = ()


def tilted(x, y):
    return ((x + y) ** 2 + 50 * (y - x) ** 2) / 40


def tilted_gradient(x, y):
    along, across = (x + y) / 20, 2.5 * (y - x)
    return along - across, along + across


def bend_gradient(x, y):
    above = y - x**2 / 2
    return (x - 2) / 2 - 2 * x * above, 2 * above


def plateau_gradient(x, y):
    dx, dy = tilted_gradient(x, y)
    flatter = (1 + tilted(x, y)) ** 2
    return dx / flatter, dy / flatter


# the same formulas, in the same order, are in optimizer_race_model.js
SURFACES = {
    "bowl": Surface(
        "x² + 3y²",
        lambda x, y: x**2 + 3 * y**2,
        lambda x, y: (2 * x, 6 * y),
        ((0, 0),),
    ),
    "long valley": Surface(
        "(x² + 50y²) / 20",
        lambda x, y: (x**2 + 50 * y**2) / 20,
        lambda x, y: (x / 10, 5 * y),
        ((0, 0),),
    ),
    "tilted valley": Surface("((x + y)² + 50(y − x)²) / 40", tilted, tilted_gradient, ((0, 0),)),
    "bend": Surface(
        "(x − 2)² / 4 + (y − x² / 2)²",
        lambda x, y: (x - 2) ** 2 / 4 + (y - x**2 / 2) ** 2,
        bend_gradient,
        ((2, 2),),
    ),
    "saddle": Surface(
        "x² / 2 + (y² − 9)² / 36",
        lambda x, y: x**2 / 2 + (y**2 - 9) ** 2 / 36,
        lambda x, y: (x, y * (y**2 - 9) / 9),
        ((0, -3), (0, 3)),
    ),
    "plateau": Surface(
        "q / (1 + q), q the tilted valley",
        lambda x, y: tilted(x, y) / (1 + tilted(x, y)),
        plateau_gradient,
        ((0, 0),),
    ),
}

# name: what makes the optimizer of nnlib, from parameters, learning rate and momentum
OPTIMIZERS = {
    "SGD": lambda params, lr, momentum: optim.SGD(params, lr),
    "momentum": lambda params, lr, momentum: optim.SGD(params, lr, momentum),
    "RMSProp": lambda params, lr, momentum: optim.RMSprop(params, lr),
    "Adam": lambda params, lr, momentum: optim.Adam(params, lr, betas=(momentum, 0.999)),
}


def trajectory(surface, name, lr, momentum=0.9, start=(4.0, 3.0), steps=MOST):
    """Where an optimizer of nnlib goes on a Surface: array (steps + 1, 2), the start first.

    Shorter when it diverges: it ends with the first point beyond LIMIT. `momentum` is the μ of
    "momentum" and the β1 of "Adam".
    """
    p = Parameter(start, np.float64)
    optimizer = OPTIMIZERS[name]([p], lr, momentum)
    path = [p.data.tolist()]
    for _ in range(steps):
        x, y = path[-1]
        if not (abs(x) <= LIMIT and abs(y) <= LIMIT):
            break
        p.grad = np.array(surface.gradient(x, y))
        optimizer.step()
        path.append(p.data.tolist())
    return np.array(path)


def diverged(path):
    """Whether a path ended beyond LIMIT."""
    return not np.abs(path[-1]).max() <= LIMIT


def own_name(function):
    """The name of the learner's function, f for one that has none."""
    return name_of(function).replace("<lambda>", "f")


def own_surface(function):
    """The learner's f(x, y) as a Surface; its slopes come from points close by.

    ValueError when f does not return one number for every pair of numbers.
    """
    name = own_name(function)

    def loss(x, y):
        with np.errstate(all="ignore"):  # infinities are shown, not warned of
            try:
                out = np.asarray(function(x, y), dtype=float)
            except (TypeError, ValueError):  # it takes numbers, no arrays
                pairs = zip(np.ravel(x), np.ravel(y), strict=True)
                out = np.array([function(float(a), float(b)) for a, b in pairs], dtype=float)
                out = out.reshape(np.shape(x)) if out.size == np.size(x) else out
        if out.shape == ():  # a constant
            out = np.full(np.shape(x), float(out))
        if out.shape != np.shape(x):
            raise ValueError(
                f"{name}(x, y) got x and y of shape {np.shape(x)} and returned shape {out.shape}. "
                "Return one number for every x and y"
            )
        return out

    h = 1e-5
    around_x, around_y = np.array([h, -h, 0, 0]), np.array([0, 0, h, -h])

    def gradient(x, y):
        right, left, up, down = loss(x + around_x, y + around_y).tolist()
        slopes = ((right - left) / (2 * h), (up - down) / (2 * h))
        if not all(map(math.isfinite, slopes)):
            raise ValueError(f"{name} has no slope at ({x:.3g}, {y:.3g}). Start elsewhere")
        return slopes

    return Surface("", loss, gradient)
