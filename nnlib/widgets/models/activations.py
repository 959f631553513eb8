"""Activation functions and the slopes at one z; activations_model.js has the same formulas."""

import numpy as np

from nnlib.widgets.models.functions import ACTIVATIONS, apply, name_of, table

SIDE = 6.0  # z goes from -6 to 6
GRID = np.linspace(-SIDE, SIDE, 1201)  # steps of 0.01
H = 1e-4  # how far the slopes look to the left and to the right
KNOWN = (*ACTIVATIONS, "leaky ReLU")


def leaky_relu(z, leak=0.01):
    """z where z > 0, else leak × z."""
    return np.where(z > 0, z, leak * z)


def measure(function, z):
    """Return (values, left slopes, right slopes) of the function at z, each of z's shape.

    Left and right agree but for about 1e-4 where the function is smooth.
    """
    here = apply(function, z)
    with np.errstate(all="ignore"):
        left = (here - apply(function, z - H)) / H
        right = (apply(function, z + H) - here) / H
    return here, left, right


def slopes_between(left, right):
    """The slope along a line of points; NaN, a gap in its curve, where it jumps."""
    jump = np.abs(left - right) > 0.01 * (1 + np.abs(left) + np.abs(right))
    return np.where(jump, np.nan, (left + right) / 2)


def kind_of_point(value, left, right):
    """Say what the function does at one z: "smooth", "corner", "jump" or "undefined"."""
    if not np.isfinite([value, left, right]).all():
        return "undefined"
    if abs(left - right) <= 0.01 * (1 + abs(left) + abs(right)):
        return "smooth"
    return "jump" if max(abs(left), abs(right)) > 1000 else "corner"


def own_tables(function, name):
    """A function of the learner's own for the page: its name; values and slopes on GRID.

    ValueError when it is not a finite number anywhere there.
    """
    found = measure(function, GRID)
    if not np.isfinite(found[0]).any():
        raise ValueError(
            f"{name_of(function)}(z) gives no finite number for any z from −6 to 6. "
            "Call it on np.linspace(-6, 6, 5) and look"
        )
    parts = [table(function, -SIDE, SIDE, values) for values in found]
    return {"name": name} | dict(zip(("value", "left", "right"), parts, strict=True))


def limits(curves, most):
    """Return (low, high) that hold the curves and 0, but go no further than `most` from 0."""
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    low = max(-most, min(0.0, values.min(initial=0.0)))
    high = min(most, max(0.0, values.max(initial=0.0)))
    margin = 0.1 * (high - low) or 1.0
    return low - margin, high + margin
