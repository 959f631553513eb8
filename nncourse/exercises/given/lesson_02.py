"""What exercise 02.4 hands to an answer: activations and a wave to learn."""

import functools

import numpy as np

ACTIVATIONS = {  # name: (function, slope)
    "none": (lambda z: z, np.ones_like),
    "step": (lambda z: np.where(z > 0, 1.0, 0.0), np.zeros_like),
    "sigmoid": (
        lambda z: 0.5 + 0.5 * np.tanh(z / 2),  # the same, and never overflows
        lambda z: 0.25 - 0.25 * np.tanh(z / 2) ** 2,
    ),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky ReLU": (
        lambda z: np.where(z > 0, z, 0.01 * z),
        lambda z: np.where(z > 0, 1.0, 0.01),
    ),
}


def wave():
    """31 points of a wave between -1 and 2, over x from -3 to 3: x (31, 1), y (31, 1)."""
    x = np.linspace(-3, 3, 31)[:, None]
    return x, 0.5 + 1.5 * np.sin(1.5 * x)


@functools.cache
def teach_wave(hidden, output, start):
    """Teach the wave to a 1-16-1 network for 500 rounds; return its loss and its dead neurons.

    hidden, output: names in ACTIVATIONS; start: a whole number, the seed of the initial weights.
    The loss is the mean squared gap, infinite if the numbers overflowed. A hidden neuron is dead
    when its slope is 0 for every x.
    """
    for name in (hidden, output):
        if name not in ACTIVATIONS:
            raise ValueError(f"An activation is one of {', '.join(ACTIVATIONS)}; got {name!r}.")
    (f, f_slope), (g, g_slope) = ACTIVATIONS[hidden], ACTIVATIONS[output]
    x, y = wave()
    rng = np.random.default_rng(start)
    w1, b1 = rng.normal(0, 1, (16, 1)), rng.normal(0, 1, 16)
    w2, b2 = rng.normal(0, 1 / 4, (1, 16)), np.zeros(1)
    lr = 0.05
    with np.errstate(all="ignore"):
        for _ in range(500):
            z1 = x @ w1.T + b1
            a1 = f(z1)
            z2 = a1 @ w2.T + b2
            d2 = 2 * (g(z2) - y) / len(x) * g_slope(z2)
            d1 = d2 @ w2 * f_slope(z1)
            w2, b2 = w2 - lr * d2.T @ a1, b2 - lr * d2.sum(axis=0)
            w1, b1 = w1 - lr * d1.T @ x, b1 - lr * d1.sum(axis=0)
        z1 = x @ w1.T + b1
        loss = np.mean((g(f(z1) @ w2.T + b2) - y) ** 2)
    dead = int((f_slope(z1) == 0).all(axis=0).sum())
    return (float(loss) if np.isfinite(loss) else float("inf")), dead
