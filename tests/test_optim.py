import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn, optim
from tests.nn.helpers import TOLERANCE, both_dtypes, numbers

OPTIMIZERS = {
    "sgd": ("SGD", {"lr": 0.1}),
    "sgd, momentum": ("SGD", {"lr": 0.05, "momentum": 0.9}),
    "rmsprop": ("RMSprop", {"lr": 0.01}),
    "rmsprop, alpha": ("RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-3}),
    "sgd, nesterov": ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {}),
    "adam, formula": ("Adam", {"fused": False}),
    "adam, betas": ("Adam", {"lr": 0.02, "betas": (0.7, 0.95), "eps": 1e-4}),
    "adam, betas, formula": (
        "Adam",
        {"lr": 0.02, "betas": (0.7, 0.95), "eps": 1e-4, "fused": False},
    ),
    "adamw": ("AdamW", {"lr": 0.02}),
    "adamw, formula": ("AdamW", {"lr": 0.02, "fused": False}),
}


@both_dtypes
@pytest.mark.parametrize("weight_decay", [0, 0.1])
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_hundred_steps_as_torch(name, options, weight_decay, dtype):
    starts = [numbers((3, 4), dtype), numbers((5,), dtype, 1)]
    ours = [nn.Parameter(a, dtype) for a in starts]
    theirs = [torch.tensor(a, requires_grad=True) for a in starts]
    optimizer = getattr(optim, name)(ours, weight_decay=weight_decay, **options)
    options = {key: value for key, value in options.items() if key != "fused"}  # ours alone
    twin = getattr(torch.optim, name)(theirs, weight_decay=weight_decay, **options)
    for step in range(100):
        for i, (p, t) in enumerate(zip(ours, theirs, strict=True)):
            p.grad = numbers(p.shape, dtype, seed=10 * step + i)
            t.grad = torch.tensor(p.grad)
        optimizer.step()
        twin.step()
        for p, t in zip(ours, theirs, strict=True):
            tolerance = TOLERANCE[dtype]
            np.testing.assert_allclose(
                p.data, t.detach(), rtol=tolerance, atol=tolerance, err_msg=f"step {step}"
            )
            assert p.data.dtype == dtype


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_default_arguments_as_torch(name):
    p, t = nn.Parameter([1.0], np.float64), torch.tensor([1.0], dtype=torch.float64)
    ours, theirs = getattr(optim, name)([p]), getattr(torch.optim, name)([t])
    for grad in (0.3, -2.0, 1.0):
        p.grad, t.grad = np.array([grad]), torch.tensor([grad], dtype=torch.float64)
        ours.step()
        theirs.step()
    assert p.data.item() == pytest.approx(t.item(), rel=1e-12)


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_parameters_change_in_place_and_gradients_do_not_change(name, options):
    p, idle = nn.Parameter(np.ones(3)), nn.Parameter(np.ones(2))
    kept, grad = p.data, np.full(3, 0.5, np.float32)
    grad.flags.writeable = False
    optimizer = getattr(optim, name)([p, idle], weight_decay=0.1, **options)
    p.grad = grad
    optimizer.step()
    assert p.data is kept
    assert (p.data != 1).all()
    assert (idle.data == 1).all()  # no gradient, no step, no decay


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_zero_gradients_leave_no_subnormal_numbers_in_the_state(name, options):
    p = nn.Parameter(np.ones(64))
    optimizer = getattr(optim, name)([p], **options)
    p.grad = numbers(64, np.float32)
    optimizer.step()
    p.grad = np.zeros(64, np.float32)
    smallest = np.finfo(np.float32).tiny
    for _ in range(10_000):  # alpha = 0.99: the first come after 8,000
        optimizer.step()
        if optimizer.steps % 50 == 0:
            for array in optimizer.state[0]:
                assert not ((array != 0) & (np.abs(array) < smallest)).any(), optimizer.steps
    assert np.isfinite(p.data).all()


@both_dtypes
@pytest.mark.parametrize("factor", [0.01, 0.5, 0.9999999, 1, 1.0000001, 2, 100])
def test_clip_grad_norm_as_torch(factor, dtype):
    grads = [numbers((3, 4), dtype), numbers((5,), dtype, 1)]
    ours = [*(nn.Parameter(np.zeros_like(g), dtype) for g in grads), nn.Parameter([0.0])]
    theirs = [torch.zeros(g.shape, dtype=getattr(torch, np.dtype(dtype).name)) for g in grads]
    for p, t, grad in zip(ours, theirs, grads, strict=False):  # the last of ours has no gradient
        p.grad, t.grad = grad, torch.tensor(grad)
    max_norm = factor * math.sqrt(sum((g.astype(float) ** 2).sum() for g in grads))
    before = [g.copy() for g in grads]
    norm = nn.utils.clip_grad_norm_(ours, max_norm)
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm).item()
    tolerance = TOLERANCE[dtype]
    assert norm == pytest.approx(expected, rel=tolerance)
    for p, t, grad, kept in zip(ours, theirs, grads, before, strict=False):
        np.testing.assert_allclose(p.grad, t.grad, rtol=tolerance, atol=tolerance)
        assert p.grad.dtype == dtype
        np.testing.assert_array_equal(grad, kept)  # the array that was passed in is unchanged


def test_clip_grad_norm_of_gradients_whose_square_is_no_float32():
    p = nn.Parameter(np.zeros(4))
    p.grad = np.array([3e20, 0, 4e20, 0], np.float32)
    assert nn.utils.clip_grad_norm_([p], 1.0) == pytest.approx(5e20)
    np.testing.assert_allclose(p.grad, [0.6, 0, 0.8, 0], rtol=1e-6)


def test_clip_grad_norm_refuses_a_norm_of_zero():
    with pytest.raises(ValueError, match=r"max_norm\) expected a number above 0, got 0"):
        nn.utils.clip_grad_norm_([], 0)


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
@pytest.mark.parametrize("lr", [0, -0.1, math.nan, math.inf])
def test_learning_rates_that_cannot_work(name, lr):
    with pytest.raises(ValueError, match=r"expected a number above 0, got .* Try 0.1 or 0.001"):
        getattr(optim, name)([nn.Parameter([1.0])], lr=lr)


def test_a_learning_rate_by_another_name_is_no_new_attribute():
    optimizer = optim.SGD([nn.Parameter([1.0])], lr=0.1)
    with pytest.raises(AttributeError, match=r"is \.lr: optimizer\.lr = 0\.01"):
        optimizer.learning_rate = 0.01
    assert not hasattr(optimizer, "learning_rate")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("SGD", {"momentum": 1}, r"momentum expected 0 or more and below 1, got 1"),
        ("SGD", {"weight_decay": -1}, r"weight_decay expected 0 or more, got -1"),
        ("RMSprop", {"alpha": 1}, r"alpha expected 0 or more and below 1, got 1"),
        (
            "Adam",
            {"betas": (0.9, 1)},
            r"each of betas expected .* below 1, got 1",
        ),
    ],
)
def test_options_out_of_range(name, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(optim, name)([nn.Parameter([1.0])], **options)


def test_what_is_no_list_of_parameters():
    with pytest.raises(ValueError, match=r"no parameters. Pass model.parameters\(\)"):
        optim.SGD(nn.ReLU().parameters())
    with pytest.raises(TypeError, match=r"got a Sequential. Pass model.parameters"):
        optim.SGD(nn.Sequential(nn.Linear(2, 2)))
    with pytest.raises(TypeError, match=r"expected parameters, got an array of shape"):
        optim.Adam([np.zeros(3)])


def test_optimizer_alone_has_no_update():
    optimizer = optim.Optimizer([nn.Parameter([1.0])], lr=0.1)
    optimizer.params[0].grad = np.ones(1)
    with pytest.raises(NotImplementedError):
        optimizer.step()


@pytest.mark.parametrize("other_form", [False, True])
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_training_goes_on_from_a_saved_state_as_if_never_interrupted(
    name, options, other_form, tmp_path
):
    first, second = (nn.Parameter(numbers((3, 4), np.float32)) for _ in range(2))
    whole = getattr(optim, name)([first], **options)
    for step in range(20):
        first.grad = numbers((3, 4), np.float32, step)
        whole.step()
        if step == 9:
            nnlib.save(whole.state_dict(), tmp_path / "optimizer.npz")
            second.data = first.data.copy()
    if other_form and "Adam" in name:  # from the fused form to the formula, and back
        options = options | {"fused": not options.get("fused", True)}
        tolerance = {"rtol": 1e-5, "atol": 1e-6}
    else:
        tolerance = {"rtol": 0, "atol": 0}
    resumed = getattr(optim, name)([second], **options)
    resumed.load_state_dict(nnlib.load(tmp_path / "optimizer.npz"))
    for step in range(10, 20):
        second.grad = numbers((3, 4), np.float32, step)
        resumed.step()
    np.testing.assert_allclose(second.data, first.data, **tolerance)
    assert resumed.steps == 20


def test_a_state_that_does_not_fit_changes_nothing():
    p = nn.Parameter(np.ones(3))
    optimizer = optim.Adam([p])
    with pytest.raises(ValueError, match=r"load_state_dict misses .* Make the optimizer as the"):
        optimizer.load_state_dict(optim.SGD([p]).state_dict())
    with pytest.raises(ValueError, match=r"expected state.0.exp_avg of shape \(3,\), got \(2,\)"):
        optimizer.load_state_dict(optim.Adam([nn.Parameter(np.ones(2))]).state_dict())
    assert optimizer.steps == 0
