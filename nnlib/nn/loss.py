"""Losses: a number from predictions and targets, averaged, and backward() for its gradient."""

import numpy as np

from nnlib.nn.formulas import check_targets, log_softmax, sigmoid
from nnlib.nn.module import Module


class Loss(Module):
    """loss_fn(input, target) is a float; then loss_fn.backward() is dL/dinput, of input's shape."""

    def __call__(self, input, target):
        return self.forward(input, target)

    def check_pair(self, input, target):
        """Both as float arrays of one shape that is not empty; ValueError otherwise."""
        input = np.asarray(input)
        if input.dtype.kind != "f":
            input = input.astype(np.float32)
        target = np.asarray(target, input.dtype)
        if input.shape != target.shape or not input.size:
            raise ValueError(
                f"{type(self).__name__} expected input and target of one shape, not empty, got "
                f"{input.shape} and {target.shape}. Often target.reshape(-1, 1) is what is missing."
            )
        return input, target


class MSELoss(Loss):
    """L = mean (input - target)²;  dL/dinput = 2 (input - target) / n;  any one shape."""

    def forward(self, input, target):
        input, target = self.check_pair(input, target)
        self.saved = error = input - target
        return float(np.vdot(error, error)) / error.size

    def backward(self):
        error = self.recall()
        return error * (2 / error.size)


class BCELoss(Loss):
    """L = -mean(t log p + (1 - t) log(1 - p)) for probabilities p and targets t.

    p and t: any one shape, 0 ... 1. log is cut off at -100, as in PyTorch. Prefer
    BCEWithLogitsLoss, which needs no cut.
    Raises ValueError for a probability outside 0 ... 1.
    """

    def forward(self, input, target):
        p, t = self.check_pair(input, target)
        if p.min() < 0 or p.max() > 1:
            raise ValueError(
                f"BCELoss expected probabilities in 0 ... 1, got {p.min():.3g} to {p.max():.3g}. "
                "Put nn.Sigmoid() before it, or use BCEWithLogitsLoss on the logits."
            )
        self.saved = p, t
        with np.errstate(divide="ignore"):  # log(0) = -inf becomes -100
            log_p, log_q = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
        return -float(np.add.reduce(t * log_p + (1 - t) * log_q, axis=None)) / p.size

    def backward(self):
        p, t = self.recall()
        return (p - t) / np.maximum(p * (1 - p), 1e-12) / p.size


class BCEWithLogitsLoss(Loss):
    """Sigmoid and BCELoss in one: L = mean(max(z, 0) - z t + log(1 + exp(-|z|))), logits z.

    dL/dz = (sigmoid(z) - t) / n. Exact for logits of any size.
    """

    def forward(self, input, target):
        z, t = self.saved = self.check_pair(input, target)
        terms = np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))
        return float(np.add.reduce(terms, axis=None)) / z.size

    def backward(self):
        z, t = self.recall()
        return (sigmoid(z) - t) / z.size


class CrossEntropyLoss(Loss):
    """L = -mean log softmax(z)[target];  logits z (N, C), integer targets (N,).

    dL/dz = (softmax(z) - one_hot(target)) / N. label_smoothing s in 0 ... 1 puts (1 - s) +
    s/C in place of the 1 and s/C in place of the zeros. Takes logits: no Softmax before it.
    Raises TypeError or ValueError for targets that are not labels 0 ... C-1.
    """

    def __init__(self, *, label_smoothing=0.0):
        super().__init__()
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing expected 0 ... 1, got {label_smoothing}.")
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        z, s = np.asarray(input), self.label_smoothing
        if z.ndim != 2 or not z.size:
            raise ValueError(
                f"CrossEntropyLoss expected logits of shape (N, C), not empty, got {z.shape}."
            )
        target = check_targets(target, z.shape[1], len(z))
        log_p = log_softmax(z)
        self.saved = log_p, target
        loss = -float(np.add.reduce(log_p[np.arange(len(z)), target])) / len(z)
        return (1 - s) * loss - s * float(np.mean(log_p)) if s else loss

    def backward(self):
        (log_p, target), s = self.recall(), self.label_smoothing
        dz = np.exp(log_p)  # softmax(z)
        dz[np.arange(len(dz)), target] -= 1 - s
        if s:
            dz -= s / dz.shape[1]
        return dz * (1 / len(dz))
