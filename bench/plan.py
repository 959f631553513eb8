"""What is measured, who takes part, and what nnlib must reach."""

NAMES = {
    "nnlib": "nnlib",
    "torch_loader": "PyTorch, DataLoader",
    "torch_index": "PyTorch, index batching",
    "torch_fused": "PyTorch, fused Adam, subnormals flushed",
    "products": "the bare matrix products, NumPy",
    "tutorial": "a tutorial's NumPy, float64",
}


def digits(examples=60_000, batch=64, dropout=0.2, network="mlp"):
    return {"network": network, "examples": examples, "batch": batch, "dropout": dropout}


ALL = list(NAMES)
FAST = ["nnlib", "torch_index", "torch_fused", "products"]
ONE = ["nnlib", "torch_index"]

# key: title, specification, contenders; a turn is an epoch, for "xor" 10,000 steps
GROUPS = {
    "reference": ("784-256-128-10, dropout 0.2, batch 64", digits(), ALL),
    "batch 128": ("the same, batch 128", digits(batch=128), FAST),
    "batch 256": ("the same, batch 256", digits(batch=256), FAST),
    "batch 1024": ("the same, batch 1024", digits(batch=1024), FAST),
    "no dropout": ("the same, batch 64, no dropout", digits(dropout=0), FAST),
    "cnn": ("small CNN on 10,000 digits, batch 64", digits(10_000, dropout=0, network="cnn"), ONE),
    "xor": ("XOR 2-4-1, 10,000 full-batch steps", digits(10_000, dropout=0, network="xor"), ONE),
}

# one thread: (group, contender) -> the largest ratio of nnlib's time to that contender's.
# The bare products are the floor for anything written in NumPy, so those ratios say how much nnlib
# adds on any processor. A ratio to PyTorch compares two BLAS libraries as well: the products alone
# take 0.2 of PyTorch's time with index batching on one processor, 0.38 on another, and there the
# gates against PyTorch at batch 64 are out of reach.
RATIO_GATES = {
    ("reference", "torch_loader"): 0.50,
    ("reference", "torch_index"): 0.45,
    ("reference", "torch_fused"): 0.80,
    ("reference", "products"): 2.0,
    ("batch 256", "products"): 1.55,
    ("batch 1024", "products"): 1.4,
    ("cnn", "torch_index"): 1.4,
    ("xor", "torch_index"): 0.25,
}

# what is not an epoch against an epoch: key -> (in words, largest value, unit)
SINGLE_GATES = {
    "drift": ("the fifth epoch's time over the second's", 1.1, "x"),
    "memory": ("peak memory of training on all of MNIST", 500, "MB"),
    "mnist": ("loading MNIST, all 70,000 digits", 0.6, "s"),
    "import": ("import nnlib over import numpy", 1.3, "x"),
}


def judge(groups, singles):
    """Every gate that was measured: what, its value and limit, and whether it is met."""
    rows = []
    for group in groups:
        for name, measured in group["contenders"].items():
            limit = RATIO_GATES.get((group["key"], name))
            if group["threads"] == 1 and limit is not None:
                what = f"{group['title']}: nnlib over {NAMES[name]}"
                rows.append(gate(what, measured["ratio"], limit, "x"))
    for key, value in singles.items():
        what, limit, unit = SINGLE_GATES[key]
        rows.append(gate(what, value, limit, unit))
    return rows


def gate(what, value, limit, unit):
    return {"what": what, "value": value, "limit": limit, "unit": unit, "passed": value <= limit}
