import base64
import io

import numpy as np
import pytest
from PIL import Image

from nnlib import datasets, nn, pretrained
from nnlib.data import to_float
from nnlib.training import predict
from nnlib.widgets import digit_pad
from nnlib.widgets.digit_pad import EMPTY, SIDE
from nnlib.widgets.models.digits import (
    digit_reader,
    in_words,
    move_digit,
)
from nnlib.widgets.models.photo import centre_digit

IMAGES, LABELS = datasets.mnist()[1]
DIGITS = to_float(IMAGES[:300])


def enlarged(image, times, method=Image.Resampling.NEAREST):
    side = 28 * times
    return np.asarray(Image.fromarray(image).resize((side, side), method)).clip(0, 1)


def receive(pad, drawing):
    """Give the pad what the browser sends: bytes in a view of memory, through from_json."""
    ink = np.round(drawing * 255).astype(np.uint8).tobytes()
    pad.set_state({"ink": memoryview(ink)})


@pytest.mark.parametrize("corner", [(0, 0), (60, 60), (7, 50)])
def test_a_test_digit_drawn_large_and_anywhere_comes_back_as_it_was(corner):
    for image in DIGITS:
        pad = np.zeros((200, 200), np.float32)
        pad[corner[0] : corner[0] + 140, corner[1] : corner[1] + 140] = enlarged(image, 5)
        np.testing.assert_allclose(centre_digit(pad), image, atol=0.02)


def test_a_smoothly_enlarged_digit_is_read_as_before():
    model = pretrained.mnist_mlp()
    smooth = [centre_digit(enlarged(image, 5, Image.Resampling.BICUBIC)) for image in DIGITS]
    answers = predict(model, np.stack(smooth)).argmax(axis=1)
    assert np.mean(answers == predict(model, DIGITS).argmax(axis=1)) > 0.95
    assert np.mean(answers == LABELS[:300]) > 0.95


@pytest.mark.parametrize("box", [(0, 10, 0, 140), (0, 140, 130, 140), (70, 71, 70, 71)])
def test_centring_fits_any_ink_into_the_box_of_20(box):
    top, bottom, left, right = box
    pad = np.zeros((SIDE, SIDE), np.float32)
    pad[top:bottom, left:right] = 1
    image = centre_digit(pad)
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) == 19
    centres = [(image * index).sum() / image.sum() for index in np.indices(image.shape)]
    assert centres == pytest.approx((14, 14), abs=0.5)


def test_lopsided_ink_is_not_cut_off():
    pad = np.zeros((100, 100), np.float32)
    pad[0:100, 0:10], pad[98:100, 0:100] = 1, 1
    assert centre_digit(pad).sum() == pytest.approx(pad.sum() / 25, rel=0.01)


def test_moving_by_whole_pixels_and_right_angles_is_exact():
    image = DIGITS[0]
    np.testing.assert_array_equal(move_digit(image, 3, -2), np.roll(image, (-2, 3), (0, 1)))
    np.testing.assert_array_equal(move_digit(image, degrees=90), np.rot90(image, -1))
    assert not move_digit(image, 28, 0).any()


@pytest.mark.parametrize(
    "model",
    [
        pretrained.mnist_network(),
        nn.Sequential(nn.Linear(784, 10), nn.Softmax()),
        nn.Sequential(nn.Conv2d(1, 2, 5), nn.Flatten(), nn.Linear(2 * 24 * 24, 10)),
        lambda x: x.reshape(len(x), 784)[:, :10],
    ],
)
def test_networks_of_every_input_shape_give_ten_probabilities(model):
    chances = digit_reader(model)(DIGITS[0])
    assert chances.shape == (10,)
    assert chances.sum() == pytest.approx(1)


def test_a_network_that_ends_in_softmax_is_not_softened_twice():
    chances = np.eye(10)[[3]] * 0.7 + 0.03
    np.testing.assert_allclose(digit_reader(lambda x: chances)(DIGITS[0]), chances[0])


def test_reading_leaves_a_network_in_the_mode_it_was_in():
    model = pretrained.mnist_network()
    digit_reader(model)(DIGITS[0])
    assert model.training


@pytest.mark.parametrize("model", [None, nn.Sequential(nn.Linear(784, 5)), nn.Linear(2, 10)])
def test_what_is_no_digit_network_is_refused_with_a_reason(model):
    with pytest.raises(ValueError, match="Expected a network"):
        digit_reader(model)


def test_an_answer_in_words():
    assert in_words(np.eye(10)[7]) == "The network says 7 (100%)."
    assert "3 (60%), then 5 (40%)" in in_words(np.eye(10)[3] * 0.6 + np.eye(10)[5] * 0.4)


def test_the_pad_shows_an_example_at_first():
    pad = digit_pad()
    assert pad.last_error is None
    assert np.argmax(pad.chances) == LABELS[1]
    assert str(LABELS[1]) in pad.sentence


def test_every_drawing_from_the_browser_is_read():
    pad = digit_pad()
    read = digit_reader(pretrained.mnist_mlp())
    for image in DIGITS[:20]:
        frames = pad.frames
        receive(pad, enlarged(image, 5))
        assert pad.frames == frames + 1
        seen = np.frombuffer(pad.seen, np.uint8).reshape(28, 28) / 255
        np.testing.assert_allclose(seen, image, atol=0.02)
        np.testing.assert_allclose(pad.chances, read(image), atol=0.03)


def test_clear_takes_the_answer_away():
    pad = digit_pad().clear()
    assert pad.chances == []
    assert pad.sentence == EMPTY
    assert not any(pad.seen)


def test_the_pad_reads_the_learners_own_network():
    pad = digit_pad(lambda x: np.tile(5.0 * np.eye(10)[4], (len(x), 1)))
    assert np.argmax(pad.chances) == 4


def test_an_error_of_the_network_is_shown_and_goes_away():
    broken = []

    def model(x):
        if broken:
            raise ValueError("out of order")
        return np.eye(10)[[0] * len(x)]

    pad = digit_pad(model)
    broken.append(True)
    pad.draw(DIGITS[3])
    assert "out of order" in pad.alert
    assert isinstance(pad.last_error, ValueError)
    broken.clear()
    pad.draw(DIGITS[4])
    assert pad.alert == ""
    assert pad.last_error is None


def test_nan_and_a_wrong_number_of_bytes_are_shown():
    pad = digit_pad(lambda x: np.full((len(x), 10), np.nan))
    assert "NaN" in pad.alert
    pad.set_state({"ink": memoryview(b"123")})
    assert "140 x 140 bytes of ink, got 3" in pad.alert


def test_the_stored_output_holds_a_still_picture_and_the_live_pad():
    data, _ = digit_pad()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert 0.01 < np.mean(picture[..., :3].min(axis=2) < 200) < 0.5
    assert "0x" not in data["text/plain"]
