"""Backpropagation, step by step: a graph that fills with values forwards, with gradients back."""

from itertools import zip_longest

import numpy as np

from nnlib import nn
from nnlib.palette import BLACK, GREY
from nnlib.widgets.backprop_drawing import BLUE_TEXT, RED_TEXT, WIDTH, Drawing
from nnlib.widgets.base.controls import choice, int_slider, log_slider, player
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models import backprop_steps as steps
from nnlib.widgets.models.backprop_steps import ENTROPY, SQUARED, Scene, digits
from nnlib.widgets.models.functions import name_of
from nnlib.widgets.small_network import KNOWN, SmallNetwork, number_control, pretty

CALLER = "explore_backpropagation"
HEIGHTS = {1: 4.5, 2: 4.5, 3: 5.4, 4: 6.5}  # inches, by the number of units in the largest column
LINE = 15  # points from line to line below the graph

ENDS = {  # as lesson 05 calls them: MSE is the squared error, BCE the cross-entropy
    "sigmoid, BCE": ("sigmoid", ENTROPY),
    "sigmoid, MSE": ("sigmoid", SQUARED),
    "tanh, MSE": ("tanh", SQUARED),
    "ReLU, MSE": ("ReLU", SQUARED),
    "no activation, MSE": ("none", SQUARED),
}


def example_network():
    """The 2-2-1 network of lesson 07, in float64."""
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1), nn.Sigmoid())
    model.to(np.float64)
    model[0].weight.data[...] = [[0.4, 0.3], [0.7, -0.2]]
    model[0].bias.data[...] = [0.1, -0.1]
    model[2].weight.data[...] = [[0.6, -0.4]]
    model[2].bias.data[...] = [0.2]
    return model


def single_neuron():
    """y = 3 x + 1."""
    model = nn.Sequential(nn.Linear(1, 1)).to(np.float64)
    model[0].weight.data[...] = 3
    model[0].bias.data[...] = 1
    return model


class BackpropagationExplorer(LivePicture):
    """The graph of a network; below it the present step as a formula, and with its numbers."""

    TWO, ONE = "2-2-1", "one neuron"

    def __init__(self, model=None, x=None, target=None):
        self.own = model is not None
        if not self.own and (x is not None or target is not None):
            raise ValueError(f"{CALLER} expected x and target together with a model of yours.")
        if self.own:
            network = SmallNetwork(model, CALLER)
            check_activations(network)
            inputs, outputs = network.widths[0], network.widths[-1]
            x = network.check("x", [1.0] * inputs if x is None else x, inputs, "input")
            if target is None:
                target = [1.0] * outputs
            target = network.check("target", target, outputs, "output")
            self.networks = {"yours": (network, x, target)}
        else:
            self.networks = {
                self.TWO: (SmallNetwork(example_network(), CALLER), [1.0, 0.5], [1.0]),
                self.ONE: (SmallNetwork(single_neuron(), CALLER), [2.0], [5.0]),
            }
        self.chosen = next(iter(self.networks))
        units = max(max(network.widths) for network, *_ in self.networks.values())
        self.size = (WIDTH, HEIGHTS[units])
        self.presets = self._presets()
        self._belongs = {}
        self._shown = None
        super().__init__()

    def _presets(self):
        if self.own:
            network = self.networks["yours"][0]
            return {"All weights zero": {control: 0.0 for *_, control in network.edges()}}
        start = self._start(self.TWO)
        loud = {"x1_h1": 3.0, "h1_y": -3.0, "b_y": -3.0, "end": "sigmoid, MSE"}
        return {
            "2-2-1 network": start | {"step": 0},
            "One neuron": self._start(self.ONE) | {"lr": 0.01, "step": 0},
            "Dead ReLU": start | {"b_h1": -3.0, "b_h2": -3.0, "step": 16},
            "Saturated sigmoid": start | loud | {"step": 9},
        }

    def _end(self, network, target):
        last = activation_name(network.pairs[-1][1])
        allowed = (np.asarray(target) >= 0).all() and (np.asarray(target) <= 1).all()
        return next(
            end
            for end, (name, loss) in ENDS.items()
            if name == last and (loss == SQUARED or allowed)
        )

    def _start(self, name):
        """The values that a network begins with, by the names of the controls."""
        network, x, target = self.networks[name]
        values = {} if self.own else {"network": name}
        values["end"] = self._end(network, target)
        for k, (linear, module) in enumerate(network.pairs):
            if k < len(network.pairs) - 1:
                values[f"act{k + 1}"] = activation_name(module)
            for layer, i, j, control in network.edges():
                if layer == k:
                    values[control] = round(float(linear.weight.data[j, i]), 6)
            if linear.bias is not None:
                for j, unit in enumerate(network.columns[k + 1]):
                    values[f"b_{unit}"] = round(float(linear.bias.data[j]), 6)
        values |= {n: float(v) for n, v in zip(network.columns[0], x, strict=True)}
        values |= {f"t_{n}": float(v) for n, v in zip(network.columns[-1], target, strict=True)}
        return values

    def make_controls(self):
        network, _, target = self.networks[self.chosen]
        controls = {} if self.own else {"network": choice("network", list(self.networks))}
        controls["step"] = int_slider("step", 0, 1, 0)
        self.play = player("Play", 10_000, 1200)
        self.play.each = lambda: self._go(1)
        controls["back"] = self.action("◀ Back", lambda: self._go(-1), "One step back")
        controls["next"] = self.action("Next ▶", lambda: self._go(1), "One step on")
        controls["play"] = self.play
        controls["end"] = choice("output, loss", list(ENDS), self._end(network, target))
        for name, (one, x, wanted) in self.networks.items():
            mine = {}
            for unit, value in zip(one.columns[0], x, strict=True):
                mine[unit] = number_control(f"input {pretty(unit)}", value)
            for unit, value in zip(one.columns[-1], wanted, strict=True):
                which = "" if len(wanted) == 1 else f" of {pretty(unit)}"
                mine[f"t_{unit}"] = number_control(f"target{which}", value)
            for k, (_, module) in enumerate(one.pairs):
                if k < len(one.pairs) - 1:
                    label = f"f of {one.name_of_layer(k)}"
                    options = ["ReLU", "sigmoid", "tanh", "none"]
                    mine[f"act{k + 1}"] = choice(label, options, activation_name(module))
                mine |= one.make_controls(k)
            self._belongs[name] = set(mine)
            for control, widget in mine.items():
                if control not in controls:  # the two networks share x1, b_y and the target
                    controls[control] = widget
                elif widget.max > controls[control].max:
                    controls[control].max, controls[control].min = widget.max, widget.min
        controls["lr"] = log_slider("learning rate", -3, 0.5, 0.1)
        self._wide = {c: (w.min, w.max) for c, w in controls.items() if c.startswith("t_")}
        for name in ("network", "end", *(c for c in controls if c.startswith("act"))):
            if name in controls:
                controls[name].observe(self._arrange, names="value")
        self.controls = controls
        self._arrange(None)
        return controls

    def _arrange(self, change):
        """Fit the other controls to the network and the loss: what is shown, how far they go."""
        with self._lock:
            held, self._holding = self._holding, True
            if change and change["owner"] is self.controls.get("network"):
                for name, value in self._start(change["new"]).items():
                    self.controls[name].value = value
            chosen = self._network_name(self.controls_values())
            mine = self._belongs[chosen]
            others = set().union(*self._belongs.values()) - mine
            for name in mine:
                self.controls[name].hidden = False
            for name in others:
                self.controls[name].hidden = True
            entropy = ENDS[self.controls["end"].value][1] == ENTROPY
            for name, (low, high) in self._wide.items():
                widget = self.controls[name]
                # cross-entropy is for targets from 0 to 1
                low, high = (0, 1) if entropy else (low, high)
                widget.max, widget.min = high, low
            layers = self.scene(self.controls_values()).layers
            last = len(steps.all_steps(layers)) - 1
            self.controls["step"].max = last
            self._holding = held

    def rows(self):
        together = ("back", "next", "play")
        return [list(together), *(name for name in self.controls if name not in together)]

    def controls_values(self):
        return {n: w.value for n, w in self.controls.items() if w.has_trait("value")}

    def set(self, **values):
        """Set several controls and draw once; what decides how far others go is set first."""
        first = {"network": 0, "end": 1, "act1": 2, "act2": 2, "step": 9}
        order = sorted(values.items(), key=lambda item: first.get(item[0], 3))
        return super().set(**dict(order))

    def _go(self, by):
        step = self.controls["step"]
        step.value = min(max(step.value + by, step.min), step.max)

    def _network_name(self, values):
        return values.get("network", self.chosen)

    def scene(self, values):
        """Return the Scene that the values of the controls stand for."""
        network = self.networks[self._network_name(values)][0]
        output, loss = ENDS[values["end"]]
        last = len(network.pairs) - 1
        layers = [
            (weight, bias, output if k == last else values[f"act{k + 1}"])
            for k, (weight, bias) in enumerate(network.parameters(values))
        ]
        return Scene(
            columns=network.columns,
            layers=layers,
            biased=[linear.bias is not None for linear, _ in network.pairs],
            x=np.array([values[name] for name in network.columns[0]]),
            target=np.array([values[f"t_{name}"] for name in network.columns[-1]]),
            loss=loss,
            lr=values["lr"],
        )

    def compute(self, **values):
        scene = self.scene(values)
        order = steps.all_steps(scene.layers)
        return {
            "scene": scene,
            "run": steps.compute(scene.layers, scene.x, scene.target, scene.loss),
            "order": order,
            "now": min(values["step"], len(order) - 1),
            "chosen": self._network_name(values),
        }

    def build(self, fig):
        fig.set_layout_engine("none")  # every place is in points
        ax = fig.add_axes([0, 0, 1, 1], xlim=(0, 72 * self.size[0]), ylim=(0, 72 * self.size[1]))
        ax.set_axis_off()
        self.drawings = {
            name: Drawing(ax, network, self.size[1])
            for name, (network, *_) in self.networks.items()
        }
        middle = 36 * WIDTH
        self.headline = QuickText(ax, middle, 94, size=11.5)
        self.formula = QuickText(ax, middle, 74, size=10, color=GREY)
        self.numbers = [QuickText(ax, middle, 55 - LINE * i, size=10.5) for i in range(3)]
        self.reason = QuickText(ax, middle, 14, size=10, color=GREY)
        drawn = {name: drawing.artists for name, drawing in self.drawings.items()}
        return {**drawn, "text": [self.headline, self.formula, *self.numbers, self.reason]}

    def update(self, artists, scene, run, order, now, chosen):
        if not all(np.isfinite(array).all() for array in (*run.a, *run.da, *run.dw)):
            raise ValueError("a value in the network is not a finite number at these settings")
        if chosen != self._shown:
            for name, drawing in self.drawings.items():
                drawing.show(name == chosen)
            self._shown = chosen
        self.drawings[chosen].update(scene, run, order, now)
        lines = steps.explain(order[now], now, len(order) - 1, scene, run)
        self.headline.set_text(lines.headline)
        colours = {"da": RED_TEXT, "dz": RED_TEXT, "dw": RED_TEXT, "start": BLACK, "update": BLACK}
        self.headline.set_color(colours.get(order[now].kind, BLUE_TEXT))
        self.formula.set_text(lines.formula)
        for text, line in zip_longest(self.numbers, lines.numbers, fillvalue=""):
            text.set_text(line)
        self.reason.set_text(lines.reason)
        self.reason.move(36 * WIDTH, 53 - LINE * len(lines.numbers))

    def describe(self, scene, run, order, now, chosen):
        lines = steps.explain(order[now], now, len(order) - 1, scene, run)
        reached = set(order[: now + 1])
        known = []
        for k, column in enumerate(scene.columns[1:]):
            for j, name in enumerate(column):
                for kind in ("z", "a", "da", "dz"):
                    if steps.Step(kind, k, j) in reached:
                        letter = f"d{steps.output_letter(scene, k)}" if kind == "da" else kind
                        known.append(f"{name} {letter} = {digits(getattr(run, kind)[k][j])}")
        if steps.Step("loss") in reached:
            known.append(f"loss = {digits(run.loss)}")
        network = self.networks[chosen][0]
        written = [lines.formula, *lines.numbers, lines.reason]
        so_far = f" Computed so far: {', '.join(known)}." if known else ""
        return (
            f"A {network.shape} network as a graph, with its weight on every edge. "
            f"{lines.headline}. {'; '.join(part.rstrip('.') for part in written if part)}.{so_far}"
        )


def activation_name(module):
    return "none" if module is None else KNOWN[type(module)]


def check_activations(network):
    for _, module in network.pairs:
        if module is not None and type(module) not in KNOWN:
            names = ", ".join(known.__name__ for known in KNOWN)
            raise ValueError(
                f"{CALLER} knows the slopes of {names}, got {name_of(module)}. Use one of them, "
                "or leave the activation out."
            )


def explore_backpropagation(model=None, x=None, target=None):
    """Go forwards and backwards through a small network, step by step, with every number shown.

    model: your own nn.Sequential of Linear layers, each with ReLU, Sigmoid, Tanh or nothing after
    it, at most 3 Linear layers and 4 units in each; it is not changed. x: its input at the start,
    shape (inputs,); target: shape (outputs,).
    ValueError for another model, or an x or a target that does not fit.
    """
    return BackpropagationExplorer(model, x, target)
