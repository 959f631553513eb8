"""Pictures of images, data and decisions: arrays in, matplotlib Axes or Figures out."""

import math

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator, PercentFormatter

from nnlib.expect import called, flag, function, listed, number, numbers, whole
from nnlib.metrics import History
from nnlib.palette import (
    BLACK,
    BLUE,
    CLASS_COLOURS,
    CYCLE,
    DIVERGING_LIGHT,
    GREY,
    GRID,
    INK,
    MARKERS,
    RED,
)


def image_grid(images, titles=None, columns=None, cmap=INK, symmetric=False, size=0.9):
    """Draw images (N, height, width) in rows, a title over each; returns the Figure.

    symmetric: put 0 in the middle of the colours, one scale for all; use a diverging cmap.
    size: inches per image. Raises ValueError for another shape or another number of titles.
    """
    images = numbers(images, "image_grid")
    if images.ndim != 3 or not len(images):
        raise ValueError(
            f"image_grid expected images of shape (N, height, width), got {images.shape}. "
            "For one image pass image[None]; for rows of 784 pixels, x.reshape(-1, 28, 28)."
        )
    size, symmetric = number(size, "image_grid, size,", 0.1, 20), flag(symmetric, "symmetric")
    titles = titles if titles is None else listed(titles, "image_grid, titles,")
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"image_grid expected one title per image, got {len(titles)} for {len(images)}."
        )
    columns = min(len(images), 10) if columns is None else whole(columns, "image_grid, columns,")
    rows = math.ceil(len(images) / columns)
    lines = 0 if titles is None else max(str(title).count("\n") + 1 for title in titles)
    high = float(np.abs(images.astype(float)).max()) or 1.0
    fig, axes = plt.subplots(
        rows, columns, figsize=(columns * size, rows * (size + 0.17 * lines)), squeeze=False
    )
    fig.set_layout_engine("constrained")
    for ax in axes.flat:
        ax.set_axis_off()
        for axis in (ax.xaxis, ax.yaxis):  # or its ticks would be laid out all the same
            axis.set_visible(False)
    for i, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image, cmap=cmap, vmin=-high if symmetric else 0, vmax=high)
        if titles is not None:
            ax.set_title(titles[i], fontsize=10, pad=3)
    return fig


def image_rows(rows, titles=None, cmap=INK, size=0.72):
    """Draw {name: images (N, height, width)}, one row for each name; returns the Figure.

    titles stand above the first row; each row has a scale of its own, from 0 to its largest number.
    size: inches per image. Raises ValueError for rows of other lengths or another shape.
    """
    if not isinstance(rows, dict):
        raise TypeError(f"image_rows expected a dict, name -> images, got {called(rows)}.")
    rows = {name: numbers(images, f"image_rows, {name},") for name, images in rows.items()}
    size = number(size, "image_rows, size,", 0.1, 20)
    lengths, sides = ({f(images) for images in rows.values()} for f in (len, np.ndim))
    if len(lengths) != 1 or 0 in lengths or sides != {3}:
        shapes = {name: images.shape for name, images in rows.items()}
        raise ValueError(f"image_rows expected rows of shape (N, height, width), got {shapes}.")
    (columns,) = lengths
    titles = titles if titles is None else listed(titles, "image_rows, titles,")
    if titles is not None and len(titles) != columns:
        raise ValueError(f"image_rows expected {columns} titles, got {len(titles)}.")
    height = size * len(rows) + 0.25 * (titles is not None)
    fig, axes = plt.subplots(
        len(rows), columns, figsize=(size * columns + 0.8, height), squeeze=False
    )
    fig.set_layout_engine("constrained")
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(line, images, strict=True):
            ax.imshow(image, cmap=cmap, vmin=0, vmax=images.max())
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for ax, title in zip(axes[0], titles or (), strict=False):
        ax.set_title(title, fontsize=10, pad=3)
    return fig


def plot_history(history):
    """Draw what fit() returned: the losses epoch by epoch and, if measured, the accuracy.

    Returns the Figure. Raises ValueError for a history without an epoch.
    """
    if not isinstance(history, History):
        raise TypeError(f"plot_history expected what fit() returned, got {called(history)}.")
    if not history.epochs:
        raise ValueError("plot_history expected at least one epoch, got none. Train first.")
    measured = any(value is not None for value in history["train_accuracy"])
    measured |= any(value is not None for value in history["val_accuracy"])
    names = ["loss", "accuracy"] if measured else ["loss"]
    fig, axes = plt.subplots(1, len(names), figsize=(4.6 * len(names), 3.2), squeeze=False)
    fig.set_layout_engine("constrained")
    for ax, name in zip(axes[0], names, strict=True):
        for part, label, style in (
            ("train", "training", {"color": BLUE, "marker": "o"}),
            ("val", "not trained on", {"color": RED, "marker": "s", "ls": "--"}),
        ):
            values = history[f"{part}_{name}"]
            if any(value is not None for value in values):
                ax.plot(history["epoch"], values, label=label, **style)
        ax.set(xlabel="epoch", ylabel=name, title=name.title())
        ax.legend()
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.grid(color=GRID, lw=0.6)
    if measured:
        axes[0, 1].yaxis.set_major_formatter(PercentFormatter(1.0))
    return fig


def plot_confusion_matrix(counts, labels=None, ax=None):
    """Draw a confusion matrix (K, K), row = true class, column = answer; returns the Axes.

    The diagonal, what was right, is grey; mistakes are shaded by their number.
    Raises ValueError for another shape.
    """
    counts = numbers(counts, "plot_confusion_matrix")
    square = counts.ndim == 2 and counts.shape[0] == counts.shape[1] > 0
    if not square or not np.isfinite(counts).all():
        raise ValueError(
            f"plot_confusion_matrix expected counts of shape (K, K), got {called(counts)}. "
            "Make them with nnlib.metrics.confusion_matrix(targets, predictions, K)."
        )
    k = len(counts)
    labels = range(k) if labels is None else listed(labels, "plot_confusion_matrix, labels,")
    if len(labels) != k:
        raise ValueError(f"plot_confusion_matrix expected {k} labels, got {len(labels)}.")
    _check_axes(ax)
    if ax is None:
        _, ax = plt.subplots(figsize=(0.52 * k + 1.2, 0.46 * k + 1), layout="constrained")
    mistakes = counts * (1 - np.eye(k, dtype=int))
    high = max(mistakes.max(), 1)
    ax.imshow(np.ma.masked_array(mistakes, np.eye(k)), cmap="Oranges", vmin=0, vmax=high)
    ax.imshow(
        np.ma.masked_array(np.full((k, k), 0.25), 1 - np.eye(k)), cmap="Greys", vmin=0, vmax=1
    )
    for row, column in np.ndindex(k, k):
        dark = row != column and counts[row, column] > 0.6 * high
        ax.text(
            *(column, row, f"{counts[row, column]}"),
            ha="center",
            va="center",
            fontsize=9,
            color="white" if dark else GREY if counts[row, column] == 0 else BLACK,
        )
    ax.set_xticks(range(k), labels)
    ax.set_yticks(range(k), labels)
    ax.set(xlabel="the network's answer", ylabel="true class")
    return ax


def plot_decision_boundary(predict, x, y, ax=None, resolution=200, legend=True):
    """Colour the plane by predict(points (N, 2)), and draw the points x (N, 2) by class y (N,).

    predict returns the probability of class 1, (N,) or (N, 1), or one output per class, (N, K), of
    which the largest counts. legend: whether the classes are named, beside the plane. Returns the
    Axes. Raises ValueError for other shapes.
    """
    x, y = numbers(x, "plot_decision_boundary, x,"), numbers(y, "plot_decision_boundary, y,")
    y, resolution = y.reshape(-1), whole(resolution, "resolution", 2)
    flag(legend, "plot_decision_boundary, legend,")
    _check_axes(ax)
    function(predict, "plot_decision_boundary, predict, a network or another,")
    if x.ndim != 2 or x.shape[1] != 2 or len(x) != len(y):
        raise ValueError(
            "plot_decision_boundary expected x of shape (N, 2) and y of shape (N,), got "
            f"{x.shape} and {y.shape}."
        )
    if not (len(x) and np.isfinite(x).all() and np.isfinite(y).all() and (y == np.round(y)).all()):
        raise ValueError(
            "plot_decision_boundary expected at least one point, of finite x, and whole classes y."
        )
    y = y.astype(int)
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.15 * np.maximum(high - low, 1e-6)
    (left, bottom), (right, top) = low - margin, high + margin
    first, second = np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    plane = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2).astype(np.float32)
    outputs = numbers(predict(plane), "plot_decision_boundary, what predict() returns,")
    shaped = outputs.shape[:1] == (len(plane),) and outputs.ndim <= 2
    if not shaped or not np.isfinite(outputs).all():
        raise ValueError(
            f"plot_decision_boundary expected predict() to return finite numbers ({len(plane)},), "
            f"({len(plane)}, 1) or ({len(plane)}, K), got {called(outputs)}."
        )
    binary = outputs.size == len(plane)
    values = (outputs if binary else outputs.argmax(axis=1)).reshape(resolution, resolution)
    colours = CLASS_COLOURS if binary else CYCLE
    cmap = DIVERGING_LIGHT if binary else ListedColormap(CYCLE)
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 4), layout="constrained")
    ax.imshow(
        values,
        origin="lower",
        extent=(left, right, bottom, top),
        aspect="auto",
        cmap=cmap,
        vmin=0,
        vmax=1 if binary else len(CYCLE) - 1,
        alpha=None if binary else 0.3,
    )
    if binary and values.min() < 0.5 < values.max():
        ax.contour(first, second, values, [0.5], colors=BLACK, linewidths=1.5)
    style = {"mec": "white", "ms": 11 if len(x) < 10 else 6, "clip_on": False, "ls": "none"}
    for k in np.unique(y):
        style |= {"color": colours[k % len(colours)], "marker": MARKERS[k % len(MARKERS)]}
        ax.plot(*x[y == k].T, **style, label=f"class {k}")
    ax.set(xlabel="x₁", ylabel="x₂")
    if legend:
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return ax


def _check_axes(ax):
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax expected Axes of matplotlib, got {called(ax)}. Make: plt.subplots().")
