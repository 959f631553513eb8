"""What exercise 10.5 measures with: ten layers of swish."""

import functools

import numpy as np


def swish(z):
    """z times its sigmoid."""
    return z * (0.5 + 0.5 * np.tanh(z / 2))


@functools.cache
def ten_swish_layers(std):
    """Send random numbers through ten layers of 100 swish neurons; return two comparisons.

    std: the standard deviation of the weights; biases are 0. The first: how many times as large the
    numbers are after ten layers as at first. The second: the gradient of the weights of layer 1,
    divided by that of layer 10. Size means root mean square; five draws, and their middle.
    """
    draws = []
    for draw in range(5):
        rng = np.random.default_rng(draw)
        a = at_first = rng.standard_normal((32, 100))
        seen = []
        with np.errstate(all="ignore"):
            for _ in range(10):
                w = std * rng.standard_normal((100, 100))
                z = a @ w.T
                open_by = 0.5 + 0.5 * np.tanh(z / 2)
                seen.append((a, w, open_by + z * open_by * (1 - open_by)))
                a = swish(z)
            blame, sizes = rng.standard_normal((32, 100)), []
            for before, w, slope in reversed(seen):
                blame = blame * slope
                sizes.append(np.sqrt(np.mean((blame.T @ before) ** 2)))
                blame = blame @ w
            signal = np.sqrt(np.mean(a**2)) / np.sqrt(np.mean(at_first**2))
            draws.append((signal, sizes[-1] / sizes[0]))
    signal, gradient = np.median(draws, axis=0)
    return float(signal), float(gradient)
