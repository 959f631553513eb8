"""Small data sets in the plane. x is float32 (N, 2); y is an integer class (N,)."""

import numpy as np

from nnlib.expect import called, number, whole
from nnlib.random import generator

GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "nand": (1, 1, 1, 0), "xor": (0, 1, 1, 0)}


def gate(name):
    """The four rows of a logic gate, "and", "or", "nand" or "xor": x (4, 2), y (4,) of 0 and 1."""
    if not isinstance(name, str) or name not in GATES:
        raise ValueError(f"gate expected one of {', '.join(GATES)}, got {called(name)}.")
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return x, np.array(GATES[name])


def moons(n=200, noise=0.1):
    """Two half circles that reach into each other (classes 0 and 1): x (n, 2), y (n,)."""
    angle, y = _angles_and_classes(n, 2)
    angle = angle * np.pi
    x = np.stack([np.cos(angle) + y - 0.5, np.sin(angle) * (1 - 2 * y) + 0.5 * y - 0.25], axis=1)
    return _spread(x, noise), y


def circles(n=200, noise=0.1):
    """A ring of radius 1 (class 0) around one of radius 0.5 (class 1): x (n, 2), y (n,)."""
    angle, y = _angles_and_classes(n, 2)
    angle = angle * 2 * np.pi
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (1 - 0.5 * y[:, None])
    return _spread(x, noise), y


def spirals(n=300, noise=0.05, classes=3):
    """Arms that wind around the origin, one per class, from radius 0 to 1: x (n, 2), y (n,)."""
    classes = whole(classes, "spirals, classes,", 2)
    radius, y = _angles_and_classes(n, classes)
    angle = radius * 1.25 * np.pi + 2 * np.pi * y / classes
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _spread(x, noise), y


def _angles_and_classes(n, classes):
    n = whole(n, f"n, at least one point for each of {classes} classes,", classes)
    return generator.random(n), np.arange(n) % classes


def _spread(x, noise):
    return (x + generator.normal(0, number(noise, "noise", 0), x.shape)).astype(np.float32)
