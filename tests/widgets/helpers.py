"""What every explorer must stand: each control at both ends, alone and in pairs."""

import io
import itertools
import warnings

import ipywidgets
import numpy as np
from PIL import Image


def extremes(widget):
    """Return the values at the ends of a control: two, or all of them where they are few."""
    if isinstance(widget, ipywidgets.Checkbox | ipywidgets.ToggleButton):
        return [False, True]
    if isinstance(widget, ipywidgets.Dropdown | ipywidgets.ToggleButtons | ipywidgets.RadioButtons):
        return [value for _, value in widget._options_full]
    if isinstance(widget, ipywidgets.FloatLogSlider):
        return [widget.base**widget.min, widget.base**widget.max]
    if widget.has_trait("min") and widget.has_trait("max"):
        return [widget.min, widget.max]
    raise TypeError(f"extremes() does not know {type(widget).__name__}; teach it in helpers.py")


def odd_values(widget):
    """Return some values in between: next to an end, the middle, and a crooked one."""
    ends = extremes(widget)
    if isinstance(widget, ipywidgets.FloatLogSlider):
        return [
            widget.base ** (widget.min + share * (widget.max - widget.min)) for share in (0.37,)
        ]
    if not widget.has_trait("step"):  # a choice, also one between numbers
        return []
    low, high = ends
    values = [low + widget.step, high - widget.step, (low + high) / 2, low + 0.371 * (high - low)]
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
        for button in buttons(explorer.widget):
            button.click()
            check_picture(explorer, f"button {button.description}")
    press(explorer, "Reset")
    assert explorer.values() == explorer.defaults
    explorer.set(**start)


def buttons(widget):
    """Return all buttons inside a widget."""
    if isinstance(widget, ipywidgets.Button):
        return [widget]
    return [b for child in getattr(widget, "children", ()) for b in buttons(child)]


def press(explorer, label):
    """Press the button with this label."""
    (button,) = [b for b in buttons(explorer.widget) if b.description == label]
    button.click()
