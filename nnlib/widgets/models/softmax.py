"""Softmax in the digits of a format, as it stands and safely; softmax_model.js has the same."""

import math

import numpy as np

FORMATS = {"float32": np.float32, "float64": np.float64}


def compute(logits, temperature, number_format="float32"):
    """Return (exponentials, plain, safe), each of the logits' shape (n,), n below 8.

    plain = exp(z/T) / Σ exp(z/T) as the formula says; safe subtracts the largest z/T first. Each
    result is rounded to the format, exp(z/T) too: NumPy's own exp can be off by its last digit.
    """
    kind = FORMATS[number_format]
    z = np.asarray(logits, kind) / kind(temperature)
    with np.errstate(all="ignore"):  # the overflow is what this explorer shows
        exponentials = np.exp(z.astype(float)).astype(kind)
        plain = exponentials / exponentials.sum()
        shifted = np.exp((z - z.max()).astype(float)).astype(kind)
        return exponentials, plain, shifted / shifted.sum()


def verdict(exponentials, plain, safe, number_format):
    """Say in a sentence whether the plain formula survived."""
    if np.isinf(exponentials).any():
        largest = math.log(np.finfo(FORMATS[number_format]).max)
        return (
            f"{number_format} holds exp(x) only up to x = {largest:.1f}: beyond, exp is inf, "
            "and inf / inf is nan"
        )
    if exponentials.sum() == 0:
        return f"every exp(z/T) is too small for {number_format}: 0 / 0 is nan"
    if not np.allclose(plain, safe, atol=1e-4):
        return "exp(z/T) has lost its digits: the plain formula is off"
    return "both ways agree"
