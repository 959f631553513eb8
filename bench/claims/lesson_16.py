"""Lesson 16: the four networks against the counts, what a plain memory forgets. Ten minutes."""

import numpy as np

from bench.claims import SEEDS, lesson


def claims(seeds=SEEDS):
    given = lesson("16", "text", "symbols", "number_of", "codes", "cut", results={})
    given["torch"].set_num_threads(1)
    table = given["count"](given["text"][: given["cut"]], 6)
    best = given["ngram_losses"](table, given["text"], given["cut"], 6).min()
    networks = {
        "window": (given["Window"], 400, 0.01),
        "plain": (lambda: given["Recurrent"](given["nn"].RNN), 900, 0.008),
        "LSTM": (lambda: given["Recurrent"](given["nn"].LSTM), 900, 0.02),
        "transformer": (given["Transformer"], 500, 0.01),
        "no mask": (lambda: given["Transformer"](causal=False), 100, 0.01),
    }
    found, kept = {name: [] for name in networks}, {0.58: [], 0.8: [], 1.0: []}
    for seed in seeds:
        for name, (make, steps, lr) in networks.items():
            model = given["fit"](make, steps, lr, seed=seed)
            found[name].append(given["evaluate"](model))
        for scale, shares in kept.items():
            shares.append(given["remember"](scale, seed))
        last = {name: round(losses[-1], 3) for name, losses in found.items()}
        print("seed", seed, last, {scale: shares[-1] for scale, shares in kept.items()}, flush=True)
    found = {name: np.array(losses) for name, losses in found.items()}
    yield "the LSTM beats the best counts", found["LSTM"] < best
    yield "the LSTM ends between 1.57 and 1.59", abs(found["LSTM"] - 1.58) < 0.015
    for name in ("window", "plain", "transformer"):
        yield f"{name}: behind the counts", found[name] > best
    yield "plain: ahead of the window", found["plain"] < found["window"]
    yield "window below 1.9", found["window"] < 1.9
    yield "transformer below 1.95", found["transformer"] < 1.95
    yield "without the mask: below 0.5", found["no mask"] < 0.5
    yield "scale 0.58 forgets", np.array(kept[0.58]) < 0.5
    yield "scale 1 remembers", np.array(kept[1.0]) > 0.9
