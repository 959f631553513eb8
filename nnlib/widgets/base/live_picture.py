"""LivePicture, the base of the explorers: controls on one side, one picture that follows them.

    class Line(LivePicture):
        presets = {"Flat": {"slope": 0}}

        def make_controls(self):
            return {"slope": slider("slope", -3, 3, 1)}

        def compute(self, slope):                    # at each change, once: what there is to show
            return {"slope": slope, "line": line(slope)}    # line() is a pure function

        def build(self, fig):                        # once: axes, and the artists that move
            ax = fig.add_subplot(xlim=(-1, 1), ylim=(-3, 3), xlabel="x", ylabel="y")
            return {"line": ax.plot([], [])[0]}

        def update(self, artists, line, **_):        # then: only those artists
            artists["line"].set_data(*line)

        def describe(self, slope, **_):              # the alternative text
            return f"A line through the origin with slope {slope}."

`Line()` in the last line of a cell shows it; `picture.set(slope=2)` moves it from code.
"""

import base64
import contextlib
import threading

import anywidget
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from nnlib.palette import PAPER
from nnlib.widgets.base.controls import Button, Player
from nnlib.widgets.base.javascript import KIT, joined, style
from nnlib.widgets.base.png import encode

SHARPEST = 2.0  # pixels of the picture for each of the page


class View(anywidget.AnyWidget):
    """The page's side of a LivePicture (kit/panel.js): the picture, and below it the controls.

    The page sends what was moved as a message, and the next one when `answered` names it.
    """

    _esm = joined(KIT / "panel.js")
    _css = style()
    width, height = traitlets.Int().tag(sync=True), traitlets.Int().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    alert = traitlets.Unicode().tag(sync=True)
    controls = traitlets.Dict().tag(sync=True)  # name: what kind it is, its label, its ends
    rows = traitlets.List().tag(sync=True)  # names side by side in each
    folded = traitlets.List().tag(sync=True)  # the same, under "More settings"
    values = traitlets.Dict().tag(sync=True)
    clickable = traitlets.Bool(False).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)

    def __init__(self, heard, **traits):
        super().__init__(**traits)
        self.heard = heard
        self.on_msg(lambda _, content, buffers: self.heard(content))


class LivePicture:
    """A picture that follows its controls. A subclass writes the methods below.

    `size` is in inches, 100 pixels of the page each; `presets` maps the label of a button to the
    values it sets; `folded` are the names of controls that are seldom needed. Attributes:
    `controls` (name to Control), `frames` (pictures drawn so far), `last_error` (the exception of
    the last failed drawing, or None), `png` (the picture, bytes).
    """

    size = (6.0, 4.0)
    dpi = 100
    presets = {}
    folded = ()

    def make_controls(self):
        """Return a dictionary from name to Control, in the order in which they are shown."""
        raise NotImplementedError

    def rows(self):
        """Return the controls as they are laid out: a name, or a list of names side by side."""
        return list(self.controls)

    def compute(self, **values):
        """Return what update() and describe() take by name, a dictionary: computed once."""
        return values

    def build(self, fig):
        """Make the axes; return a dictionary of the artists (or lists of them) that move.

        They are drawn above everything else: what must lie above them is returned as well.
        """
        raise NotImplementedError

    def update(self, artists, **state):
        """Change the artists, and only those, to show this state."""
        raise NotImplementedError

    def describe(self, **state):
        """Return a sentence or two that say what the picture shows: its alternative text."""
        raise NotImplementedError

    def clicked(self, x, y, shift=False):
        """Answer a click on the picture: shares of its width and height, from the top left."""
        raise NotImplementedError

    def __init__(self):
        self.frames = 0
        self.last_error = None
        # JupyterLab handles widget messages in more than one thread
        self._lock = threading.RLock()
        self._holding = False
        self._background = None
        self._background_key = None
        self.controls = dict(self.make_controls())
        self.defaults = self.values()
        self.figure = Figure(figsize=self.size, dpi=self.dpi, layout="constrained", facecolor=PAPER)
        self.figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
        self._canvas = FigureCanvasAgg(self.figure)
        self.artists = self.build(self.figure)
        self._moving = _animate(self.artists)
        self.widget = self._assemble()
        self._lay_out()
        for control in self.controls.values():
            control.observe(self._changed)
        self.redraw()

    def values(self):
        """Return the present value of every control that has one, by name."""
        return {name: _tidy(control.value) for name, control in self._valued().items()}

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
        for control in self.controls.values():
            if isinstance(control, Player):
                control.playing = False
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
        with self._lock, self.widget.hold_sync():
            try:
                state = self.compute(**self.values())
                self.update(self.artists, **state)
                self._paint()
                description = self.describe(**state)
            except Exception as error:
                self.show_error(error)
                if not self.widget.picture:
                    self._show(self._blank(), f"No picture: {error}")
            else:
                self._show(self._encode(), description)
                self.frames += 1
                self.last_error, self.widget.alert = None, ""
            self._tell()

    def background_changed(self):
        """Call it in `update` after a change of what does not move, other than axes' limits."""
        self._background = None

    def show_error(self, error):
        """Keep the exception, and say in the explorer what went wrong."""
        self.last_error = error
        sentence = str(error) or "no further explanation"
        kept = "It still shows the last settings that worked. " if self.frames else ""
        self.widget.alert = (
            f"The picture could not be drawn: {sentence} ({type(error).__name__}). "
            f"{kept}Move a control, or press Reset."
        )

    def act(self, handler):
        """Call `handler()`, then draw once; an exception is shown."""
        with self._lock:
            try:
                with self.one_frame():
                    handler()
            except Exception as error:
                self.show_error(error)

    def action(self, label, handler, tip=""):
        """Return a button that calls `handler()`, then draws; an exception is shown."""
        return Button(lambda: self.act(handler), label=label, tip=tip)

    @property
    def png(self):
        """The present picture: PNG, `size` times `dpi` pixels."""
        return bytes(self.widget.picture)

    @property
    def description(self):
        """The alternative text of the present picture."""
        return self.widget.description

    def still(self):
        """The present picture as a notebook stores it: PNG, twice as many pixels each way."""
        with self._lock:
            before, picture = self.dpi, self.png
            self._sharpen(2 * type(self).dpi)
            try:
                self._paint()
                picture = encode(np.asarray(self._canvas.buffer_rgba()), level=9)
            except Exception:  # what it shows now is an error, and the last good picture
                self._background = None
            self._sharpen(before)
            return picture

    def __repr__(self):
        settings = ", ".join(f"{name}={value!r}" for name, value in self.values().items())
        return f"{type(self).__name__}({settings})"

    def _repr_mimebundle_(self, include=None, exclude=None):
        # image/png is the still picture of the stored notebook: GitHub, nbconvert, no kernel
        data, metadata = self.widget._repr_mimebundle_()
        data = dict(data)
        data["image/png"] = base64.b64encode(self.still()).decode("ascii")
        data["text/plain"] = self.description
        shown = {"width": self.widget.width, "height": self.widget.height}
        return data, {**metadata, "image/png": shown}

    def _valued(self):
        return {name: one for name, one in self.controls.items() if one.has_trait("value")}

    def _changed(self, change):
        owner, name = change["owner"], change["name"]
        if isinstance(owner, Player) and owner.each and name == "value":
            if change["new"] > change["old"]:
                self.act(owner.each)
            return
        if self._holding:
            return
        if name == "value":
            self.redraw()
        else:
            self._tell()

    def _assemble(self):
        self.buttons = {
            f"preset {i}": self._preset(label, chosen)
            for i, (label, chosen) in enumerate(self.presets.items())
        }
        self.buttons["reset"] = self.action(
            "Reset", self.reset, "Back to the settings at the start"
        )
        rows = [[row] if isinstance(row, str) else list(row) for row in self.rows()]
        folded = [row for row in rows if set(row) <= set(self.folded)]
        # what plays stands in one line with the presets
        playing = [row for row in rows if any(isinstance(self.controls[n], Player) for n in row)]
        first = [*(name for row in playing for name in row), *self.buttons]
        width, height = (round(inches * type(self).dpi) for inches in self.size)
        return View(
            self._heard,
            width=width,
            height=height,
            rows=[first, *(row for row in rows if row not in folded + playing)],
            folded=folded,
            clickable=type(self).clicked is not LivePicture.clicked,
        )

    def _preset(self, label, chosen):
        return self.action(label, lambda: self.set(**chosen))

    def _tell(self):
        """Let the page know how the controls stand."""
        named = self.controls | self.buttons
        self.widget.controls = {name: control.spec() for name, control in named.items()}
        self.widget.values = {name: control.wire() for name, control in self._valued().items()}

    def _heard(self, sent):
        """Do what the page asks for: set values, press a button, answer a click, be sharper."""
        with self._lock, self.widget.hold_sync():
            if "set" in sent:
                pairs = {name: (self.controls[name], v) for name, v in sent["set"].items()}
                self.act(lambda: [setattr(c, "value", c.unwire(v)) for c, v in pairs.values()])
            elif "press" in sent:
                (self.controls | self.buttons)[sent["press"]].click()
            elif "playing" in sent:
                name, playing = sent["playing"]
                self.controls[name].playing = playing
            elif "click" in sent:
                self.act(lambda: self.clicked(*sent["click"]))
            elif "sharpness" in sent:
                sharpness = min(max(float(sent["sharpness"]), 1.0), SHARPEST)
                self._sharpen(round(type(self).dpi * sharpness))
                self.redraw()
            self.widget.answered = sent.get("number", 0)

    def _sharpen(self, dpi):
        if dpi != self.dpi:
            self.dpi = self.figure.dpi = dpi
            self._background = None

    def _lay_out(self):
        with contextlib.suppress(Exception):  # redraw() meets it again, and shows it
            self.update(self.artists, **self.compute(**self.values()))
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
        self.widget.description = description
        self.widget.picture = png


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
