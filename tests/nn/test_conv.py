import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nn
from nnlib.nn import conv
from tests.nn.helpers import assert_as_torch, both_dtypes, few, numbers

small = st.integers(1, 3)


@both_dtypes
@few
@given(st.data())
def test_conv_as_torch(dtype, data):
    n, channels, out, kernel, stride = (data.draw(small) for _ in range(5))
    padding = data.draw(st.integers(0, 2))
    height, width = (data.draw(st.integers(kernel, kernel + 5)) for _ in range(2))
    bias = data.draw(st.booleans())
    layer = nn.Conv2d(channels, out, kernel, stride, padding, bias=bias)
    twin = torch.nn.Conv2d(channels, out, kernel, stride, padding, bias=bias)
    assert_as_torch(layer, twin, numbers((n, channels, height, width)), dtype)


@both_dtypes
@few
@given(st.data())
def test_pool_as_torch(dtype, data):
    n, channels, kernel = (data.draw(small) for _ in range(3))
    stride = data.draw(st.one_of(st.none(), small))
    height, width = (data.draw(st.integers(kernel, kernel + 5)) for _ in range(2))
    ties = np.round(numbers((n, channels, height, width)))  # few values, so many are equal
    assert_as_torch(nn.MaxPool2d(kernel, stride), torch.nn.MaxPool2d(kernel, stride), ties, dtype)


def test_conv_then_pool_then_flatten_as_torch():
    def network(lib):
        first = lib.Conv2d(1, 3, 3, padding=1)
        return lib.Sequential(first, lib.MaxPool2d(2), lib.ReLU(), lib.Flatten())

    assert_as_torch(network(nn), network(torch.nn), numbers((5, 1, 7, 6)), np.float64)


def test_conv_tells_how_to_make_a_channel_axis():
    with pytest.raises(ValueError, match=r"\(N, 1, H, W\), got \(64, 28, 28\).*x\[:, None\]"):
        nn.Conv2d(1, 8, 5)(np.zeros((64, 28, 28)))


def test_pool_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"expected x of shape \(N, C, H, W\), got \(28, 28\)"):
        nn.MaxPool2d(2)(np.zeros((28, 28)))


@pytest.mark.parametrize("layer", [nn.Conv2d(1, 1, 5), nn.MaxPool2d(5)])
def test_a_kernel_larger_than_the_image(layer):
    with pytest.raises(ValueError, match=r"kernel of 5 pixels .* at least 5 pixels, got 4"):
        layer(np.zeros((1, 1, 4, 4)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv2d(1, 8, (3, 3)),
        lambda: nn.Conv2d(1, 8, 0),
        lambda: nn.Conv2d(1, 8, 3, stride=0),
        lambda: nn.Conv2d(1, 8, 3, padding=-1),
        lambda: nn.MaxPool2d((2, 2)),
        lambda: nn.MaxPool2d(2, 0),
    ],
)
def test_kernels_are_square_and_whole(make):
    message = r"\((kernel_size|stride|padding)\) expected (a whole number|[01] or more), got"
    with pytest.raises((TypeError, ValueError), match=message):
        make()


@few
@given(
    st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(0, 4)
)
def test_windows_im2col_and_col2im_as_torch(batch, channels, kernel, stride, extra):
    size = kernel + extra
    x = numbers((batch, channels, size, size + 1))
    columns = conv.im2col(x.transpose(1, 2, 3, 0), kernel, stride)
    theirs = torch.nn.functional.unfold(torch.tensor(x), kernel, stride=stride)
    positions = conv.windows(size, kernel, stride, 0) * conv.windows(size + 1, kernel, stride, 0)
    assert theirs.shape[2] == positions
    ours = columns.reshape(channels * kernel**2, positions, batch).transpose(2, 0, 1)
    np.testing.assert_array_equal(ours, theirs)
    back = conv.col2im(columns, (channels, size, size + 1, batch), kernel, stride)
    theirs = torch.nn.functional.fold(theirs, (size, size + 1), kernel, stride=stride)
    np.testing.assert_allclose(back.transpose(3, 0, 1, 2), theirs, rtol=1e-12)


def test_patches_are_views_of_every_kernel_position():
    x = np.arange(12).reshape(1, 3, 4, 1)
    corners = [view[0, :, :, 0].tolist() for view in conv.patches(x, 2, 2)]
    assert corners == [[[0, 2]], [[1, 3]], [[4, 6]], [[5, 7]]]
    assert all(np.shares_memory(view, x) for view in conv.patches(x, 2, 2))


def test_windows_refuses_a_kernel_that_does_not_fit():
    assert conv.windows(28, 5, 1, 2) == 28
    with pytest.raises(ValueError, match=r"at least 5 pixels, got 2 and padding 1"):
        conv.windows(2, 5, 1, 1)
