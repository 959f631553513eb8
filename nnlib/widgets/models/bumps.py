"""A function from hidden units: two steep sigmoids make a bump; bumps_model.js has the same."""

import numpy as np

from nnlib.widgets.models.functions import apply, relu, sigmoid

BUMP, TENT = "bumps of two sigmoids", "tents of three ReLUs"
X = np.linspace(-0.25, 1.25, 451)
INSIDE = (X >= 0) & (X <= 1)  # the promise is made for 0 to 1 and nothing beyond


def wave(x):
    """A slow wave and a faster one."""
    return 0.6 * np.sin(2 * np.pi * x) + 0.4 * np.cos(5 * np.pi * x)


def peak(x):
    """A narrow peak in the middle."""
    return 1.6 * np.exp(-150 * (x - 0.45) ** 2) - 0.3


def jump(x):
    """Not continuous: it jumps at 0.52."""
    return np.where(x < 0.52, -0.8, 0.9)


TARGETS = {"wave": wave, "peak": peak, "jump": jump}


def centres(kind, n):
    """Return the x at which each of the n bumps reads the target."""
    if kind == TENT and n > 1:
        return np.linspace(0, 1, n)
    return (np.arange(n) + 0.5) / n


def read_off(target, kind, n):
    """Return the heights of n bumps that take the target's value in their middle.

    ValueError when one of them is not a finite number.
    """
    heights = apply(target, centres(kind, n))
    if not np.isfinite(heights).all():
        raise ValueError("the target is not a finite number everywhere between 0 and 1")
    return heights


def network(kind, heights, steepness):
    """Return (w, b, v), each (units,): hidden weights and biases, and the output weights.

    The network is y = Σ v f(w x + b), with f the sigmoid (two units a bump) or ReLU (three a tent).
    """
    heights = np.asarray(heights, float)
    n = len(heights)
    if kind == BUMP:
        edges = np.stack([np.arange(n), np.arange(1, n + 1)], axis=1) / n
        edges[0, 0] -= 1 / n  # the outer ones begin and end beyond the border, where half of a
        edges[-1, 1] += 1 / n  # bump would be missing
        w = np.full(2 * n, float(steepness))
        return w, -w * edges.ravel(), np.outer(heights, [1, -1]).ravel()
    width = 1 / (n - 1) if n > 1 else 0.5
    edges = centres(kind, n)[:, None] + width * np.array([-1, 0, 1])
    return np.ones(3 * n), -edges.ravel(), np.outer(heights, [1, -2, 1]).ravel() / width


def compute(kind, heights, steepness, x=X):
    """Return (y, parts): the network's output (len(x),), and what each bump adds (n, len(x))."""
    w, b, v = network(kind, heights, steepness)
    function = sigmoid if kind == BUMP else relu
    units = v[:, None] * function(w[:, None] * x + b[:, None])
    parts = units.reshape(len(heights), -1, len(x)).sum(axis=1)
    return parts.sum(axis=0), parts
