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


@few
@given(
    st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(0, 4)
)
def test_windows_im2col_and_col2im_as_torch(batch, channels, kernel, stride, extra):
    size = kernel + extra
    x = numbers((batch, channels, size, size + 1))
    columns = F.im2col(x.transpose(1, 2, 3, 0), kernel, stride)
    theirs = torch.nn.functional.unfold(torch.tensor(x), kernel, stride=stride)
    positions = F.windows(size, kernel, stride, 0) * F.windows(size + 1, kernel, stride, 0)
    assert theirs.shape[2] == positions
    ours = columns.reshape(channels * kernel**2, positions, batch).transpose(2, 0, 1)
    np.testing.assert_array_equal(ours, theirs)
    back = F.col2im(columns, (channels, size, size + 1, batch), kernel, stride)
    theirs = torch.nn.functional.fold(theirs, (size, size + 1), kernel, stride=stride)
    np.testing.assert_allclose(back.transpose(3, 0, 1, 2), theirs, rtol=1e-12)


def test_patches_are_views_of_every_kernel_position():
    x = np.arange(12).reshape(1, 3, 4, 1)
    corners = [view[0, :, :, 0].tolist() for view in F.patches(x, 2, 2)]
    assert corners == [[[0, 2]], [[1, 3]], [[4, 6]], [[5, 7]]]
    assert all(np.shares_memory(view, x) for view in F.patches(x, 2, 2))


def test_windows_refuses_a_kernel_that_does_not_fit():
    assert F.windows(28, 5, 1, 2) == 28
    with pytest.raises(ValueError, match=r"at least 5 pixels, got 2 and padding 1"):
        F.windows(2, 5, 1, 1)
