"""Batch normalisation."""

import numpy as np

from nnlib.expect import floats, number, setting, whole
from nnlib.nn.formulas import sum_rows
from nnlib.nn.module import Module, Parameter


class BatchNorm1d(Module):
    """y = γ (x - mean) / √(var + eps) + β, feature by feature;  x and y (N, num_features).

    In training mean and var are the batch's; in eval they are running averages, updated in
    training by running = (1 - momentum) running + momentum batch. Ioffe & Szegedy, 2015.
    Raises ValueError for another shape, and in training for a batch of one.
    """

    differs_in_training = True
    momentum = setting("momentum", lambda m: number(m, "BatchNorm1d(momentum)", least=0, most=1))

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = whole(num_features, "BatchNorm1d(num_features)", 1)
        self.eps = number(eps, "BatchNorm1d(eps)", above=0)
        self.momentum = momentum
        self.weight = Parameter(np.ones(num_features))
        self.bias = Parameter(np.zeros(num_features))
        self.register_buffer("running_mean", np.zeros(num_features, np.float32))
        self.register_buffer("running_var", np.ones(num_features, np.float32))
        self.register_buffer("num_batches_tracked", np.array(0))

    def forward(self, x):
        if self.training:
            n = len(x)
            mean = sum_rows(x) / n
            var = sum_rows((x - mean) ** 2) / n
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (var * n / (n - 1) - self.running_var)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean) * inv_std
        self.saved = x_hat, inv_std, self.training
        return x_hat * self.weight.data + self.bias.data

    def backward(self, dy, input_grad=True):
        x_hat, inv_std, training = self.recall()
        self.weight.accumulate(sum_rows(dy * x_hat))  # dL/dγ = Σ dy x̂
        self.bias.accumulate(sum_rows(dy))  # dL/dβ = Σ dy
        d_hat = dy * self.weight.data
        if training:  # mean and var depend on x too, which takes out two directions
            n = len(dy)
            d_hat = d_hat - sum_rows(d_hat) / n - x_hat * (sum_rows(d_hat * x_hat) / n)
        return d_hat * inv_std

    def receive(self, x):
        """x as an array of the weight's type; ValueError when its shape does not fit."""
        x = floats(x, self, self.weight.data.dtype)
        if x.ndim != 2 or x.shape[1] != self.num_features:
            raise ValueError(f"{self!r} expected x (N, {self.num_features}), got {x.shape}.")
        if self.training and len(x) < 2:
            raise ValueError(
                f"{self!r} expected at least 2 rows in training, got {len(x)}: one row has no "
                "variance. Call eval() to predict, or drop the last small batch."
            )
        return x

    def __repr__(self):
        return f"BatchNorm1d({self.num_features})"
