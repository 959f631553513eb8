"""Training, live: boundary, losses and every hidden unit change while the network learns.

What is computed stands in training_run.py. Here is how it looks, and the controls.
"""

import dataclasses

import numpy as np
from contourpy import LineType, contour_generator
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from nnlib import nn
from nnlib.palette import (
    BLACK,
    BLUE,
    CYCLE,
    DIVERGING,
    DIVERGING_LIGHT,
    GREY,
    GRID,
    MARKERS,
    RED,
)
from nnlib.widgets.base.controls import choice, int_slider, player, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.training_run import (
    CHOICES,
    DATA,
    FEW,
    LIVE,
    OWN,
    RANGES,
    SQUARED,
    Settings,
    TrainingRun,
    check_network,
    check_points,
)

SIDE = 60  # the plane is computed on so many points each way, a unit's picture on half as many
MOST_ROWS, MOST_COLUMNS = 3, 8  # of units that are drawn
MOST_DRAWN = 400  # points of a loss curve
TICKS = 100_000
LOWEST = 1e-6  # a loss below this is drawn there
PACES = (1, 5, 20, 100)  # optimizer steps a frame
MOST_STEPS = 20_000  # before it is shown
OWN_NETWORK = {"layers", "units", "activation", "start", "dropout"}  # settings it has no use for

LOW_TO_HIGH = DIVERGING(np.arange(256), bytes=True)
LIGHT = DIVERGING_LIGHT(np.arange(256), bytes=True)
NO_NUMBER = np.array([200, 200, 200, 255], np.uint8)
CLASSES = np.array([to_rgb(colour) for colour in CYCLE])


def shade(values, table):
    """Colours (..., 4), uint8, for values from 0 to 1 in a table of 256; grey for NaN."""
    finite = np.isfinite(values)
    colours = table[(255 * np.clip(np.where(finite, values, 0), 0, 1)).astype(np.uint8)]
    if not finite.all():
        colours[~finite] = NO_NUMBER
    return colours


def plane_colours(chances):
    """Colours (side, side, 4) of the plane for chances (side, side) of class 1, or (..., K)."""
    if chances.ndim == 2:
        return shade(chances, LIGHT)
    light = 1 - 0.45 * (1 - CLASSES[: chances.shape[-1]])
    colours = np.full((*chances.shape[:2], 4), 255, np.uint8)
    with np.errstate(all="ignore"):
        mixed = np.clip(chances, 0, 1) @ light
        colours[..., :3] = 255 * np.clip(np.nan_to_num(mixed, nan=0.78), 0, 1)
    return colours


def boundary(first, second, chances):
    """Points (2, n) of the lines where the answer changes, NaN between two lines."""
    if chances.ndim == 2:
        heights = [chances - 0.5]
    else:
        best_two = np.sort(chances, axis=-1)[..., -2:]
        heights = [
            np.where(chances[..., k] == best_two[..., 1], best_two[..., 0], best_two[..., 1])
            for k in range(chances.shape[-1])
        ]
        heights = [chances[..., k] - other for k, other in enumerate(heights)]
    lines = []
    for z in heights:
        if np.isfinite(z).all():
            generator = contour_generator(first, second, z, line_type=LineType.ChunkCombinedNan)
            (found,) = generator.lines(0.0)[0]
            if found is not None:
                lines += [found, np.full((1, 2), np.nan)]
    return np.concatenate(lines).T if lines else np.empty((2, 0))


def scaled(layer, outputs):
    """Outputs of one hidden layer (units, side, side) as 0 ... 1, 0.5 for the middle.

    The middle is 0.5 for a sigmoid, otherwise 0; the ends are those of the function, or, where it
    has none, the largest output of the layer.
    """
    if isinstance(layer, nn.Sigmoid):
        return outputs
    if isinstance(layer, nn.Tanh):
        return outputs / 2 + 0.5
    with np.errstate(all="ignore"):
        return outputs / (2 * max(np.nanmax(np.abs(outputs)), 1e-6)) + 0.5


def mosaic(layers, gap=3):
    """Pictures of units side by side, a row a layer: colours (height, width, 4), row 0 on top.

    layers: arrays (units, side, side) of 0 ... 1, row 0 at the bottom. Transparent in between.
    """
    side = layers[0].shape[-1]
    columns = max(len(layer) for layer in layers)
    pitch = side + gap
    picture = np.zeros((len(layers) * pitch - gap, columns * pitch - gap, 4), np.uint8)
    for row, layer in enumerate(layers):
        for column, unit in enumerate(layer):
            top, left = row * pitch, column * pitch
            tile = picture[top : top + side, left : left + side]
            tile[...] = shade(unit[::-1], LOW_TO_HIGH)
            # a thin frame, so that a unit that is white everywhere is seen
            tile[[0, -1], :, :3] = tile[:, [0, -1], :3] = 150
    return picture


def nice_end(steps):
    """The smallest of 50, 100, 200, 500, 1000 ... that is not below steps."""
    power = 10.0 ** np.floor(np.log10(max(steps, 50)))
    return next(int(m * power) for m in (1, 2, 5, 10) if m * power >= max(steps, 50))


def preset(pace=5, **settings):
    """A preset that starts over with these settings, and the defaults for all others."""
    return {"play": 0, "pace": pace, **dataclasses.asdict(Settings(**settings))}


class TrainingExplorer(LivePicture):
    """The plane and its boundary; beside it the losses, and below them every hidden unit."""

    size = (7.8, 4.6)
    folded = ("pace", "points", "noise", "validation", "start", "loss", "batch", "dropout")
    folded += ("weight_decay", "seed")
    # for explore_training() alone: a learner's own network and data are not taken away
    all_presets = {
        "XOR learns": preset(data="XOR", lr=1.0, batch=0),
        "XOR never learns": preset(
            pace=20,
            data="XOR",
            activation="sigmoid",
            start="normal × 0.01",
            loss=SQUARED,
            lr=1.0,
            batch=0,
        ),
        "Too small": preset(data="three spirals", noise=0.1, units=2),
        "Large enough": preset(data="three spirals", noise=0.1, layers=2, units=8),
        "Overfits": preset(
            points=60, noise=0.3, validation=0.5, layers=2, units=8, optimizer="Adam", lr=0.03
        ),
        "Units die": preset(data="circles", layers=2, units=8, activation="ReLU", lr=10.0),
        "Explodes": preset(
            pace=1, layers=3, units=8, activation="ReLU", start="normal × 3", lr=10.0
        ),
    }

    def __init__(self, model=None, own=None, start=None, steps=0, pace=5):
        self.model, self.own, self.head, self.pace = model, own, steps, pace
        self.start = start or Settings()
        TrainingRun(self.start, model, own)  # what does not fit is said at once
        self.presets = self.all_presets if model is None and own is None else {}
        self.run, self.clock, self.pending, self.drawn = None, 0, steps, False
        super().__init__()

    def make_controls(self):
        start = self.start
        self.player = player("Play", TICKS, 50)
        batches = {"all": 0, "1": 1, "4": 4, "16": 16, "64": 64}
        decays = {f"{decay:g}": decay for decay in (0.0, 1e-4, 1e-3, 0.01, 0.1)}
        rates = {f"{lr:g}": lr for lr in (1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)}
        controls = {
            "play": self.player,
            "once": self.action("Step", self.tick, "Train for one frame"),
            "again": self.action("Start over", self.start_over, "Back to the initial weights"),
            "pace": choice("steps a frame", PACES, self.pace),
            "data": choice("data", self.data_sets(), start.data),
            "points": int_slider("points", *RANGES["points"], start.points, 20),
            "noise": slider("noise", *RANGES["noise"], start.noise, 0.05),
            "validation": slider("for validation", *RANGES["validation"], start.validation, 0.1),
            "layers": int_slider("hidden layers", *RANGES["layers"], start.layers),
            "units": int_slider("units in each", *RANGES["units"], start.units),
            "activation": choice("activation", CHOICES["activation"], start.activation),
            "start": choice("initial weights", CHOICES["start"], start.start),
            "loss": choice("loss", CHOICES["loss"], start.loss),
            "optimizer": choice("optimizer", CHOICES["optimizer"], start.optimizer),
            "lr": choice("learning rate", with_value(rates, start.lr), start.lr),
            "batch": choice("batch size", with_value(batches, start.batch), start.batch),
            "dropout": slider("dropout", *RANGES["dropout"], start.dropout, 0.1),
            "weight_decay": choice(
                "weight decay", with_value(decays, start.weight_decay), start.weight_decay
            ),
            "seed": int_slider("seed", *RANGES["seed"], start.seed),
        }
        if self.model is not None:
            controls = {n: widget for n, widget in controls.items() if n not in OWN_NETWORK}
        return controls

    def data_sets(self):
        """The names of the data sets that the network has enough outputs for."""
        names = list(DATA) if self.own is None else [OWN, *DATA]
        if self.model is not None and check_network(self.model) < 3:
            names.remove("three spirals")
        return names

    def rows(self):
        settings = [name for name in self.controls if name not in ("play", "once", "again")]
        return [["play", "once", "again"], *settings]

    def _preset(self, label, chosen):
        def begin():
            self.set(**chosen)
            self.player.playing = True

        return self.action(label, begin)

    def tick(self):
        """Train for one frame, as the player does 20 times a second."""
        self.set(play=self.player.value + 1)

    def start_over(self):
        """Go back to the initial weights, with the present settings."""
        self.run = None
        self.set(play=0)

    def reset(self):
        """Set every control, and the training, to where they were at the start."""
        self.run, self.pending = None, self.head
        return super().reset()

    def follow(self, play, pace, settings):
        """Bring the run to where the controls want it: begun anew, or `pace` steps further."""
        back, forward = play < self.clock, play > self.clock
        self.clock = play
        live = {name: getattr(settings, name) for name in LIVE}
        if self.run is None or back or dataclasses.replace(self.run.settings, **live) != settings:
            self.run = TrainingRun(settings, self.model, self.own)
            forward = False
        self.run.tune(**live)
        if forward:
            self.run.step(pace)
        while self.pending:  # measured often enough for a curve
            steps = min(self.pending, max(pace, self.head // 200))
            self.run.step(steps)
            self.pending -= steps
        if self.run.broken:
            self.player.playing = False

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.11, 1, 0.89))
        grid = fig.add_gridspec(2, 2, width_ratios=(1.15, 1), height_ratios=(1.35, 1))
        plane = fig.add_subplot(grid[:, 0], xlabel="x₁", ylabel="x₂", box_aspect=1)
        plane.set_title("What the network answers", fontsize=10)
        plane.locator_params(nbins=5)
        exact = {"aspect": "auto", "interpolation": "nearest"}
        image = plane.imshow(np.zeros((SIDE, SIDE, 4), np.uint8), origin="lower", **exact, zorder=1)
        (line,) = plane.plot([], [], color=BLACK, lw=1.6, zorder=2)
        points = []
        for colour, marker in zip(CYCLE, MARKERS, strict=True):
            kept = {"ls": "", "marker": marker, "zorder": 3}
            points += plane.plot([], [], color=colour, mec="white", ms=6.5, mew=0.7, **kept)
            points += plane.plot([], [], mfc="white", mec=colour, ms=6, mew=1.5, **kept)
        keys = [
            Line2D([], [], ls="", marker="o", color=GREY, label="training"),
            Line2D([], [], ls="", marker="o", mfc="white", mec=GREY, mew=1.5, label="validation"),
        ]
        plane.legend(
            handles=keys,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.14),
            ncols=2,
            frameon=False,
            fontsize=9,
            handletextpad=0.1,
        )

        curves = fig.add_subplot(grid[0, 1], xlabel="step", ylabel="loss", yscale="log")
        curves.set(xlim=(0, 50), ylim=(1e-2, 1))
        curves.grid(color=GRID, lw=0.6)
        (train,) = curves.plot([], [], color=BLUE, lw=1.8, marker=".", markevery=10**6)
        (validation,) = curves.plot([], [], color=RED, lw=1.8, ls="--", marker=".", markevery=10**6)
        keys = [
            Line2D([], [], color=BLUE, lw=1.8, label="training"),
            Line2D([], [], color=RED, lw=1.8, ls="--", label="validation"),
        ]
        above = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.98), "ncols": 2}
        curves.legend(handles=keys, frameon=False, fontsize=9, **above)

        units = fig.add_subplot(grid[1, 1], xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        units.set_title("Every hidden unit (orange: high)", fontsize=10)
        units.spines[:].set_visible(False)
        units.tick_params(length=0, labelsize=9)
        tiles = units.imshow(np.zeros((1, 1, 4), np.uint8), **exact, extent=(0, 1, 0, 1))
        units.set(xlim=(0, 1), ylim=(0, 1))
        self.plane, self.curves, self.units, self.named = plane, curves, units, None
        return {
            "plane": image,
            "boundary": line,
            "points": points,
            "train": train,
            "validation": validation,
            "tiles": tiles,
            "none": QuickText(units, 0.5, 0.5, color=GREY),
            "said": QuickText(fig, 0.5, 0.06),
        }

    def compute(self, play, pace, **values):
        begun = self.run
        self.follow(play, pace, dataclasses.replace(self.start, **values))
        chances, hidden = self.run.look(SIDE)
        return {"begun": self.run is not begun, "chances": chances, "hidden": hidden}

    def update(self, artists, begun, chances, hidden):
        if begun or not self.drawn:
            self.draw_points(artists)
        first, second, _ = self.run.grid(SIDE)
        artists["plane"].set_data(plane_colours(chances))
        artists["boundary"].set_data(*boundary(first, second, chances))
        self.draw_losses(artists)
        self.draw_units(artists, hidden)
        artists["said"].set_text(self.run.sentence())
        artists["said"].set_color(RED if self.run.broken else BLACK)

    def draw_points(self, artists):
        self.drawn = True
        window = self.run.window()
        artists["plane"].set_extent(window)
        self.plane.set(xlim=window[:2], ylim=window[2:])
        for dots in artists["points"]:
            dots.set_visible(False)
        for which, part in enumerate(self.run.parts()):
            classes = self.run.labels(part)
            few = len(part) <= 12
            for k in np.unique(classes):
                dots = artists["points"][2 * k + which]
                dots.set_visible(True)
                dots.set_data(*part.x[classes == k].T)
                dots.set_markersize(12 if few else 6.5 - 0.5 * which)

    def draw_losses(self, artists):
        run = self.run
        shown = np.unique(np.linspace(0, len(run.at) - 1, min(len(run.at), MOST_DRAWN)).astype(int))
        drawn = []
        for name, losses in (("train", run.train_losses), ("validation", run.validation_losses)):
            heights = np.maximum(np.array(losses)[shown if losses else []], LOWEST)
            artists[name].set_data(np.array(run.at)[shown if losses else []], heights)
            drawn += [heights.min(), heights.max()] if losses else []
        low, high = (min(drawn), max(drawn)) if drawn else (0.1, 1)
        self.curves.set_xlim(0, nice_end(run.steps))
        self.curves.set_ylim(
            10.0 ** min(-2, np.floor(np.log10(low))), 10.0 ** max(0, np.ceil(np.log10(high)))
        )

    def draw_units(self, artists, hidden):
        layers = [
            scaled(self.run.model[i], outputs[:MOST_COLUMNS, ::2, ::2])
            for i, outputs in zip(self.run.hidden, hidden, strict=True)
        ][:MOST_ROWS]
        artists["none"].set_text("" if layers else "there is no hidden layer")
        artists["tiles"].set_visible(bool(layers))
        if not layers:
            self.name_rows([], [])
            return
        picture = mosaic(layers)
        box = self.units.get_window_extent()
        scale = min(box.width / picture.shape[1], box.height / picture.shape[0])
        width, height = scale * picture.shape[1] / box.width, scale * picture.shape[0] / box.height
        artists["tiles"].set_data(picture)
        artists["tiles"].set_extent((0, width, 1 - height, 1))
        names = [
            f"layer {row}" + (f"\n8 of {len(a)}" if len(a) > MOST_COLUMNS else "")
            for row, a in enumerate(hidden[:MOST_ROWS], start=1)
        ]
        self.name_rows(
            [1 - height * (row + 0.5) / len(layers) for row in range(len(layers))], names
        )

    def name_rows(self, heights, names):
        """Write the names left of the rows; they belong to the background, and seldom change."""
        if (heights, names) != self.named:
            self.named = heights, names
            self.units.set_yticks(heights, names)
            self.background_changed()

    def describe(self, hidden, **_):
        run = self.run
        widths = [2, *(len(a) for a in hidden), run.outputs]
        settings = run.settings
        network = "your network" if self.model else f"a {'-'.join(map(str, widths))} network"
        return (
            f"Training {network} on {settings.data}, {settings.optimizer}, learning rate "
            f"{settings.lr:.3g}: its answers over the plane, its losses, and a small picture of "
            f"each of {sum(widths[1:-1])} hidden units. {run.sentence()}."
        ).replace("\n", ". ")


def first_settings(settings, own):
    """Settings from the keywords of explore_training; ValueError names one that does not exist."""
    unknown = set(settings) - {field.name for field in dataclasses.fields(Settings)}
    if unknown:
        known = ", ".join(field.name for field in dataclasses.fields(Settings))
        raise ValueError(
            f"explore_training has no setting {', '.join(sorted(unknown))}. It has: {known}."
        )
    if settings.get("data") == OWN and own is None:
        raise ValueError("explore_training expected your data as data=(X, y).")
    return Settings(**settings)


def with_value(options, value):
    """The options, smallest first, and the value among them."""
    if value not in options.values():
        options = {**options, f"{value:g}": value}
    return dict(sorted(options.items(), key=lambda item: item[1]))


def explore_training(model=None, data=None, *, steps=0, pace=5, **settings):
    """Watch a network learn: play, pause, step; every setting is a control.

    model: your own nn.Sequential with 2 inputs and one output a class (or one for two classes); a
    copy of it is trained. data: your own (X, y) with X (N, 2) and classes y (N,), or the name of a
    data set; of fewer than 20 points none is held back. steps: how many optimizer steps are taken
    before it is shown. settings: where the controls stand at first, such as activation="ReLU" or
    lr=1.0; see Settings. In the object that is returned, .run.model is the network in training.
    ValueError or TypeError for a network, data or a setting that does not fit.
    """
    if pace not in PACES:
        raise ValueError(f"explore_training expected pace to be one of {PACES}, got {pace!r}.")
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(f"explore_training expected steps from 0 to {MOST_STEPS}, got {steps!r}.")
    outputs = None if model is None else check_network(model)
    own = None
    if isinstance(data, str):
        settings["data"] = data
    elif data is not None:
        own = check_points(data)
        settings["data"] = OWN
        if len(own[0]) < FEW:
            settings.setdefault("validation", 0.0)
    elif outputs and outputs > 2:
        settings.setdefault("data", "three spirals")
    if model is not None and outputs > 1 and isinstance(model[len(model) - 1], nn.Softmax):
        settings.setdefault("loss", SQUARED)  # cross-entropy would apply it twice
    return TrainingExplorer(model, own, first_settings(settings, own), steps, pace)
