"""Lesson 06: how rough a batch's gradient is, each method's epoch, noise, one neuron's digits."""

import numpy as np

from bench.claims import SEEDS, lesson
from nnlib.widgets.models.gradient_descent import TwoValleys, trajectory


def claims():
    given = lesson("06")
    gradient, mse = given["gradient"], given["mse"]
    n, start = 100_000, np.array([-2.5, 2.5])
    sixth, order, restless, over = [], [], [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.uniform(0, 2, n)
        y = x - 0.5 + 0.5 * rng.standard_normal(n)
        X = np.column_stack([x, np.ones(n)])
        best = mse(np.linalg.lstsq(X, y)[0], X, y)
        whole = gradient(start, X, y)

        def off(size, rng=rng, X=X, y=y, whole=whole):
            chosen = rng.integers(0, n, (1000, size))
            answers = [gradient(start, X[rows], y[rows]) for rows in chosen]
            return np.linalg.norm(np.array(answers) - whole, axis=1).mean()

        rough = [off(size) for size in (1, 32, 1024)]
        shares = rough[1] / rough[0], rough[2] / rough[1]
        sixth.append(all(1 / 7 < share < 1 / 5 for share in shares))

        def excess(size, lr, rng=rng, X=X, y=y, best=best):
            p, mixed = start, rng.permutation(n)
            for first in range(0, n, size):
                rows = mixed[first : first + size]
                p = p - lr * gradient(p, X[rows], y[rows])
            return mse(p, X, y) - best

        ends = excess(n, 0.25), excess(32, 0.1), excess(1, 0.005)
        order.append(ends[0] > 1 and max(ends[1:]) < 0.02)
        restless.append(excess(32, 0.4) > excess(32, 0.01) and excess(1, 0.05) > excess(1, 0.0005))
        paths = [trajectory(TwoValleys(), [1.5], 0.1, 60, 1, seed * 100 + k)[0] for k in range(21)]
        over.append(5 <= sum(path[-1, 0] < 0 for path in paths) <= 16)
    yield "32 times as many examples leave about a sixth of the error", sixth
    yield "after one epoch the batch method is far up, the other two are almost down", order
    yield "a larger rate ends higher", restless
    yield "with one example at a time about half of the orders get over the hill", over
    yield (
        "one neuron reads nearly all zeros and ones, ink in its middle speaks for 1",
        [zeros_and_ones(given, seed) for seed in SEEDS],
    )


def zeros_and_ones(given, seed):
    """Whether the lesson's neuron reads 99.5%, with orange in the middle and blue beside it."""
    nn, optim = given["nn"], given["optim"]
    train, test = given["datasets"].mnist()
    x, t = given["zeros_and_ones"](*train)
    x_new, t_new = given["zeros_and_ones"](*test)
    given["nnlib"].manual_seed(seed)
    order = np.random.default_rng(seed).permutation(len(x))
    x, t = x[order], t[order]
    reader = nn.Sequential(nn.Linear(784, 1))
    loss_fn, optimizer = nn.BCEWithLogitsLoss(), optim.SGD(reader.parameters(), lr=0.1)
    for first in range(0, len(x), 32):
        optimizer.zero_grad()
        loss_fn(reader(x[first : first + 32]), t[first : first + 32])
        reader.backward(loss_fn.backward())
        optimizer.step()
    weights = reader[0].weight.data.reshape(28, 28)[10:18]
    beside = weights[:, 6:10].mean(), weights[:, 18:22].mean()
    right = np.mean((reader(x_new) > 0) == t_new)
    return right > 0.995 and weights[:, 13:15].mean() > 0 and max(beside) < 0
