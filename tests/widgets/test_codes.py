import numpy as np
import pytest

from nnlib import datasets, nn
from nnlib.data import to_float
from nnlib.widgets import explore_codes
from nnlib.widgets.models import codes
from nnlib.widgets.models.codes import (
    as_square,
    compute,
    decode_on_board,
    encode_on_board,
    packed_components,
    principal_components,
)
from tests.widgets.javascript import answers

PROGRAM = """
import { readFileSync } from "node:fs";
import { decode, encode, mixed, saidOf, unpackedComponents } from "HERE/codes_model.js";
const file = readFileSync("components");
const parts = unpackedComponents(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
const found = JSON.parse(readFileSync("asked.json")).map(({ images, numbers, labels, mix }) => {
  const [first, second] = images.map((image) => Float64Array.from(image, (value) => value / 255));
  const pixels = mixed(first, second, mix);
  const code = mixed(encode(parts, first), encode(parts, second), mix);
  const decoded = decode(parts, code);
  const [one, other] = numbers.map((number, k) => ({ number, label: labels[k] }));
  const said = saidOf(one, other, mix, code, pixels, decoded);
  return { pixels: [...pixels], code: [...code], decoded: [...decoded], said };
});
process.stdout.write(JSON.stringify(found));
"""


def eight_bits():
    """(mean, directions) as a page has them."""
    packed = packed_components()
    floats = np.frombuffer(packed, "<f4", 784 + 64)
    whole = np.frombuffer(packed, np.int8, offset=floats.nbytes).reshape(784, 64)
    return floats[:784].astype(float), whole * floats[784:].astype(float)


def test_javascript_and_python_agree(tmp_path):
    rng, (images, labels) = np.random.default_rng(5), datasets.mnist_test()
    mean, directions = eight_bits()
    asked, ours = [], []
    for _ in range(20):
        pair = rng.integers(0, 100, 2)
        mix = round(float(rng.uniform(-2, 3)), 2)
        both = {"images": images[pair].reshape(2, -1).tolist(), "mix": mix}
        asked.append(both | {"numbers": pair.tolist(), "labels": labels[pair].tolist()})
        first, second = images[pair].reshape(2, -1) / 255
        pixels = (1 - mix) * first + mix * second
        code = (pixels - mean) @ directions
        ours.append((pixels, code, mean + code @ directions.T))
    (tmp_path / "components").write_bytes(packed_components())
    found = answers(PROGRAM, tmp_path, asked)
    for theirs, (pixels, code, decoded) in zip(found, ours, strict=True):
        np.testing.assert_allclose(theirs["pixels"], pixels, atol=1e-9)
        np.testing.assert_allclose(theirs["code"], code, atol=1e-9)
        np.testing.assert_allclose(theirs["decoded"], decoded, atol=1e-9)
    for theirs, state in zip(found, asked, strict=True):
        first, second = state["numbers"]
        said = explore_codes().set(first=first, second=second, mix=state["mix"]).describe()
        assert theirs["said"].split(" The code")[0] == said.split(" The code")[0]


def test_eight_bits_are_enough_for_the_directions():
    mean, directions = principal_components()
    page_mean, page_directions = eight_bits()
    np.testing.assert_allclose(page_mean, mean, atol=1e-7)
    np.testing.assert_allclose(page_directions, directions, atol=0.004)
    assert len(packed_components()) < 60_000


@pytest.fixture(scope="module")
def digits():
    return to_float(datasets.mnist()[1][0][:20]).reshape(-1, 784)


def test_mixing_by_hand():
    """Code = the first two pixels doubled; decoded, half of them, and nothing elsewhere."""
    first, second = np.zeros(784), np.zeros(784)
    first[:2], second[:2] = (0.2, 0.4), (0.6, 0.0)

    def decode(code):
        return np.hstack([code / 2, np.zeros((len(code), 782))])

    mixed, code, image = compute(lambda x: 2 * x[:, :2], decode, first, second, 0.25)
    np.testing.assert_allclose(mixed[:2], (0.3, 0.3), atol=1e-6)
    np.testing.assert_allclose(code, (0.6, 0.6), atol=1e-6)
    np.testing.assert_allclose(image[:2], (0.3, 0.3), atol=1e-6)
    _, code, _ = compute(lambda x: 2 * x[:, :2], decode, first, second, 2.0)
    np.testing.assert_allclose(code, (2 * 1.2 - 0.4, -0.8), atol=1e-6)


def test_the_directions_on_board_are_the_best_straight_code(digits):
    mean, directions = codes.principal_components()
    np.testing.assert_allclose(directions.T @ directions, np.eye(64), atol=1e-4)
    packed = encode_on_board(digits)
    assert packed.shape == (20, 64)
    unpacked = decode_on_board(packed)
    np.testing.assert_allclose(encode_on_board(unpacked), packed, atol=1e-3)
    x = to_float(datasets.mnist()[0][0][: codes.EXAMPLES]).reshape(-1, 784)
    error = np.mean((decode_on_board(encode_on_board(x)) - x) ** 2)
    # the part of the variance that the 64 largest singular values leave
    rest = np.linalg.svd(x - mean, compute_uv=False)[64:]
    np.testing.assert_allclose(error, (rest**2).sum() / x.size, rtol=1e-3)
    other = np.linalg.qr(np.random.default_rng(0).normal(size=(784, 64)))[0]
    assert np.mean((mean + (x - mean) @ other @ other.T - x) ** 2) > 5 * error


def test_straight_codes_mix_as_pixels_do_and_bent_ones_do_not(digits):
    first, second = digits[4], digits[9]
    ends = decode_on_board(encode_on_board(np.stack([first, second])))
    _, _, middle = compute(encode_on_board, decode_on_board, first, second, 0.5)
    np.testing.assert_allclose(middle, ends.mean(axis=0), atol=1e-4)

    def bent(code):
        return decode_on_board(code) ** 2

    _, _, middle = compute(encode_on_board, bent, first, second, 0.5)
    assert np.abs(middle - (ends**2).mean(axis=0)).max() > 0.05


@pytest.mark.parametrize(("k", "side"), [(1, 1), (2, 2), (4, 2), (5, 3), (64, 8)])
def test_codes_of_any_length_are_drawn_as_a_square(k, side):
    square = as_square(np.arange(k, dtype=float))
    assert square.shape == (side, side)
    np.testing.assert_array_equal(square.ravel()[:k], np.arange(k))
    assert np.isnan(square.ravel()[k:]).all()


def test_it_says_what_it_shows_and_is_stored_as_a_picture():
    explorer = explore_codes()
    assert repr(explorer).startswith("Test image 0, a 7, and test image 1, a 2, mixed 0.50")
    explorer.set(first=4, second=9)
    assert "Test image 4, a 4, and test image 9, a 9, mixed 0.50 to 0.50" in explorer.describe()
    assert "64 numbers" in explorer.describe()
    assert "mixed −1.00 to 2.00" in explorer.set(mix=2).describe()
    data, metadata = explorer._repr_mimebundle_()
    assert metadata["image/png"] == {"width": 840, "height": 220}
    assert data["text/plain"] == explorer.describe()


def test_the_decoded_image_follows_the_settings(digits):
    explorer = explore_codes()
    # what the browser sends: several traits in one message
    explorer.set_state({"first": 4, "second": 9, "mix": 0.25})
    expected = compute(encode_on_board, decode_on_board, digits[4], digits[9], 0.25)
    np.testing.assert_allclose(explorer.code, expected[1], atol=1e-6)
    np.testing.assert_allclose(np.frombuffer(explorer.decoded, "<f4"), expected[2], atol=1e-6)
    explorer.set(second=5_000)
    assert list(explorer.sent) == ["5000"]


def test_the_learners_own_networks(digits):
    encode = nn.Sequential(nn.Linear(784, 10), nn.ReLU())
    decode = nn.Sequential(nn.Linear(10, 784), nn.Sigmoid())
    own = explore_codes(encode, decode)
    assert "The code has 10 numbers" in own.describe()
    assert own.call == "explore_codes(encode, decode)"


@pytest.mark.parametrize(
    ("encode", "decode", "error", "message"),
    [
        (3, decode_on_board, TypeError, "encode to be a network or a function, got 3"),
        (encode_on_board, None, TypeError, "decode to be a network or a function, got None"),
        (lambda x: x[0], decode_on_board, ValueError, r"encode to make \(2, k\) of \(2, 784\)"),
        (encode_on_board, lambda c: c, ValueError, r"decode to make \(1, 784\) of \(1, 64\)"),
        (lambda x: x[:, :3] / 0, decode_on_board, ValueError, "NaN or infinity from encode"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_does_not_fit_is_refused_at_once(encode, decode, error, message):
    with pytest.raises(error, match=message):
        explore_codes(encode, decode)


def test_an_error_later_is_shown_in_the_explorer():
    calls = []

    def tired(code):
        calls.append(code)
        if len(calls) > 2:
            raise RuntimeError("no more today")
        return decode_on_board(code)

    explorer = explore_codes(decode=tired)
    explorer.set(mix=0.25).set(mix=1.0)
    assert "no more today" in str(explorer.last_error)
    assert "no more today" in explorer.alert
