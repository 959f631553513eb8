import numpy as np
import pytest

from nnlib import nn
from nnlib.widgets import explore_loss_surface
from nnlib.widgets.loss_surface import AXIS, compute, example_points
from tests.widgets.helpers import press, sweep


def test_one_example_by_hand():
    loss, dw, db = compute("cross-entropy", np.array([2.0]), np.array([1]), 0.0, 0.0)
    assert (loss, dw, db) == (pytest.approx(np.log(2)), -1, -0.5)
    loss, dw, db = compute("MSE", np.array([2.0]), np.array([1]), 0.0, 0.0)
    assert (loss, dw, db) == (0.25, -0.5, -0.25)


@pytest.mark.parametrize("name", ["MSE", "cross-entropy"])
def test_slopes_are_slopes_and_the_loss_is_that_of_nnlib(name):
    x, t = example_points()
    loss, dw, db = compute(name, x, t, 1.3, -0.4)
    step = 1e-6
    places = np.array([1.3 + step, 1.3 - step, 1.3, 1.3]), np.array([-0.4] * 2 + [-0.4 + step] * 2)
    places[1][3] = -0.4 - step
    near = compute(name, x, t, *places)[0]
    assert dw == pytest.approx((near[0] - near[1]) / (2 * step), abs=1e-8)
    assert db == pytest.approx((near[2] - near[3]) / (2 * step), abs=1e-8)
    z = 1.3 * x - 0.4
    expected = nn.BCEWithLogitsLoss()(z, t) if name != "MSE" else nn.MSELoss()(nn.Sigmoid()(z), t)
    assert loss == pytest.approx(expected)


def test_rows_are_biases_and_columns_are_weights():
    explorer = explore_loss_surface()
    x, t = example_points()
    surface = explorer.surfaces["MSE"]
    assert surface[10, 60] == pytest.approx(float(compute("MSE", x, t, AXIS[60], AXIS[10])[0]))
    assert surface.shape == (len(AXIS), len(AXIS))


def test_every_control_at_its_ends():
    sweep(explore_loss_surface())


def test_mse_is_flat_where_cross_entropy_is_steep():
    explorer = explore_loss_surface()
    lengths = []
    for label in ("Wrong and sure", "The same with cross-entropy"):
        press(explorer, label)
        arrow = explorer.artists["arrow"]
        lengths.append(float(np.hypot(arrow.U[0], arrow.V[0])))
    assert lengths[0] < 0.05 * lengths[1]


def test_the_text_says_what_the_picture_shows():
    explorer = explore_loss_surface().set(w=2.0, b=0.0, loss="MSE")
    value = float(compute("MSE", *example_points(), 2.0, 0.0)[0])
    assert explorer.artists["numbers"].get_text().startswith(f"loss {value:.4f};")
    assert f"it is {value:.4f}" in explorer.description


def test_the_learners_own_data():
    explorer = explore_loss_surface([0.0, 0.5, 3.0], [1, 0, 1])
    sweep(explorer, pairs=False)
    assert "on 3 examples" in explorer.description


@pytest.mark.parametrize(
    ("x", "t", "sentence"),
    [
        ([1, 2], None, "one of them"),
        ([1, 2], [1], "one shape"),
        ([1, np.inf], [1, 0], "finite"),
        ([], [], "n from 1"),
        ([1, 2], [1, 2], "targets 0 or 1"),
    ],
)
def test_data_that_does_not_fit(x, t, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore_loss_surface(x, t)
