"""The page to keep at the end: a picture of the learner's own network, made on their computer."""

import datetime

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nncourse import files
from nncourse.learner import progress
from nnlib.palette import BLUE, DIVERGING, GREY


def certificate(library, weight, losses, accuracy, name="", today=None):
    """Draw the certificate of a network of one's own; it is shown, and kept beside the points.

    library: what mine() returned. weight (neurons, 784): of the first layer. losses: one number per
    step. accuracy: the share of the test images that were read, 0 to 1. Nothing leaves the
    computer. Returns the Figure; where there is a place for it, my_network.svg is written.
    """
    figure = draw(library, np.asarray(weight), losses, accuracy, name, today)
    place = progress.location()
    if place is not None:
        save(figure, place.parent / "my_network.svg")
    return figure


def draw(library, weight, losses, accuracy, name="", today=None):
    if weight.ndim != 2 or weight.shape[1] != 784 or len(weight) < 40:
        raise ValueError(
            "certificate expected the weights of the first layer, of shape (neurons, 784) with at "
            f"least 40 neurons, got {weight.shape}."
        )
    figure = Figure(figsize=(8, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    top, middle, bottom = figure.subfigures(3, 1, height_ratios=(1, 2.6, 1.5))
    who = f"{name}: m" if name else "M"
    top.text(0.5, 0.7, f"{who}y own network reads digits", ha="center", va="center", size=19)
    top.text(0.5, 0.25, in_words(library, accuracy, today), ha="center", va="center", color=GREY)
    for ax, pixels in zip(middle.subplots(4, 10).flat, weight, strict=False):
        most = np.abs(pixels).max() or 1.0
        ax.imshow(pixels.reshape(28, 28), cmap=DIVERGING, vmin=-most, vmax=most)
        ax.set_axis_off()
    ax = bottom.subplots()
    ax.plot(smooth(np.asarray(losses, float)), color=BLUE)
    ax.set(xlabel="step", ylabel="loss", yscale="log")
    ax.spines[["top", "right"]].set_visible(False)
    return figure


def in_words(library, accuracy, today=None):
    """ "97.6% of 10,000 images · 31 functions of my own, 180 lines · 28 November 2026" """
    today = today or datetime.date.today()
    count = len(library.yours)
    lines = own_lines(library)
    return (
        f"{accuracy:.1%} of 10,000 test images   ·   {count} of {count + len(library.lent)} "
        f"functions my own, {lines} lines   ·   {today.day} {today:%B %Y}"
    )


def own_lines(library):
    """How many lines of my_nn.py are the learner's: those under a comment that lends nothing."""
    own, total = False, 0
    for line in library.text.splitlines():
        if line.startswith("# "):
            own = "lent by the course" not in line and "still to be written" not in line
        elif own and line.strip():
            total += 1
    return total


def smooth(losses, width=25):
    """Means over `width` steps, so that the line shows the trend."""
    width = max(1, min(width, len(losses)))
    return np.convolve(losses, np.full(width, 1 / width), mode="valid")


def save(figure, path):
    """Write the Figure as SVG, whole or not at all."""
    import io

    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    files.replace(path, text.getvalue(), durable=False)
