"""Activation functions as the explorers use them: plain NumPy, or the learner's own."""

import numpy as np

from nnlib.nn.functional import sigmoid


def step(z):
    """1 where z > 0, else 0."""
    return (z > 0).astype(float)


def relu(z):
    """z where z > 0, else 0."""
    return np.maximum(z, 0)


ACTIVATIONS = {"step": step, "sigmoid": sigmoid, "tanh": np.tanh, "ReLU": relu}


def name_of(function):
    """Return the name to show for a function or a layer."""
    return getattr(function, "__name__", type(function).__name__)


def apply(function, z):
    """Return function(z) as floats of z's shape, number by number if it takes no array.

    ValueError when the result has another shape or is not made of numbers.
    """
    with np.errstate(all="ignore"):  # infinities of a learner's function are shown, not warned of
        try:
            out = function(z)
        except (TypeError, ValueError):
            out = np.reshape([function(float(one)) for one in np.ravel(z)], np.shape(z))
    try:
        out = np.asarray(out, dtype=float)
    except (TypeError, ValueError):
        out = None
    if out is not None and out.ndim == 0 and np.size(z) == 1:
        out = out.reshape(np.shape(z))  # a function of one number, before NumPy 2.4 refuses arrays
    if out is None or out.shape != np.shape(z):
        came = "no numbers" if out is None else f"shape {out.shape}"
        raise ValueError(
            f"{name_of(function)}(z) got z of shape {np.shape(z)} and returned {came}. "
            "Return one number for every number in z"
        )
    return out


def table(function, low, high, values):
    """A function of the learner's own for the page: name, and values at even places, low to high.

    What is no finite number is None there.
    """
    return {
        "name": f"{name_of(function)} (yours)",
        "low": low,
        "high": high,
        "values": [float(f"{v:.12g}") if np.isfinite(v) else None for v in np.ravel(values)],
    }


def call_of(explorer, *functions):
    """The call that shows functions of the learner's own, to copy: explore_losses(mine)."""
    names = [getattr(function, "__name__", "") for function in functions]
    return f"{explorer}({', '.join(n if n.isidentifier() else 'your_function' for n in names)})"
