"""The loss of one sigmoid neuron over weight and bias; ball_model.js has it too."""

import numpy as np

from nnlib.widgets.models.losses import LOSSES


def example_points():
    """Return 12 inputs x and targets t: 1 mostly where x is positive, with two exceptions."""
    x = np.array([-2.5, -2.0, -1.6, -1.1, -0.7, -0.3, 0.2, 0.6, 1.0, 1.4, 2.0, 2.6])
    t = np.array([0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1])
    return x, t


def compute(loss, x, t, w, b):
    """Return the mean loss and its slopes with respect to w and b, at one place or at many.

    w and b: numbers or arrays of one shape; the results have that shape.
    """
    w, b = np.asarray(w, float)[..., None], np.asarray(b, float)[..., None]
    losses, slopes = LOSSES[loss](w * x + b, t)
    return losses.mean(axis=-1), (slopes * x).mean(axis=-1), slopes.mean(axis=-1)


class NeuronLoss:
    """The loss of a sigmoid neuron on its points (n, 2), x and target: a problem of two parameters.

    loss: "MSE" or "cross-entropy". Places are of shape (..., 2), w and b.
    """

    dims = 2

    def __init__(self, loss, points):
        self.name, self.count = loss, len(points)
        self.x, self.t = np.reshape(points, (-1, 2)).T

    def loss(self, places):
        return compute(self.name, self.x, self.t, places[..., 0], places[..., 1])[0]

    def gradient(self, place, chosen):
        """The gradient (2,) at a place (2,), averaged over the chosen examples."""
        _, dw, db = compute(self.name, self.x[chosen], self.t[chosen], *place)
        return np.array([dw, db])
