"""Functions without a layer around them, as in torch.nn.functional: the way forward only."""

from nnlib.nn.formulas import (
    check_targets,
    leaky_relu,
    log_softmax,
    one_hot,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from nnlib.nn.loss import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss


def mse_loss(input, target):
    """mean (input - target)²: the number that nn.MSELoss gives; any one shape."""
    return MSELoss()(input, target)


def binary_cross_entropy(input, target):
    """The number that nn.BCELoss gives for probabilities `input`; any one shape."""
    return BCELoss()(input, target)


def binary_cross_entropy_with_logits(input, target):
    """The number that nn.BCEWithLogitsLoss gives for logits `input`; any one shape."""
    return BCEWithLogitsLoss()(input, target)


def cross_entropy(input, target, *, label_smoothing=0.0):
    """The number that nn.CrossEntropyLoss gives; logits (N, C), integer targets (N,)."""
    return CrossEntropyLoss(label_smoothing=label_smoothing)(input, target)
