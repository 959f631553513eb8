"""Lesson 10: what lets ten layers learn."""

import numpy as np

from bench.claims import SEEDS, lesson


def claims():
    given = lesson("10")
    nn, init, deep = given["nn"], given["init"], given["deep"]

    def losses(activation, start, trainer="train", **switches):
        """The loss of each seed, on points that are drawn again for each."""
        found = []
        for seed in SEEDS:
            given["nnlib"].manual_seed(seed)
            given["x"], y = given["moons"](150, noise=0.1)
            given["y"] = y[:, None]
            model = deep(activation, start, **switches)
            with np.errstate(all="ignore"):
                found.append(given[trainer](model)[0])
        return np.array(found)

    xavier, he, small = init.xavier_normal_, init.kaiming_normal_, given["small"]
    sigmoid = losses(nn.Sigmoid, xavier)
    yield "ten sigmoid layers learn nothing", sigmoid > 0.69
    yield "two learn something", losses(nn.Sigmoid, xavier, layers=2) < 0.6
    yield "with weights times 8 ten learn", losses(nn.Sigmoid, given["eightfold"]) < 0.1
    yield "tanh with Xavier learns", losses(nn.Tanh, xavier) < 0.1
    yield "ReLU with He learns", losses(nn.ReLU, he) < 0.05
    yield "ReLU with Xavier learns as well", losses(nn.ReLU, xavier) < 0.05
    yield "ReLU with Linear's start does not", losses(nn.ReLU, given["as_linear"]) > 0.68
    yield "ReLU with std 0.01 does not", losses(nn.ReLU, small) > 0.69
    yield "three frozen layers still learn", losses(nn.ReLU, he, "train_frozen") < 0.05
    yield "batch norm saves the sigmoid", losses(nn.Sigmoid, xavier, batch_norm=True) < 0.1
    yield "so does a way around, in part", losses(nn.Sigmoid, xavier, residual=True) < 0.5
    yield "and for tiny weights", losses(nn.ReLU, small, residual=True) < 0.5
    twenty = {"layers": 20, "residual": True}
    yield "twenty with a way around end as nan", np.isnan(losses(nn.ReLU, he, **twenty))
    yield "and not with batch norm", losses(nn.ReLU, he, batch_norm=True, **twenty) < 0.05
    yield "clipping makes std 1 learn", losses(nn.ReLU, init.normal_, "train_clipped") < 0.1
    adam = losses(nn.Sigmoid, xavier, "train_adam")
    yield "Adam gets out of the hole and does not arrive", (adam < 0.6) & (adam > 0.05)
