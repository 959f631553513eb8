"""Two digits as codes: mix the codes, and see what the decoder makes of the mixture."""

import math
import threading

import numpy as np
from traitlets import Bytes, Float, List, Unicode

from nnlib.palette import DIVERGING, INK
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import fixed
from nnlib.widgets.base.test_images import TestImages, number_trait
from nnlib.widgets.models.codes import (
    as_square,
    compute,
    decode_on_board,
    encode_on_board,
)


class Codes(TestImages):
    """Test images `first` and `second`, and their mixture: of the pixels, and of the codes.

    mix: 0 is the first, 1 the second; `code` is the mixed code, `decoded` its image (784 float32);
    `last_error` is the exception of the last change, or None, and is shown in a sentence.
    """

    _esm = joined(HERE / "codes.js")
    _css = style("codes", "digit_images")
    size = (8.4, 2.2)
    shows = ("first", "second")
    first, second = number_trait(0), number_trait(1)
    mix = Float(0.5, min=-2, max=3).tag(sync=True, setting=True)
    code = List(Float()).tag(sync=True)
    decoded = Bytes().tag(sync=True)
    alert = Unicode().tag(sync=True)
    call = Unicode("explore_codes()").tag(sync=True)

    def __init__(self, encode, decode, **settings):
        super().__init__(**settings)
        self.encode, self.decode = encode, decode
        self.last_error = None
        self._lock = threading.Lock()  # JupyterLab handles messages in more than one thread
        self.observe(self._answer, names=self.settings())
        self._show()  # an error comes now or never

    def look(self):
        """Return (the pixels mixed (784,), the code mixed (k,), it decoded (784,))."""
        ends = (self.image_of(number).ravel() for number in (self.first, self.second))
        return compute(self.encode, self.decode, *ends, self.mix)

    def _show(self):
        _, code, decoded = self.look()
        self.code, self.decoded = code.tolist(), decoded.astype("<f4").tobytes()

    def _answer(self, _):
        with self._lock, self.hold_sync():
            self.last_error, self.alert = None, ""
            try:
                self._show()
            except Exception as error:
                self.last_error = error
                self.alert = f"This mixture could not be made: {error} ({type(error).__name__})."

    def draw(self, figure):
        pixels, code, decoded = self.look()
        first, second = self.image_of(self.first), self.image_of(self.second)
        names = ("First image", "Pixels mixed", "Code mixed", "The code, decoded", "Second image")
        square = as_square(code) / (np.abs(code).max() or 1)
        images = (first, pixels.reshape(28, 28), square, decoded.reshape(28, 28), second)
        for k, (ax, name, image) in enumerate(
            zip(figure.subplots(1, 5), names, images, strict=True)
        ):
            colours = (DIVERGING, -1) if k == 2 else (INK, 0)
            ax.imshow(image, cmap=colours[0], vmin=colours[1], vmax=1)
            ax.set_title(name, fontsize=10)
            ax.set(xticks=[], yticks=[])

    def describe(self):
        shares = " to ".join(fixed(share) for share in (1 - self.mix, self.mix))
        text = (
            f"Test image {self.first}, a {self.label_of(self.first)}, and test image "
            f"{self.second}, a {self.label_of(self.second)}, mixed {shares}."
        )
        if self.alert:
            return f"{text} {self.alert}"
        pixels, code, decoded = self.look()
        off = math.sqrt(np.mean((pixels - decoded) ** 2))
        return (
            f"{text} The code has {len(code)} numbers; decoded, it differs from the mixed pixels "
            f"by {fixed(off)} in a typical pixel."
        )


def explore_codes(encode=encode_on_board, decode=decode_on_board):
    """Show two test images, a mixture of their codes, and what the decoder makes of it.

    encode: your network, or a function, from images (N, 784) to codes (N, k); decode: from codes
    back to images. Without them, the 64 principal components of the training images. TypeError for
    what cannot be called, ValueError for other shapes or numbers that are not finite.
    """
    for name, function in (("encode", encode), ("decode", decode)):
        if not callable(function):
            raise TypeError(
                f"explore_codes expected {name} to be a network or a function, got {function!r}."
            )
    own = encode is not encode_on_board or decode is not decode_on_board
    return Codes(encode, decode, **({"call": "explore_codes(encode, decode)"} if own else {}))
