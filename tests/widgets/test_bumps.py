import numpy as np
import pytest
import traitlets

from nnlib import nn
from nnlib.widgets import explore_bumps
from nnlib.widgets.models.bumps import (
    BUMP,
    INSIDE,
    TARGETS,
    TENT,
    X,
    centres,
    compute,
    network,
    wave,
)
from tests.widgets.javascript import InJavaScript, assert_rebuilt, traits


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


def own(x):
    return np.sin(3 * x)


def stepwise(x):
    return 1.0 if x > 0.3 else -1.0


def random_explorers():
    rng = np.random.default_rng(9)
    for k in range(60):
        explorer = explore_bumps() if k % 4 else explore_bumps(own)
        target = list(explorer.targets)[int(rng.integers(len(explorer.targets)))]
        explorer.set(
            target=target, kind=(BUMP, TENT)[k % 2], mode=("by hand", "read off")[k % 3 > 0]
        )
        if k % 5:
            explorer.set(heights=rng.uniform(-2, 2, int(rng.integers(1, 12))).round(2).tolist())
        yield explorer.set(n=int(rng.integers(1, 51)), steepness=float(rng.integers(1, 201) * 5))
    yield explore_bumps().set(n=1, kind=TENT)
    yield explore_bumps().set(n=1, mode="read off")


def test_javascript_and_python_agree_and_copied_code_rebuilds_the_state(tmp_path):
    explorers = list(random_explorers())
    page = InJavaScript("bumps", explorers, tmp_path)
    for explorer, found in zip(explorers, page.answers, strict=True):
        # between the values of a table a target of one's own is a straight line
        near = {"rtol": 1e-9, "atol": 1e-9 if explorer.target in TARGETS else 1e-5}
        y, parts, errors = explorer.compute()
        np.testing.assert_allclose(found["heights"], explorer.now(), **near)
        np.testing.assert_allclose(found["y"], y, err_msg=repr(explorer), **near)
        np.testing.assert_allclose(found["parts"], parts, **near)
        np.testing.assert_allclose(found["largest"], errors.max(), **near)
        np.testing.assert_allclose(found["mean"], errors.mean(), **near)
        units = np.array(network(explorer.kind, explorer.now(), explorer.steepness)).T
        np.testing.assert_allclose(np.reshape(found["units"], units.shape), units, **near)
    assert page.defaults == traits(explore_bumps())
    assert_rebuilt(explorers, page.codes, explore_bumps, own, also=["own"])


def test_heights_by_hand_are_as_many_as_there_are_bumps():
    explorer = explore_bumps().set(heights=[1.0, 2.0], n=3)
    np.testing.assert_array_equal(explorer.now(), [1, 2, 0])
    np.testing.assert_array_equal(explorer.set(n=1).now(), [1])


@pytest.mark.parametrize("function", [np.sin, abs, stepwise])
def test_the_learners_own_target(function):
    explorer = explore_bumps(function)
    assert explorer.target == f"{function.__name__} (yours)"
    y, _, errors = explorer.set(mode="read off", kind=TENT, n=50).compute()
    assert y.shape == X.shape
    assert errors.mean() < 0.02


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="expected a function of x, got 3"):
        explore_bumps(3)
    with pytest.raises(ValueError, match="not a finite number everywhere between 0 and 1"):
        explore_bumps(lambda x: 1 / (x - 1))
    for wrong in ({"target": "sea"}, {"kind": "boxes"}, {"n": 51}, {"steepness": 1.0}):
        with pytest.raises(traitlets.TraitError):
            explore_bumps().set(**wrong)
