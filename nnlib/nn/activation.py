"""Activation functions, elementwise but for Softmax; x and y of any one shape."""

import numpy as np

from nnlib.expect import floats, number, whole
from nnlib.nn.formulas import leaky_relu, relu, sigmoid, softmax, tanh
from nnlib.nn.module import Module


class Sigmoid(Module):
    """y = 1 / (1 + exp(-x));  dL/dx = dy y (1 - y).

    As a last layer leave it out and use BCEWithLogitsLoss, which stays exact for large |x|.
    """

    def forward(self, x):
        self.saved = y = sigmoid(x)
        return y

    def backward(self, dy, input_grad=True):
        y = self.recall()
        return dy * y * (1 - y)


class Tanh(Module):
    """y = tanh(x);  dL/dx = dy (1 - y²)."""

    def forward(self, x):
        self.saved = y = tanh(x)
        return y

    def backward(self, dy, input_grad=True):
        y = self.recall()
        return dy * (1 - y * y)


class ReLU(Module):
    """y = max(x, 0);  dL/dx = dy where x > 0, otherwise 0."""

    def forward(self, x):
        self.saved = y = relu(x)
        return y

    def backward(self, dy, input_grad=True):
        return dy * (self.recall() > 0)


class LeakyReLU(Module):
    """y = x where x > 0, otherwise negative_slope x."""

    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = number(negative_slope, "negative_slope")

    def forward(self, x):
        self.saved = x
        return leaky_relu(x, self.negative_slope)

    def backward(self, dy, input_grad=True):
        return np.where(self.recall() > 0, dy, self.negative_slope * dy)

    def receive(self, x):
        return floats(x, "LeakyReLU()")

    def __repr__(self):
        return f"LeakyReLU(negative_slope={self.negative_slope})"


class Softmax(Module):
    """y = exp(x) / Σ exp(x) along axis `dim`;  dL/dx = y (dy - Σ dy y).

    Leave it out before CrossEntropyLoss, which takes logits and has it built in.
    """

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = whole(dim, "dim", -10)

    def forward(self, x):
        self.saved = y = softmax(x, self.dim)
        return y

    def backward(self, dy, input_grad=True):
        y = self.recall()
        return y * (dy - (dy * y).sum(axis=self.dim, keepdims=True))

    def __repr__(self):
        return f"Softmax(dim={self.dim})"
