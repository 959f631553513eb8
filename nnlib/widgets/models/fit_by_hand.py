"""A curve with a few parameters and points to fit it to: the loss, and ranges for sliders."""

import math

import numpy as np


def example_points():
    """Return 15 points (x, y) scattered about y = 0.6 x² − 1.2 x + 1."""
    x = np.linspace(-2, 3, 15)
    scatter = np.random.default_rng(7).normal(0, 0.45, x.size)
    return x, 0.6 * x**2 - 1.2 * x + 1 + scatter


def parabola(x, a, b, c):
    """y = a x² + b x + c."""
    return a * x**2 + b * x + c


def compute(curve, parameters, x, y):
    """Return the loss at these parameters: the mean of (curve(x) − y)², over n points."""
    return float(np.mean((curve(x, **parameters) - y) ** 2))


def round_up(value):
    """Return the next of 1, 2, 5, 10, 20, ... (and 0.5, 0.2, ...) that is not below value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= value * (1 - 1e-9))


def parabola_ranges(x, y):
    """Return (low, high) for a, b and c, wide enough for the best fit and for bad ones."""
    reach_x, reach_y = np.abs(x).max(), max(np.abs(y).max(), 1e-9)
    best = np.abs(np.linalg.lstsq(np.vander(x, 3, increasing=True), y)[0])
    c, b, a = (round_up(max(reach_y / reach_x**power, 1.5 * best[power])) for power in range(3))
    return {"a": (-a, a), "b": (-b, b), "c": (-c, c)}
