"""Lesson 13: XOR with numbers that remember, and with PyTorch."""

from bench.claims import SEEDS, lesson


def claims():
    given = lesson("13", "X", "T")
    tens = [range(10 * k, 10 * k + 10) for k in SEEDS]
    found = [sum(given["train_xor"](seed) < 0.1 for seed in ten) for ten in tens]
    yield "most of ten starts of five neurons find XOR", [n > 5 for n in found]
    nn, learn = given["nn"], given["learn_xor"]
    groups = [range(100 + 20 * k, 120 + 20 * k) for k in range(10)]

    def solved(activation, hidden):
        return [sum(learn(activation, hidden, seed)[1] for seed in group) for group in groups]

    yield "4 ReLU fail for 5 of 20 seeds or more", [n <= 15 for n in solved(nn.ReLU(), 4)]
    yield "4 tanh solve 16 of 20 or more", [n >= 16 for n in solved(nn.Tanh(), 4)]
    yield "8 tanh solve 19 of 20 or more", [n >= 19 for n in solved(nn.Tanh(), 8)]
