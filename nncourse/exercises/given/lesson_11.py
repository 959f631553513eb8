"""What the exercises of lesson 11 hand to an answer or drive it with."""

import functools

import numpy as np


def split_three_times(answer, x, y, n_val, n_test, seed):
    """For a split of data: twice with the same seed, and once with the next one."""
    # fresh copies: an answer may shuffle in place
    return [answer(x.copy(), y.copy(), n_val, n_test, k) for k in (seed, seed, seed + 1)]


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
    """Three networks 2-64-64-1, from different initial weights, after 300 epochs on 40 points."""
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
        adam = optim.AdamW(model.parameters(), lr=0.01, weight_decay=weight_decay)
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


def treat(p, weight_decay):
    """Training and validation loss of a network that is too large, with these two remedies.

    p: of dropout, from 0 to below 1; weight_decay: 0 or more. Means over three networks 2-64-64-1,
    each trained for 300 epochs with AdamW on the same 40 points of two noisy moons.
    """
    return loss_on(0, p, weight_decay), loss_on(1, p, weight_decay)
