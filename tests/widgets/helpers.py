"""What is stored of an explorer."""

import base64
import io

import numpy as np
from PIL import Image


def still(explorer):
    """The still picture of a stored notebook, and its words."""
    data, _ = explorer._repr_mimebundle_()
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert np.mean(picture.min(axis=2) < 200) > 0.01
    assert "application/vnd.jupyter.widget-view+json" in data
    return picture, data["text/plain"]
