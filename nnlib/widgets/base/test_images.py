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
    """A showpiece about test images, whose numbers are the settings that `shows` names."""

    __test__ = False  # it is no test of pytest's
    shows = ("number",)
    images = traitlets.Bytes().tag(sync=True)
    sent = traitlets.Dict().tag(sync=True)  # {number: label and image} of those not in the page

    def __init__(self, **settings):
        self.all_images, self.all_labels = datasets.mnist_test()
        super().__init__(images=packed_images(), **settings)
        self.observe(self._bring, names=list(self.shows))

    def _bring(self, _):
        numbers = [getattr(self, name) for name in self.shows]
        self.sent = {
            str(number): {
                "label": self.label_of(number),
                "image": self.all_images[number].tobytes(),
            }
            for number in numbers
            if number >= IN_THE_PAGE
        }

    def image_of(self, number):
        """Test image `number`: (28, 28), 0 background to 1 full ink."""
        return to_float(self.all_images[number])

    def label_of(self, number):
        """The digit that test image `number` is."""
        return int(self.all_labels[number])


def number_trait(value=0):
    """The number of a test image, as a setting."""
    return traitlets.Int(value, min=0, max=9_999).tag(sync=True, setting=True)
