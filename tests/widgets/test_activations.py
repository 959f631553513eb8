import math

import numpy as np
import pytest

from nnlib import nn
from nnlib.widgets import explore_activation, explore_activations
from nnlib.widgets.activations import KNOWN, compute, kind_of_point, leaky_relu, limits, sentence
from nnlib.widgets.models.functions import sigmoid, step
from tests.widgets.helpers import check_picture, press, sweep


def at(function, z):
    return [one.item() for one in compute(function, np.array([float(z)]))]


@pytest.mark.parametrize(
    ("function", "z", "value", "slope"),
    [
        (sigmoid, 0, 0.5, 0.25),
        (sigmoid, 3, 1 / (1 + math.exp(-3)), 0.0451767),
        (np.tanh, -1, math.tanh(-1), 1 - math.tanh(1) ** 2),
        (leaky_relu, -3, -0.03, 0.01),
        (step, 2, 1, 0),
    ],
)
def test_values_and_slopes_against_the_formulas(function, z, value, slope):
    here, left, right = at(function, z)
    assert here == pytest.approx(value, abs=1e-12)
    assert (left + right) / 2 == pytest.approx(slope, abs=1e-6)
    assert kind_of_point(here, left, right) == "smooth"


def test_corners_jumps_and_what_is_no_number():
    assert kind_of_point(*at(nn.ReLU(), 0)) == "corner"
    assert kind_of_point(*at(step, 0)) == "jump"
    assert kind_of_point(*at(np.log, -1)) == "undefined"
    assert sentence("ReLU", 0, *at(nn.ReLU(), 0)).endswith(
        "slope 0.0000 left of it, 1.0000 right of it"
    )


def test_limits_hold_the_curves_and_go_no_further_than_most():
    assert limits([np.array([0.2, 1.0])], most=6) == pytest.approx((-0.1, 1.1))
    assert limits([np.array([-1e9, np.inf, np.nan, 1e9])], most=6) == pytest.approx((-7.2, 7.2))
    assert limits([np.zeros(3)], most=6) == (-1, 1)


def test_every_control_at_its_ends():
    sweep(explore_activations())


def test_every_control_with_own_functions():
    sweep(explore_activations(np.sin, step), pairs=False)


def test_the_chosen_function_is_always_shown():
    explorer = explore_activations().set(activation="tanh")
    curves = explorer.artists["curves"]
    assert [line.get_visible() for line in curves] == [False, True, True, False, False]
    assert [text.get_visible() for text in explorer.legend.get_texts()] == [
        line.get_visible() for line in curves
    ]
    explorer.set(sigmoid=False)
    assert [line.get_visible() for line in curves] == [False, False, True, False, False]
    press(explorer, "All at once")
    assert all(line.get_visible() for line in curves)


def test_the_tangent_touches_the_curve():
    explorer = explore_activations().set(z=1.0)
    x, y = explorer.artists["tangent"].get_data()
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(0.1966119, abs=1e-6)
    assert y.mean() == pytest.approx(0.7310586, abs=1e-6)
    assert "sigmoid(1) = 0.7311, slope 0.1966" in explorer.description


@pytest.mark.parametrize(
    ("preset", "words"),
    [
        ("Saturated", "slope 0.0025"),
        ("Dead", "slope 0.0000"),
        ("On the corner", "a corner"),
        ("Nothing to follow", "no slope"),
    ],
)
def test_presets_show_what_breaks(preset, words):
    explorer = explore_activations()
    press(explorer, preset)
    check_picture(explorer, preset)
    assert words in explorer.description


def test_the_leak_is_the_slope_left_of_zero():
    explorer = explore_activations().set(activation="leaky ReLU", z=-2.0, leak=0.3)
    assert "leaky ReLU(-2) = -0.6000, slope 0.3000" in explorer.description


def swish(z):
    return z / (1 + np.exp(-z))


def one_number(z):
    return z if z > 0 else math.exp(z) - 1


@pytest.mark.parametrize("function", [swish, one_number, np.sqrt, np.exp, nn.Tanh()])
def test_the_learners_own_function_comes_first(function):
    explorer = explore_activation(function)
    check_picture(explorer, function)
    assert explorer.values()["activation"] not in KNOWN
    explorer.set(z=-6, ReLU=True)
    check_picture(explorer, function)
    assert explorer.artists["curves"][KNOWN.index("ReLU")].get_visible()


def test_where_the_function_is_undefined_there_is_no_point():
    explorer = explore_activation(np.log).set(z=-1)
    check_picture(explorer, "log")
    assert not explorer.artists["point"].get_visible()
    assert "log(-1) or its slope is not a finite number" in explorer.description


def test_an_own_function_with_a_known_name_stays_apart():
    explorer = explore_activations(step)
    assert explorer.values()["activation"] == "step (yours)"
    assert len(explorer.names) == 6


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda z: z.sum(), r"returned shape \(\)"),
        (lambda z: z * np.nan, "no finite number for any z"),
        (lambda z: undefined, "'undefined' is not defined"),  # noqa: F821
    ],
)
def test_a_function_that_does_not_work_gives_a_sentence(function, words):
    explorer = explore_activation(function)
    with pytest.raises(type(explorer.last_error), match=words):
        raise explorer.last_error
    explorer.set(**{"<lambda>": False}, activation="tanh")
    check_picture(explorer, "tanh")


def test_what_the_explorer_does_not_take():
    with pytest.raises(TypeError, match="without brackets"):
        explore_activation(0.5)
    with pytest.raises(ValueError, match="room for 2 functions of yours, got 3"):
        explore_activations(np.sin, np.cos, np.exp)
