"""Two digits as codes: mix the codes, and see what the decoder makes of the mixture."""

import functools
import math

import numpy as np

from nnlib import datasets
from nnlib.data import to_float

PIXELS = 784
COMPONENTS = 64  # of the ready-made code
EXAMPLES = 10_000  # training images that it is made from
MOST = 127  # of a whole number in eight bits


@functools.cache
def principal_components(count=COMPONENTS):
    """(mean (784,), directions (784, count)): where the training images vary most, and how."""
    x = to_float(datasets.mnist()[0][0][:EXAMPLES]).reshape(-1, PIXELS)
    mean = x.mean(axis=0)
    _, directions = np.linalg.eigh((x - mean).T @ (x - mean))
    return mean, directions[:, -count:]


def packed_components():
    """What codes_model.js unpacks, 54 kB: mean and scales (float32), then directions in 8 bits."""
    mean, directions = principal_components()
    scale = np.abs(directions).max(axis=0) / MOST
    whole = np.round(directions / scale).astype(np.int8)
    return mean.astype("<f4").tobytes() + scale.astype("<f4").tobytes() + whole.tobytes()


def encode_on_board(x):
    """The code (N, 64) of images (N, 784): how far they lie along each direction."""
    mean, directions = principal_components()
    return (x - mean) @ directions


def decode_on_board(code):
    """Images (N, 784) from codes (N, 64)."""
    mean, directions = principal_components()
    return mean + code @ directions.T


def ask(function, name, x, width=None):
    """function(x) as finite numbers (N, width), any width if None; ValueError for others."""
    y = np.asarray(function(x), np.float64)
    if y.ndim != 2 or len(y) != len(x) or not y.shape[1] or width not in (None, y.shape[1]):
        wanted = "k" if width is None else width
        raise ValueError(
            f"explore_codes expected {name} to make ({len(x)}, {wanted}) of {x.shape}, got "
            f"{y.shape}."
        )
    if not np.isfinite(y).all():
        raise ValueError(f"explore_codes got NaN or infinity from {name}. Train it again.")
    return y


def compute(encode, decode, first, second, mix):
    """Mix two images (784,): (the pixels mixed (784,), the code mixed (k,), it decoded (784,)).

    mix: 0 is the first, 1 the second, 0.5 half way; below 0 and above 1 it goes beyond them.
    """
    both = np.stack([first, second]).astype(np.float32)
    shares = np.array([[1 - mix, mix]])
    code = shares @ ask(encode, "encode", both)
    image = ask(decode, "decode", code.astype(np.float32), PIXELS)
    return (shares @ both)[0], code[0], image[0]


def as_square(code):
    """A code (k,) row by row in the smallest square that holds it; NaN where nothing is left."""
    side = math.ceil(math.sqrt(len(code)))
    square = np.full(side * side, np.nan)
    square[: len(code)] = code
    return square.reshape(side, side)
