"""One neuron with two inputs, and the perceptron rule; line_model.js has the same formulas."""

from typing import NamedTuple

import numpy as np

from nnlib.datasets.toy import GATES, gate
from nnlib.widgets.models.functions import apply, name_of, table

STEPS = 100
STARTS = ("all zero", "random 1", "random 2", "random 3")
REACH = 80.0  # the learner's own activation is known from -80 to 80
Z_LINE = np.linspace(-10, 10, 401)


class Run(NamedTuple):
    """A perceptron's life: weights (steps + 1, 3) as w1, w2, b; then (steps,) each.

    looked: the row of x that a step looks at; sums: z there, before the step changes anything;
    mistakes (steps + 1,): how many of all the points are wrong at that moment.
    """

    weights: np.ndarray
    looked: np.ndarray
    sums: np.ndarray
    mistakes: np.ndarray


def learn(x, y, start, lr, steps=STEPS):
    """Return the Run of a perceptron from start (w1, w2, b) over points x (n, 2), targets y (n,).

    Each step: output = 1 if z > 0 else 0;  w += lr (y - output) x;  b += lr (y - output).
    """
    rows = np.column_stack([x, np.ones(len(x))])  # the bias is the weight of a constant 1
    weights = np.empty((steps + 1, 3))
    weights[0] = start
    looked = np.arange(steps) % len(x)
    sums = np.empty(steps)
    for step, i in enumerate(looked):
        sums[step] = tidy(weights[step] @ rows[i])
        error = y[i] - (sums[step] > 0)
        weights[step + 1] = tidy(weights[step] + lr * error * rows[i])
    outputs = tidy(weights @ rows.T) > 0
    return Run(weights, looked, sums, (outputs != y).sum(axis=1))


def tidy(values):
    """Round away what floats add: 0.1 + 0.2 - 0.3 is to be 0, since z > 0 is the question."""
    return np.round(values, 9)


def start_weights(name):
    """Return w1, w2, b at the start, by a name in STARTS: zeros, or random in -1 ... 1."""
    if name == STARTS[0]:
        return np.zeros(3)
    return np.random.default_rng(STARTS.index(name)).uniform(-1, 1, 3).round(2)


def gate_points(name):
    """The four points of AND, OR, NAND or XOR, as rows x1, x2, class."""
    x, y = gate(name.lower())
    return [[float(a), float(b), int(c)] for (a, b), c in zip(x, y, strict=True)]


GATE_NAMES = tuple(name.upper() for name in GATES)


def neuron(function, weights, x1, x2):
    """Return (z, a) of a neuron with weights (w1, w2, b): z = w1 x1 + w2 x2 + b, a = f(z)."""
    w1, w2, b = weights
    z = w1 * x1 + w2 * x2 + b
    return z, float(apply(function, np.array([z]))[0])


def own_activation(function):
    """The learner's own activation for the page: its values from -80 to 80.

    ValueError when it is no finite number for any z from -10 to 10.
    """
    if not np.isfinite(apply(function, Z_LINE)).any():
        raise ValueError(
            f"{name_of(function)}(z) is not a finite number for any z from -10 to 10. "
            "Call it on np.linspace(-10, 10, 5) and look"
        )
    values = np.nan_to_num(apply(function, np.linspace(-REACH, REACH, 6401)), posinf=0, neginf=0)
    return table(function, -REACH, REACH, values)
