"""What the digit explorers compute: moving, and asking a network. No widgets here.

How a drawing is centred as MNIST's digits were stands in photo.py.
"""

import numpy as np
from PIL import Image

from nnlib.nn.functional import softmax
from nnlib.nn.module import Module
from nnlib.training import predict


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
        "Expected a network that takes a batch of images and returns ten numbers per image, "
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
