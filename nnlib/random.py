"""The one source of randomness: weights, dropout masks and shuffles all draw from `generator`."""

import math

import numpy as np

from nnlib.expect import whole

generator = np.random.default_rng()


def manual_seed(seed):
    """Set the state of the one generator: the same seed gives the same weights, bit for bit.

    seed: a non-negative int. Raises TypeError or ValueError for anything else.
    """
    seed = whole(seed, "manual_seed(seed)", 0, "Try manual_seed(0).", math.inf)
    # the state changes, the object stays: who holds the generator draws from the new seed too
    generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state
