"""Linear, the layer that learns, and Flatten, which makes its input flat."""

import math

import numpy as np

from nnlib.nn import init
from nnlib.nn.module import Module, Parameter


class Linear(Module):
    """y = x Wᵀ + b;  x (N, in_features), y (N, out_features), W (out, in), b (out).

    W and b start as U(-1/√in, 1/√in), as in torch.nn.Linear.
    Raises ValueError when x has another shape.
    """

    skips_input_grad = True

    def __init__(self, in_features, out_features, bias=True):
        if in_features < 1 or out_features < 1:
            raise ValueError(
                f"Linear expected at least 1 input and 1 output, got {in_features}, {out_features}."
            )
        self.in_features, self.out_features = in_features, out_features
        self.weight = init.kaiming_uniform_(
            Parameter(np.zeros((out_features, in_features))), a=math.sqrt(5)
        )
        self.bias = None
        if bias:
            bound = 1 / math.sqrt(in_features)
            self.bias = init.uniform_(Parameter(np.zeros(out_features)), -bound, bound)

    def forward(self, x):
        x = np.asarray(x, self.weight.data.dtype)
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise ValueError(self._explain(x.shape))
        self.saved = x
        y = np.dot(x, self.weight.data.T)  # as @, in half the time where matrices are tiny
        if self.bias is not None:
            y += self.bias.data
        return y

    def backward(self, dy, input_grad=True):
        x = self.recall()
        self.weight.accumulate(np.dot(dy.T, x))  # dL/dW = dyᵀ x
        if self.bias is not None:
            self.bias.accumulate(np.add.reduce(dy, axis=0))  # dL/db = Σ dy
        return np.dot(dy, self.weight.data) if input_grad else None  # dL/dx = dy W

    def _explain(self, shape):
        says = f"{self!r} expected x of shape (N, {self.in_features}), got {shape}."
        if len(shape) > 2 and math.prod(shape[1:]) == self.in_features:
            return f"{says} Put nn.Flatten() before it."
        if len(shape) == 2 and shape[0] == self.in_features:
            return f"{says} It looks transposed: pass x.T, one example a row."
        if shape == (self.in_features,):
            return f"{says} For a single example pass x[None, :], a batch of one."
        return f"{says} Change in_features, or the output of the layer before."

    def __repr__(self):
        bias = "" if self.bias is not None else ", bias=False"
        return f"Linear({self.in_features}, {self.out_features}{bias})"


class Flatten(Module):
    """y = x with all axes but the first made one;  x (N, ...), y (N, product of the others)."""

    def forward(self, x):
        x = np.asarray(x)
        if x.ndim < 2:
            raise ValueError(f"Flatten expected x of shape (N, ...), got {x.shape}.")
        self.saved = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.recall())
