"""What training and testing measured."""

from dataclasses import dataclass, field, fields

import numpy as np

from nnlib import nn
from nnlib.expect import called, numbers, whole
from nnlib.nn.formulas import check_targets


@dataclass
class Metrics:
    """One epoch: mean losses, accuracies in 0 ... 1 (None where not defined), seconds.

    The train loss and accuracy are taken while the network learns, dropout and all; those of the
    validation set after the epoch, in eval mode.
    """

    epoch: int
    train_loss: float
    train_accuracy: float | None
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


@dataclass
class History:
    """What fit() returns: a list of Metrics, one per epoch."""

    epochs: list = field(default_factory=list)

    def __getitem__(self, name):
        """The values of one metric, epoch by epoch: history["val_loss"]."""
        names = [known.name for known in fields(Metrics)]
        if not isinstance(name, str) or name not in names:
            raise ValueError(f"A history has {', '.join(names)}; it has no {called(name)}.")
        return [getattr(metrics, name) for metrics in self.epochs]


class Tally:
    """Sums over batches: add() each, then means() is (loss, accuracy).

    Accuracy is the share of examples (rows of outputs) that are right. Under CrossEntropyLoss
    the largest logit counts; under the BCE losses so it does where every row of the targets has
    one 1 among zeros, and otherwise all entries of a row must lie on the right side of one half.
    It is None under other losses, and where targets are not all 0 or 1.
    """

    def __init__(self, loss_fn):
        self.classes = isinstance(loss_fn, nn.CrossEntropyLoss)
        self.binary = isinstance(loss_fn, (nn.BCELoss, nn.BCEWithLogitsLoss))
        self.middle = 0.5 if isinstance(loss_fn, nn.BCELoss) else 0  # a probability, or a logit
        self.loss, self.count, self.right, self.largest_right = 0.0, 0, 0, 0
        self.one_hot = True

    def add(self, loss, outputs, targets):
        """Count a batch: its mean loss, outputs (N, ...), targets (N, ...)."""
        n = len(outputs)
        self.loss += loss * n
        self.count += n
        if self.classes:
            self.right += np.count_nonzero(outputs.argmax(axis=1) == targets)
        elif self.binary:
            ones = np.asarray(targets) > 0.5
            self.binary = bool((targets == ones).all())  # no class is 0.3
            right = ((outputs > self.middle) == ones).reshape(n, -1)
            self.right += np.count_nonzero(right.all(axis=1))
            one_hot = ones.ndim == 2 and ones.shape[1] > 1 and (ones.sum(axis=1) == 1).all()
            self.one_hot = self.one_hot and bool(one_hot)
            if self.one_hot:
                same = outputs.argmax(axis=1) == ones.argmax(axis=1)
                self.largest_right += np.count_nonzero(same)

    def means(self):
        """(mean loss, accuracy or None) of all that was added."""
        right = self.largest_right if self.binary and self.one_hot else self.right
        known = self.classes or self.binary
        return self.loss / self.count, float(right / self.count) if known else None


def confusion_matrix(targets, predictions, num_classes):
    """Counts (num_classes, num_classes): row = true class, column = predicted class.

    targets and predictions: integer labels (N,). Raises ValueError or TypeError for others.
    """
    num_classes = whole(num_classes, "confusion_matrix, num_classes,")
    targets = check_targets(targets, num_classes)
    predictions = check_targets(predictions, num_classes, len(targets), "predictions")
    pairs = targets.astype(int) * num_classes + predictions.astype(int)  # uint8 would overflow
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


def precision_recall(counts):
    """Precision (K,) and recall (K,), class by class, of a confusion matrix (K, K).

    precision = right / answered so;  recall = right / truly so.  NaN where nothing was: a class
    that never was the answer has no precision. Raises ValueError for another shape.
    """
    counts = numbers(counts, "precision_recall")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not (counts >= 0).all():
        raise ValueError(
            f"precision_recall expected counts of shape (K, K), got {called(counts)}. "
            "Make them with confusion_matrix(targets, predictions, K)."
        )
    right = np.diag(counts).astype(float)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN that is promised
        return right / counts.sum(axis=0), right / counts.sum(axis=1)
