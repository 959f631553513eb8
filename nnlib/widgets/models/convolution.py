"""Convolution of an image with a 3 x 3 kernel, max-pooling, and the sum in words."""

import numpy as np

from nnlib.data import to_float
from nnlib.widgets.base.numbers import short

KERNEL = 3  # rows and columns of the kernel
POOL = 2  # rows and columns of a pooling window
SMALLEST, LARGEST = 3, 64  # pixels a side of a learner's image


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


def outcome(products, bias, relu):
    """The sum with its numbers, and what ReLU makes of it."""
    text = sum_of(products, bias)
    if relu:
        text += f", and ReLU makes it {short(max(products.sum() + bias, 0))}"
    return text
