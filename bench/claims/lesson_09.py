"""Lesson 09: who forgives a change of units, and what lowering the rate buys."""

import numpy as np

from bench.claims import SEEDS, lesson


class OtherSeed:
    """Stands in for nnlib in the lesson's functions: every manual_seed() takes this seed."""

    def __init__(self, nnlib, seed):
        self.nnlib, self.seed = nnlib, seed

    def manual_seed(self, _):
        self.nnlib.manual_seed(self.seed)


def claims():
    given = lesson("09", "ours", "moon_rates")
    nnlib, train = given["nnlib"], given["train_moons"]
    best = {}
    for seed in SEEDS:
        given["nnlib"] = OtherSeed(nnlib, seed)
        for name, make in given["ours"].items():
            for units in (1, 0.01):
                inputs = np.array([1, units])
                lowest = min(train(make, lr, inputs) for lr in given["moon_rates"])
                best.setdefault((name, units), []).append(lowest)
    best = {key: np.array(values) for key, values in best.items()}
    for name in given["ours"]:
        yield f"{name} learns the moons in the same units", best[name, 1] < 0.1
    yield "SGD finds no rate in other units", best["SGD", 0.01] > 0.3
    yield "nor does momentum", best["momentum", 0.01] > 0.3
    yield "RMSProp comes close", best["RMSProp", 0.01] < 0.3
    yield "Adam reaches the ground", best["Adam", 0.01] < 0.1

    stairs, cosine = [], []
    for seed in SEEDS:
        data = lesson("09", "n", "steps", generator=nnlib.random.generator)
        nnlib.manual_seed(seed)
        n, draw = data["n"], data["generator"]
        x = draw.uniform(0, 2, n)
        y = x - 0.5 + 0.5 * draw.standard_normal(n)
        X = np.column_stack([x, np.ones(n)])
        lowest = np.mean((X @ np.linalg.lstsq(X, y)[0] - y) ** 2)
        data.update(X=X, y=y, lowest=lowest, nnlib=OtherSeed(nnlib, seed))
        steps = data["steps"]
        ends = [
            np.mean([data["excess"](p) for p in data["fit"](schedule)[-50:]])
            for schedule in (
                lambda step: 0.1,
                lambda step, steps=steps: 0.1 * 0.1 ** (3 * step // steps),
                lambda step, steps=steps: 0.05 * (1 + np.cos(np.pi * step / steps)),
            )
        ]
        stairs.append(ends[1] < ends[0] / 10)
        cosine.append(ends[2] < ends[0] / 10)
    yield "stairs end far below the constant rate", stairs
    yield "so does the cosine", cosine
