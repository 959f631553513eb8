import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nn
from tests.nn.helpers import assert_as_torch, both_dtypes, few, numbers


def used_layer(features, **options):
    """A BatchNorm1d whose parameters and running averages are not the starting ones."""
    layer = nn.BatchNorm1d(features, **options)
    layer.load_state_dict(
        {
            "weight": numbers(features, seed=2),
            "bias": numbers(features, seed=3),
            "running_mean": numbers(features, seed=4),
            "running_var": np.exp(numbers(features, seed=5)),
            "num_batches_tracked": 7,
        }
    )
    return layer


@both_dtypes
@few
@given(n=st.integers(3, 20), features=st.integers(1, 9), training=st.booleans())
def test_batchnorm_as_torch(dtype, n, features, training):
    layer = used_layer(features, eps=1e-3, momentum=0.2).train(training)
    twin = torch.nn.BatchNorm1d(features, eps=1e-3, momentum=0.2).train(training)
    assert_as_torch(layer, twin, 2 * numbers((n, features)) + 1, dtype)


def test_running_averages_after_many_batches_as_torch():
    layer, twin = nn.BatchNorm1d(3), torch.nn.BatchNorm1d(3)
    for seed in range(20):
        x = 3 * numbers((8, 3), np.float32, seed) + 5
        layer(x)
        twin(torch.tensor(x))
    assert layer.num_batches_tracked == twin.num_batches_tracked == 20
    np.testing.assert_allclose(layer.running_mean, twin.running_mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_var, twin.running_var, rtol=1e-5)


def test_batchnorm_refuses_one_row_in_training():
    with pytest.raises(ValueError, match=r"at least 2 rows in training, got 1.*Call eval\(\)"):
        nn.BatchNorm1d(3)(np.zeros((1, 3)))


@pytest.mark.parametrize("shape", [(4, 5), (3,), (4, 3, 3)])
def test_batchnorm_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r"BatchNorm1d\(3\) expected x \(N, 3\), got"):
        nn.BatchNorm1d(3)(np.zeros(shape))
