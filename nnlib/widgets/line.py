"""The line: one neuron with two inputs that is taken by hand, or a perceptron that learns."""

import numpy as np
import traitlets
from traitlets import Float, Int, List, Unicode

from nnlib.palette import BLACK, BLUE, CLASS_COLOURS, DIVERGING_LIGHT, GREY, PURPLE
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.functions import ACTIVATIONS
from nnlib.widgets.models.line import (
    GATE_NAMES,
    STARTS,
    STEPS,
    Z_LINE,
    apply,
    gate_points,
    learn,
    neuron,
    own_activation,
    start_weights,
)

OWN, BY_HAND = "own points", "by hand"


class Line(Showpiece):
    """A neuron (mode "neuron") or a perceptron (mode "perceptron") with two inputs.

    w1, w2, b: the weights, of a perceptron those it starts from; x1, x2: the input; points: rows
    x1, x2, class; lr, step: of the perceptron rule. data and start name points and weights.
    """

    _esm = joined(HERE / "line.js")
    _css = style("line")
    mode = Unicode("neuron").tag(sync=True)
    w1, w2, b, x1, x2 = (Float().tag(sync=True, setting=True) for _ in range(5))
    activation = Unicode("sigmoid").tag(sync=True, setting=True)
    points = List().tag(sync=True, setting=True)
    lr = Float(1.0).tag(sync=True, setting=True)
    step = Int(0, min=0, max=STEPS).tag(sync=True, setting=True)
    data = Unicode("AND").tag(sync=True, setting=True)
    start = Unicode(STARTS[0]).tag(sync=True, setting=True)
    low, high = Float(-3.0).tag(sync=True), Float(3.0).tag(sync=True)
    table = traitlets.Dict().tag(sync=True)

    def __init__(self, function=None, **settings):
        super().__init__(**settings)
        self.function = function

    def set(self, **values):
        """Change settings, by name; a gate in `data` brings its points, a `start` its weights."""
        more = {"step": 0} if {"data", "start"} & set(values) else {}
        if "data" in values:
            if values["data"] not in (*GATE_NAMES, OWN):
                raise ValueError(f"data is one of {', '.join(GATE_NAMES)}, got {values['data']!r}.")
            if values["data"] != OWN:
                more["points"] = gate_points(values["data"])
        elif "points" in values:
            more["data"] = OWN
        if values.get("start", BY_HAND) != BY_HAND:
            if values["start"] not in STARTS:
                raise ValueError(f"start is one of {', '.join(STARTS)}, got {values['start']!r}.")
            weights = start_weights(values["start"]).tolist()
            more |= dict(zip(("w1", "w2", "b"), weights, strict=True))
        elif self.mode == "perceptron" and {"w1", "w2", "b"} & set(values):
            more["start"] = BY_HAND
        return super().set(**(more | values))

    @traitlets.validate("activation")
    def _known(self, proposal):
        if proposal["value"] not in (*ACTIVATIONS, self.table.get("name")):
            raise traitlets.TraitError(f"activation is one of {', '.join(ACTIVATIONS)}.")
        return proposal["value"]

    @property
    def run(self):
        """The Run of the perceptron rule over the points, from the weights as they stand."""
        points = np.reshape(np.asarray(self.points, float), (-1, 3))
        return learn(points[:, :2], points[:, 2].astype(int), (self.w1, self.w2, self.b), self.lr)

    @property
    def weights(self):
        """(w1, w2, b) at the present step."""
        if self.mode == "perceptron" and self.points:
            return tuple(self.run.weights[self.step].tolist())
        return self.w1, self.w2, self.b

    def activate(self, z):
        """The activation of z."""
        return apply(ACTIVATIONS.get(self.activation, self.function), z)

    def draw(self, figure):
        left, right = figure.subplots(1, 2)
        axis = np.linspace(self.low, self.high, 120)
        w1, w2, b = self.weights
        z = w1 * axis + w2 * axis[:, None] + b
        ends = (self.low, self.high)
        heat = self.activate(z)
        side = max(1.0, np.abs(heat).max())
        colours = (0, 1) if self.activation in ("step", "sigmoid") else (-side, side)
        left.imshow(
            heat, origin="lower", extent=ends * 2, cmap=DIVERGING_LIGHT,
            vmin=colours[0], vmax=colours[1],
        )  # fmt: skip
        if w1 or w2:
            left.contour(axis, axis, z, levels=[0], colors=[BLACK], linewidths=2)
        left.set(xlabel="input x₁", ylabel="input x₂")
        self._draw_grips(left)
        for x1, x2, kind in self.points:
            left.plot(x1, x2, "os"[int(kind)], color=CLASS_COLOURS[int(kind)], mec="white", ms=9)
            answer = self.activate(np.array([w1 * x1 + w2 * x2 + b]))[0]
            if (answer > 0.5) != kind:
                left.plot(x1, x2, "x", color="white", ms=5, mew=2)
        if self.mode == "perceptron":
            if self.step and self.points:
                x1, x2, _ = self.points[self.run.looked[self.step - 1]]
                left.plot(x1, x2, "o", color="none", mec=BLACK, mew=1.5, ms=17)
            right.step(range(STEPS + 1), self.run.mistakes, where="post", color=GREY)
            right.plot(self.step, self.run.mistakes[self.step], "o", color=BLACK)
            right.set(xlabel="step", ylabel="points that are wrong", ylim=(-0.2, None))
            return
        guide = {"color": GREY, "ls": (0, (3, 4)), "lw": 1}
        left.plot([self.low, self.x1, self.x1], [self.x2, self.x2, self.low], **guide)
        left.plot(self.x1, self.x2, "o", color=PURPLE, mec="white", ms=10)
        right.plot(Z_LINE, self.activate(Z_LINE), color=BLUE, lw=2)
        total, a = neuron(self.activate, self.weights, self.x1, self.x2)
        right.plot(np.clip(total, -10, 10), a, "o", color=PURPLE, mec="white", ms=10)
        right.set(xlabel="weighted sum z", ylabel="output a", title=self.activation)

    def _draw_grips(self, ax):
        """The ring on the line and the arrow of the weights, by which they are dragged."""
        w, b = np.array(self.weights[:2]), self.weights[2]
        middle = np.full(2, (self.low + self.high) / 2)
        unit = (self.high - self.low) / 6
        grip = middle - (w @ middle + b) / (w @ w) * w if w.any() else middle
        grip = np.clip(grip, self.low + 0.2 * unit, self.high - 0.2 * unit)
        tip = grip + 0.35 * unit * (1.6 if self.mode == "perceptron" else 1) * w
        arrow = {"arrowstyle": "-|>", "color": BLACK, "lw": 2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, grip, arrowprops=arrow, annotation_clip=True)
        ax.plot(*grip, "o", color="white", mec=BLACK, mew=2, ms=10)
        ax.set(xlim=(self.low, self.high), ylim=(self.low, self.high))

    def describe(self):
        w1, w2, b = self.weights
        if self.mode == "perceptron":
            wrong, count = self.run.mistakes[self.step], len(self.points)
            return (
                f"A perceptron on {self.data}, {count} points, after step {self.step}: weights "
                f"{w1:g} and {w2:g}, bias {b:g}; {wrong} of {count} points are wrong."
            )
        total, a = neuron(self.activate, self.weights, self.x1, self.x2)
        return (
            f"A neuron with weights {w1:g} and {w2:g}, bias {b:g} and {self.activation}. At the "
            f"input ({self.x1:g}, {self.x2:g}) the weighted sum is {total:.2f}, the output {a:.4f}."
        )


def explore_neuron(activation=None):
    """Take a neuron with two inputs in your hands: drag its line, its arrow, the input, points.

    activation: a name in the list, or your own function of z; it gets an array and returns an
    array of the same shape, or takes single numbers. ValueError for anything else.
    """
    settings = {"w1": 1.0, "w2": -1.5, "b": 0.5, "x1": 1.0, "x2": -0.5}
    if isinstance(activation, str) and activation in ACTIVATIONS:
        return Line(activation=activation, **settings)
    if callable(activation):
        own = own_activation(activation)
        return Line(activation, table=own, activation=own["name"], **settings)
    if activation is not None:
        raise ValueError(
            f"explore_neuron expected one of {', '.join(ACTIVATIONS)} or a function of z, "
            f"got {activation!r}. Pass the function itself, without brackets."
        )
    return Line(**settings)


def explore_perceptron(x=None, y=None):
    """Watch the perceptron rule: drag the line, paint points of two classes, let it learn.

    x: your own points (n, 2); y: their classes, 0 or 1, (n,). Without them: the four points of
    AND. ValueError for points or classes that do not fit.
    """
    settings = {"mode": "perceptron", "activation": "step", "low": -0.6, "high": 1.6}
    if (x is None) != (y is None):
        raise ValueError("explore_perceptron expected both x and y or neither, got one of them.")
    if x is None:
        return Line(points=gate_points("AND"), **settings)
    x, y = np.asarray(x, float), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or y.shape != x.shape[:1] or not np.isfinite(x).all():
        raise ValueError(
            "explore_perceptron expected finite points x of shape (n, 2) and a class for each, "
            f"y of shape (n,), got {x.shape} and {y.shape}."
        )
    if not len(x):
        raise ValueError("explore_perceptron expected at least one point, got none.")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("explore_perceptron expected classes 0 and 1 only.")
    reach = max(np.ptp(x, axis=0).max(), 1.0)
    settings["low"] = float(np.floor(10 * (x.min() - 0.15 * reach)) / 10)
    settings["high"] = float(np.ceil(10 * (x.max() + 0.15 * reach)) / 10)
    points = [[float(a), float(b), int(c)] for (a, b), c in zip(x, y, strict=True)]
    return Line(points=points, data=OWN, **settings)
