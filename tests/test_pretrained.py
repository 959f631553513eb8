"""The weights on board read real digits, and the command that makes them works."""

import numpy as np
import pytest

import nnlib
from nncourse.authoring import train_mnist
from nnlib import datasets, pretrained
from nnlib.data import to_float
from nnlib.training import predict


@pytest.fixture(scope="module")
def test_digits():
    return datasets.mnist()[1]


def test_the_network_on_board_reads_the_test_images(test_digits):
    images, labels = test_digits
    model = pretrained.mnist_mlp()
    assert not model.training
    assert np.mean(predict(model, images, to_float).argmax(axis=1) == labels) > 0.975


def test_the_weights_are_small_and_float32():
    path = pretrained.WEIGHTS / "mnist_mlp.npz"
    assert path.stat().st_size < 1_000_000
    assert all(array.dtype == np.float32 for array in nnlib.load(path).values())


RESTORE = r"To restore them, run git checkout -- nnlib/weights/mnist_mlp\.npz"


def test_missing_weights_are_named_with_how_to_restore_them(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    with pytest.raises(FileNotFoundError, match=rf"mnist_mlp\.npz are missing\. {RESTORE}"):
        pretrained.mnist_mlp()


@pytest.mark.parametrize("damage", ["cut off", "another network's"])
def test_damaged_weights_are_named_with_how_to_restore_them(tmp_path, monkeypatch, damage):
    if damage == "cut off":
        whole = (pretrained.WEIGHTS / "mnist_mlp.npz").read_bytes()
        (tmp_path / "mnist_mlp.npz").write_bytes(whole[:5000])
    else:
        nnlib.save({"1.weight": np.zeros((2, 2))}, tmp_path / "mnist_mlp.npz")
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    with pytest.raises(ValueError, match=rf"mnist_mlp\.npz are damaged\. {RESTORE}"):
        pretrained.mnist_mlp()


def test_the_command_trains_saves_and_says_so(tmp_path, monkeypatch, capsys, test_digits):
    images, labels = test_digits
    few = (images[:600], labels[:600]), (images[600:1200], labels[600:1200])
    monkeypatch.setattr(datasets, "mnist", lambda: few)
    path = tmp_path / "small.npz"
    train_mnist.main(["--seed", "3", "--out", str(path)])
    assert "seed 3:" in capsys.readouterr().out
    model = pretrained.mnist_network()
    model.load_state_dict(nnlib.load(path))
    right = predict(model.eval(), images[:600], to_float).argmax(axis=1) == labels[:600]
    assert right.mean() > 0.75  # it learned from these 600
