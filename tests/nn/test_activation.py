import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nn
from tests.nn.helpers import assert_as_torch, both_dtypes, few, numbers

PAIRS = {
    "Sigmoid": (nn.Sigmoid, torch.nn.Sigmoid),
    "Tanh": (nn.Tanh, torch.nn.Tanh),
    "ReLU": (nn.ReLU, torch.nn.ReLU),
    "LeakyReLU": (nn.LeakyReLU, torch.nn.LeakyReLU),
    "LeakyReLU(0.3)": (lambda: nn.LeakyReLU(0.3), lambda: torch.nn.LeakyReLU(0.3)),
    "Softmax": (nn.Softmax, lambda: torch.nn.Softmax(dim=-1)),
    "Softmax(0)": (lambda: nn.Softmax(dim=0), lambda: torch.nn.Softmax(dim=0)),
}
every_pair = pytest.mark.parametrize("name", PAIRS)
shapes = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@both_dtypes
@every_pair
@few
@given(shape=shapes)
def test_activations_as_torch(dtype, name, shape):
    ours, theirs = PAIRS[name]
    assert_as_torch(ours(), theirs(), 3 * numbers(shape), dtype)


@both_dtypes
@pytest.mark.parametrize("name", ["ReLU", "LeakyReLU", "LeakyReLU(0.3)"])
def test_slope_at_zero_as_torch(dtype, name):
    ours, theirs = PAIRS[name]
    assert_as_torch(ours(), theirs(), np.zeros((2, 3)), dtype)


@both_dtypes
def test_sigmoid_and_softmax_are_exact_at_extreme_inputs(dtype):
    x = np.array([[-1e4, -100, 0, 100, 1e4]], dtype)
    y = nn.Sigmoid()(x)[0]
    assert y[0] == 0
    assert y[1] == pytest.approx(math.exp(-100), rel=1e-2 if dtype == np.float32 else 1e-12)
    assert y[2:].tolist() == [0.5, 1, 1]
    assert nn.Softmax()(x).tolist() == [[0, 0, 0, 0, 1]]
    assert nn.Softmax()(np.full((1, 4), -1e4, dtype)).tolist() == [[0.25] * 4]
    assert nn.Tanh()(x)[0, [0, 2, 4]].tolist() == [-1, 0, 1]


@both_dtypes
@every_pair
def test_gradients_are_finite_at_extreme_inputs(dtype, name):
    layer = PAIRS[name][0]()
    x = np.array([[-1e4, -100, 0, 100, 1e4]], dtype)
    layer(x)
    assert np.isfinite(layer.backward(np.ones_like(x))).all()
