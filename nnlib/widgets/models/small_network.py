"""A small network as "The network" draws it: what fits, and the names of its nodes."""

from itertools import pairwise

from nnlib import nn

MAX_UNITS = 4  # a column
MAX_LAYERS = 3  # of weights
KNOWN = {nn.ReLU: "ReLU", nn.Sigmoid: "sigmoid", nn.Tanh: "tanh", nn.Softmax: "softmax"}


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
