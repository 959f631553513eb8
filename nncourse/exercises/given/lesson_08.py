"""What exercise 08.4 measures with: thirty networks on parity."""

import functools

import numpy as np

from nncourse.exercises.given.lesson_02 import ACTIVATIONS

PARITY = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=float)


@functools.cache
def treat_parity(scale, lr):
    """Train thirty 3-4-1 sigmoid networks on parity for 1,000 epochs; return three counts.

    The target is 1 when an odd number of the three inputs is 1. scale: the factor of the random
    first weights; lr: the learning rate, for the cross-entropy. The counts: networks whose eight
    answers are all within 0.1 of the target (healthy); all on the right side of one half; all
    within 0.01 of one half.
    """
    x, t = PARITY, PARITY.sum(axis=1, keepdims=True) % 2
    function = ACTIVATIONS["sigmoid"][0]
    rngs = [np.random.default_rng(start) for start in range(30)]
    draws = scale * np.array([rng.standard_normal((4, 4)) for rng in rngs])
    w1, w2 = draws[..., :3], draws[..., 3:].mT
    b1, b2 = np.zeros((30, 1, 4)), np.zeros((30, 1, 1))
    with np.errstate(all="ignore"):
        for _ in range(1000):
            a1 = function(x @ w1.mT + b1)
            d2 = (function(a1 @ w2.mT + b2) - t) / 8
            d1 = d2 @ w2 * a1 * (1 - a1)
            w2, b2 = w2 - lr * d2.mT @ a1, b2 - lr * d2.sum(axis=1, keepdims=True)
            w1, b1 = w1 - lr * d1.mT @ x, b1 - lr * d1.sum(axis=1, keepdims=True)
    answers = function(function(x @ w1.mT + b1) @ w2.mT + b2)
    off = np.abs(answers - t).max(axis=(1, 2))
    half = (np.abs(answers - 0.5) < 0.01).all(axis=(1, 2))
    return int((off < 0.1).sum()), int((off < 0.5).sum()), int(half.sum())
