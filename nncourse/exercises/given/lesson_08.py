"""The clinic of lesson 08, and what exercise 08.4 measures with: many small networks at once."""

import functools
from typing import NamedTuple

import numpy as np

from nncourse.exercises.given.lesson_02 import ACTIVATIONS

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
XOR_TARGETS = np.array([[0], [1], [1], [0]], dtype=float)
PARITY = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=float)


class Patients(NamedTuple):
    """What became of many networks, one row per network."""

    answers: np.ndarray  # (networks, examples)
    hidden: np.ndarray  # (networks, examples, hidden neurons)
    step_by_weight: np.ndarray  # the longest step of W1, as a share of its largest weight

    def counts(self, targets):
        """(healthy, right, half): all within 0.1 of the target; within 0.5; all near one half."""
        off = np.abs(self.answers - targets.ravel()).max(axis=1)
        half = (np.abs(self.answers - 0.5) < 0.01).all(axis=1)
        return int((off < 0.1).sum()), int((off < 0.5).sum()), int(half.sum())


def train_many(activation, scale, lr, epochs, hidden=4, x=XOR, t=XOR_TARGETS, count=50, leak=0):
    """Train networks with one hidden layer from `count` starts on the cross-entropy; Patients.

    activation: a name in ACTIVATIONS; scale: the factor of the random initial weights; leak: the
    slope of ReLU below 0. Each is the network of lesson 08, with one more axis in front of all.
    """
    f, slope = ACTIVATIONS[activation]
    if leak:
        f, slope = leaky(leak)
    inputs = x.shape[1]
    rngs = [np.random.default_rng(seed) for seed in range(count)]
    draws = scale * np.array([rng.standard_normal((hidden, inputs + 1)) for rng in rngs])
    w1, w2 = draws[..., :inputs], draws[..., inputs:].mT  # of each neuron: weights in, one out
    b1, b2 = np.zeros((count, 1, hidden)), np.zeros((count, 1, 1))
    sigmoid = ACTIVATIONS["sigmoid"][0]
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            z1 = x @ w1.mT + b1
            a1 = f(z1)
            d2 = (sigmoid(a1 @ w2.mT + b2) - t) / len(x)
            d1 = d2 @ w2 * slope(z1)
            step = lr * d1.mT @ x
            share = np.abs(step).max(axis=(1, 2)) / np.abs(w1).max(axis=(1, 2))
            w2, b2 = w2 - lr * d2.mT @ a1, b2 - lr * d2.sum(axis=1, keepdims=True)
            w1, b1 = w1 - step, b1 - lr * d1.sum(axis=1, keepdims=True)
        a1 = f(x @ w1.mT + b1)
        return Patients(sigmoid(a1 @ w2.mT + b2)[..., 0], a1, share)


def leaky(slope_below_0):
    """ReLU with a slope below 0, and its slope."""
    return (
        lambda z: np.where(z > 0, z, slope_below_0 * z),
        lambda z: np.where(z > 0, 1.0, slope_below_0),
    )


@functools.cache
def treat_parity(scale, lr):
    """Train thirty 3-4-1 sigmoid networks on parity for 1,000 epochs; return three counts.

    The target is 1 when an odd number of the three inputs is 1. scale: the factor of the random
    initial weights; lr: the learning rate, for the cross-entropy. The counts: networks whose eight
    answers are all within 0.1 of the target (healthy); all on the right side of one half; all
    within 0.01 of one half.
    """
    targets = PARITY.sum(axis=1, keepdims=True) % 2
    patients = train_many("sigmoid", scale, lr, 1000, x=PARITY, t=targets, count=30)
    return patients.counts(targets)
