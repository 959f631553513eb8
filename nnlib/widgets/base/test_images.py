"""The test images of an explorer: the first hundred are in the page, Python sends the others."""

import functools

import numpy as np
import traitlets

from nnlib import datasets
from nnlib.data import to_float
from nnlib.widgets.base.showpiece import Showpiece

IN_THE_PAGE = 100


@functools.cache
def packed_images(count=IN_THE_PAGE):
    """The first test images, 784 bytes each, then their labels, a byte each: 78.5 kB."""
    images, labels = datasets.mnist_test()
    return images[:count].tobytes() + labels[:count].astype(np.uint8).tobytes()


class TestImages(Showpiece):
    """A showpiece about test image `number`, which digit_images.js gets from here."""

    __test__ = False  # it is no test of pytest's

    number = traitlets.Int(0, min=0, max=9_999).tag(sync=True, setting=True)
    images = traitlets.Bytes().tag(sync=True)
    sent = traitlets.Dict().tag(sync=True)  # an image that is not in the page: number, label, bytes

    def __init__(self, **settings):
        self.all_images, self.all_labels = datasets.mnist_test()
        super().__init__(images=packed_images(), **settings)
        self.observe(lambda change: self._bring(change.new), names="number")

    def _bring(self, number):
        if number >= IN_THE_PAGE:
            image = self.all_images[number].tobytes()
            self.sent = {"number": number, "label": self.label_of(number), "image": image}

    def image_of(self, number):
        """Test image `number`: (28, 28), 0 background to 1 full ink."""
        return to_float(self.all_images[number])

    def label_of(self, number):
        """The digit that test image `number` is."""
        return int(self.all_labels[number])
