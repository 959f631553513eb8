import numpy as np
import pytest

from nnlib import nn
from nnlib.widgets import explore_losses
from nnlib.widgets.losses import Z
from nnlib.widgets.models.losses import LOSSES, cross_entropy, own_loss, squared_error
from tests.widgets.helpers import press, sweep


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


def test_every_control_at_its_ends():
    sweep(explore_losses())


def test_the_text_says_what_the_points_show():
    explorer = explore_losses()
    press(explorer, "Wrong and sure")
    values = [point.get_ydata()[0] for point in explorer.artists["points"]]
    texts = [row.get_text() for row in explorer.artists["rows"]]
    assert texts == [
        f"MSE: loss {values[0]:.4f}, gradient {values[1]:+.4f}".replace(" -", " −"),
        f"cross-entropy: loss {values[2]:.4f}, gradient {values[3]:+.4f}".replace(" -", " −"),
    ]
    assert f"gradient {values[3]:.4f}" in explorer.description


def test_the_same_points_over_the_probability():
    explorer = explore_losses().set(z=2.0)
    before = [point.get_ydata()[0] for point in explorer.artists["points"]]
    explorer.set(against="p")
    assert before == [point.get_ydata()[0] for point in explorer.artists["points"]]
    assert explorer.artists["points"][0].get_xdata()[0] == pytest.approx(1 / (1 + np.exp(-2)))


def absolute(p, target):
    return abs(p - target)


def one_at_a_time(p, target):
    return -np.log(p) if target > 0.5 and p < 2 else p * p


@pytest.mark.parametrize("loss", [absolute, one_at_a_time])
def test_the_learners_own_loss(loss):
    explorer = explore_losses(loss)
    sweep(explorer, pairs=False)
    assert f"{loss.__name__} (yours)" in explorer.description


def test_its_slope_is_measured():
    _, slope = own_loss(absolute)(np.array([0.0, 2.0]), 1)
    p = 1 / (1 + np.exp(-np.array([0.0, 2.0])))
    np.testing.assert_allclose(slope, -p * (1 - p), atol=1e-7)


def test_a_loss_that_does_not_work_gives_a_sentence():
    with pytest.raises(ValueError, match="without brackets"):
        explore_losses(0.5)
    explorer = explore_losses(lambda p, target: np.mean((p - target) ** 2))
    assert "do not average" in str(explorer.last_error)
