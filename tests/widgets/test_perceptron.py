import numpy as np
import pytest

from nnlib.datasets.toy import gate
from nnlib.widgets import explore_perceptron
from nnlib.widgets.perceptron import (
    OWN,
    STARTS,
    STEPS,
    compute,
    positive_side,
    start_weights,
    write,
)
from tests.widgets.helpers import check_picture, pixels, press, sweep


def test_the_first_steps_on_and_by_hand():
    run = compute(*gate("and"), (0, 0, 0), lr=1)
    # (0,0), (0,1), (1,0): z = 0, output 0, right. (1,1): z = 0, wrong, add (1, 1) and 1
    np.testing.assert_array_equal(run.weights[:4], np.zeros((4, 3)))
    np.testing.assert_array_equal(run.weights[4], [1, 1, 1])
    # (0,0): z = 1, wrong: take 1 from b. (0,1): z = 1, wrong: take (0, 1) and 1
    np.testing.assert_array_equal(run.weights[5], [1, 1, 0])
    np.testing.assert_array_equal(run.weights[6], [1, 0, -1])
    np.testing.assert_array_equal(run.sums[:6], [0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(run.mistakes[:7], [1, 1, 1, 1, 3, 2, 1])


@pytest.mark.parametrize("name", ["and", "or", "nand"])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lr", [0.1, 0.7, 2.0])
def test_the_gates_that_a_line_can_do_are_learned(name, start, lr):
    run = compute(*gate(name), start_weights(start), lr)
    assert run.mistakes[-1] == 0
    np.testing.assert_array_equal(run.weights[-1], run.weights[-5])


@pytest.mark.parametrize("start", STARTS)
def test_xor_is_never_learned(start):
    run = compute(*gate("xor"), start_weights(start), lr=1.0, steps=2000)
    assert run.mistakes.min() >= 1
    assert (run.weights[-5:-1] != run.weights[-4:]).any()


def test_the_coloured_side_is_where_the_sum_is_positive():
    for w1, w2, b in [(1, -1.5, 0.5), (0, 2, 1), (-3, 0, 0.2)]:
        corners = positive_side(w1, w2, b)
        sums = corners @ [w1, w2] + b
        np.testing.assert_allclose(sums[:2], 0, atol=1e-9)
        assert (sums[2:] > 100).all()
    assert np.ptp(positive_side(0, 0, 1)) > 100
    assert np.ptp(positive_side(0, 0, 0)) == 0


def test_numbers_have_no_minus_zero():
    assert [write(value) for value in (-0.0, -0.3, 1.25)] == ["0", "−0.3", "1.25"]


def test_every_control_at_its_ends():
    sweep(explore_perceptron())


def test_the_last_point_stays_and_reset_brings_back_the_others():
    explorer = explore_perceptron()
    for _ in range(5):
        press(explorer, "Remove the last point")
        check_picture(explorer, "removed")
    press(explorer, "Remove the last point")
    assert "one point has to stay" in str(explorer.last_error)
    press(explorer, "Reset")
    check_picture(explorer, "reset")
    assert len(explorer.x) == 6


def test_one_step_and_the_next_mistake():
    explorer = explore_perceptron()
    press(explorer, "One step")
    assert explorer.values()["step"] == 1
    assert "looks at (0, 0): z = 0, so it says 0. Right" in explorer.description
    press(explorer, "To the next mistake")
    assert explorer.values()["step"] == 4
    assert "Wrong: lr × the point is added to w" in explorer.description
    explorer.set(step=18)
    assert "0 of 4 points are wrong" in explorer.description
    press(explorer, "To the next mistake")
    press(explorer, "One step")
    assert explorer.values()["step"] == STEPS


def test_the_line_moves_only_with_a_mistake():
    explorer = explore_perceptron().set(step=7)
    line = explorer.artists["line"].get_xydata().copy()
    explorer.set(step=8)
    assert not np.array_equal(line, explorer.artists["line"].get_xydata())
    after = explorer.artists["line"].get_xydata().copy()
    still = explorer.set(step=STEPS).artists["line"].get_xydata().copy()
    explorer.set(step=STEPS - 1)
    np.testing.assert_array_equal(still, explorer.artists["line"].get_xydata())
    assert not np.array_equal(after, still)


def test_the_colours_are_on_the_right_sides():
    explorer = explore_perceptron().set(data="AND", step=STEPS)
    ax = explorer.plane.get_window_extent()
    height = explorer.figure.bbox.height
    picture = pixels(explorer)
    low = picture[int(height - ax.y0) - 8, int(ax.x0) + 8].astype(int)
    high = picture[int(height - ax.y1) + 8, int(ax.x1) - 8].astype(int)
    assert low[2] > low[0] + 20  # bluish: class 0
    assert high[0] > high[2] + 20  # orange: class 1


def test_adding_and_removing_points():
    explorer = explore_perceptron().set(data="XOR", step=9, new_x1=0.5, new_x2=-0.5, new_class="1")
    press(explorer, "Add the point")
    assert explorer.values()["data"] == OWN
    assert explorer.values()["step"] == 0
    np.testing.assert_allclose(explorer.x[-1], [0.5, -0.5], atol=0.06)
    np.testing.assert_array_equal(explorer.y, [0, 1, 1, 0, 1])
    press(explorer, "Remove the last point")
    np.testing.assert_array_equal(explorer.y, [0, 1, 1, 0])
    press(explorer, "Reset")
    assert len(explorer.x) == 6
    assert explorer.values()["data"] == "AND"


def test_the_learners_own_points():
    x = np.array([[-30, 10], [25, 40], [10, -20]])
    explorer = explore_perceptron(x, [0, 1, 1])
    check_picture(explorer, "own points")
    assert explorer.values()["data"] == OWN
    assert "0 of 3 points are wrong" in explorer.set(step=STEPS).description
    assert explorer.plane.get_xlim()[0] < -30
    sweep(explorer, pairs=False)


def test_what_the_explorer_does_not_take():
    with pytest.raises(ValueError, match="both x and y or neither"):
        explore_perceptron(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"got \(3, 3\) and \(3,\)"):
        explore_perceptron(np.zeros((3, 3)), [0, 1, 0])
    with pytest.raises(ValueError, match="classes 0 and 1 only"):
        explore_perceptron(np.zeros((3, 2)), [-1, 1, 1])


def click(picture, x1, x2, shift=False):
    """Click at a place of the plane, as the front end reports it."""
    width, height = picture.figure.canvas.get_width_height()
    across, up = picture.plane.transData.transform([x1, x2])
    picture.widget.heard({"click": [across / width, 1 - up / height, shift]})


def test_a_click_adds_a_point_and_shift_one_of_the_other_class():
    picture = explore_perceptron()
    click(picture, 0.51, 0.29)
    click(picture, 1.2, -0.4, shift=True)
    x, y = picture.points(OWN)
    assert picture.values()["data"] == OWN
    np.testing.assert_allclose(x[-2:], [[0.5, 0.3], [1.2, -0.4]])
    assert y[-2:].tolist() == [0, 1]
    picture.reset()
    assert len(picture.points(OWN)[0]) == 6


def test_a_click_beside_the_plane_adds_nothing_and_an_error_is_shown():
    picture = explore_perceptron()
    picture.widget.heard({"click": [0.9, 0.5, False]})
    assert picture.values()["data"] == "AND"
    picture.add = lambda label: 1 / 0
    click(picture, 0.5, 0.5)
    assert isinstance(picture.last_error, ZeroDivisionError)
