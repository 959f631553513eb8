"""Lesson 14: what became of the four rules, and of the training. About ten minutes."""

import numpy as np

from bench.claims import SEEDS, lesson
from bench.claims.lesson_02 import SeededLibrary


def claims():
    given = lesson("14", "rivals", "sizes", few=None)
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
    yield "a thin first layer stays below 80%", scores((784, 2, 256, 10))[1] < 80
    yield from hourglasses(given, train_set)
    yield from recipes(given, train_set, images, labels)
    yield "the best of forty equal networks was lucky", [lucky(seed) for seed in SEEDS]
    yield (
        "after 10,000 images the large one is ahead, after the same work the small one",
        races(given, train_set),
    )


def hourglasses(given, train_set):
    x = given["to_float"](train_set.x[:30_000]).reshape(-1, 784)
    x_val = given["to_float"](given["val_set"].x).reshape(-1, 784)
    mean = x.mean(axis=0)
    directions = np.linalg.eigh((x - mean).T @ (x - mean))[1][:, -64:]

    def errors(images_of):
        return np.array([np.mean((images_of(one) - one) ** 2) for one in (x, x_val)])

    components = errors(lambda one: mean + (one - mean) @ directions @ directions.T)
    given["x"] = x
    seeded = given["nnlib"] = SeededLibrary(given["nnlib"])
    worse, better, same_digit = [], [], []
    for seed in SEEDS:
        seeded.seed = seed
        straight, bent = given["hourglass"](), given["hourglass"](given["nn"].Sigmoid())
        found = [
            errors(lambda one, net=net: given["predict"](net, one)) for net in (straight, bent)
        ]
        worse.append(np.all(found[0] > components))
        better.append(np.all(found[1] < components))
        codes, labels = bent[:4](x_val[:6_000]), given["val_set"].y[:6_000]
        others, asked = codes[:5_000], codes[5_000:]
        nearest = ((others**2).sum(axis=1) - 2 * asked @ others.T).argmin(axis=1)
        same_digit.append(np.mean(labels[:5_000][nearest] == labels[5_000:]) > 0.85)
    given["nnlib"] = seeded.library
    yield "a straight hourglass is behind 64 components", worse
    yield "a bent one is ahead of them", better
    yield "the nearest code is nearly always the same digit", same_digit


def recipes(given, train_set, images, labels):
    data, train, evaluate = (given[name] for name in ("ArrayDataset", "train", "evaluate"))
    moving = data(train_set.x, train_set.y, transform=given["shifted"])
    test = data(*given["datasets"].mnist()[1], transform=given["to_float"])
    everything = data(images, labels, transform=given["shifted"])
    settings = (
        (False, train_set, {"batch": 64, "peak": 0.001, "cycle": False}),
        (True, train_set, {"batch": 128, "peak": 0.005}),
        (True, moving, {"batch": 128, "peak": 0.005, "smoothing": 0.05}),
    )
    ladder, final = [], []
    for seed in SEEDS:
        steps = []
        for norm, chosen, setting in settings:
            given["nnlib"].manual_seed(seed)
            model = train(given["mlp"](784, 256, 128, 10, norm=norm), chosen, epochs=2, **setting)
            steps.append(100 * evaluate(model, given["loss_fn"], given["val_set"])[1])
        ladder.append(steps)
        given["nnlib"].manual_seed(seed)
        model = train(
            given["mlp"](784, 400, 200, 10, norm=True),
            everything, epochs=4, batch=128, peak=0.005, smoothing=0.05,
        )  # fmt: skip
        final.append(evaluate(model, given["loss_fn"], test)[1])
        print("seed", seed, np.round(ladder[-1], 2), f"{final[-1]:.2%}")
    first, second, third = np.array(ladder).T
    yield "batch norm and one cycle bring the larger step", second - first > abs(third - second)
    yield "shifts and smoothing bring a smaller one", third > second
    yield "about half of lesson 12's errors are gone", np.array(final) > 1 - 0.6 * (1 - 0.979)


def races(given, train_set):
    """For each seed, whether the order of the three runners is turned round."""
    given["train_set"], val_set = train_set, given["val_set"]
    few = val_set.x[:4_000], val_set.y[:4_000]
    given["judges"] = given["ArrayDataset"](*few, transform=given["to_float"])
    given["BUDGET"] = 8e9
    seeded = given["nnlib"] = SeededLibrary(given["nnlib"])
    turned = []
    for seed in SEEDS:
        seeded.seed = seed
        runs = [given["race"](sizes) for sizes in ((784, 32, 10), (784, 512, 512, 10))]
        small, large = ([np.interp(10_000, r[:, 0], r[:, 2]), r[-1, 2]] for r in runs)
        turned.append(small[0] < large[0] and small[1] > large[1])
    given["nnlib"] = seeded.library
    return turned


def lucky(seed):
    """Whether the winner of forty reads less on other images than on those it was chosen on."""
    rng = np.random.default_rng(seed)
    chosen_on, again = rng.binomial(1_000, 0.978, (2, 40)) / 1_000
    return again[chosen_on.argmax()] < chosen_on.max()
