import gzip
import shutil
import struct
import sys

import numpy as np
import pytest

import nnlib
from nnlib import datasets
from nnlib.datasets.mnist import FILES, SHA256, read_idx

MODULE = sys.modules["nnlib.datasets.mnist"]  # nnlib.datasets.mnist itself is the function


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The folder of a copy of the MNIST files, which mnist() then reads."""
    for name in SHA256:
        shutil.copy(FILES / f"{name}.gz", tmp_path)
    monkeypatch.setattr(MODULE, "FILES", tmp_path)
    return tmp_path


def test_mnist_shapes_types_and_label_counts():
    (x, y), (test_x, test_y) = datasets.mnist()
    assert (x.shape, y.shape) == ((60_000, 28, 28), (60_000,))
    assert (test_x.shape, test_y.shape) == ((10_000, 28, 28), (10_000,))
    assert {a.dtype for a in (x, y, test_x, test_y)} == {np.dtype(np.uint8)}
    assert (x.min(), x.max(), test_x.min(), test_x.max()) == (0, 255, 0, 255)
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y).tolist() == counts
    assert np.bincount(test_y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test_y[:5].tolist() == [7, 2, 1, 0, 4]
    assert x.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert x.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_the_test_set_alone():
    for alone, whole in zip(datasets.mnist_test(), datasets.mnist()[1], strict=True):
        assert np.array_equal(alone, whole)


def test_mnist_cannot_be_changed_by_accident():
    (x, y), _ = datasets.mnist()
    with pytest.raises(ValueError, match=r"read-only"):
        x[0] = 0
    with pytest.raises(ValueError, match=r"read-only"):
        y += 1


@pytest.mark.parametrize("name", SHA256)
def test_mnist_names_a_missing_file(copied, name):
    (copied / f"{name}.gz").unlink()
    with pytest.raises(
        FileNotFoundError, match=rf"{name}.gz is missing. To restore it, run git ch"
    ):
        datasets.mnist()


@pytest.mark.parametrize("name", SHA256)
def test_mnist_names_a_truncated_file(copied, name):
    path = copied / f"{name}.gz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=rf"{name}.gz of 1,000 bytes was cut off or altered.*git"):
        datasets.mnist()


def test_mnist_names_an_altered_file(copied):
    path = copied / "t10k-labels-idx1-ubyte.gz"
    labels = bytearray(gzip.decompress(path.read_bytes()))
    labels[100] = 9 - labels[100]
    path.write_bytes(gzip.compress(bytes(labels)))
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte.gz of .* altered: its SHA-256"):
        datasets.mnist()


def flipped(data, place):
    """The bytes, packed with no time in them (test ids show them), with one turned over."""
    data = bytearray(gzip.compress(data, mtime=0))
    data[place] ^= 0xFF
    return bytes(data)


def test_read_idx():
    data = b"\x00\x00\x08\x02" + struct.pack(">II", 2, 3) + bytes(range(6))
    assert read_idx(data).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"starts with 00 00 08 03, got nothing"),
        (b"\x00\x00\x08", r"starts with 00 00 08 03, got 00 00 08\."),
        (b"\x00\x00\x08\x46" + struct.pack(">70I", *[1] * 70) + b"1", r"got 00 00 08 46"),
        (flipped(bytes(range(256)) * 100, 15), r".gz file could not be unpacked"),
        (flipped(b"\x00\x00\x08\x01", -8), r".gz file could not be unpacked"),
        (b"\x00\x00\x0a\x01" + struct.pack(">I", 1) + b"1234", r"got 00 00 0a"),
        (b"\x00\x00\x08\x03\x00\x00", r"header of 3 axes was cut off after 6 bytes"),
        (b"\x00\x00\x08\x01" + struct.pack(">I", 5) + b"123", r"says \(5,\), but 3 values follow"),
        (b"\x00\x00\x08\x01" + struct.pack(">I", 5), r"says \(5,\), but 0 values follow"),
    ],
)
def test_read_idx_refuses(data, message):
    with pytest.raises(ValueError, match=message):
        read_idx(data)


@pytest.mark.parametrize(
    ("name", "y"),
    [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("nand", [1, 1, 1, 0]), ("xor", [0, 1, 1, 0])],
)
def test_gates(name, y):
    x, found = datasets.gate(name)
    assert x.dtype == np.float32
    assert x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert found.tolist() == y


def test_gate_refuses_other_names():
    with pytest.raises(ValueError, match=r"one of and, or, nand, xor, got 'XOR'"):
        datasets.gate("XOR")


@pytest.mark.parametrize(("name", "classes"), [("moons", 2), ("circles", 2), ("spirals", 3)])
def test_toys_have_their_shapes_and_obey_the_seed(name, classes):
    make = getattr(datasets, name)
    nnlib.manual_seed(0)
    x, y = make(61)
    assert (x.shape, x.dtype, y.shape) == ((61, 2), np.float32, (61,))
    assert y.dtype.kind == "i"
    counts = np.bincount(y)
    assert len(counts) == classes
    assert counts.max() - counts.min() <= 1
    nnlib.manual_seed(0)
    np.testing.assert_array_equal(make(61)[0], x)
    assert not np.array_equal(make(61)[0], x)


def test_toys_without_noise_lie_on_their_curves():
    x, y = datasets.circles(50, noise=0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 0, 1, 0.5), atol=1e-6)
    x, y = datasets.moons(50, noise=0)
    centre = np.stack([y - 0.5, 0.5 * y - 0.25], axis=1)
    np.testing.assert_allclose(np.hypot(*(x - centre).T), 1, atol=1e-6)
    assert ((x - centre)[:, 1] * (1 - 2 * y) >= -1e-6).all()  # one opens down, one up
    x, y = datasets.spirals(60, noise=0, classes=4)
    radius = np.hypot(*x.T)
    assert radius.max() <= 1 + 1e-6
    angle = np.arctan2(x[:, 1], x[:, 0]) - radius * 1.25 * np.pi - y * np.pi / 2
    np.testing.assert_allclose(np.cos(angle), 1, atol=1e-4)


@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_toys_refuse(name):
    make = getattr(datasets, name)
    with pytest.raises(
        ValueError, match=r"n, at least one point for each of . classes, expected . or more, got 1"
    ):
        make(1)
    with pytest.raises(ValueError, match=r"noise expected 0 or more, got -1"):
        make(10, noise=-1)


def test_spirals_refuse_a_single_class():
    with pytest.raises(ValueError, match=r"spirals, classes, expected 2 or more, got 1"):
        datasets.spirals(10, classes=1)


def test_moby_dick():
    text = datasets.moby_dick()
    assert len(text) == 254_678
    assert text.isascii()
    assert text.startswith("Call me Ishmael. Some years ago--never mind how long precisely--having")
    assert text.endswith("would have soon flowered out in a smile.\n")
    assert text.count("Queequeg") == 159
    assert "\n\n\n" not in text


def test_moby_dick_names_a_missing_and_an_altered_file(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["nnlib.datasets.text"], "FILES", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"Moby-Dick file .*moby_dick.txt.gz is missing"):
        datasets.moby_dick()
    (tmp_path / "moby_dick.txt.gz").write_bytes(gzip.compress(b"Call me Ahab."))
    with pytest.raises(ValueError, match=r"Moby-Dick file .* was cut off or altered"):
        datasets.moby_dick()
