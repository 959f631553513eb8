"""How signals and gradients keep their size in a deep network: one picture for each direction."""

import numpy as np

from nnlib.palette import BLACK, BLUE, GREEN, GREY, GRID, ORANGE, RED
from nnlib.widgets.base.controls import choice, int_slider, toggle
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.gradient_flow import (
    ACTIVATIONS,
    HIGH,
    LOW,
    MOST,
    STARTS,
    STRONG,
    compute,
    measure_own,
)

STYLES = (  # of the line that matters most in a picture, and of the one beside it
    {"color": BLUE, "ls": "-", "marker": "o", "ms": 8, "mec": "white"},
    {"color": GREEN, "ls": ":", "marker": "s", "ms": 4, "mec": "white", "mew": 0.5},
)
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def limits(flows):
    """Return (low, high) that hold all numbers of the flows, in jumps of four powers of ten."""
    numbers = np.concatenate([np.ravel(flow) for flow in flows if flow is not None])
    numbers = np.clip(numbers[numbers > 0], LOW, HIGH) if (numbers > 0).any() else [1.0]
    low = 10.0 ** (4 * np.floor(np.log10(np.min(numbers)) / 4))
    return max(LOW, min(low, 1e-4)), min(HIGH, max(100.0, 10 * np.max(numbers)))


def in_words(value):
    """About two digits, powers of ten where needed: 0.37, 52, 3 × 10⁻⁸."""
    if value == 0 or 0.01 <= value < 1000:
        return short(float(f"{value:.2g}"))
    digits, power = f"{value:.0e}".split("e")
    return f"{digits} × 10{str(int(power)).translate(SUPERSCRIPTS)}"


def verdict(flow):
    """Say in a sentence how layer 1 and the last layer compare."""
    first, last = flow.learned[0], flow.learned[-1]
    typical = float(np.median(flow.learned))
    layers = len(flow.learned)
    if first == 0 or last == 0:
        return "the gradient of layer 1 is exactly 0: it learns nothing"
    gets = f"layer 1 gets {in_words(first / last)} times the gradient of layer {layers}"
    if typical < 1e-6 and first / last > 1 / STRONG:
        return f"the gradient is tiny in every layer, typically {in_words(typical)}"
    if first / last < 1 / STRONG:
        return f"{gets}: it vanishes"
    if typical > 1e2:
        return f"the gradient is huge in every layer, typically {in_words(typical)}"
    if first / last > STRONG:
        return f"{gets}: it explodes"
    return f"{gets}"


class GradientFlowExplorer(LivePicture):
    """What reaches each layer: the signal on the left, the gradient on the right."""

    size = (7.8, 4.4)
    PLAIN = {"width": 32, "batch_norm": False, "residual": False, "draw": 0}
    presets = {
        "Ten sigmoid layers": {**PLAIN, "depth": 10, "activation": "sigmoid", "start": "Xavier"},
        "Explodes": {**PLAIN, "depth": 20, "activation": "tanh", "start": "large: std 1"},
        "Too small": {**PLAIN, "depth": 10, "activation": "tanh", "start": "small: std 0.01"},
        "ReLU and He": {**PLAIN, "depth": 10, "activation": "ReLU", "start": "He"},
        "Residual": {
            **PLAIN,
            "depth": 20,
            "activation": "sigmoid",
            "start": "Xavier",
            "residual": True,
        },
    }

    def __init__(self, model=None):
        self.own = None if model is None else measure_own(model)
        super().__init__()

    def make_controls(self):
        return {
            "depth": int_slider("layers", 2, MOST, 10),
            "width": int_slider("units a layer", 4, 64, 32, 4),
            "activation": choice("activation", list(ACTIVATIONS), "sigmoid"),
            "start": choice("weights", list(STARTS), "Xavier"),
            "batch_norm": toggle("batch normalisation"),
            "residual": toggle("residual: a way around each layer"),
            "draw": int_slider("draw", 0, 9, 0),
        }

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.13, 1, 0.87))
        axes = self.axes = fig.subplots(1, 2, sharey=True)
        last = max(MOST, 0 if self.own is None else len(self.own.size))
        artists = {}
        titles = "Forwards: what a layer receives", "Backwards: the gradient"
        labels = ("size", "difference between examples"), ("for the weights", "sent to z")
        for ax, side, title, names in zip(axes, ("left", "right"), titles, labels, strict=True):
            ax.set(xlim=(0, last + 1), ylim=(LOW, HIGH), yscale="log", xlabel="layer", title=title)
            ax.set_xticks([1, *range(5, last + 1, 5)])
            ax.set_yticks(10.0 ** np.arange(-16, 9, 4))
            ax.grid(color=GRID, lw=0.6)
            for line, name, look in zip("ab", names, STYLES, strict=True):
                (artists[f"{side}_{line}"],) = ax.plot([], [], label=name, lw=1.6, **look)
            (artists[f"{side}_beyond"],) = ax.plot([], [], "x", color=RED, ms=8, mew=2, zorder=5)
            if self.own is not None:
                own = self.own.size if side == "left" else self.own.learned
                artists[f"{side}_own"] = self.draw_own(ax, own)
            below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17), "ncols": 3}
            ax.legend(frameon=False, fontsize=9, columnspacing=1.2, handletextpad=0.5, **below)
        artists["first"] = QuickText(fig, 0.5, 0.088)
        artists["second"] = QuickText(fig, 0.5, 0.035, color=GREY)
        return artists

    def draw_own(self, ax, values):
        style = {"color": ORANGE, "marker": "D", "mec": BLACK, "ms": 5, "lw": 2, "zorder": 3}
        places = np.arange(1, len(values) + 1)
        return ax.plot(places, np.clip(values, LOW, HIGH), label="yours", **style)[0]

    def compute(self, **values):
        return {"flow": compute(**values), **values}

    def update(self, artists, flow, **_):
        places = np.arange(1, len(flow.size) + 1)
        self.axes[0].set_ylim(*limits([flow, self.own]))
        for side, pair in (("left", flow[:2]), ("right", (flow.learned, flow.sent))):
            beyond = []
            for line, numbers in zip("ab", pair, strict=True):
                artists[f"{side}_{line}"].set_data(places, np.clip(numbers, LOW, HIGH))
                out = (numbers < LOW) | (numbers > HIGH)
                beyond.append(np.stack([places[out], np.clip(numbers[out], LOW, HIGH)]))
            artists[f"{side}_beyond"].set_data(*np.concatenate(beyond, axis=1))
        artists["first"].set_text(self.first_line(flow))
        artists["second"].set_text(self.second_line(flow))

    def first_line(self, flow):
        text = verdict(flow)
        return f"{text[0].upper()}{text[1:]}" if self.own is None else f"Controls: {text}"

    def second_line(self, flow):
        if self.own is not None:
            return f"Yours: {verdict(self.own)}"
        return (
            f"Layer {len(flow.size)} receives numbers of size {in_words(flow.size[-1])}, "
            f"which differ by {in_words(flow.spread[-1])} from example to example"
        )

    def describe(self, flow, **values):
        extras = {"batch normalisation": "batch_norm", "a way around each hidden layer": "residual"}
        switched_on = "".join(f", {said}" for said, name in extras.items() if values[name])
        return (
            f"A network of {values['depth']} layers with {values['width']} units, activation "
            f"{values['activation']}, weights {values['start']}{switched_on}, before any training. "
            f"{self.first_line(flow)}. {self.second_line(flow)}."
        )


def explore_gradient_flow(model=None):
    """Watch the size of the signal and of the gradient, layer by layer, before any training.

    model: your own network with two or more Linear layers; it is measured beside the one that the
    controls build, and not changed. TypeError for anything else, ValueError for a network that
    takes no rows of numbers.
    """
    return GradientFlowExplorer(model)
