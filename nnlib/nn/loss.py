"""Losses: a number from predictions and targets, averaged, and backward() for its gradient."""

import functools

import numpy as np

from nnlib.expect import floats, number
from nnlib.nn import passes
from nnlib.nn.formulas import check_targets, log_softmax, mean, sigmoid
from nnlib.nn.module import Module


class LossValue(float):
    """The number that a loss function gives. It is a float, and knows no network to go back to."""

    def backward(self, *arguments):
        """RuntimeError with the line that goes backward: this number cannot, PyTorch's can."""
        raise RuntimeError("A loss is a number. Write model.backward(loss_fn.backward()).")

    def item(self):
        """The plain float, as of PyTorch's number."""
        return float(self)


class Loss(Module):
    """loss_fn(input, target) is a float; then loss_fn.backward() is dL/dinput, of input's shape."""

    def __init_subclass__(cls, **options):
        if "backward" in vars(cls):
            cls.backward = _watch_backward(vars(cls)["backward"])

    def __call__(self, input, target):
        self.output = input
        return LossValue(self.forward(*self.receive(input, target)))

    def receive(self, input, target):
        """Both as float arrays of one shape that is not empty; ValueError otherwise."""
        input = floats(input, self)
        target = floats(target, self, input.dtype)
        if input.shape != target.shape or not input.size:
            says = f"{type(self).__name__} expected input and target of one shape, not empty, got"
            hint = "Often target.reshape(-1, 1) is what is missing."
            raise ValueError(f"{says} {input.shape} and {target.shape}. {hint}")
        return input, target

    def backward(self):
        raise NotImplementedError(f"{type(self).__name__} has no backward() yet. Define it.")


def _watch_backward(backward):
    """backward() that tells the networks for which output its result is the gradient."""

    @functools.wraps(backward)
    def watched(self):
        dy = backward(self)
        passes.last_loss = dy, self.output
        return dy

    return watched


class MSELoss(Loss):
    """L = mean (input - target)²;  dL/dinput = 2 (input - target) / n;  any one shape."""

    def forward(self, input, target):
        self.saved = error = input - target
        return mean(error**2)

    def backward(self):
        error = self.recall()
        return 2 / error.size * error


class BinaryLoss(Loss):
    """What losses for yes or no share: targets t from 0 to 1, of the shape of the input."""

    def receive(self, input, target):
        input, target = super().receive(input, target)
        if not (target.min() >= 0 and target.max() <= 1):
            got = f"{target.min():.3g} to {target.max():.3g}. Make them 0 for no and 1 for yes."
            raise ValueError(f"{type(self).__name__} expected targets in 0 ... 1, got {got}")
        return input, target


class BCELoss(BinaryLoss):
    """L = -mean(t log p + (1 - t) log(1 - p)) for probabilities p and targets t.

    p and t: any one shape, 0 ... 1. log is cut off at -100, as in PyTorch. Prefer
    BCEWithLogitsLoss, which needs no cut.
    Raises ValueError for a probability or a target outside 0 ... 1.
    """

    def receive(self, input, target):
        p, t = super().receive(input, target)
        if p.min() < 0 or p.max() > 1:
            got = f"{p.min():.3g} to {p.max():.3g}. Put nn.Sigmoid() before it."
            raise ValueError(f"BCELoss expected probabilities in 0 ... 1, got {got}")
        return p, t

    def forward(self, input, target):
        p, t = self.saved = input.copy(), target.copy()  # whoever gave them may change them
        with np.errstate(divide="ignore"):  # log(0) = -inf becomes -100
            log_p, log_q = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
        return -mean(t * log_p + (1 - t) * log_q)

    def backward(self):
        p, t = self.recall()
        return (p - t) / np.maximum(p * (1 - p), 1e-12) / p.size


class BCEWithLogitsLoss(BinaryLoss):
    """Sigmoid and BCELoss in one: L = mean(max(z, 0) - z t + log(1 + exp(-|z|))), logits z.

    dL/dz = (sigmoid(z) - t) / n. Exact for logits of any size; z and t of any one shape.
    Raises ValueError for a target outside 0 ... 1.
    """

    def forward(self, input, target):
        z, t = self.saved = input.copy(), target.copy()
        return mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))

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
        self.label_smoothing = number(label_smoothing, "label_smoothing", least=0, most=1)

    def receive(self, input, target):
        z = floats(input, self)
        if z.ndim != 2 or not z.size:
            raise ValueError(f"{self!r} expected logits of shape (N, C), not empty, got {z.shape}.")
        return z, check_targets(target, z.shape[1], len(z))

    def forward(self, input, target):
        z, s = input, self.label_smoothing
        log_p = log_softmax(z)
        self.saved = log_p, target.copy()
        loss = -mean(log_p[np.arange(len(z)), target])
        return (1 - s) * loss - s * mean(log_p) if s else loss

    def backward(self):
        (log_p, target), s = self.recall(), self.label_smoothing
        dz = np.exp(log_p)  # softmax(z)
        dz[np.arange(len(dz)), target] -= 1 - s
        if s:
            dz -= s / dz.shape[1]
        return dz / len(dz)
