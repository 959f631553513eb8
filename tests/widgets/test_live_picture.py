import base64
import io
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from nnlib.widgets import (
    LivePicture,
    choice,
    int_slider,
    log_slider,
    slider,
    toggle,
)
from tests.widgets.helpers import (
    buttons,
    check_picture,
    pixels,
    press,
    sweep,
)


class Line(LivePicture):
    presets = {"Flat": {"slope": 0}, "Steep": {"slope": 2.0, "reach": 5}}

    def make_controls(self):
        return {
            "slope": slider("slope", -3, 3, 1),
            "reach": int_slider("reach", 1, 5, 2),
            "scale": log_slider("scale", -2, 0, 1),
            "colour": choice("colour", ["black", "red"]),
            "grid": toggle("show the grid"),
        }

    def build(self, fig):
        self.ax = fig.add_subplot(ylim=(-3, 3), xlabel="x", ylabel="y")
        return {"line": self.ax.plot([], [])[0], "grid": self.ax.plot([], [], "k:")}

    def update(self, artists, slope, reach, scale, colour, grid):
        self.ax.set_xlim(-reach, reach)
        x = np.linspace(-reach, reach, 50)
        artists["line"].set_data(x, slope * scale * x)
        artists["line"].set_color(colour)
        artists["grid"][0].set_data([-reach, reach], [0, 0])
        artists["grid"][0].set_visible(grid)

    def describe(self, slope, reach, **_):
        return f"A line with slope {slope:g} from {-reach} to {reach}."


class BrokenButton(Line):
    def make_controls(self):
        return {**super().make_controls(), "fail": self.action("Fail", self.fail)}

    def fail(self):
        raise RuntimeError("the button broke")


class Fragile(Line):
    def update(self, artists, slope, **rest):
        if slope == 3:
            raise ValueError("slope 3 is <too> steep")
        if slope == -3:
            np.array([1.0]) / 0
        super().update(artists, slope, **rest)


def test_every_control_at_its_ends():
    sweep(Line())


def test_set_draws_once_and_returns_the_explorer():
    explorer = Line()
    assert explorer.frames == 1
    assert explorer.set(slope=2, reach=3, colour="red") is explorer
    assert explorer.frames == 2
    assert explorer.values() == {
        "slope": 2,
        "reach": 3,
        "scale": 1,
        "colour": "red",
        "grid": False,
    }


def test_a_control_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match=r"Line has no control speed. It has: slope, reach"):
        Line().set(speed=3)


def test_presets_and_reset_draw_once():
    explorer = Line()
    press(explorer, "Steep")
    assert (explorer.values()["slope"], explorer.values()["reach"]) == (2, 5)
    assert explorer.frames == 2
    press(explorer, "Reset")
    assert (explorer.values()["slope"], explorer.values()["reach"]) == (1, 2)
    assert explorer.frames == 3
    assert [b.label for b in buttons(explorer)] == ["Flat", "Steep", "Reset"]


def test_blitting_gives_the_same_picture_as_drawing_everything():
    blitted, fresh = Line(), Line()
    for values in ({"slope": 3}, {"reach": 5}, {"slope": -1, "colour": "red", "grid": True}):
        blitted.set(**values)
        fresh.background_changed()
        fresh.set(**values)
        np.testing.assert_array_equal(pixels(blitted), pixels(fresh))
    changed = np.any(pixels(blitted) != pixels(Line()), axis=2)
    assert changed.mean() > 0.005


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("slope", "sentence"),
    [(3, "slope 3 is <too> steep (ValueError)"), (-3, "divide by zero")],
)
def test_an_exception_in_update_is_shown_in_a_sentence(slope, sentence):
    explorer = Fragile()
    before = explorer.png
    explorer.controls["slope"].value = slope
    assert isinstance(explorer.last_error, ValueError | RuntimeWarning)
    alert = explorer.widget.alert
    assert f"The picture could not be drawn: {sentence}" in alert
    assert explorer.png == before
    explorer.controls["slope"].value = 2
    check_picture(explorer, "after the error")
    assert explorer.widget.alert == ""
    assert explorer.png != before


def test_an_exception_in_a_button_is_shown_until_the_next_good_picture():
    explorer = BrokenButton()
    press(explorer, "Fail")
    assert "the button broke (RuntimeError)" in explorer.widget.alert
    assert isinstance(explorer.last_error, RuntimeError)
    explorer.set(slope=0.5)
    assert explorer.last_error is None


def test_an_exception_at_the_first_picture_is_shown_too():
    class Broken(Line):
        def update(self, artists, **values):
            raise KeyError("no such layer")

    explorer = Broken()
    assert explorer.frames == 0
    assert "no such layer" in explorer.widget.alert
    assert "no such layer" in explorer.description
    assert explorer.png.startswith(b"\x89PNG")


def test_the_notebook_stores_a_sharp_still_picture_its_size_and_its_text():
    explorer = Line()
    data, metadata = explorer._repr_mimebundle_()
    still = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert still.size == (1200, 800)
    assert metadata["image/png"] == {"width": 600, "height": 400}
    assert pixels(explorer).shape == (400, 600, 3)  # the live one stays as it was
    assert data["text/plain"] == "A line with slope 1 from -2 to 2." == explorer.description
    model = data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert model == explorer.widget.model_id
    explorer.set(slope=2)
    assert explorer.widget.description == "A line with slope 2 from -2 to 2."


def test_the_page_moves_controls_and_is_answered():
    explorer = Line()
    explorer.widget.heard({"set": {"slope": 2.5, "colour": 1, "scale": -1}, "number": 1})
    assert explorer.values() == {
        "slope": 2.5,
        "reach": 2,
        "scale": 0.1,
        "colour": "red",
        "grid": False,
    }
    assert (explorer.frames, explorer.widget.answered) == (2, 1)
    explorer.widget.heard({"press": "preset 0", "number": 2})
    assert (explorer.values()["slope"], explorer.widget.values["slope"]) == (0, 0)
    assert (explorer.frames, explorer.widget.answered) == (3, 2)


def test_the_picture_gets_as_many_pixels_as_the_screen_has():
    explorer = Line()
    explorer.widget.heard({"sharpness": 1.5, "number": 1})
    assert pixels(explorer).shape == (600, 900, 3)
    explorer.widget.heard({"sharpness": 9, "number": 2})
    assert pixels(explorer).shape == (800, 1200, 3)
    assert explorer.widget.width == 600  # on the page it is as large as before


def test_what_is_computed_is_computed_once_a_frame():
    class Counted(Line):
        count = 0

        def compute(self, **values):
            self.count += 1
            return values

    explorer = Counted()
    before = explorer.count
    explorer.set(slope=2)
    assert explorer.count == before + 1


def test_repr_is_the_same_in_every_run_and_floats_are_tidy():
    explorer = Line()
    explorer.controls["slope"].value = 1.0500000000000003
    wanted = "Line(slope=1.05, reach=2, scale=1.0, colour='black', grid=False)"
    assert repr(explorer) == wanted == repr(Line().set(slope=1.05))


def test_sliders_show_as_many_decimals_as_their_step():
    assert slider("a", 0, 1, 0.5).decimals == 1
    assert slider("a", 0, 1, 0.5, step=0.05).decimals == 2
    assert slider("a", 0, 100, 50, step=5).decimals == 0
    assert slider("a", 0, 1, 0.5, step=1e-5).decimals == 5


def test_a_slider_keeps_to_its_ends():
    control = slider("a", 0, 1, 0.5)
    control.value = 7
    assert control.value == 1
    control.max = 0.25
    assert control.value == 0.25


def test_threads_do_not_mix_their_drawings():
    explorer = Line()
    slopes = np.round(np.linspace(-2.9, 2.9, 20), 2)
    threads = [threading.Thread(target=explorer.set, kwargs={"slope": s}) for s in slopes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert explorer.last_error is None
    last = explorer.values()["slope"]
    assert explorer.description.startswith(f"A line with slope {last:g} ")
    np.testing.assert_array_equal(pixels(explorer), pixels(Line().set(slope=last)))


def test_pyplot_is_never_imported():
    code = (
        "import sys, nnlib.widgets as w; w.explore_neuron(); w.fit_by_hand();"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
