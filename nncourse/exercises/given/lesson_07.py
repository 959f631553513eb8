"""A function of a table of weights, whose slopes exercise 07.4 measures."""

import numpy as np

X = np.array([[1.0, 2.0, -0.5], [0.3, -1.0, 0.8]])


def mean_loss(W):
    """The mean squared output of a layer without bias, for two examples; W has 3 columns."""
    return np.mean(np.tanh(X @ W.T) ** 2)
