"""Data sets that come with the library: MNIST, small ones made on the spot, readers of your own."""

from nnlib.datasets.mnist import mnist, mnist_test, read_idx
from nnlib.datasets.photo import digit_from_photo
from nnlib.datasets.toy import circles, gate, moons, spirals

__all__ = [
    "circles",
    "digit_from_photo",
    "gate",
    "mnist",
    "mnist_test",
    "moons",
    "read_idx",
    "spirals",
]
