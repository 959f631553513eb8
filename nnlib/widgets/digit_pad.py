"""The digit pad: draw with mouse, finger or keys, and watch what the network makes of it."""

import base64
import io
import threading

import anywidget
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nnlib import datasets, pretrained
from nnlib.data import to_float
from nnlib.palette import BLUE, GREY, INK, RED
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.models.digits import digit_reader, in_words
from nnlib.widgets.models.photo import centre_digit, resize

SIDE = 140  # the drawing has 140 x 140 pixels
EXAMPLE = 1  # which of the test images is on the pad at first
EMPTY = "Draw a digit from 0 to 9."


class DigitPad(anywidget.AnyWidget):
    """A pad and ten bars. `read` is a function from an image (28, 28) to probabilities (10,).

    `ink` holds the drawing, SIDE x SIDE bytes, 255 full ink, row by row; at each change `seen`
    (28 x 28 bytes, what the network gets), `chances` and `sentence` follow, and `frames` counts.
    `last_error` is the exception of the last change, or None; the pad shows it in a sentence.
    """

    _esm = joined(HERE / "pad.js")
    _css = style("pad")
    # without from_json a drawing from the browser would be refused in silence: it comes as a view
    # of memory, not as bytes
    ink = traitlets.Bytes().tag(sync=True, from_json=lambda value, widget: bytes(value))
    seen = traitlets.Bytes().tag(sync=True)
    chances = traitlets.List(traitlets.Float()).tag(sync=True)
    sentence = traitlets.Unicode(EMPTY).tag(sync=True)
    alert = traitlets.Unicode().tag(sync=True)
    frames = traitlets.Int(0).tag(sync=True)

    def __init__(self, read, example):
        super().__init__()
        self.read = read
        self.last_error = None
        self._lock = threading.Lock()  # JupyterLab handles messages in more than one thread
        self.observe(self._look, names="ink")
        self.draw(example)

    def draw(self, image):
        """Put an image on the pad: (28, 28) or any square, 0 background to 1 full ink."""
        bigger = resize(np.asarray(image, np.float32), SIDE, SIDE)
        self.ink = np.round(bigger * 255).astype(np.uint8).tobytes()
        return self

    def clear(self):
        """Take all ink off the pad."""
        return self.draw(np.zeros((28, 28)))

    def _look(self, _):
        with self._lock, self.hold_sync():
            self.last_error, self.alert = None, ""
            try:
                self._answer()
            except Exception as error:
                self.last_error = error
                self.alert = f"The drawing could not be read: {error} ({type(error).__name__})."
            self.frames += 1

    def _answer(self):
        drawing = as_image(self.ink, SIDE)
        image = centre_digit(drawing)
        self.seen = np.round(image * 255).astype(np.uint8).tobytes()
        if not image.any():
            self.chances, self.sentence = [], EMPTY
            return
        chances = self.read(image)
        self.chances, self.sentence = [float(p) for p in chances], in_words(chances)

    def still(self):
        """The pad as it is now: a picture, PNG bytes."""
        figure = Figure(figsize=(7.4, 3.0), layout="constrained")
        FigureCanvasAgg(figure)
        pad, seen, bars = figure.subplots(1, 3, width_ratios=(1.2, 0.8, 1))
        for ax, image, title in (
            (pad, as_image(self.ink, SIDE), "The pad"),
            (seen, as_image(self.seen, 28), "What the network sees"),
        ):
            ax.imshow(image, cmap=INK, vmin=0, vmax=1)
            ax.set_title(title, fontsize=11)
            ax.set(xticks=[], yticks=[])
        chances = np.array(self.chances or [0] * 10)
        colours = [RED if chances.any() and k == chances.argmax() else BLUE for k in range(10)]
        bars.barh(range(10), chances, color=colours)
        bars.set(xlim=(0, 1), yticks=range(10), xlabel="probability")
        bars.set_title("Its ten probabilities", fontsize=11)
        bars.invert_yaxis()
        figure.text(0.01, 0.01, "Run this cell to draw here.", color=GREY, fontsize=9)
        file = io.BytesIO()
        figure.savefig(file, format="png")
        return file.getvalue()

    def __repr__(self):
        return "A pad to draw a digit on, what the network sees of it, and its ten probabilities."

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        # the still picture of the stored notebook: GitHub, nbconvert, no kernel
        return data | {"image/png": base64.b64encode(self.still()).decode("ascii")}, metadata


def as_image(ink, side):
    """Bytes, row by row, as an image (side, side) from 0 to 1; ValueError for another length."""
    if len(ink) != side * side:
        raise ValueError(f"expected {side} x {side} bytes of ink, got {len(ink)}")
    return to_float(np.frombuffer(ink, np.uint8).reshape(side, side))


def digit_pad(model=None):
    """Show a pad to draw on, and what `model` reads: your own network, or the ready-made one.

    model: a network, or any function, from a batch of images to ten numbers each. An image that
    is drawn gets centred as MNIST's were before it is read. ValueError for another model.
    """
    read = digit_reader(pretrained.mnist_mlp() if model is None else model)
    return DigitPad(read, to_float(datasets.mnist_test()[0][EXAMPLE]))
