import numpy as np
import pytest

from nnlib.widgets import fit_by_hand
from nnlib.widgets.models.fit_by_hand import (
    compute,
    example_points,
    parabola,
    parabola_ranges,
    round_up,
)
from tests.widgets.javascript import answers

PROGRAM = """
import { readFileSync } from "node:fs";
import { curveThrough, lossOf, remembered, START } from "HERE/fit_by_hand_model.js";
const asked = JSON.parse(readFileSync("asked.json"));
const losses = asked.map(([points, at]) => lossOf(points, at));
const through = asked.map(([points]) => {
  const [first, middle, last] = points;
  return curveThrough([first[0], middle[0], last[0]], [first[1], middle[1], last[1]]);
});
const many = Array.from({ length: 2000 }, (_, k) => k + 1);
process.stdout.write(JSON.stringify({
  losses, through, start: START, kept: remembered(many, 7.12345678), rest: remembered([1, 2], 3),
}));
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """([(points, parameters)], what JavaScript makes of them)."""
    rng = np.random.default_rng(2)
    asked = []
    for k in range(50):
        x = np.sort(rng.normal(0, 10.0 ** (k % 5 - 2), int(rng.integers(3, 30))))
        points = np.stack([x, rng.normal(0, 3, len(x))], axis=1)
        at = dict(zip("abc", rng.normal(0, 2, 3).tolist(), strict=True))
        asked.append((points, at))
    plain = [[points.tolist(), at] for points, at in asked]
    return asked, answers(PROGRAM, tmp_path_factory.mktemp("fit"), plain)


def test_javascript_and_python_agree(both):
    asked, found = both
    ours = [compute(parabola, at, *points.T) for points, at in asked]
    np.testing.assert_allclose(found["losses"], ours, rtol=1e-9)


def test_the_points_and_ranges_of_a_page_are_those_of_python(both):
    x, y = example_points()
    start = both[1]["start"]
    np.testing.assert_array_equal(start["points"], np.stack([x, y], axis=1))
    assert start["ranges"] == {name: list(ends) for name, ends in parabola_ranges(x, y).items()}


def test_a_curve_that_is_taken_goes_through_the_three_places(both):
    for (points, _), at in zip(both[0], both[1]["through"], strict=True):
        (x, y) = points[:3].T
        np.testing.assert_allclose(parabola(x, **at), y, rtol=1e-6, atol=1e-6)


def test_the_best_try_is_never_forgotten(both):
    kept = both[1]["kept"]
    assert len(kept) == 2000
    assert kept[:2] == [1, 3]
    assert kept[-1] == 7.12346
    assert both[1]["rest"] == [1, 2, 3]


def test_the_loss_by_hand():
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0])
    assert compute(parabola, {"a": 1, "b": 0, "c": 0}, x, y) == pytest.approx((1 + 0 + 1) / 3)
    assert compute(parabola, {"a": 2, "b": -2, "c": 1}, x, y) == 0


def test_the_best_fit_is_within_reach_of_the_sliders():
    x, y = example_points()
    best = dict(zip("cba", np.polynomial.polynomial.polyfit(x, y, 2).tolist(), strict=True))
    explorer = fit_by_hand().set(**best, show_loss=True)
    lowest = compute(parabola, best, x, y)
    assert explorer.tries[-1] == pytest.approx(lowest, rel=1e-5)
    for name, (low, high) in explorer.ranges.items():
        assert low < best[name] < high
        step = round_up((high - low) / 100)
        # one step of a slider away from the best is still close to it
        assert (
            compute(parabola, best | {"a": best["a"] + step * (name == "a")}, x, y) < 1.2 * lowest
        )


def test_a_try_counts_once_and_the_tick_box_is_none():
    explorer = fit_by_hand()
    explorer.set(a=0.5, c=1)
    explorer.set(show_loss=True)
    explorer.set(show_loss=False)
    assert len(explorer.tries) == 2


def test_a_try_that_the_page_has_counted_is_not_counted_again():
    explorer = fit_by_hand()
    at = {"a": 0.3, "b": -1.0, "c": 1.0}
    loss = float(f"{compute(parabola, at, explorer.x, explorer.y):.6g}")
    explorer.set_state({"at": at, "tries": [*explorer.tries, 9.5, loss]})
    assert explorer.tries[1:] == [9.5, loss]
    assert explorer.last_error is None
    explorer.set(a=0.4)
    assert len(explorer.tries) == 4


def test_the_loss_is_hidden_until_it_is_asked_for():
    explorer = fit_by_hand()
    assert "The loss is hidden" in explorer.describe()
    explorer.set(show_loss=True)
    assert "the best of 1 try is" in explorer.describe()
    assert "the best of 2 tries is" in explorer.set(a=0.5).describe()


@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_own_points_of_any_size(scale):
    x = np.arange(5) * scale
    explorer = fit_by_hand(x, 3 * x + 2 * scale)
    explorer.set(a=0, b=3, c=2 * scale, show_loss=True)
    assert explorer.tries[-1] == pytest.approx(0, abs=1e-9 * scale**2)
    assert explorer.still()


def wave(x, height, speed):
    return height * np.sin(speed * x)


def test_a_curve_of_ones_own():
    x = np.linspace(0, 6, 20)
    explorer = fit_by_hand(x, np.sin(x), wave, {"height": (0, 2), "speed": (0.5, 3)})
    assert explorer.at == {"height": 0, "speed": 0.5}
    explorer.set(height=1, speed=1, show_loss=True)
    assert explorer.tries[-1] == pytest.approx(0, abs=1e-12)
    across, values = np.transpose(explorer.line)
    np.testing.assert_allclose(values, np.sin(across))
    np.testing.assert_allclose(explorer.fitted, np.sin(x))
    explorer.set_state({"at": {"height": 2.0, "speed": 1.0}})
    np.testing.assert_allclose(explorer.fitted, 2 * np.sin(x))
    assert len(explorer.tries) == 3
    with pytest.raises(ValueError, match=r"no setting a\. It has: height, speed, show_loss"):
        explorer.set(a=1, height=2)


def test_a_curve_that_overflows_is_shown_in_a_sentence():
    def explode(x, a):
        return np.where(a > 0, np.inf, 0) + x

    explorer = fit_by_hand([0, 1, 2], [0, 1, 2], explode, {"a": (-1, 1)})
    explorer.set(a=1)
    assert "the loss is inf" in str(explorer.last_error)
    assert explorer.alert == (
        "At these settings: the loss is inf: the curve left the numbers (ValueError)."
    )
    assert explorer.set(a=0).alert == ""


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


def test_round_up():
    assert [round_up(v) for v in (0.7, 1, 1.1, 3, 6, 0.002)] == pytest.approx(
        [1, 1, 2, 5, 10, 0.002]
    )
