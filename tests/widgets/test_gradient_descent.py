import itertools

import numpy as np
import pytest

from nnlib.gradcheck import numerical_gradient
from nnlib.widgets import explore_gradient_descent
from nnlib.widgets.gradient_descent import formula
from nnlib.widgets.models.gradient_descent import (
    LIMIT,
    LineLoss,
    N,
    OwnLoss,
    TwoValleys,
    batches,
    trajectory,
)
from tests.widgets.helpers import check_picture, press, sweep

ALL = np.arange(N)


class Parabola:
    """L = w², so that every step multiplies w by 1 - 2 lr."""

    dims = 1

    def gradient(self, point, chosen):
        return 2 * point


def test_the_steps_by_hand():
    path, gradients = trajectory(Parabola(), [3], lr=0.1, steps=3)
    np.testing.assert_allclose(path[:, 0], [3, 2.4, 1.92, 1.536])
    np.testing.assert_allclose(gradients[:, 0], [6, 4.8, 3.84])
    path, _ = trajectory(Parabola(), [3], lr=0.5, steps=2)
    np.testing.assert_allclose(path[:, 0], [3, 0, 0])
    path, _ = trajectory(Parabola(), [3], lr=1, steps=3)
    np.testing.assert_allclose(path[:, 0], [3, -3, 3, -3])


def test_it_stops_at_the_first_point_beyond_the_limit():
    path, gradients = trajectory(Parabola(), [1], lr=5.5, steps=60)
    np.testing.assert_allclose(path[:, 0], [1, -10, 100, -1000, 10_000, -100_000])
    assert len(gradients) == 5
    assert abs(path[-1, 0]) > LIMIT >= abs(path[-2, 0])


def test_no_step_leaves_the_start_alone():
    path, gradients = trajectory(LineLoss(2), [1, 2], lr=0.1, steps=0)
    assert path.tolist() == [[1, 2]]
    assert gradients.shape == (0, 2)
    assert formula(path, gradients, 0.1) == "no step yet"


@pytest.mark.parametrize("size", [1, 7, 39, 40])
def test_every_epoch_uses_every_example_once(size):
    in_an_epoch = -(-N // size)
    drawn = list(batches(size, 2 * in_an_epoch, seed=3))
    for epoch in (drawn[:in_an_epoch], drawn[in_an_epoch:]):
        assert sorted(np.concatenate(epoch)) == list(range(N))
        assert [len(batch) for batch in epoch[:-1]] == [size] * (in_an_epoch - 1)


@pytest.mark.parametrize("problem", [LineLoss(1), LineLoss(2), TwoValleys()])
def test_the_gradient_is_the_slope_of_the_loss(problem):
    for point in ([-2.5, 1.5], [0.3, -0.7], [1.1, 2.0]):
        point = np.array(point[: problem.dims])
        slope = problem.gradient(point, ALL)
        np.testing.assert_allclose(slope, numerical_gradient(problem.loss, point), atol=1e-6)
        one_by_one = [problem.gradient(point, ALL[i : i + 1]) for i in ALL]
        np.testing.assert_allclose(np.mean(one_by_one, axis=0), slope, atol=1e-12)
        assert np.std(one_by_one, axis=0).min() > 0.5


def test_the_slope_of_an_own_loss():
    own = OwnLoss(lambda w: w**3 - w)
    np.testing.assert_allclose(own.gradient(np.array([2.0]), ALL), [11], atol=1e-6)


@pytest.mark.parametrize("dims", [1, 2])
def test_it_arrives_or_diverges_as_the_curvature_says(dims):
    problem = LineLoss(dims)
    steepest = 2 * np.linalg.eigvalsh(problem.inputs.T @ problem.inputs / N).max()
    best = np.linalg.lstsq(problem.inputs, problem.targets)[0]
    path, _ = trajectory(problem, [-2.5, 2.5][:dims], 1.9 / steepest, 500)
    np.testing.assert_allclose(path[-1], best, atol=1e-6)
    path, _ = trajectory(problem, [-2.5, 2.5][:dims], 2.1 / steepest, 500)
    assert np.abs(path[-1]).max() > LIMIT


def test_single_examples_leave_a_valley_that_the_whole_batch_stays_in():
    def ends(size):
        paths = [trajectory(TwoValleys(), [1.5], 0.1, 60, size, seed)[0] for seed in range(21)]
        return np.array([path[-1, 0] for path in paths])

    np.testing.assert_allclose(ends(N), 0.96, atol=0.01)
    assert (ends(1) < 0).sum() > 10


def test_every_control_at_its_ends():
    sweep(explore_gradient_descent())


def test_the_extremes_together():
    explorer = explore_gradient_descent()
    for problem, lr, steps, batch, start in itertools.product(
        explorer.problems, (1e-3, 10**0.5), (0, 60), (1, N), (-3, 3)
    ):
        setting = {"problem": problem, "lr": lr, "steps": steps, "batch": batch}
        explorer.set(w=start, b=-start, seed=20, **setting)
        check_picture(explorer, setting)


def test_the_presets_do_what_they_say():
    explorer = explore_gradient_descent()
    ends = {}
    for label in explorer.presets:
        press(explorer, label)
        ends[label] = explorer.artists["history_path"].get_ydata()
    lowest = ends["About right"][-1]
    assert ends["Too small"][0] > ends["Too small"][-1] > 5 * lowest
    assert ends["Diverges"][-1] > ends["Diverges"][0]
    assert (np.diff(ends["Diverges"]) > 0).all()
    assert (np.diff(ends["Zigzag"]) < 0).all()
    assert (np.diff(ends["One at a time"]) > 0).any()


def test_divergence_is_said():
    explorer = explore_gradient_descent().set(lr=10**0.5, steps=60)
    assert "It diverges: stopped after step" in explorer.description
    assert "It diverges" in explorer.artists["text"].get_text()
    explorer.set(steps=1)
    assert "outside of the picture" in explorer.description


def test_the_last_step_is_written_out():
    path, gradients = trajectory(Parabola(), [-3], lr=0.1, steps=1)
    assert formula(path, gradients, 0.1) == "w = −3 − 0.1 × (−6) = −2.4"


def test_only_the_picture_of_the_chosen_problem_is_shown():
    explorer = explore_gradient_descent().set(problem="two parameters")
    assert explorer.plane.get_visible()
    assert not explorer.curve.get_visible()
    assert not explorer.artists["curve_path"].get_visible()
    assert explorer.artists["plane_path"].get_visible()


@pytest.mark.parametrize("own", [np.cos, lambda w: w**4, lambda w: abs(w), lambda w: 0 * w])
def test_the_learners_own_loss(own):
    explorer = explore_gradient_descent(own)
    check_picture(explorer, own)
    assert "(yours)" in explorer.description
    explorer.set(lr=10**0.5, steps=60)
    check_picture(explorer, own)


def test_a_loss_that_does_not_work():
    with pytest.raises(ValueError, match="without brackets"):
        explore_gradient_descent(3)
    explorer = explore_gradient_descent(np.log)
    assert "no slope at w = −2.5" in str(explorer.last_error)
    check_picture(explorer.set(w=2.0, lr=0.01), np.log)
