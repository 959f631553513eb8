"""The forward pass of a small network: a graph on which every number can be read and moved."""

import numpy as np
from matplotlib.collections import LineCollection

from nnlib import nn
from nnlib.palette import BLACK, BLUE, DIVERGING_LIGHT, GREY, ORANGE, RED
from nnlib.widgets.base.controls import choice
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.numbers import number, short
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.functions import ACTIVATIONS, apply, name_of
from nnlib.widgets.small_network import KNOWN, MAX_UNITS, SmallNetwork, number_control, pretty

CALLER = "explore_forward_pass"
MAX_LABELS = 16
LABEL = [(-1.3, -0.5), (1.3, -0.5), (1.3, 0.5), (-1.3, 0.5)]  # the white paper under a weight


def identity(z):
    """z: a layer without an activation."""
    return z


def compute(layers, x):
    """Return the pair (z, a) of every layer, z = W a_before + b, for one input x (in,).

    layers: triples of weight W (out, in), bias b (out,) and a function of z.
    """
    passed = []
    a = np.asarray(x, float)
    for weight, bias, activation in layers:
        z = weight @ a + bias
        a = apply(activation, z)
        passed.append((z, a))
    return passed


def example_network():
    """The 2-3-1 network of lesson 04, in float64."""
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1), nn.Sigmoid())
    model.to(np.float64)
    model[0].weight.data[...] = [[0.1, 0.4], [0.5, -0.5], [0.2, 0.6]]
    model[0].bias.data[...] = [0.1, -0.2, 0.0]
    model[2].weight.data[...] = [[0.7, -0.9, 0.5]]
    model[2].bias.data[...] = [0.1]
    return model


class ForwardPassExplorer(LivePicture):
    """The network as a graph: a weight on every edge, z and a in every node."""

    size = (7.2, 4.8)

    def __init__(self, model=None, x=None):
        self.own = model is not None
        self.network = SmallNetwork(model if self.own else example_network(), CALLER)
        self.pairs, self.columns = self.network.pairs, self.network.columns
        inputs = self.network.widths[0]
        if x is None:
            x = [1.0] * inputs if self.own else [0.5, 0.8]
        self.x = self.network.check("x", x, inputs, "input")
        self.functions = {"none": identity, **ACTIVATIONS}
        self.start = [self._name_activation(module) for _, module in self.pairs]
        self.presets = self._presets()
        super().__init__()

    def _name_activation(self, module):
        if module is None:
            return "none"
        if type(module) in KNOWN:
            return KNOWN[type(module)]
        name = f"{name_of(module)} (yours)"
        self.functions[name] = lambda z: np.asarray(module(z[None]))[0]
        return name

    def _presets(self):
        zero = {control: 0.0 for *_, control in self.network.edges()}
        if self.own:
            plain = {f"act{k + 1}": "none" for k in range(len(self.pairs))}
            return {"All weights zero": zero, "No activation": plain}
        blank = {**zero, "b_h1": 0.0, "b_h2": 0.0, "b_h3": 0.0, "b_y": 0.0}
        sums = {"x1_h1": 1.0, "x2_h1": 1.0, "x1_h2": 1.0, "x2_h2": 1.0, "b_h2": -1.0}
        return {
            "XOR by hand": {
                **(blank | sums | {"h1_y": 1.0, "h2_y": -2.0, "x1": 1.0, "x2": 0.0}),
                "act1": "ReLU",
                "act2": "none",
                "look": "y",
            },
            "Weights (0, 1)": {
                **(blank | {"x2_h1": 1.0, "x2_h2": 1.0, "h2_y": 1.0, "x1": 2.0, "x2": 3.0}),
                "act1": "sigmoid",
                "act2": "sigmoid",
                "look": "y",
            },
            "All weights zero": zero,
            "All hidden units silent": {"b_h1": -3.0, "b_h2": -3.0, "b_h3": -3.0, "act1": "ReLU"},
        }

    def make_controls(self):
        nodes = [name for column in self.columns[1:] for name in column]
        options = {pretty(name): name for name in nodes}
        controls = {"look": choice("write out", options, nodes[-1])}
        for name, value in zip(self.columns[0], self.x, strict=True):
            controls[name] = number_control(f"input {pretty(name)}", value)
        for k in range(len(self.pairs)):
            controls |= self.network.make_controls(k)
            label = f"f of {self.network.name_of_layer(k)}"
            controls[f"act{k + 1}"] = choice(label, list(self.functions), self.start[k])
        return controls

    def layers(self, values):
        """Return the triples for compute() that the controls' values stand for."""
        return [
            (weight, bias, self.functions[values[f"act{k + 1}"]])
            for k, (weight, bias) in enumerate(self.network.parameters(values))
        ]

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.1, 1, 0.9))
        ax = fig.add_subplot(xlim=(-0.09, 1.09), ylim=(0, 1))
        ax.set_axis_off()
        places = {}
        for k, column in enumerate(self.columns):
            for i, name in enumerate(column):
                places[name] = (k / (len(self.columns) - 1), 1 - (i + 0.5) / len(column))
        self.places = places
        titles = ["inputs", *["hidden layer"] * (len(self.columns) - 2), "output"]
        for k, title in enumerate(titles):
            ax.text(k / (len(titles) - 1), 1.02, title, ha="center", va="bottom", color=GREY)

        segments, spots = [], []
        for k, i, _, control in self.network.edges():
            source, target = (np.array(places[name]) for name in control.split("_"))
            segments.append([source, target])
            # labels of the edges from one node stand below each other, those of the next beside
            share = 0.3 + 0.4 * i / max(len(self.columns[k]) - 1, 1)
            spots.append(source + share * (target - source))
        edges = ax.add_collection(LineCollection(segments, zorder=1))
        paper = ax.scatter(*np.transpose(spots), s=350, marker=LABEL, color="white", zorder=2)
        labels = [QuickText(ax, *spot, size=9, zorder=3) for spot in spots]

        spots = np.array(list(places.values()))
        nodes = ax.scatter(*spots.T, s=2300, c=np.zeros(len(spots)), cmap=DIVERGING_LIGHT)
        nodes.set(edgecolor=BLACK, linewidth=1.2, zorder=4)
        ring = ax.scatter(*spots[-1:].T, s=2900, facecolor="none", edgecolor=ORANGE, linewidth=3)
        ring.set_zorder(4)
        inside = [QuickText(ax, *spot, size=9.5) for spot in spots]
        below = [QuickText(ax, *spot, size=9.5, shift=(0, -33)) for spot in spots]
        formula = QuickText(fig, 0.5, 0.085, size=10.5)
        result = QuickText(fig, 0.5, 0.03, size=10.5)
        return {
            "edges": edges,
            "paper": paper,
            "labels": labels,
            "nodes": nodes,
            "ring": ring,
            "inside": inside,
            "below": below,
            "formula": formula,
            "result": result,
        }

    def update(self, artists, look, **values):
        layers = self.layers(values)
        x = np.array([values[name] for name in self.columns[0]])
        passed = compute(layers, x)
        if not all(np.isfinite(z).all() and np.isfinite(a).all() for z, a in passed):
            raise ValueError("a value in the network is not a finite number at these settings")
        weights = np.array([values[control] for *_, control in self.network.edges()])
        artists["edges"].set_color([RED if w > 0 else BLUE if w < 0 else GREY for w in weights])
        artists["edges"].set_linestyle(["-" if w > 0 else "--" if w < 0 else ":" for w in weights])
        artists["edges"].set_linewidth(0.8 + 4 * np.abs(weights) / (2 + np.abs(weights)))
        self._label_edges(artists, look, weights)

        texts = [short(value) for value in x]
        for z, a in passed:
            texts += [f"z {short(one)}\na {short(two)}" for one, two in zip(z, a, strict=True)]
        for text, value in zip(artists["inside"], texts, strict=True):
            text.set_text(value)
        activations = np.concatenate([x, *[a for _, a in passed]])
        side = max(1.0, np.abs(activations).max())
        artists["nodes"].set_array(activations)
        artists["nodes"].set_clim(-side, side)
        for text, name in zip(artists["below"], self.places, strict=True):
            bias = f", bias {short(values[f'b_{name}'])}" if f"b_{name}" in values else ""
            text.set_text(pretty(name) + bias)
        artists["ring"].set_offsets([self.places[look]])
        formula, result = self.written_out(look, layers, x, passed, values)
        artists["formula"].set_text(formula)
        artists["result"].set_text(result)

    def _label_edges(self, artists, look, weights):
        """Write every weight on its edge; where that is too many, those that lead to `look`."""
        targets = [control.split("_")[1] for *_, control in self.network.edges()]
        crowded = len(targets) > MAX_LABELS
        shown = np.array([not crowded or target == look for target in targets])
        for label, weight, show in zip(artists["labels"], weights, shown, strict=True):
            label.set_visible(show)
            label.set_text(f"{weight:.2f}".replace("-", "−") if show else "")
        artists["paper"].set_sizes(np.where(shown, 350, 0))

    def written_out(self, look, layers, x, passed, values):
        """Return the two lines that compute one node: its sum z, and its activation a."""
        k = next(k for k, column in enumerate(self.columns) if look in column) - 1
        j = self.columns[k + 1].index(look)
        weight, bias, _ = layers[k]
        before = x if k == 0 else passed[k - 1][1]
        z, a = passed[k][0][j], passed[k][1][j]
        digits = 3 if len(before) < MAX_UNITS else 2  # four terms must fit into a line
        terms = [
            f"{_plain(w, digits)} × {_plain(v, digits)}"
            for w, v in zip(weight[j], before, strict=True)
        ]
        if f"b_{look}" in values:
            terms.append(_plain(bias[j]))
        name = values[f"act{k + 1}"]
        function = "z" if name == "none" else f"{name.removesuffix(' (yours)')}(z)"
        return (
            f"{pretty(look)}:   z = {' + '.join(terms)}",
            f"z = {_plain(z)}      a = {function} = {number(a, 4)}",
        )

    def describe(self, look, **values):
        layers = self.layers(values)
        x = np.array([values[name] for name in self.columns[0]])
        parts = [f"{name} = {value:g}" for name, value in zip(self.columns[0], x, strict=True)]
        for column, (_, a) in zip(self.columns[1:], compute(layers, x), strict=True):
            parts += [f"{name} = {value:.4f}" for name, value in zip(column, a, strict=True)]
        return (
            f"A {self.network.shape} network as a graph, with its weight on every edge. Values of "
            f"the nodes: {', '.join(parts)}. Below it the sum of {look} is written out."
        )


def _plain(value, decimals=3):
    """Up to three decimals and no trailing zeros, in brackets when negative: (−0.5), 0.719."""
    text = f"{abs(value):.{decimals}f}".rstrip("0").rstrip(".")
    return f"(−{text})" if value < 0 and text != "0" else text


def explore_forward_pass(model=None, x=None):
    """Show a small network as a graph with every weight a slider.

    model: your own nn.Sequential of Linear layers and activations, at most 3 Linear layers and 4
    units in each; it is not changed. x: its input at the start, shape (inputs,).
    ValueError for another model, or an x that does not fit.
    """
    return ForwardPassExplorer(model, x)
