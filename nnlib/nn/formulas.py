"""The formulas of activations and targets, which layers, losses and nn.functional share."""

import numpy as np

from nnlib.expect import floats, number, numbers, whole


def relu(x):
    """max(x, 0), any shape."""
    return np.maximum(floats(x), 0)


def leaky_relu(x, negative_slope=0.01):
    """x where x > 0, otherwise negative_slope x; any shape."""
    x, negative_slope = floats(x), number(negative_slope, "negative_slope")
    return np.where(x > 0, x, negative_slope * x)


def tanh(x):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), any shape."""
    return np.tanh(floats(x))


def sigmoid(x):
    """1 / (1 + exp(-x)), any shape, exact at both ends."""
    x = floats(x)
    # e⁻ˣ overflows where x is very negative; e^min(x, 0) / (1 + e^-|x|) is the same and never does
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def softmax(x, dim=-1):
    """exp(x) / Σ exp(x) along axis `dim`, any shape: positive numbers that sum to 1."""
    x = _along(x, dim)
    e = np.exp(x - x.max(axis=dim, keepdims=True))  # subtract the max: exp(200) overflows
    return e / e.sum(axis=dim, keepdims=True)


def log_softmax(x, dim=-1):
    """x - log Σ exp(x) along axis `dim`, any shape: finite where softmax underflows to zero."""
    x = _along(x, dim)
    shifted = x - x.max(axis=dim, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


def _along(x, dim):
    """x as floats; ValueError where it has no axis `dim`, or nothing along it."""
    x = floats(x)
    if not -x.ndim <= whole(dim, "dim", -x.ndim) < x.ndim or not x.shape[dim]:
        raise ValueError(f"dim={dim} expected an axis of x with numbers along it, got {x.shape}.")
    return x


def mean(x):
    """The mean of all numbers in x, any shape, as a float: summed in float64."""
    return float(np.add.reduce(x, axis=None, dtype=np.float64)) / x.size


def sum_rows(x):
    """Σ over the rows of x, (N, ...) to (...), in halves: in one go, float32 loses digits.

    60,000 times 0.1 is 6003.5 when added up one by one, and 6000.0 when halves are added.
    """
    if len(x) <= 128:
        return np.add.reduce(x, axis=0)
    half = len(x) // 2
    return sum_rows(x[:half]) + sum_rows(x[half:])


def sum_products(dy, x):
    """dyᵀ x, (N, out) and (N, in) to (out, in): a sum over rows as well, so in halves as well."""
    if len(x) <= 512:
        return (x.T @ dy).T  # dyᵀ x, in memory as the weights of Linear lie
    half = len(x) // 2
    return sum_products(dy[:half], x[:half]) + sum_products(dy[half:], x[half:])


def one_hot(targets, num_classes):
    """Integer targets (N,) in 0 ... num_classes-1 to float32 rows (N, num_classes) of 0 and 1.

    Raises TypeError for targets that are not integers, ValueError for one out of range.
    """
    targets = check_targets(targets, whole(num_classes, "num_classes", 1))
    return np.eye(num_classes, dtype=np.float32)[targets]


def check_targets(targets, num_classes, batch=None, who="targets"):
    """Return integer class labels (N,) as an array; TypeError or ValueError for anything else."""
    targets = numbers(targets, who)
    if targets.ndim == 2:
        hint = f"shape {targets.shape}. If rows are one-hot or logits, pass {who}.argmax(axis=1)."
        hint = f"shape {targets.shape}. Pass {who}.ravel()." if targets.shape[1] == 1 else hint
        raise ValueError(f"{who} expected integers of shape (N,), got {hint}")
    if targets.dtype.kind not in "iu":
        hint = f"If they are whole numbers, pass {who}.astype(int)."
        raise TypeError(f"{who} expected integers, got {targets.dtype}. {hint}")
    if targets.ndim != 1 or (batch is not None and len(targets) != batch):
        expected = "(N,)" if batch is None else f"({batch},), one label for each example"
        raise ValueError(f"{who} expected shape {expected}, got {targets.shape}.")
    if targets.size and (targets.min() < 0 or targets.max() >= num_classes):
        wrong = targets[(targets < 0) | (targets >= num_classes)][0]
        says = f"{who} expected labels 0 to {num_classes - 1}, got {wrong}."
        raise ValueError(f"{says} Labels start at 0; the last layer has one output per class.")
    return targets
