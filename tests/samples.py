"""Numbers and a network for tests that also run where there is no PyTorch."""

import numpy as np


def numbers(shape, dtype=np.float64, seed=0):
    """Reproducible normal numbers that do not touch nnlib's generator."""
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def mlp(lib):
    """A network with a bit of everything; lib is nnlib.nn or torch.nn."""
    return lib.Sequential(
        lib.Flatten(),
        lib.Linear(12, 7),
        lib.BatchNorm1d(7),
        lib.ReLU(),
        lib.Sequential(lib.Linear(7, 5), lib.Tanh()),
        lib.Linear(5, 3),
    )
