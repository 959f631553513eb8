"""Convolution: a 3 x 3 kernel, edited by hand, slides over an image; the sum is written out."""

import numpy as np
import traitlets
from matplotlib.patches import Rectangle
from traitlets import Bool, Float, Int

from nnlib.palette import DIVERGING, DIVERGING_LIGHT, INK, RED
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.test_images import TestImages, number_trait
from nnlib.widgets.models.convolution import (
    KERNEL,
    POOL,
    check_image,
    check_kernel,
    compute,
    outcome,
    verdict,
)

PLACES = [f"k{i}{j}" for i in range(KERNEL) for j in range(KERNEL)]
EDGES = np.array([[-1, 0, 1]] * 3)  # upright edges: the kernel at first
START = 15  # row and column of the window at first


class Convolution(TestImages):
    """The kernel k00 ... k22 slides over an image; its window is at row, column of the sums.

    number: of the test image, unless there is an `own` one; bias, stride, padding: of the
    convolution; relu, pool: whether ReLU and max-pooling follow; hide: what is still to come.
    """

    _esm = joined(HERE / "convolution.js")
    _css = style("convolution", "digit_images")
    size = (7.4, 4.4)
    number = number_trait()
    row, column = (Int(START, min=0).tag(sync=True, setting=True) for _ in range(2))
    k00, k01, k02, k10, k11, k12, k20, k21, k22 = (
        Float(float(weight)).tag(sync=True, setting=True) for weight in EDGES.flat
    )
    bias = Float(0.0).tag(sync=True, setting=True)
    stride = Int(1, min=1, max=3).tag(sync=True, setting=True)
    padding = Int(0, min=0, max=1).tag(sync=True, setting=True)
    relu, pool, hide = (Bool(False).tag(sync=True, setting=True) for _ in range(3))
    own = traitlets.Dict().tag(sync=True)

    def __init__(self, image=None, **settings):
        self.given = image
        super().__init__(**settings)

    def for_page(self):
        """What a page without Python needs to show this."""
        return {
            "settings": {name: getattr(self, name) for name in self.settings()},
            "own": self.own,
        }

    @property
    def image(self):
        """The image (H, W): the learner's own, or the test image."""
        return self.image_of(self.number) if self.given is None else self.given

    @property
    def kernel(self):
        """The nine weights, (3, 3)."""
        return np.array([getattr(self, name) for name in PLACES]).reshape(KERNEL, KERNEL)

    def look(self):
        """Return (padded image, sums, what is shown, row and column of the window).

        ValueError when the feature map is too small for max-pooling.
        """
        padded, sums, shown = compute(
            self.image, self.kernel, self.bias, self.stride, self.padding, self.relu, self.pool
        )
        row, column = (
            min(at, size - 1) for at, size in zip((self.row, self.column), sums.shape, strict=True)
        )
        return padded, sums, shown, (row, column)

    def window(self, padded, place):
        """The nine pixels of the padded image under the window, (3, 3)."""
        top, left = (self.stride * at for at in place)
        return padded[top : top + KERNEL, left : left + KERNEL]

    def draw(self, figure):
        try:
            padded, _, shown, place = self.look()
        except ValueError as error:
            figure.text(0.5, 0.5, f"{error}.".capitalize(), ha="center", wrap=True)
            return
        pixels, kernel = self.window(padded, place), self.kernel
        top, bottom = figure.subfigures(2, 1, height_ratios=(2.3, 1))
        image_axes, map_axes = top.subplots(1, 2)
        low, high = min(self.image.min(), 0), max(self.image.max(), 1)
        reach = np.abs(shown).max() or 1
        image_axes.imshow(padded, cmap=INK, vmin=low, vmax=high)
        image_axes.set_title("The image and the window", fontsize=11)
        map_axes.imshow(shown, cmap=DIVERGING, vmin=-reach, vmax=reach)
        name = "After max-pool" if self.pool else "The feature map"
        map_axes.set_title(f"{name}, {shown.shape[0]} × {shown.shape[1]}", fontsize=11)
        spot = tuple(at // POOL for at in place) if self.pool else place
        corner = self.stride * place[1] - 0.5, self.stride * place[0] - 0.5
        frame = {"fill": False, "lw": 2.5, "ec": RED}
        image_axes.add_patch(Rectangle(corner, KERNEL, KERNEL, **frame))
        map_axes.add_patch(Rectangle((spot[1] - 0.5, spot[0] - 0.5), 1, 1, **frame))
        limit = np.abs(kernel).max() or 1
        middle = (low + high) / 2
        for ax, title, numbers, colours in zip(
            bottom.subplots(1, 3),
            ("pixels in the window  ×", "weights  =", "products"),
            (pixels, kernel, pixels * kernel),
            ((INK, low, high), *[(DIVERGING_LIGHT, -limit, limit)] * 2),
            strict=True,
        ):
            ax.imshow(numbers, cmap=colours[0], vmin=colours[1], vmax=colours[2], aspect=0.5)
            ax.set_title(title, fontsize=10)
            for (i, j), value in np.ndenumerate(numbers):
                dark = colours[0] == INK and value > middle
                words = {"ha": "center", "va": "center", "fontsize": 9}
                ax.text(j, i, short(value), color="white" if dark else "black", **words)
        for ax in figure.get_axes():
            ax.set(xticks=[], yticks=[])
        bottom.supxlabel(outcome(pixels * kernel, self.bias, self.relu), fontsize=9)

    def describe(self):
        rows = "; ".join(", ".join(short(weight) for weight in line) for line in self.kernel)
        image = "your image"
        if self.given is None:
            image = f"test image {self.number}, a {self.label_of(self.number)}"
        try:
            padded, sums, shown, place = self.look()
        except ValueError as error:
            return f"The kernel ({rows}) slides over {image}, but {error}."
        kind = "after max-pool" if self.pool else "the feature map"
        unseen = " What the window has not reached is hidden." if self.hide else ""
        total = outcome(self.window(padded, place) * self.kernel, self.bias, self.relu)
        return (
            f"The kernel ({rows}) slides over {image}. At row {place[0]}, column {place[1]} the "
            f"products add up: {total}. To the right {kind}, {shown.shape[0]} by {shown.shape[1]} "
            f"numbers from {short(shown.min())} to {short(shown.max())}.{unseen} "
            f"{verdict(self.kernel, self.bias, sums, self.relu)}"
        )


def explore_convolution(image=None, kernel=None):
    """Slide a 3 x 3 kernel over an image: each weight, the sum in numbers, and the feature map.

    image: your own (H, W), 3 to 64 pixels a side, uint8 divided by 255; without it MNIST's test
    images. kernel: nine weights of your own to begin with, (3, 3). ValueError for anything else.
    """
    weights = check_kernel(EDGES if kernel is None else kernel)
    settings = {name: float(weight) for name, weight in zip(PLACES, weights.flat, strict=True)}
    if image is None:
        return Convolution(**settings)
    image = check_image(image)
    own = {"values": image.ravel().tolist(), "rows": image.shape[0], "columns": image.shape[1]}
    start = {
        name: min(START, size - KERNEL)
        for name, size in zip(("row", "column"), image.shape, strict=True)
    }
    return Convolution(image, own=own, **start, **settings)
