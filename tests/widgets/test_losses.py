import numpy as np
import pytest
import traitlets

from nnlib import nn
from nnlib.widgets import explore_losses
from nnlib.widgets.losses import Z
from nnlib.widgets.models.losses import LOSSES, cross_entropy, own_loss, squared_error
from tests.widgets.javascript import InJavaScript, assert_rebuilt, traits


def test_the_losses_by_hand():
    assert squared_error(0.0, 1) == (0.25, -0.25)
    loss, slope = cross_entropy(0.0, 1)
    assert loss == pytest.approx(np.log(2))
    assert slope == -0.5
    loss, slope = cross_entropy(200.0, 0)
    assert (loss, slope) == (200, 1)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("name", LOSSES)
def test_slopes_are_slopes(name, target):
    loss, slope = LOSSES[name](Z, target)
    step = 1e-5
    measured = (LOSSES[name](Z + step, target)[0] - LOSSES[name](Z - step, target)[0]) / (2 * step)
    np.testing.assert_allclose(slope, measured, atol=1e-8)
    assert loss.min() >= 0


def test_they_are_those_of_nnlib():
    z, t = np.array([[-3.0]]), np.array([[1.0]])
    model, mse, bce = nn.Sigmoid(), nn.MSELoss(), nn.BCEWithLogitsLoss()
    assert mse(model(z), t) == pytest.approx(squared_error(-3.0, 1)[0])
    assert model.backward(mse.backward())[0, 0] == pytest.approx(squared_error(-3.0, 1)[1])
    assert bce(z, t) == pytest.approx(cross_entropy(-3.0, 1)[0])
    assert bce.backward()[0, 0] == pytest.approx(cross_entropy(-3.0, 1)[1])


def absolute(p, target):
    return abs(p - target)


def one_at_a_time(p, target):
    return -np.log(p) if target > 0.5 and p < 2 else p * p


def random_explorers():
    rng = np.random.default_rng(6)
    for k in range(60):
        explorer = explore_losses((None, absolute, one_at_a_time)[k % 3])
        z = round(float(rng.uniform(-8, 8)), 2)
        yield explorer.set(z=z, target=int(rng.integers(2)), against="zp"[k % 2])
    for z in (-8.0, 0.0, 8.0):
        yield explore_losses().set(z=z, target=0)


def test_javascript_and_python_agree_and_copied_code_rebuilds_the_state(tmp_path):
    explorers = list(random_explorers())
    page = InJavaScript("losses", explorers, tmp_path)
    for explorer, found in zip(explorers, page.answers, strict=True):
        ours = explorer.compute()
        assert list(found) == list(ours)
        for name, numbers in ours.items():
            np.testing.assert_allclose(found[name], numbers, rtol=1e-9, atol=1e-9, err_msg=name)
    assert page.defaults == traits(explore_losses())
    assert_rebuilt(explorers, page.codes, explore_losses, absolute, one_at_a_time, also=["own"])


def test_its_slope_is_measured():
    _, slope = own_loss(absolute)(np.array([0.0, 2.0]), 1)
    p = 1 / (1 + np.exp(-np.array([0.0, 2.0])))
    np.testing.assert_allclose(slope, -p * (1 - p), atol=1e-7)


def infinite_at_the_ends(p, target):
    return np.where((p < 0.1) | (p > 0.9), np.inf, p)


def test_a_loss_that_is_infinite_somewhere_is_shown_where_it_is_finite():
    explorer = explore_losses(infinite_at_the_ends)
    assert explorer.own["targets"][1]["loss"]["values"][0] is None
    assert "infinite_at_the_ends (yours) has loss inf" in repr(explorer.set(z=-6.0))
    assert explorer.still()


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="without brackets"):
        explore_losses(0.5)
    with pytest.raises(ValueError, match="do not average"):
        explore_losses(lambda p, target: np.mean((p - target) ** 2))
    with pytest.raises(ValueError, match="not a finite number for any p"):
        explore_losses(lambda p, target: p * np.nan)
    with pytest.raises(NameError):
        explore_losses(lambda p, target: p if target else missing)  # noqa: F821
    with pytest.raises(traitlets.TraitError):
        explore_losses().set(z=9.0)
    with pytest.raises(ValueError, match="has no setting logit"):
        explore_losses().set(logit=1)
