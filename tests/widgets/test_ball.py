import numpy as np
import pytest
import traitlets

from nnlib import nn
from nnlib.gradcheck import numerical_gradient
from nnlib.widgets import explore_gradient_descent, explore_loss_surface
from nnlib.widgets.models.gradient_descent import (
    LIMIT,
    LineLoss,
    N,
    OwnLoss,
    TwoValleys,
    batches,
    line_points,
    trajectory,
)
from nnlib.widgets.models.loss_surface import compute, example_points
from tests.widgets.javascript import answers, assert_rebuilt

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


PROGRAM = """
import { readFileSync } from "node:fs";
import { codeOf } from "HERE/ball.js";
import { batches, descend, NEURON_POINTS, POINTS } from "HERE/ball_model.js";
const found = JSON.parse(readFileSync("asked.json")).map((state) => {
  const { path, gradients, losses } = descend(state);
  return { path, gradients, losses, code: codeOf(state, state.mode) };
});
const orders = [0, 1, 20].map((seed) => batches(7, 12, seed));
process.stdout.write(JSON.stringify({ found, orders, points: POINTS, neuron: NEURON_POINTS }));
"""


def random_balls():
    rng = np.random.default_rng(4)
    found = [explore_gradient_descent(), explore_loss_surface()]
    for k in range(60):
        problem = ("one parameter", "two parameters", "one, two valleys")[k % 3]
        ball = explore_gradient_descent().set(problem=problem)
        if k % 5 == 4 and "valleys" not in problem:
            ball.set(points=rng.normal(0, 1, (int(rng.integers(1, 9)), 2)).round(2).tolist())
        found.append(ball)
    for k in range(30):
        ball = (
            explore_loss_surface() if k % 2 else explore_loss_surface([0.5, -1.0, 2.0], [1, 0, 0])
        )
        found.append(ball.set(problem=("MSE", "cross-entropy")[k % 4 // 2]))
    for k, ball in enumerate(found[2:]):
        w, b = rng.uniform(-ball.side, ball.side, 2).round(2).tolist()
        # beyond 0.06 the two valleys are chaos: the last digit grows from step to step
        high = -1.3 if "valleys" in ball.problem else -0.3
        rate = round(float(10 ** rng.uniform(-3, high)), 4)
        size = int(rng.integers(1, 41)) if k % 2 else 40
        seed, steps = int(rng.integers(21)), int(rng.integers(61))
        ball.set(w=w, b=b, lr=rate, batch=size, seed=seed, steps=steps)
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(the balls, what JavaScript makes of the same states)."""
    balls = random_balls()
    names = ["mode", "table", "side", *balls[0].settings()]
    states = [{name: getattr(ball, name) for name in names} for ball in balls]
    return balls, answers(PROGRAM, tmp_path_factory.mktemp("ball"), states)


def test_javascript_and_python_agree(both):
    balls, answers = both
    for ball, found in zip(balls, answers["found"], strict=True):
        for theirs, ours in zip(
            (found["path"], found["gradients"], found["losses"]), ball.descend(), strict=True
        ):
            theirs = np.reshape(theirs, np.shape(ours))
            np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=1e-9, err_msg=repr(ball))


def test_orders_and_data_are_the_same(both):
    _, answers = both
    for seed, drawn in zip((0, 1, 20), answers["orders"], strict=True):
        assert drawn == [batch.tolist() for batch in batches(7, 12, seed)]
    for dims, name in ((1, "one parameter"), (2, "two parameters")):
        np.testing.assert_allclose(answers["points"][name], line_points(dims), atol=1e-15)
    np.testing.assert_array_equal(answers["neuron"], np.transpose(example_points()))


def test_the_code_that_is_copied_rebuilds_the_state(both):
    balls, answers = both
    codes = [found["code"] for found in answers["found"]]
    assert_rebuilt(balls, codes, explore_gradient_descent, explore_loss_surface)


def test_a_loss_of_ones_own_is_sent_as_a_table():
    ball = explore_gradient_descent(lambda w: 0.3 * w**2 + np.sin(4 * w) + 2)
    grid = np.linspace(ball.table["low"], ball.table["high"], len(ball.table["values"]))
    at = np.linspace(-3, 3, 77)
    wanted = 0.3 * at**2 + np.sin(4 * at) + 2
    np.testing.assert_allclose(np.interp(at, grid, ball.table["values"]), wanted, atol=1e-4)
    path, _, losses = ball.set(steps=60, lr=0.05).descend()
    assert losses[-1] < losses[0]
    assert len(path) == 61


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="expected a function of w, got 3"):
        explore_gradient_descent(3)
    with pytest.raises(ValueError, match="not a finite number for any w"):
        explore_gradient_descent(lambda w: w * np.nan)
    with pytest.raises(traitlets.TraitError, match="problem is one of"):
        explore_gradient_descent().set(problem="three")
    with pytest.raises(ValueError, match="both x and t"):
        explore_loss_surface([1.0])
    for x, t in ([[1.0, 2.0], [1]], [[], []], [[np.nan], [1]]):
        with pytest.raises(ValueError, match="expected finite x and t of one shape"):
            explore_loss_surface(x, t)
    with pytest.raises(ValueError, match="targets 0 or 1 only"):
        explore_loss_surface([1.0], [2])
