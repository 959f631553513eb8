import numpy as np
import pytest

import nnlib
from nnlib import nn
from tests.nn.helpers import both_dtypes


@both_dtypes
@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_dropout_drops_p_and_keeps_the_mean(p, dtype):
    nnlib.manual_seed(0)
    layer, x = nn.Dropout(p), np.ones((400, 500), dtype)
    y = layer(x)
    assert y.dtype == dtype
    assert set(np.unique(y)) <= {dtype(0), dtype(1 / (1 - p))}
    five_sigma = 5 * np.sqrt(p * (1 - p) / y.size)
    assert abs((y == 0).mean() - p) <= five_sigma
    assert abs(y.mean() - 1) <= five_sigma / (1 - p) + 1e-6
    np.testing.assert_array_equal(layer.backward(x), y)  # the same mask, the same factor


def test_dropout_scales_whole_numbers_too():
    nnlib.manual_seed(0)
    y = nn.Dropout(0.2)(np.full((10, 10), 4, np.uint8))
    assert set(np.unique(y)) == {0, 5}


@pytest.mark.parametrize("p", [-0.1, 1, 1.5, float("nan")])
def test_dropout_refuses_what_is_no_probability(p):
    with pytest.raises(ValueError, match=r"expected 0 or more and below 1, got"):
        nn.Dropout(p)
