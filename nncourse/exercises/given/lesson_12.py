"""What the exercises of lesson 12 hand to an answer or drive it with."""

import functools

import numpy as np


def call_with_bytes(answer, data):
    """For a reader of files: the array of uint8 is handed over as bytes; values and type count."""
    values = answer(bytes(data))
    return {"values": values, "type": str(getattr(values, "dtype", type(values).__name__))}


call_with_bytes.written = lambda name, data: (
    f"{name}({data.replace('np.array', 'bytes').replace('an array of shape', 'bytes,')})"
)


LEARN, READ = 6000, 5000  # images


@functools.cache
def all_digits():
    """MNIST, read once; the arrays are not to be changed."""
    from nnlib import datasets

    return datasets.mnist()


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
