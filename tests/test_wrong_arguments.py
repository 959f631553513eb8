"""Whatever is passed to the core, what comes back is right or a sentence of nnlib's own.

Each argument of each public callable is replaced by 40 wrong ones. An error must have been raised
by a `raise` of nnlib (or of what the callable was given to call), never by NumPy or Python on its
way: those words are about arrays and attributes that the learner does not know.
"""

import copy
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest

from nnlib import data, datasets, manual_seed, metrics, nn, optim, training
from nnlib.gradcheck import gradcheck, numerical_gradient
from nnlib.nn import functional as F
from nnlib.nn import init

X, T = np.ones((4, 3), np.float32), np.zeros((4, 3), np.float32)
IMAGE, LABELS = np.ones((2, 1, 6, 6), np.float32), np.array([0, 1, 2, 0])
WRONG = [
    *(None, True, -1, 0, 1, 2.5, -0.5, float("nan"), float("inf"), 10**400, 1j, "abc", "", b"x"),
    *([], (), {}, {"a": 1}, {1, 2}, [1, 2], [[1.0], [1.0, 2.0]], ["a", "b"], [None], range(3)),
    *(object(), len, int, nn.Linear, nn.ReLU(), nn.Parameter([1.0]), Path("model.npz"), iter([1])),
    *(np.zeros(()), np.zeros((0,)), np.zeros((0, 3)), np.ones((2, 2)), np.ones((1, 2, 3, 4, 5))),
    *(np.array(["a"]), np.array([None, 1], object), np.array([1j]), np.float32(0.5), np.int8(-3)),
    np.array(["2020-01-01"], "datetime64[D]"),
]


def model():
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3))


def after(layer, x):
    """A layer that has been called on x."""
    layer(x)
    return layer


def with_gradient():
    p = nn.Parameter(np.ones((2, 2)))
    p.grad = np.ones((2, 2))
    return p


def sgd():
    return optim.SGD([with_gradient()], lr=0.1, momentum=0.9)


def step_lr():
    return optim.lr_scheduler.StepLR(sgd(), 3)


def used(layer, name):
    """Set an attribute of a layer, and call the layer."""
    return lambda value: setattr(layer, name, value) or layer(X)


def assign(thing, name):
    return lambda value: setattr(thing, name, value)


# name -> (a function that makes the callable, arguments that are right)
CALLS = {
    "Linear": (lambda: nn.Linear, (3, 2, True)),
    "Conv2d": (lambda: nn.Conv2d, (1, 2, 3, 1, 0)),
    "MaxPool2d": (lambda: nn.MaxPool2d, (2, 2)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d, (3, 1e-5, 0.1)),
    "Dropout": (lambda: nn.Dropout, (0.5,)),
    "LeakyReLU": (lambda: nn.LeakyReLU, (0.1,)),
    "Softmax": (lambda: nn.Softmax, (-1,)),
    "Sequential": (lambda: nn.Sequential, (nn.ReLU(), nn.Tanh())),
    "Sequential[]": (lambda: model().__getitem__, (0,)),
    "Sequential.insert": (lambda: model().insert, (0, nn.Tanh())),
    "Sequential.append": (lambda: model().append, (nn.Tanh(),)),
    "Residual": (lambda: nn.Residual, (nn.ReLU(),)),
    "CrossEntropyLoss": (lambda: lambda s: nn.CrossEntropyLoss(label_smoothing=s), (0.1,)),
    "Parameter": (lambda: nn.Parameter, (X, np.float32)),
    "Parameter.data": (lambda: assign(with_gradient(), "data"), (np.ones((2, 2)),)),
    "Parameter.grad": (lambda: assign(with_gradient(), "grad"), (np.ones((2, 2)),)),
    "Parameter.accumulate": (lambda: with_gradient().accumulate, (np.ones((2, 2)),)),
    "to": (lambda: model().to, (np.float64,)),
    "load_state_dict": (lambda: model().load_state_dict, (model().state_dict(),)),
    "a value of a state": (
        lambda: lambda v: model().load_state_dict({**model().state_dict(), "0.bias": v}),
        (np.ones(4),),
    ),
    "SGD": (lambda: optim.SGD, (model().parameters(), 0.1, 0.9)),
    "SGD, decay": (lambda: lambda v: optim.SGD([with_gradient()], weight_decay=v), (0.1,)),
    "RMSprop": (lambda: optim.RMSprop, (model().parameters(), 0.1, 0.9, 1e-8, 0.1)),
    "Adam": (lambda: optim.Adam, (model().parameters(), 0.1, (0.9, 0.99), 1e-8, 0.1)),
    "AdamW": (lambda: optim.AdamW, (model().parameters(), 0.1, (0.9, 0.99), 1e-8, 0.1)),
    "optimizer.lr": (lambda: assign(sgd(), "lr"), (0.1,)),
    "optimizer.load_state_dict": (lambda: sgd().load_state_dict, (sgd().state_dict(),)),
    "StepLR": (lambda: optim.lr_scheduler.StepLR, (sgd(), 3, 0.1)),
    "CosineAnnealingLR": (lambda: optim.lr_scheduler.CosineAnnealingLR, (sgd(), 3, 0.1)),
    "OneCycleLR": (lambda: optim.lr_scheduler.OneCycleLR, (sgd(), 0.1, 10, None, None, 0.3)),
    "OneCycleLR, epochs": (
        lambda: lambda e, s: optim.lr_scheduler.OneCycleLR(sgd(), 0.1, None, e, s),
        (2, 3),
    ),
    "OneCycleLR, factors": (
        lambda: (
            lambda d, f, low, high: optim.lr_scheduler.OneCycleLR(
                *(sgd(), 0.1, 9),
                div_factor=d,
                final_div_factor=f,
                base_momentum=low,
                max_momentum=high,
            )
        ),
        (25.0, 1e4, 0.85, 0.95),
    ),
    "clip_grad_norm_": (lambda: nn.utils.clip_grad_norm_, ([with_gradient()], 1.0)),
    "manual_seed": (lambda: manual_seed, (0,)),
    "gradcheck": (lambda: gradcheck, (nn.Linear(3, 2), X, None, 1e-6, 1e-6, 1e-4)),
    "gradcheck of a loss": (lambda: gradcheck, (nn.MSELoss(), X, T)),
    "numerical_gradient": (lambda: numerical_gradient, (np.sum, X, 1e-6)),
    "one_hot": (lambda: F.one_hot, (LABELS, 3)),
    "softmax": (lambda: F.softmax, (X, -1)),
    "log_softmax": (lambda: F.log_softmax, (X, 0)),
    "cross_entropy": (lambda: F.cross_entropy, (X, LABELS)),
    "mse_loss": (lambda: F.mse_loss, (X, T)),
    "binary_cross_entropy": (lambda: F.binary_cross_entropy, (X, T)),
    "binary_cross_entropy_with_logits": (lambda: F.binary_cross_entropy_with_logits, (X, T)),
    "uniform_": (lambda: init.uniform_, (with_gradient(), 0.0, 1.0)),
    "normal_": (lambda: init.normal_, (with_gradient(), 0.0, 1.0)),
    "constant_": (lambda: init.constant_, (with_gradient(), 1.0)),
    "zeros_": (lambda: init.zeros_, (with_gradient(),)),
    "xavier_uniform_": (lambda: init.xavier_uniform_, (with_gradient(), 1.0)),
    "xavier_normal_": (lambda: init.xavier_normal_, (with_gradient(), 1.0)),
    "kaiming_uniform_": (
        lambda: init.kaiming_uniform_,
        (with_gradient(), 0.1, "fan_in", "leaky_relu"),
    ),
    "kaiming_normal_": (lambda: init.kaiming_normal_, (with_gradient(), 0, "fan_out", "relu")),
    "calculate_gain": (lambda: init.calculate_gain, ("leaky_relu", 0.1)),
    **{name: (lambda name=name: getattr(F, name), (X,)) for name in ("relu", "sigmoid", "tanh")},
    "leaky_relu": (lambda: F.leaky_relu, (X, 0.1)),
    "train": (lambda: model().train, (True,)),
    "register_buffer": (lambda: nn.ReLU().register_buffer, ("mean", X)),
    "Sequential[] =": (lambda: model().__setitem__, (0, nn.Tanh())),
    "del Sequential[]": (lambda: model().__delitem__, (0,)),
    "dropout.p": (lambda: used(nn.Dropout(), "p"), (0.1,)),
    "leaky_relu.negative_slope": (lambda: used(nn.LeakyReLU(), "negative_slope"), (0.1,)),
    "batch_norm.momentum": (lambda: used(nn.BatchNorm1d(3), "momentum"), (0.1,)),
    "sgd.momentum": (lambda: assign(sgd(), "momentum"), (0.1,)),
    "sgd.momentum, made without": (
        lambda: assign(optim.SGD([with_gradient()]), "momentum"),
        (0,),
    ),
    "adam.betas": (lambda: assign(optim.Adam([with_gradient()]), "betas"), ((0.9, 0.99),)),
    "rmsprop.alpha": (lambda: assign(optim.RMSprop([with_gradient()]), "alpha"), (0.9,)),
    "Adam, fused": (lambda: lambda v: optim.Adam([with_gradient()], fused=v), (True,)),
    "a number of an optimizer's state": (
        lambda: lambda name, v: sgd().load_state_dict(sgd().state_dict() | {str(name): v}),
        ("momentum", 0.5),
    ),
    "a number of a scheduler's state": (
        lambda: lambda v: step_lr().load_state_dict({"last_epoch": v, "base_lr": 0.1}),
        (3,),
    ),
    "ArrayDataset": (lambda: data.ArrayDataset, (X, LABELS, None)),
    "DataLoader": (lambda: data.DataLoader, (data.ArrayDataset(X, LABELS), 2, True)),
    "random_split": (lambda: data.random_split, (data.ArrayDataset(X, LABELS), [3, 1])),
    "to_float": (lambda: data.to_float, (X,)),
    "StandardScaler.fit": (lambda: data.StandardScaler().fit, (X,)),
    "StandardScaler.transform": (lambda: data.StandardScaler().fit(X).transform, (X,)),
    "confusion_matrix": (lambda: metrics.confusion_matrix, (LABELS, LABELS, 3)),
    "precision_recall": (lambda: metrics.precision_recall, (np.eye(3),)),
    "history[]": (lambda: metrics.History().__getitem__, ("val_loss",)),
    "read_idx": (lambda: datasets.read_idx, (b"\0\0\x08\1\0\0\0\1a",)),
    "moons": (lambda: datasets.moons, (10, 0.1)),
    "spirals": (lambda: datasets.spirals, (10, 0.1, 3)),
    "gate": (lambda: datasets.gate, ("xor",)),
    "predict": (lambda: training.predict, (model(), X, None, 2)),
    "evaluate": (
        lambda: training.evaluate,
        (model(), nn.CrossEntropyLoss(), data.ArrayDataset(X, LABELS), 2),
    ),
}
LAYERS = [
    *(nn.Linear(3, 2), nn.BatchNorm1d(3), nn.Dropout(), nn.Flatten(), nn.ReLU(), nn.LeakyReLU()),
    *(nn.Sigmoid(), nn.Softmax(), nn.Tanh(), nn.Residual(nn.Linear(3, 3)), model()),
]
for layer in LAYERS:
    name = type(layer).__name__
    CALLS[f"{name}()"] = (lambda layer=layer: copy.deepcopy(layer), (X,))
    CALLS[f"{name}.backward"] = (
        lambda layer=layer: after(copy.deepcopy(layer), X).backward,
        (np.ones_like(layer(X)),),
    )
for layer in (nn.Conv2d(1, 2, 3), nn.MaxPool2d(2)):
    CALLS[f"{type(layer).__name__}()"] = (lambda layer=layer: copy.deepcopy(layer), (IMAGE,))
    CALLS[f"{type(layer).__name__}.backward"] = (
        lambda layer=layer: after(copy.deepcopy(layer), IMAGE).backward,
        (np.ones_like(layer(IMAGE)),),
    )


def say(error):
    """Who raised an error: "" for a `raise` of nnlib, otherwise the line."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    inside = "nnlib" in Path(frame.filename).parts
    lines = Path(frame.filename).read_text(encoding="utf-8").splitlines() if inside else [""]
    raised = frame.name == "numerical_gradient" and "f(x)" in frame.line  # its own f
    raised |= inside and "raise" in "".join(lines[frame.lineno - 1 : frame.end_lineno])
    return "" if raised else f"{type(error).__name__}: {error} ({frame.name}: {frame.line})"


@pytest.mark.parametrize("name", CALLS)
def test_wrong_arguments_get_a_sentence(name):
    make, right = CALLS[name]
    assert len(WRONG) >= 40
    make()(*copy.deepcopy(right))
    bare = []
    for place in range(len(right)):
        for wrong in WRONG:
            arguments = [*copy.deepcopy(right)]
            arguments[place] = wrong
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    make()(*arguments)
            except (AttributeError, TypeError, ValueError, IndexError, KeyError) as error:
                bare += [f"argument {place} = {wrong!r:.40}: {say(error)}"] if say(error) else []
            except (RuntimeError, AssertionError, OverflowError, ArithmeticError, OSError) as error:
                bare += [f"argument {place} = {wrong!r:.40}: {say(error)}"] if say(error) else []
    assert not bare, "\n".join(bare)
