"""Lesson 02: bare layers are a straight line, and ReLU bends."""

import numpy as np

from bench.claims import SEEDS, lesson


def claims():
    given = lesson("02")
    straight, bent, dead = [], [], []
    given["nnlib"] = SeededLibrary(given["nnlib"])
    x = np.linspace(-2, 2, 5).reshape(-1, 1)
    for seed in SEEDS:
        given["nnlib"].seed = seed
        climbs = [np.diff(given["network"](with_relu)(x)[:, 0]) for with_relu in (False, True)]
        straight.append(np.ptp(climbs[0]) < 1e-4)
        bent.append(np.ptp(climbs[1]) > 0.1)
        inputs = np.random.default_rng(seed).uniform(-3, 3, (1000, 2))
        dead.append(not (inputs @ [1.0, -1.0] - 10 > 0).any())
    yield "a bare network climbs by the same amount at every step", straight
    yield "with ReLU the climbs differ", bent
    yield "with a bias of -10 the neuron is active for no example", dead


class SeededLibrary:
    """nnlib, whose manual_seed() takes the seed of this run in place of the lesson's."""

    def __init__(self, library):
        self.library, self.seed = library, 0

    def manual_seed(self, _):
        self.library.manual_seed(self.seed)
