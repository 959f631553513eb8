"""Test images, shifted and turned by hand: what the network makes of them."""

import threading

from traitlets import Bool, Float, Int, List, Unicode

from nnlib import pretrained
from nnlib.palette import BLUE, GREEN, INK, RED
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.test_images import TestImages, number_trait
from nnlib.widgets.models.digits import digit_reader, in_words, move_digit
from nnlib.widgets.models.photo import centre_digit

MOST = 28  # pixels of a shift: then nothing is left in the frame


def compute(read, image, right, down, degrees, centre):
    """Return (the image that the network sees (28, 28), its probabilities (10,))."""
    moved = move_digit(image, right, down, degrees)
    if centre:
        moved = centre_digit(moved)
    return moved, read(moved)


class Digits(TestImages):
    """Test image `number`, shifted by right and down pixels, turned by degrees, centred again.

    `chances` are the ten probabilities of read(image); `last_error` is the exception of the last
    change, or None, and is shown in a sentence.
    """

    _esm = joined(HERE / "explore_digits.js")
    _css = style("explore_digits", "digit_images")
    number = number_trait()
    right, down = (Int(0, min=-MOST, max=MOST).tag(sync=True, setting=True) for _ in range(2))
    degrees = Int(0, min=-180, max=180).tag(sync=True, setting=True)
    centre = Bool(False).tag(sync=True, setting=True)
    chances = List(Float()).tag(sync=True)
    alert = Unicode().tag(sync=True)
    own = Bool(False).tag(sync=True)

    def __init__(self, read, **settings):
        super().__init__(**settings)
        self.read = read
        self.last_error = None
        self._lock = threading.Lock()  # JupyterLab handles messages in more than one thread
        self.observe(self._answer, names=self.settings())
        self._answer()

    def look(self):
        """Return (the image that the network sees (28, 28), its probabilities (10,))."""
        image = self.image_of(self.number)
        return compute(self.read, image, self.right, self.down, self.degrees, self.centre)

    def _answer(self, _=None):
        with self._lock, self.hold_sync():
            self.last_error, self.alert = None, ""
            try:
                self.chances = [float(chance) for chance in self.look()[1]]
            except Exception as error:
                self.last_error = error
                self.alert = f"The image could not be read: {error} ({type(error).__name__})."

    def draw(self, figure):
        image, chances = self.look()
        left, bars = figure.subplots(1, 2)
        left.imshow(image, cmap=INK, vmin=0, vmax=1)
        left.set(title="What the network sees", xticks=[], yticks=[])
        colours = [RED if chance == chances.max() else BLUE for chance in chances]
        bars.barh(range(10), chances, color=colours)
        label = self.label_of(self.number)
        place = min(chances[label] + 0.03, 1.03)
        marker = {"marker": "<", "ms": 9, "color": GREEN, "ls": "", "clip_on": False}
        bars.plot([place], [label], label="the label", **marker)
        bars.legend(loc="lower right", handletextpad=0)
        bars.set(xlim=(0, 1), ylim=(9.6, -0.6), yticks=range(10), title="Its ten probabilities")
        bars.set(xlabel="probability", ylabel="digit")

    def describe(self):
        moves = [
            f"{self.right} pixels to the right" * (self.right != 0),
            f"{self.down} pixels down" * (self.down != 0),
            f"turned by {self.degrees} degrees" * (self.degrees != 0),
            "centred again" * self.centre,
        ]
        how = ", ".join(filter(None, moves)).replace("-", "−") or "as it is stored"
        text = f"Test image {self.number}, a {self.label_of(self.number)}, {how}."
        return f"{text} {self.alert or in_words(self.look()[1])}"


def explore_digits(model=None):
    """Show test images to shift and turn, and what `model` reads: yours, or the ready-made one.

    model: as for digit_pad(). ValueError for one that does not give ten numbers for an image.
    """
    read = digit_reader(pretrained.mnist_mlp() if model is None else model)
    return Digits(read, own=model is not None)
