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


def random_at_least(p, shape):
    """True where a random number from 0 to 1 is at least p, any shape.

    As generator.random(shape, np.float32) >= p, and in less than half the time: the 24 bits that
    would become a float are compared as a whole number.
    """
    size = math.prod(shape)
    bits = generator.bit_generator.random_raw((size + 1) // 2).view(np.uint32)[:size]
    return (bits >= math.ceil(p * 2**24) << 8).reshape(shape)
