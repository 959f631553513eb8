"""Functions that an exercise hands to a learner's answer, or drives it with; none holds an answer.

A grader runs answers in a process that can import this file and not the exercises. A driver says in
.written(name, arguments as text...) how its call reads as Python.
"""

import functools
import itertools

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


@functools.cache
def few_moons():
    """Two noisy moons, split: 40 points to train, 200 to validate, 2,000 to test."""
    from nnlib import datasets, manual_seed
    from nnlib.data import ArrayDataset, random_split

    manual_seed(3)
    x, y = datasets.moons(2240, noise=0.4)
    return random_split(ArrayDataset(x, y[:, None]), [40, 200, 2000])


@functools.cache
def trained_on_few(p, weight_decay):
    """Three networks 2-64-64-1, from different first weights, after 300 epochs on 40 points."""
    from nnlib import manual_seed, nn, optim
    from nnlib.data import DataLoader
    from nnlib.random import generator
    from nnlib.training import fit

    models, before = [], generator.bit_generator.state
    few = few_moons()[0]
    for seed in range(3):
        manual_seed(seed)
        first = nn.Linear(2, 64), nn.ReLU(), nn.Dropout(p)
        second = nn.Linear(64, 64), nn.ReLU(), nn.Dropout(p)
        model = nn.Sequential(*first, *second, nn.Linear(64, 1)).to(np.float64)
        adam = optim.Adam(model.parameters(), lr=0.01, weight_decay=weight_decay)
        loader = DataLoader(few, 20, shuffle=True)
        fit(model, nn.BCEWithLogitsLoss(), adam, loader, max_epochs=300, progress=False)
        models.append(model)
    generator.bit_generator.state = before  # as if nobody had drawn
    return models


def loss_on(part, p, weight_decay):
    """The mean loss of these three networks on part 0 (training), 1 (validation) or 2 (test)."""
    from nnlib import nn
    from nnlib.training import evaluate

    models = trained_on_few(float(p), float(weight_decay))
    loss_fn = nn.BCEWithLogitsLoss()
    return float(np.mean([evaluate(m, loss_fn, few_moons()[part])[0] for m in models]))


def mend(p, weight_decay):
    """Training and validation loss of a network that is too large, with these two remedies.

    p: of dropout, from 0 to below 1; weight_decay: 0 or more. Means over three networks 2-64-64-1,
    each trained for 300 epochs with Adam on the same 40 points of two noisy moons.
    """
    return loss_on(0, p, weight_decay), loss_on(1, p, weight_decay)


def call_with_bytes(answer, data):
    """For a reader of files: the array of uint8 is handed over as bytes."""
    return answer(bytes(data))


call_with_bytes.written = lambda name, data: (
    f"{name}({data.replace('np.array', 'bytes').replace('an array of shape', 'bytes,')})"
)

LEARN, READ = 6000, 5000  # images


@functools.cache
def all_digits():
    """MNIST, read once; the arrays are not to be changed."""
    from nnlib import datasets

    return datasets.mnist()


def labels_to_read(start, seed, shuffled):
    """The labels of the new images of learn_to_read(), as an array of uint8."""
    rows = np.random.default_rng(seed).choice(10_000, READ, replace=False)
    return all_digits()[1][1][rows]


def learn_to_read(answer, start, seed, shuffled):
    """For a reader of digits: 6,000 images and labels to learn from, 5,000 new images to read.

    start: the number of the first training image; seed: which test images, and, if the pixels are
    shuffled, in which order: the same for all images.
    """
    (images, labels), (new, _) = all_digits()
    images, labels = images[start : start + LEARN], labels[start : start + LEARN]
    rng = np.random.default_rng(seed)
    new = new[rng.choice(10_000, READ, replace=False)]
    if shuffled:
        order = rng.permutation(784)
        images, new = (a.reshape(-1, 784)[:, order].reshape(-1, 28, 28) for a in (images, new))
    return answer(images.copy(), labels.copy(), new)


learn_to_read.written = lambda name, start, seed, shuffled: (
    f"{name}(6,000 images, their labels, 5,000 new images)"
    + (", all with their pixels shuffled in one and the same way" if shuffled == "True" else "")
)


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


def scaled(images):
    return images.astype(np.float32) / 255


@functools.cache
def race_digits():
    """MNIST for the race: 20,000 images to learn from, 4,000 others to measure on, and labels."""
    images, labels = all_digits()[0]
    x = images.reshape(-1, 784)
    others = slice(50_000, 54_000)
    return scaled(x[:20_000]), labels[:20_000], scaled(x[others]), labels[others]


@functools.cache
def race(sizes):
    """Train an MLP with these sizes for 800 million multiplications; return its % correct.

    sizes: a tuple such as (784, 32, 10). ReLU, cross-entropy, Adam with 0.003, batches of 50. Only
    the multiplications on the way forwards count, and nobody takes more than 6,000 steps. Three
    starts, all measured on 4,000 images that took no part in the training; their mean is returned.
    """
    return float(np.mean([one_race(sizes, start) for start in range(3)]))


def one_race(sizes, start, multiplications=800_000_000, batch=50, lr=0.003):
    x, y, x_others, y_others = race_digits()
    layers = list(itertools.pairwise(sizes))
    rng = np.random.default_rng(start)
    weights = [rng.normal(0, (2 / a) ** 0.5, (b, a)).astype(np.float32) for a, b in layers]
    biases = [np.zeros(b, np.float32) for _, b in layers]
    parameters = weights + biases
    first, second = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    steps = multiplications // (batch * sum(a * b for a, b in layers))
    for step in range(1, 1 + min(steps, 6_000)):
        chosen = rng.integers(0, len(x), batch)
        inputs, z = forwards(x[chosen], weights, biases)
        d = np.exp(z - z.max(axis=1, keepdims=True))
        d /= d.sum(axis=1, keepdims=True)
        d[np.arange(batch), y[chosen]] -= 1
        d /= batch
        d_weights, d_biases = [], []
        for w, a in zip(reversed(weights), reversed(inputs), strict=True):
            d_weights.insert(0, d.T @ a)
            d_biases.insert(0, d.sum(axis=0))
            if a is not inputs[0]:
                d = (d @ w) * (a > 0)
        scale = lr * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for p, g, m, v in zip(parameters, d_weights + d_biases, first, second, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= scale * m / (np.sqrt(v) + 1e-8)
    answers = forwards(x_others, weights, biases)[1].argmax(axis=1)
    return 100 * np.mean(answers == y_others)


def forwards(x, weights, biases):
    """The inputs of every layer, and what comes out of the last; ReLU in between."""
    inputs = [x]
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        inputs.append(np.maximum(inputs[-1] @ w.T + b, 0))
    return inputs, inputs[-1] @ weights[-1].T + biases[-1]


def capstone_digits(start):
    """4,000 of the training images, from number `start` on: uint8 (4000, 28, 28), uint8 (4000,)."""
    if not 0 <= start <= 46_000:
        raise ValueError(f"start is expected to be between 0 and 46000, got {start}.")
    images, labels = all_digits()[0]
    return images[start : start + 4_000].copy(), labels[start : start + 4_000].copy()


def train_on_digits(answer, start):
    """For the capstone: hand the answer 4,000 images and their labels."""
    return answer(*capstone_digits(start))


train_on_digits.written = lambda name, start: f"{name}(*capstone_digits({start}))"


@functools.cache
def other_digits():
    """The 10,000 images that no capstone_digits() holds: float32 (10000, 784), and their labels."""
    images, labels = all_digits()[0]
    return scaled(images[50_000:].reshape(-1, 784)), labels[50_000:]
