import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn, optim
from nnlib.optim import lr_scheduler

SCHEDULERS = {
    "StepLR": {"step_size": 3},
    "StepLR, gamma": {"step_size": 1, "gamma": 0.9},
    "CosineAnnealingLR": {"T_max": 10},
    "CosineAnnealingLR, past its end": {"T_max": 4, "eta_min": 0.001},
    "OneCycleLR": {"max_lr": 0.06, "total_steps": 11},
    "OneCycleLR, 4 steps": {"max_lr": 0.06, "total_steps": 4},
    "OneCycleLR, epochs": {"max_lr": 0.06, "epochs": 3, "steps_per_epoch": 5, "pct_start": 0.5},
    "OneCycleLR, factors": {
        "max_lr": 0.06,
        "total_steps": 101,
        "div_factor": 10.0,
        "final_div_factor": 5.0,
    },
    "OneCycleLR, momentum": {
        "max_lr": 0.06,
        "total_steps": 11,
        "base_momentum": 0.7,
        "max_momentum": 0.9,
    },
    "OneCycleLR, momentum left alone": {
        "max_lr": 0.06,
        "total_steps": 11,
        "cycle_momentum": False,
    },
}
OPTIMIZERS = {"SGD": {"momentum": 0.8}, "Adam": {}}


def pair(optimizer, lr=0.1):
    """One of our optimizers, and its twin in PyTorch."""
    p, t = nn.Parameter([1.0]), torch.zeros(1, requires_grad=True)
    options = {"lr": lr, **OPTIMIZERS[optimizer]}
    return getattr(optim, optimizer)([p], **options), getattr(torch.optim, optimizer)(
        [t], **options
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", SCHEDULERS)
def test_rates_and_momentum_as_torch(name, optimizer):
    options, name = SCHEDULERS[name], name.partition(",")[0]
    ours, theirs = pair(optimizer)
    mine = getattr(lr_scheduler, name)(ours, **options)
    twin = getattr(torch.optim.lr_scheduler, name)(theirs, **options)
    steps = getattr(mine, "total_steps", 12)
    for step in range(steps + 1):
        group = theirs.param_groups[0]
        assert ours.lr == mine.get_last_lr()[0]
        assert ours.lr == pytest.approx(group["lr"], rel=1e-10, abs=1e-15), step
        if optimizer == "Adam":
            assert ours.betas == pytest.approx(group["betas"], rel=1e-10)
        else:
            assert ours.momentum == pytest.approx(group["momentum"], rel=1e-10)
        if step < steps:
            theirs.step()
            mine.step()
            twin.step()


@pytest.mark.parametrize("fused", [True, False])
def test_adam_under_a_cycle_moves_as_in_torch(fused):
    p, t = nn.Parameter([1.0, -2.0], np.float64), torch.tensor([1.0, -2.0], dtype=torch.float64)
    t.requires_grad_(True)
    ours = optim.Adam([p], fused=fused)
    theirs = torch.optim.Adam([t])
    mine = lr_scheduler.OneCycleLR(ours, 0.1, 30)
    twin = torch.optim.lr_scheduler.OneCycleLR(theirs, 0.1, 30)
    for step in range(30):
        p.grad = np.array([math.sin(step), math.cos(3 * step)])
        t.grad = torch.tensor(p.grad)
        for part in (ours, theirs, mine, twin):
            part.step()
        np.testing.assert_allclose(p.data, t.detach(), rtol=1e-10)


@pytest.mark.parametrize(("steps", "pct_start"), [(4, 0.25), (2, 0.5), (5, 0), (5, 1)])
def test_one_cycle_at_the_edges_stays_between_its_ends(steps, pct_start):
    optimizer, _ = pair("SGD")
    cycle, rates = lr_scheduler.OneCycleLR(optimizer, 0.1, steps, pct_start=pct_start), []
    for _ in range(steps):
        rates += cycle.get_last_lr()
        cycle.step()
    assert all(0 < rate <= 0.1 for rate in rates)
    assert max(rates) > 0.03


def test_one_cycle_says_that_it_is_over():
    cycle = lr_scheduler.OneCycleLR(pair("Adam")[0], 0.1, 3)
    for _ in range(3):
        cycle.step()
    with pytest.raises(ValueError, match=r"made for 3 steps, .* total_steps=max_epochs \* len"):
        cycle.step()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"total_steps": 1}, r"total_steps\) expected 2 or more, got 1"),
        ({}, r"a whole number, got None. Pass total_steps=max_epochs \* len\(loader\)"),
        ({"max_lr": 0, "total_steps": 10}, r"max_lr\) expected a number above 0, got 0"),
        (
            {"total_steps": 10, "pct_start": 1.5},
            r"pct_start\) expected 0 ... 1, got 1.5",
        ),
        ({"total_steps": 10, "div_factor": 0}, r"div_factor\) expected a number above 0, got 0"),
    ],
)
def test_one_cycle_refuses(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        lr_scheduler.OneCycleLR(pair("Adam")[0], **{"max_lr": 0.1, **options})


def test_one_cycle_needs_a_momentum_to_move():
    with pytest.raises(ValueError, match=r"This SGD has no momentum: pass cycle_momentum=False"):
        lr_scheduler.OneCycleLR(optim.SGD([nn.Parameter([1.0])]), 0.1, 10)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_saved_scheduler_goes_on_where_it_was(name, tmp_path):
    options, name = SCHEDULERS[name], name.partition(",")[0]
    first = getattr(lr_scheduler, name)(pair("Adam")[0], **options)
    first.step()
    first.step()
    nnlib.save(first.state_dict(), tmp_path / "scheduler.npz")
    second = getattr(lr_scheduler, name)(pair("Adam", lr=7.0)[0], **options)
    second.load_state_dict(nnlib.load(tmp_path / "scheduler.npz"))
    for _ in range(3):
        assert second.get_last_lr() == pytest.approx(first.get_last_lr(), rel=1e-12)
        if second.last_epoch < getattr(second, "total_steps", 9):
            first.step()
            second.step()


def test_a_rate_that_somebody_else_has_set_is_named():
    optimizer = optim.SGD([nn.Parameter([1.0])], lr=1.0)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    optimizer.lr = 0.3
    with pytest.warns(UserWarning, match=r"was then set to 0.3 .* overwrites it with 0.5"):
        scheduler.step()
    second = optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    second.step()
    with pytest.warns(UserWarning, match=r"or by another scheduler: StepLR overwrites"):
        scheduler.step()


@pytest.mark.parametrize("last_epoch", [-1, 1.5, float("nan"), 12])
def test_a_state_that_cannot_be_changes_no_scheduler(last_epoch):
    optimizer = optim.SGD([nn.Parameter([1.0])], lr=1.0, momentum=0.9)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 11)
    before = scheduler.state_dict(), optimizer.lr
    with pytest.raises((TypeError, ValueError), match=r"expected|have all been taken"):
        scheduler.load_state_dict({"last_epoch": last_epoch, "base_lr": 0.5})
    assert (scheduler.state_dict(), optimizer.lr) == before


def test_a_scheduler_alone_has_no_rate():
    with pytest.raises(NotImplementedError, match=r"LRScheduler has no rate\(k\) yet"):
        lr_scheduler.LRScheduler(pair("SGD")[0])
