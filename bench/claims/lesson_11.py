"""Lesson 11: standardising, leaks, overfitting and its remedies, on new data."""

import numpy as np

from bench.claims import SEEDS, lesson
from nnlib.datasets import circles


def claims():
    given = lesson("11", train_set=None)
    nnlib, evaluate, experiment = given["nnlib"], given["evaluate"], given["experiment"]
    loss_fn = given["loss_fn"] = given["nn"].BCEWithLogitsLoss()
    seen_right, new_right = [], []
    for seed in SEEDS:
        nnlib.manual_seed(seed)
        nn, optim = given["nn"], given["optim"]
        seen, new = given["coin_tosses"](50), given["coin_tosses"](1000)
        model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1)).to(np.float64)
        adam, batches = optim.Adam(model.parameters(), lr=0.01), given["DataLoader"](seen, 50)
        given["fit"](model, loss_fn, adam, batches, max_epochs=200, progress=False)
        seen_right.append(evaluate(model, loss_fn, seen)[1] == 1)
        new_right.append(abs(evaluate(model, loss_fn, new)[1] - 0.5) < 0.05)
    yield "all coin tosses right that were seen", seen_right
    yield "and a coin toss on new ones", new_right

    small, large = [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        scores = np.array([given["both_scores"](1000, rng) for _ in range(200)])
        small.append(abs(np.diff(scores, axis=1)).mean() < 0.01)
        chosen = [given["best_columns"](True, rng) for _ in range(100)]
        large.append(np.mean(chosen) > 0.8)
    yield "a leaking scaler moves the score by less than a point (500)", small
    yield "choosing columns with the answers scores above 80% on noise", large

    options = {
        "nothing": {},
        "dropout": {"p": 0.5},
        "weight decay": {"weight_decay": 1},
        "early stopping": {"patience": 20},
        "600 points": {"epochs": 30},
    }
    losses = {name: [] for name in [*options, "line", "8"]}
    for seed in SEEDS:
        nnlib.manual_seed(seed)
        x, y = circles(1800, noise=0.25)
        data = given["ArrayDataset"](x, y[:, None])
        many, given["val_set"], _ = given["random_split"](data, [600, 200, 1000])
        few = given["ArrayDataset"](*many[:60])
        for name, changes in options.items():
            part = many if name == "600 points" else few
            model, _ = experiment((64, 64), train=part, seed=seed, **changes)
            losses[name].append(evaluate(model, loss_fn, given["val_set"])[0])
        for name, hidden in (("line", ()), ("8", (8,))):
            model, _ = experiment(hidden, train=few, seed=seed)
            losses[name].append(evaluate(model, loss_fn, given["val_set"])[0])
    losses = {name: np.array(values) for name, values in losses.items()}
    yield "a line is as poor as a coin", losses["line"] > 0.65
    yield "8 neurons do well", losses["8"] < 0.6
    yield "64-64 is worse than a coin", losses["nothing"] > 0.7
    for name in ("dropout", "weight decay", "early stopping", "600 points"):
        yield f"{name} lowers the validation loss", losses[name] < losses["nothing"]
    yield "dropout still overfits", losses["dropout"] > losses["8"]
    best = np.minimum(losses["weight decay"], losses["early stopping"])
    yield "600 points do as well as the best", losses["600 points"] < best + 0.05
