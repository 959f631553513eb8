"""Losses of one prediction by the logit: MSE, cross-entropy, and one of your own."""

import numpy as np

from nnlib.nn.functional import sigmoid
from nnlib.widgets.models.functions import name_of, table

STEP = 1e-4  # of the logit, for the slope of the learner's own loss


def squared_error(z, target):
    """(p - t)² and its slope with respect to the logit, 2 (p - t) p (1 - p); p = sigmoid(z)."""
    p = sigmoid(z)
    return (p - target) ** 2, 2 * (p - target) * p * (1 - p)


def cross_entropy(z, target):
    """-t log p - (1 - t) log(1 - p) from the logit, and its slope p - t."""
    loss = np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))
    return loss, sigmoid(z) - target


def own_loss(function):
    """Return a function (z, target) -> (loss, slope) for a learner's loss of (p, target)."""

    def compute(z, target):
        def loss(z):
            p = sigmoid(z)
            with np.errstate(all="ignore"):  # infinities are shown, not warned of
                try:
                    out = function(p, target)
                except (TypeError, ValueError):
                    out = np.reshape([function(float(q), target) for q in np.ravel(p)], p.shape)
            out = np.asarray(out, float)
            if out.shape != p.shape:
                raise ValueError(
                    f"{name_of(function)}(p, target) got p of shape {p.shape} and returned shape "
                    f"{out.shape}. Return one loss for every number in p, do not average"
                )
            return out

        z = np.asarray(z, float)
        with np.errstate(invalid="ignore"):
            return loss(z), (loss(z + STEP) - loss(z - STEP)) / (2 * STEP)

    return compute


LOSSES = {"MSE": squared_error, "cross-entropy": cross_entropy}


def own_tables(function, z):
    """The learner's own loss for the page: its name, and tables of loss and slope for both targets.

    ValueError when it is no finite number for any logit in z, evenly spaced, or of another shape.
    """
    compute, targets = own_loss(function), []
    for target in (0, 1):
        found = compute(z, target)
        if not np.isfinite(found[0]).any():
            raise ValueError(
                f"{name_of(function)}(p, {target}) is not a finite number for any p. "
                "Call it on np.linspace(0.1, 0.9, 5) and look"
            )
        tables = [table(function, z[0], z[-1], values) for values in found]
        targets.append(dict(zip(("loss", "slope"), tables, strict=True)))
    return {"name": f"{name_of(function)} (yours)", "targets": targets}
