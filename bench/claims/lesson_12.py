"""Lesson 12: ten seeds of the popular recipe, and what their networks do. About two minutes."""

import numpy as np

from bench.claims import lesson

SEEDS = range(10)  # the first two are the lesson's


def claims():
    given = lesson("12")
    (images, labels), (test_images, test_labels) = given["datasets"].mnist()
    transform = given["to_float"]
    given["train_set"] = given["ArrayDataset"](images, labels, transform=transform)
    given["loss_fn"] = given["nn"].CrossEntropyLoss()
    given.update(train_images=images, train_labels=labels)
    nearest = np.mean(given["nearest_of_all"](test_images) == test_labels)
    yield "one nearest neighbour reads 96.91%", [round(100 * nearest, 2) == 96.91]
    accuracy, shifted, inverted, certain = [], [], [], []
    for seed in SEEDS:
        model, _ = given["train_network"](seed, progress=False)

        def right(pictures, model=model):
            answers = given["predict"](model, pictures, transform).argmax(axis=1)
            return np.mean(answers == test_labels)

        accuracy.append(right(test_images))
        shifted.append([right(given["shift_right"](test_images, k)) for k in (2, 3, 4)])
        inverted.append(right(255 - test_images))
        chances = given["softmax"](given["predict"](model, test_images, transform))
        wrong = chances.argmax(axis=1) != test_labels
        certain.append(np.mean(chances[wrong].max(axis=1) > 0.9))
    accuracy, shifted = np.array(accuracy), np.array(shifted)
    print("accuracies:", " ".join(f"{100 * value:.2f}" for value in accuracy))
    yield "between 97.4 and 98.2%", (accuracy > 0.974) & (accuracy < 0.982)
    yield "98% when rounded", np.round(100 * accuracy) == 98
    yield "better than one nearest neighbour, 96.91%", accuracy > 0.9691
    yield "2 pixels cost more than 5 points", shifted[:, 0] < accuracy - 0.05
    yield "3 pixels: below the nearest mean", shifted[:, 1] < 0.8203
    yield "4 pixels: most are wrong", shifted[:, 2] < 0.6
    yield "white on black: fewer than 20% right", np.array(inverted) < 0.2
    yield "more than one error in ten is made with 90%", np.array(certain) > 0.1
