"""Make the trained weights that come with the course: python -m nncourse.authoring.train_mnist

Trains the reference network of lesson 12 on all 60,000 images (five epochs, a few seconds), says
how many of the 10,000 test images it reads, and writes nnlib/weights/mnist_mlp.npz.
"""

import argparse
from pathlib import Path

import nnlib
from nnlib import datasets, nn, optim, pretrained
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.training import evaluate, fit


def train(seed=0, max_epochs=5, progress=True):
    """Return (model, test accuracy in 0 ... 1) of the reference network after max_epochs."""
    (train_images, train_labels), (test_images, test_labels) = datasets.mnist()
    train_set = ArrayDataset(train_images, train_labels, transform=to_float)
    test_set = ArrayDataset(test_images, test_labels, transform=to_float)
    nnlib.manual_seed(seed)
    model, loss_fn = pretrained.mnist_network(), nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    loader = DataLoader(train_set, batch_size=64, shuffle=True)
    fit(model, loss_fn, optimizer, loader, max_epochs=max_epochs, progress=progress)
    return model, evaluate(model, loss_fn, test_set)[1]


def main(arguments=None):
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m nncourse.authoring.train_mnist", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=pretrained.WEIGHTS / "mnist_mlp.npz")
    options = parser.parse_args(arguments)
    model, accuracy = train(options.seed)
    nnlib.save(model.state_dict(), options.out)
    size = options.out.stat().st_size
    print(f"seed {options.seed}: {accuracy:.2%} of the test images; {size:,} bytes")


if __name__ == "__main__":
    main()
