import itertools

import numpy as np
import pytest

from nnlib import nn
from nnlib.widgets import explore_bumps
from nnlib.widgets.bumps import (
    BUMP,
    INSIDE,
    TARGETS,
    TENT,
    X,
    centres,
    compute,
    network,
    unit_formula,
    wave,
)
from tests.widgets.helpers import check_picture, press, sweep


def test_one_pair_of_steep_units_is_a_bump():
    w, b, v = network(BUMP, [0, 0.8, 0], 300)
    np.testing.assert_allclose(w, 300)
    np.testing.assert_allclose(-b / w, [-1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 4 / 3])
    np.testing.assert_allclose(v, [0, 0, 0.8, -0.8, 0, 0], atol=0)
    y, parts = compute(BUMP, [0, 0.8, 0], 300, np.array([0, 1 / 3, 0.5, 2 / 3, 1]))
    np.testing.assert_allclose(y, [0, 0.4, 0.8, 0.4, 0], atol=1e-12)
    assert parts.shape == (3, 5)


def test_tents_join_the_points_by_straight_lines():
    heights = np.array([0.5, -1, 2, 0.25])
    x = np.linspace(0, 1, 50)
    y, _ = compute(TENT, heights, 1, x)
    np.testing.assert_allclose(y, np.interp(x, centres(TENT, 4), heights), atol=1e-12)


@pytest.mark.parametrize("kind", [BUMP, TENT])
def test_it_really_is_a_network(kind):
    heights = wave(centres(kind, 7))
    w, b, v = network(kind, heights, 100)
    activation = nn.Sigmoid() if kind == BUMP else nn.ReLU()
    model = nn.Sequential(nn.Linear(1, len(w)), activation, nn.Linear(len(w), 1, bias=False))
    model.to(np.float64)
    model[0].weight.data[...] = w[:, None]
    model[0].bias.data[...] = b
    model[2].weight.data[...] = v
    y, _ = compute(kind, heights, 100)
    np.testing.assert_allclose(model(X[:, None])[:, 0], y, atol=1e-9)


@pytest.mark.parametrize("kind", [BUMP, TENT])
def test_more_units_come_nearer(kind):
    def error(n):
        y, _ = compute(kind, wave(centres(kind, n)), 40 * n)
        return np.abs(y - wave(X))[INSIDE].max()

    assert error(50) < 0.4 * error(20) < 0.2 * error(5)


def test_every_control_at_its_ends():
    sweep(explore_bumps())


def test_the_extremes_together():
    explorer = explore_bumps()
    for n, kind, steepness, target in itertools.product(
        (1, 2, 50), (BUMP, TENT), (5, 1000), TARGETS
    ):
        setting = {"n": n, "kind": kind, "steepness": steepness, "target": target}
        explorer.set(mode="read off", **setting)
        check_picture(explorer, setting)


def test_the_error_in_the_text_is_the_error_of_the_picture():
    explorer = explore_bumps()
    press(explorer, "Read off 50")
    x, y = explorer.artists["line"].get_data()
    gap = np.abs(y - wave(x))[INSIDE]
    assert f"largest error between 0 and 1 is {gap.max():.3f}" in explorer.description
    assert f"100 hidden units, largest error {gap.max():.3f}" in (
        explorer.artists["text"].get_text()
    )


def test_a_unit_written_out():
    assert unit_formula(BUMP, 200, -33.33, 0.8) == "0.8 × sigmoid(200 x − 33.3)"
    assert unit_formula(TENT, 1, 0.2, -3) == "−3 × ReLU(1 x + 0.2)"


@pytest.mark.parametrize("own", [np.sin, abs, lambda x: 1.0 if x > 0.3 else -1.0])
def test_the_learners_own_target(own):
    explorer = explore_bumps(own).set(mode="read off", kind=TENT, n=50)
    check_picture(explorer, own)
    assert "(yours)" in explorer.description


def test_a_target_that_is_no_function():
    with pytest.raises(ValueError, match="without brackets"):
        explore_bumps(3)
    explorer = explore_bumps(lambda x: np.log(x - 0.5)).set(mode="read off")
    assert "not a finite number everywhere" in str(explorer.last_error)
