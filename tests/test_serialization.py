import os
import pickle
import zipfile

import numpy as np
import pytest

import nnlib
from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader
from nnlib.datasets import moons
from nnlib.random import generator
from nnlib.training import fit
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

    def full_disk(file, array, **options):
        file.write(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full_disk)
    with pytest.raises(OSError, match=r"No space left"):
        nnlib.save({"w": np.zeros(3)}, path)
    assert nnlib.load(path)["w"].tolist() == [1, 1, 1]
    assert os.listdir(tmp_path) == ["model.npz"]


def test_save_refuses(tmp_path):
    with pytest.raises(ValueError, match=r"ends in .npz, got 'model.pkl'"):
        nnlib.save({}, tmp_path / "model.pkl")
    for bad in (np.array([None]), [[1], [1, 2]], "text", None, nn.Parameter([1.0]), 1j):
        with pytest.raises(TypeError, match=r"save, for 'w', expected an array"):
            nnlib.save({"w": bad}, tmp_path / "model.npz")
    with pytest.raises(TypeError, match=r"got a Linear. Pass model.state_dict\(\)"):
        nnlib.save(nn.Linear(2, 2), tmp_path / "model.npz")
    with pytest.raises(TypeError, match=r"Pass model.state_dict\(\), then the path"):
        nnlib.save(tmp_path / "model.npz", {"w": np.ones(2)})
    with pytest.raises(FileNotFoundError, match=r"expected a folder at .*none, and there is none"):
        nnlib.save({}, tmp_path / "none" / "model.npz")
    assert os.listdir(tmp_path) == []


def test_load_names_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a file at .*, found none. Write one with"):
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
    with pytest.raises(ValueError, match=r"could not read it .* Save it again"):
        nnlib.load(path)


@pytest.mark.parametrize("name", ["file", "self", "a/b", "arr_0", "x.npy", "é", ".", "x" * 999])
def test_any_name_goes_into_a_file_and_back(tmp_path, name):
    state = {name: np.arange(3), name.removesuffix(".npy") + "_": np.zeros(2), "x": np.ones(1)}
    nnlib.save(state, tmp_path / "odd.npz")
    found = nnlib.load(tmp_path / "odd.npz")
    assert found.keys() == state.keys()
    assert all(np.array_equal(found[key], state[key]) for key in state)


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "a\nb", "x" * 70_000, 3])
def test_names_that_a_file_cannot_hold(tmp_path, name):
    with pytest.raises(TypeError, match=r"names that are short text, got"):
        nnlib.save({name: np.ones(1)}, tmp_path / "odd.npz")
    assert not list(tmp_path.iterdir())


def test_files_of_other_kinds_are_named_without_false_advice(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(2))
    (tmp_path / "b.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "c.pt").write_bytes(pickle.dumps({"w": [1.0]}))
    for path in tmp_path.iterdir():
        with pytest.raises(ValueError, match=r"could not read it \(File is not a zip file\)"):
            nnlib.load(path)
    for use in (nnlib.load, lambda path: nnlib.save({}, path)):
        with pytest.raises(ValueError, match=r"the path of an .npz file, no folder, got 'a"):
            use("a\0.npz")
    with pytest.raises(OSError, match=r"too long: '.*x\.npz'"):  # not of a temporary name
        nnlib.save({}, tmp_path / ("x" * 300 + "x.npz"))


def test_load_names_files_that_others_made(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"w": torch.ones(2)}, tmp_path / "theirs.pt")
    with pytest.raises(ValueError, match=r"data.pkl' in it is not an array .*torch.load"):
        nnlib.load(tmp_path / "theirs.pt")
    with zipfile.ZipFile(tmp_path / "any.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValueError, match=r"'readme.txt' in it is not an array of numbers"):
        nnlib.load(tmp_path / "any.zip")
    with pytest.raises(ValueError, match=r"no folder, got"):
        nnlib.load(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b"\xff", b'{"bit_generator": "MT19937"}'])
def test_damaged_random_numbers_in_a_checkpoint_change_nothing(tmp_path, damage):
    model, optimizer, _ = parts()
    nnlib.save_checkpoint(tmp_path / "c.npz", model, optimizer)
    state = nnlib.load(tmp_path / "c.npz")
    nnlib.save(state | {"random": np.frombuffer(damage, np.uint8)}, tmp_path / "d.npz")
    model, optimizer, _ = parts(1)
    before, random = model.state_dict(), generator.bit_generator.state
    with pytest.raises(ValueError, match=r"found no random numbers in .*d.npz: damaged"):
        nnlib.load_checkpoint(tmp_path / "d.npz", model, optimizer)
    assert all(np.array_equal(before[name], p) for name, p in model.state_dict().items())
    assert generator.bit_generator.state == random


def parts(shuffled=0):
    nnlib.manual_seed(shuffled)
    model = nn.Sequential(
        nn.Linear(2, 8),
        nn.BatchNorm1d(8),
        nn.Dropout(0.3),
        nn.Linear(8, 2),
    )
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    return model, optimizer, optim.lr_scheduler.OneCycleLR(optimizer, 0.05, 5 * 7)


def test_training_goes_on_from_a_checkpoint(tmp_path):
    nnlib.manual_seed(1)
    loader = DataLoader(ArrayDataset(*moons(100)), 15, shuffle=True)

    def train(model, optimizer, scheduler, count):
        options = {"scheduler": scheduler, "progress": False, "max_epochs": count}
        fit(model, nn.CrossEntropyLoss(), optimizer, loader, **options)

    whole, first, second = parts(), parts(), parts(5)
    nnlib.manual_seed(2)
    train(*whole, 5)
    nnlib.manual_seed(2)
    train(*first, 2)
    nnlib.save_checkpoint(tmp_path / "at2.npz", *first)
    nnlib.manual_seed(77)
    nnlib.load_checkpoint(tmp_path / "at2.npz", *second)
    train(*second, 3)
    for name, array in whole[0].state_dict().items():
        np.testing.assert_array_equal(second[0].state_dict()[name], array)
    for name, value in whole[1].state_dict().items():
        np.testing.assert_array_equal(second[1].state_dict()[name], value)


def test_a_checkpoint_that_does_not_fit_changes_nothing(tmp_path):
    model, optimizer, scheduler = parts()
    nnlib.save_checkpoint(tmp_path / "whole.npz", model, optimizer)
    with pytest.raises(ValueError, match=r"found no scheduler in"):
        nnlib.load_checkpoint(tmp_path / "whole.npz", model, optimizer, scheduler)
    other, _, _ = parts(3)
    before = other.state_dict()
    with pytest.raises(ValueError, match=r"load_state_dict misses"):
        nnlib.load_checkpoint(tmp_path / "whole.npz", other, optim.SGD(other.parameters(), 0.1))
    for name, array in other.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    with pytest.raises(TypeError, match=r"expected: optimizer. It got None"):
        nnlib.save_checkpoint(tmp_path / "x.npz", model, None)
