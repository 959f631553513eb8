"""Convolution: a 3 x 3 kernel, edited by hand, slides over an image; the sum is written out."""

import math

import numpy as np
from matplotlib.patches import Rectangle

from nnlib import datasets
from nnlib.data import to_float
from nnlib.palette import BLACK, DIVERGING, DIVERGING_LIGHT, GREY, INK, RED
from nnlib.widgets.base.controls import int_slider, number_field, player, slider, toggle
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.quick_text import QuickText

KERNEL = 3  # rows and columns of the kernel
POOL = 2  # rows and columns of a pooling window
SMALLEST, LARGEST = 3, 64  # pixels a side of a learner's image
MOST = 9.0  # weights go from -9 to 9
SUB = "₁₂₃"  # of the weights' names: row, column
PLACES = [(i, j) for i in range(KERNEL) for j in range(KERNEL)]

KERNELS = {
    "Vertical edges": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "Horizontal edges": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "Blur": [[0.11, 0.11, 0.11], [0.11, 0.12, 0.11], [0.11, 0.11, 0.11]],
    "Sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "All zeros": [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
    "Silent after ReLU": [[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]],
}


def convolve(image, kernel, bias=0.0, stride=1, padding=0):
    """y[r, c] = b + Σ_ij k[i, j] x[r stride + i, c stride + j], as Conv2d does it.

    image (H, W), kernel (3, 3); returns (padded image, y (H', W')),
    H' = (H + 2 padding - 3) // stride + 1.
    """
    padded = np.pad(np.asarray(image, float), padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KERNEL, KERNEL))
    return padded, (windows[::stride, ::stride] * kernel).sum(axis=(-2, -1)) + bias


def max_pool(y):
    """The largest value of each 2 x 2 block of y (H, W), as MaxPool2d(2): (H // 2, W // 2)."""
    height, width = (size // POOL for size in y.shape)
    if not height * width:
        raise ValueError(
            f"the feature map is {y.shape[0]} × {y.shape[1]}, too small for blocks of 2 × 2. "
            "Lower the stride, or untick max-pool"
        )
    blocks = y[: POOL * height, : POOL * width].reshape(height, POOL, width, POOL)
    return blocks.max(axis=(1, 3))


def check_image(image):
    """Return a learner's image as floats (H, W), uint8 divided by 255; ValueError otherwise."""
    given = image
    try:
        image = np.asarray(image)
        image = to_float(image) if image.dtype == np.uint8 else image.astype(float)
    except (TypeError, ValueError):
        raise ValueError(
            f"explore_convolution expected an image of numbers, got {type(given).__name__}. "
            "Pass a 2-D array, such as test_images[0]."
        ) from None
    if image.ndim != 2 or not SMALLEST <= min(image.shape) <= max(image.shape) <= LARGEST:
        raise ValueError(
            f"explore_convolution expected one grey image of shape (H, W), {SMALLEST} to {LARGEST} "
            f"pixels a side, got shape {image.shape}. For image i of a batch pass images[i]; for "
            "784 pixels, x.reshape(28, 28)."
        )
    if not np.isfinite(image).all():
        raise ValueError("explore_convolution expected finite pixels, got NaN or infinity.")
    return image


def check_kernel(kernel):
    """Return a learner's kernel as floats (3, 3); ValueError for anything else."""
    given = kernel
    try:
        kernel = np.asarray(kernel, float)
    except (TypeError, ValueError):
        kernel = None
    if kernel is None or kernel.shape != (KERNEL, KERNEL):
        came = f"shape {kernel.shape}" if kernel is not None else repr(given)
        raise ValueError(
            f"explore_convolution expected a kernel of shape (3, 3), got {came}. "
            "Pass nine numbers in three rows, such as conv.weight.data[0, 0]."
        )
    if not np.isfinite(kernel).all():
        raise ValueError("explore_convolution expected finite weights, got NaN or infinity.")
    return kernel.round(6)  # float32: 0.1 is 0.10000000149


def compute(image, kernel, bias=0.0, stride=1, padding=0, relu=False, pool=False):
    """Return (padded image, sums (H', W'), what is shown: the sums after ReLU and max-pool)."""
    padded, sums = convolve(image, kernel, bias, stride, padding)
    shown = np.maximum(sums, 0) if relu else sums
    return padded, sums, max_pool(shown) if pool else shown


def sum_of(products, bias):
    """The nine products and the bias added up, with their numbers: 0 − 0.5 + 1 = 0.5."""
    first, *others = products.ravel()
    line = short(first) + "".join(signed(term) for term in others)
    if bias:
        line += f"{signed(bias)} (bias)"
    return f"{line} = {short(products.sum() + bias)}"


def signed(value):
    """A term of a sum, with its sign: + 0.5, or − 0.5 with a real minus."""
    text = short(value)
    return f" − {text[1:]}" if text.startswith("−") else f" + {text}"


def verdict(kernel, bias, sums, relu):
    """Say in a sentence what this kernel sees, or why it sees nothing."""
    if not kernel.any():
        return f"With all nine weights 0 no pixel counts: every sum is the bias, {short(bias)}."
    if relu and sums.max() <= 0:
        return "No sum is above 0, and ReLU makes all of them 0: nothing gets through."
    paper, ink = short(bias), short(kernel.sum() + bias)
    return f"Where all nine pixels are 0, the sum is {paper}; where all are 1, it is {ink}."


class ConvolutionExplorer(LivePicture):
    """The image and its feature map; below them the nine pixels, weights and products."""

    size = (7.4, 4.7)
    folded = ("stride", "padding", "hide")
    presets = {
        label: {f"k{i}{j}": float(weights[i][j]) for i, j in PLACES}
        | {"bias": 0.0, "relu": label == "Silent after ReLU"}
        for label, weights in KERNELS.items()
    }

    def __init__(self, image=None, kernel=None):
        self.kernel = check_kernel(KERNELS["Vertical edges"] if kernel is None else kernel)
        if image is None:
            images, self.labels = datasets.mnist_test()
            self.images = to_float(images)
        else:
            self.images, self.labels = check_image(image)[None], None
        self.low, self.high = min(self.images.min(), 0), max(self.images.max(), 1)
        super().__init__()

    def make_controls(self):
        height, width = self.images.shape[1:]
        controls = {
            "play": player("Slide it", 1_000_000, 100),
            "row": int_slider("window row", 0, height - 1, min(15, height - KERNEL)),
            "column": int_slider("window column", 0, width - 1, min(15, width - KERNEL)),
        }
        if self.labels is not None:
            controls["number"] = int_slider("test image", 0, len(self.images) - 1, 0)
        side = max(MOST, math.ceil(np.abs(self.kernel).max()))
        for i, j in PLACES:
            label = f"w{SUB[i]}{SUB[j]}"
            controls[f"k{i}{j}"] = number_field(label, -side, side, self.kernel[i, j], 0.5)
        controls["play"].each = self.advance
        return controls | {
            "bias": slider("bias", -5, 5, 0.0, 0.1),
            "stride": int_slider("stride", 1, 3, 1),
            "padding": int_slider("padding", 0, 1, 0),
            "relu": toggle("ReLU"),
            "pool": toggle("max-pool 2 × 2"),
            "hide": toggle("hide the sums still to come"),
        }

    def rows(self):
        weights = [f"k{i}{j}" for i, j in PLACES]
        return [weights, *(name for name in self.controls if name not in weights)]

    def advance(self):
        """Move the window to its next place: along the row, then to the row below, then back."""
        values = self.values()
        _, sums, _ = self.look(values)
        row, column = self.place(sums, values)
        place = (row * sums.shape[1] + column + 1) % sums.size
        row, column = divmod(place, sums.shape[1])
        self.set(row=row, column=column)

    def look(self, values):
        """Return (padded image, sums, what is shown) for the values of the controls."""
        kernel = np.array([values[f"k{i}{j}"] for i, j in PLACES]).reshape(KERNEL, KERNEL)
        options = {name: values[name] for name in ("bias", "stride", "padding", "relu", "pool")}
        return compute(self.images[values.get("number", 0)], kernel, **options)

    def place(self, sums, values):
        """Return row and column of the window among the sums; beyond the last it stays there."""
        return tuple(
            min(values[name], size - 1)
            for name, size in zip(("row", "column"), sums.shape, strict=True)
        )

    def products(self, padded, sums, values):
        """Return (pixels, weights), each (3, 3), at the window."""
        top, left = (values["stride"] * at for at in self.place(sums, values))
        kernel = np.array([values[f"k{i}{j}"] for i, j in PLACES]).reshape(KERNEL, KERNEL)
        return padded[top : top + KERNEL, left : left + KERNEL], kernel

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.1, 1, 0.87), hspace=0.06)
        grid = fig.add_gridspec(2, 1, height_ratios=(2.35, 1))
        height, width = self.images.shape[1:]
        top = grid[0].subgridspec(1, 2)
        image_axes, map_axes = fig.add_subplot(top[0]), fig.add_subplot(top[1])
        # blanks keep room for the texts that change
        for ax in (image_axes, map_axes):
            ax.set(xticks=[], yticks=[], title=" ", xlabel=" ", facecolor="0.85")
        ink = {"cmap": INK, "vmin": self.low, "vmax": self.high}
        frame = {"fill": False, "lw": 2.5, "ec": RED, "zorder": 4}
        artists = {
            "image": image_axes.imshow(np.zeros((height, width)), **ink),
            "map": map_axes.imshow([[0.0]], cmap=DIVERGING, extent=(0, 1, 1, 0)),
            "window": Rectangle((0, 0), KERNEL, KERNEL, **frame),
            "spot": Rectangle((0, 0), 1, 1, **frame),
        }
        # a rim of a pixel, so that padding has a place
        image_axes.set(xlim=(-1, width + 1), ylim=(height + 1, -1))
        map_axes.set_aspect(height / width)
        image_axes.add_patch(artists["window"])
        map_axes.add_patch(artists["spot"])
        for name, ax, y in (
            ("image_title", image_axes, 1),
            ("title", map_axes, 1),
            ("at", image_axes, 0),
            ("range", map_axes, 0),
        ):
            style = {"size": 12, "shift": (0, 12)} if y else {"size": 9, "shift": (0, -10)}
            colour = BLACK if y else GREY
            artists[name] = QuickText(ax, 0.5, y, on=ax.transAxes, color=colour, **style)
        artists["image_title"].set_text("The image and the window")
        artists |= self._build_tables(fig, grid[1].subgridspec(1, 3))
        artists["sum"] = QuickText(fig, 0.5, 0.075)
        artists["verdict"] = QuickText(fig, 0.5, 0.028, color=GREY)
        return artists

    def _build_tables(self, fig, grid):
        artists = {}
        styles = {
            "pixels": {"cmap": INK, "vmin": self.low, "vmax": self.high},
            "weights": {"cmap": DIVERGING_LIGHT},
            "products": {"cmap": DIVERGING_LIGHT},
        }
        titles = ("pixels in the window  ×", "weights  =", "products")
        for k, ((name, style), title) in enumerate(zip(styles.items(), titles, strict=True)):
            ax = fig.add_subplot(grid[k], xticks=[], yticks=[])
            artists[name] = ax.imshow(np.zeros((KERNEL, KERNEL)), aspect=0.55, **style)
            ax.set_title(title, fontsize=10)
            artists[f"{name}_numbers"] = [QuickText(ax, j, i, size=9) for i, j in PLACES]
        return artists

    def compute(self, **values):
        padded, sums, shown = self.look(values)
        pixels, kernel = self.products(padded, sums, values)
        return {
            "padded": padded,
            "sums": sums,
            "shown": shown,
            "pixels": pixels,
            "kernel": kernel,
            "place": self.place(sums, values),
            "values": values,
            "total": outcome(pixels * kernel, values["bias"], values["relu"]),
            "said": verdict(kernel, values["bias"], sums, values["relu"]),
        }

    def update(self, artists, padded, sums, shown, pixels, kernel, place, values, total, said):
        row, column = place
        artists["image"].set_data(padded)
        edge, (height, width) = values["padding"], self.images.shape[1:]
        artists["image"].set_extent((-edge, width + edge, height + edge, -edge))
        corner = values["stride"] * column - edge, values["stride"] * row - edge
        artists["window"].set_xy(corner)
        artists["at"].set_text(f"window at row {row}, column {column} of the feature map")

        drawn, place = shown, (row, column)
        if values["hide"]:
            reached = np.arange(sums.size).reshape(sums.shape) <= row * sums.shape[1] + column
            drawn = np.where(reached[1::2, 1::2] if values["pool"] else reached, shown, np.nan)
        if values["pool"]:
            place = (row // POOL, column // POOL)
        artists["map"].set_data(drawn)
        largest = np.abs(shown).max()
        artists["map"].set_clim(-(largest or 1), largest or 1)
        down, right = shown.shape
        artists["spot"].set_visible(place[0] < down and place[1] < right)
        artists["spot"].set_bounds(place[1] / right, place[0] / down, 1 / right, 1 / down)
        name = "After max-pool" if values["pool"] else "The feature map"
        artists["title"].set_text(f"{name}, {down} × {right}")
        artists["range"].set_text(scale(largest))
        self.update_tables(artists, pixels, kernel)
        artists["sum"].set_text(total)
        artists["verdict"].set_text(said)

    def update_tables(self, artists, pixels, kernel):
        contents = {"pixels": pixels, "weights": kernel, "products": pixels * kernel}
        for name, numbers in contents.items():
            artists[name].set_data(numbers)
            if name != "pixels":
                largest = np.abs(kernel).max() or 1
                artists[name].set_clim(-largest, largest)
            for text, value in zip(artists[f"{name}_numbers"], numbers.flat, strict=True):
                text.set_text(short(value))
        middle = (self.low + self.high) / 2
        for text, value in zip(artists["pixels_numbers"], pixels.flat, strict=True):
            text.set_color("white" if value > middle else BLACK)

    def describe(self, shown, kernel, place, values, total, said, **_):
        row, column = place
        rows = "; ".join(", ".join(short(weight) for weight in line) for line in kernel)
        image = "your image"
        if self.labels is not None:
            number = values["number"]
            image = f"test image {number}, a {self.labels[number]}"
        kind = "after max-pool" if values["pool"] else "the feature map"
        unseen = " What the window has not reached is hidden." if values["hide"] else ""
        return (
            f"The kernel ({rows}) slides over {image}. At row {row}, column {column} the products "
            f"add up: {total}. "
            f"To the right {kind}, {shown.shape[0]} by {shown.shape[1]} numbers from "
            f"{short(shown.min())} to {short(shown.max())}.{unseen} "
            f"{said}"
        )


def scale(largest):
    """What the colours of the feature map stand for."""
    if not largest:
        return "every number is 0: white"
    return f"blue −{short(largest)}     white 0     orange {short(largest)}"


def outcome(products, bias, relu):
    """The sum with its numbers, and what ReLU makes of it."""
    text = sum_of(products, bias)
    if relu:
        text += f", and ReLU makes it {short(max(products.sum() + bias, 0))}"
    return text


def explore_convolution(image=None, kernel=None):
    """Slide a 3 x 3 kernel over an image: each weight, the sum in numbers, and the feature map.

    image: your own (H, W), 3 to 64 pixels a side, uint8 divided by 255; without it MNIST's test
    images. kernel: nine weights of your own to begin with, (3, 3). ValueError for anything else.
    """
    return ConvolutionExplorer(image, kernel)
