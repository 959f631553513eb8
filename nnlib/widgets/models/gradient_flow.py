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
from nnlib.random import generator, manual_seed

N = 64  # examples
INPUTS = 32  # features of an example, for the network that the controls build
CLASSES = 2
MOST = 20  # layers
LOW, HIGH = 1e-16, 1e8  # what the pictures show
STRONG = 1000  # a factor between two layers from which we speak of vanishing or exploding
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

    def listening(dy, input_grad=True):
        sent[layer] = dy
        return backward(dy, input_grad)

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
