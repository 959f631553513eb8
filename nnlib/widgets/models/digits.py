"""What the digit explorers compute: centring, moving, and asking a network. No widgets here."""

import numpy as np
from PIL import Image

from nnlib.nn.functional import softmax
from nnlib.nn.module import Module
from nnlib.training import predict

BOX = 20  # pixels: MNIST's digits were scaled to fit this box
MIDDLE = 14  # row and column of the 28 x 28 image where their centre of mass was put


def centre_digit(pad):
    """Prepare a drawing as MNIST's digits were; pad (H, W) to (28, 28), 0 background to 1 full ink.

    The ink is cut out, scaled so that its longer side is 20 pixels, antialiased, and put so that
    its centre of mass is at (14, 14). No ink gives an empty image.
    Raises ValueError for another shape or values outside 0 ... 1.
    """
    pad = np.asarray(pad, np.float32)
    if pad.ndim != 2 or not (pad.min() >= 0 and pad.max() <= 1):
        raise ValueError(
            "centre_digit expected a drawing of shape (H, W) with ink from 0 to 1, got shape "
            f"{pad.shape} and values from {pad.min():g} to {pad.max():g}. Divide bytes by 255."
        )
    image = np.zeros((28, 28), np.float32)
    rows, columns = (np.flatnonzero((pad > 0).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return image
    cut = pad[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(side * BOX / max(cut.shape))) for side in cut.shape)
    digit = resize(cut, height, width)
    top, left = (
        # no further than the edge, where the digit would be cut off
        int(np.clip(round(MIDDLE - centre), 0, 28 - side))
        for centre, side in zip(centre_of_mass(digit), digit.shape, strict=True)
    )
    image[top : top + height, left : left + width] = digit
    return image


def centre_of_mass(image):
    """(row, column) of the mean position of the ink in an image (H, W) that has some."""
    weights = image / image.sum()
    rows, columns = np.indices(image.shape)
    return float((weights * rows).sum()), float((weights * columns).sum())


def resize(image, height, width):
    """An image (H, W) scaled to (height, width); each new pixel is the mean of what it covers."""
    scaled = Image.fromarray(image).resize((width, height), Image.Resampling.BOX)
    return np.clip(np.asarray(scaled), 0, 1)


def move_digit(image, right=0, down=0, degrees=0):
    """Turn an image (28, 28) clockwise about its middle, then shift it, in pixels; float32.

    What leaves the frame is lost; background comes in.
    """
    moved = Image.fromarray(np.asarray(image, np.float32)).rotate(
        -degrees, resample=Image.Resampling.BILINEAR, translate=(right, down)
    )
    return np.clip(np.asarray(moved), 0, 1)


def digit_reader(model):
    """read(image (28, 28)) -> probabilities (10,) for a network, or any function, of images.

    Tries a batch of one image, then of 784 pixels, then with one channel. Outputs that are no
    probabilities yet are taken as logits. Raises ValueError when none gives ten numbers.
    """
    if not callable(model):
        raise ValueError(
            f"Expected a network, or a function from images to ten numbers, got {model!r}. "
            "Pass the trained model itself."
        )
    ask = (lambda x: predict(model, x)) if isinstance(model, Module) else model
    refusals = []
    for shape in ((1, 28, 28), (1, 784), (1, 1, 28, 28)):
        try:
            outputs = np.asarray(ask(np.zeros(shape, np.float32)))
        except Exception as error:  # a learner's own function may raise anything
            refusals.append(f"{shape}: {error}")
            continue
        if outputs.shape == (1, 10):
            return lambda image: probabilities(ask(image.reshape(shape).astype(np.float32)))
        refusals.append(f"{shape}: it returned shape {outputs.shape}")
    raise ValueError(
        "Expected a network that takes a batch of images and returns ten numbers an image, "
        f"shape (1, 10). For inputs of shape {'; '.join(refusals)}"
    )


def probabilities(outputs):
    """Probabilities (10,) from a network's outputs (1, 10); ValueError when one is not finite."""
    outputs = np.asarray(outputs, np.float64)[0]
    if not np.isfinite(outputs).all():
        raise ValueError("The network answered NaN or infinity. Train it again, at a smaller rate.")
    if outputs.min() >= 0 and abs(outputs.sum() - 1) < 1e-3:  # it ends in a softmax
        return outputs
    return softmax(outputs)


def in_words(chances):
    """The network's answer as a sentence: probabilities (10,) to text."""
    first, second = np.argsort(-chances)[:2]
    sentence = f"The network says {first} ({chances[first]:.0%})"
    return sentence + (
        f", then {second} ({chances[second]:.0%})." if chances[second] > 0.1 else "."
    )
