import numpy as np
import pytest

from nnlib import datasets, nn
from nnlib.data import to_float
from nnlib.widgets import codes, explore_codes
from nnlib.widgets.codes import as_square, compute, decode_on_board, encode_on_board
from tests.widgets.helpers import pixels, press, sweep


@pytest.fixture(scope="module")
def explorer():
    return explore_codes()


@pytest.fixture(scope="module")
def digits():
    return to_float(datasets.mnist()[1][0][:20]).reshape(-1, 784)


def test_every_control_over_its_range(explorer):
    sweep(explorer)


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


def test_it_says_what_it_shows(explorer):
    assert explorer.description.startswith("Test image 0, a 7, and test image 1, a 2, mixed 0.50")
    press(explorer, "A 4 becomes a 9")
    assert "Test image 4, a 4, and test image 9, a 9, mixed 0.50 to 0.50" in explorer.description
    assert "64 numbers" in explorer.description
    explorer.reset()


def test_the_mixture_changes_the_picture(explorer):
    before = pixels(explorer)
    explorer.set(mix=0.0)
    assert np.any(pixels(explorer) != before)
    press(explorer, "Too far")
    assert explorer.values()["mix"] == 3.0
    explorer.reset()


def test_the_learners_own_networks(digits):
    encode = nn.Sequential(nn.Linear(784, 10), nn.ReLU())
    decode = nn.Sequential(nn.Linear(10, 784), nn.Sigmoid())
    own = explore_codes(encode, decode)
    assert "The code has 10 numbers" in own.description
    sweep(own, pairs=False)


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
        if len(calls) > 4:
            raise RuntimeError("no more today")
        return decode_on_board(code)

    explorer = explore_codes(decode=tired)
    explorer.set(mix=0.25).set(mix=1.0)
    assert "no more today" in str(explorer.last_error)
