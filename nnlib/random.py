"""The one source of randomness: weights, dropout masks and shuffles all draw from `generator`."""

import numpy as np

generator = np.random.default_rng()


def manual_seed(seed):
    """Set the state of the one generator: the same seed gives the same weights, bit for bit.

    seed: a non-negative int. Raises TypeError or ValueError for anything else.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"manual_seed expected an int, got {seed!r}. Try manual_seed(0).")
    if seed < 0:
        raise ValueError(f"manual_seed expected a seed of 0 or more, got {seed}.")
    # the state changes, the object stays: who holds the generator draws from the new seed too
    generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state
