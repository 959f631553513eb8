"""The weights of the trained network, small enough for a page: whole numbers with a scale a row.

For each layer: biases and scales (float32, one for each row), then the weights as whole numbers,
int8 in the first layer, which has six in seven of them, int16 in the others. Rounding each to its
nearest would change a probability by up to 0.02; here the weights that are not yet rounded take
back what the rounded ones add to the sums that training images give.
"""

from functools import cache

import numpy as np

from nnlib import datasets, nn, pretrained
from nnlib.data import to_float

MOST = (127, 2047, 2047)  # of the whole numbers in each layer
EVERY = 6  # one training image in six is enough to know the inputs by
DAMPING = 0.1  # of the mean square of an input: pixels that are always 0 must not count for nothing


@cache
def packed():
    """The bytes that reader.js unpacks."""
    (images, _), _ = datasets.mnist()
    x = to_float(images[::EVERY]).reshape(-1, 784).astype(np.float64)
    layers = [layer for layer in pretrained.mnist_mlp() if isinstance(layer, nn.Linear)]
    parts = []
    for layer, most in zip(layers, MOST, strict=True):
        weight, bias = layer.weight.data.astype(np.float64), layer.bias.data
        scale = np.abs(weight).max(axis=1) / most
        whole = rounded(weight / scale[:, None], x, most)
        parts += [
            bias.astype("<f4"),
            scale.astype("<f4"),
            whole.astype("i1" if most < 128 else "<i2"),
        ]
        x = np.maximum(x @ weight.T + bias, 0)
    return b"".join(part.tobytes() for part in parts)


def rounded(weight, x, most):
    """Whole numbers, at most `most` in size, whose sums over inputs x are close to weight's.

    weight (out, in), x (N, in). GPTQ of Frantar and others, 2022: column by column; the error of a
    column goes to the later ones, by the inverse of xᵀx/N, so that the sums change least.
    """
    square = x.T @ x / len(x)
    square += DAMPING * np.trace(square) / len(square) * np.eye(len(square))
    order = np.argsort(-np.diag(square), kind="stable")  # the inputs that matter most come first
    left = weight[:, order]
    share = np.linalg.cholesky(np.linalg.inv(square[np.ix_(order, order)])).T
    whole = np.empty_like(left)
    for k in range(left.shape[1]):
        whole[:, k] = np.clip(np.rint(left[:, k]), -most, most)
        error = (left[:, k] - whole[:, k]) / share[k, k]
        left[:, k + 1 :] -= np.outer(error, share[k, k + 1 :])
    return whole[:, np.argsort(order)]
