"""What the exercises of lesson 15 hand to an answer or drive it with."""

import numpy as np

import nnlib
from nncourse.exercises.given.lesson_12 import all_digits
from nnlib import nn, optim
from nnlib.data import to_float
from nnlib.training import predict

LEARN, READ = 6_000, 5_000  # images
MOST_NUMBERS = 5_000  # a larger network is not trained


def new_digits():
    """The first 5,000 test images, uint8 (5000, 28, 28), and their labels."""
    images, labels = all_digits()[1]
    return images[:READ], labels[:READ]


def train(model):
    """Train a network on 6,000 images: three epochs, batches of 50, Adam with 0.005."""
    images, labels = (array[:LEARN] for array in all_digits()[0])
    x, rng = to_float(images)[:, None], np.random.default_rng(0)
    loss_fn, optimizer = nn.CrossEntropyLoss(), optim.Adam(model.parameters(), lr=0.005)
    model.train()
    for _ in range(3):
        for rows in np.split(rng.permutation(LEARN), LEARN // 50):
            optimizer.zero_grad()
            loss_fn(model(x[rows]), labels[rows])
            model.backward(loss_fn.backward(), input_grad=False)
            optimizer.step()
    return model.eval()


def read(images):
    return to_float(images)[:, None]  # (N, 1, 28, 28)


def train_and_read(answer, seed):
    """Build the answer's network from this seed, train it, and let it read 5,000 new images.

    Returns a dict: "problem" (a sentence, "" if there is none), "layers" (the names of their
    kinds), "numbers" (how many there are to learn) and "answers", a digit for each image.
    """
    nnlib.manual_seed(seed)
    model = answer()
    found = {"problem": problem_of(model), "layers": [], "numbers": 0, "answers": []}
    if not found["problem"]:
        found["layers"] = [type(layer).__name__ for layer in model.layers]
        found["numbers"] = sum(parameter.numel() for parameter in model.parameters())
        if found["numbers"] <= MOST_NUMBERS:
            found["answers"] = predict(train(model), new_digits()[0], read).argmax(axis=1)
    return found


train_and_read.written = lambda name, seed: f"{name}()"


def problem_of(model):
    """A sentence if this is not a network that makes ten logits of a grey image."""
    if not isinstance(model, nn.Sequential):
        kind = f"{type(model).__module__.split('.')[0]}'s {type(model).__name__}"
        return f"build_cnn() should return an nn.Sequential of nnlib, and returns {kind}."
    if not model.parameters():
        return "The network has nothing to learn."
    shape = model.eval()(np.zeros((2, 1, 28, 28), np.float32)).shape
    if shape != (2, 10):
        return f"For 2 images ten logits each are wanted, shape (2, 10); it gives {shape}."
    return ""
