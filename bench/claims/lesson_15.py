"""Lesson 15: both networks, the shifts with their cause, shuffled pixels. Eight minutes."""

import numpy as np

from bench.claims import SEEDS, lesson


def claims(seeds=SEEDS):
    given = lesson("15")
    torch, tensors, train, accuracy = (
        given[name] for name in ("torch", "tensors", "train", "accuracy")
    )
    torch.set_num_threads(1)
    (images, labels), (test_images, test_labels) = given["datasets"].mnist()
    x, y = tensors(images, labels)
    test_x, test_y = tensors(test_images, test_labels)

    def curve(model):
        moved = (given["shift"](test_images[::4, None], n) for n in (0, 2, 4, 6))
        return [accuracy(model, torch.tensor(image), test_y[::4]) for image in moved]

    right, curves, again, small = [], [], [], []
    for seed in seeds:
        mlp, cnn = (train(given[f"make_{name}"], x, y, 2, seed) for name in ("mlp", "cnn"))
        flat, anywhere = (
            train(given[f"make_{name}"], x, y, 1, seed) for name in ("flat", "anywhere")
        )
        right.append([accuracy(model, test_x, test_y) for model in (mlp, cnn)])
        curves.append([curve(model) for model in (mlp, cnn, flat, anywhere)])
        given.update(test_images=test_images)
        again.append([found_again(given, cnn, pixels) for pixels in (2, 3)])
        small.append(on_few_images(given, x, y, test_x, test_y, seed))
        print("seed", seed, np.round(right[-1], 4), np.round(curves[-1], 3)[:, 2], small[-1])
    (mlp, cnn), curves = np.array(right).T, np.array(curves)
    again, small = np.array(again), np.array(small)
    yield "the CNN reads about 99%", np.round(100 * cnn) == 99
    yield "the MLP makes 1.5 times as many errors", 1 - mlp > 1.5 * (1 - cnn)
    yield "4 pixels: MLP below 50%", curves[:, 0, 2] < 0.5
    yield "4 pixels: CNN between 65 and 90%", abs(curves[:, 1, 2] - 0.775) < 0.125
    yield "6 pixels: CNN below 60%", curves[:, 1, 3] < 0.6
    yield "4 pixels: flattened below 90%", curves[:, 2, 2] < 0.9
    yield "4 pixels: the global maximum above 94%", curves[:, 3, 2] > 0.94
    yield (
        "the pool passes even shifts on, not odd ones",
        (again[:, 0] > 0.999) & (again[:, 1] < 0.9),
    )
    yield "shuffled: costs the MLP less than 2.5 points", abs(small[:, 0] - small[:, 2]) < 0.025
    yield "shuffled: the MLP is the better one", small[:, 2] > small[:, 3]


def found_again(given, cnn, pixels):
    return max(given["found_again"](cnn[:3], pixels, places) for places in (1, 2))


def on_few_images(given, x, y, test_x, test_y, seed):
    """Accuracy after 4,000 images: MLP and CNN in order, MLP and CNN with shuffled pixels."""
    order = np.random.default_rng(seed).permutation(784)
    found = []
    for places in (np.arange(784), order):
        few, new = (a.flatten(1)[:, places].reshape(-1, 1, 28, 28) for a in (x[:4000], test_x[::4]))
        for make in (given["make_mlp"], given["make_cnn"]):
            model = given["train"](make, few, y[:4000], 2, seed)
            found.append(given["accuracy"](model, new, test_y[::4]))
    return np.round(found, 4)
