"""Functions that an exercise hands to a learner's answer, or drives it with; none holds an answer.

A grader runs answers in a process that can import this file and not the exercises. A driver says in
.written(name, arguments as text...) how its call reads as Python.
"""

import functools

import numpy as np


def build_and_call(answer, settings, *arguments):
    """For a class: make one object of it with these settings, and call its forward()."""
    return answer(*settings).forward(*arguments)


build_and_call.written = lambda name, settings, *arguments: (
    f"{name}{settings}.forward({', '.join(arguments)})"
)


def split_three_times(answer, x, y, n_val, n_test, seed):
    """For a split of data: twice with the same seed, and once with the next one."""
    return [answer(x, y, n_val, n_test, number) for number in (seed, seed, seed + 1)]


split_three_times.written = lambda name, *arguments: f"{name}({', '.join(arguments)})"


ACTIVATIONS = {  # name: (function, slope)
    "none": (lambda z: z, np.ones_like),
    "step": (lambda z: np.where(z > 0, 1.0, 0.0), np.zeros_like),
    "sigmoid": (
        lambda z: 0.5 + 0.5 * np.tanh(z / 2),  # the same, and never overflows
        lambda z: 0.25 - 0.25 * np.tanh(z / 2) ** 2,
    ),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky ReLU": (
        lambda z: np.where(z > 0, z, 0.01 * z),
        lambda z: np.where(z > 0, 1.0, 0.01),
    ),
}


def wave():
    """31 points of a wave between -1 and 2, over x from -3 to 3: x (31, 1), y (31, 1)."""
    x = np.linspace(-3, 3, 31)[:, None]
    return x, 0.5 + 1.5 * np.sin(1.5 * x)


@functools.cache
def teach_wave(hidden, output, start):
    """Teach the wave to a 1-16-1 network for 500 rounds; return its loss and its dead neurons.

    hidden, output: names in ACTIVATIONS; start: a whole number, the seed of the first weights.
    The loss is the mean squared gap, infinite if the numbers overflowed. A hidden neuron is dead
    when its slope is 0 for every x.
    """
    for name in (hidden, output):
        if name not in ACTIVATIONS:
            raise ValueError(f"An activation is one of {', '.join(ACTIVATIONS)}; got {name!r}.")
    (f, f_slope), (g, g_slope) = ACTIVATIONS[hidden], ACTIVATIONS[output]
    x, y = wave()
    rng = np.random.default_rng(start)
    w1, b1 = rng.normal(0, 1, (16, 1)), rng.normal(0, 1, 16)
    w2, b2 = rng.normal(0, 1 / 4, (1, 16)), np.zeros(1)
    lr = 0.05
    with np.errstate(all="ignore"):
        for _ in range(500):
            z1 = x @ w1.T + b1
            a1 = f(z1)
            z2 = a1 @ w2.T + b2
            d2 = 2 * (g(z2) - y) / len(x) * g_slope(z2)
            d1 = d2 @ w2 * f_slope(z1)
            w2, b2 = w2 - lr * d2.T @ a1, b2 - lr * d2.sum(axis=0)
            w1, b1 = w1 - lr * d1.T @ x, b1 - lr * d1.sum(axis=0)
        z1 = x @ w1.T + b1
        loss = np.mean((g(f(z1) @ w2.T + b2) - y) ** 2)
    dead = int((f_slope(z1) == 0).all(axis=0).sum())
    return (float(loss) if np.isfinite(loss) else float("inf")), dead


PARITY = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=float)


@functools.cache
def treat_parity(scale, lr):
    """Train thirty 3-4-1 sigmoid networks on parity for 1,000 epochs; return three counts.

    The target is 1 when an odd number of the three inputs is 1. scale: the factor of the random
    first weights; lr: the learning rate, for the cross-entropy. The counts: networks whose eight
    answers are all within 0.1 of the target (healthy); all on the right side of one half; all
    within 0.01 of one half.
    """
    x, t = PARITY, PARITY.sum(axis=1, keepdims=True) % 2
    function = ACTIVATIONS["sigmoid"][0]
    rngs = [np.random.default_rng(start) for start in range(30)]
    draws = scale * np.array([rng.standard_normal((4, 4)) for rng in rngs])
    w1, w2 = draws[..., :3], draws[..., 3:].mT
    b1, b2 = np.zeros((30, 1, 4)), np.zeros((30, 1, 1))
    with np.errstate(all="ignore"):
        for _ in range(1000):
            a1 = function(x @ w1.mT + b1)
            d2 = (function(a1 @ w2.mT + b2) - t) / 8
            d1 = d2 @ w2 * a1 * (1 - a1)
            w2, b2 = w2 - lr * d2.mT @ a1, b2 - lr * d2.sum(axis=1, keepdims=True)
            w1, b1 = w1 - lr * d1.mT @ x, b1 - lr * d1.sum(axis=1, keepdims=True)
    answers = function(function(x @ w1.mT + b1) @ w2.mT + b2)
    off = np.abs(answers - t).max(axis=(1, 2))
    half = (np.abs(answers - 0.5) < 0.01).all(axis=(1, 2))
    return int((off < 0.1).sum()), int((off < 0.5).sum()), int(half.sum())


RUNNERS = ("SGD", "momentum", "RMSProp", "Adam")


@functools.cache
def race_on_a_line(name, lr, mu=0.9):
    """Fit a line w x + b to the points (0, 2), (1, 2.5), ... (10, 7) in 60 steps; return its loss.

    name: one of RUNNERS; mu: the momentum of "momentum" and the beta1 of "Adam". From each of three
    starts, the highest loss of the last 10 steps counts, and the highest of these three comes back;
    infinite if the numbers overflowed. The loss is the mean squared error, and the lowest is 0.
    """
    from nnlib import nn, optim  # only here: a grader's worker starts faster without

    if name not in RUNNERS:
        raise ValueError(f"A runner is one of {', '.join(RUNNERS)}; got {name!r}.")
    make = {
        "SGD": lambda p: optim.SGD([p], lr),
        "momentum": lambda p: optim.SGD([p], lr, momentum=mu),
        "RMSProp": lambda p: optim.RMSprop([p], lr),
        "Adam": lambda p: optim.Adam([p], lr, betas=(mu, 0.999)),
    }
    x = np.arange(11.0)
    y = 0.5 * x + 2
    worst = 0.0
    for start in ((0, 0), (-3, 5), (4, -4)):
        p = nn.Parameter(start, np.float64)
        runner = make[name](p)
        with np.errstate(all="ignore"):
            for step in range(60):
                off = p.data[0] * x + p.data[1] - y
                p.grad = np.array([np.mean(2 * off * x), np.mean(2 * off)])
                runner.step()
                if step >= 50:
                    loss = np.mean((p.data[0] * x + p.data[1] - y) ** 2)
                    worst = max(worst, float(loss) if np.isfinite(loss) else float("inf"))
    return worst


def swish(z):
    """z times its sigmoid."""
    return z * (0.5 + 0.5 * np.tanh(z / 2))


@functools.cache
def ten_swish_layers(std):
    """Send random numbers through ten layers of 100 swish neurons; return two comparisons.

    std: the standard deviation of the weights; biases are 0. The first: how many times as large the
    numbers are after ten layers as at first. The second: the gradient of the weights of layer 1,
    divided by that of layer 10. Size means root mean square; five draws, and their middle.
    """
    draws = []
    for draw in range(5):
        rng = np.random.default_rng(draw)
        a = at_first = rng.standard_normal((32, 100))
        seen = []
        with np.errstate(all="ignore"):
            for _ in range(10):
                w = std * rng.standard_normal((100, 100))
                z = a @ w.T
                open_by = 0.5 + 0.5 * np.tanh(z / 2)
                seen.append((a, w, open_by + z * open_by * (1 - open_by)))
                a = swish(z)
            blame, sizes = rng.standard_normal((32, 100)), []
            for before, w, slope in reversed(seen):
                blame = blame * slope
                sizes.append(np.sqrt(np.mean((blame.T @ before) ** 2)))
                blame = blame @ w
            signal = np.sqrt(np.mean(a**2)) / np.sqrt(np.mean(at_first**2))
            draws.append((signal, sizes[-1] / sizes[0]))
    signal, gradient = np.median(draws, axis=0)
    return float(signal), float(gradient)
