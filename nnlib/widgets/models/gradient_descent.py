"""Gradient descent on a loss of one or two parameters: the losses, and the path."""

import numpy as np

from nnlib.widgets.base.numbers import short
from nnlib.widgets.models.functions import apply

SIDE = 3.0  # parameters are drawn from -3 to 3
MOST = 60  # steps
LIMIT = 1e4  # a parameter beyond this has diverged, and the descent is stopped
N = 40  # examples
GRID = np.linspace(-SIDE, SIDE, 241)


def line_points(dims):
    """The 40 examples (40, 2) about a line: the same every time."""
    rng = np.random.default_rng(6)
    x = np.linspace(0, 2, N)
    return np.column_stack([x, x - (0.5 if dims == 2 else 0.0) + 0.5 * rng.standard_normal(N)])


class LineLoss:
    """L = mean (w x + b - y)² over 40 examples; of w alone (dims 1, b = 0) or of w and b (dims 2).

    points: examples of your own, rows x, y.

    Points are of shape (..., dims).
    """

    def __init__(self, dims, points=()):
        x, y = np.reshape(points, (-1, 2)).T if len(points) else line_points(dims).T
        self.dims, self.count = dims, len(x)
        self.inputs = np.column_stack([x, np.ones(self.count)])[:, :dims]
        self.targets = y

    def loss(self, points):
        return np.mean((points @ self.inputs.T - self.targets) ** 2, axis=-1)

    def gradient(self, point, chosen):
        """The gradient (dims,) at a point (dims,), averaged over the chosen examples."""
        x = self.inputs[chosen]
        return 2 * (x @ point - self.targets[chosen]) @ x / len(x)


class TwoValleys:
    """L = (w² - 1)² + 0.3 w + 0.4; each of 40 examples tilts it in its own way, on average not."""

    dims = 1

    def __init__(self):
        tilt = np.random.default_rng(7).normal(0, 4.5, N)
        self.tilt = tilt - tilt.mean()

    def loss(self, points):
        w = points[..., 0]
        return (w**2 - 1) ** 2 + 0.3 * w + 0.4

    def gradient(self, point, chosen):
        return 4 * point * (point**2 - 1) + 0.3 + self.tilt[chosen].mean()


class OwnLoss:
    """The learner's own function of w; its slope from two points close by, no examples."""

    dims = 1

    def __init__(self, function):
        self.function = function

    def loss(self, points):
        return apply(self.function, points[..., 0])

    def gradient(self, point, chosen):
        h = 1e-4
        above, below = self.loss(np.stack([point + h, point - h]))
        slope = (above - below) / (2 * h)
        if not np.isfinite(slope):
            raise ValueError(f"your loss has no slope at w = {short(point[0])}; start elsewhere")
        return np.array([slope])


def batches(batch_size, steps, seed, count=N):
    """Yield the examples of each step: every epoch all of them in a new order, cut into batches.

    The order is drawn by a generator that is short in JavaScript too (Numerical Recipes' LCG).
    """
    drawn = seed * 2654435761 % 2**32
    left = []
    for _ in range(steps):
        if not left:
            left = list(range(count))
            for i in range(count - 1, 0, -1):
                drawn = (drawn * 1664525 + 1013904223) % 2**32
                j = int(drawn / 2**32 * (i + 1))
                left[i], left[j] = left[j], left[i]
        yield np.array(left[:batch_size])
        left = left[batch_size:]


def trajectory(problem, start, lr, steps, batch_size=N, seed=0):
    """Return (path, gradients), (steps + 1, dims) and (steps, dims): p <- p - lr * gradient.

    Both are shorter when the path diverges: it ends at the first point beyond LIMIT.
    """
    path, gradients = [np.asarray(start, float)], []
    count = getattr(problem, "count", N)
    for chosen in batches(batch_size, steps, seed, count):
        if not np.abs(path[-1]).max() <= LIMIT:
            break
        gradients.append(problem.gradient(path[-1], chosen))
        path.append(path[-1] - lr * gradients[-1])
    return np.array(path), np.array(gradients).reshape(-1, problem.dims)
