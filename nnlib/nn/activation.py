"""Activation functions, elementwise but for Softmax; x and y of any one shape."""

import numpy as np

from nnlib.nn.functional import sigmoid, softmax
from nnlib.nn.module import Module


class Sigmoid(Module):
    """y = 1 / (1 + exp(-x));  dL/dx = dy y (1 - y).

    As a last layer leave it out and use BCEWithLogitsLoss, which stays exact for large |x|.
    """

    def forward(self, x):
        self.saved = y = sigmoid(x)
        return y

    def backward(self, dy):
        y = self.recall()
        return dy * y * (1 - y)


class Tanh(Module):
    """y = tanh(x);  dL/dx = dy (1 - y²)."""

    def forward(self, x):
        self.saved = y = np.tanh(x)
        return y

    def backward(self, dy):
        y = self.recall()
        return dy * (1 - y * y)


class ReLU(Module):
    """y = max(x, 0);  dL/dx = dy where x > 0, otherwise 0."""

    def forward(self, x):
        self.saved = y = np.maximum(x, 0)
        return y

    def backward(self, dy):
        return dy * (self.recall() > 0)


class LeakyReLU(Module):
    """y = x where x > 0, otherwise negative_slope x."""

    def __init__(self, negative_slope=0.01):
        self.negative_slope = negative_slope

    def forward(self, x):
        self.saved = x
        return np.where(x > 0, x, self.negative_slope * x)

    def backward(self, dy):
        return np.where(self.recall() > 0, dy, self.negative_slope * dy)

    def __repr__(self):
        return f"LeakyReLU(negative_slope={self.negative_slope})"


class Softmax(Module):
    """y = exp(x) / Σ exp(x) along axis `dim`;  dL/dx = y (dy - Σ dy y).

    Leave it out before CrossEntropyLoss, which takes logits and has it built in.
    """

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        self.saved = y = softmax(x, self.dim)
        return y

    def backward(self, dy):
        y = self.recall()
        return y * (dy - (dy * y).sum(axis=self.dim, keepdims=True))

    def __repr__(self):
        return f"Softmax(dim={self.dim})"
