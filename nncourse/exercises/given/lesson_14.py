"""What the exercises of lesson 14 hand to an answer or drive it with."""

import copy
import functools
import itertools
import time

import numpy as np

from nncourse.exercises.given.lesson_12 import all_digits


def scaled(images):
    return images.astype(np.float32) / 255


@functools.cache
def race_digits():
    """MNIST for the race: 20,000 images to learn from, 4,000 others to measure on, and labels."""
    images, labels = all_digits()[0]
    x = images.reshape(-1, 784)
    others = slice(50_000, 54_000)
    return scaled(x[:20_000]), labels[:20_000], scaled(x[others]), labels[others]


@functools.cache
def race(sizes):
    """Train an MLP with these sizes for 800 million multiplications; return its % correct.

    sizes: a tuple such as (784, 32, 10). ReLU, cross-entropy, Adam with 0.003, batches of 50. Only
    the multiplications on the way forwards count, and nobody takes more than 6,000 steps. Three
    starts, all measured on 4,000 images that took no part in the training; their mean is returned.
    """
    return float(np.mean([one_race(sizes, start) for start in range(3)]))


def one_race(sizes, start, multiplications=800_000_000, batch=50, lr=0.003):
    x, y, x_others, y_others = race_digits()
    layers = list(itertools.pairwise(sizes))
    rng = np.random.default_rng(start)
    weights = [rng.normal(0, (2 / a) ** 0.5, (b, a)).astype(np.float32) for a, b in layers]
    biases = [np.zeros(b, np.float32) for _, b in layers]
    parameters = weights + biases
    first, second = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    steps = multiplications // (batch * sum(a * b for a, b in layers))
    for step in range(1, 1 + min(steps, 6_000)):
        chosen = rng.integers(0, len(x), batch)
        inputs, z = forwards(x[chosen], weights, biases)
        d = np.exp(z - z.max(axis=1, keepdims=True))
        d /= d.sum(axis=1, keepdims=True)
        d[np.arange(batch), y[chosen]] -= 1
        d /= batch
        d_weights, d_biases = [], []
        for w, a in zip(reversed(weights), reversed(inputs), strict=True):
            d_weights.insert(0, d.T @ a)
            d_biases.insert(0, d.sum(axis=0))
            if a is not inputs[0]:
                d = (d @ w) * (a > 0)
        scale = lr * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for p, g, m, v in zip(parameters, d_weights + d_biases, first, second, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= scale * m / (np.sqrt(v) + 1e-8)
    answers = forwards(x_others, weights, biases)[1].argmax(axis=1)
    return 100 * np.mean(answers == y_others)


def forwards(x, weights, biases):
    """The inputs of every layer, and what comes out of the last; ReLU in between."""
    inputs = [x]
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        inputs.append(np.maximum(inputs[-1] @ w.T + b, 0))
    return inputs, inputs[-1] @ weights[-1].T + biases[-1]


def capstone_digits(start, turned=False):
    """4,000 of the training images, from number `start` on: uint8 (4000, 28, 28), uint8 (4000,).

    turned: whether they lie on their side, rows and columns exchanged.
    """
    if not 0 <= start <= 46_000:
        raise ValueError(f"start is expected to be between 0 and 46000, got {start}.")
    images, labels = all_digits()[0]
    rows = slice(start, start + 4_000)
    return turn(images[rows], turned).copy(), labels[rows].copy()


def turn(images, turned):
    return images.transpose(0, 2, 1) if turned else images


def train_on_digits(answer, start, twice, turned):
    """For the capstone: hand the answer 4,000 images and their labels.

    Returns {"network": what it gave, "seconds": how long this thread computed, "again": False if a
    second call with the same images gave another network}. The second call is made if twice.
    """
    began = clock()
    network = copy.deepcopy(answer(*capstone_digits(start, turned)))
    seconds = clock() - began
    again = not twice or alike(network, answer(*capstone_digits(start, turned)))
    return {"network": network, "seconds": seconds, "again": again}


clock = getattr(time, "thread_time", time.perf_counter)  # others may use the computer, too


def alike(one, other):
    """False if two lists of arrays hold other numbers, by more than what rounding can do."""
    try:
        pairs = zip(map(numbers, one), map(numbers, other), strict=True)
        return all(np.abs(a - b).mean() < 0.005 for a, b in pairs if a.size)
    except (AttributeError, TypeError, ValueError):  # no lists of arrays, or other shapes
        return not isinstance(one, list | tuple) or len(one) == 0


def numbers(array):
    """An array, or that in a Parameter."""
    return array if isinstance(array, np.ndarray) else array.data


train_on_digits.written = lambda name, start, twice, turned: (
    f"{name}(*capstone_digits({start}{', turned=True' if turned == 'True' else ''}))"
)
