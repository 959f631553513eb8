"""LivePicture, the base of the explorers: controls on one side, one picture that follows them.

    class Line(LivePicture):
        presets = {"Flat": {"slope": 0}}

        def make_controls(self):
            return {"slope": slider("slope", -3, 3, 1)}

        def build(self, fig):                        # once: axes, and the artists that move
            ax = fig.add_subplot(xlim=(-1, 1), ylim=(-3, 3), xlabel="x", ylabel="y")
            return {"line": ax.plot([], [])[0]}

        def update(self, artists, slope):            # at each change: only those artists
            artists["line"].set_data(*line(slope))   # line() is a pure function of this module

        def describe(self, slope):                   # the alternative text
            return f"A line through the origin with slope {slope}."

`Line()` in the last line of a cell shows it; `picture.set(slope=2)` moves it from code.
"""

import base64
import contextlib
import html
import threading
from decimal import Decimal

import ipywidgets
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from nnlib.widgets.palette import PAPER
from nnlib.widgets.png import encode


class Picture(ipywidgets.Image):
    """An Image whose tooltip is its alternative text: an img without alt is named by its title."""

    # the front end asks for its length before it sets a tooltip, and Image has none
    description = traitlets.Unicode("").tag(sync=True)


class LivePicture:
    """A picture that follows its controls. A subclass writes the four methods below.

    `size` is in inches at `dpi` pixels an inch; `presets` maps the label of a button to the
    values it sets. Attributes: `controls` (name to widget), `frames` (pictures drawn so far),
    `last_error` (the exception of the last failed drawing, or None), `png` (the picture, bytes).
    """

    size = (6.0, 4.0)
    dpi = 100
    presets = {}

    def make_controls(self):
        """Return a dictionary from name to widget, in the order in which they are shown."""
        raise NotImplementedError

    def build(self, fig):
        """Make the axes; return a dictionary of the artists (or lists of them) that move.

        They are drawn above everything else: what must lie above them is returned as well.
        """
        raise NotImplementedError

    def update(self, artists, **values):
        """Change the artists, and only those, to show these values."""
        raise NotImplementedError

    def describe(self, **values):
        """Return a sentence or two that say what the picture shows: its alternative text."""
        raise NotImplementedError

    def make_picture(self, width, height):
        """Return the widget that shows the picture, of this size in pixels: its `value` is PNG."""
        return Picture(format="png", width=str(width), height=str(height))

    def __init__(self):
        self.frames = 0
        self.last_error = None
        # JupyterLab handles widget messages in more than one thread
        self._lock = threading.RLock()
        self._holding = False
        self._background = None
        self._background_key = None
        self._description = ""
        self.controls = dict(self.make_controls())
        self.defaults = self.values()
        self.figure = Figure(figsize=self.size, dpi=self.dpi, layout="constrained", facecolor=PAPER)
        self.figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
        self._canvas = FigureCanvasAgg(self.figure)
        self.artists = self.build(self.figure)
        self._moving = _animate(self.artists)
        self.widget = self._assemble()
        self._lay_out()
        for widget in self._valued().values():
            widget.observe(self._changed, names="value")
        self.redraw()

    def values(self):
        """Return the present value of every control that has one, by name."""
        return {name: _tidy(widget.value) for name, widget in self._valued().items()}

    def set(self, **values):
        """Set several controls and draw once. ValueError names a control that does not exist."""
        unknown = set(values) - set(self._valued())
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no control {', '.join(sorted(unknown))}. "
                f"It has: {', '.join(self._valued())}."
            )
        with self.one_frame():
            for name, value in values.items():
                self.controls[name].value = value
        return self

    def reset(self):
        """Set every control to the value that it had at the start."""
        return self.set(**self.defaults)

    @contextlib.contextmanager
    def one_frame(self):
        """Inside this block controls may change as often as they like; it ends with one drawing."""
        with self._lock:
            held, self._holding = self._holding, True
            try:
                yield
            finally:
                self._holding = held
                if not held:
                    self.redraw()

    def redraw(self):
        """Draw the present values. An exception is kept in `last_error` and shown as a sentence."""
        with self._lock:
            try:
                values = self.values()
                self.update(self.artists, **values)
                self._paint()
                description = self.describe(**values)
            except Exception as error:
                self.show_error(error)
                if not self.image.value:
                    self._show(self._blank(), f"No picture: {error}")
                return
            self._show(self._encode(), description)
            self.frames += 1
            if self.last_error is not None:
                self.last_error = None
                self._alert.value = ""

    def background_changed(self):
        """Call it in `update` after a change of what does not move, other than axes' limits."""
        self._background = None

    def show_error(self, error):
        """Keep the exception, and say in the explorer what went wrong."""
        self.last_error = error
        sentence = html.escape(str(error) or "no further explanation")
        kept = "It still shows the last settings that worked. " if self.frames else ""
        self._alert.value = (
            '<div role="alert" style="padding: 6px 10px; border-left: 4px solid #d55e00; '
            'background: #fdebe0; color: #40200c; line-height: 1.4">'
            f"The picture could not be drawn: {sentence} ({type(error).__name__}). "
            f"{kept}Move a control, or press Reset.</div>"
        )

    def act(self, handler):
        """Call `handler()`, then draw once; an exception is shown."""
        with self._lock:
            try:
                with self.one_frame():
                    handler()
            except Exception as error:
                self.show_error(error)

    def action(self, label, handler, tooltip=None):
        """Return a button that calls `handler()`, then draws; an exception is shown."""
        button = ipywidgets.Button(description=label, tooltip=tooltip or label)
        button.layout = ipywidgets.Layout(width="auto", align_self="flex-start")
        button.on_click(lambda _: self.act(handler))
        return button

    @property
    def png(self):
        """The present picture: PNG, `size` times `dpi` pixels."""
        return bytes(self.image.value)

    @property
    def description(self):
        """The alternative text of the present picture."""
        return self._description

    def __repr__(self):
        settings = ", ".join(f"{name}={value!r}" for name, value in self.values().items())
        return f"{type(self).__name__}({settings})"

    def _repr_mimebundle_(self, include=None, exclude=None):
        # image/png is the still picture of the stored notebook: GitHub, nbconvert, no kernel
        bundle = dict(self.widget._repr_mimebundle_())
        bundle["image/png"] = base64.b64encode(self.png).decode("ascii")
        bundle["text/plain"] = self._description
        return bundle

    def _valued(self):
        return {name: w for name, w in self.controls.items() if w.has_trait("value")}

    def _changed(self, _):
        if not self._holding:
            self.redraw()

    def _assemble(self):
        width, height = (round(inches * self.dpi) for inches in self.size)
        self.image = self.make_picture(width, height)
        # it gives up to a quarter of its width before the controls move below it
        self.image.layout = ipywidgets.Layout(
            flex=f"1 1 {round(0.75 * width)}px",
            min_width="0",
            max_width=f"min(100%, {width}px)",
            height="auto",
        )
        self.image.add_class("nnlib-picture")
        self._alert = ipywidgets.HTML()
        self._alert.add_class("nnlib-alert")
        labelled = [w for w in self._valued().values() if not isinstance(w, ipywidgets.Checkbox)]
        longest = max((len(widget.description) for widget in labelled), default=0)
        for widget in labelled:
            # all labels as wide as the longest, so that the sliders stand below each other
            widget.style.description_width = f"{0.55 * longest + 1:.1f}em"
            widget.layout.width = "auto"  # as wide as the column
        buttons = [self._preset(label, chosen) for label, chosen in self.presets.items()]
        buttons.append(self.action("Reset", self.reset, "Back to the settings at the start"))
        row = ipywidgets.Box(buttons, layout=ipywidgets.Layout(flex_flow="row wrap"))
        column = ipywidgets.VBox(
            [row, *self.controls.values()],
            layout=ipywidgets.Layout(
                flex="1 1 260px", min_width="260px", max_width="460px", margin="0 0 0 4px"
            ),
        )
        body = ipywidgets.Box(
            [self.image, column],
            layout=ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start"),
        )
        widget = ipywidgets.VBox([body, self._alert])
        widget.add_class("nnlib-explorer")
        return widget

    def _preset(self, label, chosen):
        return self.action(label, lambda: self.set(**chosen))

    def _lay_out(self):
        with contextlib.suppress(Exception):  # redraw() meets it again, and shows it
            self.update(self.artists, **self.values())
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")  # from now on nothing but the moving artists moves

    def _paint(self):
        key = [_limits(ax) for ax in self.figure.axes]
        if self._background is None or key != self._background_key:
            self._canvas.draw()  # leaves the moving artists out
            self._background = self._canvas.copy_from_bbox(self.figure.bbox)
            self._background_key = [_limits(ax) for ax in self.figure.axes]
        else:
            self._canvas.restore_region(self._background)
        for artist in self._moving:
            if hasattr(artist, "do_3d_projection") and artist.get_visible():
                artist.do_3d_projection()
            self.figure.draw_artist(artist)

    def _encode(self):
        return encode(np.asarray(self._canvas.buffer_rgba()))

    def _blank(self):
        self._canvas.draw()
        return self._encode()

    def _show(self, png, description):
        with self.image.hold_sync():  # picture and text in one message
            self._description = description
            self.image.tooltip = description
            self.image.value = png


def slider(label, low, high, value, step=0.1, decimals=None):
    """A slider over the floats from low to high; shows as many decimals as its step has."""
    if decimals is None:
        decimals = max(0, -Decimal(f"{step:.6g}").as_tuple().exponent)
    return ipywidgets.FloatSlider(
        min=low,
        max=high,
        value=value,
        step=step,
        description=label,
        readout_format=f".{decimals}f",
        continuous_update=True,
    )


def int_slider(label, low, high, value, step=1):
    """A slider over the integers from low to high."""
    return ipywidgets.IntSlider(
        min=low, max=high, value=value, step=step, description=label, continuous_update=True
    )


def log_slider(label, low, high, value, step=0.05):
    """A slider over the powers of ten from 10**low to 10**high, `step` of a power apart."""
    return ipywidgets.FloatLogSlider(
        min=low,
        max=high,
        value=value,
        step=step,
        description=label,
        readout_format=".2g",
        continuous_update=True,
    )


def choice(label, options, value=None):
    """A drop-down list; options as in ipywidgets.Dropdown, the first one chosen at the start."""
    if value is None:
        first = next(iter(options))
        value = options[first] if isinstance(options, dict) else first
    return ipywidgets.Dropdown(options=options, value=value, description=label)


def player(most, interval):
    """Buttons to play, pause and stop; the value counts 0 ... most, each `interval` milliseconds.

    The tooltip names them, because the buttons themselves have only icons.
    """
    return ipywidgets.Play(
        min=0, max=most, interval=interval, show_repeat=False, tooltip="Play or pause, and stop"
    )


def toggle(label, value=False):
    """A tick box."""
    return ipywidgets.Checkbox(value=value, description=label, indent=False)


def _tidy(value):
    # one key press on a slider gives 1.0500000000000003
    return float(f"{value:.12g}") if isinstance(value, float) else value


def _animate(artists):
    """Mark the artists as moving; return them in the order in which they are drawn."""
    moving = []
    for entry in artists.values():
        moving.extend(entry if isinstance(entry, (list, tuple)) else [entry])
    # a picture that is drawn last would cover half of the frame of its axes
    for ax in {a.axes: None for a in moving if isinstance(a, (AxesImage, QuadMesh))}:
        moving.extend(ax.spines.values())
    for artist in moving:
        artist.set_animated(True)
    return sorted(moving, key=lambda artist: artist.get_zorder())


def _limits(ax):
    """What the background shows and an update may change."""
    key = [ax.get_xlim(), ax.get_ylim(), ax.get_xscale(), ax.get_yscale(), ax.get_visible()]
    key += [ax.get_title(), ax.get_xlabel(), ax.get_ylabel(), ax.get_position().bounds]
    if ax.name == "3d":
        key += [ax.get_zlim(), ax.elev, ax.azim]
    return key
