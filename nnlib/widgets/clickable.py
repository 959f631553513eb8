"""A picture that can be clicked; otherwise like the Picture of every LivePicture."""

from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


class ClickablePicture(anywidget.AnyWidget):
    """A PNG in `value`, its alternative text in `tooltip`.

    `when_clicked(x, y, shift)` is called with the place, shares of width and height from the top
    left, and whether Shift was held.
    """

    _esm = HERE / "clickable.js"
    value = traitlets.Bytes().tag(sync=True)
    # the front end asks for its length before it sets a tooltip
    description = traitlets.Unicode("").tag(sync=True)

    def __init__(self, when_clicked):
        super().__init__()
        self.when_clicked = when_clicked
        self.on_msg(self._message)

    def _message(self, _, content, buffers):
        self.when_clicked(content["x"], content["y"], content["shift"])
