"""The perceptron: it looks at one point after the other, and learns from its mistakes."""

from typing import NamedTuple

import numpy as np
from matplotlib.lines import Line2D

from nnlib.datasets.toy import GATES, gate
from nnlib.palette import BLACK, CLASS_COLOURS, GREY, GRID
from nnlib.widgets.base.controls import choice, int_slider, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.neuron import boundary

STEPS = 100
OWN = "own points"
STARTS = ("all zero", "random 1", "random 2", "random 3")
LIGHT = ("#cfe4f5", "#fbdcc8")  # the two sides of the line: output 0, output 1


class Run(NamedTuple):
    """A perceptron's life: weights (steps + 1, 3) as w1, w2, b; then (steps,) each.

    looked: the row of x that a step looks at; sums: z there, before the step changes anything;
    mistakes (steps + 1,): how many of all the points are wrong at that moment.
    """

    weights: np.ndarray
    looked: np.ndarray
    sums: np.ndarray
    mistakes: np.ndarray


def compute(x, y, start, lr, steps=STEPS):
    """Return the Run of a perceptron from start (w1, w2, b) over points x (n, 2), targets y (n,).

    Each step: output = 1 if z > 0 else 0;  w += lr (y - output) x;  b += lr (y - output).
    """
    rows = np.column_stack([x, np.ones(len(x))])  # the bias is the weight of a constant 1
    weights = np.empty((steps + 1, 3))
    weights[0] = start
    looked = np.arange(steps) % len(x)
    sums = np.empty(steps)
    for step, i in enumerate(looked):
        sums[step] = tidy(weights[step] @ rows[i])
        error = y[i] - (sums[step] > 0)
        weights[step + 1] = tidy(weights[step] + lr * error * rows[i])
    outputs = tidy(weights @ rows.T) > 0
    return Run(weights, looked, sums, (outputs != y).sum(axis=1))


def tidy(values):
    """Round away what floats add: 0.1 + 0.2 - 0.3 is to be 0, since z > 0 is the question."""
    return np.round(values, 9)


def start_weights(name):
    """Return w1, w2, b at the start, by a name in STARTS: zeros, or random in -1 ... 1."""
    if name == STARTS[0]:
        return np.zeros(3)
    return np.random.default_rng(STARTS.index(name)).uniform(-1, 1, 3).round(2)


def example_points():
    """Return six points (6, 2) that one line can divide, and their classes (6,)."""
    x = [[-1.0, 1.0], [0.5, 1.5], [1.0, 0.2], [-0.5, -1.0], [0.5, -0.8], [-1.5, -0.2]]
    return np.array(x), np.array([1, 1, 1, 0, 0, 0])


def write(value):
    """Write a number with at most two decimals and a real minus sign."""
    return f"{value + 0.0:.4g}".replace("-", "−")


class PerceptronExplorer(LivePicture):
    """Points in the plane and the line that divides them; beside it, the mistakes that are left."""

    size = (7.4, 4.4)
    presets = {
        "AND, learned": {"data": "AND", "start": "all zero", "lr": 1.0, "step": 18},
        "Wrong way round": {"data": "NAND", "start": "random 1", "lr": 0.1, "step": 0},
        "XOR never ends": {"data": "XOR", "start": "all zero", "lr": 1.0, "step": 100},
    }

    def __init__(self, x, y, chosen):
        self.x, self.y, self.chosen = x, y, chosen
        self.first = x, y
        reach = max(np.ptp(x, axis=0).max(), 1.0)
        self.grain = 10.0 ** np.floor(np.log10(reach / 10))  # of the sliders of the new point
        self.low = self.grain * np.floor((min(0.0, x.min()) - 0.4 * reach) / self.grain)
        self.high = self.grain * np.ceil((max(1.0, x.max()) + 0.4 * reach) / self.grain)
        super().__init__()

    def make_controls(self):
        middle = 0.5 if self.low < 0.5 < self.high else round((self.low + self.high) / 2, 1)
        return {
            "data": choice("points", [name.upper() for name in GATES] + [OWN], self.chosen),
            "start": choice("start", list(STARTS)),
            "lr": slider("learning rate", 0.1, 2, 1.0),
            "step": int_slider("step", 0, STEPS, 0),
            "next": self.action("One step", self.one_step, "Look at the next point"),
            "jump": self.action("To the next mistake", self.next_mistake, "Skip what is right"),
            "new_x1": slider("new point x₁", self.low, self.high, middle, self.grain),
            "new_x2": slider("new point x₂", self.low, self.high, middle, self.grain),
            "new_class": choice("its class", ["0", "1"]),
            "add": self.action("Add the point", self.add, "Add it to the points shown"),
            "remove": self.action("Remove the last point", self.remove, "Of your own points"),
        }

    def clicked(self, x, y, shift=False):
        """Add a point where the picture was clicked, with Shift one of the other class.

        x, y: shares of the picture's width and height, from the top left.
        """
        width, height = self.figure.canvas.get_width_height()
        place = np.array([x * width, (1 - y) * height])
        if self.plane.bbox.contains(*place):
            at = self.plane.transData.inverted().transform(place)
            new_x1, new_x2 = self.grain * np.round(np.clip(at, self.low, self.high) / self.grain)
            label = int(self.controls["new_class"].value)
            self.set(new_x1=new_x1, new_x2=new_x2)
            self.add(1 - label if shift else label)

    def points(self, data):
        """Return x (n, 2) and y (n,) of a gate, or of the learner's own points."""
        return (self.x, self.y) if data == OWN else gate(data.lower())

    def run(self, data, start, lr):
        return compute(*self.points(data), start_weights(start), lr)

    def one_step(self):
        """Go one step on; at the last step it stays there."""
        self.set(step=min(self.values()["step"] + 1, STEPS))

    def next_mistake(self):
        """Go to the next step that changes the weights, or to the last step of all."""
        values = self.values()
        weights = self.run(values["data"], values["start"], values["lr"]).weights
        changed = np.flatnonzero((weights[1:] != weights[:-1]).any(axis=1)) + 1
        self.set(step=int(min(changed[changed > values["step"]], default=STEPS)))

    def add(self, label=None):
        """Add the new point to the points shown; from then on they are the learner's own.

        label: its class, 0 or 1; if None, the one that is chosen below the picture.
        """
        values = self.values()
        label = int(values["new_class"]) if label is None else label
        x, y = self.points(values["data"])
        self.x = np.vstack([x, [values["new_x1"], values["new_x2"]]])
        self.y = np.append(y, label)
        self.set(data=OWN, step=0)

    def remove(self):
        """Take away the last of the learner's own points. ValueError when it is the only one."""
        if len(self.x) == 1:
            raise ValueError("one point has to stay; add another one first")
        self.x, self.y = self.x[:-1], self.y[:-1]
        self.set(data=OWN, step=0)

    def reset(self):
        self.x, self.y = self.first
        return super().reset()

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.14, 1, 0.86), w_pad=0.1, h_pad=0.06)
        self.plane, curve = fig.subplots(1, 2, width_ratios=(1.25, 1))
        self.plane.set(xlabel="input x₁", ylabel="input x₂", title="Points and line")
        self.plane.set(xlim=(-0.6, 1.6), ylim=(-0.6, 1.6), facecolor=LIGHT[0])
        (side,) = self.plane.fill([0, 1, 1], [0, 0, 1], color=LIGHT[1], lw=0, zorder=1)
        (line,) = self.plane.plot([], [], color=BLACK, lw=2)
        style = {"ls": "", "mec": "white", "mew": 1.5, "zorder": 4}
        zeros, ones = (
            self.plane.plot([], [], marker=marker, ms=13, mfc=colour, **style)[0]
            for marker, colour in zip("os", CLASS_COLOURS, strict=True)
        )
        (wrong,) = self.plane.plot([], [], "x", color="white", mew=2, ms=6, zorder=5)
        (ring,) = self.plane.plot([], [], "o", mfc="none", mec=BLACK, ms=22, mew=2, zorder=5)
        (new,) = self.plane.plot([], [], "+", color=GREY, ms=12, mew=2, zorder=3)
        keys = [
            Line2D([], [], marker="o", ls="", color=CLASS_COLOURS[0], label="class 0"),
            Line2D([], [], marker="s", ls="", color=CLASS_COLOURS[1], label="class 1"),
            Line2D([], [], marker="o", ls="", mfc="none", mec=BLACK, ms=10, label="looked at"),
            Line2D([], [], marker="+", ls="", color=GREY, ms=9, mew=2, label="new point"),
        ]
        fig.legend(handles=keys, loc="outside upper center", ncols=4, frameon=False, fontsize=9)

        curve.set(xlabel="step", ylabel="points that are wrong", title="Mistakes left")
        curve.set(xlim=(-2, STEPS + 2), ylim=(-0.2, 4.4))
        curve.grid(color=GRID, lw=0.6)
        (trace,) = curve.plot([], [], color=GREY, lw=1.5, drawstyle="steps-post")
        (now,) = curve.plot([], [], "o", color=BLACK, mec="white", ms=9)
        self.curve = curve
        return {
            "side": side,
            "line": line,
            "points": [zeros, ones],
            "wrong": wrong,
            "ring": ring,
            "new": new,
            "trace": trace,
            "now": now,
            "said": QuickText(fig, 0.5, 0.095),
            "weights": QuickText(fig, 0.5, 0.035),
        }

    def update(self, artists, data, start, lr, step, new_x1, new_x2, new_class):
        x, y = self.points(data)
        run = self.run(data, start, lr)
        w1, w2, b = run.weights[step]
        low, high = (self.low, self.high) if data == OWN else (-0.6, 1.6)
        self.plane.set(xlim=(low, high), ylim=(low, high))
        self.curve.set_ylim(-0.05 * max(len(x), 4), 1.1 * max(len(x), 4))

        ends = boundary(w1, w2, b)
        artists["line"].set_visible(ends is not None)
        if ends is not None:
            artists["line"].set_data(*np.transpose(ends))
        artists["side"].set_xy(positive_side(w1, w2, b))
        for label, dots in enumerate(artists["points"]):
            dots.set_data(*x[y == label].T)
            dots.set_markersize(13 if len(x) <= 12 else 9)
        wrong = (tidy(x @ [w1, w2] + b) > 0) != y
        artists["wrong"].set_data(*x[wrong].T)
        artists["ring"].set_visible(step > 0)
        if step:
            artists["ring"].set_data(*x[run.looked[step - 1], :, None])
        artists["new"].set_data([new_x1], [new_x2])
        artists["new"].set_color(CLASS_COLOURS[int(new_class)])
        artists["trace"].set_data(np.arange(STEPS + 1), run.mistakes)
        artists["now"].set_data([step], [run.mistakes[step]])
        artists["said"].set_text(what_happened(x, y, run, step))
        artists["weights"].set_text(
            f"w = ({write(w1)}, {write(w2)})   b = {write(b)}   wrong: {wrong.sum()} of {len(x)}"
        )

    def describe(self, data, start, lr, step, new_x1, new_x2, new_class):
        x, y = self.points(data)
        run = self.run(data, start, lr)
        w1, w2, b = run.weights[step]
        line = f"The line is {w1:g} x1 + {w2:g} x2 + {b:g} = 0."
        if not (w1 or w2):
            line = "There is no line, because both weights are 0."
        return (
            f"A perceptron on {data}, {len(x)} points, after step {step}. {line} "
            f"{what_happened(x, y, run, step)}. {run.mistakes[step]} of {len(x)} points are wrong."
        )


def positive_side(w1, w2, b):
    """Return the corners (n, 2) of a large area in which w1 x1 + w2 x2 + b > 0."""
    ends = boundary(w1, w2, b)
    if ends is None:
        far = 1000.0 if b > 0 else 0.0  # the whole plane, or nothing
        return np.array([[-far, -far], [far, -far], [far, far], [-far, far]])
    away = 1000 * np.array([w1, w2]) / np.hypot(w1, w2)
    return np.array([ends[0], ends[1], ends[1] + away, ends[0] + away])


def what_happened(x, y, run, step):
    """Say in a sentence what this step saw, answered and changed."""
    if step == 0:
        return "Before the first step: it has looked at nothing yet"
    i = run.looked[step - 1]
    z = run.sums[step - 1]
    point = ", ".join(write(value) for value in x[i])
    seen = f"Step {step} looks at ({point}): z = {write(z)}, so it says {int(z > 0)}"
    if (z > 0) == y[i]:
        return f"{seen}. Right: nothing changes"
    move = "added to" if y[i] else "taken from"
    return f"{seen}. Wrong: lr × the point is {move} w"


def explore_perceptron(x=None, y=None):
    """Show a perceptron learning AND, OR, NAND, XOR, or points of your own, step by step.

    x: points (n, 2); y: their classes, n numbers 0 or 1; both or neither. A click adds a point,
    Shift and a click one of the other class; sliders and a button do it too. ValueError for
    other shapes, other classes, or numbers that are not finite.
    """
    if (x is None) != (y is None):
        raise ValueError("explore_perceptron expected both x and y or neither, got only one")
    chosen = "AND" if x is None else OWN
    if x is None:
        x, y = example_points()
    x, y = np.asarray(x, dtype=float), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or y.shape != (len(x),) or not len(x):
        raise ValueError(
            "explore_perceptron expected x of shape (n, 2) and y of shape (n,), "
            f"got {x.shape} and {y.shape}."
        )
    if not np.isin(y, (0, 1)).all() or not np.isfinite(x).all():
        raise ValueError("explore_perceptron expected finite points, and classes 0 and 1 only.")
    return PerceptronExplorer(x, y.astype(int), chosen)
