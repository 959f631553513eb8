"""Two digits as codes: mix the codes, and see what the decoder makes of the mixture."""

import functools
import math

import numpy as np

from nnlib import datasets
from nnlib.data import to_float
from nnlib.palette import DIVERGING, INK
from nnlib.widgets.base.controls import int_slider, slider
from nnlib.widgets.base.live_picture import LivePicture

PIXELS = 784
COMPONENTS = 64  # of the ready-made code
EXAMPLES = 10_000  # training images that it is made from


@functools.cache
def principal_components(count=COMPONENTS):
    """(mean (784,), directions (784, count)): where the training images vary most, and how."""
    x = to_float(datasets.mnist()[0][0][:EXAMPLES]).reshape(-1, PIXELS)
    mean = x.mean(axis=0)
    _, directions = np.linalg.eigh((x - mean).T @ (x - mean))
    return mean, directions[:, -count:]


def encode_on_board(x):
    """The code (N, 64) of images (N, 784): how far they lie along each direction."""
    mean, directions = principal_components()
    return (x - mean) @ directions


def decode_on_board(code):
    """Images (N, 784) from codes (N, 64)."""
    mean, directions = principal_components()
    return mean + code @ directions.T


def ask(function, name, x, width=None):
    """function(x) as finite numbers (N, width), any width if None; ValueError for others."""
    y = np.asarray(function(x), np.float64)
    if y.ndim != 2 or len(y) != len(x) or not y.shape[1] or width not in (None, y.shape[1]):
        wanted = "k" if width is None else width
        raise ValueError(
            f"explore_codes expected {name} to make ({len(x)}, {wanted}) of {x.shape}, got "
            f"{y.shape}."
        )
    if not np.isfinite(y).all():
        raise ValueError(f"explore_codes got NaN or infinity from {name}. Train it again.")
    return y


def compute(encode, decode, first, second, mix):
    """Mix two images (784,): (the pixels mixed (784,), the code mixed (k,), it decoded (784,)).

    mix: 0 is the first, 1 the second, 0.5 half way; below 0 and above 1 it goes beyond them.
    """
    both = np.stack([first, second]).astype(np.float32)
    shares = np.array([[1 - mix, mix]])
    code = shares @ ask(encode, "encode", both)
    image = ask(decode, "decode", code.astype(np.float32), PIXELS)
    return (shares @ both)[0], code[0], image[0]


def as_square(code):
    """A code (k,) row by row in the smallest square that holds it; NaN where nothing is left."""
    side = math.ceil(math.sqrt(len(code)))
    square = np.full(side * side, np.nan)
    square[: len(code)] = code
    return square.reshape(side, side)


class CodeExplorer(LivePicture):
    """Five pictures: first image, pixels mixed, code mixed, the code decoded, second image."""

    size = (8.4, 2.2)
    presets = {
        "A 7 becomes a 2": {"first": 0, "second": 1, "mix": 0.5},
        "A 4 becomes a 9": {"first": 4, "second": 9, "mix": 0.5},
        "Two 1s": {"first": 2, "second": 5, "mix": 0.5},
        "Too far": {"first": 0, "second": 1, "mix": 3.0},
    }

    def __init__(self, encode=encode_on_board, decode=decode_on_board):
        for name, function in (("encode", encode), ("decode", decode)):
            if not callable(function):
                raise TypeError(
                    f"explore_codes expected {name} to be a network or a function, got "
                    f"{function!r}."
                )
        self.encode, self.decode = encode, decode
        images, self.labels = datasets.mnist_test()
        self.images = to_float(images).reshape(-1, PIXELS)
        compute(encode, decode, self.images[0], self.images[1], 0.5)  # an error comes now or never
        super().__init__()

    def make_controls(self):
        last = len(self.images) - 1
        return {
            "first": int_slider("first image", 0, last, 0),
            "second": int_slider("second image", 0, last, 1),
            "mix": slider("mix", -2, 3, 0.5, step=0.05),
        }

    def build(self, fig):
        names = ("first", "pixels", "code", "decoded", "second")
        titles = ("First image", "Pixels mixed", "Code mixed", "The code, decoded", "Second image")
        artists = {}
        for ax, name, title in zip(fig.subplots(1, 5), names, titles, strict=True):
            ax.set_title(title, fontsize=10)
            ax.set(xticks=[], yticks=[])
            if name == "code":
                artists[name] = ax.imshow(np.zeros((1, 1)), cmap=DIVERGING, vmin=-1, vmax=1)
            else:
                artists[name] = ax.imshow(np.zeros((28, 28)), cmap=INK, vmin=0, vmax=1)
        return artists

    def compute(self, first, second, mix):
        ends = self.images[first], self.images[second]
        pixels, code, decoded = compute(self.encode, self.decode, *ends, mix)
        state = {"first": first, "second": second, "mix": mix, "ends": ends}
        return state | {"pixels": pixels, "code": code, "decoded": decoded}

    def update(self, artists, ends, pixels, code, decoded, **_):
        square = as_square(code)
        high = float(np.abs(code).max()) or 1.0
        artists["code"].set_data(square / high)
        side = len(square)
        artists["code"].set_extent((-0.5, side - 0.5, side - 0.5, -0.5))
        images = {"first": ends[0], "pixels": pixels, "decoded": decoded, "second": ends[1]}
        for name, image in images.items():
            artists[name].set_data(image.reshape(28, 28))

    def describe(self, first, second, mix, pixels, code, decoded, **_):
        off = math.sqrt(np.mean((pixels - decoded) ** 2))
        return (
            f"Test image {first}, a {self.labels[first]}, and test image {second}, a "
            f"{self.labels[second]}, mixed {1 - mix:.2f} to {mix:.2f}. The code has {len(code)} "
            f"numbers; decoded, it differs from the mixed pixels by {off:.2f} in a typical pixel."
        )


def explore_codes(encode=encode_on_board, decode=decode_on_board):
    """Show two test images, a mixture of their codes, and what the decoder makes of it.

    encode: your network, or a function, from images (N, 784) to codes (N, k); decode: from codes
    back to images. Without them, the 64 principal components of the training images. TypeError for
    what cannot be called, ValueError for other shapes or numbers that are not finite.
    """
    return CodeExplorer(encode, decode)
