import math

import numpy as np
import pytest
import traitlets

from nnlib import nn
from nnlib.widgets import explore_activation, explore_activations
from nnlib.widgets.activations import sentence
from nnlib.widgets.models.activations import (
    KNOWN,
    kind_of_point,
    leaky_relu,
    limits,
    measure,
    slopes_between,
)
from nnlib.widgets.models.functions import sigmoid, step
from tests.widgets.javascript import InJavaScript, assert_rebuilt, traits


def at(function, z):
    return [one.item() for one in measure(function, np.array([float(z)]))]


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
    assert np.isnan(slopes_between(np.array([0.0]), np.array([1.0]))[0])


def test_limits_hold_the_curves_and_go_no_further_than_most():
    assert limits([np.array([0.2, 1.0])], most=6) == pytest.approx((-0.1, 1.1))
    assert limits([np.array([-1e9, np.inf, np.nan, 1e9])], most=6) == pytest.approx((-7.2, 7.2))
    assert limits([np.zeros(3)], most=6) == (-1, 1)


def swish(z):
    return z / (1 + np.exp(-z))


def one_number(z):
    return z if z > 0 else math.exp(z) - 1


def random_explorers():
    rng = np.random.default_rng(7)
    for k in range(80):
        name = KNOWN[k % len(KNOWN)]
        shown = [one for one in KNOWN if rng.random() < 0.5]
        z = 0.0 if k % 7 == 0 else round(float(rng.uniform(-6, 6)), 2)
        leak = round(float(rng.uniform(0, 1)), 2)
        yield explore_activations().set(activation=name, z=z, leak=leak, shown=shown)
    for k in range(20):
        explorer = explore_activations(swish, np.log) if k % 2 else explore_activation(one_number)
        name = [one["name"] for one in explorer.own][k % 4 // 2 if k % 2 else 0]
        yield explorer.set(z=round(float(rng.uniform(-6, 6)), 2), activation=name)


def test_javascript_and_python_agree_and_copied_code_rebuilds_the_state(tmp_path):
    explorers = list(random_explorers())
    page = InJavaScript("activations", explorers, tmp_path)
    for explorer, found in zip(explorers, page.answers, strict=True):
        ours = explorer.compute()
        assert found["kind"] == kind_of_point(*ours), repr(explorer)
        # a slope is the difference of two values over 1e-4: twelve digits of them, eight of it
        finite = np.where(np.isfinite(ours), ours, np.nan)
        np.testing.assert_allclose(found["at"], finite, rtol=1e-8, atol=1e-9)
    assert page.defaults == traits(explore_activations())
    known = (explore_activations, explore_activation, swish, np.log, one_number)
    assert_rebuilt(explorers, page.codes, *known, also=["own"])


def test_the_chosen_function_is_always_shown():
    explorer = explore_activations().set(activation="tanh", shown=["sigmoid"])
    assert explorer.names() == ["sigmoid", "tanh"]
    assert repr(explorer.set(shown=[])).startswith("tanh for z from −6 to 6")


@pytest.mark.parametrize("function", [swish, one_number, np.sqrt, np.exp, nn.Tanh(), step])
def test_the_learners_own_function_comes_first(function):
    explorer = explore_activation(function)
    assert explorer.activation not in KNOWN
    assert explorer.names() == [explorer.activation]
    assert explorer.set(z=-6, shown=["ReLU"]).still()


def test_the_point_stands_on_hundredths():
    assert explore_activations().set(z=1.23456).z == 1.23


def test_what_does_not_fit_is_said():
    with pytest.raises(TypeError, match="without brackets"):
        explore_activation(0.5)
    with pytest.raises(ValueError, match="room for 2 functions of yours, got 3"):
        explore_activations(np.sin, np.cos, np.exp)
    with pytest.raises(ValueError, match=r"returned shape \(\)"):
        explore_activation(lambda z: z.sum())
    with pytest.raises(ValueError, match="no finite number for any z"):
        explore_activation(lambda z: z * np.nan)
    with pytest.raises(NameError):
        explore_activation(lambda z: undefined)  # noqa: F821
    for wrong in ({"activation": "relu"}, {"shown": ["sigmoid", "Tanh"]}, {"z": 7.0}):
        with pytest.raises(traitlets.TraitError):
            explore_activations().set(**wrong)
