import numpy as np
import pytest

from nnlib.nn.functional import softmax
from nnlib.widgets import explore_softmax
from nnlib.widgets.softmax import compute, verdict, write
from tests.widgets.helpers import check_picture, press, sweep


def test_probabilities_against_hand_numbers():
    exponentials, plain, safe = compute([2, 1, 0.1], 1)
    np.testing.assert_allclose(exponentials, [7.389056, 2.718282, 1.105171], rtol=1e-6)
    np.testing.assert_allclose(safe, [0.659, 0.242, 0.099], atol=5e-4)
    np.testing.assert_allclose(plain, safe, rtol=1e-6)


def test_the_temperature_divides_the_logits():
    z = np.array([2, 1, 0.1])
    for temperature in (0.1, 3.0, 50.0):
        safe = compute(z, temperature, "float64")[2]
        np.testing.assert_allclose(safe, softmax(z / temperature), rtol=1e-12)


@pytest.mark.parametrize(("number_format", "last"), [("float32", 88), ("float64", 709)])
def test_overflow_starts_where_the_format_ends(number_format, last):
    assert np.isfinite(compute([last, 0], 1, number_format)[1]).all()
    exponentials, plain, safe = compute([last + 1, 0], 1, number_format)
    assert np.isinf(exponentials[0])
    assert np.isnan(plain[0])
    np.testing.assert_allclose(safe, [1, 0], atol=1e-30)
    assert f"only up to x = {last}." in verdict(exponentials, plain, safe, number_format)


def test_verdicts():
    def say(logits):
        return verdict(*compute(logits, 1, "float32"), "float32")

    assert say([2, 1]) == "both ways agree"
    assert "0 / 0 is nan" in say([-200, -201])
    assert "lost its digits" in say([-103, -103.4])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(2, "2.000"), (-199.9, "−199.9"), (4.85e8, "4.8e+08"), (4.5e-5, "4.5e−05")],
        *[(0, "0.000"), (np.inf, "inf"), (9999.6, "10000"), (0.0986, "0.099")],
    ],
)
def test_numbers_fit_their_cells(value, text):
    assert write(value) == text


def test_every_control_at_its_ends():
    sweep(explore_softmax())


def test_more_and_fewer_classes():
    sweep(explore_softmax([3, -2, 0, 1, 8.5, 0], list("uvwxyz")), pairs=False)
    explorer = explore_softmax([0, 0], ["cat", "dog"])
    assert "cat 0.500, dog 0.500" in explorer.description


def test_the_overflow_preset_breaks_the_plain_formula_only():
    explorer = explore_softmax()
    press(explorer, "Overflow")
    check_picture(explorer, "Overflow")
    columns = [column.get_text().split("\n") for column in explorer.artists["columns"]]
    assert columns == [["102.0", "101.0", "100.1", "–"], ["inf"] * 4, ["nan"] * 4]
    assert [number.get_text() for number in explorer.artists["numbers"]] == [
        "0.659",
        "0.242",
        "0.099",
    ]
    explorer.set(number_format="float64")
    assert "both ways agree" in explorer.description


def test_bars_are_as_high_as_the_probabilities():
    explorer = explore_softmax().set(z1=0, z2=0, z3=0)
    assert [bar.get_height() for bar in explorer.artists["bars"]] == pytest.approx([1 / 3] * 3)


def test_what_the_explorer_does_not_take():
    with pytest.raises(ValueError, match="2 to 6 finite logits"):
        explore_softmax([1])
    with pytest.raises(ValueError, match="2 to 6 finite logits"):
        explore_softmax([1, np.nan])
    with pytest.raises(ValueError, match="3 names, one a logit, got 2"):
        explore_softmax(names=["cat", "dog"])
