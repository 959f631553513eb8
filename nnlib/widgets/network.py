"""The network: forwards and backwards in one, every weight and bias taken by hand."""

import numpy as np
import traitlets
from traitlets import Bool, Float, Int, List, Unicode

from nnlib.palette import BLUE, GREY, RED
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import fixed, short
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.functions import name_of
from nnlib.widgets.models.network import ENTROPY, FUNCTIONS, SQUARED, compute, descend, forwards
from nnlib.widgets.models.small_network import KNOWN, node_names, take_apart

FORWARD, BACKWARD = "explore_forward_pass", "explore_backpropagation"


class Network(Showpiece):
    """A small network with one input: mode "forward", or "backward" with a loss and its gradients.

    layers: dictionaries with weight (out, in) as rows, bias (out,) or None, and activation; x,
    target; loss: "squared error" or "cross-entropy"; lr; step: how far the pass has come. set()
    also takes single numbers by name: x1, x1_h1 (a weight), b_h1 (a bias), t_y, act1.
    """

    _esm = joined(HERE / "network.js")
    _css = style("network")
    mode = Unicode("backward").tag(sync=True)
    own = Bool(False).tag(sync=True)
    layers = List().tag(sync=True, setting=True)
    x, target = (List().tag(sync=True, setting=True) for _ in range(2))
    loss = Unicode(ENTROPY).tag(sync=True, setting=True)
    lr = Float(0.1, min=0).tag(sync=True, setting=True)
    step = Int(0, min=0).tag(sync=True, setting=True)

    @property
    def columns(self):
        """The names of the nodes, a list for each column: x1, x2; h1, h2; y."""
        return node_names([len(self.x), *(len(layer["weight"]) for layer in self.layers)])

    @property
    def triples(self):
        """(weight (out, in), bias (out,) or None, activation) of every layer, as arrays."""
        return [
            (
                np.array(layer["weight"], float),
                None if layer["bias"] is None else np.array(layer["bias"], float),
                layer["activation"],
            )
            for layer in self.layers
        ]

    @property
    def weights(self):
        """The weights of every layer, arrays (out, in)."""
        return [weight for weight, _, _ in self.triples]

    @property
    def biases(self):
        """The biases of every layer, arrays (out,) or None."""
        return [bias for _, bias, _ in self.triples]

    def run(self):
        """The whole pass: z, a, loss, da, dz, dw, db, each a list with an array for each layer."""
        return compute(self.triples, self.x, np.array(self.target, float), self.loss)

    def descend(self):
        """Take one step of gradient descent with the learning rate lr."""
        layers = [
            {"weight": w.tolist(), "bias": None if b is None else b.tolist(), "activation": name}
            for w, b, name in descend(self.triples, self.run(), self.lr)
        ]
        return self.set(layers=layers)

    def set(self, **values):
        """Change settings and single numbers, by name; ValueError for an unknown name."""
        layers = [
            copied(one["weight"], one["bias"], one["activation"])
            for one in values.pop("layers", self.layers)
        ]
        x, target = list(values.pop("x", self.x)), list(values.pop("target", self.target))
        columns = node_names([len(x), *(len(layer["weight"]) for layer in layers)])
        places = {name: (k, i) for k, column in enumerate(columns) for i, name in enumerate(column)}
        for name in [name for name in values if name not in self.settings()]:
            kind, _, rest = name.partition("_")
            if name in columns[0]:
                x[places[name][1]] = float(values.pop(name))
            elif kind == "b" and rest in places and layers[places[rest][0] - 1]["bias"]:
                k, j = places[rest]
                layers[k - 1]["bias"][j] = float(values.pop(name))
            elif kind == "t" and rest in columns[-1]:
                target[places[rest][1]] = float(values.pop(name))
            elif name[:3] == "act" and name[3:].isdigit() and 0 < int(name[3:]) <= len(layers):
                layers[int(name[3:]) - 1]["activation"] = values.pop(name)
            elif kind in places and rest in places and places[rest][0] == places[kind][0] + 1:
                (k, i), (_, j) = places[kind], places[rest]
                layers[k]["weight"][j][i] = float(values.pop(name))
        return super().set(layers=layers, x=x, target=target, **values)

    @traitlets.validate("layers")
    def _known(self, proposal):
        for layer in proposal["value"]:
            if layer["activation"] not in FUNCTIONS:
                raise traitlets.TraitError(f"activation is one of {', '.join(FUNCTIONS)}.")
        return proposal["value"]

    @traitlets.validate("loss")
    def _loss(self, proposal):
        if proposal["value"] not in (SQUARED, ENTROPY):
            raise traitlets.TraitError(f"loss is {SQUARED!r} or {ENTROPY!r}.")
        return proposal["value"]

    def draw(self, figure):
        zs, outputs = forwards(self.triples, self.x)
        columns = self.columns
        ax = figure.add_subplot(xlim=(-0.35, len(columns) - 0.65), ylim=(0, 1))
        ax.set_axis_off()
        place = {
            name: (k, 1 - (i + 0.5) / len(column))
            for k, column in enumerate(columns)
            for i, name in enumerate(column)
        }
        for k, weight in enumerate(self.weights):
            for (j, i), w in np.ndenumerate(weight):
                start, end = place[columns[k][i]], place[columns[k + 1][j]]
                xs, ys = zip(start, end, strict=True)
                colour, dash = (RED, "-") if w > 0 else (BLUE, "--")
                width = 0.8 + 4 * abs(w) / (1.5 + abs(w))
                ax.plot(xs, ys, color=colour, ls=dash, lw=width, zorder=1)
                share = 0.28 + 0.4 * i / max(len(columns[k]) - 1, 1)
                at = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
                paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
                ax.text(*at, fixed(w), ha="center", va="center", fontsize=8.5, bbox=paper)
        for k, column in enumerate(columns):
            for i, name in enumerate(column):
                value = f"a {short(outputs[k][i])}" if k else short(outputs[k][i])
                lines = [name, *([f"z {short(zs[k - 1][i])}"] if k else []), value]
                card = {"boxstyle": "round", "facecolor": "white", "edgecolor": GREY}
                text = {"ha": "center", "va": "center", "bbox": card}
                ax.text(*place[name], "\n".join(lines), zorder=3, **text)

    def describe(self):
        shape = "-".join(str(len(column)) for column in self.columns)
        _, outputs = forwards(self.triples, self.x)
        named = [
            f"{name} = {value:.4g}"
            for column, values in zip(self.columns, outputs, strict=True)
            for name, value in zip(column, values, strict=True)
        ]
        text = f"A {shape} network as a graph, a weight on every edge. {', '.join(named)}"
        if self.mode == "forward":
            return f"{text}."
        return f"{text}. The {self.loss} is {self.run().loss:.4g}, at step {self.step} of the pass."


def copied(weight, bias, activation):
    """A layer whose lists are its own."""
    return layer([list(row) for row in weight], None if bias is None else list(bias), activation)


def layer(weight, bias, activation):
    return {"weight": weight, "bias": bias, "activation": activation}


def dismantled(model, caller, known):
    """The layers of a model of the learner's; ValueError when it is none of those we can draw."""
    layers = []
    for linear, module in take_apart(model, caller):
        if module is not None and KNOWN.get(type(module)) not in known:
            names = ", ".join(one.__name__ for one, name in KNOWN.items() if name in known)
            raise ValueError(
                f"{caller} knows {names}, got {name_of(module)}. Use one of them, or leave the "
                "activation out."
            )
        bias = None if linear.bias is None else linear.bias.data.astype(float).round(6).tolist()
        weight = linear.weight.data.astype(float).round(6).tolist()
        layers.append(layer(weight, bias, "none" if module is None else KNOWN[type(module)]))
    return layers


def numbers(caller, name, value, size, each):
    """value as a list of `size` finite numbers; ValueError for anything else."""
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.shape != (size,) or not np.isfinite(array).all():
        raise ValueError(
            f"{caller} expected {name} of shape ({size},), one finite number "
            f"for each {each}, got {value!r}."
        )
    return array.tolist()


def explore_forward_pass(model=None, x=None):
    """Send numbers through a small network that you take by hand: drag edges, nodes and inputs.

    model: your own nn.Sequential of Linear layers, each with ReLU, Sigmoid, Tanh, Softmax or
    nothing after it, at most 3 Linear layers and 4 units in each; it is not changed. x: its input
    at the start, shape (inputs,). ValueError for another model, or an x that does not fit.
    """
    if model is None:
        first = [[0.1, 0.4], [0.5, -0.5], [0.2, 0.6]]
        layers = [layer(first, [0.1, -0.2, 0.0], "ReLU")]
        layers.append(layer([[0.7, -0.9, 0.5]], [0.1], "sigmoid"))
        x = [0.5, 0.8] if x is None else x
    else:
        layers = dismantled(model, FORWARD, set(KNOWN.values()))
    inputs = len(layers[0]["weight"][0])
    x = numbers(FORWARD, "x", [1.0] * inputs if x is None else x, inputs, "input")
    steps = sum(len(one["weight"]) * (1 + (one["activation"] != "none")) for one in layers)
    outputs = [1.0] * len(layers[-1]["weight"])
    return Network(
        mode="forward", own=model is not None, layers=layers, x=x, target=outputs, step=steps
    )


def explore_backpropagation(model=None, x=None, target=None):
    """Go forwards and backwards through a small network that you take by hand, step by step.

    model: your own nn.Sequential of Linear layers, each with ReLU, Sigmoid, Tanh or nothing after
    it, at most 3 Linear layers and 4 units in each; it is not changed. x: its input at the start,
    shape (inputs,); target: shape (outputs,).
    ValueError for another model, or an x or a target that does not fit.
    """
    if model is None:
        if x is not None or target is not None:
            raise ValueError(f"{BACKWARD} expected x and target together with a model of yours.")
        layers = [layer([[0.4, 0.3], [0.7, -0.2]], [0.1, -0.1], "ReLU")]
        layers.append(layer([[0.6, -0.4]], [0.2], "sigmoid"))
        return Network(layers=layers, x=[1.0, 0.5], target=[1.0], step=7)
    layers = dismantled(model, BACKWARD, {"ReLU", "sigmoid", "tanh"})
    inputs, outputs = len(layers[0]["weight"][0]), len(layers[-1]["weight"])
    x = numbers(BACKWARD, "x", [1.0] * inputs if x is None else x, inputs, "input")
    wanted = [1.0] * outputs if target is None else target
    target = numbers(BACKWARD, "target", wanted, outputs, "output")
    chances = layers[-1]["activation"] == "sigmoid" and all(0 <= one <= 1 for one in target)
    steps = sum(len(one["weight"]) * (1 + (one["activation"] != "none")) for one in layers)
    loss = ENTROPY if chances else SQUARED
    return Network(own=True, layers=layers, x=x, target=target, loss=loss, step=steps + 1)
