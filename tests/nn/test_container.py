import numpy as np
import pytest
import torch

from nnlib import nn
from tests.nn.helpers import assert_as_torch, both_dtypes, numbers
from tests.samples import mlp


def cnn(lib):
    return lib.Sequential(
        lib.Conv2d(1, 3, 3, padding=1),
        lib.MaxPool2d(2),
        lib.ReLU(),
        lib.Conv2d(3, 2, 2, stride=2),
        lib.Flatten(),
        lib.Linear(8, 4),
    )


class TorchResidual(torch.nn.Module):
    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        return x + self.block(x)


@both_dtypes
@pytest.mark.parametrize("training", [True, False])
def test_sequential_as_torch(dtype, training):
    x = numbers((6, 3, 4))
    assert_as_torch(mlp(nn).train(training), mlp(torch.nn).train(training), x, dtype)
    assert_as_torch(cnn(nn), cnn(torch.nn), numbers((3, 1, 9, 8)), dtype)


@both_dtypes
def test_residual_as_torch(dtype):
    ours = nn.Sequential(nn.ReLU(), nn.Residual(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 4)))
    block = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 4))
    theirs = torch.nn.Sequential(torch.nn.ReLU(), TorchResidual(block))
    assert_as_torch(ours, theirs, numbers((5, 4)), dtype)


@pytest.mark.parametrize("network", [mlp, cnn])
def test_leaving_out_the_input_gradient_changes_no_other(network):
    model = network(nn).to(np.float64)
    x = numbers((4, 1, 9, 8)) if network is cnn else numbers((4, 3, 4))
    dy = np.ones_like(model(x))
    model.backward(dy)
    whole = [p.grad for p in model.parameters()]
    model.zero_grad()
    assert model.backward(dy, input_grad=False) is None
    for p, grad in zip(model.parameters(), whole, strict=True):
        np.testing.assert_array_equal(p.grad, grad)


def test_input_gradient_is_left_out_through_nested_containers():
    inner = nn.Sequential(nn.Residual(nn.Linear(3, 3)), nn.Linear(3, 2))
    model = nn.Sequential(nn.ReLU(), inner)
    dy = np.ones_like(model(numbers((2, 3))))
    assert model.backward(dy, input_grad=False) is None
    assert all(p.grad is not None for p in model.parameters())


def test_sequential_refuses_the_same_layer_twice():
    relu = nn.ReLU()
    with pytest.raises(ValueError, match=r"same ReLU\(\) twice. Make a second one"):
        nn.Sequential(nn.Linear(2, 2), relu, nn.Linear(2, 2), relu)
    with pytest.raises(ValueError, match=r"twice. Make a second one"):
        nn.Sequential(relu, nn.Sequential(nn.Residual(relu)))


def test_sequential_refuses_what_is_no_layer():
    with pytest.raises(TypeError, match=r"at place 1. Write nn.ReLU\(...\)"):
        nn.Sequential(nn.Linear(2, 2), nn.ReLU)
    with pytest.raises(TypeError, match=r"at place 0. Write nn.Sequential\(\*layers\)"):
        nn.Sequential([nn.Linear(2, 2), nn.ReLU()])
    with pytest.raises(TypeError, match=r"expected layers, got .*tanh.* at place 0"):
        nn.Sequential(np.tanh)
    with pytest.raises(TypeError, match=r"expected layers, got .*tanh.* at place 0"):
        nn.Residual(np.tanh)


def test_residual_refuses_a_block_that_changes_the_shape():
    with pytest.raises(ValueError, match=r"keeps the shape \(5, 4\), got \(5, 3\)"):
        nn.Residual(nn.Linear(4, 3))(numbers((5, 4)))


def test_a_layer_that_is_added_later_learns():
    model = nn.Sequential(nn.ReLU(), nn.Linear(4, 2))
    x = numbers((5, 3), np.float32)
    model.insert(0, nn.Linear(3, 4)).append(nn.Tanh())
    model.backward(np.ones_like(model(x)), input_grad=False)
    assert [name for name, _ in model.named_parameters()] == [
        *("0.weight", "0.bias"),
        *("2.weight", "2.bias"),
    ]
    assert all(p.grad is not None for p in model.parameters())
    with pytest.raises(ValueError, match=r"twice. Make a second one"):
        model.append(model[0])
    with pytest.raises(TypeError, match=r"at place 1. Write nn.ReLU"):
        model.insert(1, nn.ReLU)


def test_a_slice_is_a_sequential_of_the_same_layers():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    x = numbers((5, 3), np.float32)
    assert isinstance(model[:2], nn.Sequential)
    assert model[:2][0] is model[0]
    np.testing.assert_array_equal(model[2:](model[:2](x)), model(x))
    assert [type(layer).__name__ for layer in model] == ["Linear", "ReLU", "Linear"]


def test_length_items_and_text():
    model = nn.Sequential(nn.Linear(3, 2), nn.Sequential(nn.ReLU()))
    assert len(model) == 2
    assert repr(model[0]) == "Linear(3, 2)"
    assert repr(model) == (
        "Sequential(\n  (0): Linear(3, 2)\n  (1): Sequential(\n    (0): ReLU()\n  )\n)"
    )


@pytest.mark.parametrize("form", ["plain", "flag", "only by name", "any name"])
def test_a_backward_of_ones_own_may_take_the_flag_in_any_form(form):
    forms = {
        "plain": lambda self, dy: 2 * dy,
        "flag": lambda self, dy, input_grad=True: 2 * dy,
        "only by name": lambda self, dy, *, input_grad=True: 2 * dy,
        "any name": lambda self, dy, **options: 2 * dy,
    }
    Double = type(
        "Double", (nn.Module,), {"forward": lambda self, x: 2 * x, "backward": forms[form]}
    )
    model, x = nn.Sequential(nn.Linear(2, 2), Double()), numbers((3, 2), np.float32)
    layer = model[1]
    y = model(x)
    np.testing.assert_allclose(model.backward(y), 2 * y @ model[0].weight.data, rtol=1e-5)
    y = model(x)
    assert model.backward(y, input_grad=False) is None
    # what listens in on one layer, as the explorer of gradients does
    kept = layer.backward
    layer.backward = lambda dy, **options: kept(dy, **options)
    np.testing.assert_allclose(model.backward(model(x)), 2 * y @ model[0].weight.data, rtol=1e-5)
