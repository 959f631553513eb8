import warnings

import numpy as np
import pytest
import torch

from nnlib import nn, optim
from tests.nn.helpers import numbers, torch_state
from tests.nn.test_container import cnn
from tests.samples import mlp


def test_parameter_keeps_its_own_copy():
    data = np.ones(3)
    p = nn.Parameter(data)
    data[:] = 5
    assert p.data.tolist() == [1, 1, 1]
    assert p.data.dtype == np.float32
    assert p.grad is None
    assert repr(p) == "Parameter(shape=(3,), dtype=float32)"


def test_accumulate_adds_and_changes_no_array_it_was_given():
    p, grad = nn.Parameter(np.zeros(2)), np.array([1.0, 2])
    p.accumulate(grad)
    p.accumulate(grad)
    assert p.grad.tolist() == [2, 4]
    assert grad.tolist() == [1, 2]
    p.zero_grad()
    assert p.grad is None


def test_gradients_add_up_over_two_batches_as_in_torch():
    model, twin = nn.Linear(3, 2), torch.nn.Linear(3, 2)
    twin.load_state_dict(torch_state(model))
    for seed in range(2):
        x, dy = numbers((4, 3), np.float32, seed), numbers((4, 2), np.float32, seed + 9)
        model(x)
        model.backward(dy)
        twin(torch.tensor(x)).backward(torch.tensor(dy))
    np.testing.assert_allclose(model.weight.grad, twin.weight.grad, rtol=1e-5, atol=1e-5)


def test_forgetting_zero_grad_warns():
    model = nn.Linear(3, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)

    def step():
        model.backward(np.ones_like(model(numbers((4, 3)))))
        optimizer.step()

    step()
    with pytest.warns(UserWarning, match=r"Call optimizer.zero_grad\(\) before each backward"):
        step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for clear in (optimizer.zero_grad, model.zero_grad):
            clear()
            step()


@pytest.mark.parametrize("network", [mlp, cnn])
@pytest.mark.parametrize("train_steps", [0, 3])
def test_state_goes_to_torch_and_back_and_predicts_the_same(network, train_steps):
    x = numbers((6, 3, 4) if network is mlp else (6, 1, 9, 8), np.float32)
    model, twin, third = network(nn), network(torch.nn), network(nn)
    for _ in range(train_steps):  # running averages and weights that are not the first ones
        model.zero_grad()
        model.backward(numbers(model(x).shape, np.float32))
        optim.SGD(model.parameters(), lr=0.1).step()
    y = model.eval()(x)
    twin.load_state_dict(torch_state(model))
    with torch.no_grad():
        np.testing.assert_allclose(twin.eval()(torch.tensor(x)), y, rtol=1e-5, atol=1e-5)
    third.load_state_dict(twin.state_dict())
    np.testing.assert_array_equal(third.eval()(x), y)
    for name, array in third.state_dict().items():
        np.testing.assert_array_equal(array, model.state_dict()[name], err_msg=name)


def test_state_dict_holds_copies():
    model = nn.Linear(2, 2)
    model.state_dict()["weight"][:] = 7
    assert not (model.weight.data == 7).any()
    state = {"weight": np.ones((2, 2)), "bias": np.zeros(2)}
    model.load_state_dict(state)
    model.weight.data[:] = 3
    assert (state["weight"] == 1).all()


def test_load_state_dict_fills_the_arrays_that_an_optimizer_holds():
    model = nn.Linear(2, 2)
    before = model.weight.data
    model.load_state_dict({"weight": np.ones((2, 2)), "bias": np.zeros(2)})
    assert model.weight.data is before


def test_load_state_dict_changes_nothing_when_something_does_not_fit():
    model = nn.Linear(2, 3)
    before = model.state_dict()
    with pytest.raises(ValueError, match=r"misses \['bias'\] and does not know \['b'\]"):
        model.load_state_dict({"weight": np.ones((3, 2)), "b": np.ones(3)})
    with pytest.raises(ValueError, match=r"expected bias of shape \(3,\), got \(2,\)"):
        model.load_state_dict({"weight": np.ones((3, 2)), "bias": np.ones(2)})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_train_eval_and_to_reach_every_module():
    model = nn.Sequential(nn.Residual(nn.Linear(2, 2), nn.BatchNorm1d(2)), nn.Dropout())
    assert all(m.training for m in model.modules())
    assert model.eval() is model
    assert not any(m.training for m in model.modules())
    assert all(m.training for m in model.train().modules())
    model.to(np.float64)
    kinds = {name: a.dtype for name, a in model.state_dict().items()}
    assert kinds.pop("0.block.1.num_batches_tracked") == np.int64
    assert set(kinds.values()) == {np.dtype(np.float64)}
    assert len(model.modules()) == 6
    assert len(model.parameters()) == 4


def test_a_layer_without_forward_or_backward_says_so():
    class Mine(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"Mine has no forward\(x\) yet"):
        Mine()(1)
    with pytest.raises(NotImplementedError, match=r"Mine has no backward\(dy\) yet"):
        Mine().backward(1)


def test_children_buffers_and_numbers_as_torch():
    for library in (nn, torch.nn):
        model = mlp(library)
        assert [type(m).__name__ for m in model.children()] == [
            *("Flatten", "Linear", "BatchNorm1d", "ReLU", "Sequential", "Linear"),
        ]
        assert sum(p.numel() for p in model.parameters()) == 12 * 7 + 7 + 14 + 40 + 18
        assert [n for n, _ in model.named_buffers()] == [
            *("2.running_mean", "2.running_var", "2.num_batches_tracked"),
        ]
        assert [b.size if library is nn else b.numel() for b in model.buffers()] == [7, 7, 1]


def test_a_forgotten_super_init_is_named():
    class Mine(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(2, 2)

    for use in (lambda m: m(np.ones((1, 2))), lambda m: m.parameters(), lambda m: m.state_dict()):
        with pytest.raises(RuntimeError, match=r"Mine.__init__\(\) expected super\(\).__init__"):
            use(Mine())
