"""Linear, the layer that learns."""

import math

import numpy as np

from nnlib.expect import flag, floats, whole
from nnlib.nn import init
from nnlib.nn.formulas import sum_products, sum_rows
from nnlib.nn.module import Module, Parameter


class Linear(Module):
    """y = x Wᵀ + b;  x (N, in_features), y (N, out_features), W (out, in), b (out).

    W and b start as U(-1/√in, 1/√in), as in torch.nn.Linear.
    Raises ValueError when x has another shape.
    """

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features = whole(in_features, "Linear(in_features)", 1)
        self.out_features = whole(out_features, "Linear(out_features)", 1)
        # in memory column by column: x Wᵀ, the largest product of a network, then takes less time
        by_column = np.zeros((in_features, out_features)).T
        self.weight = init.kaiming_uniform_(Parameter(by_column), a=math.sqrt(5))
        self.bias = None
        if flag(bias, "Linear(bias)"):
            bound = 1 / math.sqrt(in_features)
            self.bias = init.uniform_(Parameter(np.zeros(out_features)), -bound, bound)

    def forward(self, x):
        self.saved = x
        y = x @ self.weight.data.T
        return y if self.bias is None else y + self.bias.data

    def backward(self, dy, input_grad=True):
        x = self.recall()
        self.weight.accumulate(sum_products(dy, x))  # dL/dW = dyᵀ x
        if self.bias is not None:
            self.bias.accumulate(sum_rows(dy))  # dL/db = Σ dy
        return dy @ self.weight.data if input_grad else None  # dL/dx = dy W

    def receive(self, x):
        """x as an array of the weight's type; ValueError when its shape does not fit."""
        x = floats(x, self, self.weight.data.dtype)
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise ValueError(self._explain(x.shape))
        return x

    def _explain(self, shape):
        says = f"{self!r} expected x of shape (N, {self.in_features}), got {shape}."
        if len(shape) > 2 and math.prod(shape[1:]) == self.in_features:
            return f"{says} Put nn.Flatten() before it."
        if len(shape) == 2 and shape[0] == self.in_features:
            return f"{says} It looks transposed: pass x.T, one row per example."
        if shape == (self.in_features,):
            return f"{says} For a single example pass x[None, :], a batch of one."
        return f"{says} Change in_features, or the output of the layer before."

    def __repr__(self):
        bias = "" if self.bias is not None else ", bias=False"
        return f"Linear({self.in_features}, {self.out_features}{bias})"
