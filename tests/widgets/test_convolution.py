import numpy as np
import pytest

from nnlib import datasets, nn
from nnlib.data import to_float
from nnlib.widgets import explore_convolution
from nnlib.widgets.convolution import EDGES, PLACES
from nnlib.widgets.models.convolution import (
    check_image,
    check_kernel,
    compute,
    convolve,
    max_pool,
    outcome,
    verdict,
)
from tests.widgets.javascript import answers, assert_rebuilt

STEP = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
LEVEL = EDGES.T


def test_sums_by_hand():
    _, sums = convolve(STEP, EDGES)
    np.testing.assert_array_equal(sums, [[3, 3], [3, 3]])
    _, sums = convolve(STEP, LEVEL, bias=0.5)
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


PROGRAM = """
import { readFileSync } from "node:fs";
import { codeOf } from "HERE/base/kit/explorer.js";
import { DEFAULTS, KERNELS } from "HERE/convolution.js";
import { look, next, outcome, reached, spot, verdict } from "HERE/convolution_model.js";
const found = JSON.parse(readFileSync("asked.json")).map(([image, state]) => {
  const seen = look(image, state);
  const { padded, sums, shown, place, pixels, products, total, alert } = seen;
  const plain = ({ values, rows, columns }) => ({ values: [...values], rows, columns });
  return {
    padded: plain(padded), sums: plain(sums), shown: plain(shown), place, pixels, products, total,
    alert, words: outcome(seen, state).join(""), verdict: verdict(seen, state), next: next(seen),
    reached: [...shown.values].map((_, i) => reached(seen, i)), spot: spot(seen),
    code: codeOf("explore_convolution()", Object.keys(DEFAULTS), state, DEFAULTS),
  };
});
process.stdout.write(JSON.stringify({ found, defaults: DEFAULTS, kernels: KERNELS }));
"""


def random_explorers():
    rng = np.random.default_rng(3)
    for k in range(60):
        settings = {name: round(float(rng.normal(0, 2)), 2) for name in PLACES}
        if k % 10 == 0:
            settings = dict.fromkeys(PLACES, -1.0 if k % 20 else 0.0)
        image = None
        if k % 3 == 0:
            image = rng.normal(0, 1 + k, tuple(rng.integers(3, 40, 2))).round(3)
        explorer = explore_convolution(image).set(**settings)
        row, column, number = (int(value) for value in rng.integers(0, 40, 3))
        explorer.set(row=row, column=column, number=number)
        explorer.set(stride=int(rng.integers(1, 4)), padding=int(rng.integers(2)))
        explorer.set(bias=round(float(rng.normal()), 1) * (k % 2))
        yield explorer.set(relu=bool(k % 4 // 2), pool=bool(k % 5 < 2), hide=bool(k % 7 < 3))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(explorers, what JavaScript makes of the same images and settings)."""
    explorers = [explore_convolution(), explore_convolution(np.eye(3)).set(pool=True)]
    explorers += random_explorers()
    asked = []
    for one in explorers:
        rows, columns = one.image.shape
        image = {"values": one.image.ravel().tolist(), "rows": rows, "columns": columns}
        asked.append([image, {name: getattr(one, name) for name in one.settings()}])
    return explorers, answers(PROGRAM, tmp_path_factory.mktemp("convolution"), asked)


def square(found):
    return np.reshape(found["values"], (found["rows"], found["columns"]))


def test_javascript_and_python_agree(both):
    tried = 0
    for ours, theirs in zip(both[0], both[1]["found"], strict=True):
        if theirs["alert"]:
            with pytest.raises(ValueError, match="too small for blocks") as caught:
                ours.look()
            assert theirs["alert"] == f"T{str(caught.value)[1:]}."
            continue
        padded, sums, shown, place = ours.look()
        tried += 1
        close = {"rtol": 1e-9, "atol": 1e-9, "err_msg": repr(ours)}
        np.testing.assert_allclose(square(theirs["padded"]), padded, **close)
        np.testing.assert_allclose(square(theirs["sums"]), sums, **close)
        np.testing.assert_allclose(square(theirs["shown"]), shown, **close)
        assert tuple(theirs["place"]) == place
        pixels = ours.window(padded, place)
        np.testing.assert_allclose(theirs["pixels"], pixels.ravel(), **close)
        np.testing.assert_allclose(theirs["products"], (pixels * ours.kernel).ravel(), **close)
        np.testing.assert_allclose(theirs["total"], sums[place], **close)
        assert theirs["verdict"] == verdict(ours.kernel, ours.bias, sums, ours.relu)
        if np.abs(pixels * ours.kernel).max() < 1000:  # larger ones are written in another way
            assert theirs["words"] == outcome(pixels * ours.kernel, ours.bias, ours.relu)
        if not ours.pool:
            assert tuple(theirs["spot"]) == place
            reached = np.arange(sums.size) <= place[0] * sums.shape[1] + place[1]
            assert theirs["reached"] == reached.tolist()
    assert tried > 50


def test_it_begins_with_the_same_settings(both):
    first, names = both[0][0], both[0][0].settings()
    assert both[1]["defaults"] == {name: getattr(first, name) for name in names}


def test_the_window_slides_along_the_rows_and_back_to_the_start(both):
    for ours, theirs in zip(both[0], both[1]["found"], strict=True):
        rows, columns = theirs["sums"]["rows"], theirs["sums"]["columns"]
        row, column = theirs["place"]
        expected = divmod((row * columns + column + 1) % (rows * columns), columns)
        assert (theirs["next"]["row"], theirs["next"]["column"]) == expected, repr(ours)


def test_pooling_marks_the_block_that_the_window_is_in_and_waits_until_it_is_whole(both):
    seen = 0
    for ours, theirs in zip(both[0], both[1]["found"], strict=True):
        if not ours.pool or theirs["alert"]:
            continue
        seen += 1
        row, column = theirs["place"]
        assert theirs["spot"] == [row // 2, column // 2]
        columns, across = theirs["sums"]["columns"], theirs["shown"]["columns"]
        for i, reached in enumerate(theirs["reached"]):
            last = (2 * (i // across) + 1) * columns + 2 * (i % across) + 1
            assert reached == (last <= row * columns + column)
    assert seen > 10


def test_the_code_that_is_copied_rebuilds_the_state(both):
    explorers, answers = both
    codes = [found["code"] for found in answers["found"]]
    assert_rebuilt(explorers, codes, explore_convolution)


def test_the_kernels_do_what_they_are_named_after(both):
    kernels = {
        label: np.reshape([weights[name] for name in PLACES], (3, 3))
        for label, weights in both[1]["kernels"].items()
    }
    image = to_float(datasets.mnist_test()[0][0])
    seen = {label: convolve(image, kernel)[1] for label, kernel in kernels.items()}
    np.testing.assert_array_equal(kernels["Vertical edges"], EDGES)
    np.testing.assert_array_equal(kernels["Horizontal edges"], LEVEL)
    assert np.abs(convolve(STEP, kernels["Horizontal edges"])[1]).max() == 0
    assert np.ptp(seen["Sharpen"]) > 2 * np.ptp(image)
    assert 0.8 < seen["Blur"].max() <= 1
    assert np.abs(np.diff(seen["Blur"], axis=1)).max() < np.abs(np.diff(image, axis=1)).max()
    assert not seen["All zeros"].any()
    assert seen["Silent after ReLU"].max() <= 0


def test_it_starts_on_the_first_test_image():
    explorer = explore_convolution()
    assert "test image 0, a 7. At row 15, column 15" in explorer.describe()
    total = (to_float(datasets.mnist_test()[0][0])[15:18, 15:18] * EDGES).sum()
    assert f"= {total:.2f}. To the right the feature map, 26 by 26" in explorer.describe()


def test_an_image_that_is_not_in_the_page_is_sent():
    explorer = explore_convolution()
    images, labels = datasets.mnist_test()
    assert len(explorer.images) == 100 * 785
    assert explorer.images[784 * 7 : 784 * 8] == images[7].tobytes()
    assert explorer.images[78_400 + 7] == labels[7]
    explorer.set(number=4321)
    sent = {"label": labels[4321], "image": images[4321].tobytes()}
    assert explorer.sent == {"4321": sent}
    assert explorer.set(number=7).sent == {}


@pytest.mark.parametrize("size", [(3, 3), (3, 64), (64, 5), (28, 28)])
def test_the_learners_own_image(size):
    image = np.random.default_rng(1).normal(0, 10, size)
    own = explore_convolution(image)
    assert "slides over your image" in own.describe()
    np.testing.assert_array_equal(np.reshape(own.own["values"], size), image)
    assert own.row <= size[0] - 3
    assert own.column <= size[1] - 3


def test_bytes_become_fractions():
    image = datasets.mnist()[1][0][3]
    np.testing.assert_allclose(check_image(image), image / 255, rtol=1e-6)
    assert check_image([[0, 2, 0]] * 3).max() == 2


def test_the_learners_own_kernel():
    conv = nn.Conv2d(1, 1, 3)
    own = explore_convolution(kernel=conv.weight.data[0, 0])
    np.testing.assert_allclose(own.kernel, conv.weight.data[0, 0], atol=1e-6)
    assert explore_convolution(kernel=np.full((3, 3), 40.0)).k22 == 40


def test_a_setting_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match=r"no setting k33\. It has: .*stride"):
        explore_convolution().set(k33=1)


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
