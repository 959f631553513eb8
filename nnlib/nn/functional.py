"""Functions that more than one place needs."""

import numpy as np


def sigmoid(x):
    """1 / (1 + exp(-x)), any shape, exact at both ends."""
    # e⁻ˣ overflows where x is very negative; e^min(x, 0) / (1 + e^-|x|) is the same and never does
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def softmax(x, dim=-1):
    """exp(x) / Σ exp(x) along axis `dim`, any shape: positive numbers that sum to 1."""
    e = np.exp(x - x.max(axis=dim, keepdims=True))  # subtract the max: exp(200) overflows
    return e / np.add.reduce(e, axis=dim, keepdims=True)


def log_softmax(x, dim=-1):
    """x - log Σ exp(x) along axis `dim`, any shape: finite where softmax underflows to zero."""
    shifted = x - x.max(axis=dim, keepdims=True)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=dim, keepdims=True))


def one_hot(targets, num_classes):
    """Integer targets (N,) in 0 ... num_classes-1 to float32 rows (N, num_classes) of 0 and 1.

    Raises TypeError for targets that are not integers, ValueError for one out of range.
    """
    targets = check_targets(targets, num_classes)
    return np.eye(num_classes, dtype=np.float32)[targets]


def check_targets(targets, num_classes, batch=None):
    """Return integer class labels (N,) as an array; TypeError or ValueError for anything else."""
    targets = np.asarray(targets)
    if targets.ndim == 2:
        says = f"targets expected integers of shape (N,), got shape {targets.shape}. "
        if targets.shape[1] == 1:
            raise ValueError(f"{says}Pass targets.ravel().")
        raise ValueError(f"{says}If the rows are one-hot, pass targets.argmax(axis=1).")
    if targets.dtype.kind not in "iu":
        raise TypeError(
            f"targets expected integers, got {targets.dtype}. "
            "If they are whole numbers, pass targets.astype(int)."
        )
    if targets.ndim != 1 or (batch is not None and len(targets) != batch):
        expected = "(N,)" if batch is None else f"({batch},)"
        raise ValueError(
            f"targets expected shape {expected}, one label a row of logits, got {targets.shape}."
        )
    if targets.size and (targets.min() < 0 or targets.max() >= num_classes):
        wrong = targets[(targets < 0) | (targets >= num_classes)][0]
        raise ValueError(
            f"targets expected labels 0 to {num_classes - 1}, got {wrong}. "
            "Labels start at 0, and the last layer needs one output a class."
        )
    return targets


def check_kernel(layer, **sizes):
    """ValueError unless the layer's kernel_size, stride and padding are whole numbers that fit."""
    for name, value in sizes.items():
        least = 0 if name == "padding" else 1
        if not isinstance(value, (int, np.integer)) or value < least:
            raise ValueError(f"{layer} expected a whole {name} from {least} up, got {value!r}.")


def windows(size, kernel, stride, padding):
    """How many positions a kernel takes along an axis; ValueError when it does not fit once."""
    if size + 2 * padding < kernel:
        raise ValueError(
            f"The kernel of {kernel} pixels expected an input of at least {kernel} pixels, got "
            f"{size} and padding {padding}. Take a smaller kernel, or more padding."
        )
    return (size + 2 * padding - kernel) // stride + 1


def patches(x, kernel, stride):
    """Views (C, H', W', N) of x (C, H, W, N), one a kernel position, row by row.

    View (i, j) holds, for every window, the pixel at row i and column j of that window.
    """
    height = windows(x.shape[1], kernel, stride, 0)
    width = windows(x.shape[2], kernel, stride, 0)
    for i in range(kernel):
        for j in range(kernel):
            rows = slice(i, i + stride * height, stride)
            columns = slice(j, j + stride * width, stride)
            yield x[:, rows, columns]


def im2col(x, kernel, stride):
    """Every window of x (C, H, W, N) as a column: (C kernel², H' W' N).

    The batch is the last axis, so that each copy moves long contiguous runs.
    """
    views = list(patches(x, kernel, stride))
    channels, height, width, batch = views[0].shape
    columns = np.empty((channels, kernel * kernel, height, width, batch), x.dtype)
    for position, view in enumerate(views):
        columns[:, position] = view
    return columns.reshape(channels * kernel * kernel, -1)


def col2im(columns, shape, kernel, stride):
    """The transpose of im2col: add every column back to its window; returns (C, H, W, N)."""
    x = np.zeros(shape, columns.dtype)
    views = list(patches(x, kernel, stride))
    columns = columns.reshape(shape[0], kernel * kernel, *views[0].shape[1:])
    for position, view in enumerate(views):
        view += columns[:, position]
    return x
