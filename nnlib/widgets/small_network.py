"""A small network as the explorers draw it: what fits, the names of its nodes, its controls."""

import math
from itertools import pairwise

import numpy as np

from nnlib import nn
from nnlib.widgets.base.controls import number_field, slider

MAX_UNITS = 4  # a column
MAX_LAYERS = 3  # of weights
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
KNOWN = {nn.ReLU: "ReLU", nn.Sigmoid: "sigmoid", nn.Tanh: "tanh"}


class SmallNetwork:
    """Linear layers with one activation or none after each, taken from an nn.Sequential.

    pairs: (Linear, activation or None) for every layer; columns: the names of the nodes, such as
    x1, x2; h1, h2; y. A weight's control is called x1_h1, a bias's b_h1. `caller` is named in
    errors: ValueError when the model is anything else, or too large.
    """

    def __init__(self, model, caller):
        self.pairs = take_apart(model, caller)
        self.widths = [self.pairs[0][0].in_features] + [lin.out_features for lin, _ in self.pairs]
        self.columns = node_names(self.widths)
        self.caller = caller

    @property
    def shape(self):
        return "-".join(str(width) for width in self.widths)

    def check(self, name, value, size, each):
        """Return value as floats (size,). ValueError when it is not that many finite numbers."""
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            array = np.array(np.nan)
        if array.shape != (size,) or not np.isfinite(array).all():
            raise ValueError(
                f"{self.caller} expected {name} of shape ({size},), one finite number "
                f"for each {each}, got {value!r}."
            )
        return array

    def edges(self):
        """Yield (layer, i, j, control) for the weight from unit i to unit j of every layer."""
        for k, (sources, targets) in enumerate(pairwise(self.columns)):
            for j, target in enumerate(targets):
                for i, source in enumerate(sources):
                    yield k, i, j, f"{source}_{target}"

    def make_controls(self, k):
        """Return a control for every weight and every bias of a layer, at its present value."""
        linear, controls = self.pairs[k][0], {}
        for layer, i, j, control in self.edges():
            if layer == k:
                source, target = control.split("_")
                label = f"{pretty(source)} → {pretty(target)}"
                controls[control] = number_control(label, linear.weight.data[j, i])
        for j, target in enumerate(self.columns[k + 1]):
            if linear.bias is not None:
                label = f"bias of {pretty(target)}"
                controls[f"b_{target}"] = number_control(label, linear.bias.data[j])
        return controls

    def parameters(self, values):
        """Return (weight (out, in), bias (out,)) of every layer as the controls' values say."""
        parameters = []
        for k, (linear, _) in enumerate(self.pairs):
            weight = np.zeros((linear.out_features, linear.in_features))
            for layer, i, j, control in self.edges():
                if layer == k:
                    weight[j, i] = values[control]
            bias = [values.get(f"b_{name}", 0.0) for name in self.columns[k + 1]]
            has_bias = linear.bias is not None
            parameters.append((weight, np.array(bias) if has_bias else np.zeros(len(bias))))
        return parameters

    def name_of_layer(self, k):
        """What a control calls the units of layer k: h, y, or layer 2."""
        letter = self.columns[k + 1][0].rstrip("0123456789")
        return letter if len(self.pairs) < 3 or letter == "y" else f"layer {k + 1}"


def take_apart(model, caller):
    """Return (Linear, activation or None) for every layer of weights.

    ValueError when the model is not a Sequential of Linear layers and activations, or too large.
    """
    if not isinstance(model, nn.Sequential):
        raise ValueError(f"{caller} expected an nn.Sequential, got {model!r}.")
    pairs = []
    for layer in model:
        if isinstance(layer, nn.Dropout):
            continue  # does nothing when a network predicts
        if isinstance(layer, nn.Linear):
            pairs.append((layer, None))
        elif not pairs or pairs[-1][1] is not None or layer.parameters():
            raise ValueError(
                f"{caller} expected Linear layers, each with one activation or none "
                f"after it, got {layer!r} out of place."
            )
        else:
            pairs[-1] = (pairs[-1][0], layer)
    widths = [pair[0].in_features for pair in pairs[:1]] + [pair[0].out_features for pair in pairs]
    if not 1 <= len(pairs) <= MAX_LAYERS or max(widths) > MAX_UNITS:
        raise ValueError(
            f"{caller} draws 1 to {MAX_LAYERS} Linear layers with at most {MAX_UNITS} "
            f"inputs and units each, got widths {widths}. Try a smaller network."
        )
    for (before, _), (after, _) in pairwise(pairs):
        if before.out_features != after.in_features:
            raise ValueError(
                f"{caller} got {before!r} followed by {after!r}. Give the second one "
                f"in_features={before.out_features}."
            )
    return pairs


def node_names(widths):
    """Return the names of the nodes, a list a column: x1, x2; h1, h2, h3; y."""
    columns = [[f"x{i + 1}" for i in range(widths[0])]]
    hidden = len(widths) - 2
    for layer, width in enumerate(widths[1:-1], start=1):
        prefix = "h" if hidden == 1 else f"h{layer}"
        columns.append([f"{prefix}{i + 1}" for i in range(width)])
    last = widths[-1]
    columns.append(["y"] if last == 1 else [f"y{i + 1}" for i in range(last)])
    return columns


def pretty(name):
    """x1 as x₁."""
    return name.translate(SUBSCRIPTS)


def number_control(label, value):
    """Return a slider in steps of 0.1, or a number box for a value that is not on such a step."""
    side = max(3.0, math.ceil(1.5 * abs(value)))
    value = round(float(value), 6)  # float32 weights: 0.1 is 0.10000000149
    if value == round(value, 1):
        return slider(label, -side, side, value, 0.1, 2)
    # a slider in the browser would move the value to its nearest step
    return number_field(label, -side, side, value, 0.1)
