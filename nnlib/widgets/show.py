"""The base of the showpieces: pages that compute and draw by themselves, without the kernel."""

import base64
from pathlib import Path

import anywidget

HERE = Path(__file__).parent


class Show(anywidget.AnyWidget):
    """A page in JavaScript, and a LivePicture that stands for it in the stored notebook.

    A subclass gives `_esm`, the settings as traits, and picture().
    """

    _css = HERE / "show.css"

    def picture(self):
        """Return the explorer that Python draws, with these settings."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        # the still picture of the stored notebook: GitHub, nbconvert, no kernel
        picture = self.picture()
        data["image/png"] = base64.b64encode(picture.png).decode("ascii")
        data["text/plain"] = picture.description
        return data, metadata
