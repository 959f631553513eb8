"""Photographs of digits, made into images as MNIST's are. NumPy alone; a file needs Pillow."""

import os
from pathlib import Path

import numpy as np

from nnlib.expect import called, numbers

SIDE = 120  # pixels of the longer side on which the ink is looked for
BOX, MIDDLE = 20, 14  # MNIST's digits fit 20 pixels, their centre of mass lies at (14, 14)


def digit_from_photo(photo):
    """One digit on a photograph as MNIST would have it: float32 (28, 28), 0 paper, 1 full ink.

    photo: the path of a PNG or JPEG, an image of Pillow, or an array (H, W), (H, W, 3) or (H, W, 4)
    of any number type. Dark ink on light paper or the reverse; the light may be uneven. The
    largest strokes are taken as the digit, so cut away what else is on the paper.
    Raises ValueError where there is no ink, TypeError for other things than pictures.
    """
    grey = _grey(_pixels(photo))
    afar = _ink(_smaller(grey))
    places = [np.flatnonzero(afar.any(axis=axis)) for axis in (1, 0)]
    scale = max(grey.shape) / max(afar.shape)
    margin = 0.4 * scale * max(p[-1] - p[0] + 1 for p in places)
    near = tuple(
        slice(int(max(0, scale * p[0] - margin)), int(scale * (p[-1] + 1) + margin) + 1)
        for p in places
    )
    return centre_digit(_ink(_smaller(grey[near])))


def centre_digit(ink):
    """Put ink (H, W), 0 ... 1, into an image (28, 28) as MNIST's were: float32.

    The ink is cut out, scaled so that its longer side is 20 pixels, and put so that its centre
    of mass is at (14, 14). No ink gives an empty image. Raises ValueError for other values.
    """
    ink = numbers(ink, "centre_digit").astype(np.float32)
    if ink.ndim != 2 or not ink.size or not (ink.min() >= 0 and ink.max() <= 1):
        raise ValueError(
            f"centre_digit expected ink 0 ... 1 of shape (H, W), got {called(ink)}. "
            "Divide bytes by 255."
        )
    image = np.zeros((28, 28), np.float32)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return image
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    digit = resize(cut, *(max(1, round(side * BOX / max(cut.shape))) for side in cut.shape))
    weights = digit / digit.sum()
    centres = [(weights * index).sum() for index in np.indices(digit.shape)]
    top, left = (
        # no further than the edge, where the digit would be cut off
        int(np.clip(round(MIDDLE - centre), 0, 28 - side))
        for centre, side in zip(centres, digit.shape, strict=True)
    )
    image[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return image


def resize(image, height, width):
    """An image (H, W) scaled to (height, width); each new pixel is the mean of what it covers."""
    down, across = (_shares(n, new) for n, new in zip(image.shape, (height, width), strict=True))
    return np.clip(down @ image @ across.T, image.min(), image.max())


def _shares(n, new):
    """(new, n): how much of each of n pixels lies in each of `new` pixels, rows that sum to 1."""
    edges = np.linspace(0, n, new + 1)[:, None]
    pixels = np.arange(n)
    covered = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return (np.maximum(covered, 0) * new / n).astype(np.float32)


def _pixels(photo):
    path, opened = isinstance(photo, (str, os.PathLike)), hasattr(photo, "getbands")
    if not (path or opened or hasattr(photo, "read")):
        return numbers(photo, "digit_from_photo")
    if path and not Path(photo).is_file():
        raise FileNotFoundError(f"digit_from_photo expected a picture at {photo}: none there.")
    try:
        from PIL import Image, ImageOps  # only here: nnlib needs NumPy alone
    except ImportError:
        raise ImportError("Pillow reads pictures. Install it: pip install pillow") from None
    try:
        with photo.copy() if opened else Image.open(photo) as picture:
            if picture.mode[0] in "IF":  # 16 bits and more: RGBA would cut them off at 255
                return np.asarray(ImageOps.exif_transpose(picture))
            picture.thumbnail((1600, 1600))
            upright = ImageOps.exif_transpose(picture)  # as the camera was held
            return np.asarray(upright.convert("RGBA"))
    except Exception as error:
        raise ValueError(f"{photo} could not be read as a picture: {error}") from None


def _grey(pixels):
    """Brightness (H, W), float32, of pixels (H, W) or (H, W, 1, 3 or 4)."""
    if pixels.ndim == 3 and pixels.shape[0] == 1:
        pixels = pixels[0]  # one channel, first
    if (
        pixels.ndim not in (2, 3)
        or min(pixels.shape[:2]) < 8
        or pixels.shape[2:] not in (*((), (1,), (3,), (4,)),)
    ):
        raise ValueError(
            "digit_from_photo expected one picture, (H, W) or (H, W, 3) of at least 8 x 8 pixels, "
            f"got {called(pixels)}."
        )
    grey = pixels.astype(np.float32)
    if not np.isfinite(grey).all():
        raise ValueError("digit_from_photo expected finite numbers, got NaN or infinity.")
    if grey.ndim == 2:
        return grey
    if grey.shape[2] == 1:
        return grey[:, :, 0]
    bright = grey[:, :, :3] @ np.array([0.299, 0.587, 0.114], np.float32)
    if grey.shape[2] == 3:
        return bright
    most = grey[:, :, 3].max()
    full = next((n for n in (1, 255, 65535) if most <= n), most)
    opacity = grey[:, :, 3] / full
    return bright * opacity + full * (1 - opacity)  # transparent: on white paper


def _smaller(image):
    scale = min(1, SIDE / max(image.shape))
    return resize(image, *(max(8, round(n * scale)) for n in image.shape)) if scale < 1 else image


def _ink(grey):
    """How much ink is where: brightness (H, W) to 0 ... 1, the paper and specks on it being 0."""
    depth, noise = _against_paper(_blurred(grey) if min(grey.shape) > 60 else grey)
    threshold = max(_otsu(depth), 3 * noise)
    strokes = _largest(depth > threshold, depth)
    if not strokes.any():
        raise ValueError(
            "digit_from_photo found no ink: all is as bright as the paper. "
            "Take a photograph closer to the digit, in more light, or use a thicker pen."
        )
    full = np.percentile(depth[strokes], 60)
    near = _spread(_spread(strokes))  # strokes have soft edges
    ink = np.where(near, np.clip((depth - threshold / 2) / (full - threshold / 2), 0, 1), 0)
    return _thicker(ink, strokes)


def _thicker(ink, strokes):
    """Ink with strokes at least 1/9 as wide as the digit is large, as pens for MNIST were."""
    rim = strokes & ~_around(strokes, np.logical_and.reduce)
    width = 2 * strokes.sum() / rim.sum()
    size = max(len(np.flatnonzero(strokes.any(axis=axis))) for axis in (0, 1))
    for _ in range(round((size / 9 - width) / 2)):
        ink = _around(ink, np.maximum.reduce)
    return ink


def _against_paper(grey):
    """How far each pixel is from the paper, ink being positive, and the paper's noise."""
    height, width = grey.shape
    down, across = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
    terms = [np.ones_like(grey), down + 0 * across, across + 0 * down, down * across]
    terms = np.stack([*terms, down**2 + 0 * across, across**2 + 0 * down], axis=-1).reshape(-1, 6)
    values = grey.reshape(-1).astype(np.float64)
    contrast = np.ptp(values)
    rest = values - np.median(values)
    for order in (1, 3, 3, 6, 6, 6, 6, 6):  # a plane, then a curved surface, without the ink
        noise = 1.4826 * np.median(np.abs(rest)) + 0.01 * contrast
        paper = np.abs(rest) <= 2.5 * noise
        fit = np.linalg.lstsq(terms[paper, :order], values[paper], rcond=None)[0]
        rest = values - terms[:, :order] @ fit
    sign = 1 if (rest**3).sum() > 0 else -1  # ink is what differs much, and is less than the paper
    return (sign * rest).reshape(grey.shape), noise


def _otsu(depth):
    """The threshold that parts the values best into two groups. Otsu, 1979."""
    counts, edges = np.histogram(np.maximum(depth, 0), 128)
    middle = (edges[1:] + edges[:-1]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * middle)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return middle[np.argmax(np.nan_to_num(apart[:-1]))]


def _largest(mask, depth):
    """The connected strokes of mask (H, W) that hold most ink; those at the edge last of all."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    before = None
    while not np.array_equal(labels, before):  # each stroke takes its highest number
        before, labels = labels, np.where(mask, _around(labels, np.maximum.reduce), 0)
    names, places = np.unique(labels, return_inverse=True)
    ink = np.bincount(places.ravel(), np.maximum(depth, 0).ravel())
    ink[names == 0] = 0
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = np.where(np.isin(names, edge), 0, ink)
    if inside.max(initial=0) > 0.2 * ink.max(initial=0):
        ink = inside
    return np.isin(labels, names[(ink > 0) & (ink >= 0.1 * ink.max(initial=0))])


def _around(image, combine):
    """combine() of the nine pixels in and around each pixel of an image (H, W)."""
    padded = np.pad(image, 1, mode="edge")
    height, width = image.shape
    return combine([padded[i : i + height, j : j + width] for i in range(3) for j in range(3)])


def _spread(mask):
    return _around(mask, np.logical_or.reduce)


def _blurred(image):
    return _around(image, sum) / 9
