import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nn
from tests.nn.helpers import assert_as_torch, both_dtypes, few, numbers

size = st.integers(1, 9)


@both_dtypes
@few
@given(n=size, inputs=size, outputs=size, bias=st.booleans())
def test_linear_as_torch(dtype, n, inputs, outputs, bias):
    layer, twin = nn.Linear(inputs, outputs, bias), torch.nn.Linear(inputs, outputs, bias)
    assert_as_torch(layer, twin, numbers((n, inputs)), dtype)


@pytest.mark.parametrize(
    ("shape", "advice"),
    [
        ((64, 28, 28), r"got \(64, 28, 28\). Put nn.Flatten\(\) before it"),
        ((784, 64), r"got \(784, 64\). It looks transposed: pass x.T"),
        ((784,), r"got \(784,\). For a single example pass x\[None, :\]"),
        ((64, 100), r"got \(64, 100\). Change in_features"),
    ],
)
def test_linear_names_the_mistake_in_the_shape(shape, advice):
    with pytest.raises(ValueError, match=r"expected x of shape \(N, 784\), " + advice):
        nn.Linear(784, 10)(np.zeros(shape, np.float32))


def test_linear_refuses_no_inputs():
    with pytest.raises(ValueError, match=r"in_features\) expected 1 or more, got 0"):
        nn.Linear(0, 3)


@both_dtypes
@few
@given(shape=st.lists(size, min_size=2, max_size=4))
def test_flatten_as_torch(dtype, shape):
    assert_as_torch(nn.Flatten(), torch.nn.Flatten(), numbers(shape), dtype)


def test_flatten_refuses_a_single_number_per_example():
    with pytest.raises(ValueError, match=r"Flatten expected x of shape \(N, ...\), got \(5,\)"):
        nn.Flatten()(np.zeros(5))
