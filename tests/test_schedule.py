import pytest
import torch

from nnlib.schedule import one_cycle


# not 2 steps with pct_start 0.5: there PyTorch divides by zero
@pytest.mark.parametrize("steps", [3, 4, 10, 101])
@pytest.mark.parametrize("options", [{}, {"pct_start": 0.5, "div_factor": 10.0}])
def test_one_cycle_as_torch(steps, options):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    twin = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.06, total_steps=steps, cycle_momentum=False, **options
    )
    lr = one_cycle(0.06, steps, **options)
    for step in range(steps):
        assert lr(step) == pytest.approx(twin.get_last_lr()[0], rel=1e-10, abs=1e-15)
        if step < steps - 1:
            optimizer.step()
            twin.step()


@pytest.mark.parametrize(("steps", "pct_start"), [(4, 0.25), (2, 0.5), (5, 0), (5, 1)])
def test_one_cycle_at_the_edges_stays_between_its_ends(steps, pct_start):
    rates = [one_cycle(0.1, steps, pct_start)(step) for step in range(steps)]
    assert all(0 < rate <= 0.1 for rate in rates)
    assert max(rates) > 0.03


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.1, 1), r"at least 2 steps, got 1"),
        ((0, 10), r"max_lr above 0, got 0"),
        ((0.1, 10, 1.5), r"pct_start in 0 ... 1, got 1.5"),
    ],
)
def test_one_cycle_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        one_cycle(*arguments)
