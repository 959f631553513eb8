"""The contenders: each function makes a network and returns turn(), one round of training.

A turn is one epoch over the digits, or for "xor" as many full-batch steps; it returns the mean
loss. torch is imported inside, so that a process that measures nnlib never loads it.
"""

from itertools import pairwise

import numpy as np

from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.datasets import mnist
from nnlib.training import epochs

XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
XOR_Y = np.array([[0], [1], [1], [0]], np.float32)


def digits(spec, part=0):
    """MNIST images, uint8 (n, 784) or for the CNN (n, 1, 28, 28), and labels (n,)."""
    images, labels = mnist()[part]
    shape = (1, 28, 28) if spec["network"] == "cnn" else (784,)
    return images[: spec["examples"]].reshape(-1, *shape), labels[: spec["examples"]]


def build(spec, nn):
    """The network of a specification; nn is nnlib.nn or torch.nn, which share every name here."""
    if spec["network"] == "xor":
        return nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    if spec["network"] == "cnn":
        return nn.Sequential(
            *(nn.Conv2d(1, 8, 5), nn.MaxPool2d(2), nn.ReLU()),
            *(nn.Conv2d(8, 16, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10)),
        )
    first, second = [nn.Linear(784, 256), nn.ReLU()], [nn.Linear(256, 128), nn.ReLU()]
    if spec["dropout"]:
        first.append(nn.Dropout(spec["dropout"]))
        second.append(nn.Dropout(spec["dropout"]))
    return nn.Sequential(*first, *second, nn.Linear(128, 10))


def nnlib(spec):
    model = build(spec, nn)
    if spec["network"] == "xor":
        return nnlib_xor(model, spec["examples"])
    dataset = ArrayDataset(*digits(spec), transform=to_float)
    loader = DataLoader(dataset, spec["batch"], shuffle=True)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    trainer = epochs(model, nn.CrossEntropyLoss(), optimizer, loader, max_epochs=1000)
    return lambda: next(trainer).train_loss


def nnlib_xor(model, steps):
    loss_fn, optimizer = nn.MSELoss(), optim.SGD(model.parameters(), lr=1.0)

    def turn():
        total = 0.0
        for _ in range(steps):
            optimizer.zero_grad()
            total += loss_fn(model(XOR_X), XOR_Y)
            model.backward(loss_fn.backward(), input_grad=False)
            optimizer.step()
        return total / steps

    return turn


def torch_index(spec, loader=False, fused=False):
    """PyTorch, with the batches x[i], y[i] for the parts i of a shuffled order."""
    import torch

    torch.set_num_threads(spec["threads"])
    torch.set_flush_denormal(fused)
    model = build(spec, torch.nn)
    if spec["network"] == "xor":
        return torch_xor(model, spec["examples"])
    images, labels = digits(spec)
    x, y = torch.from_numpy(to_float(images)), torch.from_numpy(labels.astype(np.int64))
    loss_fn = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused or None)
    if loader:
        data = torch.utils.data.TensorDataset(x, y)
        loader = torch.utils.data.DataLoader(data, spec["batch"], shuffle=True)

    def turn():
        total = 0.0
        order = torch.randperm(len(x)).split(spec["batch"])
        for inputs, targets in loader or ((x[i], y[i]) for i in order):
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), targets)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        return total / len(x)

    return turn


def torch_loader(spec):
    """PyTorch, with its DataLoader over a TensorDataset: what most programs do."""
    return torch_index(spec, loader=True)


def torch_fused(spec):
    """PyTorch at its fastest: index batching, fused Adam, subnormal numbers set to zero."""
    return torch_index(spec, fused=True)


def torch_xor(model, steps):
    import torch

    loss_fn, optimizer = torch.nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=1.0)
    x, y = torch.from_numpy(XOR_X), torch.from_numpy(XOR_Y)

    def turn():
        total = 0.0
        for _ in range(steps):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total / steps

    return turn


def products(spec):
    """Only the matrix products of an epoch, float32: nothing else, so nothing is learned."""
    rng = np.random.default_rng(0)
    whole, rest = divmod(spec["examples"], spec["batch"])
    layers = [
        (rng.random((n_out, n_in), np.float32), rng.random((spec["batch"], n_in), np.float32))
        for n_in, n_out in pairwise((784, 256, 128, 10))
    ]

    def step(batch):
        dys = []
        for w, x in layers:
            dys.append(x[:batch] @ w.T)
        for (w, x), dy in zip(layers, dys, strict=True):
            dy.T @ x[:batch]
            if w is not layers[0][0]:  # the images need no gradient
                dy @ w

    def turn():
        for _ in range(whole):
            step(spec["batch"])
        if rest:
            step(rest)

    return turn


def five_epochs(spec):
    """Lesson 12's training, test set included; a turn returns the times of five new epochs."""
    loader = DataLoader(ArrayDataset(*digits(spec), to_float), spec["batch"], shuffle=True)
    test = ArrayDataset(*digits(spec, part=1), to_float)

    def turn():
        model = build(spec, nn)
        optimizer = optim.Adam(model.parameters(), lr=1e-3)
        trainer = epochs(model, nn.CrossEntropyLoss(), optimizer, loader, test, max_epochs=5)
        return [metrics.seconds for metrics in trainer]

    return turn
