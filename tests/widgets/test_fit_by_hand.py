import numpy as np
import pytest

from nnlib.widgets import fit_by_hand
from nnlib.widgets.fit_by_hand import compute, example_points, parabola, round_up
from tests.widgets.helpers import check_picture, press, sweep


def test_the_loss_by_hand():
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0])
    assert compute(parabola, {"a": 1, "b": 0, "c": 0}, x, y) == pytest.approx((1 + 0 + 1) / 3)
    assert compute(parabola, {"a": 2, "b": -2, "c": 1}, x, y) == 0


def test_every_control_at_its_ends():
    sweep(fit_by_hand())


def test_the_best_fit_is_within_reach_of_the_sliders():
    x, y = example_points()
    explorer = fit_by_hand()
    a, b, c = np.polynomial.polynomial.polyfit(x, y, 2)[::-1]
    explorer.set(a=a, b=b, c=c, show_loss=True)
    assert explorer.values()["a"] == pytest.approx(a)
    lowest = compute(parabola, {"a": a, "b": b, "c": c}, x, y)
    assert explorer.tries[-1] == pytest.approx(lowest)
    # one step of a slider away from the best is still close to it
    explorer.controls["a"].value += explorer.controls["a"].step
    assert explorer.tries[-1] < 1.2 * lowest


def test_a_try_counts_once_and_the_tick_box_is_none():
    explorer = fit_by_hand()
    explorer.set(a=0.5, c=1)
    explorer.set(show_loss=True)
    explorer.set(show_loss=False)
    assert len(explorer.tries) == 2
    press(explorer, "Forget the tries")
    assert len(explorer.tries) == 1


def test_the_loss_is_hidden_until_it_is_asked_for():
    explorer = fit_by_hand()
    assert "The loss is hidden" in explorer.description
    explorer.set(show_loss=True)
    assert "the best of 1 tries" in explorer.description
    assert explorer.artists["trace"].get_visible()


def test_a_curve_outside_the_picture_is_said():
    explorer = fit_by_hand().set(a=0, b=0, c=10)
    assert explorer.artists["note"].get_text() == "your curve is outside the picture"


@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_own_points_of_any_size(scale):
    x = np.arange(5) * scale
    explorer = fit_by_hand(x, 3 * x + 2 * scale)
    explorer.set(a=0, b=3, c=2 * scale, show_loss=True)
    check_picture(explorer, scale)
    assert explorer.tries[-1] == pytest.approx(0, abs=1e-9 * scale**2)
    sweep(explorer, pairs=False)


def wave(x, height, speed):
    return height * np.sin(speed * x)


def test_a_curve_of_ones_own():
    x = np.linspace(0, 6, 20)
    explorer = fit_by_hand(x, np.sin(x), wave, {"height": (0, 2), "speed": (0.5, 3)})
    explorer.set(height=1, speed=1, show_loss=True)
    assert explorer.tries[-1] == pytest.approx(0, abs=1e-12)
    sweep(explorer)


def test_a_curve_that_overflows_is_shown_in_a_sentence():
    def explode(x, a):
        return np.where(a > 0, np.inf, 0) + x

    explorer = fit_by_hand([0, 1, 2], [0, 1, 2], explode, {"a": (-1, 1)})
    explorer.set(a=1)
    assert "the loss is inf at these settings" in str(explorer.last_error)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"x": [1, 2, 3]}, "both x and y or neither"),
        ({"x": [1, 2, 3], "y": [1, 2]}, r"got \(3,\) and \(2,\)"),
        ({"x": [1, 2], "y": [1, 2]}, "at least 3 points"),
        ({"x": [1, 2, np.nan], "y": [1, 2, 3]}, "NaN or infinity"),
        ({"x": [2, 2, 2], "y": [1, 2, 3]}, "two different x"),
        ({"curve": wave}, "needs ranges"),
    ],
)
def test_points_that_do_not_fit_together(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit_by_hand(**arguments)


def test_two_different_x_are_too_few_for_a_parabola():
    explorer = fit_by_hand([0, 0, 1], [1, 2, 3])
    check_picture(explorer, "two different x")


def test_round_up():
    assert [round_up(v) for v in (0.7, 1, 1.1, 3, 6, 0.002)] == pytest.approx(
        [1, 1, 2, 5, 10, 0.002]
    )
