"""What a stored notebook keeps of each explorer: a still picture, and a sentence."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from nnlib import nn, widgets
from nnlib.widgets import (
    explore_activation,
    explore_activations,
    explore_attention,
    explore_backpropagation,
    explore_bumps,
    explore_codes,
    explore_convolution,
    explore_digits,
    explore_forward_pass,
    explore_gradient_descent,
    explore_gradient_flow,
    explore_loss_surface,
    explore_losses,
    explore_neuron,
    explore_optimizers,
    explore_perceptron,
    explore_softmax,
    explore_training,
    explore_values,
    fit_by_hand,
)
from nnlib.widgets.base.showpiece import Showpiece


def stepwise(x):
    return np.floor(4 * x) / 4


def absolute(p, target):
    return np.abs(p - target)


SMALL = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
# how it is made, what is set, and words that its sentence then holds
SHOWN = [
    (explore_activations, {}, "sigmoid(1) = 0.7311, slope 0.1966"),
    (
        explore_activations,
        {"activation": "leaky ReLU", "z": -2.0, "leak": 0.3},
        "leaky ReLU(-2) = -0.6000, slope 0.3000",
    ),
    (lambda: explore_activation(np.log), {"z": -1.0}, "or its slope is not a finite number"),
    (explore_attention, {}, 'Head 1 on "the white whale, the white whale", with mask'),
    (explore_attention, {"masked": False}, "without mask"),
    (explore_backpropagation, {}, "y = 0.5963. The cross-entropy is 0.517"),
    (explore_backpropagation, {"step": 3}, "cross-entropy"),
    (explore_bumps, {}, "largest error between 0 and 1 is 0.794, the mean error 0.437"),
    (lambda: explore_bumps(stepwise), {"mode": "read off", "n": 50}, "(yours)"),
    (explore_codes, {"mix": 0.25}, "0.25"),
    (explore_convolution, {}, "kernel"),
    (
        explore_convolution,
        {"pool": True, "relu": True, "hide": True, "stride": 2, "padding": 1},
        "not reached is hidden",
    ),
    (lambda: explore_convolution(np.eye(3)), {"pool": True}, "too small for blocks of 2 × 2"),
    (explore_convolution, dict.fromkeys(widgets.convolution.PLACES, 0.0), "no pixel counts"),
    (explore_digits, {"degrees": 180}, "turned by 180 degrees"),
    (explore_forward_pass, {}, "y = "),
    (explore_gradient_descent, {"lr": 2, "steps": 60}, "It diverges"),
    (explore_gradient_descent, {"problem": "two parameters", "steps": 20}, "loss"),
    (explore_gradient_flow, {"depth": 20, "start": "small: std 0.01"}, "layer"),
    (lambda: explore_gradient_flow(SMALL), {}, "layer"),
    (explore_loss_surface, {"steps": 5}, "loss"),
    (explore_losses, {}, "cross-entropy has loss 2.1269 and gradient -0.8808"),
    (
        lambda: explore_losses(absolute),
        {"against": "p", "target": 0},
        "absolute (yours) has loss 0.1192 and gradient 0.1050",
    ),
    (lambda: explore_neuron(np.sin), {}, "output"),
    (explore_optimizers, {}, "step"),
    (explore_perceptron, {"data": "XOR", "step": 50}, "points are wrong"),
    (explore_perceptron, {"step": 18}, "0 of 4 points are wrong"),
    (lambda: explore_softmax([0, 0], ["cat", "dog"]), {}, "cat 0.500, dog 0.500"),
    (explore_softmax, {"shift": 100.0}, "Numbers are float32: float32 holds exp(x)"),
    (explore_softmax, {"shift": 100.0, "number_format": "float64"}, "both ways agree"),
    (explore_training, {"steps": 5}, "loss"),
    (explore_values, {"step": 3}, "grad"),
    (fit_by_hand, {"a": 0.6, "b": -1.2, "show_loss": True}, "0.6"),
    (
        lambda: fit_by_hand([0, 0, 1], [1, 2, 3]),
        {},
        "The loss is hidden",
    ),  # too few x for a parabola
]


@pytest.mark.parametrize(("make", "values", "words"), SHOWN)
def test_what_is_stored_is_a_picture_and_a_sentence(make, values, words):
    explorer = make().set(**values)
    data, metadata = explorer._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    twice = [2 * side for side in metadata["image/png"].values()]
    assert picture.size == pytest.approx(twice, abs=1)  # Matplotlib 3.10 rounds a side down
    assert picture.convert("L").getextrema()[0] < 200
    assert data["text/plain"] == explorer.describe() == repr(explorer)
    assert words in repr(explorer)


def test_every_explorer_is_here():
    made = {base for make, *_ in SHOWN for base in type(make()).__mro__}
    ours = {one for one in Showpiece.__subclasses__() if one.__module__.startswith("nnlib.")}
    assert ours
    assert ours <= made
