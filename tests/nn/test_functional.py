import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib.nn import functional as F
from tests.nn.helpers import assert_same, both_dtypes, few, numbers


@both_dtypes
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@few
@given(shape=st.lists(st.integers(1, 6), min_size=1, max_size=3), first=st.booleans())
def test_softmax_and_log_softmax_as_torch(name, dtype, shape, first):
    x, dim = 5 * numbers(shape, dtype), 0 if first else -1
    theirs = getattr(torch, name)(torch.tensor(x), dim)
    assert_same(getattr(F, name)(x, dim), theirs, dtype, name)


@both_dtypes
@few
@given(shape=st.lists(st.integers(1, 6), max_size=3))
def test_sigmoid_as_torch(dtype, shape):
    x = 5 * numbers(shape, dtype)
    assert_same(F.sigmoid(x), torch.sigmoid(torch.tensor(x)), dtype, "sigmoid")


@both_dtypes
def test_extreme_values_are_exact(dtype):
    x = np.array([1e4, 0, -1e4], dtype)
    assert F.sigmoid(x).tolist() == [1, 0.5, 0]
    assert F.softmax(x).tolist() == [1, 0, 0]
    assert F.log_softmax(x).tolist() == [0, -1e4, -2e4]
    assert F.log_softmax(np.full(2, 1e4, dtype)).tolist() == pytest.approx([-math.log(2)] * 2)


def test_one_hot():
    assert F.one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    theirs = torch.nn.functional.one_hot(torch.tensor([1, 4, 0]), 5)
    np.testing.assert_array_equal(F.one_hot(np.array([1, 4, 0], np.uint8), 5), theirs)


def test_one_hot_refuses_what_is_no_label():
    with pytest.raises(ValueError, match=r"labels 0 to 2, got 3"):
        F.one_hot([0, 3], 3)
    with pytest.raises(TypeError, match=r"expected integers, got float64"):
        F.one_hot([0.5], 3)


def test_check_targets_returns_integers():
    assert F.check_targets([1, 0], 2, 2).tolist() == [1, 0]


PAIRS = {
    "mse_loss": lambda x, t: (x, t),
    "binary_cross_entropy": lambda x, t: (1 / (1 + np.exp(-x)), t > 0),
    "binary_cross_entropy_with_logits": lambda x, t: (x, t > 0),
}


@both_dtypes
@pytest.mark.parametrize("name", PAIRS)
def test_losses_of_pairs_as_torch(name, dtype):
    x, t = PAIRS[name](numbers((5, 3), dtype), numbers((5, 3), dtype, 1))
    ours = getattr(F, name)(x, t)
    theirs = getattr(torch.nn.functional, name)(torch.tensor(x), torch.tensor(t.astype(dtype)))
    assert ours == pytest.approx(theirs.item(), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_as_torch(smoothing):
    z, t = numbers((5, 3)), np.array([0, 2, 1, 1, 0])
    ours = F.cross_entropy(z, t, label_smoothing=smoothing)
    twin = torch.nn.functional.cross_entropy
    theirs = twin(torch.tensor(z), torch.tensor(t), label_smoothing=smoothing)
    assert ours == pytest.approx(theirs.item(), rel=1e-12)


@both_dtypes
@pytest.mark.parametrize("name", ["relu", "tanh", "leaky_relu"])
def test_activations_as_torch(name, dtype):
    x = 3 * numbers((4, 5), dtype)
    theirs = getattr(torch.nn.functional, name)(torch.tensor(x))
    assert_same(getattr(F, name)(x), theirs, dtype, name)
