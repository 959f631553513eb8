"""Lesson 14: what became of the four rules. About two minutes."""

import numpy as np

from bench.claims import SEEDS, lesson


def claims():
    given = lesson("14", "rivals", few=None)
    nnlib, data = given["nnlib"], given["ArrayDataset"]
    (images, labels), _ = given["datasets"].mnist()
    nnlib.manual_seed(14)  # another split than the lesson's
    everything = data(images, labels, transform=given["to_float"])
    train_set, given["val_set"] = given["random_split"](everything, [50_000, 10_000])
    few, small = (
        data(train_set.x[:n], train_set.y[:n], transform=given["to_float"]) for n in (10_000, 5_000)
    )
    given["loss_fn"] = given["nn"].CrossEntropyLoss()

    def scores(sizes, data=few, **options):
        """(training, validation), for each seed."""
        found = [given["score"](sizes, seed, data=data, **options) for seed in SEEDS]
        return np.array(found).T

    by_width = {w: scores((784, w, 10), data=small, epochs=15) for w in (4, 16, 64, 256)}
    yield "256 neurons learn 5,000 images by heart", by_width[256][0] > 99.5
    for fewer, more in ((4, 16), (16, 64), (64, 256)):
        yield (
            f"{more} are better than {fewer} on new images",
            by_width[more][1] > by_width[fewer][1],
        )

    depth = {
        (norm, layers): scores((784, *[64] * layers, 10), norm=norm)[1]
        for norm in (False, True)
        for layers in (1, 2, 8)
    }
    yield "eight plain layers are a point worse than one", depth[False, 8] < depth[False, 1] - 1
    yield "with batch norm two are better than one", depth[True, 2] > depth[True, 1]
    yield "and eight are not better than two", depth[True, 8] < depth[True, 2]
    for layers in (1, 2, 8):
        yield f"batch norm helps at depth {layers}", depth[True, layers] > depth[False, layers]

    shapes = {name: scores(sizes)[1] for name, sizes in given["rivals"].items()}
    yield "widening is ahead of the funnel", shapes["widening"] > shapes["funnel"]
    yield "of every funnel", shapes["widening"] > shapes["funnel"].max()
    yield "a thin first layer stays below 80 %", scores((784, 2, 256, 10))[1] < 80
