"""Whatever a learner passes, the answer is a result or a sentence: never NumPy's or Python's own.

Every public callable of the files below gets, for each of its arguments in turn, wrong values of
the usual kinds. What is raised must be raised by a `raise` of nnlib, and say something.
"""

import linecache
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt

import nnlib
from nnlib import data, datasets, metrics, nn, optim, plots, pretrained, serialization, training

ROOT = Path(nnlib.__file__).parent
mnist, photo, toy = (sys.modules[f"nnlib.datasets.{name}"] for name in ("mnist", "photo", "toy"))
WRONG = {
    "None": None,
    "True": True,
    "0": 0,
    "-1": -1,
    "2.5": 2.5,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "complex": 1j,
    "text": "text",
    "empty text": "",
    "bytes": b"\x00\x00\x08",
    "empty list": [],
    "list of text": ["a", "b"],
    "ragged": [[1], [1, 2]],
    "list of None": [None, None],
    "tuple": (1, 2),
    "pair of arrays": (np.ones((3, 2)), np.zeros(3)),
    "dict": {"a": 1},
    "set": {1, 2},
    "generator": (i for i in range(3)),
    "range": range(3),
    "object": object(),
    "function": lambda x: x,
    "a class": nn.Linear,
    "a layer": nn.Linear(2, 2),
    "a network": nn.Sequential(nn.Linear(2, 2)),
    "a loss": nn.CrossEntropyLoss(),
    "an optimizer": optim.SGD(nn.Linear(2, 2).parameters(), 0.1),
    "a parameter": nn.Parameter([1.0]),
    "a data set": data.ArrayDataset(np.ones((3, 2), np.float32), [0, 1, 1]),
    "a loader": data.DataLoader(data.ArrayDataset(np.ones((3, 2), np.float32), [0, 1, 1])),
    "0-d array": np.array(3.0),
    "empty array": np.zeros((0, 2)),
    "column": np.ones((3, 1)),
    "row": np.ones(7),
    "integers": np.arange(6).reshape(3, 2),
    "object array": np.array([None, "a"], object),
    "text array": np.array(["a", "b"]),
    "4 axes": np.ones((2, 3, 4, 5)),
    "NaN array": np.full((3, 2), np.nan),
    "path": Path("none.npz"),
    "folder": Path("."),
    "a module": np,
}
assert len(WRONG) >= 40


def good(folder):
    """Every public callable with arguments that are right."""
    x, y = np.ones((4, 2), np.float32), np.array([0, 1, 1, 0])
    model = nn.Sequential(nn.Linear(2, 2))
    loss_fn, sgd = nn.CrossEntropyLoss(), optim.SGD(model.parameters(), 0.1)
    dataset = data.ArrayDataset(x, y)
    loader = data.DataLoader(dataset, 2)
    parts = {"model": model, "loss_fn": loss_fn, "optimizer": sgd}
    run = parts | {"loader": loader, "val": dataset, "max_epochs": 1}
    scaler = data.StandardScaler().fit(x)
    counts = metrics.confusion_matrix(y, y, 2)
    serialization.save({"a": x}, folder / "a.npz")
    serialization.save_checkpoint(folder / "c.npz", model, sgd)
    ink = np.zeros((30, 30))
    ink[10:20, 14:16] = 1
    history = metrics.History([metrics.Metrics(1, 0.5, 0.5, 0.5, 0.5, 1.0)])
    return {
        "ArrayDataset": (data.ArrayDataset, {"x": x, "y": y, "transform": None}),
        "dataset[i]": (dataset.__getitem__, {"i": 0}),
        "DataLoader": (data.DataLoader, {"dataset": dataset, "batch_size": 2, "shuffle": True}),
        "drop_last": (data.DataLoader, {"dataset": dataset, "drop_last": True}),
        "random_split": (data.random_split, {"dataset": dataset, "lengths": [1, 3]}),
        "to_float": (data.to_float, {"images": y}),
        "scaler.fit": (data.StandardScaler().fit, {"x": x}),
        "scaler.transform": (scaler.transform, {"x": x}),
        "history[name]": (history.__getitem__, {"name": "val_loss"}),
        "confusion_matrix": (
            metrics.confusion_matrix,
            {"targets": y, "predictions": y, "num_classes": 2},
        ),
        "precision_recall": (metrics.precision_recall, {"counts": counts}),
        "step": (training.step, parts | {"x": x, "y": y}),
        "train_epoch": (training.train_epoch, parts | {"loader": loader, "on_batch": None}),
        "epochs": (
            lambda **k: list(training.epochs(**k)),
            run | {"scheduler": None, "on_batch": None},
        ),
        "fit": (training.fit, run | {"scheduler": None, "patience": 1, "progress": False}),
        "predict": (training.predict, {"model": model, "x": x, "transform": None, "batch_size": 2}),
        "evaluate": (
            training.evaluate,
            {"model": model, "loss_fn": loss_fn, "dataset": dataset, "batch_size": 2},
        ),
        "check_last_layer": (training.check_last_layer, {"model": model, "loss_fn": loss_fn}),
        "save": (serialization.save, {"state": {"a": x}, "path": folder / "b.npz"}),
        "load": (serialization.load, {"path": folder / "a.npz"}),
        "save_checkpoint": (
            serialization.save_checkpoint,
            {"path": folder / "d.npz", "model": model, "optimizer": sgd, "scheduler": None},
        ),
        "load_checkpoint": (
            serialization.load_checkpoint,
            {"path": folder / "c.npz", "model": model, "optimizer": sgd, "scheduler": None},
        ),
        "read_idx": (mnist.read_idx, {"file": b"\x00\x00\x08\x01\x00\x00\x00\x01\x05"}),
        "gate": (toy.gate, {"name": "xor"}),
        "moons": (toy.moons, {"n": 10, "noise": 0.1}),
        "circles": (toy.circles, {"n": 10, "noise": 0.1}),
        "spirals": (toy.spirals, {"n": 10, "noise": 0.1, "classes": 3}),
        "digit_from_photo": (photo.digit_from_photo, {"photo": ink}),
        "centre_digit": (photo.centre_digit, {"ink": ink}),
        "plot_history": (plots.plot_history, {"history": history}),
        "image_grid": (
            plots.image_grid,
            {"images": ink[None], "titles": ["one"], "columns": 1, "size": 1.0},
        ),
        "plot_confusion_matrix": (
            plots.plot_confusion_matrix,
            {"counts": counts, "labels": [0, 1], "ax": None},
        ),
        "plot_decision_boundary": (
            plots.plot_decision_boundary,
            {"predict": model, "x": x, "y": y, "ax": None, "resolution": 5},
        ),
    }


WITHOUT_ARGUMENTS = {mnist.mnist, pretrained.mnist_network, pretrained.mnist_mlp}
# made by the library alone, or a part of one that is here
NOT_CALLED = {metrics.Metrics, metrics.History, metrics.Tally, training.TrainingError}
NOT_CALLED |= {training.check_parts, photo.resize, data.StandardScaler}


def test_every_public_callable_is_here(tmp_path):
    here = {call for call, _ in good(tmp_path).values()} | WITHOUT_ARGUMENTS | NOT_CALLED
    modules = (data, metrics, training, serialization, pretrained, plots, mnist, photo, toy)
    for module in modules:
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if own and not name.startswith("_") and callable(value) and name != "epochs":
                assert value in here, f"{module.__name__}.{name}"
    assert set(datasets.__all__) <= {call.__name__ for call in here}


FUNCTIONS = ("transform", "on_batch", "predict")


def raised_by_nnlib(error):
    """Whether the innermost line that ran is a `raise` in nnlib."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(frame.filename, frame.lineno).strip()
    return Path(frame.filename).is_relative_to(ROOT) and line.startswith("raise ")


def what_went_wrong(call, arguments):
    """The error of one call, or None."""
    try:
        with np.errstate(all="ignore"):
            call(**arguments)
    except Exception as error:
        return error
    finally:
        plt.close("all")
    return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_argument_gets_a_sentence(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    bare = []
    for name, (call, arguments) in good(tmp_path).items():
        for argument in arguments:
            if kind == "a loss" and argument in FUNCTIONS:
                continue  # a function that raises an error of its own
            error = what_went_wrong(call, arguments | {argument: WRONG[kind]})
            if error and not (raised_by_nnlib(error) and len(str(error)) > 15):
                bare.append(f"{name}({argument}={kind}): {type(error).__name__}: {error}")
    assert not bare, "\n".join(bare)
