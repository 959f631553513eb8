"""Each layer and each loss: its gradient as measured, PyTorch agrees, and no array changes."""

import copy

import numpy as np
import pytest
import torch

from nnlib import nn
from nnlib.gradcheck import gradcheck
from tests.nn.helpers import assert_as_torch, assert_same, both_dtypes, numbers

IMAGES, ROWS = (3, 2, 6, 5), (4, 6)
LAYERS = [
    (nn.BatchNorm1d(6), ROWS),
    (nn.BatchNorm1d(6).eval(), ROWS),
    (nn.Conv2d(2, 3, 3), IMAGES),
    (nn.Conv2d(2, 3, 3, stride=2, padding=1), IMAGES),
    (nn.Conv2d(2, 3, 1), IMAGES),
    (nn.Dropout(0.5), ROWS),
    (nn.Dropout(0.5).eval(), ROWS),
    (nn.Flatten(), IMAGES),
    (nn.LeakyReLU(), ROWS),
    (nn.Linear(6, 3), ROWS),
    (nn.MaxPool2d(2), IMAGES),
    (nn.MaxPool2d(3, stride=1), IMAGES),
    (nn.MaxPool2d(1), IMAGES),
    (nn.ReLU(), ROWS),
    (nn.Residual(nn.Linear(6, 6), nn.ReLU()), ROWS),
    (nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(6, 2)), ROWS),
    (nn.Sigmoid(), ROWS),
    (nn.Softmax(), ROWS),
    (nn.Tanh(), ROWS),
]
LOSSES = [
    (nn.MSELoss(), 0.5 * np.ones((4, 1)), np.ones((4, 1))),
    (nn.BCELoss(), 0.5 * np.ones((4, 1)), np.ones((4, 1))),
    (nn.BCEWithLogitsLoss(), numbers((4, 1)), np.ones((4, 1))),
    (nn.CrossEntropyLoss(), numbers((4, 3)), np.array([0, 1, 2, 0])),
    (nn.CrossEntropyLoss(label_smoothing=0.1), numbers((4, 3)), np.array([0, 1, 2, 0])),
]


def locked(array, order="C"):
    """A copy that cannot be written, laid out in rows (C) or with the batch last (F)."""
    array = np.array(array, order=order)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda v: str(v).split("\n")[0])
def test_layers_gradcheck(layer, shape):
    assert gradcheck(layer, numbers(shape))


@pytest.mark.parametrize(("loss_fn", "input", "target"), LOSSES)
def test_losses_gradcheck(loss_fn, input, target):
    assert gradcheck(loss_fn, input, target)


def twin(layer):
    """The same layer of PyTorch, by the line that both print of themselves."""
    if isinstance(layer, nn.Sequential):
        return torch.nn.Sequential(*map(twin, layer))
    return eval(f"torch.nn.{layer!r}").train(layer.training)


# Residual is ours alone, and in training PyTorch's dropout draws other masks
NO_TWIN = nn.Residual, nn.Dropout
IN_TORCH = [(nn.Dropout(0.5).eval(), ROWS), *(row for row in LAYERS if type(row[0]) not in NO_TWIN)]


@both_dtypes
@pytest.mark.parametrize(("layer", "shape"), IN_TORCH, ids=lambda v: str(v).split("\n")[0])
def test_layers_as_torch(layer, shape, dtype):
    assert_as_torch(copy.deepcopy(layer), twin(layer), numbers(shape), dtype)


@both_dtypes
@pytest.mark.parametrize(("loss_fn", "input", "target"), LOSSES)
def test_losses_as_torch(loss_fn, input, target, dtype):
    loss_fn = copy.deepcopy(loss_fn)
    theirs = getattr(torch.nn, type(loss_fn).__name__)()
    theirs.label_smoothing = getattr(loss_fn, "label_smoothing", 0)
    z = torch.tensor(input.astype(dtype), requires_grad=True)
    labels = target.dtype.kind == "i"
    loss = theirs(z, torch.tensor(target if labels else target.astype(dtype)))
    loss.backward()
    assert loss_fn(input.astype(dtype), target) == pytest.approx(loss.item(), rel=1e-5)
    assert_same(loss_fn.backward(), z.grad, dtype, "gradient")


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda v: str(v).split("\n")[0])
def test_layers_work_on_read_only_arrays(layer, shape, order):
    layer = copy.deepcopy(layer)
    x = locked(numbers(shape, np.float32), order)
    y = layer(x)
    dy = locked(numbers(y.shape, np.float32, seed=1), order)
    first = layer.backward(dy)
    kept = [locked(p.grad) for p in layer.parameters()]
    for p in layer.parameters():
        p.grad.flags.writeable = False
    np.testing.assert_array_equal(layer.backward(dy), first)  # pure apart from the gradients
    layer.backward(dy, input_grad=False)  # which leaves them out nowhere else
    for p, grad in zip(layer.parameters(), kept, strict=True):
        np.testing.assert_allclose(p.grad, 3 * grad, rtol=1e-6)
    np.testing.assert_array_equal(x, numbers(shape, np.float32))
    np.testing.assert_array_equal(dy, numbers(y.shape, np.float32, seed=1))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("loss_fn", "input", "target"), LOSSES)
def test_losses_work_on_read_only_arrays(loss_fn, input, target, dtype):
    loss_fn, input, target = copy.deepcopy(loss_fn), locked(input.astype(dtype)), locked(target)
    before = input.copy(), target.copy()
    loss = loss_fn(input, target)
    gradient = loss_fn.backward()
    assert not np.shares_memory(gradient, input)
    np.testing.assert_array_equal(loss_fn.backward(), gradient)
    assert loss_fn(input, target) == loss
    np.testing.assert_array_equal(input, before[0])
    np.testing.assert_array_equal(target, before[1])


@pytest.mark.parametrize("module", [row[0] for row in LAYERS + LOSSES])
def test_backward_before_forward(module):
    arguments = [] if module in [row[0] for row in LOSSES] else [np.ones((2, 2))]
    with pytest.raises(RuntimeError, match=r"backward\(\) came before forward\(\)"):
        copy.deepcopy(module).backward(*arguments)


def test_every_layer_and_loss_is_here():
    here = {type(layer) for layer, _ in LAYERS} | {type(loss_fn) for loss_fn, *_ in LOSSES}
    classes = {value for value in vars(nn).values() if isinstance(value, type)}
    assert here == classes - {nn.Module, nn.Parameter}
