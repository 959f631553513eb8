"""The digit pad that reads by itself: centring and network in JavaScript against Python's."""

import json
import zlib

import numpy as np
import pytest

from docs.weights import MOST, packed
from nnlib import datasets, pretrained
from nnlib.data import to_float
from nnlib.nn.functional import softmax
from nnlib.training import predict
from nnlib.widgets.base.javascript import HERE
from nnlib.widgets.digit_pad import SIDE
from nnlib.widgets.models.digits import in_words
from nnlib.widgets.models.photo import centre_digit, resize
from tests.widgets.javascript import run_node

COUNT = 1000
PROGRAM = """
import { readFileSync } from "node:fs";
import { centred, inWords, read, unpacked } from "HERE/reader.js";
const bytes = (name) => {
  const file = readFileSync(name);
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
};
const layers = unpacked(bytes("weights"));
const images = new Uint8Array(bytes("images"));
const pads = new Uint8Array(bytes("pads"));
const found = { chances: [], centred: [], words: [] };
for (let i = 0; i < images.length; i += 784) {
  found.chances.push(read(layers, Array.from(images.subarray(i, i + 784), (v) => v / 255)));
  found.words.push(inWords(found.chances.at(-1)));
}
const pixels = SIDE * SIDE;
for (let i = 0; i < pads.length; i += pixels) {
  found.centred.push([...centred(pads.subarray(i, i + pixels), SIDE)]);
}
process.stdout.write(JSON.stringify(found));
"""


def pads(images):
    """Drawings (SIDE, SIDE) of digits: enlarged, some of them moved or squeezed."""
    drawn = []
    for k, image in enumerate(images):
        pad = np.zeros((SIDE, SIDE), np.float32)
        height, width = 140 - 7 * (k % 9), 140 - 11 * (k % 6)
        pad[140 - height :, :width] = resize(image, height, width)
        drawn.append(np.round(255 * pad).astype(np.uint8))
    return np.array([*drawn, np.zeros((SIDE, SIDE), np.uint8)])


@pytest.fixture(scope="module")
def images():
    return datasets.mnist()[1][0][:COUNT]


@pytest.fixture(scope="module")
def drawn(images):
    return pads(to_float(images[:60]))


@pytest.fixture(scope="module")
def found(images, drawn, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    (folder / "weights").write_bytes(packed())
    (folder / "images").write_bytes(images.tobytes())
    (folder / "pads").write_bytes(drawn.tobytes())
    program = PROGRAM.replace("HERE", HERE.as_posix()).replace("SIDE", str(SIDE))
    return json.loads(run_node(program, folder))


def test_its_ten_probabilities_are_pythons(found, images):
    wanted = softmax(predict(pretrained.mnist_mlp(), to_float(images)))
    np.testing.assert_allclose(found["chances"], wanted, atol=0.01)
    assert found["words"][0] == in_words(wanted[0])


def test_it_centres_a_drawing_as_python_does(found, drawn):
    wanted = [centre_digit(to_float(pad)).ravel() for pad in drawn]
    np.testing.assert_allclose(found["centred"], wanted, atol=1e-5)


def test_no_test_image_is_read_differently():
    """All 10,000, with the weights that are in the page; NumPy reads as JavaScript does."""
    x = to_float(datasets.mnist()[1][0])
    wanted = softmax(predict(pretrained.mnist_mlp(), x))
    left, values = packed(), x.reshape(len(x), -1)
    for most, rows in zip(MOST, (256, 128, 10), strict=True):
        kind = "i1" if most < 128 else "<i2"
        sizes = (("<f4", rows), ("<f4", rows), (kind, rows * values.shape[1]))
        found = []
        for dtype, count in sizes:
            found.append(np.frombuffer(left, dtype, count))
            left = left[found[-1].nbytes :]
        bias, scale, whole = found
        sums = values @ (whole.reshape(rows, -1) * scale[:, None]).T + bias
        values = np.maximum(sums, 0)
    assert left == b""
    chances = softmax(sums)
    assert np.abs(chances - wanted).max() < 0.01
    np.testing.assert_array_equal(chances.argmax(axis=1), wanted.argmax(axis=1))


def test_the_weights_are_at_most_240_kb():
    assert len(zlib.compress(packed(), 9)) <= 240_000
