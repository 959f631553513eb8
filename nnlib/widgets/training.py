"""Training, live: boundary, losses and every hidden unit while the network learns."""

import copy
import dataclasses
import threading

import numpy as np
import traitlets
from matplotlib.colors import to_rgb
from traitlets import Bool, Float, Int, List, Unicode

from nnlib import nn
from nnlib.palette import BLACK, BLUE, CYCLE, DIVERGING, DIVERGING_LIGHT, GREY, MARKERS, RED
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.training_run import (
    CROSS,
    FEW,
    LIVE,
    MOST_CLASSES,
    OWN,
    SQUARED,
    Settings,
    TrainingRun,
    check_network,
    check_points,
    check_setting,
)

SIDE = 60  # points of the plane each way
PACES = (1, 5, 20, 100)  # optimizer steps a frame
MOST_STEPS = 20_000
MOST_ROWS, MOST_COLUMNS = 3, 8  # of units that are drawn
NAMES = tuple(field.name for field in dataclasses.fields(Settings))
FULL = np.array([to_rgb(colour) for colour in CYCLE[:MOST_CLASSES]])


class Training(Showpiece):
    """A network in training: the settings are those of Settings, and where it stands.

    steps: optimizer steps taken; pace: steps a frame while it plays; added: points by hand, rows
    x1, x2, class; weights: as the page last sent them, one list per parameter, [] where `steps`
    from the start give them. `run` is the TrainingRun as it stands, `run.model` its network.
    """

    _esm = joined(HERE / "training.js")
    _css = style("training")
    size = (7.8, 4.6)
    data = Unicode("moons").tag(sync=True, setting=True)
    points = Int(200).tag(sync=True, setting=True)
    noise = Float(0.15).tag(sync=True, setting=True)
    validation = Float(0.3).tag(sync=True, setting=True)
    layers, units = Int(1).tag(sync=True, setting=True), Int(4).tag(sync=True, setting=True)
    activation = Unicode("tanh").tag(sync=True, setting=True)
    start = Unicode("usual").tag(sync=True, setting=True)
    dropout = Float(0.0).tag(sync=True, setting=True)
    loss = Unicode(CROSS).tag(sync=True, setting=True)
    optimizer = Unicode("SGD").tag(sync=True, setting=True)
    lr = Float(0.3).tag(sync=True, setting=True)
    weight_decay = Float(0.0).tag(sync=True, setting=True)
    batch, seed = Int(16).tag(sync=True, setting=True), Int(0).tag(sync=True, setting=True)
    pace = Int(5).tag(sync=True, setting=True)
    steps = Int(0, min=0).tag(sync=True, setting=True)
    added = List().tag(sync=True, setting=True)
    own = List().tag(sync=True)  # the learner's points, rows x1, x2, class
    remote = Bool(False).tag(sync=True)  # the network is the learner's: Python trains it
    outputs = Int(0).tag(sync=True)  # of the learner's network
    weights = List().tag(sync=True)

    def __init__(self, network=None, **settings):
        self.network, self.lock = copy.deepcopy(network), threading.Lock()
        self.known = self.live = None  # a run and what it depends on; the learner's in training
        super().__init__(remote=network is not None, **settings)
        self.on_msg(self.answer)

    @traitlets.validate(*NAMES)
    def _known(self, proposal):
        return check_setting(proposal["trait"].name, proposal["value"])

    @traitlets.validate("pace")
    def _pace(self, proposal):
        if proposal["value"] not in PACES:
            raise ValueError(
                f"explore_training expected pace to be one of {PACES}, got {proposal['value']!r}."
            )
        return proposal["value"]

    def set(self, **values):
        """Change settings; all but the rate, the decay and the pace start again, at `steps`."""
        if set(values) - {*LIVE, "pace"}:
            values = {"steps": 0} | values
            self.weights, self.live = [], None
        return super().set(**values)

    def chosen(self):
        """The Settings as they stand."""
        return Settings(**{name: getattr(self, name) for name in NAMES})

    @property
    def run(self):
        """The TrainingRun as it stands, computed again where settings or steps have changed."""
        if self.live is not None:
            return self.live
        now = self.chosen(), repr(self.added), self.steps, repr(self.weights)
        if self.known is None or self.known[0] != now:
            run = self.begin(now[0], self.added)
            advance(run, self.steps, max(self.pace, self.steps // 200))  # enough for a curve
            if self.weights:
                for parameter, numbers in zip(run.model.parameters(), self.weights, strict=True):
                    parameter.data[...] = np.reshape(numbers, parameter.shape)
            self.known = now, run
        return self.known[1]

    def begin(self, settings, added):
        """A TrainingRun before its first step."""
        own = None
        if self.own:
            rows = np.array(self.own)
            own = rows[:, :2].astype(np.float32), rows[:, 2].astype(int)
        run = TrainingRun(settings, self.network, own)
        run.add(added)
        return run

    # --- a network of the learner's: the page asks, Python trains
    def answer(self, _, message, __):
        """Train as the page asks, and send what it draws: numbers, and pictures as float32."""
        with self.lock:
            try:
                settings, added = Settings(**message["settings"]), message["added"]
                if message["begin"] or self.live is None:
                    self.live, self.shown = self.begin(settings, added), len(added)
                self.live.tune(**{name: getattr(settings, name) for name in LIVE})
                self.live.add(added[self.shown :])
                self.shown = len(added)
                advance(self.live, message["count"], message["every"])
                view, pictures = self.view()
            except Exception as error:  # a learner's layer may raise anything
                self.send({"error": str(error)})
                return
        self.send({"view": view}, pictures)

    def view(self):
        """What the page draws of the run: a dict, and arrays of float32 with row 0 at the top."""
        run = self.live
        chances, hidden = run.look(SIDE)
        shown = [a[:MOST_COLUMNS] for a in hidden][:MOST_ROWS]
        pictures = [a[:, ::-1].transpose(1, 2, 0) for a in shown]
        pictures = [np.ascontiguousarray(a, np.float32) for a in [chances[::-1], *pictures]]
        right, also = run.right()
        parts = [
            np.column_stack([part.x, run.labels(part)]).tolist() if part else []
            for part in (run.train, run.validation)
        ]
        view = {
            "steps": run.steps,
            "epoch": run.epoch,
            "at": run.at,
            "trainLosses": run.train_losses,
            "validationLosses": run.validation_losses,
            "broken": run.broken or "",
            "train": parts[0],
            "validation": parts[1],
            "outputs": run.outputs,
            "classes": run.classes,
            "window": run.frame,
            "right": [right, also or 0],
            "dead": run.dead_units(),
            "widths": [2, *(len(a) for a in hidden), run.outputs],
            "hidden": [
                {"kind": kind_of(run.model[i]), "units": len(a)}
                for i, a in zip(run.hidden, shown, strict=False)
            ],
        }
        return view, [a.tobytes() for a in pictures]

    # --- the still picture
    def draw(self, figure):
        run = self.run
        chances, hidden = run.look(SIDE)
        grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1), height_ratios=(1.2, 1))
        plane = figure.add_subplot(grid[:, 0], xlabel="x₁", ylabel="x₂", aspect="auto")
        plane.imshow(colours(chances), extent=run.frame, origin="lower", aspect="auto")
        first, second, _ = run.grid(SIDE)
        for height in margins(chances):
            if np.isfinite(height).all() and height.min() < 0 < height.max():
                plane.contour(first, second, height, [0], colors=BLACK, linewidths=1.6)
        for part, hollow in ((run.train, False), (run.validation, True)):
            for k in np.unique(run.labels(part)) if part else []:
                ink = {"mfc": "white", "mec": CYCLE[k]} if hollow else {"mec": "white"}
                dots = part.x[run.labels(part) == k].T
                size = 12 if len(part) <= FEW else 6.5
                plane.plot(*dots, ls="", marker=MARKERS[k], color=CYCLE[k], ms=size, **ink)
        plane.set_title(run.sentence().replace("  Training", "\nTraining"), fontsize=10)
        curves = figure.add_subplot(grid[0, 1], xlabel="step", ylabel="loss", yscale="log")
        curves.plot(run.at, run.train_losses, color=BLUE, lw=1.8, label="training")
        if run.validation is not None:
            curves.plot(run.at, run.validation_losses, color=RED, ls="--", label="validation")
        curves.grid(color=GREY, alpha=0.3)
        curves.legend(frameon=False, fontsize=9)
        self.draw_units(figure.add_subfigure(grid[1, 1]), hidden)

    def draw_units(self, figure, hidden):
        """A small picture of each hidden unit, a row for each layer."""
        rows = [a[:MOST_COLUMNS] for a in hidden][:MOST_ROWS]
        if not rows:
            return
        axes = figure.subplots(len(rows), max(map(len, rows)), squeeze=False)
        for ax in axes.flat:
            ax.set_axis_off()
        for row, (i, layer) in enumerate(zip(self.run.hidden, rows, strict=False)):
            for ax, unit in zip(axes[row], scaled(kind_of(self.run.model[i]), layer), strict=False):
                ax.imshow(unit, cmap=DIVERGING, vmin=0, vmax=1, origin="lower")

    def describe(self):
        run = self.run
        widths = [2, *(len(a) for a in run.look(2)[1]), run.outputs]
        network = "your network" if self.remote else f"a {'-'.join(map(str, widths))} network"
        return (
            f"Training {network} on {self.data}, {self.optimizer}, learning rate "
            f"{short(self.lr)}: its answers over the plane, its losses, and a small picture of "
            f"each of {sum(widths[1:-1])} hidden units. {run.sentence()}."
        ).replace("\n", ". ")


def advance(run, steps, every):
    """Take so many steps, and measure the losses after every so many of them."""
    for done in range(0, steps, every):
        run.step(min(every, steps - done))


def kind_of(layer):
    """What the outputs of a layer can be: "sigmoid" 0 to 1, "tanh" -1 to 1, else "none"."""
    return {nn.Sigmoid: "sigmoid", nn.Tanh: "tanh", nn.ReLU: "ReLU"}.get(type(layer), "none")


def scaled(kind, outputs):
    """Outputs of a hidden layer as 0 ... 1, 0.5 for the middle: of a sigmoid 0.5, else 0."""
    if kind == "sigmoid":
        return outputs
    if kind == "tanh":
        return outputs / 2 + 0.5
    with np.errstate(all="ignore"):
        return outputs / (2 * max(np.nanmax(np.abs(outputs)), 1e-6)) + 0.5


def colours(chances):
    """Colours (side, side, 3) of the plane for chances (side, side) of class 1, or (..., K)."""
    chances = np.clip(np.nan_to_num(chances, nan=0.5), 0, 1)
    if chances.ndim == 2:
        return DIVERGING_LIGHT(chances)[..., :3]
    return np.clip(chances @ (1 - 0.45 * (1 - FULL[: chances.shape[-1]])), 0, 1)


def margins(chances):
    """For each boundary a height (side, side) that is 0 on it."""
    if chances.ndim == 2:
        return [chances - 0.5]
    return [
        chances[..., k] - np.delete(chances, k, axis=-1).max(axis=-1)
        for k in range(chances.shape[-1])
    ]


def explore_training(model=None, data=None, *, steps=0, pace=5, **settings):
    """Watch a network learn: play, pause, step; click into the plane to add a point.

    model: your own nn.Sequential with 2 inputs and one output per class (or one for two classes); a
    copy of it is trained. data: your own (X, y) with X (N, 2) and classes y (N,), or the name of a
    data set; of fewer than 20 points none is held back. steps: how many optimizer steps are taken
    before it is shown. settings: where the controls stand at first, such as activation="ReLU" or
    lr=1.0; see Settings. In the object that is returned, .run.model is the network in training.
    ValueError or TypeError for a network, data or a setting that does not fit.
    """
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(f"explore_training expected steps from 0 to {MOST_STEPS}, got {steps!r}.")
    unknown = set(settings) - set(NAMES)
    if unknown:
        raise ValueError(
            f"explore_training has no setting {', '.join(sorted(unknown))}. "
            f"It has: {', '.join(NAMES)}."
        )
    outputs = 0 if model is None else check_network(model)
    own = []
    if isinstance(data, str):
        settings["data"] = data
    elif data is not None:
        x, y = check_points(data)
        own = [[*point, int(k)] for point, k in zip(x.tolist(), y, strict=True)]
        settings["data"] = OWN
        if len(own) < FEW:
            settings.setdefault("validation", 0.0)
    elif outputs > 2:
        settings.setdefault("data", "three spirals")
    if settings.get("data") == OWN and not own:
        raise ValueError("explore_training expected your data as data=(X, y).")
    if outputs > 1 and isinstance(model[len(model) - 1], nn.Softmax):
        settings.setdefault("loss", SQUARED)  # cross-entropy would apply it twice
    explorer = Training(model, own=own, outputs=outputs, steps=steps, pace=pace, **settings)
    explorer.begin(explorer.chosen(), [])  # what does not fit is said at once
    return explorer
