import math

import numpy as np
import pytest

from nnlib.nn import ReLU
from nnlib.widgets import explore_neuron
from nnlib.widgets.models.functions import ACTIVATIONS, apply
from nnlib.widgets.neuron import PLANE, boundary, compute, neuron, number, output_range
from tests.widgets.helpers import check_picture, pixels, press, sweep


def test_the_sum_and_the_output_by_hand():
    sigmoid = ACTIVATIONS["sigmoid"]
    z, a = neuron(sigmoid, w1=0.4, w2=0.7, b=0.2, x1=0.5, x2=0.3)
    assert z == pytest.approx(0.61)
    assert a == pytest.approx(0.6479, abs=5e-5)
    assert neuron(sigmoid, 0, 1, 4, 2, 3)[1] == pytest.approx(0.9990889488055994, abs=1e-15)
    assert neuron(ACTIVATIONS["ReLU"], 1, -2, 0.5, 1, 1) == (-0.5, 0)
    assert neuron(ACTIVATIONS["step"], 1, 1, -1.5, 1, 1) == (0.5, 1)
    assert neuron(np.tanh, 1, 0, 0, 2.3, 0)[1] == pytest.approx(0.9801, abs=5e-5)


def test_the_plane_has_x2_by_rows():
    outputs = compute(ACTIVATIONS["ReLU"], 1, 10, 0)
    assert outputs.shape == (100, 100)
    assert outputs[-1, 0] == pytest.approx(PLANE[0] + 10 * PLANE[-1])
    assert outputs[0, -1] == 0


def test_the_line_is_where_the_sum_is_zero():
    for w1, w2, b in [(1, -1.5, 0.5), (0, 2, 1), (-3, 0, 0), (1e-3, 0, 5)]:
        for x1, x2 in boundary(w1, w2, b):
            assert w1 * x1 + w2 * x2 + b == pytest.approx(0, abs=1e-9)
    assert boundary(0, 0, 1) is None


def test_numbers_are_written_as_in_a_formula():
    assert number(2) == "2.00"
    assert number(-0.5) == "(−0.50)"
    assert number(-0.001) == "0.00"


def test_every_control_at_its_ends():
    sweep(explore_neuron())


def test_without_weights_there_is_no_line():
    explorer = explore_neuron()
    press(explorer, "Weights all zero")
    check_picture(explorer, "no line")
    assert "There is no line" in explorer.description
    assert not explorer.artists["line"].get_visible()


def test_the_text_says_what_the_picture_shows():
    explorer = explore_neuron().set(w1=0.4, w2=0.7, b=0.2, x1=0.5, x2=0.3)
    assert "weighted sum is 0.61 and the output 0.6479" in explorer.description
    assert explorer.artists["total"].get_text() == (" = 0.40 × 0.50 + 0.70 × 0.30 + 0.20 = 0.61")


def test_turning_a_weight_round_turns_the_picture_round():
    right, left = explore_neuron(), explore_neuron()
    right.set(w1=2, w2=0, b=0)
    left.set(w1=-2, w2=0, b=0)
    ax = right.plane.get_window_extent()
    rows = slice(420 - int(ax.y1) + 15, 420 - int(ax.y0) - 15)
    column = int(ax.x1) - 10
    orange, blue = pixels(right)[rows, column].mean(axis=0), pixels(left)[rows, column].mean(axis=0)
    assert orange[0] > orange[2] + 50
    assert blue[2] > blue[0] + 50


def double(z):
    return 2 * z


def one_number(z):
    return max(0.0, z) + math.exp(-abs(z))


def not_a_number(z):
    return np.sqrt(z)


@pytest.mark.parametrize("function", [double, one_number, not_a_number, ReLU(), np.sin])
def test_the_learners_own_function(function):
    explorer = explore_neuron(function)
    assert "(yours)" in explorer.values()["activation"]
    check_picture(explorer, function)
    explorer.set(w1=5, w2=5, b=5, x1=3, x2=3)
    assert explorer.last_error is None
    explorer.set(view="surface", x1=-3)
    assert explorer.last_error is None


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda z: z.sum(), r"returned shape \(\)"),
        (lambda z: None, "returned shape"),
        (lambda z: "much", "returned no numbers"),
        (lambda z: z / 0, "not a finite number for any z"),
        (lambda z: undefined, "'undefined' is not defined"),  # noqa: F821
    ],
)
def test_a_function_that_does_not_work_gives_a_sentence(function, sentence):
    explorer = explore_neuron(function)
    assert explorer.last_error is not None
    with pytest.raises(type(explorer.last_error), match=sentence):
        raise explorer.last_error
    explorer.set(activation="tanh")
    check_picture(explorer, "tanh")


def test_neither_a_name_nor_a_function():
    with pytest.raises(ValueError, match=r"one of step, sigmoid, tanh, ReLU or a function"):
        explore_neuron("softmax")
    with pytest.raises(ValueError, match="without brackets"):
        explore_neuron(0.5)


def test_ranges_of_the_outputs():
    assert output_range(ACTIVATIONS["step"]) == (0, 1)
    assert output_range(ACTIVATIONS["ReLU"]) == (0, 10)
    np.testing.assert_array_equal(apply(one_number, np.zeros((2, 3))), np.ones((2, 3)))
