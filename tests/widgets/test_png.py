import io

import numpy as np
import pytest
from PIL import Image

from nnlib.widgets.base.png import encode


@pytest.mark.parametrize("shape", [(1, 1, 4), (3, 5, 4), (40, 61, 4)])
def test_pillow_reads_the_same_pixels(shape):
    rgba = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    picture = Image.open(io.BytesIO(encode(rgba)))
    picture.verify()  # the checksums
    picture = Image.open(io.BytesIO(encode(rgba)))
    assert (picture.format, picture.mode) == ("PNG", "RGB")
    np.testing.assert_array_equal(np.asarray(picture), rgba[..., :3])
