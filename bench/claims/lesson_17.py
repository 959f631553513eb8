"""Lesson 17: the learner's own library learns XOR, and reads more than 97% of MNIST. 5 minutes."""

import contextlib
import io
import os
import tempfile
from pathlib import Path

import numpy as np

from bench.claims import SEEDS, lesson


def claims():
    before = os.environ.get("NNLIB_PROGRESS")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.environ["NNLIB_PROGRESS"] = str(Path(folder) / "progress.json")  # my_nn.py goes there
        given = lesson("17", "my_nn", "X", "AND", "XOR", "images", "test_images", "X_test")
    if before is None:
        del os.environ["NNLIB_PROGRESS"]
    else:
        os.environ["NNLIB_PROGRESS"] = before
    my_nn, digits, digits_test = given["my_nn"], given["X"], given["X_test"]
    gates = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    yield (
        "XOR is right to within a few hundredths",
        [xor(given, my_nn, gates, seed) < 0.1 for seed in SEEDS],
    )
    accuracies = [mnist(given, my_nn, digits, digits_test, seed) for seed in SEEDS]
    print("accuracy:", *(f"{one:.2%}" for one in accuracies))
    yield "more than 97% of the test images", [one > 0.97 for one in accuracies]


def xor(given, my_nn, X, seed):
    """How far the worst of the four answers is off."""
    rng = np.random.default_rng(seed)
    parameters = [rng.normal(size=(4, 2)), np.zeros(4), rng.normal(size=(1, 4)), np.zeros(1)]
    for _ in range(5001):
        parameters = my_nn.one_step(X, given["XOR"][:, None], parameters, 2.0)
    return np.abs(given["answers"](X, parameters).ravel() - given["XOR"]).max()


def mnist(given, my_nn, X, X_test, seed):
    """The share of the test images that is right after the lesson's five epochs."""
    rng = np.random.default_rng(seed)
    layers = [
        [my_nn.start_std((b, a), "ReLU") * rng.normal(size=(b, a)), np.zeros(b)]
        for a, b in ((784, 128), (128, 64), (64, 10))
    ]
    given["gradients"].__globals__["layers"] = layers
    moments, step = [[[0.0, 0.0], [0.0, 0.0]] for _ in layers], 0
    for _ in range(5):
        for batch in rng.permutation(len(X)).reshape(-1, 100):
            _, found = given["gradients"](X[batch], given["t"][batch])
            step += 1
            for layer, moment, gradient in zip(layers, moments, found, strict=True):
                for i in (0, 1):
                    layer[i], *moment[i] = my_nn.adam_step(
                        layer[i], gradient[i], *moment[i], step, 0.001
                    )
    return np.mean(my_nn.run_layers(X_test, layers).argmax(axis=1) == given["t_test"])
