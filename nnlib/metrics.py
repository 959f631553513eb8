"""What training and testing measured."""

from dataclasses import dataclass, field

import numpy as np

from nnlib.nn.functional import check_targets


@dataclass
class Metrics:
    """One epoch: mean losses, accuracies in 0 ... 1 (None where not defined), seconds."""

    epoch: int
    train_loss: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


@dataclass
class History:
    """What fit() returns: a list of Metrics, one an epoch."""

    epochs: list = field(default_factory=list)

    def __getitem__(self, name):
        """The values of one metric, epoch by epoch: history["val_loss"]."""
        return [getattr(metrics, name) for metrics in self.epochs]

    def plot(self):
        """Draw the losses and the accuracy; returns the Figure."""
        from nnlib.plots import plot_history  # here, so that training needs no matplotlib

        return plot_history(self)


def confusion_matrix(targets, predictions, num_classes):
    """Counts (num_classes, num_classes): row = true class, column = predicted class.

    targets and predictions: integer labels (N,). Raises ValueError or TypeError for others.
    """
    targets = check_targets(targets, num_classes).astype(int)  # int: uint8 would overflow
    predictions = check_targets(predictions, num_classes, len(targets))
    pairs = targets * num_classes + predictions
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)
