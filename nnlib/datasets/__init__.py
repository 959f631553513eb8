"""Data sets that are on board: MNIST, and small ones made on the spot."""

from nnlib.datasets.mnist import mnist
from nnlib.datasets.toy import circles, gate, moons, spirals

__all__ = ["circles", "gate", "mnist", "moons", "spirals"]
