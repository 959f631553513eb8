"""Flatten, which makes its input flat."""

import math

from nnlib.expect import numbers
from nnlib.nn.module import Module


class Flatten(Module):
    """y = x with all axes but the first made one;  x (N, ...), y (N, product of the others)."""

    def forward(self, x):
        self.saved = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, dy, input_grad=True):
        return dy.reshape(self.recall())

    def receive(self, x):
        x = numbers(x, "Flatten()")
        if x.ndim < 2:
            raise ValueError(f"Flatten expected x of shape (N, ...), got {x.shape}.")
        return x
