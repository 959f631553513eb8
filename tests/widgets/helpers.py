"""What every explorer must stand: each control at both ends, alone and in pairs."""

import base64
import io
import itertools
import warnings

import numpy as np
from PIL import Image

from nnlib.widgets.base.controls import Button, LogSlider, Player


def extremes(control):
    """Return the values at the ends of a control: two, or all of them where they are few."""
    return [0, 3] if isinstance(control, Player) else control.ends()


def odd_values(control):
    """Return some values in between: next to an end, the middle, and a crooked one."""
    if isinstance(control, LogSlider):
        return [10 ** (control.low + 0.37 * (control.high - control.low))]
    if isinstance(control, Player) or not control.has_trait("step"):
        return []
    low, high = control.ends()
    values = [low + control.step, high - control.step, (low + high) / 2, low + 0.371 * (high - low)]
    if low < 0 < high:
        values.append(0)
    return [type(low)(value) for value in values]


def pixels(explorer):
    """Return the picture as uint8 of shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(explorer.png)))


def check_picture(explorer, setting):
    """The last drawing worked, and shows something."""
    assert explorer.last_error is None, f"{setting}: {explorer.last_error!r}"
    picture = pixels(explorer)
    width, height = (round(inches * explorer.dpi) for inches in explorer.size)
    assert picture.shape == (height, width, 3), setting
    ink = np.mean(picture.min(axis=2) < 200)
    assert ink > 0.005, f"{setting}: only {ink:.2%} of the picture is not white"
    assert explorer.description, setting
    assert "nan" not in explorer.description.split(), f"{setting}: {explorer.description}"


def sweep(explorer, pairs=True):
    """Set every control to its ends and to odd values, then every pair to its extremes.

    Warnings are errors, and so are an empty picture and an exception that a handler caught.
    Then every button is pressed; Reset restores the defaults. The controls end where they began.
    """
    controls = {name: w for name, w in explorer.controls.items() if w.has_trait("value")}
    start = explorer.values()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, widget in controls.items():
            for value in extremes(widget) + odd_values(widget):
                before, frames = widget.value, explorer.frames
                widget.value = value
                check_picture(explorer, {name: value})
                assert widget.value == before or explorer.frames == frames + 1, {name: value}
            explorer.set(**start)
        for one, other in itertools.combinations(controls if pairs else (), 2):
            for a, b in itertools.product(extremes(controls[one]), extremes(controls[other])):
                explorer.set(**{one: a, other: b})
                check_picture(explorer, {one: a, other: b})
            explorer.set(**start)
        for button in buttons(explorer):
            button.click()
            check_picture(explorer, f"button {button.label}")
    press(explorer, "Reset")
    assert explorer.values() == explorer.defaults
    explorer.set(**start)


def press(explorer, label):
    """Press the button with this label."""
    (button,) = [button for button in buttons(explorer) if button.label == label]
    button.click()


def buttons(explorer):
    """Return all buttons of an explorer."""
    named = explorer.buttons | explorer.controls
    return [control for control in named.values() if isinstance(control, Button)]


def still(explorer):
    """The still picture of a stored notebook, and its words."""
    data, _ = explorer._repr_mimebundle_()
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert np.mean(picture.min(axis=2) < 200) > 0.01
    assert "application/vnd.jupyter.widget-view+json" in data
    return picture, data["text/plain"]
