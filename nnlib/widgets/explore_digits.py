"""Test images, shifted and turned with sliders: what the network makes of them."""

import numpy as np

from nnlib import datasets, pretrained
from nnlib.data import to_float
from nnlib.palette import BLUE, GREEN, INK, RED
from nnlib.widgets.base.controls import int_slider, toggle
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.models.digits import centre_digit, digit_reader, in_words, move_digit


def compute(read, image, right, down, degrees, centre):
    """Return (the image that the network sees (28, 28), its probabilities (10,))."""
    moved = move_digit(image, right, down, degrees)
    if centre:
        moved = centre_digit(moved)
    return moved, read(moved)


class DigitExplorer(LivePicture):
    """A test image on the left, the ten probabilities on the right."""

    size = (7.4, 3.6)
    presets = {
        "Four pixels to the right": {"right": 4, "down": 0, "degrees": 0, "centre": False},
        "The same, centred": {"right": 4, "down": 0, "degrees": 0, "centre": True},
        "On its head": {"right": 0, "down": 0, "degrees": 180, "centre": False},
        "Out of the frame": {"right": 14, "down": 14, "degrees": 0, "centre": False},
    }

    def __init__(self, model=None):
        self.read = digit_reader(pretrained.mnist_mlp() if model is None else model)
        images, self.labels = datasets.mnist_test()
        self.images = to_float(images)
        super().__init__()

    def make_controls(self):
        return {
            "number": int_slider("test image", 0, len(self.images) - 1, 0),
            "right": int_slider("shift right", -14, 14, 0),
            "down": int_slider("shift down", -14, 14, 0),
            "degrees": int_slider("turn (degrees)", -180, 180, 0, step=5),
            "centre": toggle("centre it again"),
        }

    def build(self, fig):
        image_axes, bars = fig.subplots(1, 2)
        image_axes.set(title="What the network sees", xlabel="28 pixels", ylabel="28 pixels")
        image_axes.set(xticks=[], yticks=[])
        image = image_axes.imshow(np.zeros((28, 28)), cmap=INK, vmin=0, vmax=1)
        bars.set(xlim=(0, 1), ylim=(9.6, -0.6), yticks=range(10), title="Its ten probabilities")
        bars.set(xlabel="probability", ylabel="digit")
        marker = {"marker": "<", "ms": 9, "color": GREEN, "ls": "", "clip_on": False}
        (truth,) = bars.plot([], [], label="the label", **marker)
        bars.legend(loc="lower right", handletextpad=0)
        return {"image": image, "bars": list(bars.barh(range(10), [0] * 10)), "truth": truth}

    def compute(self, number, **moves):
        image, chances = compute(self.read, self.images[number], **moves)
        return {"image": image, "chances": chances, "number": number, **moves}

    def update(self, artists, image, chances, number, **_):
        artists["image"].set_data(image)
        for bar, chance in zip(artists["bars"], chances, strict=True):
            bar.set_width(chance)
            bar.set_color(RED if chance == chances.max() else BLUE)
        label = self.labels[number]
        artists["truth"].set_data([min(chances[label] + 0.03, 1.03)], [label])

    def describe(self, chances, number, right, down, degrees, centre, **_):
        moves = [f"{right} pixels to the right" * (right != 0), f"{down} pixels down" * (down != 0)]
        moves += [f"turned by {degrees} degrees" * (degrees != 0), "centred again" * centre]
        how = ", ".join(move for move in moves if move) or "as it is stored"
        return f"Test image {number}, a {self.labels[number]}, {how}. {in_words(chances)}"


def explore_digits(model=None):
    """Show test images to shift and turn, and what `model` reads: yours, or the ready-made one.

    model: as for digit_pad(). ValueError for one that does not give ten numbers for an image.
    """
    return DigitExplorer(model)
