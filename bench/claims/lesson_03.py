"""Lesson 03: what chance knows, what the rule learns, and where a sigmoid ends on XOR."""

import numpy as np

from bench.claims import SEEDS, lesson


def claims():
    given = lesson("03", "names", "x", "targets")
    x, targets = given["x"], given["targets"]
    predict, train, train_sigmoid = (given[f] for f in ("predict", "train", "train_sigmoid"))
    chance, trained, ends = [], [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        w, b = rng.uniform(-1, 1, (10_000, 2)), rng.uniform(-1, 1, (10_000, 1))
        answers = (w @ x.T + b > 0).astype(int)
        known = {name: (answers == targets[name]).all(axis=1).mean() for name in targets}
        chance.append(known["and"] < 1 / 16 and known["xor"] == 0)
        knows = dict.fromkeys(targets, 0)
        for start_w, start_b in zip(w[:50], b[:50, 0], strict=True):
            for name in targets:
                found_w, found_b, _ = train(x, targets[name], start_w, start_b, epochs=30)
                knows[name] += (predict(found_w, found_b, x) == targets[name]).all()
        trained.append([knows[name] for name in ("and", "or", "nand", "xor")] == [50, 50, 50, 0])
        found_w, found_b = train_sigmoid(x, targets["xor"], w[0], b[0, 0])
        outputs = 1 / (1 + np.exp(-(x @ found_w + found_b)))
        ends.append(np.allclose(outputs, 0.5, atol=1e-4))
    yield "of 10,000 random neurons fewer than one in sixteen know AND, and none XOR", chance
    yield "after 30 epochs all know AND, OR and NAND, and none XOR", trained
    yield "a sigmoid neuron on XOR ends at 0.5 for all four inputs", ends
