"""Dropout."""

import numpy as np

from nnlib.nn.module import Module
from nnlib.random import generator


class Dropout(Module):
    """In training y = x keep / (1 - p), where each keep is 0 with probability p, otherwise 1.

    In eval mode y = x. The division keeps the mean of y at x. Srivastava et al., 2014.
    """

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(
                f"Dropout expected a probability 0 <= p < 1, got {p}: the part that is dropped."
            )
        self.p = p

    def forward(self, x):
        x = np.asarray(x)
        if not self.training or self.p == 0:
            self.saved = 1
            return x
        keep = generator.random(x.shape, dtype=np.float32) >= self.p
        dtype = np.result_type(x.dtype, np.float32)  # whole numbers become floats
        self.saved = factor = keep * dtype.type(1 / (1 - self.p))
        return x * factor

    def backward(self, dy, input_grad=True):
        return dy * self.recall()

    def __repr__(self):
        return f"Dropout(p={self.p})"
