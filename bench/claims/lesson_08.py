"""Lesson 08: why fifty small networks learn XOR, or do not. Other starts than the lesson's."""

import numpy as np

from nncourse.exercises.given.lesson_08 import XOR, XOR_TARGETS, train_many

GROUPS, SIZE = 10, 50
GOOD = {"scale": 1.0, "lr": 1.0, "epochs": 1000}


def claims():
    targets = XOR_TARGETS.ravel()

    def groups(activation, **treatment):
        """Fifty networks each; the lesson's own fifty are left out."""
        patients = train_many(activation, count=(GROUPS + 1) * SIZE, **treatment)
        return [
            type(patients)(*(array[SIZE * k : SIZE * (k + 1)] for array in patients))
            for k in range(1, GROUPS + 1)
        ]

    def healthy(activation, **treatment):
        found = groups(activation, **treatment)
        return np.array([patients.counts(targets)[0] for patients in found])

    yield "patient A: none of fifty", healthy("sigmoid", scale=0.01, lr=1.0, epochs=1000) == 0
    yield "larger weights cure it", healthy("sigmoid", **GOOD) >= 45
    too_large = healthy("sigmoid", **(GOOD | {"scale": 5.0}))
    yield "factor 5 is worse than 1", too_large < healthy("sigmoid", **GOOD)
    harmed = healthy("sigmoid", **(GOOD | {"scale": np.array([5.0, 5.0, 1.0])}))  # W1 alone
    spared = healthy("sigmoid", **(GOOD | {"scale": np.array([1.0, 1.0, 5.0])}))  # W2 alone
    yield "factor 5 for W1 alone is as bad", harmed < healthy("sigmoid", **GOOD)
    yield "and for W2 alone it does no harm", spared >= 45
    patient_b = {"scale": 0.01, "lr": 0.01, "epochs": 10_000}
    yield "patient B: most ill", healthy("ReLU", **patient_b) < 25
    four = healthy("ReLU", **GOOD)
    yield "some ReLU networks stay ill", (four > 25) & (four < 48)
    yield "eight neurons do better", healthy("ReLU", hidden=8, **GOOD) > four
    yield "sixteen cure nearly all", healthy("ReLU", hidden=16, **GOOD) >= 48
    yield "leaky with 0.1 cures nearly all", healthy("ReLU", leak=0.1, **GOOD) >= 45
    yield "leaky with 0.01 cures some", healthy("ReLU", leak=0.01, **GOOD) > four
    yield "inputs around 0 cure most", healthy("ReLU", x=2 * XOR - 1, **GOOD) >= 40
    stuck_are_ill, ill_are_stuck, live_overlap = [], [], []
    for patients in groups("ReLU", **GOOD):
        ill = np.abs(patients.answers - targets).max(axis=1) > 0.1
        silent = (patients.hidden == 0).all(axis=2)
        stuck = (silent & (targets == 0)).any(axis=1) & (silent & (targets == 1)).any(axis=1)
        stuck_are_ill.append(not stuck[~ill].any())
        ill_are_stuck.append(stuck[ill].mean() >= 0.75)
        live = (~(patients.hidden == 0).all(axis=1)).sum(axis=1)
        live_overlap.append(live[ill].max() >= live[~ill].min())
    yield "none of the healthy is stuck", stuck_are_ill
    yield "nearly all of the ill are", ill_are_stuck
    yield "the number of live neurons does not tell", live_overlap
