"""Dropout."""

from nnlib.expect import floats, number, setting
from nnlib.nn.module import Module
from nnlib.random import random_at_least


class Dropout(Module):
    """In training y = x keep / (1 - p), where each keep is 0 with probability p, otherwise 1.

    In eval mode y = x. The division keeps the mean of y at x. Srivastava et al., 2014.
    Raises ValueError unless 0 <= p < 1.
    """

    differs_in_training = True
    p = setting("p", lambda p: number(p, "Dropout(p), the part that is dropped,", 0, below=1))

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            self.saved = 1
            return x
        keep = random_at_least(self.p, x.shape)
        self.saved = factor = keep * x.dtype.type(1 / (1 - self.p))
        return x * factor

    def backward(self, dy, input_grad=True):
        return dy * self.recall()

    def receive(self, x):
        return floats(x, "Dropout()")

    def __repr__(self):
        return f"Dropout(p={self.p})"
