import os

import numpy as np
import pytest

import nnlib
from nnlib import nn
from tests.samples import mlp, numbers


def test_what_was_saved_predicts_the_same(tmp_path):
    model, twin, x = mlp(nn), mlp(nn), numbers((5, 3, 4))
    model(x)  # moves the running averages
    nnlib.save(model.state_dict(), tmp_path / "model.npz")
    twin.load_state_dict(nnlib.load(tmp_path / "model.npz"))
    np.testing.assert_array_equal(twin.eval()(x), model.eval()(x))
    for name, array in nnlib.load(str(tmp_path / "model.npz")).items():
        assert array.dtype == model.state_dict()[name].dtype
    assert os.listdir(tmp_path) == ["model.npz"]


def test_a_failed_save_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    nnlib.save({"w": np.ones(3)}, path)

    def full_disk(file, **arrays):
        file.write(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full_disk)
    with pytest.raises(OSError, match=r"No space left"):
        nnlib.save({"w": np.zeros(3)}, path)
    assert nnlib.load(path)["w"].tolist() == [1, 1, 1]
    assert os.listdir(tmp_path) == ["model.npz"]


def test_save_refuses(tmp_path):
    with pytest.raises(ValueError, match=r"ends in .npz, got 'model.pkl'"):
        nnlib.save({}, tmp_path / "model.pkl")
    with pytest.raises(TypeError, match=r"arrays of numbers, got object for 'w'"):
        nnlib.save({"w": np.array([None])}, tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []


def test_load_names_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is none. Save one with nnlib.save"):
        nnlib.load(tmp_path / "none.npz")


class Payload:
    def __reduce__(self):
        return (os.mkdir, ("unpickled",))


def test_load_runs_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("evil.npz", w=np.array([Payload()], object))
    with pytest.raises(ValueError, match=r"could not read it"):
        nnlib.load("evil.npz")
    assert os.listdir(tmp_path) == ["evil.npz"]


@pytest.mark.parametrize("damage", ["cut", "text", "npy"])
def test_load_names_a_damaged_file(tmp_path, damage):
    path = tmp_path / "model.npz"
    if damage == "cut":
        nnlib.save({"w": numbers(1000)}, path)
        path.write_bytes(path.read_bytes()[:500])
    elif damage == "text":
        path.write_text("not weights", encoding="utf-8")
    else:
        with path.open("wb") as file:
            np.save(file, np.ones(3))
    with pytest.raises(ValueError, match=r"could not read it .* save it again"):
        nnlib.load(path)
