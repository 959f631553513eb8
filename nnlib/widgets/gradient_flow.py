"""How signals and gradients keep their size in a deep network, layer by layer, before training."""

import contextlib
import copy
import math
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nnlib import nn
from nnlib.nn import init
from nnlib.palette import BLACK, BLUE, GREEN, GREY, GRID, ORANGE, RED
from nnlib.random import generator, manual_seed
from nnlib.widgets.live_picture import LivePicture, choice, int_slider, toggle
from nnlib.widgets.quick_text import QuickText, short

N = 64  # examples
INPUTS = 32  # features of an example, for the network that the controls build
CLASSES = 2
MOST = 20  # layers
LOW, HIGH = 1e-16, 1e8  # what the pictures show
STRONG = 1000  # a factor between two layers from which we speak of vanishing or exploding
STYLES = (  # of the line that matters most in a picture, and of the one beside it
    {"color": BLUE, "ls": "-", "marker": "o", "ms": 8, "mec": "white"},
    {"color": GREEN, "ls": ":", "marker": "s", "ms": 4, "mec": "white", "mew": 0.5},
)
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "ReLU": nn.ReLU, "none": None}
STARTS = {
    "small: std 0.01": lambda weight: init.normal_(weight, 0, 0.01),
    "large: std 1": lambda weight: init.normal_(weight, 0, 1),
    "Xavier": init.xavier_normal_,
    "He": init.kaiming_normal_,
    "as Linear does": None,
}


class Flow(NamedTuple):
    """What one forward and one backward pass did, one number for each Linear layer.

    size: root mean square of the numbers that the layer receives; spread: how much they differ
    from example to example; sent: root mean square of dL/dz for one example, which the layer is
    sent from above; learned: the same of dL/dW, the gradient of its weights.
    """

    size: np.ndarray
    spread: np.ndarray
    sent: np.ndarray
    learned: np.ndarray


@contextlib.contextmanager
def own_draws(seed):
    """Draw from this seed inside the block, and leave the course's one generator as it was."""
    before = generator.bit_generator.state
    manual_seed(seed)
    try:
        yield
    finally:
        generator.bit_generator.state = before


def make_network(depth, width, activation, start, batch_norm=False, residual=False):
    """Return a network (INPUTS -> CLASSES) of `depth` Linear layers, the last without activation.

    residual: a way around each hidden layer but the first, which changes the width.
    """
    widths = [INPUTS] + [width] * (depth - 1)
    layers = []
    for i, (before, after) in enumerate(pairwise(widths)):
        block = [nn.Linear(before, after)]
        if batch_norm:
            block.append(nn.BatchNorm1d(after))
        if ACTIVATIONS[activation]:
            block.append(ACTIVATIONS[activation]())
        layers += [nn.Residual(*block)] if residual and i > 0 else block
    model = nn.Sequential(*layers, nn.Linear(widths[-1], CLASSES))
    for layer in linear_layers(model):
        if STARTS[start]:
            STARTS[start](layer.weight)
            init.zeros_(layer.bias)
    return model


def linear_layers(model):
    """The Linear layers of a network, from the input on."""
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def measure(model, seed=0):
    """Return the Flow of a network: N random examples forwards, one loss, its gradient backwards.

    The examples have features of mean 0 and standard deviation 1, and random classes. The network
    is to be in float64 and in training mode; it keeps the gradients.
    """
    layers = linear_layers(model)
    sent = {}
    for layer in layers:
        layer.backward = record(layer, sent)
    with own_draws(seed):
        x = generator.standard_normal((N, layers[0].in_features))
        y = generator.integers(0, max(layers[-1].out_features, 2), N)
        output = model(x)
        single = layers[-1].out_features == 1
        loss_fn = nn.BCEWithLogitsLoss() if single else nn.CrossEntropyLoss()
        loss_fn(output, y[:, None] if single else y)
        model.backward(loss_fn.backward())
    received = [layer.saved for layer in layers]
    return Flow(
        np.array([rms(a) for a in received]),
        np.array([rms(a - a.mean(axis=0)) for a in received]),
        np.array([N * rms(sent[layer]) for layer in layers]),
        np.array([rms(layer.weight.grad) for layer in layers]),
    )


def record(layer, sent):
    """Return a backward() for this layer that also keeps what it was sent."""
    backward = layer.backward

    def listening(dy, **options):
        sent[layer] = dy
        return backward(dy, **options)

    return listening


def rms(values):
    """The root mean square: the typical size of numbers of both signs."""
    return math.sqrt(float(np.vdot(values, values)) / values.size)


@lru_cache(maxsize=512)
def compute(depth, width, activation, start, batch_norm, residual, draw):
    """Return the Flow of make_network() with these settings; draw is the seed."""
    with own_draws(draw):
        model = make_network(depth, width, activation, start, batch_norm, residual)
    return measure(model.to(np.float64), draw)


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
        axes = fig.subplots(1, 2, sharey=True)
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

    def update(self, artists, **values):
        flow = compute(**values)
        places = np.arange(1, len(flow.size) + 1)
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

    def describe(self, **values):
        flow = compute(**values)  # as update() calls it: the cache tells the two ways apart
        extras = {"batch normalisation": "batch_norm", "a way around each hidden layer": "residual"}
        switched_on = "".join(f", {said}" for said, name in extras.items() if values[name])
        return (
            f"A network of {values['depth']} layers with {values['width']} units, activation "
            f"{values['activation']}, weights {values['start']}{switched_on}, before any training. "
            f"{self.first_line(flow)}. {self.second_line(flow)}."
        )


def measure_own(model):
    """Return the Flow of a learner's network; TypeError or ValueError when it has none."""
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"explore_gradient_flow expected a network such as nn.Sequential, got {model!r}."
        )
    while isinstance(model, nn.Sequential) and len(model) > 1:
        if not isinstance(model[-1], (nn.Sigmoid, nn.Softmax)):
            break
        model = model[:-1]  # the loss has it built in
    if len(linear_layers(model)) < 2:
        raise ValueError(
            "explore_gradient_flow expected a network with two Linear layers or more, got "
            f"{len(linear_layers(model))}: there is no way for a gradient to go."
        )
    try:
        with np.errstate(all="ignore"):
            model = copy.deepcopy(model).to(np.float64).train()
            model.zero_grad()
            flow = measure(model)
    except (ValueError, TypeError, KeyError, RuntimeError) as error:
        raise ValueError(
            "explore_gradient_flow sends rows of numbers (N, features) into the network, as many "
            f"as its first Linear layer takes, and one loss back. Your network failed: {error}"
        ) from error
    if not np.isfinite(flow).all():
        raise ValueError("your network makes numbers that are not finite. Look at its weights.")
    return flow


def explore_gradient_flow(model=None):
    """Watch the size of the signal and of the gradient, layer by layer, before any training.

    model: your own network with two or more Linear layers; it is measured beside the one that the
    controls build, and not changed. TypeError for anything else, ValueError for a network that
    takes no rows of numbers.
    """
    return GradientFlowExplorer(model)
