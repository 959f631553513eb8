import itertools

import numpy as np
import pytest

from nnlib import datasets, nn
from nnlib.widgets import explore_convolution
from nnlib.widgets.convolution import (
    KERNELS,
    PLACES,
    check_image,
    check_kernel,
    compute,
    convolve,
    max_pool,
    outcome,
)
from tests.widgets.helpers import check_picture, pixels, press, sweep

STEP = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]])


@pytest.fixture(scope="module")
def explorer():
    return explore_convolution()


@pytest.fixture(autouse=True)
def as_at_the_start(request):
    yield
    if "explorer" in request.fixturenames:
        request.getfixturevalue("explorer").reset()


def test_sums_by_hand():
    _, sums = convolve(STEP, KERNELS["Vertical edges"])
    np.testing.assert_array_equal(sums, [[3, 3], [3, 3]])
    _, sums = convolve(STEP, KERNELS["Horizontal edges"], bias=0.5)
    np.testing.assert_array_equal(sums, [[0.5, 0.5], [0.5, 0.5]])
    # the kernel is not turned: its lower right weight meets the lower right pixel
    corner = np.zeros((3, 3))
    corner[2, 2] = 1
    _, sums = convolve(np.arange(16).reshape(4, 4), corner)
    np.testing.assert_array_equal(sums, [[10, 11], [14, 15]])


def test_the_largest_of_each_block():
    y = np.array([[1, 2, 9], [4, 3, 9], [9, 9, 9]])
    np.testing.assert_array_equal(max_pool(y), [[4]])
    with pytest.raises(ValueError, match="the feature map is 1 × 5, too small"):
        max_pool(np.zeros((1, 5)))


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("size", [(28, 28), (7, 12), (6, 6)])
def test_it_is_what_the_layers_of_nnlib_compute(stride, padding, size):
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=size), rng.normal(size=(3, 3))
    conv = nn.Conv2d(1, 1, 3, stride=stride, padding=padding).to(np.float64)
    conv.weight.data[0, 0], conv.bias.data[0] = kernel, 0.25
    layers = [conv, nn.ReLU(), nn.MaxPool2d(2)]
    expected = image[None, None]
    choices = ({}, {"relu": True}, {"relu": True, "pool": True})
    for layer, options in zip(layers, choices, strict=True):
        expected = layer(expected)
        _, _, shown = compute(image, kernel, 0.25, stride, padding, **options)
        np.testing.assert_allclose(shown, expected[0, 0], atol=1e-12)


def test_the_sum_is_written_with_its_numbers():
    products = np.array([[0, -0.5, 1], [0, 0, 0], [0, 0, 0.25]])
    assert outcome(products, 0, False) == "0 − 0.5 + 1 + 0 + 0 + 0 + 0 + 0 + 0.25 = 0.75"
    assert outcome(products, -1.5, True).endswith(
        "+ 0.25 − 1.5 (bias) = −0.75, and ReLU makes it 0"
    )


def test_every_control_at_its_ends(explorer):
    sweep(explorer)


def test_the_extremes_together(explorer):
    for row, stride, padding, relu, pool, hide in itertools.product(
        (0, 27), (1, 3), (0, 1), *[(False, True)] * 3
    ):
        setting = {"row": row, "column": 27 - row, "stride": stride, "padding": padding}
        setting |= {"relu": relu, "pool": pool, "hide": hide}
        check_picture(explorer.set(**setting), setting)


def test_it_starts_on_the_first_test_image(explorer):
    assert "test image 0, a 7. At row 15, column 15" in explorer.description
    image = datasets.mnist()[1][0][0] / np.float32(255)
    total = (image[15:18, 15:18] * KERNELS["Vertical edges"]).sum()
    assert f"= {total:.2f}. To the right the feature map, 26 by 26" in explorer.description
    np.testing.assert_allclose(explorer.artists["pixels"].get_array(), image[15:18, 15:18])


def test_the_window_lies_where_its_sum_comes_from(explorer):
    for values in itertools.product((0, 4, 27), (0, 9, 27), (1, 2, 3), (0, 1), (False, True)):
        names = ("row", "column", "stride", "padding", "relu")
        setting = dict(zip(names, values, strict=True))
        explorer.set(**setting)
        x, y = (int(at) + setting["padding"] for at in explorer.artists["window"].get_xy())
        seen = explorer.artists["image"].get_array()[y : y + 3, x : x + 3]
        np.testing.assert_array_equal(seen, explorer.artists["pixels"].get_array())
        shown = explorer.artists["map"].get_array()
        spot = explorer.artists["spot"]
        across, down = spot.get_x() * shown.shape[1], spot.get_y() * shown.shape[0]
        total = explorer.artists["products"].get_array().sum()
        total = max(total, 0) if setting["relu"] else total
        assert shown[round(down), round(across)] == pytest.approx(total, abs=1e-9)


def test_pooling_marks_the_block_that_the_window_is_in(explorer):
    explorer.set(row=15, column=8, pool=True)
    spot = explorer.artists["spot"]
    assert (round(spot.get_y() * 13), round(spot.get_x() * 13)) == (7, 4)
    assert explorer.artists["title"].get_text() == "After max-pool, 13 × 13"
    # 9 x 9 sums: the ninth row and column fill no block
    explorer.set(stride=3, padding=1, pool=True)
    assert explorer.artists["title"].get_text() == "After max-pool, 5 × 5"
    explorer.set(stride=3, padding=0, row=8)
    assert explorer.artists["title"].get_text() == "After max-pool, 4 × 4"
    assert not explorer.artists["spot"].get_visible()


def test_what_the_window_has_not_reached_is_hidden(explorer):
    explorer.set(hide=True, row=2, column=4)
    assert np.isfinite(explorer.artists["map"].get_array().filled(np.nan)).sum() == 2 * 26 + 5
    explorer.set(pool=True, row=3, column=5)  # three blocks of two rows are complete
    assert np.isfinite(explorer.artists["map"].get_array().filled(np.nan)).sum() == 13 + 3
    assert "not reached is hidden" in explorer.description


def test_the_window_slides_along_the_rows_and_back_to_the_start(explorer):
    explorer.set(row=0, column=24)
    places = []
    for _ in range(3):
        explorer.controls["play"].value += 1
        places.append((explorer.values()["row"], explorer.values()["column"]))
    assert places == [(0, 25), (1, 0), (1, 1)]
    explorer.set(row=27, column=27)
    explorer.controls["play"].value += 1
    assert (explorer.values()["row"], explorer.values()["column"]) == (0, 0)
    explorer.controls["play"].value = 0
    assert (explorer.values()["row"], explorer.values()["column"]) == (0, 0)


def test_the_edge_kernels_see_the_edges_that_they_are_named_after():
    upright = explore_convolution(STEP, KERNELS["Vertical edges"])
    assert np.abs(upright.artists["map"].get_array()).max() == 3
    level = explore_convolution(STEP, KERNELS["Horizontal edges"])
    assert np.abs(level.artists["map"].get_array()).max() == 0
    assert "every number is 0" in level.artists["range"].get_text()


def test_the_presets_do_what_they_say(explorer):
    seen = {}
    for label in explorer.presets:
        press(explorer, label)
        check_picture(explorer, label)
        seen[label] = explorer.artists["map"].get_array().copy()
        weights = [explorer.values()[f"k{i}{j}"] for i, j in PLACES]
        np.testing.assert_allclose(weights, np.ravel(KERNELS[label]))
    image = explorer.images[0]
    assert np.ptp(seen["Sharpen"]) > 2 * np.ptp(image)
    assert 0.8 < seen["Blur"].max() <= 1
    assert np.abs(np.diff(seen["Blur"], axis=1)).max() < np.abs(np.diff(image, axis=1)).max()
    for label in ("All zeros", "Silent after ReLU"):
        assert not seen[label].any()
    assert "nothing gets through" in explorer.description
    assert not explorer.set(**explorer.presets["All zeros"]).artists["map"].get_array().any()
    assert "no pixel counts" in explorer.description
    explorer.set(bias=1.5)
    assert "every sum is the bias, 1.5" in explorer.description


def test_a_weight_changes_the_map(explorer):
    before = pixels(explorer)
    explorer.set(k11=9.0)
    assert np.any(pixels(explorer) != before)
    assert explorer.artists["weights_numbers"][4].get_text() == "9"


@pytest.mark.parametrize("size", [(3, 3), (3, 64), (64, 5), (28, 28)])
def test_the_learners_own_image(size):
    own = explore_convolution(np.random.default_rng(1).normal(0, 10, size))
    assert "number" not in own.controls
    assert "slides over your image" in own.description
    sides = {"row": (0, size[0] - 1), "column": (0, size[1] - 1)}
    for row, column, padding in itertools.product(*sides.values(), (0, 1)):
        check_picture(own.set(row=row, column=column, padding=padding), (row, column, padding))


def test_bytes_become_fractions():
    image = datasets.mnist()[1][0][3]
    np.testing.assert_allclose(check_image(image), image / 255, rtol=1e-6)
    assert check_image([[0, 2, 0]] * 3).max() == 2


def test_nothing_to_pool_is_said_in_the_explorer():
    own = explore_convolution(np.eye(3)).set(pool=True)
    assert "too small for blocks of 2 × 2" in str(own.last_error)
    assert "untick max-pool" in own.widget.alert
    own.set(pool=False)
    check_picture(own, "mended")


def test_the_learners_own_kernel():
    conv = nn.Conv2d(1, 1, 3)
    own = explore_convolution(kernel=conv.weight.data[0, 0])
    weights = [own.values()[f"k{i}{j}"] for i, j in PLACES]
    np.testing.assert_allclose(weights, conv.weight.data.ravel(), atol=1e-6)
    large = explore_convolution(kernel=np.full((3, 3), 40.0))
    assert large.values()["k22"] == 40
    check_picture(large, "large")
    press(large.set(k22=1.0), "Reset")
    assert large.values()["k22"] == 40


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (np.zeros((1, 28, 28)), "got shape (1, 28, 28). For image i of a batch pass images[i]"),
        (np.zeros(784), "x.reshape(28, 28)"),
        (np.zeros((2, 9)), "3 to 64 pixels a side, got shape (2, 9)"),
        (np.zeros((9, 65)), "got shape (9, 65)"),
        (np.full((5, 5), np.nan), "expected finite pixels"),
        ([[1, "a"], [2, 3]], "expected an image of numbers, got list"),
        ([[1, 2], [3]], "expected an image of numbers, got list"),
        ("seven", "expected an image of numbers, got str"),
    ],
)
def test_an_image_that_does_not_work(image, sentence):
    with pytest.raises(ValueError) as caught:
        explore_convolution(image)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("kernel", "sentence"),
    [
        (np.zeros((5, 5)), "shape (3, 3), got shape (5, 5)"),
        (np.zeros((1, 1, 3, 3)), "conv.weight.data[0, 0]"),
        (np.full((3, 3), np.inf), "expected finite weights"),
        ("blur", "got 'blur'"),
    ],
)
def test_a_kernel_that_does_not_work(kernel, sentence):
    with pytest.raises(ValueError) as caught:
        explore_convolution(kernel=kernel)
    assert sentence in str(caught.value)
    assert check_kernel([[1, 2, 3]] * 3).shape == (3, 3)
