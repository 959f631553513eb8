"""Data sets that come with the library: MNIST, a novel, small ones made on the spot, readers."""

from nnlib.datasets.mnist import mnist, mnist_test, read_idx
from nnlib.datasets.text import moby_dick
from nnlib.datasets.toy import circles, gate, moons, spirals
