import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from nnlib.nn import init

WEIGHTS = {"linear": (300, 200), "conv": (64, 32, 5, 5)}
KAIMING = [
    {},
    {"nonlinearity": "relu"},
    {"a": 0.2, "mode": "fan_out"},
    {"nonlinearity": "tanh"},
    {"a": math.sqrt(5)},
]
CASES = [
    *[("uniform_", o) for o in [{}, {"a": -2, "b": 3}]],
    *[("normal_", o) for o in [{}, {"mean": 2, "std": 0.1}]],
    *[("xavier_uniform_", o) for o in [{}, {"gain": 2}]],
    *[("xavier_normal_", o) for o in [{}, {"gain": 0.5}]],
    *[("kaiming_uniform_", o) for o in KAIMING],
    *[("kaiming_normal_", o) for o in KAIMING],
]


@pytest.mark.parametrize("shape", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize(("name", "options"), CASES)
def test_distribution_as_torch(name, options, shape):
    nnlib.manual_seed(0)
    torch.manual_seed(0)
    ours = getattr(init, name)(nn.Parameter(np.zeros(shape)), **options).data
    theirs = getattr(torch.nn.init, name)(torch.zeros(shape), **options).numpy()
    sigma, n = float(theirs.std()), theirs.size
    assert ours.dtype == np.float32
    assert abs(ours.mean() - theirs.mean()) < 5 * math.sqrt(2 / n) * sigma
    assert ours.std() == pytest.approx(sigma, rel=5 * math.sqrt(2 / n))
    if "uniform" in name:
        width = float(theirs.max() - theirs.min())
        assert ours.min() == pytest.approx(theirs.min(), abs=width * 20 / n)
        assert ours.max() == pytest.approx(theirs.max(), abs=width * 20 / n)
    else:  # the tails: the share outside two standard deviations is 4.55%
        outside = (np.abs(ours - ours.mean()) > 2 * ours.std()).mean()
        assert outside == pytest.approx(0.0455, abs=5 * math.sqrt(0.0455 / n))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: nn.Linear(200, 300), lambda: torch.nn.Linear(200, 300)),
        (lambda: nn.Conv2d(32, 64, 5), lambda: torch.nn.Conv2d(32, 64, 5)),
    ],
)
def test_default_weights_and_biases_of_layers_as_torch(ours, theirs):
    nnlib.manual_seed(1)
    torch.manual_seed(1)
    ours, theirs = ours(), theirs()
    fan_in = math.prod(ours.weight.shape[1:])
    for a, b in [(ours.weight, theirs.weight), (ours.bias, theirs.bias)]:
        b = b.detach().numpy()
        assert np.abs(a.data).max() <= 1 / math.sqrt(fan_in)
        assert np.abs(b).max() <= 1 / math.sqrt(fan_in)
        assert a.data.std() == pytest.approx(b.std(), rel=10 / math.sqrt(2 * b.size))
        assert a.data.std() == pytest.approx(
            1 / math.sqrt(3 * fan_in), rel=5 / math.sqrt(2 * b.size)
        )


def test_constants():
    p = nn.Parameter(np.ones((2, 3)))
    kept = p.data
    assert init.constant_(p, 0.5) is p
    assert (p.data == 0.5).all()
    init.zeros_(p)
    assert (p.data == 0).all()
    assert p.data is kept


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "leaky_relu"])
def test_gains_as_torch(name):
    assert init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name))
    assert init.calculate_gain("leaky_relu", 0.3) == pytest.approx(
        torch.nn.init.calculate_gain("leaky_relu", 0.3)
    )


def test_wrong_names_and_shapes():
    with pytest.raises(ValueError, match=r"nonlinearity expected one of linear, .*got 'rleu'"):
        init.kaiming_normal_(nn.Parameter(np.zeros((2, 2))), nonlinearity="rleu")
    with pytest.raises(ValueError, match=r"mode expected 'fan_in' or 'fan_out', got 'in'"):
        init.kaiming_uniform_(nn.Parameter(np.zeros((2, 2))), mode="in")
    for name in ["xavier_normal_", "xavier_uniform_", "kaiming_normal_", "kaiming_uniform_"]:
        with pytest.raises(ValueError, match=r"expected a weight of shape \(out, in, ...\), got"):
            getattr(init, name)(nn.Parameter(np.zeros(3)))
