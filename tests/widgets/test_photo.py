"""Photographs of digits, made here from MNIST's test images, and what is read on them."""

import numpy as np
import pytest
from PIL import Image

from nnlib import datasets, pretrained
from nnlib.data import to_float
from nnlib.training import predict
from nnlib.widgets.models.photo import centre_digit, digit_from_photo, resize

COUNT = 20
IMAGES, LABELS = (array[:COUNT] for array in datasets.mnist()[1])


def photograph(image, rng, *, light=0.0, noise=0.0, inverted=False, far=0.2):
    """A digit in ink on white paper, bytes (H, W): in uneven light, with noise, anywhere on it."""
    times = int(rng.integers(3, 8))
    ink = resize(np.kron(to_float(image), np.ones((times, times))), 28 * times, 28 * times)
    height, width = (int(len(ink) * (1 + far) * rng.uniform(1, 1.3)) for _ in range(2))
    top, left = (int(rng.uniform(0.1, 0.9) * (n - len(ink))) for n in (height, width))
    page = np.zeros((height, width))
    page[top : top + len(ink), left : left + len(ink)] = ink
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    turned = rng.uniform(0, 2 * np.pi)
    paper = 0.75 + light * (np.cos(turned) * across + np.sin(turned) * down - 0.5 * across**2)
    seen = paper * (1 - 0.7 * page) + rng.normal(0, noise, page.shape)
    return np.round(255 * np.clip(1 - seen if inverted else seen, 0, 1)).astype(np.uint8)


KINDS = {
    "plain": {},
    "inverted": {"inverted": True},
    "uneven light": {"light": 0.25},
    "noise": {"noise": 0.08},
    "far away, off the centre": {"far": 2.5},
    "all of it": {"light": 0.2, "noise": 0.05, "far": 1.5},
    "all of it, inverted": {"light": 0.2, "noise": 0.05, "far": 1.5, "inverted": True},
}


def share_read(images):
    outputs = predict(pretrained.mnist_mlp(), np.stack(images))
    return np.mean(outputs.argmax(axis=1) == LABELS)


@pytest.mark.parametrize("kind", KINDS)
def test_photographs_of_digits_are_read(kind):
    rng = np.random.default_rng(0)
    images = [digit_from_photo(photograph(image, rng, **KINDS[kind])) for image in IMAGES]
    assert all(image.shape == (28, 28) and image.dtype == np.float32 for image in images)
    share = share_read(images)
    print(f"{kind}: {share:.1%} of {COUNT} read")
    assert share >= 0.95


@pytest.mark.parametrize("inverted", [False, True])
def test_images_of_mnist_itself_stay_readable(inverted):
    assert share_read([digit_from_photo(255 - i if inverted else i) for i in IMAGES]) >= 0.95


def test_every_way_to_hand_over_a_picture_gives_the_same(tmp_path):
    grey = photograph(IMAGES[0], np.random.default_rng(1))
    wanted = digit_from_photo(grey)
    colour = np.stack([grey] * 3, axis=2)
    seen = np.dstack([colour, np.full(grey.shape, 255, np.uint8)])
    clear = np.dstack([0 * colour, 255 - grey])  # black ink on nothing: a screenshot, say
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(colour).save(tmp_path / "colour.jpg", quality=95)
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    Image.fromarray(np.rot90(colour)).save(tmp_path / "turned.jpg", quality=95, exif=turned)
    given = [grey[:, :, None], grey[None], grey / 255, grey.astype(int), grey.astype(np.uint16)]
    given += [colour, colour / 255, seen, clear, str(tmp_path / "grey.png")]
    given += [tmp_path / "colour.jpg", tmp_path / "turned.jpg", clear.astype(int), seen / 1.0]
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    deep.save(tmp_path / "16 bit.png")
    Image.fromarray(grey.astype(np.int32) * 257).save(tmp_path / "32 bit.tif")
    given += [tmp_path / "16 bit.png", tmp_path / "32 bit.tif", deep, Image.fromarray(colour)]
    given += [Image.fromarray(grey).convert(mode) for mode in ("P", "LA", "CMYK", "F")]
    for photo in given:
        np.testing.assert_allclose(digit_from_photo(photo), wanted, atol=0.25)
    assert digit_from_photo(grey > 120).max() == pytest.approx(1, abs=1e-6)


def test_specks_and_a_second_thing_at_the_edge_are_left_out():
    rng = np.random.default_rng(2)
    photo = photograph(IMAGES[0], rng, far=1.5)
    wanted = digit_from_photo(photo)
    photo[:, :6] = 40  # the edge of a table
    photo[rng.integers(0, len(photo), 30), rng.integers(10, photo.shape[1], 30)] = 60
    np.testing.assert_allclose(digit_from_photo(photo), wanted, atol=0.35)


@pytest.mark.parametrize("width", [1, 3, 9])
def test_thin_pens_are_thickened(width):
    page = np.full((200, 200), 230, np.uint8)
    page[40:160, 100 : 100 + width] = 30
    one = digit_from_photo(page)
    assert 28 < one.sum() < 70  # the ones of MNIST: about 50
    assert predict(pretrained.mnist_mlp(), one[None]).argmax() == 1


@pytest.mark.parametrize(
    ("photo", "error", "message"),
    [
        (np.full((50, 50), 200), ValueError, "found no ink"),
        (np.zeros((100, 100), np.uint8), ValueError, "found no ink"),
        (np.zeros((8, 2000)), ValueError, "found no ink"),
        (np.zeros((5, 50)), ValueError, "at least 8 x 8 pixels, got an array of shape"),
        (np.zeros((2, 28, 28)), ValueError, "one picture"),
        (np.full((28, 28), np.nan), ValueError, "finite numbers"),
        ("none.png", FileNotFoundError, "a picture at none.png"),
        (None, TypeError, "array of numbers, got None"),
        (__file__, ValueError, "could not be read as a picture"),
    ],
)
def test_what_is_no_photograph_of_a_digit(photo, error, message):
    with pytest.raises(error, match=message):
        digit_from_photo(photo)


def test_centre_digit_puts_the_mass_in_the_middle():
    ink = np.zeros((60, 40))
    ink[5:45, 30:34] = 1
    image = centre_digit(ink)
    assert image.sum() == pytest.approx(40)
    rows, columns = np.nonzero(image)
    assert (rows.min(), rows.max()) == (4, 23)
    assert sorted(set(columns)) in ([13, 14], [14, 15])  # 14 lies between both pairs
    assert not centre_digit(np.zeros((9, 9))).any()


@pytest.mark.parametrize("bad", [np.zeros(5), np.full((5, 5), 2), np.full((5, 5), np.nan), []])
def test_centre_digit_refuses(bad):
    with pytest.raises(ValueError, match=r"ink 0 ... 1 of shape \(H, W\), got"):
        centre_digit(bad)


def test_resize_is_the_mean_of_what_is_covered():
    image = np.array([[0.0, 1], [2, 3]])
    assert resize(image, 1, 1).tolist() == [[1.5]]
    assert resize(image, 2, 4).tolist() == [[0, 0, 1, 1], [2, 2, 3, 3]]
    thirds = np.array([[1, 5, 10, 14]]) / 3
    assert resize(np.arange(6.0)[None], 1, 4) == pytest.approx(thirds)
